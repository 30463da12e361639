import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { AppError } from '@portero/shared'
import { faultFields } from './fault.ts'
import type { Log } from './log.ts'
import { parsers } from './parsers.ts'
import { makeAsk, type Ask } from './pglite-prepared.ts'

// One run of PGlite, made trustworthy: what it commits is on the disk, and when it dies it says so.
export type Backend = { pg: PGlite; ask: Ask; dead: boolean; walFiles: number }
export type Sync = (fd: number) => void
type OnDisk = { data: string; log: Log; sync: Sync }

export const startInMemory = async (snapshot: Blob | undefined, log: Log | undefined): Promise<Backend> => start({ ...(snapshot && { loadDataDir: snapshot }) }, { walFiles: 0 }, log)

export const startOnDisk = async ({ data, log, sync }: OnDisk): Promise<Backend> => {
  const seen = { syncs: 0, walFiles: 0, walFile: '' }
  const startParams = [
    ...PGlite.defaultStartParams.filter((param) => param !== '-F'), // -F: no fsync
    '-c', 'wal_sync_method=fsync', // its fdatasync is an empty function
    '-c', 'max_wal_size=256MB', // how much is kept for use again; the default is 1 GB
  ]
  const backend = await start({ fs: durable({ data, log, sync }, seen), startParams }, seen, log)
  const before = seen.syncs
  await backend.pg.query(`select pg_logical_emit_message(true, 'portero', 'opened')`)
  if (seen.syncs > before) return backend
  await stop(backend)
  throw new AppError('bug', 'a commit of the embedded database reached no disk: this PGlite must not be used')
}

export const stop = async ({ pg, dead }: Backend): Promise<void> => {
  if (dead) await pg.fs?.closeFs() // closes its files; to shut down in order it would have to run
  else await pg.close()
}

const start = async (options: PGliteOptions, seen: { walFiles: number }, log: Log | undefined): Promise<Backend> => {
  const onStderr = (line: string): boolean => {
    const panic = /(?:PANIC|FATAL): +(.*)/.exec(line)?.[1]
    if (panic) log?.error('pglite.panic', { panic })
    return false
  }
  const pg = await PGlite.create({ ...options, onStderr, extensions: { btree_gist, pg_trgm } })
  pg.parsers = parsers
  const backend: Backend = Object.assign(seen, { pg, ask: makeAsk(pg), dead: false })
  watch(backend, log)
  return backend
}

// As shipped, PGlite never calls fsync: NODEFS has no such operation, so a power cut loses or breaks data (electric-sql/pglite#1107).
// PostgreSQL itself asks for every file and directory that needs it; it only has to be done.
const durable = ({ data, log, sync }: OnDisk, seen: { syncs: number; walFiles: number; walFile: string }): NodeFS => {
  const files = new NodeFS(data)
  const init = files.init.bind(files)
  files.init = async (pg, options) => {
    const ready = await init(pg, options)
    ready.emscriptenOpts.preRun?.push(({ NODEFS }) => {
      NODEFS.stream_ops.fsync = ({ nfd, path }: { nfd: number; path: string }): number => {
        try {
          sync(nfd)
        } catch (thrown) {
          log.error('pglite.fsync', faultFields(thrown))
          return ioError // PostgreSQL panics at that, as it should: what the kernel holds after a failed fsync is unknown
        }
        seen.syncs++
        if (/pg_wal\/[0-9A-F]{24}$/.test(path) && path !== seen.walFile) {
          seen.walFile = path
          seen.walFiles++
        }
        return 0
      }
    })
    return ready
  }
  return files
}
const ioError = 29 // EIO, as WASI counts

// After a PANIC (no room for a WAL file, a failed fsync) PGlite swallows the abort and calls on into the dead backend, which spins for ever on its own lock and the whole process with it.
// So nothing may enter it any more. Status 100 is no death but how a failed statement unwinds (POSTGRES_MAIN_LONGJMP in pglite.ts).
const watch = (backend: Backend, log: Log | undefined): void => {
  const { Module } = backend.pg
  const bury = (cause: unknown): void => {
    backend.dead = true
    log?.error('pglite.died', faultFields(cause))
    const gone = (): never => {
      throw new AppError('unavailable', 'the embedded database died in the middle of this', { cause, arrived: 'unknown' })
    }
    Object.assign(Module, { _PostgresMainLoopOnce: gone, _PostgresMainLongJmp: gone, _PostgresSendReadyForQueryIfNecessary: gone, _pgl_pq_flush: gone, stackRestore: gone })
  }
  for (const name of ['_PostgresMainLoopOnce', '_PostgresMainLongJmp'] as const) {
    const step = Module[name]
    Module[name] = () => {
      try {
        step()
      } catch (thrown) {
        if (!isFailedStatement(thrown)) bury(thrown)
        throw thrown
      }
    }
  }
}
const isFailedStatement = (thrown: unknown): boolean => typeof thrown === 'object' && thrown !== null && 'status' in thrown && thrown.status === 100

// A new database appears under its name only when all of it is on the disk, so being killed or cut off while it is made leaves nothing half.
export const dataDirectory = async (dir: string, sync: Sync): Promise<string> => {
  const data = join(dir, 'postgres')
  if (existsSync(data)) return data
  const fresh = join(dir, 'postgres.new')
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 }) // PGlite makes its files readable for everybody
  const pg = await PGlite.create({ fs: new NodeFS(fresh) })
  await pg.close()
  for (const entry of readdirSync(fresh, { recursive: true, withFileTypes: true })) syncPath(join(entry.parentPath, entry.name), sync)
  syncPath(fresh, sync)
  renameSync(fresh, data)
  syncPath(dir, sync)
  return data
}

const syncPath = (path: string, sync: Sync): void => {
  const fd = openSync(path, 'r')
  try {
    sync(fd)
  } finally {
    closeSync(fd)
  }
}
