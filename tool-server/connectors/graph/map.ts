import { z } from 'zod'
import type { At, Millis } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import type { CalendarEvent } from '../../domain/ports/calendar.ts'
import { mailboxOf, vendor, type Settings } from './settings.ts'
import { ianaOf, moment, whenWas, type Moment } from './zones.ts'

// Between Graph's events and ours: https://learn.microsoft.com/graph/api/resources/event
const maybe = z.string().nullish()
const person = z.object({ type: maybe, emailAddress: z.object({ address: maybe, name: maybe }).nullish() })
const property = z.object({ id: z.string(), value: maybe })
export const wireEvent = z.object({
  id: z.string().min(1), '@odata.etag': maybe, type: maybe, seriesMasterId: maybe, subject: maybe, sensitivity: maybe, showAs: maybe, isAllDay: z.boolean().nullish(), isCancelled: z.boolean().nullish(),
  responseStatus: z.object({ response: maybe }).nullish(), attendees: z.array(person).nullish(), start: moment, end: moment, originalStartTimeZone: maybe,
  location: z.object({ displayName: maybe }).nullish(), transactionId: maybe, webLink: maybe, singleValueExtendedProperties: z.array(property).nullish(),
})
export type WireEvent = z.infer<typeof wireEvent>

// What says whose an event is, for good: a named property of ours. https://learn.microsoft.com/graph/api/resources/extended-properties-overview
export const oursName = 'String {6f2d5c1e-8a47-4c0b-9f3a-2b7e41d09c55} Name PorteroId'
export const withOurs = `singleValueExtendedProperties($filter=id eq '${oursName}')`
// Its name comes back with the GUID in capitals or not.
const oursIn = ({ singleValueExtendedProperties }: WireEvent): string | undefined => z.uuid().safeParse(singleValueExtendedProperties?.find(({ id }) => id.toLowerCase() === oursName.toLowerCase())?.value).data

export const inUtc = 'outlook.timezone="UTC"'
export const prefer = { prefer: inUtc }
const fields = 'id,type,seriesMasterId,subject,sensitivity,showAs,isAllDay,isCancelled,responseStatus,attendees,start,end,originalStartTimeZone,location,transactionId,webLink'
// https://learn.microsoft.com/graph/api/event-get
export const eventAt = async (at: At<Settings>, id: string): Promise<WireEvent | undefined> => {
  const reply = await at.http({ method: 'GET', path: `${mailboxOf(at.connection)}/events/${encodeURIComponent(id)}`, query: { $select: fields, $expand: withOurs }, headers: prefer, accept: [404] })
  return reply.status === 404 ? undefined : read(vendor, wireEvent, reply)
}

const free = new Set(['free', 'workingElsewhere'])
export const takesTime = (showAs: string | null | undefined): boolean => !free.has(showAs ?? 'busy') // a word that we don't know takes it

export const eventOf = (wire: WireEvent, { account, settings }: { account: string; settings: Settings }): CalendarEvent => {
  const ours = oursIn(wire)
  const mine = ours === undefined ? {} : { ours }
  if (wire.isCancelled) return { id: wire.id, is: 'gone', ...mine }
  const version = wire['@odata.etag']
  const guests = guestsOf(wire, [account, settings.mailbox ?? account])
  const title = wire.subject && guests.length > 0 && !isPrivate(wire) ? wire.subject.slice(0, mostTitle) : undefined
  return {
    id: wire.id, is: 'there', ...mine, ...spanOf(wire, settings.zone), isBusy: takesTime(wire.showAs) && wire.responseStatus?.response !== 'declined',
    ...(version && { version }), ...(title !== undefined && { title }), ...(guests.length > 0 && { guests }),
  }
}
const mostTitle = 300
const mostGuests = 50
const isPrivate = ({ sensitivity }: WireEvent): boolean => sensitivity === 'private' || sensitivity === 'confidential'
// Rooms come along too, and people of one's own house under names that are no addresses.
const guestsOf = ({ attendees }: WireEvent, own: readonly string[]): string[] => {
  const owner = own.map((each) => each.toLowerCase())
  const addresses = (attendees ?? []).flatMap(({ type, emailAddress }) => (type === 'resource' ? [] : (z.email().safeParse(emailAddress?.address?.toLowerCase()).data ?? [])))
  return [...new Set(addresses)].filter((address) => !owner.includes(address)).slice(0, mostGuests)
}

// A day off begins at midnight of the zone that it was made in, whatever zone it is told in.
export const spanOf = ({ isAllDay, start, end, originalStartTimeZone }: Pick<WireEvent, 'isAllDay' | 'start' | 'end' | 'originalStartTimeZone'>, zone: string | undefined): { startsAt: Millis; endsAt: Millis } => {
  const isDays = isAllDay && [start, end].every(({ dateTime }) => midnight.test(dateTime))
  const theirs = isDays ? dayZone(start, originalStartTimeZone, zone) : undefined
  const [from, to] = theirs === undefined ? [start, end] : [{ ...start, timeZone: theirs }, { ...end, timeZone: theirs }]
  return { startsAt: whenWas(from).earliest, endsAt: whenWas(to).latest }
}
const midnight = /T00:00:00(\.0+)?Z?$/
const dayZone = ({ timeZone }: Moment, original: string | null | undefined, zone: string | undefined): string => {
  const said = [timeZone, original].map((name) => (name ? ianaOf(name) : undefined)).find((name) => name !== undefined && name !== 'UTC')
  return said ?? zone ?? 'not said'
}
