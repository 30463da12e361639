import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { Taken, Tour, TourStatus } from '../domain/tours.ts'
import { at } from '../spine/db.ts'
import { isLapsed, makingWay } from './holds.ts'

const columns = sql`id, person_id as person, conversation_id as conversation, home_id as home, building_id as building, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt", status, version`
type Row = Omit<Tour, 'conversation'> & { conversation: string | null }
const tourOf = ({ conversation, ...rest }: Row): Tour => ({ ...rest, conversation: conversation ?? undefined })

// What is only held is nobody's visit yet.
export const toursOf = async (on: Kysely<DB>, tenant: string, person: string): Promise<Tour[]> => {
  const { rows } = await sql<Row>`select ${columns} from tour where tenant_id = ${tenant} and person_id = ${person} and status <> 'held' order by starts_at desc limit 50`.execute(on)
  return rows.map(tourOf)
}

// person: whose it must be; anybody's without.
type Which = { id: string; person: string | undefined }
export const findTour = (act: Act, which: Which): Promise<Tour | undefined> => oneTour(act, which, sql``)
// Nobody else moves it from here on. After the days, where those are taken too.
export const lockTour = (act: Act, which: Which): Promise<Tour | undefined> => oneTour(act, which, sql`for no key update`)
const oneTour = async ({ tx, subject }: Pick<Act, 'tx' | 'subject'>, { id, person }: Which, how: RawBuilder<unknown>): Promise<Tour | undefined> => {
  const { rows: [row] } = await sql<Row>`select ${columns} from tour where tenant_id = ${subject.tenant} and id = ${id} and (${person ?? null}::uuid is null or person_id = ${person ?? null}::uuid) ${how}`.execute(tx)
  return row && tourOf(row)
}

type Range = { agents: readonly string[]; from: Millis; to: Millis }
const mondayOf = (day: string) => sql`date_trunc('week', ${day}::date::timestamp)::date`
const among = (ids: readonly string[]) => sql`(${sql.join(ids.map((id) => sql`${id}::uuid`))})`

export const takenTimes = async (on: Kysely<DB>, tenant: string, { agents, from, to, now }: Range & { now: Millis }): Promise<Taken[]> => {
  if (agents.length === 0) return []
  const { rows } = await sql<Taken>`select agent_id as agent, building_id as building, starts_at as "startsAt", ends_at as "endsAt" from tour
    where tenant_id = ${tenant} and agent_id in ${among(agents)} and status <> 'cancelled' and (held_until is null or held_until > ${at(now)}) and session_id is null and starts_at < ${at(to)} and ends_at > ${at(from)}
    union all select s.agent_id, h.building_id, s.starts_at, s.ends_at from session s join home h on h.tenant_id = s.tenant_id and h.id = s.home_id
    where s.tenant_id = ${tenant} and s.agent_id in ${among(agents)} and s.starts_at < ${at(to)} and s.ends_at > ${at(from)}`.execute(on)
  return rows
}

// Taken before anything is decided about these days; in the order of agent and day, or two bookings could wait for each other. moving: a tour whose present day is taken with them.
// The Monday too of those who show so many in a week: two bookings on two days of it would not see each other.
// The person's row as well, so that one prospect can't take two slots of the same hour at once. Answers how many visits each has shown, or will, in between.
export const lockDays = async ({ tx, subject }: Act, { agents, person, day, from, to, moving }: Range & { person: string; day: string; moving?: string }): Promise<Map<string, number>> => {
  const present = moving ? sql`union select agent_id, day from tour where tenant_id = ${subject.tenant} and id = ${moving}` : sql``
  const { rows } = await sql<{ agent: string; shown: number }>`with me as materialized (select id from person where tenant_id = ${subject.tenant} and id = ${person} for no key update),
    able as (select agent from (values ${sql.join(agents.map((agent) => sql`(${agent}::uuid)`))}) as given (agent)),
    asked as (select agent, ${day}::date as day from able union select a.id, ${mondayOf(day)} from able join agent a on a.tenant_id = ${subject.tenant} and a.id = able.agent where a.details->'perWeek' is not null ${present})
    insert into agent_day (tenant_id, agent_id, day) select ${subject.tenant}::uuid, agent, day from asked
    where exists (select 1 from me) order by agent, day on conflict (tenant_id, agent_id, day) do update set bookings = agent_day.bookings
    returning agent_id as agent, (select count(*) from tour t where t.tenant_id = agent_day.tenant_id and t.agent_id = agent_day.agent_id and t.status <> 'cancelled' and t.starts_at >= ${at(from)} and t.starts_at < ${at(to)}) as shown`.execute(tx)
  return new Map(rows.map(({ agent, shown }) => [agent, shown]))
}

type Wanted = { id: string; person: string; conversation: string | undefined; home: string; building: string; day: string; startsAt: Millis; endsAt: Millis; agents: readonly string[]; gapMs: Millis; perDay: number; heldUntil?: Millis | undefined }
type Place = Omit<Wanted, 'conversation' | 'heldUntil'>
export type Placed = { outcome: 'booked' | 'mine' | 'clash'; id: string; agent: string; home: string }

// Under the lock. own: what this person has then; fit: the first agent in the wanted order whose day has room, with the way to and from other buildings. The tour itself is in nobody's way.
const finding = ({ subject: { tenant }, now }: Act, { id, person, building, day, startsAt, endsAt, agents, gapMs, perDay }: Place): RawBuilder<unknown> => {
  const gap = sql`case when t.building_id = ${building}::uuid then interval '0' else ${gapMs / 1000}::double precision * interval '1 second' end`
  return sql`own as materialized (select id, agent_id, home_id from tour t where t.tenant_id = ${tenant} and t.person_id = ${person} and t.id <> ${id}::uuid and t.status = 'confirmed' and t.starts_at < ${at(endsAt)} and t.ends_at > ${at(startsAt)}),
    busy as materialized (select t.agent_id, t.building_id, t.starts_at, t.ends_at from tour t where t.tenant_id = ${tenant} and t.agent_id in ${among(agents)} and t.id <> ${id}::uuid and t.status in ('held', 'confirmed') and not ${isLapsed({ person, now })} and t.session_id is null
        and t.starts_at < ${at(endsAt + gapMs)} and t.ends_at > ${at(startsAt - gapMs)}
      union all select s.agent_id, h.building_id, s.starts_at, s.ends_at from session s join home h on h.tenant_id = s.tenant_id and h.id = s.home_id where s.tenant_id = ${tenant} and s.agent_id in ${among(agents)}
        and s.starts_at < ${at(endsAt + gapMs)} and s.ends_at > ${at(startsAt - gapMs)}),
    fit as (select asked.agent from (values ${sql.join(agents.map((agent, place) => sql`(${agent}::uuid, ${place}::int)`))}) as asked (agent, place)
      where not exists (select 1 from own)
        and not exists (select 1 from busy t where t.agent_id = asked.agent and t.starts_at < ${at(endsAt)} + ${gap} and t.ends_at + ${gap} > ${at(startsAt)})
        and (select count(*) from tour t where t.tenant_id = ${tenant} and t.agent_id = asked.agent and t.id <> ${id}::uuid and t.day = ${day}::date and t.status <> 'cancelled' and not ${isLapsed({ person, now })}) < ${perDay}
        and not exists (select 1 from agent a where a.tenant_id = ${tenant} and a.id = asked.agent and (a.details->>'perWeek')::int <= (select count(*) from tour t where t.tenant_id = ${tenant} and t.agent_id = asked.agent and t.id <> ${id}::uuid
          and t.day between ${mondayOf(day)} and ${mondayOf(day)} + 6 and t.status <> 'cancelled' and not ${isLapsed({ person, now })}))
      order by asked.agent = (select agent_id from tour where tenant_id = ${tenant} and id = ${id}::uuid) desc nulls last, asked.place limit 1)`
}

// mine: this person has that very visit; clash: another one then.
// A statement of its own after the lock, because a statement doesn't see what was committed while it waited. do nothing: the exclusion constraint is the net below all this.
export const placeTour = async (act: Act, wanted: Wanted): Promise<Placed | undefined> => {
  const { tx, subject, now } = act
  const { id, person, conversation, home, building, day, startsAt, endsAt, heldUntil } = wanted
  const isHold = heldUntil !== undefined
  const { rows } = await sql<Placed>`with ${finding(act, wanted)}, ${makingWay({ ...wanted, tenant: subject.tenant, isHold, now })},
    placed as (insert into tour (tenant_id, id, person_id, conversation_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, held_until, made_at, changed_at)
      select ${subject.tenant}::uuid, ${id}::uuid, ${person}::uuid, ${conversation ?? null}::uuid, ${home}::uuid, ${building}::uuid, agent, ${day}::date, ${at(startsAt)}, ${at(endsAt)}, ${isHold ? 'held' : 'confirmed'}, ${isHold ? at(heldUntil) : null}, ${at(now)}, ${at(now)} from fit, (select count(*) from freed) as free
      on conflict do nothing returning *),
    ${forgetting('placed', ['reschedule_tour', 'cancel_tour'])}
    select 'booked' as outcome, id, agent_id as agent, home_id as home from placed
    union all (select case when home_id = ${home}::uuid then 'mine' else 'clash' end, id, agent_id, home_id from own order by 1 desc limit 1)`.execute(tx)
  return rows[0]
}

// What was answered before is no longer the answer: the same call again is a new wish.
const forgetting = (changed: 'placed' | 'moved' | 'off', tools: readonly string[]): RawBuilder<unknown> => sql`forgotten as (delete from tool_reply where tool in (${sql.join(tools)})
  and (tenant_id, conversation_id) in (select c.tenant_id, c.id from conversation c join ${sql.ref(changed)} t on t.tenant_id = c.tenant_id and t.person_id = c.person_id))`
// Somebody else may have the seat that they had in a group.
const givingBack = (changed: 'moved' | 'off'): RawBuilder<unknown> => sql`seated as (update session s set taken = s.taken - 1 from mine m, ${sql.ref(changed)} t where t.id = m.id and s.tenant_id = m.tenant_id and s.id = m.session_id)`
const allAnswers = ['book_tour', 'reschedule_tour', 'cancel_tour']

// before: as its row was when it was locked; after: as it is now, where it was changed. clash: it wasn't, because its person has another one then.
type Changed = { before: Tour | undefined; after: Tour | undefined; clash: boolean }
type ChangedRow = Row & { what: 'before' | 'after' | 'clash' }
const changedOf = (rows: readonly ChangedRow[]): Changed => {
  const one = (isAfter: boolean): Tour | undefined => rows.flatMap(({ what, ...row }) => ((what === 'after') === isAfter ? [tourOf(row)] : []))[0]
  return { before: one(false), after: one(true), clash: rows.some(({ what }) => what === 'clash') }
}
const locked = (tenant: string, { id, person }: Which): RawBuilder<unknown> =>
  sql`mine as materialized (select * from tour where tenant_id = ${tenant} and id = ${id} and (${person ?? null}::uuid is null or person_id = ${person ?? null}::uuid) for no key update)`

// The same visit at another time, and perhaps elsewhere; with whom it was, where they can. Under the locks of its days. since: it begins after that.
type Moving = Place & { version: number | undefined; since: Millis }
export const moveTour = async (act: Act, wanted: Moving): Promise<Changed> => {
  const { tx, subject, now } = act
  const { id, person, home, building, day, startsAt, endsAt, version, since } = wanted
  const { rows } = await sql<ChangedRow>`with ${locked(subject.tenant, { id, person })}, ${finding(act, wanted)}, ${makingWay({ ...wanted, tenant: subject.tenant, isHold: false, now })},
    moved as (update tour t set home_id = ${home}::uuid, building_id = ${building}::uuid, agent_id = fit.agent, day = ${day}::date, starts_at = ${at(startsAt)}, ends_at = ${at(endsAt)}, version = t.version + 1, changed_at = ${at(now)}, moved_at = ${at(now)}, session_id = null
      from fit, mine m, (select count(*) from freed) as free where t.tenant_id = m.tenant_id and t.id = m.id and t.version = coalesce(${version ?? null}::int, m.version) and t.status in ('held', 'confirmed') and t.starts_at > ${at(since)}
        and (m.home_id, m.starts_at) <> (${home}::uuid, ${at(startsAt)}) returning t.*),
    ${givingBack('moved')}, ${forgetting('moved', allAnswers)}
    select case when exists (select 1 from own) then 'clash' else 'before' end as what, ${columns} from mine union all select 'after', ${columns} from moved`.execute(tx)
  return changedOf(rows)
}

// The other moves: only what it is called changes, and a cancelled one is in nobody's way.
export const settleTour = async ({ tx, subject, now }: Act, { id, status, version }: Tour, to: TourStatus): Promise<Tour | undefined> => {
  const { rows: [row] } = await sql<Row>`update tour set status = ${to}, held_until = null, version = version + 1, changed_at = ${at(now)}
    where tenant_id = ${subject.tenant} and id = ${id} and status = ${status} and version = ${version} returning ${columns}`.execute(tx)
  return row && tourOf(row)
}

// Its time is free again at once. since: it begins after that.
export const callOff = async ({ tx, subject, now }: Act, { version, since, ...which }: Which & { version: number; since: Millis }): Promise<Changed> => {
  const { rows } = await sql<ChangedRow>`with ${locked(subject.tenant, which)},
    off as (update tour t set status = 'cancelled', held_until = null, version = t.version + 1, changed_at = ${at(now)}
      from mine m where t.tenant_id = m.tenant_id and t.id = m.id and t.version = ${version} and t.status in ('held', 'confirmed') and t.starts_at > ${at(since)} returning t.*),
    ${givingBack('off')}, ${forgetting('off', allAnswers)}
    select 'before' as what, ${columns} from mine union all select 'after', ${columns} from off`.execute(tx)
  return changedOf(rows)
}
