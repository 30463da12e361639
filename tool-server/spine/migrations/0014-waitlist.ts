import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What comes around a visit, and who waits for a time that is taken.
const statements = `
-- moved_at: when it was last put at another time. acknowledged_at, arrived_at: when its prospect said that they will come, and that they are there.
alter table tour add column moved_at timestamptz, add column acknowledged_at timestamptz, add column arrived_at timestamptz;

-- Ids are in the order of joining. offered: tour_id is kept for them until due_at. starts_at: what they were offered last.
create table waitlist (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  conversation_id uuid,
  home_id uuid not null,
  from_day date not null,
  to_day date not null check (to_day >= from_day),
  part text check (part in ('morning', 'afternoon', 'evening')),
  state text not null check (state in ('waiting', 'offered', 'taken', 'expired', 'left')),
  starts_at timestamptz,
  tour_id uuid,
  due_at timestamptz check ((state = 'offered') = (due_at is not null)),
  joined_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id),
  foreign key (tenant_id, home_id) references home (tenant_id, id)
);
create index waitlist_in_line on waitlist (tenant_id, home_id, id) where state = 'waiting';
create index waitlist_of_person on waitlist (tenant_id, person_id) where state in ('waiting', 'offered');
`

export const waitlist: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
