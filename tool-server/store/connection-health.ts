import { sql, type Kysely } from 'kysely'
import type { DB, Lane, Millis } from '../define.ts'
import type { Db } from '../spine/db.ts'
import { countToReview } from './crm-reviews-view.ts'
import { lastReconciled, type Reconciled } from './reconcile.ts'

// What waits for each connection, and what isn't the same there as here.
// connection: undefined for the house's own work. oldestAt: since when the oldest that is due waits.
export type Line = { connection: string | undefined; lane: Lane; ready: number; running: number; scheduled: number; dead: number; uncertain: number; oldestAt: Millis | undefined }
export const linesNow = async (on: Kysely<DB>, tenant: string): Promise<Line[]> => {
  const { rows } = await sql<Omit<Line, 'connection' | 'oldestAt'> & { connection: string | null; oldestAt: Millis | null }>`select connection_id as connection, lane, count(*) filter (where state = 'ready') as ready, count(*) filter (where state = 'running') as running, count(*) filter (where state = 'scheduled') as scheduled,
      count(*) filter (where state = 'dead') as dead, count(*) filter (where state = 'dead' and uncertain_since is not null) as uncertain, min(coalesce(due_at, run_at)) filter (where state = 'ready') as "oldestAt"
    from job where tenant_id = ${tenant} and state in ('ready', 'running', 'scheduled', 'dead') group by 1, 2 order by 1, 2`.execute(on)
  return rows.map(({ connection, oldestAt, ...row }) => ({ ...row, connection: connection ?? undefined, oldestAt: oldestAt ?? undefined }))
}

export type Drift = { crm: Reconciled | undefined; walking: boolean; toReview: number }
export const driftNow = async ({ db, tenant }: { db: Db; tenant: string }): Promise<Drift> => {
  const { rows: walks } = await sql`select 1 from pull_cursor where tenant_id = ${tenant} and name = 'reconcile-walk' and cursor is not null limit 1`.execute(db.bare)
  return { crm: await lastReconciled(db.bare, tenant), walking: walks.length > 0, toReview: await countToReview({ db, tenant }) }
}
