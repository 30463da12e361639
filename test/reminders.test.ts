import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { night } from '@portero/tool-server/domain/quiet-hours.ts'
import { duesOf, followUpOf, remindersOf, type Placed } from '@portero/tool-server/domain/reminders.ts'
import { minuteAt, numberAt } from '@portero/tool-server/domain/zones.ts'

// What comes around a visit, and when.
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const mexico = 'America/Mexico_City'
const tijuana = 'America/Tijuana'
const ms = (iso: string): number => Date.parse(iso)
const told = (startsAt: string, since = '2026-01-01T00:00Z', zone = mexico): string[] => remindersOf({ startsAt: ms(startsAt), since: ms(since), zone }).map(({ what, at }) => `${what} ${new Date(at).toISOString().slice(0, 16)}`)

describe('a visit is recalled', () => {
  test('a day before, the evening before and two hours before', () => {
    expect(told('2026-11-24T11:00-06:00')).toEqual(['day 2026-11-23T17:00', 'evening 2026-11-24T00:00', 'hours 2026-11-24T15:00'])
  })
  test('once where the day before and the evening before are within three hours', () => {
    expect(told('2026-11-24T16:00-06:00')).toEqual(['evening 2026-11-24T00:00', 'hours 2026-11-24T20:00'])
    expect(told('2026-11-24T20:00-06:00')).toEqual(['day 2026-11-24T02:00', 'hours 2026-11-25T00:00'])
    expect(told('2026-11-24T14:59-06:00')).toHaveLength(3)
  })
  test('not at what lies before it was booked, nor half an hour after', () => {
    expect(told('2026-11-24T11:00-06:00', '2026-11-23T16:31Z')).toEqual(['evening 2026-11-24T00:00', 'hours 2026-11-24T15:00'])
    expect(told('2026-11-24T11:00-06:00', '2026-11-23T16:30Z')).toHaveLength(3)
    expect(told('2026-11-24T11:00-06:00', '2026-11-24T14:45Z')).toEqual([])
  })
  test('after the night where that is still early enough', () => {
    expect(told('2026-11-24T09:30-06:00')).toEqual(['day 2026-11-23T15:30', 'evening 2026-11-24T00:00', 'hours 2026-11-24T14:00'])
    expect(told('2026-11-24T08:30-06:00').at(-1)).toBe('hours 2026-11-24T14:00')
  })
  test('the evening before, or not at all, where it is not', () => {
    expect(told('2026-11-24T08:29-06:00')).toEqual(['day 2026-11-23T14:29', 'evening 2026-11-24T00:00'])
    expect(told('2026-11-24T08:15-06:00', '2026-11-23T23:45Z')).toEqual([])
  })
  test.each([
    ['Tijuana, an hour skipped', '2026-03-08T11:00-07:00', ['day 2026-03-07T18:00', 'evening 2026-03-08T02:00', 'hours 2026-03-08T16:00']],
    ['Tijuana, the day after an hour was skipped', '2026-03-09T11:00-07:00', ['day 2026-03-08T18:00', 'evening 2026-03-09T01:00', 'hours 2026-03-09T16:00']],
    ['Tijuana, an hour twice', '2026-11-01T11:00-08:00', ['day 2026-10-31T19:00', 'evening 2026-11-01T01:00', 'hours 2026-11-01T17:00']],
  ])('at six by the clock of the property: %s', (_title, startsAt, dues) => {
    expect(told(startsAt, undefined, tijuana)).toEqual(dues)
  })
})

const placed = fc.record({ zone: fc.constantFrom(mexico, tijuana, 'America/Ciudad_Juarez'), startsAt: fc.integer({ min: ms('2026-02-20T00:00Z'), max: ms('2026-12-20T00:00Z') }), ahead: fc.integer({ min: 0, max: 20 * day }) })
  .map(({ zone, startsAt, ahead }): Placed => { const starts = Math.floor(startsAt / (5 * minute)) * 5 * minute; return { zone, startsAt: starts, since: starts - ahead } })
describe('whatever visit it is, what recalls it', () => {
  test('comes in order, more than three hours apart, half an hour after it was booked and before it begins, and never at night', () => {
    fc.assert(fc.property(placed, (visit) => {
      const reminders = remindersOf(visit)
      const isNight = (at: number): boolean => minuteAt(visit.zone, at) >= Number(night.from.slice(0, 2)) * 60 || minuteAt(visit.zone, at) < Number(night.to.slice(0, 2)) * 60
      for (const [place, { at }] of reminders.entries()) {
        const next = reminders[place + 1]?.at ?? Infinity
        expect({ apart: next - at > 3 * hour, booked: at >= visit.since + 30 * minute, ahead: at <= visit.startsAt - 30 * minute, night: isNight(at) }).toEqual({ apart: true, booked: true, ahead: true, night: false })
      }
    }), { numRuns: 2_000 })
  })
  test('is there for every visit that was booked two days ahead, the last within a day of it', () => {
    fc.assert(fc.property(placed.map((visit) => ({ ...visit, since: visit.startsAt - 2 * day })), (visit) => {
      const reminders = remindersOf(visit)
      expect(reminders.length).toBeGreaterThanOrEqual(1)
      expect(visit.startsAt - reminders.at(-1)!.at).toBeLessThanOrEqual(day)
    }), { numRuns: 2_000 })
  })
  test('may give it away only after two of them', () => {
    fc.assert(fc.property(placed, (visit) => {
      const dues = duesOf(visit)
      const unsure = dues.find(({ what }) => what === 'unsure')
      const before = remindersOf(visit).filter(({ at }) => at < visit.startsAt - 3 * hour).length
      expect(unsure?.at).toBe(before >= 2 ? visit.startsAt - 3 * hour : undefined)
      expect(dues.at(-1)).toEqual({ what: 'no-show', at: visit.startsAt + 15 * minute })
    }))
  })
})

describe('a visit that took place is asked about', () => {
  test.each([
    ['at eleven of the next day', '2026-11-24T18:00Z', '2026-11-24T19:00Z', ['2026-11-25T17:00']],
    ['a day later, where it was marked after that', '2026-11-24T18:00Z', '2026-11-25T17:00Z', ['2026-11-26T17:00']],
    ['not once it was too long ago', '2026-11-24T18:00Z', '2026-11-27T17:00Z', []],
  ])('%s', (_title, startsAt, now, asked) => {
    expect(followUpOf({ startsAt: ms(startsAt), zone: mexico }, ms(now)).map(({ at }) => new Date(at).toISOString().slice(0, 16))).toEqual(asked)
  })
  test('by the clock of the property, whatever it did that night', () => {
    fc.assert(fc.property(placed, ({ startsAt, zone }) => {
      const [due] = followUpOf({ startsAt, zone }, startsAt)
      expect([minuteAt(zone, due!.at), numberAt(zone, due!.at) - numberAt(zone, startsAt)]).toEqual([11 * 60, 1])
    }))
  })
})
