import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Validator } from '@seriousme/openapi-schema-validator'
import { zodResponsesFunction } from 'openai/helpers/zod'
import request, { type Response } from 'supertest'
import { z } from 'zod'
import { toolsStage, type Tools } from './support/tools.ts'

// The same tools on the other wires: MCP old and new, OpenAPI, OpenAI functions.
let stage: Tools
let count = 0
let conversation = ''
beforeAll(async () => void (stage = await toolsStage()))
beforeEach(async () => {
  await stage.conversation((conversation = `c-${++count}`))
})
afterAll(() => stage.end())

const headers = (): Record<string, string> => ({ authorization: `Bearer ${stage.key}`, 'x-conversation-id': conversation })
const got = (path: string): request.Test => request(stage.server).get(path).set(headers())
const leaks = /Juan|SELECT|<html|\.ts\b|\.js\b|node_modules|\bat |\/work\//

describe('MCP', () => {
  type Asking = { list(): Promise<any[]>; call(name: string, input: object): Promise<any>; close(): Promise<void> }
  const older = async (): Promise<Asking> => {
    const client = new OlderClient({ name: 'test', version: '1' })
    await client.connect(new OlderTransport(new URL(`${stage.url}/mcp`), { requestInit: { headers: headers() } }))
    return { list: async () => (await client.listTools()).tools, call: (name, input) => client.callTool({ name, arguments: { ...input } }), close: () => client.close() }
  }
  const newer = async (): Promise<Asking> => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
    await client.connect(new StreamableHTTPClientTransport(new URL(`${stage.url}/mcp`), { requestInit: { headers: headers() } }))
    return { list: async () => (await client.listTools()).tools, call: (name, input) => client.callTool({ name, arguments: { ...input } }), close: () => client.close() }
  }
  describe.each([['of 2025', older], ['of 2026-07-28', newer]])('by a client %s', (_title, connect) => {
    let client: Asking
    beforeEach(async () => void (client = await connect()))
    afterAll(() => client.close())

    test('lists the tools by name, with what they do to the world', async () => {
      const tools = await client.list()
      const names: string[] = tools.map(({ name }) => name)
      expect(names).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
      expect(tools.find(({ name }) => name === 'look_around')).toMatchObject({
        description: 'Cuenta lo que hay. No cambia nada.',
        inputSchema: { type: 'object', required: ['home'], additionalProperties: false },
        outputSchema: { type: 'object', required: ['ok', 'say'] },
        annotations: { readOnlyHint: true },
      })
      expect(tools.find(({ name }) => name === 'leave_note')).toMatchObject({ annotations: { readOnlyHint: false } })
    })
    test('answers in structure and in the same text', async () => {
      const { structuredContent, content, isError } = await client.call('look_around', { home: 'x', party: '3' })
      expect([structuredContent, isError]).toEqual([{ ok: true, say: 'Listo.', data: { input: { home: 'x', party: 3 }, notes: expect.any(Number) } }, false])
      expect(content.map(({ text }: any) => JSON.parse(text))).toEqual([structuredContent])
    })
    test('does a write once', async () => {
      const first = await client.call('leave_note', { text: `${conversation} mcp` })
      const again = await client.call('leave_note', { text: `${conversation} mcp` })
      expect([again.structuredContent, (await stage.notes()).filter((text) => text === `${conversation} mcp`)]).toEqual([first.structuredContent, [`${conversation} mcp`]])
    })
    test.each<[string, string, object, string]>([
      ['arguments that nobody knows', 'look_around', { home: 'x', telefono: '1' }, 'invalid_input'],
      ['business that cannot be done', 'note_but_no', { text: 'x' }, 'name_missing'],
      ['what is thrown', 'throw_up', { text: 'x' }, 'bug'],
      ['what is not allowed', 'staff_only', { text: 'x' }, 'refused'],
    ])('tells %s so that the model can mend it', async (_case, tool, input, code) => {
      const { content, isError } = await client.call(tool, input)
      expect([isError, JSON.parse(content[0].text)]).toEqual([true, expect.objectContaining({ ok: false, say: expect.any(String), error: expect.objectContaining({ code }) })])
      expect(content[0].text).not.toMatch(leaks)
    })
    test('knows no other tool', async () => {
      await expect(client.call('constructor', {})).rejects.toMatchObject({ code: -32_602 })
    })
  })
  test('refuses a client without a key', async () => {
    const client = new OlderClient({ name: 'test', version: '1' })
    await expect(client.connect(new OlderTransport(new URL(`${stage.url}/mcp`)))).rejects.toMatchObject({ code: 401 })
  })

  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'leave_note', arguments: { text: 'raw' } } }
  const post = (body: string | object, more: Record<string, string> = {}): request.Test =>
    request(stage.server).post('/mcp').set({ ...headers(), accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...more }).send(typeof body === 'string' ? body : JSON.stringify(body))
  const expectError = ({ status, type, body, text }: Response, expected: number, code: number): void => {
    expect([status, type, body]).toEqual([expected, 'application/json', { jsonrpc: '2.0', error: { code, message: expect.any(String) }, id: null }])
    expect(text).not.toMatch(leaks)
  }
  test.each<[string, () => request.Test, number, number]>([
    ['no key', () => post('{"broken', { authorization: '' }), 401, -32_001],
    ['no key, by GET', () => request(stage.server).get('/mcp'), 401, -32_001],
    ['another host', () => post(call, { host: 'evil.example' }), 403, -32_000],
    ['another origin', () => post(call, { origin: 'https://evil.example' }), 403, -32_000],
    ['an origin that hides', () => post(call, { origin: 'null' }), 403, -32_000],
    ['GET', () => got('/mcp'), 405, -32_000],
    ['DELETE', () => request(stage.server).delete('/mcp').set(headers()), 405, -32_000],
    ['a body that is no JSON', () => post('{"jsonrpc": '), 400, -32_700],
    ['no body', () => post(''), 400, -32_600],
    ['a batch', () => post([call, call]), 400, -32_600],
    ['an empty batch', () => post([]), 400, -32_600],
    ['a body of more than 64 KB', () => post({ ...call, params: { name: 'x'.repeat(65_536) } }), 413, -32_600],
    ['a compression that nobody knows', () => post(call, { 'content-encoding': 'zip' }), 415, -32_600],
  ])('refuses %s in JSON', async (_title, ask, status, code) => {
    expectError(await ask(), status, code)
    expect(await stage.notes()).not.toContain('raw')
  })
  test('says how to get in', async () => {
    expect((await request(stage.server).post('/mcp')).headers['www-authenticate']).toBe('Bearer')
  })
  test.each(['https://portero.example', 'http://localhost:3000'])('takes our own origin %s', async (origin) => {
    expect((await post(call, { origin, host: 'portero.example' })).status).toBe(200)
  })
  test.each<[string, string | object, Record<string, string>]>([
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'nonsense' }, {}],
    ['no message', { hello: 'world' }, {}],
    ['odd parameters', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 5 } }, {}],
    ['an unknown version', call, { 'mcp-protocol-version': '1999-01-01' }],
    ['another accept', call, { accept: 'text/html' }],
    ['another content type', call, { 'content-type': 'text/plain' }],
  ])('answers %s without a word of how it is made', async (_title, body, more) => {
    const answer = await post(body, more)
    expect(answer.status).toBeLessThan(500)
    expect(answer.type).toMatch(/^(application\/json|text\/event-stream)$/)
    expect(answer.text).not.toMatch(leaks)
  })
  test('needs a conversation for a call', async () => {
    const { 'x-conversation-id': _, ...rest } = headers()
    const { text } = await request(stage.server).post('/mcp').set({ ...rest, accept: 'application/json, text/event-stream' }).send({ ...call, params: { ...call.params, _meta: { conversation } } })
    expect(text).toContain('refused')
    expect(await stage.notes()).not.toContain('nobody')
  })
})

describe('OpenAPI', () => {
  test('is valid 3.1, with one operation for each tool', async () => {
    const { body } = await got('/openapi.json')
    const validator = new Validator()
    expect(await validator.validate(structuredClone(body))).toEqual({ valid: true })
    const functions = (await got('/tools')).body
    expect(body).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://portero.example' }] })
    expect(Object.entries<any>(body.paths).map(([path, { post }]) => [path, post.operationId])).toEqual(functions.map(({ name }: any) => [`/tools/${name}`, name]))
  })
  test('shows what goes in, what comes out, and each refusal', async () => {
    const { body } = await got('/openapi.json')
    const { post } = body.paths['/tools/look_around']
    expect(post.requestBody.content['application/json']).toMatchObject({ schema: { type: 'object', required: ['home'], additionalProperties: false }, examples: { example1: { summary: 'una casa', value: { home: 'roma-12' } } } })
    expect(post.responses['200'].content['application/json']).toMatchObject({ schema: { required: ['ok', 'say'] }, examples: { example1: { value: { ok: true } } } })
    expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['200', '400', '401', '403', '404', '413', '429', '500', '503', '504']))
  })
  test('names what a refusal really looks like', async () => {
    const { body } = await got('/openapi.json')
    const schema = z.fromJSONSchema(body.components.schemas.Refusal)
    const { body: refused } = await stage.call('look_around', {})
    expect(schema.safeParse(refused).success).toBe(true)
  })
})

describe('OpenAI functions', () => {
  // https://platform.openai.com/docs/guides/structured-outputs#supported-schemas, read anew.
  const objections = (schema: any, path = ''): string[] => {
    const known = ['type', 'description', 'enum', 'const', 'anyOf', 'properties', 'required', 'additionalProperties', 'items', 'minimum', 'maximum']
    const odd = Object.keys(schema).filter((keyword) => !known.includes(keyword)).map((keyword) => `${path}: ${keyword}`)
    const below = [...Object.entries<any>(schema.properties ?? {}), ...(schema.anyOf ?? []).entries(), ...(schema.items ? [['items', schema.items]] : [])]
    const isObject = schema.type === 'object'
    const loose = isObject && (schema.additionalProperties !== false || JSON.stringify(schema.required?.toSorted()) !== JSON.stringify(Object.keys(schema.properties).toSorted())) ? [`${path}: not strict`] : []
    const typeless = schema.type || schema.anyOf ? [] : [`${path}: no type`]
    return [...odd, ...loose, ...typeless, ...below.flatMap(([name, inner]) => objections(inner, `${path}/${name}`))]
  }
  test('are strict through and through', async () => {
    const { body } = await got('/tools')
    expect(body.flatMap(({ parameters, name }: any) => objections(parameters, name))).toEqual([])
    expect(body.every(({ type, strict, name, parameters }: any) => type === 'function' && strict === true && /^[\w-]{1,64}$/.test(name) && parameters.type === 'object')).toBe(true)
  })
  test('ask for every property, and let be null what may be left out', async () => {
    const { body } = await got('/tools')
    const { parameters } = body.find(({ name }: any) => name === 'look_around')
    expect(parameters.required).toEqual(['home', 'party', 'rent', 'pets', 'when', 'tags', 'note'])
    expect(parameters.properties).toMatchObject({ home: { type: 'string', description: 'Cuál' }, rent: { type: ['number', 'null'] }, note: { anyOf: [{ type: 'string' }, { type: 'null' }] } })
  })
  test('mean what OpenAI makes of the same schemas', async () => {
    const input = z.strictObject({ home: z.string().describe('Cuál'), party: z.int().min(1).max(9).nullish(), rent: z.number().nullish(), pets: z.boolean().nullish(), when: z.enum(['mañana', 'tarde']).nullish(), tags: z.array(z.string()).nullish(), note: z.string().nullish() })
    const { $schema: _, ...theirs } = z.looseObject({ $schema: z.string() }).parse(zodResponsesFunction({ name: 'look_around', parameters: input }).parameters)
    const { parameters } = (await got('/tools')).body.find(({ name }: any) => name === 'look_around')
    const plain = (schema: any): any => ({ ...schema, properties: Object.fromEntries(Object.entries<any>(schema.properties).map(([name, { anyOf, type, ...rest }]) => [name, { ...rest, anyOf: anyOf ?? [type].flat().map((type) => ({ type })) }])) })
    expect(plain(parameters)).toEqual(plain(theirs))
  })
  test('may be answered with null', async () => {
    expect((await stage.call('look_around', { home: 'x', party: null, rent: null, pets: null, when: null, tags: null, note: null }, headers())).body.data.input).toEqual({ home: 'x' })
  })
})
