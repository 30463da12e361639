import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// The end of a chain as it was noted, day by day.
const statements = `
create table audit_anchor (
  tenant_id uuid not null references tenant,
  link bigint not null,
  seal bytea not null,
  at timestamptz not null,
  primary key (tenant_id, link)
);
`
export const auditAnchors: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
