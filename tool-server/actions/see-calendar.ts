import { z } from 'zod'
import { defineAction, type Act, type Millis } from '../define.ts'
import { judge } from '../domain/calendars.ts'
import { eventsSeen, sweptDays, type CalendarEvent } from '../domain/ports/calendar.ts'
import { dayMs } from '../domain/zones.ts'
import { knownSince, mirrorEvents, type BusyEvent } from '../store/busy-mirror.ts'
import { calendarOwner } from '../store/calendars.ts'
import { callMetOff, knownGuests, metAmong, noteMet } from '../store/met.ts'
import { endOverlaps, findOverlaps, visitsThen } from '../store/overlaps.ts'
import { goneLately, noteFoundThere, noteKnown, projectionsAmong, shownAs, type Projection } from '../store/projections.ts'
import { decideMoved, projectSoon, weighOverlap } from './calendar-turns.ts'
import { overlapsOver } from './overlap-over.ts'
import { refreshCrm } from './refresh-crm.ts'

// What somebody changed in a calendar: the mirror of their busy time, our own events there, and their meetings with prospects. lagMs: how long it was known before it counted.
const result = z.strictObject({ isOther: z.boolean(), lagMs: z.int().optional(), conflicts: z.int(), over: z.int() })
export const seeCalendar = defineAction({ name: 'see-calendar', args: eventsSeen, result, scopes: [], callers: ['system'] }).decides(async ({ connection, events }, act) => {
  const latest = [...new Map(events.map((event) => [event.id, event])).values()]
  const whose = await calendarOwner(act, connection)
  if (!whose) return { isOther: false, conflicts: 0, over: 0 } // told before it was ended
  const owner = whose.agent
  const since = (await knownSince(act, connection)) ?? act.now
  const known = (await ownAmong(act, connection, { owner, events: latest })).map((each) => ({ ...each, external: nowAs(each, latest) }))
  const busy: BusyEvent[] = []
  const free: string[] = []
  for (const event of latest) {
    const own = known.find((each) => isIt(each, event))
    const taken = own ? beyond(own, event) : takes(event)
    if (taken && taken.endsAt > act.now && taken.startsAt < taken.endsAt) busy.push({ ...taken, id: event.id })
    else free.push(event.id)
  }
  const isOther = await mirrorEvents(act, connection, { busy, free })
  const found = isOther ? await findOverlaps(act, connection, busy.map(({ id }) => id)) : []
  for (const each of found) await weighOverlap(act, each)
  const over = isOther ? await overlapsOver(act, await endOverlaps(act, { connection })) : 0
  const own = latest.flatMap((event) => known.flatMap((each) => (isIt(each, event) ? [{ own: each, event, verdict: judge(each, event) }] : [])))
  const gone = own.filter(({ event, verdict }) => event.is === 'gone' && verdict === 'people').length
  const many = gone > 0 && gone + (await goneLately(act, connection)) > mostGone
  const unlisted = own.filter(({ own: { startsAt }, event, verdict }) => isSwept(event) && verdict === 'people' && startsAt > act.now && startsAt < act.now + sweptMs)
  const first = owner === undefined ? undefined : await firstShown(act, owner, unlisted)
  for (const each of own) await noteOwn(act, each, { at: since, many, ...(each === first && { listed: unlisted.length }) })
  if (owner) await noteMeetings(act, { connection, agent: owner, events: latest.filter((event) => !known.some((own) => isIt(own, event))) })
  return { isOther, conflicts: found.length, over, ...(isOther && { lagMs: Math.max(0, act.now - since) }) }
})

// A calendar that can't move an event has another one for a visit that was moved; what becomes of the older one says nothing of it any more.
const nowAs = ({ ours, external }: Projection, events: readonly CalendarEvent[]): string | null => events.find((event) => event.is === 'there' && event.ours === ours)?.id ?? external
const isIt = ({ ours, external }: Projection, event: CalendarEvent): boolean => event.ours === ours || (event.ours === undefined && event.id === external)
const takes = (event: CalendarEvent): { startsAt: Millis; endsAt: Millis } | undefined => (event.is === 'there' && event.isBusy ? { startsAt: event.startsAt, endsAt: event.endsAt } : undefined)
// A visit takes its own time already; where its owner gave it more, that is theirs.
const beyond = ({ startsAt, endsAt, state }: Projection, event: CalendarEvent): ReturnType<typeof takes> =>
  event.is === 'there' && event.isBusy && state === 'stands' && event.startsAt === startsAt && event.endsAt > endsAt ? { startsAt: endsAt, endsAt: event.endsAt } : undefined

// One that stands for a visit of ours is ours, also where a lost database has forgotten it. Another database's is not.
const ownAmong = async (act: Act, connection: string, { owner, events }: { owner: string | undefined; events: readonly CalendarEvent[] }): Promise<Projection[]> => {
  const named = events.flatMap(({ ours }) => ours ?? [])
  const known = await projectionsAmong(act, connection, { ours: named, ids: events.map(({ id }) => id) })
  const unknown = events.flatMap((event) => (event.is === 'there' && event.ours !== undefined && !known.some(({ ours }) => ours === event.ours) ? [{ ours: event.ours, id: event.id }] : []))
  if (owner === undefined || unknown.length === 0) return known
  const found = await noteFoundThere(act, { connection, agent: owner, events: unknown })
  for (const { tours } of found) await projectSoon(act, tours)
  return [...known, ...found]
}

// A list that leaves something out says nothing of who took it away, and nothing at all of what is further ahead than every calendar lists. People are asked once for all that it leaves out.
const sweptMs: Millis = sweptDays * dayMs
const isSwept = (event: CalendarEvent): boolean => event.is === 'gone' && event.swept === true
const firstShown = async (act: Act, owner: string, all: readonly Own[]): Promise<Own | undefined> => {
  for (const each of all) if ((await shownAs(act, each.own.ours)).some(({ agent, status, startsAt }) => agent === owner && status === 'confirmed' && startsAt > act.now)) return each
  return undefined
}

// A calendar that was emptied is no agent who calls everybody off.
const mostGone = 5
type Own = { own: Projection; event: CalendarEvent; verdict: ReturnType<typeof judge> }
const noteOwn = async (act: Act, { own, event, verdict }: Own, { at, many, listed }: { at: Millis; many: boolean; listed?: number }): Promise<void> => {
  if (verdict === 'late') return
  const isThere = event.is === 'there' && own.state !== 'sent' // what is under way has been put only once that has been answered
  if (verdict === 'people') {
    await noteKnown(act, own, { ...(isThere && { returned: false }), seen: event.is === 'gone' ? { is: 'gone', many: many || isSwept(event), ...(isSwept(event) && { listed: listed ?? 0 }), at } : { is: 'there', startsAt: event.startsAt, endsAt: event.endsAt, ...(event.version !== undefined && { version: event.version }), at } })
    return decideMoved(act, own)
  }
  if (event.is === 'gone') return
  // One that we took away, or whose putting was refused, and that is there all the same.
  const isBack = own.state === 'gone' || own.state === 'dead'
  await noteKnown(act, own, { seen: null, external: event.id, version: event.version, ...(isThere && { returned: false }), ...(isBack && { state: 'stands', digest: null }) })
  if (isBack || (own.digest === null && own.state !== 'sent')) await projectSoon(act, own.tours)
}

// A known prospect among the guests makes it a meeting that the CRM shows too, unless it is a copy of a visit. What was over before anybody of ours knew of it is left alone.
const noteMeetings = async (act: Act, { connection, agent, events }: { connection: string; agent: string; events: readonly CalendarEvent[] }): Promise<void> => {
  const before = await metAmong(act, connection, events.map(({ id }) => id))
  const copied = await visitsThen(act, agent, events)
  const guests = await knownGuests(act, [...new Set(events.flatMap((event) => (event.is === 'there' ? (event.guests ?? []) : [])).map((email) => email.toLowerCase()))])
  if (before.length === 0 && guests.size === 0) return
  for (const event of events) {
    const known = before.filter((met) => met.event === event.id).map(({ person }) => person)
    const people = new Set(event.is === 'there' && !copied.has(event.id) ? (event.guests ?? []).flatMap((email) => guests.get(email.toLowerCase()) ?? []) : [])
    for (const person of known) {
      if (people.has(person)) continue
      if (await callMetOff(act, connection, { event: event.id, person, until: isSwept(event) ? act.now + sweptMs : undefined })) await refreshCrm(act, person)
    }
    for (const person of people) {
      if (event.is !== 'there' || event.startsAt >= event.endsAt || (event.endsAt <= act.now && !known.includes(person))) continue
      if (await noteMet(act, { connection, event: event.id, person, agent, title: event.title ?? '', startsAt: event.startsAt, endsAt: event.endsAt })) await refreshCrm(act, person)
    }
  }
}
