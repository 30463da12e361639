import { DateTime, type DurationLike } from 'luxon'
import { invalid, notFound, Refusal } from './answers.ts'
import { etagOf, momentOf, type Given, type Kept } from './wire.ts'

// One person's calendar. What repeats is kept once, and shown as often as it takes place.
export type Calendar = {
  email: string
  zone: string
  put(event: Given, how?: { organizer?: string }): Kept
  patch(id: string, change: Given, how?: { ifMatch?: string | undefined; isWhole?: boolean }): { before: Kept; after: Kept }
  remove(id: string, how?: { ifMatch?: string | undefined }): Kept
  find(id: string): Kept
  events(): Kept[] // as they take place, and what was deleted, in the order in which they changed
  masters(): Kept[]
  revision(): number
  forget(): void // what was deleted is told no more
}
const idForm = /^[a-v0-9]{5,1024}$/
const horizonMs = 730 * 86_400_000 // how far Google looks ahead is not said anywhere

type Needs = { email: string; zone: string; now(): number; nextRevision(): number; newId(): string; changed(): void }
export const makeCalendar = ({ email, zone, now, nextRevision, newId, changed }: Needs): Calendar => {
  const kept = new Map<string, Kept>() // by their own id, masters too
  const places = new Map<string, Kept>() // repetitions
  let revision = nextRevision()

  const touch = (event: Kept): Kept => {
    revision = nextRevision()
    return Object.assign(event, { revision, updated: now() })
  }
  const find = (id: string): Kept => {
    const found = kept.get(id) ?? places.get(id)
    if (!found) throw notFound()
    return found
  }
  const checkMatch = (event: Kept, ifMatch: string | undefined): void => {
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(event)) throw new Refusal(412, 'conditionNotMet', 'Precondition Failed', { location: 'If-Match', locationType: 'header' })
  }
  const fill = (event: Kept, change: Given, isWhole: boolean): void => {
    const { id: _id, status, start, end, attendees, recurrence, extendedProperties, eventType, ...others } = change
    if (start) event.start = momentOf(start, zone, 'start')
    if (end) event.end = momentOf(end, zone, 'end')
    if (event.end.ms < event.start.ms) throw invalid('The specified time range is empty.', 'timeRangeEmpty')
    if (status) event.status = status
    if (attendees || isWhole) event.attendees = attendees ?? []
    if (recurrence) event.recurrence = recurrence
    if (typeof eventType === 'string') event.eventType = eventType
    for (const kind of ['private', 'shared'] as const) event.properties[kind] = merged(isWhole ? {} : event.properties[kind], extendedProperties?.[kind] ?? {})
    event.rest = merged(isWhole ? {} : event.rest, Object.fromEntries(Object.entries(others).filter(([name]) => !theirs.has(name))))
  }

  // The rows of a series as it is now; those that are not part of it any more are deleted ones.
  const expand = (master: Kept): void => {
    const wanted = new Map(master.status === 'cancelled' || !master.recurrence ? [] : repetitions(master, { zone, until: now() + horizonMs }).map((one) => [one.id, one]))
    for (const [id, one] of wanted) {
      const before = places.get(id)
      if (before?.rest['isException'] === true || (before && sameTime(before, one) && before.status === one.status && JSON.stringify(before.rest) === JSON.stringify(one.rest))) continue
      places.set(id, touch({ ...one, created: before?.created ?? now() }))
    }
    for (const [id, one] of places) if (one.recurringEventId === master.id && !wanted.has(id) && one.status !== 'cancelled') touch(Object.assign(one, { status: 'cancelled' }))
  }
  const settled = (event: Kept): void => {
    if (event.recurrence || [...places.values()].some(({ recurringEventId }) => recurringEventId === event.id)) expand(event)
    changed()
  }

  return {
    email, zone, find,
    put(given, { organizer = email } = {}) {
      const id = given.id ?? newId()
      if (!idForm.test(id)) throw invalid('Invalid resource id value.')
      if (kept.has(id) || places.has(id)) throw new Refusal(409, 'duplicate', 'The requested identifier already exists.')
      const event: Kept = {
        id, status: 'confirmed', revision: 0, created: now(), updated: now(), sequence: 0, start: momentOf(given.start, zone, 'start'), end: momentOf(given.end, zone, 'end'),
        organizer: { email: organizer }, creator: { email: organizer }, eventType: 'default', attendees: [], properties: { private: {}, shared: {} }, rest: {},
      }
      fill(event, given, true)
      kept.set(id, touch(event))
      settled(event)
      return event
    },
    patch(id, change, { ifMatch, isWhole = false } = {}) {
      const event = find(id)
      checkMatch(event, ifMatch)
      const before = structuredClone(event)
      const next = structuredClone(event)
      fill(next, change, isWhole)
      if (!sameTime(before, next)) next.sequence++
      if (next.recurringEventId !== undefined) next.rest = { ...next.rest, isException: true }
      Object.assign(event, next)
      delete event.isForgotten
      touch(event)
      settled(event)
      return { before, after: event }
    },
    remove(id, { ifMatch } = {}) {
      const event = find(id)
      if (event.status === 'cancelled') throw new Refusal(410, 'deleted', 'Resource has been deleted')
      checkMatch(event, ifMatch)
      touch(Object.assign(event, { status: 'cancelled' }))
      if (event.recurringEventId !== undefined) event.rest = { ...event.rest, isException: true }
      settled(event)
      return event
    },
    events: () => [...[...kept.values()].filter(({ recurrence }) => !recurrence), ...places.values()].filter(({ isForgotten }) => !isForgotten).toSorted((a, b) => a.revision - b.revision),
    masters: () => [...kept.values()].filter(({ isForgotten }) => !isForgotten).toSorted((a, b) => a.revision - b.revision),
    revision: () => revision,
    forget() {
      for (const event of [...kept.values(), ...places.values()]) if (event.status === 'cancelled') event.isForgotten = true
    },
  }
}
// What only Google writes.
const theirs: ReadonlySet<string> = new Set(['kind', 'etag', 'htmlLink', 'created', 'updated', 'creator', 'organizer', 'iCalUID', 'sequence', 'originalStartTime', 'recurringEventId', 'hangoutLink', 'reminders', 'isException'])

const merged = <T>(before: Record<string, T>, change: Record<string, T | null | undefined>): Record<string, T> => {
  const after = { ...before }
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === undefined) delete after[name]
    else after[name] = value
  }
  return after
}
const sameTime = (a: Kept, b: Kept): boolean => a.start.ms === b.start.ms && a.end.ms === b.end.ms

// As much of RFC 5545 as people of the lab use: RRULE:FREQ=DAILY|WEEKLY, INTERVAL, COUNT, UNTIL. The hour on the wall stays the same.
const steps: ReadonlyMap<string, (count: number) => DurationLike> = new Map<string, (count: number) => DurationLike>([['DAILY', (days) => ({ days })], ['WEEKLY', (weeks) => ({ weeks })]])
const repetitions = (master: Kept, { zone, until }: { zone: string; until: number }): Kept[] => {
  const rule: Record<string, string | undefined> = Object.fromEntries((master.recurrence?.[0] ?? '').replace(/^RRULE:/, '').split(';').map((part): [string, string] => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']))
  const step = steps.get(rule['FREQ'] ?? '')
  if (!step) throw invalid('Invalid recurrence rule.')
  const first = DateTime.fromMillis(master.start.ms, { zone: master.start.timeZone ?? zone })
  const last = Math.min(until, rule['UNTIL'] === undefined ? until : DateTime.fromISO(rule['UNTIL'], { zone: 'utc' }).toMillis())
  const all: Kept[] = []
  for (let at = 0; at < Number(rule['COUNT'] ?? Infinity); at++) {
    const start = { ...master.start, ms: first.plus(step(at * Number(rule['INTERVAL'] ?? 1))).toMillis() }
    if (start.ms > last) break
    const { recurrence: _, ...rest } = structuredClone(master)
    const stamp = master.start.isDay ? DateTime.fromMillis(start.ms, { zone }).toFormat('yyyyMMdd') : DateTime.fromMillis(start.ms, { zone: 'utc' }).toFormat("yyyyMMdd'T'HHmmss'Z'")
    all.push({ ...rest, id: `${master.id}_${stamp}`, recurringEventId: master.id, originalStart: start, start, end: { ...master.end, ms: start.ms + master.end.ms - master.start.ms } })
  }
  return all
}
