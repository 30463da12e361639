import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { calendlyPublished, type CalendlyExchange } from './support/calendly-spec.ts'
import { agent, openCalendlyHouse, publicBaseUrl, type CalendlyHouse } from './support/calendly-stage.ts'

// The connector beside the simulated Calendly, through the real way out and the real doors.
jest.setTimeout(120_000)
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const exchanges: CalendlyExchange[] = []
let stage: CalendlyHouse
beforeEach(async () => {
  stage = await openCalendlyHouse(exchanges)
  await stage.follow()
})
afterEach(async () => {
  expect(stage.desk.faults()).toEqual([])
  await stage.end()
})

let visits = 0
const visit = (): string => `0199c0de-0000-7000-8000-${String(++visits).padStart(12, '0')}`
const tomorrow = (hours = 0): number => stage.clock.now() - (stage.clock.now() % hour) + day + hours * hour
const at = (startsAt: number) => ({ startsAt, endsAt: startsAt + 30 * minute })
const booked = async (ours: string, startsAt = tomorrow(), more: object = {}): Promise<string> => {
  const { done } = await stage.put({ ours, ...at(startsAt), ...more }, `put:${ours}:${startsAt}`)
  expect(done).toMatchObject({ isBooked: true })
  return (done as { id: string }).id
}
const standingAt = (): number[] => stage.calendly.events(agent).filter(({ canceled }) => !canceled).map(({ startsAt }) => startsAt)
const heard = async (ms = 0, stepMs = minute): Promise<typeof stage.told> => {
  stage.told.length = 0
  await stage.follow(ms, stepMs)
  return [...stage.told]
}
const toldOf = (id: string) => stage.told.filter((each) => each.id === id).at(-1)

describe('a visit', () => {
  test('is booked with nobody\'s address, so that Calendly writes to nobody', async () => {
    const ours = visit()
    const id = await booked(ours, tomorrow(), { guest: { name: 'Ana', email: 'ana@correo.example' } })
    expect(stage.calendly.events(agent)).toMatchObject([{ id, invitees: [{ name: 'Ana', email: `wa+${ours}@visitas.example`, tracking: { utm_source: 'portero', utm_content: ours } }] }])
    expect(stage.calendly.mails().map(({ to }) => to)).toEqual([`wa+${ours}@visitas.example`])
  })
  test('is booked with their own address where the calendar is to write to them', async () => {
    await booked(visit(), tomorrow(), { guest: { name: 'Ana', email: 'ana@correo.example' }, invites: true })
    expect(stage.calendly.mails()).toMatchObject([{ to: 'ana@correo.example', about: 'booked' }])
  })
  test.each(['lost', 'garbled', 'misshapen'] as const)('whose answer is %s is booked once', async (fault) => {
    stage.desk.fault({ on: 'POST /invitees', fault })
    await booked(visit())
    expect(stage.calendly.events(agent)).toHaveLength(1)
  })
  test('that never arrived is booked after all', async () => {
    stage.desk.fault({ on: 'POST /invitees', fault: 'down' })
    await booked(visit())
    expect(stage.calendly.events(agent)).toHaveLength(1)
  })
  test('that shows late is not booked again', async () => {
    stage.desk.fault({ on: 'POST /invitees', fault: 'lost' }, { on: 'GET /scheduled_events', fault: 'lag', times: 2 })
    await booked(visit())
    expect(stage.calendly.events(agent)).toHaveLength(1)
  })
  test('is not booked as whatever there is: which event type visits are has to be said where there are several', async () => {
    await stage.control('second-type', { account: agent })
    expect((await stage.put({ ours: visit() }, 'put')).dead).toEqual({ code: 'refused', uncertain: false })
    expect(stage.calendly.events(agent)).toEqual([])
  })
  test('moves: first it is booked anew, then the older one is called off', async () => {
    const ours = visit()
    const id = await booked(ours)
    const moved = await stage.put({ ours, ...at(tomorrow(3)), standing: { id } }, `move:${ours}`)
    expect(moved.done).toMatchObject({ isBooked: true })
    expect(moved.done).not.toMatchObject({ id })
    expect(standingAt()).toEqual([tomorrow(3)])
    expect(stage.desk.requests().filter(({ method }) => method === 'POST').map(({ on }) => on)).toEqual(expect.arrayContaining(['POST /invitees', 'POST /invitees', 'POST /scheduled_events/:event/cancellation']))
    const orders = stage.desk.requests().map(({ on }) => on)
    expect(orders.lastIndexOf('POST /invitees')).toBeLessThan(orders.indexOf('POST /scheduled_events/:event/cancellation'))
  })
  test.each([['POST /invitees', 'lost'], ['POST /scheduled_events/:event/cancellation', 'lost'], ['POST /scheduled_events/:event/cancellation', 'away'], ['POST /scheduled_events/:event/cancellation', 'down'], ['POST /scheduled_events/:event/cancellation', 'throttled']] as const)('moves once, although %s is %s', async (on, fault) => {
    const ours = visit()
    const id = await booked(ours)
    stage.desk.fault({ on, fault })
    await stage.put({ ours, ...at(tomorrow(3)), standing: { id } }, `move:${ours}`)
    expect(standingAt()).toEqual([tomorrow(3)])
    expect(stage.calendly.events(agent)).toHaveLength(2)
  })
  test('that stands already at its time stays as it is', async () => {
    const ours = visit()
    const id = await booked(ours)
    expect((await stage.put({ ours, ...at(tomorrow()), title: 'Otra', standing: { id } }, 'again')).done).toEqual({ id, isBooked: true })
    expect(stage.calendly.events(agent)).toHaveLength(1)
  })
  test('that was called off there is booked anew', async () => {
    const ours = visit()
    const id = await booked(ours)
    stage.calendly.cancel(id, { by: 'host', reason: null })
    await stage.put({ ours, ...at(tomorrow()), standing: { id } }, 'again')
    expect(standingAt()).toEqual([tomorrow()])
  })
  test('is called off, and nothing is amiss where it was already, or is deleted, or was a link only', async () => {
    const ours = visit()
    const id = await booked(ours)
    for (const key of ['drop:1', 'drop:2']) expect((await stage.drop({ ours, standing: { id }, invites: false, reason: 'Se canceló' }, key)).done).toEqual({})
    stage.calendly.forget(id)
    expect((await stage.drop({ ours, standing: { id }, invites: false }, 'drop:3')).done).toEqual({})
    expect((await stage.drop({ ours, standing: { id: 'link:/d/abcd-1234' }, invites: false }, 'drop:4')).done).toEqual({})
    expect(standingAt()).toEqual([])
    expect(stage.desk.requests('POST /scheduled_events/:event/cancellation')).toHaveLength(3)
  })
})

describe('where Calendly books nobody for us, somebody may by hand', () => {
  const byLink = async (ours: string): Promise<string> => {
    const { done } = await stage.put({ ours, ...at(tomorrow()) }, `put:${ours}`)
    expect(done).toEqual({ id: expect.stringMatching(/^link:\/d\//), isBooked: false, link: expect.stringContaining(`utm_content=${ours}`) })
    return (done as { link: string }).link
  }
  test('and what they book by the link is ours', async () => {
    const ours = visit()
    await stage.control('plan', { account: agent, plan: 'free' })
    const link = await byLink(ours)
    const { event } = await stage.control('book', { link, start: tomorrow(2), email: 'ana@correo.example', name: 'Ana' })
    await stage.follow(5 * minute)
    expect(toldOf(event)).toMatchObject({ is: 'there', ours, startsAt: tomorrow(2) })
    await expect(stage.control('book', { link, start: tomorrow(4), email: 'otra@correo.example' })).rejects.toThrow('used already')
  })
  test('at a time that is taken there', async () => {
    await stage.control('busy', { account: agent, start: tomorrow(), end: tomorrow(1) })
    await byLink(visit())
  })
  test('of a day whose budget is spent, though not of a minute, which is waited for', async () => {
    await stage.control('plan', { account: agent, plan: 'trial' })
    for (let each = 0; each < 5; each++) await booked(visit(), tomorrow(each + 1))
    await byLink(visit())
    await stage.control('plan', { account: agent, plan: 'paid' })
    stage.clock.advance(day)
    const before = stage.clock.now()
    for (let each = 0; each < 11; each++) await booked(visit(), tomorrow(each + 10))
    expect(stage.clock.now() - before).toBeGreaterThan(minute / 2)
  })
  test('and the older time of a visit is no longer held', async () => {
    const ours = visit()
    const id = await booked(ours)
    await stage.control('busy', { account: agent, start: tomorrow(3), end: tomorrow(4) })
    expect((await stage.put({ ours, ...at(tomorrow(3)), standing: { id } }, 'move')).done).toMatchObject({ isBooked: false })
    expect(standingAt()).toEqual([])
  })
})

describe('what takes their time', () => {
  test('is told of what is booked, and of the calendars behind it', async () => {
    await booked(visit(), tomorrow(1))
    await stage.control('busy', { account: agent, start: tomorrow(9 * 24), end: tomorrow(9 * 24 + 2) })
    expect(await stage.busy(stage.clock.now() - hour, tomorrow(20 * 24))).toEqual({ isKnown: true, stretches: [at(tomorrow(1)), { startsAt: tomorrow(9 * 24), endsAt: tomorrow(9 * 24 + 2) }] })
  })
  test('is not known where one of those does not answer', async () => {
    await stage.control('blind', { account: agent })
    expect(await stage.busy(tomorrow(), tomorrow(1))).toEqual({ isKnown: false, stretches: [] })
  })
})

describe('what stands in the calendars behind it', () => {
  const span = (from: number, to: number) => ({ startsAt: tomorrow(from), endsAt: tomorrow(to) })
  const behind = (name: 'busy' | 'free', from: number, to: number) => stage.control(name, { account: agent, start: tomorrow(from), end: tomorrow(to) })
  test('is told within a poll, without a title, and once; and within a poll as gone', async () => {
    await behind('busy', 2, 4)
    await behind('busy', 30 * 24, 30 * 24 + 1)
    const told = await heard(5 * minute)
    expect(told).toEqual([{ id: expect.any(String), is: 'there', isBusy: true, ...span(2, 4) }, { id: expect.any(String), is: 'there', isBusy: true, ...span(30 * 24, 30 * 24 + 1) }])
    expect(await heard(20 * minute)).toEqual([])
    await behind('free', 2, 4)
    expect(await heard(5 * minute)).toEqual([{ id: told[0]!.id, is: 'gone' }])
    await behind('busy', 2, 4)
    expect(await heard(5 * minute)).toMatchObject([{ is: 'there', ...span(2, 4) }])
  })
  test('and is Calendly\'s own booking, written there by it, is no other time', async () => {
    await booked(visit(), tomorrow(2))
    await heard(5 * minute)
    stage.calendly.occupy(agent, tomorrow(2), tomorrow(2.5))
    expect(await heard(5 * minute)).toEqual([])
    stage.calendly.occupy(agent, tomorrow(2), tomorrow(3))
    expect(await heard(5 * minute)).toMatchObject([{ is: 'there', ...span(2, 3) }])
  })
  test('is the same when it grows, when it begins, and when days go by; and what is over is not told as gone', async () => {
    await behind('busy', 2, 4)
    await behind('busy', -20, 240) // ten days long: it reaches over a week's end, and has begun before long
    const [long, first] = await heard(5 * minute)
    await behind('free', 2, 4)
    await behind('busy', 2, 6)
    expect(await heard(5 * minute)).toEqual([{ id: first!.id, is: 'there', isBusy: true, ...span(2, 6) }])
    expect(long).toMatchObject({ is: 'there', ...span(-20, 240) })
    expect(await heard(3 * day, 3 * hour)).toEqual([])
  })
  test('holds as it was last told while it can\'t be said, and bookings are told meanwhile', async () => {
    await behind('busy', 2, 4)
    await heard(5 * minute)
    await stage.control('blind', { account: agent })
    await behind('free', 2, 4)
    const { event } = await stage.control('book', { account: agent, start: tomorrow(7), email: 'bea@otros.example' })
    expect((await heard(10 * minute)).map(({ id }) => id)).toEqual([event])
    await stage.control('blind', { account: agent, yes: false })
    expect(await heard(5 * minute)).toMatchObject([{ is: 'gone' }])
  })
  test('is told anew where what we remember cannot be read, and what is not there any more is gone', async () => {
    await behind('busy', 2, 4)
    await behind('busy', 8, 9)
    const told = await heard(5 * minute)
    await behind('free', 2, 4)
    await sql`update pull_cursor set cursor = 'of another version' where name = 'behind'`.execute(stage.house.db.bare)
    expect((await heard(5 * minute)).map(({ id, is }) => [id, is])).toEqual([[expect.any(String), 'there'], ...told.map(({ id }) => [id, 'gone'])])
  })
})

describe('a long list', () => {
  test('is asked for once, page by page, however many there are to look at', async () => {
    await stage.follow(5 * minute)
    const before = stage.desk.requests('GET /scheduled_events').length
    for (let each = 0; each < 250; each++) stage.calendly.book({ account: agent, startsAt: tomorrow(each), email: 'bea@otros.example', name: 'Bea' })
    await stage.follow(30 * minute, minute)
    expect(new Set(stage.told.map(({ id }) => id)).size).toBe(250)
    expect(stage.desk.requests('GET /scheduled_events/:event/invitees')).toHaveLength(250)
    expect(stage.desk.requests('GET /scheduled_events').length - before).toBeLessThan(60) // a page for every ten, and what is asked anew meanwhile
  })
  test('that changes while it is read is told whole, and nothing as gone that is there', async () => {
    await stage.control('plan', { account: agent, plan: 'free' }) // which stops it now and then
    for (let each = 0; each < 60; each++) stage.calendly.book({ account: agent, startsAt: tomorrow(each), email: 'bea@otros.example', name: 'Bea' })
    await stage.follow(30_000)
    const some = stage.calendly.events(agent)
    for (const each of [3, 33, 55]) stage.calendly.forget(some[each]!.id)
    for (const at of [3.5, 33.5, 57.5]) stage.calendly.book({ account: agent, startsAt: tomorrow(at), email: 'bea@otros.example', name: 'Bea' })
    await stage.follow(20 * minute)
    const is = new Map(stage.told.map((each) => [each.id, each.is]))
    expect([...is].filter(([, is]) => is === 'there').map(([id]) => id).toSorted()).toEqual(stage.calendly.events(agent).map(({ id }) => id).toSorted())
  })
})

describe('what happens there', () => {
  test('is told once, and what is as it was is not looked at again', async () => {
    const { event } = await stage.control('book', { account: agent, start: tomorrow(), email: 'bea@otros.example', title: 'Entrevista', guests: ['dos@otros.example'] })
    expect(await heard(5 * minute)).toEqual([{ id: event, is: 'there', ...at(tomorrow()), isBusy: true, version: expect.any(String), title: 'Entrevista', guests: ['bea@otros.example', 'dos@otros.example'] }])
    const before = stage.desk.requests('GET /scheduled_events/:event/invitees').length
    expect(await heard(15 * minute)).toEqual([])
    expect(stage.desk.requests('GET /scheduled_events/:event/invitees')).toHaveLength(before)
  })
  test.each(['paid', 'free'])('many at once are told in portions, as fast as a plan that is %s lets us ask', async (plan) => {
    await stage.control('plan', { account: agent, plan })
    for (let each = 0; each < 60; each++) await stage.control('book', { account: agent, start: tomorrow(each), email: 'bea@otros.example' })
    expect((await heard(10 * minute)).map(({ id }) => id).toSorted()).toEqual(stage.calendly.events(agent).map(({ id }) => id).toSorted())
  })
  test('of a visit that somebody called off is said whose it was', async () => {
    const ours = visit()
    const id = await booked(ours)
    await stage.follow(5 * minute)
    await stage.control('cancel', { event: id })
    expect(await heard(5 * minute)).toEqual([{ id, is: 'gone', ours }])
  })
  test('of a visit that we moved is told where it is, and of the older one nothing that could be taken for a cancellation', async () => {
    const ours = visit()
    const id = await booked(ours)
    await stage.follow(5 * minute)
    await stage.put({ ours, ...at(tomorrow(3)), standing: { id } }, 'move')
    const events = await heard(5 * minute)
    expect(events).toEqual([expect.objectContaining({ is: 'there', ours, startsAt: tomorrow(3) }), { id, is: 'gone' }])
  })
  test('what was deleted there is told as gone', async () => {
    const ours = visit()
    const id = await booked(ours)
    await stage.follow(5 * minute)
    await stage.control('delete', { event: id })
    expect(await heard(5 * minute)).toEqual([{ id, is: 'gone', ours }])
    expect(await heard(5 * minute)).toEqual([])
  })
  test('many that were deleted at once are told as gone, however few we may ask for in a minute', async () => {
    for (let each = 0; each < 45; each++) await stage.control('book', { account: agent, start: tomorrow(each), email: 'bea@otros.example' })
    await stage.follow(10 * minute)
    for (const { id } of stage.calendly.events(agent)) stage.calendly.forget(id)
    const gone = await heard(10 * minute)
    expect([gone.length, new Set(gone.map(({ id }) => id)).size, gone.every(({ is }) => is === 'gone')]).toEqual([45, 45, true])
  })
  test('what is over is forgotten, and not told as gone', async () => {
    await booked(visit())
    await stage.follow(5 * minute)
    expect(await heard(0)).toEqual([])
    stage.told.length = 0
    await stage.follow(3 * day, 3 * hour)
    expect(stage.told).toEqual([])
  })
  test('is told anew where what we remember cannot be read, and what is not shown any more is gone', async () => {
    const [kept, lost] = [await booked(visit()), await booked(visit(), tomorrow(2))]
    await stage.follow(5 * minute)
    await stage.control('delete', { event: lost })
    await sql`update pull_cursor set cursor = 'of another version'`.execute(stage.house.db.bare)
    expect((await heard(5 * minute)).map(({ id, is }) => `${id} ${is}`).toSorted()).toEqual([`${kept} there`, `${lost} gone`].toSorted())
  })
})

describe('a prospect who reschedules on their page', () => {
  test.each([[true, 'created-first'], [false, 'created-first'], [false, 'canceled-first']] as const)('moves the visit (tracking kept: %s, told %s)', async (keepsTracking, order) => {
    const ours = visit()
    const id = await booked(ours)
    await stage.follow(5 * minute)
    const { event } = await stage.control('reschedule', { event: id, start: tomorrow(5), keepsTracking, order })
    const events = await heard(5 * minute)
    expect(events).toEqual([expect.objectContaining({ id: event, is: 'there', ours, startsAt: tomorrow(5) }), { id, is: 'gone' }])
  })
  test('twice, before anybody looked', async () => {
    const ours = visit()
    const id = await booked(ours)
    const { event: between } = await stage.control('reschedule', { event: id, start: tomorrow(5) })
    const { event } = await stage.control('reschedule', { event: between, start: tomorrow(7) })
    await stage.follow(5 * minute)
    expect(toldOf(event)).toMatchObject({ is: 'there', ours })
    expect(stage.told.filter((each) => each.is === 'gone' && each.ours !== undefined)).toEqual([])
  })
  test('has not called it off as long as the other time does not show', async () => {
    const ours = visit()
    const id = await booked(ours)
    await stage.follow(10 * minute)
    const { event } = await stage.control('reschedule', { event: id, start: tomorrow(5) })
    stage.desk.fault({ on: 'GET /scheduled_events', fault: 'lag', ms: 6 * minute, times: 1 })
    expect(await heard(5 * minute)).toEqual([])
    expect(await heard(5 * minute)).toEqual([expect.objectContaining({ id: event, ours }), { id, is: 'gone' }])
  })
  test('has called it off where the other time never shows', async () => {
    const ours = visit()
    const id = await booked(ours)
    await stage.follow(10 * minute)
    const { event } = await stage.control('reschedule', { event: id, start: tomorrow(5) })
    await stage.control('delete', { event })
    expect(await heard(5 * minute)).toEqual([])
    expect(await heard(5 * minute)).toEqual([{ id, is: 'gone', ours }])
  })
})

describe('the webhooks', () => {
  const pings = async (): Promise<number> => (await sql`select 1 from job where kind = 'turn' and name = 'calendar.ping'`.execute(stage.house.db.bare)).rows.length
  test('are asked for once, and come by the real door', async () => {
    const { id } = await stage.connection()
    expect(stage.calendly.subscriptions()).toMatchObject([{ url: expect.stringMatching(new RegExp(`^${publicBaseUrl}/webhooks/calendly/${id}\\?key=[0-9a-f]{8}$`)), state: 'active' }])
    await stage.follow(3 * hour, hour)
    expect(stage.calendly.subscriptions()).toHaveLength(1)
    await stage.control('book', { account: agent, start: tomorrow(), email: 'bea@otros.example' })
    await stage.follow()
    expect(stage.calendly.calls()).toMatchObject([{ event: 'invitee.created', statuses: [200] }])
    expect(await pings()).toBe(1)
  })
  test('are asked for anew where they were switched off, or are signed with another key', async () => {
    const [before] = stage.calendly.subscriptions()
    await stage.control('disable')
    await stage.follow(hour, hour)
    const [after, ...others] = stage.calendly.subscriptions()
    expect({ state: after?.state, isNew: after?.id !== before?.id, others }).toEqual({ state: 'active', isNew: true, others: [] })
    const { id: _id, ...connection } = await stage.connection()
    await stage.house.connections.put({ ...connection, settings: { ...(connection.settings as object), pushSecrets: ['another-push-secret-of-the-stage-0002', 'the-push-secret-of-the-stage-0000001'] } })
    await stage.follow(hour, hour)
    expect(stage.calendly.subscriptions()).toMatchObject([{ key: 'another-push-secret-of-the-stage-0002' }])
  })
  test.each(['down', undefined] as const)('end when it is disconnected, which nothing stops (Calendly is %s)', async (fault) => {
    await stage.follow()
    if (fault) stage.desk.fault({ on: '*', fault, times: 100 })
    const { house: { connecting, connections, db, tenant } } = stage
    expect(await connecting.disconnect({ tenant, by: 'staff' }, (await stage.connection()).id)).toEqual({})
    expect([stage.calendly.subscriptions().length, await connections.all(db.bare)]).toEqual([fault ? 1 : 0, []])
    stage.desk.clearFaults()
  })
  test('that were lost are made up for by the list', async () => {
    await stage.control('drop-pushes', { times: 1 })
    const { event } = await stage.control('book', { account: agent, start: tomorrow(), email: 'bea@otros.example' })
    expect(await heard(5 * minute)).toMatchObject([{ id: event }])
    expect(await pings()).toBe(0)
  })
  test('say whose prospect did not come, where it is a visit of ours', async () => {
    const ours = visit()
    const id = await booked(ours)
    const { event } = await stage.control('book', { account: agent, start: tomorrow(2), email: 'bea@otros.example' })
    for (const which of [id, event]) await stage.control('no-show', { event: which })
    await stage.follow()
    expect(stage.missing).toEqual([ours])
  })
})

// Only whoever has Calendly's published description can compare with it: it is not ours to ship.
const { CALENDLY_SPEC: spec } = process.env
if (spec !== undefined) test('everything that we asked and were answered is as Calendly has published it', () => {
  const judged = exchanges.map(calendlyPublished(spec))
  process.stderr.write(`${judged.length} exchanges, ${judged.reduce((sum, { things }) => sum + things, 0)} things compared with what Calendly has published\n`)
  expect([...new Set(judged.flatMap(({ faults }) => faults))]).toEqual([])
})
afterAll(() => void (exchanges.length = 0))
