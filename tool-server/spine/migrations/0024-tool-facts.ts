import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What the tools have answered in a conversation, against which its agent's messages are held.
const statements = `
-- Ids are in the order of time, so that the latest are found by the primary key.
create table tool_fact (
  tenant_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  tool text not null,
  answer_sealed bytea not null,
  made_at timestamptz not null,
  primary key (tenant_id, conversation_id, id),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id)
);
create index tool_fact_made on tool_fact (made_at);
`

export const toolFacts: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
