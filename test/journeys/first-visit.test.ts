import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client as NewClient, StreamableHTTPClientTransport as NewTransport } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { sideEffects } from '../support/side-effects.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// Somebody writes on WhatsApp and has a visit; the leasing agent finds all of it in HubSpot.
let stage: VisitStage
beforeAll(async () => void (stage = await openVisit()))
afterAll(() => stage.end())

type Said = { ok: boolean; say: string; data?: any; error?: any }
type Wire = (conversation: string, tool: string, input: object) => Promise<Said>
const headers = (conversation: string): Record<string, string> => ({ authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': conversation })
const http: Wire = async (conversation, tool, input) => {
  const response = await fetch(`${stage.url}/tools/${tool}`, { method: 'POST', headers: { ...headers(conversation), 'content-type': 'application/json' }, body: JSON.stringify(input) })
  return (await response.json()) as Said
}
const oldMcp: Wire = async (conversation, tool, input) => {
  const client = new OldClient({ name: 'old', version: '1' })
  await client.connect(new OldTransport(new URL(`${stage.url}/mcp`), { requestInit: { headers: headers(conversation) } }))
  const { structuredContent } = await client.callTool({ name: tool, arguments: { ...input } })
  await client.close()
  return structuredContent as Said
}
const newMcp: Wire = async (conversation, tool, input) => {
  const client = new NewClient({ name: 'new', version: '1' })
  await client.connect(new NewTransport(new URL(`${stage.url}/mcp`), { requestInit: { headers: headers(conversation) } }))
  const { structuredContent } = await client.callTool({ name: tool, arguments: { ...input } })
  await client.close()
  return structuredContent as Said
}
// As OpenAI's models fill a strict function: every property is there, null where there is nothing to say.
const openAi: Wire = async (conversation, tool, input) => {
  const listed = (await (await fetch(`${stage.url}/tools`, { headers: headers(conversation) })).json()) as { name: string; strict: boolean; parameters: { required: string[] } }[]
  const { parameters, strict } = listed.find(({ name }) => name === tool)!
  expect(strict).toBe(true)
  return http(conversation, tool, Object.fromEntries(parameters.required.map((name) => [name, (input as Record<string, unknown>)[name] ?? null])))
}
const recordOf = (phone: string) => {
  const { contacts, deals, meetings, communications } = stage.lab.hubspot.state()
  const contact = contacts.find(({ properties }) => properties['phone'] === phone)
  const of = (all: typeof deals) => all.filter(({ associations }) => contact && associations.contacts.includes(contact.id)).map(({ properties }) => properties)
  return { contact: contact?.properties, deals: of(deals), meetings: of(meetings), communications: of(communications) }
}

describe('by chatting', () => {
  const phone = '+525511112222'
  test('a visit is asked for, chosen and booked', async () => {
    expect(await stage.say(phone, 'Hola')).toMatch(/asistente virtual/i)
    expect(await stage.say(phone, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')).toMatch(/^Encontré/)
    expect(await stage.say(phone, 'la 1')).toMatch(/horario/)
    expect(await stage.say(phone, 'el 2')).toMatch(/^Listo, tu visita/)
    expect(await stage.say(phone, 'mis visitas')).toMatch(/^Tienes: /)
  })
  test('and HubSpot has contact, deal, visit and conversation, hung together', () => {
    const { contact, deals, meetings, communications } = recordOf(phone)
    expect(contact).toMatchObject({ phone, hs_language: 'es-mx' })
    expect(deals).toMatchObject([{ dealstage: '1003', amount: expect.stringMatching(/^\d+$/) }])
    expect(meetings).toMatchObject([{ hs_meeting_outcome: 'SCHEDULED', hs_meeting_title: expect.stringContaining('Visita') }])
    expect(communications).toMatchObject([{ hs_communication_body: expect.stringMatching(/Prospecto: Hola.*Listo, tu visita/s) }])
  })
  test("a Mexican mobile is one person, with WhatsApp's 1 or without it", async () => {
    await stage.say('5215511112222', 'Gracias')
    expect(stage.lab.hubspot.state().contacts.filter(({ properties }) => properties['phone']?.endsWith('5511112222'))).toHaveLength(1)
  })
})

describe.each<[string, Wire, string]>([
  ['plain HTTP', http, '+525511110001'],
  ["MCP with the older wire's client", oldMcp, '+525511110002'],
  ["MCP with the current wire's client", newMcp, '+525511110003'],
  ["OpenAI's strict functions", openAi, '+525511110004'],
])('over %s', (_title, call, phone) => {
  let conversation = ''
  beforeAll(async () => {
    conversation = stage.lab.bird.phone.write(phone, { text: 'hola' }).conversationId
    await stage.follow()
  })
  test('the same visit is found, offered, booked once and answered alike twice', async () => {
    const { data: { homes } } = await call(conversation, 'find_homes', { area: 'Condesa' })
    const { data: { slots } } = await call(conversation, 'check_availability', { home: homes[0].home })
    expect(slots.length).toBeGreaterThan(0)
    const first = await call(conversation, 'book_tour', { slot_id: slots[0].slot_id })
    const second = await call(conversation, 'book_tour', { slot_id: slots[0].slot_id })
    expect([first.ok, second]).toEqual([true, first])
    const { data: { tours } } = await call(conversation, 'my_tours', {})
    expect(tours.map(({ start }: { start: string }) => start)).toEqual([slots[0].start])
  })
  test('and what is told of oneself and asked of a person is on record', async () => {
    expect(await call(conversation, 'update_deal', { budget_max: 25_000, pets: true })).toMatchObject({ ok: true, data: { saved: ['budget_max', 'pets'] } })
    for (const pets of [false, true]) await call(conversation, 'update_deal', { budget_max: 25_000, pets }) // and back: each is meant
    expect(await call(conversation, 'escalate', { reason: 'contract', summary: 'Pregunta por el aval.' })).toMatchObject({ ok: true, data: { owner: expect.any(String) } })
    await stage.follow()
    expect(recordOf(phone)).toMatchObject({ deals: [{ dealstage: '1003', portero_budget: '25000', portero_pets: 'true' }], meetings: [{ hs_meeting_outcome: 'SCHEDULED' }] })
  })
})

describe('while HubSpot is down', () => {
  test('the tool answers in time, and the record follows', async () => {
    const phone = '+525511119999'
    stage.lab.hubspot.fault({ on: '*', fault: 'down', times: 1_000 })
    const { conversationId } = stage.lab.bird.phone.write(phone, { text: 'hola' })
    await stage.follow()
    const { data: { homes } } = await http(conversationId, 'find_homes', {})
    const { data: { slots } } = await http(conversationId, 'check_availability', { home: homes[0].home })
    expect(await http(conversationId, 'book_tour', { slot_id: slots[0].slot_id })).toMatchObject({ ok: true })
    expect(recordOf(phone).contact).toBeUndefined()
    stage.lab.hubspot.clearFaults()
    for (let minutes = 0; minutes < 20 && recordOf(phone).communications.length === 0; minutes++) { // the last to come
      stage.clock.advance(60_000)
      await stage.follow(0)
    }
    expect(recordOf(phone)).toMatchObject({ contact: { phone }, deals: [{ dealstage: '1003' }], meetings: [{ hs_meeting_outcome: 'SCHEDULED' }], communications: [{}] })
  })
})

describe('a tool call from a conversation that we have not heard of', () => {
  const unheard = (number: string): string => {
    stage.isAway(true) // no webhook gets through
    return stage.lab.bird.phone.write(number, { text: 'hola' }).conversationId
  }
  test("is served when Bird says that it is our channel's and somebody is there", async () => {
    const conversation = unheard('+525511115555')
    await stage.lab.bird.silent()
    stage.isAway(false)
    expect(await http(conversation, 'my_tours', {})).toMatchObject({ ok: true, data: { tours: [] } })
    await stage.follow(40_000) // and the webhooks, which come after all, find the same person
    expect(stage.lab.hubspot.state().contacts.filter(({ properties }) => properties['phone'] === '+525511115555')).toHaveLength(1)
  })
  test('is refused when nobody has written for half an hour', async () => {
    const conversation = unheard('+525511116666')
    await stage.lab.bird.silent()
    stage.clock.advance(31 * 60_000)
    await stage.lab.bird.silent()
    stage.isAway(false)
    expect(await http(conversation, 'my_tours', {})).toMatchObject({ ok: false, error: { code: 'refused' } })
  })
  test('is refused when there is none of that name', async () => {
    expect(await http('00000000-0000-4000-8000-000000000000', 'my_tours', {})).toMatchObject({ ok: false, error: { code: 'refused' } })
  })
  test('is refused when nobody has written in it at all', async () => {
    const conversation = stage.lab.bird.conversationFor('+525511117777')
    expect(await http(conversation, 'my_tours', {})).toMatchObject({ ok: false })
  })
})

test('what happened at the vendors is what the audit says', async () => {
  await stage.follow()
  expect(await sideEffects(stage.lab, stage.house)).toEqual({ unaudited: [], unseen: [], count: expect.any(Number) })
})
