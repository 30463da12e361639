import { hash } from 'node:crypto'
import { DateTime } from 'luxon'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Millis } from '../../define.ts'
import type { CalendarEvent } from '../../domain/ports/calendar.ts'
import type { Settings } from './settings.ts'

// Between Google's words and ours. Unknown fields are fine; a missing one is a bad response.
const maybe = z.string().nullish()
const time = z.object({ date: z.iso.date().nullish(), dateTime: z.iso.datetime({ offset: true }).nullish() })
const attendee = z.object({ email: maybe, self: z.boolean().nullish(), resource: z.boolean().nullish(), responseStatus: maybe })
// Of what was deleted only the id is promised: https://developers.google.com/workspace/calendar/api/v3/reference/events
export const wireEvent = z.object({
  id: z.string().min(1), etag: maybe, status: maybe, created: maybe, updated: maybe, summary: maybe, description: maybe, location: maybe, htmlLink: maybe, start: time.nullish(), end: time.nullish(), transparency: maybe, visibility: maybe, eventType: maybe,
  organizer: z.object({ email: maybe, self: z.boolean().nullish() }).nullish(), attendees: z.array(attendee).nullish(), extendedProperties: z.object({ private: z.record(z.string(), z.string()).nullish() }).nullish(),
})
export type WireEvent = z.infer<typeof wireEvent>

export const pathOf = ({ calendar }: Settings): string => `/calendars/${encodeURIComponent(calendar)}`
export const eventPath = (settings: Settings, id: string): string => `${pathOf(settings)}/events/${encodeURIComponent(id)}`

// The same for good, so that a second try meets the first one. Google takes a-v and 0-9 only: the alphabet of base32hex (https://www.rfc-editor.org/rfc/rfc4648#section-7), and of JavaScript's base 32; 256 bits and four of filling are 52 digits.
export const idFor = (ours: string, { account, settings: { calendar } }: Pick<Connection<Settings>, 'account' | 'settings'>): string => {
  const place = calendar === 'primary' ? account : calendar // an event has one id in the calendars of all who are invited to it
  return `uh${(BigInt(`0x${hash('sha256', `${ours}:${place}`)}`) << 4n).toString(32).padStart(52, '0')}`
}
export const mark = 'portero' // the private property that says which of ours it is
const uuid = z.uuid()
// A copy of our event, and each of its repetitions, may carry the mark as well: ours is what we made by that id.
export const oursIn = ({ id, extendedProperties }: WireEvent, connection: Connection<Settings>): string | undefined => {
  const ours = uuid.safeParse(extendedProperties?.private?.[mark]).data
  return ours !== undefined && idFor(ours, connection) === id ? ours : undefined
}

// zone: the calendar's, in which its whole days begin.
export const instantOf = (at: WireEvent['start'], zone: string): Millis => {
  const ms = at?.dateTime ? Date.parse(at.dateTime) : at?.date ? DateTime.fromISO(at.date, { zone }).toMillis() : Number.NaN
  if (Number.isNaN(ms)) throw new AppError('bad_response', 'google says no time that can be read')
  return ms
}

const idle: ReadonlySet<string> = new Set(['workingLocation', 'birthday'])
const isBusy = ({ transparency, eventType, attendees }: WireEvent): boolean =>
  transparency !== 'transparent' && !idle.has(eventType ?? '') && attendees?.find(({ self }) => self === true)?.responseStatus !== 'declined'

const mostGuests = 50
const email = z.email()
const isCalendar = /[@.]calendar\.google\.com$/ // a room, a group's calendar, or nobody that Google knows
const guestsOf = ({ attendees, organizer }: WireEvent, account: string): string[] => {
  const others = [...(attendees ?? []), ...(organizer ? [{ ...organizer, resource: false }] : [])].filter(({ self, resource }) => !self && !resource)
  const addresses = others.flatMap((each) => email.safeParse(each.email?.toLowerCase()).data ?? [])
  return [...new Set(addresses)].filter((address) => address !== account.toLowerCase() && !isCalendar.test(address)).slice(0, mostGuests)
}
const isHidden = (visibility: string | null | undefined): boolean => visibility === 'private' || visibility === 'confidential'

// What somebody calls their own time is nobody's business, nor is what they marked as private.
export const seenEvent = (event: WireEvent, connection: Connection<Settings>, zone: string): CalendarEvent => {
  const ours = oursIn(event, connection)
  const which = { id: event.id, ...(ours !== undefined && { ours }) }
  if (event.status === 'cancelled') return { ...which, is: 'gone' }
  const guests = guestsOf(event, connection.account)
  const title = guests.length > 0 && !isHidden(event.visibility) ? event.summary?.trim().slice(0, 300) : undefined
  return {
    ...which, is: 'there', startsAt: instantOf(event.start, zone), endsAt: instantOf(event.end, zone), isBusy: isBusy(event),
    ...(event.etag && { version: event.etag }), ...(title && { title }), ...(guests.length > 0 && { guests }),
  }
}
