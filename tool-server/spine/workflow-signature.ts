import { hash, timingSafeEqual } from 'node:crypto'
import { AppError } from '@portero/shared'
import type { Inbound, Millis } from '../define.ts'
import type { Signature } from '../domain/ports/signature.ts'

// Who calls by workflow signs v3; the older way, v2, covers no time and is good only where the same call twice is one call.
// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
export const checkCaller = ({ method, url, headers, rawBody }: Inbound, { secrets, now, checkSignature }: { secrets: readonly string[]; now: Millis; checkSignature(signature: Signature): void }): void => {
  const v3 = headers['x-hubspot-signature-v3']
  if (v3 === undefined) return checkV2(headers['x-hubspot-signature'], secrets.map((secret) => [secret, method, url, rawBody]))
  const sentAt = headers['x-hubspot-request-timestamp']
  const sign = (uri: string): void => checkSignature({ secrets, over: [method, uri, rawBody, sentAt ?? ''], given: [v3], encoding: 'base64', sentAt: { text: sentAt, unit: 'milliseconds' }, now })
  try {
    sign(url)
  } catch (thrown) {
    if (decoded(url) === url) throw thrown
    sign(decoded(url))
  }
}

// It signs some characters as they are, however they came over the wire.
const decoded = (uri: string): string => uri.replaceAll(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))

const checkV2 = (given: string | undefined, candidates: readonly (readonly (string | Buffer)[])[]): void => {
  if (given === undefined) throw new AppError('unauthorized', 'The signature is missing.')
  if (!/^[0-9a-f]{64}$/i.test(given)) throw new AppError('unauthorized', 'The signature is malformed.')
  const digest = Buffer.from(given, 'hex')
  let matches = false
  for (const pieces of candidates) matches = timingSafeEqual(digest, hash('sha256', Buffer.concat(pieces.map((piece) => Buffer.from(piece))), 'buffer')) || matches
  if (!matches) throw new AppError('unauthorized', 'The signature does not match.')
}
