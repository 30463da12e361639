import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What whoever shows it has to speak, as it was asked for; null: nobody did.
const statements = `
alter table tour add column language text check (language in ('es-MX', 'en'));
alter table waitlist add column language text check (language in ('es-MX', 'en'));
`

export const visitLanguage: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
