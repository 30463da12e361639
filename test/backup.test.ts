import { cpSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals'
import { sql } from 'kysely'
import { makeAudit } from '@portero/tool-server/spine/audit.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeDb } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { labKeys } from '@portero/tool-server/spine/master-key.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { openPglite } from '@portero/tool-server/spine/pglite.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { cleanUp, effectsOf, forgetReadyDir, freshDir, isIdle, jobsOf, leaveUndone, makeKnock, saying, start, startServer, until, type Server } from './support/process.ts'
import { emptyDatabase } from './support/process-databases.ts'

// Restoring a backup is a test: what was kept is there, what was begun goes on, and what was done is not done again.
jest.setTimeout(180_000)
afterEach(cleanUp)
afterAll(forgetReadyDir)

const clock = realClock()
// What stands in a data directory, and whether its audit chain is whole.
const contentsOf = async (dir: string): Promise<object> => {
  const db = makeDb(await openPglite({ dir, clock, log: makeLog({ level: 'silent', clock }) }))
  try {
    const [key] = labKeys({ dataDir: dir, clock })
    const audit = makeAudit({ db, clock, vault: makeVault({ db, clock, keys: keyring([key!]) }) })
    const counts: Record<string, unknown[]> = {}
    for (const table of ['connection', 'data_key', 'inbox', 'job', 'audit']) counts[table] = (await sql`select id from ${sql.table(table)} order by id`.execute(db.bare)).rows
    return { ...counts, chain: await audit.verify(firstTenant) }
  } finally {
    await db.close()
  }
}

const expectRestored = async (restored: Server, processed: readonly string[]): Promise<void> => {
  await restored.ready() // the keys open, or it would refuse
  const knock = await makeKnock(restored)
  for (const id of processed) expect(await knock(saying(id))).toMatchObject({ status: 200, body: { repeated: true } })
  await until('what was left undone is done', async () => isIdle(restored), 90_000) // a lease may have to run out
  expect(await jobsOf(restored, 'command', 'dead')).toBe(0)
  expect(await knock(saying('new'))).toMatchObject({ status: 200, body: { repeated: false } })
  await until('something new is done', async () => isIdle(restored))
}

describe('the embedded engine: the data directory of a stopped server, copied', () => {
  it('has everything, goes on with what was begun, and does nothing again that was done', async () => {
    const server = await startServer()
    await server.ready()
    const knock = await makeKnock(server)
    await knock(saying('processed'))
    await until('it is processed', async () => (await effectsOf(server)).length === 1)
    await leaveUndone(server, 'undone')
    await server.stop()

    const copy = freshDir()
    cpSync(server.dir, copy, { recursive: true, preserveTimestamps: true })
    const kept = await contentsOf(server.dir)
    expect(await contentsOf(copy)).toEqual(kept)
    expect(kept).toMatchObject({ chain: { broken: undefined } })

    const restored = await startServer({ dir: copy })
    await expectRestored(restored, ['processed', 'undone'])
    expect(await effectsOf(restored)).toHaveLength(2) // 'undone' and 'new'; this lab never heard of 'processed', and still doesn't
  })

  it('copied while the server runs it is no backup: it may open, and lack what was acknowledged before', async () => {
    const server = await startServer()
    await server.ready()
    const knock = await makeKnock(server)
    expect(await knock(saying('acknowledged'))).toMatchObject({ status: 200 })
    await until('it is processed', async () => (await effectsOf(server)).length === 1)

    // A copy takes time. Here a checkpoint falls into it, after the tables and before the log.
    const copy = freshDir()
    const tables = join('postgres', 'base')
    cpSync(join(server.dir, tables), join(copy, tables), { recursive: true })
    const control = (): number => statSync(join(server.dir, 'postgres', 'global', 'pg_control')).mtimeMs
    const before = control()
    for (let at = 0; control() === before && at < 200; at++) await knock(saying(`large-${at}`, { text: 'x'.repeat(700_000), asks: [] }))
    expect(control()).not.toBe(before)
    await until('it rests', () => isIdle(server))
    cpSync(server.dir, copy, { recursive: true, filter: (from) => from !== join(server.dir, tables) })

    const restored = await startServer({ dir: copy })
    const opened = await restored.ready().then(() => true, () => false)
    const answer = opened ? await (await makeKnock(restored))(saying('acknowledged')) : undefined
    expect(answer ?? {}).not.toMatchObject({ body: { repeated: true } })
  })
})

const serverUrl = process.env['DATABASE_URL']
// oxlint-disable-next-line no-console
if (!serverUrl) console.warn('NOT RUN: DATABASE_URL is not set, so no dump of a PostgreSQL was restored, only a copy of the embedded database')
const onPostgres = serverUrl ? describe : describe.skip

onPostgres('PostgreSQL: pg_dump while the server is writing, pg_restore into a new database', () => {
  it('has everything that was acknowledged before, goes on with what was begun, and does nothing again that was done', async () => {
    const home = { DATABASE_URL: await emptyDatabase(), PORTERO_LAB: '1', PORTERO_KEY: Buffer.alloc(32, 7).toString('base64') }
    const server = await startServer({ dir: freshDir(), env: home })
    await server.ready()
    const knock = await makeKnock(server)
    await knock(saying('processed'))
    await until('it is processed', async () => (await effectsOf(server)).length === 1)
    await leaveUndone(server, 'undone')
    let acknowledged: string[] = []
    let writing = true
    const writer = (async () => {
      for (let at = 0; writing; at++) if ((await knock(saying(`busy-${at}`))).status === 200) acknowledged = [...acknowledged, `busy-${at}`]
    })()
    await until('it writes', () => acknowledged.length > 20)
    const before = acknowledged
    const dump = join(freshDir(), 'portero.dump')
    await command('pg_dump', ['--format=custom', `--file=${dump}`, `--dbname=${home.DATABASE_URL}`])
    expect(acknowledged.length).toBeGreaterThan(before.length)
    writing = false
    await writer
    await server.stop()

    const elsewhere = await emptyDatabase()
    await command('pg_restore', ['--no-owner', '--exit-on-error', `--dbname=${elsewhere}`, dump])
    const restored = await startServer({ dir: freshDir(), env: { ...home, DATABASE_URL: elsewhere } })
    await expectRestored(restored, ['processed', 'undone', ...before])
    const references = (await effectsOf(restored)).map(({ reference }) => reference)
    expect(new Set(references).size).toBe(references.length)
  })
})

const command = async (file: string, args: string[]): Promise<void> => {
  const started = start(file, args, { env: {} })
  const { code } = await started.exited
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${started.err()}`)
}
