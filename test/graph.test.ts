import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { clientState } from '@portero/tool-server/connectors/graph/webhook.ts'
import { dropEvent, putEvent } from '@portero/tool-server/domain/ports/calendar.ts'
import { judgedBySpec, type Exchange } from './support/graph-schema.ts'
import { account, at, openGraph, pushSecrets, type GraphStage } from './support/graph-stage.ts'

// The connector against the lab's Graph, through the house itself.
let stage: GraphStage
const exchanges: Exchange[] = []
beforeEach(async () => void (stage = await openGraph({ exchanges })))
afterEach(() => stage.close())
judgedBySpec(exchanges)

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const ours = '0193a5c2-7d10-7c3e-9a44-5b1f0e2d8c61'
const startsAt = Date.UTC(2026, 10, 25, 17)
const visit = { ours, title: 'Visita: Roma 302', body: 'Viene Renata', location: 'Tonalá 125', startsAt, endsAt: startsAt + 30 * minute, zone: 'America/Tijuana', guest: { name: 'Renata', email: 'renata@correo.example' }, invites: false }
const put = async (args: object = {}, key = 'visit:put'): Promise<any> => {
  await stage.send(putEvent, { ...visit, ...args }, key)
  return stage.answers.at(-1)
}
const standing = (): any[] => stage.graph.events(account)
const ofVisits = (): any[] => standing().filter(({ properties }) => properties.length > 0)
const named = (subject: string): any => standing().find((event) => event.subject === subject)

describe('a visit of ours', () => {
  test('stands in the calendar under our id, and nobody is written to', async () => {
    const { done } = await put()
    expect(done).toMatchObject({ isBooked: true, version: expect.stringMatching(/^W\/"/), link: expect.stringMatching(/^https:/) })
    expect(standing()).toMatchObject([{ id: done.id, subject: 'Visita: Roma 302', startsAt, endsAt: startsAt + 30 * minute, showAs: 'busy', attendees: [], transactionId: ours, properties: [{ value: ours }] }])
    expect(stage.graph.invitations()).toEqual([])
  })
  test('is what the calendar itself writes to the guest of, where it is to', async () => {
    const { done } = await put({ invites: true })
    expect(stage.graph.invitations()).toEqual([{ to: 'renata@correo.example', about: 'Visita: Roma 302', kind: 'request' }])
    await put({ invites: true, startsAt: startsAt + day, endsAt: startsAt + day + 30 * minute, standing: { id: done.id, version: done.version } }, 'visit:move')
    expect(standing()).toMatchObject([{ id: done.id, startsAt: startsAt + day }])
    expect(stage.graph.invitations().slice(1)).toMatchObject([{ kind: 'update' }])
    await stage.send(dropEvent, { ours, standing: { id: done.id }, invites: true, reason: 'Se canceló la visita' }, 'visit:drop')
    expect(standing()).toEqual([])
    expect(stage.graph.invitations().slice(2)).toMatchObject([{ to: 'renata@correo.example', kind: 'cancel', comment: 'Se canceló la visita' }])
  })
  test('is made once where the answer is lost', async () => {
    stage.desk.fault({ on: 'POST /v1.0/users/:user/events', fault: 'lost' })
    await put()
    await stage.pass(minute)
    expect(stage.answers).toMatchObject([{ done: { id: standing()[0].id } }])
    expect(standing()).toHaveLength(1)
    expect(stage.desk.requests('POST /v1.0/users/:user/events')).toHaveLength(1) // it was found instead
  })
  test('is not taken for moved, where the answer is lost before anything was done', async () => {
    const { done } = await put()
    stage.desk.fault({ on: 'PATCH /v1.0/users/:user/events/:event', fault: 'down' })
    await put({ startsAt: startsAt + hour, endsAt: startsAt + 2 * hour, standing: { id: done.id, version: done.version } }, 'visit:move')
    await stage.pass(minute)
    expect(standing()).toMatchObject([{ startsAt: startsAt + hour, endsAt: startsAt + 2 * hour, version: 2 }])
    expect(stage.answers.at(-1)).toMatchObject({ done: { id: done.id } })
  })
  test('that somebody changed meanwhile is a conflict, and stays theirs', async () => {
    const { done } = await put()
    await stage.by('change', { email: account, event: done.id, subject: 'Mía' })
    expect(await put({ title: 'Nuestra', standing: { id: done.id, version: done.version } }, 'visit:again')).toMatchObject({ dead: { code: 'conflict', uncertain: false } })
    expect(standing()).toMatchObject([{ subject: 'Mía' }])
  })
  test('that somebody deleted is made anew', async () => {
    const { done } = await put()
    await stage.by('delete', { email: account, event: done.id })
    const again = await put({ standing: { id: done.id, version: done.version } }, 'visit:again')
    expect(again.done.id).not.toBe(done.id)
    expect(ofVisits()).toMatchObject([{ id: again.done.id }])
  })
  test('that somebody deleted before we heard that it was made is made anew, once', async () => {
    const { done } = await put()
    await stage.by('delete', { email: account, event: done.id })
    const again = await put({}, 'visit:again')
    expect(ofVisits()).toMatchObject([{ id: again.done.id, startsAt }])
    expect((await put({}, 'visit:once-more')).done.id).toBe(again.done.id)
    expect(ofVisits()).toHaveLength(1)
  })
  test('that stands under another id by now is changed there', async () => {
    const first = (await put()).done
    const { status } = await stage.ask('POST', '/me/events', { subject: 'La misma, movida', ...at('2026-11-26T17:00:00', '2026-11-26T18:00:00'), singleValueExtendedProperties: [{ id: 'String {6f2d5c1e-8a47-4c0b-9f3a-2b7e41d09c55} Name PorteroId', value: ours }] })
    expect(status).toBe(201)
    await stage.by('delete', { email: account, event: first.id })
    const again = await put({ standing: { id: first.id } }, 'visit:again')
    expect(ofVisits()).toMatchObject([{ id: again.done.id, subject: 'Visita: Roma 302', startsAt }])
  })
  test('is dropped, and dropped again', async () => {
    const { done } = await put()
    for (const key of ['one', 'two']) await stage.send(dropEvent, { ours, standing: { id: done.id }, invites: false, reason: 'da igual' }, `visit:drop:${key}`)
    expect(stage.answers.slice(1)).toMatchObject([{ done: {} }, { done: {} }])
    expect(standing()).toEqual([])
    await stage.send(dropEvent, { ours, standing: { id: (await put({}, 'visit:second')).done?.id ?? 'none' }, invites: true, reason: 'sin invitados' }, 'visit:drop:three')
    expect(standing()).toEqual([])
  })
})

describe('when somebody is busy', () => {
  const on = (subject: string, from: string, to: string, more: object = {}) => stage.by('put', { email: account, subject, ...at(`2026-11-25T${from}:00`, `2026-11-25T${to}:00`), ...more })
  test('is what takes their time, and nothing else', async () => {
    await on('Cita', '17:00', '18:00')
    await on('Tal vez', '18:00', '18:30', { showAs: 'tentative' })
    await on('Fuera', '20:00', '21:00', { showAs: 'oof' })
    await on('Libre', '22:00', '23:00', { showAs: 'free' })
    await on('En otro lado', '22:00', '23:00', { showAs: 'workingElsewhere' })
    await on('No voy', '22:00', '23:00', { response: 'declined' })
    expect(await stage.busy(startsAt, startsAt + day)).toEqual({ isKnown: true, stretches: [{ startsAt, endsAt: startsAt + hour }, { startsAt: startsAt + hour, endsAt: startsAt + 1.5 * hour }, { startsAt: startsAt + 3 * hour, endsAt: startsAt + 4 * hour }] })
  })
  test('is unknown, and not free, where it cannot be said', async () => {
    await on('Cita', '17:00', '18:00')
    await stage.by('schedule', { email: account, isKnown: false })
    expect(await stage.busy(startsAt, startsAt + day)).toEqual({ isKnown: false, stretches: [] })
  })
  test('is asked by the month', async () => {
    await stage.by('put', { email: account, ...at('2027-01-20T17:00:00', '2027-01-20T18:00:00') })
    expect(await stage.busy(startsAt, startsAt + 60 * day)).toMatchObject({ isKnown: true, stretches: [{ startsAt: Date.UTC(2027, 0, 20, 17) }] })
    const asked = stage.desk.requests('POST /v1.0/users/:user/calendar/getSchedule').map(({ body }: any) => (Date.parse(`${body.endTime.dateTime}Z`) - Date.parse(`${body.startTime.dateTime}Z`)) / day)
    expect(asked).toEqual([31, 29])
  })
})

describe('what people do in their calendar', () => {
  const events = () => stage.seen.map((event) => [event.id, event.is])
  test('is told at once', async () => {
    const { id } = await stage.by('put', { email: account, subject: 'Dentista', ...at('2026-11-25T17:00:00', '2026-11-25T18:00:00') })
    await stage.pass(1_000)
    expect(stage.seen).toEqual([{ id, is: 'there', startsAt, endsAt: startsAt + hour, isBusy: true, version: expect.any(String) }])
    await stage.by('move', { email: account, event: id, start: { dateTime: '2026-11-25T12:00:00', timeZone: 'Pacific Standard Time (Mexico)' } })
    await stage.pass(1_000)
    expect(stage.seen.at(-1)).toMatchObject({ id, startsAt: Date.UTC(2026, 10, 25, 20), endsAt: Date.UTC(2026, 10, 25, 21) })
    await stage.by('delete', { email: account, event: id })
    await stage.pass(1_000)
    expect(stage.seen.at(-1)).toEqual({ id, is: 'gone' })
  })
  test('is found within minutes where pushes are lost', async () => {
    await stage.by('drop-pushes')
    await stage.by('put', { email: account, ...at('2026-11-25T17:00:00', '2026-11-25T18:00:00') })
    await stage.pass(1_000)
    expect(stage.seen).toEqual([])
    await stage.pass(5 * minute)
    expect(stage.seen).toHaveLength(1)
  })
  test('is each occurrence of a series, as busy as the series is', async () => {
    const one = await stage.by('put', { email: account, subject: 'Gimnasio', showAs: 'free', ...at('2026-11-25T13:00:00', '2026-11-25T14:00:00'), every: { days: 7, times: 3 } })
    await stage.pass(1_000)
    expect(stage.seen).toMatchObject([0, 7, 14].map((days) => ({ is: 'there', isBusy: false, startsAt: Date.UTC(2026, 10, 25 + days, 13) })))
    expect(stage.seen.map(({ id }) => id)).not.toContain(one.id)
  })
  test('is a day off from midnight to midnight where it was made', async () => {
    const off = { start: { dateTime: '2026-11-27T00:00:00', timeZone: 'Pacific Standard Time (Mexico)' }, end: { dateTime: '2026-11-28T00:00:00', timeZone: 'Pacific Standard Time (Mexico)' } }
    await stage.by('put', { email: account, subject: 'Descanso', isAllDay: true, showAs: 'oof', ...off })
    await stage.pass(1_000)
    expect(stage.seen).toMatchObject([{ startsAt: Date.UTC(2026, 10, 27, 8), endsAt: Date.UTC(2026, 10, 28, 8), isBusy: true }])
  })
  test('is never what an appointment of their own is about', async () => {
    await stage.by('put', { email: account, subject: 'Terapia', ...at('2026-11-25T17:00:00', '2026-11-25T18:00:00') })
    await stage.by('put', { email: account, subject: 'Firma', ...at('2026-11-25T19:00:00', '2026-11-25T20:00:00'), attendees: [{ emailAddress: { address: 'Octavio@correo.example' } }, { emailAddress: { address: account } }, { type: 'resource', emailAddress: { address: 'sala@urbanhub.example' } }] })
    await stage.by('put', { email: account, subject: 'Con mi abogada', sensitivity: 'private', ...at('2026-11-25T21:00:00', '2026-11-25T22:00:00'), attendees: [{ emailAddress: { address: 'abogada@correo.example' } }] })
    await stage.pass(1_000)
    expect(stage.seen.map((event) => (event.is === 'there' && event.guests ? [event.title, event.guests] : []))).toEqual([[], ['Firma', ['octavio@correo.example']], [undefined, ['abogada@correo.example']]])
  })
  test('takes no time where it was declined, and is gone where it was called off', async () => {
    const meeting = { email: account, ...at('2026-11-25T17:00:00', '2026-11-25T18:00:00'), response: 'accepted', attendees: [{ emailAddress: { address: 'jefa@urbanhub.example' } }] }
    const { id } = await stage.by('put', meeting)
    const other = await stage.by('put', meeting)
    await stage.by('change', { email: account, event: id, response: 'declined' })
    await stage.by('change', { email: account, event: other.id, isCancelled: true })
    await stage.pass(1_000)
    expect(stage.seen).toMatchObject([{ id, is: 'there', isBusy: false }, { id: other.id, is: 'gone' }])
  })
  test('is ours where it carries our id, and not where somebody else has used a transaction', async () => {
    const { done } = await put()
    await stage.pass(1_000)
    expect(stage.seen).toMatchObject([{ id: done.id, ours }])
    const theirs = await stage.by('put', { email: account, ...at('2026-11-25T20:00:00', '2026-11-25T21:00:00'), transactionId: 'eb739cec-0652-41ee-b169-22102aa1570b' })
    await stage.pass(1_000)
    expect(stage.seen.at(-1)).toMatchObject({ id: theirs.id, isBusy: true })
    expect(stage.seen.at(-1)).not.toHaveProperty('ours')
  })
  test('is moved, and not gone, when it is moved far away', async () => {
    const { done } = await put()
    await stage.pass(1_000)
    await stage.by('move', { email: account, event: done.id, start: { dateTime: '2027-06-01T17:00:00', timeZone: 'UTC' } })
    await stage.pass(1_000)
    expect(stage.seen.at(-1)).toMatchObject({ id: done.id, is: 'there', ours, startsAt: Date.UTC(2027, 5, 1, 17) })
  })
  test('is told day after day for the next 62, and what has passed is not gone', async () => {
    await stage.by('put', { email: account, subject: 'Hoy', ...at('2026-11-23T20:00:00', '2026-11-23T21:00:00') })
    await stage.by('put', { email: account, subject: 'Lejos', ...at('2027-01-25T17:00:00', '2027-01-25T18:00:00') })
    await stage.pass(1_000)
    expect(events()).toEqual([[named('Hoy').id, 'there']])
    for (let days = 0; days < 3; days++) await stage.pass(day)
    expect(Object.fromEntries(events())).toEqual({ [named('Hoy').id]: 'there', [named('Lejos').id]: 'there' })
  })
  test('is told though it was deleted between two rounds', async () => {
    const { id } = await stage.by('put', { email: account, ...at('2026-11-27T17:00:00', '2026-11-27T18:00:00') })
    await stage.pass(1_000)
    await stage.by('drop-pushes')
    await stage.by('delete', { email: account, event: id })
    await stage.pass(day)
    expect(stage.seen.at(-1)).toEqual({ id, is: 'gone' })
  })
  test('comes in pages, and anew where the cursor has died', async () => {
    await stage.by('drop-pushes')
    for (let at = 0; at < 60; at++) await stage.by('put', { email: account, start: { dateTime: `2026-12-01T${String(at % 24).padStart(2, '0')}:00:00`, timeZone: 'UTC' }, end: { dateTime: `2026-12-02T00:00:00`, timeZone: 'UTC' } })
    await stage.pass(5 * minute)
    expect(new Set(stage.seen.map(({ id }) => id)).size).toBe(60)
    const [lost] = standing()
    await stage.by('delete', { email: account, event: lost.id })
    await stage.by('kill-cursors')
    stage.seen.length = 0
    await stage.pass(5 * minute)
    expect(stage.seen.filter(({ is }) => is === 'gone')).toEqual([{ id: lost.id, is: 'gone', swept: true }])
    expect(new Set(stage.seen.flatMap(({ id, is }) => (is === 'there' ? [id] : []))).size).toBe(59)
    const asked = stage.desk.requests('GET /v1.0/users/:user/calendarView/delta')
    expect(asked.every(({ headers }) => headers['prefer']?.includes('odata.maxpagesize=50'))).toBe(true)
  })
})

describe('the subscription', () => {
  const subscriptions = () => stage.graph.subscriptions()
  test.each(['down', undefined] as const)('ends when the mailbox is disconnected, which nothing stops (Microsoft is %s)', async (fault) => {
    await stage.pass(0)
    expect(subscriptions()).toHaveLength(1)
    if (fault) stage.desk.fault({ on: '*', fault, times: 100 })
    const { connecting, connections, db, tenant } = stage.house
    const [connection] = await connections.all(db.bare)
    expect(await connecting.disconnect({ tenant, by: 'staff' }, connection!.id)).toEqual({})
    expect([subscriptions().length, await connections.all(db.bare)]).toEqual([fault ? 1 : 0, []])
    stage.desk.clearFaults()
  })
  test('is one for the mailbox, at one address, and says what only the two of us know', () => {
    const [one, ...more] = subscriptions()
    expect(more).toEqual([])
    expect(one).toMatchObject({ clientState: clientState(pushSecrets[0]!), changeType: 'created,updated,deleted', resource: `users/${encodeURIComponent(account)}/events` })
    expect(one?.notificationUrl).toMatch(new RegExp(`^https://portero.example/webhooks/graph/${stage.connection.id}\\?key=[0-9a-f]{8}$`))
    expect(one?.lifecycleNotificationUrl).toBe(one?.notificationUrl)
    expect(one?.expiresAt).toBeLessThanOrEqual(stage.clock.now() + 7 * day)
    expect(one?.clientState).not.toContain(pushSecrets[0])
  })
  test('is renewed long before it ends', async () => {
    const [{ id, expiresAt }] = subscriptions() as [any]
    for (let hours = 0; hours < 14; hours++) await stage.pass(hour)
    expect(subscriptions()).toMatchObject([{ id, expiresAt: expect.any(Number) }])
    expect(subscriptions()[0]!.expiresAt).toBeGreaterThan(expiresAt)
  })
  test.each(['expire', 'lifecycle'] as const)('is made again within a quarter of an hour (%s)', async (how) => {
    const [{ id }] = subscriptions() as [any]
    await stage.by(how, how === 'lifecycle' ? { event: 'subscriptionRemoved' } : {})
    expect(subscriptions()).toEqual([])
    await stage.pass(15 * minute)
    expect(subscriptions()).toHaveLength(1)
    expect(subscriptions()[0]!.id).not.toBe(id)
  })
  test('is only ever ours: others stay, and of ours there is one', async () => {
    const taken = stage.graph.subscriptions()[0]!
    const more = { changeType: 'updated', resource: 'me/events', expirationDateTime: new Date(stage.clock.now() + day).toISOString() }
    await stage.ask('POST', '/subscriptions', { ...more, notificationUrl: `https://portero.example/webhooks/graph/${stage.connection.id}?other` })
    await stage.ask('POST', '/subscriptions', { ...more, notificationUrl: `https://portero.example/webhooks/graph/${stage.connection.id}` })
    expect(subscriptions()).toHaveLength(3)
    await stage.pass(15 * minute)
    expect(subscriptions()).toMatchObject([{ id: taken.id }])
  })
  test('is made anew with a new secret, and the old one is believed meanwhile', async () => {
    const fresh = 'a-secret-of-pushes-that-is-the-newest'
    await stage.connect({ pushSecrets: [fresh, pushSecrets[0]] })
    for (const secret of [pushSecrets[0]!, fresh]) {
      expect(subscriptions()).toMatchObject([{ clientState: clientState(secret) }])
      await stage.by('put', { email: account, ...at('2026-11-25T17:00:00', '2026-11-25T18:00:00') })
      await stage.pass(15 * minute)
      expect(stage.graph.told().at(-1)?.statuses).toEqual([200])
    }
  })
  test('is believed only where each notification says what we know, by the new secret or the old one', async () => {
    const known = pushSecrets.map((secret) => ({ subscriptionId: 's1', changeType: 'updated', clientState: clientState(secret) }))
    const knock = async (...value: object[]) => (await request(stage.house.doors).post(`/webhooks/graph/${stage.connection.id}`).send({ value })).status
    expect(await knock(...known)).toBe(200)
    for (const foreign of [{ ...known[0], clientState: 'a guess' }, { ...known[0], clientState: undefined }, { ...known[0], clientState: pushSecrets[0] }]) {
      expect([await knock(known[0]!, foreign), await knock(foreign, known[0]!)]).toEqual([401, 401])
    }
    expect(await knock()).toBe(401)
  })
  test.each(['missed', 'reauthorizationRequired'])('says %s, and we look', async (event) => {
    await stage.by('drop-pushes')
    await stage.by('put', { email: account, ...at('2026-11-25T17:00:00', '2026-11-25T18:00:00') })
    await stage.by('drop-pushes', { yes: false })
    await stage.by('lifecycle', { event })
    await stage.pass(1_000)
    expect(stage.seen).toHaveLength(1)
  })
  test('is not asked for where nobody could be told', async () => {
    const other = await openGraph({ publicUrl: 'http://localhost:3000' })
    await other.connect({ baseUrl: 'https://127.0.0.1:9/v1.0' })
    await other.pass(15 * minute)
    const { rows } = await sql`select state, error_code from job where kind = 'watch'`.execute(other.house.db.bare)
    expect(rows).toEqual([{ state: 'scheduled', error_code: null }])
    await other.close()
  })
})
