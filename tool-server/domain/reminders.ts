import type { Millis } from '../define.ts'
import { nextAllowed, night } from './quiet-hours.ts'
import { dayMs, instant, minuteMs, numberAt, zoneDay } from './zones.ts'

// What comes around a visit, and when. Elapsed time, but for what is said by the clock of the property: the evening before at six, the day after at eleven.
const hourMs: Millis = 60 * minuteMs
const justBookedMs: Millis = 30 * minuteMs // who has just chosen it needs no reminder
const tooLateMs: Millis = 30 * minuteMs // by then they are on their way
const togetherMs: Millis = 3 * hourMs // of two so close the later one does
const eveningMinute = 18 * 60
const followMinute = 11 * 60
const unsureMs: Millis = 3 * hourMs // what is released then can still be offered for an hour before the usual two hours' notice
const graceMs: Millis = 15 * minuteMs
const followWithinDays = 3 // a visit of which we hear later was too long ago to ask about

export const reminderKinds = ['day', 'evening', 'hours'] as const
export const dueKinds = [...reminderKinds, 'unsure', 'no-show', 'follow-up'] as const
export type ReminderKind = (typeof reminderKinds)[number]
export type DueKind = (typeof dueKinds)[number]
export type Due<K extends DueKind = DueKind> = { what: K; at: Millis }
// since: when it was put at that time.
export type Placed = { startsAt: Millis; since: Millis; zone: string }

export const remindersOf = ({ startsAt, since, zone }: Placed): Due<ReminderKind>[] => {
  const evening: Due<ReminderKind> = { what: 'evening', at: instant(zoneDay(zone, numberAt(zone, startsAt) - 1), eveningMinute) }
  const elapsed: Due<ReminderKind>[] = [{ what: 'day', at: startsAt - dayMs }, { what: 'hours', at: startsAt - 2 * hourMs }]
  // What would come too late, once the night is over, comes the evening before instead.
  const awake = elapsed.map(({ what, at }) => ({ what, at: nextAllowed(at, { zone, ...night }) })).map((due) => (due.at > startsAt - tooLateMs ? evening : due))
  const kept: Due<ReminderKind>[] = []
  for (const due of [evening, ...awake].filter(({ at }) => at >= since + justBookedMs).toSorted((a, b) => b.at - a.at)) {
    const next = kept.at(-1)
    if (!next || next.at - due.at > togetherMs) kept.push(due)
  }
  return kept.toReversed()
}

// unsure: when a visit that nobody confirmed, though they were reminded twice, may go to somebody who waits for it.
export const duesOf = (placed: Placed): Due[] => {
  const { startsAt } = placed
  const reminders = remindersOf(placed)
  const unsure = startsAt - unsureMs
  const isReminded = reminders.filter(({ at }) => at < unsure).length >= 2
  return [...reminders, ...(isReminded ? [{ what: 'unsure' as const, at: unsure }] : []), { what: 'no-show', at: startsAt + graceMs }]
}

export const followUpOf = ({ startsAt, zone }: Omit<Placed, 'since'>, now: Millis): Due[] => {
  const visited = numberAt(zone, startsAt)
  for (let number = visited + 1; number <= visited + followWithinDays; number++) {
    const at = instant(zoneDay(zone, number), followMinute)
    if (at > now) return [{ what: 'follow-up', at }]
  }
  return []
}
