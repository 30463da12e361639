import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Subject } from '@portero/tool-server/define.ts'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { markTour } from '@portero/tool-server/actions/mark-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { stages, type Stage } from '@portero/tool-server/domain/leads.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { mayBecome, stageAfter, tourChanges, tourStatuses, type TourStatus } from '@portero/tool-server/domain/tours.ts'
import { dayOf, dayStart } from '@portero/tool-server/domain/zones.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { fakeClock } from './support/clock.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// What becomes of a visit after it was booked. Two agents, two buildings 20 minutes apart, at most four visits a day each; each test has a day of its own.
const minute = 60_000
const zone = 'America/Mexico_City'
const visits = 'perAgentAndDay: 4, travelMinutes: 20, bufferMinutes: 15'
const yaml = `buildings:${building('roma', visits)}${building('condesa', visits)}
agents:
  - { slug: ana, name: Ana, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '15:00' }], buildings: [roma, condesa] }
  - { slug: beto, name: Beto, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '15:00' }], buildings: [roma, condesa] }
`
type Prospect = Subject & { person: string; conversation: string }
type Row = { id: string; person: string; agent: string; building: string; day: string; status: TourStatus; version: number; startsAt: number; endsAt: number }
let house: TestHouse
let catalogue: Catalogue
let people: Prospect[]
let staff: Subject
let [roma, condesa, ana, beto] = [undefined as never as Home, undefined as never as Home, '', '']

beforeAll(async () => {
  house = await testHouse({ clock: fakeClock(), flows, connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }] })
  await furnish(house, yaml)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  people = await prospects(house, (await house.connection('tiny')).id, 400)
  staff = { tenant: house.tenant, by: 'staff', user: 'leasing' }
  ;[roma, condesa] = catalogue.homes as [Home, Home]
  ;[ana, beto] = catalogue.agents.map(({ id }) => id) as [string, string]
}, 60_000)
afterAll(() => house.end())

let lastDay = 0
const freshDay = (): number => dayStart(zone, dayOf(zone, house.clock.now() + ++lastDay * 24 * 60 * minute))
const hour = (day: number, hours: number): number => day + hours * 60 * minute
const someone = (): Prospect => people.pop()!

const wish = (home: Home, startsAt: number, agents = [ana, beto]) => ({
  home: home.id, building: home.building.id, day: dayOf(zone, startsAt), startsAt, endsAt: startsAt + 30 * minute, gapMs: gapMs(home.building, false), perDay: home.building.visits.perAgentAndDay,
  agents, elsewhere: { agents, from: startsAt - 600 * minute, to: startsAt + 600 * minute },
})
const as = (subject: Subject) => house.acting.as(subject, ['tours:write'])
const book = (subject: Subject, home: Home, startsAt: number, agents?: string[]) => as(subject)(bookTour, wish(home, startsAt, agents))
const booked = async (subject: Subject, home: Home, startsAt: number, agents?: string[]): Promise<string> => (await book(subject, home, startsAt, agents)).tour!
const move = (subject: Subject, tour: string, version: number, home: Home, startsAt: number, agents?: string[]) => as(subject)(rescheduleTour, { ...wish(home, startsAt, agents), tour, version })
const cancel = (subject: Subject, tour: string, version = 1) => as(subject)(cancelTour, { tour, version })
const mark = (subject: Subject, tour: string, to: 'completed' | 'no_show', version = 1) => as(subject)(markTour, { tour, version, as: to })

const rowsWhere = async (which = sql`true`): Promise<Row[]> =>
  (await sql<Row>`select id, person_id as person, agent_id as agent, building_id as building, day, status, version, starts_at as "startsAt", ends_at as "endsAt" from tour where ${which}`.execute(house.db.bare)).rows
const rowOf = async (id: string): Promise<Row> => (await rowsWhere(sql`id = ${id}`))[0]!
const stageOf = async ({ person }: Prospect): Promise<Stage | undefined> => {
  await house.worker.settle()
  return (await sql<{ stage: Stage }>`select stage from lead where person_id = ${person}`.execute(house.db.bare)).rows[0]?.stage
}
const put = (id: string, status: TourStatus) => sql`update tour set status = ${status}, held_until = ${status === 'held' ? at(house.clock.now()) : null} where id = ${id}`.execute(house.db.bare)
const count = async (outcomes: Promise<{ status: string }>[]): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { status } of await Promise.all(outcomes)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
const crowded = async (from: number, to: number): Promise<unknown[]> => {
  const rows = await rowsWhere(sql`status in ('held', 'confirmed') and starts_at >= ${at(from)} and starts_at < ${at(to)}`)
  const pairs = rows.flatMap((a, place) => rows.slice(place + 1).filter((b) => b.agent === a.agent).map((b): [Row, Row] => [a, b]))
  const perDay = Object.values(Object.groupBy(rows, ({ agent, day }) => `${agent} ${day}`)).map((each) => each!.length)
  const tooClose = pairs.filter(([a, b]) => {
    const gap = a.building === b.building ? 0 : 20 * minute
    return a.startsAt < b.endsAt + gap && b.startsAt < a.endsAt + gap
  })
  return [...tooClose, ...perDay.filter((visits) => visits > 4)]
}

describe('of all moves', () => {
  const legal: Record<TourStatus, string[]> = { held: ['reschedule', 'cancelled'], confirmed: ['reschedule', 'cancelled', 'completed', 'no_show'], completed: [], no_show: ['completed'], cancelled: [] }
  test.each(tourStatuses.flatMap((from) => ['reschedule', 'cancelled', 'completed', 'no_show'].map((to) => [from, to] as const)))('%s -> %s is made or refused as it should be', async (from, to) => {
    const who = someone()
    const day = freshDay()
    const tour = await booked(who, roma, hour(day, 9))
    await sql`update tour set starts_at = ${at(house.clock.now() - lastDay * 60 * minute)}, ends_at = ${at(house.clock.now() - lastDay * 60 * minute + 30 * minute)} where id = ${tour}`.execute(house.db.bare)
    await put(tour, from)
    const { status } = to === 'reschedule' ? await move(staff, tour, 1, roma, hour(day, 12)) : to === 'cancelled' ? await cancel(staff, tour) : await mark(staff, tour, to as 'completed')
    const isLegal = legal[from].includes(to)
    expect(status === 'illegal').toBe(!isLegal)
    expect(await rowOf(tour)).toMatchObject(isLegal ? { version: 2, status: to === 'reschedule' ? from : to } : { version: 1, status: from })
    expect(to === 'reschedule' || mayBecome(from, to as TourStatus)).toBe(to === 'reschedule' || isLegal)
  })

  test.each(['reschedule', 'cancel', 'mark'])('%s of a version that is gone changes nothing and says how it is now', async (what) => {
    const who = someone()
    const day = freshDay()
    const tour = await booked(who, roma, hour(day, 9))
    await move(who, tour, 1, roma, hour(day, 10))
    const answer = what === 'reschedule' ? await move(who, tour, 1, roma, hour(day, 11)) : what === 'cancel' ? await cancel(who, tour) : await mark(staff, tour, 'no_show')
    expect(answer).toMatchObject({ status: 'changed', tour: { id: tour, version: 2, startsAt: hour(day, 10), status: 'confirmed' } })
    expect(await rowOf(tour)).toMatchObject({ version: 2, status: 'confirmed', startsAt: hour(day, 10) })
  })

  test("somebody else's is answered like none", async () => {
    const day = freshDay()
    const tour = await booked(someone(), roma, hour(day, 9))
    const other = someone()
    for (const id of [tour, '018f0000-0000-7000-8000-000000000000']) {
      expect(await cancel(other, id)).toEqual({ status: 'missing' })
      expect(await move(other, id, 1, roma, hour(day, 12))).toEqual({ status: 'missing' })
    }
    expect(await rowOf(tour)).toMatchObject({ version: 1, status: 'confirmed' })
  })
  test('a prospect without a name has none, and none says how the visit went', async () => {
    const who = someone()
    const tour = await booked(who, roma, hour(freshDay(), 9))
    expect(await cancel({ tenant: house.tenant, by: 'prospect' }, tour)).toEqual({ status: 'missing' })
    await expect(mark(who, tour, 'completed')).rejects.toMatchObject({ code: 'refused' })
    await expect(house.acting.as(who, [])(cancelTour, { tour, version: 1 })).rejects.toMatchObject({ code: 'refused' })
  })
  test('nobody knows how a visit went before it begins', async () => {
    const who = someone()
    const startsAt = house.clock.now() + 1
    const tour = await booked(who, roma, startsAt)
    expect(await mark(staff, tour, 'completed')).toMatchObject({ status: 'early', tour: { status: 'confirmed', version: 1 } })
    house.clock.advance(1)
    expect(await mark(staff, tour, 'completed')).toMatchObject({ status: 'marked', tour: { status: 'completed', version: 2 } })
  })
})

describe('a visit that is moved', () => {
  test('is the same one, stays with its agent, and its own old place is not in its way', async () => {
    const who = someone()
    const day = freshDay()
    const tour = await booked(who, roma, hour(day, 9), [beto])
    expect(await move(who, tour, 1, roma, hour(day, 9) + 15 * minute)).toMatchObject({ status: 'moved', tour: { id: tour, agent: beto, version: 2, startsAt: hour(day, 9) + 15 * minute } })
    expect(await book(someone(), roma, hour(day, 9), [beto])).toMatchObject({ status: 'gone' })
    expect(await move(who, tour, 2, condesa, hour(day, 11), [ana])).toMatchObject({ status: 'moved', tour: { agent: ana, home: condesa.id, building: condesa.building.id } })
    expect(await book(someone(), roma, hour(day, 9), [beto])).toMatchObject({ status: 'booked' })
  })
  test('leaves the way to other buildings, and says what is taken', async () => {
    const day = freshDay()
    await booked(someone(), condesa, hour(day, 10), [ana])
    const who = someone()
    const tour = await booked(who, roma, hour(day, 13), [ana])
    const tooClose = await move(who, tour, 1, roma, hour(day, 10) + 49 * minute, [ana])
    expect(tooClose).toMatchObject({ status: 'gone', tour: { version: 1 } })
    expect(new Set(tooClose.taken!.map(({ startsAt }) => startsAt))).toEqual(new Set([hour(day, 10), hour(day, 13)]))
    expect(await move(who, tour, 1, roma, hour(day, 10) + 50 * minute, [ana])).toMatchObject({ status: 'moved' })
  })
  test('keeps to the limit of the day, in which it counts once', async () => {
    const day = freshDay()
    const who = someone()
    const inside = await booked(who, roma, hour(day, 9), [ana])
    for (const at of [10, 11, 12]) await booked(someone(), roma, hour(day, at), [ana])
    expect(await move(who, inside, 1, roma, hour(day, 13), [ana])).toMatchObject({ status: 'moved' })
    const outside = await booked(someone(), roma, hour(freshDay(), 9), [ana])
    expect(await move(staff, outside, 1, roma, hour(day, 9), [ana])).toMatchObject({ status: 'gone' })
  })
  test('does not meet another of the same person', async () => {
    const who = someone()
    const day = freshDay()
    await booked(who, roma, hour(day, 9))
    const tour = await booked(who, condesa, hour(day, 12))
    expect(await move(who, tour, 1, condesa, hour(day, 9))).toMatchObject({ status: 'clash', tour: { version: 1 } })
  })
})

describe('at once', () => {
  test('fifty reach for one slot of two agents, and two have it', async () => {
    const day = freshDay()
    const there = freshDay()
    const tours = await Promise.all(Array.from({ length: 8 }, async (_, at) => {
      const who = someone()
      return { who, tour: await booked(who, roma, hour(day, 9 + (at % 4)), [at < 4 ? ana : beto]) }
    }))
    const tries = Array.from({ length: 50 }, (_, at) => tours[at % 8]!)
    const counts = await count(tries.map(({ who, tour }) => move(who, tour, 1, roma, hour(there, 10))))
    expect(counts['moved']).toBe(2)
    expect((counts['gone'] ?? 0) + (counts['changed'] ?? 0)).toBe(48)
    expect(await crowded(day, hour(there, 24))).toEqual([])
  })
  test('bookings and moves of both buildings, to and fro, never crowd an agent', async () => {
    const days = [freshDay(), freshDay()]
    const tours: { who: Prospect; tour: string }[] = []
    for (const [at, day] of days.entries()) for (const hours of [9, 11, 13]) {
      const who = someone()
      tours.push({ who, tour: await booked(who, at ? roma : condesa, hour(day, hours)) })
    }
    const wishes = Array.from({ length: 160 }, (_, at) => {
      const [home, startsAt] = [at % 3 ? roma : condesa, hour(days[at % 2]!, 9) + ((at * 7) % 12) * 30 * minute] as const
      const mine = tours[at % tours.length]!
      return at % 2 ? book(someone(), home, startsAt) : move(mine.who, mine.tour, 1, home, startsAt, at % 4 ? [beto, ana] : [ana, beto])
    })
    const counts = await count(wishes)
    expect(counts['moved']).toBeGreaterThan(0)
    expect(counts['booked']).toBeGreaterThan(0)
    expect(await crowded(days[0]!, hour(days[1]!, 24))).toEqual([])
  })
  test('a move and a cancellation: one is made, the other hears of it', async () => {
    const who = someone()
    const day = freshDay()
    const tour = await booked(who, roma, hour(day, 9))
    const statuses = (await Promise.all([move(who, tour, 1, roma, hour(day, 10)), cancel(who, tour), cancel(staff, tour)])).map(({ status }) => status)
    expect(statuses.filter((status) => status === 'changed')).toHaveLength(2)
    expect(await rowOf(tour)).toMatchObject({ version: 2 })
  })
})

describe('the lead', () => {
  test('follows what becomes of the visits', async () => {
    const who = someone()
    const day = freshDay()
    const [first, second] = [await booked(who, roma, hour(day, 9)), await booked(who, roma, hour(day, 11))]
    expect(await stageOf(who)).toBe('visit_scheduled')
    await move(who, first, 1, roma, hour(day, 10))
    expect(await stageOf(who)).toBe('visit_scheduled')
    await cancel(who, second)
    expect(await stageOf(who)).toBe('visit_scheduled')
    await cancel(who, first, 2)
    expect(await stageOf(who)).toBe('qualified')
  })
  test('hears of a booking and its cancellation in their order', async () => {
    const who = someone()
    await cancel(who, await booked(who, roma, hour(freshDay(), 9)))
    expect(await stageOf(who)).toBe('qualified')
  })
  test.each([['completed', 'visit_done'], ['no_show', 'qualified']] as const)('of a visit that is %s is %s', async (to, stage) => {
    const who = someone()
    const tour = await booked(who, roma, house.clock.now() + 60 * minute)
    house.clock.advance(60 * minute)
    expect(await stageOf(who)).toBe('visit_scheduled')
    await mark(staff, tour, to)
    expect(await stageOf(who)).toBe(stage)
  })
  test('moves from where visits have brought it only', () => {
    const moved = stages.flatMap((from) => tourChanges.flatMap((change) => [false, true].map((hasOneAhead) => [from, change, hasOneAhead, stageAfter(from, change, hasOneAhead)] as const))).filter(([from, , , to]) => from !== to)
    const both = (from: Stage, change: string, to: Stage) => [[from, change, false, to], [from, change, true, to]]
    expect(moved).toEqual([
      ...both('new', 'booked', 'visit_scheduled'), ...both('qualified', 'booked', 'visit_scheduled'), ...both('qualified', 'completed', 'visit_done'), ...both('visit_scheduled', 'completed', 'visit_done'),
      ['visit_scheduled', 'no_show', false, 'qualified'], ['visit_scheduled', 'cancelled', false, 'qualified'], ...both('visit_done', 'booked', 'visit_scheduled'), ...both('application', 'booked', 'visit_scheduled'),
    ])
  })
})
