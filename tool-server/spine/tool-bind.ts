import { sql, type Kysely, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { DB, Millis, Subject } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import type { Vault } from './vault.ts'

// Whose conversation it is that a call belongs to, and what it was answered before: the one statement that every call costs.
export type BoundSubject = Subject & { person: string; conversation: string }
// stale: when it was answered that long ago that the same words are a new wish: «mañana a las 11» was another day.
export type Bound = { subject: BoundSubject; state: 'bot' | 'human' | 'paused'; reply?: Buffer; stale?: Millis }
// A write by its name, and the stale answer that it may replace.
export type Once = { key: string; stale: Millis | undefined }
// A conversation by its id at the vendor, or by our own, with which the vendor's must agree where it is said too.
export type Whose = { external: string; own?: undefined } | { own: string; external: string | undefined }
export type Binding = {
  bind(who: { tenant: string; whose: Whose; once: string | undefined }): Promise<Bound | undefined>
  replyTo(on: Kysely<DB>, subject: BoundSubject, once: Once): Promise<Buffer | null>
  // false: another call was first. Inside the transaction of what it answers. What is kept of a prospect's call is noted with it.
  keep(on: Kysely<DB>, subject: BoundSubject, reply: { once: Once; tool: string; text: string }): Promise<boolean>
  // What their agent may say from now on. false: it was answered otherwise, before.
  note(on: Kysely<DB>, subject: BoundSubject, answer: { once: Once | undefined; tool: string; text: string }): Promise<boolean>
  open(subject: BoundSubject, once: string, reply: Buffer): Promise<string>
}
export type Introduce = (tenant: string, external: string, signal: AbortSignal) => Promise<boolean>

// What a flow sets, so only its shape is checked: what can't be a vendor's id never reaches the database.
export const isConversationId = (id: string | undefined): id is string => id !== undefined && /^[!-~]{1,200}$/.test(id) && !id.includes('{{')

// A body says nothing of whose call it is; but what it says beside a token must not be something else.
export const whoseOf = (own: string | undefined, external: string | undefined, raw: unknown): Whose | undefined => {
  if (external !== undefined && !isConversationId(external)) return undefined
  if (own === undefined) return external === undefined ? undefined : { external }
  const told = inContext.safeParse(raw).data?.context.conversation_id
  if (told === undefined) return { own, external }
  return isConversationId(told) && (external ?? told) === told ? { own, external: told } : undefined
}
const inContext = z.object({ context: z.object({ conversation_id: z.string() }) })

type Row = { id: string; person_id: string; state: Bound['state']; reply_sealed: Buffer | null; made_at: Millis | null }
const againMs: Millis = 60 * 60_000
// Nobody's machine acts for whoever wants to be answered by people only.
const stateOf = sql`case when (select k.status from consent k where k.tenant_id = c.tenant_id and k.person_id = c.person_id and k.purpose = 'automated' order by k.at desc, k.id desc limit 1) in ('revoked', 'refused') then 'paused' else c.state end`

export const makeBinding = ({ db, clock, vault }: { db: Db; clock: Clock; vault: Vault }): Binding => ({
  async bind({ tenant, whose: { own, external }, once }) {
    const { rows } = await sql<Row>`select c.id, c.person_id, ${stateOf} as state, r.reply_sealed, r.made_at from conversation c
      left join tool_reply r on r.tenant_id = c.tenant_id and r.conversation_id = c.id and r.key = ${once ?? null}
      where c.tenant_id = ${tenant} and not exists (select 1 from person p where p.tenant_id = c.tenant_id and p.id = c.person_id and p.blocked_at is not null) ${own === undefined ? sql`` : sql`and c.id = ${own}`} ${external === undefined ? sql`` : sql`and c.external_id = ${external}`} limit 2`.execute(db.bare)
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
  // The reply is forgotten as soon as it would be wrong to repeat it; the fact that it was given is not. So they are two rows, of one statement.
  async keep(on, subject, { once: { key, stale = never }, tool, text }) {
    const sealed = await vault.seal(on, subject, replyPlace(subject, key), text)
    const isKept = sql`exists (select 1 from kept)`
    const { rows } = await sql`with kept as (insert into tool_reply (tenant_id, conversation_id, key, tool, reply_sealed, person_id, made_at)
      values (${subject.tenant}, ${subject.conversation}, ${key}, ${tool}, ${sealed}, ${subject.person}, ${at(clock.now())})
      on conflict (tenant_id, conversation_id, key) do update set reply_sealed = excluded.reply_sealed, made_at = excluded.made_at where tool_reply.made_at = ${at(stale)} returning key)
      ${subject.by === 'prospect' ? sql`, noted as (${await factOf({ clock, vault }, on, subject, { tool, text, where: isKept })})` : sql``} select key from kept`.execute(on)
    return rows.length === 1
  },
  async note(on, subject, { once, tool, text }) {
    const isUnanswered = once ? sql`not exists (select 1 from tool_reply where tenant_id = ${subject.tenant} and conversation_id = ${subject.conversation} and key = ${once.key} and made_at <> ${at(once.stale ?? never)})` : sql`true`
    const { rows } = await sql`${await factOf({ clock, vault }, on, subject, { tool, text, where: isUnanswered })} returning id`.execute(on)
    return rows.length === 1
  },
  open: async (subject, once, reply) => (await vault.open(db.bare, subject.tenant, replyPlace(subject, once), reply)).toString(),
})

const never: Millis = 0
export const factPlace = (fact: string): string => `tool_fact.answer:${fact}`
type Fact = { tool: string; text: string; where: RawBuilder<unknown> }
const factOf = async ({ clock, vault }: { clock: Clock; vault: Vault }, on: Kysely<DB>, subject: BoundSubject, { tool, text, where }: Fact): Promise<RawBuilder<unknown>> => {
  const id = newId(clock)
  return sql`insert into tool_fact (tenant_id, conversation_id, id, tool, answer_sealed, made_at)
    select ${subject.tenant}::uuid, ${subject.conversation}::uuid, ${id}::uuid, ${tool}, ${await vault.seal(on, subject, factPlace(id), text)}::bytea, ${at(clock.now())} where ${where}`
}
export const replyPlace = ({ conversation }: Pick<BoundSubject, 'conversation'>, once: string): string => `tool_reply.reply:${conversation}/${once}`
