import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// The turns of our own agent: what it read, what it asked its tools, what came of it, and what that cost.
const statements = `
-- waiting: somebody wrote, and it is waited for whether they go on. since: the first of what nobody has answered yet.
create table agent_run (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  person_id uuid not null,
  state text not null check (state in ('waiting', 'active', 'over')),
  outcome text,
  reason text,
  version text,
  model text,
  has_effect boolean not null default false,
  turns integer not null default 0,
  calls integer not null default 0,
  repairs integer not null default 0,
  claims integer not null default 0,
  tokens_in bigint not null default 0,
  tokens_cached bigint not null default 0,
  tokens_out bigint not null default 0,
  micros bigint not null default 0,
  since timestamptz not null,
  begun_at timestamptz,
  over_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id)
);
create unique index agent_run_open on agent_run (tenant_id, conversation_id, state) where state <> 'over';
create index agent_run_of_conversation on agent_run (tenant_id, conversation_id, over_at);
create index agent_run_begun on agent_run (tenant_id, begun_at);

-- What a run read and said, in order and never changed: the whole input of each of its turns.
create table agent_item (
  tenant_id uuid not null,
  id uuid not null,
  run_id uuid not null,
  place integer not null,
  items_sealed bytea not null,
  made_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, run_id, place),
  foreign key (tenant_id, run_id) references agent_run (tenant_id, id)
);
create index agent_item_made on agent_item (made_at);

-- When a vendor's own agent was last heard where ours answers.
create table agent_rival (
  tenant_id uuid not null,
  connection_id uuid not null,
  heard_at timestamptz not null,
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);
`

export const agentRuns: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
