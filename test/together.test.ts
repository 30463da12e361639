import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineCommand, doing, house as forReads, type Command, type Doing } from '@portero/tool-server/define.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { tinyConnector, tinyHouse, until, type Tiny } from './support/tiny.ts'

// Many jobs by one call: fewer calls, and each job its own fate all the same.
const args = z.strictObject({ text: z.string() })
const pace = { most: 20, eachMs: 400, mostMs: 2_000 }
const command = (name: string, more: Partial<Command> = {}): Command => defineCommand({ name: `tiny.${name}`, args, result: z.strictObject({ id: z.string() }), attempts: 3, blocksSerialWhenDead: false, ...more })
const joined: Doing = doing(command('joined'), 'same-effect', async () => Promise.reject(new AppError('bug', 'it goes together with others')), {
  ...pace,
  async run(many: { text: string }[], { http }) {
    await http({ method: 'POST', path: '/many', body: { text: many.map(({ text }) => text).join(' ') } })
    return many.map(({ text }) => (text === 'odd' ? new AppError('invalid_input', 'that one is not taken') : { id: text }))
  },
})
const gathered: string[][] = []
const { defineFlow } = forReads<any>()
const asking = defineFlow({
  name: 'tiny.asking',
  payload: args,
  together: { ...pace, gather: async (some) => (gathered.push(some.map(({ text }) => text)), some.map(({ text }) => text.toUpperCase())) },
  async decide({ text }, facts: string, at) {
    if (text === 'odd') throw new AppError('invalid_input', 'that one can’t be decided')
    await at.send(joined.command, { text: facts }, { key: `said:${text}`, then: 'tiny.heard' })
  },
})

let house: Tiny
const moveIn = async (more: Parameters<typeof tinyHouse>[0] = {}): Promise<void> => void (house = await tinyHouse({ connectors: [tinyConnector({ does: [joined] })], flows: [asking], ...more }))
const calls = (): string[][] => house.vendor.things.map(({ text }) => text.split(' '))
const send = (texts: readonly string[], how: { serial?: string; to?: string; at?: number } = {}): Promise<void> =>
  house.decide(async (at) => {
    for (const text of texts) await at.send(joined.command, { text }, { key: text, then: 'tiny.heard', ...how })
  })
const numbered = (count: number, name = 'n'): string[] => Array.from({ length: count }, (_, at) => `${name}${at}`)

describe('commands of one name', () => {
  beforeEach(() => moveIn())
  afterEach(() => house.end())

  test('go by as few calls as will hold them, and each is answered by itself', async () => {
    await send(numbered(25))
    await house.settle()
    expect(calls().toSorted((a, b) => b.length - a.length)).toEqual([numbered(25).slice(0, 20), numbered(25).slice(20)])
    expect((await house.notes()).toSorted()).toEqual(numbered(25).map((text) => JSON.stringify({ key: text, done: { id: text } })).toSorted())
  })
  test('one that is refused dies alone', async () => {
    await send(['a', 'odd', 'b'])
    await house.settle()
    expect([await house.job('a'), await house.job('odd'), await house.job('b')]).toMatchObject([{ state: 'done' }, { state: 'dead', error_code: 'invalid_input', uncertain_since: null }, { state: 'done' }])
    expect(await house.notes()).toContain(JSON.stringify({ key: 'odd', dead: { code: 'invalid_input', uncertain: false } }))
  })
  test('a call that fails is each one’s failure, and they go again together', async () => {
    house.vendor.will('dropped')
    await send(['a', 'b'])
    await house.settle()
    expect([await house.job('a'), await house.job('b')]).toMatchObject([{ state: 'ready', attempts: 1 }, { state: 'ready', attempts: 1 }])
    await house.pass(2_000)
    expect([calls(), await house.job('a'), await house.job('b')]).toMatchObject([[['a', 'b']], { state: 'done' }, { state: 'done' }])
  })
  test('two in one line never go together', async () => {
    await send(['a', 'b'], { serial: 'line' })
    await send(['c'])
    await house.settle()
    expect(calls()).toEqual([['a', 'c'], ['b']])
  })
})

test('what goes to two connections goes by two calls', async () => {
  await moveIn()
  const other = await house.connections.put({ tenant: house.tenant, vendor: 'tiny', account: 'two', settings: { baseUrl: house.vendor.origin } })
  await send(['a', 'b'], { to: house.tiny.id })
  await send(['c'], { to: other.id })
  await house.settle()
  expect(calls().toSorted((one, other) => other.length - one.length)).toEqual([['a', 'b'], ['c']])
  await house.end()
})

test('nothing leaves in shadow', async () => {
  await moveIn({ config: { shadow: true } })
  await send(['a', 'b'])
  await house.settle()
  expect([calls(), await house.job('a'), await house.job('b')]).toMatchObject([[], { state: 'shadowed' }, { state: 'shadowed' }])
  await house.end()
})

describe('a worker that runs', () => {
  beforeAll(async () => {
    await moveIn()
    house.worker.start()
  })
  afterAll(() => house.end())

  test('sends the first at once; the more went with it, the longer the next wait for company', async () => {
    await send(['a'])
    await until(() => calls().length === 1)
    await send(numbered(3))
    house.clock.advance(399)
    await send(['late'])
    const early = calls().length
    house.clock.advance(1 + 25) // it is woken with all who want to be within a moment
    await until(() => calls().length === 2)
    await send(['last'])
    house.clock.advance(4 * 400 - 26)
    const still = calls().length
    house.clock.advance(26 + 25)
    await until(() => calls().length === 3)
    expect([early, still, calls()]).toEqual([1, 2, [['a'], [...numbered(3), 'late'], ['last']]])
  })
  test('sends one that has waited long enough sooner, but never within the first third', async () => {
    house.clock.advance(5_000)
    await send(numbered(10, 'm'))
    await until(() => calls().some((texts) => texts.includes('m9')))
    const before = calls().length
    await send(['overdue'], { at: house.clock.now() - 5_000 })
    house.clock.advance(600)
    await send(['fresh'])
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    const early = calls().length - before
    house.clock.advance(1_000)
    await until(() => calls().length > before)
    expect([early, calls().at(-1)]).toEqual([0, ['overdue', 'fresh']])
  })
})

describe('turns of one flow', () => {
  beforeEach(async () => {
    gathered.length = 0
    await moveIn()
  })
  afterEach(() => house.end())
  const due = (texts: readonly string[]): Promise<void> =>
    house.decide(async (at) => {
      for (const text of texts) await at.later(asking, { text }, { key: text, at: at.now })
    })

  test('read once for all, and decide each by itself', async () => {
    await due(['a', 'odd', 'b'])
    await house.settle()
    expect(gathered).toEqual([['a', 'odd', 'b']])
    expect([await house.job('timer:a'), await house.job('timer:odd'), calls().map((texts) => texts.toSorted((one, other) => one.localeCompare(other)))]).toMatchObject([{ state: 'done' }, { state: 'dead' }, [['A', 'B']]]) // each decides when it can
  })
  test('a timer that stays keeps what it was set with until it has begun, and rings at the earlier time', async () => {
    const set = (text: string, at: number): Promise<void> => house.decide((act) => act.later(asking, { text }, { key: 'one', at, stays: true }))
    await set('first', house.clock.now() + 1_000)
    await set('second', house.clock.now() + 60_000)
    await house.pass(1_000)
    await set('third', house.clock.now() + 60_000)
    await set('fourth', house.clock.now() + 1_000)
    await house.pass(1_000)
    expect(gathered).toEqual([['first'], ['third']])
  })
})

test('a command that must be looked for, or may be held back, does not go together with others', () => {
  for (const odd of [{ ...joined, again: 'never' as const }, { ...joined, command: command('gated', { gated: true }) }]) expect(() => makeRegistry({ connectors: [tinyConnector({ does: [odd] })], flows: [] })).toThrow(/together/)
})
