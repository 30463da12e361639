import { setTimeout as sleep } from 'node:timers/promises'
import type { Eco } from '../lab/eco/simulator.ts'
import type { Route } from '../lab/simulator.ts'

// Eco with a trap on its routes, which springs at an exact point of the next request that comes by: it has arrived and nothing is done; it is done; its answer has left.
export type Point = 'arrived' | 'done' | 'answered'
// laterMs: how long after its arrival it is done all the same, where it is done. afterMs: how long after the answer left.
export type Trap = { on: string; point: Point; laterMs?: number | undefined; afterMs: number; spring(): void }
export type Trapped = Eco & { set(trap: Trap): void; isSet(): boolean; pending(): number }

export const trapped = (eco: Eco): Trapped => {
  let trap: Trap | undefined
  let pending = 0

  const later = async (ms: number, run: () => unknown): Promise<void> => {
    pending++
    await sleep(ms)
    run()
    pending--
  }
  const guard = (on: string, route: Route): Route => (asked) => {
    if (trap?.on !== on) return route(asked)
    const { point, laterMs, afterMs, spring } = trap
    trap = undefined
    if (point === 'arrived') {
      spring()
      if (laterMs !== undefined) void later(laterMs, () => route(asked))
      throw new Error('nobody is left to hear')
    }
    const answer = route(asked)
    if (point === 'answered') {
      setImmediate(() => void later(afterMs, spring))
      return answer
    }
    spring()
    throw new Error('nobody is left to hear')
  }

  return {
    ...eco,
    routes: Object.fromEntries(Object.entries(eco.routes).map(([on, route]) => [on, guard(on, route)])),
    set: (next) => void (trap = next),
    isSet: () => trap !== undefined,
    pending: () => pending,
  }
}
