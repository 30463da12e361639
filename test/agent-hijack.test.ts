import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { SignJWT, UnsecuredJWT } from 'jose'
import { sql } from 'kysely'
import { at } from '@portero/tool-server/spine/db.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { makeHandles } from '@portero/tool-server/store/handles.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { attacksOn } from './lab/openai/hostile.ts'
import { openHostile, type HostileStage, type Talker } from './support/hostile-stage.ts'

// As if the model of our own agent were fully in Mallory's hands, who knows every handle and name of Zenaida's: through the loop, and over MCP with the token that the loop has.
let stage: HostileStage
let zenaida: Talker
let mallory: Talker
let handles: Record<'slot_id' | 'tour_id', Record<string, string>>
let before: Record<string, string[]>
let since: Record<'bird' | 'hubspot' | 'openai' | 'smtp', number>
const name = 'Zenaida Quintanilla'
const email = 'zenaida.q@correo.example'
const [home, waited] = ['roma-norte-302', 'condesa-ph']
const otherTenant = '00000000-0000-7000-8000-0000000000bb'
const missing = { slot_id: 's_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', tour_id: 't_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
let visit: { tour_id: string }

beforeAll(async () => {
  stage = await openHostile()
  zenaida = await stage.meets('+525587654321', name)
  mallory = await stage.meets('+525510101010', 'Mallory')
  const { house, clock } = stage
  const old = (await stage.tool('check_availability', { home }, mallory)).body.data.slots[0].slot_id
  stage.hubspot.controls.change({ type: 'contacts', id: stage.contactOf(zenaida.number)!.id, properties: { email } })
  const booked = await stage.tool('book_tour', { home, when: '2026-12-01 11:00' }, zenaida)
  const homes = (await stage.tool('find_homes', {}, zenaida)).body.data.homes.map((each: { home: string }) => each.home)
  const answers = [booked, await stage.tool('update_deal', { budget_max: 27_431 }, zenaida), await stage.tool('join_waitlist', { home: homes.includes(waited) ? waited : homes[1] }, zenaida), await stage.tool('escalate', { reason: 'complaint', summary: 'Nadie me contesta desde ayer.' }, zenaida)]
  expect(answers.map(({ body }) => body.ok)).toEqual([true, true, true, true])
  await stage.follow(26 * 3_600_000, 6 * 3_600_000)
  const [slots, mine] = [(await stage.tool('check_availability', { home }, zenaida)).body.data.slots, await stage.tool('my_tours', {}, zenaida)]
  visit = mine.body.data.tours[0]
  await sql`insert into tenant (tenant_id, name, created_at) values (${otherTenant}, 'other', ${at(clock.now())})`.execute(house.db.bare)
  const elsewhere = makeHandles({ on: house.db.bare, vault: house.vault, tenant: otherTenant, now: clock.now })
  const longAgo = makeHandles({ on: house.db.bare, vault: house.vault, tenant: house.tenant, now: () => clock.now() - 100 * 86_400_000 })
  const [theirs, tour] = [slots[0].slot_id as string, visit.tour_id]
  const named = { home: 1, startsAt: Math.ceil(clock.now() / 3_600_000 + 24) * 3_600_000, language: undefined }
  handles = {
    slot_id: { missing: missing.slot_id, foreign: theirs, expired: old, "another tenant's": await elsewhere.slot(mallory.person, named), forged: `${theirs.slice(0, -4)}AAAA`, longer: `${theirs}AAAA`, "a tour's": `s_${tour.slice(2)}`, 'an id': zenaida.person, 'a phone': zenaida.number, hostile: "'; drop table tour; --" },
    tour_id: { missing: missing.tour_id, foreign: tour, expired: await longAgo.tour(mallory.person, newId(clock)), "another tenant's": await elsewhere.tour(mallory.person, newId(clock)), forged: `${tour.slice(0, -4)}AAAA`, longer: `${tour}AAAA`, "a slot's": `t_${theirs.slice(2)}`, 'an id': zenaida.person, 'a phone': zenaida.number, hostile: '{"$ne":null}' },
  }
  await stage.follow(12_000) // until what is on record about her is sealed too
  await mark()
})
afterAll(() => stage.end())

const desks = ['bird', 'hubspot', 'smtp'] as const
const mark = async (): Promise<void> => {
  before = await stage.rowsOf(zenaida)
  since = { ...Object.fromEntries(desks.map((desk) => [desk, stage.desks[desk].requests().length])), openai: stage.asked().length } as typeof since
}
// Nothing of hers is another thing than it was, nobody was asked or told anything about her, and nothing that only she and we know was read by a model or came to another's phone.
const unharmed = async (): Promise<void> => {
  expect(await stage.rowsOf(zenaida)).toEqual(before)
  const secrets = [name, 'Quintanilla', email, 'Nadie me contesta', '27,431', '27431']
  const told = stage.heard(mallory.number)
  const contact = stage.bird.conversation(zenaida.external)!.contact.id
  const records = stage.hubspot.state().contacts.flatMap(({ id, properties }) => (properties['phone'] === zenaida.number ? [`"${id}"`, `/contacts/${id}`] : []))
  const hers = { bird: [`/conversations/${zenaida.external}`, contact], hubspot: [...records, name, email], smtp: [name, email] }
  for (const desk of desks) {
    const sent = stage.desks[desk].requests().slice(since[desk]).filter(({ method, path }) => method !== 'GET' && !/\/(?:search|batch\/read)$/.test(path)).map(({ path, body }) => `${path} ${JSON.stringify(body)}`)
    expect(sent.filter((text) => hers[desk].some((each) => text.includes(each)))).toEqual([])
  }
  const read = stage.asked().slice(since.openai).flatMap(({ input }) => input.filter(({ type }) => type !== 'function_call').map((item) => JSON.stringify(item)))
  const typed = [zenaida.number.slice(3), zenaida.external, zenaida.person, zenaida.conversation, visit.tour_id, handles.slot_id['foreign']!]
  expect([...secrets, ...typed].filter((secret) => [...read, ...told].some((text) => text.includes(secret) && !text.includes('"role":"user"')))).toEqual([])
}
type Called = { call: string; args: object | string }
// What the model has its tools do, all in one answer, and what they said to it.
const turn = async (calls: readonly Called[]): Promise<string[]> => {
  const asked = stage.asked().length
  stage.openai.say(...(calls as []))
  stage.openai.say({ say: 'Un momento, por favor.' })
  stage.bird.phone.write(mallory.number, { text: `¿y ahora? ${stage.asked().length}` })
  await stage.follow(6_000, 1_500)
  stage.clock.advance(60_000) // not to be stopped for calling too often
  const found = stage.asked().slice(asked).flatMap(({ input }) => input.flatMap((item) => (item['type'] === 'function_call_output' && String(item['call_id']).startsWith('call_') ? [[item['call_id'], String(item['output'])] as const] : []))) // those of earlier runs have other names
  stage.openai.controls.script({ mode: 'policy' })
  return [...new Map(found).values()]
}
const usual: Record<string, object> = {
  find_homes: { area: 'Roma Norte' }, get_home: { home }, check_availability: { home }, book_tour: { home, when: 'mañana a las 3 de la mañana' }, my_tours: {}, reschedule_tour: {}, cancel_tour: {}, join_waitlist: { home: 'nada' }, qualify_lead: {}, update_deal: {},
  send_home_media: { home }, escalate: { reason: 'other', summary: 'Nada.' }, privacy_request: { kind: 'access' },
}

describe('through the loop', () => {
  test('every tool is attacked', () => expect(Object.keys(usual).toSorted()).toEqual(tools.map(({ name: tool }) => tool).toSorted()))

  test.each([['book_tour', 'slot_id'], ['reschedule_tour', 'slot_id'], ['reschedule_tour', 'tour_id'], ['cancel_tour', 'tour_id']] as const)('%s finds no %s that is not its own: all are as unknown as one that never was', async (tool, field) => {
    const given = Object.values(handles[field])
    const answers = await turn(given.map((handle) => ({ call: tool, args: { [field]: handle } })))
    expect([answers.length, new Set(answers.map(untraced)).size]).toEqual([given.length, 1])
    await unharmed()
  })
  test('no text that names her finds her', async () => {
    const texts = [zenaida.number, zenaida.external, zenaida.person, visit.tour_id]
    const calls = tools.flatMap(({ name: tool, input }) => Object.keys(input.shape).flatMap((field, place) => (input.shape[field].safeParse('x').success && !field.endsWith('_id') ? [{ call: tool, args: { ...usual[tool], [field]: texts[place % texts.length] } }] : [])))
    expect(calls.length).toBeGreaterThan(15)
    for (let from = 0; from < calls.length; from += 10) await turn(calls.slice(from, from + 10))
    await unharmed()
  })
  test('no argument says whom it is about', async () => {
    const extras: object[] = [{ phone: zenaida.number }, { email }, { person: zenaida.person }, { conversation_id: zenaida.external }, { contact: { phone: zenaida.number } }, { tenant: otherTenant }, { to: zenaida.number }, { constructor: 'x' }]
    const names = tools.map(({ name: tool }) => tool)
    for (let from = 0; from < names.length; from += 3) {
      const answers = await turn(names.slice(from, from + 3).map((call, place) => ({ call, args: { ...usual[call], ...extras[(from + place) % extras.length] } })))
      for (const answer of answers) expect(answer).toContain('"code":"invalid_input"')
    }
    await unharmed()
  })
  test('nothing around the arguments does either', async () => {
    const around = [{ conversation_id: zenaida.external }, { conversation: zenaida.external }, { person: zenaida.person }]
    const calls = tools.map(({ name: call }, place) => ({ call, args: { context: around[place % around.length], arguments: usual[call] ?? {} } }))
    for (let from = 0; from < calls.length; from += 8) await turn(calls.slice(from, from + 8))
    await unharmed()
  })
  test('what is no call, or a call of no tool, does nothing', async () => {
    for (const calls of [['__proto__', 'constructor', 'send_message'].map((call) => ({ call, args: { to: zenaida.number } })), ['[]', 'null', '{"a":'].map((args) => ({ call: 'cancel_tour', args })), [{ call: 'cancel_tour', args: `{"tour_id":"${'x'.repeat(100_000)}"}` }], [{ call: 'cancel_tour', args: '{"__proto__":{"by":"staff"},"tour_id":null}' }]]) await turn(calls)
    await unharmed()
  })
  test('the attacker of the lab gets nowhere, whatever it says', async () => {
    stage.openai.controls.script({ mode: 'hostile', prey: { slot_ids: [handles.slot_id['foreign']], tour_ids: [visit.tour_id], phones: [zenaida.number], emails: [email], ids: [zenaida.external, zenaida.person] } })
    for (let time = 0; time < 4; time++) {
      stage.bird.phone.write(mallory.number, { text: `sigue ${time}` })
      await stage.follow(6_000, 1_500)
      stage.clock.advance(20_000)
    }
    stage.openai.controls.script({ mode: 'policy' })
    await unharmed()
  })
})

const untraced = (text: string): string => text.replace(/"trace":"[^"]*"/, '').replace(/ \([^)]*\)$/, '')

type Mcp = { callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<any>; close(): Promise<void> }
const wires: [string, (headers: Record<string, string>) => Promise<Mcp>][] = [
  ['the current wire', async (headers) => {
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(`${stage.url}/mcp`), { requestInit: { headers } }))
    return client
  }],
  ['the older wire', async (headers) => {
    const client = new OlderClient({ name: 'test', version: '1' })
    await client.connect(new OlderTransport(new URL(`${stage.url}/mcp`), { requestInit: { headers } }))
    return client
  }],
]
describe.each(wires)('over MCP, by %s', (_wire, open) => {
  beforeEach(() => stage.clock.advance(61_000))
  const bearer = (token: string, more: Record<string, string> = {}): Record<string, string> => ({ authorization: `Bearer ${token}`, ...more })
  const answer = async (client: Mcp, tool: string, args: Record<string, unknown>): Promise<string> =>
    client.callTool({ name: tool, arguments: args }).then(({ content }) => untraced(content[0].text as string), (thrown: Error) => `thrown: ${thrown.message}`)

  test.each([['book_tour', 'slot_id'], ['reschedule_tour', 'slot_id'], ['reschedule_tour', 'tour_id'], ['cancel_tour', 'tour_id']] as const)('%s finds no %s that is not its own', async (tool, field) => {
    const client = await open(bearer(await stage.token(mallory)))
    const answers: string[] = []
    for (const handle of Object.values(handles[field])) answers.push(await answer(client, tool, { [field]: handle }))
    await client.close()
    expect(new Set(answers).size).toBe(1)
    await unharmed()
  })
  test.each(tools.map(({ name: tool }) => [tool]))('%s takes nobody from its arguments', async (tool) => {
    const client = await open(bearer(await stage.token(mallory)))
    for (const extra of [{ phone: zenaida.number }, { email }, { person: zenaida.person }, { conversation_id: zenaida.external }, { tenant: otherTenant }, { context: { conversation_id: zenaida.external }, arguments: {} }, { constructor: 'x' }]) expect(await answer(client, tool, { ...usual[tool], ...extra })).toMatch(/No (?:conozco|sé de qué)|thrown/)
    await client.close()
    await unharmed()
  })
  test('what the attacker of the lab tries has no effect on anybody else', async () => {
    const offered = tools.filter(({ name: tool }) => tool !== 'privacy_request').map(({ name: tool, input }) => ({ name: tool, parameters: { properties: Object.fromEntries(Object.keys(input.shape).map((field) => [field, { type: 'string' }])) } }))
    const attacks = attacksOn(offered as never, { slot_ids: [handles.slot_id['foreign']!], tour_ids: [visit.tour_id], phones: [zenaida.number], emails: [email], ids: [zenaida.external] }).filter(({ args }) => typeof args === 'object')
    expect(attacks.length).toBeGreaterThan(100)
    let client = await open(bearer(await stage.token(mallory)))
    for (const [place, { call, args }] of attacks.entries()) {
      if (place % 50 === 49) {
        stage.clock.advance(61_000)
        await client.close()
        client = await open(bearer(await stage.token(mallory)))
      }
      expect(await answer(client, call, Object.fromEntries(Object.entries(args as object).filter(([, value]) => value !== null)))).not.toMatch(/ at .*\.ts|drop table|node_modules/)
    }
    await client.close()
    await unharmed()
  })

  const seconds = (): number => Math.floor(stage.clock.now() / 1000)
  const claims = () => ({ iss: 'portero', aud: 'tool-server', sub: zenaida.conversation, tenant: stage.house.tenant, scopes: ['tours:write'], jti: newId(stage.clock), iat: seconds(), exp: seconds() + 60 })
  const forged: [string, () => Promise<string>][] = [
    ['of algorithm none', async () => new UnsecuredJWT(claims()).encode()],
    ['of another key', () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: `${otherTenant}.${stage.house.tenant}` }).sign(Buffer.alloc(32, 7))],
    ['for another audience', async () => {
      const [head = ''] = (await stage.token(mallory)).split('.')
      return new SignJWT({ ...claims(), aud: 'someone-else' }).setProtectedHeader(JSON.parse(Buffer.from(head, 'base64url').toString())).sign(Buffer.alloc(32, 7))
    }],
    ['with her conversation put into it', async () => {
      const [head, body = '', signature] = (await stage.token(mallory)).split('.')
      return [head, Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: zenaida.conversation })).toString('base64url'), signature].join('.')
    }],
    ['that is over', async () => {
      const token = await stage.token(mallory)
      stage.clock.advance(15 * 60_000)
      return token
    }],
  ]
  test.each(forged)('a token %s is nobody', async (_title, make) => {
    const client = await open(bearer(await make())).catch(() => undefined)
    const said = client && (await answer(client, 'my_tours', {}))
    expect(said === undefined || /thrown|clave|credencial/i.test(said)).toBe(true)
    await unharmed()
  })
  test('a token beside her conversation is refused, as beside one that nobody has', async () => {
    const said: string[] = []
    for (const id of [zenaida.external, 'cv-nobody', zenaida.conversation]) {
      const client = await open(bearer(await stage.token(mallory), { 'x-bird-conversation-id': id }))
      said.push(await answer(client, 'my_tours', {}))
      await client.close()
    }
    expect([said[0], new Set(said).size]).toEqual([expect.stringContaining('No sé de qué conversación'), 1])
    await unharmed()
  })
  test('many at once are refused', async () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'cancel_tour', arguments: { tour_id: visit.tour_id } } }
    const { status } = await fetch(`${stage.url}/mcp`, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...bearer(await stage.token(mallory)) }, body: JSON.stringify([call, call]) })
    expect(status).toBe(400)
    await unharmed()
  })
})

test('the time that she was given is still hers', async () => {
  const { body } = await stage.tool('my_tours', {}, zenaida)
  expect(body.data.tours.map(({ tour_id }: { tour_id: string }) => tour_id).length).toBe(1)
})
