import { createHash, createHmac } from 'node:crypto'
import type { Contract, Delivery, Exchange, Failures } from '../../define.ts'
import type { Settings } from './settings.ts'

// What Calendly sends and answers, in the shapes of its description (developer.calendly.com/api-docs). Names and addresses are unlike anything else here, so that one which leaks is found.
const api = 'https://api.calendly.com'
const user = `${api}/users/U0LUCIA`
const organization = `${api}/organizations/O0CASAS`
const eventType = `${api}/event_types/T0VISITA`
const connection = '{connection}'
const ours = '0199c0de-0000-7000-8000-00000000aa01'
const startsAt = Date.UTC(2030, 0, 7, 17)
const alias = `wa+${ours}@visitas.example`
const token = 'personal-token-of-the-contract'
const headers = { authorization: `Bearer ${token}` }

const failures: Failures = {
  unauthorized: { tell: { status: 401, body: { title: 'Unauthenticated', message: 'The access token is invalid' } }, code: 'disconnected' },
  missing: { tell: { status: 404, body: { title: 'Resource Not Found', message: 'The server could not find the requested resource.' } }, code: 'not_found' },
  throttled: { tell: { status: 429, headers: { 'x-ratelimit-limit': '500', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7' }, body: { title: 'Too Many Requests', message: 'slower' } }, code: 'throttled', retryAfterMs: 7_000 },
  away: { tell: { status: 503, body: { title: 'Internal Server Error', message: 'back soon' } }, code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, body: '{"resource": {"uri": "ht' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { not: 'what was promised' } }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}

const tracking = (utm_content: string | null) => ({ utm_campaign: null, utm_source: utm_content && 'portero', utm_medium: null, utm_content, utm_term: null, salesforce_uuid: null })
const event = (id: string, more: object = {}) => ({
  uri: `${api}/scheduled_events/${id}`, name: 'Visita guiada por la casa', status: 'active', start_time: '2030-01-07T17:00:00.000000Z', end_time: '2030-01-07T17:30:00.000000Z', event_type: eventType,
  location: { type: 'physical', location: 'Tabasco 189, Roma Norte' }, invitees_counter: { total: 1, active: 1, limit: 1 }, created_at: '2026-11-20T17:00:00.000000Z', updated_at: '2026-11-20T17:00:00.123456Z',
  event_memberships: [{ user, user_email: 'lucia@casas.example', user_name: 'Lucía Becerril' }], event_guests: [], calendar_event: null, ...more,
})
const invitee = (at: string, id: string, more: object = {}) => ({
  uri: `${api}/scheduled_events/${at}/invitees/${id}`, email: alias, name: 'Ana Quiroga', first_name: null, last_name: null, status: 'active', questions_and_answers: [], timezone: 'America/Mexico_City', event: `${api}/scheduled_events/${at}`,
  created_at: '2026-11-20T17:00:00.000000Z', updated_at: '2026-11-20T17:00:00.123456Z', tracking: tracking(ours), text_reminder_number: null, rescheduled: false, old_invitee: null, new_invitee: null,
  cancel_url: `https://calendly.com/cancellations/${id}`, reschedule_url: `https://calendly.com/reschedulings/${id}`, routing_form_submission: null, payment: null, no_show: null, reconfirmation: null, ...more,
})
const page = (collection: object[], next: string | null = null) => ({ collection, pagination: { count: collection.length, next_page: null, previous_page: null, next_page_token: next, previous_page_token: null } })
const toldOf = (what: string, payload: object = invitee('E0NEW', 'I0ANA')) => ({ event: what, created_at: '2026-11-23T17:00:00.000000Z', created_by: user, payload: { ...payload, scheduled_event: event('E0NEW') } })

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
const ping = (body: object): Delivery => ({ id: `ping:${digest(JSON.stringify(body))}`, flow: 'calendar.ping', payload: { connection } })
const missing = (body: object): Delivery => ({ id: `missing:${digest(JSON.stringify(body))}`, flow: 'calendar.guest-missing', payload: { connection, ours } })
const sample = (name: string, body: object, deliver: (body: object) => Delivery) => ({ name, body, deliveries: [deliver(body)] })
const created = toldOf('invitee.created')
const rescheduled = invitee('E0OLD', 'I0OLD', { status: 'canceled', rescheduled: true, new_invitee: `${api}/scheduled_events/E0NEW/invitees/I0ANA` })
const isNoShow = { no_show: { uri: `${api}/invitee_no_shows/N0`, created_at: '2026-11-23T17:00:00.000000Z' } }

const around = { user, sort: 'start_time:asc', status: 'active', min_start_time: '2030-01-07T16:59:00.000Z', max_start_time: '2030-01-07T17:01:00.000Z', count: '100' }
const looked = (events: object[]): Exchange => ({ ask: { method: 'GET', path: '/scheduled_events', query: around, headers }, tell: { status: 200, body: page(events) } })
const whoComes = (at: string, ...all: object[]): Exchange => ({ ask: { method: 'GET', path: `/scheduled_events/${at}/invitees`, query: { count: '100' } }, tell: { status: 200, body: page(all) } })
const toBook = {
  method: 'POST', path: '/invitees', headers,
  body: {
    event_type: eventType, start_time: '2030-01-07T17:00:00.000Z', invitee: { name: 'Ana Quiroga', email: alias, timezone: 'America/Mexico_City' }, tracking: tracking(ours),
    questions_and_answers: [{ question: '¿Qué vas a ver?', answer: 'Visita a Tabasco 302\nTabasco 189, Roma Norte', position: 0 }],
  },
}
const asked: Exchange = { ask: { method: 'POST', path: '/scheduling_links', body: { max_event_count: 1, owner: eventType, owner_type: 'EventType' } }, tell: { status: 201, body: { resource: { booking_url: 'https://calendly.com/d/c4sa-t4b', owner: eventType, owner_type: 'EventType' } } } }
const byHand = { id: 'link:/d/c4sa-t4b', isBooked: false, link: `https://calendly.com/d/c4sa-t4b?utm_source=portero&utm_content=${ours}` }
const called = (event: string, reason?: string): Exchange => ({
  ask: { method: 'POST', path: `/scheduled_events/${event}/cancellation`, headers, body: reason === undefined ? {} : { reason } },
  tell: { status: 201, body: { resource: { canceled_by: 'Lucía Becerril', reason: reason ?? null, canceler_type: 'host' } } },
})
const refusedWith = (status: number, body: object): Exchange => ({ ask: toBook, tell: { status, body } })

const since = { user, sort: 'start_time:asc', min_start_time: '{aDayAgo}', count: '100' }
const listed = (events: object[], query: object = {}, next: string | null = null): Exchange => ({ ask: { method: 'GET', path: '/scheduled_events', query: { ...since, ...query }, headers }, tell: { status: 200, body: page(events, next) } })
const versionOf = (status: string, updated = '2026-11-20T17:00:00.123456Z'): string => `${status} ${updated}`
const seen = (...events: { id: string; is: string; as: string; more?: object }[]): Delivery => ({
  id: `seen:${digest(events.map(({ id, as }) => `${id} ${as}`).join('\n'))}`, flow: 'calendar.seen', serial: `calendar:${connection}`, lane: 'sync', item: events.map(({ id }) => id),
  payload: { connection, events: events.map(({ id, is, more }) => ({ id, is, ...more })) },
})
const when = { startsAt, endsAt: startsAt + 1_800_000, isBusy: true, version: '2026-11-20T17:00:00.123456Z' }
const visit = event('E0NEW')
const meeting = event('E0OTHER', { name: 'Entrevista con proveedores', event_guests: [{ email: 'guest.two@otros.example', created_at: '2026-11-20T17:00:00.000000Z', updated_at: '2026-11-20T17:00:00.000000Z' }] })
const memory = (told: object): string => JSON.stringify({ told, waits: {} })
const there = { version: versionOf('active'), startsAt, is: 'there' }

const window = (from: string, to: string, collection: object[]): Exchange => ({ ask: { method: 'GET', path: '/user_busy_times', query: { user, start_time: from, end_time: to }, headers }, tell: { status: 200, body: { collection } } })
const busy = (start_time: string, end_time: string, type = 'external') => ({ type, start_time, end_time, buffered_start_time: start_time, buffered_end_time: end_time })
const behindTold = (...events: { id: string; is: 'there' | 'gone'; startsAt?: number; endsAt?: number; isBusy?: true }[]): Delivery => ({ id: 'behind:{now}:0', flow: 'calendar.seen', serial: `calendar:${connection}`, lane: 'sync', item: events.map(({ id }) => id), payload: { connection, events } })
const first = window('2030-01-07T06:00:00.000Z', '2030-01-14T06:00:00.000Z', [busy('2030-01-07T17:00:00.000000Z', '2030-01-07T17:30:00.000000Z', 'calendly'), busy('2030-01-08T19:00:00.000000Z', '2030-01-08T20:00:00.000000Z')])

// From now on, a week at a time.
const weeks = ['{inAMinute}', ...Array.from({ length: 9 }, (_, week) => `{in${(week + 1) * 7}Days}`)]
const weekly = (...collections: object[][]): Exchange[] => weeks.slice(1).map((to, at) => window(weeks[at] ?? '', to, collections[at] ?? []))
const onDay = (day: number, from: number, to: number): [string, string] => [`2030-01-0${day}T${from}:00:00.000000Z`, `2030-01-0${day}T${to}:00:00.000000Z`]
const spanOn = (day: number, from: number, to: number) => ({ startsAt: Date.UTC(2030, 0, day, from), endsAt: Date.UTC(2030, 0, day, to) })
const knownBehind = { one: spanOn(1, 10, 11), two: spanOn(2, 10, 11), three: spanOn(3, 10, 11), over: { startsAt: Date.UTC(2020, 0, 1, 10), endsAt: Date.UTC(2020, 0, 1, 11) } }

const toldAt = 'https://portero.example/webhooks/calendly/{connection}?key=f1f92138'
const subscribing = { url: toldAt, events: ['invitee.created', 'invitee.canceled', 'invitee_no_show.created', 'invitee_no_show.deleted'], organization, user, scope: 'user', signing_key: '{secret}' }
const subscribed = (id: string, more: object = {}) => ({ uri: `${api}/webhook_subscriptions/${id}`, callback_url: toldAt, created_at: '2026-11-20T17:00:00.000000Z', updated_at: '2026-11-20T17:00:00.000000Z', retry_started_at: null, state: 'active', events: subscribing.events, scope: 'user', organization, user, creator: user, ...more })
const askedWhich = (...all: object[]): Exchange => ({ ask: { method: 'GET', path: '/webhook_subscriptions', query: { organization, user, scope: 'user', count: '100' }, headers }, tell: { status: 200, body: page(all) } })
const removed = (id: string): Exchange => ({ ask: { method: 'DELETE', path: `/webhook_subscriptions/${id}` }, tell: { status: 204 } })
const made: Exchange = { ask: { method: 'POST', path: '/webhook_subscriptions', body: subscribing }, tell: { status: 201, body: { resource: subscribed('W0NEW') } } }

export const contract: Contract<Settings> = {
  account: 'lucia.becerril@casas.example',
  settings: (secrets) => ({ baseUrl: 'http://calendly.example', grant: { by: 'given', token }, user, organization, eventType, question: '¿Qué vas a ver?', aliasDomain: 'visitas.example', pushSecrets: [...secrets] }),
  failures,

  webhook: {
    windowMs: 3 * 60_000,
    sign({ body, now }, { pushSecrets: [key = ''] }) {
      const t = Math.floor(now / 1_000)
      return { 'calendly-webhook-signature': `v1=${createHmac('sha256', key).update(`${t}.`).update(body).digest('hex')},t=${t}` } // told by name, in whatever order
    },
    samples: [
      sample('invitee.created', created, ping),
      sample('invitee.canceled', toldOf('invitee.canceled', { ...rescheduled, cancellation: { canceled_by: 'Ana Quiroga', reason: 'me surgió otra cosa', canceler_type: 'invitee' } }), ping),
      sample('invitee_no_show.created', toldOf('invitee_no_show.created', invitee('E0NEW', 'I0ANA', isNoShow)), missing),
      sample('invitee_no_show.created: whom somebody else booked', toldOf('invitee_no_show.created', invitee('E0NEW', 'I0ANA', { ...isNoShow, tracking: tracking(null) })), ping),
      sample('invitee_no_show.created: whose tracking looks like ours', toldOf('invitee_no_show.created', invitee('E0NEW', 'I0ANA', { ...isNoShow, tracking: { ...tracking(ours), utm_source: 'newsletter' } })), ping),
      sample('invitee_no_show.deleted', toldOf('invitee_no_show.deleted'), ping),
      { name: 'a kind of event that we have no use for', body: toldOf('routing_form_submission.created', { uri: `${api}/routing_form_submissions/R0` }), deliveries: [] },
    ],
    malformed: [
      { name: 'no JSON', body: 'hola' },
      { name: 'no event', body: { hello: 'there' } },
      { name: 'an event that is about nobody', body: { ...created, payload: undefined } },
      { name: 'an invitee whose tracking is something else', body: { ...created, payload: { tracking: 'portero' } } },
    ],
  },

  does: {
    'calendar.put-event': {
      args: { ours, title: 'Visita a Tabasco 302', body: 'Ana Quiroga, dos recámaras', location: 'Tabasco 189, Roma Norte', startsAt, endsAt: startsAt + 1_800_000, zone: 'America/Mexico_City', guest: { name: 'Ana Quiroga', email: 'ana.quiroga@correo.example' }, invites: false },
      key: 'tour:1:event', result: { id: 'E0NEW', isBooked: true },
      exchanges: [{ ask: toBook, tell: { status: 201, body: { resource: invitee('E0NEW', 'I0ANA') } } }],
      more: [
        { name: 'may not book, so that somebody does by hand', result: byHand, exchanges: [refusedWith(403, { title: 'Permission Denied', message: 'Please upgrade your Calendly account' }), looked([]), asked] },
        { name: 'is not given that time, so that somebody books by hand', result: byHand, exchanges: [refusedWith(400, { title: 'Invalid Argument', message: 'The supplied parameters are invalid.', details: [{ parameter: 'start_time', message: 'is not available', code: 'already_filled' }] }), looked([event('E0OTHER')]), whoComes('E0OTHER', invitee('E0OTHER', 'I0ELSE', { tracking: tracking(null) })), asked] },
        { name: 'has booked it already, and is told that the time is gone', result: { id: 'E0NEW', isBooked: true }, exchanges: [refusedWith(400, { title: 'Invalid Argument', message: 'The supplied parameters are invalid.', details: [{ parameter: 'start_time', message: 'is not available' }] }), looked([visit]), whoComes('E0NEW', invitee('E0NEW', 'I0ANA'))] },
        { name: 'has booked as many as a day may have, so that somebody books by hand', result: byHand, exchanges: [{ ask: toBook, tell: { status: 429, headers: { 'x-ratelimit-reset': '39600' }, body: { title: 'Too Many Requests', message: 'slower' } } }, looked([]), asked] },
        { name: 'is refused for what it asks', code: 'invalid_input', exchanges: [refusedWith(400, { title: 'Invalid Argument', message: 'The supplied parameters are invalid.', details: [{ parameter: 'invitee.timezone', message: 'is no zone' }] })] },
      ],
      lookUp: { found: [looked([visit]), whoComes('E0NEW', invitee('E0NEW', 'I0ANA'))], missing: [looked([visit]), whoComes('E0NEW', invitee('E0NEW', 'I0ANA', { status: 'canceled' }), invitee('E0NEW', 'I0BEA', { tracking: tracking(null) }))] },
    },
    'calendar.drop-event': {
      args: { ours, standing: { id: 'E0/../NEW' }, invites: false, reason: 'La visita se canceló' }, key: 'tour:1:drop', result: {},
      exchanges: [called('E0%2F..%2FNEW', 'La visita se canceló')],
      but: { missing: { ...failures.missing, result: {} } }, // it isn't there, which is what was wanted
      more: [
        ...['Event is already canceled', 'Event in the past'].map((message) => ({ name: `has nothing left to do: ${message}`, result: {}, exchanges: [{ ...called('E0%2F..%2FNEW', 'La visita se canceló'), tell: { status: 403, body: { message } } }] })),
        { name: 'may not call it off', code: 'refused' as const, exchanges: [{ ...called('E0%2F..%2FNEW', 'La visita se canceló'), tell: { status: 403, body: { message: 'You are not allowed to cancel this event' } } }] },
      ],
    },
  },

  reads: {
    'calendar.busy': {
      args: [{ from: Date.UTC(2030, 0, 7, 6), to: Date.UTC(2030, 0, 15, 6) }],
      result: { isKnown: true, stretches: [[7, 17, 17.5], [8, 19, 20], [14, 17, 18]].map(([day = 0, from = 0, to = 0]) => ({ startsAt: Date.UTC(2030, 0, day) + from * 3_600_000, endsAt: Date.UTC(2030, 0, day) + to * 3_600_000 })) },
      exchanges: [first, window('2030-01-14T06:00:00.000Z', '2030-01-15T06:00:00.000Z', [busy('2030-01-14T17:00:00.000000Z', '2030-01-14T18:00:00.000000Z')])],
      but: { missing: { tell: failures.missing.tell, result: { isKnown: false, stretches: [] } } },
      more: [
        { name: 'is not known where a calendar behind it does not answer', result: { isKnown: false, stretches: [] }, exchanges: [{ ...first, tell: { status: 424, body: { title: 'Failed Dependency', message: 'Unable to access external calendar' } } }] },
        { name: 'is not known where that may not be seen', result: { isKnown: false, stretches: [] }, exchanges: [first, { ...window('2030-01-14T06:00:00.000Z', '2030-01-15T06:00:00.000Z', []), tell: { status: 403, body: { message: 'This user is not in your organization' } } }] },
      ],
    },
  },

  pulls: {
    changes: [
      {
        name: 'everything, in pages: visits of ours, and what others booked', cursor: null, next: memory({ E0NEW: { ...there, ours }, E0OTHER: there, E0OLD: { version: versionOf('canceled'), startsAt, is: 'gone' } }),
        exchanges: [
          listed([visit, meeting], {}, 'page-2'), listed([event('E0OLD', { status: 'canceled' })], { page_token: 'page-2' }), whoComes('E0NEW', invitee('E0NEW', 'I0ANA')),
          whoComes('E0OTHER', invitee('E0OTHER', 'I0BEA', { email: 'Bea.Mota@Otros.example', tracking: tracking(null) }), invitee('E0OTHER', 'I0TWO', { email: 'no address', tracking: tracking(null) }), invitee('E0OTHER', 'I0WA', { tracking: tracking(null) })), whoComes('E0OLD', rescheduled),
        ],
        deliveries: [seen(
          { id: 'E0NEW', is: 'there', as: versionOf('active'), more: { ...when, ours } },
          { id: 'E0OTHER', is: 'there', as: versionOf('active'), more: { ...when, title: 'Entrevista con proveedores', guests: ['bea.mota@otros.example', 'guest.two@otros.example'] } },
          { id: 'E0OLD', is: 'gone', as: versionOf('canceled') },
        )],
      },
      {
        name: 'what was called off, what was deleted, and what is somebody else\'s now', cursor: memory({ E0NEW: { ...there, ours }, E0OTHER: there, E0GIVEN: there, E0KEPT: there }), next: memory({ E0NEW: { version: versionOf('canceled', '2026-11-22T09:00:00.000001Z'), startsAt, is: 'gone' }, E0KEPT: there }),
        exchanges: [
          listed([event('E0NEW', { status: 'canceled', updated_at: '2026-11-22T09:00:00.000001Z' })]), whoComes('E0NEW', invitee('E0NEW', 'I0ANA', { status: 'canceled' })),
          { ask: { method: 'GET', path: '/scheduled_events/E0OTHER' }, tell: { status: 404, body: { title: 'Resource Not Found', message: 'The server could not find the requested resource.' } } },
          { ask: { method: 'GET', path: '/scheduled_events/E0GIVEN' }, tell: { status: 200, body: { resource: event('E0GIVEN', { event_memberships: [{ user: `${api}/users/U0DIEGO` }] }) } } },
          { ask: { method: 'GET', path: '/scheduled_events/E0KEPT' }, tell: { status: 200, body: { resource: event('E0KEPT') } } },
        ],
        deliveries: [seen({ id: 'E0NEW', is: 'gone', as: versionOf('canceled', '2026-11-22T09:00:00.000001Z'), more: { ours } }, { id: 'E0OTHER', is: 'gone', as: 'deleted' }, { id: 'E0GIVEN', is: 'gone', as: 'deleted' })],
      },
      {
        name: 'what was left where a turn ended', cursor: JSON.stringify({ told: { E0NEW: { ...there, ours } }, waits: {}, at: startsAt }), deliveries: [], next: memory({ E0NEW: { ...there, ours } }),
        exchanges: [listed([visit], { min_start_time: '2030-01-07T16:59:59.999Z' })],
      },
      { name: 'nothing, where all is as it was', cursor: memory({ E0NEW: { ...there, ours } }), deliveries: [], next: memory({ E0NEW: { ...there, ours } }), exchanges: [listed([visit])] },
    ],
    behind: [
      {
        name: 'what stands in the calendars behind it, as time without a title, but no copy of what Calendly booked', cursor: null,
        exchanges: weekly([busy(...onDay(1, 10, 12)), busy(...onDay(2, 10, 12), 'calendly'), busy(...onDay(2, 10, 12)), busy(...onDay(2, 13, 14))], [busy(...onDay(2, 13, 14))]),
        next: JSON.stringify({ 'behind:{now}:0': spanOn(1, 10, 12), 'behind:{now}:1': spanOn(2, 13, 14) }),
        deliveries: [behindTold({ id: 'behind:{now}:0', is: 'there', ...spanOn(1, 10, 12), isBusy: true }, { id: 'behind:{now}:1', is: 'there', ...spanOn(2, 13, 14), isBusy: true })],
      },
      {
        name: 'what is longer than it was, what is new, and what is not there any more; but not what is over', cursor: JSON.stringify(knownBehind),
        exchanges: weekly([busy(...onDay(1, 10, 11)), busy(...onDay(2, 10, 12)), busy(...onDay(4, 10, 11))]),
        next: JSON.stringify({ one: knownBehind.one, two: spanOn(2, 10, 12), 'behind:{now}:2': spanOn(4, 10, 11) }),
        deliveries: [behindTold({ id: 'two', is: 'there', ...spanOn(2, 10, 12), isBusy: true }, { id: 'behind:{now}:2', is: 'there', ...spanOn(4, 10, 11), isBusy: true }, { id: 'three', is: 'gone' })],
      },
      ...[{ status: 424, body: { title: 'External Calendar Error', message: 'There is a problem accessing your calendar.' } }, { status: 403, body: { message: 'This user is not in your organization' } }].map((tell) => ({
        name: `nothing, where it can't be said (${tell.status})`, cursor: JSON.stringify(knownBehind), deliveries: [], next: JSON.stringify(knownBehind),
        exchanges: weekly().slice(0, 2).map((each, at) => (at === 1 ? { ...each, tell } : each)),
      })),
    ],
  },

  watch: {
    expiresAt: null,
    exchanges: [askedWhich(subscribed('W0OTHER', { callback_url: 'https://somebody.example/hooks' }), subscribed('W0OFF', { state: 'disabled' })), removed('W0OFF'), made],
  },
}
