import type { CadenceName } from '@portero/shared'
import type { Millis } from '../define.ts'
import { isBehind, type Stage } from './leads.ts'
import { nextAllowed, night } from './quiet-hours.ts'
import { dayMs } from './zones.ts'

// When a prospect who went silent is followed up, and when not. Days count from the last thing they said, an hour short of them: the first is then still within WhatsApp's 24 hours, and all come at about the time of day at which they write.
const hourMs: Millis = 3_600_000
const lateMs: Millis = dayMs // what could not be said by then isn't made up for
const justSaidMs: Millis = 12 * hourMs // two messages of our own accord so close would be a nuisance
const visitedMs: Millis = 3 * dayMs // after a visit its own message asks
export const firstLookMs: Millis = dayMs - hourMs // no follow-up is due before

// since: when they last wrote. saidAt: when they were last told anything after that. visitedAt: when their last visit began. isWaiting: for a time, of which they will hear. isRefused: they want no offers, or asked that we forget them or don't use their data. isInHands: of a person of ours, in the chat or at the CRM. done: days of this silence that were decided about.
export type Quiet = { since: Millis; saidAt: Millis | undefined; visitedAt: Millis | undefined; stage: Stage; isVisitAhead: boolean; isWaiting: boolean; isOptedOut: boolean; isRefused: boolean; isInHands: boolean; done: readonly number[] }
export const ends = ['human_in_charge', 'opted_out', 'refused', 'visit_ahead', 'waiting', 'past_visits'] as const
export const skips = ['late', 'unanswered', 'just_said', 'visited', 'template_unapproved', 'window_closed', 'no_consent', 'no_address'] as const
export type Outcome = 'sent' | (typeof ends)[number] | (typeof skips)[number]
// end: of this silence. A day is told where one was due. next: when to look again.
export type Step =
  | { does: 'wait'; next: Millis }
  | { does: 'send'; day: number; place: 'first' | 'between' | 'last'; next: Millis | undefined }
  | { does: 'skip'; day: number; because: (typeof skips)[number]; next: Millis | undefined }
  | { does: 'end'; day: number | undefined; because: (typeof ends)[number] | 'over' }

type Rules = { days: readonly number[]; zone: string; now: Millis }
export const cadence = (quiet: Quiet, { days: wanted, zone, now }: Rules): Step => {
  const days = [...new Set(wanted)].toSorted((a, b) => a - b)
  const dueAt = (day: number): Millis => nextAllowed(quiet.since + day * dayMs - hourMs, { zone, ...night })
  const day = days.findLast((each) => dueAt(each) <= now)
  const due = day === undefined || quiet.done.some((each) => each >= day) ? undefined : day
  const nextDay = days.find((each) => dueAt(each) > now)
  const next = nextDay === undefined ? undefined : dueAt(nextDay)
  const because = endOf(quiet)
  if (because) return { does: 'end', day: due, because }
  if (due === undefined) return next === undefined ? { does: 'end', day: undefined, because: 'over' } : { does: 'wait', next }
  if (now > dueAt(due) + lateMs) return { does: 'skip', day: due, because: 'late', next }
  const allowed = nextAllowed(now, { zone, ...night })
  if (allowed > now) return { does: 'wait', next: allowed }
  const skipped = skipOf(quiet, now)
  if (skipped) return { does: 'skip', day: due, because: skipped, next }
  return { does: 'send', day: due, place: due === days[0] ? 'first' : next === undefined ? 'last' : 'between', next }
}

export const endOf = ({ isInHands, isOptedOut, isRefused, isVisitAhead, isWaiting, stage }: Quiet): (typeof ends)[number] | undefined => {
  if (isInHands) return 'human_in_charge'
  if (isOptedOut) return 'opted_out'
  if (isRefused) return 'refused'
  if (isVisitAhead) return 'visit_ahead'
  if (isWaiting) return 'waiting'
  return isBehind(stage, 'visit_done') ? undefined : 'past_visits' // who has seen a home isn't offered to see one
}

const skipOf = ({ saidAt, visitedAt }: Quiet, now: Millis): (typeof skips)[number] | undefined => {
  if (visitedAt !== undefined && now < visitedAt + visitedMs) return 'visited'
  if (saidAt === undefined) return 'unanswered' // it is we who are silent
  return now < saidAt + justSaidMs ? 'just_said' : undefined
}

const templates = { first: 'portero_still_looking', between: 'portero_any_doubt', last: 'portero_last_word' } as const
export const templateAt = (place: keyof typeof templates): CadenceName => templates[place]

// What is said names the silence that it is about, so that whatever still waits to leave when they write again stays here.
export const followKey = (since: Millis, day: number): string => `${followsUp}${since}:${day}`
export const followsUp = 'follow:'
export const followSince = (key: string): Millis | undefined => {
  const [, since] = /^follow:(\d+):/.exec(key) ?? []
  return since === undefined ? undefined : Number(since)
}
export const notLooking = 'follow:done' // what is pressed
export const stillLooking = 'follow:looking'
