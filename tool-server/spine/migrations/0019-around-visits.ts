import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Who is invited to a visit by mail, what people have put into the catalogue, and how often the booking page is asked for.
const statements = `
alter table person add column email_sealed bytea;

-- What the last invitation said that somebody has in their calendar, so that it is sent again only where that has changed, and taken back from whoever had it.
create table invitation (
  tenant_id uuid not null,
  tour_id uuid not null,
  role text not null check (role in ('prospect', 'agent')),
  email_sealed bytea not null,
  home_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (tenant_id, tour_id, role),
  foreign key (tenant_id, tour_id) references tour (tenant_id, id) on delete cascade
);

-- by_people: made in HubSpot or the console. The catalogue's file neither adds such rows nor takes them away.
alter table blackout add column by_people boolean not null default false;
alter table agent add column hours_by_people boolean not null default false;

-- Whoever asks (a blind index) has spent what they may ask for until then.
create table page_budget (
  tenant_id uuid not null references tenant,
  asker bytea not null,
  spent_until timestamptz not null,
  primary key (tenant_id, asker)
);
create index page_budget_over on page_budget (spent_until);
`

export const aroundVisits: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
