import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { makeCalendly, type Calendly } from './lab/calendly/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { calendlyPublished, recording, type CalendlyExchange } from './support/calendly-spec.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { portOf } from './support/http-stage.ts'

// The lab's Calendly, judged by what it documents of its limits and its answers and, where somebody has it, by its published description.
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const lucia = 'lucia@casas.example'
const diego = 'diego@casas.example'
const key = 'the-signing-key-of-this-test-00001'
const exchanges: CalendlyExchange[] = []
type Heard = { event: string; payload: any; isSigned: boolean; seconds: number }
let clock: FakeClock
let calendly: Calendly
let lab: LabServer
let door: Server
let heard: Heard[]
let status: number
beforeEach(async () => {
  clock = fakeClock()
  heard = []
  status = 200
  door = createServer(async (request, response) => {
    const body = await buffer(request)
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['calendly-webhook-signature'])) ?? []
    heard.push({ ...JSON.parse(body.toString()), isSigned: v1 === createHmac('sha256', key).update(`${t}.${body.toString()}`).digest('hex'), seconds: Number(t) })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', () => resolve()))
  calendly = makeCalendly({
    clock, accounts: [lucia, diego].map((email) => ({ email, zone: 'America/Mexico_City' })), tokens: { whose: (bearer) => ({ one: { email: lucia }, two: { email: diego } })[bearer] },
    deliver: (address) => address.replace('https://portero.example', `http://127.0.0.1:${portOf(door)}`),
  })
  lab = await openServer({ clock, port: 0, simulators: [recording(calendly, exchanges)] })
})
afterEach(async () => {
  await lab.close()
  door.close()
  door.closeAllConnections()
})

const ask = async (method: string, path: string, body?: object, token = 'one'): Promise<{ status: number; body: any; headers: Headers }> => {
  const response = await fetch(`${lab.url}/calendly${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers }
}
const control = async (name: string, body: object = {}): Promise<any> => {
  const response = await fetch(`${lab.url}/_lab/calendly/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}
const at = (hours: number): number => clock.now() - (clock.now() % hour) + day + hours * hour
const iso = (ms: number): string => new Date(ms).toISOString()
const user = (email = lucia): string => calendly.userUri(email)
const wish = (startsAt: number, more: object = {}): object => ({ event_type: calendly.eventType(lucia), start_time: iso(startsAt), invitee: { name: 'Ana', email: 'ana@correo.example', timezone: 'America/Mexico_City' }, ...more })
const book = (startsAt: number, more?: object) => ask('POST', '/invitees', wish(startsAt, more))
const list = (query: Record<string, string> = {}) => ask('GET', `/scheduled_events?${new URLSearchParams({ user: user(), ...query }).toString()}`)
const uuid = (uri: string): string => uri.split('/').at(-1)!
const subscribe = (more: object = {}, token?: string) =>
  ask('POST', '/webhook_subscriptions', { url: 'https://portero.example/hooks', events: ['invitee.created', 'invitee.canceled', 'invitee_no_show.created', 'invitee_no_show.deleted'], organization: 'https://api.calendly.com/organizations/lab-organization', user: user(), scope: 'user', signing_key: key, ...more }, token)

describe('a booking', () => {
  test('is an event with whoever is invited, who is written to', async () => {
    const { status, body } = await book(at(1), { tracking: { utm_campaign: null, utm_source: 'portero', utm_medium: null, utm_content: 'x', utm_term: null, salesforce_uuid: null } })
    expect(status).toBe(201)
    expect(body.resource).toMatchObject({ email: 'ana@correo.example', status: 'active', rescheduled: false, tracking: { utm_content: 'x' } })
    const event: string = uuid(body.resource.event)
    expect((await ask('GET', `/scheduled_events/${event}`)).body.resource).toMatchObject({ status: 'active', start_time: iso(at(1)).replace('Z', '000Z'), event_memberships: [{ user: user() }] })
    expect((await ask('GET', `/scheduled_events/${event}/invitees`)).body.collection).toEqual([body.resource])
    expect((await ask('GET', `/scheduled_events/${event}/invitees/${uuid(body.resource.uri)}`)).body.resource).toEqual(body.resource)
    expect(calendly.mails()).toMatchObject([{ to: 'ana@correo.example', about: 'booked' }])
  })
  test.each<[string, () => object, number, string]>([
    ['a time that is taken', () => wish(at(1)), 400, 'start_time'],
    ['a time that overlaps', () => wish(at(1) + 15 * minute), 400, 'start_time'],
    ['a time that is over', () => wish(clock.now() - hour), 400, 'start_time'],
    ['no address', () => wish(at(3), { invitee: { name: 'Ana', timezone: 'UTC' } }), 400, 'invitee.email'],
    ['no zone', () => wish(at(3), { invitee: { name: 'Ana', email: 'a@b.example', timezone: 'Roma' } }), 400, 'invitee.timezone'],
    ['half of the tracking', () => wish(at(3), { tracking: { utm_source: 'portero' } }), 400, 'tracking.utm_campaign'],
  ])('is refused for %s', async (_title, wanted, status, parameter) => {
    await book(at(1))
    const refused = await ask('POST', '/invitees', wanted())
    expect({ status: refused.status, first: refused.body.details[0].parameter }).toEqual({ status, first: parameter })
    expect(calendly.events()).toHaveLength(1)
  })
  test('is refused for somebody else\'s event type, without a token, and by a plan without it', async () => {
    expect((await ask('POST', '/invitees', wish(at(1)), 'two')).status).toBe(403)
    expect((await ask('POST', '/invitees', wish(at(1)), 'nobody')).status).toBe(401)
    await control('plan', { account: lucia, plan: 'free' })
    expect((await book(at(1))).status).toBe(403)
    expect((await subscribe()).status).toBe(403)
  })
  test('is called off once, which is written to them too', async () => {
    const event = uuid((await book(at(1))).body.resource.event)
    expect((await ask('POST', `/scheduled_events/${event}/cancellation`, { reason: 'x' }, 'two')).status).toBe(403)
    expect((await ask('POST', `/scheduled_events/${event}/cancellation`, { reason: 'Se canceló' })).body.resource).toMatchObject({ reason: 'Se canceló', canceler_type: 'host' })
    expect((await ask('POST', `/scheduled_events/${event}/cancellation`, {})).body).toMatchObject({ message: 'Event is already canceled' })
    expect((await ask('POST', '/scheduled_events/nothing/cancellation', {})).status).toBe(404)
    expect(calendly.mails().map(({ about }) => about)).toEqual(['booked', 'canceled'])
  })
  test('by a link that may be used once keeps what stands in the link', async () => {
    const { body } = await ask('POST', '/scheduling_links', { max_event_count: 1, owner: calendly.eventType(lucia), owner_type: 'EventType' })
    const link = `${body.resource.booking_url}?utm_source=portero&utm_content=visita`
    const { event } = await control('book', { link, start: at(2), email: 'bea@correo.example' })
    expect((await ask('GET', `/scheduled_events/${event}/invitees`)).body.collection[0].tracking).toMatchObject({ utm_source: 'portero', utm_content: 'visita' })
    await expect(control('book', { link, start: at(4), email: 'bea@correo.example' })).rejects.toThrow('used already')
  })
})

describe('the limits', () => {
  const booked = async (): Promise<{ status: number; reset: number }> => {
    const { status, headers } = await book(at(24 * 30 + calendly.events().length))
    return { status, reset: Number(headers.get('x-ratelimit-reset')) }
  }
  test.each([['paid', 500], ['free', 50]] as const)('of a plan that is %s are %i calls a minute', async (plan, most) => {
    await control('plan', { account: lucia, plan })
    const answers: number[] = []
    for (let each = 0; each <= most; each++) answers.push((await ask('GET', '/users/me')).status)
    expect([answers.slice(0, most).every((status) => status === 200), answers[most]]).toEqual([true, 429])
    expect((await ask('GET', '/users/me', undefined, 'two')).status).toBe(200)
    clock.advance(minute)
    expect((await ask('GET', '/users/me')).headers.get('x-ratelimit-remaining')).toBe(String(most - 1))
  })
  test('of bookings are ten a minute, fifty an hour and a hundred a day', async () => {
    for (let each = 0; each < 10; each++) expect((await booked()).status).toBe(201)
    expect(await booked()).toEqual({ status: 429, reset: 60 })
    while (calendly.events().length < 50) {
      if ((await booked()).status === 429) clock.advance(minute)
    }
    clock.advance(minute)
    expect(await booked()).toEqual({ status: 429, reset: 55 * 60 })
    while (calendly.events().length < 100) {
      const { status, reset } = await booked()
      if (status === 429) clock.advance(reset * 1_000)
    }
    clock.advance(2 * hour)
    const over = await booked()
    expect(over.status).toBe(429)
    expect(over.reset).toBeGreaterThan(20 * 3_600)
    clock.advance(over.reset * 1_000)
    expect((await booked()).status).toBe(201)
  })
  test('of a trial are five bookings a day', async () => {
    await control('plan', { account: lucia, plan: 'trial' })
    for (let each = 0; each < 5; each++) expect((await booked()).status).toBe(201)
    expect(await booked()).toEqual({ status: 429, reset: 86_400 })
  })
})

describe('what is asked', () => {
  test('comes by the page, in order, and only of oneself', async () => {
    for (const each of [3, 1, 2]) await control('book', { account: lucia, start: at(each), email: 'bea@correo.example' })
    const first = await list({ count: '2' })
    const second = await list({ count: '2', page_token: first.body.pagination.next_page_token })
    expect([...first.body.collection, ...second.body.collection].map(({ start_time: start }: { start_time: string }) => Date.parse(start))).toEqual([at(1), at(2), at(3)])
    expect(second.body.pagination.next_page_token).toBeNull()
    expect((await list({ min_start_time: iso(at(2)), max_start_time: iso(at(2)), status: 'active' })).body.collection).toHaveLength(1)
    expect([(await list({ user: user(diego) })).status, (await list({ count: '101' })).status]).toEqual([403, 400])
  })
  test('of what takes their time is a week at most, from now on', async () => {
    await book(at(1))
    await control('busy', { account: lucia, start: at(5), end: at(6) })
    const busy = (from: number, to: number) => ask('GET', `/user_busy_times?${new URLSearchParams({ user: user(), start_time: iso(from), end_time: iso(to) }).toString()}`)
    expect((await busy(at(0), at(7 * 24))).body.collection).toMatchObject([{ type: 'calendly' }, { type: 'external', start_time: iso(at(5)).replace('Z', '000Z') }])
    expect([(await busy(at(0), at(7 * 24) + 1)).status, (await busy(clock.now() - 1, at(1))).status]).toEqual([400, 400])
    await control('blind', { account: lucia })
    expect((await busy(at(0), at(1))).status).toBe(424)
  })
  test('of event types is theirs', async () => {
    expect((await ask('GET', `/event_types?${new URLSearchParams({ user: user(), active: 'true' }).toString()}`)).body.collection).toMatchObject([{ uri: calendly.eventType(lucia), duration: 30 }])
  })
})

describe('the webhooks', () => {
  const told = async (): Promise<Heard[]> => {
    await calendly.silent()
    return heard.splice(0)
  }
  beforeEach(async () => {
    expect((await subscribe()).status).toBe(201)
  })
  test('have one address each, over https, for oneself', async () => {
    expect([(await subscribe()).status, (await subscribe({ url: 'https://portero.example/others', user: user(diego) })).status, (await subscribe({ url: 'https://portero.example/two' }, 'two')).status]).toEqual([409, 403, 403])
    const query = `?${new URLSearchParams({ organization: 'https://api.calendly.com/organizations/lab-organization', user: user(), scope: 'user' }).toString()}`
    const { body } = await ask('GET', `/webhook_subscriptions${query}`)
    expect(body.collection).toMatchObject([{ callback_url: 'https://portero.example/hooks', state: 'active' }])
    expect(JSON.stringify(body)).not.toContain(key)
    const path = `/webhook_subscriptions/${uuid(body.collection[0].uri)}`
    expect([(await ask('DELETE', path, undefined, 'two')).status, (await ask('DELETE', path)).status, (await ask('DELETE', path)).status]).toEqual([403, 204, 404])
  })
  test('tell what was booked, signed', async () => {
    const { body } = await book(at(1))
    expect(await told()).toMatchObject([{ event: 'invitee.created', isSigned: true, payload: { uri: body.resource.uri, scheduled_event: { uri: body.resource.event } } }])
  })
  test.each([['created-first', ['invitee.created', 'invitee.canceled']], ['canceled-first', ['invitee.canceled', 'invitee.created']]] as const)('tell both halves of a rescheduling: %s', async (order, names) => {
    const { event } = await control('book', { account: lucia, start: at(1), email: 'bea@correo.example' })
    await told()
    const { event: next } = await control('reschedule', { event, start: at(3), order })
    expect(calendly.calls().slice(-2).map(({ event: name }) => name)).toEqual(names)
    const halves = Object.fromEntries((await told()).map(({ event: name, payload }) => [name, payload]))
    expect(halves).toMatchObject({ 'invitee.canceled': { rescheduled: true, new_invitee: halves['invitee.created'].uri }, 'invitee.created': { rescheduled: false, old_invitee: halves['invitee.canceled'].uri, event: expect.stringContaining(next) } })
    expect(calendly.mails().at(-1)).toMatchObject({ about: 'rescheduled' })
  })
  test('tell who did not come, and who did after all', async () => {
    const { event } = await control('book', { account: lucia, start: at(1), email: 'bea@correo.example' })
    await control('no-show', { event })
    await control('no-show', { event, yes: false })
    expect((await told()).map(({ event: name, payload }) => `${name} ${payload.no_show !== null}`).toSorted()).toEqual(['invitee.created false', 'invitee_no_show.created true', 'invitee_no_show.deleted false'])
  })
  test('are tried for a day, signed anew each time, and then no more', async () => {
    status = 503
    await book(at(72))
    for (let each = 0; each < 40; each++) {
      await calendly.silent()
      clock.advance(hour)
    }
    await calendly.silent()
    expect(calendly.calls()).toMatchObject([{ statuses: [503, 503, 503, 503, 503, 503, 503] }])
    expect([heard.every(({ isSigned }) => isSigned), new Set(heard.map(({ seconds }) => seconds)).size]).toEqual([true, 7])
    expect(calendly.subscriptions()).toMatchObject([{ state: 'disabled' }])
    status = 200
    await book(at(74))
    await calendly.silent()
    expect(calendly.calls()).toHaveLength(1)
  })
  test('may be lost', async () => {
    await control('drop-pushes', { times: 1 })
    await book(at(1))
    await book(at(3))
    expect(await told()).toHaveLength(1)
  })
})

test('what somebody deletes is gone from the list, and nobody is told', async () => {
  const { event } = await control('book', { account: lucia, start: at(1), email: 'bea@correo.example' })
  await control('delete', { event })
  expect([(await list()).body.collection, (await ask('GET', `/scheduled_events/${event}`)).status]).toEqual([[], 404])
})

// Only whoever has Calendly's published description can compare with it: it is not ours to ship.
const { CALENDLY_SPEC: spec } = process.env
if (spec !== undefined) test('everything that was asked and answered is as Calendly has published it', () => {
  const judged = exchanges.map(calendlyPublished(spec))
  process.stderr.write(`${judged.length} exchanges, ${judged.reduce((sum, { things }) => sum + things, 0)} things compared with what Calendly has published\n`)
  expect([...new Set(judged.flatMap(({ faults }) => faults))]).toEqual([])
})
afterAll(() => void (exchanges.length = 0))
