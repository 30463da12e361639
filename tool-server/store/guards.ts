import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { GuardKind } from '../domain/guards.ts'
import { at } from '../spine/db.ts'

// What was answered without a model: of a kind once an hour in a conversation, whoever tells us of the message first.
const burstMs: Millis = 60_000
const onceMs = (kind: GuardKind): Millis => (kind === 'cancel' ? burstMs : 3_600_000) // what they mean is asked whenever it isn't clear
export type Hit = 'first' | 'same' | 'again' // same: the message itself once more, or what was written along with it
export const noteGuard = async ({ tx, subject: { tenant }, now }: Act, { conversation, kind }: { conversation: string; kind: GuardKind }): Promise<Hit> => {
  const { rows: noted } = await sql`insert into guard_hit (tenant_id, conversation_id, kind, answered_at) values (${tenant}, ${conversation}, ${kind}, ${at(now)})
    on conflict (tenant_id, conversation_id, kind) do update set answered_at = excluded.answered_at where guard_hit.answered_at <= ${at(now - onceMs(kind))} returning 1`.execute(tx)
  if (noted.length > 0) return 'first'
  const { rows: same } = await sql`select 1 from guard_hit where tenant_id = ${tenant} and conversation_id = ${conversation} and kind = ${kind} and answered_at > ${at(now - burstMs)}`.execute(tx)
  return same.length > 0 ? 'same' : 'again'
}

// Why a person is called at the moment, if one is.
export const calledFor = async ({ tx, subject: { tenant } }: Act, conversation: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ reason: string }>`select reason from escalation where tenant_id = ${tenant} and conversation_id = ${conversation} and closed_at is null`.execute(tx)
  return row?.reason
}

// What was answered so long ago keeps nothing from being answered again.
const mostAtOnce = 1_000
export const forgetGuards = async (on: Kysely<DB>, tenant: string, before: Millis): Promise<number> => {
  for (let total = 0; ; ) {
    const { numAffectedRows = 0n } = await sql`delete from guard_hit where (tenant_id, conversation_id, kind) in (select tenant_id, conversation_id, kind from guard_hit where tenant_id = ${tenant} and answered_at < ${at(before)} limit ${mostAtOnce})`.execute(on)
    total += Number(numAffectedRows)
    if (numAffectedRows < mostAtOnce) return total
  }
}
