import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { gateScope } from '@portero/tool-server/spine/gate.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// The first step of Bird's flow asks: may the agent answer, and what must be said before it does?
let stage: VisitStage
let key: string
beforeAll(async () => {
  stage = await openVisit()
  key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'flow', scopes: [gateScope] })
})
afterAll(() => stage.end())

type Told = { status: number; body: any }
const knock = async (conversation: string | undefined, body: unknown = {}, bearer = key): Promise<Told> => {
  const headers = { authorization: `Bearer ${bearer}`, ...(conversation !== undefined && { 'x-bird-conversation-id': conversation }) }
  const response = await fetch(`${stage.url}/gate/inbound`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}
const writes = (number: string, text: string): string => stage.lab.bird.phone.write(number, { text }).conversationId
// Where they are, which the lab's own agent does not answer: nobody else asks at the gate.
const arrives = (number: string): string => stage.lab.bird.phone.write(number, { media: { kind: 'location' } }).conversationId
const staff = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, ['conversations:write'])
const idOf = async (external: string): Promise<string> => (await sql<{ id: string }>`select id from conversation where external_id = ${external}`.execute(stage.house.db.bare)).rows[0]!.id

describe('somebody who writes for the first time', () => {
  let conversation: string
  beforeAll(() => void (conversation = arrives('+525530000001')))

  test('must be shown the notice first, also when no webhook has come yet', async () => {
    const { status, body } = await knock(conversation)
    expect({ status, answer: body.answer, ok: body.ok }).toEqual({ status: 200, answer: 'bot', ok: true })
    expect(body.notice).toMatch(/asistente virtual de UrbanHub[\s\S]*BAJA[\s\S]*\/aviso$/)
    expect(body.notice.length).toBeLessThanOrEqual(1_024)
  })
  test('is shown it once', async () => {
    expect((await knock(conversation)).body).toEqual({ ok: true, answer: 'bot' })
    await stage.follow()
    expect((await knock(conversation)).body).toEqual({ ok: true, answer: 'bot' })
  })
  test('is shown the next version too', async () => {
    await sql`insert into notice (tenant_id, language, version, text, valid_from) select tenant_id, 'es-MX', 'newer', 'El aviso cambió', valid_from + interval '1 second' from notice where language = 'es-MX'`.execute(stage.house.db.bare)
    expect((await knock(conversation)).body).toEqual({ ok: true, answer: 'bot', notice: 'El aviso cambió' })
    // A version never goes: the former words come back as one of their own.
    await sql`insert into notice (tenant_id, language, version, text, integral, valid_from) select tenant_id, language, '0123456789abcdef', text, integral, valid_from + interval '2 seconds' from notice where language = 'es-MX' and version <> 'newer'`.execute(stage.house.db.bare)
  })
})
test('twenty at once are told the notice once', async () => {
  const conversation = arrives('+525530000002')
  await stage.follow()
  const told = await Promise.all(Array.from({ length: 20 }, () => knock(conversation)))
  expect(told.filter(({ body }) => body.notice !== undefined)).toHaveLength(1)
  expect(new Set(told.map(({ body }) => body.answer))).toEqual(new Set(['bot']))
})
test('who has it in hand is told, from the moment of the takeover', async () => {
  const external = arrives('+525530000003')
  await stage.follow()
  const conversation = await idOf(external)
  await staff()(takeOver, { conversation })
  expect((await knock(external)).body).toEqual({ ok: true, answer: 'human' })
  await staff()(handBack, { conversation })
  expect((await knock(external)).body.answer).toBe('bot')
})

describe('an opt-out', () => {
  let conversation: string
  const goodbyes = (): number => stage.lab.bird.phone.messages('+525530000004').filter(({ text }) => /ya no te vamos a escribir/.test(text)).length
  beforeAll(async () => {
    conversation = arrives('+525530000004')
    await stage.follow()
  })
  test('holds as soon as the gate has read it, and goodbye is said once although the webhook tells it too', async () => {
    writes('+525530000004', 'BAJA')
    expect((await knock(conversation, { text: 'BAJA' })).body).toEqual({ ok: true, answer: 'optout' })
    expect((await knock(conversation, { text: 'hola' })).body).toEqual({ ok: true, answer: 'optout' }) // although nobody has read the webhook yet
    await stage.follow()
    expect(goodbyes()).toBe(1)
  })
  test('holds for what comes later, until they want to hear from us again', async () => {
    expect((await knock(conversation, { context: { conversation_id: conversation }, arguments: { text: '¿hay algo en la Roma?' } })).body.answer).toBe('optout')
    writes('+525530000004', 'ALTA')
    await stage.follow()
    expect((await knock(conversation, { text: 'hola' })).body.answer).toBe('bot')
  })
  test('that is old and comes late does not undo the wish to hear from us again', async () => {
    const { rows: [row] } = await sql<{ person: string; id: string }>`select person_id as person, id from conversation where external_id = ${conversation}`.execute(stage.house.db.bare)
    const act = stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
    expect(await act(optOut, { person: row!.person, conversation: row!.id, evidence: 'a day-old webhook', at: stage.clock.now() - 86_400_000 })).toEqual({ isNew: false })
    expect((await knock(conversation, { text: 'hola' })).body.answer).toBe('bot')
    expect(goodbyes()).toBe(1)
  })
  test('is told to Bird, whose campaigns must not reach them either', () => {
    const wishes = stage.lab.desk('bird').requests().filter(({ method, path }) => method === 'PATCH' && /contacts/.test(path)).map(({ body }) => (body as any).attributes.subscribedWhatsapp)
    expect(wishes).toEqual([false, false]) // they want messages again, and no offers
  })
})

test('an opt-out that comes by ten ways at once is one, with one goodbye', async () => {
  const number = '+525530000006'
  const conversation = writes(number, 'hola')
  await stage.follow()
  const told = await Promise.all(Array.from({ length: 10 }, () => knock(conversation, { text: 'BAJA' })))
  writes(number, 'BAJA')
  await stage.follow(20_000)
  expect(new Set(told.map(({ body }) => body.answer))).toEqual(new Set(['optout']))
  const { rows } = await sql`select 1 from consent k join conversation c on c.person_id = k.person_id where c.external_id = ${conversation} and k.purpose = 'messages'`.execute(stage.house.db.bare)
  expect([rows.length, stage.lab.bird.phone.messages(number).filter(({ text }) => /ya no te vamos a escribir/.test(text)).length]).toEqual([1, 1])
})

describe('nobody gets an answer', () => {
  test.each<[string, () => Promise<Told>, number]>([
    ['without a key', () => knock('x', {}, 'nobody'), 401],
    ['with a key that is for something else', async () => knock('x', {}, await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'tools', scopes: ['homes:read'] })), 403],
    ['for a conversation that is nobody’s', () => knock('c0ffee00-0000-4000-8000-000000000000'), 403],
    ['without a conversation', () => knock(undefined), 403],
    ['with a template that nobody filled in', () => knock('{{context.conversation.id}}'), 403],
  ])('%s', async (_title, ask, status) => expect((await ask()).status).toBe(status))
  test('whatever stands in the body is read as nothing at worst', async () => {
    const conversation = arrives('+525530000005')
    await stage.follow()
    for (const body of ['[]', '{"text":7}', '{"text":"{{arguments.text}}"}', '{"arguments":[]}']) expect((await knock(conversation, body)).body.answer).toBe('bot')
  })
})

test('the whole notice stands behind its link', async () => {
  const page = await fetch(`${stage.url}/aviso`)
  expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({ status: 200, type: 'text/html; charset=utf-8' })
  expect(await page.text()).toMatch(/Aviso de privacidad[\s\S]*UrbanHub[\s\S]*ARCO[\s\S]*Versión [0-9a-f]{16}/)
  expect(await (await fetch(`${stage.url}/aviso`, { headers: { 'accept-language': 'en' } })).text()).toMatch(/Privacy notice/)
})
