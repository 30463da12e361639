import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { catalogOf } from './house/catalog.ts'
import { banCases } from './house/planted-bans.ts'
import { catalogCases } from './house/planted-catalog.ts'
import { importCases } from './house/planted-imports.ts'
import { registryCases } from './house/planted-registries.ts'
import { writeCases } from './house/planted-writes.ts'
import { places, plant } from './house/planted.ts'
import { houseFiles, root } from './house/tree.ts'
import { commandsAreSound, connectorsIn } from './house/writes.ts'
import { freshEngine } from './support/databases.ts'

// Keeps the house in the shape of its design. Each rule is asked about the real tree, and about small planted ones, which prove that it can still say no.
const files = houseFiles()

describe.each([...importCases, ...registryCases, ...banCases, ...writeCases])('$says', ({ rule, planted }) => {
  test('in this house', () => {
    expect(rule(files)).toEqual([])
  })
  test.each(planted)('%s', (_title, tree, found) => {
    expect(places(rule(plant(tree)))).toEqual(found)
  })
  test('is seen to fail and to pass', () => {
    expect(new Set(planted.map(([, , found]) => found.length > 0))).toEqual(new Set([true, false]))
  })
})

describe.each(catalogCases)('$says', ({ planted, rule }) => {
  test.each(planted)('%s', (_title, catalog, faults) => {
    expect(rule(catalog)).toHaveLength(faults)
  })
})

describe('the migrated database', () => {
  let fresh: Awaited<ReturnType<typeof freshEngine>>
  let db: Db
  const query = (text: string): Promise<{ rows: any[] }> => sql.raw(text).execute(db.bare)
  beforeAll(async () => {
    fresh = await freshEngine()
    db = makeDb(fresh.engine)
  })
  afterAll(async () => {
    await db.close()
    await fresh.remove()
  })

  test('shows its tables and keys', async () => {
    const { columns, keys } = await catalogOf(query)
    expect(columns).toContainEqual({ table: 'job', column: 'tenant_id', type: 'uuid', notNull: true, default: null })
    expect(keys).toContainEqual({ table: 'job', key: 'job_one_per_serial', columns: ['tenant_id', 'kind', 'serial'] })
  })
  test.each(catalogCases)('$says', async ({ rule }) => {
    expect(rule(await catalogOf(query))).toEqual([])
  })
  test('hides no default, exclusion, expression or other schema', async () => {
    for (const statement of plantedSchema) await query(statement)
    const seen = await catalogOf(query)
    expect(catalogCases.flatMap(({ rule }) => rule(seen)).filter((fault) => fault.startsWith('planted')).toSorted()).toEqual([
      'planted.id defaults to gen_random_uuid(): time, chance and ids are handed in',
      'planted.made is timestamp without time zone: time is timestamptz',
      'planted.tenant_id is not uuid not null',
      'planted: planted_during_excl does not begin with tenant_id',
      'planted: planted_word does not begin with tenant_id',
    ])
  })
})
const plantedSchema = [
  'create schema planted',
  'create table planted.planted (tenant_id uuid, id uuid default gen_random_uuid(), during tstzrange, word text, made timestamp default now(), exclude using gist (during with &&))',
  'create unique index planted_word on planted.planted (lower(word)) include (tenant_id)',
  'create index planted_plain on planted.planted (word)',
]

const connector = (name: string, ...does: object[]): object => ({ name, auth: { kind: 'none' }, limits: {}, redact: [], does })
const run = async (): Promise<object> => ({})
const putEvent = { name: 'calendar.put-event' }

describe('the connectors of the house and of the lab', () => {
  test('do only what says again, each command once', async () => {
    const homes = files.filter(({ path }) => path === 'tool-server/connectors/index.ts' || /^(tool-server\/connectors|test\/lab)\/[^/]+\/index\.ts$/.test(path))
    const connectors = await Promise.all(homes.map(async ({ path }) => connectorsIn(await import(join(root, path)))))
    expect(commandsAreSound([...new Set(connectors.flat())])).toEqual([])
  })

  test.each([
    ['no again', { connectors: [connector('google', { command: putEvent, run })] }, ['google does calendar.put-event without saying what may be done again']],
    ['an unknown again', { connectors: [connector('google', { command: putEvent, again: 'always', run })] }, ['google does calendar.put-event without saying what may be done again']],
    ['one command twice', { connectors: [connector('google', { command: putEvent, again: 'never', run }, { command: putEvent, again: 'never', run })] }, ['google does calendar.put-event twice']],
    ['something else', { connectors: [connector('google', { again: 'never' })] }, ['google lists something that is no command']],
    ['one vendor twice', { a: connector('google'), connectors: { google: connector('google') } }, ['google is registered twice']],
    ['a record of sound ones', { connectors: { google: connector('google', { command: putEvent, again: { find: run }, run }), outlook: connector('outlook', { command: putEvent, again: 'vendor-key', run }) }, other: 5 }, []],
  ])('%s', (_title, registry, faults) => {
    expect(commandsAreSound(connectorsIn(registry))).toEqual(faults)
  })
})
