import { sql, type Kysely } from 'kysely'
import type { DB } from '../define.ts'

// Commands that were written down instead of leaving the house.
export type Shadowed = { name: string; count: number }
export const shadowedCommands = async (on: Kysely<DB>, tenant: string): Promise<Shadowed[]> => {
  const { rows } = await sql<Shadowed>`select name, count(*) as count from job where tenant_id = ${tenant} and kind = 'command' and state = 'shadowed' group by name order by name`.execute(on)
  return rows
}
export const shadowedPeople = async (on: Kysely<DB>, tenant: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`select distinct coalesce(p.merged_into, p.id) as id from job j join person p on p.tenant_id = j.tenant_id and p.id = j.person_id and p.blocked_at is null
    where j.tenant_id = ${tenant} and j.kind = 'command' and j.state = 'shadowed' and j.name like 'crm.%' order by id`.execute(on)
  return rows.map(({ id }) => id)
}
