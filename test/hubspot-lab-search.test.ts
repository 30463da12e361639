import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from '@hubspot/api-client'
import { FilterOperatorEnum as Is, type Filter, type PublicObjectSearchRequest as Request } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'

// The search of the lab's HubSpot, with its limits and its delay.
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages: { new: '7120011', won: '7120016' } }
const clock = fakeClock()
const hubspot: Hubspot = makeHubspot({ clock, account })
let server: LabServer
let client: Client
const made = new Map<string, string>() // name -> id
beforeAll(async () => {
  hubspot.controls.limits({ searchesPerSecond: 1_000 })
  server = await openServer({ clock, port: 0, simulators: [hubspot] })
  client = new Client({ accessToken: account.apiKey, basePath: `${server.url}/hubspot`, numberOfApiCallRetries: 0 })
  for (const [firstname, properties] of [['Ana', { city: 'Roma Norte', associatedcompanyid: '9' }], ['Beto', { city: 'Narvarte', associatedcompanyid: '10', email: 'beto@inventada.mx' }], ['Caro', { associatedcompanyid: '100', hs_language: 'es-mx' }]] as const) {
    made.set(firstname, (await client.crm.contacts.basicApi.create({ properties: { firstname, ...properties } })).id)
    clock.advance(1_000)
  }
})
afterAll(() => server.close())
type Refused = { code: number; body: { category: string; message: string } }
const refused = async (call: Promise<unknown>): Promise<Refused> => call.then(() => { throw new Error('it was not refused') }, (thrown: Refused) => thrown)
type Wanted = Pick<Request, keyof Request> // the client's classes are only shapes
const search = (request: Wanted) => client.crm.contacts.searchApi.doSearch({ properties: ['firstname'], ...request })
const names = async (request: Wanted): Promise<(string | null | undefined)[]> => (await search(request)).results.map(({ properties }) => properties['firstname'])
const where = (...filters: Filter[]): Wanted => ({ filterGroups: [{ filters }] })

test.each<[string, Filter, string[]]>([
  ['is', { propertyName: 'firstname', operator: Is.Eq, value: 'ANA' }, ['Ana']],
  ['is not', { propertyName: 'city', operator: Is.Neq, value: 'Narvarte' }, ['Ana']],
  ['less, as a number', { propertyName: 'associatedcompanyid', operator: Is.Lt, value: '10' }, ['Ana']],
  ['at most', { propertyName: 'associatedcompanyid', operator: Is.Lte, value: '10' }, ['Ana', 'Beto']],
  ['more', { propertyName: 'associatedcompanyid', operator: Is.Gt, value: '10' }, ['Caro']],
  ['at least', { propertyName: 'associatedcompanyid', operator: Is.Gte, value: '10' }, ['Beto', 'Caro']],
  ['between', { propertyName: 'associatedcompanyid', operator: Is.Between, value: '10', highValue: '100' }, ['Beto', 'Caro']],
  ['one of, in lower case', { propertyName: 'firstname', operator: Is.In, values: ['ana', 'Beto'] }, ['Ana']],
  ['none of', { propertyName: 'firstname', operator: Is.NotIn, values: ['ana'] }, ['Beto', 'Caro']],
  ['known', { propertyName: 'email', operator: Is.HasProperty }, ['Beto']],
  ['unknown', { propertyName: 'city', operator: Is.NotHasProperty }, ['Caro']],
  ['a word of', { propertyName: 'city', operator: Is.ContainsToken, value: 'norte' }, ['Ana']],
  ['the beginning of a word of', { propertyName: 'city', operator: Is.ContainsToken, value: 'narv*' }, ['Beto']],
])('a filter: %s', async (_title, filter, expected) => {
  expect(await names(where(filter))).toEqual(expected)
})

test('filters of a group all hold, and one group is enough', async () => {
  const [ana, inRoma] = [{ propertyName: 'firstname', operator: Is.Eq, value: 'Ana' }, { propertyName: 'city', operator: Is.ContainsToken, value: 'roma' }]
  expect(await names({ filterGroups: [{ filters: [ana, inRoma] }, { filters: [{ propertyName: 'hs_language', operator: Is.Eq, value: 'es-mx' }] }] })).toEqual(['Ana', 'Caro'])
  expect(await names({ query: 'inventada' })).toEqual(['Beto'])
})

test('what changed since comes in the order of its change, page by page', async () => {
  clock.advance(10_000)
  const since = clock.now()
  for (const name of ['Caro', 'Ana']) {
    hubspot.controls.change({ type: 'contacts', id: made.get(name), properties: { jobtitle: 'Inquilina' } })
    clock.advance(1_000)
  }
  const changed = { ...where({ propertyName: 'lastmodifieddate', operator: Is.Gte, value: String(since) }), sorts: ['lastmodifieddate'], limit: 1 }
  const first = await search(changed)
  expect([first.total, first.results.map(({ properties }) => properties['firstname']), first.paging?.next?.after]).toEqual([2, ['Caro'], '1'])
  expect(await names({ ...changed, after: '1' })).toEqual(['Ana'])
  expect(await names({ ...changed, limit: 2, sorts: [{ propertyName: 'lastmodifieddate', direction: 'DESCENDING' } as unknown as string] })).toEqual(['Ana', 'Caro'])
})

test('it is behind what was written: a new record is not there, a change is not seen, and who went is still there', async () => {
  hubspot.controls.lag({ ms: 5_000 })
  const [ana, beto] = [made.get('Ana')!, made.get('Beto')!]
  await client.crm.contacts.basicApi.update(ana, { properties: { city: 'Condesa' } })
  await client.crm.contacts.basicApi.archive(beto)
  await client.crm.contacts.basicApi.create({ properties: { firstname: 'Dora' } })
  const all = async () => [await names({}), await names(where({ propertyName: 'city', operator: Is.Eq, value: 'condesa' }))]
  expect(await all()).toEqual([['Ana', 'Beto', 'Caro'], []])
  clock.advance(5_000)
  expect(await all()).toEqual([['Ana', 'Caro', 'Dora'], ['Ana']])
  hubspot.controls.lag({ ms: 0 })
})

test.each<[string, Wanted]>([
  ['six groups', { filterGroups: Array.from({ length: 6 }, () => ({ filters: [] })) }],
  ['seven filters in a group', where(...Array.from({ length: 7 }, () => ({ propertyName: 'city', operator: Is.HasProperty })))],
  ['nineteen in all', { filterGroups: Array.from({ length: 4 }, () => ({ filters: Array.from({ length: 5 }, () => ({ propertyName: 'city', operator: Is.HasProperty })) })) }],
  ['a page that is too large', { limit: 201 }],
  ['what is beyond the ten thousandth', { limit: 200, after: '9900' }],
  ['a question that is too long', { query: 'x'.repeat(3_001) }],
  ['two orders', { sorts: ['city', 'firstname'] }],
  ['a property that nobody knows', where({ propertyName: 'no_such', operator: Is.HasProperty })],
  ['one of nothing', where({ propertyName: 'city', operator: Is.In })],
  ['between one', where({ propertyName: 'city', operator: Is.Between, value: '1' })],
])('%s is refused', async (_title, request) => {
  expect(await refused(search(request))).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } })
})
test('the ten thousandth itself is still told', async () => {
  expect(await search({ limit: 100, after: '9900' })).toMatchObject({ results: [] })
})
