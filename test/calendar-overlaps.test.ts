import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { visitsUnasked } from '@portero/tool-server/store/overlaps.ts'
import { visitsRefused } from '@portero/tool-server/store/projections.ts'
import { personEmail } from '@portero/tool-server/store/places.ts'
import { addClaims, blinded } from '@portero/tool-server/store/people.ts'
import { noonOf, openCalendars, type CalendarStage } from './support/calendar-stage.ts'
import { hour, minute, type Visitor } from './support/visits-stage.ts'

// What comes over a visit, and what becomes of a visit whose calendar is not as it should be.
let stage: CalendarStage
let who: Visitor
let ana: string
let beto: string
let day = 24
beforeAll(async () => {
  stage = await openCalendars()
  await stage.approve()
  ;[ana, beto] = stage.agents as [string, string]
})
afterAll(() => stage.end())
beforeEach(async () => {
  day += 1
  who = await stage.visitor()
  await stage.pull()
})
const noon = (): number => noonOf(day)
const system = () => stage.system()
const oneOf = (slug: string) => stage.events(slug).filter(({ startsAt, summary }) => summary.startsWith('Visita') && startsAt >= noon() - 12 * hour && startsAt < noon() + 12 * hour)
const agentOf = async (tour: string): Promise<string> => (await stage.tour(tour))!.agent
const calls = () => stage.rows<{ open: boolean; id: string }>(`select id, closed_at is null as open from escalation where reason = 'other' and conversation_id = '${who.conversation}'`)
const weighed = (): Promise<void> => stage.follow(2 * minute + 5_000, 5_000)
const comes = (slug: string, startsAt: number, endsAt = startsAt + hour, id: string = crypto.randomUUID()): Promise<void> => stage.sees(slug, [{ id, is: 'there', startsAt, endsAt, isBusy: true }])
const give = (tour: string, agent: string): Promise<void> => stage.give(tour, agent, noon())

const refusedOf = async (tour: string): Promise<number> => (await stage.rows(`select 1 from job where name = 'calendar.put-event' and state = 'dead' and serial like '%${tour}'`)).length

describe('a visit over which something comes', () => {
  test('stays with whoever has it where that is a copy of it, and the copy is no meeting', async () => {
    const address = `copia${day}@correo.example`
    await stage.house.db.tx(async (tx) => {
      const act = stage.house.acting.within(tx, { tenant: stage.house.tenant, by: 'system', person: who.person })
      await addClaims(act, who.person, await blinded(act, [{ kind: 'email', value: address }]))
    })
    const tour = await stage.book(who, noon(), [ana])
    const seen = (id: string, startsAt: number, endsAt: number) => stage.sees('ana', [{ id, is: 'there', startsAt, endsAt, isBusy: true, title: 'Visita', guests: [address] }])
    await seen(`copy-${day}`, noon(), noon() + 30 * minute)
    await weighed()
    expect([await agentOf(tour), await calls(), await stage.rows(`select 1 from met where external_id = 'copy-${day}'`)]).toEqual([ana, [], []])
    await seen(`other-${day}`, noon(), noon() + 40 * minute)
    await weighed()
    expect([await agentOf(tour), await stage.rows(`select external_id as id from met where external_id = 'other-${day}'`)]).toEqual([beto, [{ id: `other-${day}` }]])
  })
  test('is handed on once, and the second time people are asked', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await comes('ana', noon() - 10 * minute, noon() + hour, `first-${day}`)
    await weighed()
    expect([await agentOf(tour), await calls()]).toEqual([beto, []])
    await stage.sees('ana', [{ id: `first-${day}`, is: 'gone' }])
    await comes('beto', noon() - 10 * minute)
    await weighed()
    expect([await agentOf(tour), (await calls()).length]).toEqual([beto, 1])
  })
  test('goes to nobody whose calendar was not read for a while', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await comes('ana', noon())
    await stage.follow(minute + 50_000, 5_000)
    await stage.rows(`update job set run_at = run_at + interval '1 hour' where kind = 'pull' and connection_id = '${await stage.connection('beto')}'`)
    await stage.rows(`update pull_cursor set pulled_at = to_timestamp(${(stage.clock.now() - 20 * minute) / 1000}) where connection_id = '${await stage.connection('beto')}' and name = 'changes'`)
    await stage.follow(20_000, 5_000)
    expect([await agentOf(tour), (await calls()).length]).toEqual([ana, 1])
  })
  test('stays where it is so soon before it that nobody could be sure to be there', async () => {
    const soon = Math.ceil((stage.clock.now() + 40 * minute) / (30 * minute)) * 30 * minute
    const tour = await stage.book(who, soon, [ana])
    await comes('ana', soon)
    await weighed()
    expect([await agentOf(tour), (await calls()).length]).toEqual([ana, 1])
  })
  test('stays where that was a mistake, gone a moment later', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await comes('ana', noon(), noon() + hour, `slip-${day}`)
    await stage.follow(20_000, 5_000)
    await stage.sees('ana', [{ id: `slip-${day}`, is: 'gone' }])
    await weighed()
    expect([await agentOf(tour), await calls()]).toEqual([ana, []])
  })
  test('is shown in the console where nobody can be called for it', async () => {
    const unasked = (): Promise<number> => visitsUnasked(stage.house.db.bare, stage.house.tenant, stage.clock.now())
    const tour = await stage.book(who, noon(), [ana])
    const stranger = crypto.randomUUID()
    await stage.rows(`insert into person (tenant_id, id, created_at) select tenant_id, '${stranger}', created_at from person where id = '${who.person}'`)
    await stage.rows(`update tour set person_id = '${stranger}', conversation_id = null where id = '${tour}'`)
    await stage.rows(`insert into blackout (tenant_id, id, agent_id, starts_at, ends_at) select tenant_id, '${crypto.randomUUID()}', id, to_timestamp(${(noon() - hour) / 1000}), to_timestamp(${(noon() + hour) / 1000}) from agent where id = '${beto}'`)
    stage.clock.advance(11_000)
    await comes('ana', noon(), noon() + hour, `over-${day}`)
    expect(await unasked()).toBe(0) // it is still to be weighed
    await weighed()
    expect([await agentOf(tour), await unasked()]).toEqual([ana, 1])
    await stage.sees('ana', [{ id: `over-${day}`, is: 'gone' }])
    expect(await unasked()).toBe(0)
  })
})

describe('a visit that its calendar', () => {
  test('was never told of, as in shadow mode, stands there afterwards; and one that was to go goes', async () => {
    const [here, off] = [await stage.book(who, noon(), [ana]), await stage.book(await stage.visitor(), noon() + 2 * hour, [ana])]
    const [event] = oneOf('ana')
    await stage.rows(`update projection set state = 'sent', external_id = null, versions = '{}' where ours = '${here}'`)
    await stage.rows(`update projection set state = 'leaving' where ours = '${off}'`)
    await stage.rows(`update tour set status = 'cancelled' where id = '${off}'`)
    await stage.rows(`update job set state = 'shadowed' where kind = 'command' and (serial like '%${here}' or serial like '%${off}')`)
    stage.google.calendar(stage.email('ana')).remove(event!.id)
    await stage.follow(3 * minute, 10_000)
    expect(oneOf('ana').map(({ startsAt }) => startsAt)).toEqual([noon()])
  })
  test('never took and does not find is nothing to try anew', async () => {
    stage.atGoogle('refuse', { with: 'notFound', status: 404 })
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(5 * minute, 20_000)
    expect([(await stage.standing()).find(({ ours }) => ours === tour)?.state, (await calls()).length, await refusedOf(tour)]).toEqual(['dead', 1, 1])
  })
  test('refused is nothing to mend any more once it stands otherwise, since it would put there what was before', async () => {
    stage.atGoogle('refuse', { with: 'notFound', status: 404 })
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(minute, 20_000)
    const before = await refusedOf(tour)
    await system()(rescheduleTour, { ...placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, noon() + hour, [ana]), tour, version: (await stage.tour(tour))!.version })
    await stage.follow(minute, 20_000)
    expect([before, await refusedOf(tour), oneOf('ana').map(({ startsAt }) => startsAt)]).toEqual([1, 0, [noon() + hour]])
  })
  test('refuses, of a prospect whom nobody ever talked to, is counted in the console, until it is over or stands', async () => {
    const refused = (): Promise<number> => visitsRefused(stage.house.db.bare, stage.house.tenant, stage.clock.now())
    const before = await refused()
    stage.atGoogle('refuse', { with: 'notFound', status: 404 })
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(5 * minute, 20_000)
    expect([(await calls()).length, await refused()]).toEqual([1, before]) // somebody was called for it
    const stranger = crypto.randomUUID()
    await stage.rows(`insert into person (tenant_id, id, created_at) select tenant_id, '${stranger}', created_at from person where id = '${who.person}'`)
    await stage.rows(`update tour set person_id = '${stranger}', conversation_id = null where id = '${tour}'`)
    expect(await refused()).toBe(before + 1)
    await stage.rows(`update projection set state = 'stands' where ours = '${tour}'`)
    expect(await refused()).toBe(before)
    await stage.rows(`update projection set is_booked = false where ours = '${tour}'`)
    expect(await refused()).toBe(before + 1)
    await stage.rows(`update tour set status = 'cancelled' where id = '${tour}'`)
    expect(await refused()).toBe(before)
  })
  test('hands on in silence, where it can be told to, writes to nobody; and what is called off is said', async () => {
    const address = `guest${day}@correo.example`
    const sealed = await stage.house.vault.seal(stage.house.db.bare, { tenant: stage.house.tenant, person: who.person }, personEmail(who.person), address)
    await sql`update person set email_sealed = ${sealed} where id = ${who.person}`.execute(stage.house.db.bare)
    const told = (): string[] => stage.google.invitations().filter(({ to }) => to === address).map(({ about }) => about)
    const tour = await stage.book(who, noon(), [ana])
    expect(told()).toEqual(['invited'])
    await give(tour, beto)
    expect([oneOf('ana'), oneOf('beto').map(({ attendees }) => attendees), told()]).toEqual([[], [[address]], ['invited']])
    await system()(cancelTour, { tour, version: (await stage.tour(tour))!.version })
    await stage.follow(1_000, 500)
    expect(told()).toEqual(['invited', 'cancelled'])
  })
  test('does not find any more is told three times, and then people are asked, once', async () => {
    const tour = await stage.book(who, noon(), [ana])
    stage.atGoogle('refuse', { with: 'notFound', status: 404, times: 10_000 }) // of this test and none after it
    await system()(rescheduleTour, { ...placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, noon() + hour, [ana]), tour, version: (await stage.tour(tour))!.version })
    await stage.follow(10 * minute, 20_000)
    expect([(await stage.standing()).find(({ ours }) => ours === tour)?.state, (await calls()).length, await refusedOf(tour)]).toEqual(['dead', 1, 1]) // what was told anew is nothing to mend
  })
})
