import type { Millis } from '../define.ts'
import { both, merge, type Stretch } from './busy.ts'
import type { Hours } from './homes.ts'
import { hoursOf, stretchesOf } from './settings.ts'
import { instant, minuteAt, weekdayOf, type ZoneDay } from './zones.ts'

// Hours by a wall clock, as they fall on one day of it.
export const hoursOn = (day: ZoneDay, number: number, hours: Hours, within?: Hours): Stretch[] => {
  const weekday = weekdayOf(number)
  const open = merge(hours.filter(({ days }) => days.includes(weekday)).map(({ from, to }) => ({ startsAt: instant(day, minuteOf(from)), endsAt: instant(day, minuteOf(to)) })))
  return within ? both(open, hoursOn(day, number, within)) : open
}
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

// The grid counts from midnight by the wall clock. A mark that the clock skips is none; one that it shows twice is the first.
type Grid = { zone: string; gridMinutes: number }
export const marks = function* (day: ZoneDay, { zone, gridMinutes }: Grid, { startsAt, endsAt }: Stretch): Generator<Millis> {
  for (let minute = Math.ceil(minuteAt(zone, startsAt) / gridMinutes) * gridMinutes; minute < 1440; minute += gridMinutes) {
    const at = instant(day, minute)
    if (at >= endsAt) return
    if (day.changesAt === Infinity || minuteAt(zone, at) === minute) yield at
  }
}

export const parts = { morning: [0, 12 * 60], afternoon: [12 * 60, 17 * 60], evening: [17 * 60, 24 * 60] } as const
export type Part = keyof typeof parts
export const isIn = (part: Part, zone: string, at: Millis): boolean => minuteAt(zone, at) >= parts[part][0] && minuteAt(zone, at) < parts[part][1]

export const partOf = (zone: string, at: Millis): Part => (isIn('morning', zone, at) ? 'morning' : isIn('afternoon', zone, at) ? 'afternoon' : 'evening')

// The same hours without overlaps, which admins may leave behind and a catalogue must not have.
export const joined = (hours: Hours): Hours => {
  const stretches = stretchesOf(hours)
  const apart: typeof stretches = []
  for (const each of stretches) {
    const last = apart.at(-1)
    if (last?.day === each.day && each.from < last.to) last.to = each.to > last.to ? each.to : last.to
    else apart.push({ ...each })
  }
  return apart.length === stretches.length ? hours : hoursOf(apart)
}
