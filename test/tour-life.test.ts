import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { confirmHold } from '@portero/tool-server/actions/confirm-hold.ts'
import { holdTour } from '@portero/tool-server/actions/hold-tour.ts'
import { markTour } from '@portero/tool-server/actions/mark-tour.ts'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { reassignTour } from '@portero/tool-server/actions/reassign-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import { takeOver } from '@portero/tool-server/actions/take-over.ts'
import { visitDue } from '@portero/tool-server/actions/tour-due.ts'
import { defineAction, type Subject } from '@portero/tool-server/define.ts'
import { at, hour, minute, openVisits, type Visitor, type VisitsStage } from './support/visits-stage.ts'

// What happens around a visit, from its booking to the day after.
jest.setTimeout(120_000)
let stage: VisitsStage
let staff: Subject
let ana: Visitor
const fresh = async (): Promise<void> => {
  stage = await openVisits()
  staff = { tenant: stage.house.tenant, by: 'staff', user: 'leasing' }
  ana = await stage.visitor()
  await stage.approve()
  stage.shown(ana)
}
const arm = defineAction({ name: 'tour-life.arm', args: z.strictObject({ tour: z.uuid(), person: z.uuid(), since: z.int() }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async (due, act) => {
  await act.later(visitDue, { ...due, what: 'day' }, { key: `test:${due.since}`, at: act.now, person: due.person })
  return {}
})
const does = (who: Subject = staff) => stage.house.acting.as(who, 'all')
const words = (who = ana): string[] => stage.shown(who).map(({ text }) => text)
const buttons = (who = ana): string[][] => stage.shown(who).map(({ buttons: under = [], list }) => [...under.map(({ text }) => text), ...(list?.rows ?? []).map(({ text }) => text)])

describe('a visit that somebody books in the chat', () => {
  let tour = ''
  beforeAll(fresh)
  afterAll(() => stage.end())
  test('is told by whoever talks with them, and not once more by us', async () => {
    tour = await stage.book(ana, at('25T11:00'))
    await stage.until(at('23T12:00'))
    await stage.writes(ana)
    await stage.until(at('24T10:30'))
    expect(words()).toEqual([])
  })
  test('is recalled a day before, with something to press', async () => {
    await stage.until(at('24T11:05'))
    const [reminder, ...more] = stage.shown(ana)
    expect([reminder!.text, more]).toEqual([expect.stringMatching(/^Te esperamos el miércoles 25 nov, 11:00 h para tu visita a roma 1, en Calle Uno 1\. .*/s), []])
  })
  test('and the evening before, after a day of silence by the template that has no buttons', async () => {
    await stage.until(at('24T18:05'))
    const [reminder] = stage.shown(ana)
    expect([reminder?.buttons, stage.desk.requests('POST /workspaces/:workspace/channels/:channel/messages').at(-1)?.body]).toEqual([undefined, expect.objectContaining({ template: expect.objectContaining({ projectId: 'p-portero_tour_reminder' }) })])
  })
  test('and two hours before, unless they have said that they come', async () => {
    await stage.writes(ana)
    stage.shown(ana)
    await stage.until(at('25T09:05'))
    expect(buttons()).toEqual([['Confirmar', 'Cambiar horario', 'Cancelar']])
    await stage.press(ana, 'Confirmar')
    expect(await stage.tour(tour)).toMatchObject({ status: 'confirmed', acknowledged: true, version: 1 })
    expect(stage.shown(ana).map(({ text, buttons: under }) => [text, under?.map((each) => each.text)])).toEqual([[expect.stringMatching(/^¡Gracias! Te esperamos el miércoles 25 nov, 11:00 h\./), ['Ya llegué']]])
  })
  test('is no no-show where they have said that they are there, which the team hears of', async () => {
    await stage.until(at('25T10:58'))
    await stage.press(ana, 'Ya llegué')
    expect(words()).toEqual([expect.stringMatching(/^¡Gracias! En un momento te recibe (ana|beto)\.$/)])
    await stage.until(at('25T11:30'))
    expect(await stage.tour(tour)).toMatchObject({ status: 'confirmed' })
  })
  test('is asked about at eleven the next day, once it was had', async () => {
    await does()(markTour, { tour, version: 1, as: 'completed' })
    await stage.until(at('26T10:30'))
    expect(words()).toEqual([])
    await stage.writes(ana)
    await stage.until(at('26T11:10'))
    expect(words()).toEqual([expect.stringMatching(/^¿Qué te pareció roma 1\?/)])
  })
  test('but not where they have another one ahead, or want to rent', async () => {
    const [second, third] = [await stage.book(ana, at('27T11:00')), await stage.book(ana, at('30T11:00'))]
    await stage.until(at('27T11:05'))
    await does()(markTour, { tour: second, version: 1, as: 'completed' })
    await stage.until(at('28T10:30'))
    await stage.writes(ana)
    stage.shown(ana)
    await stage.until(at('28T12:00'))
    expect(words()).toEqual([])
    await stage.until(at('30T11:05'))
    await does()(markTour, { tour: third, version: 1, as: 'completed' })
    await sql`update lead set stage = 'application' where person_id = ${ana.person}`.execute(stage.house.db.bare)
    await stage.until(at('30T11:05') + 23 * hour)
    await stage.writes(ana)
    stage.shown(ana)
    await stage.until(at('30T11:05') + 26 * hour)
    expect(words()).toEqual([])
  })
})

describe('a visit that changes', () => {
  beforeAll(fresh)
  afterAll(() => stage.end())
  test('is recalled for its new time only, and told where it was us who moved it', async () => {
    const tour = await stage.book(ana, at('25T11:00'))
    await stage.until(at('23T12:00'))
    await stage.writes(ana)
    stage.shown(ana)
    const startsAt = at('26T16:00')
    await does()(rescheduleTour, { tour, version: 1, home: stage.home.id, building: stage.home.building.id, day: '2026-11-26', startsAt, endsAt: startsAt + 30 * minute, gapMs: 0, perDay: 20, agents: stage.agents, elsewhere: { agents: [], from: 0, to: 0 } })
    await stage.until(at('23T12:10'))
    expect(words()).toEqual([expect.stringMatching(/^Tu visita a roma 1 cambió de hora: ahora es el jueves 26 nov, 16:00 h/)])
    await stage.until(at('25T17:50'))
    expect(words()).toEqual([])
    await stage.writes(ana)
    await stage.until(at('25T18:05'))
    expect(words()).toEqual([expect.stringMatching(/jueves 26 nov, 16:00 h/)])
    await does(ana)(cancelTour, { tour, version: 2 })
    await stage.until(at('26T16:30'))
    expect([words(), (await stage.tour(tour))?.status]).toEqual([[], 'cancelled'])
  })
  test('keeps its reminders where only who shows it changes', async () => {
    const tour = await stage.book(ana, at('28T11:00'), [stage.agents[0]!])
    await stage.until(at('27T10:55'))
    await stage.writes(ana)
    stage.shown(ana)
    const came = await does()(reassignTour, { tour, version: 1, agent: stage.agents[1]!, day: '2026-11-28', gapMs: 0, perDay: 20 })
    expect(came.status).toBe('reassigned')
    await stage.until(at('27T11:05'))
    expect(words()).toHaveLength(1)
    await stage.until(at('27T18:05'))
    expect(words()).toHaveLength(1)
  })
  test('says nothing of what was due for another time, however it comes about', async () => {
    await stage.writes(ana)
    const tour = await stage.book(ana, stage.clock.now() + 30 * hour)
    const { rows: [row] } = await sql<{ since: number }>`select made_at as since from tour where id = ${tour}`.execute(stage.house.db.bare)
    stage.shown(ana)
    const due = (since: number) => stage.house.acting.as({ ...ana, by: 'system' }, 'all')(arm, { tour, person: ana.person, since })
    await due(row!.since - 1)
    await stage.follow(2_000, 500)
    expect(words()).toEqual([])
    await due(row!.since)
    await stage.follow(2_000, 500)
    expect(words()).toHaveLength(1)
    await does(ana)(cancelTour, { tour, version: 1 })
    await due(row!.since)
    await stage.follow(2_000, 500)
    expect(words()).toEqual([])
  })
  test('is not asked about again once they have said that they come, only told the way there', async () => {
    const tour = await stage.book(ana, at('30T11:00'))
    await stage.until(at('29T10:30'))
    await stage.writes(ana)
    await stage.until(at('29T11:05'))
    stage.shown(ana)
    await stage.press(ana, 'Confirmar')
    expect([words().length, (await stage.tour(tour))?.acknowledged]).toEqual([1, true])
    await stage.until(at('29T20:00'))
    expect(words()).toEqual([])
    await stage.until(at('30T09:05'))
    expect(stage.shown(ana).map(({ text, buttons: under = [] }) => [text.slice(0, 40), ...under.map((each) => each.text)])).toEqual([[expect.stringMatching(/^Te esperamos el lunes 30 nov, 11:00 h/), 'Ya llegué', 'Cambiar horario', 'Cancelar']])
    await does(ana)(cancelTour, { tour, version: 1 })
  })
})

describe('what is booked for somebody', () => {
  beforeAll(fresh)
  afterAll(() => stage.end())
  test('by one of ours or on the page is told them from its row, with the way there and their calendar', async () => {
    const place = { home: stage.home.id, building: stage.home.building.id, day: '2026-11-25', startsAt: at('25T12:00'), endsAt: at('25T12:30'), gapMs: 0, perDay: 20, agents: stage.agents, elsewhere: { agents: [], from: 0, to: 0 } }
    const { tour } = await does(ana)(holdTour, place)
    await stage.until(at('23T11:05'))
    expect(words()).toEqual([])
    await does(ana)(confirmHold, { tour: tour! })
    await stage.until(at('23T11:10'))
    expect(words()).toEqual([expect.stringMatching(/^¡Listo! Tu visita a roma 1 quedó para el miércoles 25 nov, 12:00 h\. Te recibe (ana|beto) en Calle Uno 1\..*Cómo llegar: https:\/\/www\.google\.com\/maps\S+\nGuárdala en tu calendario: \S+\/ics\/\S+$/s)])
    await stage.book({ ...ana, by: 'staff' }, at('26T12:00'))
    expect(words()).toEqual([expect.stringContaining('jueves 26 nov, 12:00 h')])
  })
  test('and shown by somebody else before we came to it is told and recalled all the same, once', async () => {
    const [first, second] = stage.catalogue.agents
    const place = (day: string) => ({ home: stage.home.id, building: stage.home.building.id, day: `2026-11-${day}`, startsAt: at(`${day}T15:00`), endsAt: at(`${day}T15:30`), gapMs: 0, perDay: 20, agents: stage.agents, elsewhere: { agents: [], from: 0, to: 0 } })
    const hand = (tour: string, version: number, agent: string, day: string) => does()(reassignTour, { tour, version, agent, day: `2026-11-${day}`, gapMs: 0, perDay: 20 })
    const dues = async (tour: string): Promise<string[]> => (await sql<{ key: string }>`select key from job where name = 'tours.due' and state = 'scheduled' and key like ${`timer:tour:${tour}:%`} order by run_at`.execute(stage.house.db.bare)).rows.map(({ key }) => key.split(':').at(-1)!)
    const { tour } = await does(ana)(holdTour, { ...place('27'), agents: [first!.id] })
    await does(ana)(confirmHold, { tour: tour! })
    expect((await hand(tour!, 2, second!.id, '27')).status).toBe('reassigned')
    await stage.until(stage.clock.now() + 2 * minute)
    expect([words(), await dues(tour!)]).toEqual([[expect.stringMatching(new RegExp(`viernes 27 nov, 15:00 h\\. Te recibe ${second!.name} `))], ['evening', 'hours', 'no-show']])
    await does()(rescheduleTour, { ...place('28'), tour: tour! })
    expect((await hand(tour!, 4, first!.id, '28')).status).toBe('reassigned')
    await stage.until(stage.clock.now() + 2 * minute)
    expect([words(), await dues(tour!)]).toEqual([[expect.stringMatching(/cambió de hora: ahora es el sábado 28 nov, 15:00 h/)], ['evening', 'hours', 'no-show']])
    const { tour: other } = await does(ana)(holdTour, place('30'))
    await does(ana)(confirmHold, { tour: other! })
    await does()(rescheduleTour, { ...place('29'), tour: other! })
    await stage.until(stage.clock.now() + 2 * minute)
    expect(words()).toEqual([expect.stringMatching(/cambió de hora: ahora es el domingo 29 nov, 15:00 h/)]) // and nothing of where it no longer is
  })
  test('nothing is said to who wants no messages', async () => {
    await does({ ...ana, by: 'system' })(optOut, { person: ana.person, conversation: ana.conversation, evidence: 'e', at: stage.clock.now() })
    await stage.until(at('23T11:20'))
    stage.shown(ana)
    await stage.until(at('25T13:00'))
    expect(words()).toEqual([])
  })
})

describe('a visit to which nobody comes', () => {
  let tour = ''
  beforeAll(async () => {
    await fresh()
    tour = await stage.book(ana, at('24T11:00'))
    await stage.until(at('24T10:00'))
    await stage.writes(ana)
    stage.shown(ana)
  })
  afterAll(() => stage.end())
  test('is a no-show a quarter of an hour after its start, and three other times are offered', async () => {
    await stage.until(at('24T11:10'))
    expect([(await stage.tour(tour))?.status, words()]).toEqual(['confirmed', []])
    await stage.until(at('24T11:20'))
    const [asked] = stage.shown(ana)
    expect([(await stage.tour(tour))?.status, asked!.text, asked!.list?.rows.map(({ text }) => text)]).toEqual(['no_show', expect.stringContaining('¿Reagendamos?'), ['mar 24 nov, 13:30 h', 'mar 24 nov, 14:00 h', 'mié 25 nov, 11:00 h']])
  })
  test('and one of them is another visit', async () => {
    await stage.press(ana, 'mié 25 nov, 11:00 h')
    expect(words()).toEqual([expect.stringMatching(/^Listo, tu visita a roma 1 quedó para el miércoles 25 nov, 11:00 h/)])
    const { rows } = await sql<{ status: string }>`select status from tour where person_id = ${ana.person} order by made_at`.execute(stage.house.db.bare)
    expect(rows.map(({ status }) => status)).toEqual(['no_show', 'confirmed'])
  })
  test('was had after all where whoever shows it says so within a day, and not later', async () => {
    expect(await does()(markTour, { tour, version: 2, as: 'completed' })).toMatchObject({ status: 'marked', tour: { status: 'completed' } })
    const other = await stage.visitor()
    const missed = await stage.book(other, at('24T15:00'))
    await stage.until(at('24T15:20'))
    expect(await stage.tour(missed)).toMatchObject({ status: 'no_show', version: 2 })
    await stage.until(at('25T15:35'))
    expect(await does()(markTour, { tour: missed, version: 2, as: 'completed' })).toMatchObject({ status: 'illegal' })
  })
})

describe('what is pressed under a reminder', () => {
  let tour = ''
  const reminded = async (startsAt: number): Promise<void> => {
    tour = await stage.book(ana, startsAt)
    await stage.until(startsAt - 3 * hour)
    await stage.writes(ana)
    await stage.until(startsAt - 2 * hour + 5 * minute)
    stage.shown(ana)
  }
  beforeAll(fresh)
  afterAll(() => stage.end())
  test('calls it off', async () => {
    await reminded(at('23T16:00'))
    await stage.press(ana, 'Cancelar')
    expect([(await stage.tour(tour))?.status, words()]).toEqual(['cancelled', [expect.stringMatching(/^Cancelé tu visita a roma 1 del lunes 23 nov, 16:00 h/)]])
    await stage.press(ana, 'Confirmar')
    expect(words()).toEqual(['Esa visita ya está cancelada; si quieres, agendamos otra.'])
  })
  test('offers three other times and a page, and one of them is where it goes', async () => {
    await reminded(at('24T11:00'))
    await stage.press(ana, 'Cambiar horario')
    const [list] = stage.shown(ana).slice(-1)
    const rows = list!.list!.rows.map(({ text }) => text)
    expect([rows.length, rows.includes('mar 24 nov, 11:00 h'), list!.text]).toEqual([3, false, expect.stringMatching(/\/book\/\S+/)])
    await stage.press(ana, rows[0]!)
    expect(words()).toEqual([expect.stringMatching(/^Listo, cambié tu visita a roma 1: ahora es el /)])
    expect(await stage.tour(tour)).toMatchObject({ status: 'confirmed', version: 2 })
  })
  test("of somebody else is as missing as one that never was, and theirs stays as it is", async () => {
    const eve = await stage.visitor()
    const payload = stage.bird.phone.messages(ana.number).flatMap(({ buttons: under = [] }) => under).findLast(({ text }) => text === 'Cancelar')!.payload!
    stage.shown(eve)
    for (const forged of [payload, 'tour:cancel:t_forged']) {
      stage.bird.phone.write(eve.number, { reply: forged })
      await stage.follow(6_000, 500)
    }
    expect([words(eve), (await stage.tour(tour))?.status]).toEqual([['No encontré esa visita; ¿de qué día era?', 'No encontré esa visita; ¿de qué día era?'], 'confirmed'])
  })
  test('is noted, and for the rest told the person of ours who has the conversation in hand', async () => {
    await reminded(at('26T11:00'))
    await does()(takeOver, { conversation: ana.conversation })
    await stage.press(ana, 'Cancelar')
    await stage.press(ana, 'Confirmar')
    expect([await stage.tour(tour), words()]).toEqual([expect.objectContaining({ status: 'confirmed', acknowledged: true }), []])
    const notes = stage.desk.requests('POST /workspaces/:workspace/conversations/:conversation/messages').map(({ body }) => JSON.stringify(body))
    expect(notes.filter((note) => note.includes('quiere cancelar su visita a roma 1 del jueves 26 nov, 11:00 h'))).toHaveLength(1)
  })
})

test('a visit in a language is offered, and goes to, only times of who speaks it', async () => {
  stage = await openVisits(['ana', 'beto es-MX, en'])
  ana = await stage.visitor()
  const [other, both] = [await stage.visitor(), stage.agents[1]!]
  const tour = await stage.book(ana, at('25T11:00'), undefined, 'en')
  for (const time of ['25T10:30', '25T11:30']) await stage.book(other, at(time), [both])
  const shown = async () => (await sql<{ agent: string; language: string; startsAt: number }>`select agent_id as agent, language, starts_at as "startsAt" from tour where id = ${tour}`.execute(stage.house.db.bare)).rows[0]
  await stage.until(at('24T10:00'))
  await stage.writes(ana)
  await stage.until(at('24T11:05'))
  await stage.press(ana, 'Cambiar horario')
  const rows = stage.shown(ana).at(-1)?.list?.rows.map(({ text }) => text)
  expect([rows, (await shown())?.agent]).toEqual([['mié 25 nov, 10:00 h', 'mié 25 nov, 12:00 h', 'mié 25 nov, 9:30 h'], both])
  await stage.book(other, at('25T12:00'), [both])
  await stage.press(ana, 'mié 25 nov, 12:00 h')
  expect([stage.shown(ana).at(-1)?.text, (await shown())?.startsAt]).toEqual([expect.stringMatching(/^A esa hora no hay nadie libre que hable inglés/), at('25T11:00')])
  await stage.press(ana, 'mié 25 nov, 10:00 h')
  expect(await shown()).toEqual({ agent: both, language: 'en', startsAt: at('25T10:00') })
  await stage.until(at('25T10:20'))
  await stage.writes(ana)
  expect(stage.shown(ana).at(-1)?.list?.rows.every(({ text }) => !/25 nov, (10:30|11:30|12:00)/.test(text))).toBe(true)
  await stage.end()
})
