import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from '@hubspot/api-client'
import { AssociationSpecAssociationCategoryEnum as Category } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { PropertyCreateFieldTypeEnum as Field, PropertyCreateTypeEnum as Type } from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'

// The records of the lab's HubSpot, as its own client reads and writes them.
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages: { new: '7120011', won: '7120016' } }
const clock = fakeClock()
const hubspot: Hubspot = makeHubspot({ clock, account })
let server: LabServer
let client: Client
beforeAll(async () => {
  hubspot.controls.limits({ perTenSeconds: 10_000 })
  server = await openServer({ clock, port: 0, simulators: [hubspot] })
  client = new Client({ accessToken: account.apiKey, basePath: `${server.url}/hubspot`, numberOfApiCallRetries: 0 })
  for (const type of ['contacts', 'deals']) {
    await client.crm.properties.groupsApi.create(type, { name: 'portero', label: 'Portero' })
    await client.crm.properties.coreApi.create(type, { name: 'portero_id', label: 'id', type: Type.String, fieldType: Field.Text, groupName: 'portero', hasUniqueValue: true })
  }
})
afterAll(() => server.close())
type Refused = { code: number; body: { status: string; category: string; message: string; errors?: { code: string }[] } }
const refused = async (call: Promise<unknown>): Promise<Refused> => call.then(() => { throw new Error('it was not refused') }, (thrown: Refused) => thrown)
const contact = async (properties: Record<string, string> = {}): Promise<string> => (await client.crm.contacts.basicApi.create({ properties: { firstname: 'Ana', ...properties } })).id
const deal = async (properties: Record<string, string> = {}): Promise<string> => (await client.crm.deals.basicApi.create({ properties: { dealname: 'Ana', pipeline: account.pipeline, dealstage: '7120011', ...properties } })).id
const ids = (results: readonly { id: string }[]): string[] => results.map(({ id }) => id)

test.each<[string, Record<string, string>]>([
  ['contacts', {}], ['companies', { name: 'Casa Azul' }], ['deals', { dealname: 'x', pipeline: account.pipeline, dealstage: '7120011' }], ['tickets', { subject: 'x', hs_pipeline_stage: '1' }], ['meetings', { hs_timestamp: '1795453200000' }],
  ['communications', { hs_timestamp: '1795453200000', hs_communication_channel_type: 'WHATS_APP', hs_communication_logged_from: 'CRM' }], ['tasks', { hs_timestamp: '1795453200000' }], ['notes', { hs_timestamp: '1795453200000' }], ['calls', { hs_timestamp: '1795453200000' }],
])('%s are made, read, listed, archived, and told as archived', async (type, properties) => {
  const { basicApi } = client.crm.objects
  const { id } = await basicApi.create(type, { properties })
  expect(await basicApi.getById(type, id)).toMatchObject({ id, archived: false })
  expect(ids((await basicApi.getPage(type)).results)).toContain(id)
  await basicApi.archive(type, id)
  expect(await refused(basicApi.getById(type, id))).toMatchObject({ code: 404 })
  expect(await basicApi.getById(type, id, undefined, undefined, undefined, true)).toMatchObject({ id, archived: true, archivedAt: expect.any(Date) })
  expect(ids((await basicApi.getPage(type, 100, undefined, undefined, undefined, undefined, true)).results)).toContain(id)
})

test('a list comes in pages, each of which says where the next begins', async () => {
  const made = [await contact(), await contact(), await contact()]
  const first = await client.crm.contacts.basicApi.getPage(2, String(Number(made[0]) - 1))
  expect([ids(first.results), first.paging?.next?.after]).toEqual([made.slice(0, 2), made[1]])
  await client.crm.contacts.basicApi.archive(made[0]!)
  const second = await client.crm.contacts.basicApi.getPage(2, first.paging?.next?.after)
  expect([ids(second.results), second.paging]).toEqual([made.slice(2), undefined])
  expect(await refused(client.crm.contacts.basicApi.getPage(101))).toMatchObject({ code: 400 })
})

test('only what was asked for is told, what has no value as null, and without a wish a few', async () => {
  const id = await contact({ phone: '+525512345678', email: 'Ana@Inventada.MX' })
  const read = async (properties: string[]): Promise<object | undefined> => (await client.crm.contacts.batchApi.read({ inputs: [{ id }], properties, propertiesWithHistory: [] })).results[0]?.properties
  const dates = { hs_object_id: id, createdate: expect.any(String), lastmodifieddate: expect.any(String) }
  expect(await read(['phone', 'lastname'])).toEqual({ ...dates, phone: '+525512345678', lastname: null })
  expect(await read([])).toEqual({ ...dates, email: 'ana@inventada.mx', firstname: 'Ana', lastname: null })
  expect(Object.keys((await client.crm.contacts.basicApi.getById(id)).properties).toSorted()).toEqual(['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'])
})

test('who wrote a value, and when, is told with what stood there before', async () => {
  const id = await contact()
  clock.advance(1_000)
  hubspot.controls.change({ type: 'contacts', id, properties: { firstname: 'Anita' } })
  clock.advance(1_000)
  await client.crm.contacts.basicApi.update(id, { properties: { firstname: 'Anita' } })
  const [record] = (await client.crm.contacts.batchApi.read({ inputs: [{ id }], properties: [], propertiesWithHistory: ['firstname'] })).results
  expect(record?.propertiesWithHistory?.['firstname']).toMatchObject([
    { value: 'Anita', sourceType: 'CRM_UI', sourceId: 'userId:9411', updatedByUserId: 9411, timestamp: new Date(clock.now() - 1_000) },
    { value: 'Ana', sourceType: 'INTEGRATION', sourceId: '31337' },
  ])
  expect(record?.updatedAt).toEqual(new Date(clock.now() - 1_000)) // the same value once more is no change
  expect((await client.crm.contacts.basicApi.getById(id, ['firstname'], ['firstname'])).propertiesWithHistory?.['firstname']).toHaveLength(2)
})

test.each<[string, Record<string, string>, string]>([
  ['a number', { amount: 'mil' }, 'INVALID_INTEGER'], ['a day that is none', { closedate: '31/12/2026' }, 'INVALID_DATE'], ['an option', { dealtype: 'otro' }, 'INVALID_OPTION'], ['an owner', { hubspot_owner_id: '1' }, 'INVALID_OWNER_ID'],
  ['a name', { no_such: 'x' }, 'PROPERTY_DOESNT_EXIST'], ['HubSpot’s own', { hs_lastmodifieddate: '1' }, 'READ_ONLY_VALUE'], ['a stage of elsewhere', { dealstage: '1' }, 'INVALID_OPTION'], ['a text that is too long', { description: 'x'.repeat(65_537) }, 'VALUE_TOO_LONG'],
])('a change that is wrong in %s changes nothing', async (_title, properties, code) => {
  const id = await deal({ amount: '1' })
  expect(await refused(client.crm.deals.basicApi.update(id, { properties: { amount: '2', ...properties } }))).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR', errors: expect.arrayContaining([expect.objectContaining({ code })]) } })
  expect(hubspot.state().deals.find((each) => each.id === id)?.properties['amount']).toBe('1')
})
test('an e-mail is one contact’s, however it is spelt', async () => {
  const id = await contact({ email: 'luz@inventada.mx' })
  expect(await refused(contact({ email: 'LUZ@inventada.mx' }))).toMatchObject({ code: 409, body: { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` } })
  expect(await refused(contact({ email: 'luz' }))).toMatchObject({ code: 400, body: { errors: [{ code: 'INVALID_EMAIL' }] } })
  expect((await client.crm.contacts.basicApi.getById('luz@INVENTADA.mx', undefined, undefined, undefined, undefined, 'email')).id).toBe(id)
})

describe('a batch', () => {
  const made = (portero_id: string, objectWriteTraceId?: string) => ({ properties: { portero_id }, associations: [], ...(objectWriteTraceId !== undefined && { objectWriteTraceId }) })
  test('whose rows are traced tells the fate of each', async () => {
    const taken = await contact({ portero_id: 'b-1' })
    const { results, errors } = (await client.crm.contacts.batchApi.create({ inputs: [made('b-2', 'x'), made('b-1', 'y'), made('b-2', 'z')] })) as { results: { objectWriteTraceId?: string }[]; errors?: object[] }
    expect([results.map(({ objectWriteTraceId }) => objectWriteTraceId), errors]).toMatchObject([['x'], [{ category: 'CONFLICT', message: expect.stringContaining(taken), context: { objectWriteTraceId: ['y'] } }, { category: 'CONFLICT', context: { objectWriteTraceId: ['z'] } }]])
  })
  test('that is not, is done as a whole or not at all', async () => {
    const before = hubspot.state().contacts.length
    expect(await refused(client.crm.contacts.batchApi.create({ inputs: [made('b-3'), made('b-3')] }))).toMatchObject({ code: 409 })
    expect(hubspot.state().contacts).toHaveLength(before)
  })
  test('puts by an e-mail, updates by a unique value, and reads by one', async () => {
    const { batchApi } = client.crm.contacts
    const put = async () => (await batchApi.upsert({ inputs: [{ id: 'sol@inventada.mx', idProperty: 'email', properties: { portero_id: 'b-4' } }] })).results[0]
    expect([await put(), await put()]).toMatchObject([{ _new: true }, { _new: false }])
    await batchApi.update({ inputs: [{ id: 'b-4', idProperty: 'portero_id', properties: { lastname: 'Sol' } }] })
    expect((await batchApi.read({ inputs: [{ id: 'b-4' }], idProperty: 'portero_id', properties: ['email', 'lastname'], propertiesWithHistory: [] })).results).toMatchObject([{ properties: { email: 'sol@inventada.mx', lastname: 'Sol' } }])
    expect(await batchApi.read({ inputs: [{ id: 'Sol' }], idProperty: 'lastname', properties: [], propertiesWithHistory: [] })).toMatchObject({ results: [], errors: [{ category: 'VALIDATION_ERROR' }] })
  })
  test('links what it makes by the number of the kind of link', async () => {
    const person = await contact()
    const { results: [note] } = await client.crm.objects.batchApi.create('notes', { inputs: [{ properties: { hs_timestamp: '1795453200000' }, associations: [{ to: { id: person }, types: [{ associationCategory: Category.HubspotDefined, associationTypeId: 202 }] }] }] })
    expect(hubspot.state().notes.find(({ id }) => id === note?.id)?.associations.contacts).toEqual([person])
    expect(await refused(client.crm.objects.basicApi.create('notes', { properties: { hs_timestamp: '1' }, associations: [{ to: { id: person }, types: [{ associationCategory: Category.HubspotDefined, associationTypeId: 214 }] }] }))).toMatchObject({ code: 400 })
  })
})

describe('what becomes of a record', () => {
  test('a contact that another is merged into keeps its number, its values and both e-mails', async () => {
    const winner = await contact({ email: 'rosa@inventada.mx' })
    const other = await contact({ email: 'rosi@inventada.mx', lastname: 'Ríos', portero_id: 'm-1' })
    const its = await deal()
    await client.crm.associations.v4.basicApi.createDefault('deals', its, 'contacts', other)
    expect((await client.crm.contacts.basicApi.merge({ primaryObjectId: winner, objectIdToMerge: other })).id).toBe(winner)
    const asked = ['email', 'lastname', 'portero_id', 'hs_merged_object_ids', 'hs_additional_emails']
    expect((await client.crm.contacts.batchApi.read({ inputs: [{ id: other }], properties: asked, propertiesWithHistory: [] })).results).toMatchObject([{ id: winner, properties: { email: 'rosa@inventada.mx', lastname: 'Ríos', portero_id: 'm-1', hs_merged_object_ids: other, hs_additional_emails: 'rosi@inventada.mx' } }])
    expect((await client.crm.contacts.basicApi.getById('rosi@inventada.mx', undefined, undefined, undefined, undefined, 'email')).id).toBe(winner)
    expect(hubspot.state().deals.find(({ id }) => id === its)?.associations.contacts).toEqual([winner])
  })
  test('two deals that are merged become a third', async () => {
    const [one, other] = [await deal({ dealname: 'Uno' }), await deal({ dealname: 'Otro', amount: '9' })]
    const { id } = await client.crm.deals.basicApi.merge({ primaryObjectId: one, objectIdToMerge: other })
    expect([one, other]).not.toContain(id)
    for (const each of [one, other]) expect(await client.crm.deals.basicApi.getById(each, ['dealname', 'amount', 'hs_merged_object_ids'])).toMatchObject({ id, properties: { dealname: 'Uno', amount: '9', hs_merged_object_ids: `${one};${other}` } })
    expect(ids(hubspot.state().deals)).not.toContain(one)
  })
  test('whoever asked to be forgotten is nowhere, and does not come back', async () => {
    const [byId, byMail] = [await contact(), await contact({ email: 'olvido@inventada.mx' })]
    await client.crm.contacts.basicApi.purge({ objectId: byId })
    await client.crm.contacts.basicApi.purge({ objectId: 'olvido@inventada.mx', idProperty: 'email' })
    for (const id of [byId, byMail]) expect(await refused(client.crm.contacts.basicApi.getById(id, undefined, undefined, undefined, true))).toMatchObject({ code: 404 })
    expect(() => hubspot.controls.restore({ type: 'contacts', id: byId })).toThrow('not found')
  })
  test('what was archived is restored with what hangs on it', async () => {
    const [person, its] = [await contact(), await deal()]
    await client.crm.associations.v4.basicApi.createDefault('deals', its, 'contacts', person)
    await client.crm.contacts.basicApi.archive(person)
    expect(hubspot.state().deals.find(({ id }) => id === its)?.associations.contacts).toEqual([])
    hubspot.controls.restore({ type: 'contacts', id: person })
    expect(await client.crm.contacts.basicApi.getById(person)).toMatchObject({ archived: false })
    expect(hubspot.state().deals.find(({ id }) => id === its)?.associations.contacts).toEqual([person])
  })
})

test('the dated addresses are the same records', async () => {
  const id = await contact({ lastname: 'Fechada' })
  const get = async (path: string): Promise<any> => (await client.apiRequest({ path })).json()
  expect(await get(`/crm/objects/2026-09/contacts/${id}`)).toMatchObject({ id, properties: { lastname: 'Fechada' } })
  expect((await get('/crm/properties/2026-09/contacts')).results.length).toBeGreaterThan(20)
  expect((await get('/crm/pipelines/2026-09/deals')).results).toMatchObject([{ id: account.pipeline }])
  expect((await get('/crm/associations/2026-09/deals/contacts/labels')).results).toEqual([{ category: 'HUBSPOT_DEFINED', typeId: 3, label: null }])
})

test.each([['notes', { hs_timestamp: '1795453200000', hs_note_body: 'Trae gatos' }, [202, 214]], ['tickets', { subject: 'Ana', hs_pipeline: '0', hs_pipeline_stage: '1' }, [16, 28]]] as const)('%s under an id of ours hang on a contact and a deal by HubSpot\'s own kinds of association, and are found by it', async (type, properties, [onContact, onDeal]) => {
  await client.crm.properties.groupsApi.create(type, { name: 'portero', label: 'Portero' })
  await client.crm.properties.coreApi.create(type, { name: 'portero_id', label: 'id', type: Type.String, fieldType: Field.Text, groupName: 'portero', hasUniqueValue: true })
  const [person, its] = [await contact(), await deal()]
  const put = () => client.crm.objects.batchApi.upsert(type, { inputs: [{ id: `ours-${type}`, idProperty: 'portero_id', properties }] })
  const { results: [made] } = await put()
  const id = made!.id
  expect(ids((await put()).results)).toEqual([id])
  for (const [to, other, typeId] of [['contacts', person, onContact], ['deals', its, onDeal]] as const) {
    expect((await client.crm.associations.v4.basicApi.createDefault(type, id, to, other)).results[0]).toMatchObject({ associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId } })
    expect((await client.crm.associations.v4.schema.definitionsApi.getAll(type, to)).results).toContainEqual(expect.objectContaining({ typeId }))
  }
  expect(hubspot.state()[type].find((each) => each.id === id)?.associations).toEqual({ contacts: [person], deals: [its] })
  const dated = await client.apiRequest({ method: 'POST', path: `/crm/objects/2026-09/${type}/search`, body: { filterGroups: [{ filters: [{ propertyName: 'portero_id', operator: 'EQ', value: `ours-${type}` }] }], limit: 10 } })
  expect(await dated.json()).toMatchObject({ total: 1, results: [{ id }] })
})

describe('what an account requires of a record', () => {
  const dated = (type: string, input: object) => client.apiRequest({ method: 'POST', path: `/crm/objects/2026-09/${type}/batch/upsert`, body: { inputs: [{ idProperty: 'portero_id', ...input }] } }).then(async (response) => ({ status: response.status, body: await response.json() as any }))
  const someone = { id: 'ruled', properties: { firstname: 'Ana' } }

  test('of whoever makes one is held by the dated addresses, and by those of before not', async () => {
    hubspot.controls.require({ type: 'contacts', property: 'company' })
    expect(await dated('contacts', someone)).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR', errors: [{ code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['company'] } }] } })
    const { results: [made] } = await client.crm.objects.batchApi.upsert('contacts', { inputs: [{ idProperty: 'portero_id', ...someone }] })
    expect(await dated('contacts', someone)).toMatchObject({ status: 200, body: { results: [{ id: made!.id, new: false }] } }) // it is there
    hubspot.controls.require({ type: 'contacts', property: 'company', off: true })
    expect((await dated('contacts', { ...someone, id: 'unruled' })).status).toBe(200)
  })
  test('with a value of another property is held where that value is written', async () => {
    hubspot.controls.require({ type: 'contacts', property: 'company', when: { property: 'lifecyclestage', value: 'customer' } })
    const write = (properties: object) => dated('contacts', { id: 'ruled', properties })
    expect(await write({ lifecyclestage: 'customer' })).toMatchObject({ status: 400, body: { errors: [{ code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', message: 'company is required because of a conditional property rule based on [lifecyclestage]', context: { propertyName: ['company'] } }] } })
    expect([(await write({ lifecyclestage: 'lead' })).status, (await write({ lifecyclestage: 'customer', company: 'Casa Azul' })).status, (await write({ firstname: 'Ana María' })).status]).toEqual([200, 200, 200])
    hubspot.controls.require({ type: 'contacts', property: 'company', off: true })
  })
})
