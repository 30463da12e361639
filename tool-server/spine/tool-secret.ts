import { crc32 } from 'node:zlib'

// How a key looks: what it is, which row it is of, a secret, and a checksum, so that scanners of code and logs recognise it and a mistyped one costs no look-up.
// Keys made before looked otherwise (portero_ and 43 signs), or were chosen by whoever made them; they go on holding.
const form = /^(portero_tool_[0-9a-f]{12}_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/

export const secretOf = (id: string, bytes: Buffer): string => {
  const plain = `${hintOf(id)}_${base62(BigInt(`0x${bytes.toString('hex')}`), 43)}`
  return plain + sumOf(plain)
}
export const hintOf = (id: string): string => `portero_tool_${id.slice(-12)}` // of an id, the end is chance
export const isMistyped = (secret: string): boolean => {
  const [, plain, sum] = form.exec(secret) ?? []
  return plain !== undefined && sumOf(plain) !== sum
}

const sumOf = (plain: string): string => base62(BigInt(crc32(plain)), 6)
const signs = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base62 = (number: bigint, length: number): string => {
  let text = ''
  for (let rest = number; text.length < length; rest /= 62n) text = (signs[Number(rest % 62n)] ?? '') + text
  return text
}
