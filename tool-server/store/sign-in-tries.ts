import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'

// How often somebody may be wrong, where all replicas count together: counted before the answer is known, so that many at once don't slip through, and given back when it was right.
export const mostTries = 5
const restMs: Millis = 60_000
const forgetMs: Millis = 24 * 3_600_000
const manyLocks = 3

export type Tried = { waitMs: Millis } | { last: readonly Buffer[] } // last: whom one more wrong one locks out
export const takeTry = (db: Db, { tenant, askers, now }: { tenant: string; askers: readonly Buffer[]; now: Millis }): Promise<Tried> =>
  db.tx(async (tx) => {
    // In one order, or two tries could wait for each other.
    const { rows: taken } = await sql<{ asker: Buffer; tries: number }>`insert into sign_in_try as t (tenant_id, asker, tries, ends_at) select ${tenant}::uuid, asker, 1, ${at(now + restMs)} from (values ${sql.join(askers.map((asker) => sql`(${asker}::bytea)`))}) as each (asker) order by asker
      on conflict (tenant_id, asker) do update set tries = case when t.ends_at <= ${at(now)} then 1 else t.tries + 1 end, ends_at = excluded.ends_at,
        locks = case when t.ends_at <= ${at(now - forgetMs)} then 0 else t.locks end, told_at = case when t.ends_at <= ${at(now - forgetMs)} then null else t.told_at end
      where t.ends_at <= ${at(now)} or t.tries < ${mostTries} returning asker, tries`.execute(tx)
    if (taken.length === askers.length) return { last: taken.flatMap(({ asker, tries }) => (tries >= mostTries ? [asker] : [])) }
    await giveTryBack(tx, tenant, taken.map(({ asker }) => asker))
    const { rows: [row] } = await sql<{ endsAt: Millis | null }>`select max(ends_at) as "endsAt" from sign_in_try where tenant_id = ${tenant} and asker in (${sql.join(askers)}) and tries >= ${mostTries}`.execute(tx)
    return { waitMs: Math.max(1, (row?.endsAt ?? now) - now) }
  })
export const giveTryBack = async (on: Kysely<DB>, tenant: string, askers: readonly Buffer[]): Promise<void> => {
  if (askers.length > 0) await sql`update sign_in_try set tries = greatest(tries - 1, 0) where (tenant_id, asker) in ${inOrder(tenant, askers)}`.execute(on)
}
// Locked in the order in which they are counted, or two tries could wait for each other.
const inOrder = (tenant: string, askers: readonly Buffer[]) => sql`(select tenant_id, asker from sign_in_try where tenant_id = ${tenant} and asker in (${sql.join(askers)}) order by asker for update)`
export const noteLocked = async (on: Kysely<DB>, tenant: string, askers: readonly Buffer[]): Promise<void> => {
  if (askers.length > 0) await sql`update sign_in_try set locks = locks + 1 where (tenant_id, asker) in ${inOrder(tenant, askers)}`.execute(on)
}

// Who was locked out again and again, and of these, who the admins have had no letter about.
const many = sql`locks >= ${sql.lit(manyLocks)}`
const untold = sql`${many} and told_at is null`
export const hasManyLocks = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<boolean> => (await sql`select 1 from sign_in_try where tenant_id = ${tenant} and ${many} and ends_at > ${at(now - forgetMs)} limit 1`.execute(on)).rows.length > 0
export const countUntoldLocks = async (on: Kysely<DB>, tenant: string): Promise<number> => (await sql<{ count: number }>`select count(*) as count from sign_in_try where tenant_id = ${tenant} and ${untold}`.execute(on)).rows[0]?.count ?? 0
export const noteLocksTold = async ({ tx, subject: { tenant }, now }: Act): Promise<number> => Number((await sql`update sign_in_try set told_at = ${at(now)} where tenant_id = ${tenant} and ${untold}`.execute(tx)).numAffectedRows ?? 0)
export const forgetTries = (on: Kysely<DB>, now: Millis): Promise<{ numAffectedRows?: bigint }> => sql`delete from sign_in_try where ends_at <= ${at(now - forgetMs)}`.execute(on)
