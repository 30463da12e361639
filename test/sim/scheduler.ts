import type { Clock } from '@portero/tool-server/spine/clock.ts'

// The only thing that happens in a simulated world is the next step: of all that could go on now, chance picks one, and the next is picked when all that followed from it has come to rest.
// So a world is told by its seed alone, bit for bit.
// A process that may be killed, whose steps are never taken any more, or freeze: it ends what it began at the database, and then nothing moves in it.
export type Owner = { readonly name: string; isDead: boolean; isFrozen: boolean }
export const turn = 'a turn at the database'
export const killed = 'killed' // what a process that is no more hears of its steps
export type Scheduler = {
  chance: Chance
  clockOf(owner: Owner): Clock
  step(owner: Owner, what: string): Promise<void> // goes on when it is picked
  busy<T>(work: () => Promise<T>): Promise<T> // something that takes real time, such as a statement; nothing is picked meanwhile
  kill(owner: Owner): void
  now(): number
  steps(): number
  atStep(step: number, run: () => void): void
  between(every: number, mayRun: () => boolean, run: () => Promise<void>): void // looks every so many steps, and when it may
  leap(ms: number): void // time passes in which nothing happened
  runUntil(isOver: () => boolean, most?: { steps: number; untilMs: number }): Promise<void> // until nothing is left to happen, if not before
}
export type Chance = { next(): number; int(below: number): number; one<T>(all: readonly T[]): T; happens(share: number): boolean; bytes(count: number): Buffer }

// sfc32: small, fast, and good enough to pass PractRand. https://pracrand.sourceforge.net/RNG_engines.txt
export const makeChance = (seed: number): Chance => {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed ^ 0xdeadbeef]
  const draw = (): number => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return sum >>> 0
  }
  for (let at = 0; at < 15; at++) draw()
  const next = (): number => draw() / 2 ** 32
  const int = (below: number): number => Math.floor(next() * below)
  return {
    next, int,
    one: (all) => all[int(all.length)]!,
    happens: (share) => next() < share,
    bytes(count) {
      const bytes = Buffer.allocUnsafe(count + 4)
      for (let at = 0; at < count; at += 4) bytes.writeUInt32LE(draw(), at)
      return bytes.subarray(0, count)
    },
  }
}

type Timer = { at: number; order: number; owner: Owner; run: () => void }
type Step = { owner: Owner; what: string; go: () => void; die: () => void }

export const makeScheduler = ({ seed, startMs }: { seed: number; startMs: number }): Scheduler => {
  const chance = makeChance(seed)
  const ids = makeChance(seed ^ 0x5bd1e995) // apart, so that what is drawn for an id doesn't move what happens
  const timers = new Set<Timer>()
  let steps: Step[] = []
  let now = startMs
  let order = 0
  let running = 0
  let activity = 0
  let taken = 0
  let later: { step: number; run: () => void }[] = []
  let looking: { every: number; next: number; mayRun: () => boolean; run: () => Promise<void> } | undefined

  const immediate = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  const rest = async (): Promise<void> => {
    for (let seen = -1, still = 0; still < 2; ) {
      await immediate()
      still = running === 0 && seen === activity ? still + 1 : 0
      seen = activity
    }
  }
  const due = (): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) if (!timer.owner.isFrozen && (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order))) next = timer
    return next
  }
  const mayGo = ({ owner, what }: Step): boolean => !owner.isFrozen || what !== turn
  const fire = (timer: Timer): void => {
    timers.delete(timer)
    now = Math.max(now, timer.at)
    if (!timer.owner.isDead) timer.run()
  }

  return {
    chance,
    now: () => now,
    steps: () => taken,
    atStep: (step, run) => void later.push({ step, run }),
    between: (every, mayRun, run) => void (looking = { every, next: taken + every, mayRun, run }),
    leap: (ms) => void (now += ms),
    clockOf: (owner) => ({
      now: () => now,
      after(ms, run) {
        activity++
        const timer: Timer = { at: now + Math.max(0, ms), order: order++, owner, run }
        if (!owner.isDead) timers.add(timer)
        return () => void timers.delete(timer)
      },
      chance: () => ids.next(),
      bytes: (count) => ids.bytes(count),
    }),
    step: (owner, what) =>
      new Promise((resolve, reject) => {
        activity++
        const die = (): void => reject(new Error(killed))
        if (owner.isDead) die()
        else steps.push({ owner, what, go: resolve, die })
      }),
    async busy(work) {
      running++
      try {
        return await work()
      } finally {
        running--
        activity++
      }
    },
    kill(owner) {
      owner.isDead = true
      for (const timer of timers) if (timer.owner === owner) timers.delete(timer)
      const dying = steps.filter((step) => step.owner === owner)
      steps = steps.filter((step) => step.owner !== owner)
      for (const { die } of dying) die()
    },
    async runUntil(isOver, { steps: most, untilMs } = { steps: Number.POSITIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY }) {
      const begun = taken
      for (;;) {
        await rest()
        if (looking && taken >= looking.next && looking.mayRun()) {
          looking.next = taken + looking.every
          await looking.run()
        }
        if (isOver()) return
        if (++taken > begun + most) throw new Error(`it does not come to rest in ${most} steps`)
        const dueNow = later.filter(({ step }) => step <= taken)
        if (dueNow.length > 0) {
          later = later.filter(({ step }) => step > taken)
          for (const { run } of dueNow) run()
          continue
        }
        const next = due()
        const ready = steps.filter(mayGo)
        if (ready.length === 0) {
          if (!next || next.at > untilMs) return
          fire(next)
        } else if (next && next.at <= now && chance.happens(0.5)) fire(next)
        else {
          const step = chance.one(ready)
          steps.splice(steps.indexOf(step), 1)
          now += chance.int(3) // a statement takes its time
          step.go()
        }
      }
    },
  }
}
