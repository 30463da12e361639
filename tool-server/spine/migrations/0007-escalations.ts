import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Who is called when a prospect needs a person, who was told so, and who came.
const statements = `
-- owner_id: who was called first. seen_by: the person of ours who looked first.
alter table escalation add column owner_id uuid, add column seen_by text, add foreign key (tenant_id, owner_id) references agent (tenant_id, id);

-- Whom we told, in order. how: none, where nothing reaches them.
create table escalation_notice (
  tenant_id uuid not null,
  escalation_id uuid not null,
  number integer not null check (number > 0),
  agent_id uuid not null,
  how text not null check (how in ('whatsapp', 'none')),
  told_at timestamptz not null,
  primary key (tenant_id, escalation_id, number),
  foreign key (tenant_id, escalation_id) references escalation (tenant_id, id),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id)
);

-- stray: the vendor's bot spoke while a person of ours had the conversation in hand.
alter table message add column stray boolean not null default false;
create index message_stray on message (tenant_id, sent_at) where stray;

alter table counterpart drop constraint counterpart_kind_check;
alter table counterpart add constraint counterpart_kind_check check (kind in ('contact', 'deal', 'meeting', 'communication', 'task'));
`

export const escalations: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
