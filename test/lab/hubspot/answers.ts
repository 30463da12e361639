import { z } from 'zod'
import type { Answer } from '../simulator.ts'

// How HubSpot says yes and no. A refusal is thrown from wherever it is noticed.
// https://developers.hubspot.com/docs/api-reference/latest/error-handling
export type Fault = { status: number; category: string; message: string; errors?: object[]; context?: Record<string, string[]>; subCategory?: string; headers?: Record<string, string>; links?: Record<string, string>; errorType?: string; policyName?: string }
export class Refusal extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super(fault.message)
    this.name = 'Refusal'
    this.fault = fault
  }
}

export const invalid = (message: string, errors: object[] = []): Refusal => new Refusal({ status: 400, category: 'VALIDATION_ERROR', message, errors })
export const missing = (message = 'resource not found'): Refusal => new Refusal({ status: 404, category: 'OBJECT_NOT_FOUND', message })
export const conflict = (message: string): Refusal => new Refusal({ status: 409, category: 'CONFLICT', message })

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const gone: Answer = { status: 204 }
export const iso = (ms: number): string => new Date(ms).toISOString()

export const parsed = <S extends z.ZodType>(schema: S, body: unknown): z.infer<S> => {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw invalid(`Invalid input JSON: ${result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
}

// after: the id of the last thing that was told, so that a page does not move when something before it goes.
type Paged = { after: string; mostPerPage: number; limit: string | undefined; byDefault?: number; path: string }
export const pageOf = <T>(all: readonly T[], idOf: (each: T) => string, { after, limit, mostPerPage, byDefault = 10, path }: Paged): { results: T[]; paging?: object } => {
  const size = Number(limit ?? byDefault)
  if (!Number.isInteger(size) || size < 1 || size > mostPerPage) throw invalid(`limit must be between 1 and ${mostPerPage}, and not ${limit}`)
  const place = after === '' ? -1 : all.findIndex((each) => idOf(each) === after)
  const start = place === -1 && after !== '' ? all.findIndex((each) => BigInt(idOf(each)) > BigInt(/^\d+$/.test(after) ? after : 0)) : place + 1
  const results = start === -1 ? [] : all.slice(start, start + size)
  const last = results.at(-1)
  const more = last !== undefined && start + size < all.length
  return { results, ...(more && { paging: nextPage(idOf(last), path) }) }
}
export const nextPage = (after: string, path: string): object => ({ next: { after, link: `https://api.hubapi.com${path}?after=${after}` } })

export const namesIn = (text: string | undefined): string[] => (text ?? '').split(',').filter(Boolean)
