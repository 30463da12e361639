import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What people do in the CRM reaches us: what we last told it, where it and we disagree, and whom it may mean.
const statements = `
-- told_at: when the CRM last answered that it has what we told.
alter table counterpart add column told_at timestamptz;

-- agent_id: whose lead people say it is. floor: the stage that people gave it; by itself it goes no further back. elsewhere: people keep it in a stage that is none of ours.
alter table lead add column agent_id uuid, add column floor text check (floor in ('new', 'qualified', 'visit_scheduled', 'visit_done', 'application', 'won', 'lost')), add column elsewhere boolean not null default false,
  add foreign key (tenant_id, agent_id) references agent (tenant_id, id);

-- Of each field what we last wrote there, or took from there; only to be compared, so blind.
create table crm_written (
  tenant_id uuid not null,
  kind text not null,
  our_id uuid not null,
  field text not null,
  value_bidx bytea not null,
  primary key (tenant_id, kind, our_id, field),
  foreign key (tenant_id, kind, our_id) references counterpart (tenant_id, kind, our_id) on delete cascade
);

-- A change that lost against another, one a field as long as nobody has looked. won: whose word holds.
create table crm_conflict (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  kind text not null check (kind in ('contact', 'deal', 'meeting')),
  our_id uuid not null,
  field text not null,
  values_sealed bytea not null,
  won text not null check (won in ('ours', 'theirs')),
  state text not null check (state in ('open', 'settled')),
  made_at timestamptz not null,
  settled_at timestamptz check ((state = 'settled') = (settled_at is not null)),
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create unique index crm_conflict_open on crm_conflict (tenant_id, kind, our_id, field) where state = 'open';
create index crm_conflict_of_person on crm_conflict (tenant_id, person_id, made_at);

-- A contact of the CRM that may be somebody of ours; for people to decide. several: it fits more than one. names: the number fits and the name speaks against it. taken: whom it fits has a contact already.
create table crm_review (
  tenant_id uuid not null,
  id uuid not null,
  external_id text not null,
  people uuid[] not null check (cardinality(people) > 0),
  reason text not null check (reason in ('several', 'names', 'taken')),
  state text not null check (state in ('open', 'linked', 'apart')),
  made_at timestamptz not null,
  decided_at timestamptz check ((state = 'open') = (decided_at is null)),
  primary key (tenant_id, id)
);
create unique index crm_review_once on crm_review (tenant_id, external_id);
create index crm_review_open on crm_review (tenant_id, made_at) where state = 'open';

-- How far a walk through all contacts of the CRM has come.
create table crm_backfill (
  tenant_id uuid not null,
  connection_id uuid not null,
  seen integer not null default 0,
  linked integer not null default 0,
  known integer not null default 0,
  ambiguous integer not null default 0,
  strangers integer not null default 0,
  left_over integer,
  begun_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);
`

export const crmSync: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db) // one at a time: PGlite prepares each
  },
}
