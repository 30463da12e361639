import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { confirmHold } from '@portero/tool-server/actions/confirm-hold.ts'
import { holdTour } from '@portero/tool-server/actions/hold-tour.ts'
import { markTour } from '@portero/tool-server/actions/mark-tour.ts'
import { homeBySlug } from '@portero/tool-server/domain/homes.ts'
import { placing, searchFor } from '@portero/tool-server/domain/offers.ts'
import { agentsFree } from '@portero/tool-server/domain/slots.ts'
import type { TourStatus } from '@portero/tool-server/domain/tours.ts'
import { at as instant } from '@portero/tool-server/spine/db.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import type { OnPhone } from '../lab/bird/phone-view.ts'
import { sideEffects } from '../support/side-effects.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// Somebody looks for a home, has a time kept on the page, books it, is reminded, moves it, is reminded again, doesn't come, is asked, books another, and comes. Bird's own agent is there all the time.
jest.setTimeout(120_000)
const phone = '+525511114444'
const minute = 60_000
const hour = 60 * minute
let stage: VisitStage
let conversation = ''
beforeAll(async () => void (stage = await openVisit()))
afterAll(() => stage.end())

type Row = { id: string; status: TourStatus; version: number; startsAt: number }
const visits = async (): Promise<Row[]> => (await sql<Row>`select id, status, version, starts_at as "startsAt" from tour order by made_at`.execute(stage.house.db.bare)).rows
const last = async (): Promise<Row> => (await visits()).at(-1)!
const call = async (tool: string, input: object): Promise<any> => {
  const headers = { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': conversation, 'content-type': 'application/json' }
  return (await fetch(`${stage.url}/tools/${tool}`, { method: 'POST', headers, body: JSON.stringify(input) })).json()
}
// From one thing that falls due to the next, each at its time.
const until = async (to: number): Promise<void> => {
  while (stage.clock.now() < to) {
    await stage.follow(500)
    const { rows: [next] } = await sql<{ at: number | null }>`select min(run_at) as at from job where kind in ('turn', 'command') and state = 'scheduled' and run_at > ${instant(stage.clock.now())}`.execute(stage.house.db.bare)
    stage.clock.advance(Math.max(0, Math.min(next?.at ?? to, to) - stage.clock.now()))
    await stage.follow(500)
  }
}
let seen = 0
const told = (): OnPhone[] => {
  const all = stage.lab.bird.phone.messages(phone).filter(({ from }) => from === 'them')
  const fresh = all.slice(seen)
  seen = all.length
  return fresh
}
const words = (): string[] => told().map(({ text }) => text)
const press = async (title: string): Promise<void> => {
  const choices = ({ buttons = [], list }: OnPhone) => [...buttons, ...(list?.rows ?? [])]
  const message = stage.lab.bird.phone.messages(phone).findLast((each) => choices(each).some(({ text }) => text === title))!
  stage.lab.bird.phone.write(phone, { press: { message: message.id, payload: choices(message).find(({ text }) => text === title)!.payload! } })
  await stage.follow(6_000)
}
const inHubSpot = async (): Promise<unknown> => {
  await stage.follow()
  const { deals, meetings } = stage.lab.hubspot.state()
  return { deals: deals.map(({ properties }) => properties['dealstage']), meetings: meetings.map(({ properties }) => properties['hs_meeting_outcome']) }
}
const speak = async (): Promise<void> => {
  stage.lab.bird.phone.write(phone, { text: 'mis visitas' })
  await stage.follow()
  told()
}

test('they search on WhatsApp', async () => {
  conversation = stage.lab.bird.phone.write(phone, { text: 'hola' }).conversationId
  await stage.follow()
  expect(await stage.say(phone, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')).toMatch(/^Encontré/)
  expect((await call('check_availability', { home: (await call('find_homes', { area: 'Narvarte' })).data.homes[0].home })).data.link).toMatch(/\/book\//)
  told()
})
test('a time is kept for them, and booked it is confirmed with the way there and their calendar', async () => {
  const { db, acting, tenant } = stage.house
  const catalogue = await loadCatalogue(db.bare, tenant)
  const home = homeBySlug(catalogue, (await call('find_homes', { area: 'Narvarte' })).data.homes[0].home)!
  const { rows: [who] } = await sql<{ person: string; conversation: string }>`select person_id as person, id as conversation from conversation where external_id = ${conversation}`.execute(db.bare)
  const does = acting.as({ tenant, by: 'prospect', ...who! }, 'all')
  const startsAt = Date.parse('2026-11-25T12:00-06:00')
  const able = agentsFree({ ...searchFor({ catalogue, home, now: stage.clock.now(), taken: [] }), startsAt })
  const { status, tour } = await does(holdTour, placing({ catalogue, home, now: stage.clock.now() }, startsAt, able))
  expect([status, (await last()).status]).toEqual(['held', 'held'])
  await does(confirmHold, { tour: tour! })
  await stage.follow()
  expect(words()).toEqual([expect.stringMatching(/^¡Listo! Tu visita a .+ quedó para el miércoles 25 nov, 12:00 h\..*Cómo llegar: .*calendario: /s)])
  expect(await inHubSpot()).toEqual({ deals: ['1003'], meetings: ['SCHEDULED'] })
})
test('they are reminded, and move it by pressing', async () => {
  await until(Date.parse('2026-11-23T20:00-06:00'))
  await speak()
  await until(Date.parse('2026-11-24T12:05-06:00'))
  expect(words()).toEqual([expect.stringMatching(/^Te esperamos el miércoles 25 nov, 12:00 h/)])
  await press('Cambiar horario')
  const [list, ...more] = told()
  expect([list!.list!.rows.length, more]).toEqual([3, []]) // and Bird's agent leaves it to us
  await press(list!.list!.rows.at(-1)!.text)
  expect([words(), (await last()).version]).toEqual([[expect.stringMatching(/^Listo, cambié tu visita a /)], 3])
})
test('they are reminded of the new time, of the old one no more, and do not come', async () => {
  const { startsAt } = await last()
  await until(startsAt - 3 * hour)
  await speak()
  await until(startsAt - 2 * hour + 5 * minute)
  expect(words()).toEqual([expect.stringMatching(/^Te esperamos el /)])
  await until(startsAt + 20 * minute)
  expect([words(), (await last()).status]).toEqual([[expect.stringContaining('¿Reagendamos?')], 'no_show'])
  expect(await inHubSpot()).toEqual({ deals: ['1002'], meetings: ['NO_SHOW'] })
})
test('they choose another time, say that they come and that they are there, and it takes place', async () => {
  const rows = stage.lab.bird.phone.messages(phone).findLast(({ list }) => list)!.list!.rows
  await press(rows.at(-1)!.text)
  expect(words()).toEqual([expect.stringMatching(/^Listo, tu visita a .+ quedó para el /)])
  const { id, startsAt } = await last()
  await until(startsAt - 3 * hour)
  await speak()
  await until(startsAt - 2 * hour + 5 * minute)
  await press('Confirmar')
  await until(startsAt - 5 * minute)
  await press('Ya llegué')
  expect(words().at(-1)).toMatch(/^¡Gracias! En un momento te recibe /)
  await until(startsAt + 40 * minute)
  expect(await stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'leasing' }, 'all')(markTour, { tour: id, version: 1, as: 'completed' })).toMatchObject({ status: 'marked' })
  expect(await inHubSpot()).toEqual({ deals: ['1004'], meetings: ['NO_SHOW', 'COMPLETED'] })
})
test('and they are asked about it the next day, once', async () => {
  const { startsAt } = await last()
  await until(startsAt + 15 * hour)
  await speak()
  await until(startsAt + 48 * hour)
  expect(words()).toEqual([expect.stringMatching(/^¿Qué te pareció /)])
})
test('and nobody was called because what they pressed was not answered by the agent', async () => {
  expect((await sql`select reason from escalation`.execute(stage.house.db.bare)).rows).toEqual([])
})

test('what happened at the vendors is what the audit says', async () => {
  await stage.follow()
  expect(await sideEffects(stage.lab, stage.house)).toEqual({ unaudited: [], unseen: [], count: expect.any(Number) })
})
