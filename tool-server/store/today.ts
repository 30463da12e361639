import { sql } from 'kysely'
import type { z } from 'zod'
import { errors, isErrorCode, views, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { isoOf } from '../domain/card-views.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { TourStatus } from '../domain/tours.ts'
import { dayMs, dayNamed, dayOf, numberAt } from '../domain/zones.ts'
import { at } from '../spine/db.ts'
import type { Condition } from '../spine/ops.ts'
import { opener, type CardReads } from './card-people.ts'
import { cardZone } from './card-transcript.ts'
import { firstIdAt } from './figures.ts'
import { personName } from './places.ts'

// The day of the whole house: its tours, who waits for a person, how its connections are, and how many of each there were.
type View = z.infer<typeof views.todayView>
const mostTours = 200
const mostWaiting = 50
const daysBack = 13
const daysAhead = 6
const silentDays = 7

type Named = { person: string; name: Buffer | null; contact: string | null }
const whoOf = async (on: CardReads, { person, name, contact }: Named): Promise<{ person?: string; contact?: string }> => {
  const first = (await opener(on)(personName(person), name))?.trim().split(/\s+/)[0]
  return { ...(first && { person: first }), ...(contact !== null && { contact }) }
}
const contactOf = sql`(select external_id from counterpart k where k.tenant_id = p.tenant_id and k.kind = 'contact' and k.our_id = p.id) as contact`

type TourRow = Named & { tour: string; home: string; agent: string; startsAt: Millis; endsAt: Millis; status: TourStatus }
type WaitingRow = Named & { escalation: string; reason: string; owner: string | null; since: Millis; dueAt: Millis; seenAt: Millis | null }

// people: whose names it shows.
export const todayOf = async (on: CardReads, { catalogue, conditions, now, language }: { catalogue: Catalogue; conditions: readonly Condition[]; now: Millis; language: Language }): Promise<{ view: View; people: string[] }> => {
  const { db, tenant, vault } = on
  const days = [...new Set(catalogue.homes.map(({ building: { zone } }) => dayOf(zone, now)))] // it may be another day in Tijuana
  const { rows: allTours } = await sql<TourRow>`select t.id as tour, t.home_id as home, t.agent_id as agent, t.starts_at as "startsAt", t.ends_at as "endsAt", t.status, p.id as person, p.name_sealed as name, ${contactOf}
    from tour t join person p on p.tenant_id = t.tenant_id and p.id = t.person_id where t.tenant_id = ${tenant} and p.blocked_at is null and t.day = any(${days}::date[]) order by t.starts_at, t.id limit ${mostTours}`.execute(db.bare)
  const { rows: waiting } = await sql<WaitingRow>`select e.id as escalation, e.reason, e.owner, e.opened_at as since, e.due_at as "dueAt", e.seen_at as "seenAt", p.id as person, p.name_sealed as name, ${contactOf}
    from escalation e join person p on p.tenant_id = e.tenant_id and p.id = e.person_id where e.tenant_id = ${tenant} and p.blocked_at is null and e.closed_at is null order by e.due_at, e.id limit ${mostWaiting}`.execute(db.bare)
  await vault.ready(db.bare, tenant, [...allTours, ...waiting].map(({ name }) => name))
  const tours = await Promise.all(allTours.map(async (row): Promise<View['tours'][number][]> => {
    const home = catalogue.homes.find(({ id }) => id === row.home)
    if (!home || dayOf(home.building.zone, row.startsAt) !== dayOf(home.building.zone, now)) return []
    const { building } = home
    return [{
      tour: row.tour, startsAt: isoOf(row.startsAt), endsAt: isoOf(row.endsAt), zone: building.zone, status: row.status, title: home.title, place: `${building.name}, ${home.unit}`,
      agent: catalogue.agents.find(({ id }) => id === row.agent)?.name ?? '', ...(await whoOf(on, row)),
    }]
  }))
  const escalations = await Promise.all(waiting.map(async (row) => ({
    escalation: row.escalation, reason: row.reason, since: isoOf(row.since), dueAt: isoOf(row.dueAt), isLate: now > row.dueAt, isSeen: row.seenAt !== null,
    ...(row.owner !== null && { owner: row.owner }), ...(await whoOf(on, row)),
  })))
  const view = { zone: cardZone, asOf: isoOf(now), tours: tours.flat(), escalations, connections: await healthOf(on, { conditions, now, language }), tourDays: await toursPerDay(on, now), messageDays: await messagesPerDay(on, now) }
  return { view, people: [...new Set([...allTours, ...waiting].map(({ person }) => person))] }
}

type Health = { connection: string; vendor: string; account: string; heardAt: Millis | null; waiting: number; dead: number; failure: string | null }
// Each state of a job by itself, since each has its own small index.
const healthOf = async ({ db, tenant }: CardReads, { conditions, now, language }: { conditions: readonly Condition[]; now: Millis; language: Language }): Promise<View['connections']> => {
  const { rows } = await sql<Health>`with work as (select connection_id, state, error_code, finished_at from job where tenant_id = ${tenant} and state = 'ready'
      union all select connection_id, state, error_code, finished_at from job where tenant_id = ${tenant} and state = 'running'
      union all select connection_id, state, error_code, finished_at from job where tenant_id = ${tenant} and state = 'dead'
      union all select connection_id, 'ready', null, null from inbox where tenant_id = ${tenant} and state = 'new'
      union all select connection_id, 'dead', error_code, received_at from inbox where tenant_id = ${tenant} and state = 'dead')
    select c.id as connection, c.vendor, c.account,
      (select greatest((select i.received_at from inbox i where i.tenant_id = c.tenant_id and i.connection_id = c.id and i.id > ${firstIdAt(now - silentDays * dayMs)} order by i.id desc limit 1),
        (select max(u.pulled_at) from pull_cursor u where u.tenant_id = c.tenant_id and u.connection_id = c.id and u.pulled_at > ${at(now - silentDays * dayMs)}))) as "heardAt",
      (select count(*) from work w where w.connection_id = c.id and w.state <> 'dead') as waiting, (select count(*) from work w where w.connection_id = c.id and w.state = 'dead') as dead,
      (select w.error_code from work w where w.connection_id = c.id and w.error_code is not null order by w.finished_at desc nulls first limit 1) as failure
    from connection c where c.tenant_id = ${tenant} and c.vendor <> 'portero' order by c.vendor, c.account`.execute(db.bare)
  return rows.map(({ heardAt, failure, ...row }) => ({
    ...row, vendor: views.vendorName(row.vendor), state: stateOf({ ...row, failure }, conditions.find(({ name }) => name === `${row.vendor} ${row.connection}`)),
    ...(heardAt !== null && { heardAt: isoOf(heardAt) }), ...(failure !== null && isErrorCode(failure) && { failure: errors[failure].say[language] }),
  }))
}
const stateOf = ({ dead, failure }: Pick<Health, 'dead' | 'failure'>, condition: Condition | undefined): View['connections'][number]['state'] => {
  if (condition && !condition.ok) return 'resting'
  return dead > 0 ? 'stuck' : condition?.detail === undefined && failure === null ? 'fine' : 'slow'
}

const dayNames = (now: Millis, back: number, ahead: number): string[] => Array.from({ length: back + ahead + 1 }, (_, place) => dayNamed(numberAt(cardZone, now) - back + place))
const toursPerDay = async ({ db, tenant }: CardReads, now: Millis): Promise<View['tourDays']> => {
  const days = dayNames(now, daysBack - daysAhead, daysAhead)
  const { rows } = await sql<{ day: string; status: TourStatus; count: number }>`select day::text as day, status, count(*) as count from tour where tenant_id = ${tenant} and day >= ${days[0]}::date and day <= ${days.at(-1)}::date group by day, status`.execute(db.bare)
  const count = (day: string, status: TourStatus): number => rows.find((row) => row.day === day && row.status === status)?.count ?? 0
  return days.map((day) => ({ day, held: count(day, 'held'), confirmed: count(day, 'confirmed'), completed: count(day, 'completed'), no_show: count(day, 'no_show'), cancelled: count(day, 'cancelled') }))
}
// A message's id is of when we heard of it, so that its key finds the last days: an index of their times would cost every message something.
const messagesPerDay = async ({ db, tenant }: CardReads, now: Millis): Promise<View['messageDays']> => {
  const days = dayNames(now, daysBack, 0)
  const { rows } = await sql<{ day: string; direction: 'in' | 'out'; count: number }>`select (sent_at at time zone ${cardZone})::date::text as day, direction, count(*) as count from message
    where tenant_id = ${tenant} and id > ${firstIdAt(now - (daysBack + 2) * dayMs)} and sent_at > ${at(now - (daysBack + 1) * dayMs)} group by 1, 2`.execute(db.bare)
  const count = (day: string, direction: 'in' | 'out'): number => rows.find((row) => row.day === day && row.direction === direction)?.count ?? 0
  return days.map((day) => ({ day, in: count(day, 'in'), out: count(day, 'out') }))
}
