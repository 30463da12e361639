import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { addBlackout } from '@portero/tool-server/actions/add-blackout.ts'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { holdTour } from '@portero/tool-server/actions/hold-tour.ts'
import { joinWaitlist } from '@portero/tool-server/actions/join-waitlist.ts'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { at, hour, minute, openVisits, type Visitor, type VisitsStage } from './support/visits-stage.ts'

// Who waits for a time gets it in the order of joining, for an hour, and then the next one does. One agent shows the home, so that a time is one visit.
jest.setTimeout(120_000)
let stage: VisitsStage
let [eve, ana, beto, caro]: [Visitor, Visitor, Visitor, Visitor] = [undefined as never, undefined as never, undefined as never, undefined as never]
const noon = at('24T12:00')
beforeEach(async () => {
  stage = await openVisits(['ana'])
  ;[eve, ana, beto, caro] = [await stage.visitor(), await stage.visitor(), await stage.visitor(), await stage.visitor()]
})
afterEach(() => stage.end())

const does = (who: Visitor) => stage.house.acting.as(who, 'all')
const waits = (who: Visitor, more: { fromDay?: string; toDay?: string; part?: 'morning' | 'afternoon' | 'evening'; language?: 'es-MX' | 'en' } = {}) => {
  stage.clock.advance(1_000) // or they would join in the same millisecond
  return does(who)(joinWaitlist, { home: stage.home.id, fromDay: '2026-11-23', toDay: '2026-11-30', ...more })
}
const settled = () => stage.follow(4_000, 500)
const leaves = async (tour: string, who = eve): Promise<void> => {
  expect(await does(who)(cancelTour, { tour, version: 1 })).toMatchObject({ status: 'cancelled' })
  await settled()
}
const offers = (...whom: Visitor[]): number[] => whom.map((who) => stage.shown(who).filter(({ text }) => text.startsWith('Se liberó un horario')).length)
const statesOf = async (): Promise<string[]> => (await sql<{ state: string }>`select state from waitlist order by id`.execute(stage.house.db.bare)).rows.map(({ state }) => state)
const visitsOf = async (who: Visitor): Promise<string[]> => (await sql<{ status: string }>`select status from tour where person_id = ${who.person} order by made_at`.execute(stage.house.db.bare)).rows.map(({ status }) => status)
const place = (startsAt: number) => ({ home: stage.home.id, building: stage.home.building.id, day: '2026-11-24', startsAt, endsAt: startsAt + 30 * minute, gapMs: 0, perDay: 20, agents: stage.agents, elsewhere: { agents: [], from: 0, to: 0 } })

test('a time that is called off goes to the first who waits, is kept for an hour, and is theirs when they take it', async () => {
  const tour = await stage.book(eve, noon)
  for (const who of [ana, beto]) await waits(who)
  await leaves(tour)
  expect([offers(ana, beto), await statesOf(), await visitsOf(ana)]).toEqual([[1, 0], ['offered', 'waiting'], ['held']])
  expect((await does(beto)(bookTour, place(noon))).status).toBe('gone')
  await stage.press(ana, 'Sí, la quiero')
  expect([await statesOf(), await visitsOf(ana), stage.shown(ana).map(({ text }) => text)]).toEqual([['taken', 'waiting'], ['confirmed'], [expect.stringMatching(/^Listo, tu visita a roma 1 quedó para el martes 24 nov, 12:00 h con ana/)]])
  await stage.until(stage.clock.now() + 2 * hour)
  expect([offers(beto), await visitsOf(ana)]).toEqual([[0], ['confirmed']])
})

test('who does not answer in an hour has had their turn, and who declines that time stays in line for another', async () => {
  const tour = await stage.book(eve, noon)
  for (const who of [ana, beto, caro]) await waits(who)
  await leaves(tour)
  await stage.until(at('23T11:55'))
  expect(offers(ana, beto, caro)).toEqual([1, 0, 0])
  await stage.until(at('23T12:05'))
  expect([offers(ana, beto, caro), await statesOf(), await visitsOf(ana)]).toEqual([[0, 1, 0], ['expired', 'offered', 'waiting'], []])
  await stage.press(beto, 'Otro horario')
  await settled()
  expect([offers(caro), await statesOf(), await visitsOf(beto)]).toEqual([[1], ['expired', 'waiting', 'offered'], []])
  await stage.press(caro, 'Salir de la lista')
  expect([await statesOf(), await visitsOf(caro), offers(beto)]).toEqual([['expired', 'waiting', 'left'], [], [0]]) // that very time they have passed
  const other = await stage.book(eve, noon + hour)
  await leaves(other)
  expect([offers(ana, beto, caro), await statesOf()]).toEqual([[0, 1, 0], ['expired', 'offered', 'left']])
  await stage.book(eve, noon)
  await stage.press(ana, 'Sí, la quiero') // too late: it is somebody else's now
  expect([stage.shown(ana).at(-1)?.text, await statesOf()]).toEqual([expect.stringMatching(/^Ese horario ya no está, pero sigues en la lista/), ['waiting', 'offered', 'left']])
})

test('two times that become free at once go to two, in order', async () => {
  const [one, two] = [await stage.book(eve, noon), await stage.book(eve, noon + hour)]
  for (const who of [ana, beto, caro]) await waits(who)
  await Promise.all([does(eve)(cancelTour, { tour: one, version: 1 }), does(eve)(cancelTour, { tour: two, version: 1 })])
  await settled()
  expect([offers(ana, beto, caro), await statesOf()]).toEqual([[1, 1, 0], ['offered', 'offered', 'waiting']])
})

test('the same time of two who show the home goes to two, and to no third', async () => {
  await stage.end()
  stage = await openVisits(['ana', 'beto'])
  ;[eve, ana, beto, caro] = [await stage.visitor(), await stage.visitor(), await stage.visitor(), await stage.visitor()]
  const dora = await stage.visitor()
  const [one, two] = [await stage.book(eve, noon), await stage.book(dora, noon)]
  for (const who of [ana, beto, caro]) await waits(who)
  await Promise.all([does(eve)(cancelTour, { tour: one, version: 1 }), does(dora)(cancelTour, { tour: two, version: 1 })])
  await settled()
  expect([offers(ana, beto, caro), await statesOf()]).toEqual([[1, 1, 0], ['offered', 'offered', 'waiting']])
})

test('it is offered only to whom the day and the part of the day suit, and not to who wants no messages', async () => {
  const tour = await stage.book(eve, noon)
  await waits(ana, { part: 'evening' })
  await waits(beto, { fromDay: '2026-11-25' })
  const dora = await stage.visitor()
  await waits(dora)
  await does({ ...dora, by: 'system' })(optOut, { person: dora.person, conversation: dora.conversation, evidence: 'e', at: stage.clock.now() })
  await waits(caro, { part: 'afternoon' })
  await leaves(tour)
  expect([offers(ana, beto, dora, caro), await statesOf(), await visitsOf(dora)]).toEqual([[0, 0, 0, 1], ['waiting', 'waiting', 'waiting', 'offered'], []])
})

test('a visit that moves and a hold that runs out leave their time to who waits', async () => {
  await waits(ana)
  await does(eve)(holdTour, place(noon))
  await stage.until(stage.clock.now() + 8 * minute)
  expect([offers(ana), await visitsOf(ana)]).toEqual([[1], ['held']])
})

test('a hold that makes way for the next pick of who held it leaves its time as well', async () => {
  for (const who of [ana, beto]) await waits(who)
  for (const startsAt of [noon, noon + hour]) expect((await does(eve)(holdTour, place(startsAt))).status).toBe('held')
  await stage.until(stage.clock.now() + 8 * minute)
  expect([offers(ana, beto), await visitsOf(eve), await statesOf()]).toEqual([[1, 1], [], ['offered', 'offered']])
})

test('what is kept for somebody who books another time goes to the next at once', async () => {
  const tour = await stage.book(eve, noon)
  for (const who of [ana, beto]) await waits(who)
  await leaves(tour)
  expect(offers(ana, beto)).toEqual([1, 0])
  await stage.book(ana, noon + 2 * hour)
  await settled()
  expect([offers(beto), await statesOf(), await visitsOf(ana), await visitsOf(beto)]).toEqual([[1], ['taken', 'offered'], ['confirmed'], ['held']])
  await stage.press(beto, 'Sí, la quiero')
  expect([await statesOf(), await visitsOf(beto)]).toEqual([['taken', 'taken'], ['confirmed']])
})

test('an offer that can be kept no longer is over when they take it, and they stay in line', async () => {
  const tour = await stage.book(eve, noon)
  await waits(ana)
  await leaves(tour)
  await does({ ...eve, by: 'system' })(addBlackout, { building: stage.home.building.id, startsAt: noon, endsAt: noon + hour })
  await stage.press(ana, 'Sí, la quiero')
  const timers = await sql`select key from job where name = 'waitlist.over' and state = 'scheduled'`.execute(stage.house.db.bare)
  expect([stage.shown(ana).at(-1)?.text, await statesOf(), await visitsOf(ana), timers.rows]).toEqual([expect.stringMatching(/^Ese horario ya no está, pero sigues en la lista/), ['waiting'], [], []])
})

test('who waits twice for a home waits once, for what they said last, and who books it waits no more', async () => {
  expect([await waits(ana), await waits(ana, { part: 'morning' })]).toEqual([{ isNew: true }, { isNew: false }])
  expect((await sql`select part from waitlist`.execute(stage.house.db.bare)).rows).toEqual([{ part: 'morning' }])
  await stage.book(ana, noon)
  await settled()
  expect(await statesOf()).toEqual(['taken'])
})

test('what is called off too late for an answer, or is offered at night, waits for nobody or for the morning', async () => {
  const [soon, later] = [await stage.book(eve, at('23T22:00') - 4 * hour), await stage.book(eve, noon)]
  await waits(ana)
  await stage.until(at('23T15:50')) // ten minutes and the two hours' notice are left
  await leaves(soon)
  expect([offers(ana), await statesOf()]).toEqual([[0], ['waiting']])
  await stage.until(at('23T22:00'))
  await leaves(later)
  expect([offers(ana), await statesOf()]).toEqual([[0], ['offered']])
  await stage.until(at('24T08:30'))
  expect([offers(ana), await statesOf()]).toEqual([[1], ['offered']])
  await stage.until(at('24T09:05'))
  expect([await statesOf(), await visitsOf(ana)]).toEqual([['expired'], []])
})

test('a visit that nobody confirmed goes to who waits three hours before, and stays where nobody waits', async () => {
  const startsAt = at('25T13:00')
  const tour = await stage.book(eve, startsAt)
  const kept = await stage.book(caro, startsAt + hour)
  await stage.until(at('25T09:00'))
  await waits(ana, { part: 'afternoon' })
  for (const who of [eve, ana, caro]) await stage.writes(who)
  for (const who of [eve, ana, caro]) stage.shown(who)
  await stage.until(at('25T10:05'))
  expect([(await stage.tour(tour))?.status, offers(ana), stage.shown(eve).map(({ text }) => text)]).toEqual(['cancelled', [1], [expect.stringMatching(/^No supimos si venías a ver roma 1 el miércoles 25 nov, 13:00 h/)]])
  await stage.press(ana, 'Sí, la quiero')
  await stage.until(at('25T11:30'))
  expect((await stage.tour(kept))?.status).toBe('confirmed')
})

test('a visit that nobody confirmed stays where nobody who waits could still be asked', async () => {
  const [early, late] = [await stage.book(eve, at('25T10:00')), await stage.book(caro, at('25T14:00'))]
  await waits(ana)
  await stage.until(at('25T07:05')) // they would read of it at eight, which is two hours before
  expect([(await stage.tour(early))?.status, offers(ana)]).toEqual(['confirmed', [0]])
  await does({ ...ana, by: 'system' })(optOut, { person: ana.person, conversation: ana.conversation, evidence: 'e', at: stage.clock.now() })
  await stage.until(at('25T11:05'))
  expect([(await stage.tour(late))?.status, await statesOf()]).toEqual(['confirmed', ['waiting']])
})

test('in a group each seat that becomes free goes to the first whom it is enough for, and to as many as there are seats', async () => {
  await stage.end()
  stage = await openVisits(['ana'], ', seats: 3')
  ;[eve, ana, beto, caro] = [await stage.visitor(), await stage.visitor(), await stage.visitor(), await stage.visitor()]
  const dora = await stage.visitor()
  const joins = (who: Visitor, party: number) => does(who)(bookTour, placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now(), wants: { party } }, noon, stage.agents))
  const { tour } = await joins(eve, 2)
  await joins(dora, 1)
  const wants = async (who: Visitor, party: number) => {
    stage.clock.advance(1_000)
    await does(who)(joinWaitlist, { home: stage.home.id, fromDay: '2026-11-23', toDay: '2026-11-30', party })
  }
  await wants(ana, 3)
  await wants(beto, 1)
  await wants(caro, 1)
  await leaves(tour!)
  expect([offers(ana, beto, caro), await statesOf(), await visitsOf(dora)]).toEqual([[0, 1, 1], ['waiting', 'offered', 'offered'], ['confirmed']])
  expect((await joins(eve, 1)).status).toBe('gone')
  await stage.press(beto, 'Sí, la quiero')
  expect([await visitsOf(beto), await statesOf()]).toEqual([['confirmed'], ['waiting', 'taken', 'offered']])
  await stage.until(at('23T12:30'))
  expect([await statesOf(), offers(ana), (await joins(eve, 1)).status]).toEqual([['waiting', 'taken', 'expired'], [0], 'booked'])
})

test('nobody is called off from a group for who waits for more than their place, or for another home', async () => {
  await stage.end()
  stage = await openVisits(['ana'], ', seats: 3')
  ;[eve, ana] = [await stage.visitor(), await stage.visitor()]
  const startsAt = at('25T13:00')
  const { tour } = await does(eve)(bookTour, placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, startsAt, stage.agents))
  await settled()
  stage.clock.advance(1_000)
  await does(ana)(joinWaitlist, { home: stage.home.id, fromDay: '2026-11-23', toDay: '2026-11-30', party: 3 })
  await stage.until(at('25T09:00'))
  for (const who of [eve, ana]) await stage.writes(who)
  await stage.until(at('25T10:05'))
  expect((await stage.tour(tour!))?.status).toBe('confirmed')
})

describe('in a language', () => {
  let [spanish, both] = ['', '']
  beforeEach(async () => {
    await stage.end()
    stage = await openVisits(['ana', 'beto es-MX, en'])
    ;[spanish, both] = stage.agents as [string, string]
    ;[eve, ana, beto, caro] = [await stage.visitor(), await stage.visitor(), await stage.visitor(), await stage.visitor()]
  })
  const shows = async (who: Visitor): Promise<unknown[]> => (await sql`select agent_id as agent, language, status from tour where person_id = ${who.person}`.execute(stage.house.db.bare)).rows

  test('a time of who does not speak it goes past who asked for it, to the next in line', async () => {
    const [tour, english] = [await stage.book(eve, noon, [spanish]), await stage.book(caro, noon, [both])]
    await waits(ana, { language: 'en' })
    await waits(beto)
    await leaves(tour)
    expect([offers(ana, beto), await statesOf(), await shows(beto)]).toEqual([[0, 1], ['waiting', 'offered'], [{ agent: spanish, language: null, status: 'held' }]])
    await leaves(english, caro)
    expect([offers(ana), await shows(ana)]).toEqual([[1], [{ agent: both, language: 'en', status: 'held' }]])
    await stage.press(ana, 'Sí, la quiero')
    expect([await statesOf(), await shows(ana)]).toEqual([['taken', 'offered'], [{ agent: both, language: 'en', status: 'confirmed' }]])
  })

  test('an offer that lapsed is taken only while who speaks it is free', async () => {
    const tour = await stage.book(eve, noon, [both])
    await waits(ana, { language: 'en' })
    await leaves(tour)
    await stage.until(stage.clock.now() + 2 * hour)
    await stage.book(caro, noon, [both])
    await stage.press(ana, 'Sí, la quiero')
    expect([await statesOf(), await shows(ana)]).toEqual([['waiting'], []])
  })

  test('a visit that nobody confirmed is not given away for who could not be shown it', async () => {
    const startsAt = at('25T13:00')
    const [one, two] = [await stage.book(eve, startsAt, [spanish]), await stage.book(caro, startsAt, [both])]
    await waits(ana, { language: 'en' })
    await stage.until(at('25T09:00'))
    for (const who of [eve, caro, ana]) await stage.writes(who)
    await stage.until(at('25T10:05'))
    expect([(await stage.tour(one))?.status, (await stage.tour(two))?.status, offers(ana)]).toEqual(['confirmed', 'cancelled', [1]])
  })
})
