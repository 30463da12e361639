import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Signature } from '@hubspot/api-client'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'

// What the lab's HubSpot tells of its own accord, heard by a server that answers as a test wants.
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages: { new: '7120011', won: '7120016' } }
const secret = 'the-secret-of-the-app'
const url = 'https://portero.example/webhooks/hubspot'
type Event = Record<string, unknown> & { subscriptionType: string; objectId: number; attemptNumber: number }
type Heard = { body: string; headers: Record<string, string | string[] | undefined>; events: Event[] }
let clock: FakeClock
let hubspot: Hubspot
let heard: Heard[]
let answer: (heard: Heard) => number | Promise<number>
let server: Server
let deliverTo: string
beforeEach(async () => {
  clock = fakeClock()
  hubspot = makeHubspot({ clock, account })
  heard = []
  answer = () => 200
  server = createServer((request, response) => void (async () => {
    if (request.method === 'GET') {
      response.end()
      return
    }
    const body = (await buffer(request)).toString()
    const one: Heard = { body, headers: request.headers, events: JSON.parse(body) as Event[] }
    heard.push(one)
    response.writeHead(await answer(one)).end()
  })())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  deliverTo = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  hubspot.controls.webhooks({ url, deliverTo, secret })
})
afterEach(async () => {
  hubspot.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
const idOf = (told: unknown): string => (told as { id: string }).id
const contact = (properties: Record<string, string> = { firstname: 'Ana' }, as?: object): string => idOf(hubspot.controls.create({ type: 'contacts', properties, ...(as && { as }) }))
const deal = (): string => idOf(hubspot.controls.create({ type: 'deals', properties: { dealname: 'Ana', pipeline: account.pipeline, dealstage: '7120011' } }))
const events = async (): Promise<Event[]> => {
  await hubspot.silent()
  return heard.flatMap((each) => each.events)
}
const kinds = async (): Promise<string[]> => (await events()).map(({ subscriptionType }) => subscriptionType)

test('what happens in one breath comes as one request, signed as HubSpot signs', async () => {
  const id = contact({ firstname: 'Ana', phone: '+525512345678' })
  const at = clock.now()
  const common = { portalId: 4_812_345, appId: 31_337, occurredAt: at, attemptNumber: 0, objectId: Number(id), objectTypeId: '0-1', changeSource: 'CRM_UI', sourceId: 'userId:9411', eventId: expect.any(Number), subscriptionId: expect.any(Number) }
  expect(await events()).toEqual([
    { ...common, subscriptionType: 'object.creation', changeFlag: 'NEW' },
    { ...common, subscriptionType: 'object.propertyChange', propertyName: 'firstname', propertyValue: 'Ana', isSensitive: false },
    { ...common, subscriptionType: 'object.propertyChange', propertyName: 'phone', propertyValue: '+525512345678', isSensitive: false },
  ])
  expect(heard).toHaveLength(1)
  const [{ body, headers }] = heard as [Heard]
  expect(headers['x-hubspot-signature-v3']).toBe(Signature.getSignature('POST', 'v3', { clientSecret: secret, url, requestBody: body, timestamp: at } as Parameters<typeof Signature.getSignature>[2]))
  expect(headers['x-hubspot-request-timestamp']).toBe(String(at))
})

test('each kind of happening has its own words', async () => {
  const [one, other, its, dead] = [contact(), contact({ email: 'otra@inventada.mx' }), deal(), contact()]
  await hubspot.silent()
  heard = []
  hubspot.controls.link({ from: 'deals', id: its, to: 'contacts', toId: one })
  hubspot.controls.archive({ type: 'contacts', id: dead, as: { source: 'AUTOMATION_PLATFORM', sourceId: 'flow-7' } })
  hubspot.controls.restore({ type: 'contacts', id: dead })
  hubspot.controls.forget({ type: 'contacts', id: dead })
  hubspot.controls.merge({ type: 'contacts', primary: one, other })
  expect((await events()).filter(({ subscriptionType }) => subscriptionType !== 'object.propertyChange')).toMatchObject([
    { subscriptionType: 'object.associationChange', associationType: 'DEAL_TO_CONTACT', fromObjectId: Number(its), toObjectId: Number(one), associationTypeId: 3, associationRemoved: false, isPrimaryAssociation: false },
    { subscriptionType: 'object.associationChange', associationType: 'CONTACT_TO_DEAL', fromObjectId: Number(one), toObjectId: Number(its), associationTypeId: 4 },
    { subscriptionType: 'object.deletion', objectId: Number(dead), changeSource: 'AUTOMATION_PLATFORM', sourceId: 'flow-7', changeFlag: 'DELETED' },
    { subscriptionType: 'object.restore', objectId: Number(dead) },
    { subscriptionType: 'contact.privacyDeletion', objectId: Number(dead) },
    { subscriptionType: 'object.merge', objectId: Number(one), primaryObjectId: Number(one), mergedObjectIds: [Number(other)], newObjectId: Number(one) },
  ])
  expect(await events()).toContainEqual(expect.objectContaining({ propertyName: 'email', propertyValue: 'otra@inventada.mx', changeSource: 'MERGE' }))
})
test('of two deals that are merged, a third is told', async () => {
  const [one, other] = [deal(), deal()]
  const into = idOf(hubspot.controls.merge({ type: 'deals', primary: one, other }))
  expect((await events()).filter(({ subscriptionType }) => subscriptionType === 'object.merge')).toMatchObject([{ objectId: Number(into), primaryObjectId: Number(one), mergedObjectIds: [Number(other)], newObjectId: Number(into) }])
})

test('only what somebody subscribed to is told, under the name that they subscribed to', async () => {
  const subscriptions = [
    { subscriptionType: 'object.propertyChange', objectType: 'contact', propertyName: 'phone' }, { subscriptionType: 'contact.deletion' }, { subscriptionType: 'object.creation', objectType: 'deal' }, { subscriptionType: 'contact.privacyDeletion' },
    { subscriptionType: 'object.creation', objectType: 'contact', active: false },
  ]
  hubspot.controls.webhooks({ url, deliverTo, secret, subscriptions })
  const [id, dead] = [contact({ firstname: 'Ana', phone: '+525512345678' }), contact()]
  deal()
  hubspot.controls.archive({ type: 'contacts', id })
  hubspot.controls.forget({ type: 'contacts', id: dead })
  expect((await events()).map(({ subscriptionType, subscriptionId }) => [subscriptionType, subscriptionId])).toEqual([['object.propertyChange', 1], ['object.creation', 3], ['contact.deletion', 2], ['contact.privacyDeletion', 4]])
  hubspot.controls.webhooks(null)
  contact()
  expect(await kinds()).toHaveLength(4)
})

test('an import comes as a burst of full requests, ten of them at once', async () => {
  hubspot.controls.webhooks({ url, deliverTo, secret, subscriptions: [{ subscriptionType: 'object.creation', objectType: 'contact' }] })
  let go = (): void => {}
  const letGo = new Promise<void>((resolve) => void (go = resolve))
  let tenHere = (): void => {}
  const ten = new Promise<void>((resolve) => void (tenHere = resolve))
  answer = async () => {
    if (heard.length === 10) tenHere()
    await letGo
    return 200
  }
  hubspot.controls.import({ type: 'contacts', rows: Array.from({ length: 1_150 }, (_each, at) => ({ firstname: `n${at}` })) })
  await ten
  await fetch(deliverTo) // whatever was sent before this has come before it
  const atOnce = heard.length
  go()
  const all = await events()
  expect([all.length, heard.length, atOnce, heard.map((each) => each.events.length).toSorted((a, b) => a - b)[0]]).toEqual([1_150, 12, 10, 50])
  expect(all.every(({ changeSource, sourceId }) => changeSource === 'IMPORT' && sourceId === '1')).toBe(true)
})

test('what nobody takes is sent ten times more, later and later, each time signed anew', async () => {
  answer = () => 503
  contact({})
  await hubspot.silent()
  const waits: number[] = []
  for (let again = 0; again < 10; again++) {
    const before = heard.length
    for (let minutes = 1; heard.length === before; minutes++) {
      clock.advance(60_000)
      await hubspot.silent()
      waits[again] = minutes
    }
  }
  expect(waits).toEqual([1, 5, 15, 30, 60, 120, 180, 240, 300, 360])
  expect(heard.map((each) => each.events[0]?.attemptNumber)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(new Set(heard.map(({ headers }) => headers['x-hubspot-signature-v3'])).size).toBe(11)
  clock.advance(7 * 86_400_000)
  expect(await kinds()).toHaveLength(11)
  expect(clock.pending()).toBe(0)
  expect(hubspot.calls()[0]?.statuses).toEqual(Array.from({ length: 11 }, () => 503))
})
test('an answer that takes over five seconds is none', async () => {
  let arrived = (): void => {}
  const there = new Promise<void>((resolve) => void (arrived = resolve))
  answer = () => (heard.length === 1 ? (arrived(), new Promise<number>(() => {})) : 200)
  contact({})
  await there
  clock.advance(5_000)
  await hubspot.silent()
  clock.advance(60_000)
  await hubspot.silent()
  expect(hubspot.calls()[0]?.statuses).toEqual([0, 200])
})

test('they may come twice, the last first, or only the last of several', async () => {
  const id = contact()
  await hubspot.silent()
  heard = []
  const change = (firstname: string): unknown => hubspot.controls.change({ type: 'contacts', id, properties: { firstname } })
  const values = async (): Promise<unknown[]> => (await events()).map(({ propertyValue }) => propertyValue)
  hubspot.controls.delivery({ twice: true, backwards: true })
  change('Bea')
  change('Caro')
  expect(await values()).toEqual(['Caro', 'Bea', 'Caro', 'Bea'])
  heard = []
  hubspot.controls.delivery({ twice: false, backwards: false, coalesce: true, delayMs: 2_000 })
  change('Dora')
  clock.advance(1_000)
  change('Eva')
  expect(await values()).toEqual([])
  clock.advance(1_000)
  expect(await values()).toEqual(['Eva'])
})
test('held, they wait until they are let go', async () => {
  hubspot.controls.delivery({ hold: true })
  contact({})
  expect(await kinds()).toEqual([])
  hubspot.controls.delivery({ hold: false })
  expect(await kinds()).toEqual(['object.creation'])
})
