import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from './clock.ts'

// One trace id follows a message from the door through inbox, turns and outbox into every vendor call (W3C trace context, https://www.w3.org/TR/trace-context/).
const traces = new AsyncLocalStorage<string>()

export const currentTrace = (): string | undefined => traces.getStore()
export const inTrace = <T>(trace: string, run: () => T): T => traces.run(trace, run)
export const newTrace = (clock: Clock): string => clock.bytes(16).toString('hex')

// All zeros, in either id, are invalid.
export const traceFrom = (traceparent: string | undefined): string | undefined => /^00-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1]
export const traceparent = (trace: string, clock: Clock): string => `00-${trace}-${clock.bytes(8).toString('hex')}-01`
