import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { judgedBySpec, type Exchange } from './support/graph-schema.ts'
import { account, appToken, at, openGraph, type Found, type GraphStage } from './support/graph-stage.ts'

// The lab's Graph as anybody may use it, without the connector; and, where somebody has it, judged by Microsoft's published description.
const exchanges: Exchange[] = []
let stage: GraphStage
beforeEach(async () => void (stage = await openGraph({ exchanges })))
afterEach(() => stage.close())
judgedBySpec(exchanges)

const minute = 60_000
const day = 24 * 60 * minute
const times = at('2026-11-25T17:00:00', '2026-11-25T18:00:00')
const make = (more: object = {}) => stage.ask('POST', '/me/events', { subject: 'Cita', ...times, ...more })
const code = ({ status, body }: Found) => [status, body.error.code]
const name = 'String {6f2d5c1e-8a47-4c0b-9f3a-2b7e41d09c55} Name Mine'
const withIt = `$expand=${encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${name}')`)}`
const delta = (query: string, prefer = 'odata.maxpagesize=2') => stage.ask('GET', `/me/calendarView/delta?${query}`, undefined, { prefer })
const stretch = 'startDateTime=2026-11-22T00:00:00Z&endDateTime=2026-12-22T00:00:00Z'
const queryOf = (link: string): string => new URL(link).search.slice(1)
const walk = async (query: string): Promise<{ rows: any[]; rest: string; pages: number }> => {
  const rows: any[] = []
  for (let pages = 1; ; pages++) {
    const { body } = await delta(query)
    rows.push(...body.value)
    if (body['@odata.deltaLink']) return { rows, rest: queryOf(body['@odata.deltaLink']), pages }
    query = queryOf(body['@odata.nextLink'])
  }
}

describe('an event', () => {
  test('is one for each transaction', async () => {
    const first = await make({ transactionId: 'once' })
    expect([first.status, (await make({ transactionId: 'once' })).body.id]).toEqual([201, first.body.id])
    expect(code(await make({ transactionId: 'once', subject: 'Otra' }))).toEqual([409, 'ErrorDuplicateTransactionId'])
    expect(stage.graph.events(account)).toHaveLength(1)
  })
  test('has a version, and is changed by whoever knows it', async () => {
    const { body } = await make()
    const path = `/me/events/${encodeURIComponent(body.id)}`
    const changed = await stage.ask('PATCH', path, { subject: 'Otra' }, { 'if-match': body['@odata.etag'] })
    expect(changed).toMatchObject({ status: 200, body: { subject: 'Otra' } })
    expect(changed.body['@odata.etag']).not.toBe(body['@odata.etag'])
    expect(code(await stage.ask('PATCH', path, { subject: 'Una más' }, { 'if-match': body['@odata.etag'] }))).toEqual([412, 'ErrorIrresolvableConflict'])
    expect((await stage.ask('DELETE', path)).status).toBe(204)
    expect(code(await stage.ask('DELETE', path))).toEqual([404, 'ErrorItemNotFound'])
  })
  test('is found by a property that is shown to whoever asks for it', async () => {
    const { body } = await make({ singleValueExtendedProperties: [{ id: name, value: 'a1' }] })
    expect(body).not.toHaveProperty('singleValueExtendedProperties')
    const asks = (value: string) => stage.ask('GET', `/me/events?$filter=${encodeURIComponent(`singleValueExtendedProperties/Any(ep: ep/id eq '${name}' and ep/value eq '${value}')`)}&${withIt}`)
    expect((await asks('a1')).body.value).toMatchObject([{ id: body.id, singleValueExtendedProperties: [{ id: 'String {6F2D5C1E-8A47-4C0B-9F3A-2B7E41D09C55} Name Mine', value: 'a1' }] }])
    expect((await asks('a2')).body.value).toEqual([])
    expect(code(await stage.ask('GET', '/me/events?$filter=subject'))).toEqual([400, 'ErrorInvalidUrlQueryFilter'])
  })
  test('is told in the zone that is asked for, and made in Windows’ zones or IANA’s', async () => {
    const { body } = await make({ start: { dateTime: '2026-11-25T09:00:00', timeZone: 'Pacific Standard Time (Mexico)' }, end: { dateTime: '2026-11-25T11:00:00', timeZone: 'America/Mexico_City' } })
    expect([body.start, body.end.dateTime, body.originalStartTimeZone]).toEqual([{ dateTime: '2026-11-25T17:00:00.0000000', timeZone: 'UTC' }, '2026-11-25T17:00:00.0000000', 'Pacific Standard Time (Mexico)'])
    const there = await stage.ask('GET', `/me/events/${encodeURIComponent(body.id)}?$select=start`, undefined, { prefer: 'outlook.timezone="Eastern Standard Time (Mexico)"' })
    expect(there.body).toEqual({ '@odata.context': expect.any(String), '@odata.etag': expect.any(String), id: body.id, start: { dateTime: '2026-11-25T12:00:00.0000000', timeZone: 'Eastern Standard Time (Mexico)' } })
    expect(code(await make({ start: { dateTime: '2026-11-25T09:00:00', timeZone: 'Hora de Sofía' } }))).toEqual([400, 'TimeZoneNotSupportedException'])
  })
  test('invites whoever is put on it, and calls it off for them', async () => {
    const guest = { type: 'required', emailAddress: { address: 'ana@correo.example' } }
    const { body } = await make({ attendees: [guest] })
    const path = `/me/events/${encodeURIComponent(body.id)}`
    await stage.ask('PATCH', path, { attendees: [guest, { emailAddress: { address: 'beto@correo.example' } }] })
    await stage.ask('POST', `${path}/cancel`, { comment: 'Lo siento' })
    expect(stage.graph.invitations().map(({ to, kind }) => [to, kind])).toEqual([['ana@correo.example', 'request'], ['ana@correo.example', 'update'], ['beto@correo.example', 'request'], ['ana@correo.example', 'cancel'], ['beto@correo.example', 'cancel']])
    expect(code(await stage.ask('POST', `/me/events/${encodeURIComponent((await make()).body.id)}/cancel`, {}))).toEqual([400, 'ErrorInvalidRequest'])
  })
})

describe('a schedule', () => {
  const ask = (more: object = {}) => stage.ask('POST', '/me/calendar/getSchedule', { schedules: [account, 'nadie@correo.example'], startTime: { dateTime: '2026-11-25T16:00:00', timeZone: 'UTC' }, endTime: { dateTime: '2026-11-25T20:00:00', timeZone: 'UTC' }, availabilityViewInterval: 60, ...more })
  test('says when and how, and of nobody that it does not know', async () => {
    await make()
    await stage.by('put', { email: account, subject: 'Mía', sensitivity: 'private', showAs: 'oof', ...at('2026-11-25T17:30:00', '2026-11-25T18:30:00') })
    const [one, other] = (await ask()).body.value
    expect(one).toMatchObject({ availabilityView: '0330', scheduleItems: [{ status: 'busy', subject: 'Cita', isPrivate: false }, { status: 'oof', isPrivate: true }], workingHours: { timeZone: { name: 'Pacific Standard Time (Mexico)' } } })
    expect(one.scheduleItems[1]).not.toHaveProperty('subject')
    expect(other).toMatchObject({ error: { responseCode: 'ErrorMailRecipientNotFound' } })
    expect(other).not.toHaveProperty('scheduleItems')
  })
  test('is no longer than two months', async () => {
    expect(code(await ask({ endTime: { dateTime: '2027-03-01T00:00:00', timeZone: 'UTC' } }))).toEqual([400, 'ErrorInvalidTimeInterval'])
  })
})

describe('what has changed', () => {
  test('comes by the page, and then what has changed since', async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push((await make({ subject: String(n) })).body.id)
    const all = await walk(stretch)
    expect([all.pages, all.rows.map(({ id }) => id)]).toEqual([3, ids])
    expect((await walk(all.rest)).rows).toEqual([])
    const path = (id = '') => `/me/events/${encodeURIComponent(id)}`
    await stage.ask('PATCH', path(ids[0]), { subject: 'uno' })
    await stage.ask('PATCH', path(ids[0]), { subject: 'dos' })
    await stage.ask('DELETE', path(ids[1]))
    await stage.by('move', { email: account, event: ids[2], start: { dateTime: '2027-06-01T17:00:00', timeZone: 'UTC' } })
    const since = await walk(all.rest)
    expect(since.rows.map((row) => [row.id, row['@removed'] ? 'removed' : row.subject])).toEqual([[ids[0], 'dos'], [ids[0], 'dos'], [ids[1], 'removed'], [ids[2], 'removed']])
  })
  test('of a series is the series itself, and little of each occurrence', async () => {
    await stage.by('put', { email: account, subject: 'Junta', showAs: 'free', ...times, every: { days: 1, times: 2 } })
    const { rows } = await walk(stretch)
    expect(rows.map(({ type, showAs }) => [type, showAs])).toEqual([['seriesMaster', 'free'], ['occurrence', undefined], ['occurrence', undefined]])
  })
  test('is forgotten, and can’t be narrowed down', async () => {
    const { rest } = await walk(stretch)
    await stage.by('kill-cursors')
    expect(code(await delta(rest))).toEqual([410, 'syncStateNotFound'])
    expect(code(await delta(`${stretch}&$expand=x`))).toEqual([400, 'ErrorInvalidUrlQuery'])
    expect(code(await delta(''))).toEqual([400, 'ErrorInvalidParameter'])
  })
})

describe('a subscription', () => {
  const address = (): string => `https://portero.example/webhooks/graph/${stage.connection.id}?test`
  const subscribe = (more: object = {}) => stage.ask('POST', '/subscriptions', { changeType: 'updated', notificationUrl: address(), resource: 'me/events', expirationDateTime: new Date(stage.clock.now() + day).toISOString(), clientState: 'known', ...more })
  test('is made once its address has said back what it was asked', async () => {
    expect(await subscribe()).toMatchObject({ status: 201, body: { clientState: 'known', notificationUrl: address() } })
    expect(code(await subscribe({ notificationUrl: 'https://somebody.example/hooks' }))).toEqual([400, 'ValidationError'])
    expect(code(await subscribe({ notificationUrl: 'https://portero.example/livez' }))).toEqual([400, 'ValidationError'])
    expect(code(await subscribe({ notificationUrl: 'http://portero.example/webhooks/graph' }))).toEqual([400, 'ErrorInvalidRequest'])
  })
  test('lives for a week at most, and never says again what it was told', async () => {
    expect(code(await subscribe({ expirationDateTime: new Date(stage.clock.now() + 8 * day).toISOString() }))).toEqual([400, 'ExtensionError'])
    const { body: { id } } = await subscribe()
    const known = (await stage.ask('GET', '/subscriptions')).body.value
    expect(known.find((each: any) => each.id === id)).toMatchObject({ clientState: null })
    expect((await stage.ask('PATCH', `/subscriptions/${id}`, { expirationDateTime: new Date(stage.clock.now() + 7 * day).toISOString() })).status).toBe(200)
    expect((await stage.ask('GET', '/subscriptions', undefined, { authorization: `Bearer ${appToken}` })).body.value).toEqual([]) // each sees its own
    expect((await stage.ask('DELETE', `/subscriptions/${id}`)).status).toBe(204)
    expect(code(await stage.ask('DELETE', `/subscriptions/${id}`))).toEqual([404, 'ErrorItemNotFound'])
  })
  test('is told in batches, and again where nobody took it', async () => {
    await subscribe() // with what we know nothing of, so that the house refuses it
    const { body } = await make()
    await stage.ask('PATCH', `/me/events/${encodeURIComponent(body.id)}`, { subject: 'Otra' })
    await stage.graph.silent()
    for (const ms of [10_000, 60_000, 600_000]) {
      stage.clock.advance(ms)
      await stage.graph.silent()
    }
    const refused = stage.graph.told().filter(({ to }) => to === address())
    expect(refused).toMatchObject([{ value: [{ changeType: 'updated', clientState: 'known', resourceData: { id: body.id } }], statuses: [401, 401, 401, 401] }])
  })
})

describe('whoever asks', () => {
  test('must have a good token, for that mailbox', async () => {
    expect(code(await stage.ask('GET', '/me', undefined, { authorization: 'Bearer nobody' }))).toEqual([401, 'InvalidAuthenticationToken'])
    expect(code(await stage.ask('GET', '/users/otra.persona@urbanhub.example/events'))).toEqual([403, 'ErrorAccessDenied'])
    const asApp = (path: string) => stage.ask('GET', path, undefined, { authorization: `Bearer ${appToken}` })
    expect((await asApp('/users/otra.persona@urbanhub.example/events')).status).toBe(200)
    expect(code(await asApp('/users/nadie@urbanhub.example/events'))).toEqual([404, 'ErrorInvalidUser'])
    expect(code(await asApp('/me'))).toEqual([400, 'BadRequest'])
    expect((await stage.ask('GET', '/me')).body).toMatchObject({ mail: account })
  })
  test('may ask four at once, and so much in ten minutes', async () => {
    await stage.by('limits', { takesMs: 1_000 })
    const path = `GET /v1.0/me/events`
    const before = stage.desk.requests(path).length
    const all = Promise.all(Array.from({ length: 6 }, () => stage.ask('GET', '/me/events')))
    await stage.desk.arrived(path, before + 6)
    await new Promise((resolve) => setImmediate(resolve))
    stage.clock.advance(1_000)
    const answers = await all
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4)
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1')
    await stage.by('limits', { takesMs: 0, perTenMinutes: 1 })
    const refused = await stage.ask('GET', '/me/events')
    expect([code(refused), Number(refused.headers.get('retry-after')) > 1]).toEqual([[429, 'ApplicationThrottled'], true])
    stage.clock.advance(10 * minute)
    expect((await stage.ask('GET', '/me/events')).status).toBe(200)
  })
})
