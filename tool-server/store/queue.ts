import { sql, type RawBuilder } from 'kysely'
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

// since: when it stopped; nextAt: when it is tried again. kept: whether it can be tried again at all.
export type Stuck = { id: string; kind: JobKind | 'delivery'; name: string | null; vendor: string | null; code: string; error: string; uncertain: boolean; kept: boolean; attempts: number; since: Millis; trace: string }
const ofInbox = (tenant: string) => sql`select i.tenant_id, i.id, 'delivery' as kind, null::text as name, i.connection_id, coalesce(error_code, '') as code, coalesce(error, '') as error, false as uncertain, raw_sealed is not null as kept, 1 as attempts, coalesce(parsed_at, received_at) as since, trace from inbox i where state = 'dead' and tenant_id = ${tenant}`
const ofJobs = (tenant: string) => sql`select j.tenant_id, j.id, kind, name, j.connection_id, coalesce(error_code, ''), coalesce(error, ''), uncertain_since is not null, true, attempts, coalesce(finished_at, j.created_at), trace from job j where state = 'dead' and tenant_id = ${tenant}`
export const deadRows = (tenant: string): RawBuilder<unknown> => sql`select d.id, kind, name, vendor, code, error, uncertain, kept, attempts, since, trace from (${ofInbox(tenant)} union all ${ofJobs(tenant)}) d left join connection c on c.tenant_id = d.tenant_id and c.id = d.connection_id`
// Of what came of one cause, as text: what, whose, at whom, why.
export const causeOf: RawBuilder<unknown> = sql`concat_ws(':', kind, coalesce(name, ''), coalesce(vendor, ''), code)`

export const stuck = async (db: Db, tenant: string, { id, most = 200 }: { id?: string; most?: number } = {}): Promise<Stuck[]> => {
  const { rows } = await sql<Stuck>`select * from (${deadRows(tenant)}) d ${id ? sql`where id = ${id}` : sql``} order by since desc, id desc limit ${most}`.execute(db.bare)
  return rows
}

export type Waiting = { id: string; kind: JobKind; name: string; vendor: string | null; code: string; attempts: number; nextAt: Millis }
export const waiting = async (db: Db, tenant: string, most = 50): Promise<Waiting[]> => {
  const { rows } = await sql<Waiting>`select j.id, kind, name, vendor, coalesce(error_code, '') as code, attempts, run_at as "nextAt" from job j left join connection c on c.tenant_id = j.tenant_id and c.id = j.connection_id
    where j.tenant_id = ${tenant} and state = 'ready' and error_code is not null order by run_at, j.seq limit ${most}`.execute(db.bare)
  return rows
}
