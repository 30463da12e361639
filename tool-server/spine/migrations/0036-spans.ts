import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// span: the step of its trace that a job or a delivery comes of. due_at: when a job was first due; run_at moves on while it is put off.
const statements = `
alter table inbox add column span text;
alter table job add column span text;
alter table job add column due_at timestamptz;
`
export const spans: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n/)) if (statement.trim()) await sql.raw(statement).execute(db)
  },
}
