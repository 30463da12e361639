import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createMCPClient } from '@ai-sdk/mcp'
import { Agent, MCPServerStreamableHttp, OpenAIResponsesModel, Runner, setTracingDisabled } from '@openai/agents'
import { sql } from 'kysely'
import OpenAI from 'openai'
import { z } from 'zod'
import { tools } from '@portero/tool-server/tools/index.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// Clients that nobody here wrote come in by the MCP door with the token of a conversation, and book a visit in it.
type Calls = { names(): Promise<string[]>; call(name: string, input: Record<string, unknown>): Promise<unknown>; close(): Promise<void> }
let stage: VisitStage
let server: MCPServerStreamableHttp | undefined
beforeAll(async () => {
  setTracingDisabled(true) // or every run would be told to OpenAI
  stage = await openVisit()
})
afterAll(async () => {
  await server?.close()
  await stage.end()
})

const scopes = [...new Set(tools.flatMap(({ policy }) => policy.scopes))]
let numbers = 5_512_000_000
// Somebody new, who has just written.
const arrives = async (): Promise<{ conversation: string; authorization: string; tours(): Promise<{ status: string; home: string }[]> }> => {
  const number = `+52${++numbers}`
  await stage.say(number, 'Hola')
  const { db, tenant, tokens } = stage.house
  const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation order by opened_at desc, id desc limit 1`.execute(db.bare)
  const { id: conversation, person } = row!
  return {
    conversation, authorization: `Bearer ${await tokens.mint({ tenant, conversation, scopes })}`,
    tours: async () => (await sql<{ status: string; home: string }>`select t.status, h.slug as home from tour t join home h on h.tenant_id = t.tenant_id and h.id = t.home_id where t.person_id = ${person}`.execute(db.bare)).rows,
  }
}

const quiet = { namespace: 'test', debug() {}, error() {}, warn() {}, dontLogModelData: true, dontLogToolData: true }
const openAiAgents = async (authorization: string): Promise<Calls> => {
  const client = new MCPServerStreamableHttp({ name: 'portero', url: `${stage.url}/mcp`, requestInit: { headers: { authorization } }, logger: quiet })
  await client.connect()
  return {
    names: async () => (await client.listTools()).map(({ name }) => name),
    call: async (name, input) => contentOf({ content: await client.callTool(name, input) }),
    close: () => client.close(),
  }
}
const aiSdk = async (authorization: string): Promise<Calls> => {
  const client = await createMCPClient({ transport: { type: 'http', url: `${stage.url}/mcp`, headers: { authorization } } })
  const options = { toolCallId: 'call_1', messages: [], context: undefined }
  return {
    names: async () => Object.keys(await client.tools()),
    call: async (name, input) => contentOf(await (await client.tools())[name]!.execute(input, options)),
    close: () => client.close(),
  }
}
const said = z.looseObject({ content: z.array(z.looseObject({ type: z.literal('text'), text: z.string() })).min(1) })
const contentOf = (result: unknown): unknown => JSON.parse(said.parse(result).content[0]!.text)

describe.each([['@openai/agents', openAiAgents], ['@ai-sdk/mcp', aiSdk]])('%s', (_title, open) => {
  test('finds a home, sees when it can be visited, books, and finds the visit again', async () => {
    const { authorization, tours } = await arrives()
    const client = await open(authorization)
    try {
      expect((await client.names()).toSorted()).toEqual(tools.map(({ name }) => name).toSorted())
      const found: any = await client.call('find_homes', { area: 'Roma Norte' })
      const { home } = found.data.homes[0]
      const free: any = await client.call('check_availability', { home })
      const booked: any = await client.call('book_tour', { slot_id: free.data.slots[0].slot_id })
      expect(booked).toMatchObject({ ok: true, data: { tour: { home } } })
      expect(await client.call('my_tours', {})).toMatchObject({ ok: true, data: { tours: [{ tour_id: booked.data.tour.tour_id }] } })
      expect(await tours()).toEqual([{ status: 'confirmed', home }])
    } finally {
      await client.close()
    }
  })
  test('is told in Spanish what it did wrong, and nothing is booked', async () => {
    const { authorization, tours } = await arrives()
    const client = await open(authorization)
    try {
      expect(await client.call('book_tour', { slot_id: 's_nada' })).toMatchObject({ ok: false, error: { code: 'slot_unknown' } })
      expect(await tours()).toEqual([])
    } finally {
      await client.close()
    }
  })
  test('is not let in by a token that is over', async () => {
    const { authorization } = await arrives()
    stage.clock.advance(15 * 60_000)
    await expect(open(authorization).then((client) => client.names())).rejects.toThrow(/401|[Uu]nauthorized/)
  })
})

test('an agent of @openai/agents books by itself, with a model at the lab and nothing of ours but the MCP door', async () => {
  const { authorization, tours } = await arrives()
  server = new MCPServerStreamableHttp({ name: 'portero', url: `${stage.url}/mcp`, requestInit: { headers: { authorization } }, cacheToolsList: true })
  await server.connect()
  const { settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'openai')!
  const { baseUrl, apiKey } = settings as { baseUrl: string; apiKey: string }
  const model = new OpenAIResponsesModel(new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 }), 'gpt-6.1-terra')
  const agent = new Agent({ name: 'Vivi', instructions: 'Eres Vivi, asesora de rentas.', model, mcpServers: [server], modelSettings: { store: false, parallelToolCalls: false, reasoning: { effort: 'low' }, providerData: { include: ['reasoning.encrypted_content'] } } })
  const runner = new Runner({ tracingDisabled: true })
  let history: Parameters<Runner['run']>[1] = []
  const talk = async (text: string): Promise<string> => {
    const result = await runner.run(agent, [...(history as []), { role: 'user', content: text }], { maxTurns: 8 })
    history = result.history
    return String(result.finalOutput)
  }
  await talk('Hola, busco un departamento en la Roma Norte')
  await talk('¿Cuándo puedo ir a ver el primero?')
  await talk('La primera hora está bien, resérvala por favor')
  expect(await tours()).toEqual([{ status: 'confirmed', home: expect.any(String) }])
})
