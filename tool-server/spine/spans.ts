import type { Millis } from '../define.ts'
import { currentSpan, currentTrace, inTrace } from './trace.ts'

// The steps of a trace, for whoever collects them: door, turn, tool, command, call. Their words are names and codes of ours, bounded, and never anything of a person.
export type Attributes = Record<string, string | number | boolean | undefined>
export type SpanKind = 'internal' | 'server' | 'client' | 'consumer'
// link: another step that this one has to do with, though it doesn't come of it.
export type Begun = { name: string; kind: SpanKind; trace: string; parent?: string | null | undefined; attributes?: Attributes | undefined }
export type Ended = { name?: string; attributes?: Attributes; failed?: string | undefined; link?: { trace: string; span: string } | undefined }
export type Span = { id: string | undefined; end(how?: Ended): void }
export type Spans = { isOn: boolean; begin(what: Begun): Span; close(): Promise<void> }

const nothing: Span = { id: undefined, end() {} }
export const noSpans: Spans = { isOn: false, begin: () => nothing, async close() {} }

// A step within the one that we are in; outside of any, nothing is noted.
export const spanning = async <T>(spans: Spans, what: Omit<Begun, 'trace' | 'parent'>, run: () => Promise<T>, outcome: (done: { value: T } | { thrown: unknown }) => Ended): Promise<T> => {
  const trace = currentTrace()
  if (!spans.isOn || trace === undefined) return run()
  const span = spans.begin({ ...what, trace, parent: currentSpan() })
  try {
    const value = await inTrace(trace, run, span.id)
    span.end(outcome({ value }))
    return value
  } catch (thrown) {
    span.end(outcome({ thrown }))
    throw thrown
  }
}

export type Told = Required<Pick<Begun, 'name' | 'kind' | 'trace'>> & { id: string; parent: string | undefined; from: Millis; to: Millis; attributes: Attributes; failed: string | undefined; link: Ended['link'] }
