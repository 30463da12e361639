import { describe, expect, test } from '@jest/globals'
import { array, assert, boolean, constantFrom, integer, oneof, option, property, record, subarray, tuple, uniqueArray } from 'fast-check'
import type { BusyList } from '@portero/tool-server/domain/busy.ts'
import { inDoubt, judged } from '@portero/tool-server/domain/free-then.ts'
import { agentDetails, buildingDetails, homeDetails, weekday, type Agent, type Building, type Hours } from '@portero/tool-server/domain/homes.ts'
import type { Part } from '@portero/tool-server/domain/hours.ts'
import { without } from '@portero/tool-server/domain/known-busy.ts'
import { agentsFree, freeSlots, gapMs, type Search } from '@portero/tool-server/domain/slots.ts'
import { dayOf, dayStart, nextDay, offsetAt, weekdayOf, numberOf } from '@portero/tool-server/domain/zones.ts'
import { slowSlots } from './support/slow-slots.ts'

const mexico = 'America/Mexico_City'
const tijuana = 'America/Tijuana'
const madeBuilding = ({ id = 'roma', zone = mexico, hours, ...visits }: Partial<Building['visits']> & { id?: string; zone?: string; hours?: Hours | undefined } = {}): Building => ({
  ...buildingDetails.parse({ address: 'Calle 1', neighbourhood: 'Roma Norte', city: 'CDMX', visits, ...(hours && { hours }) }), id, slug: id, name: id, zone,
})
const madeAgent = (id: string, hours: Hours, more: Partial<Agent> = {}): Agent => ({ ...agentDetails.parse({ name: id, hours }), id, slug: id, isActive: true, buildings: new Set(['roma']), ...more })
const everyDay: Hours[number]['days'] = [...weekday.options]
const at = (text: string): number => Date.parse(text)
// Monday 23 November 2026, 08:00 in Mexico City.
const search = (more: Partial<Search> = {}): Search => ({
  building: madeBuilding(), agents: [madeAgent('ana', [{ days: everyDay, from: '09:00', to: '12:00' }])], taken: [], blackouts: [], now: at('2026-11-23T08:00-06:00'), ...more,
})
const starts = (more: Partial<Search>, offset = '-06:00'): string[] =>
  freeSlots(search(more)).map(({ startsAt }) => new Date(startsAt + Number(offset.slice(0, 3)) * 3_600_000).toISOString().slice(0, 16))
const today = { to: at('2026-11-24T00:00-06:00') }

describe('a slot', () => {
  test('lies on the grid, after the notice, and ends before closing', () => {
    expect(starts(today)).toEqual(['2026-11-23T10:00', '2026-11-23T10:30', '2026-11-23T11:00', '2026-11-23T11:30'])
    expect(starts({ ...today, building: madeBuilding({ minutes: 45, gridMinutes: 20, noticeMinutes: 0 }) })).toEqual(['09:00', '09:20', '09:40', '10:00', '10:20', '10:40', '11:00'].map((time) => `2026-11-23T${time}`))
  })
  test('is counted from midnight, not from opening', () => {
    const agents = [madeAgent('ana', [{ days: ['mon'], from: '09:10', to: '10:40' }])]
    expect(starts({ ...today, agents, building: madeBuilding({ noticeMinutes: 0 }) })).toEqual(['2026-11-23T09:30', '2026-11-23T10:00'])
  })
  test('may run from one stretch of hours into the next', () => {
    const agents = [madeAgent('ana', [{ days: ['mon'], from: '10:00', to: '10:45' }, { days: ['mon'], from: '10:45', to: '11:30' }])]
    expect(starts({ ...today, agents })).toEqual(['2026-11-23T10:00', '2026-11-23T10:30', '2026-11-23T11:00'])
  })
  test('lies within the horizon: today and so many days after', () => {
    const days = new Set(starts({ building: madeBuilding({ horizonDays: 3 }) }).map((text) => text.slice(0, 10)))
    expect([...days]).toEqual(['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'])
  })
  test('is not on a holiday', () => {
    const days = new Set(starts({ now: at('2026-11-14T08:00-06:00'), building: madeBuilding({ horizonDays: 3 }) }).map((text) => text.slice(0, 10)))
    expect([...days]).toEqual(['2026-11-14', '2026-11-15', '2026-11-17'])
  })
  test('keeps away from blackouts of its building and of its agent, and of no other', () => {
    const stretch = { startsAt: at('2026-11-23T10:15-06:00'), endsAt: at('2026-11-23T11:00-06:00') }
    const without = ['2026-11-23T11:00', '2026-11-23T11:30']
    expect(starts({ ...today, blackouts: [{ ...stretch, building: 'roma' }] })).toEqual(without)
    expect(starts({ ...today, blackouts: [{ ...stretch, agent: 'ana' }] })).toEqual(without)
    expect(starts({ ...today, blackouts: [{ ...stretch, building: 'roma', agent: 'ana' }] })).toEqual(without)
    expect(starts({ ...today, blackouts: [{ ...stretch, building: 'polanco' }, { ...stretch, agent: 'luis' }, { ...stretch, building: 'polanco', agent: 'ana' }] })).toHaveLength(4)
  })
  test('follows at once in the same building, and after the way from another', () => {
    const taken = { agent: 'ana', startsAt: at('2026-11-23T10:30-06:00'), endsAt: at('2026-11-23T11:00-06:00') }
    expect(starts({ ...today, taken: [{ ...taken, building: 'roma' }] })).toEqual(['2026-11-23T10:00', '2026-11-23T11:00', '2026-11-23T11:30'])
    expect(starts({ ...today, taken: [{ ...taken, building: 'polanco' }] })).toEqual(['2026-11-23T11:30'])
    // The longer of what the two ask for.
    const ways = (minutes: number): NonNullable<Search['ways']> => new Map([['polanco', minutes * 60_000]])
    expect([10, 30, 31].map((minutes) => starts({ ...today, taken: [{ ...taken, building: 'polanco' }], ways: ways(minutes) }).length)).toEqual([1, 1, 0])
    expect([gapMs(madeBuilding(), true), gapMs(madeBuilding(), false), gapMs(madeBuilding({ bufferMinutes: 25 }), false)]).toEqual([0, 1_200_000, 1_500_000])
  })
  test('is gone when its agent has shown enough that day, wherever', () => {
    const taken = ['roma', 'polanco'].map((building, hour) => ({ agent: 'ana', building, startsAt: at(`2026-11-24T1${5 + hour}:00-06:00`), endsAt: at(`2026-11-24T1${5 + hour}:30-06:00`) }))
    const days = (perAgentAndDay: number) => new Set(starts({ taken, building: madeBuilding({ perAgentAndDay, horizonDays: 2 }) }).map((text) => text.slice(8, 10)))
    expect([...days(2)]).toEqual(['23', '25'])
    expect([...days(3)]).toEqual(['23', '24', '25'])
  })
  test('is gone when its agent has shown enough from Monday to Sunday, wherever', () => {
    const taken = ['2026-11-23', '2026-11-25', '2026-11-29'].map((day, at) => ({ agent: 'ana', building: at ? 'polanco' : 'roma', startsAt: Date.parse(`${day}T15:00-06:00`), endsAt: Date.parse(`${day}T15:30-06:00`) }))
    const days = (perWeek: number) => new Set(starts({ taken, agents: [madeAgent('ana', [{ days: everyDay, from: '09:00', to: '12:00' }], { perWeek })], building: madeBuilding({ horizonDays: 8 }) }).map((text) => text.slice(8, 10)))
    expect([...days(3)]).toEqual(['30', '01'])
    expect([...days(4)]).toEqual(['23', '24', '25', '26', '27', '28', '29', '30', '01'])
  })
  test('is within the hours of its building as well as of its agent', () => {
    const building = madeBuilding({ hours: [{ days: ['mon'], from: '08:00', to: '10:30' }, { days: ['mon'], from: '11:00', to: '20:00' }], noticeMinutes: 0 })
    expect(starts({ ...today, building })).toEqual(['09:00', '09:30', '10:00', '11:00', '11:30'].map((time) => `2026-11-23T${time}`))
    expect(starts({ building, from: today.to, to: today.to + 86_400_000 })).toEqual([])
  })
  test('is on a holiday where its building is open then', () => {
    expect(starts({ now: at('2026-11-16T08:00-06:00'), building: madeBuilding({ horizonDays: 1, onHolidays: true }) })[0]).toBe('2026-11-16T10:00')
  })
  test('keeps away from what else its agent has to do, of which each version is put in order once', () => {
    const stretches = [{ startsAt: at('2026-11-23T11:00-06:00'), endsAt: at('2026-11-23T11:20-06:00') }, { startsAt: at('2026-11-23T10:00-06:00'), endsAt: at('2026-11-23T10:30-06:00') }]
    let read = 0
    const calendar = (agent: string, version: string) => ({ agent, calendar: 'one', version, get stretches() { read++; return stretches } })
    const startsBeside = (...calendars: BusyList[]) => starts({ ...today, calendars }).map((text) => text.slice(11))
    expect(startsBeside(calendar('ana', 'a'))).toEqual(['10:30', '11:30'])
    expect(startsBeside(calendar('ana', 'a'))).toEqual(['10:30', '11:30'])
    expect(read).toBe(1)
    stretches.pop()
    expect(startsBeside(calendar('ana', 'b'))).toEqual(['10:00', '10:30', '11:30'])
    expect(startsBeside({ agent: 'luis', calendar: 'two', version: 'a', stretches })).toHaveLength(4)
  })
  test('is shown by somebody who speaks the language and knows what is asked for', () => {
    const hours: Hours = [{ days: everyDay, from: '10:00', to: '10:30' }]
    const agents = [madeAgent('ana', hours), madeAgent('luis', hours, { languages: ['es-MX', 'en'] }), madeAgent('eva', hours, { languages: ['en'], skills: ['mascotas', 'corporativo'] })]
    const shownBy = (wants: Search['wants']) => freeSlots(search({ ...today, agents, ...(wants && { wants }) })).flatMap((slot) => slot.agents)
    expect([shownBy(undefined), shownBy({ language: 'en' }), shownBy({ language: 'es-MX' }), shownBy({ skills: ['mascotas'] }), shownBy({ language: 'es-MX', skills: ['mascotas'] })]).toEqual([['ana', 'luis', 'eva'], ['luis', 'eva'], ['ana', 'luis'], ['eva'], []])
  })
  test('lies in the asked part of the day', () => {
    const agents = [madeAgent('ana', [{ days: everyDay, from: '11:30', to: '17:30' }])]
    const ends = (part: Part) => starts({ ...today, agents, wants: { part } }).map((text) => text.slice(11)).filter((_, at, all) => at === 0 || at === all.length - 1)
    expect([ends('morning'), ends('afternoon'), ends('evening')]).toEqual([['11:30'], ['12:00', '16:30'], ['17:00']])
  })
  test('joins a group for the same home while it has seats, whatever the limits of its agent', () => {
    const group = (seatsLeft: number, home = 'roma-1', time = '10:30') => [{ agent: 'ana', building: 'roma', startsAt: at(`2026-11-23T${time}-06:00`), endsAt: at(`2026-11-23T${time}-06:00`) + hour, group: { home, seatsTaken: 4 - seatsLeft } }]
    const seats = (more: Partial<Search>) => freeSlots(search({ ...today, home: 'roma-1', seats: 4, building: madeBuilding({ perAgentAndDay: 1 }), ...more })).map(({ startsAt, endsAt, agents, seatsLeft }) => [new Date(startsAt - 6 * hour).toISOString().slice(11, 16), (endsAt - startsAt) / 60_000, agents, seatsLeft])
    expect(seats({ taken: group(2) })).toEqual([['10:30', 60, ['ana'], 2]])
    expect([seats({ taken: group(2), wants: { party: 3 } }), seats({ taken: group(0) }), seats({ taken: group(2, 'roma-2') }), seats({ taken: group(2), seats: 1 }), seats({ taken: group(2), wants: { besides: at('2026-11-23T10:30-06:00') } })]).toEqual([[], [], [], [], []])
  })
  test('joins no group at a time at which none could begin any more', () => {
    const taken = (time: string) => [{ agent: 'ana', building: 'roma', startsAt: at(`2026-11-23T${time}-06:00`), endsAt: at(`2026-11-23T${time}-06:00`) + 1_800_000, group: { home: 'roma-1', seatsTaken: 1 } }]
    const joined = (more: Partial<Search>) => freeSlots(search({ ...today, home: 'roma-1', seats: 4, building: madeBuilding({ perAgentAndDay: 1 }), ...more })).length
    const [startsAt, endsAt] = [at('2026-11-23T10:45-06:00'), at('2026-11-23T10:50-06:00')]
    expect([joined({ taken: taken('10:30') }), joined({ taken: taken('10:40') }), joined({ taken: taken('12:00') }), joined({ taken: taken('10:30'), blackouts: [{ building: 'roma', startsAt, endsAt }] }), joined({ taken: taken('10:30'), now: at('2026-11-23T08:31-06:00') })]).toEqual([1, 0, 0, 0, 0])
  })
  test('of a home that several see at once has as many seats, and room for no larger party', () => {
    const seats = (more: Partial<Search>) => freeSlots(search({ ...today, home: 'roma-1', ...more })).map(({ seatsLeft }) => seatsLeft)
    expect([seats({ seats: 4 }), seats({ seats: 4, wants: { party: 4 } }), seats({ seats: 4, wants: { party: 5 } }), seats({ wants: { party: 5 } })]).toEqual([[4, 4, 4, 4], [4, 4, 4, 4], [], [1, 1, 1, 1]])
  })
  test('names everybody who could show it, in the order given', () => {
    const agents = [madeAgent('luis', [{ days: everyDay, from: '10:30', to: '12:00' }]), madeAgent('ana', [{ days: everyDay, from: '10:00', to: '11:00' }])]
    expect(freeSlots(search({ ...today, agents })).map((slot) => slot.agents)).toEqual([['ana'], ['luis', 'ana'], ['luis'], ['luis']])
    const free = (time: string) => agentsFree({ ...search({ agents }), startsAt: at(`2026-11-23T${time}-06:00`) })
    expect([free('10:30'), free('10:45'), free('09:30'), free('12:00')]).toEqual([['luis', 'ana'], [], [], []])
  })
})

test('on days that the clock changes, a skipped time is no slot and a doubled one is its first', () => {
  const agents = [madeAgent('ana', [{ days: ['sun'], from: '00:30', to: '04:00' }])]
  const on = (day: string) =>
    freeSlots(search({ agents, building: madeBuilding({ zone: tijuana, noticeMinutes: 0, horizonDays: 1 }), now: at(`${day}T00:00-08:00`) - 7_200_000 })).map(({ startsAt, agents }) => `${new Date(startsAt).toISOString().slice(11, 16)} ${agents.join()}`)
  expect(on('2026-11-01')).toEqual(['07:30', '08:00', '08:30', '10:00', '10:30', '11:00', '11:30'].map((time) => `${time} ana`))
  expect(on('2027-03-14')).toEqual(['08:30', '09:00', '09:30', '10:00', '10:30'].map((time) => `${time} ana`))
})

test('days are as long as their zone makes them', () => {
  const hours = (zone: string, day: string) => (dayStart(zone, nextDay(day)) - dayStart(zone, day)) / 3_600_000
  expect([hours(tijuana, '2026-11-01'), hours(tijuana, '2027-03-14'), hours(tijuana, '2027-03-15'), hours(mexico, '2026-11-01'), hours(mexico, '2027-03-14')]).toEqual([25, 23, 24, 24, 24])
  expect(dayStart('America/Havana', '2027-03-14')).toBe(at('2027-03-14T05:00Z')) // there is no midnight: the day begins at 1
  expect([dayOf(tijuana, at('2026-11-23T07:59Z')), dayOf(mexico, at('2026-11-23T07:59Z')), nextDay('2026-12-31')]).toEqual(['2026-11-22', '2026-11-23', '2027-01-01'])
  expect([offsetAt(mexico, at('2026-07-01T00:00Z')), offsetAt(tijuana, at('2026-07-01T00:00Z')), offsetAt(tijuana, at('2026-12-01T00:00Z'))]).toEqual([-6, -7, -8].map((hour) => hour * 3_600_000))
  expect([weekdayOf(numberOf('2026-11-23')), weekdayOf(numberOf('1969-12-31'))]).toEqual(['mon', 'wed'])
  expect(() => offsetAt('Mars/Olympus', 0)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})

// Days around which clocks change, and holidays; all that a search can ask for, in all zones of the country and in two stranger ones.
const hour = 3_600_000
const days = ['2026-10-31T12:00Z', '2026-11-15T12:00Z', '2027-03-13T12:00Z'].map(at)
const zones = [mexico, tijuana, 'America/Ciudad_Juarez', 'America/Ojinaga', 'America/Matamoros', 'America/Cancun', 'America/Hermosillo', 'America/Havana', 'Asia/Kathmandu']
const time = tuple(oneof(integer({ min: 0, max: 23 }), integer({ min: 0, max: 4 })), constantFrom(0, 7, 15, 30, 45, 59)).map(([hours, minutes]) => `${`${hours}`.padStart(2, '0')}:${`${minutes}`.padStart(2, '0')}`)
const hours = tuple(subarray([...everyDay], { minLength: 3 }), uniqueArray(time, { minLength: 2, maxLength: 2 })).map(([days, ends]) => {
  const [from = '', to = ''] = ends.toSorted()
  return { days, from, to }
})
const stretch = (most: number) => record({ from: integer({ min: -30 * 60, max: 110 * 60 }), minutes: integer({ min: 1, max: most }), skewMs: constantFrom(0, 0, 0, 1, 29_999) })
const visits = record({
  minutes: constantFrom(10, 30, 45, 75), gridMinutes: constantFrom(5, 15, 30, 40, 60, 90, 120), noticeMinutes: constantFrom(0, 0, 61, 600), horizonDays: integer({ min: 1, max: 2 }),
  bufferMinutes: constantFrom(0, 15, 50), travelMinutes: constantFrom(0, 20, 45), perAgentAndDay: constantFrom(1, 3, 50, 50), onHolidays: boolean(), hours: option(array(hours, { minLength: 1, maxLength: 2 }), { nil: undefined }),
})
const agents = record({ hours: array(hours, { minLength: 1, maxLength: 3 }), perWeek: option(integer({ min: 1, max: 5 }), { nil: undefined, freq: 1 }), languages: constantFrom<Agent['languages']>(['es-MX'], ['es-MX'], ['es-MX', 'en']), skills: constantFrom<string[]>([], [], ['mascotas']) })
const wants = record({
  language: option(constantFrom<Agent['languages'][number]>('es-MX', 'en'), { nil: undefined, freq: 3 }), skills: constantFrom<string[]>([], [], [], ['mascotas']), part: option(constantFrom<Part>('morning', 'afternoon', 'evening'), { nil: undefined, freq: 2 }), party: integer({ min: 1, max: 3 }),
})
let calendarsMade = 0
const anySearch = record({
  zone: constantFrom(...zones), visits, day: constantFrom(...days), late: integer({ min: -24 * hour, max: 12 * hour }), agents: array(agents, { minLength: 1, maxLength: 3 }),
  taken: array(record({ agent: constantFrom('0', '1', '2'), building: constantFrom('roma', 'roma', 'polanco'), when: stretch(120), group: option(record({ home: constantFrom('roma-1', 'roma-1', 'roma-2'), seatsTaken: integer({ min: 1, max: 3 }) }), { nil: undefined, freq: 2 }) }), { maxLength: 12 }),
  blackouts: array(record({ building: option(constantFrom('roma', 'polanco'), { nil: undefined }), agent: option(constantFrom('0', '1'), { nil: undefined }), when: stretch(1_000) }), { maxLength: 2 }),
  calendars: array(record({ agent: constantFrom('0', '1'), when: array(stretch(300), { maxLength: 8 }) }), { maxLength: 3 }),
  from: option(integer({ min: -24, max: 48 }), { nil: undefined, freq: 1 }), to: option(integer({ min: 24, max: 96 }), { nil: undefined, freq: 1 }), most: option(integer({ min: 1, max: 9 }), { nil: undefined }), skewed: boolean(), wants: option(wants, { nil: undefined, freq: 1 }), seats: constantFrom(1, 2, 4), besides: integer({ min: 0, max: 47 }),
}).map(({ zone, visits, day, late, agents, taken, blackouts, calendars, from, to, most, skewed, wants, seats, besides }): Search => {
  const placed = ({ from, minutes, skewMs }: { from: number; minutes: number; skewMs: number }) => ({ startsAt: day + from * 60_000 + skewMs, endsAt: day + (from + minutes) * 60_000 + skewMs })
  return {
    building: madeBuilding({ zone, ...visits }), agents: agents.map(({ hours, perWeek, ...more }, id) => madeAgent(`${id}`, hours, { ...more, ...(perWeek && { perWeek }) })), now: day + late, home: 'roma-1', seats, ways: new Map([['polanco', (Math.floor(Math.abs(late) / 60_000) % 90) * 60_000]]),
    taken: taken.map(({ when, ...rest }) => ({ ...rest, ...placed(rest.group ? { ...when, from: (Math.abs(when.from) % 48) * 60, skewMs: 0 } : when) })), // a group begins soon and on the hour, or hardly one could be joined
    blackouts: blackouts.map(({ when, building, agent }) => ({ ...placed(when), ...(building && { building }), ...(agent && { agent }) })),
    calendars: calendars.map(({ agent, when }) => ({ agent, calendar: `calendar ${calendarsMade++ % 50}`, version: `${calendarsMade}`, stretches: when.map(placed) })),
    ...(from !== undefined && { from: day + from * hour + (skewed ? 1 : 0) }), ...(to !== undefined && { to: day + to * hour }), ...(most && { most }), ...(wants && { wants: { skills: wants.skills, party: wants.party, besides: day + besides * hour, ...(wants.language && { language: wants.language }), ...(wants.part && { part: wants.part }) } }),
  }
})

test('whatever is asked, of whom, where and when, the answer is that of counting minute by minute', () => {
  let found = 0
  assert(
    property(anySearch, (search) => {
      const slots = freeSlots(search)
      found += slots.length > 0 ? 1 : 0
      expect(slots).toEqual(slowSlots(search))
    }),
    { numRuns: 2_000, seed: 20_261_123 },
  )
  expect(found).toBeGreaterThan(700)
}, 120_000)

test('of groups too, where agents have all day for them', () => {
  let joined = 0
  const hours: Hours = [{ days: everyDay, from: '00:00', to: '23:59' }]
  assert(
    property(anySearch, ({ from: _from, to: _to, most: _most, ...some }) => {
      const { hours: _hours, ...building } = some.building
      const search = { ...some, building: { ...building, visits: { ...building.visits, gridMinutes: 30, onHolidays: true } }, agents: some.agents.map((agent) => ({ ...agent, hours })), seats: 4 }
      const slots = freeSlots(search)
      joined += slots.filter(({ seatsLeft }) => seatsLeft < 4).length
      expect(slots).toEqual(slowSlots(search))
    }),
    { numRuns: 300, seed: 4 },
  )
  expect(joined).toBeGreaterThan(150)
}, 120_000)

test('who is free at one time is whom the slot of that time names, and nobody beside the slots', () => {
  assert(
    property(anySearch, integer({ min: 0, max: 400 }), ({ from: _from, to: _to, most: _most, ...search }, quarter) => {
      const named = new Map(freeSlots(search).map(({ startsAt, agents }) => [startsAt, agents]))
      const startsAt = Math.floor(search.now / 900_000 + quarter) * 900_000
      for (const each of [startsAt, ...[...named.keys()].slice(0, 5)]) expect(agentsFree({ ...search, startsAt: each })).toEqual(named.get(each) ?? [])
    }),
    { numRuns: 200, seed: 7 },
  )
})

test('who is left free at one time is whom counting minute by minute finds free, and who shows the home to others then', () => {
  let [busy, joined] = [0, 0]
  assert(
    property(anySearch, integer({ min: 0, max: 200 }), ({ from: _from, to: _to, most: _most, ...some }, nth) => {
      const { hours: _hours, ...of } = some.building
      const building = { ...of, visits: { ...of.visits, gridMinutes: 30, onHolidays: true } }
      const { taken, seats = 1 } = some
      // Whatever they show stands in their calendar too.
      const calendars = [...(some.calendars ?? []), ...taken.map((each, place): BusyList => ({ agent: each.agent, calendar: `visit ${place}`, version: `${calendarsMade++}`, stretches: [each] }))]
      const search = { ...some, building, calendars, agents: some.agents.map((agent) => ({ ...agent, hours: [{ days: everyDay, from: '00:00', to: '23:59' }] })) }
      const home = { ...homeDetails.parse({ title: 'Depa', unit: '1', bedrooms: 1, bathrooms: 1, areaM2: 50, rentMxn: 15_000, pets: 'yes', availableFrom: '2026-12-01' }), id: 'roma-1', slug: 'roma-1', no: 1, isOpen: true, building, seats }
      const all = freeSlots({ ...search, calendars: [], taken: [] })
      const groups = taken.filter(({ group, startsAt }) => group?.home === 'roma-1' && all.some((slot) => slot.startsAt === startsAt))
      const startsAt = (nth % 2 === 0 ? groups[0] : undefined)?.startsAt ?? all[nth % all.length]?.startsAt
      if (startsAt === undefined) return
      const shown = agentsFree({ ...search, calendars: [], taken: [], startsAt })
      const then = { home, shown, span: { startsAt, endsAt: startsAt + building.visits.minutes * 60_000 }, lists: calendars, said: [] }
      const { agents: inQuestion } = inDoubt(then)
      const free = slowSlots({ ...search, taken: [] }).find((slot) => slot.startsAt === startsAt)?.agents ?? []
      const showing = seats > 1 ? groups.flatMap((each) => (each.startsAt === startsAt ? [each.agent] : [])) : []
      const expected = shown.filter((agent) => free.includes(agent) || showing.includes(agent))
      busy += expected.length < shown.length ? 1 : 0
      joined += expected.length > free.length ? 1 : 0
      expect(judged(then, taken.filter(({ agent }) => inQuestion.includes(agent))).able).toEqual(expected)
    }),
    { numRuns: 600, seed: 29 },
  )
  expect([busy > 50, joined > 10]).toEqual([true, true])
}, 120_000)

test('what is left of some time is what no other minute takes', () => {
  const some = array(tuple(integer({ min: 0, max: 60 }), integer({ min: 1, max: 20 })).map(([startsAt, length]) => ({ startsAt, endsAt: startsAt + length })), { maxLength: 6 })
  const minutes = (stretches: readonly { startsAt: number; endsAt: number }[]): number[] => Array.from({ length: 90 }, (_, at) => at).filter((at) => stretches.some(({ startsAt, endsAt }) => startsAt <= at && at < endsAt))
  assert(property(some, some, (one, other) => {
    const left = without(one, other)
    expect(minutes(left)).toEqual(minutes(one).filter((at) => !minutes(other).includes(at)))
    expect(left).toEqual(left.toSorted((a, b) => a.startsAt - b.startsAt))
  }), { numRuns: 500, seed: 5 })
})
