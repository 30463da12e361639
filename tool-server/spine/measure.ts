import { statfsSync } from 'node:fs'
import { sql } from 'kysely'
import type { Lane, Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import type { WaysOut } from './http.ts'
import type { Metrics } from './metrics.ts'
import type { JobKind, JobState } from './tables.ts'

// What is counted when somebody looks: gauges that say how things stand, read from where they stand.
type Depths = { jobs: { kind: JobKind; lane: Lane; state: JobState; count: number }[]; inbox: { state: string; count: number }[]; unsealed: number }
export const depthOf = async (db: Db): Promise<Depths> => {
  const jobs = await sql<Depths['jobs'][number]>`select kind, lane, state, count(*) as count from job where state not in ('done', 'shadowed', 'dropped') group by kind, lane, state order by kind, lane, state`.execute(db.bare)
  const inbox = await sql<Depths['inbox'][number]>`select state, count(*) as count from inbox where state in ('new', 'dead') group by state order by state`.execute(db.bare)
  const unsealed = await sql<{ count: number }>`select count(*) as count from audit where link is null`.execute(db.bare)
  return { jobs: jobs.rows, inbox: inbox.rows, unsealed: unsealed.rows[0]?.count ?? 0 }
}

type Needs = { db: Db; clock: Clock; metrics: Metrics; dataDir: string; lines(): ReturnType<WaysOut['lines']> }
export const measureWork = async ({ db, clock, metrics, dataDir, lines }: Needs): Promise<void> => {
  measureDisk(metrics, dataDir)
  metrics.connections.reset()
  for (const { vendor, state } of lines()) metrics.connections.inc({ vendor, state })
  await Promise.all([measureDepth(db, metrics), measureOldest({ db, clock, metrics }), measureGrants(db, metrics)])
}

const measureDepth = async (db: Db, metrics: Metrics): Promise<void> => {
  const { jobs, inbox, unsealed } = await depthOf(db)
  metrics.depth.reset()
  for (const { count, ...labels } of jobs) metrics.depth.set(labels, count)
  metrics.inboxDepth.reset()
  for (const { state, count } of inbox) metrics.inboxDepth.set({ state }, count)
  metrics.unsealed.set(unsealed)
}

// What failed, or whose vendor rests, is put off again and again: it counts from when it was first due. Of other work an older server may have moved run_at alone. Of what is scheduled only the due is read, by its index: reminders are many.
const measureOldest = async ({ db, clock, metrics }: Pick<Needs, 'db' | 'clock' | 'metrics'>): Promise<void> => {
  const now = clock.now()
  const { rows } = await sql<{ kind: JobKind; since: Millis }>`select kind, min(case when error_code is null then run_at else coalesce(due_at, run_at) end) as since from job
    where state = 'scheduled' and run_at <= ${at(now)} or state = 'ready' and (run_at <= ${at(now)} or error_code is not null and due_at <= ${at(now)}) group by kind`.execute(db.bare)
  metrics.oldest.reset()
  for (const { kind, since } of rows) metrics.oldest.set({ kind }, Math.max(0, now - since) / 1_000)
}

// refused for good: only whoever granted it can mend it. What may be tried again is failing.
const measureGrants = async (db: Db, metrics: Metrics): Promise<void> => {
  const { rows } = await sql<{ vendor: string; state: string; count: number }>`select c.vendor, case when a.state = 'refused' and a.retry_at is null then 'refused' when a.state = 'refused' or a.failures > 0 then 'failing' else 'good' end as state, count(*) as count
    from access_token a join connection c on c.tenant_id = a.tenant_id and c.id = a.connection_id where c.ended_at is null group by 1, 2`.execute(db.bare)
  metrics.grants.reset()
  for (const { count, ...labels } of rows) metrics.grants.set(labels, count)
}

const measureDisk = (metrics: Metrics, dir: string): void => {
  const { bavail, blocks, bsize } = statfsSync(dir)
  metrics.diskFree.set(bavail * bsize)
  metrics.diskSize.set(blocks * bsize)
}
