import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { At, Http, Millis, Reply } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import type { CalendarReads } from '../../domain/ports/calendar.ts'
import { busyTimes, eventTypes, oneInvitee, oneUser, oursIn, placesOf, timeOf, wireEvent, wireInvitee, type WireEvent, type WireInvitee } from './map.ts'
import type { Settings } from './settings.ts'

// The calls that only ask, and what all calls share.
export type Asking = Pick<At<Settings>, 'http' | 'connection'>
const mostPerPage = '100'
const rememberedMs: Millis = 5 * 60_000

// Calendly has no Retry-After, but says for how many seconds: https://developer.calendly.com/api-docs/overview/rate-limits
export const patient = (http: Http): Http => async (call) => {
  const reply = await http({ ...call, accept: [...(call.accept ?? []), 429] })
  if (reply.status !== 429) return reply
  const seconds = Number(reply.headers['x-ratelimit-reset'] ?? reply.headers['retry-after'])
  throw new AppError('throttled', 'calendly asked us to wait', { ...(seconds > 0 && { retryAfterMs: Math.ceil(seconds * 1_000) }) })
}
export const readAs = <S extends z.ZodType>(schema: S, reply: Reply): z.infer<S> => read('calendly', schema, reply)

// https://developer.calendly.com/api-docs/calendly-api/users/get-current-user
export const whoIs = async (http: Http): Promise<z.infer<typeof oneUser>['resource']> => readAs(oneUser, await patient(http)({ method: 'GET', path: '/users/me', youngMs: rememberedMs })).resource
export const userOf = async ({ http, connection: { settings } }: Asking): Promise<string> => settings.user ?? (await whoIs(http)).uri
export const organizationOf = async ({ http, connection: { settings } }: Asking): Promise<string> => settings.organization ?? (await whoIs(http)).current_organization

// https://developer.calendly.com/api-docs/calendly-api/event-types/list-event-types
export const eventTypeOf = async (at: Asking): Promise<string> => {
  const { http, connection: { settings } } = at
  if (settings.eventType) return settings.eventType
  const reply = await patient(http)({ method: 'GET', path: '/event_types', query: { user: await userOf(at), active: 'true' }, youngMs: rememberedMs })
  const { collection: [only, ...others] } = readAs(eventTypes, reply)
  if (only && others.length === 0) return only.uri
  throw new AppError('refused', `${others.length === 0 ? 'no' : 'more than one'} event type is active at calendly: the connection's eventType has to say which one visits are`)
}

type Asked = { path: string; query?: Record<string, string> }
async function* pagesOf<S extends z.ZodType>(http: Http, each: S, { path, query = {} }: Asked): AsyncGenerator<z.infer<S>[]> {
  for (let token: string | null | undefined; ; ) {
    const reply = await patient(http)({ method: 'GET', path, query: { ...query, count: mostPerPage, ...(token && { page_token: token }) } })
    const { collection, pagination } = readAs(z.object({ collection: z.array(each), pagination: z.object({ next_page_token: z.string().nullish() }) }), reply)
    yield collection
    token = pagination.next_page_token
    if (!token) return
  }
}
export const allPages = async <S extends z.ZodType>(http: Http, each: S, asked: Asked): Promise<z.infer<S>[]> => {
  const found: z.infer<S>[] = []
  for await (const page of pagesOf(http, each, asked)) found.push(...page)
  return found
}

// https://developer.calendly.com/api-docs/calendly-api/scheduled-events/list-events: both those that stand and those that were called off, unless it is said.
type Which = { min_start_time: string; max_start_time?: string; status?: 'active' }
const events = (user: string, which: Which): Asked => ({ path: '/scheduled_events', query: { user, sort: 'start_time:asc', ...which } })
export const eventsOf = async (at: Asking, which: Which): Promise<WireEvent[]> => allPages(at.http, wireEvent, events(await userOf(at), which))
export async function* eventPages(at: Asking, which: Which): AsyncGenerator<WireEvent[]> {
  yield* pagesOf(at.http, wireEvent, events(await userOf(at), which))
}

// https://developer.calendly.com/api-docs/calendly-api/scheduled-events/list-event-invitees
export const inviteesOf = (http: Http, event: string): Promise<WireInvitee[]> => allPages(http, wireInvitee, { path: `/scheduled_events/${encodeURIComponent(event)}/invitees` })

// Calendly doesn't say whether its tracking is kept when a prospect reschedules, so without it we go back to the one that was booked first.
const mostSteps = 10
export const ourVisit = async (invitees: readonly WireInvitee[], { http }: Asking): Promise<string | undefined> => {
  for (const first of invitees) {
    for (let [each, steps]: [WireInvitee | undefined, number] = [first, 0]; each && steps < mostSteps; steps++) {
      const ours = oursIn(each)
      if (ours) return ours
      const older = placesOf(each.old_invitee)
      const reply = older && (await patient(http)({ method: 'GET', path: `/scheduled_events/${encodeURIComponent(older.event)}/invitees/${encodeURIComponent(older.invitee)}`, accept: [404] }))
      each = !reply || reply.status === 404 ? undefined : readAs(oneInvitee, reply).resource
    }
  }
  return undefined
}

export const weekMs: Millis = 7 * 24 * 3_600_000
export const soonMs: Millis = 60_000 // what begins in the past is refused

// https://developer.calendly.com/api-docs/calendly-api/availability/list-user-busy-times: what is booked at Calendly, and what stands in the calendars that it checks for conflicts; a week at most. undefined: it can't say.
// Not the free times of an event type: they are narrower than their owner's time, by that type's hours, notice and limits. Without the buffers, too: the gap between two visits is ours to keep.
export type BusyTime = { type: string; startsAt: Millis; endsAt: Millis }
export const busyWeek = async (http: Http, user: string, { startsAt, endsAt }: { startsAt: Millis; endsAt: Millis }, cannotSay: number[]): Promise<BusyTime[] | undefined> => {
  const reply = await patient(http)({ method: 'GET', path: '/user_busy_times', query: { user, start_time: timeOf(startsAt), end_time: timeOf(endsAt) }, accept: cannotSay })
  if (cannotSay.includes(reply.status)) return undefined
  return readAs(busyTimes, reply).collection.map(({ type, start_time, end_time }) => ({ type, startsAt: Date.parse(start_time), endsAt: Date.parse(end_time) }))
}
export const readCalendar = (at: At<Settings>): CalendarReads => ({
  async busy({ from, to }) {
    const user = await userOf(at)
    const stretches: { startsAt: Millis; endsAt: Millis }[] = []
    for (let startsAt = Math.max(from, at.now + soonMs); startsAt < to; startsAt += weekMs) {
      const some = await busyWeek(at.http, user, { startsAt, endsAt: Math.min(startsAt + weekMs, to) }, [403, 404, 424]) // not theirs to see any more, or a calendar behind it does not answer
      if (!some) return { isKnown: false, stretches: [] }
      stretches.push(...some.map(({ startsAt, endsAt }) => ({ startsAt, endsAt })))
    }
    return { isKnown: true, stretches }
  },
})
