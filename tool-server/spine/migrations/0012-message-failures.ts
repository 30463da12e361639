import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// Why a message didn't arrive, in words of ours; and which went by SMS.
const statements = `
alter table message add column failure text, add column by_sms boolean not null default false;
create index message_by_sms on message (tenant_id, conversation_id, sent_at) where by_sms;
`

export const messageFailures: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
