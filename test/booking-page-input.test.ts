import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { bookingWords, errors } from '@portero/shared'
import { housekeeping } from '@portero/tool-server/spine/chores.ts'
import { makeBookingLimit } from '@portero/tool-server/pages/booking-limit.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { holdIn, hour, minute, openBooking, plain, slotsIn, type BookingStage, type Prospect } from './support/booking-stage.ts'

// What whoever means ill, or types wrong, gets from the booking page: a clear sentence and the next step.
const es = bookingWords['es-MX']
const { en } = bookingWords
let stage: BookingStage
let who: Prospect
beforeAll(async () => {
  stage = await openBooking()
}, 60_000)
afterAll(() => stage.house.end())
beforeEach(async () => {
  who = await stage.renewed()
})

describe('bad input', () => {
  test.each([['nonsense', 'mañana'], ['a day that is none', '2026-02-30'], ['twice', '2026-11-24&from=2026-11-25'], ['empty', '']])('a day that is %s is told, with the first times', async (_title, from) => {
    const response = await stage.get(`${await stage.pathFor(who)}?from=${encodeURI(from)}`)
    expect([response.status, plain(response), slotsIn(response).length > 0]).toEqual([400, expect.stringContaining(es.said.day), true])
  })
  test.each([['past', '2020-01-01', ''], ['too far ahead', '2031-01-01', es.noneLater]])('a day that is %s has the first times', async (_title, from, said) => {
    const response = await stage.get(`${await stage.pathFor(who)}?from=${from}`)
    expect([response.status, plain(response), slotsIn(response).length > 0]).toEqual([200, expect.stringContaining(said), true])
  })
  test.each([
    ['nothing', {}], ['no time', { do: 'hold' }], ['two times', 'do=hold&slot=a&slot=b'], ['a deed that is none', { do: 'delete', slot: 'a' }], ['a move where there is nothing to move', { do: 'move', slot: 'a' }], ['nested fields', 'do=hold&slot[a]=b'],
  ])('a form with %s asks to choose again', async (_title, fields) => {
    const response = await stage.post(await stage.pathFor(who), fields)
    expect([response.status, plain(response), slotsIn(response).length > 0]).toEqual([400, expect.stringContaining(es.said.form), true])
  })
  test('a time that was given to somebody else, for another home, a day ago, or made up is no longer valid', async () => {
    const path = await stage.pathFor(who)
    const { startsAt } = slotsIn(await stage.get(path))[0]!
    const slotFor = (person: string, slug: string): Promise<string> => stage.own().handles.slot(person, { home: stage.homeIn(slug).no, startsAt: startsAt + 48 * hour })
    const old = await slotFor(who.person, 'roma-1')
    const handles = [await slotFor(stage.someone().person, 'roma-1'), await slotFor(who.person, 'roma-2'), 's_made-up', 'x'.repeat(100)]
    for (const slot of handles) {
      const response = await stage.post(path, { do: 'hold', slot })
      expect([response.status, plain(response)]).toEqual([409, expect.stringContaining(es.said.slotUnknown)])
    }
    stage.house.clock.advance(24 * hour + minute)
    expect((await stage.post(path, { do: 'hold', slot: old })).text).toContain(es.said.slotUnknown)
    expect(await stage.toursOf(who)).toEqual([])
  })
  test('a time that is past, too soon or off the grid is not offered, and others are', async () => {
    const path = await stage.pathFor(who)
    const now = stage.house.clock.now()
    for (const startsAt of [now - 24 * hour, now, now + 7 * minute, slotsIn(await stage.get(path))[0]!.startsAt + 7 * minute, now + 60 * 24 * hour]) {
      const response = await stage.post(path, { do: 'hold', slot: await stage.own().handles.slot(who.person, { home: stage.homeIn('roma-1').no, startsAt: Math.round(startsAt / minute) * minute }) })
      expect([response.status, plain(response), /class="nearest"/.test(response.text)]).toEqual([409, expect.stringContaining(es.said.notOffered), true])
    }
  })
  test("somebody else's hold, and one that is made up, confirm nothing", async () => {
    const other = stage.someone()
    const theirs = holdIn((await stage.chosen(await stage.pathFor(other))).held)
    const path = await stage.pathFor(who)
    for (const hold of [theirs, await stage.own().handles.tour(who.person, (await stage.toursOf(other))[0]!.id), 't_made-up', '']) expect((await stage.post(path, { do: 'confirm', hold })).status).toBe(409)
    expect([await stage.toursOf(who), (await stage.toursOf(other))[0]!.status]).toEqual([[], 'held'])
  })
  test('a form from another page changes nothing', async () => {
    const path = await stage.pathFor(who)
    const { slot } = slotsIn(await stage.get(path))[0]!
    for (const site of ['cross-site', 'same-site']) {
      const response = await stage.post(path, { do: 'hold', slot }, { 'sec-fetch-site': site })
      expect([response.status, plain(response)]).toEqual([403, expect.stringContaining(es.said.elsewhere)])
    }
    expect(await stage.toursOf(who)).toEqual([])
    expect((await stage.post(path, { do: 'hold', slot }, { 'sec-fetch-site': 'same-origin' })).status).toBe(303)
  })
  test('a body that is too large, broken or of another kind is refused as a page', async () => {
    const path = await stage.pathFor(who)
    const large = await stage.post(path, { do: 'hold', slot: 'x'.repeat(9_000) })
    expect([large.status, large.text.startsWith('<!doctype html>'), plain(large).includes(es.unread.join(' '))]).toEqual([errors.too_large.status, true, true])
    expect((await request(stage.house.doors).post(path).set('content-type', 'application/json').send('{"do":"hold"}')).status).toBe(400)
  })
  test('an agent without hours offers nothing, and a form from before is told so', async () => {
    const path = await stage.pathFor(who, { home: stage.homeIn('rio-1').no })
    const { slot } = slotsIn(await stage.get(path))[0]!
    const before = await sql<{ details: unknown }>`select details from agent where slug = 'beto'`.execute(stage.house.db.bare)
    await sql`update agent set details = jsonb_set(details, '{hours}', '[]') where slug = 'beto'`.execute(stage.house.db.bare)
    stage.house.clock.advance(11_000)
    const answers = [await stage.get(path), await stage.post(path, { do: 'hold', slot })]
    await sql`update agent set details = ${JSON.stringify(before.rows[0]!.details)}::jsonb where slug = 'beto'`.execute(stage.house.db.bare)
    stage.house.clock.advance(11_000)
    expect(answers.map((each) => [each.status, plain(each).includes(es.none), plain(each).includes(es.noneText)])).toEqual([[200, true, true], [409, true, true]])
  })
})

describe('too often', () => {
  test('is told to wait, as a page, and then goes on', async () => {
    const path = await stage.pathFor(who)
    const statuses: number[] = []
    for (let n = 0; n < 42; n++) statuses.push((await stage.get(path, { 'accept-language': 'en' })).status)
    expect(statuses).toEqual([...Array.from({ length: 40 }, () => 200), 429, 429])
    const response = await stage.get(path, { 'accept-language': 'en' })
    expect([plain(response), response.headers['retry-after']]).toEqual([expect.stringContaining(en.slowDown.join(' ')), '2'])
    stage.house.clock.advance(2_000)
    expect([(await stage.get(path)).status, (await stage.get(path)).status]).toEqual([200, 429])
    stage.house.clock.advance(minute)
    expect((await stage.get(path)).status).toBe(200)
  })
  test('is counted by all replicas together, and nobody who asked can be read from it', async () => {
    const link = (await stage.pathFor(who)).slice('/book/'.length)
    const { db, clock, vault, tenant } = stage.house
    const replicas = [0, 1].map(() => makeBookingLimit({ db, clock, vault, tenant }))
    const waits = await Promise.all(Array.from({ length: 60 }, (_, n) => replicas[n % 2]!({ link, address: '203.0.113.9' })))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(40)
    const { rows } = await sql<{ asker: Buffer }>`select asker from page_budget`.execute(db.bare)
    expect(rows.some(({ asker }) => asker.includes('203.0.113') || asker.length < 16)).toBe(false)
  })
  test('leaves one row for an address, however many links it makes up', async () => {
    const { db, clock, vault, tenant } = stage.house
    const rows = async (): Promise<number> => (await sql`select 1 from page_budget`.execute(db.bare)).rows.length
    const token = Buffer.from((await stage.pathFor(who)).slice('/book/'.length), 'base64url')
    const forged = (n: number): string => Buffer.from(token.map((byte, at) => (at === 0 ? byte ^ (n + 1) : byte))).toString('base64url')
    const limit = makeBookingLimit({ db, clock, vault, tenant })
    const before = await rows()
    const waits: number[] = []
    for (let n = 0; n < 250; n++) waits.push(await limit({ link: n % 2 ? `guess-${n}` : forged(n), address: '203.0.113.10' }))
    expect([waits.filter((wait) => wait === 0).length, (await rows()) - before]).toEqual([240, 1])
    await limit({ link: token.toString('base64url'), address: '203.0.113.11' })
    expect((await rows()) - before).toBe(3)
  })
  test.each([
    ['a home with IPv6 is one, whichever of its addresses it uses', (n: number) => `2001:db8:1:2:${n.toString(16)}::1`, 240], ['homes beside each other are several', (n: number) => `2001:db8:1:${n.toString(16)}::1`, 250],
    ['IPv4 is the same as a guest of IPv6', (n: number) => (n % 2 ? '::ffff:198.51.100.9' : '198.51.100.9'), 240], ['addresses of IPv4 are several', (n: number) => `::ffff:198.51.101.${n}`, 250],
  ])('%s', async (_title, address, most) => {
    const { db, clock, vault, tenant } = stage.house
    const limit = makeBookingLimit({ db, clock, vault, tenant })
    let passed = 0
    for (let n = 0; n < 250; n++) if ((await limit({ link: 'guess', address: address(n) })) === 0) passed++
    expect(passed).toBe(most)
  })
  test('leaves nothing behind once it is over', async () => {
    await stage.get(await stage.pathFor(who))
    stage.house.clock.advance(2 * minute)
    await housekeeping({ db: stage.house.db, keep: { rawDays: 1, finishedDays: 1, repeatDays: 1 }, now: stage.house.clock.now() })
    expect((await sql`select 1 from page_budget`.execute(stage.house.db.bare)).rows).toEqual([])
  })
  test('is by the visitor\'s own address behind a proxy that is believed, and by the proxy\'s behind one that is not', async () => {
    const sent = async (house: TestHouse, n: number): Promise<number> => (await request(house.doors).get(`/book/guess-${n}`).set('x-forwarded-for', `198.51.100.7, 203.0.113.${n % 2}`)).status
    const trusting = await testHouse({ config: { trustProxy: 1 } })
    const both = new Set<number>()
    for (let n = 0; n < 300; n++) both.add(await sent(trusting, n))
    await trusting.end()
    const one = new Set<number>()
    for (let n = 0; n < 300; n++) one.add(await sent(stage.house, n))
    expect([[...both], [...one]]).toEqual([[404], [404, 429]])
  })
  test('from one address holds for other links, too', async () => {
    const statuses = new Set<number>()
    for (let n = 0; n < 240; n++) statuses.add((await stage.get(`/book/guess-${n}`)).status)
    expect([[...statuses], (await stage.get(await stage.pathFor(who))).status]).toEqual([[404], 429])
  })
})

