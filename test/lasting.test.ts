import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { makeDb, type Db, type Engine } from '@portero/tool-server/spine/db.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { openTemplate, serverUrl } from './support/databases.ts'
import { lasting, type Lasting } from './support/lasting.ts'

// The tests of a file have one engine after the other: what one of them left must not be there for the next.
let engine: Engine
let whole: Lasting
let db: Db
const embedded = serverUrl ? test.skip : test // a server makes a database for each
beforeAll(async () => {
  if (serverUrl) return
  engine = await openTemplate()
  whole = await lasting(engine)
})
afterAll(() => whole?.end())

const run = (statement: string) => sql.raw<Record<string, unknown>>(statement).execute(db.bare)
const left = async (statement: string): Promise<unknown[]> => {
  db = makeDb(whole.lend())
  return (await run(statement)).rows
}

embedded('an engine that was emptied has no row, table, tenant, number or setting of before, and tells nobody of before', async () => {
  db = makeDb(whole.lend())
  await run(`insert into tenant (tenant_id, name, created_at) values (gen_random_uuid(), 'other', now())`)
  await run('insert into person (tenant_id, id, created_at) select tenant_id, gen_random_uuid(), now() from tenant')
  const job = `insert into job (tenant_id, id, kind, name, key, lane, state, run_at, trace, created_at) select tenant_id, gen_random_uuid(), 'turn', 'x', 'x', 'live', 'ready', now(), '', now() from tenant returning seq`
  const [first] = (await run(job)).rows
  await run('create table scrap (person uuid)')
  await run(`set statement_timeout = 12345`)
  let heard = 0
  await db.engine.listen('portero_engine_test', () => heard++)
  await db.close()
  await expect(run('select 1')).rejects.toThrow()

  expect(await whole.empty()).toBe(true)
  expect(await left(`select (select count(*) from person)::int as people, (select count(*) from job)::int as jobs, to_regclass('scrap') as scrap, (select array_agg(tenant_id::text) from tenant) as tenants, current_setting('statement_timeout') as setting`))
    .toEqual([{ people: 0, jobs: 0, scrap: null, tenants: [firstTenant], setting: '0' }])
  let news = 0
  await db.engine.listen('portero_engine_test', () => news++)
  await run('notify portero_engine_test')
  expect([(await run(job)).rows[0]?.['seq'], heard, news]).toEqual([first?.['seq'], 0, 1])
  await db.close()
  expect(await whole.empty()).toBe(true)
})

embedded('the planner knows no more of its tables than of new ones, and they have no pages', async () => {
  const known = `select md5(string_agg(concat_ws(' ', relname, relpages, reltuples, relallvisible, pg_relation_size(oid)), ',' order by relname)) as known from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
  const [first] = await left(known)
  await run('insert into person (tenant_id, id, created_at) select tenant_id, gen_random_uuid(), now() from tenant, generate_series(1, 500)')
  await run('vacuum analyze person')
  expect(await left(known)).not.toEqual([first])
  expect(await whole.empty()).toBe(true)
  expect(await left(known)).toEqual([first])
  await db.close()
})

embedded('nobody who held it before can ask it anything, nor in a transaction that was begun before', async () => {
  const before = makeDb(whole.lend())
  await before.engine.close()
  await expect(sql`select 1`.execute(before.bare)).rejects.toMatchObject({ code: 'unavailable' })
})

embedded.each([
  ['a column', 'alter table person add column odd int', 'alter table person drop column odd'],
  ['a rule', 'alter table job add constraint odd check (attempts < 1000)', 'alter table job drop constraint odd'],
  ['a function', `create function odd() returns int language sql as 'select 1'`, 'drop function odd'],
  ['the name of the first tenant', `update tenant set name = 'odd'`, `update tenant set name = 'default'`],
  ['the name of a table', 'alter table job rename to odd', undefined],
])('one in which %s has changed is not used again', async (_what, change, back) => {
  const one = await lasting(engine)
  db = makeDb(one.lend())
  await run(change)
  expect(await one.empty()).toBe(false)
  if (back) await run(back)
})
