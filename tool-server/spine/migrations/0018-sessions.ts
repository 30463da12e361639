import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Visits in a group: each guest has a tour of their own, and all that share a session are one stretch of their agent's time.
const statements = `
-- A tour says for itself what it takes of its agent's time, so a session that nobody comes to any more is in nobody's way.
alter table session drop constraint session_overlap,
  add constraint session_once unique (tenant_id, agent_id, home_id, starts_at, ends_at),
  add constraint session_whole unique (tenant_id, id, agent_id, home_id, starts_at, ends_at);

-- party: how many people come. Whoever is in a session sees that home, with that agent, at that time. Nobody else is shown anything then.
alter table tour add column party integer not null default 1 check (party > 0),
  drop constraint tour_tenant_id_session_id_fkey,
  add constraint tour_in_session foreign key (tenant_id, session_id, agent_id, home_id, starts_at, ends_at) references session (tenant_id, id, agent_id, home_id, starts_at, ends_at),
  drop constraint tour_overlap,
  add constraint tour_overlap exclude using gist (tenant_id with =, agent_id with =, (coalesce(session_id, id)) with <>, tstzrange(starts_at, ends_at) with &&) where (status in ('held', 'confirmed'));
create index tour_of_session on tour (tenant_id, session_id) where session_id is not null;

alter table waitlist add column party integer not null default 1 check (party > 0);

-- Seats are counted here, whatever becomes of a tour and whoever did it; session_is_not_full says the rest.
create function count_seats() returns trigger language plpgsql as $$ begin
  if tg_op <> 'INSERT' and old.status <> 'cancelled' then update session set taken = taken - old.party where tenant_id = old.tenant_id and id = old.session_id; end if;
  if tg_op <> 'DELETE' and new.status <> 'cancelled' then update session set taken = taken + new.party where tenant_id = new.tenant_id and id = new.session_id; end if;
  return null;
end $$;
create trigger seat_taken after insert on tour for each row when (new.session_id is not null) execute function count_seats();
create trigger seat_left after delete on tour for each row when (old.session_id is not null) execute function count_seats();
create trigger seat_changed after update on tour for each row when ((old.session_id, old.status = 'cancelled', old.party) is distinct from (new.session_id, new.status = 'cancelled', new.party)) execute function count_seats();
`

export const sessions: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n(?=\n|create|$)/)) if (statement.trim()) await sql.raw(statement).execute(db) // a function's body has semicolons of its own
  },
}
