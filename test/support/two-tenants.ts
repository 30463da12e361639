import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import type { Subject } from '@portero/tool-server/define.ts'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { importCatalogue } from '@portero/tool-server/store/homes.ts'
import { prospects } from './homes.ts'
import type { TestHouse } from './house.ts'

// Mallory and Ana are prospects of one house, Zoe is one of another tenant's in the same database; both have the same homes.
export type Talker = Subject & { person: string; conversation: string }
export const otherTenant = '00000000-0000-7000-8000-0000000000bb'
const catalogue = parseCatalogue(readFileSync(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url), 'utf8'))

export const twoTenants = async (house: TestHouse): Promise<{ mallory: Talker; ana: Talker; zoe: Talker }> => {
  const { db, clock } = house
  await sql`insert into tenant (tenant_id, name, created_at) values (${otherTenant}, 'other', ${at(clock.now())})`.execute(db.bare)
  for (const tenant of [house.tenant, otherTenant]) await db.tx((tx) => importCatalogue(tx, tenant, catalogue, () => newId(clock)))
  const here = (await house.connection('tiny')).id
  const there = (await house.connections.put({ tenant: otherTenant, vendor: 'tiny', account: 'two', settings: { baseUrl: 'http://127.0.0.1:9' } })).id
  const [mallory, ana] = (await prospects(house, here, 2)) as [Talker, Talker]
  const [zoe] = (await prospects({ ...house, tenant: otherTenant }, there, 1)) as [Talker]
  return { mallory, ana, zoe }
}
