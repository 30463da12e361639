import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { CalendarEvent } from '../domain/ports/calendar.ts'
import { at } from '../spine/db.ts'

// Time of whoever shows a visit that something else in their calendar takes as well.
export type Overlap = { tour: string; connection: string; event: string; escalation: string | undefined }
type Row = Omit<Overlap, 'escalation'> & { escalation: string | null }
const overlapOf = ({ escalation, ...row }: Row): Overlap => ({ ...row, escalation: escalation ?? undefined })
const columns = sql`tour_id as tour, connection_id as connection, external_id as event, escalation_id as escalation`

// What stands over what, of visits that are still to come, with whom they are now. An invitation of ours that came by mail is the visit itself, and so is what takes exactly its time: a copy, by another calendar or by hand.
const standing = ({ subject: { tenant }, now }: Pick<Act, 'subject' | 'now'>, which: RawBuilder<unknown>): RawBuilder<unknown> => sql`from busy_event b join connection c on c.tenant_id = b.tenant_id and c.id = b.connection_id and c.ended_at is null
    join agent a on a.tenant_id = c.tenant_id and a.active and lower(c.account) in (lower(a.details->>'email'), lower(a.details->>'calendar'))
    join tour t on t.tenant_id = b.tenant_id and t.agent_id = a.id and t.status = 'confirmed' and t.starts_at < b.ends_at and t.ends_at > b.starts_at and t.starts_at > ${at(now)} and (t.starts_at, t.ends_at) <> (b.starts_at, b.ends_at)
  where b.tenant_id = ${tenant} and ${which} and not exists (select 1 from invitation i where i.tenant_id = t.tenant_id and i.tour_id = t.id and i.role = 'agent' and i.starts_at = b.starts_at and i.ends_at = b.ends_at)`

// Those that are new, once each.
type Found = { tour: string; person: string }
const noteFound = async (act: Act, which: RawBuilder<unknown>, state: 'open' | 'settled'): Promise<Found[]> => {
  const { rows } = await sql<Found>`with found as (insert into overlap (tenant_id, tour_id, connection_id, external_id, state, found_at) select b.tenant_id, t.id, b.connection_id, b.external_id, ${state}, ${at(act.now)} ${standing(act, which)}
      on conflict (tenant_id, tour_id, connection_id, external_id) do nothing returning tenant_id, tour_id)
    select distinct t.id as tour, t.person_id as person from found f join tour t on t.tenant_id = f.tenant_id and t.id = f.tour_id order by 1`.execute(act.tx)
  return rows
}
export const findOverlaps = (act: Act, connection: string, events: readonly string[]): Promise<Found[]> => (events.length === 0 ? Promise.resolve([]) : noteFound(act, sql`b.connection_id = ${connection} and b.external_id in (${sql.join(events)})`, 'open'))
export const findOverlapsOf = (act: Act, tour: string): Promise<Found[]> => noteFound(act, sql`t.id = ${tour}`, 'open')
// Who put it there knows what else is there.
export const acceptOverlaps = async (act: Act, tour: string): Promise<void> => void (await noteFound(act, sql`t.id = ${tour}`, 'settled'))

// Those that are over, because one of the two is elsewhere by now, or gone.
export const endOverlaps = async (act: Act, which: { connection: string } | { tour: string }): Promise<Overlap[]> => {
  const mine = 'tour' in which ? sql`o.tour_id = ${which.tour}` : sql`o.connection_id = ${which.connection}`
  const { rows } = await sql<Row>`delete from overlap o where o.tenant_id = ${act.subject.tenant} and ${mine} and o.state <> 'handed' and not exists (select 1 ${standing(act, sql`b.connection_id = o.connection_id and b.external_id = o.external_id and t.id = o.tour_id`)}) returning ${columns}`.execute(act.tx)
  return rows.map(overlapOf)
}

export const dropOverlaps = async ({ tx, subject: { tenant } }: Act, connection: string): Promise<void> => {
  await sql`delete from overlap where tenant_id = ${tenant} and connection_id = ${connection} and state <> 'handed'`.execute(tx)
}

export const openOverlaps = async ({ tx, subject: { tenant } }: Act, tour: string): Promise<Overlap[]> => {
  const { rows } = await sql<Row>`select ${columns} from overlap where tenant_id = ${tenant} and tour_id = ${tour} and state = 'open' and escalation_id is null order by connection_id, external_id for update`.execute(tx)
  return rows.map(overlapOf)
}
export const noteAsked = async ({ tx, subject: { tenant } }: Act, tour: string, escalation: string | undefined): Promise<void> => {
  await sql`update overlap set escalation_id = ${escalation ?? null}, state = ${escalation === undefined ? 'settled' : 'open'} where tenant_id = ${tenant} and tour_id = ${tour} and state = 'open' and escalation_id is null`.execute(tx)
}
// Once for each visit, and for those who share it: what goes on after that is no accident.
export const noteHanded = async ({ tx, subject: { tenant } }: Act, tour: string): Promise<void> => {
  await sql`update overlap set state = 'handed' where tenant_id = ${tenant} and tour_id = ${tour} and state = 'open' and escalation_id is null`.execute(tx)
}
export const wasHanded = async ({ tx, subject: { tenant } }: Act, tour: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from tour mine join tour t on t.tenant_id = mine.tenant_id and (t.id = mine.id or t.session_id = mine.session_id) join overlap o on o.tenant_id = t.tenant_id and o.tour_id = t.id and o.state = 'handed' where mine.tenant_id = ${tenant} and mine.id = ${tour} limit 1`.execute(tx)
  return rows.length > 0
}
// Visits ahead over which something came, that nobody could be called for.
export const visitsUnasked = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(distinct t.id) as count from overlap o join tour t on t.tenant_id = o.tenant_id and t.id = o.tour_id and t.status = 'confirmed' and t.starts_at > ${at(now)}
    where o.tenant_id = ${tenant} and o.state = 'open' and o.escalation_id is null and not exists (select 1 from job j where j.tenant_id = o.tenant_id and j.kind = 'turn' and j.name = ${weighing} and j.key = 'timer:overlap:' || o.tour_id and j.state in ('scheduled', 'ready', 'running'))`.execute(on)
  return row?.count ?? 0
}
export const weighing = 'calendar.overlap' // the flow that decides about it
// Nobody has looked at it yet, and there is nothing left to look at: nobody was called for anything else since, and nobody wrote anything down.
export const conversationOfUnseen = async ({ tx, subject: { tenant } }: Act, escalation: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ conversation: string }>`select conversation_id as conversation from escalation e where tenant_id = ${tenant} and id = ${escalation} and seen_at is null and closed_at is null and not joined
    and not exists (select 1 from note n where n.tenant_id = e.tenant_id and n.conversation_id = e.conversation_id and n.written_at >= e.opened_at)
    and not exists (select 1 from overlap o where o.tenant_id = e.tenant_id and o.escalation_id = e.id)`.execute(tx)
  return row?.conversation
}
// Which of these take exactly the time of a visit of theirs.
export const visitsThen = async ({ tx, subject: { tenant } }: Act, agent: string, events: readonly CalendarEvent[]): Promise<Set<string>> => {
  const there = events.flatMap((event) => (event.is === 'there' ? [sql`(${event.id}::text, ${at(event.startsAt)}, ${at(event.endsAt)})`] : []))
  if (there.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`select e.id from (values ${sql.join(there)}) as e (id, starts_at, ends_at) join tour t on t.tenant_id = ${tenant} and t.agent_id = ${agent} and t.status = 'confirmed' and (t.starts_at, t.ends_at) = (e.starts_at, e.ends_at)`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}
