import { sql } from 'kysely'
import type { Subject } from '@portero/tool-server/define.ts'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { importCatalogue } from '@portero/tool-server/store/homes.ts'
import type { House } from '@portero/tool-server/app.ts'
import type { FakeClock } from './clock.ts'

// Homes and people for tests that begin after the first message.
type Furnished = Pick<House, 'db' | 'tenant'> & { clock: FakeClock }

export const furnish = async ({ db, tenant, clock }: Furnished, yaml: string): Promise<void> => {
  const file = parseCatalogue(yaml)
  await db.tx((tx) => importCatalogue(tx, tenant, file, () => newId(clock)))
}

// A building with one home, as a catalogue has it. visits: what is not as usual.
export const building = (slug: string, visits: string): string => `
  - slug: ${slug}
    name: Torre ${slug}
    zone: America/Mexico_City
    address: Calle Uno 1
    neighbourhood: Roma Norte
    city: Ciudad de México
    visits: { ${visits} }
    homes: [{ slug: ${slug}-1, title: ${slug} 1, unit: '1', bedrooms: 1, bathrooms: 1, areaM2: 50, rentMxn: 15000, pets: 'yes', availableFrom: '2026-12-01' }]`

// Prospects in a conversation each. connection: any that exists.
export const prospects = async ({ db, tenant, clock }: Furnished, connection: string, count: number): Promise<(Subject & { person: string; conversation: string })[]> => {
  const made = Array.from({ length: count }, () => ({ tenant, by: 'prospect' as const, person: newId(clock), conversation: newId(clock) }))
  for (let from = 0; from < count; from += 500) {
    const some = made.slice(from, from + 500)
    await sql`insert into person (tenant_id, id, created_at) values ${sql.join(some.map(({ person }) => sql`(${tenant}, ${person}, ${at(clock.now())})`))}`.execute(db.bare)
    await sql`insert into conversation (tenant_id, id, person_id, connection_id, external_id, opened_at, heard_at)
      values ${sql.join(some.map(({ person, conversation }) => sql`(${tenant}, ${conversation}, ${person}, ${connection}, ${`cv-${conversation}`}, ${at(clock.now())}, ${at(clock.now())})`))}`.execute(db.bare)
  }
  return made
}
