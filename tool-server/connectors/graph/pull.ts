import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { At, Connection, Delivery, Millis, Pull, Reply } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { mostEvents, seenFlow, seenSerial, type CalendarEvent, type eventsSeen } from '../../domain/ports/calendar.ts'
import { link, token, type Token } from './links.ts'
import { eventAt, eventOf, inUtc, wireEvent, type WireEvent } from './map.ts'
import { mailboxOf, vendor, type Settings } from './settings.ts'

// What changed in a stretch of days: https://learn.microsoft.com/graph/delta-query-events. The stretch is fixed when a round begins, so each day another one begins.
const dayMs: Millis = 86_400_000
const daysBehind = 1
const daysAhead = 62
const pageSize = 50

// from: when the stretch of the latest round begins, a midnight. at: where a round is being read, and rest: where one that was read to its end goes on later.
// old: the round of the day before, which is asked for the last time after the new one, so that what was deleted in between is told; isOld: that is what is being read.
const walk = z.strictObject({ from: z.iso.datetime(), at: token.optional(), rest: token.optional(), old: token.optional(), isOld: z.literal(true).optional() })
type Walk = z.infer<typeof walk>

const changes: Pull<Settings> = {
  everyMs: 5 * 60_000,
  async pull(cursor, at) {
    const from = midnight(at.now - daysBehind * dayMs)
    const was = cursor === null ? { from } : walk.parse(JSON.parse(cursor))
    const known = was.at || was.from === from ? was : { from, ...(was.rest && { old: was.rest }) } // a round that is under way is read to its end
    const next = known.at ?? known.rest
    const reply = await at.http({
      method: 'GET', path: `${mailboxOf(at.connection)}/calendarView/delta`, headers: { prefer: `${inUtc}, odata.maxpagesize=${pageSize}` },
      query: next ? { [next.name]: next.value } : { startDateTime: known.from, endDateTime: midnight(Date.parse(known.from) + (daysBehind + daysAhead) * dayMs) },
      accept: next ? forgotten : [],
    })
    if (forgotten.includes(reply.status)) return { deliveries: [], cursor: null, restart: true }
    const page = pageOf(reply)
    const deliveries = tellAll(await eventsOn(page.value, at), at.connection, next?.value)
    const after = goOn(known, page)
    return { deliveries, cursor: JSON.stringify(after), ...(after.at && { more: true as const }) }
  },
  gone: (ids, connection) => tellAll(ids.map((id) => ({ id, is: 'gone', swept: true })), connection, undefined),
}
// 410: syncStateNotFound or resyncRequired. 400: it gave us the token itself and doesn't understand it any more.
const forgotten = [400, 410]
const midnight = (at: Millis): string => `${new Date(at).toISOString().slice(0, 10)}T00:00:00Z`

type Page = { value: Listed[]; next: Token | undefined; rest: Token | undefined }
const goOn = ({ from, rest, old, isOld }: Walk, page: Page): Walk => {
  const mode = isOld && { isOld }
  if (page.next) return { from, at: page.next, ...(rest && { rest }), ...(old && { old }), ...mode }
  if (isOld) return { from, ...(rest && { rest }) }
  return { from, ...(page.rest && { rest: page.rest }), ...(old && { at: old, isOld: true }) }
}

// Of an occurrence only these are told, and of what was deleted only the id: https://github.com/microsoftgraph/microsoft-graph-docs/issues/7632
const removed = z.object({ id: z.string().min(1), '@removed': z.object({}) })
const listed = z.union([removed, wireEvent.extend({ '@removed': z.undefined().optional() })])
type Listed = z.infer<typeof listed>
const links = z.union([z.object({ '@odata.nextLink': link, '@odata.deltaLink': z.undefined().optional() }), z.object({ '@odata.nextLink': z.undefined().optional(), '@odata.deltaLink': link })])
const pageOf = (reply: Reply): Page => {
  const { value, '@odata.nextLink': next, '@odata.deltaLink': rest } = read(vendor, z.intersection(z.object({ value: z.array(listed) }), links), reply)
  return { value, next, rest }
}

// The same event may be listed twice: the last time is the latest.
const eventsOn = async (page: readonly Listed[], at: At<Settings>): Promise<CalendarEvent[]> => {
  const latest = new Map(page.map((each) => [each.id, each]))
  const series = new Map(page.flatMap((each) => (!each['@removed'] && each.type === 'seriesMaster' ? [[each.id, each]] : [])))
  const events: CalendarEvent[] = []
  for (const each of latest.values()) {
    if (!each['@removed'] && each.type === 'seriesMaster') continue // its occurrences are what takes time
    const event = each['@removed'] ? await eventAt(at, each.id) : await whole(each, at, series)
    events.push(event ? eventOf(event, at.connection) : { id: each.id, is: 'gone' })
  }
  return events
}
// What was moved out of the stretch is told like what was deleted, and is still there. Which events are ours is not told here, and whoever has made one with a transaction may be somebody else.
const whole = async (wire: WireEvent, at: At<Settings>, series: Map<string, WireEvent>): Promise<WireEvent | undefined> => {
  if (wire.transactionId && transaction.test(wire.transactionId)) return eventAt(at, wire.id)
  const { seriesMasterId: master } = wire
  if (wire.showAs || !master) return wire
  const found = series.get(master) ?? (await eventAt(at, master))
  if (found) series.set(master, found)
  const { showAs, isAllDay, sensitivity, subject, attendees, responseStatus, isCancelled, originalStartTimeZone } = found ?? {}
  return { ...wire, showAs, isAllDay, sensitivity, subject, attendees, responseStatus, isCancelled, originalStartTimeZone }
}
const transaction = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:|$)/i

const tellAll = (events: readonly CalendarEvent[], connection: Connection, since: string | undefined): Delivery[] => {
  const deliveries: Delivery[] = []
  for (let at = 0; at < events.length; at += mostEvents) deliveries.push(tell(events.slice(at, at + mostEvents), connection, since))
  return deliveries
}
// since: what is gone has no version, and may come back and go again.
const tell = (events: CalendarEvent[], { id: connection }: Connection, since?: string): Delivery => ({
  id: `seen:${digest(events.some(({ is }) => is === 'gone') ? [...events, { since }] : events)}`, flow: seenFlow, serial: seenSerial(connection), lane: 'sync', payload: { connection, events } satisfies z.infer<typeof eventsSeen>, item: events.map(({ id }) => id),
})
const digest = (events: readonly object[]): string => createHash('sha256').update(JSON.stringify(events)).digest('hex').slice(0, 32)

export const pulls = { changes }
