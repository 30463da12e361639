import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { DB, Millis, Tx } from '../define.ts'
import { at } from '../spine/db.ts'

// A walk through all contacts of the CRM: how far it has come. Where it goes on is the cursor of its pull.
export const counts = z.strictObject({ seen: z.int(), linked: z.int(), known: z.int(), ambiguous: z.int(), strangers: z.int() })
export type Counts = z.infer<typeof counts>
export type Backfill = Counts & { left: number | null; begunAt: Millis; endedAt: Millis | null }
type Whose = { tenant: string; connection: string }

export const findBackfill = async (on: Kysely<DB>, { tenant, connection }: Whose): Promise<Backfill | undefined> => {
  const { rows: [row] } = await sql<Backfill>`select seen, linked, known, ambiguous, strangers, left_over as left, begun_at as "begunAt", ended_at as "endedAt" from crm_backfill where tenant_id = ${tenant} and connection_id = ${connection}`.execute(on)
  return row
}

// false: one is under way, which goes on.
export const beginBackfill = async (tx: Tx, { tenant, connection }: Whose, now: Millis): Promise<boolean> => {
  const { rows } = await sql`insert into crm_backfill (tenant_id, connection_id, begun_at) values (${tenant}, ${connection}, ${at(now)})
    on conflict (tenant_id, connection_id) do update set seen = 0, linked = 0, known = 0, ambiguous = 0, strangers = 0, left_over = null, begun_at = excluded.begun_at, ended_at = null where crm_backfill.ended_at is not null returning begun_at`.execute(tx)
  if (rows.length === 0) return false
  // Now. One that is under way would write its cursor, which rests, over the new one: it is fenced. Its job comes before its cursor, as it takes them itself.
  await sql`update job set lane = 'bulk', run_at = ${at(now)}, state = 'ready', fence = fence + 1, leased_by = null, leased_until = null where tenant_id = ${tenant} and kind = 'pull' and key = ${`${connection}:backfill`}`.execute(tx)
  await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor) values (${tenant}, ${connection}, 'backfill', ${`${now}:0`}) on conflict (tenant_id, connection_id, name) do update set cursor = excluded.cursor`.execute(tx)
  return true
}

export const countBackfill = async (tx: Tx, { tenant, connection }: Whose, { seen, linked, known, ambiguous, strangers }: Counts, { left, now }: { left: number; now: Millis }): Promise<void> => {
  await sql`update crm_backfill set seen = seen + ${seen}, linked = linked + ${linked}, known = known + ${known}, ambiguous = ambiguous + ${ambiguous}, strangers = strangers + ${strangers}, left_over = ${left},
    ended_at = ${left === 0 ? at(now) : null} where tenant_id = ${tenant} and connection_id = ${connection}`.execute(tx)
}
