import { sql } from 'kysely'
import type { Db } from './db.ts'
import type { Bound, BoundSubject } from './tool-bind.ts'

// Whom a record of the CRM is about, and their latest conversation: the one statement by which a workflow's call is bound.
export type Enrolled = { kind: 'contact' | 'deal'; external: string }
type Row = { id: string; person: string; state: Bound['state'] }

export const findEnrolled = async (db: Db, tenant: string, { kind, external }: Enrolled): Promise<{ subject: BoundSubject; state: Bound['state'] } | undefined> => {
  const { rows: [row] } = await sql<Row>`select c.id, c.person_id as person, c.state from counterpart k join conversation c on c.tenant_id = k.tenant_id and c.person_id = k.person_id
    where k.tenant_id = ${tenant} and k.kind = ${kind} and k.external_id = ${external} order by coalesce(c.heard_at, c.opened_at) desc, c.id desc limit 1`.execute(db.bare)
  return row && { subject: { tenant, by: 'workflow', person: row.person, conversation: row.id }, state: row.state }
}
