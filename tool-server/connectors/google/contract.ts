import { createHmac, hash } from 'node:crypto'
import type { Contract, Delivery, Exchange, Failures, Tell } from '../../define.ts'
import type { Settings } from './settings.ts'

// What Google Calendar asks and answers. The people are invented, and their words unlike anything else here, so that one which leaks is found.
const account = 'mariana.solis@casas.example'
const ours = '01997a3c-5b1e-7f20-8c44-2d9e6a1b7f03'
const id = 'uhjl5f0iemsla41b39cuc0td86ja6ta9506e9ntbhtean47j6jfrjg' // made apart from the code: base32hex of the SHA-256 over '<ours>:<account>'
const connection = '{connection}'

const complaint = (code: number, reason: string, message: string, domain = 'global'): Tell => ({ status: code, body: { error: { errors: [{ domain, reason, message }], code, message } } })
const failures: Failures = {
  unauthorized: { tell: complaint(401, 'authError', 'Invalid Credentials'), code: 'disconnected' },
  missing: { tell: complaint(404, 'notFound', 'Not Found'), code: 'not_found' },
  throttled: { tell: complaint(403, 'rateLimitExceeded', 'Rate Limit Exceeded', 'usageLimits'), code: 'throttled', retryAfterMs: 20_000 },
  away: { tell: complaint(503, 'backendError', 'Backend Error'), code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, body: '{"kind": "calendar#ev' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { not: 'what was promised' } }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}
const unscoped: Tell = {
  status: 403,
  body: { error: { code: 403, message: 'Request had insufficient authentication scopes.', errors: [{ message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' }], status: 'PERMISSION_DENIED', details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }] } },
}

const visit = {
  ours, title: 'Visita: departamento Jacarandas 12', body: 'Ximena Aldrete quiere ver la terraza.', location: 'Calle Jacarandas 12, Roma Norte', startsAt: Date.UTC(2026, 10, 24, 17), endsAt: Date.UTC(2026, 10, 24, 17, 30), zone: 'America/Mexico_City',
  guest: { name: 'Ximena Aldrete', email: 'ximena.aldrete@correo.example' }, invites: true,
}
const times = { start: { dateTime: '2026-11-24T17:00:00.000Z', timeZone: 'America/Mexico_City' }, end: { dateTime: '2026-11-24T17:30:00.000Z', timeZone: 'America/Mexico_City' } }
const words = { summary: visit.title, description: visit.body, location: visit.location }
const extendedProperties = { private: { portero: ours } }
const guest = { email: visit.guest.email, displayName: visit.guest.name }
const asked = { status: 'confirmed', ...words, ...times, extendedProperties }
const link = 'https://www.google.com/calendar/event?eid=dWg4cmQ'
const stored = (etag: string, more: object = {}): object => ({
  kind: 'calendar#event', etag, id, status: 'confirmed', htmlLink: link, ...words, start: { dateTime: '2026-11-24T11:00:00-06:00', timeZone: 'America/Mexico_City' }, end: { dateTime: '2026-11-24T11:30:00-06:00', timeZone: 'America/Mexico_City' },
  attendees: [{ ...guest, responseStatus: 'needsAction' }], extendedProperties, eventType: 'default', ...more,
})
const events = '/calendars/primary/events'
const toAll = { sendUpdates: 'all' }
const insert = (tell: Tell): Exchange => ({ ask: { method: 'POST', path: events, query: toAll, body: { id, ...asked, attendees: [guest] } }, tell })
const known: Tell = complaint(409, 'duplicate', 'The requested identifier already exists.')
const get = (tell: Tell): Exchange => ({ ask: { method: 'GET', path: `${events}/${id}` }, tell })
const answer = (etag: string, more?: object): Tell => ({ status: 200, body: stored(etag, more) })
const patch = (etag: string, tell: Tell): Exchange => ({ ask: { method: 'PATCH', path: `${events}/${id}`, query: toAll, headers: { 'if-match': etag }, body: asked }, tell })
const put = (version: string): object => ({ id, version, isBooked: true, link })

const gone = (answers: Tell): Exchange[] => [{ ask: { method: 'DELETE', path: `${events}/${id}`, query: { sendUpdates: 'none' } }, tell: answers }]

const busyAsked = (tell: Tell): Exchange[] => [{ ask: { method: 'POST', path: '/freeBusy', body: { timeMin: '2026-11-24T17:00:00.000Z', timeMax: '2026-11-24T18:00:00.000Z', items: [{ id: 'primary' }] }, reading: true }, tell }]
const free = (calendars: object): Tell => ({ status: 200, body: { kind: 'calendar#freeBusy', timeMin: '2026-11-24T17:00:00.000Z', timeMax: '2026-11-24T18:00:00.000Z', calendars } })
const unknown = { isKnown: false, stretches: [] }
const taken = { busy: [{ start: '2026-11-24T17:30:00Z', end: '2026-11-24T12:00:00-06:00' }] }
const stretch = { startsAt: Date.UTC(2026, 10, 24, 17, 30), endsAt: Date.UTC(2026, 10, 24, 18) }

// Of a whole list: a time from which on, and a calendar whose days are Tijuana's.
const began = Date.UTC(2026, 11, 1)
const listed = { singleEvents: 'true', showDeleted: 'true', maxResults: '250' }
const whole = { ...listed, timeMin: '2026-10-31T00:00:00.000Z' }
const since = { ...listed, syncToken: 'CPDAlvWDx70CEPDAlvWDx70CGAU=' }
const list = (query: Record<string, string>, body: object): Exchange => ({ ask: { method: 'GET', path: events, query }, tell: { status: 200, body: { kind: 'calendar#events', timeZone: 'America/Tijuana', ...body } } })
const at = (time: string): object => ({ start: { dateTime: `2026-12-03T${time}:00-08:00` }, end: { dateTime: `2026-12-03T${time}:30-08:00` } })
const spanOf = (hour: number) => ({ startsAt: Date.UTC(2026, 11, 3, hour), endsAt: Date.UTC(2026, 11, 3, hour, 0, 30) })
const told = (seen: Record<string, unknown>[]): Delivery => ({
  id: `seen:${hash('sha256', JSON.stringify(seen.map(({ id, is, version }) => (is === 'there' ? [id, version] : [id, is, since.syncToken])))).slice(0, 32)}`,
  flow: 'calendar.seen', serial: `calendar:${connection}`, lane: 'sync', payload: { connection, events: seen },
})
const wire = (name: string, more: object): object => ({ id: name, etag: `"${name}-1"`, status: 'confirmed', summary: 'Cita con la dentista', ...at('10:00'), ...more })
const there = (name: string, more: object = {}): Record<string, unknown> => ({ id: name, is: 'there', ...spanOf(18), isBusy: true, version: `"${name}-1"`, ...more })

const watched = (tell: Tell): Exchange => ({ ask: { method: 'POST', path: `${events}/watch`, body: { id: '{any}', type: 'web_hook', address: `https://portero.example/webhooks/google/${connection}`, token: '{any}', expiration: '{any}' } }, tell })
const stopped: Exchange = { ask: { method: 'POST', path: '/channels/stop', body: { id: '{any}', resourceId: 'o3hgv1538sdjfh' } }, tell: { status: 204 } }

const channel = '0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41-6871-1f9c04ab77d2'
const announced = (state: string, number: string): Record<string, string> => ({ 'x-goog-channel-expiration': 'Sun, 29 Nov 2026 00:00:00 GMT', 'x-goog-message-number': number, 'x-goog-resource-id': 'o3hgv1538sdjfh', 'x-goog-resource-state': state, 'x-goog-resource-uri': 'https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json' })
const ping = (number: string): Delivery => ({ id: `ping:${channel}:${number}`, flow: 'calendar.ping', payload: { connection } })

export const contract: Contract<Settings> = {
  account,
  settings: (secrets) => ({ baseUrl: 'https://www.googleapis.com/calendar/v3', grant: { by: 'given', token: 'ya29.un-acceso-de-prueba-4711' }, calendar: 'primary', pushSecrets: [...secrets] }),
  failures,
  webhook: {
    sign: (_request, { pushSecrets: [secret = ''] }) => ({ 'x-goog-channel-id': channel, 'x-goog-channel-token': createHmac('sha256', secret).update(channel).digest('hex') }),
    // Nothing is signed, and there is no body: the channel has a token, for as long as it lives.
    unsigned: { time: 'https://developers.google.com/workspace/calendar/api/guides/push', body: 'https://developers.google.com/workspace/calendar/api/guides/push' },
    samples: [
      { name: 'something changed', body: '', headers: announced('exists', '3'), deliveries: [ping('3')] },
      { name: 'something is gone', body: '', headers: announced('not_exists', '9'), deliveries: [ping('9')] },
      { name: 'a channel that has begun', body: '', headers: announced('sync', '1'), deliveries: [] },
    ],
    malformed: [
      { name: 'without a word of what happened', body: '', headers: { 'x-goog-message-number': '4' } },
      { name: 'without a number', body: '', headers: { 'x-goog-resource-state': 'exists' } },
    ],
  },
  does: {
    'calendar.put-event': {
      args: visit, key: `tour:${ours}:event`, result: put('"3388430612000000"'),
      exchanges: [insert(answer('"3388430612000000"'))],
      more: [
        { name: 'it stands there already: nothing is written', exchanges: [insert(known), get(answer('"3388430612000000"'))], result: put('"3388430612000000"') },
        { name: 'it was deleted there: it is brought back', exchanges: [insert(known), get(answer('"41"', { status: 'cancelled' })), patch('"41"', answer('"42"'))], result: put('"42"') },
        { name: 'it stands there as it was before: it is changed', exchanges: [insert(known), get(answer('"41"', { location: 'Calle Álamo 7' })), patch('"41"', answer('"42"'))], result: put('"42"') },
        { name: 'something else has its id', exchanges: [insert(known), get(answer('"41"', { extendedProperties: {} }))], code: 'conflict' },
        { name: 'the minute is used up', exchanges: [insert({ status: 429, headers: { 'retry-after': '7' }, body: { error: { code: 429, message: 'Too many requests' } } })], code: 'throttled', retryAfterMs: 7_000 },
        { name: 'too many for this person', exchanges: [insert(complaint(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', 'usageLimits'))], code: 'throttled', retryAfterMs: 20_000 },
        { name: 'the quota is used up', exchanges: [insert(complaint(403, 'quotaExceeded', 'Calendar usage limits exceeded.', 'usageLimits'))], code: 'throttled', retryAfterMs: 900_000 },
        { name: 'they did not allow it', exchanges: [insert(unscoped)], code: 'disconnected' },
        { name: 'the calendar is not theirs to write in', exchanges: [insert(complaint(403, 'requiredAccessLevel', 'You need to have writer access to this calendar.', 'calendar'))], code: 'refused' },
      ],
    },
    'calendar.drop-event': {
      args: { ours, standing: { id, version: '"42"' }, invites: false, reason: 'Ya no puede' }, key: `tour:${ours}:gone`, result: {},
      exchanges: gone({ status: 204 }),
      but: { missing: { ...failures.missing, result: {} }, misshapen: { ...failures.misshapen, result: {} } },
      more: [{ name: 'it was deleted there before', exchanges: gone(complaint(410, 'deleted', 'Resource has been deleted')), result: {} }],
    },
  },
  reads: {
    'calendar.busy': {
      args: [{ connection, from: Date.UTC(2026, 10, 24, 17), to: Date.UTC(2026, 10, 24, 18) }], result: { isKnown: true, stretches: [stretch] },
      exchanges: busyAsked(free({ primary: taken })),
      more: [
        { name: 'is nothing', exchanges: busyAsked(free({ primary: { busy: [] } })), result: { isKnown: true, stretches: [] } },
        { name: 'is told by the address', exchanges: busyAsked(free({ [account]: taken })), result: { isKnown: true, stretches: [stretch] } },
        { name: 'is not known where an error stands beside it', exchanges: busyAsked(free({ primary: { errors: [{ domain: 'global', reason: 'internalError' }], busy: [] } })), result: unknown },
        { name: 'is not known where the calendar is not in the answer', exchanges: busyAsked(free({})), result: unknown },
        { name: 'is not known where it says neither', exchanges: busyAsked(free({ primary: {} })), result: unknown },
      ],
    },
  },
  pulls: {
    changes: [
      {
        name: 'a whole list, page by page', cursor: JSON.stringify({ began }), next: JSON.stringify({ began, sync: 'CAI=' }),
        exchanges: [
          list(whole, { items: [wire('dentista', {}), wire('vacaciones', { start: { date: '2026-12-24' }, end: { date: '2026-12-26' }, eventType: 'outOfOffice' })], nextPageToken: 'CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA' }),
          list({ ...whole, pageToken: 'CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA' }, { items: [], nextSyncToken: 'CAI=' }),
        ],
        deliveries: [told([there('dentista'), there('vacaciones', { startsAt: Date.UTC(2026, 11, 24, 8), endsAt: Date.UTC(2026, 11, 26, 8) })])],
      },
      {
        name: 'what changed since, of every kind', cursor: JSON.stringify({ began, sync: since.syncToken }), next: JSON.stringify({ began, sync: 'CAM=' }),
        exchanges: [
          list(since, {
            nextSyncToken: 'CAM=',
            items: [
              stored('"43"', { organizer: { self: true } }), wire('copia', { extendedProperties }), wire('reunion', { summary: 'Firma con Bruno Cantú', organizer: { email: 'bruno.cantu@correo.example' }, attendees: [{ email: 'Bruno.Cantu@correo.example' }, { self: true, responseStatus: 'needsAction' }, { email: 'sala-norte@resource.calendar.google.com', resource: true }] }),
              wire('secreta', { visibility: 'private', attendees: [{ email: 'abogada.reyes@correo.example' }] }), wire('rechazada', { attendees: [{ self: true, responseStatus: 'declined' }] }), wire('aviso', { transparency: 'transparent', organizer: { email: 'c_ventas4711@group.calendar.google.com' } }), wire('oficina', { eventType: 'workingLocation' }),
              wire('cumple', { eventType: 'birthday' }), wire('quiza', { status: 'tentative' }), wire('serie_20261203T180000Z', { recurringEventId: 'serie' }), { id: 'borrada', status: 'cancelled' },
            ],
          }),
        ],
        deliveries: [
          told([
            { id, ours, is: 'there', startsAt: visit.startsAt, endsAt: visit.endsAt, isBusy: true, version: '"43"', title: visit.title, guests: [guest.email] },
            there('copia'), there('reunion', { title: 'Firma con Bruno Cantú', guests: ['bruno.cantu@correo.example'] }), there('secreta', { guests: ['abogada.reyes@correo.example'] }), there('rechazada', { isBusy: false }), there('aviso', { isBusy: false }), there('oficina', { isBusy: false }),
            there('cumple', { isBusy: false }), there('quiza'), there('serie_20261203T180000Z'), { id: 'borrada', is: 'gone' },
          ]),
        ],
      },
      { name: 'nothing', cursor: JSON.stringify({ began, sync: since.syncToken }), next: JSON.stringify({ began, sync: since.syncToken }), exchanges: [list(since, { items: [], nextSyncToken: since.syncToken })], deliveries: [] },
    ],
  },
  watch: {
    expiresAt: Date.UTC(2026, 11, 20),
    // The new one first; then those that came before it, by the newest secret and by the one before.
    exchanges: [watched({ status: 200, body: { kind: 'api#channel', id: channel, resourceId: 'o3hgv1538sdjfh', expiration: String(Date.UTC(2026, 11, 20)) } }), stopped, stopped, stopped],
    but: { missing: { ...failures.missing, result: null }, misshapen: { ...failures.misshapen, result: null } },
    more: [
      { name: 'it was made by a call whose answer was lost', exchanges: [watched(complaint(400, 'channelIdNotUnique', 'Channel id not unique'))], result: null },
      { name: 'our address is not one that Google tells', exchanges: [watched(complaint(400, 'push.webhookUrlNotHttps', 'WebHook callback must be HTTPS'))], result: null },
      { name: 'something else is wrong with what we ask', exchanges: [watched(complaint(400, 'invalid', 'Invalid value'))], code: 'invalid_input' },
      { name: 'its answer has another shape', exchanges: [watched({ status: 200, body: { not: 'what was promised' } })], code: 'bad_response' },
      { name: 'it does not know the calendar', exchanges: [watched(complaint(404, 'notFound', 'Not Found'))], code: 'not_found' },
    ],
  },
}
