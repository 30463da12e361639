import type { z } from 'zod'
import type { Answer } from '../simulator.ts'

// How Calendly says yes and no: https://developer.calendly.com/api-docs/overview/errors. A refusal is thrown from wherever it is noticed.
export type Detail = { parameter?: string; message: string; code?: string }
export class Refusal extends Error {
  readonly answer: Answer
  constructor(status: number, title: string, message: string, { details, headers }: { details?: Detail[]; headers?: Record<string, string> } = {}) {
    super(message)
    this.name = 'Refusal'
    this.answer = { status, body: { title, message, ...(details && { details }) }, ...(headers && { headers }) }
  }
}
export const unauthenticated = (): Refusal => new Refusal(401, 'Unauthenticated', 'The access token is invalid')
export const denied = (message = 'You do not have permission to access this resource.'): Refusal => new Refusal(403, 'Permission Denied', message)
export const notFound = (): Refusal => new Refusal(404, 'Resource Not Found', 'The server could not find the requested resource.')
export const invalid = (...details: Detail[]): Refusal => new Refusal(400, 'Invalid Argument', 'The supplied parameters are invalid.', { details })

export const ok = (resource: object): Answer => ({ status: 200, body: { resource } })
export const created = (resource: object): Answer => ({ status: 201, body: { resource } })
export const gone: Answer = { status: 204 }

export const parsed = <S extends z.ZodType>(schema: S, given: unknown): z.infer<S> => {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw invalid(...result.error.issues.map(({ path, message }) => ({ parameter: path.join('.'), message })))
}
export const found = <T>(thing: T | undefined): T => {
  if (thing === undefined) throw notFound()
  return thing
}

const fewPerPage = 20
const mostPerPage = 100
export const page = (all: readonly object[], { count = String(fewPerPage), page_token: token }: Record<string, string>): Answer => {
  const most = Number(count)
  if (!(most >= 1 && most <= mostPerPage)) throw invalid({ parameter: 'count', message: `must be between 1 and ${mostPerPage}` })
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  if (!Number.isInteger(from)) throw invalid({ parameter: 'page_token', message: 'is invalid' })
  const collection = all.slice(from, from + most)
  const tokenFor = (at: number): string => Buffer.from(String(at)).toString('base64url')
  const next = from + most < all.length ? tokenFor(from + most) : null
  const previous = from > 0 ? tokenFor(Math.max(0, from - most)) : null
  return { status: 200, body: { collection, pagination: { count: collection.length, next_page: next && `https://api.calendly.com/?page_token=${next}`, previous_page: previous && `https://api.calendly.com/?page_token=${previous}`, next_page_token: next, previous_page_token: previous } } }
}
