import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Troubles of the house itself, beside those of its connections: told, kept and ended in the same way. And whether cards ask us, which nothing else shows.
const statements = `
-- about: which of its kind, where there may be several; of a connection's, nothing. dead: work has stopped for good, of one vendor and cause. unseen: somebody was called, and nobody looked in time. work: what is due isn't done. disk: it fills. audit: it isn't sealed. silent: a vendor that sent much sends nothing.
alter table trouble add column about text not null default '', drop constraint trouble_pkey;
alter table trouble alter column connection_id drop not null, add constraint trouble_of unique nulls not distinct (tenant_id, connection_id, what, about);
alter table trouble drop constraint trouble_what_check;
alter table trouble add constraint trouble_what_check check (what in ('key', 'scopes', 'setup', 'grant', 'agents', 'silent') and connection_id is not null or what in ('dead', 'unseen', 'work', 'disk', 'audit') and connection_id is null);

-- asked_at: when somebody in a card of that account last asked us, noted now and then.
alter table connection add column asked_at timestamptz;
`
export const houseTroubles: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
