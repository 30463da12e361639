import { sql } from 'kysely'
import type { Lane, Millis } from '../define.ts'
import type { Db } from '../spine/db.ts'
import type { JobKind, JobState } from '../spine/tables.ts'

// What waits, runs and has stopped, for one tenant's operators to see.
export type Depth = { lane: Lane; state: Exclude<JobState, 'done' | 'shadowed' | 'dropped'>; count: number }
export const depths = async (db: Db, tenant: string): Promise<{ jobs: Depth[]; unread: number; dead: number; unsealed: number }> => {
  const { rows: jobs } = await sql<Depth>`select lane, state, count(*) as count from job where tenant_id = ${tenant} and state not in ('done', 'shadowed', 'dropped') group by lane, state`.execute(db.bare)
  const { rows: [rest] } = await sql<{ unread: number; dead: number; unsealed: number }>`select (select count(*) from inbox where tenant_id = ${tenant} and state = 'new') as unread,
    (select count(*) from inbox where tenant_id = ${tenant} and state = 'dead') + (select count(*) from job where tenant_id = ${tenant} and state = 'dead') as dead,
    (select count(*) from audit where tenant_id = ${tenant} and link is null) as unsealed`.execute(db.bare)
  return { jobs, unread: rest?.unread ?? 0, dead: rest?.dead ?? 0, unsealed: rest?.unsealed ?? 0 }
}

// since: when it stopped; nextAt: when it is tried again.
export type Stuck = { id: string; kind: JobKind | 'delivery'; name: string | null; vendor: string | null; code: string; error: string; uncertain: boolean; attempts: number; since: Millis; trace: string }
const ofInbox = sql`select i.tenant_id, i.id, 'delivery' as kind, null as name, i.connection_id, coalesce(error_code, '') as code, coalesce(error, '') as error, false as uncertain, 1 as attempts, coalesce(parsed_at, received_at) as since, trace from inbox i where state = 'dead'`
const ofJobs = sql`select j.tenant_id, j.id, kind, name, j.connection_id, coalesce(error_code, ''), coalesce(error, ''), uncertain_since is not null, attempts, coalesce(finished_at, j.created_at), trace from job j where state = 'dead'`

export const stuck = async (db: Db, tenant: string, { id, most = 200 }: { id?: string; most?: number } = {}): Promise<Stuck[]> => {
  const { rows } = await sql<Stuck>`select d.id, kind, name, vendor, code, error, uncertain, attempts, since, trace from (${ofInbox} union all ${ofJobs}) d
    left join connection c on c.tenant_id = d.tenant_id and c.id = d.connection_id where d.tenant_id = ${tenant} ${id ? sql`and d.id = ${id}` : sql``} order by since desc, d.id desc limit ${most}`.execute(db.bare)
  return rows
}

export type Waiting = { id: string; kind: JobKind; name: string; vendor: string | null; code: string; attempts: number; nextAt: Millis }
export const waiting = async (db: Db, tenant: string, most = 50): Promise<Waiting[]> => {
  const { rows } = await sql<Waiting>`select j.id, kind, name, vendor, coalesce(error_code, '') as code, attempts, run_at as "nextAt" from job j left join connection c on c.tenant_id = j.tenant_id and c.id = j.connection_id
    where j.tenant_id = ${tenant} and state = 'ready' and error_code is not null order by run_at, j.seq limit ${most}`.execute(db.bare)
  return rows
}
