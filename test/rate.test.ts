import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { array, assert, asyncProperty, constantFrom, double, integer, record } from 'fast-check'
import { AppError } from '@portero/shared'
import type { Connection, Http, Lane } from '@portero/tool-server/define.ts'
import type { Clock } from '@portero/tool-server/spine/clock.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { takeToken } from '@portero/tool-server/spine/rate.ts'
import { json, makeStage, startVendor, type Stage } from './support/http-stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await makeStage()
})
afterAll(() => stage.end())

const bucket = async (perSecond: number) => {
  const connection: Connection = await stage.connect({})
  // How long to wait, or 0 for a token.
  const take = (lane: Lane = 'live', skewMs = 0): Promise<number> => {
    const clock: Clock = { ...stage.clock, now: () => stage.clock.now() + skewMs }
    return takeToken({ db: stage.db, clock }, connection, { perSecond }, lane).then(
      () => 0,
      (thrown: unknown) => {
        if (thrown instanceof AppError && thrown.code === 'throttled') return thrown.retryAfterMs ?? Number.NaN
        throw thrown
      },
    )
  }
  const drain = async (lane: Lane): Promise<number> => {
    for (let taken = 0; ; taken++) if ((await take(lane)) > 0) return taken
  }
  return { take, drain }
}

test('a full bucket gives its burst, then one token each 1/perSecond', async () => {
  const { take, drain } = await bucket(4)
  expect(await drain('live')).toBe(4)
  expect(await take()).toBe(250)
  stage.clock.advance(249)
  expect(await take()).toBeLessThanOrEqual(2)
  stage.clock.advance(1)
  expect(await take()).toBe(0)
  stage.clock.advance(60_000)
  expect(await drain('live')).toBe(4)
})

test('less than one call a second is one call now and then', async () => {
  const { take } = await bucket(0.1)
  expect([await take(), await take()]).toEqual([0, 10_000])
  stage.clock.advance(10_000)
  expect(await take()).toBe(0)
})

test('bulk leaves half of the bucket, sync a fifth, live nothing', async () => {
  const { take, drain } = await bucket(10)
  expect(await drain('bulk')).toBe(5)
  expect(await take('bulk')).toBe(100)
  expect(await drain('sync')).toBe(3)
  expect(await take('sync')).toBe(100)
  expect(await drain('live')).toBe(2)
  expect([await take('live'), await take('sync'), await take('bulk')]).toEqual([100, 300, 600])
})

test.each([0.2, 1, 1.5, 2, 3])('every lane gets something from a full bucket of %d a second', async (perSecond) => {
  const { take, drain } = await bucket(perSecond)
  for (const lane of ['live', 'sync', 'bulk'] as const) {
    await drain('live')
    stage.clock.advance(60_000)
    expect(await take(lane)).toBe(0)
  }
})

test('connections do not share a bucket', async () => {
  const [one, other] = [await bucket(1), await bucket(1)]
  expect([await one.take(), await one.take(), await other.take()]).toEqual([0, 1000, 0])
})

test('calls that have a limit of their own share it among processes, and leave the others alone', async () => {
  const connection: Connection = await stage.connect({})
  const take = (path?: string): Promise<number> => takeToken({ db: stage.db, clock: stage.clock }, connection, path === undefined ? { perSecond: 10 } : { perSecond: 4, burst: 1, path }, 'bulk').then(() => 0, ({ retryAfterMs }: AppError) => retryAfterMs ?? Number.NaN)
  expect([await take('/search'), await take('/search'), await take('/other'), await take()]).toEqual([0, 250, 0, 0])
  stage.clock.advance(250)
  expect((await Promise.all([1, 2, 3].map(() => take('/search')))).filter((wait) => wait === 0).length).toBe(1)
})

test('two processes that search at one vendor search no more than one may', async () => {
  const vendor = await startVendor((heard) => json(heard, 200, {}))
  const limits = { perSecond: 50, apart: { path: '/search', perSecond: 3 } }
  const one = await stage.http(vendor, { limits })
  const second = makeHttp({ clock: stage.clock, log: makeLog({ level: 'silent', clock: stage.clock }), db: stage.db, allow: [vendor.origin] })
  const other = second.of(one.connection, { name: one.connection.vendor, auth: { kind: 'none' }, limits: { concurrent: 4, timeoutMs: 1_000, ...limits }, redact: [] } as never, { lane: 'live', signal: new AbortController().signal, reading: true })
  const search = (http: Http): Promise<boolean> => http({ method: 'POST', path: '/things/search', reading: true }).then(() => true, () => false)
  for (let passed = 0; passed < 2_000; passed += 100) {
    await Promise.all([search(one), search(other)])
    stage.clock.advance(100)
  }
  expect(vendor.heard.length).toBe(5) // in two seconds, a look every 100 ms: at 0, 400, 800 …
  await other({ method: 'GET', path: '/things' })
  expect(vendor.heard.length).toBe(6)
  await second.close()
  await vendor.close()
})

test('a clock that runs behind takes nothing back', async () => {
  const { take, drain } = await bucket(2)
  expect(await take('live', 5_000)).toBe(0)
  expect(await take('live', 0)).toBe(0)
  expect(await take('live', -5_000)).toBe(500)
  stage.clock.advance(5_500)
  expect(await drain('live')).toBe(1)
})

test('a clock that was wrong by an hour does not stop us for an hour', async () => {
  const { take } = await bucket(1)
  expect(await take('live', 3_600_000)).toBe(0)
  expect(await take()).toBe(0)
  expect(await take()).toBe(1000)
  stage.clock.advance(1000)
  expect(await take()).toBe(0)
})

test('a database that is away is no reason to doubt whether the call arrived', async () => {
  const other = await makeStage()
  const connection = await other.connect({})
  await other.db.close()
  await expect(takeToken({ db: other.db, clock: other.clock }, connection, { perSecond: 1 }, 'live')).rejects.toMatchObject({ code: 'unavailable', arrived: 'no' })
  await other.end()
})

test('whoever waits as long as he is told gets a token', async () => {
  await assert(
    asyncProperty(double({ min: 0.05, max: 50, noNaN: true }), constantFrom<Lane>('live', 'sync', 'bulk'), integer({ min: 1, max: 6 }), async (perSecond, lane, calls) => {
      const { take, drain } = await bucket(perSecond)
      await drain('live')
      for (let i = 0; i < calls; i++) {
        const waitMs = await take(lane)
        if (waitMs > 0) stage.clock.advance(waitMs + 1) // the database keeps microseconds
        if (waitMs > 0) expect(await take(lane)).toBe(0)
      }
    }),
    { numRuns: 25 },
  )
})

// Any window of t seconds sees at most burst + perSecond * t calls, whoever takes them and however far their clocks are apart.
test.each([{ takers: 1 }, { takers: 4 }])('no window ever sees more than it may, with $takers at a time', async ({ takers }) => {
  const step = record({ waitMs: integer({ min: 0, max: 1500 }), lanes: array(constantFrom<Lane>('live', 'live', 'sync', 'bulk'), { minLength: takers, maxLength: takers }), turns: integer({ min: 1, max: 4 }) })
  const skews = array(integer({ min: -2000, max: 2000 }), { minLength: takers, maxLength: takers })
  await assert(
    asyncProperty(double({ min: 0.3, max: 12, noNaN: true }), skews, array(step, { minLength: 1, maxLength: 12 }), async (perSecond, skewMs, steps) => {
      const { take } = await bucket(perSecond)
      const taken: number[] = []
      for (const { waitMs, lanes, turns } of steps) {
        stage.clock.advance(waitMs)
        for (let turn = 0; turn < turns; turn++) {
          const waits = await Promise.all(lanes.map((lane, taker) => take(lane, skewMs[taker])))
          for (const wait of waits) if (wait === 0) taken.push(stage.clock.now())
        }
      }
      const apartMs = Math.max(...skewMs) - Math.min(...skewMs)
      for (const [first, from] of taken.entries())
        for (let last = first; last < taken.length; last++) {
          const most = Math.max(1, perSecond) + (perSecond * (taken[last]! - from + apartMs)) / 1000
          expect(last - first + 1).toBeLessThanOrEqual(most + 1e-3)
        }
    }),
    { numRuns: 30 },
  )
})
