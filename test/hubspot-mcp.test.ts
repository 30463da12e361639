import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'

// The lab's HubSpot, judged by HubSpot's own MCP server, which is told of it by BASE_URL_OVERRIDE.
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages: { new: '7120011', won: '7120016' } }
const hubspot: Hubspot = makeHubspot({ clock: fakeClock(), account })
let server: LabServer
let mcp: Client
let contact = ''
let deal = ''
beforeAll(async () => {
  hubspot.controls.grant({ scopes: ['oauth', 'automation', 'crm.objects.owners.read', ...['contacts', 'deals'].flatMap((type) => ['read', 'write'].flatMap((doing) => [`crm.objects.${type}.${doing}`, `crm.schemas.${type}.${doing}`]))] })
  contact = idOf(hubspot.controls.create({ type: 'contacts', properties: { firstname: 'Ana', email: 'ana@inventada.mx' } }))
  deal = idOf(hubspot.controls.create({ type: 'deals', properties: { dealname: 'Ana', pipeline: account.pipeline, dealstage: '7120011' } }))
  server = await openServer({ clock: fakeClock(), port: 0, simulators: [hubspot] })
  mcp = new Client({ name: 'portero-test', version: '1' })
  await mcp.connect(new StdioClientTransport({ command: process.execPath, args: [fileURLToPath(import.meta.resolve('@hubspot/mcp-server'))], env: { PRIVATE_APP_ACCESS_TOKEN: account.apiKey, BASE_URL_OVERRIDE: `${server.url}/hubspot` }, stderr: 'ignore' }))
}, 30_000)
afterAll(async () => {
  await mcp.close()
  await server.close()
})
const idOf = (told: unknown): string => (told as { id: string }).id
const call = async (name: string, args: Record<string, unknown> = {}): Promise<{ isError: boolean; text: string }> => {
  const { content, isError = false } = (await mcp.callTool({ name: `hubspot-${name}`, arguments: args })) as { content: { text: string }[]; isError?: boolean }
  return { isError, text: content.map(({ text }) => text).join('\n') }
}

test.each<[string, () => Record<string, unknown>, string]>([
  ['get-user-details', () => ({}), '"email": "elena@urbanhub.mx"'],
  ['list-objects', () => ({ objectType: 'contacts', properties: ['email', 'lastname'] }), '"lastname": null'],
  ['search-objects', () => ({ objectType: 'contacts', filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'ana@inventada.mx' }] }] }), '"email": "ana@inventada.mx"'],
  ['batch-read-objects', () => ({ objectType: 'contacts', inputs: [{ id: contact }], properties: ['email'], propertiesWithHistory: ['email'] }), '"sourceType": "CRM_UI"'],
  ['get-schemas', () => ({}), '"results": []'],
  ['list-properties', () => ({ objectType: 'deals' }), '"name": "dealstage"'],
  ['get-property', () => ({ objectType: 'contacts', propertyName: 'email' }), '"hasUniqueValue": true'],
  ['get-association-definitions', () => ({ fromObjectType: 'deals', toObjectType: 'contacts' }), '"typeId": 3'],
  ['list-workflows', () => ({}), '"results": []'],
])('%s reads', async (name, args, expected) => {
  expect(await call(name, args())).toEqual({ isError: false, text: expect.stringContaining(expected) })
})

test('what it writes is there', async () => {
  expect(await call('batch-create-objects', { objectType: 'contacts', inputs: [{ properties: { firstname: 'Beto' } }] })).toMatchObject({ isError: false })
  expect(await call('batch-update-objects', { objectType: 'contacts', inputs: [{ id: contact, properties: { lastname: 'Luna' } }] })).toMatchObject({ isError: false })
  expect(await call('create-property', { objectType: 'contacts', name: 'hobby', label: 'Hobby', type: 'string', fieldType: 'text', groupName: 'contactsinformation' })).toMatchObject({ isError: false })
  expect(await call('update-property', { objectType: 'contacts', propertyName: 'hobby', label: 'Pasatiempo' })).toMatchObject({ isError: false, text: expect.stringContaining('Pasatiempo') })
  expect(await call('batch-create-associations', { fromObjectType: 'deals', toObjectType: 'contacts', types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 3 }], inputs: [{ from: { id: deal }, to: { id: contact } }] })).toMatchObject({ isError: false })
  expect(await call('list-associations', { objectType: 'deals', objectId: deal, toObjectType: 'contacts' })).toMatchObject({ text: expect.stringContaining(contact) })
  expect(await call('create-engagement', { type: 'NOTE', ownerId: 80411, associations: { contactIds: [Number(contact)] }, metadata: { body: 'Le gustó' } })).toMatchObject({ isError: false })
  const { contacts, notes } = hubspot.state()
  expect([contacts.map(({ properties }) => [properties['firstname'], properties['lastname']]), notes]).toMatchObject([[['Ana', 'Luna'], ['Beto', undefined]], [{ properties: { hs_note_body: 'Le gustó' }, associations: { contacts: [contact] } }]])
  expect(await call('get-engagement', { engagementId: Number(notes[0]?.id) })).toMatchObject({ isError: false, text: expect.stringContaining('Le gustó') })
  expect(await call('update-engagement', { engagementId: Number(notes[0]?.id), associations: { contactIds: [Number(contact)] }, metadata: { body: 'Le encantó' } })).toMatchObject({ isError: false })
})
test('what HubSpot refuses, it tells in HubSpot’s words', async () => {
  expect(await call('get-workflow', { flowId: '7' })).toMatchObject({ isError: true, text: expect.stringContaining('OBJECT_NOT_FOUND') })
  expect(await call('list-objects', { objectType: 'tickets' })).toMatchObject({ isError: true, text: expect.stringContaining('MISSING_SCOPES') })
})
