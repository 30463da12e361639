import { createHash, createHmac } from 'node:crypto'

// How Bird signs what it sends. Written from its side, so that our own check is not its own witness.
export const signBird = ({ url, body, key, seconds }: { url: string; body: Uint8Array; key: string; seconds: number }): string =>
  createHmac('sha256', key).update(`${seconds}\n`).update(`${url}\n`).update(createHash('sha256').update(body).digest()).digest('base64')
