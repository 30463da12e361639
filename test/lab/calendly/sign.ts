import { createHmac } from 'node:crypto'

// How Calendly signs what it sends. Written from its side, so that our own check is not its own witness.
export const signCalendly = ({ body, key, seconds }: { body: Uint8Array; key: string; seconds: number }): string => {
  const signed = Buffer.concat([Buffer.from(`${seconds}.`), body])
  return `t=${seconds},v1=${createHmac('sha256', Buffer.from(key)).update(signed).digest('hex')}`
}
