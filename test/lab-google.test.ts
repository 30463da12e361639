import { createServer, type IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DateTime } from 'luxon'
import { makeGoogle, type Google } from './lab/google/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { publishedBy, type Exchange } from './support/google-spec.ts'
import { portOf } from './support/http-stage.ts'

// The lab's Google, asked as anybody may ask it, and held against Google's description where somebody has it. Google has no client here: what it says of itself is the judge.
const mariana = 'mariana.solis@casas.example'
const diego = 'diego.arriaga@casas.example'
const tokens = new Map<string, { email: string; scopes?: string[] }>()
const exchanges: Exchange[] = []
let clock: FakeClock
let google: Google
let lab: LabServer
beforeEach(async () => {
  clock = fakeClock()
  tokens.clear()
  tokens.set('m', { email: mariana })
  tokens.set('d', { email: diego })
  google = makeGoogle({ clock, accounts: [{ email: mariana, zone: 'America/Tijuana' }, { email: diego, zone: 'America/Mexico_City' }], tokens: { whose: (bearer) => tokens.get(bearer) } })
  lab = await openServer({ clock, port: 0, simulators: [google] })
})
afterEach(() => lab.close())
afterAll(() => void (exchanges.length = 0))

type Call = { body?: object; query?: Record<string, string>; headers?: Record<string, string>; as?: string }
const ask = async (method: string, path: string, { body, query = {}, headers = {}, as = 'm' }: Call = {}): Promise<{ status: number; body: any }> => {
  const url = new URL(`${lab.url}/google/calendar/v3${path}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const response = await fetch(url, { method, headers: { authorization: `Bearer ${as}`, ...(body && { 'content-type': 'application/json' }), ...headers }, ...(body && { body: JSON.stringify(body) }) })
  const text = await response.text()
  const answered = text === '' ? undefined : JSON.parse(text)
  exchanges.push({ asked: { method, path: `/calendar/v3${path}`, query, headers, body }, answer: { status: response.status, body: answered } })
  return { status: response.status, body: answered }
}
const reasonOf = ({ body }: { body: any }): string => body.error.errors[0].reason
const events = '/calendars/primary/events'
const span = (from = '2026-11-25T17:00:00Z', to = '2026-11-25T18:00:00Z'): object => ({ start: { dateTime: from }, end: { dateTime: to } })
const put = (more: object = {}, how: Call = {}) => ask('POST', events, { ...how, body: { summary: 'Visita', ...span(), ...more } })
const list = (query: Record<string, string> = {}) => ask('GET', events, { query })
const whole = { singleEvents: 'true', showDeleted: 'true' }

describe('an event', () => {
  test('is shown in the zone of its calendar, with an etag that changes whenever it does', async () => {
    const { body } = await put()
    expect(body).toMatchObject({ status: 'confirmed', start: { dateTime: '2026-11-25T09:00:00-08:00', timeZone: 'America/Tijuana' }, organizer: { email: mariana, self: true }, sequence: 0 })
    const moved = await ask('PATCH', `${events}/${body.id}`, { body: span('2026-11-25T19:00:00Z', '2026-11-25T20:00:00Z') })
    expect([moved.body.etag === body.etag, moved.body.sequence, moved.body.summary]).toEqual([false, 1, 'Visita'])
    expect((await ask('PUT', `${events}/${body.id}`, { body: span() })).body.summary).toBeUndefined()
  })
  test.each([
    ['with letters that its id may not have', { id: 'wxyz9' }, 'invalid'],
    ['with too short an id', { id: 'ab' }, 'invalid'],
    ['without an end', { end: undefined }, 'required'],
    ['that ends before it begins', span('2026-11-25T17:00:00Z', '2026-11-25T16:00:00Z'), 'timeRangeEmpty'],
    ['with a guest who has no address', { attendees: [{ email: 'nobody' }] }, 'invalid'],
  ])('%s is refused', async (_title, more, reason) => {
    const refused = await put(more)
    expect([refused.status, reasonOf(refused)]).toEqual([400, reason])
  })
  test('has its id for good, also when it is deleted', async () => {
    await put({ id: 'uh123' })
    expect(reasonOf(await put({ id: 'uh123' }))).toBe('duplicate')
    expect((await ask('DELETE', `${events}/uh123`)).status).toBe(204)
    expect(await ask('GET', `${events}/uh123`)).toMatchObject({ status: 200, body: { status: 'cancelled' } })
    expect([(await put({ id: 'uh123' })).status, (await ask('DELETE', `${events}/uh123`)).status, (await ask('DELETE', `${events}/uh999`)).status]).toEqual([409, 410, 404])
    expect(await ask('PATCH', `${events}/uh123`, { body: { status: 'confirmed' } })).toMatchObject({ status: 200, body: { status: 'confirmed', summary: 'Visita' } })
    expect((await put({ id: 'uh123' }, { as: 'd' })).status).toBe(200) // in another calendar it is another's
  })
  test('is changed only as it was seen, where somebody asks for that', async () => {
    const { body: { id, etag } } = await put()
    const change = (ifMatch: string) => ask('PATCH', `${events}/${id}`, { body: { summary: 'Otra' }, headers: { 'if-match': ifMatch } })
    expect([(await change('"1"')).status, (await change(etag)).status, (await change(etag)).status, (await change('*')).status]).toEqual([412, 200, 412, 200])
    expect((await ask('DELETE', `${events}/${id}`, { headers: { 'if-match': etag } })).status).toBe(412)
  })
  test('keeps the private properties that a change does not name', async () => {
    const { body: { id } } = await put({ extendedProperties: { private: { portero: 'a', other: 'b' } } })
    const { body } = await ask('PATCH', `${events}/${id}`, { body: { extendedProperties: { private: { other: 'c' } } } })
    expect(body.extendedProperties).toEqual({ private: { portero: 'a', other: 'c' } })
  })
  test('tells its guests only when it is asked to', async () => {
    const attendees = [{ email: 'ximena@correo.example' }, { email: mariana }]
    const { body: { id } } = await put({ attendees })
    expect(google.invitations()).toEqual([])
    await ask('PATCH', `${events}/${id}`, { body: { attendees: [...attendees, { email: 'beto@correo.example' }] }, query: { sendUpdates: 'all' } })
    await ask('DELETE', `${events}/${id}`, { query: { sendUpdates: 'all' } })
    expect(google.invitations().map(({ to, about }) => `${about} ${to}`)).toEqual(['changed ximena@correo.example', 'invited beto@correo.example', 'cancelled ximena@correo.example', 'cancelled beto@correo.example'])
  })
  test('that repeats keeps its hour on the wall when the clocks change', async () => {
    await put({ ...span('2027-03-08T17:00:00Z', '2027-03-08T18:00:00Z'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] })
    const { items } = (await list(whole)).body
    expect(items.map(({ start }: any) => start.dateTime)).toEqual(['2027-03-08T09:00:00-08:00', '2027-03-15T09:00:00-07:00'])
    expect(items.every(({ id, recurringEventId, start }: any) => id === `${recurringEventId}_${DateTime.fromISO(start.dateTime).toUTC().toFormat("yyyyMMdd'T'HHmmss'Z'")}`)).toBe(true)
    expect((await list()).body.items).toMatchObject([{ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] }])
  })
})

describe('a list', () => {
  const many = async (count: number): Promise<void> => {
    for (let each = 0; each < count; each++) google.calendar(mariana).put({ summary: String(each), start: { dateTime: '2026-11-25T17:00:00Z' }, end: { dateTime: '2026-11-25T18:00:00Z' } })
  }
  test('has pages, and says where to go on at the end of the last one only', async () => {
    await many(7)
    const seen: string[] = []
    let page: string | undefined
    for (let each = 0; each < 3; each++) {
      const { body } = await list({ ...whole, maxResults: '3', ...(page !== undefined && { pageToken: page }) })
      seen.push(...body.items.map(({ summary }: any) => summary))
      expect([body.nextPageToken !== undefined, body.nextSyncToken !== undefined]).toEqual([each < 2, each === 2])
      page = body.nextPageToken
    }
    expect(seen).toEqual(['0', '1', '2', '3', '4', '5', '6'])
  })
  test('is asked for its next page in the same words', async () => {
    await many(3)
    const { body: { nextPageToken: pageToken } } = await list({ ...whole, maxResults: '2' })
    expect((await list({ ...whole, maxResults: '3', pageToken })).status).toBe(400)
    expect((await list({ ...whole, maxResults: '2', pageToken })).status).toBe(200)
  })
  test('of what changed has what was deleted, and nothing twice', async () => {
    await many(2)
    const [first] = (await list(whole)).body.items
    const { nextSyncToken: syncToken } = (await list(whole)).body
    expect((await list({ ...whole, syncToken })).body.items).toEqual([])
    await ask('DELETE', `${events}/${first.id}`)
    const { body } = await list({ ...whole, syncToken })
    expect(body.items).toEqual([{ kind: 'calendar#event', etag: expect.any(String), id: first.id, status: 'cancelled' }])
    expect((await list({ ...whole, syncToken: body.nextSyncToken })).body.items).toEqual([])
    expect((await list({ singleEvents: 'true' })).body.items).toHaveLength(1)
  })
  test.each([['timeMin', '2026-11-01T00:00:00Z'], ['timeMax', '2026-12-01T00:00:00Z'], ['q', 'visita'], ['orderBy', 'updated'], ['updatedMin', '2026-11-01T00:00:00Z']])('since a time has no %s beside it', async (name, value) => {
    const { nextSyncToken: syncToken } = (await list(whole)).body
    expect((await list({ ...whole, syncToken, [name]: value })).status).toBe(400)
  })
  test('since a time that is forgotten is refused, and what was deleted before is told no more', async () => {
    await many(2)
    const { items: [first], nextSyncToken: syncToken } = (await list(whole)).body
    await ask('DELETE', `${events}/${first.id}`)
    google.killCursors(mariana)
    const gone = await list({ ...whole, syncToken })
    expect([gone.status, reasonOf(gone)]).toEqual([410, 'fullSyncRequired'])
    expect((await list(whole)).body.items).toMatchObject([{ summary: '1' }])
    expect((await list({ ...whole, syncToken: 'made-up' })).status).toBe(410)
    await ask('PATCH', `${events}/${first.id}`, { body: { status: 'confirmed' } })
    expect((await list(whole)).body.items).toMatchObject([{ summary: '1' }, { summary: '0' }]) // made anew by its id
  })
  test('from a time on has what ends later', async () => {
    await put()
    expect((await list({ ...whole, timeMin: '2026-11-25T17:30:00Z' })).body.items).toHaveLength(1)
    expect((await list({ ...whole, timeMin: '2026-11-25T18:00:00Z' })).body.items).toHaveLength(0)
  })
})

describe('free and busy', () => {
  const asked = (...ids: string[]) => ask('POST', '/freeBusy', { body: { timeMin: '2026-11-25T17:30:00Z', timeMax: '2026-11-25T20:00:00Z', items: ids.map((id) => ({ id })) } })
  test('is what takes time, cut to what was asked, and no more of it', async () => {
    await put()
    await put(span('2026-11-25T17:45:00Z', '2026-11-25T18:30:00Z'))
    await put({ ...span('2026-11-25T19:00:00Z', '2026-11-25T19:30:00Z'), transparency: 'transparent' })
    expect((await asked('primary')).body.calendars).toEqual({ primary: { busy: [{ start: '2026-11-25T17:30:00.000Z', end: '2026-11-25T18:30:00.000Z' }] } })
  })
  test('is an error beside a 200 where it can not be said', async () => {
    google.blind(mariana, true)
    const { status, body } = await asked('primary', diego)
    expect([status, body.calendars]).toMatchObject([200, { primary: { errors: [{ reason: 'internalError' }] }, [diego]: { errors: [{ reason: 'notFound' }] } }])
  })
})

describe('who may ask, and how often', () => {
  test('is who has a token that is good, for their own calendar', async () => {
    expect(reasonOf(await ask('GET', events, { as: 'nobody' }))).toBe('authError')
    tokens.delete('m')
    expect((await list()).status).toBe(401)
    expect((await ask('GET', `/calendars/${encodeURIComponent(mariana)}/events`, { as: 'd' })).status).toBe(404)
    expect((await ask('GET', '/calendars/primary', { as: 'd' })).body).toMatchObject({ id: diego, timeZone: 'America/Mexico_City' })
  })
  test('is said by what they allowed', async () => {
    tokens.set('m', { email: mariana, scopes: ['https://www.googleapis.com/auth/calendar.freebusy'] })
    expect([reasonOf(await put()), (await ask('POST', '/freeBusy', { body: { timeMin: '2026-11-25T17:00:00Z', timeMax: '2026-11-25T18:00:00Z', items: [] } })).status]).toEqual(['insufficientPermissions', 200])
  })
  test('is 600 times in any minute for one person', async () => {
    for (let each = 0; each < 600; each++) {
      clock.advance(50)
      expect((await google.routes['GET /calendar/v3/calendars/:calendar']!({ method: 'GET', path: '', query: {}, headers: { authorization: 'Bearer m' }, body: undefined, parts: { calendar: 'primary' }, lagMs: 0 })).status).toBe(200)
    }
    expect(reasonOf(await list())).toBe('userRateLimitExceeded')
    expect((await ask('GET', events, { as: 'd' })).status).toBe(200)
    clock.advance(30_000)
    expect((await list()).status).toBe(403)
    clock.advance(50)
    expect((await list()).status).toBe(200)
  })
  test('is as often as the project may, for all together', async () => {
    google.limit({ perProject: 2 })
    expect([(await list()).status, (await ask('GET', events, { as: 'd' })).status, reasonOf(await list())]).toEqual([200, 200, 'rateLimitExceeded'])
  })
})

describe('a channel', () => {
  type Heard = { headers: IncomingMessage['headers']; bytes: number }
  const listening = async (answer: () => number): Promise<{ url: string; heard: Heard[]; close(): void }> => {
    const heard: Heard[] = []
    const server = createServer((request, response) => {
      let bytes = 0
      request.on('data', (chunk: Buffer) => (bytes += chunk.length))
      request.on('end', () => {
        heard.push({ headers: request.headers, bytes })
        response.writeHead(answer()).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    return { url: `http://127.0.0.1:${portOf(server)}`, heard, close: () => (server.close(), server.closeAllConnections()) }
  }
  const watching = async (answer: () => number = () => 200) => {
    const ear = await listening(answer)
    await lab.close()
    google = makeGoogle({ clock, accounts: [{ email: mariana, zone: 'America/Tijuana' }], tokens: { whose: (bearer) => tokens.get(bearer) }, deliver: () => ear.url })
    lab = await openServer({ clock, port: 0, simulators: [google] })
    const watch = (more: object = {}) => ask('POST', `${events}/watch`, { body: { id: 'canal-1', type: 'web_hook', address: 'https://casas.example/avisos', token: 'secreto', ...more } })
    return { ...ear, watch }
  }

  test('says that it has begun, then that something changed, by headers alone', async () => {
    const { watch, heard, close } = await watching()
    const { body } = await watch()
    expect(body).toMatchObject({ kind: 'api#channel', id: 'canal-1', token: 'secreto', expiration: String(clock.now() + 7 * 86_400_000) })
    await google.silent()
    await put()
    await google.silent()
    expect(heard).toMatchObject([
      { bytes: 0, headers: { 'x-goog-channel-id': 'canal-1', 'x-goog-channel-token': 'secreto', 'x-goog-message-number': '1', 'x-goog-resource-state': 'sync', 'x-goog-resource-id': body.resourceId, 'x-goog-resource-uri': body.resourceUri, 'x-goog-channel-expiration': expect.stringMatching(/GMT$/) } },
      { bytes: 0, headers: { 'x-goog-message-number': '2', 'x-goog-resource-state': 'exists', 'content-length': '0' } },
    ])
    close()
  })
  test('lives until it ends or is stopped; others go on', async () => {
    const { watch, heard, close } = await watching()
    const { body: { resourceId } } = await watch({ expiration: String(clock.now() + 1_000) })
    await watch({ id: 'canal-2' })
    await google.silent()
    clock.advance(1_000)
    await put()
    await google.silent()
    expect(heard.slice(2).map(({ headers }) => headers['x-goog-channel-id'])).toEqual(['canal-2'])
    const stop = (id: string, resource = resourceId) => ask('POST', '/channels/stop', { body: { id, resourceId: resource } })
    expect([(await stop('canal-2', 'another')).status, (await stop('canal-2')).status, (await stop('canal-2')).status, (await stop('canal-1')).status]).toEqual([404, 204, 404, 404])
    await put()
    await google.silent()
    expect(heard).toHaveLength(3)
    close()
  })
  test('has an id that no other had, and an address that begins with https', async () => {
    const { watch, close } = await watching()
    await watch()
    expect(reasonOf(await watch())).toBe('channelIdNotUnique')
    await lab.close()
    google = makeGoogle({ clock, accounts: [{ email: mariana, zone: 'America/Tijuana' }], tokens: { whose: (bearer) => tokens.get(bearer) } })
    lab = await openServer({ clock, port: 0, simulators: [google] })
    expect(reasonOf(await watch({ address: 'http://casas.example/avisos' }))).toBe('push.webhookUrlNotHttps')
    close()
  })
  test('tries again where nobody could answer, and not where somebody refused', async () => {
    const answers = [503, 503, 200, 401, 200]
    const { watch, heard, close } = await watching(() => answers.shift() ?? 200)
    await watch()
    await google.silent()
    clock.advance(1_000)
    await google.silent()
    clock.advance(5_000)
    await google.silent()
    await put()
    await google.silent()
    clock.advance(3_600_000)
    await google.silent()
    expect(heard.map(({ headers }) => headers['x-goog-message-number'])).toEqual(['1', '1', '1', '2'])
    close()
  })
})

test('people of the lab put, move, delete, invite and break things', async () => {
  const control = async (name: string, body: object): Promise<any> => (await fetch(`${lab.url}/_lab/google/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json()
  const { id } = await control('put', { email: mariana, title: 'Dentista', start: '2026-11-25', end: '2026-11-26' })
  await control('move', { email: mariana, id, start: '2026-11-26', end: '2026-11-27' })
  await control('invite', { email: mariana, by: 'bruno@correo.example', title: 'Firma', start: Date.UTC(2026, 10, 25, 17), end: Date.UTC(2026, 10, 25, 18) })
  const { items } = (await list(whole)).body
  expect(items).toMatchObject([{ summary: 'Dentista', start: { date: '2026-11-26' } }, { summary: 'Firma', organizer: { email: 'bruno@correo.example' }, attendees: [{ email: 'bruno@correo.example' }, { email: mariana, self: true, responseStatus: 'needsAction' }] }])
  await control('delete', { email: mariana, id })
  await control('refuse', { with: 'quotaExceeded' })
  expect(reasonOf(await list())).toBe('quotaExceeded')
  expect((await list()).body.items).toHaveLength(1)
  expect(Object.keys(google.state() as object)).toEqual(['calendars', 'channels', 'pushes', 'invitations'])
})

const { GOOGLE_SPEC: spec } = process.env
if (spec !== undefined) test('all that was asked and answered is as Google has published it', () => {
  const judged = exchanges.map(publishedBy(spec))
  process.stderr.write(`${judged.length} exchanges, ${judged.reduce((sum, { things }) => sum + things, 0)} things compared with what Google has published\n`)
  expect([...new Set(judged.flatMap(({ faults }) => faults))]).toEqual([])
})
