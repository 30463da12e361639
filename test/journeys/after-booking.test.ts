import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { markTour } from '@portero/tool-server/actions/mark-tour.ts'
import type { Do } from '@portero/tool-server/define.ts'
import { sideEffects } from '../support/side-effects.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// A leasing agent calls a visit off or says how it went; the prospect can book again, and HubSpot shows all of it.
const phone = '+525511113333'
let stage: VisitStage
let conversation: string
let does: Do
let home: string
beforeAll(async () => {
  stage = await openVisit()
  const { acting, tenant } = stage.house
  does = acting.as({ tenant, by: 'staff', user: 'leasing' }, ['tours:write'])
  conversation = stage.lab.bird.phone.write(phone, { text: 'hola' }).conversationId
  await stage.follow()
  home = (await call('find_homes', { area: 'Condesa' })).data.homes[0].home
})
afterAll(() => stage.end())

const call = async (tool: string, input: object): Promise<any> => {
  const headers = { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': conversation, 'content-type': 'application/json' }
  return (await fetch(`${stage.url}/tools/${tool}`, { method: 'POST', headers, body: JSON.stringify(input) })).json()
}
const firstSlot = async (): Promise<{ slot_id: string }> => ({ slot_id: (await call('check_availability', { home })).data.slots[0].slot_id })
const inHubSpot = async (): Promise<unknown> => {
  await stage.follow()
  const { deals, meetings } = stage.lab.hubspot.state()
  return { deals: deals.map(({ properties }) => properties['dealstage']), meetings: meetings.map(({ properties }) => properties['hs_meeting_outcome']) }
}
const theVisit = async (): Promise<{ id: string; startsAt: number }> =>
  (await sql<{ id: string; startsAt: number }>`select id, starts_at as "startsAt" from tour where status = 'confirmed'`.execute(stage.house.db.bare)).rows[0]!
const begins = async (): Promise<string> => {
  const { id, startsAt } = await theVisit()
  stage.clock.advance(startsAt - stage.clock.now())
  return id
}

test('a visit is booked and called off', async () => {
  const slot = await firstSlot()
  const first = await call('book_tour', slot)
  expect(await inHubSpot()).toEqual({ deals: ['1003'], meetings: ['SCHEDULED'] })
  expect(await does(cancelTour, { tour: (await theVisit()).id, version: 1 })).toMatchObject({ status: 'cancelled' })
  expect(await inHubSpot()).toEqual({ deals: ['1002'], meetings: ['CANCELED'] })

  const again = await call('book_tour', slot) // the same call, and a visit of its own
  expect(again).toMatchObject({ ok: true, data: { tour: { start: first.data.tour.start } } })
  expect(await inHubSpot()).toEqual({ deals: ['1003'], meetings: ['CANCELED', 'SCHEDULED'] })
})
test('nobody comes to it', async () => {
  expect(await does(markTour, { tour: await begins(), version: 1, as: 'no_show' })).toMatchObject({ status: 'marked' })
  expect(await inHubSpot()).toEqual({ deals: ['1002'], meetings: ['CANCELED', 'NO_SHOW'] })
})
test('the next one takes place', async () => {
  stage.lab.bird.phone.write(phone, { text: 'Perdón, ¿puedo otro día?' })
  expect(await call('book_tour', await firstSlot())).toMatchObject({ ok: true })
  expect(await does(markTour, { tour: await begins(), version: 1, as: 'completed' })).toMatchObject({ status: 'marked' })
  expect(await inHubSpot()).toEqual({ deals: ['1004'], meetings: ['CANCELED', 'NO_SHOW', 'COMPLETED'] })
})

test('what happened at the vendors is what the audit says', async () => {
  await stage.follow()
  expect(await sideEffects(stage.lab, stage.house)).toEqual({ unaudited: [], unseen: [], count: expect.any(Number) })
})
