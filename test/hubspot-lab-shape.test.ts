import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from '@hubspot/api-client'
import { AssociationSpecAssociationCategoryEnum as Category } from '@hubspot/api-client/lib/codegen/crm/associations/v4/index.js'
import { PropertyCreateFieldTypeEnum as Field, PropertyCreateTypeEnum as Type, type PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'

// What an account of the lab's HubSpot is made of: properties, pipelines, owners, and kinds of association.
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages: { new: '7120011', qualified: '7120012', won: '7120016' } }
const clock = fakeClock()
const hubspot: Hubspot = makeHubspot({ clock, account })
let server: LabServer
let client: Client
beforeAll(async () => {
  hubspot.controls.limits({ perTenSeconds: 10_000 })
  server = await openServer({ clock, port: 0, simulators: [hubspot] })
  client = new Client({ accessToken: account.apiKey, basePath: `${server.url}/hubspot`, numberOfApiCallRetries: 0 })
})
afterAll(() => server.close())
type Refused = { code: number; body: { category: string; message: string; errors?: { code: string }[] } }
const refused = async (call: Promise<unknown>): Promise<Refused> => call.then(() => { throw new Error('it was not refused') }, (thrown: Refused) => thrown)
const deal = (properties: Record<string, string> = {}) => client.crm.deals.basicApi.create({ properties: { dealname: 'Ana', pipeline: account.pipeline, dealstage: '7120011', ...properties } })

describe('properties', () => {
  const wanted = (name: string, change: Partial<PropertyCreate> = {}): PropertyCreate => ({ name, label: name, type: Type.String, fieldType: Field.Text, groupName: 'contactsinformation', ...change })
  test('come with every object, those of the pipeline with its stages', async () => {
    const { results } = await client.crm.properties.coreApi.getAll('deals')
    expect(results.map(({ name }) => name)).toEqual(expect.arrayContaining(['dealname', 'amount', 'closedate', 'hubspot_owner_id', 'hs_lastmodifieddate']))
    expect(results.find(({ name }) => name === 'dealstage')?.options.map(({ value }) => value)).toEqual(['7120011', '7120012', '7120016'])
  })
  test('are made, read and archived several at once, each with its own fate', async () => {
    const { batchApi } = client.crm.properties
    expect((await batchApi.create('contacts', { inputs: [wanted('one'), wanted('two')] })).results).toMatchObject([{ name: 'one', hubspotDefined: false }, { name: 'two' }])
    expect(await batchApi.read('contacts', { archived: false, inputs: [{ name: 'one' }, { name: 'three' }] })).toMatchObject({ results: [{ name: 'one' }], errors: [{ category: 'OBJECT_NOT_FOUND' }] })
    await batchApi.archive('contacts', { inputs: [{ name: 'one' }] })
    expect(await client.crm.properties.coreApi.getByName('contacts', 'one', true)).toMatchObject({ archived: true })
  })
  test('are unique from the start or never, and at most ten of an object', async () => {
    const { coreApi } = client.crm.properties
    await coreApi.create('contacts', wanted('late'))
    await coreApi.update('contacts', 'late', { label: 'Tarde', hasUniqueValue: true } as { label: string })
    expect(await coreApi.getByName('contacts', 'late')).toMatchObject({ label: 'Tarde', hasUniqueValue: false })
    for (let at = 0; at < 10; at++) await coreApi.create('contacts', wanted(`unique_${at}`, { hasUniqueValue: true }))
    expect(await refused(coreApi.create('contacts', wanted('unique_10', { hasUniqueValue: true })))).toMatchObject({ code: 400, body: { errors: [{ code: 'UNIQUE_PROPERTY_LIMIT_EXCEEDED' }] } })
    expect(await refused(coreApi.create('contacts', wanted('choice', { type: Type.Enumeration, fieldType: Field.Select })))).toMatchObject({ code: 400 })
  })
  test('stand in groups, which go when they are empty', async () => {
    const { groupsApi, coreApi } = client.crm.properties
    await groupsApi.create('tickets', { name: 'casa', label: 'Casa' })
    await coreApi.create('tickets', wanted('boiler', { groupName: 'casa' }))
    expect(await groupsApi.update('tickets', 'casa', { label: 'La casa' })).toMatchObject({ name: 'casa', label: 'La casa' })
    expect(await refused(groupsApi.archive('tickets', 'casa'))).toMatchObject({ code: 400 })
    await coreApi.archive('tickets', 'boiler')
    await groupsApi.archive('tickets', 'casa')
    expect(await refused(groupsApi.getByName('tickets', 'casa'))).toMatchObject({ code: 404 })
  })
})

describe('pipelines', () => {
  const { pipeline } = account
  test('are made with their stages, changed, and archived', async () => {
    const { pipelinesApi, pipelineStagesApi } = client.crm.pipelines
    const made = await pipelinesApi.create('deals', { label: 'Venta', displayOrder: 1, stages: [{ label: 'Oferta', displayOrder: 0, metadata: { probability: '0.5' } }] })
    expect(made).toMatchObject({ label: 'Venta', archived: false, stages: [{ label: 'Oferta', metadata: { probability: '0.5' } }] })
    expect(await refused(pipelinesApi.create('deals', { label: 'Venta', displayOrder: 2, stages: [] }))).toMatchObject({ code: 400 })
    const { id } = await pipelineStagesApi.create('deals', made.id, { label: 'Firma', displayOrder: 1, metadata: { probability: '0.9' } })
    expect(await pipelineStagesApi.update('deals', made.id, id, { label: 'Contrato', metadata: {} })).toMatchObject({ id, label: 'Contrato' })
    expect((await pipelinesApi.update('deals', made.id, { label: 'Ventas' })).label).toBe('Ventas')
    expect((await deal({ pipeline: made.id, dealstage: id })).properties).toMatchObject({ dealstage: id })
    expect(await refused(deal({ pipeline: made.id }))).toMatchObject({ code: 400, body: { errors: [{ code: 'INVALID_OPTION' }] } }) // a stage of the other pipeline
    expect(await refused(pipelinesApi.archive('deals', made.id, true))).toMatchObject({ code: 400, body: { errors: [{ code: 'STAGE_ID_IN_USE' }] } })
    await pipelinesApi.archive('deals', made.id)
    expect(await refused(pipelinesApi.getById('deals', made.id))).toMatchObject({ code: 404 })
  })
  test('a stage that an admin renames keeps its id, and one that is archived takes nothing', async () => {
    hubspot.controls.stage({ type: 'deals', stage: '7120012', label: 'Con ingresos' })
    hubspot.controls.stage({ type: 'deals', stage: '7120016', archived: true })
    expect((await client.crm.pipelines.pipelinesApi.getById('deals', pipeline)).stages).toMatchObject([{ id: '7120011' }, { id: '7120012', label: 'Con ingresos' }])
    expect(await refused(deal({ dealstage: '7120016' }))).toMatchObject({ code: 400, body: { errors: [{ code: 'INVALID_OPTION' }] } })
    hubspot.controls.stage({ type: 'deals', stage: '7120016', archived: false })
    expect((await deal({ dealstage: '7120016' })).properties).toMatchObject({ dealstage: '7120016' })
  })
  test('tickets have theirs', async () => {
    expect((await client.crm.pipelines.pipelinesApi.getAll('tickets')).results).toMatchObject([{ id: '0', stages: [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }] }])
    expect(await refused(client.crm.pipelines.pipelinesApi.getAll('notes'))).toMatchObject({ code: 400 })
  })
})

describe('owners', () => {
  test('come in pages, by e-mail, by their own number and by their user’s', async () => {
    const first = await client.crm.owners.ownersApi.getPage(undefined, undefined, 2)
    expect([first.results.length, (await client.crm.owners.ownersApi.getPage(undefined, first.paging?.next?.after)).results.length]).toEqual([2, 1])
    const [sofia] = (await client.crm.owners.ownersApi.getPage('SOFIA@urbanhub.mx')).results
    expect(sofia).toMatchObject({ email: 'sofia@urbanhub.mx', userId: 9411, type: 'PERSON', archived: false, teams: [{ name: 'Rentas', primary: true }] })
    expect(await client.crm.owners.ownersApi.getById(9411, 'userId')).toMatchObject({ id: sofia?.id })
  })
  test('who left is archived, and is nobody’s owner any more', async () => {
    const id = '90001'
    hubspot.controls.owner({ id, email: 'ines@urbanhub.mx', firstName: 'Inés', userId: 9500 })
    expect((await deal({ hubspot_owner_id: id })).properties).toMatchObject({ hubspot_owner_id: id })
    hubspot.controls.owner({ id, email: 'ines@urbanhub.mx', userId: 9500, archived: true })
    expect(await refused(deal({ hubspot_owner_id: id }))).toMatchObject({ code: 400, body: { errors: [{ code: 'INVALID_OWNER_ID' }] } })
    expect((await client.crm.owners.ownersApi.getPage(undefined, undefined, 10, true)).results).toMatchObject([{ id, archived: true, userIdIncludingInactive: 9500 }])
    expect(await refused(client.crm.owners.ownersApi.getById(90_001))).toMatchObject({ code: 404 })
  })
})

describe('associations', () => {
  const both = async (): Promise<{ person: string; its: string }> => ({ person: (await client.crm.contacts.basicApi.create({ properties: { firstname: 'Ana' } })).id, its: (await deal()).id })
  test('have numbers, which are read and not known', async () => {
    expect((await client.crm.associations.v4.schema.definitionsApi.getAll('contacts', 'companies')).results).toEqual(expect.arrayContaining([{ category: 'HUBSPOT_DEFINED', typeId: 279, label: null }, { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' }]))
    expect((await client.crm.associations.schema.typesApi.getAll('deals', 'contacts')).results).toMatchObject([{ id: '3', name: 'deal_to_contact' }])
  })
  test('can have a label of the account’s own, which goes without the rest', async () => {
    const { definitionsApi } = client.crm.associations.v4.schema
    const { person, its } = await both()
    const [there, back] = (await definitionsApi.create('contacts', 'deals', { name: 'guarantor', label: 'Aval', inverseLabel: 'Avalado por' })).results
    const spec = { associationCategory: Category.UserDefined, associationTypeId: there!.typeId }
    expect(await client.crm.associations.v4.basicApi.create('contacts', person, 'deals', its, [spec])).toMatchObject({ fromObjectTypeId: '0-1', toObjectTypeId: '0-3', labels: ['Aval'] })
    const told = async () => (await client.crm.associations.v4.basicApi.getPage('deals', its, 'contacts')).results
    expect(await told()).toMatchObject([{ toObjectId: person, associationTypes: [{ category: 'USER_DEFINED', typeId: back?.typeId, label: 'Avalado por' }, { category: 'HUBSPOT_DEFINED', typeId: 3 }] }])
    await definitionsApi.update('contacts', 'deals', { associationTypeId: there!.typeId, label: 'Fiador' })
    await client.crm.associations.v4.batchApi.archiveLabels('contacts', 'deals', { inputs: [{ _from: { id: person }, to: { id: its }, types: [spec] }] })
    expect(await told()).toMatchObject([{ toObjectId: person, associationTypes: [{ typeId: 3 }] }])
    await definitionsApi.remove('contacts', 'deals', there!.typeId)
    expect((await definitionsApi.getAll('deals', 'contacts')).results).toHaveLength(1)
    expect(await refused(client.crm.associations.v4.basicApi.create('contacts', person, 'deals', its, [spec]))).toMatchObject({ code: 400 })
  })
  test('are made, read and cut several at once', async () => {
    const { batchApi } = client.crm.associations.v4
    const [one, other] = [await both(), await both()]
    const pair = ({ person, its }: typeof one) => ({ _from: { id: its }, to: { id: person } })
    expect((await batchApi.createDefault('deals', 'contacts', { inputs: [pair(one)] })).results).toHaveLength(2)
    expect(await batchApi.create('deals', 'contacts', { inputs: [{ ...pair(other), types: [{ associationCategory: Category.HubspotDefined, associationTypeId: 3 }] }, { ...pair(other), to: { id: '7' }, types: [{ associationCategory: Category.HubspotDefined, associationTypeId: 3 }] }] })).toMatchObject({ results: [{ toObjectId: other.person }], errors: [{ category: 'OBJECT_NOT_FOUND' }] })
    await batchApi.archive('deals', 'contacts', { inputs: [{ _from: { id: other.its }, to: [{ id: other.person }] }] })
    expect(await batchApi.getPage('deals', 'contacts', { inputs: [{ id: one.its }, { id: other.its }] })).toMatchObject({
      results: [{ _from: { id: one.its }, to: [{ toObjectId: one.person }] }], errors: [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND', context: { fromObjectId: [other.its] } }],
    })
  })
  test('come in pages', async () => {
    const { its } = await both()
    const people: string[] = []
    for (let at = 0; at < 3; at++) {
      const { person } = await both()
      people.push(person)
      await client.crm.associations.v4.basicApi.createDefault('deals', its, 'contacts', person)
    }
    const page = (after?: string) => client.crm.associations.v4.basicApi.getPage('deals', its, 'contacts', after, 2)
    const first = await page()
    expect([first, await page(first.paging?.next?.after)].map(({ results }) => results.map(({ toObjectId }) => toObjectId))).toEqual([people.slice(0, 2), people.slice(2)])
  })
  test('are the same under the older calls', async () => {
    const { batchApi } = client.crm.associations
    const { person, its } = await both()
    const input = { _from: { id: its }, to: { id: person }, type: 'deal_to_contact' }
    expect((await batchApi.create('deals', 'contacts', { inputs: [input] })).results).toMatchObject([{ type: 'deal_to_contact' }])
    expect((await batchApi.read('deals', 'contacts', { inputs: [{ id: its }] })).results).toMatchObject([{ to: [{ id: person, type: 'deal_to_contact' }] }])
    await batchApi.archive('deals', 'contacts', { inputs: [input] })
    expect((await client.crm.associations.v4.basicApi.getPage('deals', its, 'contacts')).results).toEqual([])
  })
})
