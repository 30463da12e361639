import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import { agentDetails } from '../domain/homes.ts'
import { backAfter } from '../domain/hands.ts'

// Who has a conversation in hand, and until when.
export const inHand = async ({ tx, subject: { tenant } }: Act, conversation: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where tenant_id = ${tenant} and id = ${conversation} and state = 'human' for no key update`.execute(tx)
  return row?.person
}

export const backAt = async ({ tx, subject: { tenant } }: Act, conversation: string): Promise<Millis | undefined> => {
  const { rows: [row] } = await sql<{ lastAt: Millis; tourEndsAt: Millis | null }>`with hand as (select c.tenant_id, c.person_id, greatest(c.taken_at,
      (select max(sent_at) from message m where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.author = 'human')) as last_at from conversation c where c.tenant_id = ${tenant} and c.id = ${conversation} and c.state = 'human')
    select last_at as "lastAt", (select min(ends_at) from tour t where t.tenant_id = hand.tenant_id and t.person_id = hand.person_id and t.status <> 'cancelled' and t.ends_at > last_at) as "tourEndsAt" from hand`.execute(tx)
  return row && backAfter({ lastAt: row.lastAt, tourEndsAt: row.tourEndsAt ?? undefined })
}

// Where somebody was called, that is who has it in the vendor's inbox too.
export const ownerOf = async ({ tx, subject: { tenant } }: Act, conversation: string): Promise<{ agent: string; email?: string } | undefined> => {
  const { rows: [row] } = await sql<{ details: unknown }>`select a.details from escalation e join agent a on a.tenant_id = e.tenant_id and a.id = e.owner_id
    where e.tenant_id = ${tenant} and e.conversation_id = ${conversation} and e.closed_at is null`.execute(tx)
  if (!row) return undefined
  const { name, email } = agentDetails.parse(row.details)
  return { agent: name, ...(email !== undefined && { email }) }
}

// Where their next visit is, or their last.
export const buildingOf = async ({ tx, subject: { tenant } }: Act, person: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ name: string }>`select b.name from tour t join building b on b.tenant_id = t.tenant_id and b.id = t.building_id
    where t.tenant_id = ${tenant} and t.person_id = ${person} and t.status <> 'cancelled' order by t.starts_at desc limit 1`.execute(tx)
  return row?.name
}

// The vendor's bot has spoken while a person of ours had it in hand.
export const noteStray = async ({ tx, subject: { tenant } }: Act, message: string): Promise<void> => {
  await sql`update message m set stray = true from conversation c where m.tenant_id = ${tenant} and m.id = ${message}
    and c.tenant_id = m.tenant_id and c.id = m.conversation_id and c.state = 'human' and m.sent_at > c.taken_at`.execute(tx)
}

// By the ten digits that every way of writing a Mexican number ends with.
export const isColleague = async ({ tx, subject: { tenant } }: Act, { phone }: { phone?: string | undefined }): Promise<boolean> => {
  if (phone === undefined) return false
  const { rows } = await sql`select 1 from agent where tenant_id = ${tenant} and right(details ->> 'phone', 10) = ${phone.slice(-10)}`.execute(tx)
  return rows.length > 0
}
