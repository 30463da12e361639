import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { z } from 'zod'
import { ableThen } from '@portero/tool-server/actions/able-then.ts'
import { timesAround } from '@portero/tool-server/actions/say-visit.ts'
import { bookingWords } from '@portero/shared'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import { defineAction, type Subject } from '@portero/tool-server/define.ts'
import type { Stretch } from '@portero/tool-server/domain/busy.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import type { Said as SaidNow } from '@portero/tool-server/domain/known-busy.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { at as instant } from '@portero/tool-server/spine/db.ts'
import { makeBusy } from '@portero/tool-server/store/busy-lists.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { json, startVendor, type Heard, type Vendor } from './support/http-stage.ts'
import { tinyConnector } from './support/tiny.ts'

// What the calendars of those who show homes leave free, as every search has it, and as the chosen time is asked for once more. Google is a server that says what the test wants; the mirrors are as its pulls would have left them.
const minute = 60_000
const hour = 60 * minute
const agent = (slug: string, place: string, more = ''): string => `
  - { slug: ${slug}, name: ${slug}${more}, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '18:00' }], buildings: [${place}] }`
const yaml = `buildings:${building('roma', 'minutes: 60, gridMinutes: 30, perAgentAndDay: 20')}${building('condesa', 'perAgentAndDay: 20')}${building('grupo', 'perAgentAndDay: 20, seats: 4')}
agents:${agent('ana', 'roma', ', email: Ana@casas.example')}${agent('beto', 'roma', ', email: beto@casas.example, calendar: agenda.beto@casas.example')}${agent('dora', 'condesa')}${agent('gala', 'grupo', ', email: gala@casas.example')}
`
const accounts = ['ana@casas.example', 'agenda.beto@casas.example', 'gala@casas.example', 'nadie@casas.example']
type Talker = Subject & { person: string; conversation: string }
type Said = { ok: boolean; say: string; next?: string; data?: any; error?: { code: string; alternatives?: { slot_id: string; start: string }[] } }
type Answer = Stretch[] | 'unknown' | 'down' | 'garbled' | 'held'
let house: TestHouse
let server: Server
let vendor: Vendor
let people: Talker[]
let key = ''
let who: Talker
let catalogue: Catalogue
const connections = new Map<string, string>() // by whose it is
const answers = new Map<string, Answer>()
const whose = (heard: Heard): string => String(heard.headers['authorization']).replace(/^Bearer token-/, '')
const asked = (): string[] => vendor.heard.map(whose)

beforeAll(async () => {
  vendor = await startVendor((heard) => {
    const answer = answers.get(whose(heard)) ?? []
    if (answer === 'held') return
    if (answer === 'down') return json(heard, 503, {}, { connection: 'close' })
    if (answer === 'garbled') return json(heard, 200, { calendars: 7 }, { connection: 'close' })
    const primary = answer === 'unknown' ? { errors: [{ domain: 'global', reason: 'notFound' }] } : { busy: answer.map(({ startsAt, endsAt }) => ({ start: new Date(startsAt).toISOString(), end: new Date(endsAt).toISOString() })) }
    json(heard, 200, { kind: 'calendar#freeBusy', calendars: { primary } }, { connection: 'close' })
  })
  const calendars = accounts.map((account) => ({ vendor: 'google', account, settings: { baseUrl: vendor.origin, grant: { by: 'given', token: `token-${account}` }, pushSecrets: ['s'.repeat(32)] } }))
  house = await testHouse({ connectors: [tinyConnector(), google], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }, ...calendars], flows, tools })
  await furnish(house, yaml)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  for (const { id, account, vendor: name } of await house.connections.all(house.db.bare)) if (name === 'google') connections.set(account, id)
  people = await prospects(house, (await house.connection('tiny')).id, 80)
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.end()
  await vendor.close()
})
beforeEach(async () => {
  who = people.pop()!
  vendor.heard.length = 0
  answers.clear()
  for (const table of ['tour', 'busy_event', 'pull_cursor']) await sql`delete from ${sql.table(table)}`.execute(house.db.bare)
  await sql`update mirror set version = version + 1`.execute(house.db.bare)
  for (const account of accounts) await readAt(account, house.clock.now() + minute)
  house.clock.advance(minute)
})
afterEach(() => expect(house.clock.pending()).toBe(0)) // no budget is left running

const idOf = (account: string): string => connections.get(account)!
const readAt = async (account: string, ms: number): Promise<void> => {
  await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor, pulled_at) values (${house.tenant}, ${idOf(account)}, 'changes', 'c', ${instant(ms)}) on conflict (tenant_id, connection_id, name) do update set pulled_at = excluded.pulled_at`.execute(house.db.bare)
}
const old = async (minutes = 20): Promise<void> => {
  for (const account of accounts) await readAt(account, house.clock.now() - minutes * minute)
}
const mirrored = async (account: string, ...stretches: Stretch[]): Promise<void> => {
  for (const [place, { startsAt, endsAt }] of stretches.entries()) await sql`insert into busy_event (tenant_id, connection_id, external_id, starts_at, ends_at) values (${house.tenant}, ${idOf(account)}, ${`e${place}`}, ${instant(startsAt)}, ${instant(endsAt)})`.execute(house.db.bare)
  await sql`insert into mirror (tenant_id, connection_id) values (${house.tenant}, ${idOf(account)}) on conflict (tenant_id, connection_id) do update set version = mirror.version + 1`.execute(house.db.bare)
}
const ana = 'ana@casas.example'
const beto = 'agenda.beto@casas.example'
const day = '2026-11-25'
const ms = (time: string): number => Date.parse(`${day}T${time}-06:00`)
const stretch = (from: string, to: string): Stretch => ({ startsAt: ms(from), endsAt: ms(to) })
const now = async (tool: string, input: object, as = who): Promise<Said> => (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', `cv-${as.conversation}`).send(input)).body
const ask = (tool: string, input: object = {}, as = who): Promise<Said> => {
  house.clock.advance(1_001) // not to be stopped for calling too often
  return now(tool, input, as)
}
const offered = async (home = 'roma-1'): Promise<string[]> => (await ask('check_availability', { home, from_day: day })).data.slots.map(({ start }: { start: string }) => start)
const book = (time: string, home = 'roma-1', as = who): Promise<Said> => ask('book_tour', { home, when: `${day} ${time}` }, as)
const shownBy = (said: Said): unknown => said.data?.tour.agent
const startsIn = (said: Said): string[] => said.error!.alternatives!.map(({ start }) => start)

describe('check_availability', () => {
  test('offers what a calendar leaves free, of each of those who show the home', async () => {
    await mirrored(ana, stretch('09:00', '17:00'))
    await mirrored(beto, stretch('09:00', '10:00'), stretch('10:30', '18:00'), { startsAt: ms('10:00') + 24 * hour, endsAt: ms('10:00') + 200 * hour })
    const first = (await offered()).filter((start) => start.startsWith(day))
    expect(first).toEqual([`${day}T17:00-06:00`])
    expect(asked()).toEqual([])
  })
  test('knows another version as soon as it is there, and only then reads it', async () => {
    await mirrored(ana, stretch('09:00', '17:00'))
    await mirrored(beto, stretch('09:00', '17:00'))
    expect((await offered())[0]).toBe(`${day}T17:00-06:00`)
    await sql`delete from busy_event where connection_id = ${idOf(beto)}`.execute(house.db.bare)
    expect((await offered())[0]).toBe(`${day}T17:00-06:00`) // nobody has said that it changed, as no mirror does
    await mirrored(beto)
    expect((await offered())[0]).toBe(`${day}T09:00-06:00`)
  })
  test('says as of when: since the calendar that was read longest ago, of those who show that home', async () => {
    const now = house.clock.now() + 1_001
    await readAt(ana, now - 3 * minute)
    await readAt('gala@casas.example', now - 5 * hour)
    const { data, say, next } = await ask('check_availability', { home: 'roma-1', from_day: day })
    expect(Date.parse(data.as_of)).toBe(Math.floor((now - 3 * minute) / minute) * minute)
    expect(data.calendar_minutes).toBeUndefined()
    expect([say, next].join(' ')).not.toMatch(/calendario/)
  })
  test('says so where it is older than a quarter of an hour', async () => {
    await readAt(beto, house.clock.now() + 1_001 - 20 * minute)
    const { data, say, next } = await ask('check_availability', { home: 'roma-1', from_day: day })
    expect([data.calendar_minutes, Date.parse(data.as_of)]).toEqual([20, Math.floor((house.clock.now() - 20 * minute) / minute) * minute])
    expect(say).toMatch(/ Es según el calendario de hace 20 minutos; al reservar lo confirmo\.$/)
    expect(next).toMatch(/book_tour lo vuelve a comprobar/)
    await readAt(beto, house.clock.now() - 5 * hour)
    expect((await ask('check_availability', { home: 'roma-1' })).say).toMatch(/de hace 5 horas/)
  })
  test('of a calendar that was never read says so to the model, and is as of now where none is connected', async () => {
    await sql`delete from pull_cursor where connection_id = ${idOf(beto)}`.execute(house.db.bare)
    const unread = await ask('check_availability', { home: 'roma-1' })
    expect(unread.next).toMatch(/book_tour lo vuelve a comprobar/)
    expect(unread.data.calendar_minutes).toBeUndefined()
    await old(500)
    const none = await ask('check_availability', { home: 'condesa-1' })
    expect(Date.parse(none.data.as_of)).toBe(Math.floor(house.clock.now() / minute) * minute)
    expect([none.data.calendar_minutes, none.next]).toEqual([undefined, expect.not.stringMatching(/comprobar/)])
  })
  test('of one with other calendars behind it is read once those were, and as old as the older of the two', async () => {
    const readings = async (): Promise<(number | undefined)[]> => (await makeBusy({ db: house.db, clock: house.clock, vendors: ['google'], late: ['google'] }).busy(house.tenant)).readings.map(({ readAt }) => readAt)
    expect(await readings()).toEqual([undefined, undefined, undefined])
    const then = house.clock.now() - 3 * minute
    await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor, pulled_at) select tenant_id, connection_id, 'behind', case when connection_id = ${idOf(beto)} then '{}' end, ${instant(then)} from pull_cursor`.execute(house.db.bare)
    expect((await readings()).filter((each) => each !== undefined)).toEqual([then])
  })
})

describe('book_tour', () => {
  test('asks no calendar that was read within the last minute', async () => {
    expect(await book('10:00')).toMatchObject({ ok: true })
    expect(asked()).toEqual([])
  })
  test('asks those that were read longer ago, and gives the visit to who is free', async () => {
    await old()
    answers.set(ana, [stretch('10:30', '10:45')])
    expect(shownBy(await book('10:00'))).toBe('beto')
    expect(asked().toSorted()).toEqual([beto, ana].toSorted())
  })
  test('of a time that all of them have given away meanwhile says so, with others beside it', async () => {
    await old()
    answers.set(ana, [stretch('10:30', '10:45')]).set(beto, [stretch('09:00', '12:00')])
    const gone = await book('10:00')
    expect(gone).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
    expect(startsIn(gone)).toHaveLength(3)
    expect(startsIn(gone)).not.toContain(`${day}T10:00-06:00`)
  })
  test('of a time that the mirrors have as busy asks nobody, and is never freer than they are', async () => {
    await old()
    await mirrored(ana, stretch('10:00', '11:00'))
    await mirrored(beto, stretch('10:00', '11:00'))
    expect(await book('10:00')).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
    expect(asked()).toEqual([])
    await mirrored(beto)
    await sql`delete from busy_event where connection_id = ${idOf(beto)}`.execute(house.db.bare)
    await mirrored(beto)
    expect(shownBy(await book('10:00'))).toBe('beto')
    expect(asked()).toEqual([beto])
  })
  test.each(['unknown', 'garbled', 'down'] as const)('goes by the mirror where the answer is %s', async (answer) => {
    await old()
    answers.set(ana, answer).set(beto, [stretch('09:00', '18:00')])
    await mirrored(ana, stretch('12:00', '13:00'))
    expect(shownBy(await book('10:00'))).toBe('ana')
    expect(await book('12:00', 'roma-1', people.pop())).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
  })
  test('waits 800 ms for all of them together, and goes by the mirror then', async () => {
    await old()
    answers.set(ana, 'held').set(beto, 'held')
    house.clock.advance(1_001)
    const booking = book('10:00')
    while (vendor.heard.length < 2) await new Promise((resolve) => setImmediate(resolve))
    let isDone = false
    void booking.then(() => (isDone = true))
    house.clock.advance(799)
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(isDone).toBe(false)
    house.clock.advance(1)
    expect(await booking).toMatchObject({ ok: true })
    expect(vendor.heard.map(({ socket }) => socket.destroyed)).toEqual([false, false]) // they still wait
    for (const { socket } of vendor.heard) socket.destroy()
    house.clock.advance(30_000)
  })
  test('costs no call where the vendor rests', async () => {
    await old()
    await book('17:00', 'roma-1', people.pop()) // they are there
    answers.set(ana, 'down').set(beto, 'down')
    vendor.heard.length = 0
    for (let time = 9; time < 16; time++) await now('book_tour', { home: 'roma-1', when: `${day} ${time}:00` }, people.pop())
    const before = vendor.heard.length
    expect([before, await now('book_tour', { home: 'roma-1', when: `${day} 16:00` })]).toMatchObject([10, { ok: true }])
    expect(vendor.heard).toHaveLength(before)
    house.clock.advance(10_000)
    answers.clear()
    await old()
    expect(await ask('book_tour', { home: 'roma-1', when: '2026-11-26 09:00' }, people.pop())).toMatchObject({ ok: true }) // they are back
    expect(vendor.heard).toHaveLength(before + 2)
  })
  test('asks again about a time that was only kept for them until they said their name', async () => {
    await sql`update building set details = jsonb_set(details, '{visits,needsName}', 'true')`.execute(house.db.bare)
    house.clock.advance(10_000)
    try {
      expect(await book('10:00')).toMatchObject({ ok: false, error: { code: 'name_missing' } })
      await old()
      for (const account of [ana, beto]) answers.set(account, [stretch('10:00', '11:00')])
      const visit = { home: 'roma-1', when: `${day} 10:00`, name: 'Ana Prueba' }
      expect(await ask('book_tour', visit)).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
      answers.set(beto, [])
      await sql`delete from tool_reply`.execute(house.db.bare)
      expect(shownBy(await ask('book_tour', visit))).toBe('beto')
    } finally {
      await sql`update building set details = jsonb_set(details, '{visits,needsName}', 'false')`.execute(house.db.bare)
      house.clock.advance(10_000)
    }
  })
  test('says again what they have already, whatever has come into the calendar since', async () => {
    expect(shownBy(await book('10:00'))).toBeDefined()
    await sql`delete from tool_reply`.execute(house.db.bare)
    for (const account of [ana, beto]) await mirrored(account, stretch('10:00', '11:00'))
    expect(await book('10:00')).toMatchObject({ ok: true, say: expect.stringMatching(/^Ya tienes/) })
  })
})

describe('a calendar that shows our own visits too', () => {
  const only = (name: string): Promise<void> => mirrored(name === ana ? beto : ana, stretch('00:00', '23:59'))
  test('leaves the time of the one that is moved, and no other', async () => {
    await only(ana)
    await book('10:00')
    await old()
    answers.set(ana, [stretch('10:00', '11:00')])
    expect(await ask('reschedule_tour', { when: `${day} 10:30` })).toMatchObject({ ok: true })
    answers.set(ana, [stretch('10:30', '12:00')])
    const gone = await ask('reschedule_tour', { when: `${day} 11:00` })
    expect(gone).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
    expect(startsIn(gone)).not.toContain(`${day}T11:00-06:00`)
  })
  test('leaves that of one that was called off a moment ago, which still stands there', async () => {
    await only(ana)
    await old()
    answers.set(ana, [stretch('13:00', '14:00')])
    expect(await book('13:00')).toMatchObject({ ok: false })
    await sql`insert into projection (tenant_id, ours, connection_id, tours, state, starts_at, ends_at, changed_at) values (${house.tenant}, ${who.person}, ${idOf(ana)}, '{}', 'leaving', ${instant(ms('13:00'))}, ${instant(ms('14:00'))}, ${instant(house.clock.now())})`.execute(house.db.bare)
    await sql`delete from tool_reply`.execute(house.db.bare)
    expect(shownBy(await book('13:00'))).toBe('ana')
  })
  test('does not close a visit in a group, of which it is the event', async () => {
    expect(await book('11:00', 'grupo-1')).toMatchObject({ ok: true })
    await mirrored('gala@casas.example', stretch('11:00', '11:30'), stretch('12:00', '13:00'))
    for (const [from, to] of [['09:00', '11:00'], ['13:00', '18:00']] as const) await sql`insert into busy_event (tenant_id, connection_id, external_id, starts_at, ends_at) values (${house.tenant}, ${idOf('gala@casas.example')}, ${from}, ${instant(ms(from))}, ${instant(ms(to))})`.execute(house.db.bare)
    await mirrored('gala@casas.example')
    const { data } = await ask('check_availability', { home: 'grupo-1', from_day: day }, people.pop())
    expect(data.slots.filter(({ start }: { start: string }) => start.startsWith(day)).map(({ start, seats_left }: { start: string; seats_left: number }) => [start.slice(11, 16), seats_left])).toEqual([['11:00', 3], ['11:30', 4]])
    expect(await book('11:00', 'grupo-1', people.pop())).toMatchObject({ ok: true, data: { tour: { agent: 'gala' } } })
    expect(await book('12:00', 'grupo-1', people.pop())).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
    expect((await sql<{ sessions: number }>`select count(distinct session_id) as sessions from tour`.execute(house.db.bare)).rows).toEqual([{ sessions: 1 }])
  })
})

describe('the booking page', () => {
  const opened = async (): Promise<{ path: string; slot: string; startsAt: string; body: string }> => {
    const { data } = await ask('check_availability', { home: 'roma-1', from_day: day })
    const path = new URL(data.link).pathname
    return { path, slot: data.slots[0].slot_id, startsAt: data.slots[0].start, body: (await request(house.doors).get(path)).text }
  }
  const send = (path: string, fields: object) => request(house.doors).post(path).type('form').send(fields)
  const held = async (path: string): Promise<string> => /name="hold" value="([^"]+)"/.exec((await request(house.doors).get(path)).text)![1]!
  const visits = async (): Promise<string[]> => (await sql<{ status: string }>`select status from tour where person_id = ${who.person}`.execute(house.db.bare)).rows.map(({ status }) => status)
  const taken = bookingWords['es-MX'].said.taken

  test('shows what the calendars leave free', async () => {
    await mirrored(ana, stretch('09:00', '18:00'))
    await mirrored(beto, stretch('09:00', '18:00'))
    expect((await opened()).startsAt).toBe('2026-11-26T09:00-06:00')
    expect((await opened()).body).not.toContain(`datetime="${day}"`)
  })
  test('asks again for the time that is chosen, to be held', async () => {
    const { path, slot } = await opened()
    await old()
    house.clock.advance(1_001)
    answers.set(ana, [stretch('09:00', '10:00')]).set(beto, [stretch('09:30', '09:45')])
    const { status, text } = await send(path, { do: 'hold', slot })
    expect([status, text.includes(taken), await visits()]).toEqual([409, true, []])
    answers.set(beto, 'down')
    expect((await send(path, { do: 'hold', slot })).status).toBe(303)
  })
  test('asks again when it is confirmed, and lets go of what was held where it is taken', async () => {
    const { path, slot } = await opened()
    expect((await send(path, { do: 'hold', slot })).status).toBe(303)
    const hold = await held(path)
    answers.set(ana, [stretch('09:00', '10:00')]).set(beto, [stretch('09:00', '10:00')])
    await old()
    house.clock.advance(1_001)
    const { status, text } = await send(path, { do: 'confirm', hold, name: 'Ana Prueba' })
    expect([status, text.includes(taken), await visits()]).toEqual([409, true, []])
  })
  test.each([['says nothing else', []], ['can not be reached', 'down']] satisfies [string, Answer][])('is confirmed where the calendar %s', async (_title, answer) => {
    const { path, slot } = await opened()
    expect((await send(path, { do: 'hold', slot })).status).toBe(303)
    for (const account of accounts) answers.set(account, answer)
    await old()
    house.clock.advance(1_001)
    expect((await send(path, { do: 'confirm', hold: await held(path), name: 'Ana Prueba' })).status).toBe(200)
    expect([await visits(), asked().length]).toEqual([['confirmed'], 1])
  })
})

describe('inside a transaction', () => {
  type Found = { around: string[]; able: string[]; isOffered: boolean }
  const within = async (slug: string, time: string, said: readonly SaidNow[] = []): Promise<Found> => {
    const home = catalogue.homes.find((each) => each.slug === slug) as Home
    let found: Found | undefined
    const look = defineAction({ name: 'calendar-search.look', args: z.strictObject({}), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async (_args, act) => {
      const around = await timesAround(act, { catalogue, home, startsAt: ms(time), party: 1 })
      const { able, isOffered } = await ableThen(act, { catalogue, home, said }, ms(time))
      found = { around: around.map(({ startsAt }) => new Date(startsAt - 6 * hour).toISOString().slice(0, 16)), able: able.map((id) => catalogue.agents.find((each) => each.id === id)!.slug), isOffered }
      return {}
    })
    await house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(look, {})
    return found!
  }
  test('what is offered around a visit, and who is asked for one, goes by the mirrors', async () => {
    await mirrored(ana, stretch('09:00', '18:00'))
    await mirrored(beto, stretch('09:00', '11:00'), stretch('12:00', '18:00'))
    expect(await within('roma-1', '11:00')).toMatchObject({ able: ['beto'], isOffered: true })
    const said = (span: Stretch): SaidNow[] => [{ agent: catalogue.agents.find(({ slug }) => slug === 'beto')!.id, calendar: idOf(beto), stretches: [span] }] // just before
    expect(await within('roma-1', '11:00', said(stretch('11:30', '12:00')))).toMatchObject({ able: [], isOffered: true })
    expect(await within('roma-1', '11:00', said(stretch('12:00', '13:00')))).toMatchObject({ able: ['beto'] })
    const busy = await within('roma-1', '12:00')
    expect(busy).toMatchObject({ able: [], isOffered: true })
    expect(busy.around[0]).toBe(`${day}T11:00`)
    expect(await within('roma-1', '20:00')).toMatchObject({ able: [], isOffered: false })
  })
})
