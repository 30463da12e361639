import { z } from 'zod'
import type { Answer } from '../simulator.ts'

// What Google says, and how it refuses: https://developers.google.com/workspace/calendar/api/guides/errors
export class Refusal extends Error {
  readonly answer: Answer
  constructor(code: number, reason: string, message: string, more: { domain?: string; location?: string; locationType?: string; status?: string; details?: object[] } = {}) {
    super(message)
    const { domain = 'global', status, details, ...where } = more
    this.answer = { status: code, body: { error: { errors: [{ domain, reason, message, ...where }], code, message, ...(status !== undefined && { status }), ...(details && { details }) } } }
  }
}
export const ok = (body: unknown): Answer => ({ status: 200, body })
export const nothing: Answer = { status: 204 }
export const notFound = (): Refusal => new Refusal(404, 'notFound', 'Not Found')
export const invalid = (message: string, reason = 'invalid'): Refusal => new Refusal(400, reason, message)
export const unauthorized = (): Refusal => new Refusal(401, 'authError', 'Invalid Credentials', { location: 'Authorization', locationType: 'header', status: 'UNAUTHENTICATED' })
export const lacksScope = (): Refusal =>
  new Refusal(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', { status: 'PERMISSION_DENIED', details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', domain: 'googleapis.com' }] })

export const parsed = <S extends z.ZodType>(schema: S, body: unknown): z.infer<S> => {
  const { data, error } = schema.safeParse(body)
  if (error) throw invalid(`Invalid value for: ${error.issues[0]?.path.join('.')}`)
  return data
}
