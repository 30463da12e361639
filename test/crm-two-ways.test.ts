import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { settleConflict } from '@portero/tool-server/actions/settle-conflict.ts'
import { openConflicts } from '@portero/tool-server/store/crm-reviews.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'
import { sideEffects } from './support/side-effects.ts'

// What people do in HubSpot reaches us, and the prospect where it concerns them.
let stage: CrmStage
let number = ''
let numbers = 0
beforeAll(async () => void (stage = await openCrm()))
afterAll(() => stage.end())
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const meeting = () => stage.hungOn('meetings', stage.contactOf(number).id)[0]!
const deal = () => stage.hungOn('deals', stage.contactOf(number).id)[0]!
type Tour = { id: string; starts_at: number; status: string; agent_id: string; slug: string; version: number }
const tour = async (): Promise<Tour> => (await stage.rows<Tour>(`select t.*, a.slug from tour t join agent a on a.id = t.agent_id join counterpart c on c.our_id = t.id where c.kind = 'meeting' and c.person_id = (select person_id from counterpart where kind = 'contact' and external_id = '${stage.contactOf(number).id}')`))[0]!
const conflicts = () => stage.rows<{ kind: string; field: string; won: string }>(`select kind, field, won from crm_conflict where state = 'open' and person_id = (select person_id from counterpart where kind = 'contact' and external_id = '${stage.contactOf(number).id}') order by field`)
const change = async (type: 'contacts' | 'deals' | 'meetings', id: string, properties: Record<string, string>): Promise<void> => {
  controls().change({ type, id, properties })
  await stage.follow()
}
const hour = 3_600_000
const moveTo = (ms: number): Record<string, string> => ({ hs_meeting_start_time: new Date(ms).toISOString(), hs_meeting_end_time: new Date(ms + hour / 2).toISOString(), hs_timestamp: new Date(ms).toISOString() })
const dead = () => stage.rows(`select name, error from job where state = 'dead'`)

describe('somebody with a visit', () => {
  beforeEach(async () => {
    number = `+52551239${String(++numbers).padStart(4, '0')}`
    await stage.visit(number)
    expect([stage.hungOn('meetings', stage.contactOf(number).id).length, (await tour()).status]).toEqual([1, 'confirmed'])
  })

  test('whose meeting is moved: the visit moves, and they hear of it once', async () => {
    const before = await tour()
    const told = stage.phone(number).length
    await change('meetings', meeting().id, moveTo(before.starts_at + 24 * hour))
    const after = await tour()
    expect([after.starts_at - before.starts_at, after.status, stage.phone(number).slice(told).length]).toEqual([24 * hour, 'confirmed', 1])
    expect(stage.phone(number).at(-1)).toMatch(/^Tu visita a .+ cambió de hora: ahora es el /)
    expect([Date.parse(meeting().properties['hs_meeting_start_time']!), await conflicts(), await dead()]).toEqual([after.starts_at, [], []])
  })
  test('whose meeting is moved to where nobody can show it: it is put back, and somebody of ours is asked to look', async () => {
    const before = await tour()
    await stage.rows(`insert into blackout (tenant_id, id, building_id, starts_at, ends_at) select tenant_id, id, building_id, starts_at + interval '23 hours', starts_at + interval '25 hours' from tour where id = '${before.id}'`)
    stage.clock.advance(11_000) // the catalogue is remembered for a moment
    const told = stage.phone(number).length
    await change('meetings', meeting().id, moveTo(before.starts_at + 24 * hour))
    expect([(await tour()).starts_at, Date.parse(meeting().properties['hs_meeting_start_time']!), stage.phone(number).length, await conflicts()]).toEqual([before.starts_at, before.starts_at, told, [{ kind: 'meeting', field: 'startsAt', won: 'ours' }]])
    expect(stage.hungOn('tasks', stage.contactOf(number).id).map(({ properties }) => properties['hs_task_status'])).toEqual(['NOT_STARTED'])
    await stage.rows('delete from blackout where building_id is not null')
    stage.clock.advance(11_000)
  })
  test.each<[string, () => unknown]>([
    ['called off', () => controls().change({ type: 'meetings', id: meeting().id, properties: { hs_meeting_outcome: 'CANCELED' } })],
    ['deleted', () => controls().archive({ type: 'meetings', id: meeting().id })],
  ])('whose meeting is %s: the visit is off, they hear of it once, and no other meeting is made', async (_how, doing) => {
    const told = stage.phone(number).length
    doing()
    await stage.follow()
    expect([(await stage.rows<{ status: string }>(`select status from tour order by made_at desc limit 1`))[0]!.status, stage.phone(number).slice(told)]).toEqual(['cancelled', [expect.stringMatching(/^Sentimos el cambio: tu visita a /)]])
    await stage.say(number, 'Gracias')
    await stage.follow()
    expect([stage.hungOn('meetings', stage.contactOf(number).id).filter(({ properties }) => properties['hs_meeting_outcome'] !== 'CANCELED'), await dead()]).toEqual([[], []])
    expect(deal().properties['dealstage']).toBe('1002') // without a visit they are qualified again
  })
  test('who is given to another agent: their visit is that agent\'s, silently; and where the agent cannot, it stays', async () => {
    const before = await tour()
    const told = stage.phone(number).length
    const [able] = await stage.rows<{ slug: string; email: string }>(`select slug, details ->> 'email' as email from agent a where active and a.id <> '${before.agent_id}' and exists (select 1 from agent_building b where b.agent_id = a.id and b.building_id = (select building_id from tour where id = '${before.id}'))
      and not exists (select 1 from tour t where t.agent_id = a.id and t.status = 'confirmed' and t.day = (select day from tour where id = '${before.id}')) limit 1`)
    controls().owner({ id: '90011', email: able!.email })
    await change('deals', deal().id, { hubspot_owner_id: '90011' })
    expect([(await tour()).slug, stage.phone(number).length]).toEqual([able!.slug, told])
    controls().owner({ id: '90012', email: 'julian.cota@casas.example' }) // who shows homes in another town
    await change('deals', deal().id, { hubspot_owner_id: '90012' })
    expect([(await tour()).slug, await conflicts()]).toEqual([able!.slug, [{ kind: 'meeting', field: 'owner', won: 'ours' }]])
  })
  test('that was asked for in a language goes where people give it: to whoever looks after them now, or shows it', async () => {
    const before = await tour()
    const [other] = await stage.rows<{ slug: string; email: string }>(`select slug, details ->> 'email' as email from agent a where active and a.id <> '${before.agent_id}' and not details->'languages' ? 'en' and exists (select 1 from agent_building b where b.agent_id = a.id and b.building_id = (select building_id from tour where id = '${before.id}'))`)
    await stage.rows(`update tour set language = 'en' where id = '${before.id}'`)
    controls().owner({ id: '90031', email: other!.email })
    await change('deals', deal().id, { hubspot_owner_id: '90031' })
    expect([(await tour()).slug, await conflicts()]).toEqual([other!.slug, []])
  })
  test('of whom somebody says how the visit went, too early and in time', async () => {
    await change('meetings', meeting().id, { hs_meeting_outcome: 'COMPLETED' })
    expect([(await tour()).status, meeting().properties['hs_meeting_outcome'], await conflicts()]).toEqual(['confirmed', 'SCHEDULED', [{ kind: 'meeting', field: 'status', won: 'ours' }]])
    stage.clock.advance((await tour()).starts_at + hour / 12 - stage.clock.now())
    await change('meetings', meeting().id, { hs_meeting_outcome: 'COMPLETED' })
    expect([(await tour()).status, deal().properties['dealstage']]).toEqual(['completed', '1004'])
  })
})

describe('somebody', () => {
  beforeEach(async () => {
    number = `+52551238${String(++numbers).padStart(4, '0')}`
    await stage.say(number, 'Hola')
    await stage.follow()
  })
  const lead = async (): Promise<{ stage: string; floor: string | null; elsewhere: boolean; agent: string | null }> =>
    (await stage.rows<{ stage: string; floor: string | null; elsewhere: boolean; agent: string | null }>(`select stage, floor, elsewhere, (select slug from agent where id = agent_id) as agent from lead where id = (select our_id from counterpart where kind = 'deal' and external_id = '${deal().id}')`))[0]!

  test('whose stage is moved by hand stays there, backwards too', async () => {
    await change('deals', deal().id, { dealstage: '1005' })
    expect(await lead()).toMatchObject({ stage: 'application', floor: 'application' })
    await change('deals', deal().id, { dealstage: '1001' })
    expect(await lead()).toMatchObject({ stage: 'new', floor: 'new' })
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    expect([deal().properties['dealstage'], (await lead()).stage]).toEqual(['1001', 'new'])
  })
  test('who is won by hand: the lead is over', async () => {
    await change('deals', deal().id, { dealstage: '1006' })
    expect(await lead()).toMatchObject({ stage: 'won' })
  })
  test('whose name people write: it is ours, and what we tell later leaves it', async () => {
    await change('contacts', stage.contactOf(number).id, { firstname: 'Guadalupe', lastname: 'de la Garza Íñiguez' })
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    expect(stage.contactOf(number).properties).toMatchObject({ firstname: 'Guadalupe', lastname: 'de la Garza Íñiguez' })
    expect(deal().properties['dealname']).toContain('Guadalupe de la Garza Íñiguez')
  })
  test('whose number people change: it stays ours, is written again, and is noted', async () => {
    const found = stage.contactOf(number)
    await change('contacts', found.id, { phone: '+525599998888' })
    expect(await stage.rows(`select kind, field, won from crm_conflict where field = 'phone' and state = 'open'`)).toEqual([{ kind: 'contact', field: 'phone', won: 'ours' }])
    expect(stage.all('contacts').find(({ id }) => id === found.id)!.properties['phone']).toBe(number)
    const [{ id: conflict } = { id: '' }] = await openConflicts(stage.house.db.bare, stage.house.tenant).then((all) => all.filter(({ field }) => field === 'phone'))
    const act = stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'elena' }, 'all')
    expect([await act(settleConflict, { conflict }), await act(settleConflict, { conflict })]).toEqual([{ status: 'settled' }, { status: 'before' }])
  })
  test('whose budget people correct: it is what we look for', async () => {
    await change('deals', deal().id, { portero_budget: '27000', portero_pets: 'true' })
    await stage.say(number, 'Gracias')
    await stage.follow()
    expect(deal().properties).toMatchObject({ portero_budget: '27000', portero_pets: 'true' })
    expect(await stage.rows(`select 1 from audit where what = 'action:adopt-deal' and person_id = (select person_id from counterpart where kind = 'deal' and external_id = '${deal().id}')`)).not.toEqual([])
  })
  test('of whom people write something there is not told of it; what follows from it is told once', async () => {
    const written = (): string[] => stage.lab.hubspot.requests().filter(({ path }) => /batch\/(upsert|update|associate\/default)$|associations\/default\//.test(path)).map(({ path }) => path.split('/').slice(-3).join('/'))
    const before = written().length
    await change('deals', deal().id, { portero_budget: '31000', portero_bedrooms: '1' })
    const after = written().length
    await change('contacts', stage.contactOf(number).id, { firstname: 'Renata', lastname: 'Quiroga' })
    expect([after - before, written().slice(after), deal().properties['dealname']]).toEqual([0, ['deals/batch/upsert'], expect.stringContaining('Renata Quiroga')])
  })
  test('whom people give to one of our agents: it is theirs', async () => {
    controls().owner({ id: '90001', email: 'lucia.becerril@casas.example' })
    await change('deals', deal().id, { hubspot_owner_id: '90001' })
    expect((await lead()).agent).toBe('lucia-becerril')
  })
})

test('what happened at the vendors is what the audit says', async () => {
  await stage.follow()
  expect(await sideEffects(stage.lab, stage.house)).toEqual({ unaudited: [], unseen: [], count: expect.any(Number) })
})
