import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '@portero/shared'

// Two processes on one PGlite directory both open it and lose rows without an error: 409 acknowledged ones in 3 seconds (electric-sql/pglite#1106).
// SQLite's exclusive lock is the kernel's: it is gone when the process is, however it died, and never while it lives, even stopped. So nothing is ever stolen.
// It hangs on the process, not on the descriptor (fcntl): whoever opens and closes the file `lock` in this process lets go of it. Hence the pid in a file of its own.
export const lockDirectory = (dir: string): { release(): void } => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const pidFile = join(dir, 'pid')
  const lock = new DatabaseSync(join(dir, 'lock'), { timeout: 0 })
  try {
    lock.exec('pragma journal_mode=memory; pragma locking_mode=exclusive; begin exclusive')
    chmodSync(join(dir, 'lock'), 0o600)
    writeFileSync(pidFile, String(process.pid), { mode: 0o600 })
  } catch (thrown) {
    lock.close()
    throw isBusy(thrown) ? new AppError('conflict', `data directory ${dir} is in use by ${holder(pidFile)}`) : thrown
  }
  return {
    release() {
      if (!lock.isOpen) return
      rmSync(pidFile, { force: true })
      lock.close()
    },
  }
}

const sqliteBusy = 5 // https://www.sqlite.org/rescode.html#busy
const isBusy = (thrown: unknown): boolean => typeof thrown === 'object' && thrown !== null && 'errcode' in thrown && thrown.errcode === sqliteBusy

const holder = (pidFile: string): string => {
  try {
    return `process ${readFileSync(pidFile, 'utf8')}`
  } catch {
    return 'another process' // it has the lock, and is about to write who it is
  }
}
