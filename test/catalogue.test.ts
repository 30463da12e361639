import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { freeSlots } from '@portero/tool-server/domain/slots.ts'

const sample = readFileSync(join(import.meta.dirname, '../tool-server/catalogue.sample.yaml'), 'utf8')
const small = `buildings:
  - slug: roma
    name: Casa Tabasco
    zone: America/Mexico_City
    address: Calle Tabasco 1
    neighbourhood: Roma Norte
    city: CDMX
    homes:
      - { slug: roma-101, title: Estudio, unit: "101", bedrooms: 0, bathrooms: 1, areaM2: 34, rentMxn: 16500, pets: no, availableFrom: 2026-12-01 }
agents:
  - slug: ana
    name: Ana
    hours: [{ days: [mon], from: 09:00, to: 18:00 }]
    buildings: [roma]
`
const faults = (text: string): string[] => {
  try {
    parseCatalogue(text)
  } catch (thrown) {
    const { code, message } = thrown as { code: string; message: string }
    return [code, ...message.split('\n').slice(1).map((line) => line.trim())]
  }
  return []
}
const changed = (from: string, to: string): string => {
  expect(small).toContain(from)
  return small.replace(from, to)
}

describe('the sample', () => {
  const { buildings, agents, blackouts } = parseCatalogue(sample)
  test('is a small operator in two zones', () => {
    expect(buildings.map(({ slug, homes }) => [slug, homes.length])).toEqual([['roma-norte', 4], ['condesa', 4], ['del-valle', 4], ['narvarte', 3], ['polanco', 3], ['zona-rio', 3]])
    expect(new Set(buildings.map(({ zone }) => zone))).toEqual(new Set(['America/Mexico_City', 'America/Tijuana']))
    expect([agents.length, blackouts.length]).toEqual([6, 4])
    for (const { rentMxn } of buildings.flatMap(({ homes }) => homes)) expect(rentMxn >= 14_000 && rentMxn <= 48_000).toBe(true)
  })
  test('can be seen: every building has slots next week', () => {
    for (const building of buildings) {
      const shows = agents.filter((each) => each.buildings.includes(building.slug)).map((each) => ({ ...each, id: each.slug, isActive: each.active, buildings: new Set(each.buildings) }))
      expect(freeSlots({ building: { ...building, id: building.slug }, agents: shows, taken: [], blackouts, now: Date.parse('2026-11-23T16:00Z'), most: 6 })).toHaveLength(6)
    }
  })
})

describe('a catalogue', () => {
  test('takes what is left out from the defaults, and is open to be written briefly', () => {
    const { buildings, agents, blackouts } = parseCatalogue(small)
    expect(buildings[0]).toMatchObject({ amenities: [], visits: { minutes: 30, gridMinutes: 30, horizonDays: 14 }, homes: [{ pets: 'no', minimumMonths: 12, availableFrom: '2026-12-01' }] })
    expect([agents[0], blackouts]).toEqual([{ slug: 'ana', name: 'Ana', weight: 1, hours: [{ days: ['mon'], from: '09:00', to: '18:00' }], active: true, buildings: ['roma'] }, []])
  })
  test('says blackouts by the clock of the building; a day alone is all of it', () => {
    const { blackouts } = parseCatalogue(`${small}blackouts:\n  - { building: roma, from: 2026-12-24 14:00, to: 2026-12-26 }\n  - { agent: ana, from: 2026-12-28, to: 2026-12-28 }\n`)
    expect(blackouts).toEqual([
      { building: 'roma', startsAt: Date.parse('2026-12-24T20:00Z'), endsAt: Date.parse('2026-12-27T06:00Z') },
      { agent: 'ana', startsAt: Date.parse('2026-12-28T06:00Z'), endsAt: Date.parse('2026-12-29T06:00Z') },
    ])
  })
})

describe('a mistake is told with its line and column', () => {
  test.each([
    ['a wrong word', changed('pets: no', 'pets: maybe'), ['line 9, column 117: buildings[0].homes[0].pets: expected one of "no"|"small"|"yes"']],
    ['a word for a number', changed('rentMxn: 16500', 'rentMxn: dieciséis'), ['line 9, column 104: buildings[0].homes[0].rentMxn: expected number, received string']],
    ['something missing', changed('    city: CDMX\n', ''), ['line 2, column 5: buildings[0].city: missing: expected string']],
    ['something unknown', changed('    name: Ana\n', '    name: Ana\n    pager: none\n'), ['line 13, column 5: agents[0]: pager is not known here']],
    ['a day that does not exist', changed('2026-12-01', '2026-02-30'), ['line 9, column 136: buildings[0].homes[0].availableFrom: expected a day such as 2026-11-23']],
    ['hours that end before they begin', changed('from: 09:00', 'from: 19:00'), ['line 13, column 13: agents[0].hours[0]: from must be before to']],
    ['an unknown zone', changed('America/Mexico_City', 'America/CDMX'), ['line 4, column 11: buildings[0].zone: expected a time zone such as America/Mexico_City']],
    ['a name that is none', changed('slug: ana', 'slug: Ana Ruiz'), ['line 11, column 11: agents[0].slug: expected a short name such as roma-norte-302']],
    ['an unknown building', changed('buildings: [roma]', 'buildings: [roma, polanco]'), ['line 14, column 23: agents[0].buildings[1]: there is no building polanco']],
    ['a building twice', changed('buildings: [roma]', 'buildings: [roma, roma]'), ['line 14, column 23: agents[0].buildings[1]: roma is there twice']],
    ['a home twice', small.replace(/( {6}- \{ slug: roma-101.*\n)/, '$1$1'), ['line 10, column 17: buildings[0].homes[1].slug: roma-101 is there twice']],
    ['a blackout of nobody', `${small}blackouts: [{ from: 2026-12-24, to: 2026-12-26 }]`, ['line 15, column 13: blackouts[0]: expected a building, an agent or both']],
    ['a blackout of somebody unknown', `${small}blackouts: [{ agent: luis, from: 2026-12-24, to: 2026-12-26 }]`, ['line 15, column 22: blackouts[0].agent: there is no agent luis']],
    ['a blackout that ends first', `${small}blackouts: [{ agent: ana, from: 2026-12-24 15:00, to: 2026-12-24 14:00 }]`, ['line 15, column 55: blackouts[0].to: expected a moment after from']],
    ['no YAML', 'buildings: [', ['line 1, column 13: Flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['a key twice', changed('    city: CDMX\n', '    city: CDMX\n    city: Tijuana\n'), ['line 8, column 5: Map keys must be unique']],
    ['nothing at all', '', ['line 1, column 1: expected object, received null']],
  ])('%s', (_title, text, says) => {
    expect(faults(text)).toEqual(['invalid_input', ...says])
  })

  test('an agent of two zones, whose blackout could be by either clock', () => {
    const two = changed('agents:\n', `  - { slug: rio, name: Torre, zone: America/Tijuana, address: Paseo 1, neighbourhood: Zona Río, city: Tijuana, homes: [] }\nagents:\n`).replace('[roma]', '[roma, rio]')
    expect(faults(`${two}blackouts: [{ agent: ana, from: 2026-12-24, to: 2026-12-26 }]`)).toEqual(['invalid_input', expect.stringMatching(/^line 16, column 22: blackouts\[0\]\.agent: by whose clock\?/)])
    expect(faults(`${two}blackouts: [{ agent: ana, building: rio, from: 2026-12-24, to: 2026-12-26 }]`)).toEqual([])
  })
  test('an alias that leads nowhere', () => {
    expect(faults(changed('name: Ana', 'name: *somebody'))[0]).toBe('invalid_input')
  })
  test('all of them at once, in the order of the file', () => {
    const text = small.replace('zone: America/Mexico_City', 'zone: Mars').replace('rentMxn: 16500', 'rentMxn: -1').replace('buildings: [roma]', 'buildings: [narvarte]').replace('name: Ana', 'nombre: Ana')
    expect(faults(text).map((line) => line.replace(/:.*/, ''))).toEqual(['invalid_input', 'line 4, column 11', 'line 9, column 104', 'line 11, column 5', 'line 12, column 5', 'line 14, column 17'])
  })
})
