import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Whoever is called may be told by e-mail too.
export const mailNotices: Migration = {
  async up(db) {
    await sql`alter table escalation_notice drop constraint escalation_notice_how_check`.execute(db)
    await sql`alter table escalation_notice add constraint escalation_notice_how_check check (how in ('whatsapp', 'email', 'none'))`.execute(db)
  },
}
