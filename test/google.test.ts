import { createHash, createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import { scopes, settings } from '@portero/tool-server/connectors/google/settings.ts'
import type { Exchange } from './support/google-spec.ts'
import { publishedBy } from './support/google-spec.ts'
import { diego, mariana, openGoogle, publicBaseUrl, secrets, tour, type GoogleStage } from './support/google-stage.ts'

// The connector beside a Google that behaves and misbehaves like the real one, through the house's own way out and doors.
jest.setTimeout(120_000)
const exchanges: Exchange[] = []
let stage: GoogleStage
beforeEach(async () => {
  stage = await openGoogle({ exchanges })
})
afterEach(() => stage.end())

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const at = (hours: number): number => Date.UTC(2026, 10, 25, hours)
const events = '/calendar/v3/calendars/:calendar/events'
const requests = (on: string) => stage.desk.requests(on)
const standing = ({ done }: { done?: any }): { id: string; version: string } => ({ id: done.id, version: done.version })
const mine = (): any[] => (stage.google.state() as any).calendars.find(({ email }: any) => email === mariana).events
const ximena = { name: 'Ximena Aldrete', email: 'ximena.aldrete@correo.example' }

describe('a visit in the calendar', () => {
  test('stands where and when it is, says nothing to anybody, and has an id of its own for good', async () => {
    const { done } = await stage.put({})
    const digest = createHash('sha256').update(`${tour}:${mariana}`).digest()
    expect(done).toEqual({ id: expect.stringMatching(/^uh[a-v0-9]{52}$/), version: expect.any(String), isBooked: true, link: expect.stringMatching(/^https:/) })
    expect(base32hexOf((done as any).id.slice(2))).toEqual(digest)
    expect(mine()).toMatchObject([{ summary: 'Visita: Jacarandas 12', description: 'Viene Ximena.', location: 'Jacarandas 12', start: { dateTime: '2026-11-25T11:00:00-06:00' }, end: { dateTime: '2026-11-25T11:30:00-06:00' }, extendedProperties: { private: { portero: tour } } }])
    expect(stage.google.invitations()).toEqual([])
    expect(requests(`POST ${events}`)[0]).toMatchObject({ query: { sendUpdates: 'none' }, body: { start: { dateTime: '2026-11-25T17:00:00.000Z' } } })
    expect(JSON.stringify(requests(`POST ${events}`))).not.toMatch(/conference|hangout/i)
  })
  test('is one, also where the answer was lost', async () => {
    stage.desk.fault({ on: `POST ${events}`, fault: 'lost' })
    const first = await stage.put({})
    const second = await stage.put({})
    expect(mine()).toHaveLength(1)
    expect(first.done).toMatchObject({ isBooked: true })
    expect(second.done).toEqual(first.done)
    expect(requests(`PATCH ${events}/:event`)).toEqual([])
  })
  test('that people moved before we heard that it was put stays where they moved it, and says no version', async () => {
    const { done } = await stage.put({})
    await stage.follow(5_000)
    await stage.control('move', { email: mariana, id: (done as any).id, start: at(22), end: at(23) })
    const { version: _ours, ...known } = done as any
    expect((await stage.put({})).done).toEqual(known)
    expect(mine()).toMatchObject([{ start: { dateTime: '2026-11-25T16:00:00-06:00' } }])
  })
  test('that somebody deleted comes back, and one that stands as it was is changed', async () => {
    const put = await stage.put({})
    await stage.control('delete', { email: mariana, id: standing(put).id })
    const again = await stage.put({})
    expect([again.done, mine()]).toMatchObject([{ id: standing(put).id }, [{ status: 'confirmed', summary: 'Visita: Jacarandas 12' }]])
    await stage.put({ startsAt: at(20), endsAt: at(21) })
    expect(mine()).toMatchObject([{ start: { dateTime: '2026-11-25T14:00:00-06:00' } }])
  })
  test('moves, and keeps what its owner has made of it', async () => {
    const put = await stage.put({})
    const { revision } = stage.google.calendar(mariana).patch(standing(put).id, { colorId: '7' }).after
    const seen = { id: standing(put).id, version: `"${revision}"` }
    const moved = await stage.put({ standing: seen, startsAt: at(20), endsAt: at(21) })
    expect(moved.done).toMatchObject({ id: seen.id, isBooked: true })
    expect((moved.done as any).version).not.toBe(seen.version)
    expect(mine()).toMatchObject([{ colorId: '7', sequence: 1, start: { dateTime: '2026-11-25T14:00:00-06:00' } }])
  })
  test('that somebody changed meanwhile is left to whoever decides', async () => {
    const put = await stage.put({})
    await stage.control('move', { email: mariana, id: standing(put).id, start: at(22), end: at(23) })
    expect(await stage.put({ standing: standing(put), startsAt: at(20), endsAt: at(21) })).toMatchObject({ dead: { code: 'conflict', uncertain: false } })
    expect(mine()).toMatchObject([{ start: { dateTime: '2026-11-25T16:00:00-06:00' } }])
    await stage.control('delete', { email: mariana, id: standing(put).id })
    expect(await stage.put({ standing: standing(put) })).toMatchObject({ dead: { code: 'conflict' } })
    expect(mine()).toMatchObject([{ status: 'cancelled' }])
  })
  test('that moved, but whose answer was lost, has moved', async () => {
    const put = await stage.put({})
    stage.desk.fault({ on: `PATCH ${events}/:event`, fault: 'lost' })
    const moved = await stage.put({ standing: standing(put), startsAt: at(20), endsAt: at(21) })
    expect(moved.done).toMatchObject({ id: standing(put).id, isBooked: true, version: mine()[0].etag })
    expect(mine()).toMatchObject([{ sequence: 1 }])
  })
  test('invites only where Google is to write, and whom it has the address of', async () => {
    await stage.put({ guest: ximena })
    expect([stage.google.invitations(), mine()[0].attendees]).toEqual([[], undefined])
    const invited = await stage.put({ ours: '01997a3c-5b1e-7f20-8c44-2d9e6a1b7f04', invites: true, guest: ximena })
    await stage.put({ ours: '01997a3c-5b1e-7f20-8c44-2d9e6a1b7f05', invites: true, guest: { name: 'Sin Correo' } })
    const { id } = standing(invited)
    expect(stage.google.invitations()).toMatchObject([{ to: ximena.email, about: 'invited', event: id }])
    // Who answered has answered, and a colleague who came along stays.
    stage.google.calendar(mariana).patch(id, { attendees: [{ email: ximena.email, responseStatus: 'accepted' }, { email: diego, responseStatus: 'accepted' }] })
    const version = mine().find((event) => event.id === id).etag
    const moved = await stage.put({ ours: '01997a3c-5b1e-7f20-8c44-2d9e6a1b7f04', invites: true, guest: ximena, standing: { id, version }, startsAt: at(20), endsAt: at(21) })
    expect(mine().find((event) => event.id === id).attendees).toMatchObject([{ email: ximena.email, responseStatus: 'accepted' }, { email: diego, responseStatus: 'accepted' }])
    expect(stage.google.invitations().slice(1)).toMatchObject([{ to: ximena.email, about: 'changed' }, { to: diego, about: 'changed' }])
    await stage.drop({ ours: '01997a3c-5b1e-7f20-8c44-2d9e6a1b7f04', standing: standing(moved), invites: true })
    expect(stage.google.invitations().slice(3)).toMatchObject([{ to: ximena.email, about: 'cancelled' }, { to: diego, about: 'cancelled' }])
  })
  test('goes, whatever was made of it, and is gone when it is gone already', async () => {
    const put = await stage.put({})
    await stage.control('move', { email: mariana, id: standing(put).id, start: at(22), end: at(23) })
    expect(await stage.drop({ standing: standing(put) })).toMatchObject({ done: {} })
    expect(await stage.drop({ standing: standing(put) })).toMatchObject({ done: {} })
    expect(await stage.drop({ standing: { id: 'uhnothing' } })).toMatchObject({ done: {} })
    expect(requests(`DELETE ${events}/:event`).map(({ status }) => status)).toEqual([204, 410, 404])
    expect(mine()).toMatchObject([{ status: 'cancelled' }])
  })
})

test('whoever was invited by hand stays, when somebody is invited besides', async () => {
  const { id } = standing(await stage.put({}))
  const { revision } = stage.google.calendar(mariana).patch(id, { attendees: [{ email: diego, responseStatus: 'accepted' }] }).after
  await stage.put({ standing: { id, version: `"${revision}"` }, invites: true, guest: ximena })
  expect(mine()[0].attendees).toMatchObject([{ email: diego, responseStatus: 'accepted' }, { email: ximena.email, displayName: ximena.name }])
})

describe('when somebody is busy', () => {
  test('is what takes their time, in one list', async () => {
    await stage.control('put', { email: mariana, start: at(17), end: at(18) })
    await stage.control('put', { email: mariana, start: at(18), end: at(19) })
    await stage.control('put', { email: mariana, start: at(20), end: at(21), transparency: 'transparent' })
    await stage.control('invite', { email: mariana, by: 'bruno@correo.example', title: 'No voy', start: at(21), end: at(22), answer: 'declined' })
    expect(await stage.busy(at(16), at(24))).toEqual({ isKnown: true, stretches: [{ startsAt: at(17), endsAt: at(19) }] })
  })
  test('is not known where Google can not say, which is never free', async () => {
    await stage.control('blind', { email: mariana })
    expect(await stage.busy(at(16), at(24))).toEqual({ isKnown: false, stretches: [] })
  })
  test('of a calendar that is not theirs is not known', async () => {
    await stage.connect({ calendar: diego })
    expect(await stage.busy(at(16), at(24))).toEqual({ isKnown: false, stretches: [] })
  })
})

describe('what changed', () => {
  const told = (id: string) => stage.seen.filter((each) => each.id === id)
  test('is told within five minutes, each change once, and what is not theirs to tell is not told', async () => {
    await stage.follow(minute)
    const { id } = await stage.control('put', { email: mariana, title: 'Cita con la dentista', description: 'muela', start: at(17), end: at(18) })
    await stage.follow(5 * minute)
    expect(stage.seen).toEqual([{ id, is: 'there', startsAt: at(17), endsAt: at(18), isBusy: true, version: expect.any(String) }])
    await stage.control('move', { email: mariana, id, start: at(19), end: at(20) })
    await stage.follow(5 * minute)
    await stage.control('delete', { email: mariana, id })
    await stage.follow(15 * minute)
    expect(stage.seen.slice(1)).toEqual([{ id, is: 'there', startsAt: at(19), endsAt: at(20), isBusy: true, version: expect.any(String) }, { id, is: 'gone' }])
  })
  test('of ours is known as ours, moved and deleted, but a copy of it is not', async () => {
    const { id } = standing(await stage.put({}))
    await stage.control('put', { email: mariana, start: at(22), end: at(23), id: 'c0p1a', extendedProperties: { private: { portero: tour } } })
    await stage.follow(5 * minute)
    await stage.control('move', { email: mariana, id, start: at(19), end: at(20) })
    await stage.follow(5 * minute)
    expect(told(id).map((each) => ('startsAt' in each ? [each.ours, each.startsAt] : each.is))).toEqual([[tour, at(17)], [tour, at(19)]])
    expect(told('c0p1a')[0]).not.toHaveProperty('ours')
  })
  test('of a meeting with others says who and what, but not what is private', async () => {
    await stage.control('invite', { email: mariana, by: 'bruno.cantu@correo.example', title: 'Firma del contrato', start: at(17), end: at(18) })
    await stage.control('put', { email: mariana, start: at(19), end: at(20), title: 'Con mi abogada', visibility: 'private', attendees: [{ email: 'abogada@correo.example' }] })
    await stage.follow(minute)
    expect(stage.seen).toMatchObject([{ title: 'Firma del contrato', guests: ['bruno.cantu@correo.example'] }, { guests: ['abogada@correo.example'] }])
    expect(stage.seen[1]).not.toHaveProperty('title')
  })
  test('that lasts whole days is busy in the zone of the calendar', async () => {
    await stage.end()
    stage = await openGoogle({ zone: 'America/Tijuana', exchanges })
    await stage.control('put', { email: mariana, start: '2027-03-13', end: '2027-03-15' }) // over the night in which the clocks there go forward
    await stage.control('put', { email: mariana, start: '2026-12-01', end: '2026-12-02', eventType: 'workingLocation' })
    await stage.follow(minute)
    expect(stage.seen).toMatchObject([{ startsAt: Date.UTC(2027, 2, 13, 8), endsAt: Date.UTC(2027, 2, 15, 7), isBusy: true }, { startsAt: Date.UTC(2026, 11, 1, 8), isBusy: false }])
  })
  test('that repeats is told each time that it takes place, and each time that it does not', async () => {
    await stage.follow(minute)
    const { id } = await stage.control('put', { email: mariana, start: at(17), end: at(18), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] })
    await stage.follow(5 * minute)
    expect(stage.seen.map((each) => [each.id, 'startsAt' in each && each.startsAt])).toEqual([[`${id}_20261125T170000Z`, at(17)], [`${id}_20261202T170000Z`, at(17) + 7 * day], [`${id}_20261209T170000Z`, at(17) + 14 * day]])
    await stage.control('delete', { email: mariana, id: `${id}_20261202T170000Z` })
    await stage.follow(5 * minute)
    expect(stage.seen.slice(3)).toEqual([{ id: `${id}_20261202T170000Z`, is: 'gone' }])
    await stage.control('delete', { email: mariana, id })
    await stage.follow(5 * minute)
    expect(stage.seen.slice(4)).toEqual([{ id: `${id}_20261125T170000Z`, is: 'gone' }, { id: `${id}_20261209T170000Z`, is: 'gone' }])
  })
  test('is told although the time until which it was told is forgotten, and what vanished meanwhile too', async () => {
    const kept = await stage.control('put', { email: mariana, start: at(17), end: at(18) })
    const lost = await stage.control('put', { email: mariana, start: at(19), end: at(20) })
    await stage.follow(minute)
    await stage.control('delete', { email: mariana, id: lost.id })
    await stage.control('kill-cursors', { email: mariana })
    const before = stage.seen.length
    await stage.follow(11 * minute)
    expect(requests(`GET ${events}`).map(({ status }) => status)).toContain(410)
    expect(stage.seen.slice(before).map(({ id, is }) => [id, is])).toEqual([[kept.id, 'there'], [lost.id, 'gone']])
  })
  test('is told in full when a page of it is forgotten on the way', async () => {
    for (let each = 0; each < 260; each++) stage.google.calendar(mariana).put({ start: { dateTime: '2026-12-01T17:00:00Z' }, end: { dateTime: '2026-12-01T18:00:00Z' } })
    stage.desk.fault({ on: `GET ${events}`, fault: 'slow' })
    const pulled = stage.house.worker.settle()
    await stage.desk.arrived(`GET ${events}`)
    stage.desk.fault({ on: `GET ${events}`, fault: 'away' }) // so that it stops after the first page
    stage.desk.release()
    await pulled
    await stage.control('kill-cursors', { email: mariana })
    await stage.follow(30 * minute)
    expect(new Set(stage.seen.map(({ id }) => id)).size).toBe(260)
  })
  test('of ten thousand is told in pages, at most two hundred at once, and no call is refused', async () => {
    const { put } = stage.google.calendar(mariana)
    for (let each = 0; each < 10_000; each++) put({ summary: `cita ${each}`, start: { dateTime: new Date(at(0) + each * hour).toISOString() }, end: { dateTime: new Date(at(1) + each * hour).toISOString() } })
    await stage.follow(2 * minute, 1_000)
    expect(stage.seen).toHaveLength(10_000)
    expect(new Set(stage.seen.map(({ id }) => id)).size).toBe(10_000)
    expect(requests(`GET ${events}`).every(({ status }) => status === 200)).toBe(true)
    expect(requests(`GET ${events}`)).toHaveLength(40)
  })
  test('long ago is left alone, and a week later all is looked at anew', async () => {
    stage.google.calendar(mariana).put({ start: { dateTime: '2025-01-10T17:00:00Z' }, end: { dateTime: '2025-01-10T18:00:00Z' } })
    await stage.control('put', { email: mariana, start: at(17), end: at(18) })
    await stage.follow(minute)
    expect(stage.seen).toHaveLength(1)
    await stage.follow(7 * day, 6 * hour)
    expect(requests(`GET ${events}`).filter(({ query }) => query['timeMin'] !== undefined).length).toBeGreaterThanOrEqual(2)
    expect(requests(`GET ${events}`).every(({ query }) => (query['timeMin'] === undefined) !== (query['syncToken'] === undefined))).toBe(true)
    expect(stage.seen.every(({ is }) => is === 'there')).toBe(true)
  })
})

describe('to be told of what changes', () => {
  test('there is a channel with a token of its own, whose beginning is nothing and whose word is a ping', async () => {
    await stage.follow()
    const [channel] = stage.google.channels()
    const { id } = await stage.connection()
    expect(channel).toMatchObject({ address: `${publicBaseUrl}/webhooks/google/${id}`, token: createHmac('sha256', secrets.new).update(channel!.id).digest('hex') })
    expect([stage.google.pushes(), stage.pings]).toMatchObject([[{ state: 'sync', statuses: [200] }], []])
    await stage.control('put', { email: mariana, start: at(17), end: at(18) })
    await stage.follow()
    expect([stage.google.pushes().at(-1), stage.pings]).toMatchObject([{ state: 'exists', statuses: [200] }, [stage.clock.now()]])
  })
  test('the next channel begins before the last one ends, which is stopped then: never none, and never two for long', async () => {
    await stage.follow()
    for (let each = 0; each < 40; each++) {
      await stage.follow(12 * hour, 12 * hour)
      expect(stage.google.channels()).toHaveLength(1)
    }
    const stops = requests('POST /calendar/v3/channels/stop').map(({ status }) => status)
    expect(stops.filter((status) => status === 204).length).toBeGreaterThanOrEqual(4)
    const made = requests(`POST ${events}/watch`)
    expect(made.every(({ status }) => status === 200)).toBe(true)
    expect(made.length).toBeLessThan(10)
    // Each was made while the one before it still told.
    const channels = (stage.google.state() as any).channels
    made.slice(1).forEach(({ at: begun }, index) => expect(begun).toBeLessThan(channels[index].expiresAt))
  })
  const disconnect = async (): Promise<object> => stage.house.connecting.disconnect({ tenant: stage.house.tenant, by: 'staff' }, (await stage.connection()).id)
  test('whoever is disconnected is told of no more: the channel stops, and so does what was left of the one before', async () => {
    await stage.follow(2 * day, 6 * hour)
    expect(await disconnect()).toEqual({})
    expect([stage.google.channels(), (await stage.house.connections.all(stage.house.db.bare)).length]).toEqual([[], 0])
    await stage.follow(4 * day, 12 * hour)
    expect(stage.google.channels()).toEqual([])
  })
  test.each(['down', 'slow'] as const)('a vendor that is %s keeps nobody from being disconnected', async (fault) => {
    stage.desk.fault({ on: '*', fault, times: 100 })
    const on = 'POST /calendar/v3/calendars/:calendar/events/watch'
    const before = requests(on).length
    const ended = disconnect()
    if (fault === 'slow') {
      await stage.desk.arrived(on, before + 1)
      stage.clock.advance(5_000)
    }
    await ended
    expect(await stage.house.connections.all(stage.house.db.bare)).toEqual([])
    stage.desk.clearFaults()
    if (fault === 'slow') stage.desk.release()
  })
  test('a channel whose answer was lost is not made twice', async () => {
    await stage.end()
    stage = await openGoogle({ exchanges })
    stage.desk.fault({ on: `POST ${events}/watch`, fault: 'lost' })
    await stage.follow(10 * minute)
    expect(requests(`POST ${events}/watch`).map(({ status }) => status)).toEqual([undefined, 400])
    expect(stage.google.channels()).toHaveLength(1)
  })
  test('a new secret makes a new channel and stops the one before it; what came by the old one is believed until then', async () => {
    await stage.follow()
    const [before] = stage.google.channels()
    await stage.connect({ pushSecrets: [secrets.old.replace('viejo', 'nuevo-2'), secrets.new] })
    await stage.control('put', { email: mariana, start: at(17), end: at(18) })
    await stage.follow()
    expect(stage.google.pushes().at(-1)).toMatchObject({ statuses: [200] })
    await stage.house.db.bare.updateTable('job').set({ run_at: new Date(stage.clock.now()) as never }).where('kind', '=', 'watch').execute()
    await stage.follow(minute)
    expect(stage.google.channels()).toHaveLength(1)
    expect(stage.google.channels()[0]!.id).not.toBe(before!.id)
  })
  test('nobody else is believed, and the same word twice is one', async () => {
    await stage.follow()
    const [channel] = stage.google.channels()
    const { id } = await stage.connection()
    const say = (headers: Record<string, string>) => request(stage.house.doors).post(`/webhooks/google/${id}`).set({ 'x-goog-channel-id': channel!.id, 'x-goog-channel-token': channel!.token!, 'x-goog-message-number': '77', 'x-goog-resource-state': 'exists', ...headers })
    expect((await say({ 'x-goog-channel-token': createHmac('sha256', 'somebody').update(channel!.id).digest('hex') })).status).toBe(401)
    expect((await say({ 'x-goog-channel-id': 'another-channel' })).status).toBe(401)
    expect((await say({})).body).toMatchObject({ repeated: false })
    expect((await say({})).body).toMatchObject({ repeated: true })
    expect((await say({ 'x-goog-message-number': '78' })).body).toMatchObject({ repeated: false })
    await stage.follow()
    expect(stage.pings).toHaveLength(2)
  })
  test('what no push tells is pulled', async () => {
    await stage.follow(minute)
    await stage.control('drop-pushes', { times: 5 })
    await stage.control('put', { email: mariana, start: at(17), end: at(18) })
    await stage.follow(5 * minute)
    expect([stage.pings.length, stage.seen.length]).toEqual([0, 1])
  })
  test('an address without https is not told, and nothing is amiss', async () => {
    await stage.end()
    stage = await openGoogle({ exchanges, https: false })
    await stage.follow(minute)
    expect(stage.google.channels()).toEqual([])
    const { rows } = await sql<{ state: string }>`select state from job where kind = 'watch'`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ state: 'scheduled' }])
  })
})

describe('what Google refuses', () => {
  test('for a while is waited for, and spends no attempt', async () => {
    await stage.follow()
    await stage.control('refuse', { with: 'rateLimitExceeded', times: 2 })
    const { done } = await stage.put({})
    expect(done).toMatchObject({ isBooked: true })
    expect(requests(`POST ${events}`).map(({ status }) => status)).toEqual([403, 403, 200])
    const { rows } = await sql<{ attempts: number }>`select attempts from job where name = 'calendar.put-event'`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ attempts: 0 }])
  })
  test('because of what they did not allow is a matter of consent', async () => {
    await stage.end()
    stage = await openGoogle({ exchanges, scopes: ['https://www.googleapis.com/auth/calendar.freebusy'] })
    await stage.follow()
    const { rows } = await sql<{ name: string; error_code: string }>`select name, error_code from job where kind in ('pull', 'watch') order by name`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ name: 'changes', error_code: 'disconnected' }, { name: 'google', error_code: 'disconnected' }])
    expect(await stage.busy(at(16), at(24))).toMatchObject({ isKnown: true })
  })
  test('our scopes are enough for all that we do', async () => {
    await stage.end()
    stage = await openGoogle({ exchanges, scopes })
    const put = await stage.put({})
    await stage.put({ standing: standing(put), startsAt: at(20), endsAt: at(21) })
    await stage.drop({ standing: standing(put) })
    await stage.busy(at(16), at(24))
    await stage.follow(4 * day, 12 * hour)
    expect(stage.desk.requests().filter(({ status }) => status === 403 || status === 401)).toEqual([])
    expect(await google.consent!.who(async ({ method, path }) => {
      const response = await fetch(`${stage.url}/google/calendar/v3${path}`, { method, headers: { authorization: 'Bearer ya29.mariana' } })
      return { status: response.status, headers: {}, body: await response.json() }
    })).toBe(mariana)
  })
})

test('settings say where the access comes from, and know no other way', () => {
  const granted = (grant: object) => settings.safeParse({ grant, pushSecrets: [secrets.new] })
  const base = { baseUrl: 'https://www.googleapis.com/calendar/v3', calendar: 'primary' }
  expect(granted({ by: 'person' }).data).toMatchObject(base)
  const from = (grant: object) => (google.auth.kind === 'token' ? google.auth.from(granted(grant).data) : undefined)
  expect(from({ by: 'given', token: 't' })).toEqual({ by: 'given', token: 't' })
  expect(from({ by: 'person' })).toEqual({ by: 'person', server: { issuer: 'https://accounts.google.com' } })
  expect(from({ by: 'signed', email: 'portero@proyecto.iam.gserviceaccount.com', privateKey: 'k', forWhom: mariana })).toEqual({ by: 'signed', email: 'portero@proyecto.iam.gserviceaccount.com', privateKey: 'k', forWhom: mariana, tokenUrl: 'https://oauth2.googleapis.com/token', scopes })
  expect([granted({ by: 'app' }).success, settings.safeParse({ grant: { by: 'person' }, pushSecrets: ['short'] }).success]).toEqual([false, false])
})

// RFC 4648, section 7, from its own alphabet.
const base32hexOf = (text: string): Buffer => {
  const bits = text.split('').map((digit) => '0123456789abcdefghijklmnopqrstuv'.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.slice(0, 256).match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

// Only whoever has Google's description can compare with it: it is not ours to ship.
const { GOOGLE_SPEC: spec } = process.env
if (spec !== undefined) test('all that was asked and answered is as Google has published it', () => {
  const judged = exchanges.map(publishedBy(spec))
  process.stderr.write(`${judged.length} exchanges, ${judged.reduce((sum, { things }) => sum + things, 0)} things compared with what Google has published\n`)
  expect([...new Set(judged.flatMap(({ faults }) => faults))]).toEqual([])
})
afterAll(() => void (exchanges.length = 0))
