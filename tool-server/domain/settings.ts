import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { views } from '@portero/shared'
import type { Millis } from '../define.ts'
import { weekday, type Agent } from './homes.ts'
import { instant, isDay, numberOf, zoneDay } from './zones.ts'

// What admins set: hours, closed times, and who is asked when a prospect wants a person.
export type Hours = Agent['hours']
export type Stretch = z.infer<typeof views.settingsView>['agents'][number]['hours'][number]
export type Asker = { agent: string; language?: 'es-MX' | 'en' | undefined; building?: string | undefined } // by their ids

// Of what somebody saw, so that whoever changes it knows whether it is still that; it needs no counter that every writer would have to turn.
export const versionOf = (seen: unknown): string => createHash('sha256').update(JSON.stringify(seen)).digest('base64url').slice(0, 16)

// Our tables say which days share a stretch, the page what a day has.
export const stretchesOf = (hours: Hours): Stretch[] =>
  weekday.options.flatMap((day) => hours.filter(({ days }) => days.includes(day)).map(({ from, to }) => ({ day, from, to })).toSorted((a, b) => (a.from < b.from ? -1 : 1)))
export const hoursOf = (stretches: readonly Stretch[]): Hours => {
  const shared = Map.groupBy(stretches, ({ from, to }) => `${from}-${to}`)
  return [...shared.values()].flatMap((same) => (same[0] ? [{ days: weekday.options.filter((day) => same.some((each) => each.day === day)), from: same[0].from, to: same[0].to }] : []))
}

// '2026-12-24' or '2026-12-24T14:00' by the clock of a zone; a day alone is all of it. Undefined where the calendar has no such day.
export const closedIn = (zone: string, from: string, to: string): { startsAt: Millis; endsAt: Millis } | undefined => {
  const at = (text: string, otherwise: string): Millis => instant(zoneDay(zone, numberOf(text.slice(0, 10))), minuteOf(text.slice(11) || otherwise))
  return isDay(from.slice(0, 10)) && isDay(to.slice(0, 10)) ? { startsAt: at(from, '00:00'), endsAt: at(to, '24:00') } : undefined
}
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
