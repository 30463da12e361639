import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What an agent shows in a day and in a week is counted under the lock of every booking.
export const visits: Migration = {
  async up(db) {
    await sql`create index tour_of_agent_day on tour (tenant_id, agent_id, day) where status <> 'cancelled'`.execute(db)
  },
}
