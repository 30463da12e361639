import { types } from 'node:util'
import { Agent, type Dispatcher } from 'undici'
import { z } from 'zod'
import { AppError, type ErrorCode } from '@portero/shared'
import type { HttpCall, Millis, Reply } from '../define.ts'
import { deadline, type Clock } from './clock.ts'
import { lossError, statusError } from './http-errors.ts'
import type { Excerpt } from './redact.ts'

// What carries requests. The simulation hands in another one.
export type Transport = (options: Agent.Options) => Dispatcher
export const sockets: Transport = (options) => new Agent(options)

// One request and its answer, to a vendor or to somebody foreign.
export type Sending = {
  clock: Clock
  dispatcher: Dispatcher
  url: URL
  call: HttpCall
  headers: Record<string, string>
  what: string // how errors call it
  timeoutMs: Millis // for headers and body together, so that a drip can't hold us
  mostBytes: number // of the answer
  caller: AbortSignal
  leased?: (() => boolean) | undefined // asked at the last moment: a process that was stopped for a while wakes up with work that others have taken over
  excerpt: Excerpt
}

export const send = async ({ clock, dispatcher, url, call, headers, what, caller, leased, excerpt, ...usual }: Sending): Promise<Reply> => {
  const { bytes: mostBytes, ms: timeoutMs } = call.most ?? { bytes: usual.mostBytes, ms: usual.timeoutMs }
  const tooLarge = call.most ? 'too_large' : 'bad_response' // who says how much they take, asks to be told when it is more
  const { body, type } = encode(call)
  const request = {
    origin: url.origin,
    path: url.pathname + url.search,
    method: call.method.toUpperCase(),
    headers: { accept: '*/*', 'user-agent': 'portero', ...(type && { 'content-type': type }), ...lowerCased(call.headers), ...headers },
    ...(body !== undefined && { body }),
  }
  const limit = deadline(clock, timeoutMs, caller)
  try {
    const outcome = await exchange({ dispatcher, request, signal: limit.signal, mostBytes, tooLarge, what, leased })
    if ('answer' in outcome) return replyOf({ answer: outcome.answer, call, what, now: clock.now(), excerpt })
    if (!limit.signal.aborted) throw lossError({ what, ...outcome })
    throw new AppError('timeout', `${what} ${caller.aborted ? 'was called off' : `took over ${timeoutMs} ms`}`, { arrived: outcome.begun ? 'unknown' : 'no' })
  } finally {
    limit.release()
  }
}

type Answer = { status: number; headers: Record<string, string | undefined>; bytes: Buffer }
// begun: its first byte may have left.
type Outcome = { answer: Answer } | { failed: unknown; begun: boolean }
type Exchange = { dispatcher: Dispatcher; request: Dispatcher.DispatchOptions; signal: AbortSignal; mostBytes: number; tooLarge: ErrorCode; what: string; leased: Sending['leased'] }

const exchange = ({ dispatcher, request, signal, mostBytes, tooLarge, what, leased }: Exchange): Promise<Outcome> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    let headers: Answer['headers'] = {}
    let running: Dispatcher.DispatchController | undefined
    const settle = (outcome: Outcome): void => {
      signal.removeEventListener('abort', stop)
      resolve(outcome)
    }
    const fail = (failed: Error): void => settle({ failed, begun: running !== undefined })
    const stop = (): void => {
      const reason = new Error('stopped')
      running?.abort(reason)
      fail(reason)
    }
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) return stop()
    dispatcher.dispatch(request, {
      onRequestStart(controller) {
        // undici may come here long after we gave up, or take a request to a second socket; neither may write anything.
        if (signal.aborted || running) controller.abort(new Error('stopped'))
        else if (leased?.() === false) controller.abort(new AppError('paused', `${what} was not sent: the lease of its job has run out`))
        else running = controller
      },
      onResponseStart(_controller, statusCode, received) {
        status = statusCode
        headers = Object.fromEntries(Object.entries(received).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]))
      },
      onResponseData(controller, chunk) {
        size += chunk.length
        if (size <= mostBytes) chunks.push(chunk)
        else controller.abort(new AppError(tooLarge, `${what} answered more than ${mostBytes} bytes`, { arrived: 'unknown' }))
      },
      onResponseEnd: () => settle({ answer: { status, headers, bytes: Buffer.concat(chunks) } }),
      onResponseError: (_controller, error) => fail(error),
    })
  })

const replyOf = ({ answer: { status, headers, bytes }, call, what, now, excerpt }: { answer: Answer; call: HttpCall; what: string; now: Millis; excerpt: Excerpt }): Reply => {
  const good = status >= 200 && status < 300
  const body = decode(headers['content-type'] ?? '', bytes)
  if (!good && !call.accept?.includes(status)) throw statusError({ what, status, headers, now, detail: excerpt(body.value) })
  if (good && !body.whole) throw new AppError('bad_response', `${what} answered ${status} with JSON that is not`, { arrived: 'unknown', detail: excerpt(body.value) })
  return { status, headers, body: body.value }
}

const decode = (type: string, bytes: Buffer): { value: unknown; whole: boolean } => {
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase()
  if (/[/+]json$/.test(essence)) return decodeJson(bytes)
  if (essence.startsWith('text/')) return { value: textOf(bytes), whole: true }
  return { value: bytes.length === 0 ? undefined : bytes, whole: true }
}
// An empty answer is nothing, whatever it calls itself: many a 202 and 204 says application/json.
const decodeJson = (bytes: Buffer): { value: unknown; whole: boolean } => {
  if (bytes.length === 0) return { value: undefined, whole: true }
  const text = textOf(bytes)
  try {
    return { value: JSON.parse(text), whole: true }
  } catch {
    return { value: text, whole: false } // the parser's own words would quote the body
  }
}
const textOf = (bytes: Buffer): string => new TextDecoder().decode(bytes) // drops a byte order mark

// What the URL has already stays as it was written: it may be signed.
export const addQuery = (url: URL, query: HttpCall['query'] = {}): void => {
  const more = new URLSearchParams(query).toString().replaceAll('+', '%20') // a plus is a space in forms only
  if (more) url.search += `${url.search ? '&' : '?'}${more}`
}
export const withQuery = (url: URL, query: HttpCall['query']): URL => {
  addQuery(url, query)
  return url
}
// encodeURIComponent lets '..' through, and the URL parser drops control characters: either would take an id to another resource.
// oxlint-disable-next-line no-control-regex
const climbs = /[\0-\x1f#]|(?:^|[/\\])(?:\.|%2e){1,2}(?=[/\\]|$)/i
export const ownUrl = (base: URL, { path, query }: Pick<HttpCall, 'path' | 'query'>): URL => {
  if (!path.startsWith('/')) throw new AppError('bug', "a path below the base URL begins with '/'")
  if (climbs.test(path.split('?')[0] ?? '')) throw new AppError('invalid_input', 'a path part leaves its place')
  return withQuery(new URL(`${base.origin}${base.pathname.replace(/\/$/, '')}${path}`), query)
}

const formFields = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const encode = ({ body, headers }: HttpCall): { body?: string | Uint8Array; type?: string } => {
  if (body === undefined) return {}
  if (typeof body === 'string') return { body, type: 'text/plain;charset=UTF-8' }
  if (types.isUint8Array(body)) return { body, type: 'application/octet-stream' }
  if (body instanceof URLSearchParams) return { body: body.toString(), type: form }
  if (!lowerCased(headers)['content-type']?.startsWith(form)) return { body: JSON.stringify(body), type: 'application/json' }
  const fields = formFields.safeParse(body)
  if (!fields.success) throw new AppError('bug', 'a form holds strings, numbers and booleans only')
  return { body: new URLSearchParams(Object.entries(fields.data).map(([name, value]): [string, string] => [name, String(value)])).toString() }
}
const form = 'application/x-www-form-urlencoded'
const lowerCased = (headers: HttpCall['headers'] = {}): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
