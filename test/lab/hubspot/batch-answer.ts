import type { Answer } from '../simulator.ts'
import { invalid, iso, Refusal, type Fault } from './answers.ts'

// Several at once: all or nothing, unless each carries a trace id, or they are only read; then each has its own fate, told by a 207.
// https://developers.hubspot.com/docs/api-reference/latest/error-handling (multi-status errors)
type Input = { id?: string | undefined; objectWriteTraceId?: string | undefined }
type Doing<I> = { inputs: readonly I[]; prepare: (input: I, at: number) => () => object; status: number; isReading?: true; now: number; isFailing?: ((at: number) => boolean) | undefined }

export const batch = <I extends Input>({ inputs, prepare, status, isReading, now, isFailing = () => false }: Doing<I>): Answer => {
  const eachAlone = isReading ?? inputs.every(({ objectWriteTraceId }) => objectWriteTraceId !== undefined)
  const ready: (() => object)[] = []
  const errors: object[] = []
  for (const [at, input] of inputs.entries()) {
    const { id, objectWriteTraceId } = input
    try {
      if (isFailing(at)) throw new Refusal({ status: 500, category: 'INTERNAL_ERROR', message: 'There was a problem with the request.' })
      const run = prepare(input, at)
      ready.push(() => ({ ...run(), ...(objectWriteTraceId !== undefined && { objectWriteTraceId }) }))
    } catch (thrown) {
      // What the lab was told to let fail, fails alone.
      if (!(thrown instanceof Refusal) || !(eachAlone || isFailing(at))) throw thrown
      errors.push(errorOf(thrown.fault, { ...(id !== undefined && { ids: [id] }), ...(objectWriteTraceId !== undefined && { objectWriteTraceId: [objectWriteTraceId] }) }))
    }
  }
  return told({ results: ready.map((run) => run()), errors, status, now })
}

export const errorOf = ({ status: _status, headers: _headers, ...fault }: Fault, context: Record<string, string[]>): object => ({ status: 'error', errors: [], links: {}, ...fault, context: { ...context, ...fault.context } })
export const told = ({ results, errors, status, now }: { results: object[]; errors: object[]; status: number; now: number }): Answer => {
  const body = { status: 'COMPLETE', results, startedAt: iso(now), completedAt: iso(now) }
  return errors.length === 0 ? { status, body } : { status: 207, body: { ...body, numErrors: errors.length, errors } }
}

export const distinct = <I extends { id: string }>(asked: readonly I[]): readonly I[] => {
  if (new Set(asked.map(({ id }) => id)).size === asked.length) return asked
  throw invalid('Duplicate IDs found in batch input')
}
