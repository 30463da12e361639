import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// hung: on which of the CRM's records this one hangs there, as far as we have told it; told again only where that changes.
export const hung: Migration = {
  async up(db) {
    await sql`alter table counterpart add column hung text`.execute(db)
  },
}
