import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// People, their conversations and deals, homes and who shows them, tours, and who may knock: everything a first visit needs.
const statements = `
create extension if not exists btree_gist;

create table person (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name_sealed bytea,
  language text not null default 'es-MX' check (language in ('es-MX', 'en')),
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
-- One person, many names. A name belongs to one person only; which it is can be looked up, not read.
create table claim (
  tenant_id uuid not null,
  kind text not null check (kind in ('phone', 'whatsapp', 'bird-contact', 'crm-contact', 'email')),
  value_bidx bytea not null,
  person_id uuid not null,
  value_sealed bytea not null,
  claimed_at timestamptz not null,
  primary key (tenant_id, kind, value_bidx),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create index claim_of_person on claim (tenant_id, person_id);

-- external_id: the vendor's own; unknown until it says so, since Bird's inbound messages carry none.
create table conversation (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  connection_id uuid not null,
  external_id text,
  state text not null default 'bot' check (state in ('bot', 'human', 'paused')),
  opened_at timestamptz not null,
  heard_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, connection_id, external_id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id)
);
create unique index conversation_unnamed on conversation (tenant_id, connection_id, person_id) where external_id is null;
create index conversation_by_external on conversation (external_id);
create index conversation_of_person on conversation (tenant_id, person_id, opened_at);
create index conversation_heard on conversation (tenant_id, heard_at);

create table message (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  direction text not null check (direction in ('in', 'out')),
  author text not null check (author in ('prospect', 'bot', 'human', 'portero')),
  body_sealed bytea,
  status text not null check (status in ('accepted', 'sent', 'delivered', 'read', 'failed')),
  sent_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, connection_id, external_id),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id)
);
create index message_of_conversation on message (tenant_id, conversation_id, sent_at, id);

-- What we hope to rent to somebody; the CRM calls it a deal. One at a time is open.
create table lead (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  stage text not null check (stage in ('new', 'qualified', 'visit_scheduled', 'visit_done', 'application', 'won', 'lost')),
  facts_sealed bytea,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create unique index lead_open on lead (tenant_id, person_id) where stage not in ('won', 'lost');
create index lead_of_person on lead (tenant_id, person_id, opened_at);

create table building (
  tenant_id uuid not null references tenant,
  id uuid not null,
  slug text not null,
  position integer not null,
  name text not null,
  zone text not null,
  details jsonb not null,
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);
-- no: the short number that slot handles carry.
create table home (
  tenant_id uuid not null,
  id uuid not null,
  building_id uuid not null,
  slug text not null,
  no integer not null,
  position integer not null,
  status text not null check (status in ('open', 'closed')),
  details jsonb not null,
  primary key (tenant_id, id),
  unique (tenant_id, slug),
  unique (tenant_id, no),
  foreign key (tenant_id, building_id) references building (tenant_id, id)
);
create table agent (
  tenant_id uuid not null references tenant,
  id uuid not null,
  slug text not null,
  position integer not null,
  active boolean not null,
  details jsonb not null,
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);
create table agent_building (
  tenant_id uuid not null,
  agent_id uuid not null,
  building_id uuid not null,
  primary key (tenant_id, agent_id, building_id),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id),
  foreign key (tenant_id, building_id) references building (tenant_id, id)
);
create table blackout (
  tenant_id uuid not null references tenant,
  id uuid not null,
  building_id uuid,
  agent_id uuid,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  primary key (tenant_id, id),
  foreign key (tenant_id, building_id) references building (tenant_id, id),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id)
);

-- Every booking, move and reassignment takes the row of the agent's day first: gaps and limits are checked under it.
create table agent_day (
  tenant_id uuid not null,
  agent_id uuid not null,
  day date not null,
  bookings integer not null default 0,
  primary key (tenant_id, agent_id, day),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id)
);
-- A group tour: one stretch of an agent's time, with seats.
create table session (
  tenant_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  home_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  seats integer not null check (seats > 0),
  taken integer not null default 0,
  primary key (tenant_id, id),
  constraint session_is_not_full check (taken between 0 and seats),
  constraint session_overlap exclude using gist (tenant_id with =, agent_id with =, tstzrange(starts_at, ends_at) with &&),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id),
  foreign key (tenant_id, home_id) references home (tenant_id, id)
);
create table tour (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  conversation_id uuid,
  home_id uuid not null,
  building_id uuid not null,
  agent_id uuid not null,
  session_id uuid,
  day date not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  status text not null check (status in ('held', 'confirmed', 'completed', 'no_show', 'cancelled')),
  held_until timestamptz check ((status = 'held') = (held_until is not null)),
  version integer not null default 1,
  made_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (tenant_id, id),
  constraint tour_overlap exclude using gist (tenant_id with =, agent_id with =, tstzrange(starts_at, ends_at) with &&)
    where (status in ('held', 'confirmed') and session_id is null),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id),
  foreign key (tenant_id, home_id) references home (tenant_id, id),
  foreign key (tenant_id, building_id) references building (tenant_id, id),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id),
  foreign key (tenant_id, session_id) references session (tenant_id, id)
);
create index tour_of_agent on tour (tenant_id, agent_id, starts_at) where status <> 'cancelled';
create index tour_of_person on tour (tenant_id, person_id, starts_at);

create table escalation (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  conversation_id uuid not null,
  reason text not null,
  summary_sealed bytea not null,
  owner text,
  opened_at timestamptz not null,
  due_at timestamptz not null,
  seen_at timestamptz,
  closed_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id)
);
create unique index escalation_open on escalation (tenant_id, conversation_id) where closed_at is null;
create index escalation_waiting on escalation (tenant_id, due_at) where closed_at is null;

-- What a vendor calls a thing of ours, and which state of it the vendor was last told.
create table counterpart (
  tenant_id uuid not null,
  kind text not null check (kind in ('contact', 'deal', 'meeting', 'communication')),
  our_id uuid not null,
  external_id text,
  told text,
  person_id uuid not null,
  primary key (tenant_id, kind, our_id),
  unique (tenant_id, kind, external_id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);

-- Keys of those who call tools: only digests are kept, and several hold at once while one is being changed.
create table tool_key (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  digest bytea not null,
  scopes text[] not null,
  made_at timestamptz not null,
  ends_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, digest)
);
-- What a write answered, so that the same call again hears the same.
create table tool_reply (
  tenant_id uuid not null,
  conversation_id uuid not null,
  key text collate "C" not null,
  tool text not null,
  reply_sealed bytea not null,
  person_id uuid not null,
  made_at timestamptz not null,
  primary key (tenant_id, conversation_id, key),
  foreign key (tenant_id, conversation_id) references conversation (tenant_id, id)
);
create index tool_reply_made on tool_reply (made_at);

create table operator (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null,
  role text not null check (role in ('admin', 'agent')),
  password_hash text not null,
  made_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
create table sign_in (
  tenant_id uuid not null,
  digest bytea not null,
  operator_id uuid not null,
  csrf text not null,
  made_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (tenant_id, digest),
  foreign key (tenant_id, operator_id) references operator (tenant_id, id)
);
create index sign_in_ending on sign_in (ends_at);

-- What was done about somebody, told in their card.
create index audit_of_person on audit (tenant_id, person_id, at);
`

export const firstVisit: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db) // one at a time: PGlite prepares each
  },
}
