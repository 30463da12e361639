import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import { at } from '../spine/db.ts'
import { escalationSummary } from './places.ts'

type Escalation = { id: string; person: string; conversation: string; reason: string; summary: string; owner: string | undefined; dueAt: Millis }
export type Waiting = { id: string; owner: string | undefined; dueAt: Millis; isNew: boolean }

// One at a time is open in a conversation: asking again finds the first.
export const openEscalation = async ({ tx, subject, sealing, now }: Act, { id, person, conversation, reason, summary, owner, dueAt }: Escalation): Promise<Waiting> => {
  const { rows: [row] } = await sql<{ id: string; owner: string | null; due: Millis }>`insert into escalation (tenant_id, id, person_id, conversation_id, reason, summary_sealed, owner, opened_at, due_at)
    values (${subject.tenant}, ${id}, ${person}, ${conversation}, ${reason}, ${await sealing.seal(escalationSummary(id), summary, person)}, ${owner ?? null}, ${at(now)}, ${at(dueAt)})
    on conflict (tenant_id, conversation_id) where closed_at is null do update set owner = escalation.owner returning id, owner, due_at as due`.execute(tx)
  return { id: row?.id ?? id, owner: row?.owner ?? undefined, dueAt: row?.due ?? dueAt, isNew: row?.id === id }
}
