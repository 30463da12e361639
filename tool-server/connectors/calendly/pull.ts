import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { At, Delivery, Millis, Pull } from '../../define.ts'
import { behindPull, changesPull, mostEvents, seenFlow, seenSerial, type CalendarEvent } from '../../domain/ports/calendar.ts'
import { behind } from './behind.ts'
import { eventPages, inviteesOf, ourVisit, patient, readAs, userOf } from './client.ts'
import { isAlias, last, oneEvent, placesOf, timeOf, type WireEvent, type WireInvitee } from './map.ts'
import type { Settings } from './settings.ts'

// Calendly can't be asked what has changed, so all that stands from a day ago on is listed, in the order of its time, and only what is another than it was is looked at. A turn that has found enough ends there, and the next one goes on from that time.
const dayMs: Millis = 24 * 3_600_000
const mostLookedAt = 10 // in a turn: the free plan has 50 calls a minute
const patienceMs: Millis = 4 * 60_000 // for the other half of a pair: until the next look

// told: each event with its version, when it begins and, as long as it stands, whose visit it is. waits: called off for another that doesn't show yet, since when. at: where the next turn goes on.
const known = z.strictObject({ version: z.string(), startsAt: z.int(), is: z.enum(['there', 'gone']), ours: z.string().optional() })
const memory = z.strictObject({ told: z.record(z.string(), known), waits: z.record(z.string(), z.int()), at: z.int().optional() })
type Memory = z.infer<typeof memory>
type Told = z.infer<typeof known>
const memoryOf = (cursor: string | null): Memory | undefined => {
  if (cursor === null) return { told: {}, waits: {} }
  try {
    return memory.parse(JSON.parse(cursor))
  } catch {
    return undefined // of another version of ours: everything is told anew
  }
}

const changes: Pull<Settings> = {
  everyMs: 5 * 60_000,
  async pull(cursor, at) {
    const before = memoryOf(cursor)
    if (!before) return { deliveries: [], cursor: null, restart: true }
    const overSince = at.now - dayMs
    const from = before.at === undefined ? overSince : before.at - 1 // what begins at that very time is listed too
    const { listed, fresh, waiting, to } = await walked(from, before, at)
    const ids = new Map(listed.map(({ uri, status }) => [last(uri), status]))
    const isMissing = ([id, { startsAt }]: [string, Told]): boolean => startsAt > from && startsAt < to && !ids.has(id)
    const stays = (each: [string, Told]): boolean => ids.has(each[0]) || (each[1].startsAt > overSince && (each[1].is === 'there' || !isMissing(each)))
    const next: Memory = { told: Object.fromEntries(Object.entries(before.told).filter(stays)), waits: Object.fromEntries(Object.entries(before.waits).filter(([, since]) => since > overSince)) }
    const changed = [...fresh, ...waiting].toSorted((a, b) => Number(a.status === 'canceled') - Number(b.status === 'canceled')) // what stands, then what doesn't any more
    const looks = [
      ...changed.map((event) => ({ startsAt: Date.parse(event.start_time), look: () => lookAt(event, { at, next, ids }) })),
      ...Object.entries(next.told).filter(isMissing).map(([id, { startsAt }]) => ({ startsAt, look: () => lookFor(id, { at, next, ids }) })),
    ]
    const events: CalendarEvent[] = []
    let done = 0
    for (const { look } of looks) {
      const some = await look().catch(unlessThrottled(done))
      if (!some) break // what was seen is kept, and the rest is looked at when we may again
      events.push(...some)
      done++
    }
    const goesOn = Math.min(to, ...looks.slice(done).map(({ startsAt }) => startsAt))
    if (goesOn < Infinity) next.at = goesOn
    return { deliveries: deliveriesOf(events, at.connection.id, next.told), cursor: JSON.stringify(next), ...(goesOn < Infinity && { more: true as const }) }
  },
  gone: (items, { id }) => deliveriesOf(items.map((item) => ({ id: item, is: 'gone', swept: true })), id, {}),
}
export const pulls = { [changesPull]: changes, [behindPull]: behind }

// As far as there is enough to look at. to: until when all is listed. waiting: looked at before, and another shows by now, or not.
type Walked = { listed: WireEvent[]; fresh: WireEvent[]; waiting: WireEvent[]; to: Millis }
const walked = async (from: Millis, { told, waits }: Memory, at: At<Settings>): Promise<Walked> => {
  const listed: WireEvent[] = []
  const fresh: WireEvent[] = []
  const waiting: WireEvent[] = []
  for await (const page of eventPages(at, { min_start_time: timeOf(from) })) {
    listed.push(...page)
    for (const event of page) {
      if (told[last(event.uri)]?.version === versionOf(event)) continue
      if (waits[last(event.uri)] !== undefined) waiting.push(event)
      else fresh.push(event)
    }
    const beyond = fresh[mostLookedAt]
    if (!beyond) continue
    const to = Date.parse(beyond.start_time)
    return { listed, fresh: fresh.slice(0, mostLookedAt), waiting: waiting.filter(({ start_time }) => Date.parse(start_time) < to), to }
  }
  return { listed, fresh, waiting, to: Infinity }
}

const versionOf = ({ status, updated_at }: WireEvent): string => `${status} ${updated_at}`

const unlessThrottled = (done: number) => (thrown: unknown): undefined => {
  if (done === 0 || !(thrown instanceof AppError) || thrown.code !== 'throttled') throw thrown
}

type Looking = { at: At<Settings>; next: Memory; ids: ReadonlyMap<string, WireEvent['status']> }
const lookAt = async (event: WireEvent, { at, next, ids }: Looking): Promise<CalendarEvent[]> => {
  const id = last(event.uri)
  const startsAt = Date.parse(event.start_time)
  const all = await inviteesOf(at.http, id)
  const ours = (await ourVisit(all.filter(({ status }) => status === event.status), at)) ?? next.told[id]?.ours
  if (event.status === 'active') {
    delete next.waits[id]
    next.told[id] = { version: versionOf(event), startsAt, is: 'there', ...(ours && { ours }) }
    const told = { id, is: 'there' as const, startsAt, endsAt: Date.parse(event.end_time), isBusy: true, version: event.updated_at }
    return [ours ? { ...told, ours } : { ...told, ...aboutOthers(event, all, at.connection.settings) }]
  }
  // Whoever reschedules calls one off and books another, in no certain order: it isn't told as gone before the other one is known.
  const newer = all.filter(({ rescheduled }) => rescheduled).map(({ new_invitee }) => placesOf(new_invitee)?.event)
  const isKnown = (each: string | undefined): boolean => each !== undefined && (next.told[each] !== undefined || ids.get(each) === 'canceled')
  const since = next.waits[id] ?? at.now
  if (!newer.every(isKnown) && at.now - since < patienceMs) {
    next.waits[id] = since
    return []
  }
  delete next.waits[id]
  const gone = goneEvent(id, ours, next)
  next.told[id] = { version: versionOf(event), startsAt, is: 'gone' }
  return [gone]
}

// Of a visit that stands at another time now, the event that stood for it before says nothing more.
const goneEvent = (id: string, ours: string | undefined, { told }: Memory): CalendarEvent => {
  const isElsewhere = Object.entries(told).some(([other, each]) => other !== id && each.is === 'there' && each.ours === ours)
  return { id, is: 'gone', ...(ours && !isElsewhere && { ours }) }
}

const mostGuests = 50
const aboutOthers = ({ name, event_guests }: WireEvent, invitees: readonly WireInvitee[], { aliasDomain }: Settings): { title?: string; guests?: string[] } => {
  const told = [...invitees.filter(({ status }) => status === 'active'), ...event_guests].map(({ email }) => email.toLowerCase())
  const guests = [...new Set(told)].filter((email) => z.email().safeParse(email).success && !isAlias(email, aliasDomain)).slice(0, mostGuests)
  return { ...(name && { title: name.slice(0, 300) }), ...(guests.length > 0 && { guests }) }
}

// One that isn't listed was deleted, or given to somebody else.
const lookFor = async (id: string, { at, next }: Looking): Promise<CalendarEvent[]> => {
  const told = next.told[id]
  if (!told || (await isStillTheirs(id, at))) return []
  const gone = goneEvent(id, told.ours, next)
  delete next.told[id]
  return [gone]
}
const isStillTheirs = async (id: string, at: At<Settings>): Promise<boolean> => {
  const reply = await patient(at.http)({ method: 'GET', path: `/scheduled_events/${encodeURIComponent(id)}`, accept: [403, 404] })
  if (reply.status !== 200) return false
  const user = await userOf(at)
  return readAs(oneEvent, reply).resource.event_memberships.some((each) => each.user === user)
}

const deliveriesOf = (events: readonly CalendarEvent[], connection: string, told: Memory['told']): Delivery[] =>
  Array.from({ length: Math.ceil(events.length / mostEvents) }, (_, at) => {
    const some = events.slice(at * mostEvents, (at + 1) * mostEvents)
    const items = some.map(({ id }) => id)
    const digest = createHash('sha256').update(some.map(({ id }) => `${id} ${told[id]?.version ?? 'deleted'}`).join('\n')).digest('hex').slice(0, 32)
    return { id: `seen:${digest}`, flow: seenFlow, serial: seenSerial(connection), lane: 'sync', payload: { connection, events: some }, item: items }
  })
