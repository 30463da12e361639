import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Clock } from './clock.ts'

// So many at a time, first come first served, and nobody waits for ever.
export type Turnstile = { enter(): Promise<void>; leave(): void }

export const makeTurnstile = ({ clock, places, longestMs, what }: { clock: Clock; places: number; longestMs: Millis; what: string }): Turnstile => {
  const waiting = new Set<() => void>() // in the order in which they came
  let inside = 0
  return {
    async enter() {
      if (inside < places) {
        inside++
        return
      }
      await new Promise<void>((resolve, reject) => {
        const callOff = clock.after(longestMs, () => {
          waiting.delete(go)
          reject(new AppError('unavailable', `${what}: nothing was free for ${longestMs} ms`))
        })
        const go = (): void => {
          callOff()
          resolve()
        }
        waiting.add(go)
      })
    },
    leave() {
      const [next] = waiting
      if (next) {
        waiting.delete(next)
        next() // and takes the place that is left
      } else inside--
    },
  }
}
