import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { views } from '@portero/shared'
import { makeAudit } from '@portero/tool-server/spine/audit.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at, makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { personName } from '@portero/tool-server/store/places.ts'
import { todayView } from '@portero/tool-server/store/today-view.ts'
import { fakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'
import { furnish } from './support/homes.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'
import { recorded, type Recorded } from './support/statements.ts'

// The day of the whole house, as its app page in HubSpot asks for it. It is Monday, 23 November, 11:00 in Mexico City.
const phone = '+525511112222'
const other = '+525533334444'
let stage: PagesStage
beforeAll(async () => {
  stage = await openPages()
  for (const number of [phone, other]) await stage.say(number, 'Hola')
  await stage.follow()
  for (const person of await rowsOf('select id from person order by id')) {
    const sealed = await stage.house.vault.seal(stage.house.db.bare, { tenant: stage.house.tenant, person: person.id }, personName(person.id), 'Guadalupe Ríos Invento')
    await sql`update person set name_sealed = ${sealed} where id = ${person.id}`.execute(stage.house.db.bare)
  }
})
afterAll(() => stage.end())

const rowsOf = async (statement: string): Promise<any[]> => (await sql.raw(statement).execute(stage.house.db.bare)).rows as any[]
const today = async (language?: 'en'): Promise<ReturnType<typeof views.todayView.parse>> => views.todayView.parse((await stage.ask('today', language ? { language } : {}, 'viewer')).body)

describe('the day', () => {
  test('is for whoever has a role, and for nobody else', async () => {
    for (const [who, status] of [['admin', 200], ['agent', 200], ['viewer', 200], ['nobody', 403]] as const) expect({ who, status: (await stage.ask('today', {}, who)).status }).toEqual({ who, status })
    expect((await stage.ask('today', { record: { type: 'contact', id: '1' } })).status).toBe(400)
  })
  test('without tours and escalations is empty, and draws its two weeks', async () => {
    const { tours, escalations, tourDays, messageDays, asOf, zone } = await today()
    expect({ tours, escalations, zone, asOf }).toEqual({ tours: [], escalations: [], zone: 'America/Mexico_City', asOf: new Date(stage.clock.now()).toISOString() })
    expect([tourDays[0]!.day, tourDays.at(-1)!.day, messageDays[0]!.day, messageDays.at(-1)!.day]).toEqual(['2026-11-16', '2026-11-29', '2026-11-10', '2026-11-23'])
    expect(messageDays.at(-1)!.in).toBe(2)
    expect(messageDays.at(-1)!.out).toBeGreaterThan(0)
  })
  test('has the tours of today only, by time, with first name and record', async () => {
    expect(await stage.tool(phone, 'book_tour', { home: 'roma-norte-302', when: 'hoy a las 16:00' })).toMatchObject({ ok: true })
    expect(await stage.tool(other, 'book_tour', { home: 'roma-norte-302', when: 'hoy a las 15:00' })).toMatchObject({ ok: true })
    expect(await stage.tool(other, 'book_tour', { home: 'roma-norte-302', when: 'mañana a las 15:00' })).toMatchObject({ ok: true })
    await stage.follow()
    const { tours, tourDays } = await today()
    expect(tours.map(({ startsAt }) => startsAt)).toEqual(['2026-11-23T21:00:00.000Z', '2026-11-23T22:00:00.000Z'])
    const [contact] = stage.lab.hubspot.state().contacts.filter(({ properties }) => properties['phone'] === other)
    expect(tours[0]).toEqual({
      tour: expect.any(String), startsAt: '2026-11-23T21:00:00.000Z', endsAt: '2026-11-23T21:30:00.000Z', zone: 'America/Mexico_City', status: 'confirmed', title: 'Dos recámaras en esquina', place: 'Casa Tabasco, 302',
      agent: 'Mariana Solís', person: 'Guadalupe', contact: contact!.id,
    })
    expect(tourDays.filter(({ confirmed }) => confirmed > 0)).toEqual([expect.objectContaining({ day: '2026-11-23', confirmed: 2 }), expect.objectContaining({ day: '2026-11-24', confirmed: 1 })])
  })
  test('says whose names it showed, in the audit', async () => {
    await stage.ask('today', {}, 'viewer')
    const [row] = await rowsOf(`select user_id, after_sealed is not null as told from audit where what = 'read:today' order by at desc, id desc limit 1`)
    expect(row).toEqual({ user_id: 'hubspot:33', told: true })
  })
  test('tells who waits, those that are late first, and who was seen', async () => {
    expect(await stage.tool(phone, 'escalate', { reason: 'contract', summary: 'Pregunta por el aval; su número es 55 1111 2222.' })).toMatchObject({ ok: true })
    stage.clock.advance(16 * 60_000)
    expect(await stage.tool(other, 'escalate', { reason: 'complaint', summary: 'Se queja.' })).toMatchObject({ ok: true })
    await stage.follow()
    const { escalations } = await today()
    expect(escalations).toEqual([
      { escalation: expect.any(String), reason: 'contract', owner: 'Mariana Solís', since: expect.any(String), dueAt: expect.any(String), isLate: true, isSeen: false, person: 'Guadalupe', contact: expect.any(String) },
      expect.objectContaining({ reason: 'complaint', isLate: false, isSeen: false }),
    ])
    await sql`update escalation set seen_at = ${at(stage.clock.now())} where id = ${escalations[1]!.escalation}`.execute(stage.house.db.bare)
    await sql`update escalation set closed_at = ${at(stage.clock.now())} where id = ${escalations[0]!.escalation}`.execute(stage.house.db.bare)
    expect((await today()).escalations).toEqual([{ ...escalations[1]!, isSeen: true }])
  })
  test('shows no number, no family name and no words of anybody', async () => {
    const { text } = await stage.ask('today')
    expect(text).not.toMatch(/55\D{0,3}1111|Ríos|Invento|aval/)
  })
  test('of each place is by its own clock', async () => {
    const tourAt = (startsAt: string, day: string): Promise<unknown> => sql`insert into tour (tenant_id, id, person_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, made_at, changed_at)
      select t.tenant_id, ${newId(stage.clock)}, t.person_id, h.id, h.building_id, a.id, ${day}::date, ${startsAt}::timestamptz, ${startsAt}::timestamptz + interval '30 minutes', 'confirmed', t.made_at, t.changed_at
      from (select * from tour where starts_at = '2026-11-23T22:00:00Z') t, (select * from home where slug like 'zona-rio%' limit 1) h, (select * from agent where slug = 'julian-cota') a`.execute(stage.house.db.bare)
    await tourAt('2026-11-24T01:00:00Z', '2026-11-23')
    await tourAt('2026-11-24T18:00:00Z', '2026-11-24')
    const shown = async (): Promise<string[]> => (await today()).tours.map(({ startsAt }) => startsAt)
    expect(await shown()).toEqual(['2026-11-23T21:00:00.000Z', '2026-11-23T22:00:00.000Z', '2026-11-24T01:00:00.000Z'])
    stage.clock.advance(Date.UTC(2026, 10, 24, 7, 30) - stage.clock.now()) // 01:30 in Mexico City, 23:30 of the day before in Tijuana
    expect(await shown()).toEqual(['2026-11-24T01:00:00.000Z', '2026-11-24T21:00:00.000Z'])
  })
  test('shows who was erased as nobody, and the rest', async () => {
    const { db, vault, tenant } = stage.house
    const [{ person }] = await rowsOf(`select person_id as person from conversation where external_id = '${stage.lab.bird.conversationFor(phone)}'`)
    await vault.erasePerson(db.bare, tenant, person)
    stage.clock.advance(61_000)
    const { tours } = await today()
    expect(tours.map(({ person: name }) => name)).toEqual([undefined, 'Guadalupe'])
  })
})

describe('the connections', () => {
  const bird = async (): Promise<any> => (await today()).connections.find(({ vendor }) => vendor === 'Bird')
  const hubspot = async (language?: 'en'): Promise<any> => (await today(language)).connections.find(({ vendor }) => vendor === 'HubSpot')
  test('that are well say when they last spoke', async () => {
    expect(await bird()).toEqual({ connection: expect.any(String), vendor: 'Bird', account: expect.any(String), state: 'fine', heardAt: expect.any(String), waiting: 0, dead: 0 })
    stage.clock.advance(60_000)
    await stage.say(other, 'Sigo aquí')
    expect(Date.parse((await bird()).heardAt)).toBeGreaterThan(stage.clock.now() - 60_000)
  })
  test('that do not answer rest, and what waits for them is counted, with why', async () => {
    stage.lab.hubspot.fault({ on: '*', fault: 'down', times: 1_000 })
    await stage.tool(other, 'update_deal', { bedrooms: 3 })
    await stage.follow(20_000)
    expect(await hubspot()).toMatchObject({ state: 'resting', waiting: expect.any(Number), failure: expect.stringMatching(/\.$/) })
    expect((await hubspot()).waiting).toBeGreaterThan(0)
    stage.lab.hubspot.clearFaults()
    stage.clock.advance(10 * 60_000)
    await stage.follow(6_000) // searches wait for one another
    expect(await hubspot()).toMatchObject({ state: 'fine', waiting: 0 })
  })
  test('with something that stopped need a look, and say why in the reader’s language', async () => {
    await sql`insert into inbox (tenant_id, id, connection_id, sha256, state, error_code, error, trace, received_at)
      select tenant_id, ${newId(stage.clock)}, id, 'x', 'dead', 'bad_response', 'x', 'a', ${at(stage.clock.now())} from connection where vendor = 'hubspot'`.execute(stage.house.db.bare)
    expect(await hubspot()).toMatchObject({ state: 'stuck', dead: 1, failure: 'El otro sistema contestó algo que no se entiende.' })
    expect(await hubspot('en')).toMatchObject({ failure: 'The other system gave an answer that makes no sense.' })
  })
  test('that were silent for a week say so', async () => {
    stage.clock.advance(8 * 86_400_000)
    const { heardAt } = await bird()
    expect(heardAt).toBeUndefined()
  })
})

// As many as a year brings: three tours an hour, of people of their own.
describe('with 10,000 tours', () => {
  const clock = fakeClock()
  const visitor = { tenant: '00000000-0000-7000-8000-000000000001', by: 'staff' as const, user: 'hubspot:11', role: 'viewer' as const }
  const yaml = `buildings:
  - slug: roma
    name: Roma
    zone: America/Mexico_City
    address: Calle 1
    neighbourhood: Roma
    city: CDMX
    homes: [{ slug: roma-1, title: Roma 1, unit: "1", bedrooms: 1, bathrooms: 1, areaM2: 40, rentMxn: 10000, pets: yes, availableFrom: 2026-01-01 }]
agents: [{ slug: ana, name: Ana, hours: [], buildings: [roma] }]`
  let fresh: Awaited<ReturnType<typeof freshEngine>>
  let engine: Recorded
  let db: Db
  beforeAll(async () => {
    fresh = await freshEngine()
    engine = recorded(fresh.engine)
    db = makeDb(engine)
  })
  afterAll(async () => {
    await db.close()
    await fresh.remove()
  })

  test('the day is a handful of statements, whoever is in it, and reads only the days it shows', async () => {
    const vault = makeVault({ db, clock, keys: keyring([Buffer.alloc(32, 7)]) })
    const { tenant } = visitor
    await furnish({ db, tenant, clock }, yaml)
    const people = Array.from({ length: 60 }, () => newId(clock))
    for (const person of people) {
      await sql`insert into person (tenant_id, id, created_at) values (${tenant}, ${person}, ${at(clock.now())})`.execute(db.bare)
      await sql`update person set name_sealed = ${await vault.seal(db.bare, { tenant, person }, personName(person), 'Ana')} where id = ${person}`.execute(db.bare)
    }
    await sql`insert into tour (tenant_id, id, person_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, made_at, changed_at)
      select ${tenant}, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, (${people}::uuid[])[1 + n % 60], h.id, h.building_id, a.id, date '2026-11-23' + (n % 100 - 50), ${at(clock.now())} + (n % 100 - 50) * interval '1 day' + (n / 100) * interval '1 minute',
        ${at(clock.now())} + (n % 100 - 50) * interval '1 day' + (n / 100 + 1) * interval '1 minute', 'completed', ${at(clock.now())}, ${at(clock.now())} from generate_series(0, 9999) n, home h, agent a`.execute(db.bare)
    await sql`analyze tour`.execute(db.bare)
    const own = makeOwnReads({ db, clock, vault, publicBaseUrl: 'https://portero.example' })
    const { today } = todayView({ db, clock, vault, audit: makeAudit({ db, clock, vault }), own, conditions: () => [] })
    await today!({}, visitor)
    clock.advance(120_000) // the keys of people that were remembered are forgotten
    await own(tenant).homes.catalogue()
    let view: any
    const statements = await engine.during(async () => {
      view = await today!({}, visitor)
    })
    expect(view.tours).toHaveLength(100)
    expect(view.tours[0]).toMatchObject({ person: 'Ana', agent: 'Ana' })
    expect(statements.map(({ sql: text }) => text.slice(0, 60))).toHaveLength(7) // tours, escalations, all of their keys, connections, both charts, the row of the audit
    const plan = await sql<{ 'QUERY PLAN': string }>`explain select day, status, count(*) from tour where tenant_id = ${tenant} and day >= date '2026-11-16' and day <= date '2026-11-29' group by day, status`.execute(db.bare)
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('tour_by_day')
  })
})
