import { describe, expect, test } from '@jest/globals'
import { ranked } from '@portero/tool-server/domain/alternatives.ts'
import type { Slot } from '@portero/tool-server/domain/tours.ts'

const slot = (start: string, ...agents: string[]): Slot => ({ startsAt: Date.parse(start), endsAt: Date.parse(start) + 1_800_000, agents, seatsLeft: 1 })
const order = (slots: Slot[], start: string, { zone = 'America/Mexico_City', agent }: { zone?: string; agent?: string } = {}): string[] =>
  ranked(slots, { zone, startsAt: Date.parse(start), agent }).map(({ startsAt }) => new Date(startsAt).toISOString().slice(5, 16))

describe('in the place of a time that is gone', () => {
  test('come the hours close by, that hour on the days around, and then the rest', () => {
    const slots = ['2026-11-23T15:00Z', '2026-11-23T21:00Z', '2026-11-23T17:30Z', '2026-11-24T17:00Z', '2026-11-25T17:00Z', '2026-11-24T22:00Z'].map((start) => slot(start, 'ana'))
    expect(order(slots, '2026-11-23T17:00Z')).toEqual(['11-23T17:30', '11-23T15:00', '11-24T17:00', '11-23T21:00', '11-25T17:00', '11-24T22:00'])
  })
  test('comes first that very hour with somebody else, and of two as close the one with whom it was to be', () => {
    const slots = [slot('2026-11-23T16:30Z', 'luis'), slot('2026-11-23T17:00Z', 'luis'), slot('2026-11-23T17:30Z', 'ana')]
    expect(order(slots, '2026-11-23T17:00Z', { agent: 'ana' })).toEqual(['11-23T17:00', '11-23T17:30', '11-23T16:30'])
    expect(order(slots, '2026-11-23T17:00Z')).toEqual(['11-23T17:00', '11-23T16:30', '11-23T17:30'])
  })
  test.each([
    ['Tijuana, an hour skipped', 'America/Tijuana', '2027-03-13T18:00Z', '2027-03-14T17:00Z'],
    ['Tijuana, an hour twice', 'America/Tijuana', '2026-10-31T17:00Z', '2026-11-01T18:00Z'],
    ['Ciudad Juárez, an hour skipped', 'America/Ciudad_Juarez', '2027-03-13T17:00Z', '2027-03-14T16:00Z'],
    ['Ciudad Juárez, an hour twice', 'America/Ciudad_Juarez', '2026-10-31T16:00Z', '2026-11-01T17:00Z'],
    ['Mexico City, which changes nothing', 'America/Mexico_City', '2027-03-13T16:00Z', '2027-03-14T16:00Z'],
  ])('the same hour of the next day is so by the clock: %s', (_title, zone, wanted, sameHour) => {
    const around = [-60, 0, 60].map((minutes) => slot(new Date(Date.parse(sameHour) + minutes * 60_000).toISOString(), 'ana'))
    expect(order(around, wanted, { zone })[0]).toBe(sameHour.slice(5, 16))
  })
})
