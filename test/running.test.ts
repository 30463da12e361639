import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Flow } from '@portero/tool-server/define.ts'
import { enqueue } from '@portero/tool-server/spine/jobs.ts'
import { newJob } from './support/jobs.ts'
import { keyed, note, once, same, tinyHouse, told, until, type Tiny } from './support/tiny.ts'
import { json, type Heard } from './support/http-stage.ts'

// A worker that runs by itself: what wakes it, what it holds, how it ends.
let house: Tiny
let thinking = 0
let think: () => void
const thought = new Promise<void>((resolve) => void (think = resolve))
const thinks: Flow = { ...told, name: 'thinks', async gather() {
  thinking++
  await thought
} }
const moveIn = async (): Promise<void> => {
  house = await tinyHouse({ flows: [thinks] })
  house.worker.start()
}
let count = 0
let key = ''
beforeEach(() => void (key = `k${++count};`))
const send = (command: typeof keyed, key: string, how: object = {}): Promise<void> => house.decide((at) => at.send(command, { text: key }, { key, ...how }))
const state = async (key: string): Promise<string> => (await house.job(key)).state
const callOf = async (key: string): Promise<Heard> => {
  for (;;) {
    const call = await house.vendor.next()
    if (call.headers['idempotency-key'] === key) return call
  }
}
const held = async (command: typeof keyed, key: string): Promise<Heard> => {
  house.vendor.will('held')
  await send(command, key)
  return callOf(key)
}
const bulk = (): number => house.vendor.posted().filter((each) => each.startsWith('bulk')).length
// An action that waits for its command; `back` tells whether it has come back.
const waiting = (key: string, waitMs: number) => {
  const wait = { back: false, done: Promise.resolve() }
  wait.done = house.decide((at) => at.send(keyed, { text: key }, { key }), { waitMs }).then(() => void (wait.back = true))
  return wait
}

describe('whoever waits for a command', () => {
  beforeAll(moveIn)
  afterAll(() => house.end())

  test('comes back when it is done', async () => {
    await waiting(key, 5_000).done
    expect(await state(key)).toBe('done')
  })
  test('comes back when it is dead', async () => {
    house.vendor.will({ status: 422 })
    await waiting(key, 5_000).done
    expect(await state(key)).toBe('dead')
  })
  test('waits on while it is tried again', async () => {
    house.vendor.will({ status: 429, headers: { 'retry-after': '2' } })
    const wait = waiting(key, 5_000)
    await until(async () => house.vendor.times(key) === 1 && (await house.job(key)).error_code === 'throttled')
    const early = wait.back
    house.clock.advance(2_500)
    await wait.done
    expect([early, await state(key)]).toEqual([false, 'done'])
  })
  test('gives up in time, and the command goes on', async () => {
    house.vendor.will('held')
    const wait = waiting(key, 2_000)
    const call = await callOf(key)
    house.clock.advance(1_999)
    const early = wait.back
    house.clock.advance(1)
    await wait.done
    json(call, 200, { id: 't1' }, { connection: 'close' })
    await until(async () => (await state(key)) === 'done')
    expect(early).toBe(false)
  })
  test('for nothing does not wait', async () => {
    await house.decide((at) => note(at, 'no command'), { waitMs: 5_000 })
    expect(await house.notes()).toEqual(['no command'])
  })
})

describe('a worker', () => {
  beforeAll(moveIn)
  afterAll(() => house.end())

  test('does what is committed without waiting for its next look', async () => {
    await send(keyed, key, { then: 'tiny.heard' })
    await until(async () => (await house.notes()).some((text) => text.includes(key)))
    expect(house.vendor.times(key)).toBe(1)
  })
  test('rings a timer that falls due', async () => {
    await house.decide((at) => at.later(told, { text: 'ring' }, { key: 't', at: at.now + 3_000 }))
    await until(async () => {
      house.clock.advance(100)
      return (await house.notes()).includes('ring')
    })
    expect((await house.job('timer:t')).state).toBe('done')
  })
  test('comes back to a command that was put off', async () => {
    house.vendor.will('dropped')
    await send(same, key)
    await until(async () => (await house.job(key)).attempts === 1)
    house.clock.advance(1_000)
    await until(async () => (await state(key)) === 'done')
    expect(house.vendor.times(key)).toBe(2)
  })
  test('keeps what it is doing while it takes longer than a lease', async () => {
    await house.deliver([{ id: 'd', flow: 'thinks', payload: { text: 'thought' } }])
    await until(() => thinking === 1)
    for (let second = 0; second < 40; second++) {
      house.clock.advance(1_000)
      await house.settle()
    }
    think()
    await until(async () => (await house.notes()).includes('thought'))
    expect(thinking).toBe(1)
  })
  test('lets go what it was given and does not do', async () => {
    const call = await held(keyed, key)
    const { leased_by } = await house.job(key)
    await sql`insert into job (tenant_id, id, kind, name, key, lane, state, run_at, args_sealed, trace, created_at, leased_by, leased_until) select tenant_id, gen_random_uuid(), 'turn', 'tiny.told', 'lost', 'live', 'running', run_at, null, trace, created_at, leased_by, leased_until from job where key = ${key}`.execute(house.db.bare)
    for (let second = 0; second < 31; second++) {
      house.clock.advance(1_000)
      await house.settle()
    }
    json(call, 200, { id: 't1' }, { connection: 'close' })
    await until(async () => (await state('lost')) !== 'running')
    expect([leased_by, await state('lost')]).toEqual([expect.any(String), 'dead'])
  })
  test('lets a live job pass 500 of bulk, of which it does four at once', async () => {
    house.vendor.will('held', 'held', 'held', 'held')
    await house.decide(async (at) => {
      for (let each = 0; each < 500; each++) await at.send(keyed, { text: 'bulk' }, { key: `bulk-${each}`, lane: 'bulk' })
    })
    await until(() => bulk() === 4)
    await send(keyed, 'live')
    await until(() => house.vendor.times('live') > 0)
    expect(bulk()).toBe(4)
  })
})

describe('a worker that is told to stop', () => {
  beforeEach(moveIn)
  afterEach(() => house.end())

  test('lets what runs come to its end', async () => {
    const call = await held(once, key)
    const drained = house.worker.drain(20_000)
    json(call, 200, { id: 't1' }, { connection: 'close' })
    await drained
    expect(await state(key)).toBe('done')
  })
  test('begins nothing more', async () => {
    await house.worker.drain(20_000)
    await send(keyed, key)
    house.clock.advance(5_000)
    await house.notes()
    expect([await state(key), house.vendor.posted()]).toEqual(['ready', []])
  })
  test('calls off after the grace what has not ended, as of unknown outcome', async () => {
    await held(once, key)
    const drained = house.worker.drain(1_000)
    house.clock.advance(1_000)
    await drained
    expect(await house.job(key)).toMatchObject({ state: 'dead', error_code: 'timeout', uncertain_since: house.clock.now() })
  })
  test('calls off before it began what nobody has heard of', async () => {
    await held(keyed, key)
    const drained = house.worker.drain(0)
    house.clock.advance(0)
    await drained
    expect(await house.job(key)).toMatchObject({ state: 'ready', attempts: 1 })
  })
  test('while it takes jobs leaves none of them taken', async () => {
    await until(async () => (await sql`select from job where kind = 'chore' and state <> 'scheduled'`.execute(house.db.bare)).rows.length === 0)
    await enqueue(house.db.bare, [newJob('without-arguments')])
    house.worker.wake('live')
    await house.worker.drain(20_000)
    expect(await state('without-arguments')).toMatch(/^(dead|ready)$/) // whichever came first
  })
})
