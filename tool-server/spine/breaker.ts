import { bulkhead, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhenResult, isBrokenCircuitError, isBulkheadRejectedError, isTaskCancelledError, type IBackoff } from 'cockatiel'
import { AppError, type ErrorCode } from '@portero/shared'
import type { Lane, Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

// A vendor that is down is left alone, and no vendor gets more calls at once than it can bear.
const outages: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'timeout'])
const outagesToOpen = 5
const firstRestMs: Millis = 1_000
const longestRestMs: Millis = 5_000 // whoever waits for it isn't kept waiting for longer, once it is back
const probeMs: Millis = 250 // how soon to ask again while one call finds out whether the vendor is back
const patienceMs: Millis = 15 * 60_000 // of an outage, in which a call that finds out says something of the vendor only; later it may be what the call asks for that brings it down
const crowdedMs: Millis = 250

export type BreakerState = { state: 'closed' } | { state: 'probing' } | { state: 'open'; until: Millis }
export type Breaker = {
  check(): void // throws 'paused' while the vendor rests
  run<T>(work: () => Promise<T>, caller: AbortSignal): Promise<T>
  state(): BreakerState
}

export const makeBreaker = ({ clock, log, vendor, connection }: { clock: Clock; log: Log; vendor: string; connection: string }): Breaker => {
  let until: Millis = 0
  let downSince: Millis | undefined
  const rest = (attempt: number): IBackoff<{ attempt: number }> => {
    until = clock.now() + Math.min(firstRestMs * 2 ** (attempt - 1), longestRestMs)
    return { duration: 0, next: (opened) => rest(opened.attempt) } // cockatiel would measure it by Date.now(); check() measures it by our clock
  }
  // What tells nothing of the vendor (the caller gave up, it was not sent, a bug of ours) is thrown: no outage, and yet no sign that a resting vendor is back.
  const policy = circuitBreaker(handleWhenResult(isOutage).orWhen(() => policy.state === CircuitState.HalfOpen), {
    breaker: new ConsecutiveBreaker(outagesToOpen),
    halfOpenAfter: { next: (opened) => rest(opened.attempt) },
  })
  policy.onBreak(() => {
    downSince ??= clock.now()
    log.warn('breaker.opened', { vendor, connection, restMs: until - clock.now() })
  })
  policy.onReset(() => {
    downSince = undefined
    log.info('breaker.closed', { vendor, connection })
  })

  const state = (): BreakerState => {
    if (policy.state === CircuitState.HalfOpen) return { state: 'probing' }
    return policy.state === CircuitState.Open ? { state: 'open', until } : { state: 'closed' }
  }
  const paused = (retryAfterMs: Millis): AppError => new AppError('paused', `${vendor} rests after ${outagesToOpen} outages in a row`, { retryAfterMs })
  const foundDown = (thrown: AppError): AppError => new AppError('paused', thrown.message, { cause: thrown, arrived: thrown.arrived, detail: thrown.detail, retryAfterMs: Math.max(until - clock.now(), thrown.retryAfterMs ?? 0) })
  const check = (): void => {
    const now = state()
    if (now.state === 'probing') throw paused(probeMs)
    if (now.state === 'open' && now.until > clock.now()) throw paused(now.until - clock.now())
  }

  return {
    check,
    state,
    async run(work, caller) {
      check() // again: others may have found it down meanwhile, and cockatiel would make us wait for a probe's outcome
      const isProbe = policy.state !== CircuitState.Closed
      const outcome = await policy
        .execute(() => attempt(work, caller))
        .catch((thrown: unknown) => {
          throw isBrokenCircuitError(thrown) ? paused(probeMs) : thrown
        })
      if ('thrown' in outcome) throw isProbe && isOutage(outcome) && downSince !== undefined && clock.now() - downSince < patienceMs ? foundDown(outcome.thrown) : outcome.thrown
      return outcome.value
    },
  }
}

// Any answer, even a refusal, shows that the vendor is there.
type Outcome<T> = { value: T } | { thrown: AppError }
const attempt = async <T>(work: () => Promise<T>, caller: AbortSignal): Promise<Outcome<T>> => {
  try {
    return { value: await work() }
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === 'bug' || thrown.code === 'paused' || caller.aborted) throw thrown
    return { thrown }
  }
}
const isOutage = (outcome: unknown): boolean => typeof outcome === 'object' && outcome !== null && 'thrown' in outcome && outcome.thrown instanceof AppError && outages.has(outcome.thrown.code)

export type Bulkhead = { run<T>(work: () => Promise<T>, how: { lane: Lane; caller: AbortSignal }): Promise<T> }

export const makeBulkhead = ({ name, concurrent }: { name: string; concurrent: number }): Bulkhead => {
  const queue = concurrent * 2
  const policy = bulkhead(concurrent, queue)
  const crowded = (): AppError => new AppError('paused', `${name} has ${concurrent} calls under way and enough waiting`, { retryAfterMs: crowdedMs })
  return {
    run: (work, { lane, caller }) =>
      new Promise((resolve, reject) => {
        // The second half of the queue is for whoever is talking with somebody.
        if (lane !== 'live' && policy.queueSlots <= queue / 2) return reject(crowded())
        let begun = false
        const leave = (): void => {
          if (!begun) reject(calledOff(name))
        }
        caller.addEventListener('abort', leave, { once: true })
        const begin = (): Promise<void> => {
          begun = true
          return work().then(resolve, reject)
        }
        policy
          .execute(begin, caller)
          .catch((thrown: unknown) => reject(isBulkheadRejectedError(thrown) ? crowded() : isTaskCancelledError(thrown) ? calledOff(name) : thrown))
          .finally(() => caller.removeEventListener('abort', leave))
      }),
  }
}

const calledOff = (name: string): AppError => new AppError('timeout', `a call to ${name} was called off before it began`, { arrived: 'no' })
