import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { addNote } from '@portero/tool-server/store/notes.ts'
import { noonOf, openCalendars, type CalendarStage } from './support/calendar-stage.ts'
import { hour, minute, type Visitor } from './support/visits-stage.ts'

// Where it is not certain that somebody took a visit out of their calendar, or that nobody needs a call any more, nothing is called off and nothing ends.
let stage: CalendarStage
let ana: string
let beto: string
let who: Visitor
let day = 24
beforeAll(async () => {
  stage = await openCalendars(['ana', 'beto', 'carla'], { connected: ['ana', 'beto'] })
  await stage.approve()
  ;[ana, beto] = stage.agents as [string, string]
})
afterAll(() => stage.end())
beforeEach(async () => {
  day += 1
  who = await stage.visitor()
})
const noon = (): number => noonOf(day)
const oneOf = (slug: string) => stage.events(slug).filter(({ startsAt }) => startsAt >= noon() - 12 * hour && startsAt < noon() + 12 * hour)
const texts = (): string[] => stage.shown(who).map(({ text }) => text)
const statusOf = async (tour: string): Promise<string | undefined> => (await stage.tour(tour))?.status
const calls = () => stage.rows<{ open: boolean; id: string; reason: string }>(`select id, reason, closed_at is null as open from escalation where conversation_id = '${who.conversation}'`)
const give = (tour: string, agent: string): Promise<void> => stage.give(tour, agent, noon())

describe('a call because of something else in a calendar', () => {
  const called = async (): Promise<() => Promise<void>> => {
    await stage.rows(`insert into blackout (tenant_id, id, agent_id, starts_at, ends_at) select tenant_id, gen_random_uuid(), id, to_timestamp(${(noon() - 3 * hour) / 1000}), to_timestamp(${(noon() + 3 * hour) / 1000}) from agent where id in ('${beto}', '${stage.agents[2]}')`)
    stage.clock.advance(11_000)
    await stage.book(who, noon(), [ana])
    const event = Object.assign({ id: '' }, stage.atGoogle('put', { email: stage.email('ana'), start: noon() - 10 * minute, end: noon() + hour }))
    await stage.pull('ana')
    await stage.follow(3 * minute, 10_000)
    expect((await calls()).map(({ open, reason }) => [open, reason])).toEqual([[true, 'other']])
    return async () => {
      stage.atGoogle('delete', { email: stage.email('ana'), id: event.id })
      await stage.pull('ana')
    }
  }
  test('ends with it', async () => {
    await (await called())()
    expect((await calls()).map(({ open }) => open)).toEqual([false])
  })
  test('goes on where its prospect asked for a person meanwhile', async () => {
    const over = await called()
    const { isNew } = await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system', person: who.person, conversation: who.conversation }, 'all')(escalate, { reason: 'asked_for_person', summary: 'Quiere hablar con alguien', withinMs: hour })
    await over()
    expect([isNew, (await calls()).map(({ open }) => open)]).toEqual([false, [true]])
  })
  test('goes on where something was written down for whoever looks', async () => {
    const over = await called()
    const { house } = stage
    await house.db.tx((tx) => addNote(house.acting.within(tx, { tenant: house.tenant, by: 'staff', user: 'u' }), { conversation: who.conversation, text: 'Pide estacionamiento' }))
    await over()
    expect((await calls()).map(({ open }) => open)).toEqual([true])
  })
})

test('what becomes of a visit\'s event in the calendar of who does not show it any more says nothing of the visit', async () => {
  const tour = await stage.book(who, noon(), [ana])
  const { id } = oneOf('ana')[0]!
  stage.google.refuse({ with: 'forbiddenForNonOrganizer', status: 403, times: 1, of: stage.email('ana') }) // who is written to first, nobody knows
  await give(tour, beto)
  expect(oneOf('ana').map((each) => each.id)).toEqual([id]) // which our people are asked to have deleted
  texts()
  stage.atGoogle('delete', { email: stage.email('ana'), id })
  await stage.pull('ana')
  expect([await stage.tour(tour), texts(), oneOf('beto').length]).toEqual([expect.objectContaining({ status: 'confirmed', agent: beto, startsAt: noon() }), [], 1])
  await stage.rows(`delete from job where state = 'dead' and name like 'calendar.%'`)
})

test('one that had gone, was put there again and is told as gone late stands; once it has been seen there, whoever deletes it calls it off', async () => {
  const tour = await stage.book(who, noon(), [ana])
  const { id } = oneOf('ana')[0]!
  await give(tour, beto)
  await give(tour, ana)
  texts()
  await stage.sees('ana', [{ id, is: 'gone', ours: tour }])
  await stage.follow(2_000, 500)
  expect([await statusOf(tour), oneOf('ana').map(({ startsAt }) => startsAt), texts(), (await calls()).length]).toEqual(['confirmed', [noon()], [], 1])
  expect(await stage.summaryOf((await calls())[0]!.id)).toContain('poco después de anotarla otra vez')
  await stage.pull('ana')
  stage.atGoogle('delete', { email: stage.email('ana'), id: oneOf('ana')[0]!.id })
  await stage.pull('ana')
  expect([await statusOf(tour), texts()]).toEqual(['cancelled', [expect.stringMatching(/^Sentimos el cambio/)]])
})

test('visits that a list leaves out are not called off, however few: they are put there again, people are asked once for all, and nobody for what is too far ahead to be listed', async () => {
  const visitors = [who, await stage.visitor(), await stage.visitor()]
  const tours: string[] = []
  for (const [at, one] of visitors.entries()) tours.push(await stage.book(one, noon() + at * hour, [beto]))
  const before = oneOf('beto').map(({ id }) => id)
  texts()
  stage.atGoogle('delete', { email: stage.email('beto'), id: before[2] })
  await stage.sees('beto', before.map((id) => ({ id, is: 'gone', swept: true })))
  await stage.follow(2_000, 500)
  const open = await stage.rows<{ id: string }>(`select id from escalation where closed_at is null and conversation_id in (${visitors.map(({ conversation }) => `'${conversation}'`).join()})`)
  expect([await Promise.all(tours.map(statusOf)), oneOf('beto').map(({ startsAt }) => startsAt).toSorted((a, b) => a - b), open.length, texts()]).toEqual([tours.map(() => 'confirmed'), [noon(), noon() + hour, noon() + 2 * hour], 1, []])
  expect(await stage.summaryOf(open[0]!.id)).toContain('y otras 2 ya no aparecían')
  await stage.rows(`delete from escalation_notice where escalation_id = '${open[0]!.id}'`)
  await stage.pull('beto')

  const far = stage.clock.now() + 70 * 24 * hour
  await stage.rows(`update tour set starts_at = to_timestamp(${far / 1000}), ends_at = to_timestamp(${far / 1000 + 1_800}) where id = '${tours[1]}'`)
  await stage.rows(`update projection set starts_at = to_timestamp(${far / 1000}), ends_at = to_timestamp(${far / 1000 + 1_800}) where ours = '${tours[1]}'`)
  who = visitors[1]!
  const external = (await stage.standing()).find(({ ours }) => ours === tours[1])!.external!
  await stage.sees('beto', [{ id: external, is: 'gone', swept: true }])
  await stage.follow(2_000, 500)
  expect([await statusOf(tours[1]!), await calls(), stage.events('beto').filter(({ startsAt }) => startsAt === far).length]).toEqual(['confirmed', [], 1])
})
