import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { reassignTour } from '@portero/tool-server/actions/reassign-tour.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// To and from Tlalpan it takes three quarters of an hour, to and from Roma ten minutes: between the two it is the longer, whichever visit was there first and however the other comes about.
const agent = (slug: string, places: string, more = ''): string => `
  - { slug: ${slug}, name: ${slug}, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '17:00' }], buildings: [${places}]${more} }`
const yaml = `buildings:${building('roma', 'travelMinutes: 10, bufferMinutes: 10')}${building('tlalpan', 'travelMinutes: 45')}${building('condesa', 'travelMinutes: 10')}
agents:${agent('ana', 'roma, tlalpan')}${agent('beto', 'condesa', ', perWeek: 1')}${agent('carla', 'condesa')}
`
type Talker = Subject & { person: string; conversation: string }
let house: TestHouse
let server: Server
let people: Talker[]
let key = ''
beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools })
  await furnish(house, yaml)
  people = await prospects(house, (await house.connection('tiny')).id, 20)
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.end()
})
beforeEach(async () => void (await sql`delete from tour`.execute(house.db.bare)))

const ask = async (tool: string, input: object, who = people.pop()!): Promise<any> => (await request(server).post(`/tools/${tool}`).set({ authorization: `Bearer ${key}`, 'x-bird-conversation-id': `cv-${who.conversation}` }).send(input)).body
const near = { home: 'roma-1', day: '2026-11-24' }
const far = { home: 'tlalpan-1', day: '2026-11-24' }

test.each([[near, far], [far, near]])('a visit keeps that way from another that was there before: %j, then %j', async (first, second) => {
  expect(await ask('book_tour', { home: first.home, when: `${first.day} 12:00` })).toMatchObject({ ok: true })
  for (const time of ['11:00', '13:00']) expect(await ask('book_tour', { home: second.home, when: `${second.day} ${time}` })).toMatchObject({ ok: false, error: { code: 'slot_gone' } })

  const offered = async (home: string): Promise<string[]> => (await ask('check_availability', { home, from_day: `${second.day} 11:00`, part_of_day: 'morning' })).data.slots.map(({ start }: any) => start)
  expect((await offered(second.home)).filter((start) => start.startsWith(`${second.day}T11`))).toEqual([])
  expect(await ask('book_tour', { home: second.home, when: `${second.day} 13:30` })).toMatchObject({ ok: true })
})

test('a visit that is moved keeps it too', async () => {
  const who = people.pop()!
  expect(await ask('book_tour', { home: far.home, when: '2026-11-24 12:00' })).toMatchObject({ ok: true })
  expect(await ask('book_tour', { home: near.home, when: '2026-11-25 12:00' }, who)).toMatchObject({ ok: true })
  expect(await ask('reschedule_tour', { when: '2026-11-24 13:00' }, who)).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
  expect(await ask('reschedule_tour', { when: '2026-11-24 13:30' }, who)).toMatchObject({ ok: true })
})

test('whoever shows no more visits that week is handed no other', async () => {
  const { rows: agents } = await sql<{ id: string; slug: string }>`select id, slug from agent`.execute(house.db.bare)
  const idOf = (slug: string): string => agents.find((each) => each.slug === slug)!.id
  const visit = async (when: string, slug: string): Promise<{ id: string; person: string }> => {
    const who = people.pop()!
    expect(await ask('book_tour', { home: 'condesa-1', when }, who)).toMatchObject({ ok: true })
    const { rows: [tour] } = await sql<{ id: string; agent: string; version: number }>`select id, agent_id as agent, version from tour where person_id = ${who.person}`.execute(house.db.bare)
    if (tour!.agent !== idOf(slug)) expect(await hand({ id: tour!.id, person: who.person }, slug)).toBe('reassigned')
    return { id: tour!.id, person: who.person }
  }
  const hand = async ({ id, person }: { id: string; person: string }, slug: string): Promise<string> => {
    const { rows: [tour] } = await sql<{ version: number; day: string }>`select version, day::text as day from tour where id = ${id}`.execute(house.db.bare)
    return (await house.acting.as({ tenant: house.tenant, by: 'staff', user: 'leasing', person }, 'all')(reassignTour, { tour: id, version: tour!.version, agent: idOf(slug), day: tour!.day, gapMs: 600_000, perDay: 8 })).status
  }
  await visit('2026-11-24 12:00', 'beto')
  expect(await hand(await visit('2026-11-26 12:00', 'carla'), 'beto')).toBe('busy')
  expect(await hand(await visit('2026-11-30 12:00', 'carla'), 'beto')).toBe('reassigned')
})
