import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { defineCommand, doing, house as bound, type At } from '@portero/tool-server/define.ts'
import { listDead, replayDead } from '@portero/tool-server/spine/dead.ts'
import { keyed, lagMs, note, once, same, sought, tinyConnector, tinyHouse, type Furnishing, type Tiny } from './support/tiny.ts'

// Commands on their way out: what is tried again, how often, and what is not when nobody knows whether a call arrived.
const { defineFlow } = bound<any>()
let house: Tiny
let count = 0
let key = ''
beforeEach(() => void (key = `k${++count}`))
const send = (command: typeof keyed, how: object = {}): Promise<void> => house.decide((at) => at.send(command, { text: 'hola' }, { key, ...how }))
const sent = async (command: typeof keyed, how: object = {}): Promise<void> => {
  await send(command, how)
  await house.settle()
}
const replay = async (sure: boolean): Promise<void> => {
  await replayDead(house, { id: (await house.job(key)).id, sure })
  await house.settle()
}
const moveIn = async (furnishing: Furnishing = {}): Promise<void> => void (house = await tinyHouse(furnishing))
const things = (): number => house.vendor.things.filter((thing) => thing.key === key).length
const heard = async (): Promise<string[]> => (await house.notes()).filter((text) => text.includes(`"${key}"`))

describe('in a house with one connection', () => {
  beforeAll(async () => void (house = await tinyHouse()))
  afterEach(() => expect(house.vendor.unasked()).toEqual([]))
  afterAll(() => house.end())
  const tooMany = { status: 429, headers: { 'retry-after': '30' } }

  describe('a command that surely did not arrive', () => {
    test('waits as long as the vendor asks', async () => {
      house.vendor.will(tooMany)
      await sent(once)
      await house.pass(29_999)
      const early = house.vendor.times(key)
      await house.pass(1_000)
      expect([early, house.vendor.times(key)]).toEqual([1, 2])
    })
    test('spends no attempt by waiting, however often', async () => {
      house.vendor.will(tooMany, tooMany, tooMany, tooMany, tooMany)
      await sent(once)
      for (let time = 0; time < 5; time++) await house.pass(31_000)
      expect(await house.job(key)).toMatchObject({ state: 'done', attempts: 0 })
    })
    test('dies at once where trying again is of no use', async () => {
      house.vendor.will({ status: 422 })
      await sent(keyed)
      expect(await house.job(key)).toMatchObject({ state: 'dead', error_code: 'invalid_input', uncertain_since: null })
    })
  })

  describe('a command that fails again and again', () => {
    test('is dead after its attempts', async () => {
      house.vendor.will('dropped', 'dropped', 'dropped')
      await sent(same)
      await house.pass(1_000)
      await house.pass(2_000)
      expect(await house.job(key)).toMatchObject({ state: 'dead', attempts: 3, error_code: 'unavailable' })
    })
    test('begins anew with all its attempts when it is replayed', async () => {
      house.vendor.will({ status: 422 }, 'dropped')
      await sent(same)
      await replay(false)
      expect(await house.job(key)).toMatchObject({ state: 'ready', attempts: 1 })
    })
  })

  describe('a command whose answer was lost', () => {
    test('is sent again under the same key where the vendor knows keys', async () => {
      house.vendor.will('lost')
      await sent(keyed)
      await house.pass(1_000)
      expect([house.vendor.times(key), things(), await house.job(key)]).toMatchObject([2, 1, { state: 'done', uncertain_since: null }])
    })
    test('is sent again where twice is the same as once', async () => {
      house.vendor.will('lost')
      await sent(same)
      await house.pass(1_000)
      expect([house.vendor.times(key), await house.job(key)]).toMatchObject([2, { state: 'done' }])
    })
    test('is dead and uncertain where it must not happen twice', async () => {
      house.vendor.will('lost')
      await sent(once)
      expect(await house.job(key)).toMatchObject({ state: 'dead', uncertain_since: house.clock.now() })
    })
    test('is shown as uncertain to whoever looks after the dead', async () => {
      house.vendor.will('lost')
      await sent(once)
      const { id } = await house.job(key)
      expect((await listDead(house.db)).find((dead) => dead.id === id)).toMatchObject({ kind: 'command', name: 'tiny.once', uncertain: true })
    })
    test('is not sent by a plain replay where it must not happen twice', async () => {
      house.vendor.will('lost')
      await sent(once)
      await replay(false)
      expect([house.vendor.times(key), await house.job(key)]).toMatchObject([1, { state: 'dead' }])
    })
    test('is sent by a replay of somebody who is sure', async () => {
      house.vendor.will('dropped')
      await sent(once)
      await replay(true)
      expect([house.vendor.times(key), await house.job(key)]).toMatchObject([2, { state: 'done', uncertain_since: null }])
    })
    test('is done without being sent again where the vendor shows that it arrived', async () => {
      house.vendor.will('lost')
      await sent(sought, { then: 'tiny.heard' })
      await house.pass(1_000)
      expect([house.vendor.times(key), await heard()]).toMatchObject([1, [expect.stringContaining('done')]])
    })
    test('is done without being sent again where the vendor shows it late', async () => {
      house.vendor.will('lost')
      house.vendor.hides(true)
      await sent(sought)
      await house.pass(lagMs / 2)
      house.vendor.hides(false)
      await house.pass(lagMs / 2)
      expect([house.vendor.times(key), await house.job(key)]).toMatchObject([1, { state: 'done' }])
    })
    test('is not sent again, nor counted, before the vendor would surely show it', async () => {
      house.vendor.will('dropped')
      await sent(sought)
      for (let waited = 0; waited < lagMs - 500; waited += 500) await house.pass(500)
      expect([house.vendor.times(key), await house.job(key)]).toMatchObject([1, { state: 'ready', attempts: 1 }])
      await house.pass(lagMs)
    })
    test('is sent once more when the vendor surely never saw it', async () => {
      house.vendor.will('dropped')
      await sent(sought)
      for (let waited = 0; waited < 2 * lagMs; waited += 500) await house.pass(500)
      expect([house.vendor.times(key), things(), await house.job(key)]).toMatchObject([2, 1, { state: 'done' }])
    })
  })

  describe('an answer that nobody understands', () => {
    test('counts as arrived, so what must not happen twice is not sent again', async () => {
      house.vendor.will('odd')
      await sent(once)
      expect(await house.job(key)).toMatchObject({ state: 'dead', error_code: 'bad_response', uncertain_since: house.clock.now() })
    })
    test('is asked for again where that is harmless', async () => {
      house.vendor.will('odd')
      await sent(keyed)
      await house.pass(1_000)
      expect([house.vendor.times(key), await house.job(key)]).toMatchObject([2, { state: 'done' }])
    })
  })
})

describe('in a house of its own', () => {
  afterEach(() => house.end())
  const fax = defineCommand({ name: 'fax.send', args: z.strictObject({ text: z.string() }), result: z.strictObject({ id: z.string() }), attempts: 3, blocksSerialWhenDead: false })
  const faxConnector = tinyConnector({ name: 'fax', does: [doing(fax, 'same-effect', async (body, { http, key }): Promise<any> => (await http({ method: 'POST', path: '/fax', body, idempotencyKey: key })).body)] })
  const another = { vendor: 'tiny', account: 'two', settings: { baseUrl: 'http://127.0.0.1:9' } }

  test('a command of two calls whose second is turned away is half done, and is not done again', async () => {
    const twice = tinyConnector({ does: [doing(once, 'never', async (body, { http, key }): Promise<any> => {
      await http({ method: 'POST', path: '/once', body, idempotencyKey: key })
      return (await http({ method: 'POST', path: '/once', body, idempotencyKey: `${key}-second` })).body
    })] })
    await moveIn({ connectors: [twice] })
    house.vendor.will('done', { status: 429, headers: { 'retry-after': '30' } })
    await sent(once)
    await house.pass(60_000)
    expect([house.vendor.posted(), await house.job(key)]).toMatchObject([[key, `${key}-second`], { state: 'dead', uncertain_since: expect.any(Number) }])
  })
  test('a command is neither sent nor counted while its vendor rests', async () => {
    await moveIn()
    house.vendor.will('dropped', 'dropped', 'dropped', 'dropped', 'dropped')
    for (let outage = 0; outage < 5; outage++) await sent(same, { key: `outage-${outage}` })
    await sent(same)
    expect([house.vendor.posted(), await house.job(key)]).toMatchObject([['outage-0', 'outage-1', 'outage-2', 'outage-3', 'outage-4'], { state: 'ready', attempts: 0, error_code: 'paused' }])
  })
  test('in shadow mode a command is written down and nothing reaches the vendor', async () => {
    await moveIn({ config: { shadow: true } })
    await sent(keyed, { then: 'tiny.heard' })
    expect([await house.job(key), house.vendor.heard, await house.notes()]).toMatchObject([{ state: 'shadowed' }, [], []])
  })
  test('a command that no connection does is dead at once, and the flow that waits for it is told', async () => {
    await moveIn({ connectors: [tinyConnector(), faxConnector] })
    await sent(fax, { then: 'tiny.heard' })
    expect([await house.job(key), await house.notes()]).toMatchObject([{ state: 'dead', uncertain_since: null }, [`{"key":"${key}","dead":{"code":"disconnected","uncertain":false}}`]])
  })
  test('a command that no connection did goes out by a replay after one was connected', async () => {
    await moveIn({ connectors: [tinyConnector(), faxConnector] })
    await sent(fax)
    await house.connections.put({ tenant: house.tenant, vendor: 'fax', account: 'one', settings: { baseUrl: house.vendor.origin } })
    await replay(false)
    expect([house.vendor.posted(), await house.job(key)]).toMatchObject([[key], { state: 'done' }])
  })
  test('a command that no connection did goes nowhere by a replay after two were connected', async () => {
    await moveIn({ connectors: [tinyConnector(), faxConnector] })
    await sent(fax)
    for (const account of ['one', 'two']) await house.connections.put({ tenant: house.tenant, vendor: 'fax', account, settings: { baseUrl: house.vendor.origin } })
    await replay(false)
    expect([house.vendor.posted(), await house.job(key)]).toMatchObject([[], { state: 'dead', error_code: 'bug' }])
  })
  test.each([['done', 'done'], [{ status: 422 }, 'dead']] as const)('what a brief command was asked is not told to its flow again, and not kept once it is %s', async (next, state) => {
    const brief = defineCommand({ ...same, brief: true })
    const notesArgs = defineFlow({ name: 'tiny.notes-args', payload: z.looseObject({ key: z.string(), args: z.json() }), decide: async ({ args }, _facts, at) => note(at, JSON.stringify(args)) })
    await moveIn({ flows: [notesArgs], connectors: [tinyConnector({ does: [doing(brief, 'same-effect', async (body, { http, key }): Promise<any> => (await http({ method: 'POST', path: '/same', body, idempotencyKey: key })).body)] })] })
    house.vendor.will(next)
    await sent(brief, { then: 'tiny.notes-args' })
    const { rows: [row] } = await sql<{ kept: boolean; state: string }>`select args_sealed is not null as kept, state from job where key = ${key}`.execute(house.db.bare)
    expect([row, await house.notes()]).toEqual([{ kept: state === 'dead', state }, ['null']]) // what is dead may be replayed
  })
  test('looking for what arrived cannot write', async () => {
    const writing = async (_args: unknown, { http }: Pick<At<unknown>, 'http'>): Promise<any> => (await http({ method: 'POST', path: '/fax', body: { text: 'x' }, idempotencyKey: 'looking' })).body
    await moveIn({ connectors: [tinyConnector({ does: [doing(keyed, { find: writing }, async (body, { http, key }): Promise<any> => (await http({ method: 'POST', path: '/keyed', body, idempotencyKey: key })).body)] })] })
    house.vendor.will('lost')
    await sent(keyed)
    await house.pass(1_000)
    expect(house.vendor.posted()).toEqual([key])
  })
  test('where two connections do it, a command must say to which it goes', async () => {
    await moveIn({ accounts: [another] })
    await expect(send(keyed)).rejects.toMatchObject({ code: 'bug' })
  })
  test('where two connections do it, a command goes to the one it says', async () => {
    await moveIn({ accounts: [another] })
    await sent(keyed, { to: (await house.connections.all(house.db.bare)).find(({ account }) => account === 'one')!.id })
    expect(house.vendor.posted()).toEqual([key])
  })
  test('a command does not go to a connection that does not do it', async () => {
    await moveIn()
    await expect(send(fax, { to: house.tiny.id })).rejects.toMatchObject({ code: 'bug' })
  })
})
