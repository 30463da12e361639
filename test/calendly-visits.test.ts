import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { makeCalendly, type Calendly } from './lab/calendly/simulator.ts'
import { openCalendars, type CalendarStage } from './support/calendar-stage.ts'
import { hour, minute, type Visitor } from './support/visits-stage.ts'

// Visits of an agent who is at Calendly: what prospects do on its pages happens to the visit.
jest.setTimeout(120_000)
const email = 'ana@casas.example'
let stage: CalendarStage
let calendly: Calendly
let ana: string
let who: Visitor
let day = 24
beforeAll(async () => {
  stage = await openCalendars(['ana', 'beto'], {
    connected: ['beto'],
    beside: (clock) => {
      calendly = makeCalendly({ clock, accounts: [{ email, zone: 'America/Mexico_City' }], tokens: { whose: () => ({ email }) }, deliver: (address) => address })
      return { simulators: [calendly], accounts: (url) => [{ vendor: 'calendly', account: email, settings: { baseUrl: `${url}/calendly`, grant: { by: 'given', token: 'token-of-the-lab-0' }, aliasDomain: 'visitas.example', pushSecrets: ['s'.repeat(32)] } }] }
    },
  })
  await stage.approve()
  ;[ana] = stage.agents as [string]
})
afterAll(() => stage.end())
beforeEach(async () => {
  day += 1
  who = await stage.visitor()
})
const noon = (): number => Date.parse(`2026-11-${day}T12:00-06:00`)
const standing = () => calendly.events(email).filter(({ canceled, startsAt }) => !canceled && startsAt > noon() - 12 * hour && startsAt < noon() + 12 * hour).map(({ id, startsAt }) => ({ id, startsAt }))
const looks = async (): Promise<void> => {
  await calendly.silent()
  await stage.pull('ana')
  await stage.pull('ana')
}
const texts = (): string[] => stage.shown(who).map(({ text }) => text)

describe('a visit', () => {
  test('stands at Calendly, moves with what is decided here, and nothing comes back of it', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(1_000, 500)
    expect(standing()).toEqual([{ id: expect.any(String), startsAt: noon() }])
    await looks()
    const { version } = (await stage.tour(tour))!
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'u' }, 'all')(rescheduleTour, { ...placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, noon() + 2 * hour, [ana]), tour, version })
    await stage.follow(1_000, 500)
    await looks()
    expect(standing()).toEqual([{ id: expect.any(String), startsAt: noon() + 2 * hour }])
    expect(await stage.tour(tour)).toMatchObject({ status: 'confirmed', startsAt: noon() + 2 * hour, version: version + 1 })
  })
  test('of which an older booking is seen late stays where it was moved since', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(1_000, 500)
    const [older] = standing()
    const { version } = (await stage.tour(tour))!
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'u' }, 'all')(rescheduleTour, { ...placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, noon() + 2 * hour, [ana]), tour, version })
    await stage.follow(1_000, 500)
    await stage.sees('ana', [{ id: older!.id, is: 'there', ours: tour, startsAt: noon(), endsAt: noon() + 30 * minute, isBusy: true, version: 'as it was before' }])
    await stage.follow(1_000, 500)
    await looks()
    expect([await stage.tour(tour), standing()]).toMatchObject([{ startsAt: noon() + 2 * hour, version: version + 1 }, [{ startsAt: noon() + 2 * hour }]])
  })
  test.each([[true, 'created-first'], [false, 'canceled-first']] as const)('moves when its prospect reschedules there (tracking kept: %s, told %s)', async (keepsTracking, order) => {
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(1_000, 500)
    await looks()
    texts()
    const [first] = standing()
    const event = calendly.reschedule({ event: first!.id, startsAt: noon() + 3 * hour, keepsTracking, order })
    await looks()
    expect(await stage.tour(tour)).toMatchObject({ status: 'confirmed', startsAt: noon() + 3 * hour, agent: ana })
    expect(standing()).toEqual([{ id: event, startsAt: noon() + 3 * hour }])
    expect((await stage.standing()).filter(({ ours }) => ours === tour)).toMatchObject([{ external: event, state: 'stands' }])
    expect(texts()).toEqual([expect.stringMatching(/cambió de hora/)])
  })
  test('is off when its prospect cancels there', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(1_000, 500)
    await looks()
    calendly.cancel(standing()[0]!.id, { by: 'invitee', reason: 'me surgió algo' })
    await looks()
    expect(await stage.tour(tour)).toMatchObject({ status: 'cancelled' })
    expect(standing()).toEqual([])
  })
  test('whose prospect did not come is marked so by whoever says it there', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await stage.follow(1_000, 500)
    const [event] = standing()
    await stage.until(noon() + 35 * minute)
    calendly.noShow(event!.id, true)
    await looks()
    expect(calendly.calls().at(-1)).toMatchObject({ event: 'invitee_no_show.created', statuses: [200] })
    expect(await stage.tour(tour)).toMatchObject({ status: 'no_show' })
  })
})
