import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// shadow_row: what Portero would have done for somebody in shadow mode beside what people did, as it was when it was last compared. at: when it would last have told the CRM of them.
const statements = `
create table shadow_row (
  tenant_id uuid not null references tenant,
  id uuid not null,
  person_id uuid not null,
  kind text not null check (kind in ('visit', 'stage', 'name', 'language')),
  outcome text not null check (outcome in ('equal', 'else', 'ours', 'theirs')),
  values_sealed bytea not null,
  at timestamptz not null,
  compared_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create index shadow_row_of_person on shadow_row (tenant_id, person_id);
create index shadow_row_age on shadow_row (tenant_id, at);
create index job_shadowed on job (tenant_id, created_at) where state = 'shadowed'
`
export const shadowRows: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
