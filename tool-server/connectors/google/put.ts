import type { z } from 'zod'
import { AppError } from '@portero/shared'
import type { At, Http, Reply } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import type { dropEvent, putEvent } from '../../domain/ports/calendar.ts'
import { asking } from './asking.ts'
import { eventPath, idFor, instantOf, mark, pathOf, wireEvent, type WireEvent } from './map.ts'
import type { Settings } from './settings.ts'

// Our events in somebody's calendar. Each has an id that we know beforehand, so that asking twice makes one.
type Wanted = z.infer<typeof putEvent.args>
type Put = z.infer<typeof putEvent.result>

export const put = async (wanted: Wanted, { http, connection }: At<Settings>): Promise<Put> => {
  const to = { call: asking(http), settings: connection.settings }
  return wanted.standing ? change(wanted, wanted.standing, to) : make(wanted, idFor(wanted.ours, connection), to)
}

type To = { call: Http; settings: Settings }
// https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
const make = async (wanted: Wanted, id: string, to: To): Promise<Put> => {
  const body = { id, ...bodyOf(wanted), ...invitedTo(wanted, []) }
  const reply = await to.call({ method: 'POST', path: `${pathOf(to.settings)}/events`, query: mailing(wanted), body, accept: [409] })
  if (reply.status !== 409) return putOf(reply)
  const there = await found(id, to)
  if (there.extendedProperties?.private?.[mark] !== wanted.ours) throw new AppError('conflict', 'google has something else by that id')
  if (stands(there, wanted)) return answered(there)
  if (isTouched(there)) return { ...answered(there), version: undefined } // it was put there, and people moved it before we heard of that: whoever reads it decides
  return patch(wanted, { id, version: there.etag ?? undefined, attendees: there.attendees ?? [] }, to).then(putOf) // deleted, or put there by words of ours that are old by now
}

// https://developers.google.com/workspace/calendar/api/guides/version-resources
const change = async (wanted: Wanted, { id, version }: NonNullable<Wanted['standing']>, to: To): Promise<Put> => {
  const attendees = isInviting(wanted) ? ((await found(id, to)).attendees ?? []) : []
  const reply = await patch(wanted, { id, version, attendees }, to, [404, 412])
  if (reply.status === 404) return make(wanted, id, to) // not even as deleted
  if (reply.status !== 412) return putOf(reply)
  const there = await found(id, to)
  if (stands(there, wanted)) return answered(there) // it was this very change whose answer was lost
  throw new AppError('conflict', 'somebody changed the event at google meanwhile')
}

type There = { id: string; version: string | undefined; attendees: NonNullable<WireEvent['attendees']> }
const patch = (wanted: Wanted, { id, version, attendees }: There, { call, settings }: To, accept: number[] = []): Promise<Reply> =>
  call({
    method: 'PATCH', path: eventPath(settings, id), query: mailing(wanted), body: { ...bodyOf(wanted), ...invitedTo(wanted, attendees) }, accept,
    ...(version !== undefined && { headers: { 'If-Match': version } }),
  })
const found = async (id: string, { call, settings }: To): Promise<WireEvent> => read('google', wireEvent, await call({ method: 'GET', path: eventPath(settings, id) }))

const bodyOf = ({ ours, title, body, location, startsAt, endsAt, zone: timeZone }: Wanted): object => ({
  status: 'confirmed', summary: title, description: body, location,
  start: { dateTime: new Date(startsAt).toISOString(), timeZone }, end: { dateTime: new Date(endsAt).toISOString(), timeZone },
  extendedProperties: { private: { [mark]: ours } },
})
// Who is written into the list of guests is told by Google: of theirs nobody is taken out, and whoever is in it keeps what they answered.
const isInviting = ({ invites, guest }: Wanted): boolean => invites && guest?.email !== undefined
const isGuest = ({ guest }: Wanted) => ({ email }: { email?: string | null | undefined }): boolean => email?.toLowerCase() === guest?.email?.toLowerCase()
const invitedTo = (wanted: Wanted, attendees: There['attendees']): object => {
  const { guest } = wanted
  if (!isInviting(wanted) || attendees.some(isGuest(wanted))) return {}
  return { attendees: [...attendees, { email: guest?.email, ...(guest?.name !== undefined && { displayName: guest.name }) }] }
}
const mailing = (wanted: Wanted): { sendUpdates: string } => ({ sendUpdates: isInviting(wanted) && !wanted.isQuiet ? 'all' : 'none' })

const stands = (there: WireEvent, wanted: Wanted): boolean =>
  there.status !== 'cancelled' && there.summary === wanted.title && (there.description ?? '') === wanted.body && (there.location ?? '') === wanted.location &&
  instantOf(there.start, wanted.zone) === wanted.startsAt && instantOf(there.end, wanted.zone) === wanted.endsAt && (!isInviting(wanted) || (there.attendees ?? []).some(isGuest(wanted)))

const isTouched = ({ status, created, updated }: WireEvent): boolean => status !== 'cancelled' && Date.parse(updated ?? '') - Date.parse(created ?? '') > atOnceMs
const atOnceMs = 2_000

const putOf = (reply: Reply): Put => answered(read('google', wireEvent, reply))
const answered = ({ id, etag, htmlLink }: WireEvent): Put => ({ id, ...(etag && { version: etag }), isBooked: true, ...(htmlLink && { link: htmlLink }) })

// https://developers.google.com/workspace/calendar/api/v3/reference/events/delete
export const drop = async ({ standing: { id }, invites, isQuiet }: z.infer<typeof dropEvent.args>, { http, connection: { settings } }: At<Settings>): Promise<z.infer<typeof dropEvent.result>> => {
  await asking(http)({ method: 'DELETE', path: eventPath(settings, id), query: { sendUpdates: invites && !isQuiet ? 'all' : 'none' }, accept: [404, 410] })
  return {}
}
