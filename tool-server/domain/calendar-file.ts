import { ICalAlarmType, ICalAttendeeRole, ICalAttendeeStatus, ICalCalendar, ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { calendarWords, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Home } from './homes.ts'
import type { Tour, TourStatus } from './tours.ts'

// A visit as a calendar file. Times are UTC, so that no calendar has to know the zones. What is imported again replaces what was there: the same UID for life, and a SEQUENCE that grows.
export type Mailbox = { name: string; email: string }
type Visit = Pick<Tour, 'id' | 'startsAt' | 'endsAt' | 'status' | 'version'>
// from: our mailbox, where we have one; to: whom we write to there. Without either it is a file to be saved, which names nobody.
type File = { tour: Visit; home: Home; language: Language; now: Millis; from?: Mailbox | undefined; to?: Mailbox | undefined }

const remindSeconds = 2 * 60 * 60
const statuses: Record<TourStatus, ICalEventStatus> = {
  held: ICalEventStatus.TENTATIVE, confirmed: ICalEventStatus.CONFIRMED, completed: ICalEventStatus.CONFIRMED, no_show: ICalEventStatus.CONFIRMED, cancelled: ICalEventStatus.CANCELLED,
}

// An invitation and its end are sent to somebody, and published is what anybody may take; each of them names an organizer, so without one there is no method (RFC 5546, 3.2).
export type CalendarMethod = 'REQUEST' | 'CANCEL' | 'PUBLISH'
const methodOf = ({ tour: { status }, from, to }: Pick<File, 'tour' | 'from' | 'to'>): CalendarMethod | undefined => {
  if (!from) return undefined
  if (!to) return 'PUBLISH'
  return status === 'cancelled' ? 'CANCEL' : 'REQUEST'
}
const methods: Record<CalendarMethod, ICalCalendarMethod> = { REQUEST: ICalCalendarMethod.REQUEST, CANCEL: ICalCalendarMethod.CANCEL, PUBLISH: ICalCalendarMethod.PUBLISH }

// method: what the part of a mail that carries it must be called as well (RFC 6047, 2.4).
export const calendarFile = ({ tour, home, language, now, from, to }: File): { text: string; method: CalendarMethod | undefined; name: string } => {
  const words = calendarWords[language]
  const { title, unit, building: { name, address, mapUrl } } = home
  const method = methodOf({ tour, from, to })
  const calendar = new ICalCalendar({ prodId: '//Portero//Portero//ES', ...(method && { method: methods[method] }) })
  calendar.createEvent({
    id: `${tour.id}@portero`, sequence: tour.version, status: statuses[tour.status], stamp: new Date(now), start: new Date(tour.startsAt), end: new Date(tour.endsAt),
    summary: words.title(title), location: `${name}, ${unit} · ${address}`, description: [words.about, ...(mapUrl === undefined ? [] : [words.map(mapUrl)])].join('\n'),
    ...(mapUrl !== undefined && { url: unescaped(mapUrl) }),
    ...(tour.status !== 'cancelled' && { alarms: [{ type: ICalAlarmType.display, triggerBefore: remindSeconds, description: words.reminder(title) }] }),
    ...(from && { organizer: named(from) }),
    ...(from && to && { attendees: [{ ...named(to), role: ICalAttendeeRole.REQ, status: ICalAttendeeStatus.NEEDSACTION, rsvp: false }] }), // nobody reads what is answered
  })
  return { text: `${calendar.toString()}\r\n`, method, name: words.file } // the library leaves its last line open (RFC 5545, 3.1)
}

// The library escapes these in every value, and a URL is none of the texts where that is undone (RFC 5545, 3.3.13).
const unescaped = (url: string): string => url.replaceAll(/[,;\\]/g, encodeURIComponent)
// A parameter's value has no way to hold a quote or a control (RFC 5545, 3.1).
const named = ({ name, email }: Mailbox): Mailbox => ({ name: name.replaceAll(/["\p{Cc}]/gu, ' ').trim() || email, email })
