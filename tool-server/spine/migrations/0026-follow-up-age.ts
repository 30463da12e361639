import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What became of follow-ups is counted for a while, and then forgotten.
export const followUpAge: Migration = {
  async up(db) {
    await sql`create index follow_up_decided on follow_up (decided_at, outcome)`.execute(db)
  },
}
