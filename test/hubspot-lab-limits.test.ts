import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Client } from '@hubspot/api-client'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'

// What the lab's HubSpot refuses, and how it says so.
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages: { new: '7120011', won: '7120016' } }
let clock: FakeClock
let hubspot: Hubspot
let server: LabServer
let client: Client
beforeEach(async () => {
  clock = fakeClock()
  hubspot = makeHubspot({ clock, account })
  server = await openServer({ clock, port: 0, simulators: [hubspot] })
  client = new Client({ accessToken: account.apiKey, basePath: `${server.url}/hubspot`, numberOfApiCallRetries: 0 })
})
afterEach(() => server.close())
type Refused = { code: number; body: { status: string; category: string; message: string; correlationId: string; policyName?: string; errors?: object[] }; headers: Record<string, string> }
const refused = async (call: Promise<unknown>): Promise<Refused> => call.then(() => { throw new Error('it was not refused') }, (thrown: Refused) => thrown)
const list = () => client.crm.contacts.basicApi.getPage()
const search = () => client.crm.contacts.searchApi.doSearch({})
const headersOf = async (call: Promise<{ headers: Record<string, string> }>): Promise<Record<string, string>> => Object.fromEntries(Object.entries((await call).headers).filter(([name]) => name.startsWith('x-hubspot-ratelimit')))

test('each answer tells what is left, but for those of a search', async () => {
  const told = { 'x-hubspot-ratelimit-daily': '650000', 'x-hubspot-ratelimit-daily-remaining': '649999', 'x-hubspot-ratelimit-interval-milliseconds': '10000', 'x-hubspot-ratelimit-max': '190', 'x-hubspot-ratelimit-remaining': '189' }
  expect(await headersOf(client.crm.contacts.basicApi.getPageWithHttpInfo())).toEqual(told)
  expect(await headersOf(client.crm.contacts.searchApi.doSearchWithHttpInfo({}))).toEqual({})
})
test('the 191st within ten seconds is refused, and the next window takes it', async () => {
  for (let at = 0; at < 190; at++) await list()
  expect(await refused(list())).toMatchObject({ code: 429, body: { category: 'RATE_LIMITS', policyName: 'TEN_SECONDLY_ROLLING', message: 'You have reached your ten_secondly_rolling limit.' }, headers: { 'x-hubspot-ratelimit-remaining': '0' } })
  clock.advance(9_999)
  expect(await refused(list())).toMatchObject({ code: 429 })
  clock.advance(1)
  expect(await list()).toMatchObject({ results: [] })
})
test('a search has five a second to itself', async () => {
  hubspot.controls.limits({ perTenSeconds: 1 })
  for (let at = 0; at < 5; at++) await search()
  expect(await refused(search())).toMatchObject({ code: 429, body: { policyName: 'SECONDLY', message: 'You have reached your secondly limit.' } })
  expect(await list()).toMatchObject({ results: [] })
  clock.advance(1_000)
  expect(await search()).toMatchObject({ total: 0 })
})
test('the day has its own end, at midnight of the account', async () => {
  hubspot.controls.limits({ perDay: 2 })
  await list()
  await search()
  expect(await refused(list())).toMatchObject({ code: 429, body: { policyName: 'DAILY' }, headers: { 'x-hubspot-ratelimit-daily-remaining': '0' } })
  clock.advance(Date.UTC(2026, 10, 24, 6) - clock.now() - 1)
  expect(await refused(search())).toMatchObject({ body: { policyName: 'DAILY' } })
  clock.advance(1)
  expect(await list()).toMatchObject({ results: [] })
})

test.each<[string, () => Promise<unknown>, string]>([
  ['a contact', () => list(), 'crm.objects.contacts.read'],
  ['a note, which goes by contacts', () => client.crm.objects.notes.basicApi.create({ properties: { hs_timestamp: '1' }, associations: [] }), 'crm.objects.contacts.write'],
  ['a search for deals, which is reading', () => client.crm.deals.searchApi.doSearch({}), 'crm.objects.deals.read'],
  ['a ticket', () => client.crm.tickets.basicApi.getPage(), 'tickets'],
  ['a property', () => client.crm.properties.coreApi.archive('deals', 'x'), 'crm.schemas.deals.write'],
  ['the pipelines', () => client.crm.pipelines.pipelinesApi.getAll('deals'), 'crm.schemas.deals.read'],
  ['the owners', () => client.crm.owners.ownersApi.getPage(), 'crm.objects.owners.read'],
  ['an association', () => client.crm.associations.v4.basicApi.getPage('deals', '1', 'contacts'), 'crm.objects.deals.read'],
])('%s asks for a scope, and says for which', async (_title, call, scope) => {
  hubspot.controls.grant({ scopes: ['oauth'] })
  const told = await refused(call())
  expect(told).toMatchObject({ code: 403, body: { category: 'MISSING_SCOPES' } })
  expect(JSON.stringify(told.body.errors)).toContain(`"${scope}"`)
  hubspot.controls.grant({ scopes: [scope] })
  expect(await call().then(() => 200, ({ code }: Refused) => code)).not.toBe(403)
})

test.each<[string, string]>([['expired', 'EXPIRED_AUTHENTICATION'], ['revoked', 'INVALID_AUTHENTICATION']])('a token that is %s is told so until it is good again', async (state, category) => {
  hubspot.controls.token({ state })
  expect(await refused(list())).toMatchObject({ code: 401, body: { category } })
  hubspot.controls.token({ state: 'good' })
  expect(await list()).toMatchObject({ results: [] })
})

test.each<[string, object, object]>([
  ['expired', {}, { code: 401, body: { category: 'EXPIRED_AUTHENTICATION' } }], ['unauthorized', {}, { code: 401, body: { category: 'INVALID_AUTHENTICATION' } }], ['scopes', { scopes: ['tickets'] }, { code: 403, body: { errors: [{ context: { requiredGranularScopes: ['tickets'] } }] } }],
  ['missing', {}, { code: 404 }], ['ten-secondly', { retryAfter: 10 }, { code: 429, body: { policyName: 'TEN_SECONDLY_ROLLING' }, headers: { 'retry-after': '10' } }], ['secondly', {}, { code: 429, body: { policyName: 'SECONDLY' } }], ['daily', {}, { code: 429, body: { policyName: 'DAILY' } }],
  ['locked', { retryAfter: 2 }, { code: 423, headers: { 'retry-after': '2' } }], ['migrating', {}, { code: 477, headers: { 'retry-after': '3600' } }],
  ['internal', {}, { code: 500 }], ['gateway', {}, { code: 502 }], ['unavailable', {}, { code: 503 }], ['timeout', {}, { code: 504 }],
])('told to be %s, it is, once, in HubSpot’s words', async (kind, how, expected) => {
  hubspot.controls.refuse({ with: kind, on: 'GET /crm/v3/objects/:type', ...how })
  expect(await search()).toMatchObject({ total: 0 }) // another route
  const told = await refused(list())
  expect(told).toMatchObject(expected)
  expect(told.body).toMatchObject({ status: 'error', message: expect.any(String), correlationId: expect.stringMatching(/^[\da-f-]{36}$/) })
  expect(await list()).toMatchObject({ results: [] })
})
test('what is refused was not done, and what was lost was', async () => {
  const make = () => client.crm.contacts.basicApi.create({ properties: { firstname: 'Ana' } })
  hubspot.controls.refuse({ with: 'gateway' })
  await refused(make())
  expect(hubspot.state().contacts).toHaveLength(0)
  server.desk('hubspot').fault({ on: 'POST /crm/v3/objects/:type', fault: 'lost' })
  await expect(make()).rejects.toThrow()
  expect(hubspot.state().contacts).toHaveLength(1)
})
test('a batch can fail in part', async () => {
  hubspot.controls.partial({ every: 2, verb: 'upsert' })
  const { batchApi } = client.crm.contacts
  const put = () => batchApi.upsert({ inputs: ['a', 'b', 'c'].map((name) => ({ id: `${name}@inventada.mx`, idProperty: 'email', properties: { firstname: name } })) })
  expect(await put()).toMatchObject({ results: [{ properties: { firstname: 'a' } }, { properties: { firstname: 'c' } }], numErrors: 1, errors: [{ category: 'INTERNAL_ERROR', context: { ids: ['b@inventada.mx'] } }] })
  expect((await put()).results).toHaveLength(3)
})
test('a control that is misspelt, or of a record that is not there, is refused', () => {
  expect(() => hubspot.controls.refuse({ with: 'sleepy' })).toThrow()
  expect(() => hubspot.controls.change({ type: 'deals', id: '7', properties: {} })).toThrow('not found')
  expect(() => hubspot.controls.stage({ type: 'deals', stage: '9', label: 'x' })).toThrow('no stage of deals is 9')
})
