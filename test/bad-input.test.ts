import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { calendarWords, sayings } from '@portero/shared'
import type { Subject } from '@portero/tool-server/define.ts'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// What is asked for wrongly is answered in Spanish that can be said as it is, with the next step. The page's own list is in booking-page-input.test.ts. It is Monday, eleven in the morning.
const hours = "[{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '17:00' }]"
const yaml = `buildings:${building('roma', 'perAgentAndDay: 20')}${building('condesa', 'perAgentAndDay: 20')}
agents:
  - { slug: ana, name: Ana, hours: ${hours}, buildings: [roma] }
  - { slug: nadie, name: Nadie, hours: [], buildings: [condesa] }
`
const minute = 60_000
const es = sayings['es-MX']
type Talker = Subject & { person: string; conversation: string }
let house: TestHouse
let server: Server
let key = ''
let people: Talker[]
let ana: Talker
beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools })
  await furnish(house, yaml)
  people = await prospects(house, (await house.connection('tiny')).id, 60)
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.end()
})
beforeEach(() => void (ana = people.pop()!))
const ask = async (tool: string, input: object, who = ana): Promise<any> =>
  (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', `cv-${who.conversation}`).send(input)).body
const own = () => makeOwnReads({ ...house, publicBaseUrl: '' })(house.tenant)

const odd = ['el 31 de febrero a las 11', '2026-02-30 11:00', 'ayer a las 11', '2020-01-01 10:00', '2026-11-20T10:00:00-06:00', 'a las 25', 'cuando sea', '¯\\_(ツ)_/¯', '2026-11-24T11:00:00[Marte/Olimpo]', '0', 'x'.repeat(5_000)]
describe('a time that is none, or over', () => {
  test.each(odd)('book_tour: %s', async (when) => {
    const answer = await ask('book_tour', { home: 'roma-1', when })
    expect([answer.ok, answer.say, answer.error.alternatives.length]).toEqual([false, expect.stringMatching(/^(No entendí qué día y a qué hora, o ya pasó; por ejemplo: lunes a las 11|A esa hora no hay visitas; estos son los horarios más cercanos)\.$/), 3])
  })
  test.each(odd)('reschedule_tour: %s', async (when) => {
    await ask('book_tour', { home: 'roma-1', when: '2026-11-30 11:00' })
    const answer = await ask('reschedule_tour', { when })
    expect([answer.ok, answer.say, answer.error.alternatives.length]).toEqual([false, expect.stringMatching(/^(No entendí qué día|A esa hora no hay visitas)/), 3])
    await ask('cancel_tour', {})
  })
  test.each(['el 31 de febrero', 'ayer', '2020-01-01', 'nunca'])('check_availability: %s', async (from_day) => {
    expect(await ask('check_availability', { home: 'roma-1', from_day })).toMatchObject({ ok: false, say: es.dayNotUnderstood, error: { code: 'invalid_input' } })
  })
  test('a slot whose time has gone by while its name still holds offers the next ones', async () => {
    const home = (await loadCatalogue(house.db.bare, house.tenant)).homes.find(({ slug }) => slug === 'roma-1')!
    const slot_id = await own().handles.slot(ana.person, { home: home.no, startsAt: Math.floor(house.clock.now() / minute) * minute - 60 * minute })
    const answer = await ask('book_tour', { slot_id })
    expect([answer.say, answer.error.alternatives.length]).toEqual([es.timeNotOffered, 3])
  })
})

test('names of times and visits that are foreign, forged, old or of nothing say one and the same, and what to do', async () => {
  const { data: { slots: [slot] } } = await ask('check_availability', { home: 'roma-1' })
  const stranger = people.pop()!
  for (const slot_id of [slot.slot_id.slice(0, -2), `${slot.slot_id}AA`, 's_', 's_AAAA', 't_x', "s_' or true", 's_💥']) expect(await ask('book_tour', { slot_id })).toMatchObject({ ok: false, say: es.slotUnknown, error: { code: 'slot_unknown' } })
  expect(await ask('book_tour', { slot_id: slot.slot_id }, stranger)).toMatchObject({ ok: false, say: es.slotUnknown })
  const { data: { tour } } = await ask('book_tour', { slot_id: slot.slot_id })
  for (const tool of ['cancel_tour', 'reschedule_tour']) {
    expect(await ask(tool, { tour_id: tour.tour_id }, stranger)).toMatchObject({ ok: false, say: es.tourUnknown, error: { code: 'tour_unknown' } })
    expect(await ask(tool, { tour_id: 't_hecho-a-mano' })).toMatchObject({ ok: false, say: es.tourUnknown })
  }
  const { data: { slots: [old] } } = await ask('check_availability', { home: 'roma-1', from_day: '2026-11-30' })
  house.clock.advance(24 * 60 * minute + minute)
  expect(await ask('book_tour', { slot_id: old.slot_id })).toMatchObject({ ok: false, say: es.slotUnknown })
  house.clock.advance(60 * 24 * 60 * minute)
  expect(await ask('cancel_tour', { tour_id: tour.tour_id })).toMatchObject({ ok: false, say: es.tourUnknown })
})

describe('a home that nobody has hours for', () => {
  test.each([['book_tour', { when: 'jueves a las 11' }, es.noneFree('condesa 1')], ['check_availability', {}, es.noSlots('condesa 1')]])('%s says so, and what is left to do', async (tool, input, say) => {
    expect(await ask(tool, { home: 'condesa-1', ...input })).toMatchObject({ say, next: expect.stringContaining('join_waitlist') })
  })
  test.each([[{ home: 'luna-1', when: 'jueves a las 11' }, es.noSuchHome], [{ when: 'jueves a las 11' }, es.whichHome], [{}, es.whichHome]])('nor is there one: %j', async (input, say) => {
    expect(await ask('book_tour', input)).toMatchObject({ ok: false, say })
  })
})

test.each([
  ['an unknown zone', yaml.replace('America/Mexico_City', 'America/Ciudad_Gotica'), /se espera una zona horaria como America\/Mexico_City/],
  ['hours that overlap', yaml.replace(hours, "[{ days: [mon], from: '09:00', to: '13:00' }, { days: [mon, tue], from: '12:00', to: '15:00' }]"), /se encima con el horario de 09:00 a 13:00 del mismo día; júntalos, o sepáralos/],
  ['one name twice', yaml.replace('slug: nadie', 'slug: ana'), /ana está dos veces; deja uno solo/],
])('a catalogue with %s is refused with its line and what to do', (_title, text, says) => {
  expect(() => parseCatalogue(text)).toThrow(says)
  expect(() => parseCatalogue(text)).toThrow(/catalogue\.yaml:\d+:\d+ .*\nCorrige esas líneas y vuelve a correr: portero catalogue plan$/s)
})

test('a link to a calendar file that is over says so, and what to do', async () => {
  expect((await request(server).get('/ics/nada').set('accept-language', 'es-MX')).text).toBe(calendarWords['es-MX'].gone)
})
