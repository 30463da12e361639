import { describe, expect, test } from '@jest/globals'
import { assert, integer, property } from 'fast-check'
import { label, readWhen } from '@portero/tool-server/domain/spanish-times.ts'

const zone = 'America/Mexico_City'
const now = Date.parse('2026-11-21T12:00-06:00') // a Saturday
const shown = (text: string, at: { zone: string; now: number } = { zone, now }): string => {
  const read = readWhen(text, at)
  if (read === undefined) return 'not read'
  return 'day' in read ? read.day : new Date(read.startsAt).toISOString().slice(0, 16)
}
// In Mexico City it is six hours earlier than in UTC.
const local = (text: string): string => (text.length > 10 ? new Date(Date.parse(`${text}Z`) + 6 * 3_600_000).toISOString().slice(0, 16) : text)

describe('a wanted time', () => {
  test.each([
    ['2026-11-23T11:00:00-06:00', '2026-11-23T11:00'],
    ['2026-11-23T17:00Z', '2026-11-23T11:00'],
    ['2026-11-23 11:00:00.000+00:00', '2026-11-23T05:00'],
    ['2026-11-23T11:00', '2026-11-23T11:00'],
    ['2026-11-23T11:00:00', '2026-11-23T11:00'],
    ['2026-11-23 16:30', '2026-11-23T16:30'],
    ['2026-11-23 07:30', '2026-11-23T07:30'],
    ['2026-11-23', '2026-11-23'],
    ['hoy 5pm', '2026-11-21T17:00'],
    ['Hoy a las 5 p. m.', '2026-11-21T17:00'],
    ['hoy', '2026-11-21'],
    ['esta tarde a las 6', '2026-11-21T18:00'],
    ['mañana a las 11', '2026-11-22T11:00'],
    ['mañana 11', '2026-11-22T11:00'],
    ['MAÑANA a las 11 de la mañana', '2026-11-22T11:00'],
    ['mañana por la tarde', '2026-11-22'],
    ['mañana al mediodía', '2026-11-22T12:00'],
    ['pasado mañana 16:30', '2026-11-23T16:30'],
    ['lunes 11:00', '2026-11-23T11:00'],
    ['lunes 11 am', '2026-11-23T11:00'],
    ['el lunes a las 12', '2026-11-23T12:00'],
    ['el lunes 23 a las 11 am', '2026-11-23T11:00'],
    ['el próximo lunes, a las 4 y media', '2026-11-23T16:30'],
    ['el miércoles que viene a las 9:15 hrs', '2026-11-25T09:15'],
    ['miercoles 7:30 h', '2026-11-25T07:30'],
    ['lunes 23 nov, 11:00 h', '2026-11-23T11:00'],
    ['23 de noviembre a las 11', '2026-11-23T11:00'],
    ['lunes 23 de noviembre de 2026 a las 11:00 a.m.', '2026-11-23T11:00'],
    ['a las 10:00 el martes 24 de nov', '2026-11-24T10:00'],
    ['a las 11 martes', '2026-11-24T11:00'],
    ['primero de diciembre a las 5 de la tarde', '2026-12-01T17:00'],
    ['24/11 13h30', '2026-11-24T13:30'],
    ['24/11/2026', '2026-11-24'],
    ['el 30 a las 10', '2026-11-30T10:00'],
    ['el día 2 a las 10', '2026-12-02T10:00'],
    ['3 de enero a las 10', '2027-01-03T10:00'],
    ['mañana domingo 22 de noviembre a las 11', '2026-11-22T11:00'],
    ['sábado 11:00', '2026-11-28T11:00'], // today's is over
    ['sábado 13:00', '2026-11-21T13:00'],
    ['sábado', '2026-11-21'],
    ['a las 11', '2026-11-22T11:00'],
    ['5pm', '2026-11-21T17:00'],
    ['12 am', '2026-11-22T00:00'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(local(expected))
  })

  test.each([
    '', '11', 'cuando sea', 'hoy 11:00', 'hoy a las 12', '2026-11-20', '2026-11-21T11:59:00-06:00', '2026-02-30', '2026-02-30T11:00Z', '2026-13-01', '2026-11-23 25:00', '2026-11-23 11:75', '2026-11-23T11:00:00+99:00',
    'lunes 24', 'lunes 24 de noviembre', '31 de febrero', '30/2', 'mañana lunes', 'en 2 horas', '2 horas', 'mañana entre 10 y 12', 'mañana después de las 4', 'no el lunes', 'lunes o martes', 'lunes de la próxima semana a las 11',
    'mañana a las 12 de la noche', 'mañana 0 pm', 'mañana 15 am', '20 de noviembre de 2026 a las 11', '21 de noviembre a las 11:00 y 12:00', `mañana a las 11${' '.repeat(80)}`,
  ])('not read: %s', (text) => {
    expect(readWhen(text, { zone, now })).toBeUndefined()
  })

  test('is by the clock of the property, also when that changes', () => {
    const tijuana = 'America/Tijuana'
    expect(shown('mañana a las 11', { zone: tijuana, now })).toBe('2026-11-22T19:00')
    expect(shown('hoy a las 11', { zone: tijuana, now: Date.parse('2026-11-01T07:30Z') })).toBe('2026-11-01T19:00')
    expect(shown('2027-03-14 02:30', { zone: tijuana, now })).toBe('not read')
    expect(shown('hoy', { zone: tijuana, now: Date.parse('2026-11-22T07:30Z') })).toBe('2026-11-21')
  })
})

test('a label is short, Spanish and in the zone of the property', () => {
  const at = Date.parse('2026-11-23T17:00Z')
  expect([label(zone, at), label('America/Tijuana', at)]).toEqual(['lunes 23 nov, 11:00 h', 'lunes 23 nov, 9:00 h'])
  expect(label(zone, Date.parse('2027-01-02T15:05Z'))).toBe('sábado 2 ene, 9:05 h')
})

test('what a label says is read as that time', () => {
  assert(
    property(integer({ min: 1, max: 300 * 1440 }), (minutes) => {
      const startsAt = now + minutes * 60_000
      expect(readWhen(label(zone, startsAt), { zone, now })).toEqual({ startsAt })
    }),
    { seed: 5, numRuns: 300 },
  )
})
