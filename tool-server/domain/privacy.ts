import type { Millis } from '../define.ts'
import { businessDaysAfter, businessDaysBefore } from './holidays.ts'
import { dayOf, instant, numberOf, zoneDay } from './zones.ts'

// What people may ask about their data: to see it, to have it corrected or erased, or that we don't use it. LFPDPPP, arts. 21 to 26.
export const arcoKinds = ['access', 'rectify', 'cancel', 'oppose'] as const
export type ArcoKind = (typeof arcoKinds)[number]

const zone = 'America/Mexico_City' // where the law's days begin and end
const answerDays = 20 // LFPDPPP, art. 31
export const dueAfter = (since: Millis, days = answerDays): Millis => instant(zoneDay(zone, numberOf(businessDaysAfter(dayOf(zone, since), days))), 24 * 60 - 1)
// So many business days before something is due, at an hour at which people work.
export const workingHourBefore = (dueAt: Millis, days: number): Millis => instant(zoneDay(zone, numberOf(businessDaysBefore(dueDay(dueAt), days))), 9 * 60)
export const lawDay = (at: Millis): string => dayOf(zone, at)
export const endOfLawDay = (day: string): Millis => instant(zoneDay(zone, numberOf(day)), 24 * 60 - 1)
export const dueDay = (dueAt: Millis): string => dayOf(zone, dueAt)

// Of those that are left until it is due, today not counted.
export const businessDaysLeft = (now: Millis, dueAt: Millis): number => {
  const [today, last] = [dayOf(zone, now), dueDay(dueAt)]
  let left = 0
  for (let day = today; day < last; day = businessDaysAfter(day, 1)) left++
  return left
}

export const isWorkingDay = (now: Millis): boolean => businessDaysBefore(businessDaysAfter(dayOf(zone, now), 1), 1) === dayOf(zone, now)

// What people can read out on the phone; of what is random in the id, the end.
export const folioOf = (id: string): string => `P-${id.slice(-8).toUpperCase()}`
