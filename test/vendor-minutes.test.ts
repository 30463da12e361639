import { afterEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { fakeClock } from './support/clock.ts'
import { freshEngine, serverUrl } from './support/databases.ts'
import { keyed, neighbourOf, tinyHouse, type Tiny } from './support/tiny.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at, makeDb } from '@portero/tool-server/spine/db.ts'
import { housekeeping } from '@portero/tool-server/spine/chores.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { boundOf, bucketOf, makeVendorMinutes, type Rest, type VendorCall } from '@portero/tool-server/spine/vendor-minutes.ts'
import { restingNow, vendorFigures } from '@portero/tool-server/store/vendor-figures.ts'

// What calls to vendors came to, as every server writes it down: the same as whoever counted them one by one.
let tiny: Tiny | undefined
afterEach(async () => {
  await tiny?.end()
  tiny = undefined
})
const minute = 60_000
const hour = 60 * minute

describe('what servers write down', () => {
  test('adds up to what was called, whatever it came to, on each of them', async () => {
    const fresh = await freshEngine()
    const db = makeDb(fresh.engine)
    const clock = fakeClock({ seed: 7 })
    const log = makeLog({ level: 'silent', clock })
    const servers = [1, 2].map(() => makeVendorMinutes({ db, clock, log, rests: () => [] }))
    const connections = [newId(clock), newId(clock)]
    const made: (VendorCall & { at: number })[] = []
    const pick = <T>(all: readonly T[]): T => all[Math.floor(clock.chance() * all.length)]!
    for (let count = 0; count < 3_000; count++) {
      clock.advance(Math.floor(clock.chance() * 60_000))
      const held = clock.chance() < 0.1
      const call: VendorCall = { tenant: firstTenant, connection: pick(connections), outcome: held ? pick(['throttled', 'paused']) : pick(['ok', 'ok', 'ok', 'timeout', 'unavailable', 'throttled', 'not_found']), tookMs: held ? undefined : Math.floor(10 ** (clock.chance() * 4)) }
      made.push({ ...call, at: clock.now() })
      pick(servers).add(call)
      if (count % 100 === 0) await pick(servers).flush()
    }
    for (const server of servers) await server.flush()
    await servers[0]!.flush() // what was written is not written again

    const now = clock.now()
    const figures = await vendorFigures(db.bare, firstTenant, now)
    const startOf = (ms: number): number => ms - (ms % minute)
    for (const connection of connections) {
      for (const [name, ms] of [['hour', hour], ['day', 24 * hour]] as const) {
        const calls = made.filter((each) => each.connection === connection && startOf(each.at) > now - ms)
        const sent = calls.filter(({ tookMs }) => tookMs !== undefined)
        const times = sent.map(({ tookMs }) => tookMs!).toSorted((a, b) => a - b)
        const nth = (share: number): number => boundOf(bucketOf(times[Math.ceil(share * times.length) - 1]!))
        const failed = sent.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'throttled')
        const found = figures([connection])[name]
        expect(found).toMatchObject({ sent: sent.length, failed: failed.length, theirs: sent.filter(({ outcome }) => outcome === 'throttled').length, ours: calls.filter(({ outcome, tookMs }) => outcome === 'throttled' && tookMs === undefined).length, rested: calls.filter(({ outcome }) => outcome === 'paused').length, p50: nth(0.5), p95: nth(0.95) })
        expect(Object.fromEntries(found.failures.map(({ code, count }) => [code, count]))).toEqual(Object.fromEntries(['timeout', 'unavailable', 'not_found'].flatMap((code) => { const count = failed.filter(({ outcome }) => outcome === code).length; return count > 0 ? [[code, count]] : [] })))
      }
      const perMinute = Map.groupBy(made.filter((each) => each.connection === connection && each.tookMs !== undefined && startOf(each.at) > now - hour), ({ at: when }) => startOf(when))
      expect(figures([connection]).peak).toBe(Math.max(0, ...[...perMinute.values()].map((each) => each.length)))
    }
    expect(figures(connections).day.sent).toBe(connections.reduce((sum, each) => sum + figures([each]).day.sent, 0))
    await db.close()
    await fresh.remove()
  })
  test('is what left the house for a vendor, as the vendor counted it, on both servers', async () => {
    tiny = await tinyHouse()
    const house = tiny
    const { worker, minutes, leave } = await neighbourOf(house)
    house.vendor.will('done', { status: 503 }, 'done', { status: 429, headers: { 'retry-after': '2' } }, 'done')
    for (let count = 0; count < 6; count++) {
      await house.decide(async (act) => act.send(keyed, { text: `cosa ${count}` }, { key: `k${count}` }))
      await (count % 2 === 0 ? house.worker.settle() : worker.settle())
      house.clock.advance(10_000)
    }
    for (let count = 0; count < 5; count++) await house.pass(10_000)
    await house.minutes.flush()
    await minutes.flush().then(leave)
    const { day } = (await vendorFigures(house.db.bare, house.tenant, house.clock.now()))([house.tiny.id])
    expect(day).toMatchObject({ sent: house.vendor.heard.length, failed: 1, failures: [{ code: 'unavailable', count: 1 }], theirs: 1 })
    expect(house.vendor.heard.length).toBeGreaterThanOrEqual(8)
    const { rows } = await sql<{ servers: number }>`select count(distinct server) as servers from vendor_minute where connection_id = ${house.tiny.id}`.execute(house.db.bare)
    expect(rows[0]!.servers).toBe(2)
  })
  test('is written when a server ends', async () => {
    tiny = await tinyHouse()
    const house = tiny
    const neighbour = await neighbourOf(house)
    await house.decide(async (act) => act.send(keyed, { text: 'una' }, { key: 'k' }))
    await neighbour.worker.settle()
    await (serverUrl ? neighbour.leave() : neighbour.minutes.close()) // the embedded engine is shared
    expect((await vendorFigures(house.db.bare, house.tenant, house.clock.now()))([house.tiny.id]).hour.sent).toBe(1)
  })
  test('by itself every quarter of a minute, once it has begun, and no more once it is closed', async () => {
    const fresh = await freshEngine()
    const db = makeDb(fresh.engine)
    const clock = fakeClock()
    const minutes = makeVendorMinutes({ db, clock, log: makeLog({ level: 'silent', clock }), rests: () => [] })
    minutes.start()
    const connection = newId(clock)
    const sent = async (): Promise<number> => (await vendorFigures(db.bare, firstTenant, clock.now()))([connection]).hour.sent
    minutes.add({ tenant: firstTenant, connection, outcome: 'ok', tookMs: 5 })
    clock.advance(14_000)
    expect(await sent()).toBe(0)
    clock.advance(1_000)
    while ((await sent()) === 0) await new Promise((resolve) => setImmediate(resolve))
    await minutes.close()
    expect(clock.pending()).toBe(0)
    await db.close()
    await fresh.remove()
  })
  test('is not lost while the database is away', async () => {
    const fresh = await freshEngine()
    const db = makeDb(fresh.engine)
    const clock = fakeClock()
    const connection = newId(clock)
    const minutes = makeVendorMinutes({ db, clock, log: makeLog({ level: 'silent', clock }), rests: () => [] })
    minutes.add({ tenant: firstTenant, connection, outcome: 'ok', tookMs: 5 })
    await sql`alter table vendor_minute rename to vendor_minute_away`.execute(db.bare)
    await minutes.flush()
    clock.advance(5 * minute)
    minutes.add({ tenant: firstTenant, connection, outcome: 'ok', tookMs: 5 })
    await sql`alter table vendor_minute_away rename to vendor_minute`.execute(db.bare)
    await minutes.flush()
    expect((await vendorFigures(db.bare, firstTenant, clock.now()))([connection]).hour.sent).toBe(2)
    await db.close()
    await fresh.remove()
  })
  test('goes after some days', async () => {
    tiny = await tinyHouse()
    const { db, clock, tenant } = tiny
    const connection = tiny.tiny.id
    tiny.minutes.add({ tenant, connection, outcome: 'ok', tookMs: 5 })
    await tiny.minutes.flush()
    await sql`insert into vendor_rest values (${tenant}, ${connection}, ${newId(clock)}, 'key', null, ${at(clock.now())})`.execute(db.bare)
    const sweep = (days: number) => housekeeping({ db, keep: { rawDays: 1, finishedDays: 1, repeatDays: 1 }, now: clock.now() + days * 24 * hour })
    expect(await sweep(1)).toMatchObject({ minutes: 0, rests: 0 })
    expect(await sweep(4)).toMatchObject({ minutes: 1, rests: 1 })
  })
})

describe('a connection that is left alone', () => {
  const rests = async ({ db, tenant, clock }: Tiny) => (await restingNow(db.bare, tenant, clock.now())).map(({ state, servers }) => ({ state, servers }))
  test('is shown with how many servers do, and no longer once it is well', async () => {
    tiny = await tinyHouse()
    const house = tiny
    house.vendor.will(...Array.from({ length: 5 }, () => ({ status: 503 })))
    for (let count = 0; count < 5; count++) await house.decide(async (act) => act.send(keyed, { text: 'x' }, { key: `k${count}` }))
    await house.settle()
    await house.minutes.flush()
    expect(await rests(house)).toEqual([{ state: 'breaker', servers: 1 }])
    for (let count = 0; count < 10; count++) await house.pass(30_000)
    await house.minutes.flush()
    expect(await rests(house)).toEqual([])
  })
  test('is forgotten a minute after its server was last heard of', async () => {
    tiny = await tinyHouse()
    const { db, clock, tenant, tiny: { id } } = tiny
    const rest: Rest = { tenant, connection: id, state: 'key', until: undefined }
    const log = makeLog({ level: 'silent', clock })
    const [dead, alive] = [1, 2].map(() => makeVendorMinutes({ db, clock, log, rests: () => [rest] }))
    await dead!.flush()
    clock.advance(45_000)
    await alive!.flush()
    expect(await rests(tiny)).toEqual([{ state: 'key', servers: 2 }])
    clock.advance(15_001)
    expect(await rests(tiny)).toEqual([{ state: 'key', servers: 1 }])
    await alive!.close()
    expect(await rests(tiny)).toEqual([])
  })
})
