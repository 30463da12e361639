import { Agent } from 'undici'
import { z } from 'zod'
import type { Millis, Reply } from '../define.ts'
import type { Clock } from './clock.ts'
import { faultFields } from './fault.ts'
import { send } from './http-send.ts'
import type { Fields, Log } from './log.ts'
import { makeExcerpt } from './redact.ts'
import type { Attributes, Span, SpanKind, Spans, Told } from './spans.ts'

// Spans leave by OTLP over HTTP, as JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp). Nothing waits for the collector: what it doesn't take in time, or there is no room for, is dropped and counted.
export type Collector = { url: string; headers: Record<string, string>; timeoutMs: Millis; resource: Record<string, string> }
type Needs = Collector & { clock: Clock; log: Log; count(outcome: 'sent' | 'dropped', spans: number): void }

const mostWaiting = 2_048
const mostAtOnce = 512
const everyMs: Millis = 5_000 // these three are the usual ones: https://opentelemetry.io/docs/specs/otel/trace/sdk/#batching-processor
const tries = 3
const longestRestMs: Millis = 30_000
const sayAgainMs: Millis = 60_000
const mostBytes = 65_536

export const makeOtlp = ({ url, headers, timeoutMs, resource, clock, log, count }: Needs): Spans => {
  const waiting: Told[] = []
  const dispatcher = new Agent({ connections: 1, pipelining: 1, allowH2: false })
  const ending = new AbortController() // nothing is tried again from then on
  const over = new AbortController() // nor waited for
  let unset: (() => void) | undefined
  let sending: Promise<void> | undefined
  let saidAt = Number.NEGATIVE_INFINITY

  const drop = (spans: number, why: Fields): void => {
    if (spans === 0) return
    count('dropped', spans)
    if (clock.now() - saidAt < sayAgainMs) return
    saidAt = clock.now()
    log.warn('trace.dropped', { count: spans, ...why })
  }

  const note = (span: Told): void => {
    if (waiting.length >= mostWaiting || ending.signal.aborted) return drop(1, { code: 'full' })
    waiting.push(span)
    if (waiting.length >= mostAtOnce) void flush()
    else unset ??= clock.after(everyMs, () => void flush())
  }

  const flush = (): Promise<void> => {
    unset?.()
    unset = undefined
    return (sending ??= sendAll().finally(() => (sending = undefined)))
  }
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) await sendBatch(waiting.splice(0, mostAtOnce))
  }
  const sendBatch = async (batch: readonly Told[]): Promise<void> => {
    const body = JSON.stringify(requestOf(batch, resource))
    for (let attempt = 1; ; attempt++) {
      try {
        const reply = await post(body)
        if (reply.status >= 200 && reply.status < 300) {
          const refused = Math.min(batch.length, refusedIn(reply.body))
          count('sent', batch.length - refused)
          return drop(refused, { code: 'partial' })
        }
        if (!again.has(reply.status) || attempt === tries || ending.signal.aborted) return drop(batch.length, { status: reply.status })
        await rest(Number(reply.headers['retry-after']) * 1_000 || 1_000 * 2 ** attempt)
      } catch (thrown) {
        if (attempt === tries || ending.signal.aborted) return drop(batch.length, faultFields(thrown))
        await rest(1_000 * 2 ** attempt)
      }
    }
  }
  const post = (body: string): Promise<Reply> =>
    send({ clock, dispatcher, url: new URL(url), call: { method: 'POST', path: '', headers, body, accept: anyStatus }, headers: { 'content-type': 'application/json' }, what: 'traces', timeoutMs, mostBytes, caller: over.signal, excerpt: makeExcerpt({ keys: [], secrets: [] }) })
  const rest = (ms: Millis): Promise<void> =>
    new Promise((resolve) => {
      const wakeUp = (): void => {
        callOff()
        ending.signal.removeEventListener('abort', wakeUp)
        resolve()
      }
      const callOff = clock.after(Math.min(ms, longestRestMs), wakeUp)
      ending.signal.addEventListener('abort', wakeUp)
    })

  return {
    isOn: true,
    begin({ name, kind, trace, parent, attributes }): Span {
      const id = clock.bytes(8).toString('hex')
      const from = clock.now()
      let isOver = false
      return {
        id,
        end(how = {}) {
          if (isOver) return
          isOver = true
          note({ id, trace, parent: parent ?? undefined, name: how.name ?? name, kind, from, to: Math.max(from, clock.now()), attributes: { ...attributes, ...how.attributes }, failed: how.failed, link: how.link })
        },
      }
    },
    // What is left gets one try, and not for long: whoever stops us waits.
    async close() {
      ending.abort()
      const giveUp = clock.after(Math.min(timeoutMs, 2_000), () => over.abort())
      await flush()
      giveUp()
      await dispatcher.destroy()
    },
  }
}

const again: ReadonlySet<number> = new Set([429, 502, 503, 504]) // https://opentelemetry.io/docs/specs/otlp/#failures-1
const anyStatus = Array.from({ length: 300 }, (_, at) => 300 + at)
const partial = z.looseObject({ partialSuccess: z.looseObject({ rejectedSpans: z.coerce.number().nonnegative().catch(0) }).optional() })
const refusedIn = (body: unknown): number => partial.safeParse(body).data?.partialSuccess?.rejectedSpans ?? 0

// Ids as hex, 64-bit numbers as text, enums as numbers: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
const requestOf = (spans: readonly Told[], resource: Record<string, string>): object => ({
  resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope: { name: 'portero' }, spans: spans.map(spanOf) }] }],
})
const spanOf = ({ id, trace, parent, name, kind, from, to, attributes, failed, link }: Told): object => ({
  traceId: trace, spanId: id, ...(parent !== undefined && { parentSpanId: parent }), name, kind: kinds[kind], startTimeUnixNano: nanos(from), endTimeUnixNano: nanos(to),
  attributes: attributesOf({ ...attributes, 'error.type': failed }), ...(link && { links: [{ traceId: link.trace, spanId: link.span }] }), status: failed === undefined ? {} : { code: 2, message: failed },
})
const kinds: Record<SpanKind, number> = { internal: 1, server: 2, client: 3, consumer: 5 }
const nanos = (ms: Millis): string => `${Math.round(ms)}000000`
const attributesOf = (attributes: Attributes): object[] => Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueOf(value) }]))
const valueOf = (value: string | number | boolean): object =>
  typeof value === 'string' ? { stringValue: value } : typeof value === 'boolean' ? { boolValue: value } : Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
