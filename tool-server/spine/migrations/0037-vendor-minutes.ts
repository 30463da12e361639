import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// vendor_minute: how many calls of a server came to what, and how long they took: bucket b ends at 2^(b/4) ms, -1 never left. A server that writes its minute again says the same or more.
// vendor_rest: a connection that a server leaves alone, as it said last; what is well has no row.
const statements = `
create table vendor_minute (
  tenant_id uuid not null references tenant,
  connection_id uuid not null,
  minute timestamptz not null,
  server uuid not null,
  outcome text not null,
  bucket smallint not null,
  calls integer not null,
  primary key (tenant_id, connection_id, minute, server, outcome, bucket)
);
create index vendor_minute_age on vendor_minute (minute);
-- When a connection was last heard of, and how often within some hours.
create index inbox_heard on inbox (tenant_id, connection_id, received_at);

create table vendor_rest (
  tenant_id uuid not null references tenant,
  connection_id uuid not null,
  server uuid not null,
  state text not null check (state in ('breaker', 'key', 'throttled')),
  until timestamptz,
  seen_at timestamptz not null,
  primary key (tenant_id, connection_id, server)
);
`
export const vendorMinutes: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
