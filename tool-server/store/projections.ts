import { sql, type Kysely, type RawBuilder } from 'kysely'
import { z } from 'zod'
import type { Act, DB, Millis } from '../define.ts'
import { formerly } from '../domain/calendars.ts'
import type { Tour } from '../domain/tours.ts'
import { at } from '../spine/db.ts'

// What of ours stands in whose calendar, as we told it and as we know it.
// seen: what people made of it there, as long as that isn't decided; at: since when it is known; many: much else went with it; listed: of how many it is the one whose people are asked, where they only weren't listed any more.
// isPutSince: by an answer that was heard later, it may stand there again. returned: it had gone before it was put, and has not been seen there since.
export const seenThere = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('there'), startsAt: z.int(), endsAt: z.int(), version: z.string().optional(), at: z.int() }),
  z.strictObject({ is: z.literal('gone'), many: z.boolean(), listed: z.int().optional(), isPutSince: z.literal(true).optional(), at: z.int() }),
])
export type SeenThere = z.infer<typeof seenThere>
export type ProjectionState = 'sent' | 'stands' | 'leaving' | 'gone' | 'dead' // leaving: we take it away; gone: it is not there; dead: what we told last was refused
export type Projection = {
  ours: string; connection: string; tours: string[]; state: ProjectionState; number: number; digest: string | null; startsAt: Millis; endsAt: Millis; wasStartsAt: Millis | null; wasEndsAt: Millis | null
  external: string | null; versions: string[]; link: string | null; isBooked: boolean; invites: boolean; seen: SeenThere | undefined; returned: boolean; refusals: number
}
type Row = Omit<Projection, 'seen'> & { seen: unknown }
const columns = sql`ours, connection_id as connection, tours, state, number, digest, starts_at as "startsAt", ends_at as "endsAt", was_starts_at as "wasStartsAt", was_ends_at as "wasEndsAt", external_id as external, versions, link, is_booked as "isBooked", invites, seen, returned, refusals`
const projectionOf = ({ seen, ...row }: Row): Projection => ({ ...row, seen: seen === null ? undefined : seenThere.parse(seen) })
type Which = Pick<Projection, 'ours' | 'connection'>
const which = ({ subject: { tenant } }: Act, { ours, connection }: Which) => sql`tenant_id = ${tenant} and ours = ${ours} and connection_id = ${connection}`

// Locked, all of them: the answer to what was told, its echo and what a person did there may be heard at one moment, and each is judged by what the others left.
export const projectionAt = async (act: Act, one: Which): Promise<Projection | undefined> => {
  const { rows: [row] } = await sql<Row>`select ${columns} from projection where ${which(act, one)} for no key update`.execute(act.tx)
  return row && projectionOf(row)
}
export const projectionsOf = async ({ tx, subject: { tenant } }: Act, ours: string): Promise<Projection[]> => {
  const { rows } = await sql<Row>`select ${columns} from projection where tenant_id = ${tenant} and ours = ${ours} order by connection_id for no key update`.execute(tx)
  return rows.map(projectionOf)
}
export const projectionsAmong = async ({ tx, subject: { tenant } }: Act, connection: string, { ours, ids }: { ours: readonly string[]; ids: readonly string[] }): Promise<Projection[]> => {
  const { rows } = await sql<Row>`select ${columns} from projection where tenant_id = ${tenant} and connection_id = ${connection} and (external_id = any(${ids}::text[]) or ours = any(${ours}::uuid[])) order by ours for no key update`.execute(tx)
  return rows.map(projectionOf)
}

// As what a visit is shown: by itself, or with all who share it; and as what it was.
export const asWhat = async ({ tx, subject: { tenant } }: Act, tour: string): Promise<string[]> => {
  const { rows } = await sql<{ ours: string }>`select coalesce(session_id, id) as ours from tour where tenant_id = ${tenant} and id = ${tour} union select ours from projection where tenant_id = ${tenant} and tours @> array[${tour}::uuid] and state <> 'gone' order by 1`.execute(tx)
  return rows.map(({ ours }) => ours)
}
// The visits that one event shows, by now.
export type Shown = Pick<Tour, 'id' | 'person' | 'conversation' | 'home' | 'agent' | 'startsAt' | 'endsAt' | 'status' | 'party'>
export const shownAs = async ({ tx, subject: { tenant } }: Act, ours: string): Promise<Shown[]> => {
  const { rows } = await sql<Omit<Shown, 'conversation'> & { conversation: string | null }>`select id, person_id as person, conversation_id as conversation, home_id as home, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt", status, party from tour
    where tenant_id = ${tenant} and (session_id = ${ours} or (id = ${ours} and session_id is null)) and status not in ('held', 'cancelled') order by id`.execute(tx)
  return rows.map(({ conversation, ...row }) => ({ ...row, conversation: conversation ?? undefined }))
}

// false: somebody else has told of it meanwhile.
type Told = Which & { before: number; tours: readonly string[]; digest: string; startsAt: Millis; endsAt: Millis; invites: boolean }
export const notePut = async ({ tx, subject: { tenant }, now }: Act, { ours, connection, before, tours, digest, startsAt, endsAt, invites }: Told): Promise<boolean> => {
  const { numAffectedRows } = await sql`insert into projection (tenant_id, ours, connection_id, tours, state, digest, starts_at, ends_at, invites, changed_at)
    values (${tenant}, ${ours}, ${connection}, ${tours}::uuid[], 'sent', ${digest}, ${at(startsAt)}, ${at(endsAt)}, ${invites}, ${at(now)})
    on conflict (tenant_id, ours, connection_id) do update set tours = excluded.tours, state = 'sent', number = projection.number + 1, digest = excluded.digest, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
      was_starts_at = projection.starts_at, was_ends_at = projection.ends_at, invites = excluded.invites, changed_at = excluded.changed_at where projection.number = ${before}`.execute(tx)
  return numAffectedRows === 1n
}
export const noteDropping = async (act: Act, { number, ...one }: Which & { number: number }, state: 'leaving' | 'gone'): Promise<boolean> => {
  const { numAffectedRows } = await sql`update projection set state = ${state}, number = number + 1, digest = '', seen = null, returned = true, changed_at = ${at(act.now)} where ${which(act, one)} and number = ${number}`.execute(act.tx)
  return numAffectedRows === 1n
}
// It is to be told anew, as soon as what is under way has been answered.
export const noteDue = async (act: Act, one: Which): Promise<void> => {
  await sql`update projection set digest = null where ${which(act, one)}`.execute(act.tx)
}

// What a calendar refused is nothing to mend once it is told anew: tried again then, it would put there what was before.
export const noteOvertaken = async ({ tx, subject: { tenant } }: Act, line: string, last: string | undefined): Promise<void> => {
  await sql`update job set state = 'dropped' where tenant_id = ${tenant} and kind = 'command' and key >= ${`${line}:`} and key < ${`${line}:\u{10ffff}`} and key is distinct from ${last ?? null} and state = 'dead'`.execute(tx)
}

// What stands there for visits of ours that we have forgotten putting there; as they are, and to be told anew.
type Found = { connection: string; agent: string; events: readonly { ours: string; id: string }[] }
export const noteFoundThere = async ({ tx, subject: { tenant }, now }: Act, { connection, agent, events }: Found): Promise<Projection[]> => {
  const found = sql.join(events.map(({ ours, id }) => sql`(${ours}::uuid, ${id}::text)`))
  const { rows } = await sql<Row>`insert into projection (tenant_id, ours, connection_id, tours, state, starts_at, ends_at, external_id, changed_at)
    select ${tenant}::uuid, f.ours, ${connection}::uuid, array_agg(t.id order by t.id), 'stands', min(t.starts_at), min(t.ends_at), min(f.id), ${at(now)} from (values ${found}) as f (ours, id) join tour t on t.tenant_id = ${tenant} and coalesce(t.session_id, t.id) = f.ours
    where t.agent_id = ${agent} and t.status not in ('held', 'cancelled') group by f.ours on conflict do nothing returning ${columns}`.execute(tx)
  return rows.map(projectionOf)
}

// What is known of it now. versions: the last few, or what is seen late would be taken for what somebody has just done.
// former: the event that this one stands in for, where a calendar has another one for each time.
type News = Partial<Pick<Projection, 'state' | 'digest' | 'external' | 'link' | 'isBooked' | 'returned' | 'refusals'>> & { version?: string | undefined; former?: string | undefined; seen?: SeenThere | null }
const mostVersions = 8
export const noteKnown = async (act: Act, one: Projection, { version, former, ...news }: News): Promise<void> => {
  const since = version === undefined ? one.versions : [...one.versions.filter((each) => each !== version), version]
  const versions = [...(former === undefined ? [] : [formerly(former)]), ...since.slice(former === undefined ? -mostVersions : 1 - mostVersions)]
  const { state, digest, external, link, isBooked, returned, refusals, seen = one.seen ?? null } = { ...one, ...news }
  await sql`update projection set state = ${state}, digest = ${digest}, external_id = ${external}, link = ${link}, is_booked = ${isBooked}, returned = ${returned || state === 'gone'}, refusals = ${refusals}, versions = ${versions}::text[], changed_at = case when ${state} = 'gone' then ${at(act.now)} else changed_at end, seen = ${seen === null ? null : JSON.stringify(seen)}::jsonb where ${which(act, one)}`.execute(act.tx)
}

// How many visits have gone from a calendar within the last moment.
export const goneLately = async ({ tx, subject: { tenant }, now }: Act, connection: string): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from projection where tenant_id = ${tenant} and connection_id = ${connection} and ends_at > ${at(now)} and (seen ->> 'is' = 'gone' or (state = 'gone' and changed_at > ${at(now - lateMs)}))`.execute(tx)
  return row?.count ?? 0
}
const lateMs: Millis = 60_000

// Whether the calendar still has to answer something of this; what has begun can't be taken back, only waited for.
export const told = 'calendar.told' // the flow that hears what it answered
const underWay = (tenant: string, serial: RawBuilder<unknown>): RawBuilder<unknown> => sql`select 1 from job j where j.tenant_id = ${tenant} and j.serial = ${serial} and j.state in ('scheduled', 'ready', 'running') and (j.kind = 'command' or (j.kind = 'turn' and j.name = ${told}))`
export const isUnderWay = async ({ tx, subject: { tenant } }: Act, serial: string): Promise<boolean> => {
  const { rows } = await sql`${underWay(tenant, sql`${serial}`)} limit 1`.execute(tx)
  return rows.length > 0
}

// Visits ahead that do not stand where they are to be shown, or not as they are to; and those that were to go from where they are, of which nothing is on its way: what only was as if it had left, in shadow mode, has to be told yet.
type Places = { places: readonly { agent: string; connection: string }[]; now: Millis }
export const notShown = async (on: Kysely<DB>, tenant: string, { places, now }: Places): Promise<string[]> => {
  if (places.length === 0) return []
  const onItsWay = underWay(tenant, sql`'event:' || p.connection_id || ':' || p.ours`)
  const { rows } = await sql<{ id: string }>`select t.id from (values ${sql.join(places.map(({ agent, connection }) => sql`(${agent}::uuid, ${connection}::uuid)`))}) as place (agent, connection) join tour t on t.tenant_id = ${tenant} and t.agent_id = place.agent
    where t.status = 'confirmed' and t.starts_at > ${at(now)} and not exists (select 1 from projection p where p.tenant_id = t.tenant_id and p.ours = coalesce(t.session_id, t.id) and p.connection_id = place.connection and t.id = any(p.tours)
      and (p.state in ('sent', 'leaving') and exists (${onItsWay}) or (p.state in ('stands', 'dead') and p.digest is not null) or p.seen is not null)) order by t.starts_at, t.id limit ${sql.lit(mostShown)}`.execute(on)
  const { rows: leaving } = await sql<{ id: string }>`select p.tours[1] as id from projection p join connection c on c.tenant_id = p.tenant_id and c.id = p.connection_id and c.ended_at is null
    where p.tenant_id = ${tenant} and p.state = 'leaving' and p.ends_at > ${at(now)} and not exists (${onItsWay}) limit ${sql.lit(mostShown)}`.execute(on)
  return [...new Set([...rows, ...leaving].map(({ id }) => id))]
}
const mostShown = 200
// Visits ahead that their calendar refused, or that somebody has to book there by hand, where there is nobody to call for it.
export const visitsRefused = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(distinct t.id) as count from projection p join connection c on c.tenant_id = p.tenant_id and c.id = p.connection_id and c.ended_at is null
      join tour t on t.tenant_id = p.tenant_id and t.id = any(p.tours) and t.status = 'confirmed' and t.starts_at > ${at(now)} and t.conversation_id is null
    where p.tenant_id = ${tenant} and (p.state = 'dead' or (p.state = 'stands' and not p.is_booked)) and not exists (select 1 from conversation v where v.tenant_id = t.tenant_id and v.person_id = t.person_id)`.execute(on)
  return row?.count ?? 0
}
export const forgetShown = async (on: Kysely<DB>, tenant: string, before: Millis): Promise<number> => {
  const { numAffectedRows } = await sql`delete from projection where tenant_id = ${tenant} and ends_at < ${at(before)}`.execute(on)
  return Number(numAffectedRows ?? 0n)
}

export const toursAheadOf = async ({ tx, subject: { tenant }, now }: Act, agent: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`select id from tour where tenant_id = ${tenant} and agent_id = ${agent} and status = 'confirmed' and starts_at > ${at(now)} order by starts_at, id limit ${sql.lit(mostShown)}`.execute(tx)
  return rows.map(({ id }) => id)
}
// Nobody knows any more what stands there. How often it was told stays, since that names the commands; whatever is answered now is of before.
export const forgetProjections = async ({ tx, subject: { tenant }, now }: Act, connection: string): Promise<void> => {
  await sql`update projection set state = 'gone', number = number + 1, digest = '', external_id = null, versions = '{}', link = null, invites = false, seen = null, returned = true, changed_at = ${at(now)} where tenant_id = ${tenant} and connection_id = ${connection}`.execute(tx)
}

// How a visit stands in the calendar of whoever shows it. waits: it is on its way there; byHand: the calendar takes nothing by itself, so somebody has to put it there.
export type InCalendar = 'waits' | 'stands' | 'byHand' | 'failed'
export type CalendarState = { is: InCalendar | 'none'; link?: string }
type Asked = Pick<Act, 'tx'> & { subject: { tenant: string } }
export const calendarStateOf = async ({ tx, subject: { tenant } }: Asked, tour: string): Promise<CalendarState> => {
  const { rows: [row] } = await sql<{ is: InCalendar; link: string | null }>`select ${howItStands} as is, link ${shownOf(tenant, sql`${tour}::uuid`)}`.execute(tx)
  return row ? { is: row.is, ...(row.link !== null && { link: row.link }) } : { is: 'none' }
}
const howItStands = sql`case when p.state = 'sent' then 'waits' when p.state = 'dead' then 'failed' when p.is_booked then 'stands' else 'byHand' end`
const shownOf = (tenant: string, tour: RawBuilder<unknown>): RawBuilder<unknown> => sql`from projection p where p.tenant_id = ${tenant} and p.tours @> array[${tour}] and p.state in ('sent', 'stands', 'dead') order by p.changed_at desc limit 1`
// The same of a tour in a statement; null where it is to stand nowhere.
export const inCalendarOf = (tenant: string, tour: RawBuilder<unknown>): RawBuilder<unknown> => sql`(select ${howItStands} ${shownOf(tenant, tour)})`
// Whether it is the calendar that writes to its prospect.
export const isInvitedThere = async ({ tx, subject: { tenant } }: Act, tour: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from projection where tenant_id = ${tenant} and tours @> array[${tour}::uuid] and invites and state in ('sent', 'stands') limit 1`.execute(tx)
  return rows.length > 0
}
