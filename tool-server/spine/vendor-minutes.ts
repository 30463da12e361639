import { sql } from 'kysely'
import type { Millis } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { faultFields } from './fault.ts'
import type { Log } from './log.ts'

// What calls to vendors came to, minute by minute, of all servers on one database: for whoever looks at the console, today or tomorrow. Calls are counted in memory and written by and by, so nobody waits for it.
// tookMs: of a call that left; without it, it was held back here.
export type VendorCall = { tenant: string; connection: string; outcome: string; tookMs: Millis | undefined }
export type Rest = { tenant: string; connection: string; state: 'breaker' | 'key' | 'throttled'; until: Millis | undefined }
export type VendorMinutes = { add(call: VendorCall): void; start(): void; flush(): Promise<void>; close(): Promise<void> } // start: to write by itself

export const minuteMs: Millis = 60_000
export const flushMs: Millis = 15_000
export const heldBack = -1
const lastBucket = 64 // 65 s: longer than anything is waited for
// Four to a doubling, so that what is read of them is at most 19 % too much.
export const bucketOf = (tookMs: Millis): number => (tookMs <= 1 ? 0 : Math.min(lastBucket, Math.ceil(4 * Math.log2(tookMs))))
export const boundOf = (bucket: number): Millis => 2 ** (bucket / 4)

const mostAtOnce = 2_000 // of seven parameters each; a statement has room for 65,535
const mostKept = 20_000 // while the database is away

type Row = { tenant: string; connection: string; minute: Millis; outcome: string; bucket: number; calls: number; written: number }
type Needs = { db: Db; clock: Clock; log: Log; rests(): readonly Rest[] }
export const makeVendorMinutes = ({ db, clock, log, rests }: Needs): VendorMinutes => {
  const server = newId(clock)
  const rows = new Map<string, Row>()
  const told = new Map<string, Pick<Rest, 'tenant' | 'connection'>>()
  let callOff: (() => void) | undefined
  let writing: Promise<void> | undefined
  let isClosed = false

  // What a server says of its own minute takes the place of what it said before: an answer that was lost makes nothing count twice.
  const writeRows = async (): Promise<void> => {
    const changed = [...rows.values()].filter(({ calls, written }) => calls > written).map((row) => ({ row, calls: row.calls }))
    for (let from = 0; from < changed.length; from += mostAtOnce) {
      const some = changed.slice(from, from + mostAtOnce)
      await sql`insert into vendor_minute (tenant_id, connection_id, minute, server, outcome, bucket, calls)
        values ${sql.join(some.map(({ row: { tenant, connection, minute, outcome, bucket }, calls }) => sql`(${tenant}, ${connection}, ${at(minute)}, ${server}, ${outcome}, ${bucket}, ${calls})`))}
        on conflict (tenant_id, connection_id, minute, server, outcome, bucket) do update set calls = excluded.calls`.execute(db.bare)
      for (const { row, calls } of some) row.written = calls
    }
    const now = minuteOf(clock.now())
    for (const [name, { minute, calls, written }] of rows) if (minute < now && calls === written) rows.delete(name)
  }

  const writeRests = async (resting: readonly Rest[]): Promise<void> => {
    if (resting.length > 0) {
      await sql`insert into vendor_rest (tenant_id, connection_id, server, state, until, seen_at)
        values ${sql.join(resting.map(({ tenant, connection, state, until }) => sql`(${tenant}, ${connection}, ${server}, ${state}, ${until === undefined ? null : at(until)}, ${at(clock.now())})`))}
        on conflict (tenant_id, connection_id, server) do update set state = excluded.state, until = excluded.until, seen_at = excluded.seen_at`.execute(db.bare)
    }
    const over = [...told.values()].filter((each) => !resting.some(({ connection }) => connection === each.connection))
    if (over.length > 0) await sql`delete from vendor_rest where server = ${server} and connection_id in (${sql.join(over.map(({ connection }) => connection))})`.execute(db.bare)
    told.clear()
    for (const { tenant, connection } of resting) told.set(connection, { tenant, connection })
  }

  const write = async (): Promise<void> => {
    try {
      await writeRows()
      await writeRests(isClosed ? [] : rests())
    } catch (thrown) {
      log.warn('vendor-minutes.not-written', faultFields(thrown)) // the next time it is
      for (const name of [...rows.keys()].slice(0, Math.max(0, rows.size - mostKept))) rows.delete(name)
    }
  }
  const flush = async (): Promise<void> => {
    await writing // one after the other, or the older number could be the last
    writing = write()
    await writing
  }

  // Whoever rests says so again and again, or it would seem to be gone.
  const keepWriting = (): void => {
    callOff = clock.after(flushMs, () => void flush().finally(() => !isClosed && keepWriting()))
  }

  return {
    flush,
    add({ tenant, connection, outcome, tookMs }) {
      const minute = minuteOf(clock.now())
      const bucket = tookMs === undefined ? heldBack : bucketOf(tookMs)
      const name = `${connection} ${minute} ${outcome} ${bucket}`
      const row = rows.get(name)
      if (row) row.calls += 1
      else rows.set(name, { tenant, connection, minute, outcome, bucket, calls: 1, written: 0 })
    },
    start: keepWriting,
    async close() {
      isClosed = true
      callOff?.()
      await flush()
    },
  }
}

const minuteOf = (now: Millis): Millis => now - (now % minuteMs)
