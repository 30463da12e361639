import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Delivery, Pull } from '@portero/tool-server/define.ts'
import { pingFlow, seenFlow, seenSerial, type CalendarEvent } from '@portero/tool-server/domain/ports/calendar.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { enqueue } from '@portero/tool-server/spine/jobs.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { pullSoon } from '@portero/tool-server/store/busy-mirror.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector, until } from './support/tiny.ts'

// The mirror of a calendar says what the calendar says, however it was told.
const minute = 60_000
const hour = 60 * minute
type Page = Awaited<ReturnType<Pull<unknown>['pull']>>
let house: TestHouse
let tiny: string
let next: (cursor: string | null) => Page | Promise<Page> = (cursor) => ({ deliveries: [], cursor })
let asked = 0
let told = 0
const seen = (events: CalendarEvent[], id = `n${++told}`): Delivery => ({ id, flow: seenFlow, serial: seenSerial(tiny), lane: 'sync', item: events.map((event) => event.id), payload: { connection: tiny, events } })
const changes: Pull<unknown> = {
  everyMs: 5 * minute,
  gone: (ids) => [seen(ids.map((id) => ({ id, is: 'gone', swept: true })))],
  pull: async (cursor) => (asked++, next(cursor)),
}
beforeAll(async () => {
  house = await testHouse({ flows, connectors: [tinyConnector({ pulls: { changes } })], accounts: [{ vendor: 'tiny', account: 'ana@casas.example', settings: { baseUrl: 'http://127.0.0.1:9' } }] })
  tiny = (await house.connection('tiny')).id
})
afterAll(() => house.end())
const rows = async <T>(text: string): Promise<T[]> => (await sql<T>`${sql.raw(text)}`.execute(house.db.bare)).rows
const pull = async (): Promise<void> => {
  await sql`update job set state = 'ready', run_at = to_timestamp(${house.clock.now()}::double precision / 1000) where kind = 'pull'`.execute(house.db.bare)
  await house.worker.settle()
}
const mirror = async (): Promise<string[]> => (await rows<{ id: string; from: number; to: number }>('select external_id as id, starts_at as "from", ends_at as "to" from busy_event')).map(({ id, from, to }) => `${id} ${from} ${to}`).toSorted()
const version = async (): Promise<number> => (await rows<{ version: number }>('select version from mirror'))[0]?.version ?? 0

// begins, lasts: in minutes from now; what is over takes nobody's time.
const anEvent = fc.record({ n: fc.nat(11), begins: fc.integer({ min: -200, max: 500 }), lasts: fc.integer({ min: 0, max: 180 }), isBusy: fc.boolean() })
const aStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('change' as const), events: fc.array(anEvent, { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('delete' as const), which: fc.array(fc.nat(11), { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('repeat' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const), lost: fc.array(fc.nat(11), { maxLength: 5 }) }) },
)
test('says what a list that is kept by hand says, whatever is changed, told twice, or told anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 12 }), async (steps) => {
      for (const table of ['busy_event', 'mirror', 'pull_cursor', 'pull_item']) await rows(`delete from ${table}`)
      const now = house.clock.now()
      const calendar = new Map<string, CalendarEvent>()
      let last: Delivery[] = []
      for (const step of steps) {
        const before = [await mirror(), await version()] as const
        let pages: Page[]
        if (step.does === 'change') {
          const events = step.events.map(({ n, begins, lasts, isBusy }): CalendarEvent => ({ id: `e${n}`, is: 'there', startsAt: now + begins * minute, endsAt: now + (begins + lasts) * minute, isBusy }))
          for (const event of events) calendar.set(event.id, event)
          pages = [{ deliveries: (last = [seen(events)]), cursor: 'c' }]
        } else if (step.does === 'delete') {
          for (const n of step.which) calendar.delete(`e${n}`)
          pages = [{ deliveries: (last = [seen(step.which.map((n) => ({ id: `e${n}`, is: 'gone' })))]), cursor: 'c' }]
        } else if (step.does === 'repeat') pages = [{ deliveries: last, cursor: 'c' }]
        else {
          for (const n of step.lost) calendar.delete(`e${n}`) // of which no page says a word
          pages = [{ deliveries: [], cursor: null, restart: true }, { deliveries: calendar.size > 0 ? (last = [seen([...calendar.values()])]) : [], cursor: 'c' }]
        }
        next = () => pages.shift() ?? { deliveries: [], cursor: 'c' }
        await pull()
        const takes = [...calendar.values()].flatMap((event) => (event.is === 'there' && event.isBusy && event.endsAt > now && event.endsAt > event.startsAt ? [`${event.id} ${event.startsAt} ${event.endsAt}`] : [])).toSorted()
        expect(await mirror()).toEqual(takes)
        expect((await version()) !== before[1]).toBe(JSON.stringify(takes) !== JSON.stringify(before[0]))
      }
    }),
    { numRuns: 40 },
  )
}, 240_000)

test('takes in ten thousand events in turns of which none is slow', async () => {
  for (const table of ['busy_event', 'mirror', 'pull_cursor', 'pull_item']) await rows(`delete from ${table}`)
  const events = Array.from({ length: 10_000 }, (_, at): CalendarEvent => ({ id: `many${at}`, is: 'there', startsAt: house.clock.now() + at * hour, endsAt: house.clock.now() + at * hour + 30 * minute, isBusy: true }))
  const portions = Array.from({ length: 50 }, (_, at) => seen(events.slice(at * 200, at * 200 + 200)))
  next = () => ({ deliveries: portions.splice(0, 50), cursor: 'c' })
  await pull()
  expect([(await mirror()).length, await version()]).toEqual([10_000, 50])
  next = () => ({ deliveries: [seen(events.slice(0, 200).map((event) => (event.is === 'there' ? { ...event, endsAt: event.endsAt + minute } : event)))], cursor: 'c' })
  const began = performance.now()
  await pull()
  expect(await version()).toBe(51)
  expect(performance.now() - began).toBeLessThan(3_000) // a turn of 200 beside ten thousand
  await rows('delete from busy_event')
}, 120_000)

test('forgets what is over', async () => {
  next = () => ({ deliveries: [seen([{ id: 'old', is: 'there', startsAt: house.clock.now(), endsAt: house.clock.now() + hour, isBusy: true }])], cursor: 'c' })
  await pull()
  next = () => ({ deliveries: [], cursor: 'c' })
  house.clock.advance(24 * hour)
  await house.worker.settle()
  expect(await mirror()).toHaveLength(1)
  house.clock.advance(2 * hour)
  await house.worker.settle()
  expect(await mirror()).toEqual([])
})

test('is asked at once where its vendor says that something changed, once for however many say so, and not again before its time', async () => {
  next = () => ({ deliveries: [], cursor: 'c' })
  await pull()
  const before = asked
  await tell(['p2', 'p3', 'p4'])
  await house.worker.settle()
  expect(asked - before).toBe(1)
  house.clock.advance(4 * minute)
  await house.worker.settle()
  expect(asked - before).toBe(1)
})
const tell = async (ids: readonly string[]): Promise<void> => {
  for (const key of ids) {
    const id = newId(house.clock)
    const args = await house.vault.seal(house.db.bare, { tenant: house.tenant }, `job.args:${id}`, JSON.stringify({ connection: tiny }))
    await enqueue(house.db.bare, [{ tenant: house.tenant, id, kind: 'turn', name: pingFlow, key: `delivery:${tiny}:${key}`, connection: tiny, lane: 'live', runAt: house.clock.now(), args, trace: newTrace(house.clock), now: house.clock.now() }])
  }
}

test('is asked once more after one that is under way when its vendor says so', async () => {
  next = () => ({ deliveries: [], cursor: 'c' })
  await house.worker.settle()
  const before = asked
  let isFirst = true
  next = async () => {
    if (isFirst) {
      isFirst = false
      for (let at = 0; at < 3; at++) await house.db.tx((tx) => pullSoon(house.acting.within(tx, { tenant: house.tenant, by: 'system' }), tiny, true))
    }
    return { deliveries: [], cursor: 'c' }
  }
  await pull()
  await house.worker.settle()
  expect(asked - before).toBe(2)
})

// The clock stands still, so whatever is done now waited for no poll.
test('is asked by a worker that is told of it, without a moment of waiting', async () => {
  next = () => ({ deliveries: [], cursor: 'c' })
  await pull()
  const before = asked
  house.worker.start()
  await tell(['p9'])
  house.worker.wake('live')
  let looks = 0
  await until(() => asked > before || ++looks > 50_000)
  expect(asked).toBe(before + 1)
  expect(house.clock.pending()).toBeGreaterThan(0) // the poll is still to come
  await house.worker.drain(0)
})
