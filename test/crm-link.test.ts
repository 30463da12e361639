import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { adoptContact } from '@portero/tool-server/actions/adopt-contact.ts'
import { beginBackfill } from '@portero/tool-server/actions/begin-backfill.ts'
import { decideReview } from '@portero/tool-server/actions/link-contact.ts'
import { findBackfill } from '@portero/tool-server/store/crm-backfill.ts'
import { openReviews } from '@portero/tool-server/store/crm-reviews.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// Somebody who is in HubSpot already is one contact there, however their number is written and whoever comes first.
let stage: CrmStage
let numbers = 0
let local = ''
let number = ''
beforeAll(async () => void (stage = await openCrm()))
afterAll(() => stage.end())
beforeEach(() => {
  local = `55123${String(70_000 + ++numbers)}`
  number = `+52${local}`
})
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const make = (properties: Record<string, string>): string => (controls().create({ type: 'contacts', properties }) as { id: string }).id
const theirs = () => stage.all('contacts').filter(({ properties: { phone = '', mobilephone = '' } }) => `${phone}${mobilephone}`.replace(/\D/g, '').endsWith(local))
const act = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'elena' }, 'all')
const greet = async (): Promise<void> => {
  await stage.say(number, 'Hola')
  await stage.follow()
}

test.each<[string, (ten: string) => Record<string, string>]>([
  ['521…', (ten) => ({ phone: `521${ten}` })],
  ['+52 …', (ten) => ({ phone: `+52 ${ten.slice(0, 2)} ${ten.slice(2, 6)} ${ten.slice(6)}` })],
  ['044…', (ten) => ({ phone: `044${ten}` })],
  ['ten digits as a mobile', (ten) => ({ mobilephone: ten })],
  ['(55) 1234-5678', (ten) => ({ phone: `(${ten.slice(0, 2)}) ${ten.slice(2, 6)}-${ten.slice(6)}` })],
])('who is there as %s and then writes to us is that one contact, with the name that people gave them', async (_how, written) => {
  const id = make({ ...written(local), firstname: 'Ángela', lastname: 'Núñez', hs_lead_status: 'CONNECTED', lifecyclestage: 'customer' })
  await stage.follow() // the search is behind by seconds
  await greet()
  const [only, ...others] = theirs()
  expect([others, only!.id, only!.properties['portero_id'] === undefined]).toEqual([[], id, false])
  expect(only!.properties).toMatchObject({ firstname: 'Ángela', lastname: 'Núñez', hs_lead_status: 'CONNECTED', lifecyclestage: 'customer' })
  const [deal] = stage.hungOn('deals', id)
  expect(deal!.properties['dealname']).toContain('Ángela Núñez')
})
test('whose contact it was is known by it, also under another number: where they have another one by now, people decide', async () => {
  const id = make({ phone: local, firstname: 'Ángela', lastname: 'Núñez' })
  await stage.follow()
  await greet()
  const [{ person }] = (await stage.rows<{ person: string }>(`select person_id as person from claim where kind = 'crm-contact' and person_id = (select person_id from counterpart where kind = 'contact' and external_id = '${id}')`)) as [{ person: string }]
  controls().archive({ type: 'contacts', id })
  await stage.follow()
  await stage.say(number, 'Gracias') // so they have another one
  await stage.follow()
  stage.webhooks(false)
  controls().restore({ type: 'contacts', id })
  controls().change({ type: 'contacts', id, properties: { phone: '+525599990000', portero_id: '' } })
  stage.webhooks(true)
  controls().change({ type: 'contacts', id, properties: { jobtitle: 'Arquitecta' } })
  await stage.follow()
  expect(await stage.rows(`select reason, people, state from crm_review where external_id = '${id}'`)).toEqual([{ reason: 'taken', people: [person], state: 'open' }])
  for (const { id: review } of await openReviews(stage.house.db.bare, stage.house.tenant)) await act()(decideReview, { review })
})
test('of two with one number in HubSpot it is whose name fits', async () => {
  const [first, second] = [number, `+5255124${String(70_000 + numbers)}`]
  for (const [each, name] of [[first, 'Ana López Vera'], [second, 'Rogelio Zepeda Ruiz']] as const) {
    await stage.say(each, 'Hola')
    await stage.follow()
    const { id } = stage.contactOf(each)
    const [{ person }] = (await stage.rows<{ person: string }>(`select person_id as person from counterpart where kind = 'contact' and external_id = '${id}'`)) as [{ person: string }]
    await act()(adoptContact, { person, name })
    stage.webhooks(false)
    controls().archive({ type: 'contacts', id })
    await stage.rows(`update counterpart set external_id = null where kind = 'contact' and our_id = '${person}'`)
    stage.webhooks(true)
  }
  const id = make({ phone: first, mobilephone: second, firstname: 'Rogelio', lastname: 'Zepeda' })
  await stage.follow()
  const mine = await stage.rows<{ mine: boolean }>(`select person_id in (select person_id from conversation) as mine from counterpart where kind = 'contact' and external_id = '${id}'`)
  expect([mine, await stage.rows(`select reason from crm_review where external_id = '${id}'`)]).toEqual([[{ mine: true }], []])
})
test('who writes twice at once is one contact', async () => {
  stage.lab.bird.phone.write(number, { text: 'Hola' })
  stage.lab.bird.phone.write(number, { text: '¿Hay alguien?' })
  await stage.follow()
  expect(theirs().length).toBe(1)
})
test('who was never heard of stays in HubSpot alone', async () => {
  const before = await stage.rows<{ count: number }>('select count(*) as count from person')
  const id = make({ phone: number, firstname: 'Nadie' })
  await stage.follow()
  expect([await stage.rows('select count(*) as count from person'), stage.all('contacts').find((each) => each.id === id)!.properties['portero_id']]).toEqual([before, undefined])
})
test('somebody else with the same number is not them: people decide, and nothing is written to it', async () => {
  await greet()
  const [mine] = theirs()
  controls().change({ type: 'contacts', id: mine!.id, properties: { firstname: 'Ana', lastname: 'López' } })
  await stage.follow()
  const other = make({ phone: number, firstname: 'Rogelio', lastname: 'Zepeda' })
  await stage.follow()
  expect(await stage.rows(`select external_id, reason, state from crm_review where external_id = '${other}'`)).toEqual([{ external_id: other, reason: 'taken', state: 'open' }])
  expect(stage.all('contacts').find(({ id }) => id === other)!.properties['portero_id']).toBeUndefined()
  const [review] = await openReviews(stage.house.db.bare, stage.house.tenant)
  expect(await act()(decideReview, { review: review!.id })).toEqual({ status: 'apart' })
  controls().change({ type: 'contacts', id: other, properties: { lastname: 'Zepeda Ruiz' } })
  await stage.follow()
  expect(await openReviews(stage.house.db.bare, stage.house.tenant)).toEqual([])
})

describe('all who are there', () => {
  const progress = async () => findBackfill(stage.house.db.bare, { tenant: stage.house.tenant, connection: (await stage.house.connection('hubspot')).id })
  test('are gone through once asked, goes on where it was, and links whom we know', async () => {
    await greet()
    const [mine] = theirs()
    stage.webhooks(false)
    controls().archive({ type: 'contacts', id: mine!.id })
    await stage.rows(`update counterpart set external_id = null where external_id = '${mine!.id}'`)
    const again = make({ phone: `521${local}` })
    controls().import({ type: 'contacts', rows: Array.from({ length: 250 }, (_, each) => ({ phone: `+5281${String(10_000_000 + each)}` })) })
    const connection = (await stage.house.connection('hubspot')).id
    expect(await act()(beginBackfill, { connection })).toEqual({ isNew: true })
    expect(await act()(beginBackfill, { connection })).toEqual({ isNew: false })
    // Its worker vanishes in the middle of a page.
    await stage.rows(`update job set state = 'running', leased_by = 'vanished', leased_until = to_timestamp(${stage.clock.now() / 1000 + 5}), fence = fence + 1 where key = '${connection}:backfill'`)
    await stage.follow(2_000)
    expect(await progress()).toMatchObject({ seen: 0, endedAt: null })
    await stage.follow(60_000)
    const total = stage.all('contacts').length
    const counts = await progress()
    expect(counts).toMatchObject({ seen: total, left: 0, endedAt: expect.any(Number) })
    expect(counts!.linked + counts!.known + counts!.ambiguous + counts!.strangers).toBe(total)
    expect(stage.all('contacts').find(({ id }) => id === again)!.properties['portero_id']).toBe(mine!.properties['portero_id'])
    stage.webhooks(true)
  })
  test('are gone through also where the pull looks just then whether there is anything to do', async () => {
    const connection = (await stage.house.connection('hubspot')).id
    await stage.rows(`update job set state = 'running', leased_by = 'another', leased_until = to_timestamp(${stage.clock.now() / 1000 + 30}), fence = 40, lane = 'sync' where key = '${connection}:backfill'`)
    expect(await act()(beginBackfill, { connection })).toEqual({ isNew: true })
    expect(await stage.rows(`select state, fence, lane, leased_by from job where key = '${connection}:backfill'`)).toEqual([{ state: 'ready', fence: 41, lane: 'bulk', leased_by: null }]) // so that it can't write its cursor over the new one
    await stage.follow(60_000)
    expect(await progress()).toMatchObject({ seen: stage.all('contacts').length, left: 0, endedAt: expect.any(Number) })
  })
})
