import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'
import { causeOf, deadRows } from './queue.ts'

// Many at once: a page of them goes back in line in one transaction, in the order of their ids, so that what stops again isn't taken up a second time.
export type Replay = { id: string; state: 'going' | 'stopped' | 'done'; cause: string | null; total: number; done: number; stopped: number; underWay: number; begunAt: Millis; endedAt: Millis | null; who: string } // stopped: again
type Page = { tenant: string; cause: string | null; after: string | null; last: string; most: number; now: Millis; replay: string | null }
export const nobody = '00000000-0000-0000-0000-000000000000'

const replayable = (tenant: string, cause: string | null) => sql`select d.id, d.kind from (${deadRows(tenant)}) d where kept ${cause === null ? sql`` : sql`and ${causeOf} = ${cause}`}`

// What nobody knows the outcome of stays so, and is looked up first, or stays stopped where nothing can be looked up.
export const putPageBack = async (on: Kysely<DB>, { tenant, cause, after, last, most, now, replay }: Page): Promise<{ count: number; after: string | undefined }> => {
  const { rows } = await sql<{ id: string }>`select id from (${replayable(tenant, cause)}) d where id > ${after ?? nobody}::uuid and id <= ${last}::uuid order by id limit ${most}`.execute(on)
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return { count: 0, after: undefined }
  const deliveries = await sql`update inbox set state = 'new', parsed_at = null, replay_id = ${replay} where tenant_id = ${tenant} and state = 'dead' and raw_sealed is not null and id = any(${ids}::uuid[])`.execute(on)
  const jobs = await sql`update job set state = 'ready', run_at = ${at(now)}, due_at = ${at(now)}, attempts = 0, finished_at = null, replay_id = ${replay} where tenant_id = ${tenant} and state = 'dead' and id = any(${ids}::uuid[])`.execute(on)
  return { count: Number(deliveries.numAffectedRows ?? 0) + Number(jobs.numAffectedRows ?? 0), after: ids.length < most ? undefined : ids.at(-1) }
}

export const reach = async (on: Kysely<DB>, tenant: string, cause: string | null): Promise<{ total: number; last: string | null }> => {
  const { rows: [row] } = await sql<{ total: number; last: string | null }>`select count(*) as total, (select id from (${replayable(tenant, cause)}) e order by id desc limit 1) as last from (${replayable(tenant, cause)}) d`.execute(on)
  return row ?? { total: 0, last: null }
}

// One at a time: whoever asks while one is going gets that one.
type New = { tenant: string; id: string; user: string; cause: string | null; total: number; last: string; now: Millis }
export const insertReplay = async (on: Kysely<DB>, { tenant, id, user, cause, total, last, now }: New): Promise<boolean> =>
  (await sql`insert into replay (tenant_id, id, user_id, cause, state, total, last_id, begun_at) values (${tenant}, ${id}, ${user}, ${cause}, 'going', ${total}, ${last}, ${at(now)}) on conflict (tenant_id) where state = 'going' do nothing`.execute(on)).numAffectedRows === 1n

export type Going = { cause: string | null; after: string | null; last: string }
export const goingReplay = async (on: Kysely<DB>, tenant: string, id: string): Promise<Going | undefined> =>
  (await sql<Going>`select cause, after_id as after, last_id as last from replay where tenant_id = ${tenant} and id = ${id} and state = 'going' for update`.execute(on)).rows[0]
export const moveReplay = async (on: Kysely<DB>, tenant: string, { id, after, now }: { id: string; after: string | undefined; now: Millis }): Promise<void> => {
  if (after === undefined) await endReplay(on, tenant, { state: 'done', now })
  else await sql`update replay set after_id = ${after} where tenant_id = ${tenant} and id = ${id}`.execute(on)
}
export const endReplay = async (on: Kysely<DB>, tenant: string, { state, now }: { state: 'done' | 'stopped'; now: Millis }): Promise<boolean> =>
  (await sql`update replay set state = ${state}, ended_at = ${at(now)} where tenant_id = ${tenant} and state = 'going'`.execute(on)).numAffectedRows === 1n

// How far the latest is: what is done of those that it put back, and what isn't yet.
export const latestReplay = async (db: Db, tenant: string): Promise<Replay | undefined> => {
  const { rows: [row] } = await sql<Replay>`with latest as (select * from replay where tenant_id = ${tenant} order by begun_at desc, id desc limit 1),
    of_it as (select case state when 'parsed' then 'done' when 'dead' then 'stopped' else 'way' end as fate from inbox where tenant_id = ${tenant} and replay_id = (select id from latest)
      union all select case when state in ('done', 'shadowed', 'dropped') then 'done' when state = 'dead' then 'stopped' else 'way' end from job where tenant_id = ${tenant} and replay_id = (select id from latest))
    select r.id, r.state, r.cause, r.total, r.begun_at as "begunAt", r.ended_at as "endedAt", coalesce(o.name, r.user_id) as who,
      (select count(*) from of_it where fate = 'done') as done, (select count(*) from of_it where fate = 'stopped') as stopped, (select count(*) from of_it where fate = 'way') as "underWay"
    from latest r left join operator o on o.tenant_id = r.tenant_id and o.id::text = r.user_id`.execute(db.bare)
  return row
}
