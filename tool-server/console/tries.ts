import type { Millis } from '../define.ts'
import type { Clock } from '../spine/clock.ts'

// How often somebody may be wrong: counted before the answer is known, so that many at once don't slip through, and given back when it was right.
export type Tries = { take(keys: readonly string[]): Millis | undefined; giveBack(keys: readonly string[]): void }
const most = 5
const withinMs: Millis = 60_000
const rememberMost = 10_000

export const makeTries = (clock: Clock): Tries => {
  const taken = new Map<string, Millis[]>()
  const recent = (key: string): Millis[] => (taken.get(key) ?? []).filter((ms) => ms > clock.now() - withinMs)
  const prune = (): void => {
    for (const key of taken.keys()) if (recent(key).length === 0) taken.delete(key)
  }
  return {
    // undefined: go on. Else how long to wait.
    take(keys) {
      const full = keys.map(recent).filter((each) => each.length >= most)
      if (full.length > 0) return Math.max(...full.map(([oldest = 0]) => oldest + withinMs - clock.now()))
      if (taken.size > rememberMost) prune()
      for (const key of keys) taken.set(key, [...recent(key), clock.now()])
      return undefined
    },
    giveBack(keys) {
      for (const key of keys) taken.set(key, recent(key).slice(0, -1))
    },
  }
}
