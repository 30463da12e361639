import type { ServerResponse } from 'node:http'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { AppError, errors, type ErrorCode, type Language, type Refusal } from '@portero/shared'
import type { Clock } from './clock.ts'
import { faultFields, isDatabaseAway } from './fault.ts'
import type { Log } from './log.ts'
import { currentTrace, inTrace, newTrace, traceFrom } from './trace.ts'

// What every door shares: a trace, and one JSON sentence for whatever goes wrong. No HTML, no stack, no path, no thrown message.
export const traced = (clock: Clock): RequestHandler => (request, response, next) => {
  const trace = traceFrom(request.get('traceparent')) ?? newTrace(clock)
  response.set('x-trace-id', trace)
  inTrace(trace, next)
}

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
