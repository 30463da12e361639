import { AppError, type ErrorCode } from '@portero/shared'
import type { Millis } from '../define.ts'

// What a vendor's answer, or the lack of one, means to us.
const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_input',
  401: 'disconnected',
  402: 'refused',
  403: 'refused',
  404: 'not_found',
  408: 'timeout',
  409: 'conflict',
  410: 'not_found',
  412: 'conflict',
  413: 'too_large',
  415: 'unsupported',
  422: 'invalid_input',
  423: 'conflict',
  429: 'throttled',
}

const codeOf = (status: number): ErrorCode => {
  const code = codes[status]
  if (code) return code
  if (status >= 500 && status < 600) return 'unavailable'
  return status >= 400 && status < 500 ? 'invalid_input' : 'bad_response' // a redirect that nobody expects is one too
}

type Headers = Record<string, string | undefined>
export const statusError = ({ what, status, headers, now, detail }: { what: string; status: number; headers: Headers; now: Millis; detail: unknown }): AppError => {
  const retryAfterMs = retryAfter(headers, now)
  // A 4xx says that it wasn't done, and so does a 503 that names a time to come back. Any other 5xx may come after the deed.
  const arrived = (status >= 400 && status < 500) || (status === 503 && retryAfterMs !== undefined) ? 'no' : 'unknown'
  return new AppError(codeOf(status), `${what} answered ${status}`, { arrived, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) })
}

const mostRetryAfterMs: Millis = 60 * 60_000 // asking once an hour hurts nobody; a header of a year would
export const retryAfter = (headers: Headers, now: Millis): Millis | undefined => {
  const ms = headers['retry-after-ms']?.trim()
  if (ms && isNumber.test(ms)) return clamp(Number(ms))
  const value = headers['retry-after']?.trim()
  if (!value) return undefined
  if (isNumber.test(value)) return clamp(Number(value) * 1000)
  const date = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : clamp(date - now)
}
const isNumber = /^\d+(\.\d+)?$/
const clamp = (ms: number): Millis => Math.ceil(Math.min(Math.max(ms, 0), mostRetryAfterMs))

// undici's codes (https://undici.nodejs.org/#/docs/api/Errors). Whether the request was begun tells more than they do about whether it arrived.
export const lossError = ({ what, failed, begun }: { what: string; failed: unknown; begun: boolean }): AppError => {
  if (failed instanceof AppError) return failed
  const code = codeIn(failed)
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return new AppError('bug', `${what} can't be put on the wire`, { cause: failed })
  if (!begun) return new AppError('unavailable', `${what} found nobody (${code})`, { cause: failed, arrived: 'no' })
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return new AppError('timeout', `${what} took too long (${code})`, { cause: failed, arrived: 'unknown' })
  // Without its cause, which quotes what the vendor sent.
  if (code.startsWith('HPE_') || code === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') return new AppError('bad_response', `${what} answered something that is not HTTP`, { arrived: 'unknown' })
  return new AppError('unavailable', `${what} broke off (${code})`, { cause: failed, arrived: 'unknown' })
}

const codeIn = (failed: unknown): string => {
  if (typeof failed !== 'object' || failed === null) return typeof failed
  if ('code' in failed && typeof failed.code === 'string') return failed.code
  return 'name' in failed && typeof failed.name === 'string' ? failed.name : 'no code'
}
