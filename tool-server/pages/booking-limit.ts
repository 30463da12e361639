import type { Millis } from '../define.ts'
import type { Clock } from '../spine/clock.ts'

// How often the booking page may be asked for, by one link and from one address: far more than people click, far less than a machine guesses.
const most = { link: 40, address: 240 } // an address may be a whole office
const withinMs: Millis = 60_000
const rememberMost = 10_000

// Answers how long to wait; 0: go on.
export const makeBookingLimit = (clock: Clock): ((by: Record<keyof typeof most, string>) => Millis) => {
  const asked = new Map<string, Millis[]>()
  return (by) => {
    const now = clock.now()
    const waits = (['link', 'address'] as const).map((what) => {
      const key = `${what} ${by[what]}`
      const recent = (asked.get(key) ?? []).filter((at) => at > now - withinMs)
      asked.delete(key) // and back in at the end: who hasn't asked for longest stands first
      asked.set(key, recent)
      const [first = now] = recent
      if (recent.length >= most[what]) return first + withinMs - now
      recent.push(now)
      return 0
    })
    while (asked.size > rememberMost) asked.delete(asked.keys().next().value ?? '')
    return Math.max(...waits)
  }
}
