import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { holdMs } from '@portero/tool-server/actions/hold-tour.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import { hourLabel } from '@portero/tool-server/domain/spanish-times.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// What a prospect may ask of a visit besides when: in which part of the day, with whom, and what becomes of them where nothing suits.
const agent = (slug: string, from: string, to: string, languages: string, place = 'roma'): string => `
  - { slug: ${slug}, name: ${slug}, languages: [${languages}], hours: [{ days: [mon, tue, wed, thu, fri], from: '${from}', to: '${to}' }], buildings: [${place}] }`
const yaml = `buildings:${building('roma', 'perAgentAndDay: 20')}${building('condesa', 'needsName: true')}
agents:${agent('ana', '09:00', '14:00', 'es-MX')}${agent('beto', '15:00', '17:00', 'es-MX, en')}${agent('dora', '09:00', '17:00', 'es-MX', 'condesa')}
`
type Talker = Subject & { person: string; conversation: string }
let house: TestHouse
let server: Server
let people: Talker[]
let key = ''
let ana: Talker
beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools })
  await furnish(house, yaml)
  people = await prospects(house, (await house.connection('tiny')).id, 40)
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.end()
})
beforeEach(() => void (ana = people.pop()!))
const ask = async (tool: string, input: object, who = ana): Promise<any> => {
  house.clock.advance(1_001) // not to be stopped for calling too often
  return (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', `cv-${who.conversation}`).send(input)).body
}
const hours = (slots: { start: string }[]): number[] => slots.map(({ start }) => Number(start.slice(11, 13)))

describe('check_availability', () => {
  test('offers the part of the day and the language that were asked for', async () => {
    const { data } = await ask('check_availability', { home: 'roma-1', from_day: '2026-11-30', language: 'en', people: 2 })
    expect([hours(data.slots).every((hour) => hour >= 15), data.slots.length > 0, data.nearby]).toEqual([true, true, undefined])
    const { data: { slots } } = await ask('check_availability', { home: 'roma-1', from_day: '2026-11-30', part_of_day: 'morning' })
    expect(hours(slots).every((hour) => hour < 12)).toBe(true)
  })
  test('has the nearest in the same reply where there is none like that, with whom first and when second', async () => {
    const asked = await ask('check_availability', { home: 'roma-1', from_day: '2026-11-30', part_of_day: 'morning', language: 'en' })
    expect(asked).toMatchObject({ ok: true, say: expect.stringMatching(/^Así no veo horarios para roma 1; el más cercano es lunes 30 nov, 15:00 h\.$/), next: expect.stringContaining('join_waitlist'), data: { slots: [] } })
    expect(hours(asked.data.nearby)).toEqual([15, 15, 16])
    const evening = await ask('check_availability', { home: 'roma-1', from_day: '2026-11-30', part_of_day: 'evening' })
    expect([evening.data.slots, hours(evening.data.nearby)]).toEqual([[], [9, 9, 10]])
    expect(await ask('book_tour', { slot_id: evening.data.nearby[0].slot_id })).toMatchObject({ ok: true })
  })
})

describe('book_tour', () => {
  test('takes somebody who speaks the language, or offers when somebody does', async () => {
    expect(await ask('book_tour', { home: 'roma-1', when: '2026-11-30 15:30', language: 'en' })).toMatchObject({ ok: true, data: { tour: { agent: 'beto' } } })
    const none = await ask('book_tour', { home: 'roma-1', when: '2026-12-01 10:00', language: 'en' })
    expect([none.error.code, hours(none.error.alternatives).every((hour) => hour >= 15)]).toEqual(['not_offered', true])
  })
  test('of a day without an hour offers that part of it', async () => {
    const asked = await ask('book_tour', { home: 'roma-1', when: '2026-12-01', part_of_day: 'afternoon' })
    expect([asked.error.code, hours(asked.error.alternatives)]).toEqual(['invalid_input', [12, 12, 13]])
    const other = await ask('book_tour', { home: 'roma-1', when: '2026-12-01', part_of_day: 'morning' })
    expect(hours(other.error.alternatives)).toEqual([9, 9, 10])
  })
})

describe('book_tour where a name is needed and nobody knows it', () => {
  const wish = { home: 'condesa-1', when: '2026-12-01 15:30' }
  const visitsOf = async ({ person }: Talker) => (await sql<{ id: string; status: string; until: number | null }>`select id, status, held_until as until from tour where person_id = ${person}`.execute(house.db.bare)).rows
  const nameOf = async ({ person }: Talker) => (await makeOwnReads({ ...house, publicBaseUrl: '' })(house.tenant).people.record(person))?.known.name
  beforeEach(() => sql`delete from tour`.execute(house.db.bare))
  test('keeps the time, says until when, and asks for it', async () => {
    const asked = await ask('book_tour', wish)
    const [held, ...more] = await visitsOf(ana)
    expect([held, more]).toEqual([{ id: expect.any(String), status: 'held', until: house.clock.now() + holdMs }, []])
    const until = hourLabel('America/Mexico_City', house.clock.now() + holdMs)
    expect(asked).toEqual({ ok: false, say: `Te aparté el martes 1 dic, 15:30 h en condesa 1 hasta las ${until}. ¿A nombre de quién queda la visita?`, next: expect.stringContaining('name'), error: { code: 'name_missing', retryable: true } })
    expect(await ask('book_tour', wish, people.pop())).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
  })
  test('books what was kept once they say it, and knows them from then on', async () => {
    await ask('book_tour', wish)
    expect(await ask('book_tour', { ...wish, name: '  Ana\n Prueba ' })).toMatchObject({ ok: true, data: { tour: { start: '2026-12-01T15:30-06:00' } } })
    expect([await visitsOf(ana), await nameOf(ana)]).toEqual([[{ id: expect.any(String), status: 'confirmed', until: null }], 'Ana Prueba'])
    expect(await ask('book_tour', { ...wish, when: '2026-12-02 15:30', name: 'Otra' })).toMatchObject({ ok: true })
    expect(await nameOf(ana)).toBe('Ana Prueba')
  })
  test('keeps it anew where they are slow and it is still free, and offers others where it isn\'t', async () => {
    await ask('book_tour', wish)
    house.clock.advance(holdMs)
    expect(await ask('book_tour', wish)).toMatchObject({ error: { code: 'name_missing' } })
    house.clock.advance(holdMs)
    expect(await ask('book_tour', { ...wish, name: 'Beto Prueba' }, people.pop())).toMatchObject({ ok: true })
    const late = await ask('book_tour', { ...wish, name: 'Ana Prueba' })
    expect([late.error.code, late.error.alternatives.length]).toEqual(['slot_gone', 3])
  })
  test.each([['no name', ''], ['blanks', ' \t '], ['a hole in a form', '{{name}}']])('is not told it by %s', async (_title, name) => {
    expect(await ask('book_tour', { ...wish, name })).toMatchObject({ error: { code: 'name_missing' } })
  })
  test('said ten times at once with the name is one visit', async () => {
    await ask('book_tour', wish)
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('book_tour', { ...wish, name: 'Ana Prueba' })))
    expect([new Set(answers.map(({ ok, say }) => `${ok} ${say}`)).size, answers[0].ok, (await visitsOf(ana)).length]).toEqual([1, true, 1])
  })
  test('books at once where the building does without', async () => {
    expect(await ask('book_tour', { ...wish, home: 'roma-1' })).toMatchObject({ ok: true })
    expect(await ask('book_tour', { ...wish, home: 'roma-1', when: '2026-12-02 15:30', name: 'Ana Prueba' })).toMatchObject({ ok: true })
    expect(await nameOf(ana)).toBe('Ana Prueba') // where they say it all the same
  })
})

describe('join_waitlist', () => {
  const waiting = async () => (await sql<{ from: string; to: string; part: string | null; state: string }>`select from_day as from, to_day as to, part, state from waitlist where person_id = ${ana.person}`.execute(house.db.bare)).rows
  test('notes what suits them, and says so', async () => {
    expect(await ask('join_waitlist', { home: 'roma-1', from_day: '2026-11-25', to_day: '2026-11-27', part_of_day: 'evening' })).toEqual({
      ok: true, say: 'Te anoté en la lista de espera de roma 1, del miércoles 25 de noviembre al viernes 27 de noviembre: si se libera un horario, te escribo.', data: { home: 'roma-1', from_day: '2026-11-25', to_day: '2026-11-27' },
    })
    expect(await waiting()).toEqual([{ from: '2026-11-25', to: '2026-11-27', part: 'evening', state: 'waiting' }])
  })
  test('waits from today to where there are times, where no day is said', async () => {
    expect(await ask('join_waitlist', { home: 'roma-1' })).toMatchObject({ ok: true, data: { from_day: '2026-11-23', to_day: '2026-12-07' } })
  })
  test.each([
    ['days the wrong way round', { from_day: '2026-11-27', to_day: '2026-11-25' }], ['a day that is too far off', { from_day: '2027-06-01' }], ['words that are no day', { from_day: 'cuando sea' }], ['words that are no last day', { to_day: 'cuando sea' }],
  ])('does not take %s', async (_title, days) => {
    expect(await ask('join_waitlist', { home: 'roma-1', ...days })).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
    expect(await waiting()).toEqual([])
  })
  test('nor a home that there is not', async () => {
    expect(await ask('join_waitlist', { home: 'luna-1' })).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })
})
