import { createHmac } from 'node:crypto'

// How eco signs what it sends. Written from its side, so that our own check is not its own witness.
export const signEco = ({ body, secrets, nowMs }: { body: Uint8Array; secrets: readonly string[]; nowMs: number }): string => {
  const seconds = Math.floor(nowMs / 1_000)
  const digests = secrets.map((secret) => createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex'))
  return [`t=${seconds}`, ...digests.map((digest) => `v1=${digest}`)].join(',')
}
