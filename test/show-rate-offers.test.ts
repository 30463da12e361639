import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { makeHouse, type House } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { noteConsent } from '@portero/tool-server/store/consents.ts'
import { shownSince } from '@portero/tool-server/store/show-rates.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { cleanUp, freshDir } from './support/process.ts'
import { fakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { recorded, type Recorded } from './support/statements.ts'
import { tinyConnector } from './support/tiny.ts'

// Who asks when they could see a home, and wishes for no day, hears first of the times to which people come. It is Friday, 11:00.
const hour = 3_600_000
let house: House
let clock: ReturnType<typeof fakeClock>
let engine: Recorded
let server: Server
let remove: () => Promise<void>
let key = ''
let ana: Subject & { person: string; conversation: string }
beforeEach(async () => {
  clock = fakeClock({ startMs: Date.parse('2026-11-27T11:00-06:00') })
  const fresh = await freshEngine()
  ;[engine, remove] = [recorded(fresh.engine), fresh.remove]
  const config = { ...readConfig({ DATA_DIR: freshDir(), PORTERO_LAB: '1', PUBLIC_BASE_URL: 'https://portero.example' }), catalogue: undefined }
  house = makeHouse({ config, clock, log: makeLog({ level: 'silent', clock }), engine, connectors: [tinyConnector()], flows: [], tools, accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }] })
  await house.begin({ work: false })
  await furnish({ ...house, clock }, `buildings:${building('roma', 'perAgentAndDay: 20')}
agents:
  - { slug: ana, name: ana, hours: [{ days: [mon, sat], from: '09:00', to: '20:00' }], buildings: [roma] }
`)
  const [connection] = await house.connections.all(house.db.bare)
  ;[ana] = (await prospects({ ...house, clock }, connection!.id, 1)) as [typeof ana]
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
  server = createServer(house.doors).listen(0)
})
afterEach(async () => {
  server.close()
  await house.close(0)
  await remove()
  await cleanUp()
})

// Visits of the weeks before, one after the other, at that hour of that day.
const were = async (start: string, came: number, missed: number): Promise<void> => {
  for (let n = 0; n < came + missed; n++) {
    const startsAt = Date.parse(start) - (n % 10) * 7 * 24 * hour + Math.floor(n / 10) * 60_000
    await sql`insert into tour (tenant_id, id, person_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, version, made_at, changed_at)
      select h.tenant_id, gen_random_uuid(), ${ana.person}, h.id, h.building_id, a.id, '2026-11-01', ${at(startsAt)}, ${at(startsAt + 30_000)}, ${n < came ? 'completed' : 'no_show'}, 1, ${at(startsAt)}, ${at(startsAt)} from home h, agent a`.execute(house.db.bare)
  }
}
const ask = async (input: object, tool = 'check_availability'): Promise<any> => {
  clock.advance(1_001)
  return (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-conversation-id', `cv-${ana.conversation}`).send({ home: 'roma-1', ...input })).body
}
const starts = ({ data }: { data: { slots: { start: string }[] } }): string[] => data.slots.map(({ start }) => start.slice(5, 16))
const soonest = ['11-28T09:00', '11-28T14:30', '11-28T19:30', '11-30T09:00', '11-30T14:30', '11-30T19:30']
const likeliest = ['11-30T09:00', '11-28T14:30', '11-28T19:30', '11-30T14:30', '11-30T19:30', '11-28T09:00']

test('with too little history they come in their order, as ever', async () => {
  await were('2026-11-16T09:00-06:00', 28, 0)
  const plain = await ask({})
  expect([starts(plain), plain.say]).toEqual([soonest, 'Para visitar roma 1 el primer horario libre es sábado 28 nov, 9:00 h.'])
})

test('with a history the likeliest comes first, and with a wish the wish', async () => {
  await were('2026-11-16T10:00-06:00', 57, 3)
  await were('2026-11-21T10:00-06:00', 24, 36)
  const proposed = await ask({})
  expect([starts(proposed), proposed.say]).toEqual([likeliest, 'Para visitar roma 1 te propongo el lunes 30 nov, 9:00 h.'])
  expect(starts(await ask({ from_day: '2026-11-28' }))).toEqual(soonest)
  expect(starts(await ask({ part_of_day: 'evening' })).every((start) => Number(start.slice(6, 8)) >= 17)).toBe(true)
  const gone = await ask({ when: '2026-11-28 08:00' }, 'book_tour')
  expect(gone.error.alternatives[0].start.slice(5, 16)).toBe('11-28T09:00') // what is closest to what they wanted
})

test('who wants no part in it hears of the soonest first at once, and their own visits are not counted', async () => {
  await were('2026-11-16T10:00-06:00', 57, 3)
  await were('2026-11-21T10:00-06:00', 24, 36)
  expect(starts(await ask({}))).toEqual(likeliest)
  const said = async (status: 'granted' | 'revoked'): Promise<void> => {
    clock.advance(1)
    await house.db.tx((tx) => noteConsent(house.acting.within(tx, { tenant: house.tenant, by: 'system' }), { person: ana.person, purpose: 'profiling', status, evidence: status, at: clock.now() }))
  }
  await said('revoked')
  expect([starts(await ask({})), await shownSince(house.db.bare, house.tenant, 0)]).toEqual([soonest, []])
  await said('granted')
  expect([starts(await ask({})), (await shownSince(house.db.bare, house.tenant, 0)).length]).toEqual([likeliest, 2])
})

test('where the next days have too few, what is far off takes the place of nothing that is near', async () => {
  await were('2026-11-16T10:00-06:00', 57, 3)
  await were('2026-11-21T10:00-06:00', 24, 36)
  clock.advance(2 * 24 * hour) // Sunday: but for tomorrow, the next days have none
  const offered = starts(await ask({}))
  expect([offered.toSorted(), offered[0]]).toEqual([['11-30T09:00', '11-30T14:30', '11-30T19:30', '12-05T09:00', '12-05T14:30', '12-05T19:30'], '11-30T09:00'])
})

test('who asks while it can\'t be counted hears of the soonest first, and it is counted the next time', async () => {
  await were('2026-11-16T10:00-06:00', 57, 3)
  await were('2026-11-21T10:00-06:00', 24, 36)
  await sql`insert into building select (jsonb_populate_record(b, '{"id": "0199a000-0000-7000-8000-00000000000b", "slug": "nowhere", "zone": "No/Where"}')).* from building b`.execute(house.db.bare)
  await sql`update tour set building_id = '0199a000-0000-7000-8000-00000000000b' where starts_at = (select min(starts_at) from tour)`.execute(house.db.bare)
  expect(starts(await ask({}))).toEqual(soonest)
  await sql`update tour set building_id = (select building_id from home)`.execute(house.db.bare)
  expect(starts(await ask({}))).toEqual(likeliest)
})

test('what is known is asked for once an hour, and counted by the clock of the building', async () => {
  await ask({})
  await were('2026-11-16T10:00-06:00', 57, 3)
  await were('2026-11-21T10:00-06:00', 24, 36)
  await were('2026-11-15T23:30-06:00', 1, 0) // Monday already, by another clock
  const asking = async (): Promise<number> => (await engine.during(async () => void (await ask({})))).filter(({ sql }) => sql.includes('isodow')).length
  expect([await asking(), starts(await ask({}))]).toEqual([0, soonest])
  clock.advance(hour)
  expect([await asking(), await asking(), starts(await ask({}))]).toEqual([1, 0, likeliest])
  const { rows: [{ id } = { id: '' }] } = await sql<{ id: string }>`select id from building`.execute(house.db.bare)
  expect((await shownSince(house.db.bare, house.tenant, 0)).toSorted((a, b) => a.came - b.came)).toEqual([
    { building: id, weekday: 'sun', part: 'evening', came: 1, missed: 0 }, { building: id, weekday: 'sat', part: 'morning', came: 24, missed: 36 }, { building: id, weekday: 'mon', part: 'morning', came: 57, missed: 3 },
  ])
  expect(await shownSince(house.db.bare, house.tenant, clock.now())).toEqual([])
})
