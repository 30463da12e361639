import { z } from 'zod'
import type { Answer, Route } from '../simulator.ts'

// How HubSpot says yes and no. A refusal is thrown from wherever it is noticed.
export type Fault = { status: number; category: string; message: string; errors?: object[]; context?: Record<string, string[]>; subCategory?: string }
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

// Every route behind the token, and every refusal in HubSpot's shape, with a correlation id that nobody else has.
export const guarded = (routes: Record<string, Route>, apiKey: string): Record<string, Route> => {
  let refused = 0
  const refusing = ({ status, ...fault }: Fault): Answer => ({ status, body: { status: 'error', correlationId: `00000000-0000-4000-8000-${String(++refused).padStart(12, '0')}`, ...fault } })
  return Object.fromEntries(
    Object.entries(routes).map(([on, route]): [string, Route] => [
      on,
      (asked) => {
        const sent = asked.headers['authorization']
        if (sent === undefined) return refusing({ status: 401, category: 'INVALID_AUTHENTICATION', message: 'Authentication credentials not found. This API supports OAuth 2.0 authentication.' })
        if (sent !== `Bearer ${apiKey}`) return refusing({ status: 401, category: 'INVALID_AUTHENTICATION', message: 'The access token is invalid or expired.' })
        try {
          return route(asked)
        } catch (thrown) {
          if (thrown instanceof Refusal) return refusing(thrown.fault)
          throw thrown
        }
      },
    ]),
  )
}

export const parsed = <S extends z.ZodType>(schema: S, body: unknown): z.infer<S> => {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw invalid(`Invalid input JSON: ${result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
}

// Several at once: all or nothing, unless each carries a trace id, or they are only read; then each has its own fate, told by a 207.
type Input = { id?: string; objectWriteTraceId?: string | undefined }
type Doing<I> = { inputs: readonly I[]; prepare: (input: I) => () => object; status: number; isReading?: true; nowMs: number }
export const batch = <I extends Input>({ inputs, prepare, status, isReading, nowMs }: Doing<I>): Answer => {
  const eachAlone = isReading ?? inputs.every(({ objectWriteTraceId }) => objectWriteTraceId !== undefined)
  const ready: (() => object)[] = []
  const errors: object[] = []
  for (const input of inputs) {
    const { id, objectWriteTraceId } = input
    try {
      const run = prepare(input)
      ready.push(() => ({ ...run(), ...(objectWriteTraceId !== undefined && { objectWriteTraceId }) }))
    } catch (thrown) {
      if (!(thrown instanceof Refusal) || !eachAlone) throw thrown
      const { status: _status, ...fault } = thrown.fault
      errors.push({ status: 'error', context: { ...(id !== undefined && { ids: [id] }), ...(objectWriteTraceId !== undefined && { objectWriteTraceId: [objectWriteTraceId] }) }, errors: [], links: {}, ...fault })
    }
  }
  const at = new Date(nowMs).toISOString()
  const body = { status: 'COMPLETE', results: ready.map((run) => run()), startedAt: at, completedAt: at }
  return errors.length === 0 ? { status, body } : { status: 207, body: { ...body, numErrors: errors.length, errors } }
}
