import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Who may sign in and how, how often somebody was wrong, and when a key was last used.
const statements = `
alter table operator drop constraint operator_role_check;
alter table operator add constraint operator_role_check check (role in ('viewer', 'agent', 'officer', 'admin'));

-- Without a password somebody comes in by the company's own sign-in: issuer and subject say who they are there, for good.
alter table operator alter column password_hash drop not null;
alter table operator add column issuer text;
alter table operator add column subject text;
alter table operator add column ended_at timestamptz;
alter table operator add column signed_in_at timestamptz;
create unique index operator_elsewhere on operator (tenant_id, issuer, subject);

-- seen_at: when they last did something. A server of the version before, which may run beside a newer one, leaves it out: then it is when they came.
-- company_sid: what the company's own sign-in calls the session there, where it says so.
alter table sign_in add column seen_at timestamptz;
update sign_in set seen_at = made_at;
alter table sign_in add column company_sid text;
create index sign_in_of_operator on sign_in (tenant_id, operator_id);

-- asker: a blind index of a name, or of an address. tries: wrong ones, or not yet known to be right, until ends_at. locks: how often it was too often, told_at: when the admins were told.
create table sign_in_try (
  tenant_id uuid not null references tenant,
  asker bytea not null,
  tries integer not null,
  ends_at timestamptz not null,
  locks integer not null default 0,
  told_at timestamptz,
  primary key (tenant_id, asker)
);
create index sign_in_try_ends on sign_in_try (ends_at);

-- Whoever signs in by the company's own sign-in is nobody's operator before they come back.
alter table access_asked alter column operator_id drop not null;

-- hint: how a key begins, of those that say which row they are of.
alter table tool_key add column used_at timestamptz;
alter table tool_key add column hint text;
`
export const peopleAndKeys: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
