import { z } from 'zod'
import type { Answer } from '../simulator.ts'

// How Graph answers, and refuses: https://learn.microsoft.com/graph/errors
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>
  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}
export const ok = (body: object, headers: Record<string, string> = {}): Answer => ({ status: 200, body, headers })
export const created = (body: object): Answer => ({ status: 201, body })
export const nothing: Answer = { status: 204 }
export const refusing = ({ status, code, message, headers }: Refusal, at: { now: number; request: string }): Answer => ({
  status, headers: { ...headers, 'request-id': at.request }, body: { error: { code, message, innerError: { date: new Date(at.now).toISOString().slice(0, 19), 'request-id': at.request, 'client-request-id': at.request } } },
})

export const parsed = <S extends z.ZodType>(schema: S, body: unknown): z.infer<S> => {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Refusal(400, 'ErrorInvalidRequest', `The request is invalid: ${issue?.path.join('.')} ${issue?.message}`)
}
export const missing = (): Refusal => new Refusal(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')
export const preferred = (headers: Record<string, string>, name: string): string | undefined =>
  headers['prefer']?.split(/,\s*/).find((each) => each.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1).replace(/^"|"$/g, '')
