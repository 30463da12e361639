import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What is wrong with a connection until people do something about it, and a budget of calls for each of its limits.
const statements = `
-- As long as it lasts. key: it is refused. scopes: it may not do everything, and these it lacks. setup: something at the vendor isn't as we need it. said: in the words for engineers, which hold nothing personal. waiting: how many jobs, at most.
create table trouble (
  tenant_id uuid not null references tenant,
  connection_id uuid not null,
  what text not null check (what in ('key', 'scopes', 'setup')),
  said text not null,
  waiting integer not null,
  since timestamptz not null,
  told_at timestamptz,
  primary key (tenant_id, connection_id, what),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);

-- path: of the calls that have a limit of their own besides, as they end.
alter table budget add column path text not null default '', drop constraint budget_pkey, add primary key (tenant_id, connection_id, path);

-- How they came to us, where nothing that we hold says so any more.
alter table person add column source text check (source in ('whatsapp', 'crm'));
`

export const troubles: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
