import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Access to vendors that is lent for a while: what opens the door now, what gets us the next one, and who was asked to let us in.
const statements = `
alter table connection add column ended_at timestamptz;

-- grant: it was refused, so somebody must consent anew.
alter table trouble drop constraint trouble_what_check;
alter table trouble add constraint trouble_what_check check (what in ('key', 'scopes', 'setup', 'grant'));

-- version: another one with each renewal. source: a digest of where it is had from. renewing_by, renewing_until: whoever asks for the next one just now. retry_at: not before; of one that is refused and has none, never. failures: in a row. said: the server's own code for why.
create table access_token (
  tenant_id uuid not null,
  connection_id uuid not null,
  version bigint not null,
  state text not null check (state in ('good', 'refused')),
  source bytea not null,
  access_sealed bytea,
  refresh_sealed bytea,
  scopes text[] not null,
  expires_at timestamptz not null,
  granted_at timestamptz,
  changed_at timestamptz not null,
  renewing_by uuid,
  renewing_until timestamptz,
  retry_at timestamptz,
  failures integer not null default 0,
  said text,
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);

-- digest: of what the answer must bring with it. asked_sealed: the rest of what its answer is checked by. One answer, within its time.
create table access_asked (
  tenant_id uuid not null references tenant,
  digest bytea not null,
  vendor text not null,
  operator_id uuid not null,
  asked_sealed bytea not null,
  ends_at timestamptz not null,
  primary key (tenant_id, digest)
);
create index access_asked_ends on access_asked (ends_at);
`
export const access: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
