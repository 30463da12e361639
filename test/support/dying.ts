import { fdatasyncSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openPglite } from '@portero/tool-server/spine/pglite.ts'
import { fakeClock } from './clock.ts'

// A process of its own in which PGlite dies: were it to spin, as it does unguarded, it would take the whole test run with it. Says in one line of JSON what it saw.
const mb = 2 ** 20
const log = makeLog({ level: 'silent', clock: realClock() })
const failure = (work: Promise<unknown>): Promise<any> => work.then(() => 'it worked', ({ code, arrived, message }) => ({ code, arrived, message }))
const idsOf = async (db: Db): Promise<number[]> => (await sql<{ id: number }>`select id from kept order by id`.execute(db.bare)).rows.map(({ id }) => id)
const write = (db: Db, id: number, size = 1): Promise<unknown> => db.tx(async (tx) => {
  await sql`insert into kept values (${id})`.execute(tx)
  await sql`select pg_logical_emit_message(true, 'test', repeat('x', ${size}))`.execute(tx)
})

const fsyncFails = async (dir: string): Promise<object> => {
  let broken = false
  const sync = (fd: number): void => {
    if (broken) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
    fdatasyncSync(fd)
  }
  const db = makeDb(await openPglite({ dir, clock: realClock(), log, sync }))
  await sql`create table kept (id int)`.execute(db.bare)
  await write(db, 1)
  const heard = Promise.withResolvers<void>()
  let woken = 0
  await db.engine.listen('portero_engine_test', () => ++woken === 2 && heard.resolve())
  broken = true
  const failed = await failure(write(db, 2))
  broken = false
  const kept = await idsOf(db)
  const wokenByRestart = woken
  await write(db, 3)
  await sql`notify portero_engine_test`.execute(db.bare)
  await heard.promise
  return { failed, kept, wokenByRestart, woken }
}

// The guard looked a moment ago, and there was room.
const diskFillsUp = async (dir: string): Promise<object> => {
  const clock = fakeClock()
  const db = makeDb(await openPglite({ dir, clock, log }))
  await sql`create table kept (id int)`.execute(db.bare)
  await write(db, 0)
  const { bavail, bsize } = statfsSync(dir)
  const ballast = join(dir, 'ballast')
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - 2 * mb))
  const acknowledged = [0]
  let failed: unknown
  for (let id = 1; id < 200 && !failed; id++) {
    const end = await failure(write(db, id, mb))
    if (end === 'it worked') acknowledged.push(id)
    else failed = end
  }
  clock.advance(250)
  const whileFull = await failure(idsOf(db))
  rmSync(ballast)
  clock.advance(250)
  await write(db, 1000)
  const kept = new Set(await idsOf(db))
  return { failed, whileFull, missing: [...acknowledged, 1000].filter((id) => !kept.has(id)) }
}

const [dir = '', how = ''] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await (how === 'fsync' ? fsyncFails : diskFillsUp)(dir))}\n`)
process.exit(0)
