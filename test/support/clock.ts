import { createHash } from 'node:crypto'
import type { Clock } from '@portero/tool-server/spine/clock.ts'

// Time that a test moves by hand, and chance that a seed repeats.
export type FakeClock = Clock & { advance(ms: number): void; pending(): number }

export const fakeClock = ({ startMs = Date.UTC(2026, 10, 23, 17), seed = 1 }: { startMs?: number; seed?: number } = {}): FakeClock => {
  let now = startMs
  let drawn = 0
  const timers = new Set<{ at: number; run: () => void }>()
  const bytes = (count: number): Buffer => {
    const blocks: Buffer[] = []
    for (let length = 0; length < count; length += 32) blocks.push(createHash('sha256').update(`${seed}/${drawn++}`).digest())
    return Buffer.concat(blocks).subarray(0, count)
  }
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    chance: () => bytes(4).readUInt32BE() / 2 ** 32,
    bytes,
    advance(ms) {
      const until = now + ms
      for (;;) {
        const next = [...timers].filter((timer) => timer.at <= until).toSorted((a, b) => a.at - b.at)[0]
        if (!next) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = until
    },
    pending: () => timers.size,
  }
}
