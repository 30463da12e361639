import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { z } from 'zod'
import { AppError, errors, refusal, type ErrorCode } from '@portero/shared'
import { makeHouse, type House } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import { house as houseOf, type Connector, type Inbound, type Webhook } from '@portero/tool-server/define.ts'
import type { Engine } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'
import { testHouse, type TestHouse } from './support/house.ts'

const canary = 'CANARY-Juan-5215512345678'
const opsToken = 'a token of sixteen or more'
const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

// A vendor whose webhook fails where and how the request's query says.
const thrown: Record<string, () => unknown> = {
  error: () => new Error(canary),
  frames: () => new TypeError(`${canary}.ts:1\n    at ${canary} (/srv/${canary}.ts:7:1)`),
  words: () => canary,
  object: () => ({ name: canary, code: canary, message: canary, stack: `${canary}.ts:1` }),
}
const failing = (stage: string, { url }: Inbound): undefined => {
  const { searchParams } = new URL(url)
  if (searchParams.get('stage') === stage) throw thrown[searchParams.get('how') ?? '']?.()
  return undefined
}
const webhook: Webhook = {
  connectionOf: (inbound) => failing('connectionOf', inbound),
  handshake: (inbound) => failing('handshake', inbound),
  verify(inbound) {
    failing('verify', inbound)
    if (inbound.headers['signature'] !== 'right') throw new AppError('unauthorized', 'The signature is wrong.')
  },
  parse(inbound) {
    failing('parse', inbound)
    return []
  },
}
const flaky: Connector = houseOf<object>().defineConnector({ name: 'flaky', settings: z.strictObject({}), auth: { kind: 'none' }, limits: { perSecond: 9, concurrent: 9, timeoutMs: 1_000 }, redact: [], webhook })

// One sentence as JSON, and nothing of how we are made.
const expectRefusal = ({ status, type, text, body, headers }: Response, code: ErrorCode): void => {
  expect(type).toBe('application/json')
  expect(refusal.parse(body)).toMatchObject({ ok: false, error: { code, retryable: errors[code].retry !== 'never' }, trace: headers['x-trace-id'] })
  expect(status).toBe(errors[code].status)
  expect(text).not.toMatch(/CANARY|<html|\.ts|\.js|node_modules|\bat |\/work\//)
}

describe('an open house', () => {
  let house: TestHouse
  let server: Server
  beforeAll(async () => {
    house = await testHouse({ connectors: [flaky], accounts: [{ vendor: 'flaky', account: 'a', settings: {} }], config: { opsToken } })
    server = createServer(house.doors).listen(0)
  })
  afterAll(async () => {
    server.close()
    await house.end()
  })
  const get = (path: string, headers: Record<string, string> = {}): request.Test => request(server).get(path).set(headers)
  const knock = (query = '', body: string | Buffer = '{}'): request.Test => request(server).post(`/webhooks/flaky?${query}`).set('signature', 'right').type('application/json').send(body)

  test.each<[string, string, ErrorCode]>([
    ['an unknown path', '/nowhere/to/be/found', 'not_found'],
    ['an unknown path that looks like a file', '/index.php?x=<script>', 'not_found'],
    ['a long path', `/${'a'.repeat(8_000)}`, 'not_found'],
    ['an unknown path that is not percent-encoded', '/%E0%A4%A', 'not_found'],
    ['a vendor that is not percent-encoded', '/webhooks/%E0%A4%A', 'invalid_input'],
    ['a vendor with a zero byte', '/webhooks/flaky%00', 'not_found'],
    ['a vendor that is a property of every object', '/webhooks/constructor', 'not_found'],
    ['a connection that nobody has', '/webhooks/flaky/00000000-0000-7000-8000-000000000009', 'not_found'],
    ['a webhook by GET', '/webhooks/flaky', 'not_found'],
  ])('refuses %s in one sentence', async (_title, path, code) => {
    expectRefusal(await get(path), code)
  })
  test.each<[string, () => request.Test, ErrorCode]>([
    ['a wrong signature', () => request(server).post('/webhooks/flaky').send('{}'), 'unauthorized'],
    ['a body that is too large', () => knock('', 'x'.repeat(1_048_577)), 'too_large'],
    ['a body that is compressed', () => knock().set('content-encoding', 'gzip'), 'unsupported'],
    ['a health check by POST', () => request(server).post('/livez'), 'not_found'],
  ])('refuses %s in one sentence', async (_title, ask, code) => {
    expectRefusal(await ask(), code)
  })
  test('takes in a body of a whole megabyte', async () => {
    expect((await knock('', 'x'.repeat(1_048_576))).status).toBe(200)
  })
  test.each([['headers', '/livez', { 'x-long': 'a'.repeat(20_000) }], ['path', `/${'a'.repeat(20_000)}`, {}]])('refuses %s that are huge, without a page', async (_title, path, headers) => {
    const { status, text } = await get(path, headers)
    expect({ status, text }).toEqual({ status: 431, text: '' })
  })

  describe('with a connector that throws', () => {
    const ways = ['connectionOf', 'handshake', 'verify', 'parse'].flatMap((stage) => Object.keys(thrown).map((how) => [stage, how] as const))
    test.each(ways.filter(([stage]) => stage !== 'parse'))('in %s %s: tells nothing of it outside', async (stage, how) => {
      expectRefusal(await knock(`stage=${stage}&how=${how}`), stage === 'verify' ? 'unauthorized' : 'bug')
    })
    test.each(ways)('in %s %s: tells nothing of it in the log, nor in the dead letters', async (stage, how) => {
      const before = house.logged().length
      await knock(`stage=${stage}&how=${how}`)
      await house.worker.settle()
      const { rows } = await sql<{ error: string }>`select error from inbox where state = 'dead'`.execute(house.db.bare)
      const logged = house.logged().slice(before)
      expect(logged).toMatch(/door\.failed|webhook\.verify-failed|inbox\.dead/)
      expect(logged + JSON.stringify(rows)).not.toContain('CANARY')
    })
  })

  test.each([
    ['es-MX,es;q=0.9,en;q=0.8', 'es-MX'], ['es', 'es-MX'], ['ES-419', 'es-MX'], ['en-US,en;q=0.9,es;q=0.5', 'en'], ['pt-BR', 'en'], ['est', 'en'], ['*', 'en'], [undefined, 'en'],
  ] as const)('speaks to a reader of %s in %s', async (accepted, language) => {
    const headers: Record<string, string> = accepted ? { 'accept-language': accepted } : {}
    const said = await Promise.all([get('/nowhere', headers), get('/webhooks/%E0%A4%A', headers), knock('stage=handshake&how=error').set(headers), knock('stage=verify&how=error').set(headers)])
    expect(said.map(({ body }) => refusal.parse(body).say)).toEqual([errors.not_found, errors.invalid_input, errors.bug, errors.unauthorized].map(({ say }) => say[language]))
  })

  test('goes on with the trace of whoever asks', async () => {
    expect((await get('/livez', { traceparent: `00-${trace}-00f067aa0ba902b7-01` })).headers['x-trace-id']).toBe(trace)
  })
  test.each([
    '', 'nonsense', trace, `00-${trace}`, `00-${trace}-00f067aa0ba902b7`, `00-${trace}-00f067aa0ba902b7-01-more`, `00-${trace}-00f067aa0ba902b7-01, 00-${trace}-00f067aa0ba902b7-01`, `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${trace.slice(1)}-00f067aa0ba902b7-01`, `ff-${trace}-00f067aa0ba902b7-01`, `00-${trace}-0000000000000000-01`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  ])('begins a trace of its own where it is told %s', async (traceparent) => {
    const { headers } = await get('/livez', { traceparent })
    expect(headers['x-trace-id']).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
    expect(headers['x-trace-id']).not.toBe(trace)
  })

  test.each(['/livez', '/readyz', '/nowhere', '/metrics'])('guards the browser of whoever looks at %s', async (path) => {
    const { headers } = await get(path)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN', 'referrer-policy': 'no-referrer', 'strict-transport-security': expect.stringContaining('max-age='), 'content-security-policy': expect.stringContaining("script-src 'self'") })
    expect(headers).not.toHaveProperty('x-powered-by')
  })

  test('is alive', async () => {
    expect((await get('/livez')).body).toEqual({ ok: true })
  })
  test('is ready, and says by what', async () => {
    const { status, body } = await get('/readyz')
    expect({ status, body }).toEqual({ status: 200, body: { ok: true, conditions: ['database', 'disk', 'accepting', 'agents'].map((name) => ({ name, ok: true })) } })
  })

  describe.each([['/healthz', 'application/json'], ['/metrics', 'text/plain']])('shows %s', (path, mime) => {
    const proxied = { 'x-forwarded-for': '203.0.113.9' }
    test('to this machine', async () => {
      expect(await get(path)).toMatchObject({ status: 200, type: mime })
    })
    test('to whoever has the token', async () => {
      expect((await get(path, { ...proxied, authorization: `Bearer ${opsToken}` })).status).toBe(200)
    })
    test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'via'])('to nobody for whom a proxy speaks by %s', async (name) => {
      expectRefusal(await get(path, { [name]: 'for=127.0.0.1' }), 'unauthorized')
    })
    test.each(['', 'Bearer', 'Bearer ', `Bearer ${opsToken}x`, `Bearer ${opsToken.slice(1)}`, `Bearer x${opsToken.slice(1)}`, opsToken, `Basic ${opsToken}`, 'Bearer undefined'])("to nobody with '%s'", async (authorization) => {
      expectRefusal(await get(path, { ...proxied, authorization }), 'unauthorized')
    })
    test.each([['127.0.0.1', 200], ['127.8.8.8', 200], ['::1', 200], ['::ffff:127.0.0.1', 200], ['10.0.0.1', 401], ['203.0.113.127', 401], ['::ffff:10.127.0.1', 401], ['2001:db8::1', 401], ['::127.0.0.1', 401], [undefined, 401]])('to %s: %d', async (remoteAddress, status) => {
      const away = createServer((incoming, response) => {
        Object.defineProperty(incoming.socket, 'remoteAddress', { value: remoteAddress, configurable: true })
        house.doors(incoming, response)
      })
      expect((await request(away).get(path)).status).toBe(status)
    })
  })
})

test('no token opens /metrics where none is set', async () => {
  const house = await testHouse()
  try {
    expect((await request(house.doors).get('/metrics').set({ forwarded: 'for=x', authorization: 'Bearer undefined' })).status).toBe(401)
  } finally {
    await house.end()
  }
})

describe('a house that is not open', () => {
  const furnish = (engine: Engine, clock: FakeClock): House => {
    const config = { ...readConfig({}), masterKeys: [Buffer.alloc(32, 1)] }
    return makeHouse({ config, clock, log: makeLog({ level: 'silent', clock }), engine, connectors: [flaky], flows: [], accounts: [] })
  }
  const conditionsOf = async (house: House): Promise<{ status: number; conditions: { name: string; ok: boolean; detail?: string }[] }> => {
    const { status, body } = await request(house.doors).get('/readyz')
    return { status, conditions: body.conditions }
  }

  test('yet is alive, says that it is starting, and takes nothing in', async () => {
    const fresh = await freshEngine()
    const house = furnish(fresh.engine, fakeClock())
    try {
      expect((await request(house.doors).get('/livez')).status).toBe(200)
      expect(await conditionsOf(house)).toEqual({ status: 503, conditions: expect.arrayContaining([{ name: 'database', ok: false, detail: 'starting' }]) })
      expectRefusal(await request(house.doors).post('/webhooks/flaky'), 'unavailable')
    } finally {
      await house.close(0)
      await fresh.remove()
    }
  })

  test('since its database is away says so', async () => {
    const clock = fakeClock()
    const house = furnish(openPostgres({ url: 'postgres://root@127.0.0.1:1/none', clock, log: makeLog({ level: 'silent', clock }) }), clock)
    const beginning = house.begin({ work: false })
    for (let rest = clock.pending(); rest === 0; rest = clock.pending()) await new Promise((resolve) => setImmediate(resolve)) // it has tried, and waits
    expect(await conditionsOf(house)).toEqual({ status: 503, conditions: expect.arrayContaining([{ name: 'database', ok: false, detail: 'the database cannot be reached' }]) })
    await house.close(0)
    clock.advance(5_000)
    await beginning
  })

  test('any more says that it is shutting down', async () => {
    const fresh = await freshEngine()
    const house = furnish(fresh.engine, fakeClock())
    await house.begin({ work: false })
    const closing = house.close(0)
    expect(await conditionsOf(house)).toEqual({ status: 503, conditions: expect.arrayContaining([{ name: 'accepting', ok: false, detail: 'shutting down' }]) })
    await closing
    await fresh.remove()
  })
})
