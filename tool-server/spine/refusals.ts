import { AppError } from '@portero/shared'
import type { Lane, Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

// A key that a vendor refuses again and again is refused for everything: work waits for another key, one call now and then finds out, and people are told once.
const toRest = 3 // one resource alone may refuse a good key
const firstRestMs: Millis = 30_000
const longestRestMs: Millis = 5 * 60_000

export type Refusals = {
  check(lane: Lane): void // throws while the key is refused. Who is talking with somebody may always ask
  refused(error: AppError): AppError // as it is to be thrown; with a time to come back it spends no attempt
  accepted(): void
  isResting(): boolean
}
export const makeRefusals = ({ clock, log, vendor, connection }: { clock: Clock; log: Log; vendor: string; connection: string }): Refusals => {
  let inARow = 0
  let until: Millis = 0
  const isResting = (): boolean => inARow >= toRest
  return {
    isResting,
    check(lane) {
      const leftMs = until - clock.now()
      if (!isResting() || lane === 'live') return
      if (leftMs > 0) throw new AppError('disconnected', `${vendor} refuses our key`, { retryAfterMs: leftMs })
      until = clock.now() + firstRestMs // whoever comes first finds out for all
    },
    refused(error) {
      inARow += 1
      if (!isResting()) return error
      if (inARow === toRest) log.error('connection.refused', { vendor, connection })
      const restMs = Math.min(firstRestMs * 2 ** (inARow - toRest), longestRestMs)
      until = clock.now() + restMs
      return new AppError(error.code, error.message, { cause: error, detail: error.detail, arrived: error.arrived, retryAfterMs: restMs })
    },
    accepted() {
      if (isResting()) log.info('connection.accepted', { vendor, connection })
      inARow = 0
    },
  }
}
