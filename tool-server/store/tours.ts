import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Language } from '@portero/shared'
import type { Act, DB, Millis } from '../define.ts'
import type { Taken, Tour, TourStatus } from '../domain/tours.ts'
import { at } from '../spine/db.ts'
import { among, fitting, makingWay, mondayOf, seating, visitsIn, type Place } from './fitting.ts'
import { personName } from './places.ts'

const columns = sql`id, person_id as person, conversation_id as conversation, home_id as home, building_id as building, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt", status, version, party, language`
type Row = Omit<Tour, 'conversation' | 'language'> & { conversation: string | null; language: Language | null }
const tourOf = ({ conversation, language, ...rest }: Row): Tour => ({ ...rest, conversation: conversation ?? undefined, ...(language && { language }) })

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

// Of those who share a visit, one stretch.
export const takenTimes = async (on: Kysely<DB>, tenant: string, { agents, from, to, now }: Range & { now: Millis }): Promise<Taken[]> => {
  if (agents.length === 0) return []
  const mine = sql`from tour where tenant_id = ${tenant} and agent_id in ${among(agents)} and status <> 'cancelled' and (held_until is null or held_until > ${at(now)}) and starts_at < ${at(to)} and ends_at > ${at(from)}`
  const { rows } = await sql<Omit<Taken, 'group' | 'isHeld'> & { home: string | null; seatsTaken: number; held: boolean }>`select agent_id as agent, building_id as building, starts_at as "startsAt", ends_at as "endsAt", null::uuid as home, 0 as "seatsTaken", status = 'held' as held ${mine} and session_id is null
    union all select agent_id, building_id, starts_at, ends_at, home_id, sum(party), bool_and(status = 'held') ${mine} and session_id is not null group by session_id, agent_id, building_id, starts_at, ends_at, home_id`.execute(on)
  return rows.map(({ home, seatsTaken, held, ...taken }) => ({ ...taken, ...(home !== null && { group: { home, seatsTaken } }), ...(held && { isHeld: true as const }) }))
}

// Taken before anything is decided about these days; in the order of agent and day, or two bookings could wait for each other. moving: a tour whose present day is taken with them, as is that of a seat that they hold, which they give back, and of what they have that day, which may be handed to somebody else.
// The Monday too of those who show so many in a week: two bookings on two days of it would not see each other.
// The person's row as well, so that one prospect can't take two slots of the same hour at once; name: as they say it, which fills an empty one. Answers how many visits each has shown, or will, in between, and whether we know their name.
type Days = Range & { person: string; day: string; moving?: string; name?: string | undefined }
export const lockDays = async ({ tx, subject, sealing }: Act, { agents, person, day, from, to, moving, name }: Days): Promise<{ shown: Map<string, number>; isNamed: boolean }> => {
  const which = sql`tenant_id = ${subject.tenant} and id = ${person} and blocked_at is null`
  const me = name === undefined ? sql`select id, name_sealed is not null as named from person where ${which} for no key update`
    : sql`update person set name_sealed = coalesce(name_sealed, ${await sealing.seal(personName(person), name, person)}) where ${which} returning id, true as named`
  const present = sql`union select agent_id, day from tour where tenant_id = ${subject.tenant} and person_id = ${person} and (status = 'held' and session_id is not null or status = 'confirmed' and day = ${day}::date) ${moving ? sql`union select agent_id, day from tour where tenant_id = ${subject.tenant} and id = ${moving}` : sql``}`
  const { rows } = await sql<{ agent: string; shown: number; named: boolean }>`with me as materialized (${me}),
    able as (select agent from (values ${sql.join(agents.map((agent) => sql`(${agent}::uuid)`))}) as given (agent)),
    asked as (select agent, ${day}::date as day from able union select a.id, ${mondayOf(day)} from able join agent a on a.tenant_id = ${subject.tenant} and a.id = able.agent where a.details->'perWeek' is not null ${present})
    insert into agent_day (tenant_id, agent_id, day) select ${subject.tenant}::uuid, agent, day from asked
    where exists (select 1 from me) order by agent, day on conflict (tenant_id, agent_id, day) do update set bookings = agent_day.bookings
    returning agent_id as agent, (select named from me) as named, (select ${visitsIn} from tour t where t.tenant_id = agent_day.tenant_id and t.agent_id = agent_day.agent_id and t.status <> 'cancelled' and t.starts_at >= ${at(from)} and t.starts_at < ${at(to)}) as shown`.execute(tx)
  return { shown: new Map(rows.map(({ agent, shown }) => [agent, shown])), isNamed: rows.some(({ named }) => named) }
}

type Wanted = Place & { conversation: string | undefined; party?: number | undefined; language?: Language | undefined; heldUntil?: Millis | undefined }
export type Placed = { outcome: 'booked' | 'mine' | 'clash'; id: string; agent: string; home: string; startsAt: Millis }

// mine: this person has that very visit; clash: another one then.
// A statement of its own after the lock, because a statement doesn't see what was committed while it waited. do nothing: the exclusion constraint is the net below all this.
export const placeTour = async (act: Act, wanted: Wanted): Promise<Placed | undefined> => {
  const { tx, subject, now } = act
  const { id, person, conversation, home, building, day, startsAt, heldUntil, party = 1, language } = wanted
  const isHold = heldUntil !== undefined
  const { rows } = await sql<Placed>`with ${fitting(act, { ...wanted, party: sql`${party}::int`, languages: sql`select ${language ?? null}::text` })}, ${makingWay(act, { ...wanted, isHold })}, ${seating(act, wanted)},
    placed as (insert into tour (tenant_id, id, person_id, conversation_id, home_id, building_id, agent_id, session_id, party, language, day, starts_at, ends_at, status, held_until, made_at, changed_at)
      select ${subject.tenant}::uuid, ${id}::uuid, ${person}::uuid, ${conversation ?? null}::uuid, ${home}::uuid, ${building}::uuid, agent, (select id from seated), ${party}, ${language ?? null}, ${day}::date, ${at(startsAt)}, ends_at, ${isHold ? 'held' : 'confirmed'}, ${isHold ? at(heldUntil) : null}, ${at(now)}, ${at(now)} from fit, (select count(*) from freed) as free
      on conflict do nothing returning *),
    ${forgetting('placed', ['reschedule_tour', 'cancel_tour'])}
    select 'booked' as outcome, id, agent_id as agent, home_id as home, starts_at as "startsAt" from placed
    union all (select case when home_id = ${home}::uuid then 'mine' else 'clash' end, id, agent_id, home_id, starts_at from own order by 1 desc limit 1)`.execute(tx)
  return rows[0]
}

// What was answered before is no longer the answer: the same call again is a new wish.
const forgetting = (changed: 'placed' | 'moved' | 'off', tools: readonly string[]): RawBuilder<unknown> => sql`forgotten as (delete from tool_reply where tool in (${sql.join(tools)})
  and (tenant_id, conversation_id) in (select c.tenant_id, c.id from conversation c join ${sql.ref(changed)} t on t.tenant_id = c.tenant_id and t.person_id = c.person_id))`
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

// The same visit at another time, and perhaps elsewhere, or in another language; with whom it was, where they can. Under the locks of its days. since: it begins after that.
type Moving = Place & { version: number | undefined; since: Millis; language?: Language | undefined; byPeople?: boolean | undefined }
export const moveTour = async (act: Act, wanted: Moving): Promise<Changed> => {
  const { tx, subject, now } = act
  const { id, person, home, building, day, startsAt, version, since, language } = wanted
  const isElsewhere = sql`(m.home_id, m.starts_at) <> (${home}::uuid, ${at(startsAt)})`
  const spoken = sql`coalesce(${language ?? null}::text, m.language)`
  const { rows } = await sql<ChangedRow>`with ${locked(subject.tenant, { id, person })}, ${fitting(act, { ...wanted, party: sql`(select party from mine)`, languages: sql`select ${spoken} from mine m` })}, ${makingWay(act, { ...wanted, isHold: false })}, ${seating(act, wanted)},
    moved as (update tour t set home_id = ${home}::uuid, building_id = ${building}::uuid, agent_id = fit.agent, day = ${day}::date, starts_at = ${at(startsAt)}, ends_at = fit.ends_at, version = t.version + 1, changed_at = ${at(now)}, moved_at = case when ${isElsewhere} then ${at(now)} else t.moved_at end, session_id = (select id from seated), language = ${spoken}
      from fit, mine m, (select count(*) from freed) as free where t.tenant_id = m.tenant_id and t.id = m.id and t.version = coalesce(${version ?? null}::int, m.version) and t.status in ('held', 'confirmed') and t.starts_at > ${at(since)}
        and (${isElsewhere} or m.language is distinct from ${spoken}) returning t.*),
    ${forgetting('moved', allAnswers)}
    select case when exists (select 1 from own) then 'clash' else 'before' end as what, ${columns} from mine union all select 'after', ${columns} from moved`.execute(tx)
  return changedOf(rows)
}

// The same visit at the same time, shown by somebody else: of one guest, or of all who share it. Under the locks of the days. Answers what was changed: nothing where they have something else then, or too much.
type Handing = Tour & Pick<Place, 'day' | 'gapMs' | 'perDay'> & { isWhole: boolean; byPeople?: boolean | undefined }
export const handTours = async (act: Act, { id, version, agent, isWhole, ...tour }: Handing): Promise<Tour[]> => {
  const { tx, subject: { tenant }, now } = act
  const { rows: [shared] } = await sql<{ id: string; seats: number }>`select s.id, s.seats from session s join tour t on t.tenant_id = s.tenant_id and t.session_id = s.id where t.tenant_id = ${tenant} and t.id = ${id}`.execute(tx)
  const place = { ...tour, id, agents: [agent], person: nobody, seats: shared?.seats, itself: sql<boolean>`t.id in (select id from mine)` }
  const which = isWhole && shared ? sql`session_id = ${shared.id} and status in ('held', 'confirmed')` : sql`id = ${id} and version = ${version} and status = 'confirmed'`
  const { rows } = await sql<Row>`with mine as materialized (select * from tour where tenant_id = ${tenant} and ${which} order by id for no key update),
    ${fitting(act, { ...place, party: sql`(select sum(party)::int from mine)`, languages: sql`select language from mine` })}, ${makingWay(act, { ...place, isHold: false })}, ${seating(act, place)},
    handed as (update tour t set agent_id = fit.agent, ends_at = fit.ends_at, session_id = (select id from seated), version = t.version + 1, changed_at = ${at(now)} from fit, mine m, (select count(*) from freed) as free
      where t.tenant_id = m.tenant_id and t.id = m.id and not exists (select 1 from blackout b where b.tenant_id = t.tenant_id and coalesce(b.agent_id, fit.agent) = fit.agent and coalesce(b.building_id, t.building_id) = t.building_id
        and b.starts_at < t.ends_at and b.ends_at > t.starts_at) returning t.*)
    select ${columns} from handed`.execute(tx)
  return rows.map(tourOf)
}
const nobody = '00000000-0000-0000-0000-000000000000'

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
    ${forgetting('off', allAnswers)}
    select 'before' as what, ${columns} from mine union all select 'after', ${columns} from off`.execute(tx)
  return changedOf(rows)
}
