import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// People who cancelled: blocked at once, erased at their date; what remains of them; and the proof of what was deleted.
const statements = `
-- blocked_at: nobody reads or writes to them any more. erase_at: when the rest of them goes. erased_at: it has gone, and only the row's own id is left.
alter table person add column blocked_at timestamptz, add column erase_at timestamptz, add column erased_at timestamptz;
-- blocked_at: what is sealed with it opens no more, but for whoever answers for privacy.
alter table data_key add column blocked_at timestamptz;
create index person_blocked on person (tenant_id, id) where blocked_at is not null;

-- By which names whoever was blocked was known, so that nothing from before brings them back. value_sealed: the name itself, until they are erased; then the hash alone remains.
create table tombstone (
  tenant_id uuid not null,
  person_id uuid not null,
  kind text not null,
  value_hash bytea not null,
  value_sealed bytea,
  since timestamptz not null,
  primary key (tenant_id, person_id, kind, value_hash),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create index tombstone_of_name on tombstone (tenant_id, kind, value_hash);

-- counts: what was deleted here, by table.
create table erasure (
  tenant_id uuid not null,
  person_id uuid not null,
  case_id uuid not null,
  counts jsonb not null,
  erased_at timestamptz not null,
  primary key (tenant_id, person_id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);

-- What is to be deleted at a vendor, one row for each command by its key. state: asked, until the vendor has answered; left: it stays there, and code says why.
create table erasure_there (
  tenant_id uuid not null,
  key text not null,
  case_id uuid not null,
  vendor text not null,
  what text not null,
  state text not null check (state in ('asked', 'done', 'left')),
  code text check ((state = 'left') = (code is not null)),
  changed_at timestamptz not null,
  primary key (tenant_id, key),
  foreign key (tenant_id, case_id) references privacy_case (tenant_id, id)
);
create index erasure_there_of_case on erasure_there (tenant_id, case_id);

-- One row for each class and run that deleted something, and the latest run of each.
create table retention_run (
  tenant_id uuid not null references tenant,
  id uuid not null,
  class text not null,
  kept_until timestamptz not null,
  deleted bigint not null,
  ran_at timestamptz not null,
  primary key (tenant_id, id)
);
create index retention_run_of_class on retention_run (tenant_id, class, ran_at);
`
export const erasure: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
