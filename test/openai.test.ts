import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { z } from 'zod'
import type { AppError } from '@portero/shared'
import { openai } from '@portero/tool-server/connectors/openai/index.ts'
import { resultOf, wireResponse } from '@portero/tool-server/connectors/openai/map.ts'
import { settings as openAiSettings, type Settings } from '@portero/tool-server/connectors/openai/settings.ts'
import { defineAction, type At } from '@portero/tool-server/define.ts'
import { respond, type ModelItem } from '@portero/tool-server/domain/ports/model.ts'
import { makeHttp, type WaysOut } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openAiFunction } from '@portero/tool-server/spine/tools-openai.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// A model at OpenAI, by the lab's, which takes only what OpenAI's published schema allows.
type Asked = z.infer<typeof respond.args>
type Told = z.infer<typeof respond.result>
let stage: VisitStage
let ways: WaysOut
beforeAll(async () => {
  stage = await openVisit()
  ways = makeHttp({ clock: stage.clock, log: makeLog({ level: 'silent', clock: stage.clock }), db: stage.house.db })
})
afterEach(() => {
  stage.lab.openai.controls.script({ mode: 'policy' })
  stage.clock.advance(120_000)
})
afterAll(async () => {
  await ways.close()
  await stage.end()
})

const at = async (change: Partial<Settings> = {}): Promise<At<Settings> & { key: string }> => {
  const connection = await stage.house.connection('openai')
  const settings = openAiSettings.parse({ ...(connection.settings as Settings), ...change })
  const { signal } = new AbortController()
  return { http: ways.of({ ...connection, settings }, openai, { lane: 'live', signal, reading: false }), connection: { ...connection, settings }, now: stage.clock.now(), signal, key: 'a-run' }
}
const offered = tools.map(openAiFunction).map(({ name, description, parameters }) => ({ name, description: description ?? '', parameters: parameters as Record<string, unknown> }))
const args = (items: ModelItem[], more: Partial<Asked> = {}): Asked => ({ version: 'asesora-1', instructions: 'Eres Vivi, asesora de rentas.', tools: offered, items, whom: 'a1f0c9d2e4b86357', mostTokens: 800, ...more })
const ask = async (asked: Asked, change: Partial<Settings> = {}): Promise<Told> => {
  const [doing] = openai.does ?? []
  return respond.result.parse(await doing!.run(respond.args.parse(asked), await at(change)))
}
const bodies = (): any[] => stage.lab.openai.requests('POST /v1/responses').map(({ body }) => body)
const heard = (text: string): ModelItem => ({ kind: 'heard', text })
const failureOf = async (work: Promise<unknown>): Promise<Partial<AppError>> => work.then(() => ({}), (thrown: unknown) => thrown as AppError)

describe('a turn', () => {
  test('asks for a tool, is given its answer and its own thoughts again, and then says something', async () => {
    const first = await ask(args([heard('Hola, busco departamento de 2 recámaras en la Roma Norte')]))
    expect(first).toMatchObject({ items: [{ kind: 'thought' }, { kind: 'call', tool: 'find_homes' }], model: expect.stringContaining('gpt-6.1-terra'), usage: { input: expect.any(Number), output: expect.any(Number) } })
    const call = first.items.find((item) => item.kind === 'call')!
    const second = await ask(args([heard('Hola, busco departamento de 2 recámaras en la Roma Norte'), ...first.items, { kind: 'answer', id: call.id, text: JSON.stringify({ ok: true, say: 'No hay.', data: { homes: [] } }) }, { kind: 'note', text: 'Hoy es lunes.' }]))
    expect(second.items.map(({ kind }) => kind)).toEqual(['thought', 'said'])
    expect(second.cut).toBeUndefined()
  })
  test('begins with the same bytes, whatever was said', async () => {
    await ask(args([heard('Hola')]))
    await ask(args([heard('Hola'), { kind: 'said', text: '¡Hola!' }, heard('¿Tienes algo en la Roma?')]))
    const [one, other] = stage.lab.openai.requests('POST /v1/responses').slice(-2).map(({ body }) => JSON.stringify(body))
    const same = one!.indexOf('"input":')
    expect(same).toBeGreaterThan(5_000)
    expect(other!.slice(0, same)).toBe(one!.slice(0, same))
  })
  test('keeps nothing there, calls one tool at a time, and names nobody', async () => {
    await ask(args([heard('Hola')]))
    expect(bodies().at(-1)).toMatchObject({ store: false, parallel_tool_calls: false, safety_identifier: 'a1f0c9d2e4b86357', prompt_cache_key: 'asesora-1', include: ['reasoning.encrypted_content'], reasoning: { effort: 'low' }, max_output_tokens: 800 })
    expect(bodies().at(-1).tools.map(({ strict }: any) => strict)).toEqual(offered.map(() => true))
  })
  test('takes model and effort from its settings', async () => {
    await ask(args([heard('Hola')]), { model: 'gpt-6-luna', effort: 'none' })
    expect(bodies().at(-1)).toMatchObject({ model: 'gpt-6-luna', reasoning: { effort: 'none' } })
  })
  test.each<[string, Partial<Settings>, number | undefined]>([['by the table', {}, 1], ['as agreed', { prices: { input: 3, cached: 3, output: 3 } }, 3], ['that nobody knows', { model: 'gpt-6-astra' }, undefined]])('costs %s', async (_title, change, input) => {
    const { usage } = await ask(args([heard('Hola')]), change)
    expect(usage.input).toBeGreaterThan(0)
    const output = change.prices ? 3 : 5
    expect(usage.micros).toBe(input === undefined ? undefined : Math.round((usage.input - usage.cached) * input + usage.cached * (change.prices ? 3 : 0.05) + usage.output * output))
  })
})

describe('what goes wrong there', () => {
  test.each<[string, Told['cut']]>([['refusal', 'refusal'], ['incomplete', 'length'], ['filtered', 'filter']])('%s: it is cut, and says why', async (how, cut) => {
    stage.lab.openai.controls.amiss({ how })
    expect((await ask(args([heard('Hola')]))).cut).toBe(cut)
  })
  test('several calls at once, which were not asked for, are all told', async () => {
    stage.lab.openai.controls.amiss({ how: 'several' })
    expect((await ask(args([heard('Hola')]))).items.filter(({ kind }) => kind === 'call').length).toBeGreaterThan(1)
  })
  test.each<[string, string, string]>([['unauthorized', 'unauthorized', 'disconnected'], ['insufficient quota', 'insufficient-quota', 'disconnected'], ['too many', 'rate-limit', 'throttled'], ['broken', 'internal', 'unavailable'], ['away', 'unavailable', 'unavailable']])('%s: asked once, since trying again is the house\'s', async (_title, how, code) => {
    const before = bodies().length
    stage.lab.openai.controls.refuse({ with: how })
    expect(await failureOf(ask(args([heard('Hola')])))).toMatchObject({ code })
    expect(bodies().length - before).toBe(1)
  })
  test('what no waiting mends says when it is worth looking again, so that it spends no attempt', async () => {
    stage.lab.openai.controls.refuse({ with: 'insufficient-quota' })
    expect(await failureOf(ask(args([heard('Hola')])))).toMatchObject({ code: 'disconnected', retryAfterMs: 60_000, message: expect.stringContaining('no credit') })
  })
})

describe('what it answers', () => {
  const response = (output: object[], more: object = {}): object => ({ model: 'gpt-6.1-terra', status: 'completed', output, usage: { input_tokens: 1, output_tokens: 1 }, ...more })
  const message = { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Hola.', annotations: [] }] }
  const known = openAiSettings.parse({ apiKey: 'k' })
  test('may hold anything that nobody here asked for', () => {
    const kind = fc.string({ minLength: 1 }).filter((type) => !['message', 'function_call', 'mcp_call', 'reasoning'].includes(type))
    const items = fc.array(fc.tuple(kind, fc.jsonValue()).map(([type, whatever]) => ({ type, whatever })), { maxLength: 5 })
    fc.assert(fc.property(items, items, (before, after) => {
      expect(resultOf(wireResponse.parse(response([...before, message, ...after])), known).items).toEqual([{ kind: 'said', text: 'Hola.' }])
    }))
  })
  test.each<[string, object]>([
    ['a message without content', { type: 'message' }], ['words that are none', { type: 'message', content: [{ type: 'output_text', text: 5 }] }], ['a call without a name', { type: 'function_call', call_id: 'c', arguments: '{}' }],
    ['a call without its id', { type: 'function_call', name: 'x', arguments: '{}' }], ['a thought without its id', { type: 'reasoning', encrypted_content: 'x' }], ['an item without a type', {}],
  ])('must not be %s', (_title, item) => {
    expect(wireResponse.safeParse(response([item])).success).toBe(false)
  })
  test('may have been done for us at our own door', () => {
    const call = (more: object): object => ({ type: 'mcp_call', id: 'mcp_1', server_label: 'portero', name: 'my_tours', arguments: '{}', ...more })
    const told = (more: object): unknown => resultOf(wireResponse.parse(response([call(more)])), known).items
    const asked = { kind: 'call', id: 'mcp_1', tool: 'my_tours', args: '{}' }
    expect(told({ output: '{"ok":true}', error: null })).toEqual([asked, { kind: 'answer', id: 'mcp_1', text: '{"ok":true}' }])
    expect(told({ output: null, error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: '{"ok":false}' }] } })).toEqual([asked, { kind: 'answer', id: 'mcp_1', text: '{"ok":false}' }])
    expect(told({ output: null, error: { type: 'http_error', code: 502 } })).toEqual([asked, { kind: 'answer', id: 'mcp_1', text: '{"type":"http_error","code":502}' }])
  })
})

describe('tools that it calls itself', () => {
  const whose = async (): Promise<{ conversation: string; token: string }> => {
    const { house } = stage
    await stage.say('+525512345678', 'Hola')
    const { id } = await house.db.bare.selectFrom('conversation').select('id').executeTakeFirstOrThrow()
    return { conversation: id, token: await house.tokens.mint({ tenant: house.tenant, conversation: id, scopes: [...new Set(tools.flatMap(({ policy }) => policy.scopes))] }) }
  }
  const names = tools.map(({ name }) => name).filter((name) => name !== 'escalate')

  test('at our MCP door, with a token of that conversation; and is told again what came of it', async () => {
    const { token } = await whose()
    const hosted = { url: `${stage.url}/mcp`, token, tools: names }
    const asking = [heard('Busco departamento de 2 recámaras en la Roma Norte')]
    const first = await ask(args(asking, { hosted }), { hosted: true })
    expect(bodies().at(-1).tools.map(({ type, name, require_approval: approval }: any) => [type, name, approval])).toEqual([['function', 'escalate', undefined], ['mcp', undefined, 'never']])
    expect(first.items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['call', 'answer', 'said']))
    expect(first.items.find((item) => item.kind === 'answer')).toMatchObject({ text: expect.stringContaining('"ok":true') })
    const second = await ask(args([...asking, ...first.items, heard('Gracias')], { hosted }), { hosted: true })
    expect(bodies().at(-1).input.map(({ type }: any) => type).filter(Boolean)).toEqual(expect.arrayContaining(['mcp_call']))
    expect(second.items.at(-1)).toMatchObject({ kind: 'said' })
  })
  test('stay ours, and its token with us, where the connection does not want it', async () => {
    await ask(args([heard('Hola')], { hosted: { url: `${stage.url}/mcp`, token: 'a.b.c', tools: names } }))
    expect(JSON.stringify(bodies().at(-1))).not.toMatch(/a\.b\.c|"mcp"/)
  })
  test('that it cannot reach are worth another try', async () => {
    expect(await failureOf(ask(args([heard('Hola')], { hosted: { url: `${stage.url}/mcp`, token: 'x.y.z', tools: names } }), { hosted: true }))).toMatchObject({ code: 'unavailable' })
  })
})

describe('what it hears and sees', () => {
  const jpeg = Buffer.from('ffd8ffe000104a46494600010100', 'hex')
  test('a voice message is text', async () => {
    const bytes = Buffer.from('OggS una voz')
    stage.lab.openai.controls.hear({ bytes: bytes.toString('base64'), text: '¿Sigue libre el depa?' })
    expect(await openai.reads!.model!(await at()).transcribe({ bytes, type: 'audio/ogg; codecs=opus' })).toBe('¿Sigue libre el depa?')
  })
  test('no voice and no picture where the connection says that it may not', async () => {
    const before = stage.lab.desk('openai').requests().length
    const { transcribe, describe } = openai.reads!.model!(await at({ media: { voice: false, images: false } }))
    await expect(transcribe({ bytes: Buffer.from('OggS'), type: 'audio/ogg' })).rejects.toMatchObject({ code: 'refused' })
    await expect(describe({ bytes: jpeg, type: 'image/jpeg', whom: 'a1f0' })).rejects.toMatchObject({ code: 'refused' })
    expect(stage.lab.desk('openai').requests()).toHaveLength(before)
  })
  test('a picture is one sentence, by a small model, that is told to leave documents alone', async () => {
    stage.lab.openai.controls.see({ bytes: jpeg.toString('base64'), text: 'Una sala con sillón verde.' })
    expect(await openai.reads!.model!(await at({ media: { voice: true, images: true } })).describe({ bytes: jpeg, type: 'image/jpeg', whom: 'a1f0' })).toBe('Una sala con sillón verde.')
    expect(bodies().at(-1)).toMatchObject({ model: 'gpt-6-luna', store: false, safety_identifier: 'a1f0', instructions: expect.stringMatching(/documento de identidad o de ingresos.*no lo describas/s) })
  })
})

describe('the house', () => {
  test('takes nothing from the environment but by its configuration', async () => {
    const alien = { OPENAI_BASE_URL: 'http://127.0.0.1:9', OPENAI_API_KEY: 'sk-alien', OPENAI_ORG_ID: 'org-alien', OPENAI_PROJECT_ID: 'proj-alien', OPENAI_CUSTOM_HEADERS: 'x-alien: yes', OPENAI_LOG: 'debug' }
    const before = { ...process.env }
    Object.assign(process.env, alien)
    try {
      await ask(args([heard('Hola')]))
    } finally {
      for (const name of Object.keys(alien)) delete process.env[name]
      Object.assign(process.env, before)
    }
    expect(JSON.stringify(stage.lab.openai.requests('POST /v1/responses').at(-1))).not.toContain('alien')
  })
  const nothing = z.strictObject({})
  const sent = async (key: string): Promise<{ state: string; error_code: string | null; error: string | null }> => {
    const { house } = stage
    const decide = defineAction({ name: 'test.respond', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(async (_args, { send }) => {
      await send(respond, args([heard('Hola')]), { key })
      return {}
    })
    await house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(decide, {})
    await house.worker.settle()
    return house.db.bare.selectFrom('job').select(['state', 'error_code', 'error']).where('key', '=', key).executeTakeFirstOrThrow()
  }
  test('asks the one that is connected, and says so where there are two', async () => {
    expect(await sent('one')).toMatchObject({ state: 'done' })
    const { house } = stage
    const { settings } = await house.connection('openai')
    await house.connections.put({ tenant: house.tenant, vendor: 'openai', account: 'second', settings: settings as object })
    expect(await failureOf(sent('two'))).toMatchObject({ code: 'bug', message: expect.stringContaining('2 connections do model.respond') })
    await house.db.bare.deleteFrom('connection').where('account', '=', 'second').execute()
  })
})
