import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { freshDatabase, serverUrl } from './support/databases.ts'
import { clock, log, outcome, rowsOf, shout } from './support/engines.ts'

// A connection to PostgreSQL prepares what it is asked again: nobody may notice but by the clock.
if (!serverUrl) shout('NOT RUN: DATABASE_URL is not set, so nothing was prepared on a server')
const onServer = serverUrl ? it : it.skip
let database: Awaited<ReturnType<typeof freshDatabase>>
let db: Db
let other: Db // another process, which migrates
const opened = (): Db => makeDb(openPostgres({ url: database.url, clock, log, poolSize: 1 }))
beforeAll(async () => {
  if (!serverUrl) return
  database = await freshDatabase()
  db = opened()
  other = opened()
  await sql`create table kept (id int, word text)`.execute(other.bare)
  await sql`insert into kept values (1, 'one'), (2, 'two')`.execute(other.bare)
})
afterAll(async () => {
  await db?.close()
  await other?.close()
  await database?.remove()
})

const prepared = async (of = db): Promise<string[]> => (await rowsOf(sql`select statement from pg_prepared_statements order by prepare_time`, of)).map(({ statement }) => statement)
const word = (id: number) => rowsOf(sql`select word from kept where id = ${id}`, db)

onServer('a statement is prepared when it is asked again, once', async () => {
  expect(await word(1)).toEqual([{ word: 'one' }])
  expect(await prepared()).toEqual([])
  expect([await word(2), await word(3), await word(1)]).toEqual([[{ word: 'two' }], [], [{ word: 'one' }]])
  expect(await prepared()).toEqual(['select word from kept where id = $1'])
})

onServer('what gives all columns gives those that there are now', async () => {
  const all = (): Promise<any[]> => rowsOf(sql`select * from kept where id > ${0} order by id`, db)
  const put = () => rowsOf(sql`update kept set word = word where id = ${1} returning kept.*`, db)
  for (let time = 0; time < 3; time++) expect([await all(), await put()]).toEqual([[{ id: 1, word: 'one' }, { id: 2, word: 'two' }], [{ id: 1, word: 'one' }]])
  await sql`alter table kept add column more int default 7`.execute(other.bare)
  expect([(await all())[0], await put()]).toEqual([{ id: 1, word: 'one', more: 7 }, [{ id: 1, word: 'one', more: 7 }]])
})

onServer('a transaction that meets another type than at first is done again', async () => {
  const ids = () => db.tx(async (tx) => {
    await sql`insert into kept (id, word) values (${9}, 'nine')`.execute(tx)
    return (await sql`delete from kept where id >= ${9} returning id`.execute(tx)).rows
  })
  for (let time = 0; time < 3; time++) expect(await ids()).toEqual([{ id: 9 }])
  await sql`alter table kept alter column id type text`.execute(other.bare)
  await sql`alter table kept alter column id type bigint using id::bigint`.execute(other.bare)
  expect(await ids()).toHaveLength(1)
  expect(await rowsOf(sql`select count(*)::int as count from kept`, db)).toEqual([{ count: 2 }])
})

onServer('goes on after a statement that failed, whether in being read or in being done', async () => {
  const over = (by: number) => rowsOf(sql`select ${10}::int / ${by}::int as value`, db).catch((thrown: unknown) => thrown)
  const nonsense = () => outcome(rowsOf(sql`select nonsense where ${1} = 1`, db))
  expect([await over(0), await over(5), await over(0), await over(5)]).toEqual([expect.objectContaining({ code: '22012' }), [{ value: 2 }], expect.objectContaining({ code: '22012' }), [{ value: 2 }]])
  for (let time = 0; time < 3; time++) expect(await nonsense()).toMatchObject({ code: '42703' })
})

onServer('keeps 400, however many lists there are', async () => {
  const many = opened()
  for (const time of [1, 2]) {
    for (let size = 1; size <= 450; size++) {
      const { rows } = await sql<{ sum: number }>`select (${sql.join(Array.from({ length: size }, (_, at) => sql`${at}::int`), sql` + `)}) as sum`.execute(many.bare)
      if (rows[0]?.sum !== (size * (size - 1)) / 2) throw new Error(`of ${size} numbers the ${time}. time: ${rows[0]?.sum}`)
    }
  }
  expect(await prepared(many)).toHaveLength(400)
  await many.close()
})
