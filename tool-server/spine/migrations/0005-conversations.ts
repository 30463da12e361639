import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What a conversation may be told: who has it in hand, what the person agreed to, what they were shown, and the templates for when their window is closed.
const statements = `
-- taken_by: the person of ours who has it in hand. sends_until: how far ahead of now this pair's messages are spaced out already.
alter table conversation add column taken_by text, add column taken_at timestamptz, add column sends_until timestamptz;

-- Append-only; the latest of a purpose holds.
create table consent (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  purpose text not null check (purpose in ('messages', 'marketing')),
  status text not null check (status in ('granted', 'revoked')),
  evidence text not null,
  actor text not null,
  at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create index consent_of_person on consent (tenant_id, person_id, purpose, at, id);

create table notice (
  tenant_id uuid not null references tenant,
  language text not null check (language in ('es-MX', 'en')),
  version text not null,
  text text not null,
  valid_from timestamptz not null,
  primary key (tenant_id, language, version)
);
create table notice_shown (
  tenant_id uuid not null,
  person_id uuid not null,
  version text not null,
  how text not null check (how in ('gate', 'message', 'bot')),
  shown_at timestamptz not null,
  primary key (tenant_id, person_id, version),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);

-- As the vendor last told them.
create table template (
  tenant_id uuid not null,
  connection_id uuid not null,
  name text not null,
  language text not null,
  project text not null,
  version text not null,
  category text not null check (category in ('utility', 'marketing', 'authentication')),
  status text not null check (status in ('approved', 'pending', 'rejected', 'paused')),
  synced_at timestamptz not null,
  primary key (tenant_id, connection_id, name, language),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);

alter table message add column edited_at timestamptz, add column deleted_at timestamptz, add column cost_micros bigint, add column currency text;

-- dropped: a command that was not allowed to leave any more when its turn came.
alter table job drop constraint job_state_check;
alter table job add constraint job_state_check check (state in ('scheduled', 'ready', 'running', 'done', 'dead', 'shadowed', 'dropped'));
drop index job_finished;
create index job_finished on job (finished_at) where state in ('done', 'shadowed', 'dropped');
`

export const conversations: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
