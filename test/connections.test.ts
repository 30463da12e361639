import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { house as houseOf, type Connector } from '@portero/tool-server/define.ts'
import { makeConnections, type Connections } from '@portero/tool-server/spine/connections.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { testHouse, type TestHouse } from './support/house.ts'

const canary = 'CANARY-secret-of-urbanhub'
const otherTenant = '00000000-0000-7000-8000-000000000002'
const usual = z.strictObject({ baseUrl: z.url().default('https://api.calendario.example'), apiKey: z.string().min(1), perDay: z.coerce.number().default(8) })
const connector = (name: string, settings: z.ZodObject = usual): Connector => houseOf<object>().defineConnector({ name, settings, auth: { kind: 'none' }, limits: { perSecond: 9, concurrent: 9, timeoutMs: 1_000 }, redact: [] })
const connectors = [connector('calendario'), connector('mensajes')]

let house: TestHouse
beforeAll(async () => {
  house = await testHouse({ connectors })
  await sql`insert into tenant (tenant_id, name, created_at) values (${otherTenant}, 'other', ${at(house.clock.now())})`.execute(house.db.bare)
})
afterAll(() => house.end())
beforeEach(() => house.clock.advance(5_000)) // nothing is remembered of the test before
afterEach(() => sql`delete from connection`.execute(house.db.bare))

const put = (settings: object, { tenant = house.tenant, vendor = 'calendario', account = 'ana' } = {}, on: Connections = house.connections): ReturnType<Connections['put']> => on.put({ tenant, vendor, account, settings })
const all = (on: Connections = house.connections): ReturnType<Connections['all']> => on.all(house.db.bare)
const stored = async (): Promise<number> => (await house.db.bare.selectFrom('connection').selectAll().execute()).length

// Another server on the same database, or one that was built or configured differently.
type Replica = { connections: Connections; logged(): string }
const replica = ({ parts = connectors, baseUrls = {} }: { parts?: readonly Connector[]; baseUrls?: Record<string, string> } = {}): Replica => {
  const lines: string[] = []
  const log = makeLog({ level: 'debug', clock: house.clock, to: { write: (line) => void lines.push(line) } })
  return { connections: makeConnections({ db: house.db, clock: house.clock, vault: house.vault, log, registry: makeRegistry({ connectors: parts, flows: [] }), baseUrls }), logged: () => lines.join('') }
}
const judged = (): Connections => replica({ baseUrls: { calendario: 'http://127.0.0.1:3100/judge' } }).connections
const settingsIn = async (on: Connections): Promise<unknown> => (await all(on))[0]?.settings

describe('a connection that is put', () => {
  test('is found by its id', async () => {
    const { id } = await put({ apiKey: 'k' })
    expect(await house.connections.byId(house.db.bare, id)).toEqual({ id, tenant: house.tenant, vendor: 'calendario', account: 'ana', settings: { baseUrl: 'https://api.calendario.example', apiKey: 'k', perDay: 8 } })
  })
  test('is found inside a transaction', async () => {
    const { id } = await put({ apiKey: 'k' })
    house.clock.advance(5_000)
    expect((await house.db.tx((tx) => house.connections.byId(tx, id)))?.id).toBe(id)
  })
  test('again is the same connection with new settings', async () => {
    const { id } = await put({ apiKey: 'old' })
    expect(await put({ apiKey: 'new', perDay: '3' })).toMatchObject({ id, settings: { apiKey: 'new', perDay: 3 } })
    expect(await stored()).toBe(1)
  })
  test.each([['account', { account: 'eva' }], ['vendor', { vendor: 'mensajes' }], ['tenant', { tenant: otherTenant }]])('for another %s is another connection', async (_title, other) => {
    const { id } = await put({ apiKey: 'k' })
    expect((await put({ apiKey: 'k' }, other)).id).not.toBe(id)
    expect(await stored()).toBe(2)
  })
  test('by five servers at once is one connection', async () => {
    const servers = Array.from({ length: 5 }, () => replica().connections)
    const made = await Promise.all(['ana', 'eva', 'luz'].flatMap((account) => servers.map((on) => put({ apiKey: 'k' }, { account }, on))))
    expect(new Set(made.map(({ id }) => id)).size).toBe(3)
    expect(await stored()).toBe(3)
  })
  test.each([
    ['to a vendor that nobody knows', { vendor: 'nobody' }, { apiKey: 'k' }],
    ['with a setting missing', {}, {}],
    ['with a setting too many', {}, { apiKey: 'k', color: 'red' }],
    ['with a setting that does not fit', {}, { apiKey: 'k', baseUrl: canary }],
  ])('%s is refused', async (_title, where, settings) => {
    await expect(put(settings, where)).rejects.toMatchObject({ name: 'AppError', code: 'invalid_input', message: expect.not.stringContaining(canary) })
    expect(await stored()).toBe(0)
  })
  test('has no setting in the clear', async () => {
    await put({ apiKey: canary })
    const [row] = await house.db.bare.selectFrom('connection').selectAll().execute()
    expect(Object.values(row ?? {}).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))).join('\n')).not.toMatch(new RegExp(`${canary}|apiKey`))
  })
})

describe('the base URL of the environment', () => {
  test.each([['is set', { apiKey: 'k', baseUrl: 'https://mine.example' }], ['is not', { apiKey: 'k' }]])('wins where one of its own %s', async (_title, settings) => {
    await put(settings)
    expect(await all(judged())).toMatchObject([{ settings: { baseUrl: 'http://127.0.0.1:3100/judge' } }])
  })
  test('is not for other vendors', async () => {
    await put({ apiKey: 'k' }, { vendor: 'mensajes' })
    expect(await all(judged())).toMatchObject([{ settings: { baseUrl: 'https://api.calendario.example' } }])
  })
  test('is not stored', async () => {
    await put({ apiKey: 'k' }, {}, judged())
    expect(await all(replica().connections)).toMatchObject([{ settings: { baseUrl: 'https://api.calendario.example' } }])
  })
})

describe('settings that cannot be read', () => {
  const stricter = [connector('calendario', usual.extend({ region: z.string() })), connector('mensajes')]
  const damage: [string, () => Promise<Replica>][] = [
    ['since the connector now asks for more', async () => replica({ parts: stricter })],
    ['since their bytes are damaged', async () => {
      await sql`update connection set settings_sealed = set_byte(settings_sealed, 40, get_byte(settings_sealed, 40) # 1) where vendor = 'calendario'`.execute(house.db.bare)
      return replica()
    }],
    ['since they were moved here from another connection', async () => {
      await sql`update connection set settings_sealed = (select settings_sealed from connection where vendor = 'mensajes') where vendor = 'calendario'`.execute(house.db.bare)
      return replica()
    }],
  ]
  test.each(damage)('%s are left out, and the others work', async (_title, spoil) => {
    await put({ apiKey: canary })
    await put({ apiKey: 'k' }, { vendor: 'mensajes' })
    const { connections } = await spoil()
    expect((await all(connections)).map(({ vendor }) => vendor)).toEqual(['mensajes'])
  })
  test.each(damage)('%s are logged by the id of their connection, and nothing else of them', async (_title, spoil) => {
    const { id } = await put({ apiKey: canary })
    await put({ apiKey: canary }, { vendor: 'mensajes' })
    const { connections, logged } = await spoil()
    await all(connections)
    expect(logged()).toContain(id)
    expect(logged()).not.toMatch(new RegExp(`${canary}|apiKey|region`))
  })
  test('of a vendor that this build does not know are left out', async () => {
    await put({ apiKey: 'k' })
    expect(await all(replica({ parts: [connector('mensajes')] }).connections)).toEqual([])
  })
})

describe('what is remembered of connections', () => {
  let other: Connections
  beforeEach(async () => {
    await put({ apiKey: 'old' })
    other = replica().connections
    await all(other)
  })
  test('is at once what was put here', async () => {
    await put({ apiKey: 'new' })
    expect(await settingsIn(house.connections)).toMatchObject({ apiKey: 'new' })
  })
  test('is still the old up to 5 seconds after it was put elsewhere', async () => {
    await put({ apiKey: 'new' })
    house.clock.advance(4_999)
    expect(await settingsIn(other)).toMatchObject({ apiKey: 'old' })
  })
  test('is the new 5 seconds after it was put elsewhere', async () => {
    await put({ apiKey: 'new' })
    house.clock.advance(5_000)
    expect(await settingsIn(other)).toMatchObject({ apiKey: 'new' })
  })
  test('is not what a transaction saw that was rolled back', async () => {
    house.clock.advance(5_000)
    await house.db.tx(async (tx) => {
      await sql`delete from connection`.execute(tx)
      await other.all(tx)
      throw new Error('rolled back')
    }).catch(() => undefined)
    expect(await settingsIn(other)).toMatchObject({ apiKey: 'old' })
  })
})
