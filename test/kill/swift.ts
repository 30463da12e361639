import { randomBytes } from 'node:crypto'
import type { Clock } from '@portero/tool-server/spine/clock.ts'

// Time that goes faster than it does, the same for every process that is told of it: what people wait for would else be most of a test.
export type Pace = { sinceMs: number; startMs: number; times: number } // sinceMs: when, by the machine's clock, it was startMs
export const swiftClock = ({ sinceMs, startMs, times }: Pace): Clock => ({
  now: () => Math.floor(startMs + (Date.now() - sinceMs) * times),
  after(ms, run) {
    const timer = setTimeout(run, Math.ceil(ms / times))
    return () => clearTimeout(timer)
  },
  chance: () => Math.random(),
  bytes: (count) => randomBytes(count),
})
