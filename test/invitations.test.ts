import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import ICAL from 'ical.js'
import { sql } from 'kysely'
import request from 'supertest'
import { convertIcsCalendar } from 'ts-ics'
import { bookingWords } from '@portero/shared'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { confirmHold } from '@portero/tool-server/actions/confirm-hold.ts'
import { holdTour } from '@portero/tool-server/actions/hold-tour.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { reassignTour } from '@portero/tool-server/actions/reassign-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { smtp } from '@portero/tool-server/connectors/smtp/index.ts'
import type { Action, Subject } from '@portero/tool-server/define.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { dayStart } from '@portero/tool-server/domain/zones.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at as instant } from '@portero/tool-server/spine/db.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { personEmail, personName } from '@portero/tool-server/store/places.ts'
import { openMailServer, type MailServer } from './lab/smtp/mail-server.ts'
import type { Letter } from './lab/smtp/read-letter.ts'
import { holdIn, plain, slotsIn } from './support/booking-stage.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { icsFaults } from './support/ics-lint.ts'
import { tinyConnector } from './support/tiny.ts'

// What comes by mail of a visit to its prospect and to whoever shows it, by a real mail server, and what their calendars read in it.
const hour = 3_600_000
const agent = (slug: string): string => `
  - { slug: ${slug}, name: ${slug} Agente, email: ${slug}@casas.example, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '18:00' }], buildings: [roma] }`
const yaml = `buildings:${building('roma', 'perAgentAndDay: 50')}
agents:${agent('ana')}${agent('beto')}
`
type Prospect = Subject & { person: string; conversation: string }
let house: TestHouse
let post: MailServer
let catalogue: Catalogue
let people: Prospect[]
let letters: Letter[] = []
let ximena: Prospect
let hours = 0

beforeAll(async () => {
  post = await openMailServer({ answer: async (letter) => ({ status: 250, text: `2.0.0 OK ${letters.push(letter)}` }) })
  house = await testHouse({
    flows, connectors: [tinyConnector(), smtp],
    accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }, { vendor: 'smtp', account: 'avisos', settings: { baseUrl: post.url, from: 'visitas@casas.example', fromName: 'Visitas de Casa' } }],
  })
  await furnish(house, yaml)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  people = await prospects(house, (await house.connection('tiny')).id, 30)
})
afterAll(async () => {
  await house.end()
  await post.close()
})
beforeEach(() => {
  letters = []
  ximena = people.pop()!
})

const as = (subject: Subject) => (action: Action, args: object): Promise<any> => house.acting.as(subject, 'all')(action, args)
const ours = (): Subject => ({ tenant: house.tenant, by: 'staff', user: 'sofia' })
const home = (): Home => catalogue.homes[0]!
const agentOf = (slug: string): string => catalogue.agents.find((each) => each.slug === slug)!.id
const at = (hour_: number): number => dayStart('America/Mexico_City', '2026-11-30') + hour_ * hour / 2
const spot = (startsAt: number, by = ['ana']) => placing({ catalogue, home: home(), now: house.clock.now() }, startsAt, by.map(agentOf))
const known = async ({ person }: Prospect, email: string | null, name = 'Ximena Olvera'): Promise<void> => {
  const seal = (place: string, text: string) => house.vault.seal(house.db.bare, { tenant: house.tenant, person }, place, text)
  await sql`update person set name_sealed = ${await seal(personName(person), name)}, email_sealed = ${email === null ? null : await seal(personEmail(person), email)} where id = ${person}`.execute(house.db.bare)
}
const isBusy = async (): Promise<boolean> => (await sql`select 1 from job where name in ('mail.send', 'tours.changed') and state in ('scheduled', 'ready', 'running')`.execute(house.db.bare)).rows.length > 0
// A mail server takes one letter a second.
const settle = async (): Promise<void> => {
  do {
    await house.worker.settle()
    house.clock.advance(1_000)
  } while (await isBusy())
}
// Each visit at an hour of its own.
const booked = async (who = ximena): Promise<{ tour: string; startsAt: number }> => {
  const startsAt = at(18 + hours++)
  const { status, tour } = await as(who)(bookTour, spot(startsAt))
  expect(status).toBe('booked')
  await settle()
  return { tour, startsAt }
}
const versionOf = async (tour: string): Promise<number> => (await sql<{ version: number }>`select version from tour where id = ${tour}`.execute(house.db.bare)).rows[0]!.version
const came = (): [string, string | undefined][] => letters.map(({ to, calendar }): [string, string | undefined] => [to, calendar?.method]).toSorted((a, b) => (String(a) < String(b) ? -1 : 1))
const letterTo = (to: string): Letter => letters.findLast((each) => each.to === to)!
const eventIn = ({ calendar }: Pick<Letter, 'calendar'>) => {
  const { method, text } = calendar!
  expect([icsFaults(text), convertIcsCalendar(undefined, text).method, /^METHOD:(\w+)\r$/m.exec(text)?.[1]]).toEqual([[], method, method])
  const component = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vevent')!
  const { uid, sequence, startDate, attendees, organizer } = new ICAL.Event(component)
  return { uid, sequence, start: startDate.toString(), status: component.getFirstPropertyValue('status'), organizer, attendees: attendees.map((each) => [String(each.getFirstValue()).toLowerCase(), each.getParameter('cn'), each.getParameter('rsvp')]) }
}
const utc = (ms: number): string => new Date(ms).toISOString().replace('.000', '')

describe('a visit that is booked', () => {
  test('comes to its prospect and to whoever shows it, each alone and of nobody else', async () => {
    await known(ximena, 'ximena@correo.example')
    const { tour, startsAt } = await booked()
    expect(came()).toEqual([['ana@casas.example', 'REQUEST'], ['ximena@correo.example', 'REQUEST']])
    const [hers, anas] = [letterTo('ximena@correo.example'), letterTo('ana@casas.example')]
    expect(eventIn(hers)).toEqual({ uid: `${tour}@portero`, sequence: 1, start: utc(startsAt), status: 'CONFIRMED', organizer: 'mailto:visitas@casas.example', attendees: [['mailto:ximena@correo.example', 'Ximena Olvera', 'FALSE']] })
    expect(eventIn(anas)).toMatchObject({ uid: `${tour}@portero`, attendees: [['mailto:ana@casas.example', 'ana Agente', 'FALSE']] })
    expect([hers.from, hers.subject, hers.text]).toEqual([{ name: 'Visitas de Casa', address: 'visitas@casas.example' }, 'Visita: roma 1, lunes 30 nov, 9:00 h', expect.stringMatching(/^Hola, Ximena Olvera:\n\nTu visita a roma 1 es el lunes 30 nov, 9:00 h\./)])
    for (const secret of ['ximena', 'Ximena', ximena.person]) expect(JSON.stringify({ ...anas, bytes: anas.bytes.toString() })).not.toContain(secret)
    for (const secret of ['ana@', 'Agente', ximena.person]) expect(JSON.stringify({ ...hers, bytes: hers.bytes.toString() })).not.toContain(secret)
    expect(anas.text).toContain(`/console/conversations/${ximena.conversation}`)
  })
  test('is built as calendars look for it: beside the text, with its method and charset, and as a file', async () => {
    await known(ximena, 'ximena@correo.example')
    await booked()
    const raw = letterTo('ximena@correo.example').bytes.toString()
    expect(raw).toMatch(/^Content-Type: multipart\/mixed;/m)
    expect([...raw.matchAll(/^Content-Type: ([\w/]+)/gm)].map(([, type]) => type)).toEqual(['multipart/mixed', 'multipart/alternative', 'text/plain', 'text/html', 'text/calendar', 'application/ics'])
    expect(raw).toMatch(/^Content-Type: text\/calendar; charset=utf-8;\s+method=REQUEST/im)
    expect(raw).toMatch(/^Content-Disposition: attachment; filename=invite\.ics/m)
  })
  test('comes to whoever shows it only, where we know of no mail of its prospect', async () => {
    await booked()
    expect(came()).toEqual([['ana@casas.example', 'REQUEST']])
  })
  test('comes to no mailbox that is none', async () => {
    await known(ximena, 'ximena@correo')
    await booked()
    expect(came()).toEqual([['ana@casas.example', 'REQUEST']])
  })
  test('comes in the language and to the mailbox that they wrote on the page', async () => {
    await sql`update person set language = 'en' where id = ${ximena.person}`.execute(house.db.bare)
    const { tour } = await as(ximena)(holdTour, spot(at(18 + hours++)))
    await as(ximena)(confirmHold, { tour, email: 'x.olvera@correo.example' })
    await settle()
    expect([letterTo('x.olvera@correo.example').text.split('\n')[0], eventIn(letterTo('x.olvera@correo.example')).sequence]).toEqual(['Hi,', 2])
  })
  test('is said to nobody who wants no messages, but to whoever shows it', async () => {
    await known(ximena, 'ximena@correo.example')
    const { person, tenant } = ximena
    await sql`insert into consent (tenant_id, id, person_id, purpose, status, evidence, actor, at) values (${tenant}, ${newId(house.clock)}, ${person}, 'messages', 'revoked', 'BAJA', 'prospect', ${instant(house.clock.now())})`.execute(house.db.bare)
    const { tour } = await booked()
    await as(ours())(cancelTour, { tour, version: 1 })
    await settle()
    expect(came().filter(([, method]) => method !== undefined)).toEqual([['ana@casas.example', 'CANCEL'], ['ana@casas.example', 'REQUEST']])
  })
})

describe('the booking page', () => {
  const open = async (): Promise<{ path: string; page: string; hold: string }> => {
    const path = (await makeOwnReads({ ...house, publicBaseUrl: '' })(house.tenant).handles.bookingUrl({ conversation: ximena.conversation, wish: { home: home().no } }))
    await request(house.doors).post(path).type('form').send({ do: 'hold', slot: slotsIn(await request(house.doors).get(path))[0]!.slot })
    const held = await request(house.doors).get(path)
    return { path, page: held.text, hold: holdIn(held) }
  }
  const confirm = ({ path, hold }: { path: string; hold: string }, email: string) => request(house.doors).post(path).type('form').send({ do: 'confirm', hold, email })
  test('asks where to write to, and writes there', async () => {
    const held = await open()
    expect(held.page).toContain('<input id="email" name="email" type="email"')
    expect((await confirm(held, '  X.Olvera@Correo.example ')).text).toContain(bookingWords['es-MX'].bookedTitle)
    await settle()
    expect(came()).toContainEqual(['x.olvera@correo.example', 'REQUEST'])
  })
  test('takes no other mailbox than the one that is known, whoever has the link', async () => {
    const held = await open()
    await known(ximena, 'ximena@correo.example')
    expect((await confirm(held, 'otra@correo.example')).text).toContain(bookingWords['es-MX'].bookedTitle)
    await settle()
    expect(came().filter(([to]) => to.endsWith('@correo.example'))).toEqual([['ximena@correo.example', 'REQUEST']])
    const { rows: [row] } = await sql<{ email: Buffer }>`select email_sealed as email from person where id = ${ximena.person}`.execute(house.db.bare)
    expect(String(await house.vault.open(house.db.bare, house.tenant, personEmail(ximena.person), row!.email))).toBe('ximena@correo.example')
  })
  test.each(['ximena', 'ximena@', 'a@b', 'ximena@correo.example, otra@correo.example', 'x@y.example\nBcc: z@y.example'])('says of %j that it is none, and keeps the time', async (email) => {
    const held = await open()
    const answer = await confirm(held, email)
    expect([answer.status, plain(answer).includes(bookingWords['es-MX'].said.email), holdIn(answer)]).toEqual([400, true, held.hold])
    expect((await confirm(held, '')).text).toContain(bookingWords['es-MX'].bookedTitle)
  })
  test('does not ask whose mail is known', async () => {
    await known(ximena, 'ximena@correo.example')
    expect((await open()).page).not.toContain('name="email"')
  })
})

describe('a visit that changes', () => {
  test('is the same event later, and then none', async () => {
    await known(ximena, 'ximena@correo.example')
    const { tour } = await booked()
    letters = []
    const later = at(18 + hours++)
    expect(await as(ximena)(rescheduleTour, { ...spot(later), tour, version: 1 })).toMatchObject({ status: 'moved' })
    await settle()
    expect(came()).toEqual([['ana@casas.example', 'REQUEST'], ['ximena@correo.example', 'REQUEST']])
    expect([eventIn(letterTo('ximena@correo.example')), letterTo('ximena@correo.example').subject]).toEqual([expect.objectContaining({ uid: `${tour}@portero`, sequence: 2, start: utc(later), status: 'CONFIRMED' }), expect.stringMatching(/^Cambió la visita: /)])
    letters = []
    await as(ximena)(cancelTour, { tour, version: 2 })
    await settle()
    expect(came()).toEqual([['ana@casas.example', 'CANCEL'], ['ximena@correo.example', 'CANCEL']])
    expect([eventIn(letterTo('ximena@correo.example')), letterTo('ximena@correo.example').subject]).toEqual([expect.objectContaining({ uid: `${tour}@portero`, sequence: 3, start: utc(later), status: 'CANCELLED' }), expect.stringMatching(/^Cancelada: /)])
  })
  test('that somebody else shows leaves one calendar and enters the other, and its prospect reads nothing', async () => {
    await known(ximena, 'ximena@correo.example')
    const { tour, startsAt } = await booked()
    letters = []
    const { day, gapMs, perDay } = spot(startsAt)
    expect(await as(ours())(reassignTour, { tour, version: 1, agent: agentOf('beto'), day, gapMs, perDay })).toMatchObject({ status: 'reassigned' })
    await settle()
    expect(came()).toEqual([['ana@casas.example', 'CANCEL'], ['beto@casas.example', 'REQUEST']])
    expect([eventIn(letterTo('ana@casas.example')), eventIn(letterTo('beto@casas.example'))]).toMatchObject([{ uid: `${tour}@portero`, status: 'CANCELLED', attendees: [['mailto:ana@casas.example', 'ana@casas.example', 'FALSE']] }, { uid: `${tour}@portero`, status: 'CONFIRMED', sequence: 2 }])
  })
  test('leaves the mailbox that they had, for the one that they have', async () => {
    await known(ximena, 'vieja@correo.example')
    const { tour } = await booked()
    letters = []
    await known(ximena, 'nueva@correo.example')
    await as(ximena)(rescheduleTour, { ...spot(at(18 + hours++)), tour, version: 1 })
    await settle()
    expect(came()).toEqual([['ana@casas.example', 'REQUEST'], ['nueva@correo.example', 'REQUEST'], ['vieja@correo.example', 'CANCEL']])
  })
  test('several times at once is said as it came to be last', async () => {
    await known(ximena, 'ximena@correo.example')
    const { tour } = await booked()
    letters = []
    let last = 0
    for (let n = 0; n < 3; n++) await as(ximena)(rescheduleTour, { ...spot((last = at(18 + hours++))), tour, version: await versionOf(tour) })
    await settle()
    expect([came(), eventIn(letterTo('ximena@correo.example'))]).toMatchObject([[['ana@casas.example', 'REQUEST'], ['ximena@correo.example', 'REQUEST']], { sequence: 4, start: utc(last) }])
  })
  test('of two who turned out to be one goes to the mailbox of either, which is lent for as long as they are one', async () => {
    const other = people.pop()!
    await known(other, 'otra@correo.example')
    const { tour } = await booked() // whoever has a visit is kept
    const { merge, kept } = await as(ours())(mergePeople, { people: [ximena.person, other.person] })
    letters = []
    await as(ximena)(rescheduleTour, { ...spot(at(18 + hours++)), tour, version: 1 })
    await settle()
    expect([kept, came()]).toEqual([ximena.person, [['ana@casas.example', 'REQUEST'], ['otra@correo.example', 'REQUEST']]])
    await as(ours())(unmergePeople, { merge })
    const { rows: [mail] } = await sql<{ lent: boolean; own: boolean }>`select (select email_sealed is not null from person where id = ${ximena.person}) as lent, (select email_sealed is not null from person where id = ${other.person}) as own`.execute(house.db.bare)
    expect(mail).toEqual({ lent: false, own: true })
    letters = []
    await as(ximena)(cancelTour, { tour, version: 2 })
    await settle()
    expect(came()).toEqual([['ana@casas.example', 'CANCEL'], ['otra@correo.example', 'CANCEL']])
  })
  test('goes on where whose visit it is turns out to be somebody else', async () => {
    await known(ximena, 'ximena@correo.example')
    const { tour } = await booked()
    const other = people.pop()!
    await booked(other)
    await sql`update lead set stage = 'application' where person_id = ${other.person}`.execute(house.db.bare)
    const { merge, kept } = await as(ours())(mergePeople, { people: [ximena.person, other.person] })
    letters = []
    await as({ ...ximena, person: kept })(rescheduleTour, { ...spot(at(18 + hours++)), tour, version: 1 })
    await settle()
    expect([kept, came()]).toEqual([other.person, [['ana@casas.example', 'REQUEST'], ['ximena@correo.example', 'REQUEST']]])
    await as(ours())(unmergePeople, { merge })
    letters = []
    await as(ximena)(cancelTour, { tour, version: 2 })
    await settle()
    expect(came()).toEqual([['ana@casas.example', 'CANCEL'], ['ximena@correo.example', 'CANCEL']])
  })
})

test('the file behind the link is published from our mailbox, for whoever takes it', async () => {
  const { tour } = await booked()
  const path = await makeOwnReads({ ...house, publicBaseUrl: '' })(house.tenant).handles.calendarUrl(tour)
  const taken = async (): Promise<ReturnType<typeof eventIn>> => eventIn({ calendar: { method: 'PUBLISH', text: (await request(house.doors).get(path)).text } })
  expect(await taken()).toMatchObject({ uid: `${tour}@portero`, sequence: 1, status: 'CONFIRMED', organizer: 'mailto:visitas@casas.example', attendees: [] })
  await as(ximena)(cancelTour, { tour, version: 1 })
  expect(await taken()).toMatchObject({ uid: `${tour}@portero`, sequence: 2, status: 'CANCELLED', organizer: 'mailto:visitas@casas.example', attendees: [] })
})

test('where the calendars send their own, ours stay at home', async () => {
  await known(ximena, 'ximena@correo.example')
  await house.connections.put({ tenant: house.tenant, vendor: 'smtp', account: 'avisos', settings: { baseUrl: post.url, from: 'visitas@casas.example', invitations: false } })
  await booked()
  expect(letters).toEqual([])
  const path = await makeOwnReads({ ...house, publicBaseUrl: '' })(house.tenant).handles.bookingUrl({ conversation: ximena.conversation, wish: { home: home().no } })
  await request(house.doors).post(path).type('form').send({ do: 'hold', slot: slotsIn(await request(house.doors).get(path))[0]!.slot })
  expect((await request(house.doors).get(path)).text).not.toContain('name="email"')
})
