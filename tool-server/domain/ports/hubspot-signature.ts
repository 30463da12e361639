import { hash, timingSafeEqual } from 'node:crypto'
import { AppError } from '@portero/shared'
import type { Inbound, Millis } from '../../define.ts'
import { checkSignature, digestOf, signatureFaults } from './signature.ts'

// Whether HubSpot has sent this, be it a card, a workflow or a webhook: v3 wherever it is there. The older ways cover no time, so they are good only where the same call twice is one call.
// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
type By = { secrets: readonly string[]; now: Millis }
export const checkCaller = ({ method, url, headers, rawBody }: Inbound, { secrets, now }: By): void => {
  const v3 = headers['x-hubspot-signature-v3']
  if (v3 === undefined) return checkDigest(headers, secrets.map((secret) => [secret, method, url, rawBody]))
  const sentAt = headers['x-hubspot-request-timestamp']
  const sign = (uri: string): void => checkSignature({ secrets, over: [method, uri, rawBody, sentAt ?? ''], given: [v3], encoding: 'base64', sentAt: { text: sentAt, unit: 'milliseconds' }, now })
  try {
    sign(url)
  } catch (thrown) {
    if (decoded(url) === url) throw thrown
    sign(decoded(url))
  }
}

export const signedAsHubspot = (inbound: Inbound, secret: string, now: Millis): Inbound => {
  const { method, url, headers, rawBody } = inbound
  return { ...inbound, headers: { ...headers, 'x-hubspot-request-timestamp': String(now), 'x-hubspot-signature-v3': digestOf(secret, [method, url, rawBody, String(now)]).toString('base64') } }
}

// Some webhooks are signed by v1, which covers the body and nothing else.
export const checkWebhook = (inbound: Inbound, by: By): void => {
  const { headers, rawBody } = inbound
  if (headers['x-hubspot-signature-v3'] !== undefined || headers['x-hubspot-signature-version'] !== 'v1') return checkCaller(inbound, by)
  checkDigest(headers, by.secrets.map((secret) => [secret, rawBody]))
}

// It signs some characters as they are, however they came over the wire.
const decoded = (uri: string): string => uri.replaceAll(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))

const checkDigest = ({ 'x-hubspot-signature': given }: Inbound['headers'], candidates: readonly (readonly (string | Buffer)[])[]): void => {
  if (given === undefined) throw refused('missing')
  if (!/^[0-9a-f]{64}$/i.test(given)) throw refused('malformed')
  const digest = Buffer.from(given, 'hex')
  let matches = false
  for (const pieces of candidates) matches = timingSafeEqual(digest, hash('sha256', Buffer.concat(pieces.map((piece) => Buffer.from(piece))), 'buffer')) || matches
  if (!matches) throw refused('foreign')
}
const refused = (fault: keyof typeof signatureFaults): AppError => new AppError('unauthorized', signatureFaults[fault])
