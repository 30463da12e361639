import { sql } from 'kysely'
import type { Millis } from '@portero/tool-server/define.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import type { Db } from '@portero/tool-server/spine/db.ts'
import type { Job, NewJob } from '@portero/tool-server/spine/jobs.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { fakeClock } from './clock.ts'

// Jobs for tests of the statements themselves, without a house around them.
export const clock = fakeClock()
export const start: Millis = clock.now()

export const newJob = (key: string, more: Partial<NewJob> = {}): NewJob => ({ tenant: firstTenant, id: newId(clock), kind: 'command', name: 'tiny.keyed', key, lane: 'live', runAt: start, trace: '0', now: start, ...more })
export const claimed = (worker = 'worker-a', more: object = {}) => ({ lane: 'live' as const, most: 100, worker, now: start, until: start + 30_000, resting: [], ...more })
export const trouble = { code: 'unavailable', error: 'it was down', uncertainSince: null }
export const keysOf = (jobs: readonly Job[]): string[] => jobs.map(({ key }) => key)

export type Row = { id: string; key: string; state: string; seq: number; attempts: number; fence: number; begun: boolean; run_at: Millis; uncertain_since: Millis | null; error_code: string | null; finished_at: Millis | null; leased_by: string | null; serial: string | null; name: string }
export const rowsOf = async (db: Db): Promise<Row[]> =>
  (await sql<Row>`select id, key, state, seq, attempts, fence, begun, run_at, uncertain_since, error_code, finished_at, leased_by, serial, name from job order by seq`.execute(db.bare)).rows
export const rowOf = async (db: Db, key: string): Promise<Row> => {
  const row = (await rowsOf(db)).find((each) => each.key === key)
  if (!row) throw new Error(`no job has the key ${key}`)
  return row
}
