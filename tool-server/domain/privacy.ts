import type { Millis } from '../define.ts'
import { businessDaysAfter } from './holidays.ts'
import { dayOf, instant, numberOf, zoneDay } from './zones.ts'

// What people may ask about their data: to see it, to have it corrected or erased, or that we don't use it. LFPDPPP, arts. 21 to 26.
export const arcoKinds = ['access', 'rectify', 'cancel', 'oppose'] as const
export type ArcoKind = (typeof arcoKinds)[number]

const zone = 'America/Mexico_City' // where the law's days begin and end
const answerDays = 20 // LFPDPPP, art. 31
export const dueAfter = (askedAt: Millis): Millis => instant(zoneDay(zone, numberOf(businessDaysAfter(dayOf(zone, askedAt), answerDays))), 24 * 60 - 1)
export const dueDay = (dueAt: Millis): string => dayOf(zone, dueAt)

// What people can read out on the phone; of what is random in the id, the end.
export const folioOf = (id: string): string => `P-${id.slice(-8).toUpperCase()}`
