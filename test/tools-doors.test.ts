import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { z } from 'zod'
import { AppError, errors, refusal, type ErrorCode } from '@portero/shared'
import { at } from '@portero/tool-server/spine/db.ts'
import { makeToolKeys } from '@portero/tool-server/spine/tool-keys.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { secretMessage, toolsStage, type Tools } from './support/tools.ts'

// The plain wire: who may call which tool for whom, in which form, and what they hear when they may not.
let stage: Tools
let count = 0
let conversation = ''
beforeAll(async () => void (stage = await toolsStage()))
beforeEach(async () => {
  stage.will.introduce = async () => false
  stage.introduced.length = 0
  await stage.conversation((conversation = `c-${++count}`))
})
afterAll(() => stage.end())

const ask = (tool: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Response> => Promise.resolve(stage.call(tool, body, { 'x-bird-conversation-id': conversation, ...headers }))
const inputOf = async (body: unknown): Promise<unknown> => (await ask('look_around', body)).body.data?.input
const expectRefusal = ({ status, type, text, body, headers }: Response, code: ErrorCode): void => {
  expect(type).toBe('application/json')
  expect(refusal.parse(body)).toMatchObject({ ok: false, error: { code, retryable: errors[code].retry !== 'never' }, trace: headers['x-trace-id'] })
  expect(status).toBe(errors[code].status)
  expect(text).not.toMatch(/SELECT|Juan|<html|\.ts|\.js|node_modules|\bat |\/work\//)
}

describe('the key', () => {
  test.each(['Authorization', 'X-API-Key'])('is taken from %s', async (header) => {
    const secret = header === 'Authorization' ? `Bearer ${stage.key}` : stage.key
    const { status } = await request(stage.server).post('/tools/look_around').set(header, secret).set('X-Conversation-Id', conversation).send({ home: 'roma-12' })
    expect(status).toBe(200)
  })
  test.each<[string, Record<string, string>]>([['missing', {}], ['wrong', { authorization: 'Bearer wrong' }], ['overlong', { 'x-api-key': 'k'.repeat(5_000) }], ['of another scheme', { authorization: 'Basic abc' }]])('that is %s is refused before the name, the body and the conversation', async (_title, headers) => {
    const answer = await request(stage.server).post('/tools/nothing').set(headers).set('content-type', 'application/json').send('{"broken')
    expectRefusal(answer, 'unauthorized')
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })
  test.each(['/tools', '/openapi.json'])('is needed for %s', async (path) => {
    expectRefusal(await request(stage.server).get(path).set('accept-language', 'en'), 'unauthorized')
  })
  test('is kept as a digest only', async () => {
    const rows = await stage.db.bare.selectFrom('tool_key').selectAll().execute()
    expect(JSON.stringify(rows.map(({ digest, ...rest }) => [digest.toString(), rest]))).not.toContain(stage.key)
  })
  test('is valid beside another of its name, until it ends', async () => {
    const [old, young] = [await stage.keys.make({ tenant: firstTenant, name: 'two', scopes: [] }), await stage.keys.make({ tenant: firstTenant, name: 'two', scopes: [] })]
    await stage.keys.end({ tenant: firstTenant, name: 'two' }, stage.clock.now() + 1_000)
    const before = [await stage.keys.find(old), await stage.keys.find(young)]
    stage.clock.advance(1_000)
    expect([before.filter(Boolean).length, await stage.keys.find(old), await stage.keys.find(young)]).toEqual([2, undefined, undefined])
  })
  test('that was ended elsewhere is taken for five seconds at most', async () => {
    const secret = await stage.keys.make({ tenant: firstTenant, name: 'gone', scopes: [] })
    const elsewhere = makeToolKeys(stage)
    const before = await elsewhere.find(secret)
    await stage.keys.end({ tenant: firstTenant, name: 'gone' })
    stage.clock.advance(5_000)
    expect([before?.scopes, await stage.keys.find(secret), await elsewhere.find(secret)]).toEqual([[], undefined, undefined])
  })
  test('that nobody has is looked up once', async () => {
    stage.statements.length = 0
    await stage.keys.find('nobody has this')
    await stage.keys.find('nobody has this')
    expect(stage.statements).toHaveLength(1)
  })
})

describe('a tool', () => {
  test.each(['nothing', 'constructor', '__proto__', 'look_around%00', 'a'.repeat(2_000)])('that does not exist is not found: %.20s', async (name) => {
    const answer = await ask(name, { home: 'roma-12' })
    expectRefusal(answer, 'not_found')
    expect(answer.text).not.toMatch(/look_around|leave_note/)
  })
  test('is refused to a key without its scope', async () => {
    const key = await stage.keys.make({ tenant: firstTenant, name: 'reader', scopes: ['homes:read'] })
    expectRefusal(await ask('leave_note', { text: 'x' }, { authorization: `Bearer ${key}` }), 'refused')
  })
  test('is refused when it is not for prospects', async () => {
    expectRefusal(await ask('staff_only', { text: 'x' }), 'refused')
  })
  test('cannot take an action for which its key has no scope', async () => {
    expectRefusal(await ask('be_golden', { text: 'x' }), 'refused')
  })
})

describe('the conversation', () => {
  test('is taken from X-Conversation-Id as well', async () => {
    expect((await stage.call('look_around', { home: 'x' }, { 'x-conversation-id': conversation })).status).toBe(200)
  })
  test('is needed', async () => {
    expectRefusal(await stage.call('look_around', { home: 'x' }), 'refused')
  })
  test('is never taken from the body', async () => {
    expectRefusal(await stage.call('look_around', { context: { conversation_id: conversation }, arguments: { home: 'x' } }), 'refused')
  })
  test.each<[string, string]>([['beyond ASCII', 'niño'], ['overlong', 'c'.repeat(201)], ['with a space', 'a b'], ['a template that was not filled in', '{{conversation.id}}']])('whose id is %s is refused before any statement', async (_title, id) => {
    await ask('look_around', { home: 'x' })
    stage.statements.length = 0
    expectRefusal(await ask('look_around', { home: 'x' }, { 'x-bird-conversation-id': id }), 'refused')
    expect([stage.statements, stage.introduced]).toEqual([[], []])
  })
  test('that nobody knows is refused', async () => {
    expectRefusal(await ask('look_around', { home: 'x' }, { 'x-bird-conversation-id': 'unknown' }), 'refused')
    expect(stage.introduced).toEqual(['unknown'])
  })
  test('that the vendor knows is introduced, and the call is answered', async () => {
    stage.will.introduce = async (_tenant, external) => Boolean(await stage.conversation(external))
    expect((await ask('look_around', { home: 'x' }, { 'x-bird-conversation-id': 'new-one' })).status).toBe(200)
  })
  test('that the vendor says it knows but that stays unknown is refused', async () => {
    stage.will.introduce = async () => true
    expectRefusal(await ask('look_around', { home: 'x' }, { 'x-bird-conversation-id': 'ghost' }), 'refused')
  })
  test('whose introduction fails is not bound', async () => {
    stage.will.introduce = async () => Promise.reject(new AppError('unavailable', secretMessage))
    expectRefusal(await ask('look_around', { home: 'x' }, { 'x-bird-conversation-id': 'away' }), 'unavailable')
  })
  test('whose introduction takes too long is given up on', async () => {
    let told = (): void => {}
    const asked = new Promise<void>((resolve) => void (told = resolve))
    stage.will.introduce = (_tenant, _external, signal) => new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('called off')))
      told()
    })
    const answer = ask('look_around', { home: 'x' }, { 'x-bird-conversation-id': 'slow' })
    await asked
    stage.clock.advance(7_500)
    expectRefusal(await answer, 'timeout')
  })
  test('of another tenant is not seen', async () => {
    const other = '00000000-0000-7000-8000-0000000000ff'
    await sql`insert into tenant (tenant_id, name, created_at) values (${other}, 'other', ${at(0)})`.execute(stage.db.bare)
    const key = await stage.keys.make({ tenant: other, name: 'other', scopes: ['homes:read'] })
    expectRefusal(await ask('look_around', { home: 'x' }, { authorization: `Bearer ${key}` }), 'refused')
  })
  test('may call sixty tools in a minute', async () => {
    for (let call = 0; call < 60; call++) expect((await ask('look_around', { home: 'x' })).status).toBe(200)
    const answer = await ask('look_around', { home: 'x' })
    expectRefusal(answer, 'throttled')
    expect(answer.headers['retry-after']).toBe('60')
    stage.clock.advance(60_000)
    expect((await ask('look_around', { home: 'x' })).status).toBe(200)
  })
  test.each(['human', 'paused'] as const)('that is %s lets tools read and not write', async (state) => {
    await stage.settle(conversation, state)
    const written = await ask('leave_note', { text: 'nobody asked' })
    expect([written.status, written.body]).toEqual([200, { ok: false, say: expect.any(String), error: { code: 'human_in_charge', retryable: false } }])
    expect([(await ask('look_around', { home: 'x' })).status, await stage.notes()]).toEqual([200, expect.not.arrayContaining(['nobody asked'])])
  })
})

describe('arguments', () => {
  const plain = { home: 'roma-12', party: 2 }
  test.each<[string, unknown]>([
    ['flat', plain],
    ['beside a context', { context: { contact: 'anybody', tenant: 'x' }, arguments: plain }],
    ['as arguments', { arguments: plain }],
    ['as OpenAI writes them', { arguments: JSON.stringify(plain) }],
    ['as input', { input: plain }],
  ])('may come %s', async (_title, body) => {
    expect(await inputOf(body)).toEqual(plain)
  })
  test.each<[string, object, object]>([
    ['a number', { party: '2' }, { party: 2 }],
    ['a number with thousands separators', { rent: '12,000.50' }, { rent: 12_000.5 }],
    ['true', { pets: 'true' }, { pets: true }],
    ['sí', { pets: ' Sí ' }, { pets: true }],
    ['no', { pets: 'no' }, { pets: false }],
    ['one of several, in capitals', { when: 'MAÑANA' }, { when: 'mañana' }],
    ['a list', { tags: '["a", "b"]' }, { tags: ['a', 'b'] }],
    ['a list of one', { tags: 'a, b' }, { tags: ['a, b'] }],
    ['nothing', { party: '', when: '  ', tags: null }, {}],
    ['a template that was not filled in', { party: '{{party}}', note: ' {{ notes.text }} ' }, {}],
    ['a zero byte and half a character', { note: 'a\0b\ud800c' }, { note: 'ab\ufffdc' }],
  ])('as text: %s', async (_title, given, read) => {
    expect(await inputOf({ home: 'x', ...given })).toEqual({ home: 'x', ...read })
  })
  test.each<[string, unknown, string]>([
    ['nobody knows', { home: 'x', telefono: '55', 'a<b>': 1 }, 'No conozco «telefono», otro dato. Espero: home, party, rent, pets, when, tags, note.'],
    ['are missing', {}, 'Falta «home»: espero un texto.'],
    ['are empty where they are needed', { home: ' ' }, 'Falta «home»: espero un texto.'],
    ['are of another kind', { home: 'x', party: 'dos' }, 'En «party» espero un número.'],
    ['have a currency', { home: 'x', rent: '$12,000' }, 'En «rent» espero un número.'],
    ['have words in numbers', { home: 'x', rent: '12 mil' }, 'En «rent» espero un número.'],
    ['are none of several', { home: 'x', when: 'noche' }, 'En «when» espero uno de: mañana, tarde.'],
    ['are too many', { home: 'x', party: 10 }, '«party» es más de lo que puedo recibir: el máximo es 9.'],
    ['are too few', { home: 'x', party: 0 }, '«party» es menos de lo que puedo recibir: el mínimo es 1.'],
    ['are a list', [{ home: 'x' }], 'Espero un solo objeto JSON con los datos de la llamada.'],
    ['are a list inside', { input: [{ home: 'x' }] }, 'Espero un solo objeto JSON con los datos de la llamada.'],
    ['name a conversation', { home: 'x', conversation_id: 'c-1' }, 'No conozco «conversation_id». Espero: home, party, rent, pets, when, tags, note.'],
  ])('that %s are refused in words that help', async (_title, body, say) => {
    const answer = await ask('look_around', body)
    expectRefusal(answer, 'invalid_input')
    expect(answer.body.say).toBe(say)
  })
  test.each<[string, string, Record<string, string>, ErrorCode]>([
    ['is no JSON', '{"home": ', {}, 'invalid_input'],
    ['is a number', '5', {}, 'invalid_input'],
    ['is a form', 'home=x', { 'content-type': 'application/x-www-form-urlencoded' }, 'invalid_input'],
    ['is over 64 KB', JSON.stringify({ home: 'x'.repeat(65_536) }), {}, 'too_large'],
    ['claims a compression that nobody knows', '{}', { 'content-encoding': 'zip' }, 'unsupported'],
    ['is deep', '['.repeat(30_000), {}, 'invalid_input'],
  ])('whose body %s are refused', async (_title, body, headers, code) => {
    const answer = await ask('look_around', body, headers)
    expectRefusal(answer, code)
    expect(answer.body.say).toBe(errors[code].say['es-MX'])
  })
  test.each(['text/plain', 'application/octet-stream'])('may come as %s', async (type) => {
    expect((await ask('look_around', plain, { 'content-type': type })).status).toBe(200)
  })
  test('may come without a content type', async () => {
    const response = await fetch(`${stage.url}/tools/look_around`, { method: 'POST', headers: { authorization: `Bearer ${stage.key}`, 'x-conversation-id': conversation }, body: Buffer.from(JSON.stringify(plain)) })
    expect(response.status).toBe(200)
  })
  test('are not looked at for a conversation that is refused', async () => {
    expectRefusal(await ask('look_around', { nonsense: true }, { 'x-bird-conversation-id': 'unknown' }), 'refused')
  })
})

describe('an answer', () => {
  test('leaves out what is null where it may be left out', async () => {
    const { text } = await ask('look_around', { home: 'x' })
    expect(text).not.toContain('null')
  })
  test('never holds what was thrown, and neither does the log', async () => {
    const answer = await ask('throw_up', { text: 'hush' })
    expectRefusal(answer, 'bug')
    expect(stage.logged()).toContain('"event":"tool.failed"')
    expect(stage.logged()).not.toMatch(/Juan|SELECT|hush/)
  })
  test('is logged and counted by ids only', async () => {
    await ask('look_around', { home: 'Calle de Juan 5' })
    const metric = await stage.metrics.toolCalls.get()
    expect(stage.logged()).toMatch(/"event":"tool.done","trace":"\w+","tool":"look_around","ms":0,"code":"ok"/)
    expect(metric.values.find(({ metricName, labels }) => metricName?.endsWith('_count') && labels.tool === 'look_around' && labels.wire === 'http' && labels.outcome === 'ok')?.value).toBeGreaterThan(0)
    expect(JSON.stringify(metric)).not.toMatch(/Juan|nothing|constructor/)
  })
})

describe('the house of tools', () => {
  const spec = { name: 'x', description: 'x', callers: [], policy: { effect: 'read' as const, timeoutMs: 1, scopes: [] }, examples: [], run: async () => ({}), input: z.strictObject({}) }
  const output = z.strictObject({ ok: z.boolean(), say: z.string(), error: z.strictObject({ code: z.string(), retryable: z.boolean() }).nullish() })
  test.each<[string, any[]]>([
    ['two of one name', [{ ...spec, output }, { ...spec, output }]],
    ['one whose output cannot say why not', [{ ...spec, output: z.strictObject({ ok: z.boolean() }) }]],
    ['one whose input is not strict', [{ ...spec, output, input: z.object({}).loose() }]],
    ['one whose input strict mode does not know', [{ ...spec, output, input: z.strictObject({ any: z.record(z.string(), z.string()) }) }]],
  ])('does not open with %s', (_title, more) => {
    expect(() => stage.open(more)).toThrow(expect.objectContaining({ code: 'bug' }))
  })
})
