import { hash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Delivery, Millis, Pull } from '../../define.ts'
import { changesPull, mostEvents, seenFlow, seenSerial, type CalendarEvent } from '../../domain/ports/calendar.ts'
import { read } from '../../domain/ports/answers.ts'
import { asking } from './asking.ts'
import { pathOf, seenEvent, wireEvent } from './map.ts'
import type { Settings } from './settings.ts'

// What changed, in the order in which Google tells it: https://developers.google.com/workspace/calendar/api/guides/sync
// began: when all of it was asked for. sync: since when changes are asked for. page: where in the list we are, which is asked for in the very same words to its end.
const walk = z.strictObject({ began: z.int(), sync: z.string().optional(), page: z.string().optional() })
type Walk = z.infer<typeof walk>
const pageSize = 250
const pastMs: Millis = 31 * 86_400_000 // older ones are told only when somebody changes them
// What repeats without an end is shown as far as Google looks ahead, and nothing is told of those that come into its sight as time goes by.
const freshMs: Millis = 7 * 86_400_000

const page = z.object({ items: z.array(wireEvent), timeZone: z.string().min(1), nextPageToken: z.string().min(1).nullish(), nextSyncToken: z.string().min(1).nullish() })

const changes: Pull<Settings> = {
  everyMs: 5 * 60_000,
  async pull(cursor, { http, connection, now }) {
    const at: Walk = cursor === null ? { began: now } : walk.parse(JSON.parse(cursor))
    const isBetween = at.page === undefined && at.sync !== undefined
    if (isBetween && now - at.began > freshMs) return anew
    const reply = await asking(http)({ method: 'GET', path: `${pathOf(connection.settings)}/events`, query: queryFor(at), accept: [410] }).catch((thrown: unknown) => {
      if (cursor !== null && thrown instanceof AppError && thrown.code === 'invalid_input') return undefined // a page or a time that Google doesn't know any more
      throw thrown
    })
    if (!reply || reply.status === 410) return anew
    const { items, timeZone, nextPageToken, nextSyncToken } = read('google', page, reply)
    const events = items.map((each) => seenEvent(each, connection, timeZone))
    const deliveries = portions(events).map((some) => told(some, connection, at.sync))
    if (nextPageToken) return { deliveries, cursor: JSON.stringify({ ...at, page: nextPageToken }), more: true }
    if (!nextSyncToken) throw new AppError('bad_response', 'google ended a list without saying where to go on')
    return { deliveries, cursor: JSON.stringify({ began: at.began, sync: nextSyncToken }) }
  },
  gone: (ids, connection) => portions(ids.map((id) => ({ id, is: 'gone', swept: true }))).map((some) => told(some, connection)),
}
const anew = { deliveries: [], cursor: null, restart: true as const }

// A list since then and a list from a time on exclude one another; the zone is left to the calendar, whose days are meant.
const queryFor = ({ began, sync, page }: Walk): Record<string, string> => ({
  singleEvents: 'true', showDeleted: 'true', maxResults: String(pageSize),
  ...(sync === undefined ? { timeMin: new Date(began - pastMs).toISOString() } : { syncToken: sync }), ...(page !== undefined && { pageToken: page }),
})

const portions = (events: readonly CalendarEvent[]): CalendarEvent[][] => Array.from({ length: Math.ceil(events.length / mostEvents) }, (_, at) => events.slice(at * mostEvents, (at + 1) * mostEvents))
// since: what is gone has no version, and may come back and go again.
const told = (events: CalendarEvent[], { id: connection }: Connection<Settings>, since?: string): Delivery => ({
  id: `seen:${hash('sha256', JSON.stringify(events.map((each) => (each.is === 'there' ? [each.id, each.version] : [each.id, each.is, since])))).slice(0, 32)}`,
  flow: seenFlow, serial: seenSerial(connection), lane: 'sync', payload: { connection, events }, item: events.map(({ id }) => id),
})

export const pulls = { [changesPull]: changes }
