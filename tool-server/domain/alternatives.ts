import type { Millis } from '../define.ts'
import type { ScoreAt } from './show-rate.ts'
import type { Slot } from './tours.ts'
import { minuteAt, numberAt } from './zones.ts'

// What to offer where the wanted time is gone, best first: that hour with somebody else, one close by on the same day, the same hour by the clock of the days around, and then what is further off.
// agent: with whom it was to be. Another day costs as much as three hours of the same one, another agent as much as a quarter of an hour.
// scoreAt: of two that are as far off, the one to which people rather come.
type Wanted = { zone: string; startsAt: Millis; agent?: string | undefined; scoreAt?: ScoreAt | undefined }
export const ranked = (slots: readonly Slot[], { zone, startsAt: wanted, agent, scoreAt = () => 0 }: Wanted): Slot[] => {
  const [day, minute] = [numberAt(zone, wanted), minuteAt(zone, wanted)]
  const farOff = ({ startsAt, agents }: Slot): number =>
    Math.abs(minuteAt(zone, startsAt) - minute) + dayMinutes * Math.abs(numberAt(zone, startsAt) - day) + (agent === undefined || agents.includes(agent) ? 0 : strangerMinutes)
  const far = new Map(slots.map((slot) => [slot, farOff(slot)]))
  return slots.toSorted((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0) || scoreAt(b.startsAt) - scoreAt(a.startsAt) || a.startsAt - b.startsAt)
}
const dayMinutes = 180
const strangerMinutes = 15
