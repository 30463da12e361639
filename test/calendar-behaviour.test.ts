import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { escalationSummary } from '@portero/tool-server/store/places.ts'
import { openCalendarHouse, type CalendarHouse, type Place } from './support/calendar-house.ts'
import { passwords } from './support/console-stage.ts'
import { hour, minute, type Visitor } from './support/visits-stage.ts'

// One behaviour, whichever calendar somebody has. Where a vendor can't do something, its world says so, and here stands what happens instead.
jest.setTimeout(240_000)
let stage: CalendarHouse
let at: Place
let who: Visitor & { external: string }
let days: number // each test has one of its own
const open = async (skewMs = 0): Promise<void> => {
  stage = await openCalendarHouse({ skewMs })
  days = 24
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'sofia@portero.example', password: passwords.admin, role: 'admin' })
}
const day = (): string => new Date(Date.UTC(2026, 10, days)).toISOString().slice(0, 10)
const noon = (): number => Date.parse(`${day()}T12:00-06:00`)
const visits = (): [string, number][] => at.visits().filter(({ startsAt }) => startsAt >= noon() - 12 * hour && startsAt < noon() + 12 * hour).map(({ ours, startsAt }) => [ours, startsAt])
const visit = (tour: string) => at.visits().find(({ ours }) => ours === tour)!
const guest = (): string => `guest${days}@correo.example`
const busy = () => stage.rows<{ from: number; to: number }>(`select starts_at as "from", ends_at as "to" from busy_event where connection_id = '${at.connection}' and starts_at < to_timestamp(${(noon() + 12 * hour) / 1_000}) and ends_at > to_timestamp(${(noon() - 12 * hour) / 1_000}) order by 1`)
const calls = () => stage.rows<{ id: string; open: boolean; summary: Buffer }>(`select id, closed_at is null as open, summary_sealed as summary from escalation where conversation_id = '${who.conversation}' and reason = 'other'`)
const dead = () => stage.rows<{ name: string; error: string }>(`select name, error from job where state = 'dead'`)
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const pushes = (): Promise<void> => stage.settle(6_000) // what people did is told at once

// Something else comes over a visit, and may have been a mistake. How it goes again.
const crosses = async (startsAt: number, endsAt: number): Promise<() => Promise<void>> => {
  const pollMs = 5 * minute + 10_000
  const { behind } = at
  const ids = behind ? [] : at.occupies(startsAt, endsAt)
  behind?.(startsAt, endsAt)
  await (behind ? stage.settle(pollMs, 10_000) : pushes())
  await stage.settle(2 * minute, 10_000)
  return async () => {
    at.frees(ids)
    behind?.(startsAt, endsAt, false)
    await (behind ? stage.settle(pollMs, 10_000) : pushes())
  }
}

const vendors = ['google', 'graph', 'calendly'] as const
const begin = async (vendor: Place['vendor']): Promise<void> => {
  at = stage.places.find((each) => each.vendor === vendor)!
  days += 1
  who = await stage.visitor()
}

describe.each(vendors)('%s', (vendor) => {
  beforeAll(() => open())
  afterAll(() => stage.end())
  beforeEach(() => begin(vendor))
  afterEach(async () => {
    expect(await dead()).toEqual([])
    expect(at.desk.faults()).toEqual([])
  })

  describe('what is in the way', () => {
    test('is not offered, and what takes no time is', async () => {
      await stage.close(at.other, noon() - 12 * hour, noon() + 12 * hour)
      const before = await stage.offered(who, at, day())
      const made = at.occupies(noon() - 4 * hour, noon())
      at.occupies(noon() + hour, noon() + 8 * hour)
      at.idles?.(noon(), noon() + hour)
      await pushes()
      await stage.pull(at)
      const free = [noon(), noon() + 30 * minute]
      const offered = await stage.offered(who, at, day())
      expect([before.some((each) => !free.includes(each)), offered.length > 0, offered.filter((each) => !free.includes(each))]).toEqual([true, true, []])
      at.shifts?.(made[0]!, noon() - 4 * hour, noon() + 30 * minute)
      await pushes()
      expect((await stage.offered(who, at, day())).includes(noon())).toBe(at.shifts === undefined)
    })
    test('for a whole day, by the zone that it is meant in', async () => {
      const off = at.dayOff?.(day())
      await pushes()
      if (off) expect(await busy()).toEqual([{ from: off.startsAt, to: off.endsAt }])
      else expect([vendor, await busy()]).toEqual(['calendly', []]) // nobody books a day there
    })
    test('in a calendar behind it is not offered within a poll, and is again when it has gone', async () => {
      if (!at.behind) return expect(vendor).not.toBe('calendly') // these list all that they know
      await stage.close(at.other, noon() - 12 * hour, noon() + 12 * hour)
      at.occupies(noon() + 4 * hour, noon() + 5 * hour)
      await pushes()
      const before = await stage.offered(who, at, day())
      at.behind(noon() - 4 * hour, noon() + 2 * hour)
      at.behind(noon() + 4 * hour, noon() + 4 * hour + 30 * minute) // a copy of what stands there already
      await stage.settle(5 * minute + 10_000, 10_000)
      const offered = await stage.offered(who, at, day())
      expect([before.some((each) => each < noon() + 2 * hour), offered.length > 0, offered.filter((each) => each < noon() + 2 * hour), (await busy()).length]).toEqual([true, true, [], 3])
      at.behind(noon() - 4 * hour, noon() + 2 * hour, false)
      await stage.settle(5 * minute + 10_000, 10_000)
      expect([await stage.offered(who, at, day()), (await busy()).length]).toEqual([before, 2])
    })
    test('in a calendar behind it a moment ago is heard of when a time is asked for, and nobody is promised what was not to be had', async () => {
      if (!at.behind) return expect(vendor).not.toBe('calendly')
      await stage.close(at.other, noon() - 12 * hour, noon() + 12 * hour)
      at.behind(noon(), noon() + hour)
      await stage.pull(at) // which asks for what was booked, and not for this
      expect(await busy()).toEqual([])
      const asked = await stage.ask(who, 'book_tour', { home: at.home.slug, when: `${day()} 12:00` })
      expect([asked.ok, asked.error?.code, asked.error?.alternatives?.length]).toEqual([false, 'slot_gone', 3])
    })
    test('in a calendar behind it, and not heard of in time, leaves the visit standing, and its agent is asked to note it by hand', async () => {
      if (!at.behind) return expect(vendor).not.toBe('calendly')
      at.behind(noon(), noon() + hour)
      const tour = await stage.book(who, at, noon())
      expect([(await stage.tour(tour))?.status, visits(), await stage.state(tour), (await calls()).length]).toEqual(['confirmed', [], { is: 'byHand', link: expect.stringContaining('https://') }, 1])
    })
  })

  describe('a visit', () => {
    test('stands there once with our id, moves and goes with what is decided here, and its guest is written to by us alone', async () => {
      const invited = at.invitations()
      await stage.gives(who, guest())
      const tour = await stage.book(who, at, noon())
      expect([visits(), await stage.state(tour)]).toEqual([[[tour, noon()]], { is: 'stands', ...(vendor !== 'calendly' && { link: expect.any(String) }) }])
      await stage.move(tour, at, noon() + 2 * hour)
      expect([visits(), stage.meeting(tour)]).toEqual([[[tour, noon() + 2 * hour]], { startsAt: noon() + 2 * hour, outcome: 'SCHEDULED' }])
      await system()(cancelTour, { tour, version: (await stage.tour(tour))!.version })
      await stage.settle(30_000, 1_000) // our mail goes at its own pace
      expect([visits(), at.invitations() - invited, stage.lab.mail.state().mails.filter(({ to }) => to === guest()).length]).toEqual([[], 0, 3])
    })
    test('that comes back to us is no news', async () => {
      const tour = await stage.book(who, at, noon())
      await stage.move(tour, at, noon() + hour)
      await pushes()
      stage.told(who)
      await stage.pull(at)
      await stage.pull(at)
      expect([(await stage.tour(tour))!.version, stage.told(who), await busy(), visits()]).toEqual([2, [], [], [[tour, noon() + hour]]])
    })
    test('that people move moves, its prospect hears of it once, and so does the CRM', async () => {
      const tour = await stage.book(who, at, noon())
      stage.told(who)
      at.moves(visit(tour), noon() + 3 * hour)
      await pushes()
      await stage.pull(at)
      expect([await stage.tour(tour), visits()]).toEqual([expect.objectContaining({ startsAt: noon() + 3 * hour, agent: at.agent, status: 'confirmed', version: 2 }), [[tour, noon() + 3 * hour]]])
      expect([stage.told(who), stage.meeting(tour), await calls()]).toEqual([[expect.stringMatching(/cambió de hora/)], { startsAt: noon() + 3 * hour, outcome: expect.stringMatching(/SCHEDULED|RESCHEDULED/) }, []])
    })
    test('that people delete is off, its prospect hears of it once, and so does the CRM', async () => {
      const tour = await stage.book(who, at, noon())
      stage.told(who)
      at.drops(visit(tour))
      await pushes()
      await stage.pull(at)
      expect([(await stage.tour(tour))?.status, visits(), stage.told(who), stage.meeting(tour)?.outcome]).toEqual(['cancelled', [], [expect.stringMatching(/^Sentimos el cambio: tu visita a /)], 'CANCELED'])
    })
    test('over which something else comes is left to somebody who is free, and its prospect hears nothing', async () => {
      const tour = await stage.book(who, at, noon())
      stage.told(who)
      if (vendor === 'calendly') expect(() => at.occupies(noon(), noon() + 30 * minute)).toThrow() // it sells no time twice; only what is behind it can cross
      await crosses(noon() - 10 * minute, noon() + hour)
      expect([await stage.tour(tour), stage.told(who), await calls(), visits()]).toEqual([expect.objectContaining({ agent: at.other, startsAt: noon() }), [], [], []])
    })
    test('over which something else comes leads to one call with three other times where nobody is free', async () => {
      const tour = await stage.book(who, at, noon())
      await stage.close(at.other, noon() - hour, noon() + hour)
      const goes = await crosses(noon(), noon() + hour)
      await stage.pull(at)
      const [call, ...more] = await calls()
      const summary = String(await stage.house.vault.open(stage.house.db.bare, stage.house.tenant, escalationSummary(call!.id), call!.summary))
      expect([(await stage.tour(tour))?.agent, call?.open, more, summary]).toEqual([at.agent, true, [], expect.stringMatching(/tiene otro compromiso .+ Puede ser: (.+; ){2}.+\.$/)])
      await goes()
      expect((await calls()).map(({ open }) => open)).toEqual([false])
    })
  })

  describe('when it is ill', () => {
    const lands = async (tour: string, withinMs: number): Promise<void> => {
      for (let passed = 0; passed < withinMs && (await stage.state(tour)).is !== 'stands'; passed += 15_000) await stage.settle(15_000, 15_000)
      expect([visits(), (await stage.state(tour)).is, (await stage.tour(tour))?.status, await calls()]).toEqual([[[tour, noon()]], 'stands', 'confirmed', []])
      await stage.pull(at)
      expect([visits(), (await stage.tour(tour))?.version]).toEqual([[[tour, noon()]], 1])
    }
    test('and away, a visit is booked, shows that it waits, and lands there once', async () => {
      at.desk.fault({ fault: 'down', on: '*', times: 1_000_000 })
      const tour = await stage.book(who, at, noon())
      await stage.settle(10 * minute, 15_000)
      expect([(await stage.tour(tour))?.status, await stage.state(tour), visits()]).toEqual(['confirmed', { is: 'waits' }, []])
      at.desk.clearFaults()
      await lands(tour, 30 * minute)
    })
    test('and away while visits are moved and called off, each is there in the end as it was decided last', async () => {
      const [one, other] = [await stage.book(who, at, noon()), await stage.book(await stage.visitor(), at, noon() + 2 * hour)]
      at.desk.fault({ fault: 'down', on: '*', times: 1_000_000 })
      await stage.move(one, at, noon() + 4 * hour)
      await stage.move(one, at, noon() + 6 * hour)
      await system()(cancelTour, { tour: other, version: (await stage.tour(other))!.version })
      const late = await stage.book(await stage.visitor(), at, noon() - 2 * hour)
      await stage.move(late, at, noon() - hour)
      await stage.settle(3 * minute, 20_000)
      at.desk.clearFaults()
      await stage.settle(20 * minute, 20_000)
      await stage.pull(at)
      expect(visits().toSorted(([, a], [, b]) => a - b)).toEqual([[late, noon() - hour], [one, noon() + 6 * hour]])
      expect([(await stage.tour(one))?.version, (await stage.tour(other))?.status, (await stage.tour(late))?.version, await calls()]).toEqual([3, 'cancelled', 2, []])
    })
    // Outlook alone makes anew what it is told to change; the others say that it has gone.
    if (vendor === 'graph')
      test('and away for changes while a visit is deleted there, it is off, and what was made anew meanwhile is gone again', async () => {
        const tour = await stage.book(who, at, noon())
        at.desk.fault({ fault: 'away', on: 'PATCH /v1.0/users/:user/events/:event', times: 3 })
        await stage.move(tour, at, noon() + 2 * hour)
        at.drops(visit(tour))
        await stage.settle(20 * minute, 10_000)
        expect([(await stage.tour(tour))?.status, visits(), await calls()]).toEqual(['cancelled', [], []])
      })
    test('and wants fewer calls, a visit lands there once', async () => {
      at.desk.fault({ fault: 'throttled', on: '*', retryAfter: 40, times: 4 })
      const tour = await stage.book(who, at, noon())
      expect(await stage.state(tour)).toEqual({ is: 'waits' })
      await lands(tour, 20 * minute)
    })
    test('and its answer is lost, a visit stands there once', async () => {
      at.desk.fault({ fault: 'lost', on: at.routes.make })
      await lands(await stage.book(who, at, noon()), 20 * minute)
    })
    test('and silent, a visit that is deleted there a moment after it was put is off', async () => {
      at.losePushes(true)
      const tour = await stage.book(who, at, noon())
      await stage.settle(5_000)
      at.drops(visit(tour))
      await stage.settle(11 * minute, 10_000)
      at.losePushes(false)
      expect([(await stage.tour(tour))?.status, visits()]).toEqual(['cancelled', []])
    })
    // Calendly is asked for its free times first, so this can't be had there.
    if (vendor !== 'calendly')
      test('and its answer is lost, what people make of the visit before that is heard counts', async () => {
        at.desk.fault({ fault: 'lost', on: at.routes.make }, { fault: 'down', on: '*', times: 1_000_000 })
        const tour = await stage.book(who, at, noon())
        at.moves(visit(tour), noon() + 3 * hour)
        at.desk.clearFaults()
        await stage.settle(20 * minute, 10_000)
        expect([(await stage.tour(tour))?.startsAt, visits(), await calls()]).toEqual([noon() + 3 * hour, [[tour, noon() + 3 * hour]], []])
      })
    test('and slow, a visit that it takes after all stands there once', async () => {
      at.desk.fault({ fault: 'slow', on: at.routes.make })
      const before = at.desk.requests(at.routes.make).length
      const booking = stage.book(who, at, noon())
      await at.desk.arrived(at.routes.make, before + 1)
      stage.clock.advance(12_000) // nobody waits that long
      const tour = await booking
      expect((await stage.tour(tour))?.status).toBe('confirmed')
      at.desk.release()
      await lands(tour, 20 * minute)
    })
    test('and its permission is taken back while a visit is being put there, the work waits, people are told once, and it lands once', async () => {
      const letters = () => stage.lab.mail.state().mails.filter(({ to }) => to === 'sofia@portero.example').length
      const before = letters()
      at.revoke(true)
      const tour = await stage.book(who, at, noon())
      await stage.settle(10 * minute, 15_000)
      expect([await stage.state(tour), visits(), letters() - before]).toEqual([{ is: 'waits' }, [], 1])
      at.revoke(false)
      await lands(tour, 40 * minute)
      expect(letters() - before).toBeLessThanOrEqual(2) // and that it is over
    })
    test('and tells nothing for an hour, what changed is known within one poll', async () => {
      const tour = await stage.book(who, at, noon())
      await pushes()
      at.losePushes(true)
      const made = at.occupies(noon() + 4 * hour, noon() + 4 * hour + 30 * minute)
      at.moves(visit(tour), noon() + 2 * hour)
      await stage.settle(5 * minute + 10_000, 10_000)
      expect([await busy(), (await stage.tour(tour))?.startsAt]).toEqual([[{ from: noon() + 4 * hour, to: noon() + 4 * hour + 30 * minute }], noon() + 2 * hour])
      at.frees(made)
      await stage.settle(55 * minute, 20_000)
      expect(await busy()).toEqual([])
      at.losePushes(false)
    })
    test('and has forgotten where we were, all is read anew, and what was deleted meanwhile is gone', async () => {
      const [one] = at.occupies(noon() + 4 * hour, noon() + 4 * hour + 30 * minute)
      at.occupies(noon() + 6 * hour, noon() + 6 * hour + 30 * minute)
      const tour = await stage.book(who, at, noon())
      await pushes()
      expect(await busy()).toHaveLength(2)
      at.losePushes(true)
      at.frees([one!])
      await at.killCursors()
      await stage.pull(at)
      await stage.settle(2 * minute, 2_000) // where each is looked at by itself
      expect([(await busy()).map(({ from }) => from), visits(), (await stage.tour(tour))?.version]).toEqual([[noon() + 6 * hour], [[tour, noon()]], 1])
      at.losePushes(false)
    })
  })
})

describe.each([2 * minute, -2 * minute])('where its clock is %d ms ahead of ours', (skewMs) => {
  beforeAll(() => open(skewMs))
  afterAll(() => stage.end())
  test.each(vendors)('a visit at %s stands there, and what people do with it happens, as if the clocks were the same', async (vendor) => {
    await begin(vendor)
    const tour = await stage.book(who, at, noon())
    await pushes()
    await stage.pull(at)
    expect([visits(), (await stage.tour(tour))?.version]).toEqual([[[tour, noon()]], 1])
    at.moves(visit(tour), noon() + 2 * hour)
    await pushes()
    expect([(await stage.tour(tour))?.startsAt, visits()]).toEqual([noon() + 2 * hour, [[tour, noon() + 2 * hour]]])
    await stage.move(tour, at, noon() + 4 * hour)
    at.drops(visit(tour))
    await pushes()
    expect([(await stage.tour(tour))?.status, visits(), await dead()]).toEqual(['cancelled', [], []])
  })
})

describe('a calendar that is full', () => {
  beforeAll(() => open())
  afterAll(() => stage.end())
  // Calendly tells nothing but the bookings of half an hour, and is asked about each: as many as two weeks have.
  test.each([['google', 10_000, 6], ['graph', 10_000, 6], ['calendly', 336, 30]] as const)('is read whole at %s, in turns of which none is long, and a change in it by itself', async (vendor, count, eachMinutes) => {
    await begin(vendor)
    const first = Date.parse('2026-11-25T08:00-06:00')
    await stage.close(at.other, first - 24 * hour, first + 41 * 24 * hour)
    at.losePushes(true)
    const made: string[] = []
    for (let n = 0; made.length < count; n++) {
      const startsAt = first + n * eachMinutes * minute
      made.push(...at.occupies(startsAt, startsAt + (eachMinutes === 30 ? 30 : 4) * minute))
    }
    const told = async (): Promise<number> => (await stage.rows<{ count: number }>(`select count(*)::int as count from job where kind = 'turn' and name = 'calendar.seen' and key like '%${at.connection}%'`))[0]!.count
    const known = async (): Promise<number> => (await stage.rows<{ count: number }>(`select count(*)::int as count from busy_event where connection_id = '${at.connection}'`))[0]!.count
    await stage.pull(at)
    for (let passed = 0; passed < 60 && (await known()) < count; passed++) await stage.settle(20_000, 5_000)
    expect([await known(), await dead()]).toEqual([count, []])
    const [turns, calls] = [await told(), at.desk.requests().length]
    expect(turns).toBeGreaterThan(0)
    expect(turns).toBeLessThanOrEqual(Math.ceil(count / (vendor === 'calendly' ? 5 : 45)))
    const day = '2026-11-30'
    const noon = Date.parse(`${day}T12:00-06:00`)
    expect(await stage.offered(who, at, day)).toEqual([])
    at.frees(made.filter((_, n) => first + n * eachMinutes * minute >= noon && first + n * eachMinutes * minute < noon + hour))
    await stage.pull(at)
    await stage.settle(20_000, 5_000)
    expect(await stage.offered(who, at, day)).toEqual([noon, noon + 30 * minute])
    expect([(await told()) - turns <= 2, at.desk.requests().length - calls <= 30]).toEqual([true, true])
  })
})
