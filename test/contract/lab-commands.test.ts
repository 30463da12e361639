import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { FaultWanted } from '../lab/faults.ts'
import { idOf, openLab, type Fate, type LabStage } from './lab-stage.ts'

// Whatever the vendor does, each effect happens once, or at most once where nobody can find out.
let stage: LabStage
beforeAll(async () => void (stage = await openLab()))
afterAll(() => stage.end())
afterEach(() => expect(stage.lab.eco.faults()).toEqual([])) // a fault that nobody met proves nothing

const routes = { keep: 'POST /notes', set: 'PUT /things/:thing', post: 'POST /things', shout: 'POST /shouts' } as const
type Ask = keyof typeof routes
const asks: readonly Ask[] = ['keep', 'set', 'post', 'shout']
const done: Fate = { state: 'done', uncertain: false, answers: 1, effects: 1 }
const nobodyKnows = (effects: number): Fate => ({ state: 'dead', uncertain: true, answers: 1, effects })

let said = 0
const say = async (...wanted: Ask[]): Promise<(ask: Ask) => string> => {
  const [sent] = await stage.lab.eco.say({ events: [{ thing: 'th_casa', asks: wanted, text: `¿y ahora? ${++said}` }] })
  expect(sent?.statuses).toEqual([200])
  return (ask) => `eco:${idOf(sent!.events[0])}:${ask}`
}

type Sort<F = FaultWanted> = F extends FaultWanted ? Omit<F, 'on'> : never
// What the vendor does to us, and what becomes of a shout, which can't be found out. All else is always done, once.
const rows: [what: string, faults: Sort[], shout: Fate][] = [
  ['no trouble', [], done],
  ['lost: done, and the answer never came', [{ fault: 'lost' }], nobodyKnows(1)],
  ['garbled: done, and the answer broke off', [{ fault: 'garbled' }], nobodyKnows(1)],
  ['misshapen: done, and the answer was another', [{ fault: 'misshapen' }], nobodyKnows(1)],
  ['down: the connection broke before', [{ fault: 'down' }], nobodyKnows(0)],
  ['away: a 503 that says nothing more', [{ fault: 'away' }], nobodyKnows(0)],
  ['away: a 503 that says when to come back', [{ fault: 'away', retryAfter: 4 }], done],
  ['throttled', [{ fault: 'throttled', retryAfter: 9 }], done],
  ['unauthorized for a moment', [{ fault: 'unauthorized' }], done],
  ['throttled, and then lost', [{ fault: 'throttled' }, { fault: 'lost' }], nobodyKnows(1)],
]
const cases = rows.flatMap(([what, faults, shout]) => asks.map((ask) => ({ what, ask, faults, fate: ask === 'shout' ? shout : done })))

test.each(cases)('$ask meets $what', async ({ ask, faults, fate }) => {
  stage.lab.eco.fault(...faults.map((fault) => ({ ...fault, on: routes[ask] })))
  const key = await say(ask)
  await stage.pass(30_000, 2_000)
  expect(await stage.command(key(ask))).toEqual(fate)
})

test.each(asks.flatMap((ask) => [{ ask, fault: { fault: 'slow' } }, { ask, fault: { fault: 'drip', ms: 60_000 } }] as const))('$ask meets $fault.fault: longer than we wait', async ({ ask, fault }) => {
  const { clock, lab, house } = stage
  const before = lab.eco.requests(routes[ask]).length
  lab.eco.fault({ ...fault, on: routes[ask] })
  const key = await say(ask)
  const settled = house.worker.settle()
  await lab.eco.arrived(routes[ask], before + 1)
  clock.advance(5_000)
  await settled
  lab.eco.release() // what is slow is done only now, when nobody waits for the answer
  await stage.pass(20_000, 2_000)
  expect(await stage.command(key(ask))).toEqual(ask === 'shout' ? nobodyKnows(1) : done)
})

test('what failed again and again is done once', async () => {
  const times = 3
  stage.lab.eco.fault({ on: 'POST /notes', fault: 'lost', times }, { on: 'PUT /things/:thing', fault: 'lost', times }, { on: 'POST /things', fault: 'down', times })
  const key = await say('keep', 'set', 'post')
  await stage.pass(120_000, 2_000)
  for (const ask of ['keep', 'set', 'post'] as const) expect(await stage.command(key(ask))).toEqual(done)
})

test('a vendor that cannot be reached has done nothing, so all of it is done later', async () => {
  await stage.lab.hangUp()
  const key = await say(...asks)
  await stage.pass(0)
  await stage.lab.pickUp()
  await stage.pass(20_000, 2_000)
  for (const ask of asks) expect(await stage.command(key(ask))).toEqual(done)
})

test('what was refused for good is dead, and it is known that nothing happened', async () => {
  stage.lab.eco.fault({ on: 'POST /shouts', fault: 'missing' })
  const key = await say('shout')
  await stage.pass(20_000, 2_000)
  expect(await stage.command(key('shout'))).toEqual({ state: 'dead', uncertain: false, answers: 1, effects: 0 })
})

test.each<[string, FaultWanted]>([
  ['for two look-ups', { on: 'GET /things', fault: 'lag', times: 2 }],
  ['for three seconds', { on: 'GET /things', fault: 'lag', ms: 3_000, times: 2 }],
])('a post that does not show %s is not posted again', async (_title, lag) => {
  stage.lab.eco.fault({ on: 'POST /things', fault: 'lost' }, lag)
  const key = await say('post')
  await stage.pass(20_000, 500)
  expect(await stage.command(key('post'))).toEqual(done)
})

test('what is set on one thing is set in the order of its events', async () => {
  stage.lab.eco.fault({ on: 'PUT /things/:thing', fault: 'lost' })
  const texts = ['paso 1', 'paso 2', 'paso 3', 'paso 4']
  await stage.lab.eco.say({ events: texts.map((text) => ({ thing: 'th_orden', asks: ['set'], text })) })
  await stage.pass(20_000, 2_000)
  expect(stage.lab.eco.thing('th_orden')?.history.filter((text) => text.startsWith('eco: '))).toEqual(texts.map((text) => `eco: ${text}`))
})
