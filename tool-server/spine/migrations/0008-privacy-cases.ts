import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What people ask about their data, and by when they are answered.
const statements = `
-- details_sealed: what they said, as a list. acknowledged_at: when they were told that we have it.
create table privacy_case (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  kind text not null check (kind in ('access', 'rectify', 'cancel', 'oppose')),
  details_sealed bytea not null,
  channel text not null check (channel in ('chat', 'mail', 'web')),
  state text not null check (state in ('received', 'closed')),
  opened_at timestamptz not null,
  due_at timestamptz not null,
  acknowledged_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create unique index privacy_case_open on privacy_case (tenant_id, person_id, kind) where state = 'received';
create index privacy_case_due on privacy_case (tenant_id, due_at) where state = 'received';
`

export const privacyCases: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
