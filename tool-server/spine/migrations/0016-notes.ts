import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What our people write down about a conversation, and two more kinds of what stands at the CRM.
const statements = `
-- author: whoever wrote it, as the door they came through knows them.
create table note (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  conversation_id uuid not null,
  author text,
  text_sealed bytea not null,
  written_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id)
);
create index note_of_person on note (tenant_id, person_id, written_at);

alter table counterpart drop constraint counterpart_kind_check;
alter table counterpart add constraint counterpart_kind_check check (kind in ('contact', 'deal', 'meeting', 'communication', 'task', 'note', 'ticket'));
`

export const notes: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db) // one at a time: PGlite prepares each
  },
}
