import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// hung: on which of the CRM's records this one hangs there, as far as we have told it; told again only where that changes. What people did there instead is marked on it as well: a link that they cut, and of a contact that it was erased (domain/crm-record.ts, store/counterparts.ts).
export const hung: Migration = {
  async up(db) {
    await sql`alter table counterpart add column hung text`.execute(db)
  },
}
