import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// What came of a conversation, as HubSpot's own MCP server tells it to whoever asks an assistant about it.
const ana = '+525512345678'
let stage: VisitStage
let mcp: Client
beforeAll(async () => {
  stage = await openVisit()
  for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 2']) await stage.say(ana, text)
  await stage.follow(5_000)
  const { apiKey, baseUrl } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot')!.settings as { apiKey: string; baseUrl: string }
  mcp = new Client({ name: 'portero-test', version: '1' })
  await mcp.connect(new StdioClientTransport({ command: process.execPath, args: [fileURLToPath(import.meta.resolve('@hubspot/mcp-server'))], env: { PRIVATE_APP_ACCESS_TOKEN: apiKey, BASE_URL_OVERRIDE: baseUrl }, stderr: 'ignore' }))
}, 60_000)
afterAll(async () => {
  await mcp.close()
  await stage.end()
})
const found = async (objectType: string, properties: string[], filters: object[] = []): Promise<{ id: string; properties: Record<string, string | null> }[]> => {
  const { content } = (await mcp.callTool({ name: 'hubspot-search-objects', arguments: { objectType, properties, filterGroups: [{ filters }] } })) as { content: { text: string }[] }
  const told = /\{[\s\S]*\}/.exec(content.map(({ text }) => text).join('\n'))?.[0] ?? '{}'
  return (JSON.parse(told) as { results: { id: string; properties: Record<string, string | null> }[] }).results
}

test('one contact with their number, one deal, the visit and what was said', async () => {
  stage.clock.advance(60_000) // the search is behind
  expect(await found('contacts', ['phone'], [{ propertyName: 'phone', operator: 'EQ', value: ana }])).toMatchObject([{ properties: { phone: ana } }])
  expect(await found('deals', ['dealstage'], [{ propertyName: 'portero_id', operator: 'HAS_PROPERTY' }])).toHaveLength(1)
  const [visit, ...more] = await found('meetings', ['hs_meeting_outcome', 'hs_meeting_title'], [{ propertyName: 'portero_id', operator: 'HAS_PROPERTY' }])
  expect([visit?.properties, more]).toEqual([expect.objectContaining({ hs_meeting_outcome: 'SCHEDULED', hs_meeting_title: expect.stringMatching(/^Visita: /) }), []])
  const [said] = await found('communications', ['hs_communication_body'], [{ propertyName: 'portero_id', operator: 'HAS_PROPERTY' }])
  expect(said?.properties['hs_communication_body']).toContain('Prospecto: Hola')
})
