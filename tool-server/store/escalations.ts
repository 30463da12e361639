import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { agentDetails } from '../domain/homes.ts'
import type { Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'
import { escalationSummary } from './places.ts'

type Escalation = { id: string; person: string; conversation: string; reason: string; summary: string; dueAt: Millis }
export type Waiting = { id: string; owner: string | undefined; dueAt: Millis; isNew: boolean }

// Who is asked, in this order: of the list that admins keep, those for this language and building; then any active agent. Among them whoever shows them a home already, or else the first.
const line = (tenant: string, person: string) => sql`theirs as (select agent_id, building_id from tour where tenant_id = ${tenant} and person_id = ${person} and status = 'confirmed' order by starts_at desc limit 1),
  line as (select a.id, a.details, row_number() over (order by listed.place is null, theirs.agent_id is null, listed.place, a.position) as place from agent a left join theirs on theirs.agent_id = a.id
    left join lateral (select min(o.position) as place from escalation_owner o where o.tenant_id = a.tenant_id and o.agent_id = a.id and (o.building_id is null or o.building_id = (select building_id from theirs))
      and (o.language is null or o.language = (select p.language from person p where p.tenant_id = ${tenant} and p.id = ${person}))) listed on true
    where a.tenant_id = ${tenant} and (a.active or theirs.agent_id is not null))`

// One at a time is open in a conversation: asking again finds the first, which then stands for both.
export const openEscalation = async ({ tx, subject: { tenant }, sealing, now }: Act, { id, person, conversation, reason, summary, dueAt }: Escalation): Promise<Waiting> => {
  const { rows: [row] } = await sql<{ id: string; owner: string | null; due: Millis }>`with ${line(tenant, person)}, chosen as (select id, details ->> 'name' as name from line where place = 1)
    insert into escalation (tenant_id, id, person_id, conversation_id, reason, summary_sealed, owner, owner_id, opened_at, due_at)
    values (${tenant}, ${id}, ${person}, ${conversation}, ${reason}, ${await sealing.seal(escalationSummary(id), summary, person)}, (select name from chosen), (select id from chosen), ${at(now)}, ${at(dueAt)})
    on conflict (tenant_id, conversation_id) where closed_at is null do update set joined = true returning id, owner, due_at as due`.execute(tx)
  return { id: row?.id ?? id, owner: row?.owner ?? undefined, dueAt: row?.due ?? dueAt, isNew: row?.id === id }
}

// One that nobody has looked at. Nobody else changes it until we are done.
export type Unseen = { id: string; person: string; conversation: string; connection: string; reason: string; openedAt: Millis; dueAt: Millis; told: number }
export const lockUnseen = async ({ tx, subject: { tenant } }: Act, id: string): Promise<Unseen | undefined> => {
  const { rows: [row] } = await sql<Unseen>`select e.id, e.person_id as person, e.conversation_id as conversation, c.connection_id as connection, e.reason, e.opened_at as "openedAt", e.due_at as "dueAt",
    (select count(*) from escalation_notice n where n.tenant_id = e.tenant_id and n.escalation_id = e.id) as told
    from escalation e join conversation c on c.tenant_id = e.tenant_id and c.id = e.conversation_id
    where e.tenant_id = ${tenant} and e.id = ${id} and e.seen_at is null and e.closed_at is null for no key update of e`.execute(tx)
  return row
}

// Whoever was told least often, and of those the first in line.
export type Called = { id: string; name: string; phone: string | undefined; email: string | undefined }
export const nextInLine = async ({ tx, subject: { tenant } }: Act, { id, person }: Unseen): Promise<Called | undefined> => {
  const { rows: [row] } = await sql<{ id: string; details: unknown }>`with ${line(tenant, person)} select id, details from line
    order by (select count(*) from escalation_notice n where n.tenant_id = ${tenant} and n.escalation_id = ${id} and n.agent_id = line.id), place limit 1`.execute(tx)
  if (!row) return undefined
  const { name, phone, email } = agentDetails.parse(row.details)
  return { id: row.id, name, phone, email }
}

export type How = 'whatsapp' | 'email' | 'none' // none: nothing reaches them
export const noteTold = async ({ tx, subject: { tenant }, now }: Act, { id, told }: Unseen, agent: string, how: How): Promise<void> => {
  await sql`insert into escalation_notice (tenant_id, escalation_id, number, agent_id, how, told_at) values (${tenant}, ${id}, ${told + 1}, ${agent}, ${how}, ${at(now)})`.execute(tx)
}

// A notice of one that still nobody has looked at.
type Told = { person: string; conversation: string; reason: string; dueAt: Millis; how: How; called: Called }
export const lockNotice = async ({ tx, subject: { tenant } }: Act, { escalation, number }: { escalation: string; number: number }): Promise<(Told & { id: string }) | undefined> => {
  const { rows: [row] } = await sql<Omit<Told, 'called'> & { agent: string; details: unknown }>`select e.person_id as person, e.conversation_id as conversation, e.reason, e.due_at as "dueAt", n.how, a.id as agent, a.details
    from escalation_notice n join escalation e on e.tenant_id = n.tenant_id and e.id = n.escalation_id join agent a on a.tenant_id = n.tenant_id and a.id = n.agent_id
    where n.tenant_id = ${tenant} and n.escalation_id = ${escalation} and n.number = ${number} and e.seen_at is null and e.closed_at is null for no key update of e`.execute(tx)
  if (!row) return undefined
  const { agent, details, ...told } = row
  const { name, phone, email } = agentDetails.parse(details)
  return { ...told, id: escalation, called: { id: agent, name, phone, email } }
}
export const noteHow = async ({ tx, subject: { tenant } }: Act, { escalation, number, how }: { escalation: string; number: number; how: How }): Promise<void> => {
  await sql`update escalation_notice set how = ${how} where tenant_id = ${tenant} and escalation_id = ${escalation} and number = ${number}`.execute(tx)
}

// The first look counts. seenAt: what was before somebody was called was no look at it.
export type Seen = { id: string; person: string; waitedMs: Millis }
export const noteSeen = async ({ tx, subject: { tenant }, now }: Act, conversation: string, by: string, seenAt = now): Promise<Seen | undefined> => {
  const { rows: [row] } = await sql<{ id: string; person: string; openedAt: Millis }>`update escalation set seen_at = ${at(seenAt)}, seen_by = ${by}
    where tenant_id = ${tenant} and conversation_id = ${conversation} and closed_at is null and seen_at is null and opened_at <= ${at(seenAt)} returning id, person_id as person, opened_at as "openedAt"`.execute(tx)
  return row && { id: row.id, person: row.person, waitedMs: seenAt - row.openedAt }
}

export const closeEscalation = async ({ tx, subject: { tenant }, now }: Act, conversation: string): Promise<{ id: string; person: string } | undefined> => {
  const { rows: [row] } = await sql<{ id: string; person: string }>`update escalation set closed_at = ${at(now)} where tenant_id = ${tenant} and conversation_id = ${conversation} and closed_at is null returning id, person_id as person`.execute(tx)
  return row
}

export const isUnseen = async (on: Kysely<DB>, tenant: string, conversation: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from escalation where tenant_id = ${tenant} and conversation_id = ${conversation} and seen_at is null and closed_at is null`.execute(on)
  return rows.length > 0
}

export const measureHands = async ({ db, clock, metrics }: { db: Db; clock: Clock; metrics: Metrics }): Promise<void> => {
  const { rows: [row] } = await sql<{ open: number; unseen: number; late: number; unanswered: number; stray: number }>`select count(*) as open, count(*) filter (where seen_at is null) as unseen, count(*) filter (where reason = 'unanswered') as unanswered,
    count(*) filter (where seen_at is null and due_at < ${at(clock.now())}) as late, (select count(*) from message where stray) as stray from escalation where closed_at is null`.execute(db.bare)
  if (!row) return
  const { stray, ...states } = row
  for (const [state, count] of Object.entries(states)) metrics.escalations.set({ state }, count)
  metrics.stray.set(stray)
}
