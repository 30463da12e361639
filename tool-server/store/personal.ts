import { sql, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { factPlace, replyPlace } from '../spine/tool-bind.ts'
import { agentItems, claimValue, conflictValues, consentReason, escalationSummary, invitationEmail, leadFacts, mediaBytes, mediaTold, messageBody, metTitle, noteText, personEmail, personName, privacyAsker, privacyDetails, privacyText, shadowValues } from './places.ts'

// Every table with something of a person's, once: what is read for whoever asks what we have of them, and what is deleted of whoever is erased. Those that hang on others come before them.
// erase: delete; key: unreadable once their key is gone; keep: it says nothing of them, and is the proof; own: erased in its own way (store/erased.ts). archive: of what is not in there, why.
export type Row = Record<string, unknown>
type Of = 'person' | 'conversation' | 'tour' | 'run' | 'escalation' | 'case' | 'message' | 'pair' | 'itself' | 'tours' | 'people'
export type Personal = { table: string; of: Of; erase: 'delete' | 'key' | 'keep' | 'own'; sealed?: Record<string, (row: Row) => string>; archive?: string }
const text = (row: Row, column: string): string => z.string().parse(row[column])
const number = (row: Row, column: string): number => z.number().parse(row[column])
const bytes = (row: Row, column: string): Buffer => z.instanceof(Buffer).parse(row[column])
const id = (row: Row): string => text(row, 'id')

export const personal: readonly Personal[] = [
  { table: 'guard_hit', of: 'conversation', erase: 'delete' },
  { table: 'follow_up', of: 'conversation', erase: 'delete' },
  { table: 'tool_reply', of: 'conversation', erase: 'delete', sealed: { reply_sealed: (row) => replyPlace({ conversation: text(row, 'conversation_id') }, text(row, 'key')) } },
  { table: 'tool_fact', of: 'conversation', erase: 'delete', sealed: { answer_sealed: (row) => factPlace(id(row)) } },
  { table: 'agent_item', of: 'run', erase: 'delete', sealed: { items_sealed: (row) => agentItems(id(row)) } },
  { table: 'agent_run', of: 'conversation', erase: 'delete' },
  { table: 'escalation_notice', of: 'escalation', erase: 'delete' },
  { table: 'escalation', of: 'person', erase: 'delete', sealed: { summary_sealed: (row) => escalationSummary(id(row)) } },
  { table: 'note', of: 'person', erase: 'delete', sealed: { text_sealed: (row) => noteText(id(row)) } },
  { table: 'media', of: 'message', erase: 'delete', sealed: { told_sealed: (row) => mediaTold(text(row, 'message_id'), number(row, 'place')) } },
  { table: 'media_bytes', of: 'person', erase: 'delete', sealed: { bytes_sealed: (row) => mediaBytes(text(row, 'person_id'), bytes(row, 'digest_bidx')) } },
  { table: 'message', of: 'conversation', erase: 'delete', sealed: { body_sealed: (row) => messageBody(id(row)) } },
  { table: 'overlap', of: 'tour', erase: 'delete' },
  { table: 'invitation', of: 'tour', erase: 'delete', sealed: { email_sealed: (row) => invitationEmail(text(row, 'tour_id'), text(row, 'role')) } },
  { table: 'booking_link', of: 'tour', erase: 'delete' },
  { table: 'projection', of: 'tours', erase: 'own' },
  { table: 'waitlist', of: 'person', erase: 'delete' },
  { table: 'tour', of: 'person', erase: 'delete' },
  { table: 'met', of: 'person', erase: 'delete', sealed: { title_sealed: (row) => metTitle(id(row)) } },
  { table: 'shadow_row', of: 'person', erase: 'delete', sealed: { values_sealed: (row) => shadowValues(id(row)) } },
  { table: 'lead', of: 'person', erase: 'delete', sealed: { facts_sealed: (row) => leadFacts(id(row)) } },
  { table: 'crm_conflict', of: 'person', erase: 'delete', sealed: { values_sealed: (row) => conflictValues(id(row)) } },
  { table: 'crm_review', of: 'people', erase: 'delete' },
  { table: 'counterpart', of: 'person', erase: 'delete' },
  { table: 'notice_shown', of: 'person', erase: 'delete' },
  { table: 'consent', of: 'person', erase: 'delete', sealed: { reason_sealed: (row) => consentReason(id(row)) } },
  { table: 'conversation', of: 'person', erase: 'delete' },
  { table: 'claim', of: 'person', erase: 'delete', sealed: { value_sealed: (row) => claimValue(text(row, 'kind'), text(row, 'person_id')) } },
  { table: 'retired_claim', of: 'person', erase: 'delete', archive: 'of names that they gave up only a hash is left' },
  { table: 'merge', of: 'pair', erase: 'delete', archive: 'it names rows, and says nothing of anybody' },
  { table: 'job', of: 'person', erase: 'own', archive: 'what is or was to be done, of which the result stands in the other tables' },
  { table: 'privacy_step', of: 'case', erase: 'own', sealed: { text_sealed: (row) => privacyText(id(row)) } },
  { table: 'privacy_case', of: 'person', erase: 'own', sealed: { details_sealed: (row) => privacyDetails(id(row)), asker_sealed: (row) => privacyAsker(id(row)) } },
  { table: 'breach_person', of: 'person', erase: 'keep' },
  { table: 'audit', of: 'person', erase: 'key', sealed: { before_sealed: (row) => `audit.before:${id(row)}`, after_sealed: (row) => `audit.after:${id(row)}` } },
  { table: 'person', of: 'itself', erase: 'own', sealed: { name_sealed: (row) => personName(id(row)), email_sealed: (row) => personEmail(id(row)) } },
  { table: 'data_key', of: 'person', erase: 'own', archive: 'the key that all of this is sealed with' },
  { table: 'tombstone', of: 'person', erase: 'keep', archive: 'there is one of whoever cancelled only' },
  { table: 'erasure', of: 'person', erase: 'keep', archive: 'there is one of whoever was erased only' },
  { table: 'erasure_there', of: 'case', erase: 'keep', archive: 'there are some of whoever was erased only' },
]

// Which of its rows are theirs.
export const rowsOf = ({ of }: Personal, tenant: string, selves: readonly string[]): RawBuilder<unknown> => {
  const theirs = sql`${[...selves]}::uuid[]`
  const among = (table: 'conversation' | 'tour' | 'escalation' | 'privacy_case' | 'person', column = 'person_id') => sql`(select id from ${sql.table(table)} hung where hung.tenant_id = ${tenant} and ${sql.ref(`hung.${column}`)} = any(${theirs}))`
  const which: Record<Of, () => RawBuilder<unknown>> = {
    person: () => sql`person_id = any(${theirs})`,
    itself: () => sql`id = any(${theirs})`,
    people: () => sql`people && ${theirs}`,
    pair: () => sql`(kept_id = any(${theirs}) or merged_id = any(${theirs}))`,
    conversation: () => sql`conversation_id in ${among('conversation')}`,
    tour: () => sql`tour_id in ${among('tour')}`,
    tours: () => sql`tours && array${among('tour')}`,
    escalation: () => sql`escalation_id in ${among('escalation')}`,
    case: () => sql`case_id in ${among('privacy_case')}`,
    run: () => sql`run_id in (select r.id from agent_run r where r.tenant_id = ${tenant} and r.conversation_id in ${among('conversation')})`,
    message: () => sql`message_id in (select m.id from message m where m.tenant_id = ${tenant} and m.conversation_id in ${among('conversation')})`,
  }
  return sql`tenant_id = ${tenant} and ${which[of]()}`
}
