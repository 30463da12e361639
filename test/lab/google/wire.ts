import { DateTime } from 'luxon'
import { z } from 'zod'
import { invalid } from './answers.ts'

// An event as Google keeps it: https://developers.google.com/workspace/calendar/api/v3/reference/events
const moment = z.object({ date: z.iso.date().nullish(), dateTime: z.string().nullish(), timeZone: z.string().nullish() })
const attendee = z.looseObject({ email: z.email(), responseStatus: z.enum(['needsAction', 'declined', 'tentative', 'accepted']).default('needsAction') })
const properties = z.record(z.string().max(44), z.string().max(1024).nullable())
export const given = z.looseObject({
  id: z.string().optional(), status: z.enum(['confirmed', 'tentative', 'cancelled']).optional(), summary: z.string().nullish(), description: z.string().max(8192).nullish(), location: z.string().nullish(),
  start: moment.optional(), end: moment.optional(), attendees: z.array(attendee).optional(), recurrence: z.array(z.string()).optional(), transparency: z.enum(['opaque', 'transparent']).optional(),
  visibility: z.enum(['default', 'public', 'private', 'confidential']).optional(), extendedProperties: z.object({ private: properties.optional(), shared: properties.optional() }).optional(),
})
export type Given = z.infer<typeof given>
type Who = { email: string; displayName?: string; self?: boolean; organizer?: boolean; responseStatus?: string }
// At: what is compared; the wire has it in words of its own.
export type Moment = { ms: number; isDay: boolean; timeZone?: string }
export type Kept = {
  id: string; status: string; revision: number; created: number; updated: number; sequence: number; start: Moment; end: Moment; organizer: Who; creator: Who; eventType: string
  attendees: Who[]; recurrence?: string[]; recurringEventId?: string; originalStart?: Moment; isForgotten?: boolean
  properties: Record<'private' | 'shared', Record<string, string>>; rest: Record<string, unknown>
}

export const momentOf = (at: z.infer<typeof moment> | undefined, zone: string, which: string): Moment => {
  const timeZone = at?.timeZone ?? undefined
  if (at?.date) return { ms: DateTime.fromISO(at.date, { zone }).toMillis(), isDay: true }
  const read = at?.dateTime ? DateTime.fromISO(at.dateTime, { zone: timeZone ?? zone }) : undefined
  if (!read?.isValid) throw invalid(`Missing ${which} time.`, 'required')
  return { ms: read.toMillis(), isDay: false, ...(timeZone !== undefined && { timeZone }) }
}
const shownMoment = ({ ms, isDay, timeZone }: Moment, zone: string): object => {
  const at = DateTime.fromMillis(ms, { zone })
  return isDay ? { date: at.toISODate() } : { dateTime: at.toISO({ suppressMilliseconds: true }), timeZone: timeZone ?? zone }
}

export const etagOf = ({ revision }: { revision: number }): string => `"${revision}"`
const iso = (ms: number): string => new Date(ms).toISOString()

// Of what is deleted a list tells no more than that.
export const shownGone = (event: Kept, zone: string): object => ({
  kind: 'calendar#event', etag: etagOf(event), id: event.id, status: 'cancelled',
  ...(event.recurringEventId !== undefined && { recurringEventId: event.recurringEventId }), ...(event.originalStart && { originalStartTime: shownMoment(event.originalStart, zone) }),
})
export const shown = (event: Kept, { email, zone }: { email: string; zone: string }): object => {
  const { properties } = event
  const kept = Object.fromEntries(Object.entries(properties).filter(([, values]) => Object.keys(values).length > 0))
  const self = (who: Who): Who => ({ ...who, ...(who.email === email && { self: true }) })
  return {
    kind: 'calendar#event', etag: etagOf(event), id: event.id, status: event.status, htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(`${event.id} ${email}`).toString('base64url')}`,
    created: iso(event.created), updated: iso(event.updated), ...event.rest, creator: self(event.creator), organizer: self(event.organizer), start: shownMoment(event.start, zone), end: shownMoment(event.end, zone),
    ...(event.recurrence && { recurrence: event.recurrence }), ...(event.recurringEventId !== undefined && { recurringEventId: event.recurringEventId }), ...(event.originalStart && { originalStartTime: shownMoment(event.originalStart, zone) }),
    iCalUID: `${event.recurringEventId ?? event.id}@google.com`, sequence: event.sequence, ...(event.attendees.length > 0 && { attendees: event.attendees.map(self) }),
    ...(Object.keys(kept).length > 0 && { extendedProperties: kept }), reminders: { useDefault: true }, eventType: event.eventType,
  }
}

const idle = ['workingLocation', 'birthday']
export const takesTime = ({ status, rest, eventType, attendees }: Kept, email: string): boolean =>
  status !== 'cancelled' && rest['transparency'] !== 'transparent' && !idle.includes(eventType) && !attendees.some((who) => who.email === email && who.responseStatus === 'declined')
