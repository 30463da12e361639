import { createHash, timingSafeEqual } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { languages, type Language } from '@portero/shared'
import type { Act, DB, Millis } from '../define.ts'
import type { Known } from '../domain/reads.ts'
import { at } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'

// The name of a page on which one prospect books one home, or moves one visit, once. It says all that it is for, so that making one costs no query; a row begins when it is first used.
const lifeMs: Millis = 48 * 60 * 60_000
const minute = 60_000
const idLength = 16
const bodyLength = 2 * idLength + 4 + 1 // tenant, conversation, end, purpose
const homeLength = 4
const macLength = 16
const inLanguage = 2 // a purpose that says a language too

type On = { on: Kysely<DB>; vault: Vault }
export type BookingFor = { home: number; language?: Language | undefined } | { tour: string } // a home, by its number, and in which language it is to be shown; else the visit to be moved
type Named = { tenant: string; conversation: string; wish: BookingFor }

export const bookingToken = async (on: On, { tenant, conversation, wish }: Named, now: Millis): Promise<string> => {
  const what = 'tour' in wish ? bytes(wish.tour) : Buffer.alloc(homeLength)
  if ('home' in wish) what.writeUInt32BE(wish.home)
  const fixed = Buffer.concat([bytes(tenant), bytes(conversation), Buffer.alloc(4), Buffer.of('tour' in wish ? 1 : wish.language ? inLanguage + languages.indexOf(wish.language) : 0)])
  fixed.writeUInt32BE(Math.ceil((now + lifeMs) / minute), 2 * idLength)
  const body = Buffer.concat([fixed, what])
  return Buffer.concat([await macOf(on, tenant, body), body]).toString('base64url')
}

export type BookingLink = Named & { person: string; language: Known['language']; isNamed: boolean; hasMail: boolean; digest: Buffer; endsAt: Millis; tour: string | undefined; isUsed: boolean; held: { agent: string; startsAt: Millis; until: Millis } | undefined }
type Row = Pick<BookingLink, 'person' | 'language' | 'isNamed' | 'hasMail'> & { tour: string | null; usedAt: Millis | null; agent: string | null; startsAt: Millis | null; until: Millis | null }

// undefined: forged, or of nothing; both alike. Whether it is over or used is for whoever has it to see. The person is whose the conversation is now.
export const linkOfToken = async (on: On, token: string): Promise<BookingLink | undefined> => {
  const read = readToken(token)
  if (!read) return undefined
  const { given, body, tenant } = read
  const conversation = uuid(body.subarray(idLength, 2 * idLength))
  const digest = createHash('sha256').update(given).digest()
  const { rows: [row] } = await sql<Row>`select p.id as person, p.language, p.name_sealed is not null as "isNamed", p.email_sealed is not null as "hasMail", l.tour_id as tour, l.used_at as "usedAt", t.agent_id as agent, t.starts_at as "startsAt", t.held_until as until
    from conversation c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
    left join booking_link l on l.tenant_id = c.tenant_id and l.digest = ${digest} left join tour t on t.tenant_id = l.tenant_id and t.id = l.tour_id and t.status = 'held' and t.person_id = p.id
    where c.tenant_id = ${tenant} and c.id = ${conversation} and p.blocked_at is null`.execute(on.on)
  if (!row || !(await isSigned(on, read))) return undefined
  const what = body.subarray(bodyLength)
  const { person, language, isNamed, hasMail, tour, usedAt, agent, startsAt, until } = row
  return {
    tenant, conversation, person, language, isNamed, hasMail, digest, endsAt: body.readUInt32BE(2 * idLength) * minute, tour: tour ?? undefined, isUsed: usedAt !== null,
    wish: body[bodyLength - 1] === 1 ? { tour: uuid(what) } : { home: what.readUInt32BE(), language: languages[(body[bodyLength - 1] ?? 0) - inLanguage] },
    held: agent === null || startsAt === null || until === null ? undefined : { agent, startsAt, until },
  }
}

// Whether this tenant gave it out, wherever it leads: without looking at a row.
export const isLinkOf = async (on: On, tenant: string, token: string): Promise<boolean> => {
  const read = readToken(token)
  return read?.tenant === tenant && (await isSigned(on, read))
}

type Read = { given: Buffer; body: Buffer; tenant: string }
const readToken = (token: string): Read | undefined => {
  const given = Buffer.from(token, 'base64url')
  const body = given.subarray(macLength)
  if (given.toString('base64url') !== token || body.length !== bodyLength + (body[bodyLength - 1] === 1 ? idLength : homeLength)) return undefined
  return { given, body, tenant: uuid(body.subarray(0, idLength)) }
}
const isSigned = async (on: On, { given, body, tenant }: Read): Promise<boolean> => timingSafeEqual(given.subarray(0, macLength), await macOf(on, tenant, body))

// From here on nobody else uses it. Before anything else is locked.
type Which = Pick<BookingLink, 'digest' | 'endsAt'>
export const lockLink = async ({ tx, subject }: Act, { digest, endsAt }: Which): Promise<{ tour: string | undefined; isUsed: boolean }> => {
  const { rows: [row] } = await sql<{ tour: string | null; used: boolean }>`insert into booking_link (tenant_id, digest, ends_at) values (${subject.tenant}, ${digest}, ${at(endsAt)})
    on conflict (tenant_id, digest) do update set ends_at = excluded.ends_at returning tour_id as tour, used_at is not null as used`.execute(tx)
  return { tour: row?.tour ?? undefined, isUsed: row?.used ?? false }
}
export const noteLink = async ({ tx, subject, now }: Act, { digest }: Pick<Which, 'digest'>, { tour, isUsed }: { tour: string | undefined; isUsed: boolean }): Promise<void> => {
  await sql`update booking_link set tour_id = ${tour ?? null}, used_at = ${isUsed ? at(now) : null} where tenant_id = ${subject.tenant} and digest = ${digest}`.execute(tx)
}

const macOf = async ({ on, vault }: On, tenant: string, body: Buffer): Promise<Buffer> => (await vault.blindIndex(on, tenant, 'booking-link', body.toString('base64'))).subarray(0, macLength)
const bytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
const uuid = (id: Buffer): string => id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
