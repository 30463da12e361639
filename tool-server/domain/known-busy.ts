import type { Millis } from '../define.ts'
import { busyOf, merge, walk, type BusyList, type Stretch } from './busy.ts'
import type { Calendar } from './calendars.ts'
import { minuteMs } from './zones.ts'

// What the calendars of those who show homes say, as we have it, and how fresh that is.
export type Reading = Pick<Calendar, 'connection' | 'readAt'> & { agent: string; isLate?: true } // isLate: it takes other calendars into account, and hears of those late
export type KnownBusy = { lists: readonly BusyList[]; readings: readonly Reading[] }

// What a calendar says at this moment of some time only.
export type Said = Omit<BusyList, 'version'>

// As of when these agents' time is known: since their calendar that was read longest ago; now where none is connected. One that was never read tells nothing yet.
export const knownAt = (readings: readonly Reading[], agents: readonly string[], now: Millis): Millis =>
  Math.min(now, ...readings.flatMap(({ agent, readAt }) => (readAt !== undefined && agents.includes(agent) ? [readAt] : [])))
export const isUnread = (readings: readonly Reading[], agents: readonly string[]): boolean => readings.some(({ agent, readAt }) => readAt === undefined && agents.includes(agent))

// How old that is, where it is too old not to be said.
export const staleMinutes = (since: Millis, now: Millis): number | undefined => (now - since > staleMs ? Math.floor((now - since) / minuteMs) : undefined)
const staleMs: Millis = 15 * minuteMs // each is asked every five

export const leaves = (lists: readonly BusyList[], agent: string, { startsAt, endsAt }: Stretch): boolean => walk(lists.filter((each) => each.agent === agent).map(busyOf))(startsAt, endsAt)

// What is left of some time when other time is taken out of it.
export const without = (some: readonly Stretch[], others: readonly Stretch[]): Stretch[] => {
  const out = merge(others)
  return merge(some).flatMap(({ startsAt, endsAt }) => {
    const left: Stretch[] = []
    let from = startsAt
    for (const other of out) {
      if (other.endsAt <= from || other.startsAt >= endsAt) continue
      if (other.startsAt > from) left.push({ startsAt: from, endsAt: other.startsAt })
      from = other.endsAt
    }
    return from < endsAt ? [...left, { startsAt: from, endsAt }] : left
  })
}
