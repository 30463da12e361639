import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { at } from '../spine/db.ts'

// How our own agent did in a stretch of time, by what the tables have; docs/evals.md says exactly what each figure means.
// conversations: in which somebody wrote to us. Each of the next three is a part of the one before it; escalated is a part of involved.
export type AgentNumbers = { conversations: number; involved: number; automated: number; resolved: number; escalated: number; replyMs: { p50: Millis; p95: Millis } | undefined }
export type Stretch = { from: Millis; to: Millis } // to: not in it any more

export const agentNumbers = async (on: Kysely<DB>, tenant: string, { from, to }: Stretch): Promise<AgentNumbers> => {
  const within = (column: string) => sql`${sql.ref(column)} >= ${at(from)} and ${sql.ref(column)} < ${at(to)}`
  const { rows: [row] } = await sql<Omit<AgentNumbers, 'replyMs'>>`with heard as (select distinct conversation_id as id from message where tenant_id = ${tenant} and author = 'prospect' and ${within('sent_at')}),
    spoke as (select distinct conversation_id as id from agent_run where tenant_id = ${tenant} and outcome in ('said', 'fell-back') and ${within('over_at')}),
    called as (select distinct conversation_id as id from escalation where tenant_id = ${tenant} and ${within('opened_at')}),
    helped as (select distinct conversation_id as id from message where tenant_id = ${tenant} and author = 'human' and status <> 'failed' and ${within('sent_at')}
      union select id from conversation where tenant_id = ${tenant} and ${within('taken_at')}),
    settled as (select conversation_id as id from tour where tenant_id = ${tenant} and status in ('confirmed', 'cancelled') and ${within('changed_at')}
      union select conversation_id from waitlist where tenant_id = ${tenant} and ${within('joined_at')}
      union select c.id from conversation c join lead l on l.tenant_id = c.tenant_id and l.person_id = c.person_id where c.tenant_id = ${tenant} and l.stage in ('lost', 'application', 'won') and l.changed_at >= ${at(from)} and l.changed_at < ${at(to)}),
    each_one as (select h.id in (select id from spoke) as involved, h.id in (select id from called) as called, h.id in (select id from helped) as helped, exists (select 1 from settled s where s.id = h.id) as settled from heard h)
    select count(*) as conversations, count(*) filter (where involved) as involved, count(*) filter (where involved and not called and not helped) as automated,
      count(*) filter (where involved and not called and not helped and settled) as resolved, count(*) filter (where involved and called) as escalated from each_one`.execute(on)
  const { rows: [reply] } = await sql<{ p50: Millis | null; p95: Millis | null }>`select percentile_disc(0.5) within group (order by ms) as p50, percentile_disc(0.95) within group (order by ms) as p95 from
    (select (extract(epoch from over_at - since) * 1000)::int as ms from agent_run where tenant_id = ${tenant} and outcome in ('said', 'fell-back') and ${within('over_at')}) answers`.execute(on)
  const { p50, p95 } = reply ?? { p50: null, p95: null }
  return { ...(row ?? none), replyMs: p50 === null || p95 === null ? undefined : { p50, p95 } }
}
const none = { conversations: 0, involved: 0, automated: 0, resolved: 0, escalated: 0 }
