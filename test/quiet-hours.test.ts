import { describe, expect, test } from '@jest/globals'
import { assert, constantFrom, integer, property, tuple } from 'fast-check'
import { DateTime } from 'luxon'
import { nextAllowed, type QuietHours } from '@portero/tool-server/domain/quiet-hours.ts'

const night = (zone: string): QuietHours => ({ zone, from: '21:00', to: '08:00' })
const at = (text: string): number => Date.parse(text)

// Minute by minute, by luxon's clock.
const slowly = (now: number, { zone, from, to }: QuietHours): number => {
  const isQuiet = (ms: number): boolean => {
    const time = DateTime.fromMillis(ms, { zone }).toFormat('HH:mm')
    return from <= to ? from <= time && time < to : time >= from || time < to
  }
  for (let ms = now; ; ms = Math.floor(ms / 60_000) * 60_000 + 60_000) if (!isQuiet(ms)) return ms
}

describe('quiet hours', () => {
  test.each([
    ['in the afternoon', '2026-11-23T15:00:00-06:00', '2026-11-23T15:00:00-06:00'],
    ['to the last instant', '2026-11-23T20:59:59.999-06:00', '2026-11-23T20:59:59.999-06:00'],
    ['from their first', '2026-11-23T21:00:00-06:00', '2026-11-24T08:00:00-06:00'],
    ['across midnight', '2026-11-23T23:30:12.345-06:00', '2026-11-24T08:00:00-06:00'],
    ['after midnight', '2026-11-24T00:00:00-06:00', '2026-11-24T08:00:00-06:00'],
    ['to their last', '2026-11-24T07:59:59.999-06:00', '2026-11-24T08:00:00-06:00'],
    ['and not a moment longer', '2026-11-24T08:00:00-06:00', '2026-11-24T08:00:00-06:00'],
    ['nor in the minute after', '2026-11-24T08:00:30-06:00', '2026-11-24T08:00:30-06:00'],
  ])('%s', (_, now, next) => {
    expect(nextAllowed(at(now), night('America/Mexico_City'))).toBe(at(next))
  })
  test('follow the clock of the border, which is put forward and back in the night', () => {
    expect(nextAllowed(at('2026-03-07T22:00-08:00'), night('America/Tijuana'))).toBe(at('2026-03-08T08:00-07:00'))
    expect(nextAllowed(at('2026-10-31T22:00-06:00'), night('America/Ciudad_Juarez'))).toBe(at('2026-11-01T08:00-07:00'))
    expect(nextAllowed(at('2026-10-31T22:00-06:00'), night('America/Mexico_City'))).toBe(at('2026-11-01T08:00-06:00'))
  })
  test('end where the clock skips their end, and come again where it repeats their hour', () => {
    const untilTwo = { zone: 'America/Tijuana', from: '21:00', to: '02:30' }
    expect(nextAllowed(at('2026-03-08T01:00-08:00'), untilTwo)).toBe(at('2026-03-08T03:00-07:00'))
    const untilHalf = { zone: 'America/Tijuana', from: '21:00', to: '01:30' }
    expect(nextAllowed(at('2026-11-01T00:00-07:00'), untilHalf)).toBe(at('2026-11-01T01:30-07:00'))
    expect(nextAllowed(at('2026-10-02T23:00Z'), { zone: 'Australia/Lord_Howe', from: '08:00', to: '07:00' })).toBe(at('2026-10-04T07:00+11:00')) // far ahead
    expect(nextAllowed(at('2026-11-01T01:10-08:00'), untilHalf)).toBe(at('2026-11-01T01:30-08:00'))
  })
  test('may be by day, and there may be none', () => {
    expect(nextAllowed(at('2026-11-23T14:30-06:00'), { zone: 'America/Mexico_City', from: '14:00', to: '16:00' })).toBe(at('2026-11-23T16:00-06:00'))
    expect(nextAllowed(at('2026-11-23T14:30-06:00'), { zone: 'America/Mexico_City', from: '14:00', to: '14:00' })).toBe(at('2026-11-23T14:30-06:00'))
  })
  test('are those that one finds by waiting minute by minute', () => {
    const time = tuple(integer({ min: 0, max: 23 }), constantFrom('00', '15', '30', '59')).map(([hour, minute]) => `${`${hour}`.padStart(2, '0')}:${minute}`)
    const zone = constantFrom('America/Tijuana', 'America/Ciudad_Juarez', 'America/Mexico_City', 'America/Matamoros', 'America/Ojinaga', 'America/Cancun', 'Australia/Lord_Howe', 'Asia/Kathmandu')
    const changes = ['2026-03-08T08:00Z', '2026-03-08T10:00Z', '2026-11-01T07:00Z', '2026-11-01T09:00Z', '2026-04-04T15:00Z', '2026-10-03T15:30Z'].map(at)
    const now = tuple(constantFrom(...changes, at('2026-06-15T12:00Z')), integer({ min: -30 * 3_600_000, max: 30 * 3_600_000 })).map(([near, away]) => near + away)
    assert(property(now, zone, time, time, (now, zone, from, to) => nextAllowed(now, { zone, from, to }) === slowly(now, { zone, from, to })), { numRuns: 400 })
  }, 60_000)
})
