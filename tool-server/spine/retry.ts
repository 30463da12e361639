import { AppError, errors, type ErrorCode } from '@portero/shared'
import type { Again, Millis } from '../define.ts'

// What becomes of a job that failed. Pure, so that every rule is a row in a table of tests.
export type Verdict =
  | { next: 'again'; at: Millis; spend: boolean; uncertainSince: Millis | null; code: ErrorCode }
  | { next: 'dead'; uncertainSince: Millis | null; code: ErrorCode }

type Failure = { thrown: unknown; kind: 'turn' | 'command' | 'recurring'; attempts: number; most: number; uncertainSince: Millis | null; again?: Again<unknown, unknown> | undefined; now: Millis; chance: number }

const baseMs = 250 // somebody may be waiting for an answer
const growth = 2.5
const capMs = 10 * 60_000
const leastWaitMs = 250

export const afterFailure = ({ thrown, kind, attempts, most, uncertainSince, again, now, chance }: Failure): Verdict => {
  const { code, arrived, retryAfterMs } = factsOf(thrown)
  const unsure = kind === 'command' && arrived === 'unknown' ? now : uncertainSince
  if (unsure !== null && again === 'never') return { next: 'dead', uncertainSince: unsure, code } // for a human to find out
  const rule = code === 'disconnected' && retryAfterMs !== undefined ? 'wait' : kind === 'recurring' && errors[code].retry === 'never' ? 'later' : errors[code].retry // a key that is refused for everything waits for another
  if (rule === 'wait') return { next: 'again', at: now + Math.max(leastWaitMs, retryAfterMs ?? baseMs) + jitter(chance), spend: false, uncertainSince: unsure, code }
  if (rule === 'never') return { next: 'dead', uncertainSince: unsure, code }
  if (kind !== 'recurring' && attempts + 1 >= most) return { next: 'dead', uncertainSince: unsure, code }
  // Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); what the vendor asked for comes first.
  const backoffMs = chance * Math.min(capMs, baseMs * growth ** Math.min(attempts, 20))
  return { next: 'again', at: now + Math.max(retryAfterMs ?? 0, backoffMs), spend: true, uncertainSince: unsure, code }
}

// Work that was held back by one limit must not come back in one burst.
const jitter = (chance: number): Millis => chance * leastWaitMs

const factsOf = (thrown: unknown): { code: ErrorCode; arrived: 'no' | 'unknown'; retryAfterMs: number | undefined } =>
  thrown instanceof AppError ? thrown : { code: 'bug', arrived: 'unknown', retryAfterMs: undefined }
