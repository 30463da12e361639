import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { fileURLToPath } from 'node:url'
import { adoptContact } from '@portero/tool-server/actions/adopt-contact.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'
import { testHouse, type TestHouse } from './support/house.ts'

// The database is gone: what the CRM keeps under our ids comes back into an empty one.
let stage: CrmStage
let fresh: TestHouse
const numbers = ['+525512370001', '+525512370002', '+525512370003', '+525512370004']
const sample = fileURLToPath(new URL('../tool-server/catalogue.sample.yaml', import.meta.url))
type Tour = { id: string; person_id: string; home: string; agent: string; starts_at: number; ends_at: number; status: string; day: string }
const toursIn = async ({ db }: TestHouse): Promise<Tour[]> =>
  (await sql<Tour>`select t.id, person_id, h.slug as home, a.slug as agent, starts_at, ends_at, t.status, day::text from tour t join home h on h.id = t.home_id join agent a on a.id = t.agent_id where t.status = 'confirmed' order by t.id`.execute(db.bare)).rows
const rows = async <R>(house: TestHouse, statement: string): Promise<R[]> => (await sql.raw<R>(statement).execute(house.db.bare)).rows
const writes = (): number => stage.lab.hubspot.requests().filter(({ method, path }) => method !== 'GET' && !/\/(search|batch\/read)$/.test(path)).length
const how = () => ({ wait: async (ms: number) => fresh.clock.advance(ms) })

beforeAll(async () => {
  stage = await openCrm()
  for (const number of numbers) await stage.visit(number)
  await stage.say('+525512370009', 'Hola')
  await stage.say('+525512370009', 'BAJA')
  await stage.follow(5_000)
  const accounts = stage.lab.accounts.filter(({ vendor }) => vendor === 'hubspot')
  fresh = await testHouse({ connectors, flows, accounts, clock: stage.clock, config: { publicBaseUrl: stage.url, catalogue: sample } })
}, 120_000)
afterAll(async () => {
  await fresh.end()
  await stage.end()
})

describe('portero rebuild', () => {
  test('brings every visit ahead back as it was, with its person, their lead and their reminders; nothing is written to the CRM', async () => {
    const before = writes()
    const seen: number[] = []
    const came = await fresh.crm.rebuild({ ...how(), see: ({ done }) => void seen.push(done) })
    expect(await toursIn(fresh)).toEqual(await toursIn(stage.house))
    expect([came.people, came.leads, came.visits.length, came.lost, seen]).toEqual([5, 5, 4, [], [1, 2, 3, 4, 5]])
    const leads = 'select id, person_id, stage from lead where person_id in (select person_id from tour) order by id'
    expect(await rows(fresh, leads)).toEqual(await rows(stage.house, leads))
    const linked = "select kind, our_id, external_id, person_id from counterpart where kind in ('contact', 'deal', 'meeting') and person_id in (select person_id from tour) order by kind, our_id"
    expect(await rows(fresh, linked)).toEqual(await rows(stage.house, linked))
    for (const { id } of came.visits) expect(await rows(fresh, `select 1 from job where name = 'tours.due' and key like 'timer:tour:${id}:due:%'`)).not.toEqual([])
    expect(writes()).toBe(before)
  })
  test('whoever asked to be left alone still is', async () => {
    const wish = "select c.status, p.id from consent c join person p on p.id = c.person_id where c.status = 'revoked'"
    expect((await rows<{ id: string }>(fresh, wish)).map(({ id }) => id)).toEqual((await rows<{ id: string }>(stage.house, wish)).map(({ id }) => id))
  })
  test('what was brought back is known by its number, and tells the CRM nothing that it knows', async () => {
    const known = await fresh.db.tx((tx) => fresh.acting.within(tx, { tenant: fresh.tenant, by: 'system' }).sealing.blind('claim:phone', numbers[0]!))
    expect(await rows(fresh, `select 1 from claim where kind = 'phone' and value_bidx = '\\x${known.toString('hex')}'`)).toHaveLength(1)
    const before = writes()
    for (let passed = 0; passed < 10; passed++) {
      fresh.clock.advance(500)
      await fresh.worker.settle()
    }
    expect([writes() - before, await rows(fresh, "select name from job where state = 'dead'")]).toEqual([0, []])
  })
  test('whoever came by WhatsApp still did, though their conversations are gone', async () => {
    expect(stage.all('contacts').filter(({ properties }) => properties['portero_source'] === 'whatsapp').length).toBe(5)
    const [{ id }] = (await rows<{ id: string }>(fresh, 'select person_id as id from tour limit 1')) as [{ id: string }]
    const act = fresh.acting.as({ tenant: fresh.tenant, by: 'system' }, 'all')
    await act(adoptContact, { person: id, name: 'Otro Nombre' })
    for (let passed = 0; passed < 10; passed++) {
      fresh.clock.advance(500)
      await fresh.worker.settle()
    }
    const contact = stage.all('contacts').find(({ properties }) => properties['portero_id'] === id)!
    expect([contact.properties['lastname'], contact.properties['portero_source']]).toEqual(['Nombre', 'whatsapp'])
  })
  test('a database with anybody in it is refused', async () => {
    await expect(fresh.crm.rebuild(how())).rejects.toMatchObject({ code: 'refused' })
    expect(await toursIn(fresh)).toHaveLength(numbers.length)
  })
})

test('what can\'t be brought back is told: two at once, of nobody, somewhere unknown', async () => {
  const { controls } = stage.lab.hubspot
  stage.webhooks(false)
  const meetings = numbers.map((number) => stage.hungOn('meetings', stage.contactOf(number).id)[0]!)
  const at = (name: string): string => meetings[0]!.properties[name]!
  controls.change({ type: 'meetings', id: meetings[1]!.id, properties: Object.fromEntries(['hs_meeting_start_time', 'hs_meeting_end_time', 'portero_agent', 'portero_home'].map((name) => [name, at(name)])) })
  controls.change({ type: 'meetings', id: meetings[2]!.id, properties: { portero_home: 'demolida-1', hs_meeting_location: 'Ninguna parte' } })
  controls.change({ type: 'meetings', id: meetings[3]!.id, properties: { portero_home: '' } }) // told before there was one
  controls.create({ type: 'meetings', properties: { portero_id: uuid('lost'), hs_timestamp: at('hs_timestamp'), hs_meeting_start_time: at('hs_meeting_start_time'), hs_meeting_end_time: at('hs_meeting_end_time'), hs_meeting_outcome: 'SCHEDULED' } })
  const another = await testHouse({ connectors, flows, accounts: stage.lab.accounts.filter(({ vendor }) => vendor === 'hubspot'), clock: stage.clock, config: { publicBaseUrl: stage.url, catalogue: sample } })
  try {
    const { visits, lost } = await another.crm.rebuild(how())
    expect([visits.length, lost.map(({ why }) => why).toSorted()]).toEqual([2, ['no contact', 'no home', 'overlaps']])
  } finally {
    await another.end()
  }
})
const uuid = (text: string): string => createHash('sha256').update(text).digest('hex').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-7$3-8$4-$5')
