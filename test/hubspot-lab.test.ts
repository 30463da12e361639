import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from '@hubspot/api-client'
import { AssociationSpecAssociationCategoryEnum } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { PropertyCreateFieldTypeEnum as Field, PropertyCreateTypeEnum as Type } from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'

// The lab's HubSpot, judged by HubSpot's own client, which takes one status for each call and no other.
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages: { new: '7120011', qualified: '7120012', won: '7120016' } }
const clock = fakeClock()
const hubspot: Hubspot = makeHubspot({ clock, account })
let server: LabServer
let client: Client
beforeAll(async () => {
  server = await openServer({ clock, port: 0, simulators: [hubspot] })
  client = clientWith(account.apiKey)
  await client.crm.properties.groupsApi.create('contacts', { name: 'portero', label: 'Portero' })
  await client.crm.properties.coreApi.create('contacts', { name: 'portero_id', label: 'Portero: id', type: Type.String, fieldType: Field.Text, groupName: 'portero', hasUniqueValue: true })
})
afterAll(() => server.close())

const clientWith = (accessToken: string): Client => new Client({ accessToken, basePath: `${server.url}/hubspot`, numberOfApiCallRetries: 0 })
const deal = (properties: Record<string, string> = {}): Record<string, string> => ({ dealname: 'Ana · renta', pipeline: account.pipeline, dealstage: '7120011', ...properties })
const held = (id: string) => {
  const { contacts, deals, communications } = hubspot.state()
  return [...contacts, ...deals, ...communications].find((record) => record.id === id)
}
type Refused = { code: number; body: { status: string; category: string; message: string; correlationId: string; errors?: { code: string }[] } }
const refused = async (call: Promise<unknown>): Promise<Refused> =>
  call.then(
    () => { throw new Error('it was not refused') },
    (thrown: Refused) => thrown,
  )

test('a contact is made, read, changed, emptied and archived', async () => {
  const { contacts } = client.crm
  const { id, properties, createdAt } = await contacts.basicApi.create({ properties: { firstname: 'Ana', phone: '+525512345678' } })
  expect(id).toMatch(/^\d+$/)
  expect({ properties, createdAt: createdAt.getTime() }).toMatchObject({ properties: { firstname: 'Ana', hs_object_id: id }, createdAt: clock.now() })
  clock.advance(1_000)
  await contacts.basicApi.update(id, { properties: { firstname: '', lastname: 'Íñiguez' } })
  const read = await contacts.basicApi.getById(id, ['firstname', 'lastname'])
  expect(read).toMatchObject({ id, archived: false, updatedAt: new Date(clock.now()) })
  expect(read.properties['lastname']).toBe('Íñiguez')
  expect(read.properties['firstname']).toBeNull() // asked for, and empty
  await contacts.basicApi.archive(id)
  expect(await refused(contacts.basicApi.getById(id))).toMatchObject({ code: 404, body: { status: 'error', category: 'OBJECT_NOT_FOUND', correlationId: expect.any(String) } })
})

test('what is put by a unique value is made once', async () => {
  const put = (lastname: string) => client.crm.contacts.batchApi.upsert({ inputs: [{ id: 'p-1', idProperty: 'portero_id', properties: { lastname } }] })
  const first = (await put('Pérez')).results[0]
  clock.advance(1_000)
  const second = (await put('Gómez')).results[0]
  expect([first, second]).toMatchObject([{ _new: true }, { _new: false, id: first?.id }])
  expect((await client.crm.contacts.basicApi.getById('p-1', ['lastname', 'portero_id'], undefined, undefined, undefined, 'portero_id')).properties).toMatchObject({ portero_id: 'p-1', lastname: 'Gómez' })
})

test('a unique value belongs to one record', async () => {
  const make = () => client.crm.contacts.basicApi.create({ properties: { portero_id: 'p-2' } })
  const { id } = await make()
  expect(await refused(make())).toMatchObject({ code: 409, body: { category: 'CONFLICT', message: expect.stringContaining(id) } })
})

test.each([
  ['a property that nobody knows', { portero_idd: 'x' }, 'PROPERTY_DOESNT_EXIST'],
  ['an option that there is not', { hs_language: 'tlh' }, 'INVALID_OPTION'],
  ['what HubSpot writes itself', { hs_object_id: '7' }, 'READ_ONLY_VALUE'],
])('%s is refused', async (_name, properties, code) => {
  expect(await refused(client.crm.contacts.basicApi.create({ properties }))).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR', message: expect.stringContaining(code), errors: [{ code }] } })
})

test.each([
  ['no stage', { dealstage: '' }, 'REQUIRED_PROPERTIES_MISSING'],
  ['a stage of another pipeline', { dealstage: '999' }, 'INVALID_OPTION'],
  ['an amount that is no number', { amount: 'mucho' }, 'INVALID_INTEGER'],
  ['a date that is none', { closedate: 'mañana' }, 'INVALID_DATE'],
])('a deal with %s is refused', async (_name, properties, code) => {
  expect(await refused(client.crm.deals.basicApi.create({ properties: deal(properties) }))).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR', errors: [{ code }] } })
})

test('meetings and communications need their time, and their channel', async () => {
  const { meetings, communications } = client.crm.objects
  expect(await refused(meetings.basicApi.create({ properties: { hs_meeting_title: 'Visita' }, associations: [] }))).toMatchObject({ code: 400, body: { errors: [{ code: 'REQUIRED_PROPERTIES_MISSING' }] } })
  const said = { hs_communication_channel_type: 'WHATS_APP', hs_communication_logged_from: 'CRM', hs_timestamp: String(clock.now()), hs_communication_body: 'hola' }
  expect(await refused(communications.basicApi.create({ properties: { ...said, hs_communication_logged_from: 'WHATSAPP' }, associations: [] }))).toMatchObject({ code: 400, body: { errors: [{ code: 'INVALID_OPTION' }] } })
  const { id } = await communications.basicApi.create({ properties: said, associations: [] })
  expect(held(id)?.properties['hs_timestamp']).toBe(new Date(clock.now()).toISOString())
})

test('what belongs together is told from both sides, and shown beside the record', async () => {
  const contact = await client.crm.contacts.basicApi.create({ properties: { firstname: 'Rosa' } })
  const made = await client.crm.deals.basicApi.create({ properties: deal() })
  const put = () => client.crm.associations.v4.basicApi.createDefault('deals', made.id, 'contacts', contact.id)
  expect(await put()).toMatchObject({ status: 'COMPLETE', results: [{ _from: { id: made.id }, to: { id: contact.id }, associationSpec: { associationTypeId: 3, associationCategory: AssociationSpecAssociationCategoryEnum.HubspotDefined } }, { associationSpec: { associationTypeId: 4 } }] })
  await put()
  expect((await client.crm.associations.v4.basicApi.getPage('contacts', contact.id, 'deals')).results).toMatchObject([{ toObjectId: made.id, associationTypes: [{ typeId: 4 }] }])
  expect((await client.crm.deals.basicApi.getById(made.id, undefined, undefined, ['contacts'])).associations).toMatchObject({ contacts: { results: [{ id: contact.id, type: 'deal_to_contact' }] } })
  expect([held(contact.id), held(made.id)]).toMatchObject([{ associations: { contacts: [], deals: [made.id] } }, { associations: { contacts: [contact.id], deals: [] } }])
  await client.crm.associations.v4.basicApi.archive('deals', made.id, 'contacts', contact.id)
  expect(held(contact.id)?.associations.deals).toEqual([])
  expect(await refused(client.crm.associations.v4.basicApi.createDefault('deals', made.id, 'contacts', '7'))).toMatchObject({ code: 404 })
})

test('a search finds what is a while old', async () => {
  const { id } = await client.crm.contacts.basicApi.create({ properties: { lastname: 'Buscada' } })
  const search = () => client.crm.contacts.searchApi.doSearch({ filterGroups: [{ filters: [{ propertyName: 'lastname', operator: FilterOperatorEnum.Eq, value: 'Buscada' }] }], properties: ['lastname'], limit: 5 })
  server.desk('hubspot').fault({ on: 'POST /crm/v3/objects/:type/search', fault: 'lag', ms: 3_000, times: 2 })
  expect(await search()).toMatchObject({ total: 0, results: [] })
  clock.advance(3_000)
  expect(await search()).toMatchObject({ total: 1, results: [{ id }] })
  expect(await refused(client.crm.contacts.searchApi.doSearch({ limit: 201 }))).toMatchObject({ code: 400 })
})

test('a batch is made or refused as a whole, unless each input can be traced', async () => {
  const { batchApi } = client.crm.deals
  const before = hubspot.state().deals.length
  const bad = { properties: deal({ amount: 'x' }), associations: [] }
  const good = { properties: deal(), associations: [] }
  expect(await refused(batchApi.create({ inputs: [good, bad] }))).toMatchObject({ code: 400 })
  expect(hubspot.state().deals).toHaveLength(before)
  const mixed = await batchApi.create({ inputs: [{ ...good, objectWriteTraceId: 'a' }, { ...bad, objectWriteTraceId: 'b' }] })
  expect(mixed).toMatchObject({ results: [{ properties: { dealname: 'Ana · renta' } }], numErrors: 1, errors: [{ category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['b'] } }] })
  const id = mixed.results[0]?.id ?? ''
  expect(await batchApi.update({ inputs: [{ id, properties: { amount: '18500' } }] })).toMatchObject({ results: [{ id, properties: { amount: '18500' } }] })
  expect(await batchApi.read({ inputs: [{ id }, { id: '7' }], properties: ['amount'], propertiesWithHistory: [] })).toMatchObject({ results: [{ id }], numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND' }] })
  expect(await refused(batchApi.read({ inputs: Array.from({ length: 101 }, (_each, at) => ({ id: String(at) })), properties: [], propertiesWithHistory: [] }))).toMatchObject({ code: 400, body: { message: expect.stringContaining('100') } })
  await batchApi.archive({ inputs: [{ id }] })
  expect(hubspot.state().deals).toHaveLength(before)
})

test('properties are made in a group, once, and can be changed and archived', async () => {
  const { coreApi, groupsApi } = client.crm.properties
  const budget = { name: 'portero_budget', label: 'Presupuesto', type: Type.Number, fieldType: Field.Number, groupName: 'portero' }
  expect(await refused(coreApi.create('deals', budget))).toMatchObject({ code: 400, body: { errors: [{ code: 'GROUP_DOES_NOT_EXIST' }] } })
  await groupsApi.create('deals', { name: 'portero', label: 'Portero' })
  expect(await refused(groupsApi.create('deals', { name: 'portero', label: 'Portero' }))).toMatchObject({ code: 409 })
  expect(await coreApi.create('deals', budget)).toMatchObject({ name: 'portero_budget', hubspotDefined: false, hasUniqueValue: false })
  expect(await refused(coreApi.create('deals', budget))).toMatchObject({ code: 409, body: { category: 'CONFLICT' } })
  expect(await coreApi.update('deals', 'portero_budget', { label: 'Renta máxima' })).toMatchObject({ label: 'Renta máxima' })
  expect((await coreApi.getAll('deals')).results.map(({ name }) => name)).toEqual(expect.arrayContaining(['dealstage', 'portero_budget']))
  await coreApi.archive('deals', 'portero_budget')
  expect(await refused(coreApi.getByName('deals', 'portero_budget'))).toMatchObject({ code: 404 })
  expect(await refused(coreApi.archive('deals', 'dealstage'))).toMatchObject({ code: 400 })
})

test('the pipeline tells its stages', async () => {
  expect((await client.crm.pipelines.pipelinesApi.getAll('deals')).results).toMatchObject([{ id: account.pipeline, stages: [{ id: '7120011', label: 'new' }, { id: '7120012' }, { id: '7120016' }] }])
})

test.each([['another token', 'pat-na1-of-somebody-else'], ['no token', '']])('%s is refused in the words of HubSpot', async (_name, token) => {
  expect(await refused(clientWith(token).crm.contacts.basicApi.getPage())).toMatchObject({ code: 401, body: { status: 'error', category: 'INVALID_AUTHENTICATION' } })
})
