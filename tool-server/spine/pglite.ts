import { AsyncLocalStorage } from 'node:async_hooks'
import { fdatasyncSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Engine } from './db.ts'
import { diskRoom } from './disk.ts'
import { lockDirectory } from './lock.ts'
import { faultFields } from './fault.ts'
import type { Log } from './log.ts'
import { dataDirectory, startInMemory, startOnDisk, stop, type Backend, type Sync } from './pglite-backend.ts'
import { dialectOf, makeLine } from './pglite-dialect.ts'

// PostgreSQL 18 as WebAssembly in this process, for trying Portero and for one small node. sync is how bytes reach the disk.
export const openPglite = async ({ dir, clock, log, sync = fdatasyncSync, reserveBytes }: { dir: string; clock: Clock; log: Log; sync?: Sync; reserveBytes?: number }): Promise<Engine> => {
  const lock = lockDirectory(dir)
  const room = diskRoom({ dir, clock, ...(reserveBytes !== undefined && { reserveBytes }) })
  try {
    const data = await dataDirectory(dir, sync)
    const start = (): Promise<Backend> => startOnDisk({ data, log, sync })
    let notBefore = Number.NEGATIVE_INFINITY
    const restart = async (): Promise<Backend> => {
      if (clock.now() < notBefore) throw new AppError('unavailable', 'the embedded database died, and starts again in a few seconds')
      notBefore = clock.now() + restartEveryMs
      return start()
    }
    return engineOf({ backend: await start(), restart, room, log, released: () => lock.release() })
  } catch (thrown) {
    lock.release()
    room() // throws where a full disk is why
    throw thrown
  }
}

// A start holds up the whole process for half a second, and a dead backend keeps its 200 MB until its last timer, 10 s later: on a disk that stays broken every query would.
const restartEveryMs: Millis = 5_000

// For tests: a snapshot opens in half a second, a new database in three.
export const openPgliteMemory = async ({ snapshot, log }: { snapshot?: Buffer<ArrayBuffer>; log?: Log } = {}): Promise<Engine> => {
  const backend = await startInMemory(snapshot && new Blob([snapshot]), log)
  return engineOf({ backend, restart: lost, room() {}, log, released() {} })
}

const lost = async (): Promise<Backend> => {
  throw new AppError('unavailable', 'the database was in memory, and died')
}

export const snapshotOf = async (engine: Engine): Promise<Buffer<ArrayBuffer>> => {
  const dump = dumps.get(engine)
  if (!dump) throw new AppError('bug', 'only an embedded database can be taken as a snapshot')
  return dump()
}
const dumps = new WeakMap<Engine, () => Promise<Buffer<ArrayBuffer>>>()

type Parts = { backend: Backend; restart: () => Promise<Backend>; room: () => void; log: Log | undefined; released: () => void }
type Listener = { channel: string; heard: () => void; stop(): Promise<void> }

const engineOf = ({ backend: first, restart, room, log, released }: Parts): Engine => {
  let backend = first
  let closed = false
  const line = makeLine()
  const listeners = new Set<Listener>()

  const hear = async (listener: Listener): Promise<void> => {
    listener.stop = await backend.pg.listen(listener.channel, listener.heard)
  }
  // What a dead backend had acknowledged is in its WAL; a new one recovers it in half a second.
  const ready = async (): Promise<void> => {
    if (closed) throw new AppError('unavailable', 'the embedded database is closed')
    if (!backend.dead) return
    room() // recovery needs a WAL file too
    await stop(backend)
    backend = await restart()
    log?.warn('pglite.restarted')
    for (const listener of listeners) {
      await hear(listener)
      listener.heard()
    }
  }
  const alone = async <T>(work: (pg: PGlite) => Promise<T>): Promise<T> => {
    const done = await line()
    try {
      await ready()
      return await work(backend.pg)
    } finally {
      done()
    }
  }
  const checkpointIfDue = async (): Promise<void> => {
    if (backend.walFiles < walFilesPerCheckpoint || backend.dead || closed) return
    await backend.pg.exec('checkpoint').catch((thrown: unknown) => log?.warn('pglite.checkpoint', faultFields(thrown)))
    backend.walFiles = 0
  }
  const shutDown = async (): Promise<void> => {
    const done = await line()
    try {
      if (!closed) await stop(backend)
    } finally {
      closed = true
      done()
    }
  }

  const engine: Engine = {
    name: 'pglite',
    dialect: dialectOf({ backend: () => backend, line, ready, checkpointIfDue, shutDown }),
    async listen(channel, heard) {
      if (!/^[a-z_]+$/.test(channel)) throw new AppError('bug', `${channel} is no plain channel name`)
      // PGlite calls from inside whichever query brought the news, so heard() would go on as a part of it, with its trace.
      const listener: Listener = { channel, heard: AsyncLocalStorage.bind(() => heard()), stop: async () => {} }
      await alone(() => hear(listener))
      listeners.add(listener)
      return async () => {
        listeners.delete(listener)
        if (!closed) await alone(() => listener.stop())
      }
    },
    room,
    async tend() {
      const { rows } = await alone((pg) => pg.query<{ name: string }>(wornTables))
      for (const { name } of rows) await alone((pg) => pg.exec(`vacuum (analyze) ${name}`)) // one at a time: it holds up the whole process while it runs
    },
    async close() {
      await shutDown() // Kysely does it too, unless it never asked anything
      released()
    },
  }
  dumps.set(engine, () => alone(async (pg) => {
    await pg.exec('checkpoint')
    return Buffer.from(await (await pg.dumpDataDir('none')).arrayBuffer())
  }))
  return engine
}

// Without a postmaster nobody asks for a checkpoint, and WAL piles up: 2.5 GB for one table filled and emptied twenty times. So we ask, every four files of 16 MB.
const walFilesPerCheckpoint = 4

// Nobody vacuums either. These are autovacuum's own thresholds: https://www.postgresql.org/docs/18/routine-vacuuming.html#AUTOVACUUM
const wornTables = `
select format('%I.%I', schemaname, relname) as name from pg_stat_all_tables
where schemaname <> 'pg_toast' and (n_dead_tup > 50 + 0.2 * n_live_tup or n_ins_since_vacuum > 1000 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup)
order by n_dead_tup desc`
