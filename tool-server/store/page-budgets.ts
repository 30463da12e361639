import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { at } from '../spine/db.ts'

// How often somebody may ask for a page, in a minute or another time, where all replicas count together. Each asker has spent what they may ask for until some moment, and every question moves that on: one statement, whoever asks.
export const withinMs: Millis = 60_000
const mostSkewMs: Millis = 60_000 // a replica whose clock is further ahead was wrong: that asker begins anew

type Asker = { asker: Buffer; most: number }
// Answers how long to wait; 0: go on.
export const spend = async (on: Kysely<DB>, { tenant, askers, now, windowMs = withinMs }: { tenant: string; askers: readonly Asker[]; now: Millis; windowMs?: Millis }): Promise<Millis> => {
  // In one order, or two questions could wait for each other.
  const { rows: [row] } = await sql<{ spent: number; wait: number | null }>`with asked as (select * from (values ${sql.join(askers.map(({ asker, most }) => sql`(${asker}::bytea, ${windowMs / most}::double precision * interval '1 millisecond')`))}) as each (asker, step)),
    spent as (insert into page_budget as b (tenant_id, asker, spent_until) select ${tenant}::uuid, asker, ${at(now)} + step from asked order by asker
      on conflict (tenant_id, asker) do update set spent_until = case when b.spent_until > ${at(now + windowMs + mostSkewMs)} then excluded.spent_until else greatest(b.spent_until, ${at(now)}) + (excluded.spent_until - ${at(now)}) end
        where b.spent_until + (excluded.spent_until - ${at(now)}) <= ${at(now + windowMs)} or b.spent_until > ${at(now + windowMs + mostSkewMs)} returning asker)
    select (select count(*) from spent) as spent, (max(extract(epoch from b.spent_until + a.step - ${at(now + windowMs)})) * 1000)::double precision as wait
      from asked a join page_budget b on b.tenant_id = ${tenant}::uuid and b.asker = a.asker where a.asker not in (select asker from spent)`.execute(on)
  // How long is read beside the upsert, so with several askers at once it is an estimate; whether is none.
  return row?.spent === askers.length ? 0 : Math.max(1, Math.ceil(row?.wait ?? 0))
}
