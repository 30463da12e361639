import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// However HubSpot tells of what happened, or doesn't: it comes to the same, once.
let stage: CrmStage
let number = '+525512360000'
beforeAll(async () => {
  stage = await openCrm()
  await stage.say(number, 'Hola')
  await stage.follow()
})
afterAll(() => stage.end())
afterEach(() => {
  controls().delivery({ twice: false, backwards: false, hold: false, coalesce: false })
  stage.webhooks(true)
})
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const contact = () => stage.contactOf(number)
const deal = () => stage.hungOn('deals', contact().id)[0]!
const turns = async (name: string): Promise<number> => (await stage.rows<{ count: number }>(`select count(*) as count from job where kind = 'turn' and name = '${name}'`))[0]!.count
const lead = async (): Promise<string> => (await stage.rows<{ stage: string }>(`select stage from lead where id = (select our_id from counterpart where kind = 'deal' and external_id = '${deal().id}')`))[0]!.stage
const looks = async (): Promise<number> => (await stage.rows<{ count: number }>(`select count(*) as count from audit where what = 'action:weigh-record'`))[0]!.count

test('events in any order, and each twice, come to what stands there', async () => {
  const ids = ['1001', '1002', '1003', '1004', '1005']
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...ids), { minLength: 1, maxLength: 5 }), fc.boolean(), fc.boolean(), async (steps, twice, backwards) => {
      controls().delivery({ hold: true, twice, backwards })
      for (const dealstage of steps) controls().change({ type: 'deals', id: deal().id, properties: { dealstage } })
      controls().delivery({ hold: false })
      await stage.follow(2_000)
      expect([await lead(), deal().properties['dealstage']]).toEqual([['new', 'qualified', 'visit_scheduled', 'visit_done', 'application'][ids.indexOf(steps.at(-1)!)], steps.at(-1)])
    }),
    { numRuns: 6, seed: 20_261_123 },
  )
})
test('many changes of one record within a moment are one look', async () => {
  const before = await looks()
  for (let each = 0; each < 30; each++) controls().change({ type: 'contacts', id: contact().id, properties: { firstname: `Ana ${each}` } })
  await stage.follow(1_000)
  expect([contact().properties['firstname'], await looks() - before]).toEqual(['Ana 29', 1])
})
test('what we write ourselves comes back as nothing: nobody looks, and nothing is written again', async () => {
  await stage.pass(120_000)
  await stage.say(number, 'Busco depa de 2 recámaras, presupuesto 30000')
  await stage.follow(2_000)
  const [writes, seen] = [stage.writes(), await turns('crm.seen')]
  await stage.pass(180_000) // the pull shows all of it, more than once
  expect([stage.writes() - writes, await turns('crm.seen') - seen]).toEqual([0, 0])
})
test('what people change is written back once at most', async () => {
  const writes = stage.writes()
  controls().change({ type: 'deals', id: deal().id, properties: { dealstage: '1003' } })
  await stage.pass(180_000)
  expect(stage.writes() - writes).toBeLessThanOrEqual(2)
  expect(await lead()).toBe('visit_scheduled')
})
test('an import of 500 contacts is a handful of turns and of calls', async () => {
  const calls = stage.lab.hubspot.requests().length
  const before = await Promise.all([turns('crm.seen'), turns('crm.look'), turns('crm.listed')])
  controls().import({ type: 'contacts', rows: Array.from({ length: 500 }, (_, each) => ({ firstname: `Importada ${each}`, phone: `+5233${String(10_000_000 + each)}` })) })
  await stage.pass(70_000)
  const after = await Promise.all([turns('crm.seen'), turns('crm.look'), turns('crm.listed')])
  const [seen, looked, listed] = after.map((count, at) => count - before[at]!)
  expect([seen, looked]).toEqual([0, 0])
  expect(listed).toBeLessThanOrEqual(7)
  expect(stage.lab.hubspot.requests().length - calls).toBeLessThan(30)
})

describe('without webhooks', () => {
  test('a change is known within a minute and a half', async () => {
    stage.webhooks(false)
    await stage.pass(60_000)
    controls().change({ type: 'deals', id: deal().id, properties: { dealstage: '1005' } })
    await stage.pass(90_000)
    await stage.follow(1_000)
    expect(await lead()).toBe('application')
  })
  test('and with a search that is minutes behind, all the same', async () => {
    stage.webhooks(false)
    controls().lag({ ms: 240_000 })
    controls().change({ type: 'deals', id: deal().id, properties: { dealstage: '1001' } })
    await stage.pass(60_000)
    controls().change({ type: 'contacts', id: contact().id, properties: { firstname: 'Tardía' } })
    await stage.pass(420_000)
    controls().lag({ ms: 0 })
    expect([await lead(), (await stage.rows(`select 1 from audit where what = 'action:adopt-contact'`)).length > 0]).toEqual(['new', true])
  })
  test('and more of one and the same time than a page holds', async () => {
    stage.webhooks(false)
    const rows = Array.from({ length: 320 }, (_, each) => ({ firstname: 'A una', phone: `+5255${String(20_000_000 + each)}` }))
    const { ids } = controls().import({ type: 'contacts', rows }) as { ids: string[] }
    type Cursor = { told: string[]; tie?: object }
    const cursorNow = async (): Promise<Cursor> => JSON.parse((await stage.rows<{ cursor: string }>(`select cursor from pull_cursor where name = 'contacts'`))[0]!.cursor)
    const isWhole = ({ told, tie }: Cursor): boolean => tie === undefined && ids.every((id) => told.some((name) => name.startsWith(`${id}:`)))
    // What is young is walked through each minute, so that some moments are in the middle of it.
    await stage.pass(90_000)
    let cursor = await cursorNow()
    for (let looks = 0; looks < 30 && !isWhole(cursor); looks++) {
      await stage.pass(5_000)
      cursor = await cursorNow()
    }
    expect(isWhole(cursor)).toBe(true)
  })
})
