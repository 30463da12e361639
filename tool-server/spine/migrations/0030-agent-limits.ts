import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What drafts have cost, day by day, and two agents on one channel as a trouble.
const statements = `
-- In millionths of a US dollar, by the day of the house.
create table draft_cost (
  tenant_id uuid not null references tenant,
  day date not null,
  micros bigint not null,
  primary key (tenant_id, day)
);

-- agents: ours answers there, and so does the vendor's own.
alter table trouble drop constraint trouble_what_check;
alter table trouble add constraint trouble_what_check check (what in ('key', 'scopes', 'setup', 'grant', 'agents'));
`
export const agentLimits: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
