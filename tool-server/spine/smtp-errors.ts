import { z } from 'zod'
import { AppError, type ErrorCode } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Excerpt } from './redact.ts'

// What a mail server's refusal, or the lack of an answer, means to us. Errors go on without their cause, which quotes what was said.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3 and https://www.rfc-editor.org/rfc/rfc4954#section-6
const codes: Readonly<Record<number, ErrorCode>> = {
  500: 'unsupported',
  501: 'invalid_input',
  502: 'unsupported',
  503: 'unsupported',
  504: 'unsupported',
  523: 'too_large',
  530: 'disconnected',
  534: 'disconnected',
  535: 'disconnected',
  538: 'disconnected',
  552: 'too_large',
  553: 'invalid_input',
  555: 'invalid_input',
}
// 45x is about this one mail: a full mailbox, or a greylist, which wants to see us again after a while.
const againMs: Millis = 60_000
const isSlowDown = (status: number, text: string): boolean => (status === 421 || status === 454) && /^4\.7\.\d|throttl/i.test(text)

// nodemailer's own words: https://nodemailer.com/errors
const fault = z.object({ code: z.string().catch('no code'), originalCode: z.string().optional().catch(undefined), response: z.string().optional().catch(undefined) })
const faultOf = (failed: unknown): z.infer<typeof fault> => fault.safeParse(failed).data ?? { code: typeof failed }

// A 4xx and a 5xx say that the server hasn't taken it, wherever they come (https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1).
export const replyError = ({ what, failed, excerpt }: { what: string; failed: unknown; excerpt: Excerpt }): AppError | undefined => {
  const { code, response = '' } = faultOf(failed)
  const [, digits = '', text = ''] = /^([45]\d\d)[ -]?(.*)$/s.exec(response) ?? []
  if (digits === '') return undefined
  const status = Number(digits)
  const facts = { detail: excerpt(text.replaceAll(address, '…')) }
  if (code === 'ETLS') return new AppError('disconnected', `${what}: the server has no TLS for us (${status})`, facts)
  if (isSlowDown(status, text)) return new AppError('throttled', `${what} answered ${status}`, { ...facts, retryAfterMs: againMs })
  if (status < 500) return new AppError('unavailable', `${what} answered ${status}`, { ...facts, ...(digits.startsWith('45') && { retryAfterMs: againMs }) })
  return new AppError(code === 'EAUTH' ? 'disconnected' : (codes[status] ?? 'refused'), `${what} answered ${status}`, facts)
}
const address = /[^\s<>"',;:()]+@[^\s<>"',;:()]+/g

export const smtpLossError = ({ what, failed, begun }: { what: string; failed: unknown; begun: boolean }): AppError => {
  const { code, originalCode, response } = faultOf(failed)
  const arrived = begun ? 'unknown' : 'no'
  const why = originalCode ?? code
  if (response !== undefined || code === 'EPROTOCOL') return new AppError('bad_response', `${what} answered something that is not SMTP`, { arrived })
  if (code === 'EAUTH') return new AppError('disconnected', `${what}: no way to log in that both of us know`)
  if (code === 'ETLS' || isCertificate.test(why)) return new AppError('disconnected', `${what}: no TLS that can be trusted (${why})`)
  if (code === 'EENVELOPE') return new AppError('invalid_input', `${what}: an address that can't be put on the wire`)
  if (code === 'EMESSAGE') return new AppError('too_large', `${what}: larger than the server takes`)
  if (code === 'ETIMEDOUT') return new AppError('timeout', `${what} took too long`, { arrived })
  return new AppError('unavailable', `${what} ${begun ? 'broke off' : 'found nobody'} (${why})`, { arrived })
}
const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO$/
