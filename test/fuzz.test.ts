import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { tools } from '@portero/tool-server/tools/index.ts'
import { openEveryDoor, realNames, type Came, type EveryDoor, type Sent } from './support/every-door.ts'
import { hostileTexts } from './support/hostile-texts.ts'

// Thousands of hostile requests at every door that the house has, as strangers and as somebody whom it lets in. FUZZ_RUNS and FUZZ_SEED make it longer, or another one.
const runs = Number(process.env['FUZZ_RUNS'] ?? 250)
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_122)

let stage: EveryDoor
const called: string[] = []
const noteCall = (message: unknown): void => void called.push(connecting(message))
const connecting = (message: unknown): string => (typeof message === 'object' && message !== null && 'connectParams' in message ? JSON.stringify(message.connectParams) : '')
beforeAll(async () => {
  stage = await openEveryDoor()
  subscribe('undici:client:beforeConnect', noteCall)
})
afterAll(async () => {
  unsubscribe('undici:client:beforeConnect', noteCall)
  await stage.end()
})

const mark = 'zz9marca'
const marked = [
  `"><${mark} onload=alert(1)>`, `'><${mark}>`, `</script><${mark}>`, `javascript:${mark}`, `\r\nx-${mark}: 1\r\n\r\n<${mark}>`, `%0d%0ax-${mark}:%201`, `https://malo.example/${mark}`, `//malo.example/${mark}`, `http://169.254.169.254/latest/${mark}`, `http://localhost:22/${mark}`, `../../../../etc/passwd\0${mark}`, `..%2f..%2f${mark}`,
  `' or 1=1; select pg_sleep(5) -- ${mark}`, `");drop table tour;--${mark}`, `\${${mark}}`, `{{${mark}}}`, `<%= ${mark} %>`, `\u0000${mark}`, `\ud800${mark}`, `🏠\u202E${mark}`, `=cmd|'/C calc'!${mark}`, '9'.repeat(400), '-1', '1e999', 'NaN', '0x10', '__proto__', 'constructor', 'toString', 'null', 'true', '', ' ', '%', '%00', '%E0%A4%A',
]
const text = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...marked) }, { weight: 2, arbitrary: fc.constantFrom(...hostileTexts.filter(({ length }) => length < 3_000)) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) })
const value: fc.Arbitrary<unknown> = fc.oneof({ weight: 5, arbitrary: text }, fc.constantFrom<unknown>(null, true, 0, -1, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[[]]], { $gt: '' }, { __proto__: { isAdmin: true } }, ['a', 1, null]), fc.array(text, { maxLength: 3 }), fc.dictionary(text, text, { maxKeys: 2 }))
const names = [...new Set([
  ...tools.flatMap(({ input }) => Object.keys(input.shape)), 'arguments', 'input', 'context', 'conversation_id', 'text', 'record', 'name', 'email', 'do', 'slot', 'hold', 'people', 'next', 'password', 'key', 'sure', 'reason', 'id', 'role', 'search', 'before', 'field', 'day', 'tour', 'agent', 'home', 'language', 'days', 'from', 'to',
  'jsonrpc', 'method', 'params', 'callbackId', 'origin', 'object', 'inputFields', 'fields', 'event', 'payload', 'value', 'state', 'code', 'scope', 'waiting', 'person', 'validationToken', '__proto__', 'constructor', 'toString',
])]
const fields = fc.dictionary(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: text }), value, { maxKeys: 6, noNullPrototype: true })
const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'application/json; charset=utf-16', `text/${mark}`]
type Shot = { door: number; parts: string[]; isReal: boolean; pick: number; method: string; type: string; fields: Record<string, unknown>; raw: string | undefined; query: [string, string][]; header: string; isInside: boolean }
const shot: fc.Arbitrary<Shot> = fc.record({
  door: fc.nat(), parts: fc.array(text, { minLength: 3, maxLength: 3 }), isReal: fc.boolean(), pick: fc.nat(),
  method: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD') }), type: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...types.slice(0, 2)) }, { weight: 1, arbitrary: fc.constantFrom(...types) }),
  fields, raw: fc.option(text, { nil: undefined, freq: 6 }), query: fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 2 }), header: text, isInside: fc.boolean(),
})

const encoded = (part: string): string => encodeURIComponent(part.toWellFormed()).slice(0, 2_000)
const sendable = (header: string): string => header.replaceAll(/[^\t\x20-\x7e]/g, '').slice(0, 400)
const formOf = (fields: Record<string, unknown>): string => Object.entries({ csrf: stage.csrf, ...fields }).map(([name, each]) => `${encoded(name)}=${encoded(typeof each === 'string' ? each : JSON.stringify(each))}`).join('&')
const sentOf = ({ door, parts, isReal, pick, method: chosen, type, fields: given, raw, query, header, isInside }: Shot): Promise<Sent> | Sent => {
  const pattern = stage.doors[door % stage.doors.length]!
  const method = chosen || stage.verbOf(pattern)
  let at = 0
  const path = pattern.replaceAll(/:\w+/g, (part) => {
    const known = realNames[pattern] ?? realNames[part]
    const hostile = parts[at++ % 3]!
    return isReal && known ? known[pick % known.length]! : /^%(?:[0-9a-f]{2}|$)/i.test(hostile) ? hostile.slice(0, 40) : encoded(hostile)
  })
  const asked = query.length === 0 ? '' : `?${query.map(([name, each]) => `${encoded(name)}=${encoded(each)}`).join('&')}`
  const body = method === 'GET' || method === 'HEAD' ? undefined : (raw ?? (type.includes('form-urlencoded') ? formOf(given) : JSON.stringify(pattern.startsWith('/cards') ? { record: { type: 'contact', id: '1' }, ...given } : given)))
  const sent: Sent = { method, path: `${path}${asked}`, headers: { 'content-type': type, 'accept-language': sendable(header) || 'es', ...(!isInside && { authorization: `Bearer ${sendable(header)}`, cookie: `portero_session=${sendable(header)}` }) }, ...(body !== undefined && { body }) }
  return isInside && !/sign-out|\/end$/.test(pattern) ? stage.asInsider(sent) : sent
}

// No fault, nothing of how we are made, nothing of theirs that runs or leads elsewhere.
const inside = /node_modules|\.ts:\d|\n\s+at |syntax error at or near|(?:relation|column) "|invalid input syntax|PGlite|kysely|ECONN|TypeError|ZodError|Cannot read/i
const faultsOf = ({ method, path }: Sent, { status, headers, text: said }: Came): string[] => {
  const is = (what: string): string => `${method} ${path.slice(0, 200)}: ${what}`
  const isPage = /html/.test(headers['content-type'] ?? '')
  const shown = isPage ? said.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '') : said
  return [
    ...(status >= 500 && status !== 503 ? [is(`${status} ${said.slice(0, 200)}`)] : []),
    ...(status < 100 ? [is('no answer')] : []),
    ...(isPage && new RegExp(`<\\s*${mark}|["']>\\s*${mark}|=["']?javascript:${mark}`).test(shown) ? [is('shown unescaped')] : []),
    ...(status >= 400 && inside.test(said) ? [is(`says ${inside.exec(said)?.[0]}`)] : []),
    ...(Object.keys(headers).some((name) => name.includes(mark) || name.startsWith('access-control-')) ? [is('has a header of theirs')] : []),
    ...(!['127.0.0.1', 'localhost'].includes(new URL(headers.location ?? '', stage.url).hostname) ? [is(`leads to ${headers.location}`)] : []),
    ...(said !== '' && headers['x-content-type-options'] !== 'nosniff' ? [is('may be sniffed')] : []),
  ]
}

test('nothing that is sent to any door brings out a fault, a leak or a foreign request', async () => {
  let sent = 0
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(shot, { minLength: 8, maxLength: 8 }), async (shots) => {
      stage.clock.advance(1_000)
      const faults = await Promise.all(shots.map(async (each) => {
        const request = await sentOf(each)
        const came = await stage.knock(request)
        sent++
        statuses.set(came.status, (statuses.get(came.status) ?? 0) + 1)
        return faultsOf(request, came)
      }))
      expect(faults.flat()).toEqual([])
    }),
    { numRuns: runs, seed },
  )
  await stage.house.idle()
  if (process.env['FUZZ_TOLD']) process.stdout.write(`${sent} requests to ${stage.doors.length} doors: ${JSON.stringify([...statuses].toSorted(([a], [b]) => a - b))}\n`)
  expect(sent).toBeGreaterThanOrEqual(runs * 8)
  expect(statuses.get(200)).toBeGreaterThan(50) // some of it went in
  expect(called.filter((call) => !/127\.0\.0\.1|localhost/.test(call))).toEqual([])
}, 3_600_000)

test('and after all of it the house works, and has written nothing of it into its log', async () => {
  await stage.house.worker.settle()
  expect((await stage.knock({ method: 'GET', path: '/readyz' })).status).toBe(200)
  expect(stage.house.logged()).not.toContain(mark)
  expect(stage.house.logged().split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([])
  expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
})
