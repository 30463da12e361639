import { array, boolean, constantFrom, integer, option, record, subarray, tuple, uniqueArray, type Arbitrary } from 'fast-check'
import type { CatalogueChange } from '@portero/tool-server/domain/catalogue-change.ts'
import type { Around } from '@portero/tool-server/domain/catalogue-preview.ts'
import { agentDetails, buildingDetails, homeDetails, weekday, type Agent, type Building, type Catalogue, type Home, type Hours } from '@portero/tool-server/domain/homes.ts'
import type { Taken } from '@portero/tool-server/domain/tours.ts'

// Catalogues, what is booked in them, and whatever an admin may change of them.
const zone = 'America/Mexico_City'
export const now = Date.parse('2026-11-13T16:20Z') // a holiday follows
export const hour = 3_600_000
const time = tuple(integer({ min: 7, max: 20 }), constantFrom('00', '15', '30')).map(([hours, minutes]) => `${`${hours}`.padStart(2, '0')}:${minutes}`)
export const someHours = array(tuple(subarray([...weekday.options], { minLength: 3 }), uniqueArray(time, { minLength: 2, maxLength: 2 })).map(([days, ends]): Hours[number] => {
  const [from = '', to = ''] = ends.toSorted()
  return { days, from, to }
}), { minLength: 1, maxLength: 2 })
export const someVisits = record({ minutes: constantFrom(20, 30, 60), gridMinutes: constantFrom(30, 60), noticeMinutes: constantFrom(0, 120, 900), horizonDays: integer({ min: 1, max: 4 }), bufferMinutes: constantFrom(0, 45), travelMinutes: constantFrom(0, 20), perAgentAndDay: constantFrom(1, 2, 8), onHolidays: boolean(), seats: constantFrom(1, 1, 3) })
const limit = option(integer({ min: 1, max: 4 }), { nil: undefined })
const stretch = record({ from: integer({ min: -10, max: 90 }), hours: integer({ min: 1, max: 30 }) })
const closing = record({ building: option(constantFrom('roma', 'polanco'), { nil: undefined }), agent: option(constantFrom('0', '1'), { nil: undefined }), when: stretch }).map(({ building, agent, when }) => ({ startsAt: now + when.from * hour, endsAt: now + (when.from + when.hours) * hour, ...(building && { building }), ...(agent && { agent }) }))
export const someChange = tuple(integer({ min: 0, max: 5 }), someVisits, option(someHours, { nil: undefined }), someHours, limit, subarray(['0', '1', '2']), array(closing, { minLength: 1, maxLength: 2 }), boolean()).map(([which, visits, open, hours, perWeek, agents, blackouts, isOpen]): CatalogueChange => {
  const made: CatalogueChange[] = [
    { do: 'visits', building: 'roma', hours: open, visits: buildingDetails.shape.visits.parse(visits) }, { do: 'shows', building: 'roma', agents }, { do: 'home', home: 'roma-1', isOpen, rentMxn: 9_000, availableFrom: '2026-12-01' },
    { do: 'agent', agent: '0', hours, perWeek }, { do: 'close', blackouts }, { do: 'reopen', closed: blackouts.map((each) => ({ ...each, id: 'b' })) },
  ]
  return made[which]!
})
export const someWorld = record({
  visits: someVisits, open: option(someHours, { nil: undefined }), agents: array(record({ hours: someHours, perWeek: limit, polanco: boolean() }), { minLength: 3, maxLength: 3 }), closings: array(closing, { maxLength: 2 }),
  taken: array(record({ agent: constantFrom('0', '1', '2'), building: constantFrom('roma', 'polanco'), from: integer({ min: 0, max: 180 }), group: option(record({ home: constantFrom('roma-1', 'roma-2'), seatsTaken: integer({ min: 1, max: 3 }) }), { nil: undefined }) }), { maxLength: 8 }),
})
export const built = (id: string, visits: object, hours?: Hours): Building => ({ ...buildingDetails.parse({ address: 'Calle 1', neighbourhood: 'Roma', city: 'CDMX', visits, ...(hours && { hours }) }), id, slug: id, name: id, zone })
export const homeIn = (building: Building, id: string): Home => ({ ...homeDetails.parse({ title: id, unit: '1', bedrooms: 1, bathrooms: 1, areaM2: 50, rentMxn: 15_000, pets: 'yes', availableFrom: '2026-12-01' }), id, slug: id, no: 1, isOpen: true, building })
type World = typeof someWorld extends Arbitrary<infer V> ? V : never
export const worldOf = (change: CatalogueChange, { visits, open, agents, closings, taken }: World): { catalogue: Catalogue; around: Around } => {
  const [roma, polanco] = [built('roma', visits, open), built('polanco', { bufferMinutes: 35, seats: 1, horizonDays: 3 })]
  return {
    catalogue: {
      homes: [homeIn(roma, 'roma-1'), homeIn(roma, 'roma-2'), homeIn(polanco, 'polanco-1')],
      agents: agents.map(({ hours, perWeek, polanco: shows }, id): Agent => ({ ...agentDetails.parse({ name: `${id}`, hours, ...(perWeek && { perWeek }) }), id: `${id}`, slug: `${id}`, isActive: true, buildings: new Set(['roma', ...(shows ? ['polanco'] : [])]) })),
      blackouts: [...closings, ...(change.do === 'reopen' ? change.closed.map(({ id: _id, ...each }) => each) : [])],
    },
    around: { now, calendars: [], booked: [], taken: taken.map(({ agent, building, from, group }): Taken => ({ agent, building, startsAt: Math.ceil(now / hour) * hour + Math.floor(from / 2) * hour, endsAt: Math.ceil(now / hour) * hour + Math.floor(from / 2) * hour + hour / 2, ...(building === 'roma' && group && { group }) })) },
  }
}
