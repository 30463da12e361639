import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import request from 'supertest'
import { z } from 'zod'
import { AppError, type ErrorCode } from '@portero/shared'
import { defineCommand, doing, house as houseOf } from '@portero/tool-server/define.ts'
import { faultFields } from '@portero/tool-server/spine/fault.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { inTrace } from '@portero/tool-server/spine/trace.ts'
import { fakeClock } from './support/clock.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { json, startVendor, type Heard, type Vendor } from './support/http-stage.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('a line of the log', () => {
  const lines: string[] = []
  const clock = fakeClock()
  const log = makeLog({ level: 'info', clock, to: { write: (line) => void lines.push(line) } })

  test('is JSON: when, how bad, what, in which trace, and its fields', () => {
    inTrace(trace, () => log.warn('tour.late', { id: 't1', minutes: 5 }))
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ level: 'warn', time: clock.now(), event: 'tour.late', trace, id: 't1', minutes: 5 })
  })
  test('has no place for what is not known', () => {
    log.error('tour.lost', { id: undefined })
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ level: 'error', time: clock.now(), event: 'tour.lost' })
  })
  test('is not written below the level', () => {
    const before = lines.length
    log.debug('tour.seen')
    expect(lines).toHaveLength(before)
  })
})

describe('what a log may say of something thrown', () => {
  const secret = 'CANARY'
  const around = fc.oneof(fc.string(), fc.constantFrom('', '\n', ':', '.ts:1', '\n    at ', ' (/srv/', '.ts:7:1)', 'at x.ts:1:1\n', 'Error: ', '$&'))
  const message = fc.tuple(fc.array(around), fc.array(around)).map(([before, after]) => `${before.join('')}${secret}${after.join('')}`)
  const makers: Record<string, (message: string) => unknown> = {
    'an error': (text) => new Error(text),
    'one of ours': (text) => new AppError('bug', text, { detail: text, cause: new Error(text) }),
    'one of many': (text) => new AggregateError([new Error(text)], text),
    'one of the platform': (text) => new DOMException(text, 'TimeoutError'),
    'one with the details of a database': (text) => Object.assign(new Error(text), { code: '23505', detail: text, where: text }),
    'one whose name and code are sentences': (text) => Object.assign(new Error('x'), { name: `say ${text}`, code: `say ${text}` }),
    'a string': (text) => text,
    'an object': (text) => ({ name: text, code: text, message: text, stack: text }),
  }
  test.each(Object.entries(makers))('of %s is never its message', (_title, make) => {
    fc.assert(fc.property(message, (text) => {
      expect(JSON.stringify(faultFields(make(text)))).not.toContain(secret)
    }), { numRuns: 300 })
  })
  test('is its name, its code and the line of ours that threw it', () => {
    expect(faultFields(Object.assign(new RangeError('x'), { code: 'ERR_X' }))).toEqual({ fault: 'RangeError', code: 'ERR_X', at: expect.stringMatching(/^log\.test\.ts:\d+$/) })
  })
  test.each([[undefined, 'undefined'], [null, 'object'], ['words', 'string'], [{}, 'object']])('is the kind of %s', (thrown, fault) => {
    expect(faultFields(thrown)).toEqual({ fault, code: undefined, at: undefined })
  })
})

describe('a message on its whole way', () => {
  const person = { name: 'CANARY Juan Pérez', phone: '+525599887766', text: 'CANARY quiero ver el departamento' }
  const leak = /CANARY|5599887766/i
  const said = z.strictObject({ way: z.string(), name: z.string(), phone: z.string(), text: z.string() })
  const echo = JSON.stringify({ error: `${person.name} (${person.phone}) wrote: ${person.text}`, ...person, [person.phone]: person.name })

  // What the vendor answers, and what that means to us.
  const answers: Record<string, [ErrorCode, (heard: Heard) => void]> = {
    'refuses it as JSON': ['invalid_input', (heard) => json(heard, 400, JSON.parse(echo), { 'x-error': 'CANARY', 'x-request-id': 'CANARY' })],
    'refuses it as text': ['invalid_input', ({ response }) => void response.writeHead(400, 'CANARY reason', { 'content-type': 'text/plain' }).end(echo)],
    'refuses it as a page': ['invalid_input', ({ response }) => void response.writeHead(422, { 'content-type': 'text/html' }).end(`<p>${echo}</p>`)],
    'knows nobody': ['not_found', (heard) => json(heard, 404, JSON.parse(echo))],
    'asks us to wait': ['throttled', (heard) => json(heard, 429, JSON.parse(echo), { 'retry-after': '2' })],
    'fails': ['unavailable', (heard) => json(heard, 500, JSON.parse(echo))],
    'is away': ['unavailable', (heard) => json(heard, 503, JSON.parse(echo))],
    'sends us elsewhere': ['bad_response', ({ response }) => void response.writeHead(302, { location: `https://elsewhere.example/CANARY?phone=${person.phone}` }).end()],
    'answers half': ['unavailable', ({ response, socket }) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9999' }).write(echo, () => socket.destroy())],
    'answers JSON that is none': ['bad_response', ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end(`{${echo}`)],
    'answers something else': ['bug', (heard) => json(heard, 200, JSON.parse(echo))],
    'does not speak HTTP': ['bad_response', ({ socket }) => void socket.end(`CANARY ${person.phone}\r\n\r\n`)],
  }
  // What goes wrong on our side.
  const ours: Record<string, ErrorCode | undefined> = {
    'its parser throws': 'invalid_input', 'its parser quotes it': 'invalid_input', 'no flow is for it': 'not_found', 'it does not fit its flow': 'invalid_input', 'its flow throws': 'bug', 'its flow quotes it to the database': 'bug',
    'its flow sends what does not fit': 'bug', 'its signature is wrong': undefined,
  }

  const { defineConnector, defineFlow } = houseOf<object>()
  const reply = defineCommand({ name: 'mensajes.reply', args: said, result: z.strictObject({ id: z.string() }), attempts: 2, blocksSerialWhenDead: false })
  const hear = defineFlow({
    name: 'hear', payload: said,
    async decide(payload, _facts, act) {
      if (payload.way === 'its flow throws') throw new TypeError(echo)
      if (payload.way === 'its flow quotes it to the database') await sql`select ${payload.name}::uuid`.execute(act.tx)
      if (payload.way === 'its flow sends what does not fit') await act.send(reply, Object.assign({ ...payload }, { [payload.phone]: 1 }), { key: payload.way })
      await act.send(reply, payload, { key: payload.way })
    },
  })
  const mensajes = defineConnector({
    name: 'mensajes', settings: z.strictObject({ baseUrl: z.url(), apiKey: z.string() }), auth: { kind: 'key', header: 'x-key', prefix: '' }, limits: { perSecond: 1_000, concurrent: 9, timeoutMs: 5_000 }, redact: [],
    webhook: {
      verify({ headers }) {
        if (headers['x-way'] === encodeURIComponent('its signature is wrong')) throw new AppError('unauthorized', 'The signature is wrong.')
      },
      parse({ rawBody }) {
        const { id, ...payload } = z.looseObject({ id: z.string(), way: z.string() }).parse(JSON.parse(rawBody.toString()))
        if (payload.way === 'its parser quotes it') throw new Error(echo)
        return [{ id, flow: payload.way === 'no flow is for it' ? 'nobody' : 'hear', payload: payload.way === 'it does not fit its flow' ? { ...payload, [person.phone]: person.name } : payload }]
      },
    },
    does: [doing(reply, 'same-effect', async (args, { http }) => {
      const { body } = await http({ method: 'POST', path: `/people/${encodeURIComponent(args.phone)}/messages`, query: { name: args.name, way: args.way }, headers: { 'x-phone': args.phone }, body: args })
      return z.strictObject({ id: z.string() }).parse(body)
    })],
  })

  let vendor: Vendor
  let house: TestHouse
  beforeAll(async () => {
    vendor = await startVendor((heard) => answers[new URL(heard.url, 'http://vendor').searchParams.get('way') ?? '']?.[1](heard))
    house = await testHouse({ connectors: [mensajes], flows: [hear], accounts: [{ vendor: 'mensajes', account: 'a', settings: { baseUrl: vendor.origin, apiKey: 'CANARY-key' } }] })
  })
  afterAll(async () => {
    await house.end()
    await vendor.close()
  })
  let delivered = 0
  const deliver = async (way: string): Promise<string> => {
    await sql`delete from job where kind in ('turn', 'command')`.execute(house.db.bare) // one that waits for the vendor would make all wait
    await sql`delete from inbox`.execute(house.db.bare)
    const before = house.logged().length
    const body = way === 'its parser throws' ? `CANARY ${person.phone}` : JSON.stringify({ id: `${delivered++}:${way}`, way, ...person })
    const headers = { 'x-name': encodeURIComponent(person.name), 'x-phone': person.phone, 'x-way': encodeURIComponent(way), cookie: 'CANARY' }
    await request(house.doors).post('/webhooks/mensajes').query({ name: person.name, phone: person.phone }).set(headers).type('application/json').send(body)
    for (let round = 0; round < 4; round++) {
      await house.worker.settle()
      house.clock.advance(3 * 60_000)
    }
    return house.logged().slice(before)
  }
  const errorsKept = async (): Promise<string> => {
    const { rows } = await sql`select error_code, error from inbox where error is not null union all select error_code, error from job where error is not null`.execute(house.db.bare)
    return JSON.stringify(rows)
  }

  const codeOf = async (way: string): Promise<string | undefined> => {
    const { rows } = await sql<{ code: string }>`select error_code as code from job where key = ${way} or key like ${`%:${way}`} union select error_code from inbox where seq = (select max(seq) from inbox)`.execute(house.db.bare)
    return rows.map(({ code }) => code).find((code) => code !== null)
  }

  test.each([...Object.entries(answers).map(([way, [code]]) => [`its vendor ${way}`, way, code] as const), ...Object.entries(ours).map(([way, code]) => [way, way, code] as const)])(
    'leaves nothing of the person in the log, the metrics or a sentence of an error when %s', async (_title, way, code) => {
      const logged = await deliver(way)
      const metrics = await request(house.doors).get('/metrics')
      expect([await codeOf(way), metrics.status]).toEqual([code, 200])
      expect(logged + metrics.text + (await errorsKept())).not.toMatch(leak)
    })
  test('leaves what the vendor said sealed beside the job', async () => {
    await deliver('refuses it as JSON')
    const { rows: [job] } = await sql<{ id: string; error_sealed: Buffer }>`select id, error_sealed from job where key = 'refuses it as JSON'`.execute(house.db.bare)
    expect((await house.vault.open(house.db.bare, house.tenant, `job.error:${job!.id}`, job!.error_sealed)).toString()).toMatch(leak)
  })
})
