import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '@portero/shared'
import type { Millis } from '../../define.ts'

// The one check of signatures, for webhooks and cards alike. It refuses with fixed sentences, so that a door may repeat them.
export const signatureFaults = {
  missing: 'The signature is missing.',
  malformed: 'The signature is malformed.',
  stale: 'The signature is too old.',
  early: 'The signature is from the future.',
  foreign: 'The signature does not match.',
} as const

export type Signature = {
  secrets: readonly (string | Uint8Array)[] // the new one and, while a rotation is under way, the old one
  over: readonly (string | Uint8Array)[] // what was signed, piece by piece; the body as raw bytes
  given: readonly string[] | undefined // more than one while the vendor rotates; undefined: there is no such header
  encoding: keyof typeof digests
  // Without a timestamp whoever recorded a request could play it back for ever, so the lack of one has to be said.
  sentAt: { text: string | undefined; unit: 'seconds' | 'milliseconds' } | 'not said by this vendor'
  windowMs?: Millis // how old it may be, where a vendor's retries keep the first try's time
  now: Millis
}

export const signatureWindowMs: Millis = 5 * 60_000 // to both sides, unless the vendor needs longer
const digests = { hex: /^[0-9a-f]{64}$/i, base64: /^[\w+/-]{43}=?$/ } // of SHA-256

export const checkSignature = ({ secrets, over, given, encoding, sentAt, windowMs = signatureWindowMs, now }: Signature): void => {
  if (given === undefined) throw refused('missing')
  if (sentAt !== 'not said by this vendor') checkAge(sentAt, windowMs, now)
  const candidates = given.filter((text) => digests[encoding].test(text)).map((text) => Buffer.from(text, encoding))
  if (candidates.length === 0) throw refused('malformed')
  let matches = false
  for (const secret of secrets) {
    if (secret.length === 0) continue // anybody can sign with nothing
    const digest = digestOf(secret, over)
    for (const candidate of candidates) matches = timingSafeEqual(candidate, digest) || matches // every pair: the time it takes tells nothing
  }
  if (!matches) throw refused('foreign')
}

const checkAge = ({ text, unit }: Exclude<Signature['sentAt'], string>, windowMs: Millis, now: Millis): void => {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw refused('malformed')
  const ageMs = now - Number(text) * (unit === 'seconds' ? 1_000 : 1)
  if (ageMs > windowMs) throw refused('stale')
  if (ageMs < -signatureWindowMs) throw refused('early')
}

export const digestOf = (secret: string | Uint8Array, over: readonly (string | Uint8Array)[]): Buffer => {
  const hmac = createHmac('sha256', secret)
  for (const piece of over) hmac.update(piece)
  return hmac.digest()
}

const refused = (fault: keyof typeof signatureFaults): AppError => new AppError('unauthorized', signatureFaults[fault])

// 't=1795453200,v1=5257…,v1=6ab3…': the fields of such a header, each with all of its values.
export const signatureFields = (header: string): ReadonlyMap<string, string[]> => {
  const fields = new Map<string, string[]>()
  for (const field of header.split(',')) {
    const [name = '', ...value] = field.trim().split('=')
    fields.set(name, [...(fields.get(name) ?? []), value.join('=')])
  }
  return fields
}
