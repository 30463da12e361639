import { createServer, type Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { makeHouse, type House } from '@portero/tool-server/app.ts'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openLead, type LeadRow } from '@portero/tool-server/store/leads.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { fakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'
import { prospects } from './support/homes.ts'
import { recorded, type Recorded } from './support/statements.ts'
import { tinyConnector } from './support/tiny.ts'

// What a call costs the database once everything that may be remembered is: a read at most three statements, a write at most six besides begin and commit.
const most = { read: 3, write: 6 }
const clock = fakeClock()
const dataDir = mkdtempSync(join(tmpdir(), 'portero-test-'))
type Talker = Subject & { person: string; conversation: string }
let house: House
let server: Server
let engine: Recorded
let removeEngine: () => Promise<void>
let talkers: Talker[]
let ana: Talker
let key = ''

beforeAll(async () => {
  const fresh = await freshEngine()
  engine = recorded(fresh.engine)
  removeEngine = fresh.remove
  const config = readConfig({ DATA_DIR: dataDir, PORTERO_LAB: '1', PUBLIC_BASE_URL: 'https://portero.example' })
  // Those who show the homes have calendars, which were read just now.
  const calendars = ['mariana.solis@casas.example', 'diego.arriaga@casas.example'].map((account) => ({ vendor: 'google', account, settings: { baseUrl: 'http://127.0.0.1:9', grant: { by: 'given', token: 'token' }, pushSecrets: ['s'.repeat(32)] } }))
  const accounts = [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }, ...calendars]
  house = makeHouse({ config, clock, log: makeLog({ level: 'silent', clock }), engine, connectors: [tinyConnector(), google], flows: [], tools, accounts })
  await house.begin({ work: false })
  const connection = (await house.connections.all(house.db.bare)).find(({ vendor }) => vendor === 'tiny')
  talkers = await prospects({ ...house, clock }, connection!.id, 22)
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: [...new Set(tools.flatMap(({ policy }) => policy.scopes))] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.close(0)
  await removeEngine()
  rmSync(dataDir, { recursive: true, force: true })
})

const call = async (tool: string, input: object, who = ana): Promise<any> => (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-conversation-id', `cv-${who.conversation}`).send(input)).body
const costOf = async (tool: string, input: object): Promise<{ ok: boolean; statements: string[] }> => {
  let ok = false
  const statements = await engine.during(async () => void ({ ok } = await call(tool, input)))
  return { ok, statements: statements.map(({ sql }) => sql) }
}
// Each by somebody of their own, whose key a message has just used, in a house that has just been asked about its homes.
beforeEach(async () => {
  clock.advance(2 * 60_000)
  for (const { id, tenant, vendor } of await house.connections.all(house.db.bare))
    if (vendor === 'google') await sql`insert into pull_cursor (tenant_id, connection_id, name, pulled_at) values (${tenant}, ${id}, 'changes', ${at(clock.now())}) on conflict (tenant_id, connection_id, name) do update set pulled_at = excluded.pulled_at`.execute(house.db.bare)
  ana = talkers.pop()!
  await house.vault.seal(house.db.bare, ana, 'warm', '')
  await call('check_availability', { home: 'roma-norte-101' })
})

const slotOn = async (from_day: string): Promise<string> => (await call('check_availability', { home: 'roma-norte-101', from_day })).data.slots[2].slot_id
const booked = async (): Promise<string> => (await call('book_tour', { home: 'roma-norte-101', when: '2026-11-27 12:00' })).data.tour.tour_id
const cases: [string, string, () => Promise<object>][] = [
  ['find_homes', 'find_homes', async () => ({ area: 'Roma Norte' })],
  ['get_home', 'get_home', async () => ({ home: 'roma-norte-101' })],
  ['check_availability', 'check_availability', async () => ({ home: 'roma-norte-101', part_of_day: 'afternoon' })],
  ['my_tours', 'my_tours', async () => ({})],
  ['book_tour of a slot', 'book_tour', async () => ({ slot_id: await slotOn('2026-11-26') })], // two agents could show it
  ['book_tour of a home and a time', 'book_tour', async () => ({ home: 'roma-norte-203', when: '2026-11-25 12:00' })],
  ['reschedule_tour to a slot', 'reschedule_tour', async () => ({ tour_id: await booked(), slot_id: await slotOn('2026-11-26') })],
  ['cancel_tour', 'cancel_tour', async () => ({ tour_id: await booked(), reason: 'Ya no puede.' })],
  ['cancel_tour of the next one', 'cancel_tour', async () => (await booked(), {})],
  ['join_waitlist', 'join_waitlist', async () => ({ home: 'roma-norte-101', part_of_day: 'evening' })],
  ['update_deal', 'update_deal', async () => ({ stage: 'qualified', budget_max: 20_000, home: 'roma-norte-101' })],
  ['qualify_lead', 'qualify_lead', async () => ({ move_in: '2027-01-15', occupants: 2, pets: false, budget_max: 20_000, guarantee: 'policy' })],
  ['privacy_request', 'privacy_request', async () => ({ kind: 'access', details: 'Quiere ver sus datos.' })],
  ['send_home_media', 'send_home_media', async () => ({ home: 'roma-norte-302', kind: 'photos' })],
  ['escalate', 'escalate', async () => ({ reason: 'complaint', summary: 'Nadie contesta.' })],
]
describe.each(cases)('%s', (_title, tool, input) => {
  const effect = tools.find(({ name }) => name === tool)!.policy.effect
  test(`asks the database at most ${most[effect]} times`, async () => {
    const { ok, statements } = await costOf(tool, await input())
    expect(ok).toBe(true)
    expect(statements.slice(most[effect])).toEqual([])
  })
})

test('the calendars of those who show homes cost one statement a second', async () => {
  const looks = async (): Promise<string[]> => (await costOf('check_availability', { home: 'roma-norte-101' })).statements.filter((each) => each.includes('busy_event'))
  expect(await looks()).toHaveLength(0)
  clock.advance(1_000)
  expect([await looks(), await looks()]).toEqual([[expect.stringContaining('mirror')], []])
})
test('a move to a time in words costs one look more: which visit it is', async () => {
  await booked()
  const { ok, statements } = await costOf('reschedule_tour', { when: '2026-11-27 13:00' })
  expect([ok, statements.length]).toEqual([true, most.write + 1])
})
test('a visit that they have already costs one statement more: it is handed to who speaks the language that they ask for now', async () => {
  await booked()
  const { ok, statements } = await costOf('book_tour', { home: 'roma-norte-101', when: '2026-11-27 12:00', language: 'es-MX' })
  expect([ok, statements.length]).toEqual([true, most.write + 1])
})
test('a time that is kept until they say their name costs no more, nor does the visit then', async () => {
  await sql`update building set details = jsonb_set(details, '{visits,needsName}', 'true')`.execute(house.db.bare)
  clock.advance(10_000)
  await call('check_availability', { home: 'roma-norte-101' })
  const visit = { home: 'roma-norte-101', when: '2026-11-30 13:00' }
  const kept = await costOf('book_tour', visit)
  const booked = await costOf('book_tour', { ...visit, name: 'Ana Prueba' })
  await sql`update building set details = jsonb_set(details, '{visits,needsName}', 'false')`.execute(house.db.bare)
  expect([kept.ok, booked.ok, kept.statements.slice(most.write), booked.statements.slice(most.write)]).toEqual([false, true, [], []])
})
test('each tool is counted', () => {
  expect(new Set(cases.map(([, tool]) => tool))).toEqual(new Set(tools.map(({ name }) => name)))
})
test('a write said again costs one look', async () => {
  await call('book_tour', { home: 'roma-norte-203', when: '2026-11-25 13:00' })
  expect((await costOf('book_tour', { home: 'roma-norte-203', when: '2026-11-25 13:00' })).statements).toHaveLength(1)
})
test('begun by several calls at once, a deal is one, with what each of them said', async () => {
  const facts = [{ budget_max: 15_000 }, { bedrooms: 2 }, { pets: true }, { months: 12 }]
  const answers = await Promise.all(facts.map((fact) => call('update_deal', fact)))
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true])
  const { rows } = await sql<LeadRow>`select id, person_id, stage, facts_sealed from lead where person_id = ${ana.person}`.execute(house.db.bare)
  const leads = await Promise.all(rows.map((row) => openLead(row, async (place, sealed) => (await house.vault.open(house.db.bare, house.tenant, place, sealed)).toString())))
  expect(leads.map((lead) => lead.facts)).toEqual([{ budgetMxn: 15_000, bedrooms: 2, pets: true, months: 12 }])
})
