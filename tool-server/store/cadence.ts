import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { Outcome, Quiet } from '../domain/cadence.ts'
import { dayMs, dayOf } from '../domain/zones.ts'
import type { Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'
import { cardZone } from './card-transcript.ts'
import { heldNow } from './consents.ts'

// What the cadence must know of a person: how long they have been silent, over all of their conversations, and what speaks against writing to them.
// undefined: they have never written, or last in another conversation, which has a timer of its own.
type Row = Omit<Quiet, 'stage' | 'isOptedOut' | 'saidAt' | 'visitedAt'> & { saidAt: Millis | null; visitedAt: Millis | null; isHere: boolean }
type Whose = { tenant: string; conversation: string; person: string; now: Millis }
export const quietIn = async (on: Kysely<DB>, { tenant, conversation, person, now }: Whose): Promise<Omit<Quiet, 'stage' | 'isOptedOut'> | undefined> => {
  const { rows: [row] } = await sql<Row>`with mine as materialized (select id, state from conversation where tenant_id = ${tenant} and person_id = ${person}),
    heard as materialized (select conversation_id, sent_at from message where tenant_id = ${tenant} and conversation_id in (select id from mine) and author = 'prospect' order by sent_at desc, id desc limit 1)
    select heard.sent_at as since, heard.conversation_id = ${conversation} as "isHere",
      (select max(m.sent_at) from message m where m.tenant_id = ${tenant} and m.conversation_id in (select id from mine) and m.author <> 'prospect' and m.status <> 'failed' and m.sent_at >= heard.sent_at) as "saidAt",
      (select max(starts_at) from tour where tenant_id = ${tenant} and person_id = ${person} and status in ('confirmed', 'completed', 'no_show') and starts_at <= ${at(now)}) as "visitedAt",
      exists (select 1 from tour where tenant_id = ${tenant} and person_id = ${person} and status = 'confirmed' and starts_at > ${at(now)}) as "isVisitAhead",
      exists (select 1 from waitlist where tenant_id = ${tenant} and person_id = ${person} and state in ('waiting', 'offered') and to_day >= ${dayOf(cardZone, now)}::date) as "isWaiting",
      exists (select 1 from mine where state <> 'bot') or exists (select 1 from escalation where tenant_id = ${tenant} and person_id = ${person} and closed_at is null)
        or exists (select 1 from lead where tenant_id = ${tenant} and person_id = ${person} and elsewhere and stage not in ('won', 'lost')) as "isInHands",
      coalesce(${heldNow(tenant, person, 'marketing')} <> 'granted', false) or coalesce(${heldNow(tenant, person, 'automated')} <> 'granted', false)
        or exists (select 1 from privacy_case where tenant_id = ${tenant} and person_id = ${person} and kind in ('cancel', 'oppose')) as "isRefused",
      array(select f.day from follow_up f where f.tenant_id = ${tenant} and f.conversation_id in (select id from mine) and f.since >= heard.sent_at) as done from heard`.execute(on)
  if (!row) return undefined
  const { isHere, saidAt, visitedAt, ...rest } = row
  return isHere ? { ...rest, saidAt: saidAt ?? undefined, visitedAt: visitedAt ?? undefined } : undefined
}

type Decided = { conversation: string; since: Millis; day: number; outcome: Outcome }
export const noteFollowUp = async ({ tx, subject: { tenant }, now }: Act, { conversation, since, day, outcome }: Decided): Promise<void> => {
  await sql`insert into follow_up (tenant_id, conversation_id, since, day, outcome, decided_at) values (${tenant}, ${conversation}, ${at(since)}, ${day}, ${outcome}, ${at(now)}) on conflict do nothing`.execute(tx)
}

const countedMs: Millis = 30 * dayMs
export const measureFollowUps = async ({ db, clock, metrics }: { db: Db; clock: Clock; metrics: Metrics }): Promise<void> => {
  const { rows } = await sql<{ outcome: string; count: number }>`select outcome, count(*) as count from follow_up where decided_at > ${at(clock.now() - countedMs)} group by outcome`.execute(db.bare)
  metrics.followUps.reset() // an outcome of which nothing is left
  for (const { outcome, count } of rows) metrics.followUps.set({ outcome }, count)
}
