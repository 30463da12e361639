import { sql } from 'kysely'
import { z } from 'zod'
import type { Act, Millis } from '../define.ts'
import type { Position } from '../domain/near-homes.ts'
import { at } from '../spine/db.ts'
import { toldOf } from './media-told.ts'
import { openJson } from './open-json.ts'
import { messageBody } from './places.ts'
import type { Author } from './tables.ts'

// A conversation as an agent must know it: what was said, by whom, the oldest first. What never arrived or was taken back was not said.
export type AgentLine = { author: Author; kind: string; text: string; pick?: string | undefined; position?: Position | undefined; told?: string | undefined; isUntold?: boolean; notedAt: Millis; toldAt?: Millis } // notedAt: when we heard of it, by our own clock. told: what a model heard or saw of what came with it; isUntold: nothing, though it tried; toldAt: when that was known
const body = z.looseObject({ kind: z.string(), text: z.string(), pick: z.string().optional(), position: z.object({ latitude: z.number(), longitude: z.number() }).optional() })

// Of one moment, what somebody wrote stands before what answers it.
export const agentLines = async (act: Act, conversation: string, most: number): Promise<AgentLine[]> => {
  const { rows } = await sql<{ id: string; author: Author; body_sealed: Buffer }>`select id, author, body_sealed from message
    where tenant_id = ${act.subject.tenant} and conversation_id = ${conversation} and body_sealed is not null and status <> 'failed' order by sent_at desc, author = 'prospect', id desc limit ${most}`.execute(act.tx)
  const told = await toldOf(act.tx, act.subject.tenant, rows.map(({ id }) => id), (place, sealed) => act.sealing.open(place, sealed))
  const lines: AgentLine[] = []
  for (const { id, author, body_sealed } of rows.toReversed()) {
    const { data } = body.safeParse(await openJson(act, messageBody(id), body_sealed))
    const heard = told.get(id) ?? []
    const words = heard.flatMap(({ text }) => text ?? []).join(' ')
    if (data) lines.push({ author, kind: data.kind, text: data.text, pick: data.pick, position: data.position, ...(words !== '' && { told: words }), ...(heard.length > 0 && words === '' && { isUntold: true }), ...(heard.length > 0 && { toldAt: Math.max(...heard.map(({ at }) => at)) }), notedAt: madeAt(id) })
  }
  return lines
}

// https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
const madeAt = (id: string): Millis => Number.parseInt(id.slice(0, 13).replace('-', ''), 16)

// A voice note of which nobody knows yet what it says: of the last messages, and for so long only.
const lastFew = 5
const hearMs: Millis = 20_000
export const isBeingHeard = async (act: Act, conversation: string): Promise<boolean> =>
  (await agentLines(act, conversation, lastFew)).some(({ author, kind, toldAt, notedAt }) => author === 'prospect' && kind === 'audio' && toldAt === undefined && notedAt > act.now - hearMs)

// Since when they wait for one of those who talk: what goes out by itself answers nobody, but for what is answered without a model. Older than a day, nothing may be said to it.
const dayMs: Millis = 86_400_000
export const unansweredSince = async ({ tx, subject: { tenant }, now }: Act, conversation: string, by: readonly Author[], guarded = false): Promise<Millis | undefined> => {
  const which = sql`tenant_id = ${tenant} and conversation_id = ${conversation} and status <> 'failed'`
  const { rows: [row] } = await sql<{ since: Millis | null }>`select min(sent_at) as since from message where ${which} and author = 'prospect' and deleted_at is null
    and sent_at > greatest(${at(now - dayMs)}, (select max(sent_at) from message where ${which} and author in (${sql.join(by)}))${guarded ? sql`, (select max(answered_at) from guard_hit where tenant_id = ${tenant} and conversation_id = ${conversation})` : sql``})`.execute(tx)
  return row?.since ?? undefined
}
