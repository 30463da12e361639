import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { personEmail } from '@portero/tool-server/store/places.ts'
import { openMailServer, type MailServer } from './lab/smtp/mail-server.ts'
import type { Letter } from './lab/smtp/read-letter.ts'
import { openCalendars, type CalendarStage } from './support/calendar-stage.ts'
import { hour, type Visitor } from './support/visits-stage.ts'

// Of each visit one of us writes to its prospect: our own mail where it invites, else the calendar of whoever shows it. Whoever has it in their calendar gets no letter besides.
let stage: CalendarStage
let post: MailServer | undefined
let letters: Letter[] = []
let who: Visitor
let day = 24
const mailTo = (address: string): Letter[] => letters.filter(({ to }) => to.includes(address))
const noon = (): number => Date.parse(`2026-11-${day}T12:00-06:00`)
const guest = (): string => `guest${day}@correo.example`
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const version = async (tour: string): Promise<number> => (await stage.tour(tour))!.version
const open = async (invites: boolean | undefined): Promise<void> => {
  letters = []
  post = await openMailServer({ answer: async (letter) => ({ status: 250, text: `2.0.0 OK ${letters.push(letter)}` }) })
  const { url } = post
  stage = await openCalendars(['ana', 'beto'], { connected: ['ana'], beside: () => ({ simulators: [], accounts: () => (invites === undefined ? [] : [{ vendor: 'smtp', account: 'avisos', settings: { baseUrl: url, from: 'visitas@casas.example', fromName: 'Visitas de Casa', invitations: invites } }]) }) })
}
const end = async (): Promise<void> => {
  await stage.end()
  await post?.close()
}
const meet = async (): Promise<void> => {
  day += 1
  who = await stage.visitor()
  const sealed = await stage.house.vault.seal(stage.house.db.bare, { tenant: stage.house.tenant, person: who.person }, personEmail(who.person), guest())
  await sql`update person set email_sealed = ${sealed} where id = ${who.person}`.execute(stage.house.db.bare)
}
const through = async (agent: number): Promise<{ invited: string[]; letters: (string | undefined)[]; toAgent: number }> => {
  const tour = await stage.book(who, noon(), [stage.agents[agent]!])
  await system()(rescheduleTour, { ...placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, noon() + hour, [stage.agents[agent]!]), tour, version: await version(tour) })
  await stage.follow(1_000, 500)
  await system()(cancelTour, { tour, version: await version(tour) })
  await stage.follow(20_000, 1_000) // our mail goes at its own pace
  return { invited: stage.google.invitations().filter(({ to }) => to === guest()).map(({ about }) => about), letters: mailTo(guest()).map(({ subject }) => subject), toAgent: mailTo(agent === 0 ? 'ana@casas.example' : 'beto@casas.example').length }
}

describe('where our mail invites', () => {
  beforeAll(() => open(true))
  afterAll(end)
  beforeEach(meet)
  test('it writes to the prospect, from the first to the last, and the calendar to nobody', async () => {
    const told = await through(0)
    expect([told.invited, told.letters.length, told.toAgent]).toEqual([[], 3, 0])
  })
  test('it writes to whoever shows it too, where their calendar is not connected', async () => {
    const told = await through(1)
    expect([told.invited, told.letters.length, told.toAgent]).toEqual([[], 3, 3])
  })
})
describe.each([['does not invite', false], ['is not there', undefined]])('where our mail %s', (_how, invites) => {
  beforeAll(() => open(invites))
  afterAll(end)
  beforeEach(meet)
  test('the calendar writes to the prospect, from the first to the last', async () => {
    expect(await through(0)).toEqual({ invited: ['invited', 'changed', 'cancelled'], letters: [], toAgent: 0 })
  })
  test('nobody who asked to be left alone is written to', async () => {
    await stage.writes(who, 'BAJA')
    expect((await through(0)).invited).toEqual([])
  })
})

describe('those who share a visit', () => {
  beforeAll(async () => {
    stage = await openCalendars(['ana'], { visits: ', seats: 4' })
    post = undefined
  })
  afterAll(end)
  test('share one event, which says how many come, moves with all of them, and is gone with the last', async () => {
    await stage.approve()
    day += 1
    const [first, second] = [await stage.visitor(), await stage.visitor()]
    const book = (one: Visitor): Promise<string> => stage.book(one, noon(), undefined, undefined, 4)
    const tours = [await book(first), await book(second)]
    expect(stage.events('ana').map(({ summary, startsAt }) => [summary, startsAt])).toEqual([['Visita: roma 1 · 2 personas', noon()]])
    stage.google.controls['move']!({ email: stage.email('ana'), id: stage.events('ana')[0]!.id, start: noon() + 2 * hour, end: noon() + 2.5 * hour })
    await stage.pull('ana')
    expect([stage.events('ana').map(({ summary, startsAt }) => [summary, startsAt]), await Promise.all(tours.map(async (id) => (await stage.tour(id))?.startsAt))]).toEqual([[['Visita: roma 1 · 2 personas', noon() + 2 * hour]], [noon() + 2 * hour, noon() + 2 * hour]])
    for (const tour of tours) {
      await system()(cancelTour, { tour, version: await version(tour) })
      await stage.follow(1_000, 500)
    }
    expect(stage.events('ana')).toEqual([])
  })
})
