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
    parseCatalogue(text, 'homes.yaml')
  } catch (thrown) {
    const { code, message } = thrown as { code: string; message: string }
    const lines = message.split('\n')
    expect([lines[0], lines.at(-1)]).toEqual(['No pude tomar el catálogo homes.yaml; no cambió nada:', 'Corrige esas líneas y vuelve a correr: portero catalogue plan'])
    return [code, ...lines.slice(1, -1).map((line) => line.trim())]
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
    expect([agents[0], blackouts]).toEqual([{ slug: 'ana', name: 'Ana', weight: 1, hours: [{ days: ['mon'], from: '09:00', to: '18:00' }], languages: ['es-MX'], skills: [], active: true, buildings: ['roma'] }, []])
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
    ['a wrong word', changed('pets: no', 'pets: maybe'), ['homes.yaml:9:117  buildings[0].homes[0].pets: se espera uno de estos: no, small, yes']],
    ['a word for a number', changed('rentMxn: 16500', 'rentMxn: dieciséis'), ['homes.yaml:9:104  buildings[0].homes[0].rentMxn: se espera un número']],
    ['something missing', changed('    city: CDMX\n', ''), ['homes.yaml:2:5  buildings[0].city: falta; se espera un texto']],
    ['something unknown', changed('    name: Ana\n', '    name: Ana\n    pager: none\n'), ['homes.yaml:13:5  agents[0]: pager no se conoce aquí; revisa cómo está escrito, o bórralo']],
    ['a day that does not exist', changed('2026-12-01', '2026-02-30'), ['homes.yaml:9:136  buildings[0].homes[0].availableFrom: se espera un día que exista, como 2026-11-23']],
    ['hours that end before they begin', changed('from: 09:00', 'from: 19:00'), ['homes.yaml:13:13  agents[0].hours[0]: from tiene que ser antes que to']],
    ['an unknown zone', changed('America/Mexico_City', 'America/CDMX'), ['homes.yaml:4:11  buildings[0].zone: se espera una zona horaria como America/Mexico_City, America/Tijuana o America/Ciudad_Juarez']],
    ['a name that is none', changed('slug: ana', 'slug: Ana Ruiz'), ['homes.yaml:11:11  agents[0].slug: se espera un nombre corto como roma-norte-302, en minúsculas y con guiones']],
    ['an unknown building', changed('buildings: [roma]', 'buildings: [roma, polanco]'), ['homes.yaml:14:23  agents[0].buildings[1]: no hay ningún edificio polanco; agrégalo en buildings, o corrige el nombre']],
    ['a building twice', changed('buildings: [roma]', 'buildings: [roma, roma]'), ['homes.yaml:14:23  agents[0].buildings[1]: roma está dos veces; deja uno solo']],
    ['a home twice', small.replace(/( {6}- \{ slug: roma-101.*\n)/, '$1$1'), ['homes.yaml:10:17  buildings[0].homes[1].slug: roma-101 está dos veces; deja uno solo']],
    ['a blackout of nobody', `${small}blackouts: [{ from: 2026-12-24, to: 2026-12-26 }]`, ['homes.yaml:15:13  blackouts[0]: di qué se cierra: building, agent o los dos']],
    ['a blackout of somebody unknown', `${small}blackouts: [{ agent: luis, from: 2026-12-24, to: 2026-12-26 }]`, ['homes.yaml:15:22  blackouts[0].agent: no hay ningún asesor luis; agrégalo en agents, o corrige el nombre']],
    ['a blackout that ends first', `${small}blackouts: [{ agent: ana, from: 2026-12-24 15:00, to: 2026-12-24 14:00 }]`, ['homes.yaml:15:55  blackouts[0].to: se espera un momento después de from']],
    ['no YAML', 'buildings: [', ['homes.yaml:1:13  aquí no es YAML (Flow sequence in block collection must be sufficiently indented and end with a ]); revisa sangría, comillas y corchetes']],
    ['a key twice', changed('    city: CDMX\n', '    city: CDMX\n    city: Tijuana\n'), ['homes.yaml:8:5  aquí no es YAML (Map keys must be unique); revisa sangría, comillas y corchetes']],
    ['hours that overlap', changed('from: 09:00, to: 18:00 }', 'from: 09:00, to: 18:00 }, { days: [sun, mon], from: 17:00, to: 20:00 }'), ['homes.yaml:13:54  agents[0].hours[1]: se encima con el horario de 09:00 a 18:00 del mismo día; júntalos, o sepáralos']],
    ['visiting hours that overlap', changed('    city: CDMX\n', '    city: CDMX\n    hours: [{ days: [mon], from: 09:00, to: 12:00 }, { days: [mon], from: 11:00, to: 13:00 }]\n'), ['homes.yaml:8:54  buildings[0].hours[1]: se encima con el horario de 09:00 a 12:00 del mismo día; júntalos, o sepáralos']],
    ['an agent without hours', changed('    hours: [{ days: [mon], from: 09:00, to: 18:00 }]\n', ''), ['homes.yaml:11:5  agents[0].hours: falta; se espera una lista']],
    ['an hour that no clock shows', changed('from: 09:00', 'from: 09:75'), ['homes.yaml:13:34  agents[0].hours[0].from: se espera una hora como 09:30, de 00:00 a 23:59']],
    ['a moment that no calendar has', `${small}blackouts: [{ agent: ana, from: 2026-02-30 10:00, to: 2026-12-26 }]`, ['homes.yaml:15:33  blackouts[0].from: se espera un día como 2026-12-24, o un día y una hora como 2026-12-24 14:00']],
    ['an address that is none', changed('name: Ana\n', 'name: Ana\n    email: ana\n'), ['homes.yaml:13:12  agents[0].email: se espera un correo como ana@ejemplo.mx']],
    ['too much and too little', changed('bedrooms: 0, bathrooms: 1', 'bedrooms: 21, bathrooms: -1'), ['homes.yaml:9:66  buildings[0].homes[0].bedrooms: se espera 20 o menos', 'homes.yaml:9:81  buildings[0].homes[0].bathrooms: se espera 0 o más']],
    ['a title with a tab character below', changed('title: Estudio', 'title: "Estu\\vdio"'), ['homes.yaml:9:34  buildings[0].homes[0].title: tiene un salto de línea, un tabulador u otro carácter que no se ve; escríbelo en un solo renglón, sin él']],
    ['an address of two lines', changed('address: Calle Tabasco 1', 'address: "Calle Tabasco 1\\nint. 2"'), ['homes.yaml:5:14  buildings[0].address: tiene un salto de línea, un tabulador u otro carácter que no se ve; escríbelo en un solo renglón, sin él']],
    ['names, a unit and a place with what nobody sees', small.replace('name: Casa Tabasco', 'name: "Casa\\u0085Tabasco"').replace('neighbourhood: Roma Norte', 'neighbourhood: "Roma\\tNorte"').replace('city: CDMX', 'city: "CD\\eMX"').replace('unit: "101"', 'unit: "\\x7F101"').replace('name: Ana', 'name: "Ana\\0"'), ['homes.yaml:3:11  buildings[0].name', 'homes.yaml:6:20  buildings[0].neighbourhood', 'homes.yaml:7:11  buildings[0].city', 'homes.yaml:9:49  buildings[0].homes[0].unit', 'homes.yaml:12:11  agents[0].name'].map((place) => `${place}: tiene un salto de línea, un tabulador u otro carácter que no se ve; escríbelo en un solo renglón, sin él`)],
    ['nothing at all', '', ['homes.yaml:1:1  se espera un bloque de campos']],
  ])('%s', (_title, text, says) => {
    expect(faults(text)).toEqual(['invalid_input', ...says])
  })

  test('an agent of two zones, whose blackout could be by either clock', () => {
    const two = changed('agents:\n', `  - { slug: rio, name: Torre, zone: America/Tijuana, address: Paseo 1, neighbourhood: Zona Río, city: Tijuana, homes: [] }\nagents:\n`).replace('[roma]', '[roma, rio]')
    expect(faults(`${two}blackouts: [{ agent: ana, from: 2026-12-24, to: 2026-12-26 }]`)).toEqual(['invalid_input', expect.stringMatching(/^homes\.yaml:16:22  blackouts\[0\]\.agent: ¿con el reloj de qué ciudad\?/)])
    expect(faults(`${two}blackouts: [{ agent: ana, building: rio, from: 2026-12-24, to: 2026-12-26 }]`)).toEqual([])
  })
  test('an alias that leads nowhere', () => {
    expect(faults(changed('name: Ana', 'name: *somebody'))[0]).toBe('invalid_input')
  })
  test('all of them at once, in the order of the file', () => {
    const text = small.replace('zone: America/Mexico_City', 'zone: Mars').replace('rentMxn: 16500', 'rentMxn: -1').replace('buildings: [roma]', 'buildings: [narvarte]').replace('name: Ana', 'nombre: Ana')
    expect(faults(text).map((line) => line.replace(/ .*/, ''))).toEqual(['invalid_input', 'homes.yaml:4:11', 'homes.yaml:9:104', 'homes.yaml:11:5', 'homes.yaml:12:5', 'homes.yaml:14:17'])
  })
})
