import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { AbortedTransactionError, sql } from 'kysely'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { openPgliteMemory } from '@portero/tool-server/spine/pglite.ts'
import { outcome, rowsOf } from './support/engines.ts'

// The embedded engine prepares its statements: nobody may notice but by the clock.
jest.setTimeout(120_000)
let db: Db
beforeAll(async () => {
  db = makeDb(await openPgliteMemory())
  await sql`create table kept (id int, word text)`.execute(db.bare)
  await sql`insert into kept values (1, 'one'), (2, 'two')`.execute(db.bare)
})
afterAll(() => db.close())

const all = (): Promise<any[]> => rowsOf(sql`select * from kept order by id`, db)
const prepared = async (): Promise<string[]> => (await rowsOf(sql`select statement from pg_prepared_statements order by prepare_time`, db)).map(({ statement }) => statement)

it('a statement is prepared once, and asked with whatever comes', async () => {
  const one = (id: number) => sql`select word from kept where id = ${id}`
  expect([await rowsOf(one(1), db), await rowsOf(one(2), db), await rowsOf(one(3), db)]).toEqual([[{ word: 'one' }], [{ word: 'two' }], []])
  expect((await prepared()).filter((each) => each === 'select word from kept where id = $1')).toHaveLength(1)
})

it('gives the columns that there are now', async () => {
  expect(Object.keys((await all())[0])).toEqual(['id', 'word'])
  await sql`alter table kept add column more int default 7`.execute(db.bare)
  expect(Object.keys((await all())[0])).toEqual(['id', 'word', 'more'])
  await sql`alter table kept drop column more`.execute(db.bare)
  expect(Object.keys((await all())[0])).toEqual(['id', 'word'])
})

it('gives the columns that there were, when a transaction that changed them is rolled back', async () => {
  let inside: any[] = []
  await outcome(db.tx(async (tx) => {
    await sql`alter table kept add column more int default 7`.execute(tx)
    inside = (await sql`select * from kept order by id`.execute(tx)).rows
    throw new Error('not after all')
  }))
  expect(inside[0]).toEqual({ id: 1, word: 'one', more: 7 })
  expect(await all()).toEqual([{ id: 1, word: 'one' }, { id: 2, word: 'two' }])
})

it('goes on after a statement that failed, whether in being read or in being done', async () => {
  const over = (by: number) => sql`select ${10}::int / ${by}::int as value`
  expect([await outcome(rowsOf(over(0), db)), await rowsOf(over(5), db), await outcome(rowsOf(sql`select nonsense`, db)), await outcome(rowsOf(sql`select nonsense`, db))]).toEqual([
    expect.objectContaining({ code: '22012' }), [{ value: 2 }], expect.objectContaining({ code: '42703' }), expect.objectContaining({ code: '42703' }),
  ])
})

it('says so when what is to be committed had failed', async () => {
  const failed = await outcome(db.tx(async (tx) => {
    await sql`insert into kept values (3, 'three')`.execute(tx)
    await outcome(sql`select 1 / ${0}::int`.execute(tx))
  }))
  expect(failed).toBeInstanceOf(AbortedTransactionError)
  expect(await all()).toHaveLength(2)
})

it('gives each of several questions at once its own rows', async () => {
  const answers = await db.tx((tx) => Promise.all(Array.from({ length: 20 }, async (_, at) => (await sql<{ at: number }>`select ${at}::int as at, ${sql.lit(at % 3)}`.execute(tx)).rows[0]?.at)))
  expect(answers).toEqual(Array.from({ length: 20 }, (_, at) => at))
})

it('keeps the 500 that were asked last', async () => {
  for (let at = 0; at < 600; at++) await sql`select ${sql.lit(at)} as at`.execute(db.bare)
  const kept = await prepared()
  expect([kept.length <= 501, kept.includes('select 599 as at'), kept.includes('select 50 as at')]).toEqual([true, true, false])
  expect(await rowsOf(sql`select 50 as at`, db)).toEqual([{ at: 50 }])
})
