import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { agentDetails, homeDetails } from '../domain/homes.ts'
import { leadFacts, type LeadFacts, type Stage } from '../domain/leads.ts'
import type { TourStatus } from '../domain/tours.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { isSeen } from './blocked.ts'
import { toldOf } from './media-told.ts'
import { mediaOf, type ShownMedia } from './media.ts'
import { claimValue, escalationSummary, leadFacts as factsPlace, messageBody, personName } from './places.ts'
import { inCalendarOf, type InCalendar } from './projections.ts'
import { isSought, isWaiting, type Sought } from './sought.ts'
import type { Author, ConversationState, MessageStatus } from './tables.ts'

// Conversations as people read them. What was erased is told as erased, since a page must show the rest.
export type Shown = { known: string } | 'erased' | undefined
export type Place = { at: Millis; id: string } // where a page of a list begins
export type Heading = { id: string; person: string; name: Shown; phone: Shown; state: ConversationState; at: Millis; last: Said | undefined; isUnanswered: boolean } // isUnanswered: somebody of ours was called, and nobody has come, or nobody has answered
export type Said = { id: string; author: Author; text: Shown; status: MessageStatus; at: Millis; isEdited?: boolean; isDeleted?: boolean; media?: ShownMedia[]; isStray?: boolean; failure?: string; isSms?: boolean } // failure: why it didn't arrive
export type Visit = { id: string; home: string; building: string; zone: string; agent: string; startsAt: Millis; endsAt: Millis; status: TourStatus; inCalendar: InCalendar | null }
export type Transcript = Omit<Heading, 'last' | 'isUnanswered'> & {
  language: 'es-MX' | 'en'; openedAt: Millis; lines: Said[]; more: boolean; tours: Visit[]; cost: { currency: string; micros: number }[]
  lead: { stage: Stage; facts: LeadFacts; changedAt: Millis } | undefined
  escalation: { reason: string; summary: Shown; owner: string | undefined; openedAt: Millis; dueAt: Millis; seenAt: Millis | undefined; closedAt: Millis | undefined; told: Notice[] } | undefined
}
type Notice = { name: string; how: 'whatsapp' | 'email' | 'none' }
type Needs = { db: Db; vault: Vault; tenant: string }

const phoneOf = sql`(select value_sealed from claim k where k.tenant_id = c.tenant_id and k.person_id = c.person_id and kind = 'phone' order by claimed_at limit 1) as phone_sealed`
const mostLines = 200

type HeadingRow = { id: string; person: string; state: ConversationState; at: Millis; name_sealed: Buffer | null; phone_sealed: Buffer | null }
type SaidRow = { id: string; author: Author; status: MessageStatus; at: Millis; body_sealed: Buffer | null; edited?: boolean; deleted: boolean; stray?: boolean; failure?: string | null; sms?: boolean }
type ListRow = HeadingRow & { last_id: string | null; last_author: Author; last_status: MessageStatus; last_body: Buffer | null; last_deleted: boolean; unanswered: boolean }

export const headings = async ({ db, vault, tenant }: Needs, { before, most, sought = {} }: { before?: Place | undefined; most: number; sought?: Sought }): Promise<{ headings: Heading[]; more: boolean; total: number; unanswered: number }> => {
  const { rows } = await sql<ListRow>`select * from (
      select c.id, c.person_id as person, c.state, coalesce(m.sent_at, c.opened_at) as at, p.name_sealed, ${phoneOf}, m.id as last_id, m.author as last_author, m.status as last_status, m.body_sealed as last_body, m.deleted as last_deleted,
        exists (select 1 from escalation e where e.tenant_id = c.tenant_id and e.conversation_id = c.id and ${isWaiting}) as unanswered
      from conversation c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
      left join lateral (select id, author, status, sent_at, body_sealed, deleted_at is not null as deleted from message m where m.tenant_id = c.tenant_id and m.conversation_id = c.id order by sent_at desc, id desc limit 1) m on true
      where c.tenant_id = ${tenant} and p.blocked_at is null) heading
    where ${isSought(sought, tenant)} ${before ? sql`and (at, id) < (${at(before.at)}, ${before.id}::uuid)` : sql``} order by at desc, id desc limit ${most + 1}`.execute(db.bare)
  const { rows: [counted] } = await sql<{ total: number; unanswered: number }>`select count(*) as total, (select count(*) from escalation e where e.tenant_id = ${tenant} and ${isWaiting}) as unanswered from conversation c where tenant_id = ${tenant} and ${isSeen(tenant, sql`c.person_id`)}`.execute(db.bare)
  const open = opener(db, vault, tenant)
  const shown = rows.slice(0, most).map(async (row): Promise<Heading> => ({
    ...(await headingOf(row, open)), isUnanswered: row.unanswered,
    last: row.last_id === null ? undefined : await saidOf({ id: row.last_id, author: row.last_author, status: row.last_status, at: row.at, body_sealed: row.last_body, deleted: row.last_deleted }, open),
  }))
  return { headings: await Promise.all(shown), more: rows.length > most, total: counted?.total ?? 0, unanswered: counted?.unanswered ?? 0 }
}

export const transcript = async ({ db, vault, tenant }: Needs, id: string, before?: Place): Promise<Transcript | undefined> => {
  const open = opener(db, vault, tenant)
  const { rows: [row] } = await sql<HeadingRow & { language: 'es-MX' | 'en'; openedAt: Millis }>`select c.id, c.person_id as person, c.state, c.opened_at as at, c.opened_at as "openedAt", p.language, p.name_sealed, ${phoneOf}
    from conversation c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id where c.tenant_id = ${tenant} and c.id = ${id} and p.blocked_at is null`.execute(db.bare)
  if (!row) return undefined
  const { rows: said } = await sql<SaidRow>`select id, author, status, sent_at as at, body_sealed, edited_at is not null as edited, deleted_at is not null as deleted, stray, failure, by_sms as sms from message where tenant_id = ${tenant} and conversation_id = ${id}
    ${before ? sql`and (sent_at, id) < (${at(before.at)}, ${before.id}::uuid)` : sql``} order by sent_at desc, id desc limit ${mostLines + 1}`.execute(db.bare)
  const lines = said.slice(0, mostLines).toReversed()
  const ids = lines.map((each) => each.id)
  const media = await mediaOf(db.bare, tenant, ids)
  const told = await toldOf(db.bare, tenant, ids, async (place, sealed) => parsedAs(await open(place, sealed), (text) => text))
  return {
    ...(await headingOf(row, open)), language: row.language, openedAt: row.openedAt, more: said.length > mostLines,
    lines: await Promise.all(lines.map(async (each) => ({ ...(await saidOf(each, open)), media: (media.get(each.id) ?? []).map((file) => ({ ...file, told: told.get(each.id)?.find(({ place }) => place === file.place)?.text })) }))), cost: await costOf(db, tenant, id),
    lead: await leadOf(db, tenant, row.person, open), tours: await toursOf(db, tenant, row.person), escalation: await escalationOf(db, tenant, id, open),
  }
}

type Open = (place: string, sealed: Buffer | null) => Promise<Shown>
export const opener = (db: Db, vault: Vault, tenant: string): Open => async (place, sealed) => {
  if (!sealed) return undefined
  try {
    return { known: (await vault.open(db.bare, tenant, place, sealed)).toString() }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found') return 'erased'
    throw thrown
  }
}
const parsedAs = <T>(shown: Shown, parse: (text: string) => T): T | undefined => (typeof shown === 'object' ? parse(shown.known) : undefined)

const headingOf = async ({ id, person, state, at, name_sealed, phone_sealed }: HeadingRow, open: Open): Promise<Omit<Heading, 'last' | 'isUnanswered'>> => ({
  id, person, state, at, name: await open(personName(person), name_sealed), phone: await open(claimValue('phone', person), phone_sealed),
})
const body = z.looseObject({ text: z.string() })
const saidOf = async ({ id, author, status, at, body_sealed, edited, deleted, stray, failure, sms }: SaidRow, open: Open): Promise<Said> => {
  const opened = await open(messageBody(id), body_sealed)
  const text = parsedAs(opened, (json) => body.safeParse(JSON.parse(json)).data?.text)
  return { id, author, status, at, text: opened === 'erased' ? opened : text === undefined ? undefined : { known: text }, ...(edited && { isEdited: true }), ...(deleted && { isDeleted: true }), ...(stray && { isStray: true }), ...(failure && { failure }), ...(sms && { isSms: true }) }
}

// What the messages of it have cost, as far as prices were known.
const costOf = async (db: Db, tenant: string, conversation: string): Promise<Transcript['cost']> => {
  const { rows } = await sql<Transcript['cost'][number]>`select currency, sum(cost_micros)::bigint as micros from message where tenant_id = ${tenant} and conversation_id = ${conversation} and currency is not null group by currency order by currency`.execute(db.bare)
  return rows
}

const leadOf = async (db: Db, tenant: string, person: string, open: Open): Promise<Transcript['lead']> => {
  const { rows: [row] } = await sql<{ id: string; stage: Stage; facts_sealed: Buffer | null; changedAt: Millis }>`select id, stage, facts_sealed, changed_at as "changedAt" from lead
    where tenant_id = ${tenant} and person_id = ${person} order by (stage not in ('won', 'lost')) desc, opened_at desc limit 1`.execute(db.bare)
  if (!row) return undefined
  const facts = parsedAs(await open(factsPlace(row.id), row.facts_sealed), (json) => leadFacts.parse(JSON.parse(json)))
  return { stage: row.stage, changedAt: row.changedAt, facts: facts ?? {} }
}

type TourRow = Omit<Visit, 'home' | 'agent'> & { home: unknown; agent: unknown }
const toursOf = async (db: Db, tenant: string, person: string): Promise<Visit[]> => {
  const { rows } = await sql<TourRow>`select t.id, h.details as home, b.name as building, b.zone, a.details as agent, t.starts_at as "startsAt", t.ends_at as "endsAt", t.status,
      case when t.status = 'confirmed' then ${inCalendarOf(tenant, sql`t.id`)} end as "inCalendar" from tour t
    join home h on h.tenant_id = t.tenant_id and h.id = t.home_id join building b on b.tenant_id = t.tenant_id and b.id = t.building_id join agent a on a.tenant_id = t.tenant_id and a.id = t.agent_id
    where t.tenant_id = ${tenant} and t.person_id = ${person} order by t.starts_at desc limit 20`.execute(db.bare)
  return rows.map((row) => ({ ...row, home: homeDetails.parse(row.home).title, agent: agentDetails.parse(row.agent).name }))
}

type EscalationRow = { id: string; reason: string; summary_sealed: Buffer; owner: string | null; openedAt: Millis; dueAt: Millis; seenAt: Millis | null; closedAt: Millis | null }
const escalationOf = async (db: Db, tenant: string, conversation: string, open: Open): Promise<Transcript['escalation']> => {
  const { rows: [row] } = await sql<EscalationRow>`select id, reason, summary_sealed, owner, opened_at as "openedAt", due_at as "dueAt", seen_at as "seenAt", closed_at as "closedAt" from escalation
    where tenant_id = ${tenant} and conversation_id = ${conversation} order by opened_at desc limit 1`.execute(db.bare)
  return row && { ...row, summary: await open(escalationSummary(row.id), row.summary_sealed), owner: row.owner ?? undefined, seenAt: row.seenAt ?? undefined, closedAt: row.closedAt ?? undefined, told: await noticesOf(db, tenant, row.id) }
}
const noticesOf = async (db: Db, tenant: string, escalation: string): Promise<Notice[]> => {
  const { rows } = await sql<Notice>`select a.details ->> 'name' as name, n.how from escalation_notice n join agent a on a.tenant_id = n.tenant_id and a.id = n.agent_id where n.tenant_id = ${tenant} and n.escalation_id = ${escalation} order by n.number`.execute(db.bare)
  return rows
}
