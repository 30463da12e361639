import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { AppError } from '@portero/shared'
import { at, type Db } from './db.ts'
import type { Clock } from './clock.ts'
import { isDatabaseAway } from './fault.ts'
import { migrations } from './migrations/index.ts'

// The tenant that exists from the start; screens for several come later.
export const firstTenant = '00000000-0000-7000-8000-000000000001'

export const migrate = async ({ db, clock }: { db: Db; clock: Clock }): Promise<string[]> => {
  const results = (await isUpToDate(db)) ? [] : await migrateToLatest(db)
  await sql`insert into tenant (tenant_id, name, created_at) values (${firstTenant}, 'default', ${at(clock.now())}) on conflict do nothing`.execute(db.bare)
  return results
}

// To find that nothing is to be done Kysely reads the whole catalogue, which takes the embedded engine 0.15 s at every start.
const isUpToDate = async (db: Db): Promise<boolean> => {
  const { rows: [table] } = await sql<{ exists: boolean }>`select to_regclass('kysely_migration') is not null as exists`.execute(db.bare)
  if (!table?.exists) return false
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db.bare)
  return rows.length === Object.keys(migrations).length && rows.every(({ name }) => Object.hasOwn(migrations, name))
}

const migrateToLatest = async (db: Db): Promise<string[]> => {
  const migrator = new Migrator({ db: db.bare, provider: { getMigrations: async () => migrations } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error && !isDatabaseAway(error)) await refuseNewer(db)
  if (error) throw isDatabaseAway(error) ? error : new AppError('bug', `migration ${results.find(({ status }) => status === 'Error')?.migrationName ?? ''} failed`, { cause: error })
  return results.map(({ migrationName }) => migrationName)
}

// Kysely says of it that its migrations are corrupted.
const refuseNewer = async (db: Db): Promise<void> => {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name desc`.execute(db.bare)
  const newer = rows.find(({ name }) => !Object.hasOwn(migrations, name))
  if (newer) throw new AppError('refused', `the database is of a newer version (migration ${newer.name}): run that one, or restore the backup from before it`)
}
