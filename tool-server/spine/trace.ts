import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from './clock.ts'

// One trace id follows a message from the door through inbox, turns and outbox into every vendor call (W3C trace context, https://www.w3.org/TR/trace-context/). span: the step of it that we are in, where somebody collects them (spans.ts).
const traces = new AsyncLocalStorage<{ trace: string; span: string | undefined }>()

export const currentTrace = (): string | undefined => traces.getStore()?.trace
export const currentSpan = (): string | undefined => traces.getStore()?.span
export const inTrace = <T>(trace: string, run: () => T, span?: string): T => traces.run({ trace, span }, run)
export const newTrace = (clock: Clock): string => clock.bytes(16).toString('hex')

// All zeros, in either id, are invalid.
export const toldBy = (traceparent: string | undefined): { trace: string; span: string } | undefined => {
  const [, trace, span] = /^00-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent ?? '') ?? []
  return trace === undefined || span === undefined ? undefined : { trace, span }
}
export const traceparent = (trace: string, clock: Clock): string => `00-${trace}-${currentSpan() ?? clock.bytes(8).toString('hex')}-01`
