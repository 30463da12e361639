import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What came with messages. The same file from the same person is stored once, under their key; it goes with the last message that has it.
const statements = `
create table media_bytes (
  tenant_id uuid not null,
  person_id uuid not null,
  digest_bidx bytea not null,
  bytes_sealed bytea not null,
  kept_at timestamptz not null,
  primary key (tenant_id, person_id, digest_bidx),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);

create table media (
  tenant_id uuid not null,
  message_id uuid not null,
  place integer not null,
  person_id uuid not null,
  state text not null check (state in ('wanted', 'kept', 'refused', 'gone')),
  type text,
  size integer,
  digest_bidx bytea check ((digest_bidx is not null) = (state = 'kept')),
  wanted_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, message_id, place),
  foreign key (tenant_id, message_id) references message (tenant_id, id),
  foreign key (tenant_id, person_id, digest_bidx) references media_bytes (tenant_id, person_id, digest_bidx)
);
create index media_with_bytes on media (tenant_id, person_id, digest_bidx);
`

export const media: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
