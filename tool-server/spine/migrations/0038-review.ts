import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What somebody of ours corrected before it was tried again, and who sets many going at once.
const statements = `
-- The corrections of a delivery that no parser understood; its bytes stay beside them as they came. replay_id: with which of many it was put back in line.
alter table inbox add column mend_sealed bytea;
alter table inbox add column replay_id uuid;
create index inbox_replay on inbox (tenant_id, replay_id) where replay_id is not null;
alter table job add column replay_id uuid;
create index job_replay on job (tenant_id, replay_id) where replay_id is not null;

-- of_id: a delivery or a job. was_sealed: what a job was asked before, under its person's key; a delivery keeps its bytes.
create table mend (
  tenant_id uuid not null references tenant,
  id uuid not null,
  of_id uuid not null,
  user_id text not null,
  paths text[] not null,
  was_sealed bytea,
  made_at timestamptz not null,
  primary key (tenant_id, id)
);
create index mend_of on mend (tenant_id, of_id);

-- cause: of which group, or all. after_id: how far it is; last_id: what came later isn't part of it.
create table replay (
  tenant_id uuid not null references tenant,
  id uuid not null,
  user_id text not null,
  cause text,
  state text not null check (state in ('going', 'stopped', 'done')),
  total integer not null,
  after_id uuid,
  last_id uuid not null,
  begun_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create unique index replay_going on replay (tenant_id) where state = 'going';
`
export const review: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
