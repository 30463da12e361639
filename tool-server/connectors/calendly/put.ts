import { z } from 'zod'
import { AppError } from '@portero/shared'
import { doing, type At, type Doing, type Millis } from '../../define.ts'
import { dropEvent, putEvent } from '../../domain/ports/calendar.ts'
import { eventsOf, eventTypeOf, inviteesOf, ourVisit, patient, readAs, type Asking } from './client.ts'
import { aliasOf, last, oneEvent, oneInvitee, schedulingLink, timeOf, trackedLink, trackingOf, type WireEvent } from './map.ts'
import type { Settings } from './settings.ts'

// A visit there is a booking of an event type. Neither its time nor its words can be changed: it is booked anew, and then the older one is called off.
type Put = z.infer<typeof putEvent.args>
type Standing = z.infer<typeof putEvent.result>
const asLink = 'link:' // before what stands for a link that nobody has booked by yet
const mostWaitMs: Millis = 60_000 // for its budget of a minute; those of an hour and of a day are not waited for

export const does: Doing<Settings>[] = [
  doing(putEvent, { find: (args, at) => found(args, at), lagMs: 15_000 }, async (args, at: At<Settings>) => {
    const older = await stands(args, at)
    if (older?.start_time !== undefined && Date.parse(older.start_time) === args.startsAt) return standingOf(older)
    const known = args.standing && (await bookedAlready(args, at)) // where only the older one was left to be called off, or somebody has moved it there
    const standing = known ?? (await book(args, at))
    if (older) await callOff(at, last(older.uri))
    return standing
  }),
  doing(dropEvent, 'same-effect', async ({ standing, reason }, at: At<Settings>) => {
    if (!standing.id.startsWith(asLink)) await callOff(at, standing.id, reason)
    return {}
  }),
]

const standingOf = ({ uri }: Pick<WireEvent, 'uri'>): Standing => ({ id: last(uri), isBooked: true })

// Of a move that was left half done, only what has both halves is found.
const found = async (args: Put, at: Asking): Promise<Standing | undefined> => {
  const standing = await bookedAlready(args, at)
  const older = standing && (await stands(args, at))
  return older && last(older.uri) !== standing.id ? undefined : standing
}

// https://developer.calendly.com/api-docs/calendly-api/scheduled-events/get-event
const stands = async ({ standing }: Put, { http }: Asking): Promise<WireEvent | undefined> => {
  if (!standing || standing.id.startsWith(asLink)) return undefined
  const reply = await patient(http)({ method: 'GET', path: `/scheduled_events/${encodeURIComponent(standing.id)}`, accept: [404] })
  const event = reply.status === 404 ? undefined : readAs(oneEvent, reply).resource
  return event?.status === 'active' ? event : undefined
}

const aroundMs: Millis = 60_000
const bookedAlready = async ({ ours, startsAt }: Put, at: Asking): Promise<Standing | undefined> => {
  for (const event of await eventsOf(at, { status: 'active', min_start_time: timeOf(startsAt - aroundMs), max_start_time: timeOf(startsAt + aroundMs) })) {
    if (Date.parse(event.start_time) !== startsAt) continue
    const invitees = await inviteesOf(at.http, last(event.uri))
    if ((await ourVisit(invitees.filter(({ status }) => status === 'active'), at)) === ours) return standingOf(event)
  }
  return undefined
}

// https://developer.calendly.com/api-docs/calendly-api/scheduled-events/create-event-invitee: whoever books twice has two events.
const book = async (args: Put, at: Asking): Promise<Standing> => {
  const { ours, title, location, startsAt, zone, guest, invites } = args
  const { http, connection: { settings } } = at
  const type = await eventTypeOf(at)
  const email = (invites && guest?.email) || aliasOf(ours, settings.aliasDomain)
  const answers = settings.question === undefined ? {} : { questions_and_answers: [{ question: settings.question, answer: [title, location].filter(Boolean).join('\n'), position: 0 }] }
  const body = { event_type: type, start_time: timeOf(startsAt), invitee: { name: guest?.name || title, email, timezone: zone }, tracking: trackingOf(ours), ...answers }
  try {
    const { resource } = readAs(oneInvitee, await patient(http)({ method: 'POST', path: '/invitees', body }))
    return standingOf({ uri: resource.event })
  } catch (thrown) {
    if (!isForHand(thrown)) throw thrown
    return (await bookedAlready(args, at)) ?? linkFor(ours, type, at)
  }
}

// A plan that books nobody for us, a day's budget that is spent, or a time that Calendly doesn't give away: somebody may still book it by hand.
const complaint = z.object({ details: z.array(z.object({ parameter: z.string().nullish(), code: z.string().nullish() })) })
const isForHand = (thrown: unknown): boolean => {
  if (!(thrown instanceof AppError) || thrown.arrived !== 'no') return false
  if (thrown.code === 'throttled') return (thrown.retryAfterMs ?? 0) > mostWaitMs
  return thrown.code === 'refused' || (complaint.safeParse(thrown.detail).data?.details ?? []).some(({ parameter, code }) => code === 'already_filled' || parameter === 'start_time')
}

// https://developer.calendly.com/api-docs/calendly-api/scheduling-links/create-single-use-scheduling-link
const linkFor = async (ours: string, owner: string, { http }: Asking): Promise<Standing> => {
  const reply = await patient(http)({ method: 'POST', path: '/scheduling_links', body: { max_event_count: 1, owner, owner_type: 'EventType' } })
  const { booking_url: link } = readAs(schedulingLink, reply).resource
  return { id: `${asLink}${new URL(link).pathname}`, isBooked: false, link: trackedLink(link, ours) }
}

// https://developer.calendly.com/api-docs/calendly-api/scheduled-events/cancel-event: a 403 is also said of what is called off already, or over.
const callOff = async ({ http }: Asking, event: string, reason?: string): Promise<void> => {
  const reply = await patient(http)({ method: 'POST', path: `/scheduled_events/${encodeURIComponent(event)}/cancellation`, body: { ...(reason && { reason }) }, accept: [403, 404] })
  if (reply.status === 403 && !isOver.safeParse(reply.body).success) throw new AppError('refused', 'calendly does not let us call an event off')
  if (reply.status < 300) readAs(z.object({ resource: z.object({ canceler_type: z.string() }) }), reply)
}
const isOver = z.object({ message: z.string().regex(/already canceled|in the past/i) })
