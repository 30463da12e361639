import { timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import { AppError, type views } from '@portero/shared'
import type { Millis } from '../define.ts'
import { deeds, type Deed } from '../domain/card-views.ts'
import type { Db } from '../spine/db.ts'
import { at } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import type { Tickets } from './card-tickets.ts'
import { claimValue, personName } from './places.ts'
import type { ConversationState } from './tables.ts'

// Who a record of the CRM is to us, and what was done for them. What was erased opens as undefined, since a card must show the rest.
export type CardReads = { db: Db; vault: Vault; tenant: string }
export type CardPerson = { id: string; name: string | undefined; phone: string | undefined; conversations: { id: string; state: ConversationState }[] } // the latest first
export type Done = Deed & { id: string; at: Millis; conversation: string | undefined; user: string | undefined }

export const opener = ({ db, vault, tenant }: CardReads) => async (place: string, sealed: Buffer | null): Promise<string | undefined> => {
  if (!sealed) return undefined
  try {
    return (await vault.open(db.bare, tenant, place, sealed)).toString()
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found') return undefined
    throw thrown
  }
}

// A record that nobody of ours has is nobody, and another tenant's is one of those. A ticket may be about several: then it is whoever wrote last.
export const personOfRecord = async (on: CardReads & { tickets: Tickets }, { type, id }: views.CardRecord): Promise<CardPerson | undefined> => {
  const { db, tickets, tenant } = on
  const [kind, ids] = type === 'ticket' ? (['contact', await tickets.contactsOf(tenant, id)] as const) : ([type, [id]] as const)
  if (ids.length === 0) return undefined
  const { rows: [row] } = await sql<{ id: string; name_sealed: Buffer | null; phone_sealed: Buffer | null; conversations: CardPerson['conversations'] }>`select p.id, p.name_sealed,
    (select value_sealed from claim c where c.tenant_id = p.tenant_id and c.person_id = p.id and kind = 'phone' order by claimed_at limit 1) as phone_sealed,
    coalesce((select json_agg(json_build_object('id', c.id, 'state', c.state) order by coalesce(c.heard_at, c.opened_at) desc, c.id desc) from conversation c where c.tenant_id = p.tenant_id and c.person_id = p.id), '[]'::json) as conversations
    from counterpart k join person p on p.tenant_id = k.tenant_id and p.id = k.person_id where k.tenant_id = ${tenant} and k.kind = ${kind} and k.external_id in (${sql.join(ids)}) and p.blocked_at is null
    order by (select max(coalesce(c.heard_at, c.opened_at)) from conversation c where c.tenant_id = p.tenant_id and c.person_id = p.id) desc nulls last, p.id limit 1`.execute(db.bare)
  if (!row) return undefined
  const open = opener(on)
  return { id: row.id, conversations: row.conversations, name: await open(personName(row.id), row.name_sealed), phone: await open(claimValue('phone', row.id), row.phone_sealed) }
}

const mostDeeds = 200
type DoneRow = { id: string; at: Millis; what: string; by: string; user: string | null; conversation: string | null; after_sealed: Buffer | null }
// Of the audit, the latest first; from is part of it, until is not.
export const doneFor = async (on: CardReads, person: string, { from, until }: { from?: Millis | undefined; until?: Millis | undefined } = {}): Promise<Done[]> => {
  const { rows } = await sql<DoneRow>`select id, at, what, by, user_id as user, conversation_id as conversation, after_sealed from audit where tenant_id = ${on.tenant} and person_id = ${person}
    and what in (${sql.join(deeds.map((name) => sql`${`action:${name}`}`))}) ${from === undefined ? sql`` : sql`and at >= ${at(from)}`} ${until === undefined ? sql`` : sql`and at < ${at(until)}`}
    order by at desc, id desc limit ${mostDeeds}`.execute(on.db.bare)
  const open = opener(on)
  return Promise.all(rows.map(async ({ id, at: when, what, by, user, conversation, after_sealed }) => {
    const after: unknown = JSON.parse((await open(`audit.after:${id}`, after_sealed)) ?? '{}')
    return { id, at: when, what: what.slice('action:'.length), by, user: user ?? undefined, conversation: conversation ?? undefined, args: part(after, 'args'), result: part(after, 'result') }
  }))
}
const part = (whole: unknown, name: string): unknown => (typeof whole === 'object' && whole !== null ? Reflect.get(whole, name) : undefined)

// Where a page begins, as a word that says nothing and holds for this person only.
export type Place = { at: Millis; id: string }
const macLength = 10
const macOf = async ({ db, vault, tenant }: CardReads, person: string, body: Buffer): Promise<Buffer> => (await vault.blindIndex(db.bare, tenant, `card-cursor:${person}`, body.toString('hex'))).subarray(0, macLength)
export const cursorOf = async (on: CardReads, person: string, place: Place): Promise<string> => {
  const body = Buffer.concat([Buffer.alloc(8), Buffer.from(place.id.replaceAll('-', ''), 'hex')])
  body.writeBigInt64BE(BigInt(place.at))
  return Buffer.concat([body, await macOf(on, person, body)]).toString('base64url')
}
export const placeOf = async (on: CardReads, person: string, cursor: string): Promise<Place> => {
  const bytes = Buffer.from(cursor, 'base64url')
  const body = bytes.subarray(0, 24)
  if (bytes.length !== 24 + macLength || !timingSafeEqual(bytes.subarray(24), await macOf(on, person, body))) throw new AppError('invalid_input', 'no cursor of ours')
  return { at: Number(body.readBigInt64BE()), id: body.toString('hex', 8).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
}
