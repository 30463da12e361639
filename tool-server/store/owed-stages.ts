import { sql } from 'kysely'
import type { Act } from '../define.ts'

// Deals that the CRM has, with another stage than the one that their lead has here; but for those that people have put where none of ours is. marks: how each stage is written down.
export const owedStages = async ({ tx, subject: { tenant } }: Act, marks: ReadonlyMap<string, string>): Promise<{ lead: string; person: string }[]> => {
  const { rows } = await sql<{ lead: string; person: string }>`select l.id as lead, l.person_id as person from lead l
    join counterpart c on c.tenant_id = l.tenant_id and c.kind = 'deal' and c.our_id = l.id and c.external_id is not null
    join crm_written w on w.tenant_id = l.tenant_id and w.kind = 'deal' and w.our_id = l.id and w.field = 'stage'
    join (values ${sql.join([...marks].map(([stage, mark]) => sql`(${stage}, ${Buffer.from(mark, 'hex')}::bytea)`))}) as m (stage, mark) on m.mark = w.value_bidx
    where l.tenant_id = ${tenant} and not l.elsewhere and m.stage <> l.stage order by l.id`.execute(tx)
  return rows
}
