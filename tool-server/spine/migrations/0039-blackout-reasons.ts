import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Why nobody can visit then, for whoever wonders later.
export const blackoutReasons: Migration = {
  async up(db) {
    await sql`alter table blackout add column reason text`.execute(db)
  },
}
