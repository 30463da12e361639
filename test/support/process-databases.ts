import pg from 'pg'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { migrate } from '@portero/tool-server/spine/migrate.ts'
import { openPglite } from '@portero/tool-server/spine/pglite.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { atEnd, freshDir, readyDir, type Env } from './process.ts'

// A PostgreSQL to test with: the one that DATABASE_URL names, or else the one on this machine.
const serverUrl = process.env['DATABASE_URL'] ?? 'postgres://root@127.0.0.1:5432/postgres'
export const onServer = async (url: string, statement: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
export const hasPostgres = (): Promise<boolean> => onServer(serverUrl, 'select 1').then(() => true, () => false)
let databases = 0
// On the engine that the suite runs on: nothing in it yet, or, embedded, with its tables.
export const freshHome = async ({ empty = false } = {}): Promise<Env> => {
  if (process.env['DATABASE_URL']) return { DATA_DIR: freshDir(), DATABASE_URL: await emptyDatabase(), PORTERO_LAB: '1' }
  return { DATA_DIR: empty ? freshDir() : await readyDir() }
}
export const emptyDatabase = async (): Promise<string> => {
  const name = `portero_p_${process.pid}_${databases++}`
  await onServer(serverUrl, `create database ${name}`)
  atEnd(() => onServer(serverUrl, `drop database if exists ${name} with (force)`))
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
}

// The database of a home while no server has it, with its tables.
export const withDb = async <T>({ DATA_DIR: dir = '', DATABASE_URL: url }: Env, work: (db: Db) => Promise<T>): Promise<T> => {
  const clock = realClock()
  const log = makeLog({ level: 'silent', clock })
  const db = makeDb(url ? openPostgres({ url, clock, log }) : await openPglite({ dir, clock, log }))
  try {
    await migrate({ db, clock })
    return await work(db)
  } finally {
    await db.close()
  }
}
