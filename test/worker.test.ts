import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { house as houseOf, type Flow } from '@portero/tool-server/define.ts'
import { listDead, replayDead, type Dead } from '@portero/tool-server/spine/dead.ts'
import { claim, reclaim } from '@portero/tool-server/spine/jobs.ts'
import { serverUrl } from './support/databases.ts'
import { keyed, neighbourOf, note, once, ordered, same, tinyHouse, until, writeNote, type Tiny } from './support/tiny.ts'

// Deliveries, turns, commands and their answers through a whole house. Each test has a word of its own, by which it knows what is its.
const { defineFlow } = houseOf<any>()
const payload = z.strictObject({ text: z.string() })
let mended = false // after the fix
let gather = async (): Promise<void> => {}
const flows: Flow[] = [
  defineFlow({ name: 'orders', payload, decide: async ({ text }, _facts, at) => {
    await note(at, `ordered ${text}`)
    await at.send(keyed, { text }, { key: `order:${text}`, then: 'tiny.heard' })
  } }),
  defineFlow({ name: 'throws', payload, decide: async ({ text }, _facts, at) => {
    await at.act(writeNote, { text })
    await at.send(keyed, { text }, { key: `never:${text}` })
    await at.later({ name: 'tiny.told', payload }, { text }, { key: `never:${text}`, at: at.now })
    if (!mended) throw new AppError('not_found', 'what it needs is not there')
  } }),
  defineFlow({ name: 'strict', payload: payload.refine(() => mended), decide: async ({ text }, _facts, at) => note(at, text) }),
  defineFlow({ name: 'asks', payload, gather: () => gather(), decide: async ({ text }, _facts, at) => note(at, text) }),
]

let house: Tiny
let count = 0
let word = ''
beforeAll(async () => void (house = await tinyHouse({ flows })))
beforeEach(() => {
  mended = false
  gather = async () => {}
  word = `w${++count};`
})
afterEach(() => expect(house.vendor.unasked()).toEqual([]))
afterAll(() => house.end())

const deliver = async (flow: string): Promise<void> => {
  await house.deliver([{ id: word, flow, payload: { text: word } }])
  await house.settle()
}
const send = (command: typeof keyed, key: string, how: object = {}): Promise<void> => house.decide((at) => at.send(command, { text: word }, { key: word + key, ...how }))
const setTimer = async (name: string): Promise<void> => {
  await house.decide((at) => at.later({ name, payload }, { text: word }, { key: word, at: at.now }))
  await house.settle()
}
const replay = async (key: string): Promise<void> => {
  await replayDead(house, { id: (await house.job(key)).id, sure: false })
  await house.settle()
}
const dead = async (key: string): Promise<Dead | undefined> => {
  const { id } = await house.job(key)
  return (await listDead(house.db)).find((each) => each.id === id)
}
const turn = (): string => `delivery:${house.tiny.id}:${word}`
const notes = async (): Promise<string[]> => (await house.notes()).filter((text) => text.includes(word)).map((text) => text.replaceAll(word, ''))
const posted = (): string[] => house.vendor.posted().filter((key) => key.includes(word)).map((key) => key.replace(word, ''))
const vanish = async (): Promise<void> => {
  const now = house.clock.now()
  await claim(house.db.bare, { lane: 'live', most: 100, worker: 'vanished', now, until: now + 30_000, resting: [] })
}

describe('a delivery', () => {
  test('becomes a turn, a command and the answer that the next flow hears', async () => {
    await deliver('orders')
    expect(await notes()).toEqual(['ordered ', '{"key":"order:","done":{"id":"t1"}}'])
  })
  test('told twice has its effects once', async () => {
    const again = { id: word, flow: 'orders', payload: { text: word } }
    await deliver('orders')
    await house.deliver([again, again])
    await house.settle()
    expect([(await notes()).length, posted()]).toEqual([2, ['order:']])
  })
})

describe('a turn that throws', () => {
  test('leaves none of its writes, commands and timers', async () => {
    await deliver('throws')
    const { rows } = await sql`select key from job where key like ${`%never:${word}%`}`.execute(house.db.bare)
    expect([await notes(), rows, posted()]).toEqual([[], [], []])
  })
  test('is dead with its reason', async () => {
    await deliver('throws')
    expect(await dead(turn())).toMatchObject({ kind: 'turn', name: 'throws', code: 'not_found', error: 'what it needs is not there' })
  })
  test('leaves all of them when it is replayed after the fix', async () => {
    await deliver('throws')
    mended = true
    await replay(turn())
    expect([await notes(), posted()]).toEqual([['', ''], ['never:']])
  })
  test('for no fault of its own is tried again later', async () => {
    let times = 0
    gather = async () => {
      if (times++ < 2) throw new AppError('unavailable', 'it is down')
    }
    await deliver('asks')
    await house.pass(1_000)
    await house.pass(2_000)
    expect(await notes()).toEqual([''])
  })
  test('every time is dead after eight', async () => {
    let times = 0
    gather = async () => {
      times++
      throw new AppError('unavailable', 'it is down')
    }
    await deliver('asks')
    for (let round = 0; round < 12; round++) await house.pass(600_000)
    expect([times, await dead(turn())]).toMatchObject([8, { code: 'unavailable' }])
  })
  test('since its question was held back does not hold up the connection that its delivery came from', async () => {
    gather = async () => {
      throw new AppError('paused', 'somebody else rests', { retryAfterMs: 60_000 })
    }
    await deliver('asks')
    await send(keyed, 'k')
    await house.settle()
    expect(posted()).toEqual(['k'])
  })
})

test('a turn whose worker comes back after its lease decides nothing', async () => {
  let goOn = (): void => {}
  const held = new Promise<void>((resolve) => void (goOn = resolve))
  let times = 0
  gather = async () => {
    if (times++ === 0) await held
  }
  const first = deliver('asks')
  await until(() => times === 1)
  await house.pass(30_001)
  goOn()
  await first
  expect([times, await notes()]).toEqual([2, ['']])
})

describe('a turn that cannot be understood', () => {
  test('since its payload no longer fits is dead, and goes on after the fix', async () => {
    await setTimer('strict')
    const before = await dead(`timer:${word}`)
    mended = true
    await replay(`timer:${word}`)
    expect([before, await notes()]).toMatchObject([{ name: 'strict', code: 'invalid_input' }, ['']])
  })
  test('since nobody knows its flow is dead, and goes on when somebody does', async () => {
    await setTimer('tiny.renamed')
    const before = await dead(`timer:${word}`)
    await sql`update job set name = 'tiny.told' where name = 'tiny.renamed'`.execute(house.db.bare)
    await replay(`timer:${word}`)
    expect([before, await notes()]).toMatchObject([{ name: 'tiny.renamed', code: 'not_found' }, ['']])
  })
})

describe('a dead command', () => {
  test('tells the flow that waits for it', async () => {
    house.vendor.will({ status: 422 })
    await send(keyed, 'k', { then: 'tiny.heard' })
    await house.settle()
    expect(await notes()).toEqual(['{"key":"k","dead":{"code":"invalid_input","uncertain":false}}'])
  })
  test('that is uncertain says so', async () => {
    house.vendor.will('lost')
    await send(once, 'k', { then: 'tiny.heard' })
    await house.settle()
    expect(await notes()).toEqual(['{"key":"k","dead":{"code":"unavailable","uncertain":true}}'])
  })
  test('tells again what became of it when it is replayed', async () => {
    house.vendor.will({ status: 422 })
    await send(same, 'k', { then: 'tiny.heard' })
    await house.settle()
    await replay(`${word}k`)
    expect(await notes()).toMatchObject([expect.stringContaining('dead'), expect.stringContaining('done')])
  })
  test('that blocks holds its line until it is replayed', async () => {
    house.vendor.will({ status: 422 })
    await send(ordered, 'first', { serial: word })
    await send(ordered, 'second', { serial: word })
    await house.settle()
    const before = posted()
    await replay(`${word}first`)
    expect([before, posted()]).toEqual([['first'], ['first', 'first', 'second']])
  })
  test('that does not block lets the others pass', async () => {
    house.vendor.will({ status: 422 })
    await send(keyed, 'first', { serial: word })
    await send(keyed, 'second', { serial: word })
    await house.settle()
    expect(posted()).toEqual(['first', 'second'])
  })
})

describe('a worker that vanished', () => {
  test('is waited for until its lease is over', async () => {
    await send(keyed, 'k')
    await vanish()
    await house.pass(30_000)
    expect(posted()).toEqual([])
    await house.pass(1)
  })
  test('is replaced after its lease', async () => {
    await send(keyed, 'k')
    await vanish()
    await house.pass(30_001)
    expect([posted(), await house.job(`${word}k`)]).toMatchObject([['k'], { state: 'done' }])
  })
  test('with a command that must not happen twice leaves it to somebody who finds out', async () => {
    await send(once, 'k')
    await vanish()
    await house.pass(30_001)
    expect([posted(), await house.job(`${word}k`)]).toMatchObject([[], { state: 'dead', uncertain_since: house.clock.now() }])
  })
  test('at every attempt is not replaced for ever', async () => {
    await send(same, 'k')
    for (let attempt = 0; attempt < 3; attempt++) {
      await vanish()
      house.clock.advance(30_001)
      await reclaim(house.db.bare, { now: house.clock.now(), all: false })
    }
    await house.settle()
    expect([posted(), await house.job(`${word}k`)]).toMatchObject([[], { state: 'dead', error_code: 'timeout' }])
  })
})

// Needs several sessions.
if (serverUrl) {
  test('a worker that meets another at one serial does the rest all the same', async () => {
    await send(keyed, 'head', { serial: word })
    await send(keyed, 'next', { serial: word })
    await send(keyed, 'else')
    const neighbour = await neighbourOf(house)
    let commit = (): void => {}
    const committed = new Promise<void>((resolve) => void (commit = resolve))
    let taken = false
    const other = neighbour.db.tx(async (tx) => {
      await sql`update job set state = 'running', leased_by = 'other', leased_until = to_timestamp(0) where key = ${`${word}next`}`.execute(tx)
      taken = true
      await committed
    })
    await until(() => taken)
    const settled = house.worker.settle()
    await until(async () => (await sql`select from pg_locks where not granted`.execute(house.db.bare)).rows.length > 0)
    commit()
    await Promise.all([other, settled])
    neighbour.leave()
    expect(posted()).toContain('else')
  })
}
