import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import { at } from '../spine/db.ts'
import { messageBody } from './places.ts'
import type { Author, MessageStatus } from './tables.ts'

type Whose = { person: string; connection: string; external: string | undefined }

// The one of that name; else the person's that has none yet and now gets it; else, for what came without a name, their latest; else a new one.
export const attend = async ({ tx, subject, now, newId }: Act, { person, connection, external }: Whose): Promise<{ id: string; person: string }> => {
  const { rows: known } = await sql<{ id: string; person: string; external: string | null }>`select id, person_id as person, external_id as external from conversation where tenant_id = ${subject.tenant} and connection_id = ${connection}
    and (${external ? sql`external_id = ${external} or` : sql``} person_id = ${person}) order by opened_at desc, id desc limit 50`.execute(tx)
  const named = external === undefined ? known[0] : known.find((each) => each.external === external)
  if (named) return named
  const unnamed = known.find((each) => each.external === null)
  if (unnamed) {
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

type Message = { conversation: string; person: string; connection: string; external: string; author: Author; body: object | undefined; status: MessageStatus; sentAt: Millis }
const rank: Record<MessageStatus, number> = { accepted: 0, sent: 1, delivered: 2, read: 3, failed: 4 }

// A message is told several times, and out of order: its words come when they come, and its fate only ever moves on.
export const noteMessage = async ({ tx, subject, sealing, newId }: Act, { conversation, person, connection, external, author, body, status, sentAt }: Message): Promise<boolean> => {
  const { rows: [known] } = await sql<{ id: string; status: MessageStatus; has_body: boolean }>`select id, status, body_sealed is not null as has_body from message
    where tenant_id = ${subject.tenant} and connection_id = ${connection} and external_id = ${external} for no key update`.execute(tx)
  const id = known?.id ?? newId()
  const sealed = body && !known?.has_body ? await sealing.seal(messageBody(id), JSON.stringify(body), person) : null
  if (!known) {
    const { rows } = await sql`insert into message (tenant_id, id, conversation_id, connection_id, external_id, direction, author, body_sealed, status, sent_at)
      values (${subject.tenant}, ${id}, ${conversation}, ${connection}, ${external}, ${author === 'prospect' ? 'in' : 'out'}, ${author}, ${sealed}, ${status}, ${at(sentAt)})
      on conflict (tenant_id, connection_id, external_id) do nothing returning id`.execute(tx)
    return rows.length > 0
  }
  await sql`update message set status = ${later(status, known.status)}, body_sealed = coalesce(body_sealed, ${sealed}) where tenant_id = ${subject.tenant} and id = ${known.id}`.execute(tx)
  return false
}
const later = (a: MessageStatus, b: MessageStatus): MessageStatus => (rank[a] > rank[b] ? a : b)

// Of a message that we know, and nothing of one that we don't: its words tell its fate too.
export const noteFate = async ({ tx, subject }: Act, { connection, external, status }: Pick<Message, 'connection' | 'external' | 'status'>): Promise<void> => {
  const { rows: [known] } = await sql<{ id: string; status: MessageStatus }>`select id, status from message where tenant_id = ${subject.tenant} and connection_id = ${connection} and external_id = ${external} for no key update`.execute(tx)
  if (known) await sql`update message set status = ${later(status, known.status)} where tenant_id = ${subject.tenant} and id = ${known.id}`.execute(tx)
}

export const externalOf = async ({ tx, subject }: Act, conversation: string): Promise<{ connection: string; external: string | undefined } | undefined> => {
  const { rows: [row] } = await sql<{ connection: string; external: string | null }>`select connection_id as connection, external_id as external from conversation where tenant_id = ${subject.tenant} and id = ${conversation}`.execute(tx)
  return row && { connection: row.connection, external: row.external ?? undefined }
}
