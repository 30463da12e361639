import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { Client } from 'pg'
import { makeDb, type Engine } from '@portero/tool-server/spine/db.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { migrate } from '@portero/tool-server/spine/migrate.ts'
import { openPgliteMemory, snapshotOf } from '@portero/tool-server/spine/pglite.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { lasting, type Lasting } from './lasting.ts'

// The suite runs on the engine that DATABASE_URL names, or on the embedded one. A template is migrated once a run; every database is a copy of it.
export const serverUrl = process.env['DATABASE_URL']
const clock = realClock()
const silent = makeLog({ level: 'silent', clock })
const template = (): string => process.env['TEST_TEMPLATE'] ?? ''

export const prepareTemplate = async (): Promise<string> => {
  if (serverUrl) {
    const name = `portero_tpl_${process.pid}`
    await onServer(`drop database if exists ${name}`, `create database ${name}`)
    const db = makeDb(openPostgres({ url: urlOf(name), clock, log: silent }))
    await migrate({ db, clock })
    await db.close()
    return name
  }
  const file = keptFile()
  if (!existsSync(file)) await keep(file)
  return file
}

// To migrate takes the embedded engine some seconds, so what these sources come to is kept.
const root = fileURLToPath(new URL('../../', import.meta.url))
const keptFile = (): string => {
  const migrations = join(root, 'tool-server/spine/migrations')
  const sources = [join(root, 'node_modules/@electric-sql/pglite/package.json'), ...['migrate.ts', 'pglite.ts'].map((name) => join(root, 'tool-server/spine', name)), fileURLToPath(import.meta.url), ...readdirSync(migrations).toSorted().map((name) => join(migrations, name))]
  const hash = createHash('sha256')
  for (const source of sources) hash.update(readFileSync(source))
  return join(root, 'node_modules/.cache', `template-${hash.digest('hex').slice(0, 16)}.tar`)
}
const keep = async (file: string): Promise<void> => {
  const engine = await openPgliteMemory()
  const db = makeDb(engine)
  await migrate({ db, clock })
  // A third of its bytes and four files of ten, which every open would read for nothing.
  await sql`update pg_database set datistemplate = false`.execute(db.bare)
  for (const unused of ['template0', 'template1']) await sql`drop database ${sql.table(unused)}`.execute(db.bare)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.${process.pid}`, await snapshotOf(engine))
  renameSync(`${file}.${process.pid}`, file) // whole or not at all, whoever else keeps it
  await db.close()
}

export const removeTemplate = async (): Promise<void> => {
  if (serverUrl) await onServer(`drop database if exists ${template()} with (force)`)
}

let made = 0

// Engines between two tests of a file; after its last one they are closed.
const free: Lasting[] = []
let isOver = false
const { afterAll } = globalThis as { afterAll?: (run: () => Promise<void>) => void } // a bench has none
afterAll?.(async () => {
  isOver = true
  for (const one of free) await one.end()
})

export const openTemplate = (): Promise<Engine> => openPgliteMemory({ snapshot: readFileSync(template()) })

// A migrated engine with nothing in it; remove() takes it away again. url: set on a server, so that other processes can join.
export const freshEngine = async (): Promise<{ engine: Engine; url: string | undefined; remove(): Promise<void> }> => {
  if (serverUrl) {
    const { url, remove } = await freshDatabase()
    return { engine: openPostgres({ url, clock, log: silent }), url, remove }
  }
  const one = free.pop() ?? (await lasting(await openTemplate()))
  let isLent = true
  const remove = async (): Promise<void> => {
    if (!isLent) return
    isLent = false
    if (!isOver && (await one.empty())) free.push(one)
    else await one.end()
  }
  return { engine: one.lend(), url: undefined, remove }
}

export const freshDatabase = async ({ empty = false } = {}): Promise<{ url: string; remove(): Promise<void> }> => {
  const name = `portero_t_${process.pid}_${process.env['JEST_WORKER_ID'] ?? 0}_${made++}`
  await onServer(`drop database if exists ${name} with (force)`, empty ? `create database ${name}` : `create database ${name} template ${template()}`)
  return { url: urlOf(name), remove: () => onServer(`drop database if exists ${name} with (force)`) }
}

const urlOf = (database: string): string => {
  const url = new URL(serverUrl ?? '')
  url.pathname = `/${database}`
  return url.href
}

const onServer = async (...statements: string[]): Promise<void> => {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
