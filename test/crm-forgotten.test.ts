import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { adoptContact } from '@portero/tool-server/actions/adopt-contact.ts'
import { forgetRecord } from '@portero/tool-server/actions/crm-changed.ts'
import { decideReview } from '@portero/tool-server/actions/link-contact.ts'
import { toReview } from '@portero/tool-server/store/crm-reviews-view.ts'
import type { HubspotRecord } from './lab/hubspot/simulator.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// Whoever asked HubSpot to be forgotten, and records that came to stand for two.
jest.setTimeout(240_000)
let stage: CrmStage
let number = ''
let numbers = 0
beforeAll(async () => void (stage = await openCrm()))
afterAll(() => stage.end())
beforeEach(() => void (number = `+52551238${String(++numbers).padStart(4, '0')}`))
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const withNumber = (phone = number): HubspotRecord[] => stage.all('contacts').filter(({ properties }) => properties['phone'] === phone)
const act = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'elena' }, 'all')
const dead = () => stage.rows('select name, error from job where state = \'dead\'')
const reconcile = async (): Promise<{ person?: string }[]> => {
  const odd: { person?: string }[] = []
  stage.clock.advance(60_000)
  await stage.house.crm.reconcile({ repair: true, wait: async (ms) => stage.clock.advance(ms), see: (_walked, page) => void odd.push(...page) })
  await stage.follow(4_000)
  return odd
}

describe('a contact whose person asked HubSpot to be forgotten', () => {
  const cases = (who: string) => stage.rows<{ kind: string; state: string }>(`select kind, state from privacy_case where person_id = '${who}'`)
  const erase = async (id: string): Promise<void> => {
    controls().forget({ type: 'contacts', id })
    await stage.follow()
  }
  // Whatever asks for their number, or says it.
  const written = () => stage.lab.hubspot.requests().filter(({ method, path, body }) => method === 'POST' && /\/(batch\/(upsert|update|create)|search)$/.test(path) && JSON.stringify(body ?? '').includes(number.slice(-10))).length

  test('is told of no more: not by a message, not by a reminder, not by a look at everything; and people have one request to answer', async () => {
    await stage.visit(number)
    const { id, properties: { portero_id: who = '' } } = stage.contactOf(number)
    await erase(id)
    expect(await cases(who)).toEqual([{ kind: 'cancel', state: 'received' }])
    expect(await stage.rows(`select reason from escalation where person_id = '${who}' and closed_at is null`)).toEqual([{ reason: 'privacy' }])
    const before = written()
    const count = (['contacts', 'deals', 'meetings', 'communications', 'tasks', 'tickets'] as const).map((kind) => stage.all(kind).length)
    await stage.say(number, 'Tengo una mascota')
    await stage.follow()
    const [tour] = await stage.rows<{ starts: number }>(`select extract(epoch from starts_at) * 1000 as starts from tour where person_id = '${who}' and status = 'confirmed'`)
    const occasions = () => stage.rows(`select 1 from job where name = 'tours.due' and person_id = '${who}' and state = 'done'`)
    for (const hours of [24, 2, -6]) {
      stage.clock.advance(Math.max(0, tour!.starts - stage.clock.now() - hours * 3_600_000))
      await stage.follow(6_000)
    }
    expect((await occasions()).length).toBeGreaterThanOrEqual(1) // the reminders, and what became of the visit
    expect((await reconcile()).filter(({ person }) => person === who)).toEqual([])
    await reconcile()
    expect([withNumber(), (['contacts', 'deals', 'meetings', 'communications', 'tasks', 'tickets'] as const).map((kind) => stage.all(kind).length), written() - before, await dead()]).toEqual([[], count, 0, []])
    expect(await cases(who)).toHaveLength(1)
  })

  test('though HubSpot said first that it is gone, and something was told in its place meanwhile', async () => {
    await stage.say(number, 'Hola')
    await stage.follow()
    const { id, properties: { portero_id: who = '' } } = stage.contactOf(number)
    controls().archive({ type: 'contacts', id })
    await stage.follow()
    await stage.say(number, 'Sigo aquí')
    await stage.follow()
    expect([withNumber().length, await cases(who)]).toEqual([1, []])
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(forgetRecord, { kind: 'contact', id, how: 'erased', at: stage.clock.now() })
    await stage.follow()
    expect(await cases(who)).toHaveLength(1)
    const before = stage.writes()
    await stage.say(number, 'Gracias')
    await stage.follow()
    expect(stage.writes()).toBe(before)
  })

  test('comes back only by what people say: a contact that somebody makes is put before them', async () => {
    await stage.say(number, 'Hola')
    await stage.follow()
    const { id, properties: { portero_id: who = '' } } = stage.contactOf(number)
    await erase(id)
    const { id: other } = controls().create({ type: 'contacts', properties: { phone: number, firstname: 'De vuelta' } }) as { id: string }
    await stage.follow()
    await stage.say(number, 'Hola otra vez')
    await stage.follow()
    const { reviews } = await toReview({ ...stage.house, tenant: stage.house.tenant })
    const asked = reviews.find(({ external }) => external === other)
    expect([asked?.reason, asked?.people.map(({ person }) => person), stage.contactOf(number).properties['portero_id']]).toEqual(['erased', [who], undefined])
    expect(await act()(decideReview, { review: asked!.id, person: who })).toEqual({ status: 'linked' })
    await stage.follow()
    expect([withNumber().map((each) => [each.id, each.properties['portero_id']]), stage.hungOn('communications', other).length, await dead()]).toEqual([[[other, who]], 1, []])
  })
})

describe('our id that somebody gave to the record of another of ours', () => {
  test.each(['contacts', 'deals'] as const)('of %s: each has its own again, as it was, and people see it', async (type) => {
    const kind = type === 'contacts' ? 'contact' : 'deal'
    const second = `${number.slice(0, -4)}9${number.slice(-3)}`
    for (const each of [number, second]) await stage.say(each, 'Hola')
    await stage.follow()
    const recordOf = (phone: string): HubspotRecord => (type === 'contacts' ? stage.contactOf(phone) : stage.hungOn('deals', stage.contactOf(phone).id)[0]!)
    const [mine, theirs] = [recordOf(number), recordOf(second)]
    const ids = [mine, theirs].map(({ properties }) => properties['portero_id']!)
    stage.webhooks(false)
    controls().change({ type, id: mine.id, properties: { portero_id: '' } })
    controls().change({ type, id: theirs.id, properties: { portero_id: ids[0]! } })
    const [person] = await stage.rows<{ id: string }>(`select person_id as id from counterpart where kind = '${kind}' and our_id = '${ids[0]}'`)
    await stage.rows(`update counterpart set told = split_part(told, ':', 1) || ':again' where kind = '${kind}' and our_id = '${ids[0]}'`)
    await stage.rows(`delete from crm_written where our_id = '${ids[0]}'`)
    await act()(adoptContact, { person: person!.id, name: `Prueba ${kind}` })
    await stage.follow(8_000)
    stage.webhooks(true)
    const carried = (id: string): string[] => stage.all(type).filter(({ properties }) => properties['portero_id'] === id).map((each) => each.id)
    expect([ids.map(carried), await stage.rows(`select external_id as external from counterpart where kind = '${kind}' and our_id in ('${ids[0]}', '${ids[1]}') order by external_id::bigint`), await dead()]).toEqual([[[mine.id], [theirs.id]], [mine.id, theirs.id].toSorted((a, b) => Number(a) - Number(b)).map((external) => ({ external })), []])
    if (type === 'contacts') expect([number, second].map((phone) => withNumber(phone).map(({ id }) => id))).toEqual([[mine.id], [theirs.id]])
    expect(await stage.rows(`select kind, field, won from crm_conflict where our_id = '${ids[0]}' and state = 'open'`)).toEqual([{ kind, field: 'record', won: 'ours' }])
  })
})
