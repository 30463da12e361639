import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What is true of all homes and may be answered without naming one. What is true of a building or a home is in its details.
const statements = `
create table knowledge (
  tenant_id uuid not null references tenant,
  position int not null,
  details jsonb not null,
  primary key (tenant_id, position)
)`

export const knowledge: Migration = {
  async up(db) {
    await sql.raw(statements).execute(db)
  },
}
