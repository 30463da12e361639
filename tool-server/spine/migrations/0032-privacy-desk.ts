import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What becomes of a request about somebody's data, step by step, until it is done; and the two registers that the law asks for.
const statements = `
-- person_id: null as long as nobody has proven who asks; asker_sealed: how they called themselves then. completed_at: when what was missing came, from when the answer is counted. identified_by: what proved who they are. erase_at: of a cancellation that was accepted.
-- code_bidx: of the code that was sent to who asks. certificate: what was done, signed; nothing in it is personal, so that it outlives the person's data.
-- contact_bidx: of what whoever is not proven gave to be reached by. details_sealed: null once it is emptied.
alter table privacy_case alter column person_id drop not null;
alter table privacy_case alter column details_sealed drop not null;
alter table privacy_case drop constraint privacy_case_state_check;
update privacy_case set state = 'withdrawn' where state = 'closed';
alter table privacy_case add constraint privacy_case_state_check check (state in ('received', 'asked', 'identified', 'accepted', 'refused', 'done', 'lapsed', 'withdrawn'));
alter table privacy_case drop constraint privacy_case_channel_check;
alter table privacy_case add constraint privacy_case_channel_check check (channel in ('chat', 'mail', 'web', 'desk'));
alter table privacy_case add column asker_sealed bytea, add column contact_bidx bytea, add column asked_at timestamptz, add column completed_at timestamptz, add column identified_at timestamptz, add column identified_by text check (identified_by in ('whatsapp', 'code', 'hand')),
  add column answered_at timestamptz, add column answer_extended boolean not null default false, add column effect_extended boolean not null default false, add column erase_at timestamptz, add column closed_at timestamptz,
  add column code_bidx bytea, add column code_until timestamptz, add column code_tries integer not null default 0, add column certificate text;
update privacy_case set closed_at = due_at where state = 'withdrawn';
-- whoever asked on WhatsApp has proven by it who they are
update privacy_case set state = 'identified', identified_at = opened_at, identified_by = 'whatsapp' where state = 'received' and channel = 'chat';
drop index privacy_case_open;
drop index privacy_case_due;
create unique index privacy_case_open on privacy_case (tenant_id, person_id, kind) where closed_at is null;
create index privacy_case_due on privacy_case (tenant_id, due_at) where closed_at is null;
create index privacy_case_unproven on privacy_case (tenant_id, contact_bidx) where person_id is null and contact_bidx is not null;

-- what: what was done, by whom. text_sealed: what was said to the person, or noted. how: by which way it was said; aloud: to be read out to them.
create table privacy_step (
  tenant_id uuid not null,
  id uuid not null,
  case_id uuid not null,
  what text not null,
  actor text not null,
  at timestamptz not null,
  text_sealed bytea,
  how text check (how in ('whatsapp', 'mail', 'aloud')),
  primary key (tenant_id, id),
  foreign key (tenant_id, case_id) references privacy_case (tenant_id, id)
);
create index privacy_step_of_case on privacy_step (tenant_id, case_id, at);

-- vendor: whose connection it stands for; null where it is none of ours.
create table processor (
  tenant_id uuid not null references tenant,
  id uuid not null,
  vendor text,
  name text not null,
  country text not null,
  purpose text not null,
  contract_on date,
  changed_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, vendor)
);

-- known_at: when we got to know of it. from_at, to_at, connection_id: whom it may have reached.
create table breach (
  tenant_id uuid not null references tenant,
  id uuid not null,
  what_sealed bytea not null,
  notice_sealed bytea,
  known_at timestamptz not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  connection_id uuid,
  noted_at timestamptz not null,
  told_at timestamptz,
  primary key (tenant_id, id)
);
create table breach_person (
  tenant_id uuid not null,
  breach_id uuid not null,
  person_id uuid not null,
  how text check (how in ('whatsapp', 'mail', 'aloud')),
  told_at timestamptz,
  primary key (tenant_id, breach_id, person_id),
  foreign key (tenant_id, breach_id) references breach (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
`
export const privacyDesk: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
