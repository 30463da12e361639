import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// People who turn out to be one, and names that change hands.
const statements = `
-- merged_into: who they turned out to be. Their row and key stay, since what they said is sealed with it.
alter table person add column merged_into uuid check (merged_into <> id), add foreign key (tenant_id, merged_into) references person (tenant_id, id);
create index person_merged on person (tenant_id, merged_into) where merged_into is not null;

-- told_together: a vendor told their names in one breath; at_odds: and yet each has a number or an account of their own. moved: what of theirs became the other's, so that it can be put back. It names rows and holds nothing personal.
create table merge (
  tenant_id uuid not null,
  id uuid not null,
  kept_id uuid not null,
  merged_id uuid not null check (merged_id <> kept_id),
  state text not null check (state in ('proposed', 'merged', 'undone', 'refused')),
  reason text not null check (reason in ('told_together', 'at_odds', 'by_hand')),
  moved jsonb check ((state in ('merged', 'undone')) = (moved is not null)),
  made_at timestamptz not null,
  decided_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, kept_id) references person (tenant_id, id),
  foreign key (tenant_id, merged_id) references person (tenant_id, id)
);
create unique index merge_of_pair on merge (tenant_id, least(kept_id, merged_id), greatest(kept_id, merged_id));
create index merge_waiting on merge (tenant_id, made_at) where state = 'proposed';

-- Names that somebody gave up; whoever has them next claims them anew.
create table retired_claim (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  value_bidx bytea not null,
  person_id uuid not null,
  reason text not null check (reason in ('renumbered', 'recycled')),
  claimed_at timestamptz not null,
  retired_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, person_id) references person (tenant_id, id)
);
create index retired_claim_of_person on retired_claim (tenant_id, person_id, retired_at);
`

export const identity: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db) // one at a time: PGlite prepares each
  },
}
