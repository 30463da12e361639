import { hash } from 'node:crypto'
import type { Inbound, Millis } from '../../define.ts'
import { digestOf } from '../../domain/ports/signature.ts'

// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
// The time is that of the try, as the standard wants it. key: what makes the id, the same at each try, so whoever takes it knows it again.
export const signedHeaders = ({ key, body, secret, now }: { key: string; body: string | Buffer; secret: string; now: Millis }): Record<string, string> => {
  const id = `msg_${hash('sha256', key).slice(0, 32)}`
  const sentAt = String(Math.floor(now / 1_000))
  const signature = digestOf(Buffer.from(secret.slice('whsec_'.length), 'base64'), [`${id}.${sentAt}.`, body]).toString('base64')
  return { 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': `v1,${signature}` }
}
// Of a body that somebody wrote, to be tried at whoever takes alerts.
export const signedAlert = (sent: Inbound, secret: string, now: Millis): Inbound => ({ ...sent, headers: { ...sent.headers, ...signedHeaders({ key: sent.rawBody.toString('base64'), body: sent.rawBody, secret, now }) } })
