import type { ServerResponse } from 'node:http'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { AppError, errors, type ErrorCode, type Language, type Refusal } from '@portero/shared'
import type { Clock } from './clock.ts'
import { faultFields, isDatabaseAway } from './fault.ts'
import type { Log } from './log.ts'
import { noSpans, type Spans } from './spans.ts'
import { currentTrace, inTrace, newTrace, toldBy } from './trace.ts'

// What every door shares: a trace, and one JSON sentence for whatever goes wrong. No HTML, no stack, no path, no thrown message.
export const traced = (clock: Clock, spans: Spans = noSpans): RequestHandler => (request, response, next) => {
  const told = toldBy(request.get('traceparent'))
  const trace = told?.trace ?? newTrace(clock)
  response.set('x-trace-id', trace)
  if (!spans.isOn || asides.test(request.path)) return inTrace(trace, next)
  const step = spans.begin({ name: request.method, kind: 'server', trace, parent: told?.span, attributes: { 'http.request.method': request.method } })
  response.once('close', () => {
    const route = request.route ? String(request.route.path) : 'none' // as it is written down here: a path itself may carry somebody's token
    step.end({ name: `${request.method} ${route}`, attributes: { 'http.route': route, 'http.response.status_code': response.statusCode }, failed: response.statusCode >= 500 ? String(response.statusCode) : undefined })
  })
  inTrace(trace, next, step.id)
}
const asides = /^\/(livez|readyz|healthz|metrics|_assets)\b/ // of machines that only look, every few seconds

// say: a fixed sentence of ours that is more exact than the code's own, which is in the reader's language.
export const refuse = (response: ServerResponse, code: ErrorCode, { say, retryAfterMs }: { say?: string; retryAfterMs?: number | undefined } = {}): void => {
  const { status, retry, say: words } = errors[code]
  const body: Refusal = { ok: false, say: say ?? words[languageOf(response.req.headers['accept-language'])], error: { code, retryable: retry !== 'never' }, trace: currentTrace() ?? '' }
  if (retryAfterMs !== undefined || status === 503) response.setHeader('retry-after', String(Math.ceil((retryAfterMs ?? 5_000) / 1000)))
  answer(response, status, JSON.stringify(body))
}

export const answer = (response: ServerResponse, status: number, body: string, type = 'application/json; charset=utf-8'): void => {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'x-content-type-options': 'nosniff' }).end(body)
}

export const noSuchDoor: RequestHandler = (_request, response) => refuse(response, 'not_found')

// body-parser says what it refused by `type` (https://expressjs.com/en/resources/middleware/body-parser.html#errors).
const parserCodes: Record<string, ErrorCode> = { 'entity.too.large': 'too_large', 'encoding.unsupported': 'unsupported', 'charset.unsupported': 'unsupported' }

export const doorFault = (log: Log): ErrorRequestHandler => (thrown: unknown, request, response, next) => {
  if (response.headersSent) return next(thrown)
  refuseFault(response, thrown, { log, door: request.route ? String(request.route.path) : undefined })
}

export const refuseFault = (response: ServerResponse, thrown: unknown, { log, door }: { log: Log; door: string | undefined }): void => {
  const code = codeOf(thrown)
  if (errors[code].status >= 500) log.error('door.failed', { door, ...faultFields(thrown), code })
  refuse(response, code, { retryAfterMs: thrown instanceof AppError ? thrown.retryAfterMs : undefined })
}

const codeOf = (thrown: unknown): ErrorCode => {
  if (thrown instanceof AppError) return thrown.code
  if (isDatabaseAway(thrown)) return 'unavailable'
  if (typeof thrown !== 'object' || thrown === null) return 'bug'
  if ('type' in thrown && typeof thrown.type === 'string') return parserCodes[thrown.type] ?? 'invalid_input'
  return 'status' in thrown && typeof thrown.status === 'number' && thrown.status < 500 ? 'invalid_input' : 'bug'
}

export const languageOf = (acceptLanguage: string | undefined): Language => (/^\s*es\b/i.test(acceptLanguage ?? '') ? 'es-MX' : 'en')
