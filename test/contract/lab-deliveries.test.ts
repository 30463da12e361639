import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { idOf, openLab, type LabStage } from './lab-stage.ts'

// However a vendor tells us of something, early or late, once or thrice, pushed or pulled: it has one effect.
let stage: LabStage
beforeAll(async () => void (stage = await openLab()))
afterAll(() => stage.end())
beforeEach(() => stage.isAway(false))

const minute = 60_000
const saying = (thing: string, count = 1) => Array.from({ length: count }, (_, at) => ({ thing, asks: ['keep'], text: `hola ${at}` }))
const effects = async (sent: { events: object[] }[]): Promise<number[]> => {
  const events = [...new Set(sent.flatMap(({ events }) => events.map(idOf)))]
  return events.map((event) => stage.lab.eco.effects().filter(({ reference }) => reference === `eco:${event}:keep`).length)
}
const changed = (thing: string): string => `changed:${thing}:${stage.lab.eco.thing(thing)?.revision}`

describe('webhooks', () => {
  test('that come thrice count once', async () => {
    const sent = await stage.lab.eco.say({ events: saying('th_tres', 2), how: { copies: 3 } })
    await stage.pass(0)
    expect(sent.map(({ statuses }) => statuses)).toEqual([[200], [200], [200]])
    expect(await effects(sent)).toEqual([1, 1])
    expect(await stage.turns('eco.said', `said:${idOf(sent[0]!.events[0])}`)).toBe(1)
  })
  test('that come together, and then once more each by itself, count once', async () => {
    const together = await stage.lab.eco.say({ events: saying('th_aparte', 2) })
    const apart = await stage.lab.eco.repeat(together[0]!.events, { apart: true, reversed: true })
    await stage.pass(0)
    expect(apart.map(({ statuses }) => statuses)).toEqual([[200], [200]])
    expect(await effects(together)).toEqual([1, 1])
  })
  test('that come the last first are all answered', async () => {
    const sent = await stage.lab.eco.say({ events: saying('th_reves', 3), how: { apart: true, reversed: true } })
    await stage.pass(0)
    expect(await effects(sent)).toEqual([1, 1, 1])
  })
  test.each([['old', 200], ['both', 200], ['nobody', 401], ['somebody else', 401]] as const)('signed by %s: %s', async (signedBy, status) => {
    const sent = await stage.lab.eco.say({ events: saying('th_firma'), how: { signedBy } })
    await stage.pass(0)
    expect(sent[0]!.statuses).toEqual([status])
    expect(await effects(sent)).toEqual([status === 200 ? 1 : 0])
  })
  test('that found us away come again', async () => {
    stage.isAway(true)
    const sent = await stage.lab.eco.say({ events: saying('th_luego') })
    stage.isAway(false)
    stage.clock.advance(1_000)
    await stage.lab.eco.silent()
    await stage.pass(0)
    expect(sent[0]!.statuses).toEqual([503, 200])
    expect(await effects(sent)).toEqual([1])
  })
  test('that come again too late are not believed, but the pull tells of the change', async () => {
    stage.isAway(true)
    const sent = await stage.lab.eco.say({ events: saying('th_tarde') })
    for (const ms of [1_000, 10_000, 60_000]) {
      stage.clock.advance(ms)
      await stage.lab.eco.silent()
    }
    stage.isAway(false)
    stage.clock.advance(600_000)
    await stage.lab.eco.silent()
    await stage.pass(0)
    expect(sent[0]!.statuses).toEqual([503, 503, 503, 503, 401])
    expect(await stage.turns('eco.changed', changed('th_tarde'))).toBe(1)
  })
})

describe('pulls and the watch', () => {
  test('a change that was pushed and pulled is told once', async () => {
    await stage.lab.eco.say({ events: [{ type: 'thing.changed', thing: 'th_eco' }] })
    await stage.pass(2 * minute, minute)
    expect(await stage.turns('eco.changed', changed('th_eco'))).toBe(1)
  })
  test('what does not fit a page is told all the same', async () => {
    const things = Array.from({ length: 7 }, (_, at) => `th_pagina_${at}`)
    stage.isAway(true) // so that only the pull can tell
    await stage.lab.eco.say({ events: things.map((thing) => ({ type: 'thing.changed', thing })) })
    await stage.pass(minute)
    for (const thing of things) expect(await stage.turns('eco.changed', changed(thing))).toBe(1)
  })
  test('after a forgotten cursor everything is told anew, and what is no longer there is gone', async () => {
    await stage.lab.eco.say({ events: [{ type: 'thing.changed', thing: 'th_sigue' }, { type: 'thing.changed', thing: 'th_ido' }] })
    await stage.pass(minute)
    stage.isAway(true)
    await stage.lab.eco.say({ events: [{ type: 'thing.gone', thing: 'th_ido' }] })
    stage.lab.eco.forget()
    await stage.pass(2 * minute, 2_000)
    expect(await stage.turns('eco.gone', 'gone:th_ido')).toBe(1)
    expect(await stage.turns('eco.gone', 'gone:th_sigue')).toBe(0)
    expect(await stage.turns('eco.changed', changed('th_sigue'))).toBe(2)
  })
  test('the subscription is renewed before it ends', async () => {
    await stage.pass(0)
    const before = stage.lab.eco.subscribedUntil('casa') ?? 0
    await stage.pass(before - stage.clock.now() - 60 * minute)
    expect(stage.lab.eco.subscribedUntil('casa')).toBeGreaterThan(before)
  })
})

describe('the lab', () => {
  test('is driven over HTTP', async () => {
    const { lab } = stage
    const faults = await request(lab.url).post('/_lab/eco/faults').send({ on: 'POST /notes', fault: 'lost' })
    expect(faults.body).toEqual([{ on: 'POST /notes', fault: 'lost', times: 1 }])
    const sent = await request(lab.url).post('/_lab/eco/say').send({ events: saying('th_http') })
    expect(sent.body).toMatchObject([{ statuses: [200] }])
    await stage.pass(6_000, 2_000)
    const reference = `eco:${idOf(sent.body[0].events[0])}:keep`
    const state = await request(lab.url).get('/_lab/eco/state')
    expect(state.body.effects).toContainEqual({ command: 'keep', reference })
    const requests = await request(lab.url).get('/_lab/eco/requests')
    expect(requests.body.filter(({ body }: any) => body?.reference === reference).map(({ on, fault }: any) => [on, fault])).toEqual([['POST /notes', 'lost'], ['POST /notes', undefined]])
  })
  test.each([
    ['a fault on a route that is not there', '/_lab/eco/faults', { on: 'POST /nothing', fault: 'lost' }, 400],
    ['a fault that is none', '/_lab/eco/faults', { on: '*', fault: 'sulks' }, 400],
    ['to say nothing', '/_lab/eco/say', { events: [] }, 400],
    ['what it cannot do', '/_lab/eco/nothing', {}, 404],
    ['a vendor that is not there', '/_lab/nobody/say', {}, 404],
  ])('refuses %s', async (_title, path, body, status) => {
    expect((await request(stage.lab.url).post(path).send(body)).status).toBe(status)
  })
  test('refuses who has no key', async () => {
    expect((await request(stage.lab.url).get('/eco/things/th_http').set('authorization', 'Bearer somebody-else')).status).toBe(401)
  })
})
