import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What became of each follow-up of somebody who went silent. since: when they had last written; whose it is, the conversation tells.
const statements = `
create table follow_up (
  tenant_id uuid not null,
  conversation_id uuid not null,
  since timestamptz not null,
  day int not null check (day > 0),
  outcome text not null,
  decided_at timestamptz not null,
  primary key (tenant_id, conversation_id, since, day),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id) on delete cascade
);

-- How visits went, by when they were.
create index tour_of_past on tour (tenant_id, starts_at) where status in ('completed', 'no_show');
`

export const cadence: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
