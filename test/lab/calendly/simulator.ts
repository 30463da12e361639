import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Answer, Asked, Route, Simulator, Time } from '../simulator.ts'
import { created, denied, found, invalid, ok, page, parsed, Refusal, unauthenticated } from './answers.ts'
import { makeBookings, type Mail } from './bookings.ts'
import { controlsOf, type Deeds } from './controls.ts'
import { makeLimits, type Plan } from './limits.ts'
import { makeSubscriptions, type Call, type Subscription } from './subscriptions.ts'
import { eventUri, iso, nothingTracked, shownEvent, shownInvitee, shownType, shownUser, typeUri, userUri, type Event, type User } from './wire.ts'

// Calendly v2: users of one organization, an event type each, and what is booked of it. Its wire and its faults are the lab's.
export type Tokens = { whose(bearer: string): { email: string } | undefined }
export type Calendly = Omit<Simulator, 'routes'> & Deeds & {
  routes: Record<string, Route>
  events(account?: string): Event[]
  mails(): Mail[] // whom Calendly wrote to
  subscriptions(): Subscription[]
  calls(): Call[]
  eventType(account: string): string
  userUri(account: string): string
  silent(): Promise<void> // when no webhook is under way
}

const dayMs = 86_400_000
const when = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const text = z.string().nullable()
const tracking = z.object({ utm_campaign: text, utm_source: text, utm_medium: text, utm_content: text, utm_term: text, salesforce_uuid: text })
const answer = z.object({ question: z.string(), answer: z.string(), position: z.int() })
// https://developer.calendly.com/api-docs/calendly-api/scheduled-events/create-event-invitee
const booking = z.object({
  event_type: z.url(), start_time: when, invitee: z.object({ email: z.email(), timezone: z.string().refine(isZone, 'is not a time zone'), name: z.string().min(1) }), tracking: tracking.optional(),
  questions_and_answers: z.array(answer).optional(), location: z.object({ kind: z.string(), location: z.string() }).optional(), event_guests: z.array(z.email()).max(10).optional(),
})
function isZone(zone: string): boolean {
  return zone === 'UTC' || Intl.supportedValuesOf('timeZone').includes(zone)
}
const listing = z.object({ user: z.url(), status: z.enum(['active', 'canceled']).optional(), invitee_email: z.string().optional(), min_start_time: when.optional(), max_start_time: when.optional(), sort: z.enum(['start_time:asc', 'start_time:desc']).default('start_time:asc') })
const span = z.object({ user: z.url(), start_time: when, end_time: when })
const linking = z.object({ max_event_count: z.literal(1), owner: z.url(), owner_type: z.literal('EventType') })
const calling = z.object({ reason: z.string().max(10_000).optional() }).default({})

type Surroundings = { clock: Time; accounts: readonly { email: string; zone: string; plan?: Plan }[]; tokens: Tokens; deliver?: ((address: string) => string) | undefined }
export const makeCalendly = ({ clock, accounts, tokens, deliver }: Surroundings): Calendly => {
  const { now } = clock
  let made = now() // from the time it opened, since what it said in an earlier life is still remembered by whoever heard it
  const newId = (): string => createHash('sha256').update(`calendly ${++made}`).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
  const users = new Map(accounts.map(({ email, zone, plan = 'paid' }): [string, User] => [email.toLowerCase(), { id: email.split('@')[0] ?? email, email: email.toLowerCase(), zone, plan, hasTwoTypes: false }]))
  const blind = new Set<string>()
  const links = new Map<string, { user: User; isUsed: boolean }>() // by their path
  const limits = makeLimits({ now })
  const subscriptions = makeSubscriptions({ clock, newId, deliver })
  const userOf = (event: Event): User => found([...users.values()].find(({ id }) => id === event.user))
  const bookings = makeBookings({ now, newId, tell: (what, invitee, event) => subscriptions.tell(what, { ...shownInvitee(invitee, event), scheduled_event: shownEvent(event, userOf(event)) }, event.user) })
  const named = (account: string): User => found(users.get(account.toLowerCase()))

  const seen = (id: string, user: User, what = 'view'): Event => {
    const event = bookings.one(id)
    if (event.user !== user.id) throw denied(`You are not allowed to ${what} this event`)
    return event
  }
  const checkOwn = (uri: string, user: User): void => {
    if (uri !== userUri(user.id)) throw denied('This user is not in your organization')
  }

  type Behind = { user: User; asked: Parameters<Route>[0]; part(name: string): string }
  const behind = (run: (call: Behind) => Answer): Route => (asked) => {
    let headers: Record<string, string> = {}
    try {
      const user = users.get(tokens.whose(/^Bearer (.+)$/.exec(asked.headers['authorization'] ?? '')?.[1] ?? '')?.email.toLowerCase() ?? '')
      if (!user) throw unauthenticated()
      headers = limits.call(user.id, user.plan)
      const answer = run({ user, asked, part: (name) => asked.parts[name] ?? '' })
      return { ...answer, headers: { ...headers, ...answer.headers } }
    } catch (thrown) {
      if (thrown instanceof Refusal) return { ...thrown.answer, headers: { ...headers, ...thrown.answer.headers } }
      throw thrown
    }
  }

  const routes: Record<string, Route> = {
    'GET /users/me': behind(({ user }) => ok(shownUser(user))),
    'GET /event_types': behind(({ user, asked: { query } }) => {
      checkOwn(query['user'] ?? '', user)
      const type = shownType(user)
      return page(user.hasTwoTypes ? [type, { ...type, uri: `${typeUri(user.id)}-2`, slug: 'otra' }] : [type], query)
    }),
    'GET /user_busy_times': behind(({ user, asked: { query } }) => {
      const { user: whose, start_time: from, end_time: to } = parsed(span, query)
      checkOwn(whose, user)
      if (from < now()) throw invalid({ parameter: 'start_time', message: 'must be in the future' })
      if (to <= from || to - from > 7 * dayMs) throw invalid({ parameter: 'end_time', message: 'date range can be no greater than 1 week' })
      if (blind.has(user.id)) throw new Refusal(424, 'Failed Dependency', 'Unable to access external calendar')
      const collection = bookings.busy(user.id, from, to).map(({ type, startsAt, endsAt, event }) => ({ type, start_time: iso(startsAt), end_time: iso(endsAt), ...(event && { buffered_start_time: iso(startsAt), buffered_end_time: iso(endsAt), event: { uri: eventUri(event) } }) }))
      return { status: 200, body: { collection } }
    }),
    'GET /scheduled_events': behind(({ user, asked: { query, lagMs } }) => {
      const { user: whose, status, min_start_time: from = -Infinity, max_start_time: to = Infinity, sort, invitee_email: email } = parsed(listing, query)
      checkOwn(whose, user)
      const all = bookings.of(user.id).filter(({ startsAt, madeAt, canceled, invitees }) =>
        startsAt >= from && startsAt <= to && now() - madeAt >= lagMs && (status === undefined || status === (canceled ? 'canceled' : 'active')) && (email === undefined || invitees.some((each) => each.email === email)))
      const ordered = all.toSorted((a, b) => (a.startsAt - b.startsAt || a.madeAt - b.madeAt) * (sort === 'start_time:asc' ? 1 : -1))
      return page(ordered.map((event) => shownEvent(event, user)), query)
    }),
    'GET /scheduled_events/:event': behind(({ user, part }) => ok(shownEvent(seen(part('event'), user), user))),
    'GET /scheduled_events/:event/invitees': behind(({ user, part, asked: { query } }) => {
      const event = seen(part('event'), user)
      return page(event.invitees.filter(({ status }) => query['status'] === undefined || status === query['status']).map((invitee) => shownInvitee(invitee, event)), query)
    }),
    'GET /scheduled_events/:event/invitees/:invitee': behind(({ user, part }) => {
      const event = seen(part('event'), user)
      return ok(shownInvitee(found(event.invitees.find(({ id }) => id === part('invitee'))), event))
    }),
    'POST /invitees': behind(({ user, asked: { body } }) => {
      if (user.plan === 'free') throw denied('Please upgrade your Calendly account')
      const headers = limits.booking(user.id, user.plan)
      const { event_type: type, start_time: startsAt, invitee: { email, name, timezone: zone }, tracking, questions_and_answers: answers, location, event_guests: guests } = parsed(booking, body)
      if (type !== typeUri(user.id)) throw denied()
      const { event, invitee } = bookings.book({ user, startsAt, email, name, zone, tracking, answers, location: location?.location, guests })
      return { ...created(shownInvitee(invitee, event)), headers }
    }),
    'POST /scheduled_events/:event/cancellation': behind(({ user, part, asked: { body } }) => {
      const { reason = null } = parsed(calling, body)
      const { canceled } = bookings.cancel(seen(part('event'), user, 'cancel').id, { by: 'host', who: user.email, reason })
      return created({ canceled_by: canceled?.who, reason, canceler_type: 'host', created_at: iso(now()) })
    }),
    'POST /scheduling_links': behind(({ user, asked: { body } }) => {
      const { owner, owner_type } = parsed(linking, body)
      if (owner !== typeUri(user.id)) throw denied()
      const path = `/d/${newId().slice(0, 8).replace(/^(.{4})/, '$1-')}`
      links.set(path, { user, isUsed: false })
      return created({ booking_url: `https://calendly.com${path}`, owner, owner_type })
    }),
    'GET /webhook_subscriptions': behind(({ user, asked: { query } }) => subscriptions.list(query, user)),
    'POST /webhook_subscriptions': behind(({ user, asked: { body } }) => subscriptions.make(body, user)),
    'DELETE /webhook_subscriptions/:subscription': behind(({ user, part }) => subscriptions.remove(part('subscription'), user)),
  }

  const deeds: Deeds = {
    book({ account, link, ...wanted }) {
      if (link === undefined) return bookings.book({ ...wanted, user: named(account ?? '') }).event.id
      const { pathname, searchParams: query } = new URL(link)
      const single = found(links.get(pathname))
      if (single.isUsed) throw new Error('this link was used already')
      const tracked = { ...nothingTracked, ...Object.fromEntries([...query].filter(([name]) => name in nothingTracked)) }
      const { event } = bookings.book({ ...wanted, user: single.user, tracking: tracked })
      single.isUsed = true
      return event.id
    },
    reschedule: (wanted) => bookings.reschedule(wanted, userOf(bookings.one(wanted.event))).id,
    cancel: (event, { by, reason }) => void bookings.cancel(event, { by, reason, who: by === 'host' ? userOf(bookings.one(event)).email : (bookings.one(event).invitees[0]?.name ?? '') }),
    noShow: (event, yes) => bookings.noShow(event, yes),
    forget: (event) => bookings.forget(event),
    occupy: (account, startsAt, endsAt) => bookings.occupy(named(account).id, startsAt, endsAt),
    free: (account, startsAt, endsAt) => bookings.free(named(account).id, startsAt, endsAt),
    blind: (account, yes) => void (yes ? blind.add(named(account).id) : blind.delete(named(account).id)),
    plan: (account, plan) => void (named(account).plan = plan),
    secondType: (account) => void (named(account).hasTwoTypes = true),
    losePushes: (times) => subscriptions.lose(times),
    disable: () => subscriptions.disable(),
  }
  return {
    name: 'calendly', routes, ...deeds,
    events: (account) => structuredClone(account === undefined ? bookings.all() : bookings.of(named(account).id)),
    mails: () => bookings.mails(),
    subscriptions: () => subscriptions.all(),
    calls: () => subscriptions.calls(),
    eventType: (account) => typeUri(named(account).id),
    userUri: (account) => userUri(named(account).id),
    silent: () => subscriptions.silent(),
    admits: (_asked: Asked) => true, // Calendly refuses a token in its own words
    state: () => ({ users: [...users.values()], events: bookings.all(), mails: bookings.mails(), links: [...links].map(([path, { isUsed }]) => ({ path, isUsed })), subscriptions: subscriptions.all().map(({ key: _key, ...each }) => each), calls: subscriptions.calls() }),
    controls: controlsOf(deeds),
    close: () => subscriptions.close(),
  }
}
