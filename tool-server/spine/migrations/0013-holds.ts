import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Times that are held for a moment, and what became of the links to the booking page.
const statements = `
create index tour_held on tour (tenant_id, held_until) where status = 'held';

-- Whose a link is and what it is for stands in the link itself. tour_id: what is held by it or, once it is used, what it brought about.
create table booking_link (
  tenant_id uuid not null,
  digest bytea not null,
  ends_at timestamptz not null,
  tour_id uuid,
  used_at timestamptz,
  primary key (tenant_id, digest)
);
`

export const holds: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
