import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Subject, Tx } from '../define.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import type { Vault } from './vault.ts'

// Whose conversation it is that a call belongs to, and what it was answered before: the one statement that every call costs.
export type BoundSubject = Subject & { person: string; conversation: string }
export type Bound = { subject: BoundSubject; state: 'bot' | 'human' | 'paused'; reply: Buffer | null }
export type Binding = {
  bind(who: { tenant: string; external: string; once: string | undefined }): Promise<Bound | undefined>
  replyTo(on: Kysely<DB>, subject: BoundSubject, once: string): Promise<Buffer | null>
  // false: another call was first. Inside the transaction of what it answers.
  keep(tx: Tx, subject: BoundSubject, reply: { once: string; tool: string; text: string }): Promise<boolean>
  open(subject: BoundSubject, once: string, reply: Buffer): Promise<string>
}
export type Introduce = (tenant: string, external: string, signal: AbortSignal) => Promise<boolean>

// What a flow sets, so only its shape is checked: what can't be a vendor's id never reaches the database.
export const isConversationId = (id: string | undefined): id is string => id !== undefined && /^[!-~]{1,200}$/.test(id) && !id.includes('{{')

type Row = { id: string; person_id: string; state: Bound['state']; reply_sealed: Buffer | null }

export const makeBinding = ({ db, clock, vault }: { db: Db; clock: Clock; vault: Vault }): Binding => ({
  async bind({ tenant, external, once }) {
    const { rows } = await sql<Row>`select c.id, c.person_id, c.state, r.reply_sealed from conversation c
      left join tool_reply r on r.tenant_id = c.tenant_id and r.conversation_id = c.id and r.key = ${once ?? null}
      where c.tenant_id = ${tenant} and c.external_id = ${external} limit 2`.execute(db.bare)
    const [row] = rows
    if (!row) return undefined
    if (rows.length > 1) throw new AppError('refused', 'two connections have a conversation of that id')
    return { subject: { tenant, by: 'prospect', person: row.person_id, conversation: row.id }, state: row.state, reply: row.reply_sealed }
  },
  async replyTo(on, { tenant, conversation }, once) {
    const { rows: [row] } = await sql<Pick<Row, 'reply_sealed'>>`select reply_sealed from tool_reply where tenant_id = ${tenant} and conversation_id = ${conversation} and key = ${once}`.execute(on)
    return row?.reply_sealed ?? null
  },
  async keep(tx, subject, { once, tool, text }) {
    const sealed = await vault.seal(tx, subject, placeOf(subject, once), text)
    const { rows } = await sql`insert into tool_reply (tenant_id, conversation_id, key, tool, reply_sealed, person_id, made_at)
      values (${subject.tenant}, ${subject.conversation}, ${once}, ${tool}, ${sealed}, ${subject.person}, ${at(clock.now())}) on conflict do nothing returning key`.execute(tx)
    return rows.length === 1
  },
  open: async (subject, once, reply) => (await vault.open(db.bare, subject.tenant, placeOf(subject, once), reply)).toString(),
})

const placeOf = ({ conversation }: BoundSubject, once: string): string => `tool_reply.reply:${conversation}/${once}`
