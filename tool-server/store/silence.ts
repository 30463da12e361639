import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { Act, DB, Millis } from '../define.ts'
import type { ConversationMode } from '../domain/send-gate.ts'
import { callsPerson, guardKinds } from '../domain/guards.ts'
import { silenceIn, type Charge, type Line } from '../domain/silence.ts'
import { notLooking } from '../domain/cadence.ts'
import { isVisitPick } from '../domain/visit-facts.ts'
import { at } from '../spine/db.ts'
import { messageBody } from './places.ts'

// What the rule of silence must know: in whose hands conversations are, and what was said in them since the last answer.
type Which = { tenant: string; conversations: readonly string[] }
const within = ({ tenant, conversations }: Which) => sql`tenant_id = ${tenant} and conversation_id in (${sql.join(conversations.map((id) => sql`${id}::uuid`))})`

// calledFor: why somebody of ours was called, and nobody has ended it.
export type Hands = { mode: ConversationMode; takenAt: Millis | undefined; calledAt: Millis | undefined; calledFor: string | undefined; answeredAt: Millis | undefined } // answeredAt: by a person
export const handsOf = async (on: Kysely<DB>, which: Which): Promise<Hands | undefined> => {
  const { tenant, conversations: [latest] } = which
  if (latest === undefined) return undefined
  const { rows: [row] } = await sql<{ mode: ConversationMode; takenAt: Millis | null; calledAt: Millis | null; calledFor: string | null; answeredAt: Millis | null }>`select c.state as mode, c.taken_at as "takenAt", e.opened_at as "calledAt", e.reason as "calledFor",
    (select max(sent_at) from message where ${within(which)} and author = 'human' and status <> 'failed') as "answeredAt"
    from conversation c left join lateral (select opened_at, reason from escalation where ${within(which)} and closed_at is null order by opened_at desc limit 1) e on true where c.tenant_id = ${tenant} and c.id = ${latest}`.execute(on)
  return row && { mode: row.mode, takenAt: row.takenAt ?? undefined, calledAt: row.calledAt ?? undefined, calledFor: row.calledFor ?? undefined, answeredAt: row.answeredAt ?? undefined }
}

const answeredByRule = guardKinds.filter((kind) => !callsPerson({ kind })) // what is said then is the answer: the bot stays silent
const most = 20 // those that say thanks are read until one is found that doesn't
type Open = (place: string, sealed: Buffer) => Promise<string | undefined> // undefined: erased
export const waitsSince = async (on: Kysely<DB>, which: Which & { charge: Charge; now: Millis }, open: Open): Promise<Millis | undefined> => {
  const { charge: { answers, personSince }, now } = which
  const byBot = personSince === undefined ? sql`` : sql`or author = 'bot' and sent_at <= ${at(personSince)}`
  const byRule = answers.includes('bot') ? sql`(select max(answered_at) from guard_hit where ${within(which)} and kind in (${sql.join(answeredByRule)}))` : sql`null`
  const { rows } = await sql<{ id: string; saidAt: Millis; body_sealed: Buffer | null }>`select id, sent_at as "saidAt", body_sealed from message where ${within(which)} and author = 'prospect' and deleted_at is null
    and sent_at > coalesce(greatest((select max(sent_at) from message where ${within(which)} and status <> 'failed' and (author in (${sql.join(answers)}) ${byBot})), ${byRule}), '-infinity') order by sent_at, id limit ${most}`.execute(on)
  const lines = await Promise.all(rows.map(async ({ id, saidAt, body_sealed }): Promise<Line[]> => {
    const said = wordsIn(body_sealed ? await open(messageBody(id), body_sealed) : undefined)
    return said?.pick !== undefined && (isVisitPick(said.pick) || said.pick === notLooking) ? [] : [{ author: 'prospect', at: saidAt, ...(said && { text: said.text }) }]
  }))
  return silenceIn(lines.flat(), { now, patienceMs: 0, answers })?.waitingSince
}
const spoken = z.looseObject({ kind: z.literal('text'), text: z.string(), pick: z.string().optional() })
const wordsIn = (json: string | undefined): z.infer<typeof spoken> | undefined => (json === undefined ? undefined : spoken.safeParse(JSON.parse(json)).data)

export const conversationOf = async ({ tx, subject: { tenant } }: Act, { connection, message }: { connection: string; message: string }): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ id: string }>`select conversation_id as id from message where tenant_id = ${tenant} and connection_id = ${connection} and external_id = ${message}`.execute(tx)
  return row?.id
}
