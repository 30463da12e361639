import { sql } from 'kysely'
import { z } from 'zod'
import type { Act, Millis } from '../define.ts'
import type { Deed, ToolAnswer } from '../domain/claims-facts.ts'
import { dayMs } from '../domain/zones.ts'
import { at } from '../spine/db.ts'
import { factPlace } from '../spine/tool-bind.ts'
import { openJson } from './open-json.ts'
import { messageBody } from './places.ts'
import type { Author } from './tables.ts'

// What the agent of a conversation may say: what its tools have answered there, what was said in it, and what the house has on the prospect.
const mostAnswers = 100
const mostLines = 40

// The oldest first. What belonged to somebody erased is no fact any more.
export const toolFacts = async (act: Act, conversation: string): Promise<(ToolAnswer & { at: Millis })[]> => {
  const { rows } = await sql<{ id: string; tool: string; at: Millis; answer_sealed: Buffer }>`select id, tool, made_at as at, answer_sealed from tool_fact
    where tenant_id = ${act.subject.tenant} and conversation_id = ${conversation} order by id desc limit ${mostAnswers}`.execute(act.tx)
  const answers: (ToolAnswer & { at: Millis })[] = []
  for (const { id, tool, at, answer_sealed } of rows.toReversed()) {
    const output = await openJson(act, factPlace(id), answer_sealed)
    if (output !== undefined) answers.push({ tool, output, at })
  }
  return answers
}

// false: the house is older than this, and for a day what was looked up before, or by a server that didn't keep it yet, may still be quoted. When each was made is known to the migrations alone.
export const keepsFacts = async ({ tx, now }: Act): Promise<boolean> => {
  const { rows } = await sql`select 1 from kysely_migration kept join kysely_migration began on began.name = '0001-spine' where kept.name = '0024-tool-facts'
    and kept.timestamp::timestamptz > ${at(now - dayMs)} and kept.timestamp::timestamptz > began.timestamp::timestamptz + interval '1 hour'`.execute(tx)
  return rows.length === 0
}

// The prospect's own words, and those that people of ours and the house itself have told them. The agent's own prove nothing.
const words = z.looseObject({ text: z.string() })
export const wordsSaid = async (act: Act, conversation: string): Promise<{ theirs: string[]; ours: string[] }> => {
  const { rows } = await sql<{ id: string; author: Author; body_sealed: Buffer }>`select id, author, body_sealed from message
    where tenant_id = ${act.subject.tenant} and conversation_id = ${conversation} and author <> 'bot' and body_sealed is not null order by sent_at desc, id desc limit ${mostLines}`.execute(act.tx)
  const [theirs, ours]: [string[], string[]] = [[], []]
  for (const { id, author, body_sealed } of rows.toReversed()) {
    const { data } = words.safeParse(await openJson(act, messageBody(id), body_sealed))
    if (data) (author === 'prospect' ? theirs : ours).push(data.text)
  }
  return { theirs, ours }
}

// What stands although no tool did it: a page, a card or a rule of the house may have.
export const deedsStanding = async ({ tx, subject: { tenant } }: Act, { conversation, person }: { conversation: string; person: string }): Promise<Deed[]> => {
  const { rows } = await sql<{ deed: Deed }>`select 'escalated' as deed where exists (select 1 from escalation where tenant_id = ${tenant} and conversation_id = ${conversation} and closed_at is null)
    union all select 'waiting' where exists (select 1 from waitlist where tenant_id = ${tenant} and person_id = ${person} and state in ('waiting', 'offered'))
    union all select 'requested' where exists (select 1 from privacy_case where tenant_id = ${tenant} and person_id = ${person} and closed_at is null)`.execute(tx)
  return rows.map(({ deed }) => deed)
}

// How often it was corrected lately, by the commands that say so.
export const saidSince = async ({ tx, subject: { tenant }, now }: Act, keyPrefix: string, ms: number): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from job where tenant_id = ${tenant} and kind = 'command' and key >= ${keyPrefix} and key < ${`${keyPrefix}~`} and created_at > to_timestamp(${now - ms}::double precision / 1000)`.execute(tx)
  return row?.count ?? 0
}
