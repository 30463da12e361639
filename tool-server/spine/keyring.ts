import { createCipheriv, createDecipheriv, createHash, type CipherKey } from 'node:crypto'
import { AppError } from '@portero/shared'

// Master keys wrap data keys, and what signs tokens is derived from them (tool-token.ts); nothing else. The first is the one that seals; the others only open, while a rotation is under way.
export type MasterKey = { id: string; bytes: Buffer }
export type Keyring = { current: MasterKey; byId: ReadonlyMap<string, MasterKey> }

export const keyring = (keys: readonly [Buffer, ...Buffer[]]): Keyring => {
  const [current, ...older] = keys.map((bytes) => ({ id: keyId(bytes), bytes }))
  if (!current) throw new AppError('bug', 'a keyring needs a key')
  return { current, byId: new Map([current, ...older].map((key) => [key.id, key])) }
}

// The id is derived from the key, so nobody has to name keys and a wrong one is noticed.
const keyId = (bytes: Buffer): string => createHash('sha256').update('portero master key').update(bytes).digest('hex').slice(0, 8)

const ivLength = 12
const tagLength = 16

// AES-256-GCM: iv, ciphertext, tag. bound: what the ciphertext belongs to, so that it can't be moved elsewhere.
export const encrypt = (key: CipherKey, iv: Buffer, bound: string, plain: Uint8Array): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(bound))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

export const decrypt = (key: CipherKey, bound: string, sealed: Buffer): Buffer => {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivLength), { authTagLength: tagLength })
    decipher.setAAD(Buffer.from(bound)).setAuthTag(sealed.subarray(sealed.length - tagLength))
    return Buffer.concat([decipher.update(sealed.subarray(ivLength, sealed.length - tagLength)), decipher.final()])
  } catch (cause) {
    throw new AppError('bug', 'a sealed value does not open with its key', { cause })
  }
}
