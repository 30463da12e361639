import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What stands in the calendars of those who show homes: their busy time as it was last read, and what we put there ourselves.
const statements = `
-- version: another one as soon as anything that is busy there is another. told_at: since when it is known that something changed there, until that has been read.
create table mirror (
  tenant_id uuid not null,
  connection_id uuid not null,
  version integer not null default 1,
  told_at timestamptz,
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
);
create table busy_event (
  tenant_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (tenant_id, connection_id, external_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade,
  check (starts_at < ends_at)
);
create index busy_event_ends on busy_event (tenant_id, connection_id, ends_at);

-- ours: a visit, or the session of those who share one; tours: which. number: how often the calendar was told of it. starts_at, ends_at: as it was told last; was: as it was told before that.
-- digest: of all that was told; null where it is to be told anew. versions: the last ones that we know of, so that what comes late is known for what it is. seen: what people made of it there, as long as that isn't decided. returned: it had gone before it was put, and has not been seen there since. refusals: how often in a row there was nothing there of what was told.
create table projection (
  tenant_id uuid not null,
  ours uuid not null,
  connection_id uuid not null,
  tours uuid[] not null,
  state text not null check (state in ('sent', 'stands', 'leaving', 'gone', 'dead')),
  number integer not null default 1,
  digest text,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  was_starts_at timestamptz,
  was_ends_at timestamptz,
  external_id text,
  versions text[] not null default '{}',
  link text,
  is_booked boolean not null default true,
  invites boolean not null default false,
  seen jsonb,
  returned boolean not null default false,
  refusals integer not null default 0,
  changed_at timestamptz not null,
  primary key (tenant_id, ours, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
);
create index projection_of_tours on projection using gin (tours);
create index projection_changed on projection (tenant_id, changed_at);

-- Something else that takes the time of whoever shows a visit. open: nobody has done anything about it yet, or somebody of ours was asked to, by which escalation. settled: it is known, and stays. handed: because of it, somebody else shows the visit.
create table overlap (
  tenant_id uuid not null,
  tour_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  state text not null check (state in ('open', 'settled', 'handed')),
  escalation_id uuid,
  found_at timestamptz not null,
  primary key (tenant_id, tour_id, connection_id, external_id),
  foreign key (tenant_id, tour_id) references tour (tenant_id, id) on delete cascade,
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
);
create index overlap_open on overlap (tenant_id, connection_id) where state = 'open';

-- A meeting of somebody of ours with a prospect that we know, which they arranged themselves.
create table met (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  person_id uuid not null,
  agent_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status text not null check (status in ('confirmed', 'cancelled')),
  title_sealed bytea not null,
  primary key (tenant_id, id),
  unique (tenant_id, connection_id, external_id, person_id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
-- joined: somebody was called for something else as well while it was open.
alter table escalation add column joined boolean not null default false;
create index met_of_person on met (tenant_id, person_id, starts_at);
`

export const calendars: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
