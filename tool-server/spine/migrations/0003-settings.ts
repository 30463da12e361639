import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What admins set from HubSpot, and what their page of the day counts by.
const statements = `
-- Who is asked when a prospect wants a person: in this order, whoever fits. Without a language or a building, for every one of them.
create table escalation_owner (
  tenant_id uuid not null,
  position integer not null,
  agent_id uuid not null,
  language text check (language in ('es-MX', 'en')),
  building_id uuid,
  primary key (tenant_id, position),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id),
  foreign key (tenant_id, building_id) references building (tenant_id, id)
);

-- What a change of the settings came to, so that the same key again hears the same.
create table settings_write (
  tenant_id uuid not null references tenant,
  user_id text not null,
  key text collate "C" not null,
  asked bytea not null,
  status text,
  made_at timestamptz not null,
  primary key (tenant_id, user_id, key)
);

create index tour_by_day on tour (tenant_id, day);
`

export const settings: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db) // one at a time: PGlite prepares each
  },
}
