import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What our own agent has done and spent for one person: asked before each answer, and by whoever merges or erases them.
export const runsOfPerson: Migration = {
  async up(db) {
    await sql`create index agent_run_of_person on agent_run (tenant_id, person_id, begun_at)`.execute(db)
  },
}
