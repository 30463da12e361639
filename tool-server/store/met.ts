import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { Meeting } from '../domain/calendars.ts'
import { at } from '../spine/db.ts'
import { blinded } from './people.ts'
import { metTitle } from './places.ts'

// Meetings of our people with prospects whom we know, which they arranged in their own calendars.
export const knownGuests = async (act: Act, emails: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (emails.length === 0) return new Map()
  const names = await blinded(act, emails.map((value) => ({ kind: 'email' as const, value })))
  const { rows } = await sql<{ bidx: Buffer; person: string }>`select value_bidx as bidx, person_id as person from claim where tenant_id = ${act.subject.tenant} and kind = 'email' and value_bidx in (${sql.join(names.map(({ bidx }) => bidx))})
    and exists (select 1 from data_key k where k.tenant_id = claim.tenant_id and k.person_id = claim.person_id and k.blocked_at is null)`.execute(act.tx)
  return new Map(rows.flatMap(({ bidx, person }) => names.flatMap((name) => (name.bidx.equals(bidx) ? [[name.value, person] as const] : []))))
}

// Of these events, with whom we know of them already.
export type Met = { event: string; person: string }
export const metAmong = async ({ tx, subject: { tenant } }: Act, connection: string, events: readonly string[]): Promise<Met[]> => {
  if (events.length === 0) return []
  const { rows } = await sql<Met>`select external_id as event, person_id as person from met where tenant_id = ${tenant} and connection_id = ${connection} and external_id in (${sql.join(events)}) and status = 'confirmed'`.execute(tx)
  return rows
}

// true: it says something else than before.
type Arranged = Met & { connection: string; agent: string; title: string; startsAt: Millis; endsAt: Millis }
export const noteMet = async ({ tx, sealing, subject: { tenant }, newId }: Act, { connection, event, person, agent, title, startsAt, endsAt }: Arranged): Promise<boolean> => {
  const { rows: [known] } = await sql<{ id: string; title: Buffer; startsAt: Millis; endsAt: Millis; status: string; agent: string }>`select id, title_sealed as title, starts_at as "startsAt", ends_at as "endsAt", status, agent_id as agent from met
    where tenant_id = ${tenant} and connection_id = ${connection} and external_id = ${event} and person_id = ${person} for update`.execute(tx)
  if (known?.startsAt === startsAt && known.endsAt === endsAt && known.status === 'confirmed' && known.agent === agent && (await sealing.open(metTitle(known.id), known.title)) === title) return false
  const id = known?.id ?? newId()
  await sql`insert into met (tenant_id, id, connection_id, external_id, person_id, agent_id, starts_at, ends_at, status, title_sealed)
    values (${tenant}, ${id}, ${connection}, ${event}, ${person}, ${agent}, ${at(startsAt)}, ${at(endsAt)}, 'confirmed', ${await sealing.seal(metTitle(id), title, person)})
    on conflict (tenant_id, connection_id, external_id, person_id) do update set agent_id = excluded.agent_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at, status = 'confirmed', title_sealed = excluded.title_sealed`.execute(tx)
  return true
}
// false: it is over, or further ahead than is known; whatever becomes of its event, it was had, or may be yet.
export const callMetOff = async ({ tx, subject: { tenant }, now }: Act, connection: string, { event, person, until }: Met & { until: Millis | undefined }): Promise<boolean> => {
  const { numAffectedRows } = await sql`update met set status = 'cancelled' where tenant_id = ${tenant} and connection_id = ${connection} and external_id = ${event} and person_id = ${person} and ends_at > ${at(now)} ${until === undefined ? sql`` : sql`and starts_at < ${at(until)}`}`.execute(tx)
  return numAffectedRows === 1n
}

const mostMeetings = 50
export const meetingsOf = async (on: Kysely<DB>, tenant: string, person: string, open: (place: string, sealed: Buffer) => Promise<string>): Promise<Meeting[]> => {
  const { rows } = await sql<Omit<Meeting, 'title'> & { title: Buffer }>`select id, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt", status, title_sealed as title from met where tenant_id = ${tenant} and person_id = ${person} order by starts_at desc limit ${mostMeetings}`.execute(on)
  return Promise.all(rows.map(async ({ title, ...meeting }) => ({ ...meeting, title: await open(metTitle(meeting.id), title) })))
}
