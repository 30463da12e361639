import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import ICAL from 'ical.js'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { calendarWords } from '@portero/shared'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import type { Action, Subject } from '@portero/tool-server/define.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { dayOf, dayStart } from '@portero/tool-server/domain/zones.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { calendarToken } from '@portero/tool-server/store/calendar-links.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { personName } from '@portero/tool-server/store/places.ts'
import { fakeClock } from './support/clock.ts'
import { furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { icsFaults } from './support/ics-lint.ts'
import { tinyConnector } from './support/tiny.ts'

// A visit as a calendar file, read by Mozilla's parser. The catalogue has a comma, a semicolon and an accent to escape, and two zones.
const hours = 3_600_000
const days = 24 * hours
const publicBaseUrl = 'https://portero.example'
const building = (slug: string, zone: string, more = ''): string => `
  - slug: ${slug}
    name: Torre ${slug}
    zone: ${zone}
    address: 'Calle Álamo 1, int. 2; esquina'
    neighbourhood: Centro
    city: Ciudad
    ${more}
    homes: [{ slug: ${slug}-1, title: 'Depa ${slug}, con balcón', unit: '1', bedrooms: 1, bathrooms: 1, areaM2: 50, rentMxn: 15000, pets: 'yes', availableFrom: '2026-12-01' }]`
const yaml = `buildings:${building('roma', 'America/Mexico_City', "mapUrl: 'https://maps.example/?q=19.4,-99.1&z=17'")}${building('rio', 'America/Tijuana')}
agents:
  - { slug: ana, name: Ana Agente, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '18:00' }], buildings: [roma, rio] }
`
type Prospect = Subject & { person: string; conversation: string }
let house: TestHouse
let catalogue: Catalogue
let people: Prospect[]
beforeAll(async () => {
  house = await testHouse({ clock: fakeClock(), flows, connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], config: { publicBaseUrl } })
  await furnish(house, yaml)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  people = await prospects(house, (await house.connection('tiny')).id, 40)
})
afterAll(() => house.end())

const homeIn = (slug: string): Home => catalogue.homes.find((home) => home.slug === `${slug}-1`)!
const wish = ({ id, building }: Home, day: string, hour: number) => {
  const startsAt = dayStart(building.zone, day) + hour * hours
  return { home: id, building: building.id, day: dayOf(building.zone, startsAt), startsAt, endsAt: startsAt + 30 * 60_000, gapMs: gapMs(building, false), perDay: 8, agents: catalogue.agents.map((agent) => agent.id), weights: {}, elsewhere: { agents: [], from: startsAt, to: startsAt + 1 } }
}
const as = (subject: Subject) => (action: Action, args: object): Promise<any> => house.acting.as(subject, 'all')(action, args)
const booked = async (slug = 'roma', day = '2026-12-01', hour = 10): Promise<{ who: Prospect; tour: string; path: string }> => {
  const who = people.pop()!
  const { status, tour } = await as(who)(bookTour, wish(homeIn(slug), day, hour))
  expect(status).toBe('booked')
  const url = await makeOwnReads({ ...house, publicBaseUrl })(house.tenant).handles.calendarUrl(tour)
  expect(url).toMatch(/^https:\/\/portero\.example\/ics\/[\w-]{64}$/)
  return { who, tour, path: url.slice(publicBaseUrl.length) }
}
const get = (path: string, headers: object = {}): Promise<Response> => request(house.doors).get(path).set({ ...headers }).buffer(true).parse((response, done) => {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done(null, Buffer.concat(chunks).toString()))
})
const eventIn = ({ status, body }: Response) => {
  expect([status, icsFaults(body)]).toEqual([200, []])
  const calendar = new ICAL.Component(ICAL.parse(body))
  expect(calendar.getAllSubcomponents().map(({ name }) => name)).toEqual(['vevent'])
  const component = calendar.getFirstSubcomponent('vevent')!
  return { calendar, component, event: new ICAL.Event(component), value: (name: string): string | undefined => component.getFirstPropertyValue(name)?.toString() }
}

describe('the file', () => {
  test('is one visit that a foreign parser reads', async () => {
    const { tour, path } = await booked()
    const { event, value, component, calendar } = eventIn(await get(path))
    expect({ uid: event.uid, summary: event.summary, location: event.location, sequence: event.sequence, status: value('status'), url: value('url'), stamp: value('dtstamp'), version: calendar.getFirstPropertyValue('version') }).toEqual({
      uid: `${tour}@portero`, summary: 'Visita: Depa roma, con balcón', location: 'Torre roma, 1 · Calle Álamo 1, int. 2; esquina', sequence: 1, status: 'CONFIRMED', url: 'https://maps.example/?q=19.4%2C-99.1&z=17', stamp: '2026-11-23T17:00:00Z', version: '2.0',
    })
    expect(event.description).toBe(`${calendarWords['es-MX'].about}\nCómo llegar: https://maps.example/?q=19.4,-99.1&z=17`)
    const alarms = component.getAllSubcomponents('valarm').map((alarm) => ['action', 'trigger', 'description'].map((name) => alarm.getFirstPropertyValue(name)?.toString()))
    expect(alarms).toEqual([['DISPLAY', '-PT2H', 'Tu visita a Depa roma, con balcón es en 2 horas']])
  })
  test.each([
    ['Mexico City', 'roma', '2026-12-02', '2026-12-02T16:00:00Z', '2026-12-02T16:30:00Z'],
    ['Mexico City in summer, which it no longer has', 'roma', '2027-07-13', '2027-07-13T16:00:00Z', '2027-07-13T16:30:00Z'],
    ['Tijuana', 'rio', '2026-12-03', '2026-12-03T18:00:00Z', '2026-12-03T18:30:00Z'],
    ['Tijuana in summer', 'rio', '2027-07-14', '2027-07-14T17:00:00Z', '2027-07-14T17:30:00Z'],
  ])('says ten in the morning of %s in UTC', async (_title, slug, day, start, end) => {
    const { path } = await booked(slug, day)
    const { event, component } = eventIn(await get(path))
    expect([event.startDate.toString(), event.endDate.toString(), event.startDate.zone.tzid, component.getFirstProperty('dtstart')!.getParameter('tzid')]).toEqual([start, end, 'UTC', undefined])
  })
  test('is what calendars take as one: CRLF, no line over 75 octets, and headers that let nobody keep or sniff it', async () => {
    const { path } = await booked('rio', '2026-12-04')
    const { headers, body } = await get(path)
    expect(body.split('\r\n').every((line: string) => !line.includes('\n') && Buffer.byteLength(line) <= 75)).toBe(true)
    expect(headers).toMatchObject({ 'content-type': 'text/calendar; charset=utf-8', 'content-disposition': 'attachment; filename="visita.ics"', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-robots-tag': 'noindex' })
  })
  test('is in the language of its prospect', async () => {
    const { who, path } = await booked('rio', '2026-12-07')
    await sql`update person set language = 'en' where id = ${who.person}`.execute(house.db.bare)
    const response = await get(path, { 'accept-language': 'es-MX' })
    expect([eventIn(response).event.summary, response.headers['content-disposition']]).toEqual(['Visit: Depa rio, con balcón', 'attachment; filename="visit.ics"'])
  })
  test('names nobody', async () => {
    const { who, path } = await booked('roma', '2026-12-08')
    const name = await house.vault.seal(house.db.bare, who, personName(who.person), 'Bruno Bravo')
    await sql`update person set name_sealed = ${name} where id = ${who.person}`.execute(house.db.bare)
    const { body } = await get(path)
    for (const secret of ['Bruno', 'Bravo', 'Ana Agente', who.person, who.conversation, house.tenant, 'ORGANIZER', 'ATTENDEE']) expect(body).not.toContain(secret)
  })
})

describe('what became of the visit', () => {
  test('a visit that moved is the same event, later', async () => {
    const { who, tour, path } = await booked('roma', '2026-12-09')
    expect(await as(who)(rescheduleTour, { ...wish(homeIn('roma'), '2026-12-10', 12), tour, version: 1 })).toMatchObject({ status: 'moved' })
    const { event } = eventIn(await get(path))
    expect([event.uid, event.sequence, event.startDate.toString()]).toEqual([`${tour}@portero`, 2, '2026-12-10T18:00:00Z'])
  })
  test('a visit that was called off says so, and reminds nobody', async () => {
    const { who, tour, path } = await booked('roma', '2026-12-11')
    expect(await as(who)(cancelTour, { tour, version: 1 })).toMatchObject({ status: 'cancelled' })
    const { event, value, component } = eventIn(await get(path))
    expect([event.uid, event.sequence, value('status'), component.getAllSubcomponents('valarm')]).toEqual([`${tour}@portero`, 2, 'CANCELLED', []])
  })
  test('a visit that is only held is tentative', async () => {
    const { tour, path } = await booked('roma', '2026-12-14')
    await sql`update tour set status = 'held', held_until = ${at(house.clock.now() + 60_000)} where id = ${tour}`.execute(house.db.bare)
    expect(eventIn(await get(path)).value('status')).toBe('TENTATIVE')
  })
  test('some days after it the link opens nothing, and a visit that moved on keeps its own', async () => {
    const { who, tour, path } = await booked('roma', '2026-11-24')
    const moving = await booked('roma', '2026-11-25')
    await as(moving.who)(rescheduleTour, { ...wish(homeIn('roma'), '2026-12-15', 10), tour: moving.tour, version: 1 })
    const { rows: [row] } = await sql<{ ends: number }>`select ends_at as ends from tour where id = ${tour} and person_id = ${who.person}`.execute(house.db.bare)
    house.clock.advance(row!.ends + 7 * days - house.clock.now())
    expect((await get(path)).status).toBe(200)
    house.clock.advance(1)
    expect([(await get(path)).status, (await get(moving.path)).status]).toEqual([404, 200])
  })
})

describe('a link', () => {
  test('that is forged, foreign, cut or of nothing says one and the same', async () => {
    const [mine, other] = [await booked('rio', '2026-12-16'), await booked('rio', '2026-12-17')]
    const token = mine.path.slice('/ics/'.length)
    const bytes = Buffer.from(token, 'base64url')
    const others = Buffer.from(other.path.slice('/ics/'.length), 'base64url')
    const flipped = (place: number): string => Buffer.from(bytes.map((byte, at) => (at === place ? byte ^ 1 : byte))).toString('base64url')
    const foreign = newId(house.clock)
    await sql`insert into tenant (tenant_id, name, created_at) values (${foreign}, 'other', ${at(house.clock.now())})`.execute(house.db.bare)
    const on = { on: house.db.bare, vault: house.vault }
    const tokens: Record<string, string> = {
      'another tour under this signature': Buffer.concat([bytes.subarray(0, 16), others.subarray(16, 32), bytes.subarray(32)]).toString('base64url'),
      'no signature': bytes.subarray(0, 32).toString('base64url'),
      'a signature of noughts': Buffer.concat([bytes.subarray(0, 32), Buffer.alloc(16)]).toString('base64url'),
      "another tenant's, well signed there": await calendarToken(on, { tenant: foreign, tour: mine.tour }),
      'a tour that is none, well signed': await calendarToken(on, { tenant: house.tenant, tour: newId(house.clock) }),
      "a card's name of the tour": await makeOwnReads({ ...house, publicBaseUrl })(house.tenant).handles.tour(mine.who.person, mine.tour),
      'one letter more': `${token}A`, 'in other letters': token.toLowerCase(), 'padded': `${token}=`, 'a path': '..%2f..%2fetc', 'sql': "'%20or%20true",
    }
    for (let place = 0; place < bytes.length; place++) tokens[`bit ${place}`] = flipped(place)
    const said = await Promise.all(Object.entries(tokens).map(async ([name, each]) => {
      const { status, body, headers } = await get(`/ics/${each}`, { 'accept-language': 'es-MX,es;q=0.9' })
      return { name, status, body, type: headers['content-type'] }
    }))
    expect(said.filter(({ status, body, type }) => status !== 404 || body !== calendarWords['es-MX'].gone || type !== 'text/plain; charset=utf-8')).toEqual([])
    expect((await get(mine.path)).status).toBe(200)
  })
  test('is in English for whoever reads that', async () => {
    expect((await get('/ics/nothing', { 'accept-language': 'en-US' })).body).toBe(calendarWords.en.gone)
  })
  test.each(['post', 'put', 'delete'] as const)('takes no %s', async (method) => {
    const { path } = await booked('rio', method === 'post' ? '2026-12-18' : method === 'put' ? '2026-12-21' : '2026-12-22')
    expect((await request(house.doors)[method](path)).status).toBe(404)
  })
})
