import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { DB, Subject } from '@portero/tool-server/define.ts'
import { makeAudit, type Audit } from '@portero/tool-server/spine/audit.ts'
import { at, makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'

const tenant = firstTenant
const otherTenant = '00000000-0000-7000-8000-000000000002'
const person = '00000000-0000-7000-9000-000000000001'
const conversation = '00000000-0000-7000-9000-000000000002'
const subject: Subject = { tenant, by: 'staff', user: 'u1', person, conversation }

let db: Db
let clock: FakeClock
let audit: Audit
let end: () => Promise<void>
const auditOf = (master: number): Audit => makeAudit({ db, clock, vault: makeVault({ db, clock, keys: keyring([Buffer.alloc(32, master)]) }) })
const record = (what: string, on: Kysely<DB> = db.bare): Promise<void> => audit.record(on, { subject, what, object: 'tour-1', before: { seats: 1 }, after: { seats: 0 } })
const run = (statement: RawBuilder<unknown>): Promise<unknown> => statement.execute(db.bare)
const links = async (): Promise<(number | null)[]> => (await db.bare.selectFrom('audit').select('link').where('tenant_id', '=', tenant).orderBy('link').execute()).map(({ link }) => link)
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

const writeTwenty = async (writer: number): Promise<void> => {
  for (let row = 0; row < 10; row++) {
    await db.tx(async (tx) => {
      await record(`${writer}/${row}/a`, tx)
      await record(`${writer}/${row}/b`, tx)
    })
  }
}
const sealOneByOne = async (count: number): Promise<void> => {
  for (let row = 0; row < count; row++) {
    await record('book')
    await audit.seal()
  }
}
const clear = async (): Promise<void> => {
  await run(sql`delete from audit`)
  await run(sql`delete from audit_head`)
}
const restore = async (): Promise<void> => {
  await clear()
  await run(sql`insert into audit table kept`)
  await run(sql`insert into audit_head table kept_head`)
}

beforeAll(async () => {
  const fresh = await freshEngine()
  db = makeDb(fresh.engine)
  clock = fakeClock()
  audit = auditOf(1)
  end = async () => {
    await db.close()
    await fresh.remove()
  }
  await run(sql`insert into tenant (tenant_id, name, created_at) values (${otherTenant}, 'other', ${at(clock.now())})`)
})
afterAll(() => end())

describe('the audit', () => {
  beforeEach(clear)

  test('of an action that is rolled back is rolled back with it', async () => {
    await db.tx(async (tx) => { await record('book', tx); throw new Error('rolled back') }).catch(() => undefined)
    expect(await links()).toEqual([])
  })
  test('of an action that is committed is there, not yet chained', async () => {
    await db.tx((tx) => record('book', tx))
    expect(await audit.verify(tenant)).toEqual({ sealed: 0, unsealed: 1, broken: undefined })
  })
  test('is whole when there is nothing', async () => {
    expect(await audit.verify(tenant)).toEqual({ sealed: 0, unsealed: 0, broken: undefined })
  })
  test('is chained beyond one batch of the sealer', async () => {
    await db.tx(async (tx) => {
      for (let row = 0; row < 1_003; row++) await audit.record(tx, { subject, what: 'look', object: `lead-${row}` })
    })
    expect(await audit.seal()).toBe(1_003)
    expect(await audit.verify(tenant)).toEqual({ sealed: 1_003, unsealed: 0, broken: undefined })
  })
  test('of each tenant is a chain of its own', async () => {
    await record('book')
    await audit.record(db.bare, { subject: { ...subject, tenant: otherTenant }, what: 'book', object: 'tour-1' })
    await audit.seal()
    expect((await Promise.all([tenant, otherTenant].map((one) => audit.verify(one)))).map(({ sealed, broken }) => ({ sealed, broken }))).toEqual([{ sealed: 1, broken: undefined }, { sealed: 1, broken: undefined }])
  })

  test('is chained once by four sealers at once, while others write', async () => {
    const sealers = [1, 2, 3, 4].map(() => auditOf(1))
    const sealing = sealers.map(async (sealer) => {
      let count = 0
      for (let round = 0; round < 20; round++) count += await sealer.seal()
      return count
    })
    const [counts] = await Promise.all([Promise.all(sealing), ...[1, 2, 3].map(writeTwenty)])
    const rest = await audit.seal()
    expect(counts.reduce((sum, count) => sum + count, rest)).toBe(60)
    expect(await links()).toEqual(upTo(60))
    expect(await audit.verify(tenant)).toEqual({ sealed: 60, unsealed: 0, broken: undefined })
  })

  test('takes in a row that commits after later ones were chained', async () => {
    const written = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const late = db.tx(async (tx) => { await record('late', tx); written.resolve(); await release.promise })
    await written.promise
    clock.advance(1_000)
    const sealing = record('early').then(() => audit.seal()) // on the embedded engine this waits for the transaction
    if (db.engine.name === 'postgres') await sealing
    release.resolve()
    await Promise.all([late, sealing])
    await audit.seal()
    expect(await links()).toEqual([1, 2])
    expect(await audit.verify(tenant)).toEqual({ sealed: 2, unsealed: 0, broken: undefined })
  })

  test('is never called broken because a sealer works meanwhile', async () => {
    const broken = new Set<number | undefined>()
    const watch = async (): Promise<void> => {
      for (let round = 0; round < 60; round++) broken.add((await audit.verify(tenant)).broken)
    }
    await Promise.all([watch(), watch(), sealOneByOne(60)])
    expect(broken).toEqual(new Set([undefined]))
  })

  test('is verified without its keys, also after a person is erased', async () => {
    await record('book')
    await audit.seal()
    await makeVault({ db, clock, keys: keyring([Buffer.alloc(32, 1)]) }).erasePerson(db.bare, tenant, person)
    expect(await auditOf(2).verify(tenant)).toEqual({ sealed: 1, unsealed: 0, broken: undefined })
  })
})

// What somebody with access to the database may do to a chain of rows, and the first link at which it no longer holds.
const length = 9
const edits: Record<string, RawBuilder<unknown>> = {
  tenant_id: sql`tenant_id = ${otherTenant}`,
  id: sql`id = ${conversation}`,
  at: sql`at = at + interval '1 millisecond'`,
  by: sql`by = 'system'`,
  user_id: sql`user_id = null`,
  person_id: sql`person_id = conversation_id`,
  conversation_id: sql`conversation_id = null`,
  what: sql`what = what || ' '`,
  object: sql`object = 'tour-2'`,
  before_sealed: sql`before_sealed = null`,
  after_sealed: sql`after_sealed = set_byte(after_sealed, 30, get_byte(after_sealed, 30) # 1)`,
  trace: sql`trace = reverse(trace)`,
  link: sql`link = link + 100`,
  seal: sql`seal = set_byte(seal, 31, get_byte(seal, 31) # 1)`,
  'link and seal': sql`link = null, seal = null`,
}
const columns = 'id, at, by, user_id, person_id, conversation_id, what, object, before_sealed, after_sealed, trace'
const inChain = sql`tenant_id = ${tenant} and link`
const copyOf = (link: number, to: number): RawBuilder<unknown> =>
  sql`insert into audit (tenant_id, ${sql.raw(columns)}, link, seal) select tenant_id, ${sql.raw(columns.replace('id,', "'00000000-0000-7000-9000-00000000ffff',"))}, ${to}::bigint, seal from audit where ${inChain} = ${link}`
const moveUp = (from: number): RawBuilder<unknown>[] => [sql`update audit set link = -link where ${inChain} >= ${from}`, sql`update audit set link = 1 - link where ${inChain} < 0`]

type Tampering = { done: string; statements: RawBuilder<unknown>[]; broken: number }
const link = fc.integer({ min: 1, max: length })
const tamperings: Record<string, fc.Arbitrary<Tampering>> = {
  'a column is edited': fc.tuple(fc.constantFrom(...Object.keys(edits)), link).map(([column, at]) => ({ done: `${column} of ${at}`, statements: [sql`update audit set ${edits[column]} where ${inChain} = ${at}`], broken: at })),
  'rows are deleted': fc.tuple(link, link).map(([one, other]) => ({ done: `${one}..${other}`, statements: [sql`delete from audit where ${inChain} between ${Math.min(one, other)} and ${Math.max(one, other)}`], broken: Math.min(one, other) })),
  'rows are deleted and the gap is closed': fc.integer({ min: 1, max: length - 1 }).map((at) => ({ done: `${at}`, statements: [sql`delete from audit where ${inChain} = ${at}`, sql`update audit set link = 1 - link where ${inChain} > ${at}`, sql`update audit set link = -link where ${inChain} < 0`], broken: at })),
  'a forged row is inserted': link.map((at) => ({ done: `at ${at}`, statements: [...moveUp(at), copyOf(at + 1, at)], broken: at })),
  'a forged row is appended': link.map((from) => ({ done: `of ${from}`, statements: [copyOf(from, length + 1)], broken: length + 1 })),
  'a forged row is put outside': fc.tuple(link, fc.constantFrom(-3, 0, length + 7)).map(([from, to]) => ({ done: `${from} to ${to}`, statements: [copyOf(from, to)], broken: length + 1 })),
  'two links are swapped': fc.uniqueArray(link, { minLength: 2, maxLength: 2 }).map(([one = 0, other = 0]) => ({ done: `${one}, ${other}`, statements: [sql`update audit set link = -link where ${inChain} in (${one}, ${other})`, sql`update audit set link = ${one + other} + link where ${inChain} < 0`], broken: Math.min(one, other) })),
  'a gap is opened': link.map((at) => ({ done: `at ${at}`, statements: moveUp(at), broken: at })),
  'the head is moved on': link.map((by) => ({ done: `by ${by}`, statements: [sql`update audit_head set link = link + ${by} where tenant_id = ${tenant}`], broken: length + 1 })),
  'the head is moved back': link.map((at) => ({ done: `to ${at - 1}`, statements: [sql`update audit_head set link = ${at - 1} where tenant_id = ${tenant}`], broken: at })),
  'the head is taken away': fc.constant({ done: 'away', statements: [sql`delete from audit_head where tenant_id = ${tenant}`], broken: 1 }),
  "the head's seal is edited": fc.constant({ done: 'seal', statements: [sql`update audit_head set seal = set_byte(seal, 0, get_byte(seal, 0) # 1) where tenant_id = ${tenant}`], broken: length + 1 }),
}

describe('a chain is found broken at its link when', () => {
  beforeAll(async () => {
    await clear()
    for (const row of upTo(length)) await record(`action-${row}`)
    await audit.seal()
    await run(sql`create table kept as table audit`)
    await run(sql`create table kept_head as table audit_head`)
  })

  test.each(Object.entries(tamperings))('%s', (_title, arbitrary) =>
    fc.assert(
      fc.asyncProperty(arbitrary, async ({ statements, broken }) => {
        await restore()
        for (const statement of statements) await run(statement)
        expect((await audit.verify(tenant)).broken).toBe(broken)
      }),
      { numRuns: 25 },
    ))

  test('a row is appended that carries the right seal', async () => {
    await restore()
    await record('forged')
    await audit.seal()
    await run(sql`delete from audit_head`)
    await run(sql`insert into audit_head table kept_head`)
    expect((await audit.verify(tenant)).broken).toBe(length + 1)
  })
  test('nothing was done: not at all', async () => {
    await restore()
    expect(await audit.verify(tenant)).toEqual({ sealed: length, unsealed: 0, broken: undefined })
  })
})
