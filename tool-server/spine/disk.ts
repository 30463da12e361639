import { statfsSync } from 'node:fs'
import { AppError } from '@portero/shared'
import type { Clock } from './clock.ts'
import type { Millis } from '../define.ts'

// Keeps the embedded engine away from a full disk. Measured on PGlite 0.5.16 with a tmpfs:
// a table that can't grow is an ordinary error (53100), but a commit that can't get its next WAL file (16 MB) is a PANIC, and a server can't start without one.
// With 64 MB left a single transaction of 24 MB of rows commits, one of 28 MB fails with 53100. So 64 MB: the next WAL file twice, and what one transaction may add.
const reserve = 64 * 2 ** 20
const lookEveryMs: Millis = 250

export const diskRoom = ({ dir, clock, reserveBytes = reserve }: { dir: string; clock: Clock; reserveBytes?: number }): (() => void) => {
  let lookedAt = Number.NEGATIVE_INFINITY
  let free = 0
  return () => {
    const now = clock.now()
    if (Math.abs(now - lookedAt) >= lookEveryMs) {
      const { bavail, bsize } = statfsSync(dir)
      free = bavail * bsize
      lookedAt = now
    }
    if (free < reserveBytes) throw new AppError('unavailable', `the disk of ${dir} is nearly full: ${inMb(free)} MB free, writes need ${inMb(reserveBytes)} MB`)
  }
}

const inMb = (bytes: number): number => Math.floor(bytes / 2 ** 20)
