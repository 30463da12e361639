import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { parseCatalogue, type CatalogueFile } from '@portero/tool-server/domain/catalogue.ts'
import type { Act } from '@portero/tool-server/define.ts'
import { changesBetween, lineOfChange, linesLeft, warnings } from '@portero/tool-server/domain/catalogue-plan.ts'
import { catalogueText } from '@portero/tool-server/domain/catalogue-text.ts'
import { seatsOf } from '@portero/tool-server/domain/homes.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at, makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { catalogueNow, importCatalogue, loadCatalogue, visitsAhead } from '@portero/tool-server/store/homes.ts'
import { putBlackout, putHours } from '@portero/tool-server/store/settings.ts'
import { fakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'
import { cleanUp, forgetReadyDir, freshDir, runCli } from './support/process.ts'
import { freshHome } from './support/process-databases.ts'

jest.setTimeout(60_000)
const sample = readFileSync(join(import.meta.dirname, '../tool-server/catalogue.sample.yaml'), 'utf8')
const clock = fakeClock()
let db: Db
let remove: () => Promise<void>
beforeAll(async () => {
  const fresh = await freshEngine()
  remove = fresh.remove
  db = makeDb(fresh.engine)
})
afterAll(async () => {
  await db.close()
  await remove()
})
// Empty tables for each test: those of another tenant.
let tenant: string
beforeEach(async () => {
  tenant = newId(clock)
  await sql`insert into tenant (tenant_id, name, created_at) values (${tenant}, ${tenant}, ${at(clock.now())})`.execute(db.bare)
})

const apply = (text: string) => db.tx((tx) => importCatalogue(tx, tenant, parseCatalogue(text), () => newId(clock)))
const lines = async (text: string): Promise<string[]> => {
  const ahead = await visitsAhead(db.bare, tenant, clock.now())
  return changesBetween(await catalogueNow(db.bare, tenant), parseCatalogue(text)).map((change) => lineOfChange(change, ahead))
}
const exported = async (): Promise<string> => catalogueText(await catalogueNow(db.bare, tenant))
const ids = async () => (await loadCatalogue(db.bare, tenant)).homes.map(({ id, no, slug, isOpen }) => ({ id, no, slug, isOpen }))
const changed = (text: string, ...changes: [string | RegExp, string][]): string =>
  changes.reduce((text, [from, to]) => {
    const next = text.replace(from, to)
    expect(next).not.toBe(text)
    return next
  }, text)
const withoutHome = (text: string, slug: string): string => changed(text, [new RegExp(`      - slug: ${slug}\\n(?:       .*\\n)+`), ''])
const withoutAgent = (text: string, slug: string): string => changed(text, [new RegExp(`  - slug: ${slug}\\n(?:    .*\\n)+`), ''])

describe('a catalogue', () => {
  test('comes out of the tables as it went in, and is the same again', async () => {
    await apply(sample)
    const text = await exported()
    const byTime = <T extends { startsAt: number; building?: string }>(some: T[]): T[] => some.toSorted((a, b) => a.startsAt - b.startsAt || ((a.building ?? '') < (b.building ?? '') ? -1 : 1))
    const inOrder = ({ buildings, agents, blackouts }: CatalogueFile) => ({ buildings, agents: agents.map((agent) => ({ ...agent, buildings: agent.buildings.toSorted() })), blackouts: byTime(blackouts) })
    expect(inOrder(parseCatalogue(text))).toEqual(inOrder(parseCatalogue(sample)))
    expect([await lines(text), await lines(sample)]).toEqual([[], []])
    expect(text).toMatch(/^# El catálogo como está en Portero/)
    expect(text).not.toMatch(/parking: 0|active: true|amenities: \[\]|weight: 1\n|languages: \[ *es-MX *\]/)
  })
  test('with everything that is not as usual comes out the same', async () => {
    const rich = changed(sample, ['    visits: { minutes: 45, gridMinutes: 30 }', '    visits: { minutes: 45, onHolidays: true, horizonDays: 20, seats: 6 }\n    hours: [{ days: [mon, sat], from: 09:00, to: 13:30 }]'],
      ['    weight: 2\n', '    weight: 0\n    perWeek: 12\n    languages: [en, es-MX]\n    skills: [mascotas]\n    active: false\n'], ['        title: Loft con doble altura\n', '        title: "no: #1"\n        open: false\n'], ['        title: Una recámara amueblada\n', '        title: Una recámara amueblada\n        seats: 1\n'])
    await apply(rich)
    expect(await lines(await exported())).toEqual([])
    expect(parseCatalogue(await exported()).agents[0]).toMatchObject({ weight: 0, perWeek: 12, languages: ['en', 'es-MX'], skills: ['mascotas'], active: false })
    expect((await ids()).find(({ slug }) => slug === 'condesa-104')?.isOpen).toBe(false)
    expect((await loadCatalogue(db.bare, tenant)).homes.flatMap((home) => (home.building.slug === 'condesa' || home.slug === 'roma-norte-101' ? [seatsOf(home)] : []))).toEqual([1, 6, 1, 6, 6])
    expect(await lines(changed(await exported(), ['        seats: 1\n', '        seats: 2\n'], ['seats: 6', 'seats: 8']))).toEqual([' ~ edificio condesa (Parque Ámsterdam): visits.seats: 6 → 8', ' ~ vivienda condesa-205 (Una recámara amueblada): seats: 1 → 2'])
  })
  test('applied twice changes nothing the second time, and homes keep who they are', async () => {
    expect(await apply(sample)).toHaveLength(46)
    const before = await ids()
    expect(await apply(sample)).toEqual([])
    const dearer = changed(sample, ['rentMxn: 16500', 'rentMxn: 17200'])
    expect(await apply(dearer)).toHaveLength(1)
    expect(await apply(dearer)).toEqual([])
    expect(await ids()).toEqual(before)
  })
  test('that fails halfway changes nothing', async () => {
    await apply(sample)
    const before = await exported()
    const file = parseCatalogue(changed(sample, ['rentMxn: 16500', 'rentMxn: 17200']))
    file.blackouts.push({ agent: 'lucia-becerril', startsAt: 2, endsAt: 1 })
    await expect(db.tx((tx) => importCatalogue(tx, tenant, file, () => newId(clock)))).rejects.toThrow()
    expect(await exported()).toBe(before)
  })
})

describe('the plan', () => {
  test('says in words what is new, what changes and what goes', async () => {
    await apply(sample)
    const next = changed(withoutAgent(withoutHome(sample, 'polanco-803'), 'julian-cota'), ['rentMxn: 16500', 'rentMxn: 17200'], ['    name: Parque Ámsterdam', '    name: Parque Laguna'], ['visits: { perAgentAndDay: 6 }', 'visits: { perAgentAndDay: 5, onHolidays: true }'],
      ['{ agent: lucia-becerril, from: 2026-12-21, to: 2027-01-03 }', '{ agent: lucia-becerril, from: 2026-12-21, to: 2027-01-05 }'], ['buildings: [del-valle, narvarte]', 'buildings: [narvarte]'])
    expect(await lines(next)).toEqual([
      ' ~ edificio condesa (Parque Laguna): name: Parque Ámsterdam → Parque Laguna',
      ' ~ edificio narvarte (Casa Cumbres): visits.perAgentAndDay: 6 → 5; visits.onHolidays: false → true',
      ' ~ vivienda roma-norte-101 (Estudio con patio en Roma Norte): rentMxn: 16500 → 17200',
      ' - vivienda polanco-803 (Una recámara ejecutiva): ya no está en el archivo: queda cerrada, no se borra',
      ' ~ asesor lucia-becerril (Lucía Becerril): buildings: del-valle, narvarte → narvarte',
      ' - asesor julian-cota (Julián Cota): ya no está en el archivo: queda inactivo, no se borra',
      ' + cierre lucia-becerril (2026-12-21 – 2027-01-05)',
      ' - cierre lucia-becerril (2026-12-21 – 2027-01-03): ya no está en el archivo: se quita, y ese tiempo se puede visitar',
    ])
    expect(await apply(next)).toHaveLength(8)
    expect(await lines(next)).toEqual([])
  })
  test('tells of the visits that stay, and takes back what was closed', async () => {
    await apply(sample)
    const { homes, agents } = await loadCatalogue(db.bare, tenant)
    const [home, agent] = [homes.find(({ slug }) => slug === 'zona-rio-907')!, agents.find(({ slug }) => slug === 'julian-cota')!]
    const person = newId(clock)
    const soon = clock.now() + 86_400_000
    await sql`insert into person (tenant_id, id, created_at) values (${tenant}, ${person}, ${at(clock.now())})`.execute(db.bare)
    for (const startsAt of [soon, soon + 3_600_000, clock.now() - 3_600_000]) {
      await sql`insert into tour (tenant_id, id, person_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, made_at, changed_at)
        values (${tenant}, ${newId(clock)}, ${person}, ${home.id}, ${home.building.id}, ${agent.id}, '2026-11-24', ${at(startsAt)}, ${at(startsAt + 1_800_000)}, 'confirmed', ${at(clock.now())}, ${at(clock.now())})`.execute(db.bare)
    }
    const next = withoutHome(sample, 'zona-rio-907')
    expect(await lines(next)).toEqual([expect.stringMatching(/^ - vivienda zona-rio-907 .*no se borra\. Tiene 2 visitas por venir, que siguen en pie$/)])
    await apply(next)
    expect((await ids()).find(({ slug }) => slug === 'zona-rio-907')).toMatchObject({ id: home.id, isOpen: false })
    expect(await lines(sample)).toContain(' ~ vivienda zona-rio-907 (Una recámara con vista): open: false → true')
    await apply(sample)
    expect((await ids()).find(({ slug }) => slug === 'zona-rio-907')).toMatchObject({ id: home.id, isOpen: true })
  })
  test('tells that the order changes, and makes it so', async () => {
    await apply(sample)
    const roma = /  - slug: roma-norte\n(?:    .*\n)+\n/.exec(sample)?.[0] ?? ''
    const next = changed(sample, [roma, ''], ['agents:\n', `${roma}agents:\n`])
    expect(await lines(next)).toEqual([' ~ edificio: cambia el orden de la lista', ' ~ vivienda: cambia el orden de la lista'])
    await apply(next)
    expect([await lines(next), (await ids()).at(-1)?.slug]).toEqual([[], 'roma-norte-ph1'])
  })
  test('takes over what admins have set elsewhere, even hours that overlap', async () => {
    await apply(sample)
    const hours = JSON.stringify([{ days: ['mon', 'tue'], from: '09:00', to: '13:00' }, { days: ['mon'], from: '12:00', to: '15:00' }])
    await sql`update agent set details = jsonb_set(details, '{hours}', ${hours}::jsonb) where tenant_id = ${tenant} and slug = 'mariana-solis'`.execute(db.bare)
    expect(parseCatalogue(await exported()).agents[0]?.hours).toEqual([{ days: ['mon'], from: '09:00', to: '15:00' }, { days: ['tue'], from: '09:00', to: '13:00' }])
    expect([await lines(await exported()), await lines(sample)]).toEqual([[], [' ~ asesor mariana-solis (Mariana Solís): hours: cambia']])
  })
  test('points out who has no hours', () => {
    const [first] = warnings(parseCatalogue(changed(sample, [/    hours:\n(?:      - .*\n)+/, '    hours: []\n'])))
    expect(first).toBe(' ! Mariana Solís no tiene horario, así que no se ofrece con nadie ninguna visita suya; escribe hours, o active: false')
    expect(warnings(parseCatalogue(sample))).toEqual([])
  })
})

describe('what people made in HubSpot or the console', () => {
  const hours = [{ days: ['mon' as const], from: '10:00', to: '12:00' }]
  const [startsAt, endsAt] = [Date.UTC(2026, 11, 28, 6), Date.UTC(2026, 11, 30, 6)] // two days in Mexico City
  const left = async (text: string): Promise<string[]> => linesLeft(await catalogueNow(db.bare, tenant), parseCatalogue(text))
  const theirs = async (): Promise<void> => {
    const { agents, homes } = await loadCatalogue(db.bare, tenant)
    await db.tx(async (tx) => {
      const act = { tx, subject: { tenant } } as Act
      await putHours(act, agents.find(({ slug }) => slug === 'mariana-solis')!.id, hours)
      await putBlackout(act, { id: newId(clock), building: homes.find(({ building }) => building.slug === 'condesa')!.building.id, agent: undefined, startsAt, endsAt })
    })
  }
  const now = async () => {
    const { agents, blackouts } = await catalogueNow(db.bare, tenant)
    return { hours: agents.find(({ slug }) => slug === 'mariana-solis')!.hours, closed: blackouts.filter((each) => each.startsAt === startsAt) }
  }
  const kept = { hours, closed: [{ building: 'condesa', startsAt, endsAt, by: 'people' }] }

  test('stays, and the plan says what the file leaves', async () => {
    await apply(sample)
    await theirs()
    const next = changed(sample, ['rentMxn: 16500', 'rentMxn: 17200'])
    expect(await lines(next)).toEqual([expect.stringContaining('rentMxn: 16500 → 17200')])
    expect(await left(next)).toEqual([
      ' = asesor mariana-solis (Mariana Solís): su horario lo puso una persona en HubSpot o en la consola: se queda; con hoursBy: file vale el del archivo',
      ' = cierre condesa (2026-12-28 – 2026-12-29): lo puso una persona en HubSpot o en la consola: se queda',
    ])
    await apply(next)
    expect(await now()).toEqual(kept)
  })
  test('comes out marked as theirs, is left alone when that comes back, and goes as theirs into empty tables', async () => {
    await apply(sample)
    await theirs()
    const text = await exported()
    expect([text.match(/^ +hoursBy: people$/gm), text.match(/^ +by: people$/gm)]).toEqual([['    hoursBy: people'], ['    by: people']])
    expect([await lines(text), await left(text)]).toEqual([[], []])
    await sql`delete from blackout where tenant_id = ${tenant} and by_people`.execute(db.bare) // opened again there
    expect([await lines(text), await apply(text), (await now()).closed]).toEqual([[], [], []])
    tenant = newId(clock)
    await sql`insert into tenant (tenant_id, name, created_at) values (${tenant}, 'empty', ${at(clock.now())})`.execute(db.bare)
    await apply(text)
    expect(await now()).toEqual(kept)
    expect(await left(sample)).toHaveLength(2)
  })
  test('is the file\'s again where it says so', async () => {
    await apply(sample)
    await theirs()
    const next = changed(sample, ['  - slug: mariana-solis\n', '  - slug: mariana-solis\n    hoursBy: file\n'])
    expect(await lines(next)).toEqual([' ~ asesor mariana-solis (Mariana Solís): hours: cambia; hoursBy: people → sin valor'])
    await apply(next)
    expect([(await now()).hours, await left(sample)]).toEqual([parseCatalogue(sample).agents[0]!.hours, [expect.stringMatching(/^ = cierre/)]])
  })
})

describe('portero catalogue', () => {
  afterEach(cleanUp)
  afterAll(forgetReadyDir)
  test('plans, applies and exports; a mistake changes nothing', async () => {
    const env = await freshHome()
    const file = join(freshDir(), 'homes.yaml')
    const run = (...args: string[]) => runCli(['catalogue', ...args], env)
    writeFileSync(file, sample)
    expect(await run('apply', file)).toMatchObject({ code: 0, out: expect.stringMatching(/\nListo: 46 cambios\.\n$/) })
    const { out } = await run('export')
    writeFileSync(file, out.replace('rentMxn: 16500', 'rentMxn: 17200'))
    expect(await run('plan', file)).toMatchObject({ code: 0, out: expect.stringMatching(/^ ~ vivienda roma-norte-101 \(Estudio con patio en Roma Norte\): rentMxn: 16500 → 17200\n(?: ! .*se revisó el 2026.*\n)+1 cambio\. Hazlo con: portero catalogue apply\n$/) })
    writeFileSync(file, out.replace('zone: America/Tijuana', 'zone: America/Tijuanita').replace('rentMxn: 16500', 'rentMxn: 99999'))
    expect(await run('apply', file)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^No pude tomar el catálogo homes\.yaml; no cambió nada:\n  homes\.yaml:\d+:11  buildings\[5\]\.zone: se espera una zona horaria .*\nCorrige esas líneas y vuelve a correr: portero catalogue plan\n$/) })
    expect(await run('plan', `${file}.old`)).toMatchObject({ code: 1, err: expect.stringMatching(/^No pude leer .*homes\.yaml\.old: revisa que exista/) })
    expect((await run('export')).out).toBe(out)
  }, 240_000)
})
