import { timingSafeEqual } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import type { Vault } from '../spine/vault.ts'
import type { MediaPlace } from './media.ts'

// Where a transcript's picture is for a quarter of an hour, for whom it was shown to. A forged, foreign or old one opens nothing, and all alike.
const lifeMs: Millis = 15 * 60_000
const steadyMs: Millis = 5 * 60_000 // the same for a while, so that a page that renews itself doesn't load its pictures anew each time
const minute = 60_000
const bodyLength = 16 + 16 + 2 + 4
const macLength = 16

type On = { on: Kysely<DB>; vault: Vault }
export type Named = MediaPlace & { tenant: string; user: string }

export const mediaToken = async (on: On, { tenant, message, place, user }: Named, now: Millis): Promise<string> => {
  const body = Buffer.concat([bytes(tenant), bytes(message), Buffer.alloc(6), Buffer.from(user)])
  body.writeUInt16BE(place, 32)
  body.writeUInt32BE((now - (now % steadyMs) + lifeMs) / minute, 34)
  return Buffer.concat([await macOf(on, tenant, body), body]).toString('base64url')
}

export const mediaOfToken = async (on: On, token: string, now: Millis): Promise<Named | undefined> => {
  const given = Buffer.from(token, 'base64url')
  const body = given.subarray(macLength)
  if (body.length <= bodyLength || given.toString('base64url') !== token || body.readUInt32BE(34) * minute <= now) return undefined
  const named = { tenant: uuid(body.subarray(0, 16)), message: uuid(body.subarray(16, 32)), place: body.readUInt16BE(32), user: body.toString('utf8', bodyLength) }
  const { rows } = await sql`select 1 from media where tenant_id = ${named.tenant} and message_id = ${named.message} and place = ${named.place}`.execute(on.on)
  return rows.length > 0 && timingSafeEqual(given.subarray(0, macLength), await macOf(on, named.tenant, body)) ? named : undefined
}

const macOf = async ({ on, vault }: On, tenant: string, body: Buffer): Promise<Buffer> => (await vault.blindIndex(on, tenant, 'media-link', body.toString('base64'))).subarray(0, macLength)
const bytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
const uuid = (id: Buffer): string => id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
