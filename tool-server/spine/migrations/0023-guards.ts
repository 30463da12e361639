import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What was answered without a model, once an hour each; and what a voice note says, or a picture shows.
const statements = `
create table guard_hit (
  tenant_id uuid not null,
  conversation_id uuid not null,
  kind text not null,
  answered_at timestamptz not null,
  primary key (tenant_id, conversation_id, kind),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id) on delete cascade
);

-- told_sealed: bound to the message and its place; told_at is set once it is known, also where nothing came of it.
alter table media add column told_sealed bytea, add column told_at timestamptz;
`

export const guards: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
