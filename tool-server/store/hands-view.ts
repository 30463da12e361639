import { sql } from 'kysely'
import type { Millis } from '../define.ts'
import type { CardReads } from './card-people.ts'

// Who of ours has a conversation in hand, as people see it. inbox: somebody in the vendor's.
export type Taken = { by: 'me' | 'inbox' | 'other'; name?: string; since: Millis }

export const takenOf = async ({ db, tenant }: Pick<CardReads, 'db' | 'tenant'>, conversation: string, user: string | undefined): Promise<Taken | undefined> => {
  const { rows: [row] } = await sql<{ by: string; since: Millis; name: string | null }>`select c.taken_by as by, c.taken_at as since, o.name from conversation c left join operator o on o.tenant_id = c.tenant_id and o.id::text = c.taken_by
    where c.tenant_id = ${tenant} and c.id = ${conversation} and c.state = 'human' and c.taken_by is not null`.execute(db.bare)
  if (!row) return undefined
  const { by, since, name } = row
  return { by: by === user ? 'me' : by === 'inbox' ? 'inbox' : 'other', since, ...(name !== null && { name }) }
}
