import { createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { buildConnector, Pool } from 'undici'
import type { Auth } from '@portero/tool-server/define.ts'
import { send } from '@portero/tool-server/spine/http-send.ts'
import { servesAuth } from '@portero/tool-server/spine/http.ts'
import { inTrace } from '@portero/tool-server/spine/trace.ts'
import { failure, json, makeStage, portOf, secret, startVendor, type Heard, type Stage, type Vendor } from './support/http-stage.ts'

let stage: Stage
const vendors: Vendor[] = []
beforeAll(async () => {
  stage = await makeStage({ mostBytes: 100_000 })
})
afterEach(async () => {
  for (const vendor of vendors.splice(0)) await vendor.close()
})
afterAll(() => stage.end())

const vendorThat = async (answer: (heard: Heard, count: number) => void): Promise<Vendor> => {
  const vendor = await startVendor(answer)
  vendors.push(vendor)
  return vendor
}
const get = { method: 'GET', path: '/things' }

describe('a request', () => {
  test('goes below the base URL with its query encoded', async () => {
    const vendor = await vendorThat((heard) => json(heard, 200, { ok: true }))
    const http = await stage.http(`${vendor.origin}/v1/`)
    await http({ method: 'get', path: '/things/a%2Fb c', query: { $filter: "a eq 'x+y'", 'á': 'ñ&' } })
    await http({ method: 'GET', path: '/things?a=1&a=2', query: { b: '3' } })
    expect(vendor.heard.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/v1/things/a%2Fb%20c?%24filter=a%20eq%20%27x%2By%27&%C3%A1=%C3%B1%26'],
      ['GET', '/v1/things?a=1&a=2&b=3'],
    ])
  })

  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  test.each([
    ['a plain object as JSON', { body: { name: 'Añil', list: [1] } }, 'application/json', '{"name":"Añil","list":[1]}'],
    ['a form where the content type says so', { body: { to: '+52 55', n: 1 }, headers: form }, 'application/x-www-form-urlencoded', 'to=%2B52+55&n=1'],
    ['URLSearchParams', { body: new URLSearchParams([['a', '1'], ['a', '2']]) }, 'application/x-www-form-urlencoded', 'a=1&a=2'],
    ['text', { body: 'hola' }, 'text/plain;charset=UTF-8', 'hola'],
    ['bytes', { body: Buffer.from([0, 255]) }, 'application/octet-stream', '\u0000\u00ff'],
    ['a type of the caller', { body: '<a/>', headers: { 'content-type': 'text/xml' } }, 'text/xml', '<a/>'],
    ['nothing', {}, undefined, ''],
  ])('carries %s', async (_name, call, type, body) => {
    const vendor = await vendorThat((heard) => json(heard, 201, {}))
    await (await stage.http(vendor))({ method: 'POST', path: '/things', ...call })
    expect([vendor.heard[0]!.headers['content-type'], vendor.heard[0]!.body.toString(_name === 'bytes' ? 'latin1' : 'utf8')]).toEqual([type, body])
  })

  test('carries the trace and the idempotency key', async () => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const http = await stage.http(vendor)
    await inTrace('ab'.repeat(16), () => http({ method: 'POST', path: '/things', idempotencyKey: 'tour-1' }))
    await http(get)
    expect(vendor.heard[0]!.headers).toMatchObject({ 'idempotency-key': 'tour-1', traceparent: expect.stringMatching(/^00-(ab){16}-[0-9a-f]{16}-01$/) })
    for (const name of ['traceparent', 'idempotency-key']) expect(vendor.heard[1]!.headers).not.toHaveProperty(name)
  })

  test.each<[Auth, object, Record<string, string | undefined>]>([
    [{ kind: 'key', header: 'X-API-Key', prefix: '' }, {}, { 'x-api-key': secret }],
    [{ kind: 'key', header: 'Authorization', prefix: 'AccessKey ' }, {}, { authorization: `AccessKey ${secret}` }],
    [{ kind: 'basic' }, { username: 'ana', password: 'p:w' }, { authorization: `Basic ${Buffer.from('ana:p:w').toString('base64')}` }],
    [{ kind: 'token', from: ({ grant }) => grant }, { grant: { by: 'given', token: 'lent-4711' } }, { authorization: 'Bearer lent-4711' }],
    [{ kind: 'none' }, {}, { authorization: undefined }],
  ])('is signed by %j', async (auth, settings, headers) => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    await (await stage.http(vendor, { auth, settings }))(get)
    for (const [name, value] of Object.entries(headers)) expect(vendor.heard[0]!.headers[name]).toBe(value)
  })

  test('is not made with an auth of which nobody keeps tokens, nor with settings that lack something', async () => {
    const kinds: Record<Auth['kind'], true> = { key: true, basic: true, login: true, token: true, none: true }
    expect(Object.keys(kinds).filter((kind) => !servesAuth(kind as Auth['kind']))).toEqual([])
    const server = { issuer: 'https://acme.example' }
    const unkept = await stage.http('http://127.0.0.1:1', { auth: { kind: 'token', from: () => ({ by: 'person', server }) } })
    expect(await failure(unkept(get))).toMatchObject({ code: 'bug', message: expect.stringMatching(/nobody keeps/) })
    const keyless = await stage.http('http://127.0.0.1:1', { settings: { apiKey: 5 } })
    expect(() => keyless(get)).toThrow(/apiKey/)
  })

  test.each(['things', '/things/../admin', '/things/%2e%2E/admin', '/things/.\t./admin', '/things\\..\\admin', '/things/..', '/a#b', ''])('does not leave its place by %j', async (path) => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    expect(['bug', 'invalid_input']).toContain((await failure((await stage.http(vendor))({ method: 'GET', path }))).code)
    expect(vendor.heard).toEqual([])
  })

  test('uses its sockets again', async () => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const http = await stage.http(vendor)
    for (let i = 0; i < 12; i++) await http(get)
    expect(vendor.sockets.size).toBeLessThanOrEqual(2) // undici rests a socket for one turn of the event loop
  })

  test('is never repeated when a kept socket breaks under it', async () => {
    const vendor = await vendorThat((heard, count) => (count === 1 ? json(heard, 200, {}) : heard.socket.destroy()))
    const http = await stage.http(vendor)
    await http(get)
    expect(await failure(http({ method: 'POST', path: '/things', body: {} }))).toMatchObject({ code: 'unavailable', arrived: 'unknown' })
    expect(await failure(http(get))).toMatchObject({ code: 'unavailable', arrived: 'unknown' })
    expect(vendor.heard.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET'])
  })
})

describe('an answer', () => {
  test.each<[string, Record<string, string>, string | Buffer, unknown]>([
    ['JSON', { 'content-type': 'application/problem+json; charset=utf-8' }, '\u{feff}{"a":"ñ"}', { a: 'ñ' }],
    ['text', { 'content-type': 'text/calendar' }, 'BEGIN', 'BEGIN'],
    ['bytes', { 'content-type': 'image/png' }, Buffer.from([1, 2]), Buffer.from([1, 2])],
    ['nothing', { 'content-type': 'application/json' }, '', undefined],
  ])('comes as %s', async (_name, headers, body, expected) => {
    const vendor = await vendorThat(({ response }) => void response.writeHead(200, { etag: '"7"', ...headers }).end(body))
    const reply = await (await stage.http(vendor))(get)
    expect(reply).toMatchObject({ status: 200, headers: { etag: '"7"' } })
    expect(reply.body).toEqual(expected)
  })

  test.each([
    [400, 'invalid_input', 'no'], [401, 'disconnected', 'no'], [402, 'refused', 'no'], [403, 'refused', 'no'], [404, 'not_found', 'no'], [408, 'timeout', 'no'], [409, 'conflict', 'no'],
    [410, 'not_found', 'no'], [412, 'conflict', 'no'], [413, 'too_large', 'no'], [415, 'unsupported', 'no'], [422, 'invalid_input', 'no'], [423, 'conflict', 'no'], [429, 'throttled', 'no'],
    [418, 'invalid_input', 'no'], [500, 'unavailable', 'unknown'], [502, 'unavailable', 'unknown'], [503, 'unavailable', 'unknown'], [504, 'unavailable', 'unknown'], [302, 'bad_response', 'unknown'], [304, 'bad_response', 'unknown'],
  ])('of %d is %s, arrived: %s, unless it is accepted', async (status, code, arrived) => {
    const vendor = await vendorThat((heard) => json(heard, status, status === 304 ? undefined : { why: 'so' }))
    const http = await stage.http(vendor)
    const error = await failure(http({ method: 'POST', path: '/things/7', query: { phone: '5215512345678' } }))
    expect(error).toMatchObject({ code, arrived, message: `POST /things/7 answered ${status}`, retryAfterMs: undefined })
    expect(await http({ ...get, accept: [status] })).toMatchObject({ status })
  })

  test.each([
    [429, { 'retry-after': '7' }, 7000, 'no'], [429, { 'retry-after': 'Mon, 23 Nov 2026 17:00:30 GMT' }, 30_000, 'no'], [429, { 'retry-after': 'Mon, 23 Nov 2020 17:00:30 GMT' }, 0, 'no'],
    [429, { 'retry-after-ms': '250', 'retry-after': '1' }, 250, 'no'], [429, { 'retry-after': 'soon' }, undefined, 'no'], [429, { 'retry-after': '99999999' }, 3_600_000, 'no'],
    [503, { 'retry-after': '3' }, 3000, 'no'], [500, { 'retry-after': '3' }, 3000, 'unknown'],
  ])('of %d with %j waits %s ms', async (status, headers: Record<string, string>, retryAfterMs, arrived) => {
    const vendor = await vendorThat((heard) => json(heard, status, {}, headers))
    expect(await failure((await stage.http(vendor))(get))).toMatchObject({ retryAfterMs, arrived })
  })

  test('elsewhere is not followed', async () => {
    const vendor = await vendorThat(({ response }) => void response.writeHead(302, { location: '/other' }).end())
    expect(await failure((await stage.http(vendor))(get))).toMatchObject({ code: 'bad_response' })
    expect(vendor.heard).toHaveLength(1)
  })

  test('that is garbage where JSON was promised is a bad response', async () => {
    const vendor = await vendorThat(({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": <html>'))
    expect(await failure((await stage.http(vendor))(get))).toMatchObject({ code: 'bad_response', arrived: 'unknown', detail: '{"id": <html>' })
  })

  test('that is not HTTP is a bad response', async () => {
    const vendor = await vendorThat(({ socket }) => socket.end('NONSENSE 200\r\n\r\n'))
    const error = await failure((await stage.http(vendor))(get))
    expect(error).toMatchObject({ code: 'bad_response', arrived: 'unknown' })
    expect(inspect(error)).not.toContain('NONSENSE')
  })

  test('that is too large is given up', async () => {
    const vendor = await vendorThat(({ response }) => void response.end(Buffer.alloc(100_001)))
    expect(await failure((await stage.http(vendor))(get))).toMatchObject({ code: 'bad_response', arrived: 'unknown' })
    const fitting = await vendorThat(({ response }) => void response.end(Buffer.alloc(100_000)))
    expect((await (await stage.http(fitting))(get)).status).toBe(200)
  })
})

describe('no answer', () => {
  test('because nobody is there: it did not arrive', async () => {
    const gone = await startVendor(() => {})
    await gone.close()
    for (const base of [gone.origin, 'http://no-such-host.invalid']) expect(await failure((await stage.http(base))(get))).toMatchObject({ code: 'unavailable', arrived: 'no' })
  })

  test('because TLS fails: it did not arrive', async () => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    expect(await failure((await stage.http(vendor.origin.replace('http:', 'https:')))(get))).toMatchObject({ code: 'unavailable', arrived: 'no' })
    expect(vendor.heard).toEqual([])
  })

  test('because the connection is never made: it did not arrive', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const base = `https://127.0.0.1:${portOf(silent)}`
    // undici's own timer, half of the limit.
    expect(await failure((await stage.http(base, { limits: { timeoutMs: 1000 } }))(get))).toMatchObject({ code: 'unavailable', arrived: 'no', cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } })
    const connected = new Promise((resolve) => silent.once('connection', resolve))
    const late = failure((await stage.http(base))(get))
    await connected
    stage.clock.advance(10_000)
    expect(await late).toMatchObject({ code: 'timeout', arrived: 'no' })
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => silent.close(resolve))
  })

  test.each([
    ['before its headers', (_heard: Heard) => {}],
    ['while it drips', ({ response }: Heard) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{')],
  ])('within the limit, %s: a timeout that may have arrived', async (_name, answer) => {
    const vendor = await vendorThat(answer)
    const call = failure((await stage.http(vendor))(get))
    const { socket } = await vendor.next()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    stage.clock.advance(10_000)
    expect(await call).toMatchObject({ code: 'timeout', arrived: 'unknown' })
    await closed
  })

  test.each([
    ['before its headers', ({ socket }: Heard) => socket.resetAndDestroy()],
    ['in the middle of its body', ({ response, socket }: Heard) => void response.writeHead(200, { 'content-length': '100' }).write('{', () => socket.resetAndDestroy())],
    ['by a close in the middle', ({ response, socket }: Heard) => void response.writeHead(200, { 'content-length': '100' }).write('{', () => socket.end())],
  ])('because it broke %s: it may have arrived', async (_name, answer) => {
    const vendor = await vendorThat(answer)
    expect(await failure((await stage.http(vendor))({ method: 'POST', path: '/things' }))).toMatchObject({ code: 'unavailable', arrived: 'unknown' })
  })

  test('because the caller gave up', async () => {
    const vendor = await vendorThat(() => {})
    const caller = new AbortController()
    const call = failure((await stage.http(vendor))({ ...get, signal: caller.signal }))
    const { socket } = await vendor.next()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    caller.abort()
    expect(await call).toMatchObject({ code: 'timeout', arrived: 'unknown' })
    await closed
  })

  test('in time: what is still connecting then is never written', async () => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const asked = Promise.withResolvers<() => void>()
    const dispatcher = new Pool(vendor.origin, { connections: 1, connect: (options, done) => asked.resolve(() => buildConnector({})(options, done)) })
    const caller = new AbortController()
    const sending = { clock: stage.clock, dispatcher, url: new URL('/late', vendor.origin), call: get, headers: {}, what: 'GET', timeoutMs: 1000, mostBytes: 1000, excerpt: () => '' }
    const late = failure(send({ ...sending, caller: caller.signal }))
    const connectNow = await asked.promise
    caller.abort()
    expect(await late).toMatchObject({ code: 'timeout', arrived: 'no' })
    connectNow()
    await dispatcher.close()
    expect([vendor.sockets.size, vendor.heard]).toEqual([1, []])
  })
})
