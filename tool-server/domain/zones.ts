import { IANAZone } from 'luxon'
import type { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { weekday } from './homes.ts'

// Wall clocks. A time of day means the first instant of its day at which the clock reads that or later: an hour that exists twice is its first, one that is skipped is the end of the gap.
// Days are 'YYYY-MM-DD' outside and, where many are walked, numbers of days since 1970.
export type Weekday = z.infer<typeof weekday>
export type ZoneDay = { midnight: Millis; before: Millis; after: Millis; changesAt: Millis } // midnight as if it were UTC; before, after: the offsets around a change

export const dayMs = 86_400_000
export const minuteMs = 60_000
export const isZone = (zone: string): boolean => IANAZone.isValidZone(zone)
export const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / dayMs
export const isDay = (day: string): boolean => /^\d{4}-\d\d-\d\d$/.test(day) && Number.isInteger(numberOf(day)) && dayNamed(numberOf(day)) === day // to some, 30 February is 2 March
export const dayNamed = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10)

export const zoneDay = (zone: string, number: number): ZoneDay => {
  const days = kept.get(zone) ?? new Map<number, ZoneDay>()
  kept.set(zone, days)
  const known = days.get(number)
  if (known) return known
  if (days.size >= mostDays) days.clear()
  const found = lookUp(zone, number * dayMs)
  days.set(number, found)
  return found
}
export const instant = ({ midnight, before, after, changesAt }: ZoneDay, minute: number): Millis => {
  const early = midnight + minute * minuteMs - before
  return early < changesAt ? early : Math.max(early + before - after, changesAt)
}
export const offsetAt = (zone: string, ms: Millis): Millis => {
  const { before, after, changesAt } = zoneDay(zone, Math.floor(ms / dayMs))
  return ms < changesAt ? before : after
}
export const numberAt = (zone: string, ms: Millis): number => Math.floor((ms + offsetAt(zone, ms)) / dayMs)
export const minuteAt = (zone: string, ms: Millis): number => Math.floor((ms + offsetAt(zone, ms)) / minuteMs) % 1440

export const dayOf = (zone: string, ms: Millis): string => dayNamed(numberAt(zone, ms))
export const dayStart = (zone: string, day: string): Millis => instant(zoneDay(zone, numberOf(day)), 0)
export const nextDay = (day: string): string => dayNamed(numberOf(day) + 1)
export const weekdayOf = (number: number): Weekday => weekdays[(((number + 4) % 7) + 7) % 7] ?? 'sun' // 1970 began on a Thursday
export const weekOf = (number: number): number => Math.floor((number + 3) / 7) // from Monday to Sunday

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const mostDays = 2_000 // of each zone
const kept = new Map<string, Map<number, ZoneDay>>()

// No wall clock is further from UTC than +14 and -12 hours, so whatever happens on this day, anywhere, happens in between.
const lookUp = (zone: string, midnight: Millis): ZoneDay => {
  const place = IANAZone.create(zone)
  if (!place.isValid) throw new AppError('invalid_input', `${zone} is not a time zone`)
  const offset = (ms: Millis): Millis => place.offset(ms) * minuteMs
  let last = midnight - 14 * 3_600_000
  let first = midnight + 38 * 3_600_000
  const [before, after] = [offset(last), offset(first)]
  if (before === after) return { midnight, before, after, changesAt: Infinity }
  while (first - last > 1) {
    const middle = Math.floor((first + last) / 2)
    if (offset(middle) === before) last = middle
    else first = middle
  }
  return { midnight, before, after, changesAt: first }
}
