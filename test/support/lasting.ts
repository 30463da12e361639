import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import { makeDb, type Engine } from '@portero/tool-server/spine/db.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { beside } from './statements.ts'

// An embedded engine that serves one test after the other: a copy of the template takes most of a second to open, and this a tenth of one to empty.
// What is left of the template is compared with what was there at first, so a test that changed more than rows ends it.
export type Lasting = { lend(): Engine; empty(): Promise<boolean>; end(): Promise<void> } // false: it is not as it was

export const lasting = async (engine: Engine): Promise<Lasting> => {
  const { bare } = makeDb(engine)
  const tables = await sql<{ name: string }>`select relname as name from pg_class where ${ofTables}`.execute(bare)
  const known = tables.rows.map(({ name }) => name)
  const first = await shapeOf(bare)
  const listeners = new Set<() => Promise<void>>()
  return {
    lend() {
      let closed = false
      const close = async (): Promise<void> => void (closed = true)
      const createDriver: Engine['dialect']['createDriver'] = () => {
        const driver = engine.dialect.createDriver()
        const acquireConnection: typeof driver.acquireConnection = async () => {
          const connection = await driver.acquireConnection()
          if (!closed) return connection
          await driver.releaseConnection(connection)
          throw new AppError('unavailable', 'the embedded database is closed')
        }
        return beside(driver, { acquireConnection, destroy: close })
      }
      return {
        ...engine, close,
        dialect: beside(engine.dialect, { createDriver }),
        async listen(channel, heard) {
          const stop = await engine.listen(channel, heard)
          listeners.add(stop)
          return async () => void (listeners.delete(stop) && (await stop()))
        },
      }
    },
    async empty() {
      for (const stop of listeners) await stop()
      listeners.clear()
      await sql`discard all`.execute(bare)
      const { rows } = await sql<{ name: string }>`select relname as name from pg_class where ${ofTables} and (pg_relation_size(oid) > 0 or relname <> all(${known}))`.execute(bare)
      const strange = rows.filter(({ name }) => !known.includes(name))
      if (strange.length > 0) await sql`drop table ${sql.join(strange.map(({ name }) => sql.table(name)))} cascade`.execute(bare)
      const full = rows.filter(({ name }) => known.includes(name) && !/^(tenant|kysely_.*)$/.test(name))
      if (full.length > 0) await emptyTables(bare, full.map(({ name }) => name))
      await sql`delete from tenant where tenant_id <> ${firstTenant}`.execute(bare)
      return (await shapeOf(bare)) === first
    },
    end: () => engine.close(),
  }
}

type Bare = ReturnType<typeof makeDb>['bare']

// As a truncate, which would make some hundred new files for the tables that refer to these and all their indexes: for four tables 115 to 180 ms of CPU, and deleting and vacuuming 10 to 21.
const emptyTables = async (bare: Bare, names: readonly string[]): Promise<void> => {
  await bare.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx) // no trigger asks who refers to what: whatever has rows is in the list
    for (const name of names) await sql`delete from ${sql.table(name)}`.execute(tx)
  })
  await sql`vacuum ${sql.join(names.map((name) => sql.table(name)))}`.execute(bare) // gives back the pages, so that the next rows lie as in a new table
  await sql`select pg_clear_relation_stats('public', relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'i') and reltuples >= 0`.execute(bare)
  await sql`select setval(format('%I.%I', schemaname, sequencename), start_value, false) from pg_sequences where last_value is not null`.execute(bare)
}

const ofTables = sql`relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`

// All that is ours in the catalogue, by its ids, and which tables are not empty.
const shapeOf = async (bare: Bare): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ shape: string }>`select md5(string_agg(line, ' ' order by line)) as shape from (
    select concat_ws(' ', 'class', oid, relname, relkind, relkind = 'r' and pg_relation_size(oid) > 0) as line from pg_class where oid >= 16384
    union all select concat_ws(' ', 'column', attrelid, attnum, attname, atttypid, attnotnull, attisdropped) from pg_attribute where attrelid >= 16384
    union all select concat_ws(' ', 'default', oid) from pg_attrdef
    union all select concat_ws(' ', 'constraint', oid, conname) from pg_constraint
    union all select concat_ws(' ', 'trigger', oid, tgenabled) from pg_trigger
    union all select concat_ws(' ', 'function', oid, md5(prosrc)) from pg_proc where oid >= 16384
    union all select concat_ws(' ', 'schema', oid) from pg_namespace
    union all select concat_ws(' ', 'sequence', sequencename, last_value) from pg_sequences
    union all select concat_ws(' ', 'tenant', tenant) from tenant
    union all select concat_ws(' ', 'migration', kysely_migration) from kysely_migration) lines`.execute(bare)
  return row?.shape
}
