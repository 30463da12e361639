import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { AppError } from '@portero/shared'
import { checkSignature } from '@portero/tool-server/domain/ports/signature.ts'
import { refuseOddJson } from '@portero/tool-server/spine/json-shape.ts'
import { homeOf, makeKnock, mostKnocks } from '@portero/tool-server/spine/knocks.ts'
import { patience } from '@portero/tool-server/spine/patience.ts'
import { fakeClock } from './support/clock.ts'
import { openEveryDoor, realNames, type Came, type EveryDoor, type Sent } from './support/every-door.ts'
import { portOf } from './support/http-stage.ts'

// What every door does with whoever knocks oddly, whatever stands behind it.
const most = { key: 60, wrong: 40, staff: 40, page: 60 } // less than in a house, or these tests would take longer
let stage: EveryDoor
beforeAll(async () => {
  stage = await openEveryDoor(most)
})
afterAll(() => stage.end())
const doorsInTurn = function* (): Generator<string> {
  for (const door of stage.doors) {
    stage.clock.advance(5_000) // nobody is to have knocked too often
    yield door
  }
}
const open = (pattern: string): string => pattern.replace(/:\w+/g, (part) => realNames[pattern]?.[0] ?? realNames[part]?.[0] ?? 'nada')
const posted = (path: string, body: string | Buffer, headers: Record<string, string> = {}): Sent => ({ method: 'POST', path, body, headers: { 'content-type': 'application/json', ...headers } })

test('every door is known here', () => {
  for (const path of ['/tools/:name', '/openapi.json', '/mcp', '/gate/inbound', '/cards/:name', '/workflow/:name', '/book/:token', '/ics/:token', '/media/:token', '/aviso', '/console', '/console/sign-in', '/oauth/:vendor/start', '/oauth/:vendor/callback', '/livez', '/readyz', '/healthz', '/metrics', '/webhooks/bird', '/webhooks/graph/:connection']) expect(stage.doors).toContain(path)
})

test('no door lets a page of another origin read it, nor answers its preflight', async () => {
  const origin = { origin: 'https://malo.example' }
  for (const door of doorsInTurn()) {
    const path = open(door)
    const preflight = await stage.knock({ method: 'OPTIONS', path, headers: { ...origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, content-type' } })
    const came: Came[] = [preflight, await stage.knock({ method: 'GET', path, headers: origin }), await stage.knock(await stage.asInsider({ method: 'GET', path, headers: origin })), await stage.knock(await stage.asInsider(posted(path, '{}', origin)))]
    for (const { headers } of came) expect({ door, opened: Object.keys(headers).filter((name) => name.startsWith('access-control-')) }).toEqual({ door, opened: [] })
    expect(preflight.status).toBeLessThan(500)
  }
})

describe('JSON', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
  const code = (text: string): unknown => {
    try {
      refuseOddJson(Buffer.from(text))
      return undefined
    } catch (thrown) {
      return thrown instanceof AppError && thrown.code
    }
  }
  test('of 64 levels and 20,000 members is taken, and not one more', () => {
    expect([nested(64), nested(65), `[${'1,'.repeat(20_000)}1]`, `[${'1,'.repeat(20_001)}1]`].map(code)).toEqual([undefined, 'invalid_input', undefined, 'invalid_input'])
  })
  test('has signs inside its texts that count for nothing', () => {
    expect([JSON.stringify('[{,'.repeat(40_000)), JSON.stringify({ a: `\\"${'['.repeat(100)}\\` }), '{"a":"\\\\","b":1}'].map(code)).toEqual([undefined, undefined, undefined])
  })
  test('that is too deep is refused at every door that reads it, before anybody does', async () => {
    const deep = nested(30_000)
    const doors = ['/tools/find_homes', '/gate/inbound', '/mcp', '/cards/visit', '/workflow/escalate']
    const came = await Promise.all(doors.map(async (path) => stage.knock(await stage.asInsider(posted(path, deep)))))
    expect(came.map(({ status }) => status)).toEqual(doors.map(() => 400))
    for (const path of ['/webhooks/hubspot', '/webhooks/graph', '/webhooks/bird', '/webhooks/calendly']) expect((await stage.knock(posted(path, nested(500_000)))).status).toBe(400)
  })
  test('of a megabyte and half a million levels is refused after its first bytes', () => {
    let looks = 0
    const watched = new Proxy(Buffer.from(nested(500_000)), { get: (bytes, name) => (looks++, Reflect.get(bytes, name)) })
    expect(() => refuseOddJson(watched)).toThrow(AppError)
    expect(looks).toBeLessThan(500)
  })
  test.each(['{"home":"roma-1","home":"x"}', '{"__proto__":{"scopes":["x"],"isAdmin":true}}', '{"constructor":{"prototype":{"isAdmin":true}}}', '{"home":{"__proto__":{"toString":1}}}'])('that says %s changes no object of ours', async (body) => {
    const { status } = await stage.knock(await stage.asInsider(posted('/tools/find_homes', body)))
    expect(status).toBeLessThan(500)
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
  })
})

test('an empty secret signs nothing, also where somebody has signed with it', () => {
  const given = createHmac('sha256', '').update('body').digest('hex')
  expect(() => checkSignature({ secrets: [''], over: ['body'], given: [given], encoding: 'hex', sentAt: 'not said by this vendor', now: 0 })).toThrow(expect.objectContaining({ code: 'unauthorized' }))
})

describe('a form', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  test.each([['of thousands of fields', 'a=1&'.repeat(3_000)], ['of nested names', `${'a[b]'.repeat(1_000)}=1`], ['with a property of every object', '__proto__[isAdmin]=1&constructor=x'], ['that is larger than any', 'x'.repeat(70_000)]])('%s is refused', async (_title, body) => {
    for (const path of ['/console/sign-in', `/book/${'A'.repeat(60)}`]) {
      const { status } = await stage.knock({ method: 'POST', path, headers: form, body })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
  })
})

describe('whoever knocks oddly', () => {
  const methods = ['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'HEAD']
  test.each(methods)('by %s gets no 5xx from any door', async (method) => {
    for (const door of doorsInTurn()) expect((await stage.knock(await stage.asInsider({ method, path: open(door) }))).status).toBeLessThan(500)
  })
  test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/json; charset=utf-7', 'application/xml', 'application/x-www-form-urlencoded', ''])('with a body of the type %j gets no 5xx from any door', async (type) => {
    for (const door of doorsInTurn()) expect((await stage.knock(await stage.asInsider(posted(open(door), '<a>{"b":1', { 'content-type': type })))).status).toBeLessThan(500)
  })
  test.each([['content-encoding', 'gzip'], ['content-encoding', 'br'], ['expect', '200-maybe'], ['x-http-method-override', 'DELETE'], ['x-forwarded-host', 'malo.example'], ['range', 'bytes=0-,0-,0-']])('with %s: %s gets no 5xx from any door', async (name, value) => {
    for (const door of doorsInTurn()) {
      const { status, headers } = await stage.knock(await stage.asInsider(posted(open(door), '{}', { [name]: value })))
      expect({ door, isFault: status >= 500 }).toEqual({ door, isFault: false })
      expect(headers.location ?? '').not.toContain('malo.example')
    }
  })
})

describe('whoever sends slowly', () => {
  test('is hung up on by the server that we start', async () => {
    expect(readFileSync(new URL('../tool-server/main.ts', import.meta.url), 'utf8')).toContain('createServer(patience, doors)')
    const hasty = createServer({ ...patience, headersTimeout: 40, requestTimeout: 60, connectionsCheckingInterval: 20 }, stage.house.doors)
    await new Promise<void>((resolve) => void hasty.listen(0, '127.0.0.1', resolve))
    const begun = ['POST /webhooks/bird HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"a', 'GET /livez HTTP/1.1\r\nHos']
    const said = await Promise.all(begun.map((text) => new Promise<string>((resolve) => {
      let heard = ''
      const socket = connect(portOf(hasty), '127.0.0.1', () => socket.write(text))
      socket.on('data', (chunk) => void (heard += String(chunk))).on('close', () => resolve(heard)).on('error', () => resolve(heard))
    })))
    hasty.close()
    for (const each of said) expect(each).toMatch(/^(HTTP\/1\.1 408 |$)/)
  })
  test('has half a minute for a body, and ten seconds for the headers', () => {
    expect([patience.requestTimeout, patience.headersTimeout].every((ms) => ms <= 30_000)).toBe(true)
  })
})

describe('how often somebody may knock', () => {
  test('is so often within a minute, and the wait is said', () => {
    const clock = fakeClock()
    const knock = makeKnock(clock, 3)
    for (let time = 0; time < 3; time++) knock('ana')
    expect(() => knock('ana')).toThrow(expect.objectContaining({ code: 'throttled', retryAfterMs: 20_000 }))
    expect(() => knock('eva')).not.toThrow()
    clock.advance(20_000)
    expect(() => knock('ana')).not.toThrow()
    expect(() => knock('ana')).toThrow(AppError)
  })
  test('is far more than people and vendors do', () => {
    expect(mostKnocks).toEqual({ key: 30_000, wrong: 300, staff: 1_200, page: 3_000 })
  })
  test('counts one house of IPv6 as one', () => {
    expect([homeOf('2001:db8:1:2:3::1') === homeOf('2001:db8:1:2:ffff::9'), homeOf('2001:db8:1:3::1') === homeOf('2001:db8:1:2::1'), homeOf('::ffff:203.0.113.7'), homeOf(undefined)]).toEqual([true, false, '203.0.113.7', ''])
  })

  // who: by what the door counts. The last knock is one too many, and the right one after wrong ones is still let in.
  const wrong = { authorization: 'Bearer portero_nobody' }
  test.each<[string, string, keyof typeof most, (stage: EveryDoor) => Promise<Sent>]>([
    ['a wrong key', '/tools/find_homes', 'wrong', async () => posted('/tools/find_homes', '{}', wrong)],
    ['a wrong key', '/mcp', 'wrong', async () => posted('/mcp', '{}', wrong)],
    ['a wrong key', '/gate/inbound', 'wrong', async () => posted('/gate/inbound', '{}', wrong)],
    ['a wrong signature', '/cards/visit', 'wrong', async () => posted('/cards/visit', '{}')],
    ['a wrong signature', '/workflow/escalate', 'wrong', async () => posted('/workflow/escalate', '{}')],
    ['a wrong signature', '/webhooks/bird', 'wrong', async () => posted('/webhooks/bird', '{}')],
    ['a key', '/tools', 'key', async (open) => open.asInsider({ method: 'GET', path: '/tools' })],
    ['somebody who looks at cards', '/cards/visit', 'staff', async (open) => open.asInsider(posted('/cards/visit', '{}'))],
    ['somebody who is signed in', '/console', 'staff', async (open) => open.asInsider({ method: 'GET', path: '/console/live/conversations' })],
    ['an address', '/aviso', 'page', async () => ({ method: 'GET', path: '/aviso' })],
    ['an address', '/ics', 'page', async () => ({ method: 'GET', path: '/ics/nada' })],
    ['an address', '/media', 'page', async () => ({ method: 'GET', path: '/media/nada' })],
    ['an address', '/oauth', 'page', async () => ({ method: 'GET', path: '/oauth/google/callback' })],
  ])('of %s at %s ends with 429', async (_who, _door, kind, make) => {
    stage.clock.advance(120_000)
    const sent = await make(stage)
    for (let time = 0; time < most[kind]; time++) expect((await stage.knock(sent)).status).not.toBe(429)
    const { status, headers } = await stage.knock(sent)
    expect([status, Number(headers['retry-after']) >= 1]).toEqual([429, true])
    if (kind === 'wrong') expect((await stage.knock(await stage.asInsider({ method: 'GET', path: '/tools' }))).status).toBe(200)
    stage.clock.advance(120_000)
    expect((await stage.knock(await make(stage))).status).not.toBe(429)
  })
})
