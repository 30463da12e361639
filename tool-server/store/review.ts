import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'
import type { JobKind } from '../spine/tables.ts'
import type { Place } from './transcripts.ts'
import { causeOf, deadRows, type Stuck } from './queue.ts'

// What has stopped, for whoever decides about it: by cause, one by one, and many at once.
type Reads = { db: Db; tenant: string }
export type Cause = { cause: string; kind: Stuck['kind']; name: string | null; vendor: string | null; code: string; count: number; uncertain: number; gone: number; since: Millis } // gone: whose bytes aren't kept any more
export const causesOf = async ({ db, tenant }: Reads): Promise<Cause[]> => {
  const { rows } = await sql<Cause>`select ${causeOf} as cause, kind, name, vendor, code, count(*) as count, count(*) filter (where uncertain) as uncertain, count(*) filter (where not kept) as gone, max(since) as since
    from (${deadRows(tenant)}) d group by kind, name, vendor, code order by count desc, cause limit 200`.execute(db.bare)
  return rows
}

export type DeadList = { rows: Stuck[]; total: number; next: Place | undefined }
export const deadList = async ({ db, tenant }: Reads, { cause, before, most }: { cause?: string | undefined; before?: Place | undefined; most: number }): Promise<DeadList> => {
  const ofCause = cause === undefined ? sql`` : sql`and ${causeOf} = ${cause}`
  const { rows } = await sql<Stuck & { total: number }>`with all_dead as materialized (select * from (${deadRows(tenant)}) d where true ${ofCause})
    select *, (select count(*) from all_dead) as total from all_dead d ${before ? sql`where (since, id) < (${at(before.at)}, ${before.id}::uuid)` : sql``} order by since desc, id desc limit ${most + 1}`.execute(db.bare)
  const last = rows.length > most ? rows[most - 1] : undefined
  return { rows: rows.slice(0, most), total: rows[0]?.total ?? 0, next: last && { at: last.since, id: last.id } }
}

export type DeadRow = {
  id: string; kind: JobKind | 'delivery'; name: string | null; connection: string | null; person: string | null; state: string; code: string; error: string; uncertainSince: Millis | null; attempts: number; since: Millis; arrivedAt: Millis; trace: string
  key: string | null; then: string | null; raw: Buffer | null; mend: Buffer | null; args: Buffer | null; blocks: boolean
}
// Whatever its state: what was tried again meanwhile is told from what never was.
export const deadRow = async (on: Kysely<DB>, tenant: string, id: string): Promise<DeadRow | undefined> => {
  const { rows: [row] } = await sql<DeadRow>`select id, 'delivery' as kind, null::text as name, connection_id as connection, null::uuid as person, state, coalesce(error_code, '') as code, coalesce(error, '') as error, null::timestamptz as "uncertainSince", 1 as attempts,
      coalesce(parsed_at, received_at) as since, received_at as "arrivedAt", trace, null::text as key, null::text as then, raw_sealed as raw, mend_sealed as mend, null::bytea as args, false as blocks from inbox where tenant_id = ${tenant} and id = ${id}
    union all select id, kind, name, connection_id, person_id, state, coalesce(error_code, ''), coalesce(error, ''), uncertain_since, attempts, coalesce(finished_at, created_at), created_at, trace, key, then_flow, null, null, args_sealed, blocks from job where tenant_id = ${tenant} and id = ${id}`.execute(on)
  return row
}

export type Mend = { at: Millis; who: string; paths: string[] }
export const mendsOf = async ({ db, tenant }: Reads, id: string): Promise<Mend[]> => {
  const { rows } = await sql<Mend>`select m.made_at as at, coalesce(o.name, m.user_id) as who, paths from mend m left join operator o on o.tenant_id = m.tenant_id and o.id::text = m.user_id where m.tenant_id = ${tenant} and m.of_id = ${id} order by m.made_at, m.id`.execute(db.bare)
  return rows
}
type NewMend = Pick<Mend, 'at' | 'paths'> & { id: string; of: string; user: string; was: Buffer | null }
export const insertMend = async (on: Kysely<DB>, tenant: string, { id, of, user, paths, was, at: made }: NewMend): Promise<void> => {
  await sql`insert into mend (tenant_id, id, of_id, user_id, paths, was_sealed, made_at) values (${tenant}, ${id}, ${of}, ${user}, ${paths}::text[], ${was}, ${at(made)})`.execute(on)
}
// false: it isn't dead any more, and so nobody's to correct.
export const setMend = async (on: Kysely<DB>, tenant: string, { id, sealed }: { id: string; sealed: Buffer }): Promise<boolean> =>
  (await sql`update inbox set mend_sealed = ${sealed} where tenant_id = ${tenant} and id = ${id} and state = 'dead' and raw_sealed is not null`.execute(on)).numAffectedRows === 1n
export const setArgs = async (on: Kysely<DB>, tenant: string, { id, sealed }: { id: string; sealed: Buffer }): Promise<boolean> =>
  (await sql`update job set args_sealed = ${sealed} where tenant_id = ${tenant} and id = ${id} and state = 'dead' and uncertain_since is null and args_sealed is not null`.execute(on)).numAffectedRows === 1n

// What became of the turns that some deliveries would become.
export const turnsKnown = async ({ db, tenant }: Reads, keys: readonly string[]): Promise<Map<string, string>> => {
  const { rows } = await sql<{ key: string; state: string }>`select key, state from job where tenant_id = ${tenant} and kind = 'turn' and key = any(${[...keys]}::text[])`.execute(db.bare)
  return new Map(rows.map(({ key, state }) => [key, state]))
}
export const isSent = async (on: Kysely<DB>, tenant: string, key: string): Promise<boolean> => (await sql`select 1 from job where tenant_id = ${tenant} and kind = 'command' and key = ${key}`.execute(on)).rows.length > 0

// What this transaction has changed so far, by table.
export type Changed = { table: string; added: number; changed: number; removed: number }
export const changedSoFar = async (on: Kysely<DB>): Promise<Changed[]> => {
  const { rows } = await sql<Changed>`select relname as table, n_tup_ins as added, n_tup_upd as changed, n_tup_del as removed from pg_stat_xact_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0 order by relname`.execute(on)
  return rows
}
