import { sql } from 'kysely'
import { z } from 'zod'
import type { Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'
import { factPlace } from '../spine/tool-bind.ts'
import type { JobState } from '../spine/tables.ts'
import type { Vault } from '../spine/vault.ts'
import { heldBack } from '../spine/vendor-minutes.ts'
import { isSeen } from './blocked.ts'
import { messageBody } from './places.ts'
import type { Author, MessageStatus } from './tables.ts'
import { opener } from './transcripts.ts'

// All that the tables know of one conversation, in the order of time, for whoever wants to see it happen again.
type Needs = { db: Db; vault: Vault; tenant: string }
export type Whose = { id: string; people: string[]; connection: string; openedAt: Millis } // people: them, and who was found to be them
export type Span = { from: Millis; to: Millis }

export const conversationNamed = async ({ db, tenant }: Needs, named: string): Promise<Whose | undefined> => {
  const { rows: [row] } = await sql<Omit<Whose, 'people'> & { person: string }>`select c.id, c.person_id as person, c.connection_id as connection, c.opened_at as "openedAt" from conversation c
    where c.tenant_id = ${tenant} and (c.id::text = ${named.toLowerCase()} or c.external_id = ${named}) and ${isSeen(tenant, sql`c.person_id`)} limit 1`.execute(db.bare)
  if (!row) return undefined
  const { rows: people } = await sql<{ id: string }>`select id from person where tenant_id = ${tenant} and (id = ${row.person} or merged_into = ${row.person}) order by (id = ${row.person}) desc, id`.execute(db.bare)
  return { id: row.id, connection: row.connection, openedAt: row.openedAt, people: people.map(({ id }) => id) }
}

const body = z.looseObject({ kind: z.string(), text: z.string(), pick: z.string().optional() })
export type Said = { at: Millis; author: Author; status: MessageStatus; failure: string | null; isSms: boolean; isEdited: boolean; body: z.infer<typeof body> | undefined }
export const messagesIn = async (needs: Needs, { id }: Whose, span: Span, most: number): Promise<Said[]> => {
  const { db, tenant } = needs
  const open = reading(needs)
  const { rows } = await sql<Omit<Said, 'body'> & { id: string; sealed: Buffer | null }>`select id, sent_at as at, author, status, failure, by_sms as "isSms", edited_at is not null or deleted_at is not null as "isEdited", body_sealed as sealed from message
    where tenant_id = ${tenant} and conversation_id = ${id} and sent_at >= ${at(span.from)} and sent_at < ${at(span.to)} order by sent_at, id limit ${most}`.execute(db.bare)
  return Promise.all(rows.map(async ({ id: message, sealed, ...row }) => ({ ...row, body: body.safeParse(await open(messageBody(message), sealed)).data })))
}

export type Fact = { at: Millis; tool: string; answer: unknown }
export const answersIn = async (needs: Needs, { id }: Whose, span: Span): Promise<Fact[]> => {
  const { db, tenant } = needs
  const open = reading(needs)
  const { rows } = await sql<{ id: string; at: Millis; tool: string; sealed: Buffer }>`select id, made_at as at, tool, answer_sealed as sealed from tool_fact
    where tenant_id = ${tenant} and conversation_id = ${id} and made_at >= ${at(span.from)} and made_at < ${at(span.to)} order by made_at, id`.execute(db.bare)
  return Promise.all(rows.map(async ({ id: fact, sealed, ...row }) => ({ ...row, answer: await open(factPlace(fact), sealed) })))
}

// isByCalendar: it came of what somebody did in a calendar.
export type Deed = { at: Millis; action: string; by: string; isByCalendar: boolean; args: unknown; result: unknown }
const after = z.looseObject({ args: z.unknown(), result: z.unknown() })
export const deedsIn = async (needs: Needs, { id, people }: Whose, span: Span, actions: readonly string[]): Promise<Deed[]> => {
  const { db, tenant } = needs
  const open = reading(needs)
  const { rows } = await sql<{ id: string; at: Millis; what: string; by: string; isByCalendar: boolean; sealed: Buffer | null }>`select a.id, a.at, a.what, a.by, a.after_sealed as sealed,
      exists (select 1 from audit n where n.tenant_id = a.tenant_id and n.trace = a.trace and n.what = 'action:note-adopted-event') as "isByCalendar" from audit a
    where a.tenant_id = ${tenant} and (a.conversation_id = ${id} or a.person_id in (${sql.join(people)})) and a.at >= ${at(span.from)} and a.at < ${at(span.to)} and a.what in (${sql.join(actions.map((action) => `action:${action}`))}) order by a.at, a.id`.execute(db.bare)
  return Promise.all(rows.map(async ({ id: row, sealed, what, ...rest }) => {
    const { args, result } = after.safeParse(await open(`audit.after:${row}`, sealed)).data ?? { args: undefined, result: undefined }
    return { ...rest, action: what.slice('action:'.length), args, result }
  }))
}

// Commands that didn't go well at once, or never.
export type Slow = { at: Millis; command: string; vendor: string | null; state: JobState; tries: number; code: string | null }
export const slowIn = async ({ db, tenant }: Needs, { people }: Whose, span: Span): Promise<Slow[]> => {
  const { rows } = await sql<Slow>`select j.created_at as at, j.name as command, c.vendor, j.state, j.attempts as tries, j.error_code as code from job j left join connection c on c.tenant_id = j.tenant_id and c.id = j.connection_id
    where j.tenant_id = ${tenant} and j.kind = 'command' and j.person_id in (${sql.join(people)}) and j.created_at >= ${at(span.from)} and j.created_at < ${at(span.to)} and (j.attempts > 0 or j.state in ('dead', 'dropped', 'running')) order by j.created_at, j.id`.execute(db.bare)
  return rows
}

// Of every vendor, minute by minute, while that is kept. What was held back here never reached it.
export type Minute = { at: Millis; vendor: string; outcome: string; calls: number }
export const minutesIn = async ({ db, tenant }: Needs, span: Span): Promise<Minute[]> => {
  const { rows } = await sql<Minute>`select m.minute as at, c.vendor, m.outcome, sum(m.calls)::int as calls from vendor_minute m join connection c on c.tenant_id = m.tenant_id and c.id = m.connection_id
    where m.tenant_id = ${tenant} and m.bucket <> ${heldBack} and m.minute > ${at(span.from - 60_000)} and m.minute < ${at(span.to)} group by 1, 2, 3 order by 1, 2, 3`.execute(db.bare)
  return rows
}
export type Life = { from: Millis; to: Millis } // of one server, by the minutes in which it called somebody
export const livesIn = async ({ db, tenant }: Needs, span: Span): Promise<Life[]> => {
  const { rows } = await sql<Life>`select min(minute) as "from", max(minute) as "to" from vendor_minute where tenant_id = ${tenant} and minute < ${at(span.to)} group by server having max(minute) > ${at(span.from - 600_000)} order by 1`.execute(db.bare)
  return rows
}

// In whose calendar the visits of a person stand, or stood.
export const calendarOf = async ({ db, tenant }: Needs, tour: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ vendor: string }>`select c.vendor from projection p join connection c on c.tenant_id = p.tenant_id and c.id = p.connection_id where p.tenant_id = ${tenant} and ${tour} = any(p.tours::text[]) order by p.changed_at desc limit 1`.execute(db.bare)
  return row?.vendor
}

// undefined where its person was erased, or where there is nothing.
const reading = ({ db, vault, tenant }: Needs) => {
  const open = opener(db, vault, tenant)
  return async (place: string, sealed: Buffer | null): Promise<unknown> => {
    const shown = await open(place, sealed)
    return typeof shown === 'object' ? JSON.parse(shown.known) : undefined
  }
}
