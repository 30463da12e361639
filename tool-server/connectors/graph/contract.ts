import { createHash } from 'node:crypto'
import type { Contract, Delivery, Exchange, Failures } from '../../define.ts'
import { clientState, pingId } from './webhook.ts'

// What Graph sends and answers. The people are invented, and their words unlike anything else here, so that one which leaks is found.
const account = 'sofia.campos@urbanhub.example'
const mailbox = '/users/sofia.campos%40urbanhub.example'
const ours = '0193a5c2-7d10-7c3e-9a44-5b1f0e2d8c61'
const oursName = 'String {6f2d5c1e-8a47-4c0b-9f3a-2b7e41d09c55} Name PorteroId'
const withOurs = `singleValueExtendedProperties($filter=id eq '${oursName}')`
const inUtc = { prefer: 'outlook.timezone="UTC"' }
const fields = 'id,type,seriesMasterId,subject,sensitivity,showAs,isAllDay,isCancelled,responseStatus,attendees,start,end,originalStartTimeZone,location,transactionId,webLink'

const refusal = (code: string, message: string): object => ({ error: { code, message, innerError: { date: '2026-11-23T17:00:00', 'request-id': '2b9f6a5e-5f0e-4d5c-9d51-0a7c1c3f6e10', 'client-request-id': '2b9f6a5e-5f0e-4d5c-9d51-0a7c1c3f6e10' } } })
const failures: Failures = {
  unauthorized: { tell: { status: 401, body: refusal('InvalidAuthenticationToken', 'Access token has expired or is not yet valid.') }, code: 'disconnected' },
  missing: { tell: { status: 404, body: refusal('ErrorItemNotFound', 'The specified object was not found in the store.') }, code: 'not_found' },
  throttled: { tell: { status: 429, headers: { 'retry-after': '9' }, body: refusal('ApplicationThrottled', "Application is over its MailboxConcurrency limit.") }, code: 'throttled', retryAfterMs: 9_000 },
  away: { tell: { status: 503, body: refusal('ErrorServerBusy', 'The server cannot service this request right now.') }, code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, body: '{"id": "AAMk' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { not: 'what was promised' } }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}

const utc = (dateTime: string) => ({ dateTime: `${dateTime}.0000000`, timeZone: 'UTC' })
const startsAt = Date.UTC(2026, 10, 25, 17)
const endsAt = startsAt + 30 * 60_000
const asked = {
  subject: 'Visita: Río Tíber 48, depa 302', body: { contentType: 'text', content: 'Viene Renata Ocampo, busca dos recámaras' }, location: { displayName: 'Río Tíber 48, Cuauhtémoc' },
  start: { dateTime: '2026-11-25T17:00:00', timeZone: 'UTC' }, end: { dateTime: '2026-11-25T17:30:00', timeZone: 'UTC' }, showAs: 'busy',
  attendees: [{ type: 'required', emailAddress: { address: 'renata.ocampo@correo.example', name: 'Renata Ocampo' } }],
}
const link = 'https://outlook.office365.com/owa/?itemid=AAMkTour&exvsurl=1&path=/calendar/item'
const visit = {
  '@odata.etag': 'W/"ViSiT1=="', id: 'AAMkTour=', changeKey: 'ViSiT1==', type: 'singleInstance', ...asked, body: { contentType: 'text', content: 'Viene Renata Ocampo, busca dos recámaras' },
  start: utc('2026-11-25T17:00:00'), end: utc('2026-11-25T17:30:00'), isAllDay: false, isCancelled: false, sensitivity: 'normal', responseStatus: { response: 'organizer', time: '0001-01-01T00:00:00Z' },
  originalStartTimeZone: 'UTC', transactionId: ours, webLink: link,
}
const marked = { ...visit, singleValueExtendedProperties: [{ id: 'String {6F2D5C1E-8A47-4C0B-9F3A-2B7E41D09C55} Name PorteroId', value: ours }] }
const standing = { id: 'AAMkTour=', version: 'W/"ViSiT1=="', isBooked: true, link }
const lookUp = (value: object[]): Exchange[] => [{
  ask: { method: 'GET', path: `${mailbox}/events`, query: { $filter: `singleValueExtendedProperties/Any(ep: ep/id eq '${oursName}' and ep/value eq '${ours}')`, $expand: withOurs }, headers: inUtc },
  tell: { status: 200, body: { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#events', value } },
}]

// What somebody's own day looks like there.
const dentist = { '@odata.etag': 'W/"DeNt=="', id: 'AAMkDentist=', type: 'singleInstance', subject: 'Cita con el dentista de Polanco', sensitivity: 'private', showAs: 'busy', isAllDay: false, isCancelled: false, responseStatus: { response: 'organizer' }, attendees: [], start: utc('2026-11-24T16:00:00'), end: utc('2026-11-24T17:00:00'), originalStartTimeZone: 'Central Standard Time (Mexico)', transactionId: null }
const away = { ...dentist, '@odata.etag': 'W/"OoFf=="', id: 'AAMkAway=', subject: 'Descanso largo en Valle de Bravo', showAs: 'oof', isAllDay: true, start: utc('2026-11-27T00:00:00'), end: utc('2026-11-28T00:00:00') }
const lunch = {
  ...dentist, '@odata.etag': 'W/"LuNc=="', id: 'AAMkLunch=', subject: 'Firma con Octavio Lerma', sensitivity: 'normal', showAs: 'tentative', start: utc('2026-11-24T20:00:00'), end: utc('2026-11-24T21:00:00'),
  attendees: [{ type: 'required', status: { response: 'none' }, emailAddress: { name: 'Octavio Lerma', address: 'Octavio.Lerma@correo.example' } }, { type: 'resource', emailAddress: { name: 'Sala Reforma', address: 'sala.reforma@urbanhub.example' } }],
}
const series = { ...dentist, '@odata.etag': 'W/"SeRi=="', id: 'AAMkSeries=', type: 'seriesMaster', subject: 'Gimnasio, por si alguien pregunta', showAs: 'free', start: utc('2026-11-02T13:00:00'), end: utc('2026-11-02T14:00:00') }
const bare = { '@odata.type': '#microsoft.graph.event', '@odata.etag': 'W/"SeRi=="', seriesMasterId: 'AAMkSeries=', type: 'occurrence', id: 'AAMkSeries.1=', start: utc('2026-11-30T13:00:00'), end: utc('2026-11-30T14:00:00') }

const there = (id: string, version: string, from: number, to: number, more: object = {}) => ({ id, is: 'there', startsAt: from, endsAt: to, isBusy: true, version, ...more })
const toldDentist = there('AAMkDentist=', 'W/"DeNt=="', Date.UTC(2026, 10, 24, 16), Date.UTC(2026, 10, 24, 17))
const toldAway = there('AAMkAway=', 'W/"OoFf=="', Date.UTC(2026, 10, 27, 6), Date.UTC(2026, 10, 28, 6))
const toldLunch = there('AAMkLunch=', 'W/"LuNc=="', Date.UTC(2026, 10, 24, 20), Date.UTC(2026, 10, 24, 21), { title: 'Firma con Octavio Lerma', guests: ['octavio.lerma@correo.example'] })
const toldGym = there('AAMkSeries.1=', 'W/"SeRi=="', Date.UTC(2026, 10, 30, 13), Date.UTC(2026, 10, 30, 14), { isBusy: false })
const toldVisit = { ...there('AAMkTour=', 'W/"ViSiT1=="', startsAt, endsAt, { title: 'Visita: Río Tíber 48, depa 302', guests: ['renata.ocampo@correo.example'] }) }
const told = (...events: { id: string; is: string; ours?: string; swept?: true }[]): Delivery => toldSince(undefined, ...events)
const toldSince = (since: string | undefined, ...events: { id: string; is: string; ours?: string; swept?: true }[]): Delivery => ({
  id: `seen:${createHash('sha256').update(JSON.stringify([...events.map(ordered), ...(events.some(({ is }) => is === 'gone') ? [{ since }] : [])])).digest('hex').slice(0, 32)}`, flow: 'calendar.seen', serial: 'calendar:{connection}', lane: 'sync',
  payload: { connection: '{connection}', events: events.map(ordered) }, item: events.map(({ id }) => id),
})
// In the order in which they are told, which their digest depends on.
const ordered = (event: object): object => Object.fromEntries(['id', 'is', 'swept', 'ours', 'startsAt', 'endsAt', 'isBusy', 'version', 'title', 'guests'].flatMap((name) => (Object.hasOwn(event, name) ? [[name, Object.entries(event).find(([key]) => key === name)?.[1]]] : [])))

const cursor = (more: object, from = '{yesterday}'): string => JSON.stringify({ from, ...more })
const delta = { name: '$deltatoken', value: 'd3lta-1' }
const asking = (query: Record<string, string>, body: object): Exchange => ({ ask: { method: 'GET', path: `${mailbox}/calendarView/delta`, query, headers: { prefer: 'outlook.timezone="UTC", odata.maxpagesize=50' } }, tell: { status: 200, body: { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Collection(event)', ...body } } })
const linkTo = (query: string): string => `https://graph.microsoft.com/v1.0/users/6c4f0b7e/calendarView/delta?${query}`
const looking = (id: string, tell: Exchange['tell']): Exchange => ({ ask: { method: 'GET', path: `${mailbox}/events/${encodeURIComponent(id)}`, query: { $select: fields, $expand: withOurs }, headers: inUtc }, tell })
const afresh = { startDateTime: '{yesterday}', endDateTime: '{in62Days}' }
const whole = [
  asking(afresh, { '@odata.nextLink': linkTo('$skiptoken=sk1p-1'), value: [dentist, away] }),
  asking({ $skiptoken: 'sk1p-1' }, { '@odata.deltaLink': linkTo('$deltatoken=d3lta-1'), value: [lunch, series, bare] }),
]

const change = (id: string, changeType = 'updated', etag = 'W/"DwAA=="'): object => ({
  subscriptionId: 'b5c9d7e1-3f20-4a6b-8c1d-9e0f7a6b5c4d', subscriptionExpirationDateTime: '2026-11-29T16:50:00Z', changeType, tenantId: '84bd8158-6d4d-4958-8b9f-9d6445542f95', resource: `Users/6c4f0b7e/Events/${id}`,
  resourceData: { '@odata.type': '#Microsoft.Graph.Event', '@odata.id': `Users/6c4f0b7e/Events/${id}`, '@odata.etag': etag, id },
})
const lifecycle = (lifecycleEvent: string): object => ({ subscriptionId: 'b5c9d7e1-3f20-4a6b-8c1d-9e0f7a6b5c4d', subscriptionExpirationDateTime: '2026-11-29T16:50:00Z', tenantId: '84bd8158-6d4d-4958-8b9f-9d6445542f95', lifecycleEvent })
const ping = (...about: [string, string?, string?][]): Delivery => ({ id: pingId(about.map(([what, id, etag]) => ['b5c9d7e1-3f20-4a6b-8c1d-9e0f7a6b5c4d', what, id, etag])), flow: 'calendar.ping', payload: { connection: '{connection}' } })

const address = 'https://portero.example/webhooks/graph/{connection}?key=f1f92138'
const subscription = { id: 'sub-ours', resource: `users/${account}/events`, changeType: 'created,updated,deleted', clientState: null, notificationUrl: address, lifecycleNotificationUrl: address, expirationDateTime: '2030-01-06T00:00:00Z' }

const schedule = (value: object[]): Exchange => ({
  ask: {
    method: 'POST', path: `${mailbox}/calendar/getSchedule`, headers: inUtc, reading: true,
    body: { schedules: [account], startTime: { dateTime: '2026-11-25T17:00:00', timeZone: 'UTC' }, endTime: { dateTime: '2026-11-25T21:00:00', timeZone: 'UTC' }, availabilityViewInterval: 60 },
  },
  tell: { status: 200, body: { value } },
})
const busyDay = {
  scheduleId: account, availabilityView: '2100',
  scheduleItems: [
    { isPrivate: true, status: 'busy', subject: 'Terapia de los miércoles', location: 'En su casa', start: utc('2026-11-25T17:00:00'), end: utc('2026-11-25T17:30:00') },
    { status: 'tentative', start: { dateTime: '2026-11-25T11:30:00.0000000', timeZone: 'Central Standard Time (Mexico)' }, end: utc('2026-11-25T18:30:00') },
    { status: 'free', start: utc('2026-11-25T19:00:00'), end: utc('2026-11-25T19:30:00') },
    { status: 'workingElsewhere', start: utc('2026-11-25T19:30:00'), end: utc('2026-11-25T20:30:00') },
  ],
}

type Settings = { baseUrl: string; grant: { by: 'given'; token: string }; pushSecrets: string[]; calendar: 'primary' }
export const contract: Contract<Settings> = {
  account,
  settings: (secrets) => ({ baseUrl: 'https://graph.microsoft.com/v1.0', grant: { by: 'given', token: 'graph-token-of-the-contract' }, pushSecrets: [...secrets], calendar: 'primary' }),
  failures,

  webhook: {
    sign: () => ({}),
    within(body, { pushSecrets: [secret = ''] }) {
      try {
        const sent: { value: object[] } = JSON.parse(body.toString())
        return Buffer.from(JSON.stringify({ ...sent, value: sent.value.map((each) => ({ ...each, clientState: clientState(secret) })) }))
      } catch {
        return body
      }
    },
    unsigned: { time: 'https://learn.microsoft.com/graph/change-notifications-delivery-webhooks', body: 'https://learn.microsoft.com/graph/change-notifications-delivery-webhooks' },
    samples: [
      { name: 'an event that was changed', body: { value: [change('AAMkDentist=')] }, deliveries: [ping(['updated', 'AAMkDentist=', 'W/"DwAA=="'])] },
      { name: 'several, which are one look', body: { value: [change('AAMkDentist=', 'created'), change('AAMkDentist='), change('AAMkAway=', 'deleted', 'W/"EgAA=="')] }, deliveries: [ping(['created', 'AAMkDentist=', 'W/"DwAA=="'], ['updated', 'AAMkDentist=', 'W/"DwAA=="'], ['deleted', 'AAMkAway=', 'W/"EgAA=="'])] },
      ...['missed', 'subscriptionRemoved', 'reauthorizationRequired'].map((event) => ({ name: event, body: { value: [lifecycle(event)] }, deliveries: [ping([event])] })),
      { name: 'fields that we do not know', body: { value: [{ ...change('AAMkLunch='), id: 'n1', shard: 4 }], validationTokens: null }, deliveries: [ping(['updated', 'AAMkLunch=', 'W/"DwAA=="'])] },
    ],
    malformed: [
      { name: 'a notification of nothing', body: { value: [{ subscriptionId: 'b5c9d7e1-3f20-4a6b-8c1d-9e0f7a6b5c4d' }] } },
      { name: 'a notification of no subscription', body: { value: [{ ...change('AAMkDentist='), subscriptionId: undefined }] } },
    ],
    handshakes: [
      { name: 'a new subscription', method: 'POST', query: { validationToken: 'Validation: Testing client application reachability for subscription Request-Id: 5d2c+7' }, reply: { status: 200, type: 'text/plain', body: 'Validation: Testing client application reachability for subscription Request-Id: 5d2c+7' } },
      { name: 'by another method', method: 'GET', query: { validationToken: 'abc' }, reply: { status: 200, type: 'text/plain', body: 'abc' } },
      { name: 'a page instead of a token', method: 'GET', query: { validationToken: '<script>' }, reply: { status: 404 } },
    ],
  },

  does: {
    'calendar.put-event': {
      args: { ours, title: asked.subject, body: asked.body.content, location: asked.location.displayName, startsAt, endsAt, zone: 'America/Mexico_City', guest: { name: 'Renata Ocampo', email: 'renata.ocampo@correo.example' }, invites: true },
      key: 'tour:1:calendar', result: standing,
      exchanges: [{
        ask: { method: 'POST', path: `${mailbox}/events`, headers: inUtc, body: { ...asked, transactionId: ours, singleValueExtendedProperties: [{ id: oursName, value: ours }] } },
        tell: { status: 201, body: { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#events/$entity', ...visit } },
      }],
      lookUp: { found: lookUp([marked]), missing: lookUp([]) },
      more: [{
        name: 'its transaction was used for other words: what stands there is changed', result: { ...standing, version: 'W/"ViSiT2=="' },
        exchanges: [
          { ask: { method: 'POST', path: `${mailbox}/events`, headers: inUtc, body: { ...asked, transactionId: ours, singleValueExtendedProperties: [{ id: oursName, value: ours }] } }, tell: { status: 409, body: refusal('ErrorDuplicateTransactionId', 'The TransactionId specified in the request has already been used to create a different event.') } },
          ...lookUp([{ ...marked, location: { displayName: 'Otro lugar' } }]),
          { ask: { method: 'PATCH', path: `${mailbox}/events/AAMkTour%3D`, headers: inUtc, body: asked }, tell: { status: 200, body: { ...visit, '@odata.etag': 'W/"ViSiT2=="' } } },
        ],
      }],
    },
    'calendar.drop-event': {
      args: { ours, standing: { id: 'AAMkTour=', version: 'W/"ViSiT1=="' }, invites: true, reason: 'La visita se canceló, te buscamos otra hora' }, key: 'tour:1:calendar:drop', result: {},
      exchanges: [{ ask: { method: 'POST', path: `${mailbox}/events/AAMkTour%3D/cancel`, body: { comment: 'La visita se canceló, te buscamos otra hora' } }, tell: { status: 202 } }],
      but: { missing: { tell: { status: 404, body: refusal('ErrorItemNotFound', 'gone') }, result: {} }, misshapen: { tell: { status: 200, body: {} }, result: {} } },
      more: [{
        name: 'nobody to tell', result: {},
        exchanges: [
          { ask: { method: 'POST', path: `${mailbox}/events/AAMkTour%3D/cancel`, body: { comment: 'La visita se canceló, te buscamos otra hora' } }, tell: { status: 400, body: refusal('ErrorInvalidRequest', 'You need to be the organizer') } },
          { ask: { method: 'DELETE', path: `${mailbox}/events/AAMkTour%3D` }, tell: { status: 204 } },
        ],
      }],
    },
  },

  reads: {
    'calendar.busy': {
      args: [{ connection: '{connection}', from: startsAt, to: startsAt + 4 * 3_600_000 }],
      result: { isKnown: true, stretches: [{ startsAt, endsAt }, { startsAt: endsAt, endsAt: endsAt + 3_600_000 }] },
      exchanges: [schedule([busyDay])],
      more: [
        { name: 'a schedule that cannot be said is unknown, and never free', result: { isKnown: false, stretches: [] }, exchanges: [schedule([{ scheduleId: account, availabilityView: '0000', scheduleItems: [], error: { message: 'Unable to resolve e-mail', responseCode: 'ErrorMailRecipientNotFound' } }])] },
        { name: 'no schedule at all is unknown', result: { isKnown: false, stretches: [] }, exchanges: [schedule([])] },
        { name: 'digits alone are unknown', result: { isKnown: false, stretches: [] }, exchanges: [schedule([{ scheduleId: account, availabilityView: '0020' }])] },
      ],
    },
  },

  pulls: {
    changes: [
      { name: 'everything of the next weeks, in pages', cursor: null, exchanges: whole, deliveries: [told(toldDentist, toldAway), told(toldLunch, toldGym)], next: cursor({ rest: delta }) },
      {
        name: 'what changed since: one twice, one deleted, one moved far away, and one of ours', cursor: cursor({ rest: delta }), next: cursor({ rest: { name: '$deltatoken', value: 'd3lta-2' } }),
        exchanges: [
          asking({ $deltatoken: 'd3lta-1' }, { '@odata.deltaLink': linkTo('$deltatoken=d3lta-2'), value: [{ ...dentist, '@odata.etag': 'W/"old=="' }, dentist, { '@removed': { reason: 'deleted' }, id: 'AAMkLunch=' }, { '@removed': { reason: 'deleted' }, id: 'AAMkAway=' }, visit] }),
          looking('AAMkLunch=', { status: 404, body: refusal('ErrorItemNotFound', 'gone') }),
          looking('AAMkAway=', { status: 200, body: away }),
          looking('AAMkTour=', { status: 200, body: marked }),
        ],
        deliveries: [toldSince('d3lta-1', toldDentist, { id: 'AAMkLunch=', is: 'gone' }, toldAway, { ...toldVisit, ours })],
      },
      {
        name: 'a new day: another round, and the last of the one before', cursor: cursor({ rest: { name: '$deltatoken', value: 'd3lta-0' } }, '2026-11-20T00:00:00Z'), known: ['AAMkLong-over='], next: cursor({ rest: delta }),
        exchanges: [
          ...whole,
          asking({ $deltatoken: 'd3lta-0' }, { '@odata.deltaLink': linkTo('$deltatoken=d3lta-00'), value: [{ '@removed': { reason: 'deleted' }, id: 'AAMkLost=' }] }),
          looking('AAMkLost=', { status: 404, body: refusal('ErrorItemNotFound', 'gone') }),
        ],
        deliveries: [told(toldDentist, toldAway), told(toldLunch, toldGym), toldSince('d3lta-0', { id: 'AAMkLost=', is: 'gone' })],
      },
      {
        name: 'a cursor that died: everything anew, and what is not shown is gone', cursor: cursor({ rest: delta }), known: ['AAMkDentist=', 'AAMkLost='], next: cursor({ rest: delta }),
        exchanges: [{ ask: { method: 'GET', path: `${mailbox}/calendarView/delta`, query: { $deltatoken: 'd3lta-1' } }, tell: { status: 410, body: refusal('syncStateNotFound', 'The sync state generation is not found.') } }, ...whole],
        deliveries: [told(toldDentist, toldAway), told(toldLunch, toldGym), told({ id: 'AAMkLost=', is: 'gone', swept: true })],
      },
    ],
  },

  // Made, renewed and found again: test/graph.test.ts, since what is asked for then depends on the time.
  watch: {
    expiresAt: null,
    exchanges: [
      { ask: { method: 'GET', path: '/subscriptions' }, tell: { status: 200, body: { value: [{ ...subscription, id: 'sub-theirs', notificationUrl: 'https://somebody.example/hooks', lifecycleNotificationUrl: null }], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/subscriptions?$skiptoken=p2' } } },
      { ask: { method: 'GET', path: '/subscriptions', query: { $skiptoken: 'p2' } }, tell: { status: 200, body: { value: [subscription] } } },
    ],
  },
}
