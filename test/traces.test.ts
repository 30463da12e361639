import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig } from '@portero/tool-server/config.ts'
import { isHere } from '@portero/tool-server/spine/http.ts'
import type { Job } from '@portero/tool-server/spine/jobs.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeOtlp } from '@portero/tool-server/spine/otlp.ts'
import { eachOf } from '@portero/tool-server/spine/together.ts'
import { currentSpan, currentTrace, inTrace } from '@portero/tool-server/spine/trace.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { portOf } from './support/http-stage.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

type Value = { stringValue?: string; intValue?: string; boolValue?: boolean; doubleValue?: number }
type Attribute = { key: string; value: Value }
type Step = { traceId: string; spanId: string; parentSpanId?: string; name: string; kind: number; startTimeUnixNano: string; endTimeUnixNano: string; attributes: Attribute[]; links?: { traceId: string; spanId: string }[]; status: { code?: number; message?: string } }
type Exported = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { scope: { name: string }; spans: Step[] }[] }[] }

// A collector, as far as a client can tell: a real server that keeps what it is sent.
type Collector = { url: string; asked: IncomingMessage[]; exported: Exported[]; steps(): Step[]; answer: (response: ServerResponse) => void; close(): Promise<void> }
const startCollector = async (): Promise<Collector> => {
  const exported: Exported[] = []
  const asked: IncomingMessage[] = []
  const collector: Collector = {
    url: '', asked, exported,
    steps: () => exported.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))),
    answer: (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Exported
    asked.push(request)
    exported.push(body)
    collector.answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  collector.url = `http://127.0.0.1:${portOf(server)}/v1/traces`
  return collector
}
// The clock that is moved by hand is faster than the network: nothing here may run out of time by it.
const settled = async (is: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 2_000 && !is(); turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('one conversation', () => {
  let stage: VisitStage
  let collector: Collector
  let steps: Step[]
  const phone = '+525511112222'
  const caller = '4bf92f3577b34da6a3ce929d0e0e4736'
  beforeAll(async () => {
    collector = await startCollector()
    stage = await openVisit(undefined, { traces: { url: collector.url, headers: { 'x-key': 'k' }, timeoutMs: 600_000, resource: { 'service.name': 'portero', 'deployment.environment': 'lab' } } })
    await stage.say(phone, 'Hola')
    await stage.say(phone, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
    await stage.say(phone, 'la 1')
    await stage.say(phone, 'el 2')
    await fetch(`${stage.url}/tools/my_tours`, { method: 'POST', headers: { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': stage.lab.bird.phone.write(phone, { text: 'mis visitas' }).conversationId, 'content-type': 'application/json', traceparent: `00-${caller}-00f067aa0ba902b7-01` }, body: '{}' })
    await stage.follow(10_000)
    await settled(() => collector.steps().length > 20)
    steps = collector.steps()
  })
  afterAll(async () => {
    await stage.end()
    await collector.close()
  })
  const attribute = ({ attributes }: Step, key: string): string | undefined => attributes.find((each) => each.key === key)?.value.stringValue
  const above = (step: Step): Step[] => {
    const parent = steps.find(({ spanId, traceId }) => spanId === step.parentSpanId && traceId === step.traceId)
    return parent ? [parent, ...above(parent)] : []
  }

  test('is told to the collector as OTLP has it', () => {
    expect(collector.asked.every(({ method, url, headers }) => method === 'POST' && url === '/v1/traces' && headers['content-type'] === 'application/json' && headers['x-key'] === 'k')).toBe(true)
    expect(collector.exported[0]!.resourceSpans[0]!.resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'portero' } }, { key: 'deployment.environment', value: { stringValue: 'lab' } }])
    for (const step of steps) {
      expect(step).toEqual({
        traceId: expect.stringMatching(/^(?!0{32})[0-9a-f]{32}$/), spanId: expect.stringMatching(/^(?!0{16})[0-9a-f]{16}$/), ...(step.parentSpanId !== undefined && { parentSpanId: expect.stringMatching(/^(?!0{16})[0-9a-f]{16}$/) }),
        name: expect.stringMatching(/^[\w .:/{}*-]{3,80}$/), kind: expect.any(Number), startTimeUnixNano: expect.stringMatching(/^\d{19}$/), endTimeUnixNano: expect.stringMatching(/^\d{19}$/), attributes: expect.any(Array), status: expect.any(Object), ...(step.links && { links: [{ traceId: expect.stringMatching(/^[0-9a-f]{32}$/), spanId: expect.stringMatching(/^[0-9a-f]{16}$/) }] }),
      })
      expect([1, 2, 3, 5]).toContain(step.kind)
      expect(BigInt(step.endTimeUnixNano) >= BigInt(step.startTimeUnixNano)).toBe(true)
      for (const { value } of step.attributes) expect(Object.entries(value)).toEqual([[expect.stringMatching(/^(stringValue|intValue|boolValue|doubleValue)$/), 'intValue' in value ? expect.stringMatching(/^-?\d+$/) : expect.anything()]])
    }
    expect(new Set(steps.map(({ spanId }) => spanId)).size).toBe(steps.length)
  })
  test('has the write to HubSpot in the trace of the message from WhatsApp, linked step by step', () => {
    const writes = steps.filter((step) => step.kind === 3 && attribute(step, 'portero.vendor') === 'hubspot' && attribute(step, 'http.request.method') === 'POST')
    const ways = writes.map((write) => above(write).map(({ name, kind }) => `${kind} ${name}`))
    const whole = ways.filter((way) => way.at(-1) === '2 webhook bird' && way.some((name) => name.startsWith('5 command crm.put-')))
    expect(whole.length).toBeGreaterThan(0)
    expect(whole.every((way) => way.includes('5 turn crm.refresh') && /^5 turn messaging\.(heard|said)$/.test(way.at(-2)!))).toBe(true)
    expect(ways.some((way) => way.includes('5 command crm.put-meeting'))).toBe(true) // the visit: of which message it comes is up to what was grouped with it
    expect(ways.filter((way) => way.at(-1)?.startsWith('5 command'))).toEqual([]) // whatever is written comes of something that was said
  })
  test('leaves no step without the one that it says it comes of', () => {
    const lost = steps.filter((step) => step.parentSpanId !== undefined && step.parentSpanId !== '00f067aa0ba902b7' && !steps.some(({ spanId, traceId }) => spanId === step.parentSpanId && traceId === step.traceId))
    expect(lost.map(({ name }) => name)).toEqual([])
  })
  test('goes on in the trace of whoever calls a door of ours', () => {
    const theirs = steps.filter(({ traceId }) => traceId === caller)
    expect(theirs.map(({ name, parentSpanId }) => [name, theirs.find(({ spanId }) => spanId === parentSpanId)?.name ?? parentSpanId]).toSorted(([a = ''], [b = '']) => a.localeCompare(b))).toEqual([['POST /tools/:name', '00f067aa0ba902b7'], ['tool my_tours', 'POST /tools/:name']])
  })
  test('says nothing of the person, nor where anything of theirs is', () => {
    expect(JSON.stringify(collector.exported)).not.toMatch(/5511112222|Narvarte|Hola|recámaras/i)
    const known = ['portero.kind', 'portero.name', 'portero.lane', 'portero.attempt', 'portero.job', 'portero.connection', 'portero.outcome', 'portero.vendor', 'portero.wire', 'portero.jobs', 'http.request.method', 'http.response.status_code', 'http.route', 'error.type']
    expect([...new Set(steps.flatMap(({ attributes }) => attributes.map(({ key }) => key)))].filter((key) => !known.includes(key))).toEqual([])
  })
  test('is counted', async () => {
    const text = await (await fetch(`${stage.url}/metrics`)).text()
    expect(Number(/portero_trace_spans_total\{outcome="sent"\} (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(steps.length)
    expect(text).not.toContain('portero_trace_spans_total{outcome="dropped"}')
  })
})

test('of many who write at once, and whose work goes together, each keeps their own trace', async () => {
  const collector = await startCollector()
  const stage = await openVisit(undefined, { traces: { url: collector.url, headers: {}, timeoutMs: 600_000, resource: { 'service.name': 'portero' } } })
  try {
    for (let one = 1; one <= 8; one++) stage.lab.bird.phone.write(`+52551111555${one}`, { text: 'Hola' })
    await stage.follow(20_000)
    await settled(() => collector.steps().filter(({ name }) => name === 'command crm.put-contact').length >= 8)
    const puts = collector.steps().filter(({ name }) => name === 'command crm.put-contact')
    expect(new Set(puts.map(({ traceId }) => traceId)).size).toBe(8)
    const calls = collector.steps().filter(({ name }) => name.startsWith('together crm.'))
    expect(calls.some(({ attributes }) => attributes.some(({ key, value }) => key === 'portero.jobs' && Number(value.intValue) > 1))).toBe(true) // or it would be no test
    expect(puts.filter(({ links }) => !calls.some(({ traceId, spanId }) => links?.[0]?.traceId === traceId && links[0].spanId === spanId))).toEqual([])
  } finally {
    await stage.end()
    await collector.close()
  }
})

test('what goes together is made ready and ended by each in its own trace and step', async () => {
  const jobs = ['a', 'b'].map((id) => ({ trace: id.repeat(32), ownSpan: id.repeat(16) }) as Job)
  const here = async (): Promise<string> => `${currentTrace()} ${currentSpan()}`
  const ends = inTrace('c'.repeat(32), () => eachOf(jobs, { prepare: here, call: async (ready) => ready.map(() => 0), end: async ({ args }) => [args, await here()] }))
  expect(await Promise.all(ends)).toEqual(jobs.map(({ trace, ownSpan }) => [`${trace} ${ownSpan}`, `${trace} ${ownSpan}`]))
})

test('a collector that is away changes nothing for whoever writes, and what it missed is counted', async () => {
  const gone = await startCollector()
  await gone.close()
  const stage = await openVisit(undefined, { traces: { url: gone.url, headers: {}, timeoutMs: 1_000, resource: { 'service.name': 'portero' } } })
  try {
    expect(await stage.say('+525511114444', 'Hola')).toMatch(/asistente virtual/i)
    const dropped = async (): Promise<number> => Number(/portero_trace_spans_total\{outcome="dropped"\} (\d+)/.exec(await (await fetch(`${stage.url}/metrics`)).text())?.[1] ?? 0)
    for (let turn = 0; turn < 20 && (await dropped()) === 0; turn++) await stage.follow(10_000)
    expect(await dropped()).toBeGreaterThan(0)
    expect(stage.house.logged()).toMatch(/"event":"trace.dropped"/)
    expect(await stage.say('+525511114444', 'Busco depa en la Narvarte')).toMatch(/^Encontré/)
  } finally {
    await stage.end()
  }
})

describe('the exporter', () => {
  let collector: Collector
  let clock: FakeClock
  let counted: Record<string, number>
  const open = async () => {
    collector = await startCollector()
    clock = fakeClock()
    counted = { sent: 0, dropped: 0 }
    return makeOtlp({ url: collector.url, headers: {}, timeoutMs: 1_000, resource: { 'service.name': 'portero' }, clock, log: makeLog({ level: 'silent', clock }), count: (outcome, spans) => void (counted[outcome] = (counted[outcome] ?? 0) + spans) })
  }
  const note = (spans: Awaited<ReturnType<typeof open>>, many: number): void => {
    for (let at = 0; at < many; at++) spans.begin({ name: 'a step', kind: 'internal', trace: 'ab'.repeat(16) }).end()
  }

  test('waits for company, and sends what there is when it stops', async () => {
    const spans = await open()
    note(spans, 3)
    clock.advance(4_999)
    expect(collector.exported).toEqual([])
    clock.advance(1)
    await settled(() => counted['sent'] === 3)
    note(spans, 2)
    await spans.close()
    expect([counted, collector.exported.map(({ resourceSpans }) => resourceSpans[0]!.scopeSpans[0]!.spans.length)]).toEqual([{ sent: 5, dropped: 0 }, [3, 2]])
    await collector.close()
  })
  test('tries again what it may, and no more than three times', async () => {
    const spans = await open()
    collector.answer = (response) => void response.writeHead(503, { 'retry-after': '7' }).end()
    note(spans, 1)
    clock.advance(5_000)
    await settled(() => collector.exported.length === 1)
    for (let round = 0; round < 30 && counted['dropped'] === 0; round++) {
      await settled(() => clock.pending() > 0)
      clock.advance(7_000)
      const before = collector.exported.length
      await settled(() => collector.exported.length > before || counted['dropped']! > 0)
    }
    expect([counted, collector.exported.length]).toEqual([{ sent: 0, dropped: 1 }, 3])
    await spans.close()
    await collector.close()
  })
  test('does not try again what is refused, and counts what is refused in part', async () => {
    const spans = await open()
    collector.answer = (response) => void response.writeHead(400).end()
    note(spans, 2)
    clock.advance(5_000)
    await settled(() => counted['dropped'] === 2)
    collector.answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}')
    note(spans, 3)
    clock.advance(5_000)
    await settled(() => counted['sent'] === 2)
    expect([counted, collector.exported.length]).toEqual([{ sent: 2, dropped: 3 }, 2])
    await spans.close()
    await collector.close()
  })
  test('holds 2,048 and no more while the collector says nothing', async () => {
    const spans = await open()
    collector.answer = () => undefined
    note(spans, 512) // on their way
    await settled(() => collector.exported.length === 1)
    note(spans, 2_048 + 7)
    expect(counted).toEqual({ sent: 0, dropped: 7 })
    clock.advance(1_000) // its patience with the collector
    collector.answer = (response) => void response.writeHead(200).end()
    await settled(() => clock.pending() > 0)
    clock.advance(2_000)
    await settled(() => counted['sent'] === 512 + 2_048)
    expect(counted).toEqual({ sent: 512 + 2_048, dropped: 7 })
    await spans.close()
    await collector.close()
  })
})

test.each([['http://localhost:3100', true], ['http://127.0.0.1:9', true], ['http://[::1]:9', true], ['https://api.hubapi.com', false], ['https://127.0.0.1.example', false], ['https://localhost.example', false]])('%s is told our trace: %s', (url, told) => {
  expect(isHere(new URL(url))).toBe(told)
})

describe('the environment', () => {
  const tracesOf = (env: Record<string, string>) => readConfig({ PORTERO_LAB: '1', ...env }).traces
  test('sends traces nowhere unless it says where', () => {
    expect([tracesOf({}), tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }), tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' })]).toEqual([undefined, undefined, undefined])
  })
  test('means by its names what OpenTelemetry does', () => {
    expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=x%3Dy', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment=prod' })).toEqual({ url: 'http://c:4318/v1/traces', headers: { a: '1', b: 'x=y' }, timeoutMs: 10_000, resource: { 'service.name': 'other', 'deployment.environment': 'prod' } })
    expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://d/x', OTEL_EXPORTER_OTLP_TIMEOUT: '5000', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '700', OTEL_SERVICE_NAME: 'mine', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' })).toEqual({ url: 'https://d/x', headers: {}, timeoutMs: 700, resource: { 'service.name': 'mine' } })
  })
  test('is told where we speak something else than it wants', () => {
    expect(() => tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(/OTEL_EXPORTER_OTLP_PROTOCOL: Portero speaks http\/json only/)
    expect(() => tracesOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'console' })).toThrow(/OTEL_TRACES_EXPORTER: expected otlp or none/)
    expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' })?.url).toBe('http://c:4318/v1/traces')
  })
  test('may say to others of the cluster what we cannot, while we send nothing', () => {
    for (const off of [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_SDK_DISABLED: 'true' }]) expect(tracesOf({ ...off, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_EXPORTER: 'console' })).toBeUndefined()
    expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined()
  })
  test('reaches the container by every name that config.ts reads', () => {
    const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
    const names = [...new Set(read('tool-server/config.ts').match(/\bOTEL_\w+/g))]
    expect([names.length, names.filter((name) => !read('compose.yaml').includes(`\n      ${name}: \${${name}:-}\n`))]).toEqual([12, []])
  })
})
