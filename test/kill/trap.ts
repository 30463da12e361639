import { setTimeout as sleep } from 'node:timers/promises'
import type { LateRoute, Route, Simulator } from '../lab/simulator.ts'

// A vendor with a trap on its routes, which springs at an exact point of the next request that comes by: it has arrived and nothing is done; it is done; its answer has left.
export type Point = 'arrived' | 'done' | 'answered'
// laterMs: how long after its arrival it is done all the same, where it is done. afterMs: how long after the answer left. by: which worker asked, where it says so.
export type Trap = { on: string; point: Point; laterMs?: number | undefined; afterMs: number; spring(by: string | undefined): void }
export type Trapped<S extends Pick<Simulator, 'routes'>> = S & { set(trap: Trap): void; isSet(): boolean; unset(): void; pending(): number }

export const trapped = <S extends Pick<Simulator, 'routes'>>(vendor: S): Trapped<S> => {
  let trap: Trap | undefined
  let pending = 0

  const later = async (ms: number, run: () => unknown): Promise<void> => {
    pending++
    await sleep(ms)
    await run()
    pending--
  }
  const guard = (on: string, route: Route | LateRoute): LateRoute => async (asked) => {
    if (trap?.on !== on) return route(asked)
    const { point, laterMs, afterMs, spring } = trap
    const by = asked.headers['x-worker']
    trap = undefined
    if (point === 'arrived') {
      spring(by)
      if (laterMs !== undefined) void later(laterMs, () => route(asked))
      throw new Error('nobody is left to hear')
    }
    const answer = await route(asked)
    if (point === 'answered') {
      setImmediate(() => void later(afterMs, () => spring(by)))
      return answer
    }
    spring(by)
    throw new Error('nobody is left to hear')
  }

  return {
    ...vendor,
    routes: Object.fromEntries(Object.entries(vendor.routes).map(([on, route]) => [on, guard(on, route)])),
    set: (next) => void (trap = next),
    isSet: () => trap !== undefined,
    unset: () => void (trap = undefined),
    pending: () => pending,
  }
}
