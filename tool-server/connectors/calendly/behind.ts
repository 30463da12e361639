import { z } from 'zod'
import type { At, Delivery, Millis, Pull } from '../../define.ts'
import { mostEvents, seenFlow, seenSerial, sweptDays, type CalendarEvent } from '../../domain/ports/calendar.ts'
import { busyWeek, soonMs, userOf, weekMs, type BusyTime } from './client.ts'
import type { Settings } from './settings.ts'

// What stands in the calendars that Calendly checks for conflicts. It has neither ids nor pushes, so all of it is asked, and compared with what was told before.
const dayMs: Millis = 24 * 3_600_000
const memory = z.record(z.string(), z.strictObject({ startsAt: z.int(), endsAt: z.int() }))
type Memory = z.infer<typeof memory>
type Span = Memory[string]

export const behind: Pull<Settings> = {
  everyMs: 5 * 60_000,
  async pull(cursor, at) {
    const before = memoryOf(cursor)
    if (!before) return { deliveries: [], cursor: null, restart: true }
    const listed = await listedFrom(at.now + soonMs, at)
    if (!listed) return { deliveries: [], cursor } // where it can't say, what it said last holds; without one nothing is known yet
    const { events, next } = compared(before, othersIn(listed), at.now)
    return { deliveries: deliveriesOf(events, at.connection.id, at.now), cursor: JSON.stringify(next) }
  },
  gone: (items, { id }) => deliveriesOf(items.map((item) => ({ id: item, is: 'gone', swept: true })), id, 'swept'),
}

const memoryOf = (cursor: string | null): Memory | undefined => {
  if (cursor === null) return {}
  try {
    return memory.parse(JSON.parse(cursor))
  } catch {
    return undefined // of another version of ours
  }
}

// Cut at midnights, so that what reaches over one is cut at the same place all day.
const listedFrom = async (from: Millis, at: At<Settings>): Promise<BusyTime[] | undefined> => {
  const user = await userOf(at)
  const today = from - (from % dayMs)
  const found: BusyTime[] = []
  for (let startsAt = from, endsAt = today + weekMs; startsAt < today + sweptDays * dayMs; startsAt = endsAt, endsAt += weekMs) {
    const some = await busyWeek(at.http, user, { startsAt, endsAt }, [403, 424])
    if (!some) return undefined
    found.push(...some)
  }
  return found
}

// Calendly writes its own bookings into those calendars too: what lies within one is its copy. What reaches over a cut is listed on both sides of it.
const othersIn = (listed: readonly BusyTime[]): Span[] => {
  const booked = listed.filter(({ type }) => type === 'calendly')
  const others = listed.filter(({ type, ...span }) => type !== 'calendly' && !booked.some((own) => own.startsAt <= span.startsAt && span.endsAt <= own.endsAt))
  return [...new Map(others.map(({ startsAt, endsAt }) => [`${startsAt} ${endsAt}`, { startsAt, endsAt }])).values()]
}

// One of which either end is as it was is the same, changed.
const compared = (before: Memory, found: readonly Span[], now: Millis): { events: CalendarEvent[]; next: Memory } => {
  const left = new Map(Object.entries(before).filter(([, { endsAt }]) => endsAt > now))
  const take = (isIt: (known: Span) => boolean): string | undefined => {
    const id = [...left].find(([, known]) => isIt(known))?.[0]
    if (id !== undefined) left.delete(id)
    return id
  }
  const kept = found.map((span) => take((known) => known.startsAt === span.startsAt && known.endsAt === span.endsAt))
  const next: Memory = {}
  const events: CalendarEvent[] = []
  for (const [place, span] of found.entries()) {
    const same = kept[place]
    const id = same ?? take(({ startsAt, endsAt }) => startsAt === span.startsAt || endsAt === span.endsAt) ?? `behind:${new Date(now).toISOString()}:${place}`
    next[id] = span
    if (same === undefined) events.push({ id, is: 'there', ...span, isBusy: true })
  }
  return { events: [...events, ...[...left.keys()].map((id) => ({ id, is: 'gone' as const }))], next }
}

// What comes, goes and comes again is told each time, so it is known by when it was.
const deliveriesOf = (events: readonly CalendarEvent[], connection: string, when: Millis | 'swept'): Delivery[] =>
  Array.from({ length: Math.ceil(events.length / mostEvents) }, (_, at) => {
    const some = events.slice(at * mostEvents, (at + 1) * mostEvents)
    return { id: `behind:${when === 'swept' ? when : new Date(when).toISOString()}:${at}`, flow: seenFlow, serial: seenSerial(connection), lane: 'sync', payload: { connection, events: some }, item: some.map(({ id }) => id) }
  })
