import request, { type Response } from 'supertest'
import type { Connection } from '@portero/tool-server/define.ts'
import { publicBaseUrl, secrets, type Stage } from './stage.ts'
import type { Vendor } from './vendors.ts'

// A vendor at the real door, with a signature as its contract makes it.
type Knock = {
  body: Buffer
  headers?: Record<string, string> | undefined
  signedBody?: Buffer // when what arrives is not what was signed
  secret?: string | null // null: no signature at all
  ageMs?: number // how long ago it was signed
  path?: string
}
export const knock = async ({ vendor: { contract }, house: { doors, clock } }: Stage, { id, vendor }: Connection, { body, headers, signedBody = body, secret = secrets.new, ageMs = 0, path = `/webhooks/${vendor}/${id}` }: Knock): Promise<Response> => {
  const signature = secret === null ? {} : contract.webhook?.sign({ method: 'POST', url: publicBaseUrl + path, body: signedBody, now: clock.now() - ageMs }, contract.settings([secret]))
  const sent = secret === null ? body : proven(contract, body, secret)
  return request(doors).post(path).type('application/json').set({ ...contract.webhook?.account, ...headers, ...signature }).serialize((bytes) => bytes).send(sent)
}

export const proven = ({ webhook, settings }: Vendor['contract'], body: Buffer, secret = secrets.new): Buffer => webhook?.within?.(body, settings([secret])) ?? body
export const bytesOf = (body: object | string | Buffer): Buffer => (Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
