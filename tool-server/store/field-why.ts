import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis } from '../define.ts'
import { isAbout, rulesFor } from '../domain/field-why.ts'
import type { Kind } from '../domain/ports/crm-fields.ts'
import type { JobState } from '../spine/tables.ts'
import { opener, type CardReads } from './card-people.ts'
import { lastHeard } from './card-transcript.ts'
import { writtenAfter } from './card-why.ts'

// Who set a field, from what, when, and what it said before: from the audit alone, the latest first.
export type Whose = { kind: Kind; ours: string; person: string }
export type Cause = { at: Millis; action: string; by: string; user: string | undefined; trace: string; before: unknown; after: unknown; heard: { at: string; text: string } | undefined; told: { state: JobState; at: Millis } | undefined }
const mostRows = 500
const mostCauses = 10
const byCrm: ReadonlySet<string> = new Set(['adopt-contact', 'adopt-deal'])
export const isFromCrm = ({ action, by }: Pick<Cause, 'action' | 'by'>): boolean => by === 'system' && byCrm.has(action)

// A record by its id at the CRM, or a person, lead or tour by ours.
export const whoseField = async (on: Kysely<DB>, tenant: string, kind: Kind | 'person' | 'lead' | 'tour', id: string): Promise<Whose> => {
  const isOurs = kind === 'person' || kind === 'lead' || kind === 'tour'
  if (isOurs && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new AppError('invalid_input', `"${id}" is no id of ours`)
  const { rows: [row] } = kind === 'person' ? await sql<{ ours: string; person: string }>`select id as ours, id as person from person where tenant_id = ${tenant} and id = ${id}`.execute(on)
    : kind === 'lead' || kind === 'tour' ? await sql<{ ours: string; person: string }>`select id as ours, person_id as person from ${sql.table(kind)} where tenant_id = ${tenant} and id = ${id}`.execute(on)
      : await sql<{ ours: string; person: string }>`select our_id as ours, person_id as person from counterpart where tenant_id = ${tenant} and kind = ${kind} and external_id = ${id}`.execute(on)
  if (!row) throw new AppError('not_found', `there is no ${kind} ${id} that Portero knows`)
  return { ...row, kind: kind === 'person' ? 'contact' : kind === 'lead' ? 'deal' : kind === 'tour' ? 'meeting' : kind }
}

type Row = { id: string; at: Millis; what: string; by: string; user: string | null; conversation: string | null; trace: string; after: Buffer | null }
type Found = Omit<Cause, 'heard' | 'told'> & { conversation: string | null }
export const whyField = async (reads: CardReads, { kind, ours, person }: Whose, field: string): Promise<Cause[]> => {
  const rules = rulesFor(kind, field)
  if (!rules) throw new AppError('invalid_input', `nothing sets "${field}" of a ${kind}`)
  const open = opener(reads)
  const found: Found[] = []
  let before: unknown
  for (const { after: sealed, what, ...row } of await rowsAbout(reads, person, Object.keys(rules))) {
    const action = what.slice('action:'.length)
    const said = saidIn(JSON.parse((await open(`audit.after:${row.id}`, sealed)) ?? '{}'))
    if (!isAbout({ kind, ours }, said)) continue
    const after = rules[action]?.(said, before)
    if (after === undefined || JSON.stringify(after) === JSON.stringify(before)) continue
    found.push({ at: row.at, action, by: row.by, user: row.user ?? undefined, trace: row.trace, conversation: row.conversation, before, after })
    before = after
  }
  return Promise.all(found.toReversed().slice(0, mostCauses).map(({ conversation, ...cause }) => withSources(reads, { kind, ours, person }, cause, conversation)))
}

const rowsAbout = async ({ db, tenant }: CardReads, person: string, actions: readonly string[]): Promise<Row[]> => {
  const { rows } = await sql<Row>`select id, at, what, by, user_id as user, conversation_id as conversation, trace, after_sealed as after from audit where tenant_id = ${tenant} and person_id = ${person}
    and what in (${sql.join(actions.map((name) => sql`${`action:${name}`}`))}) order by at desc, id desc limit ${mostRows}`.execute(db.bare)
  return rows.toReversed()
}
const saidIn = (after: unknown): { args: unknown; result: unknown } => (typeof after === 'object' && after !== null ? { args: Reflect.get(after, 'args'), result: Reflect.get(after, 'result') } : { args: undefined, result: undefined })

// What they had written last, unless people or the CRM did it; and whether the CRM was told.
const withSources = async (reads: CardReads, { kind, ours, person }: Whose, cause: Omit<Cause, 'heard' | 'told'>, conversation: string | null): Promise<Cause> => {
  const spoken = cause.by === 'staff' || isFromCrm(cause) ? [] : conversation === null ? await conversationsOf(reads, person) : [conversation]
  const line = await lastHeard(reads, { id: person, name: undefined, phone: undefined, conversations: spoken.map((id) => ({ id, state: 'bot' as const })) }, cause.at, 'en')
  const write = await writtenAfter(reads, `crm:${kind}:${ours}:`, cause.at)
  return { ...cause, heard: line && { at: line.at, text: line.text }, told: write && { state: write.state, at: write.finishedAt ?? write.createdAt } }
}
const conversationsOf = async ({ db, tenant }: CardReads, person: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`select id from conversation where tenant_id = ${tenant} and person_id = ${person}`.execute(db.bare)
  return rows.map(({ id }) => id)
}
