import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis, Subject, Tx } from '../define.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import type { Vault } from './vault.ts'

// Whose conversation it is that a call belongs to, and what it was answered before: the one statement that every call costs.
export type BoundSubject = Subject & { person: string; conversation: string }
// stale: when it was answered that long ago that the same words are a new wish: «mañana a las 11» was another day.
export type Bound = { subject: BoundSubject; state: 'bot' | 'human' | 'paused'; reply?: Buffer; stale?: Millis }
// A write by its name, and the stale answer that it may replace.
export type Once = { key: string; stale: Millis | undefined }
export type Binding = {
  bind(who: { tenant: string; external: string; once: string | undefined }): Promise<Bound | undefined>
  replyTo(on: Kysely<DB>, subject: BoundSubject, once: Once): Promise<Buffer | null>
  // false: another call was first. Inside the transaction of what it answers.
  keep(tx: Tx, subject: BoundSubject, reply: { once: Once; tool: string; text: string }): Promise<boolean>
  open(subject: BoundSubject, once: string, reply: Buffer): Promise<string>
}
export type Introduce = (tenant: string, external: string, signal: AbortSignal) => Promise<boolean>

// What a flow sets, so only its shape is checked: what can't be a vendor's id never reaches the database.
export const isConversationId = (id: string | undefined): id is string => id !== undefined && /^[!-~]{1,200}$/.test(id) && !id.includes('{{')

type Row = { id: string; person_id: string; state: Bound['state']; reply_sealed: Buffer | null; made_at: Millis | null }
const againMs: Millis = 60 * 60_000

export const makeBinding = ({ db, clock, vault }: { db: Db; clock: Clock; vault: Vault }): Binding => ({
  async bind({ tenant, external, once }) {
    const { rows } = await sql<Row>`select c.id, c.person_id, c.state, r.reply_sealed, r.made_at from conversation c
      left join tool_reply r on r.tenant_id = c.tenant_id and r.conversation_id = c.id and r.key = ${once ?? null}
      where c.tenant_id = ${tenant} and c.external_id = ${external} limit 2`.execute(db.bare)
    const [row] = rows
    if (!row) return undefined
    if (rows.length > 1) throw new AppError('refused', 'two connections have a conversation of that id')
    const bound = { subject: { tenant, by: 'prospect' as const, person: row.person_id, conversation: row.id }, state: row.state }
    if (!row.reply_sealed || row.made_at === null) return bound
    return row.made_at > clock.now() - againMs ? { ...bound, reply: row.reply_sealed } : { ...bound, stale: row.made_at }
  },
  async replyTo(on, { tenant, conversation }, { key, stale = never }) {
    const { rows: [row] } = await sql<Pick<Row, 'reply_sealed'>>`select reply_sealed from tool_reply where tenant_id = ${tenant} and conversation_id = ${conversation} and key = ${key} and made_at <> ${at(stale)}`.execute(on)
    return row?.reply_sealed ?? null
  },
  async keep(tx, subject, { once: { key, stale = never }, tool, text }) {
    const sealed = await vault.seal(tx, subject, placeOf(subject, key), text)
    const { rows } = await sql`insert into tool_reply (tenant_id, conversation_id, key, tool, reply_sealed, person_id, made_at)
      values (${subject.tenant}, ${subject.conversation}, ${key}, ${tool}, ${sealed}, ${subject.person}, ${at(clock.now())})
      on conflict (tenant_id, conversation_id, key) do update set reply_sealed = excluded.reply_sealed, made_at = excluded.made_at where tool_reply.made_at = ${at(stale)} returning key`.execute(tx)
    return rows.length === 1
  },
  open: async (subject, once, reply) => (await vault.open(db.bare, subject.tenant, placeOf(subject, once), reply)).toString(),
})

const never: Millis = 0
const placeOf = ({ conversation }: BoundSubject, once: string): string => `tool_reply.reply:${conversation}/${once}`
