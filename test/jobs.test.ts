import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { arm, bury, claim, enqueue, finish, postpone, promoteDue, rearm, reclaim, renew, takeBack, type Job, type NewJob } from '@portero/tool-server/spine/jobs.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { replayDead } from '@portero/tool-server/spine/dead.ts'
import { freshEngine, serverUrl } from './support/databases.ts'
import { claimed, clock, keysOf, newJob, rowOf, rowsOf, start, trouble, type Row } from './support/jobs.ts'

// The statements of durable work, one verb at a time.
let db: Db
let fresh: Awaited<ReturnType<typeof freshEngine>>
beforeAll(async () => {
  fresh = await freshEngine()
  db = makeDb(fresh.engine)
})
beforeEach(async () => void (await sql`delete from job`.execute(db.bare)))
afterAll(async () => {
  await db.close()
  await fresh.remove()
})
const claimOne = async (more: object = {}): Promise<Job> => {
  const [job] = await claim(db.bare, claimed('worker-a', { most: 1, ...more }))
  if (!job) throw new Error('nothing was due')
  return job
}
const done = { state: 'done' as const, keepArgs: true, now: start }
const line = (...keys: string[]): Promise<string[]> => enqueue(db.bare, keys.map((key) => newJob(key, { serial: 'person-1', blocks: key.startsWith('blocking') })))
const next = async (): Promise<string[]> => keysOf(await claim(db.bare, claimed()))
const timer = (key: string, runAt: number, more: object = {}): NewJob => newJob(`timer:${key}`, { kind: 'turn', name: 'remind', runAt, ...more })
const take = (kind: 'turn' | 'command', prefix: string): Promise<number> => takeBack(db.bare, firstTenant, kind, prefix)
const lost = async (kind: 'turn' | 'command' | 'pull'): Promise<Row> => {
  await enqueue(db.bare, [newJob('a', { kind })])
  await claimOne()
  await reclaim(db.bare, { now: start + 30_001, all: false })
  return rowOf(db, 'a')
}
const bySerial = (keys: readonly string[]): Map<number, string[]> => Map.groupBy(keys, (key) => Number(key.slice(4)) % 50)

describe('enqueue', () => {
  test('takes a key once', async () => {
    await enqueue(db.bare, [newJob('a')])
    expect(await enqueue(db.bare, [newJob('a'), newJob('b'), newJob('b')])).toHaveLength(1)
  })
  test('remembers a key after its job is finished', async () => {
    await enqueue(db.bare, [newJob('a')])
    await finish(db.bare, await claimOne(), done)
    expect(await enqueue(db.bare, [newJob('a')])).toEqual([])
  })
  test('keeps the keys of different kinds apart', async () => {
    await enqueue(db.bare, [newJob('a')])
    expect(await enqueue(db.bare, [newJob('a', { kind: 'turn' })])).toHaveLength(1)
  })
  test('takes more jobs at once than a statement has parameters for', async () => {
    expect(await enqueue(db.bare, Array.from({ length: 5_000 }, (_, at) => newJob(`many-${at}`)))).toHaveLength(5_000)
  })
  test('of many keeps their order', async () => {
    await enqueue(db.bare, Array.from({ length: 2_500 }, (_, at) => newJob(`many-${at}`)))
    expect((await rowsOf(db)).map(({ key }) => key)).toEqual(Array.from({ length: 2_500 }, (_, at) => `many-${at}`))
  })
})

describe('claim', () => {
  test('takes first what is due longest', async () => {
    await enqueue(db.bare, [newJob('postponed'), newJob('new')])
    await postpone(db.bare, await claimOne(), start + 1_000, { ...trouble, spend: true })
    expect(await claimOne({ now: start + 1_000 })).toMatchObject({ key: 'new' })
  })
  test('leaves what is not due yet', async () => {
    await enqueue(db.bare, [newJob('a', { runAt: start + 1 })])
    expect(await claim(db.bare, claimed())).toEqual([])
  })
  test('takes from its lane only', async () => {
    await enqueue(db.bare, [newJob('bulk', { lane: 'bulk' }), newJob('live')])
    expect(keysOf(await claim(db.bare, claimed()))).toEqual(['live'])
  })
  test('takes at most as many as asked', async () => {
    await enqueue(db.bare, ['a', 'b', 'c'].map((key) => newJob(key)))
    expect(keysOf(await claim(db.bare, claimed('worker-a', { most: 2 })))).toEqual(['a', 'b'])
  })
  test('takes nothing that is already taken', async () => {
    await enqueue(db.bare, [newJob('a')])
    await claim(db.bare, claimed())
    expect(await claim(db.bare, claimed('worker-b'))).toEqual([])
  })
  test('passes over the commands of a connection that rests, but not over its turns', async () => {
    const connection = newJob('').id
    await sql`insert into connection (tenant_id, id, vendor, account, settings_sealed, created_at) values (${firstTenant}, ${connection}, 'tiny', 'one', '', to_timestamp(0))`.execute(db.bare)
    await enqueue(db.bare, [newJob('resting', { connection }), newJob('turn', { connection, kind: 'turn' }), newJob('nowhere')])
    expect(keysOf(await claim(db.bare, claimed('worker-a', { resting: [connection] })))).toEqual(['turn', 'nowhere'])
  })
})

describe('a serial', () => {
  test('has one job running at a time, in the order they came', async () => {
    await line('a', 'b')
    const [a] = await claim(db.bare, claimed())
    const beside = await next()
    await finish(db.bare, a!, done)
    expect([a!.key, beside, await next()]).toEqual(['a', [], ['b']])
  })
  test('holds nobody of another serial, nor of another kind', async () => {
    await line('a')
    await enqueue(db.bare, [newJob('other', { serial: 'person-2' }), newJob('turn', { serial: 'person-1', kind: 'turn' })])
    expect(await next()).toEqual(['a', 'other', 'turn'])
  })
  test('waits for a head that was postponed', async () => {
    await line('a', 'b')
    await postpone(db.bare, await claimOne(), start + 1_000, { ...trouble, spend: true })
    expect(await next()).toEqual([])
  })
  test('goes on after a dead job that does not block', async () => {
    await line('a', 'b')
    await bury(db.bare, await claimOne(), { ...trouble, now: start })
    expect(await next()).toEqual(['b'])
  })
  test('stops at a dead job that blocks', async () => {
    await line('blocking', 'b')
    await bury(db.bare, await claimOne(), { ...trouble, now: start })
    expect(await next()).toEqual([])
  })
  test('goes on with a replayed job only after the one that passed it', async () => {
    await line('a', 'b')
    await bury(db.bare, await claimOne(), { ...trouble, now: start })
    await claimOne()
    await replayDead({ db, clock }, { sure: false })
    expect(await next()).toEqual([])
  })
  test('is not held by a job that is scheduled', async () => {
    await enqueue(db.bare, [newJob('later', { serial: 'person-1', runAt: start + 1_000 })])
    await line('a')
    expect(await next()).toEqual(['a'])
  })
  test('gives a scheduled job its place when it falls due', async () => {
    await enqueue(db.bare, [newJob('later', { serial: 'person-1', runAt: start + 1_000 })])
    await line('a', 'b')
    await promoteDue(db.bare, start + 1_000)
    expect((await rowsOf(db)).map(({ key, state }) => `${key} ${state}`)).toEqual(['a ready', 'b ready', 'later ready'])
  })
  test('cannot run twice even if two claimers meet', async () => {
    await line('a', 'b')
    await claimOne()
    await expect(sql`update job set state = 'running' where key = 'b'`.execute(db.bare)).rejects.toMatchObject({ code: '23505' })
  })
})

describe('a job that was leased anew meanwhile', () => {
  test.each<[string, (old: Job) => Promise<boolean>]>([
    ['finish', (old) => finish(db.bare, old, done)],
    ['postpone', (old) => postpone(db.bare, old, start + 1_000, { ...trouble, spend: true })],
    ['bury', (old) => bury(db.bare, old, { ...trouble, now: start })],
    ['rearm', (old) => rearm(db.bare, old, { until: start + 1_000, now: start })],
  ])('is not ours to %s', async (_verb, end) => {
    await enqueue(db.bare, [newJob('a')])
    const old = await claimOne()
    await reclaim(db.bare, { now: start, all: true })
    await claimOne({ worker: 'worker-b' })
    const before = await rowsOf(db)
    expect([await end(old), await rowsOf(db)]).toEqual([false, before])
  })
})

describe('recurring work', () => {
  test.each([['at once is ready', 0, 'ready'], ['later is scheduled', 1, 'scheduled']])('that is due again %s', async (_title, inMs, state) => {
    await enqueue(db.bare, [newJob('a', { kind: 'pull' })])
    await rearm(db.bare, await claimOne(), { until: start + inMs, now: start })
    expect(await rowOf(db, 'a')).toMatchObject({ state, run_at: start + inMs })
  })
  test('begins anew with its attempts', async () => {
    await enqueue(db.bare, [newJob('a', { kind: 'pull' })])
    await postpone(db.bare, await claimOne(), start, { ...trouble, spend: true })
    await rearm(db.bare, await claimOne(), { until: start, now: start })
    expect(await rowOf(db, 'a')).toMatchObject({ attempts: 0, error_code: null })
  })
})

describe('reclaim', () => {
  test('leaves alone whose lease still runs', async () => {
    await enqueue(db.bare, [newJob('a')])
    await claimOne()
    expect(await reclaim(db.bare, { now: start + 30_000, all: false })).toBe(0)
  })
  test('leaves alone whose lease was renewed', async () => {
    await enqueue(db.bare, [newJob('a')])
    const { id } = await claimOne()
    await renew(db.bare, { worker: 'worker-a', ids: [id], until: start + 60_000 })
    expect(await reclaim(db.bare, { now: start + 30_001, all: false })).toBe(0)
  })
  test('counts an attempt', async () => {
    expect(await lost('command')).toMatchObject({ state: 'ready', attempts: 1, leased_by: null })
  })
  test.each([['turn', null], ['command', start + 30_001], ['pull', null]] as const)('leaves a %s uncertain since %s', async (kind, since) => {
    expect((await lost(kind)).uncertain_since).toBe(since)
  })
})

describe('a timer', () => {
  test('that is set again moves', async () => {
    await arm(db.bare, timer('a', start + 1_000))
    await arm(db.bare, timer('a', start + 5_000))
    expect(await rowsOf(db)).toMatchObject([{ key: 'timer:a', run_at: start + 5_000, state: 'scheduled' }])
  })
  test('that is set again has what it was set with last', async () => {
    await arm(db.bare, timer('a', start + 1_000))
    const last = timer('a', start + 1_000, { name: 'call', serial: 'person-1' })
    await arm(db.bare, last)
    expect(await rowOf(db, 'timer:a')).toMatchObject({ id: last.id, name: 'call', serial: 'person-1' })
  })
  test('rings again when it is set after it has rung', async () => {
    await arm(db.bare, timer('a', start))
    await finish(db.bare, await claimOne(), { ...done, keepArgs: false })
    await arm(db.bare, timer('a', start))
    expect(await claimOne()).toMatchObject({ key: 'timer:a', attempts: 0 })
  })
  test('that is set again while it rings will ring then, and what rings now decides nothing', async () => {
    await arm(db.bare, timer('a', start))
    const ringing = await claimOne()
    await arm(db.bare, timer('a', start + 5_000))
    expect([await finish(db.bare, ringing, done), await rowOf(db, 'timer:a')]).toMatchObject([false, { state: 'scheduled', run_at: start + 5_000, leased_by: null }])
  })
})

describe('takeBack', () => {
  test('takes what is scheduled or ready', async () => {
    await enqueue(db.bare, [newJob('tour:1:a'), newJob('tour:1:b', { runAt: start + 1_000 })])
    expect(await take('command', 'tour:1:')).toBe(2)
  })
  test('leaves what has begun, even if it was postponed', async () => {
    await enqueue(db.bare, [newJob('tour:1:running'), newJob('tour:1:postponed')])
    const [, postponed] = await claim(db.bare, claimed())
    await postpone(db.bare, postponed!, start, { ...trouble, spend: true })
    expect(await take('command', 'tour:1:')).toBe(0)
  })
  test('leaves what is over', async () => {
    await enqueue(db.bare, [newJob('tour:1:done'), newJob('tour:1:dead')])
    await finish(db.bare, await claimOne(), done)
    await bury(db.bare, await claimOne(), { ...trouble, now: start })
    expect(await take('command', 'tour:1:')).toBe(0)
  })
  test('leaves the other kind', async () => {
    await enqueue(db.bare, [newJob('tour:1:a', { kind: 'turn' })])
    expect(await take('command', 'tour:1:')).toBe(0)
  })
  test.each(['a%', 'a_', 'a\\', 'a', 'ñ', '🏠'])('reads the prefix %s literally', async (prefix) => {
    await enqueue(db.bare, ['a%1', 'a_1', 'a\\1', 'ax1', 'b1', 'A1', 'ñ1', '🏠1', '\u{ffff}'].map((key) => newJob(key)))
    await take('command', prefix)
    expect((await rowsOf(db)).filter(({ key }) => key.startsWith(prefix))).toEqual([])
    expect(await rowsOf(db)).toHaveLength(9 - (prefix === 'a' ? 4 : 1))
  })
  test('frees the key', async () => {
    await enqueue(db.bare, [newJob('a')])
    await take('command', 'a')
    expect(await enqueue(db.bare, [newJob('a')])).toHaveLength(1)
  })
})

// Needs several sessions.
if (serverUrl) {
  test('four claimers at once take every job of 2,000 once, and each serial in its order', async () => {
    const jobs = Array.from({ length: 2_000 }, (_, at) => newJob(`job-${at}`, { serial: `serial-${at % 50}` }))
    for (let from = 0; from < jobs.length; from += 500) await enqueue(db.bare, jobs.slice(from, from + 500))
    const taken: string[] = []
    const work = async (worker: string): Promise<void> => {
      while (taken.length < jobs.length) {
        const mine = await claim(db.bare, claimed(worker, { most: 10 }))
        taken.push(...keysOf(mine))
        for (const job of mine) await finish(db.bare, job, done)
      }
    }
    await Promise.all(['a', 'b', 'c', 'd'].map(work))
    expect(bySerial(taken)).toEqual(bySerial(jobs.map(({ key }) => key)))
  })
}
