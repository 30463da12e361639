import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkSignature } from '@portero/tool-server/domain/ports/signature.ts'
import { makeBundles, type Build } from './lab/card-bundles.ts'
import { people } from './lab/hubspot/people.ts'
import { makeProxy, type Proxy } from './lab/hubspot/proxy.ts'
import { recordDoors } from './lab/record-doors.ts'
import type { Asked } from './lab/simulator.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { portOf } from './support/http-stage.ts'

// What stands around the cards in the lab: HubSpot's proxy in front of our server, and the bundles that are made when they are first wanted.
type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer }
const publicUrl = 'https://portero.example'
const clientSecret = 'client-secret-of-the-lab'
let clock: FakeClock
let seen: Seen[]
let answers: ((seen: Seen) => { status: number; body: string } | 'reset' | Promise<never>)[]
let server: Server
let proxy: Proxy

beforeEach(async () => {
  clock = fakeClock()
  seen = []
  answers = []
  server = createServer(async (request, response) => {
    const asked = { method: request.method!, url: request.url!, headers: request.headers, body: await buffer(request) }
    seen.push(asked)
    const answer = await (answers.shift() ?? (() => ({ status: 200, body: '{"fine":true}' })))(asked)
    if (answer === 'reset') request.socket.destroy()
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  proxy = makeProxy({ clock, clientSecret, people, portal: '4812345', publicUrl, serverUrl: `http://127.0.0.1:${portOf(server)}` })
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})
const wanted = { user: '9411', url: `${publicUrl}/cards/visit?a=1`, method: 'POST', body: { record: { type: 'contact', id: '1' } } }
const ask = (more: object = {}): Promise<any> => proxy({ ...wanted, ...more })

describe("HubSpot's proxy in the lab", () => {
  test('says who asks, and signs what HubSpot would have called', async () => {
    expect(await ask()).toEqual({ status: 200, body: { status: 200, type: 'application/json', body: '{"fine":true}' } })
    const [{ method, url, headers, body }] = seen as [Seen]
    expect(url).toBe('/cards/visit?a=1&userId=9411&userEmail=sofia%40urbanhub.mx&portalId=4812345&appId=31337')
    expect(JSON.parse(body.toString())).toEqual(wanted.body)
    const sentAt = String(headers['x-hubspot-request-timestamp'])
    checkSignature({ secrets: [clientSecret], over: [method, publicUrl, url, body, sentAt], given: [String(headers['x-hubspot-signature-v3'])], encoding: 'base64', sentAt: { text: sentAt, unit: 'milliseconds' }, now: clock.now() })
  })
  test.each([['an answer of 500', () => ({ status: 500, body: '{}' })], ['no answer', () => 'reset' as const]])('asks once more after %s', async (_what, answer) => {
    answers = [answer]
    expect((await ask()).body.status).toBe(200)
    expect(seen).toHaveLength(2)
    answers = [answer, answer]
    const { status, body } = await ask()
    expect([status, body.status]).toEqual(status === 502 ? [502, 'error'] : [200, 500])
    expect(seen).toHaveLength(4)
  })
  test('hands on a refusal, once', async () => {
    answers = [() => ({ status: 403, body: '{"error":{"code":"refused"}}' })]
    expect((await ask()).body).toMatchObject({ status: 403, body: '{"error":{"code":"refused"}}' })
    expect(seen).toHaveLength(1)
  })
  test('waits as long as the card wants, and no longer', async () => {
    const never = (): Promise<never> => new Promise(() => {})
    answers = [never, never]
    const asked = ask({ timeout: 3_000 })
    for (const count of [1, 2]) {
      while (seen.length < count) await new Promise((resolve) => setImmediate(resolve))
      clock.advance(3_000)
    }
    expect(await asked).toMatchObject({ status: 502, body: { category: 'BAD_GATEWAY', correlationId: expect.any(String) } })
  })
  test('lets twenty through at a time', async () => {
    let go = (): void => {}
    const open = new Promise<void>((resolve) => (go = resolve))
    answers = Array.from({ length: 20 }, () => () => open.then(() => ({ status: 200, body: '{}' })) as never)
    const all = Array.from({ length: 20 }, () => ask())
    expect((await ask()).status).toBe(429)
    go()
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect((await ask()).status).toBe(200)
  })
  test.each([
    ['elsewhere', { url: 'https://elsewhere.example/cards/visit' }, 400],
    ['to a name that only begins alike', { url: `${publicUrl}.evil.example/cards/visit` }, 400],
    ['with a header of its own', { headers: { 'X-Mine': '1' } }, 400],
    ['for nobody', { user: '1' }, 401],
    ['too much', { body: 'x'.repeat(1_048_577) }, 413],
    ['what is no request', { method: 'TRACE' }, 400],
  ])('does not ask %s', async (_what, more, status) => {
    expect((await ask(more)).status).toBe(status)
    expect(seen).toEqual([])
  })
  test('hands on no more than a megabyte', async () => {
    answers = [() => ({ status: 200, body: 'x'.repeat(1_048_577) })]
    expect((await ask()).status).toBe(502)
  })
})

describe('the bundles', () => {
  test('are made when they are first wanted, once, and told how far they are', async () => {
    let done: (files: Map<string, string>) => void = () => {}
    let begun = 0
    const build = (): Build => ({ done: (begun++, new Promise((resolve) => (done = resolve))), stop() {} })
    const bundles = makeBundles({ clock, build })
    expect([begun, bundles.isReady()]).toEqual([0, false])
    expect(bundles.prepare()).toEqual({ state: 'preparing', seconds: 0 })
    clock.advance(12_000)
    expect(bundles.prepare()).toEqual({ state: 'preparing', seconds: 12 })
    const file = bundles.file('VisitCard')
    const dir = mkdtempSync(join(tmpdir(), 'portero-bundles-'))
    writeFileSync(join(dir, 'VisitCard.js'), 'self.made = true')
    done(new Map([['VisitCard', join(dir, 'VisitCard.js')]]))
    expect(String(await file)).toBe('self.made = true')
    expect(await bundles.file('Other')).toBeUndefined()
    expect([begun, bundles.isReady(), bundles.prepare().state]).toEqual([1, true, 'ready'])
    rmSync(dir, { recursive: true })
  })
  test('that could not be made are told, and tried again by whoever asks next', async () => {
    const outcomes = [Promise.reject(new Error('npm says no')), Promise.resolve(new Map<string, string>())]
    const bundles = makeBundles({ clock, build: () => ({ done: outcomes.shift()!, stop() {} }) })
    bundles.prepare()
    await new Promise((resolve) => setImmediate(resolve))
    expect(bundles.prepare()).toMatchObject({ state: 'failed', fault: 'npm says no' })
    bundles.prepare()
    await new Promise((resolve) => setImmediate(resolve))
    expect(bundles.prepare().state).toBe('ready')
  })
})

test('a bundle is served as a script that reaches nothing, and only once', async () => {
  const bundles = makeBundles({ clock, build: () => ({ done: Promise.resolve(new Map([['VisitCard', import.meta.filename]])), stop() {} }) })
  const get = (path: string, known?: string) => recordDoors({ method: 'GET', path, query: {}, headers: { ...(known !== undefined && { 'if-none-match': known }) }, body: undefined }, { bundles, proxy }, async () => undefined)
  const first = await get('/_cards/VisitCard.js')
  expect(first).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8', 'content-security-policy': "default-src 'none'; script-src 'self'" }, body: expect.stringContaining('lab-cards') })
  expect((await get('/_cards/VisitCard.js', first!.headers!['etag']))!.status).toBe(304)
  expect((await get('/_cards/Nothing.js'))!.status).toBe(404)
  expect(await get('/_cards/..%2fsecrets.js')).toBeUndefined()
})

describe('what a card asks of HubSpot', () => {
  const thing = (id: string, properties: object, ids: Partial<Record<'contacts' | 'deals', string[]>> = {}) => ({ id, properties: { ...properties }, associations: { contacts: [], deals: [], ...ids } })
  const state = { contacts: [thing('7', { firstname: 'Ana' })], deals: [thing('8', { dealname: 'Ana · Loft' }, { contacts: ['7'] })], meetings: [], communications: [], tasks: [], tickets: [], notes: [] }
  const asked = async (path: string, body: unknown): Promise<any> => {
    const wire: Asked = { method: 'POST', path, query: {}, headers: {}, body }
    const answer = await recordDoors(wire, { bundles: makeBundles({ clock, build: () => ({ done: Promise.resolve(new Map()), stop() {} }) }), proxy }, async () => state)
    return { status: answer!.status, body: JSON.parse(String(answer!.body)) }
  }
  test('its properties, those it lacks as null', async () => {
    expect(await asked('/_hubspot/properties', { record: 'contact/7', names: ['firstname', 'lastname'] })).toEqual({ status: 200, body: { firstname: 'Ana', lastname: null } })
    expect((await asked('/_hubspot/properties', { record: 'contact/7', names: '*' })).body).toEqual({ firstname: 'Ana' })
    expect((await asked('/_hubspot/properties', { record: 'contact/99', names: '*' })).status).toBe(404)
  })
  test('what belongs to it, from both sides', async () => {
    const results = async (record: string, toObjectType: string, properties: string[]): Promise<unknown> => (await asked('/_hubspot/associations', { record, toObjectType, properties })).body.results
    expect(await results('contact/7', '0-3', ['dealname'])).toMatchObject([{ toObjectId: 8, properties: { dealname: 'Ana · Loft' } }])
    expect(await results('deal/8', '0-1', ['firstname', 'email'])).toMatchObject([{ toObjectId: 7, properties: { firstname: 'Ana', email: null } }])
    expect(await results('contact/7', '0-2', [])).toEqual([])
  })
  test('and its refusals as an answer', async () => {
    expect((await asked('/_hubspot/fetch', { ...wanted, user: '1' })).body).toMatchObject({ status: 401, body: expect.stringContaining('INVALID_AUTHENTICATION') })
  })
})
