import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { connectionEnded, connectionMade } from '@portero/tool-server/actions/connection-ended.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { stopWork } from '@portero/tool-server/spine/connection-work.ts'
import { calendarStateOf } from '@portero/tool-server/store/projections.ts'
import { noonOf, openCalendars, type CalendarStage } from './support/calendar-stage.ts'
import { hour, minute, type Visitor } from './support/visits-stage.ts'

// Visits stand in the calendars of those who show them; what people do there happens to the visit, and what else is there is in nobody's way twice.
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
// Each test has a day of its own.
beforeEach(async () => {
  day += 1
  who = await stage.visitor()
})
const noon = (): number => noonOf(day)
const system = () => stage.system()
const staff = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'u' }, 'all')
const oneOf = (slug: string) => stage.events(slug).filter(({ startsAt }) => startsAt >= noon() - 12 * hour && startsAt < noon() + 12 * hour)
const version = async (tour: string): Promise<number> => (await stage.tour(tour))!.version
const dead = () => stage.rows<{ name: string; error: string }>(`select name, error from job where state = 'dead' and name not like 'crm.%'`)
const texts = (): string[] => stage.shown(who).map(({ text }) => text)
const move = async (tour: string, startsAt: number, able = [ana]): Promise<void> => {
  await staff()(rescheduleTour, { ...placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, startsAt, able), tour, version: await version(tour) })
  await stage.follow(1_000, 500)
}
const give = (tour: string, agent: string): Promise<void> => stage.give(tour, agent, noon())
const calls = () => stage.rows<{ open: boolean; id: string }>(`select id, closed_at is null as open from escalation where reason = 'other' and conversation_id = '${who.conversation}'`)

describe('a visit', () => {
  test('stands in the calendar of whoever shows it, moves with it, goes to another\'s with it, and is gone when it is off', async () => {
    const tour = await stage.book(who, noon(), [ana])
    expect(oneOf('ana')).toEqual([expect.objectContaining({ summary: 'Visita: roma 1 · Prospecto', startsAt: noon(), endsAt: noon() + 30 * minute, attendees: [] })])
    const [first] = oneOf('ana')
    expect(first!.description).toContain(`/console/conversations/${who.conversation}`)
    expect(first!.description).not.toContain(who.number.slice(-8))
    await move(tour, noon() + 2 * hour)
    expect(oneOf('ana').map(({ id, startsAt }) => [id, startsAt])).toEqual([[first!.id, noon() + 2 * hour]])
    await give(tour, beto)
    expect([oneOf('ana'), oneOf('beto').map(({ startsAt }) => startsAt)]).toEqual([[], [noon() + 2 * hour]])
    await give(tour, ana) // and back, where it once was
    expect([oneOf('ana').map(({ startsAt }) => startsAt), oneOf('beto')]).toEqual([[noon() + 2 * hour], []])
    await system()(cancelTour, { tour, version: await version(tour) })
    await stage.follow(1_000, 500)
    expect([oneOf('ana'), oneOf('beto'), await dead()]).toEqual([[], [], []])
  })
  test('is no news when our own event comes back, and takes nobody\'s time twice', async () => {
    const tour = await stage.book(who, noon(), [ana])
    texts()
    await stage.pull()
    await stage.pull()
    expect([await version(tour), texts(), await stage.rows(`select * from busy_event where external_id = '${oneOf('ana')[0]!.id}'`)]).toEqual([1, [], []])
  })
  test('that somebody moved there moves, and its prospect hears of it once', async () => {
    const tour = await stage.book(who, noon(), [ana])
    texts()
    stage.atGoogle('move', { email: stage.email('ana'), id: oneOf('ana')[0]!.id, start: noon() + 3 * hour, end: noon() + 3 * hour + 30 * minute })
    await stage.pull('ana')
    await stage.pull('ana')
    expect([await stage.tour(tour), oneOf('ana').map(({ startsAt }) => startsAt), texts()]).toEqual([expect.objectContaining({ startsAt: noon() + 3 * hour, agent: ana, version: 2, status: 'confirmed' }), [noon() + 3 * hour], [expect.stringMatching(/^Tu visita a .+ cambió de hora: ahora es el /)]])
    expect([await calls(), await dead()]).toEqual([[], []])
  })
  test.each<[string, () => Promise<void> | void, number, number?]>([
    ['over the whole day', () => undefined, -12 * hour, 24 * hour],
    ['where they have another visit', async () => void (await stage.book(await stage.visitor(), noon() + 2 * hour, [ana])), 2 * hour],
    ['into the past', () => undefined, -400 * hour],
    ['into a closed time', async () => {
      await stage.rows(`insert into blackout (tenant_id, id, agent_id, starts_at, ends_at) select tenant_id, '${crypto.randomUUID()}', id, to_timestamp(${(noon() + 2 * hour) / 1000}), to_timestamp(${(noon() + 3 * hour) / 1000}) from agent where id = '${ana}'`)
      stage.clock.advance(11_000) // the catalogue is remembered for a moment
    }, 2 * hour],
  ])('that somebody moved there %s is put back, and somebody of ours looks', async (_why, prepare, byMs, lastsMs = 30 * minute) => {
    const tour = await stage.book(who, noon(), [ana])
    await prepare()
    texts()
    const event = oneOf('ana').find(({ startsAt }) => startsAt === noon())!
    stage.atGoogle('move', { email: stage.email('ana'), id: event.id, start: noon() + byMs, end: noon() + byMs + lastsMs })
    await stage.pull('ana')
    expect([await stage.tour(tour), stage.events('ana').find(({ id }) => id === event.id)?.startsAt, texts(), (await calls()).length]).toEqual([expect.objectContaining({ startsAt: noon(), version: 1 }), noon(), [], 1])
    await stage.pull('ana')
    expect([await version(tour), (await calls()).length, await dead()]).toEqual([1, 1, []])
  })
  test('that somebody deleted there is off, and its prospect hears of it once', async () => {
    const tour = await stage.book(who, noon(), [ana])
    texts()
    stage.atGoogle('delete', { email: stage.email('ana'), id: oneOf('ana')[0]!.id })
    await stage.pull('ana')
    await stage.pull('ana')
    expect([(await stage.tour(tour))?.status, texts(), oneOf('ana'), await dead()]).toEqual(['cancelled', [expect.stringMatching(/^Sentimos el cambio: tu visita a /)], [], []])
  })
  test('that goes with the whole calendar is not called off: it is put there again, and somebody looks', async () => {
    const visitors: Visitor[] = []
    const tours: string[] = []
    for (let at = 0; at < 7; at++) {
      const one = await stage.visitor()
      visitors.push(one)
      tours.push(await stage.book(one, noon() - 3 * hour + at * hour, [beto]))
    }
    for (const { id } of oneOf('beto')) stage.atGoogle('delete', { email: stage.email('beto'), id })
    await stage.pull('beto')
    expect([await Promise.all(tours.map(async (id) => (await stage.tour(id))?.status)), oneOf('beto').length]).toEqual([tours.map(() => 'confirmed'), 7])
    expect(await stage.rows(`select 1 from escalation where closed_at is null and conversation_id in (${visitors.map(({ conversation }) => `'${conversation}'`).join()})`)).toHaveLength(7)
  })
  test('that its owner gave more time keeps its own, and the rest is busy', async () => {
    const tour = await stage.book(who, noon(), [ana])
    const [event] = oneOf('ana')
    stage.atGoogle('move', { email: stage.email('ana'), id: event!.id, start: noon(), end: noon() + 90 * minute })
    await stage.pull('ana')
    expect([await version(tour), await stage.rows(`select starts_at, ends_at from busy_event where external_id = '${event!.id}'`)]).toEqual([1, [{ starts_at: noon() + 30 * minute, ends_at: noon() + 90 * minute }]])
  })
  test('that we moved while its calendar was slow is not moved back by what is seen late', async () => {
    const tour = await stage.book(who, noon(), [ana])
    const [{ id, startsAt }, [standing]] = [oneOf('ana')[0]!, (await stage.standing()).filter(({ starts }) => starts === noon())]
    await move(tour, noon() + hour)
    await stage.sees('ana', [{ id, is: 'there', ours: tour, startsAt, endsAt: startsAt + 30 * minute, isBusy: true, version: standing!.versions[0]! }])
    await stage.follow(1_000, 500)
    expect([await stage.tour(tour), oneOf('ana').map((each) => each.startsAt)]).toEqual([expect.objectContaining({ startsAt: noon() + hour, version: 2 }), [noon() + hour]])
  })
  test('that both sides moved at once ends at one time on both, and nothing is lost', async () => {
    const tour = await stage.book(who, noon(), [ana])
    stage.atGoogle('move', { email: stage.email('ana'), id: oneOf('ana')[0]!.id, start: noon() + 4 * hour, end: noon() + 4 * hour + 30 * minute })
    await move(tour, noon() + 2 * hour) // refused there, since we know an older version
    await stage.pull('ana')
    await stage.follow(2_000, 500)
    const [event] = oneOf('ana')
    expect([event?.startsAt, (await stage.tour(tour))?.startsAt]).toEqual([noon() + 4 * hour, noon() + 4 * hour])
  })
  test('of which an older version is taken for the last one is put all the same, since the one before is tried', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await stage.rows(`update projection set versions = versions || '{"\\"1\\""}' where ours = '${tour}'`)
    await move(tour, noon() + 2 * hour)
    await stage.follow(5 * minute, 5_000)
    expect([oneOf('ana').map(({ startsAt }) => startsAt), (await stage.standing()).find(({ ours }) => ours === tour)?.state, await calls()]).toEqual([[noon() + 2 * hour], 'stands', []])
  })
  test('that people moved while ours was on its way there is decided once that has been answered', async () => {
    const tour = await stage.book(who, noon(), [ana])
    const { id } = oneOf('ana')[0]!
    stage.google.refuse({ with: 'backendError', status: 503, times: 12 })
    await move(tour, noon() + 2 * hour)
    stage.atGoogle('move', { email: stage.email('ana'), id, start: noon() + 4 * hour, end: noon() + 4 * hour + 30 * minute })
    await stage.sees('ana', [{ id, is: 'there', ours: tour, startsAt: noon() + 4 * hour, endsAt: noon() + 4 * hour + 30 * minute, isBusy: true, version: 'theirs' }])
    await stage.follow(1_000, 500)
    expect([(await stage.tour(tour))?.startsAt, (await stage.standing()).find(({ ours }) => ours === tour)?.state]).toEqual([noon() + 2 * hour, 'sent'])
    await stage.follow(30 * minute, 30_000)
    expect([(await stage.tour(tour))?.startsAt, oneOf('ana').map(({ startsAt }) => startsAt)]).toEqual([noon() + 4 * hour, [noon() + 4 * hour]])
  })
  test('is booked while its calendar is down, shows that it waits, and lands there once', async () => {
    stage.google.refuse({ with: 'backendError', status: 503, times: 40 })
    const tour = await stage.book(who, noon(), [ana])
    const state = () => stage.house.db.tx((tx) => calendarStateOf({ tx, subject: { tenant: stage.house.tenant } }, tour))
    expect([(await stage.tour(tour))?.status, await state(), oneOf('ana')]).toEqual(['confirmed', { is: 'waits' }, []])
    await stage.follow(40 * minute, 30_000)
    expect([oneOf('ana').length, await state(), await calls()]).toEqual([1, { is: 'stands', link: expect.stringContaining('https://') }, []])
  })
  test('whose calendar refuses it stands all the same, and somebody of ours notes it by hand', async () => {
    stage.google.refuse({ with: 'forbiddenForNonOrganizer', status: 403, times: 1 })
    const tour = await stage.book(who, noon(), [ana])
    expect([(await stage.tour(tour))?.status, oneOf('ana'), (await calls()).length, await stage.house.db.tx((tx) => calendarStateOf({ tx, subject: { tenant: stage.house.tenant } }, tour))]).toEqual(['confirmed', [], 1, { is: 'failed' }])
    await stage.rows(`delete from job where state = 'dead' and name = 'calendar.put-event'`)
  })
  test('that its calendar takes only from a person\'s hand is theirs to note, by the link, and shows that', async () => {
    const tour = await stage.book(who, noon(), [ana])
    const link = 'https://calendly.example/d/abc'
    await stage.answers(`event:${await stage.connection('ana')}:${tour}:told:1`, { done: { id: 'x1', isBooked: false, link } })
    expect([await stage.house.db.tx((tx) => calendarStateOf({ tx, subject: { tenant: stage.house.tenant } }, tour)), await stage.summaryOf((await calls())[0]!.id)]).toEqual([{ is: 'byHand', link }, expect.stringContaining(link)])
  })
  test('that was moved again while its calendar answered is told the last time only, and an answer to what is old changes nothing', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await move(tour, noon() + hour)
    await stage.answers(`event:${await stage.connection('ana')}:${tour}:told:1`, { dead: { code: 'refused', uncertain: false } })
    expect([(await stage.standing()).find(({ ours }) => ours === tour)?.state, await calls()]).toEqual(['stands', []])
  })
  test('that nobody came to, as its calendar says, is a no-show', async () => {
    const tour = await stage.book(who, noon(), [ana])
    await stage.rows(`update tour set starts_at = to_timestamp(${stage.clock.now() / 1000 - 600}), ends_at = to_timestamp(${stage.clock.now() / 1000}) where id = '${tour}'`)
    await stage.misses('ana', tour)
    expect((await stage.tour(tour))?.status).toBe('no_show')
  })
})

describe('something else in the calendar of whoever shows a visit', () => {
  const busyAt = (slug: string, startsAt: number, ms = hour): { id: string } => Object.assign({ id: '' }, stage.atGoogle('put', { email: stage.email(slug), start: startsAt, end: startsAt + ms }))
  test('leaves it to somebody else who can, and its prospect hears nothing', async () => {
    const tour = await stage.book(who, noon(), [ana])
    texts()
    busyAt('ana', noon() - 10 * minute)
    await stage.pull('ana')
    await stage.follow(2 * minute, 10_000) // it may have been a mistake
    expect([(await stage.tour(tour))?.agent === ana, (await stage.tour(tour))?.startsAt, texts(), await calls(), oneOf('ana').filter(({ summary }) => summary.startsWith('Visita'))]).toEqual([false, noon(), [], [], []])
  })
  test('leads to one call for our people, with other times, where nobody else can; and when it goes away, so does the call', async () => {
    const tour = await stage.book(who, noon(), [ana])
    busyAt('beto', noon() - 10 * minute)
    await stage.rows(`insert into blackout (tenant_id, id, agent_id, starts_at, ends_at) select tenant_id, '${crypto.randomUUID()}', id, to_timestamp(${(noon() - hour) / 1000}), to_timestamp(${(noon() + hour) / 1000}) from agent where id = '${stage.agents[2]}'`)
    stage.clock.advance(11_000)
    await stage.pull('beto')
    const event = busyAt('ana', noon())
    await stage.pull('ana')
    await stage.follow(2 * minute, 10_000)
    expect([(await stage.tour(tour))?.agent, (await calls()).map(({ open }) => open), texts()]).toEqual([ana, [true], expect.anything()])
    const summary = await stage.summaryOf((await calls())[0]!.id)
    expect(summary).toMatch(/^ana tiene otro compromiso .+ Puede ser: (.+; ){2}.+\.$/)
    stage.atGoogle('move', { email: stage.email('ana'), id: event.id, start: noon() + 10 * minute, end: noon() + hour })
    await stage.pull('ana')
    expect((await calls()).length).toBe(1) // once for each event
    stage.atGoogle('delete', { email: stage.email('ana'), id: event.id })
    await stage.pull('ana')
    expect([(await calls()).map(({ open }) => open), await stage.rows(`select * from overlap where tour_id = '${tour}'`)]).toEqual([[false], []])
  })
  test('is known to people who put the visit there, and nobody is called', async () => {
    const tour = await stage.book(who, noon(), [ana])
    busyAt('ana', noon() + 2 * hour)
    await stage.pull('ana')
    stage.atGoogle('move', { email: stage.email('ana'), id: oneOf('ana').find(({ summary }) => summary.startsWith('Visita'))!.id, start: noon() + 2 * hour, end: noon() + 2 * hour + 30 * minute })
    await stage.pull('ana')
    expect([await stage.tour(tour), await calls()]).toEqual([expect.objectContaining({ agent: ana, startsAt: noon() + 2 * hour }), []])
  })
  test('is busy time where it is an event of another database of ours', async () => {
    await stage.sees('ana', [{ id: 'other-1', is: 'there', ours: crypto.randomUUID(), startsAt: noon(), endsAt: noon() + hour, isBusy: true }])
    expect(await stage.rows(`select starts_at from busy_event where external_id = 'other-1'`)).toEqual([{ starts_at: noon() }])
    await stage.sees('ana', [{ id: 'other-1', is: 'gone' }])
    expect(await stage.rows(`select starts_at from busy_event where external_id = 'other-1'`)).toEqual([])
  })
})

test('a calendar that is connected later gets all visits ahead, and what a lost database forgot is known again', async () => {
  const tour = await stage.book(who, noon(), [ana])
  await stage.rows(`delete from projection where tours @> array['${tour}'::uuid]`)
  const [event] = oneOf('ana')
  await stage.sees('ana', [{ id: event!.id, is: 'there', ours: tour, startsAt: noon(), endsAt: noon() + 30 * minute, isBusy: true, version: '"1"' }])
  await stage.follow(1_000, 500)
  expect([await stage.rows(`select * from busy_event where external_id = '${event!.id}'`), await stage.rows(`select * from overlap where tour_id = '${tour}'`)]).toEqual([[], []])
  await stage.rows(`delete from projection where tours @> array['${tour}'::uuid]`)
  await stage.rows(`delete from job where key like 'event:%'`) // which a lost database has lost as well
  stage.google.calendar(stage.email('ana')).remove(event!.id)
  await stage.follow(3 * minute)
  expect(oneOf('ana').map(({ startsAt }) => startsAt)).toEqual([noon()])
})

test('a calendar that is not connected any more takes nobody\'s time, and once it is again it shows what is ahead, once', async () => {
  const { house } = stage
  await stage.book(who, noon(), [ana])
  stage.atGoogle('put', { email: stage.email('ana'), start: noon() + 5 * hour, end: noon() + 6 * hour })
  await stage.pull('ana')
  const id = await stage.connection('ana')
  const connection = (await house.connections.byId(house.db.bare, id))!
  const told = { connection: id, vendor: 'google', account: connection.account }
  const versionOf = async (): Promise<number> => (await stage.rows<{ version: number }>(`select version from mirror where connection_id = '${id}'`))[0]!.version
  const before = await versionOf()
  await house.db.tx(async (tx) => {
    await house.connections.end(tx, connection)
    await stopWork(tx, connection, { now: stage.clock.now(), buried: async () => undefined, keeps: 'none' })
    await house.acting.within(tx, { tenant: house.tenant, by: 'system' }).act(connectionEnded, told)
  })
  expect([await stage.rows(`select * from busy_event where connection_id = '${id}'`), (await versionOf()) > before]).toEqual([[], true])
  await stage.sees('ana', [{ id: 'late', is: 'there', startsAt: noon(), endsAt: noon() + hour, isBusy: true }], id)
  expect(await stage.rows(`select * from busy_event where connection_id = '${id}'`)).toEqual([])
  const { settings } = connection as { settings: object }
  await house.connections.put({ tenant: house.tenant, vendor: 'google', account: connection.account, settings })
  await system()(connectionMade, told)
  await stage.follow(2_000, 500)
  await stage.pull('ana')
  expect([stage.events('ana').filter(({ startsAt }) => startsAt === noon()).length, (await stage.rows(`select 1 from busy_event where connection_id = '${id}' and starts_at = to_timestamp(${(noon() + 5 * hour) / 1000})`)).length, await dead()]).toEqual([1, 1, []])
})

test('however people and we move a visit, see it and are slow, both sides come to rest at one time', async () => {
  const tour = await stage.book(who, noon(), [ana])
  await stage.follow(12 * minute, 30_000)
  expect(oneOf('ana')).toHaveLength(1)
  const hours = fc.integer({ min: -3, max: 5 })
  const step = fc.oneof(
    fc.record({ does: fc.constant('we move' as const), to: hours }),
    fc.record({ does: fc.constant('people move' as const), to: hours }),
    fc.record({ does: fc.constant('pull' as const) }),
    fc.record({ does: fc.constant('away' as const), times: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ does: fc.constant('time' as const), seconds: fc.integer({ min: 0, max: 90 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), async (steps) => {
      for (const each of steps) {
        if (each.does === 'we move') {
          await staff()(rescheduleTour, { ...placing({ catalogue: stage.catalogue, home: stage.home, now: stage.clock.now() }, noon() + each.to * hour, [ana]), tour, version: await version(tour) })
          await stage.house.worker.settle()
        } else if (each.does === 'people move') {
          const { id } = oneOf('ana')[0]!
          stage.atGoogle('move', { email: stage.email('ana'), id, start: noon() + each.to * hour, end: noon() + each.to * hour + 30 * minute })
        } else if (each.does === 'pull') await stage.pull('ana')
        else if (each.does === 'away') stage.google.refuse({ with: 'backendError', status: 503, times: each.times })
        else await stage.follow(each.seconds * 1_000, 15_000)
      }
      await stage.follow(12 * minute, 30_000)
      await stage.pull('ana')
      await stage.follow(2 * minute, 30_000)
      const now = await stage.tour(tour)
      expect([now?.status, oneOf('ana').map(({ startsAt }) => startsAt)]).toEqual(['confirmed', [now?.startsAt]])
    }),
    { numRuns: 12 },
  )
}, 240_000)
