import { sql } from 'kysely'
import type { Language } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import type { Tour } from '../domain/tours.ts'
import { at } from '../spine/db.ts'

// A visit as those who look after it see it. since: when it was put at its time, by which what was meant for another time is known.
export type VisitNow = Tour & { since: Millis; isAcknowledged: boolean; hasArrived: boolean }
type Row = Omit<VisitNow, 'conversation' | 'language'> & { conversation: string | null; language: Language | null }
const placed = sql`coalesce(moved_at, made_at)`

// Not locked: whatever follows from it says of which version or time it is.
export const visitNow = async ({ tx, subject: { tenant } }: Act, { id, person }: { id: string; person: string | undefined }): Promise<VisitNow | undefined> => {
  const { rows: [row] } = await sql<Row>`select id, person_id as person, conversation_id as conversation, home_id as home, building_id as building, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt", status, version, party, language,
    ${placed} as since, coalesce(acknowledged_at >= ${placed}, false) as "isAcknowledged", coalesce(arrived_at >= ${placed}, false) as "hasArrived" from tour where tenant_id = ${tenant} and id = ${id}
      and (${person ?? null}::uuid is null or person_id = ${person ?? null}::uuid)`.execute(tx)
  return row && { ...row, conversation: row.conversation ?? undefined, language: row.language ?? undefined }
}

// Who is there has said that they come.
type Which = Pick<VisitNow, 'id' | 'person' | 'since'>
export const acknowledge = async ({ tx, subject: { tenant }, now }: Act, { id, person, since }: Which, isThere: boolean): Promise<boolean> => {
  const { rows } = await sql`update tour set acknowledged_at = ${at(now)}, arrived_at = ${isThere ? at(now) : null} where tenant_id = ${tenant} and id = ${id} and person_id = ${person} and status = 'confirmed'
    and ${placed} = ${at(since)} returning 1`.execute(tx)
  return rows.length > 0
}
