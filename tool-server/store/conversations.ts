import { sql } from 'kysely'
import { z } from 'zod'
import type { Act, Millis } from '../define.ts'
import { choice, type Choice } from '../domain/message-fit.ts'
import { at } from '../spine/db.ts'
import { isSeen } from './blocked.ts'
import { lockWishes } from './consents.ts'
import { openJson } from './open-json.ts'
import { lockPerson } from './people.ts'
import { messageBody } from './places.ts'
import type { Author, MessageStatus } from './tables.ts'

type Whose = { person: string; connection: string; external: string | undefined }

// The one of that name; else the person's that has none yet and now gets it; else, for what came without a name, their latest; else a new one.
export const attend = async (act: Act, { person, connection, external }: Whose): Promise<{ id: string; person: string }> => {
  const { tx, subject, now, newId } = act
  const { rows: known } = await sql<{ id: string; person: string; external: string | null }>`select id, person_id as person, external_id as external from conversation where tenant_id = ${subject.tenant} and connection_id = ${connection}
    and (${external ? sql`external_id = ${external} or` : sql``} person_id = ${person}) order by opened_at desc, id desc limit 50`.execute(tx)
  const named = external === undefined ? known[0] : known.find((each) => each.external === external)
  if (named) return named
  const unnamed = known.find((each) => each.external === null)
  if (unnamed) {
    await lockWishes(act, person)
    await sql`update conversation set external_id = ${external} where tenant_id = ${subject.tenant} and id = ${unnamed.id}`.execute(tx)
    return unnamed
  }
  const id = newId()
  await sql`insert into conversation (tenant_id, id, person_id, connection_id, external_id, opened_at) values (${subject.tenant}, ${id}, ${person}, ${connection}, ${external ?? null}, ${at(now)})`.execute(tx)
  return { id, person }
}

// When the prospect last wrote; never backwards.
export const noteHeard = async ({ tx, subject }: Act, conversation: string, heardAt: Millis): Promise<void> => {
  await sql`update conversation set heard_at = greatest(heard_at, ${at(heardAt)}) where tenant_id = ${subject.tenant} and id = ${conversation}`.execute(tx)
}

type Cost = { micros: number; currency: string }
type Message = { conversation: string; person: string; connection: string; external: string; author: Author; body: object | undefined; status: MessageStatus; sentAt: Millis; cost?: Cost | undefined; failure?: string | undefined; by?: 'sms' | undefined }
type Named = Pick<Message, 'connection' | 'external'>
const rank: Record<MessageStatus, number> = { accepted: 0, sent: 1, delivered: 2, read: 3, failed: 4 }
const named = (tenant: string, { connection, external }: Named) => sql`m.tenant_id = ${tenant} and m.connection_id = ${connection} and m.external_id = ${external}`

// A message is told several times, and out of order: its words come when they come, and its fate only ever moves on. What was taken back doesn't come back.
export type Noted = { id: string; isNew: boolean; isFirstHeard: boolean; hasFailed: boolean } // isFirstHeard: of its words. hasFailed: just now, and it had never arrived
export const noteMessage = async ({ tx, subject, sealing, newId }: Act, { conversation, person, author, body, status, sentAt, cost, failure, by, ...name }: Message): Promise<Noted> => {
  const { rows: [known] } = await sql<{ id: string; status: MessageStatus; is_said: boolean }>`select id, status, body_sealed is not null or deleted_at is not null as is_said from message m
    where ${named(subject.tenant, name)} for no key update`.execute(tx)
  const id = known?.id ?? newId()
  const isFirstHeard = body !== undefined && !known?.is_said
  const sealed = isFirstHeard ? await sealing.seal(messageBody(id), JSON.stringify(body), person) : null
  if (!known) {
    const { rows } = await sql`insert into message (tenant_id, id, conversation_id, connection_id, external_id, direction, author, body_sealed, status, sent_at, cost_micros, currency, failure, by_sms)
      values (${subject.tenant}, ${id}, ${conversation}, ${name.connection}, ${name.external}, ${author === 'prospect' ? 'in' : 'out'}, ${author}, ${sealed}, ${status}, ${at(sentAt)}, ${cost?.micros ?? null}, ${cost?.currency ?? null}, ${failure ?? null}, ${by === 'sms'})
      on conflict (tenant_id, connection_id, external_id) do nothing returning id`.execute(tx)
    return { id, isNew: rows.length > 0, isFirstHeard: isFirstHeard && rows.length > 0, hasFailed: status === 'failed' && rows.length > 0 }
  }
  await sql`update message set status = ${later(status, known.status)}, body_sealed = coalesce(body_sealed, ${sealed}), sent_at = least(sent_at, ${at(sentAt)}),
    cost_micros = coalesce(cost_micros, ${cost?.micros ?? null}), currency = coalesce(currency, ${cost?.currency ?? null}), failure = coalesce(failure, ${failure ?? null}) where tenant_id = ${subject.tenant} and id = ${known.id}`.execute(tx)
  return { id, isNew: false, isFirstHeard, hasFailed: status === 'failed' && rank[known.status] < rank.delivered }
}
const later = (a: MessageStatus, b: MessageStatus): MessageStatus => (rank[a] > rank[b] ? a : b)

// Of a message that we know, and nothing of one that we don't: its words tell its fate too.
export const noteFate = async ({ tx, subject }: Act, { status, ...name }: Named & Pick<Message, 'status'>): Promise<void> => {
  const { rows: [known] } = await sql<{ id: string; status: MessageStatus }>`select id, status from message m where ${named(subject.tenant, name)} for no key update`.execute(tx)
  if (known) await sql`update message set status = ${later(status, known.status)} where tenant_id = ${subject.tenant} and id = ${known.id}`.execute(tx)
}

// What its author made of it later, where we know it. body: undefined where it was taken back. An older change than the one that we know changes nothing. came: the links of what came with it before.
export type Revised = { id: string; person: string; conversation: string; author: Author; isNew: boolean; came: readonly string[] }
export const reviseMessage = async (act: Act, { body, at: changedAt, ...name }: Named & { body: object | undefined; at: Millis }): Promise<Revised | undefined> => {
  const { tx, subject, sealing } = act
  const { rows: [whose] } = await sql<{ person: string }>`select c.person_id as person from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id where ${named(subject.tenant, name)}`.execute(tx)
  if (whose) await lockPerson(act, whose.person) // before their message, as whoever hears it has them
  const { rows: [known] } = await sql<Omit<Revised, 'isNew' | 'came'> & { since: Millis; before: Buffer | null }>`select m.id, c.person_id as person, c.id as conversation, m.author, m.body_sealed as before, greatest(m.sent_at, m.edited_at, m.deleted_at) as since from message m
    join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id where ${named(subject.tenant, name)} and ${isSeen(subject.tenant, sql`c.person_id`)} for no key update of m`.execute(tx)
  if (!known) return undefined
  const { since, before, ...rest } = known
  const message = { ...rest, came: before ? linksIn(await openJson(act, messageBody(known.id), before)) : [] }
  if (changedAt <= since) return { ...message, isNew: false }
  const sealed = body ? await sealing.seal(messageBody(known.id), JSON.stringify(body), known.person) : null
  await sql`update message set body_sealed = ${sealed}, edited_at = ${body ? at(changedAt) : sql`edited_at`}, deleted_at = ${body ? null : at(changedAt)} where tenant_id = ${subject.tenant} and id = ${known.id}`.execute(tx)
  return { ...message, isNew: true }
}
const withMedia = z.looseObject({ media: z.array(z.looseObject({ url: z.string() })).optional() })
const linksIn = (body: unknown): string[] => (withMedia.safeParse(body).data?.media ?? []).map(({ url }) => url)

// What was offered by SMS last, so that a number says which. Older than a day, it is of another conversation.
const offer = z.looseObject({ choices: z.array(choice).min(1) })
const offerMs: Millis = 24 * 3_600_000
export const offeredIn = async (act: Act, conversation: string, heardAt: Millis): Promise<Choice[]> => {
  const { rows } = await sql<{ id: string; body_sealed: Buffer }>`select id, body_sealed from message where tenant_id = ${act.subject.tenant} and conversation_id = ${conversation} and by_sms and direction = 'out' and status <> 'failed'
    and body_sealed is not null and sent_at > ${at(heardAt - offerMs)} and sent_at <= ${at(heardAt)} order by sent_at desc, id desc limit 20`.execute(act.tx)
  for (const { id, body_sealed } of rows) {
    const { data } = offer.safeParse(await openJson(act, messageBody(id), body_sealed))
    if (data) return data.choices
  }
  return []
}

export const externalOf = async ({ tx, subject }: Act, conversation: string): Promise<{ connection: string; external: string | undefined } | undefined> => {
  const { rows: [row] } = await sql<{ connection: string; external: string | null }>`select connection_id as connection, external_id as external from conversation where tenant_id = ${subject.tenant} and id = ${conversation}`.execute(tx)
  return row && { connection: row.connection, external: row.external ?? undefined }
}

// Whose conversation it is, where this changed something. taken_at: since when it is in these hands. since: what was before that changes nothing.
type Hands = { mode: 'human'; by: string; since?: Millis | undefined } | { mode: 'bot' }
export const handTo = async ({ tx, subject, now }: Act, conversation: string, hands: Hands): Promise<string | undefined> => {
  const [by, since] = hands.mode === 'human' ? [hands.by, hands.since] : [null, undefined]
  const { rows: [row] } = await sql<{ person: string }>`update conversation set state = ${hands.mode}, taken_by = ${by}, taken_at = ${at(now)}
    where tenant_id = ${subject.tenant} and id = ${conversation} and state <> ${hands.mode} ${since === undefined ? sql`` : sql`and (taken_at is null or taken_at < ${at(since)})`} returning person_id as person`.execute(tx)
  return row?.person
}

export const latestWith = async ({ tx, subject }: Act, { person, connection }: Omit<Whose, 'external'>): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ id: string }>`select id from conversation where tenant_id = ${subject.tenant} and person_id = ${person} and connection_id = ${connection} order by opened_at desc, id desc limit 1`.execute(tx)
  return row?.id
}

// The latest, by whichever way.
export const conversationWith = async ({ tx, subject: { tenant } }: Act, person: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ id: string }>`select id from conversation where tenant_id = ${tenant} and person_id = ${person} order by heard_at desc nulls last, id desc limit 1`.execute(tx)
  return row?.id
}
