import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { bookingWords, sayings } from '@portero/shared'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { holdTour } from '@portero/tool-server/actions/hold-tour.ts'
import { reassignTour } from '@portero/tool-server/actions/reassign-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { holdIn, slotsIn } from './support/booking-stage.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// A visit stays in the language in which it was asked for. ana speaks only Spanish and beto English too; beto shows roma in the afternoon only, condesa is seen in groups of four, and polanco by ana alone.
jest.setTimeout(120_000)
const days = 'days: [mon, tue, wed, thu, fri, sat, sun]'
const yaml = `buildings:${building('roma', 'perAgentAndDay: 20, horizonDays: 30')}${building('condesa', 'perAgentAndDay: 20, horizonDays: 30, seats: 4')}${building('polanco', 'horizonDays: 30')}
agents:
  - { slug: ana, name: Ana, weight: 10, hours: [{ ${days}, from: '09:00', to: '18:00' }], buildings: [roma, condesa, polanco] }
  - { slug: beto, name: Beto, languages: [es-MX, en], hours: [{ ${days}, from: '14:00', to: '18:00' }], buildings: [roma, condesa] }
`
type Talker = Subject & { person: string; conversation: string }
type Row = { id: string; agent: string; language: string | null; status: string; startsAt: number; version: number }
let house: TestHouse
let server: Server
let catalogue: Catalogue
let people: Talker[]
let [roma, condesa, ana, beto, key] = [undefined as never as Home, undefined as never as Home, '', '', '']
let who: Talker
beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools, config: { publicBaseUrl: 'https://portero.example' } })
  await furnish(house, yaml)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  ;[roma, condesa] = catalogue.homes as [Home, Home]
  ;[ana, beto] = catalogue.agents.map(({ id }) => id) as [string, string]
  people = await prospects(house, (await house.connection('tiny')).id, 80)
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.end()
})
beforeEach(async () => {
  house.clock.advance(60_000)
  await sql`delete from tour`.execute(house.db.bare)
  who = people.pop()!
})

const say = sayings['es-MX']
const at = (time: string): number => Date.parse(`2026-11-30T${time}-06:00`)
const ask = async (tool: string, input: object, whom = who): Promise<any> => {
  house.clock.advance(1_001) // not to be stopped for calling too often
  return (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', `cv-${whom.conversation}`).send(input)).body
}
const does = (whom: Subject) => house.acting.as(whom, 'all')
const staff = (): Subject => ({ tenant: house.tenant, by: 'staff', user: 'leasing' })
const system = (): Subject => ({ tenant: house.tenant, by: 'system' })
const place = (home: Home, startsAt: number, language?: 'es-MX' | 'en', agents = [ana, beto]) => placing({ catalogue, home, now: house.clock.now(), wants: { language } }, startsAt, agents)
const book = async (home: Home, startsAt: number, language?: 'es-MX' | 'en', whom = who): Promise<string> => (await does(whom)(bookTour, place(home, startsAt, language))).tour!
const rows = async (whom = who): Promise<Row[]> => (await sql<Row>`select id, agent_id as agent, language, status, starts_at as "startsAt", version from tour where person_id = ${whom.person} order by starts_at`.execute(house.db.bare)).rows
const handed = (tour: string, agent: string, more: object = {}) => does(staff())(reassignTour, { tour, version: 1, agent, day: '2026-11-30', gapMs: 0, perDay: 20, ...more })
const hours = (slots: { start: string }[]): number[] => slots.map(({ start }) => Number(start.slice(11, 13)))
// Whoever else wants it so has it, until nobody who speaks it is free.
const fill = async (startsAt: number): Promise<void> => void (await book(roma, startsAt, 'en', people.pop()))

describe('a visit that was asked for in a language', () => {
  test('is shown by who speaks it, whoever comes first in line', async () => {
    const tour = await book(roma, at('15:00'), 'en')
    expect(await rows()).toMatchObject([{ id: tour, agent: beto, language: 'en' }])
    expect((await does(people.pop()!)(bookTour, place(roma, at('15:00'), 'en'))).status).toBe('gone')
    expect((await does(people.pop()!)(bookTour, place(roma, at('15:00')))).status).toBe('booked')
  })
  test('moves only to when who speaks it is free, without being said again', async () => {
    const tour = await book(roma, at('15:00'), 'en')
    await fill(at('16:00'))
    expect((await does(who)(rescheduleTour, { ...place(roma, at('16:00')), tour })).status).toBe('gone')
    expect((await does(who)(rescheduleTour, { ...place(roma, at('17:00')), tour })).status).toBe('moved')
    expect(await rows()).toMatchObject([{ agent: beto, language: 'en', startsAt: at('17:00') }])
  })
  test('is handed to nobody who does not speak it, but where people of ours decided so', async () => {
    const tour = await book(roma, at('15:00'), 'en')
    expect([(await handed(tour, ana)).status, await rows()]).toMatchObject(['busy', [{ agent: beto, version: 1 }]])
    expect([(await handed(tour, ana, { byPeople: true })).status, await rows()]).toMatchObject(['reassigned', [{ agent: ana, language: 'en' }]])
    const free = await book(roma, at('16:00'), undefined, people.pop())
    expect((await handed(free, beto)).status).toMatch('reassigned')
  })
  test('is moved by people of ours to whenever, and then rather to who speaks it', async () => {
    const tour = await book(roma, at('15:00'), 'en')
    await fill(at('16:00'))
    const moves = (startsAt: number, agents = [ana, beto]) => does(system())(rescheduleTour, { ...place(roma, startsAt, undefined, agents), tour, byPeople: true })
    expect([(await moves(at('16:00'))).status, await rows()]).toMatchObject(['moved', [{ agent: ana, language: 'en' }]])
    await book(roma, at('17:00'), 'es-MX', people.pop())
    expect([(await moves(at('17:00'))).status, await rows()]).toMatchObject(['moved', [{ agent: beto, language: 'en' }]])
  })
  test('that they have already is handed over because they ask for it, under the lock of who gives it up, and never by what is only kept for them', async () => {
    const lock = async (): Promise<unknown> => (await sql`select xmin::text from agent_day where agent_id = ${ana} and day = '2026-11-30'`.execute(house.db.bare)).rows
    const tour = (await does(who)(bookTour, place(roma, at('15:00'), undefined, [ana]))).tour!
    expect([(await does(who)(holdTour, place(roma, at('15:00'), 'en', [beto]))).status, await rows()]).toMatchObject(['mine', [{ id: tour, agent: ana, language: null, version: 1 }]])
    const before = await lock()
    expect([(await does(who)(bookTour, place(roma, at('15:00'), 'en', [beto]))).status, await rows()]).toMatchObject(['mine', [{ id: tour, agent: beto, language: 'en', version: 2 }]])
    expect(await lock()).not.toEqual(before)
  })
  test('joins a group of who speaks it, and a whole group is handed only to who speaks what each of them asked for', async () => {
    const first = people.pop()!
    expect((await does(first)(bookTour, place(condesa, at('15:00'), undefined, [ana]))).status).toBe('booked')
    await book(condesa, at('15:00'), 'en')
    expect([await rows(first), await rows()]).toMatchObject([[{ agent: ana }], [{ agent: beto, language: 'en' }]])
    const guest = people.pop()!
    const other = (await does(guest)(bookTour, place(condesa, at('15:00'), undefined, [beto]))).tour!
    expect([(await handed(other, ana, { isWhole: true })).status, (await handed(other, ana)).status, await rows(), await rows(guest)]).toMatchObject(['busy', 'reassigned', [{ agent: beto }], [{ agent: ana }]])
  })
})

describe('the tools', () => {
  test('remember by the slot in which language it was offered', async () => {
    const { data: { slots } } = await ask('check_availability', { home: 'roma-1', from_day: '2026-11-30', language: 'en' })
    expect(hours(slots).every((hour) => hour >= 14)).toBe(true)
    expect(await ask('book_tour', { slot_id: slots[0].slot_id })).toMatchObject({ ok: true, data: { tour: { agent: 'Beto' } } })
    expect(await rows()).toMatchObject([{ agent: beto, language: 'en' }])
  })
  test('say that nobody who speaks it is free, and when somebody is', async () => {
    await fill(at('15:00'))
    const gone = await ask('book_tour', { home: 'roma-1', when: '2026-11-30 15:00', language: 'en' })
    expect([gone.error.code, gone.say, hours(gone.error.alternatives).every((hour) => hour >= 14)]).toEqual(['slot_gone', say.noneSpeaking('en'), true])
    expect(gone.say).toBe('A esa hora no hay nadie libre que hable inglés; estos son los horarios más cercanos con quien sí lo habla.')
    const never = await ask('book_tour', { home: 'roma-1', when: '2026-11-30 10:00', language: 'en' })
    expect([never.error.code, never.say]).toEqual(['not_offered', say.noneSpeaking('en')])
    expect(await ask('book_tour', { slot_id: never.error.alternatives[0].slot_id })).toMatchObject({ ok: true, data: { tour: { agent: 'Beto' } } })
    expect(await rows()).toMatchObject([{ language: 'en' }])
  })
  test('say what there is without that language where nobody speaks it', async () => {
    const none = await ask('check_availability', { home: 'polanco-1', from_day: '2026-11-30', language: 'en' })
    expect([none.say, none.data.slots, hours(none.data.nearby)]).toEqual(['Para visitar polanco 1 no veo a nadie libre que hable inglés; sin ese idioma, el horario más cercano es lunes 30 nov, 9:00 h.', [], [9, 9, 10]])
    expect(await ask('book_tour', { slot_id: none.data.nearby[0].slot_id, language: 'en' })).toMatchObject({ ok: false, say: say.noneFreeSpeaking('polanco 1', 'en'), next: expect.stringContaining('join_waitlist') })
    expect(await ask('book_tour', { slot_id: none.data.nearby[0].slot_id })).toMatchObject({ ok: true })
    expect(await rows()).toMatchObject([{ agent: ana, language: null }])
    const page = await request(house.doors).get(new URL(none.data.link).pathname)
    expect(slotsIn(page).length).toBeGreaterThan(0)
  })
  test('let them wait for it in that language', async () => {
    expect(await ask('join_waitlist', { home: 'polanco-1', language: 'en' })).toMatchObject({ ok: true })
    expect((await sql`select language from waitlist where person_id = ${who.person}`.execute(house.db.bare)).rows).toEqual([{ language: 'en' }])
    expect(await ask('join_waitlist', { home: 'polanco-1' })).toMatchObject({ ok: true })
    expect((await sql`select language from waitlist where person_id = ${who.person}`.execute(house.db.bare)).rows).toEqual([{ language: 'en' }])
    expect(await ask('join_waitlist', { home: 'polanco-1', language: 'es-MX' })).toMatchObject({ ok: true })
    expect((await sql`select language from waitlist where person_id = ${who.person}`.execute(house.db.bare)).rows).toEqual([{ language: 'es-MX' }])
  })
  test('move it, and say so where nobody who speaks it can', async () => {
    await ask('book_tour', { home: 'roma-1', when: '2026-11-30 15:00', language: 'en' })
    await fill(at('16:00'))
    const gone = await ask('reschedule_tour', { when: '2026-11-30 16:00' })
    expect([gone.error?.code, gone.say, hours(gone.error.alternatives).every((hour) => hour >= 14)]).toEqual(['slot_gone', say.noneSpeaking('en'), true])
    expect(await ask('reschedule_tour', { when: '2026-11-30 10:00' })).toMatchObject({ ok: false, say: say.noneSpeaking('en') })
    expect(await ask('reschedule_tour', { when: '2026-11-30 10:00', language: 'es-MX' })).toMatchObject({ ok: true, data: { tour: { agent: 'Ana' } } })
    expect(await rows()).toMatchObject([{ agent: ana, language: 'es-MX' }])
  })
  test('hand what they have to who speaks what they ask for now, at the same time', async () => {
    await does(who)(bookTour, place(roma, at('15:00'), undefined, [ana]))
    expect(await ask('book_tour', { home: 'roma-1', when: '2026-11-30 15:00', language: 'en' })).toMatchObject({ ok: true, data: { tour: { agent: 'Beto' } } })
    expect(await rows()).toMatchObject([{ agent: beto, language: 'en', startsAt: at('15:00') }])
    const other = people.pop()!
    await does(other)(bookTour, place(roma, at('16:00'), undefined, [ana]))
    await fill(at('16:00'))
    expect(await ask('book_tour', { home: 'roma-1', when: '2026-11-30 16:00', language: 'en' }, other)).toMatchObject({ ok: false, say: say.noneSpeaking('en') })
    expect(await ask('reschedule_tour', { when: '2026-11-30 16:00', language: 'en' }, other)).toMatchObject({ ok: false, say: say.noneSpeaking('en') })
    expect(await rows(other)).toMatchObject([{ agent: ana, language: null }])
  })
  test('hand it over for the language alone, and say who it is that speaks it', async () => {
    await does(who)(bookTour, place(roma, at('15:00'), undefined, [ana]))
    const handed = await ask('reschedule_tour', { language: 'en' })
    expect([handed.say, handed.data.tour.agent, await rows()]).toMatchObject([say.handed('lunes 30 nov, 15:00 h', 'roma 1', 'Beto', 'en'), 'Beto', [{ agent: beto, language: 'en', startsAt: at('15:00') }]])
    expect(handed.say).toBe('Listo, tu visita a roma 1 sigue para el lunes 30 nov, 15:00 h; te recibe Beto, que habla inglés.')
    expect((await ask('reschedule_tour', { when: '2026-11-30 15:00', language: 'es-MX' })).say).toBe(say.handed('lunes 30 nov, 15:00 h', 'roma 1', 'Beto', 'es-MX'))
    const other = people.pop()!
    await does(other)(bookTour, place(roma, at('16:00'), undefined, [ana]))
    await fill(at('16:00'))
    expect(await ask('reschedule_tour', { language: 'en' }, other)).toMatchObject({ ok: false, say: say.noneSpeaking('en'), error: { code: 'slot_gone' } })
    expect(await rows(other)).toMatchObject([{ agent: ana, language: null }])
    const third = people.pop()!
    await book(roma, at('17:00'), 'en', third)
    expect(await ask('reschedule_tour', { language: 'en' }, third)).toMatchObject({ ok: false, say: say.moveWhen }) // so it is already
  })
})

describe('the booking page', () => {
  const words = bookingWords['es-MX']
  const pathFor = async (wish: { home: number; language?: 'en' } | { tour: string }): Promise<string> =>
    new URL(await makeOwnReads({ ...house, publicBaseUrl: 'https://portero.example' })(house.tenant).handles.bookingUrl({ conversation: who.conversation, wish })).pathname
  const post = (path: string, fields: object) => request(house.doors).post(path).type('form').send(fields)
  const hourOf = ({ startsAt }: { startsAt: number }): number => new Date(startsAt - 6 * 3_600_000).getUTCHours()
  test('that check_availability gives for a language shows and holds only times of who speaks it', async () => {
    const { data: { link } } = await ask('check_availability', { home: 'roma-1', from_day: '2026-11-30', language: 'en' })
    const path = new URL(link).pathname
    const slots = slotsIn(await request(house.doors).get(path))
    expect([slots.length > 0, slots.every((slot) => hourOf(slot) >= 14)]).toEqual([true, true])
    await fill(slots[1]!.startsAt)
    const refused = await post(path, { do: 'hold', slot: slots[1]!.slot })
    expect([refused.status, refused.text.includes(words.said.unspoken)]).toEqual([409, true])
    expect((await post(path, { do: 'hold', slot: slots[0]!.slot })).status).toBe(303)
    const done = await post(path, { do: 'confirm', hold: holdIn(await request(house.doors).get(path)), name: 'Invitada' })
    expect([done.status, await rows()]).toMatchObject([200, [{ agent: beto, language: 'en', status: 'confirmed' }]])
  })
  test('moves a visit to times of who speaks its language only', async () => {
    const tour = await book(roma, at('15:00'), 'en')
    const path = await pathFor({ tour })
    const slots = slotsIn(await request(house.doors).get(path))
    expect(slots.every((slot) => hourOf(slot) >= 14)).toBe(true)
    const [morning] = slotsIn(await request(house.doors).get(await pathFor({ home: roma.no })))
    expect([hourOf(morning!) < 14, (await post(path, { do: 'move', slot: morning!.slot })).status]).toEqual([true, 409])
    expect([(await post(path, { do: 'move', slot: slots[0]!.slot })).status, await rows()]).toMatchObject([200, [{ agent: beto, language: 'en', startsAt: slots[0]!.startsAt }]])
  })
})

test('what is asked for in no language is anybody\'s, and a language that was given up with a cancelled visit is gone', async () => {
  const tour = await book(roma, at('15:00'), 'en')
  await does(who)(cancelTour, { tour, version: 1 })
  expect(await ask('book_tour', { home: 'roma-1', when: '2026-11-30 10:00' })).toMatchObject({ ok: true, data: { tour: { agent: 'Ana' } } })
  expect(await rows()).toMatchObject([{ agent: ana, language: null }, { status: 'cancelled', language: 'en' }])
})
