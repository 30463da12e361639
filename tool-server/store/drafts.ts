import { sql, type Kysely } from 'kysely'
import type { DB, Millis, Tx } from '../define.ts'
import { at } from '../spine/db.ts'

// How often a draft was asked for in a conversation: each time is in the audit, and nothing else of it is kept.
export const draftRead = 'read:draft'
export const draftsSince = async (on: Kysely<DB>, tenant: string, { conversation, person, since }: { conversation: string; person: string; since: Millis }): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from audit where tenant_id = ${tenant} and person_id = ${person} and at >= ${at(since)} and conversation_id = ${conversation} and what = ${draftRead}`.execute(on)
  return row?.count ?? 0
}

// What they cost: of a day, by the house's clock.
export const noteDraftCost = async (tx: Tx, tenant: string, day: string, micros: number): Promise<void> => {
  await sql`insert into draft_cost (tenant_id, day, micros) values (${tenant}, ${day}::date, ${micros}) on conflict (tenant_id, day) do update set micros = draft_cost.micros + excluded.micros`.execute(tx)
}
// With what our own agent has cost since it began.
export const spentOn = async (on: Kysely<DB>, tenant: string, { day, since }: { day: string; since: Millis }): Promise<number> => {
  const { rows: [row] } = await sql<{ micros: number | null }>`select sum(micros)::bigint as micros from agent_run where tenant_id = ${tenant} and begun_at >= ${at(since)}`.execute(on)
  return (row?.micros ?? 0) + (await draftsCost(on, tenant, day))
}
export const draftsCost = async (on: Kysely<DB>, tenant: string, day: string): Promise<number> => {
  const { rows: [row] } = await sql<{ micros: number }>`select micros from draft_cost where tenant_id = ${tenant} and day = ${day}::date`.execute(on)
  return row?.micros ?? 0
}
