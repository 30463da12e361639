import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { confirmHold } from '@portero/tool-server/actions/confirm-hold.ts'
import { holdMs, holdTour } from '@portero/tool-server/actions/hold-tour.ts'
import { releaseHold } from '@portero/tool-server/actions/release-hold.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import type { TourStatus } from '@portero/tool-server/domain/tours.ts'
import { dayOf, dayStart } from '@portero/tool-server/domain/zones.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { confirmHeld } from '@portero/tool-server/store/holds.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { fakeClock } from './support/clock.ts'
import { until } from './support/engines.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// A time that is kept for seven minutes. Two agents, two buildings 20 minutes apart, at most three visits a day each; each test has a day of its own.
const minute = 60_000
const hour = 60 * minute
const zone = 'America/Mexico_City'
const visits = 'perAgentAndDay: 3, travelMinutes: 20, bufferMinutes: 15'
const yaml = `buildings:${building('roma', visits)}${building('condesa', visits)}
agents:
  - { slug: ana, name: Ana, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '15:00' }], buildings: [roma, condesa] }
  - { slug: beto, name: Beto, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '15:00' }], buildings: [roma, condesa] }
  - { slug: caro, name: Caro, perWeek: 2, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '15:00' }], buildings: [roma] }
`
type Prospect = Subject & { person: string; conversation: string }
type Row = { id: string; person: string; agent: string; building: string; home: string; status: TourStatus; version: number; startsAt: number; endsAt: number; until: number | null }
let house: TestHouse
let catalogue: Catalogue
let people: Prospect[]
let [roma, condesa, ana, beto, caro] = [undefined as never as Home, undefined as never as Home, '', '', '']

beforeAll(async () => {
  house = await testHouse({ clock: fakeClock(), flows, connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }] })
  await furnish(house, yaml)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  people = await prospects(house, (await house.connection('tiny')).id, 1_500)
  ;[roma, condesa] = catalogue.homes as [Home, Home]
  ;[ana, beto, caro] = catalogue.agents.map(({ id }) => id) as [string, string, string]
}, 60_000)
afterAll(() => house.end())

let lastDay = 0
const freshDay = (): number => dayStart(zone, dayOf(zone, house.clock.now() + ++lastDay * 24 * hour))
// Its Monday.
const freshWeek = (): number => {
  const day = freshDay()
  if (new Date(day).getUTCDay() !== 1) return freshWeek()
  lastDay += 6
  return day
}
const someone = (): Prospect => people.pop()!
const wish = (home: Home, startsAt: number, agents = [ana, beto]) => ({
  home: home.id, building: home.building.id, day: dayOf(zone, startsAt), startsAt, endsAt: startsAt + 30 * minute, gapMs: gapMs(home.building, false), perDay: home.building.visits.perAgentAndDay,
  agents, elsewhere: { agents, from: startsAt - 10 * hour, to: startsAt + 10 * hour },
})
const as = (subject: Subject) => house.acting.as(subject, ['tours:write'])
const hold = (who: Subject, home: Home, startsAt: number, agents?: string[]) => as(who)(holdTour, wish(home, startsAt, agents))
const held = async (...asked: Parameters<typeof hold>): Promise<string> => {
  const { status, tour } = await hold(...asked)
  expect(status).toBe('held')
  return tour!
}
const book = (who: Subject, home: Home, startsAt: number, agents?: string[]) => as(who)(bookTour, wish(home, startsAt, agents))
const confirm = (who: Subject, tour: string, name?: string) => as(who)(confirmHold, { tour, ...(name && { name }) })
// now: as the clock of whoever confirms it says.
const confirmAt = (now: number, who: Prospect, tour: string, then = async (): Promise<void> => {}) =>
  house.db.tx(async (tx) => {
    const isNew = await confirmHeld({ ...house.acting.within(tx, who), now }, { id: tour, person: who.person })
    await then()
    return isNew
  })
const release = (who: Subject, tour: string) => as(who)(releaseHold, { tour })
const rowsWhere = async (which = sql`true`): Promise<Row[]> =>
  (await sql<Row>`select id, person_id as person, agent_id as agent, building_id as building, home_id as home, status, version, starts_at as "startsAt", ends_at as "endsAt", held_until as until from tour where ${which}`.execute(house.db.bare)).rows
const rowOf = async (id: string): Promise<Row | undefined> => (await rowsWhere(sql`id = ${id}`))[0]
const changesTold = async ({ person }: Prospect): Promise<number> => (await sql<{ count: number }>`select count(*) as count from job where name = 'tours.changed' and person_id = ${person}`.execute(house.db.bare)).rows[0]!.count
const own = () => makeOwnReads({ ...house, publicBaseUrl: 'https://portero.example' })(house.tenant)

describe('a time that is held', () => {
  test('is nobody else\'s for seven minutes, and nobody hears of it', async () => {
    const who = someone()
    const startsAt = freshDay() + 9 * hour
    const { tour, until } = await hold(who, roma, startsAt, [ana])
    expect(await rowOf(tour!)).toMatchObject({ status: 'held', version: 1, agent: ana, until: house.clock.now() + holdMs, person: who.person })
    expect(until).toBe(house.clock.now() + 7 * minute)
    expect(await book(someone(), roma, startsAt, [ana])).toMatchObject({ status: 'gone', taken: [{ agent: ana, startsAt }] })
    expect(await hold(someone(), roma, startsAt, [ana])).toMatchObject({ status: 'gone' })
    await house.worker.settle()
    expect([await changesTold(who), await own().tours.of(who.person), (await own().people.record(who.person))!.tours]).toEqual([0, [], []])
  })
  test('is booked once it is confirmed, and then everybody hears of it, once', async () => {
    const who = someone()
    const tour = await held(who, roma, freshDay() + 9 * hour)
    expect(await confirm(who, tour, 'Ana Prueba')).toMatchObject({ status: 'booked', tour: { id: tour, status: 'confirmed', version: 2 } })
    expect(await confirm(who, tour, 'Otra Persona')).toMatchObject({ status: 'booked', tour: { id: tour, version: 2 } })
    expect(await rowOf(tour)).toMatchObject({ status: 'confirmed', until: null })
    expect(await changesTold(who)).toBe(1)
    await house.worker.settle()
    expect((await own().people.record(who.person))!.known.name).toBe('Ana Prueba')
    expect((await own().people.lead(who.person))!.stage).toBe('visit_scheduled')
    house.clock.advance(holdMs)
    await house.worker.settle()
    expect(await rowOf(tour)).toMatchObject({ status: 'confirmed' })
  })
  test('keeps the name that somebody has', async () => {
    const who = someone()
    const day = freshDay()
    await confirm(who, await held(who, roma, day + 9 * hour), 'Ana Prueba')
    await confirm(who, await held(who, roma, day + 11 * hour), 'Otra Persona')
    expect((await own().people.record(who.person))!.known.name).toBe('Ana Prueba')
  })
  test('can be confirmed to the last moment, and not in it', async () => {
    const startsAt = freshDay() + 9 * hour
    const [one, other] = [someone(), someone()]
    const [first, second] = [await held(one, roma, startsAt), await held(other, roma, startsAt)]
    house.clock.advance(holdMs - 1)
    expect(await confirm(one, first)).toMatchObject({ status: 'booked' })
    house.clock.advance(1)
    expect(await confirm(other, second)).toEqual({ status: 'lapsed' })
  })
  test('is free again when its timer comes, without a trace', async () => {
    const who = someone()
    const tour = await held(who, roma, freshDay() + 9 * hour)
    house.clock.advance(holdMs - 1)
    await house.worker.settle()
    expect(await rowOf(tour)).toMatchObject({ status: 'held' })
    house.clock.advance(1)
    await house.worker.settle()
    expect([await rowOf(tour), await changesTold(who)]).toEqual([undefined, 0])
  })
  test.each([['booked', book], ['held', hold]] as const)('is free at once when it is over, also where its timer is late: it can be %s', async (status, take) => {
    const startsAt = freshDay() + 9 * hour
    const tour = await held(someone(), roma, startsAt, [ana])
    house.clock.advance(holdMs)
    expect(await own().tours.taken({ agents: [ana], from: startsAt, to: startsAt + hour })).toEqual([])
    expect(await take(someone(), roma, startsAt, [ana])).toMatchObject({ status })
    expect(await rowOf(tour)).toBeUndefined()
    await house.worker.settle()
  })
  test('over, is in the way of no visit that moves there', async () => {
    const day = freshDay()
    const who = someone()
    const { tour } = await book(who, roma, day + 12 * hour, [ana])
    const over = await held(someone(), condesa, day + 9 * hour, [ana])
    house.clock.advance(holdMs)
    expect(await as(who)(rescheduleTour, { ...wish(roma, day + 9 * hour, [ana]), tour: tour! })).toMatchObject({ status: 'moved' })
    expect(await rowOf(over)).toBeUndefined()
  })
  test('counts in the limit of the day, and no longer once it is over', async () => {
    const day = freshDay()
    for (const at of [9, 10, 11]) await held(someone(), roma, day + at * hour, [ana])
    expect(await book(someone(), roma, day + 12 * hour, [ana])).toMatchObject({ status: 'gone' })
    house.clock.advance(holdMs)
    expect(await book(someone(), roma, day + 12 * hour, [ana])).toMatchObject({ status: 'booked' })
    await house.worker.settle()
  })
  test('leaves the way to other buildings', async () => {
    const day = freshDay()
    await held(someone(), condesa, day + 10 * hour, [ana])
    expect(await hold(someone(), roma, day + 10 * hour + 49 * minute, [ana])).toMatchObject({ status: 'gone' })
    expect(await hold(someone(), roma, day + 10 * hour + 50 * minute, [ana])).toMatchObject({ status: 'held' })
  })
})

describe('of one person', () => {
  test('a second hold takes the place of the first, wherever that is', async () => {
    const [day, next] = [freshDay(), freshDay()]
    const who = someone()
    const first = await held(who, roma, day + 9 * hour, [ana])
    const second = await held(who, condesa, next + 9 * hour, [beto])
    expect([await rowOf(first), (await rowsWhere(sql`person_id = ${who.person}`)).map(({ id }) => id)]).toEqual([undefined, [second]])
    expect(await hold(someone(), roma, day + 9 * hour, [ana])).toMatchObject({ status: 'held' })
  })
  test('the first is no obstacle to the second, which may be the same time', async () => {
    const startsAt = freshDay() + 9 * hour
    const who = someone()
    const first = await held(who, roma, startsAt, [ana])
    const second = await held(who, roma, startsAt, [ana])
    expect(await confirm(who, first)).toEqual({ status: 'lapsed' })
    expect(await confirm(who, second)).toMatchObject({ status: 'booked' })
  })
  test('a second hold that fails leaves the first', async () => {
    const day = freshDay()
    const who = someone()
    const first = await held(who, roma, day + 9 * hour, [ana])
    await book(someone(), roma, day + 11 * hour, [ana])
    expect(await hold(who, roma, day + 11 * hour, [ana])).toMatchObject({ status: 'gone' })
    expect(await confirm(who, first)).toMatchObject({ status: 'booked' })
  })
  test('what they hold is no obstacle to what they book meanwhile, and stays where that is at another time', async () => {
    const day = freshDay()
    const [who, other] = [someone(), someone()]
    const same = await held(who, roma, day + 9 * hour, [ana])
    expect(await book(who, roma, day + 9 * hour, [ana])).toMatchObject({ status: 'booked' })
    expect(await confirm(who, same)).toEqual({ status: 'lapsed' })
    const elsewhere = await held(other, roma, day + 11 * hour)
    expect(await book(other, roma, day + 13 * hour)).toMatchObject({ status: 'booked' })
    expect(await confirm(other, elsewhere)).toMatchObject({ status: 'booked' })
  })
  type Take = (...where: Parameters<typeof book>) => Promise<{ status: string }>
  test.each([
    ['booked', async (): Promise<Take> => book],
    ['moved', async (who: Prospect, startsAt: number, agents: string[]): Promise<Take> => {
      const { tour } = await book(who, roma, startsAt, agents)
      return (_, ...where) => as(who)(rescheduleTour, { ...wish(...where), tour: tour! })
    }],
  ])('what they hold too near to what is %s then, or one too many of its day or its week, makes way', async (status, first) => {
    const [before, near, full, week] = [freshDay(), freshDay(), freshDay(), freshWeek()]
    const [one, two, three] = [someone(), someone(), someone()]
    for (const at of [9, 10]) await book(someone(), roma, full + at * hour, [ana])
    await book(someone(), roma, week + 9 * hour, [caro])
    const takes = [await first(one, before + 9 * hour, [ana]), await first(two, before + 10 * hour, [ana]), await first(three, before + 9 * hour, [caro])] as const
    const holds = [await held(one, condesa, near + 9 * hour, [ana]), await held(two, roma, full + 13 * hour, [ana]), await held(three, roma, week + 35 * hour, [caro])] as const
    expect(await takes[0](one, roma, near + 9.5 * hour, [ana])).toMatchObject({ status })
    expect(await takes[1](two, roma, full + 11 * hour, [ana])).toMatchObject({ status })
    expect(await takes[2](three, roma, week + 11 * hour, [caro])).toMatchObject({ status })
    expect([await confirm(one, holds[0]), await confirm(two, holds[1]), await confirm(three, holds[2])].map((came) => came.status)).toEqual(['lapsed', 'lapsed', 'lapsed'])
  })
  test('what they have booked already is not held beside it', async () => {
    const startsAt = freshDay() + 9 * hour
    const who = someone()
    const { tour } = await book(who, roma, startsAt)
    expect(await hold(who, roma, startsAt)).toMatchObject({ status: 'mine', tour })
    expect(await hold(who, condesa, startsAt)).toMatchObject({ status: 'clash', tour })
  })
  test('nobody else confirms it or lets it go, and time lets go of none before it is over', async () => {
    const [who, other] = [someone(), someone()]
    const tour = await held(who, roma, freshDay() + 9 * hour)
    expect([await confirm(other, tour), await release(other, tour), await release({ tenant: house.tenant, by: 'system' }, tour)]).toEqual([{ status: 'lapsed' }, { isNew: false }, { isNew: false }])
    expect(await rowOf(tour)).toMatchObject({ status: 'held' })
    expect([await release(who, tour), await release(who, tour), await rowOf(tour)]).toEqual([{ isNew: true }, { isNew: false }, undefined])
  })
  test('a visit that is booked is no hold to let go', async () => {
    const who = someone()
    const { tour } = await book(who, roma, freshDay() + 9 * hour)
    expect([await release(who, tour!), (await rowOf(tour!))!.status]).toEqual([{ isNew: false }, 'confirmed'])
  })
})

describe('at once', () => {
  test('forty reach for one time of two agents by both ways, and two have it', async () => {
    const startsAt = freshDay() + 9 * hour
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 ? hold : book)(someone(), roma, startsAt)))
    expect(outcomes.filter(({ status }) => status === 'held' || status === 'booked')).toHaveLength(2)
    expect(await rowsWhere(sql`home_id = ${roma.id} and starts_at = to_timestamp(${startsAt / 1000}::double precision)`)).toHaveLength(2)
  })
  test('twenty reach for a time that was held until now, and one has it', async () => {
    const startsAt = freshDay() + 9 * hour
    const before = someone()
    const over = await held(before, roma, startsAt, [ana])
    house.clock.advance(holdMs)
    const [late, timer, ...outcomes] = await Promise.all([confirm(before, over), house.worker.settle(), ...Array.from({ length: 20 }, (_, at) => (at % 2 ? hold : book)(someone(), roma, startsAt, [ana]))])
    expect([late, timer]).toEqual([{ status: 'lapsed' }, undefined])
    expect(outcomes.filter(({ status }) => status === 'held' || status === 'booked')).toHaveLength(1)
  })
  test('of what was found over nothing is confirmed, also by a clock that is behind', async () => {
    const [near, full] = [freshDay(), freshDay()]
    const [one, other] = [someone(), someone()]
    for (const at of [9, 10]) await book(someone(), roma, full + at * hour, [ana])
    const [tooNear, oneTooMany] = [await held(one, condesa, near + 9 * hour, [ana]), await held(other, roma, full + 13 * hour, [ana])]
    const before = house.clock.now()
    house.clock.advance(holdMs)
    expect([await book(someone(), roma, near + 9.5 * hour, [ana]), await book(someone(), roma, full + 11 * hour, [ana])]).toMatchObject([{ status: 'booked' }, { status: 'booked' }])
    expect([await confirmAt(before, one, tooNear), await confirmAt(before, other, oneTooMany)]).toEqual([false, false])
    await house.worker.settle()
  })
  test.each([['too near to it', 9, 9.5], ['one too many of its week', 33, 59]])('what is being confirmed when it is over for others is in the way of what would be %s', async (_title, at, after) => {
    const day = freshWeek()
    const [who, agent] = [someone(), after > 24 ? caro : ana]
    if (agent === caro) await book(someone(), roma, day + 12 * hour, [caro])
    const tour = await held(who, agent === caro ? roma : condesa, day + at * hour, [agent])
    const before = house.clock.now()
    house.clock.advance(holdMs)
    const [confirmed, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const mine = confirmAt(before, who, tour, async () => {
      confirmed.resolve()
      await other.promise
    })
    await confirmed.promise
    const theirs = book(someone(), roma, day + after * hour, [agent])
    if (house.db.engine.name === 'postgres') await until(async () => (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(house.db.bare)).rows.length > 0)
    other.resolve()
    expect([await mine, (await theirs).status]).toEqual([true, 'gone'])
    await house.worker.settle()
  })
  test('one person, twice at once: one hold, one visit', async () => {
    const who = someone()
    const startsAt = freshDay() + 9 * hour
    await Promise.all([hold(who, roma, startsAt), hold(who, condesa, startsAt + hour), hold(who, roma, startsAt + 2 * hour)])
    const [left, ...more] = await rowsWhere(sql`person_id = ${who.person}`)
    expect([left!.status, more]).toEqual(['held', []])
    const outcomes = await Promise.all([confirm(who, left!.id), book(who, left!.home === roma.id ? roma : condesa, left!.startsAt), confirm(who, left!.id)])
    const rows = await rowsWhere(sql`person_id = ${who.person}`)
    expect(rows.map(({ status }) => status)).toEqual(['confirmed'])
    expect(outcomes.filter(({ status }) => status === 'booked').length).toBeGreaterThan(0)
  })

  test('200 crowds in any order never crowd an agent, never lose a visit, and leave free what nobody has', async () => {
    const chance = fromSeed(20_261_123)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)]!
    for (let round = 0; round < 200; round++) {
      const startsAt = freshDay() + 9 * hour
      const starts = [startsAt, startsAt + 15 * minute]
      const crowd = Array.from({ length: 5 }, someone)
      const holds = new Map<Prospect, string>()
      const booked = new Set<string>()
      for (const step of [0, 1]) {
        await Promise.all(Array.from({ length: 5 }, async () => {
          const who = pick(crowd)
          const mine = holds.get(who)
          const act = step > 0 && mine && chance() < 0.5 ? pick(['confirm', 'confirm', 'release'] as const) : pick(['hold', 'hold', 'book'] as const)
          const place = [who, pick([roma, condesa]), pick(starts), pick([[ana], [beto], [ana, beto], [beto, ana]])] as const
          const came = await { hold: () => hold(...place), book: () => book(...place), confirm: async () => ({ ...(await confirm(who, mine!)), tour: mine }), release: async () => ({ ...(await release(who, mine!)), status: 'free', tour: mine }) }[act]()
          if (came.status === 'held') holds.set(who, came.tour!)
          if (came.status === 'booked') booked.add(came.tour!)
        }))
        if (chance() < 0.4) house.clock.advance(pick([3 * minute, holdMs - 1, holdMs]))
      }
      const now = house.clock.now()
      const rows = (await rowsWhere(sql`starts_at >= to_timestamp(${startsAt / 1000}::double precision) and starts_at < to_timestamp(${(startsAt + hour) / 1000}::double precision)`)).filter(({ until }) => until === null || until > now)
      const perPerson = Object.values(Object.groupBy(rows, ({ person }) => person)).map((each) => each!.length)
      expect({ round, tooClose: tooClose(rows), perPerson: Math.max(0, ...perPerson) <= 1, booked: rows.filter(({ status }) => status === 'confirmed').map(({ id }) => id).toSorted() }).toEqual({ round, tooClose: [], perPerson: true, booked: [...booked].toSorted() })
      house.clock.advance(holdMs)
      const busy = new Set(rows.filter(({ status }) => status === 'confirmed').map(({ agent }) => agent))
      const free = [ana, beto].filter((agent) => !busy.has(agent))
      expect({ round, statuses: await Promise.all(free.map(async (agent) => (await book(someone(), roma, startsAt, [agent])).status)) }).toEqual({ round, statuses: free.map(() => 'booked') })
      lastDay++
    }
    await house.worker.settle()
    expect(await rowsWhere(sql`status = 'held' and held_until <= to_timestamp(${house.clock.now() / 1000}::double precision)`)).toEqual([])
  }, 240_000)
})

const tooClose = (rows: readonly Row[]): unknown[] =>
  rows.flatMap((a, place) => rows.slice(place + 1).map((b): [Row, Row] => [a, b])).filter(([a, b]) => {
    const gap = a.building === b.building ? 0 : 20 * minute
    return a.agent === b.agent && a.startsAt < b.endsAt + gap && b.startsAt < a.endsAt + gap
  })

// Mulberry32.
const fromSeed = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
