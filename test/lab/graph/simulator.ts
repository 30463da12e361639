import type { LateRoute, Simulator, Time } from '../simulator.ts'
import { created, nothing, ok, parsed, preferred, Refusal } from './answers.ts'
import { controlsOf, type Controls } from './controls.ts'
import { makeDeltas } from './delta.ts'
import { makeGuard, type Guarded, type Limits, type Who, type Whose } from './guard.ts'
import { changing, etagOf, makeMailboxes, making, shown, type Event, type Invitation, type Mailbox } from './mailboxes.ts'
import { scheduleOf } from './schedule.ts'
import { makeSubscriptions, type Subscription, type Told } from './subscriptions.ts'

// Microsoft Graph, as far as calendars go: mailboxes with events, their changes, and who is told of them.
export type Graph = Simulator & {
  routes: Record<string, LateRoute>
  controls: Controls
  events(email: string): Event[] // that stand there
  invitations(): Invitation[] // whatever Graph has written to guests by itself
  subscriptions(): Subscription[]
  told(): Told[]
  limit(wish: Partial<Limits>): void
  silent(): Promise<void> // when no notification is under way
}
type Account = { email: string; zone: string }
// deliver: where an address that it is to tell is on this machine; without it, at that address.
type Surroundings = { clock: Time; accounts: readonly Account[]; tokens: { whose: Whose }; deliver?: (url: string) => string | undefined }

const tenantId = '84bd8158-6d4d-4958-8b9f-9d6445542f95'
export const makeGraph = ({ clock, accounts, tokens, deliver = (url) => url }: Surroundings): Graph => {
  const subscriptions = makeSubscriptions({ clock, tenantId, deliver })
  const boxes = makeMailboxes({ clock, accounts, changed: subscriptions.tell })
  const guard = makeGuard({ clock, whose: tokens.whose })
  const unknowable = new Set<string>()
  let own = 'https://graph.microsoft.com'
  const deltas = makeDeltas({ boxes, url: () => own })

  const mailboxOf = (who: Who, user: string | undefined): Mailbox => boxes.of(guard.mailboxFor(who, user))
  const zoneOf = (headers: Record<string, string>): string => preferred(headers, 'outlook.timezone') ?? 'UTC'
  const showing = (query: Record<string, string>, headers: Record<string, string>) => ({ zone: zoneOf(headers), expand: expands(query['$expand']), select: query['$select']?.split(',') })
  const context = { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users(events)/$entity' }

  const of: Record<string, (base: string) => Guarded> = {
    'POST /events': () => ({ who, parts, body, headers }) => created({ ...context, ...shown(boxes.create(mailboxOf(who, parts['user']), parsed(making, body)), { zone: zoneOf(headers) }) }),
    'GET /events': () => ({ who, parts, query, headers, lagMs }) => {
      const wanted = filterOf(query['$filter'])
      const found = [...mailboxOf(who, parts['user']).events.values()].filter((event) => !event.isGone && event.type !== 'occurrence' && clock.now() - event.madeAt >= lagMs && wanted(event))
      return ok({ '@odata.context': context['@odata.context'], value: found.map((event) => shown(event, showing(query, headers))) })
    },
    'GET /events/:event': () => ({ who, parts, query, headers }) => ok({ ...context, ...shown(boxes.one(mailboxOf(who, parts['user']), parts['event']), showing(query, headers)) }),
    'PATCH /events/:event': () => ({ who, parts, body, headers }) => {
      const mailbox = mailboxOf(who, parts['user'])
      const event = boxes.one(mailbox, parts['event'])
      const known = headers['if-match']
      if (known !== undefined && known !== '*' && known !== etagOf(event)) throw new Refusal(412, 'ErrorIrresolvableConflict', "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.")
      return ok({ ...context, ...shown(boxes.change(mailbox, event, parsed(changing, body)), { zone: zoneOf(headers) }) })
    },
    'DELETE /events/:event': () => ({ who, parts }) => {
      const mailbox = mailboxOf(who, parts['user'])
      boxes.remove(mailbox, boxes.one(mailbox, parts['event']))
      return nothing
    },
    'POST /events/:event/cancel': () => ({ who, parts, body }) => {
      const mailbox = mailboxOf(who, parts['user'])
      const event = boxes.one(mailbox, parts['event'])
      if (event.response !== 'organizer' || event.attendees.length === 0) throw new Refusal(400, 'ErrorInvalidRequest', 'Your request can’t be completed. You need to be an organizer of a meeting to cancel it.')
      boxes.remove(mailbox, event, commentIn(body))
      return { status: 202 }
    },
    'GET /calendarView/delta': (base) => ({ who, parts, ...asked }) => deltas.page(mailboxOf(who, parts['user']), asked, asked.path.endsWith('/delta') ? asked.path : base),
    'POST /calendar/getSchedule': () => ({ who, parts, body, headers }) => (mailboxOf(who, parts['user']), ok(scheduleOf(boxes, body, zoneOf(headers), unknowable))),
  }
  const routes: Record<string, LateRoute> = {
    ...Object.fromEntries(
      Object.entries(of).flatMap(([on, route]) => {
        const [method = '', path = ''] = on.split(' ')
        return ['/v1.0/users/:user', '/v1.0/me'].map((base): [string, LateRoute] => [`${method} ${base}${path}`, guard.behind(route(`${base}${path}`))])
      }),
    ),
    'GET /v1.0/me': guard.behind(({ who }) => {
      const { email } = mailboxOf(who, undefined)
      return ok({ '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users/$entity', id: '6c4f0b7e-9b1d-4a2e-8f30-5d6c7b8a9e01', displayName: email.split('@')[0], mail: email, userPrincipalName: email })
    }),
    'POST /v1.0/subscriptions': guard.behind(({ who, body }) => subscriptions.create(body, { by: who.by, mailboxOf: (resource) => mailboxNamed(resource, who) })),
    'GET /v1.0/subscriptions': guard.behind(({ who }) => subscriptions.list(who.by)),
    'PATCH /v1.0/subscriptions/:subscription': guard.behind(({ who, parts, body }) => subscriptions.change(parts['subscription'], body, who.by)),
    'DELETE /v1.0/subscriptions/:subscription': guard.behind(({ who, parts }) => subscriptions.drop(parts['subscription'], who.by)),
  }
  const mailboxNamed = (resource: string, who: Who): string => {
    const [, user] = /^\/?(?:me|users\/([^/]+))\/events$/i.exec(resource) ?? []
    if (user === undefined && !/^\/?me\//i.test(resource)) throw new Refusal(400, 'InvalidRequest', `Resource '${resource}' is not supported.`)
    return mailboxOf(who, user === undefined ? undefined : decodeURIComponent(user)).email
  }

  return {
    name: 'graph', routes,
    admits: () => true, // the guard looks at the token itself, so that a refusal has Graph's shape
    opened: (url) => void (own = url),
    events: (email) => [...boxes.of(email).events.values()].filter(({ isGone }) => !isGone),
    invitations: boxes.invitations, subscriptions: subscriptions.all, told: subscriptions.told, silent: subscriptions.silent,
    limit: guard.limit,
    state: () => ({ mailboxes: boxes.all().map(({ email, zone, events }) => ({ email, zone, events: [...events.values()].filter(({ isGone }) => !isGone) })), invitations: boxes.invitations(), subscriptions: subscriptions.all(), told: subscriptions.told() }),
    controls: controlsOf({ boxes, subscriptions, deltas, unknowable, limit: guard.limit }),
    close: subscriptions.close,
  }
}

const expands = (text: string | undefined): boolean => text !== undefined && /^singleValueExtendedProperties\(\$filter=id eq '[^']+'\)$/i.test(text)
// The one question that it answers about a property: https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
const asksFor = /^singleValueExtendedProperties\/any\(\s*ep:\s*ep\/id eq '([^']+)' and ep\/value eq '([^']*)'\s*\)$/i
const filterOf = (text: string | undefined): ((event: Event) => boolean) => {
  if (text === undefined) return () => true
  const [, id, value] = asksFor.exec(text) ?? []
  if (id === undefined) throw new Refusal(400, 'ErrorInvalidUrlQueryFilter', 'The query filter contains one or more invalid nodes.')
  return ({ properties }) => properties.some((each) => each.id.toLowerCase() === id.toLowerCase() && each.value === value)
}
const commentIn = (body: unknown): string | undefined => (typeof body === 'object' && body !== null && 'comment' in body ? String(body.comment) : undefined)
