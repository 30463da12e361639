import { sql, type Kysely } from 'kysely'
import { agentDetails, buildingDetails, homeDetails, type Agent, type Blackout, type Building, type Catalogue, type Home } from '../domain/homes.ts'
import type { CatalogueFile } from '../domain/catalogue.ts'
import type { DB, Millis, Tx } from '../define.ts'
import { at } from '../spine/db.ts'

// The catalogue as the tables have it, in the order of its file.
export const loadCatalogue = async (on: Kysely<DB>, tenant: string): Promise<Catalogue> => {
  const { rows: buildingRows } = await sql<{ id: string; slug: string; name: string; zone: string; details: unknown }>`select id, slug, name, zone, details from building where tenant_id = ${tenant} order by position`.execute(on)
  const { rows: homeRows } = await sql<{ id: string; building_id: string; slug: string; no: number; status: string; details: unknown }>`select id, building_id, slug, no, status, details from home where tenant_id = ${tenant} order by position`.execute(on)
  const { rows: agentRows } = await sql<{ id: string; slug: string; active: boolean; details: unknown; buildings: string[] }>`select id, slug, active, details,
    coalesce((select json_agg(building_id) from agent_building b where b.tenant_id = a.tenant_id and b.agent_id = a.id), '[]'::json) as buildings from agent a where tenant_id = ${tenant} order by position`.execute(on)
  const { rows: blackoutRows } = await sql<{ building: string | null; agent: string | null; startsAt: Millis; endsAt: Millis }>`select building_id as building, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt" from blackout where tenant_id = ${tenant}`.execute(on)
  const buildings = new Map(buildingRows.map(({ details, ...row }): [string, Building] => [row.id, { ...buildingDetails.parse(details), ...row }]))
  return {
    homes: homeRows.flatMap(({ building_id, status, details, ...row }): Home[] => {
      const building = buildings.get(building_id)
      return building ? [{ ...homeDetails.parse(details), ...row, building, isOpen: status === 'open' }] : []
    }),
    agents: agentRows.map(({ details, active, buildings: shows, ...row }): Agent => ({ ...agentDetails.parse(details), ...row, isActive: active, buildings: new Set(shows) })),
    blackouts: blackoutRows.map(({ building, agent, ...range }): Blackout => ({ ...range, ...(building && { building }), ...(agent && { agent }) })),
  }
}

export const hasHomes = async (on: Kysely<DB>, tenant: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from building where tenant_id = ${tenant} limit 1`.execute(on)
  return rows.length > 0
}

// Into empty tables only; the database is the truth afterwards.
export const importCatalogue = async (tx: Tx, tenant: string, file: CatalogueFile, newId: () => string): Promise<void> => {
  const ids = new Map<string, string>()
  const idOf = (kind: string, slug: string): string => {
    const name = `${kind} ${slug}`
    const id = ids.get(name) ?? newId()
    ids.set(name, id)
    return id
  }
  let no = 0
  for (const [position, { slug, name, zone, homes, ...details }] of file.buildings.entries()) {
    await sql`insert into building (tenant_id, id, slug, position, name, zone, details) values (${tenant}, ${idOf('building', slug)}, ${slug}, ${position}, ${name}, ${zone}, ${JSON.stringify(details)}::jsonb)`.execute(tx)
    for (const { slug: homeSlug, ...home } of homes) {
      no++
      await sql`insert into home (tenant_id, id, building_id, slug, no, position, status, details) values (${tenant}, ${idOf('home', homeSlug)}, ${idOf('building', slug)}, ${homeSlug}, ${no}, ${no}, 'open', ${JSON.stringify(home)}::jsonb)`.execute(tx)
    }
  }
  for (const [position, { slug, active, buildings, ...details }] of file.agents.entries()) {
    await sql`insert into agent (tenant_id, id, slug, position, active, details) values (${tenant}, ${idOf('agent', slug)}, ${slug}, ${position}, ${active}, ${JSON.stringify(details)}::jsonb)`.execute(tx)
    for (const building of buildings) await sql`insert into agent_building (tenant_id, agent_id, building_id) values (${tenant}, ${idOf('agent', slug)}, ${idOf('building', building)})`.execute(tx)
  }
  for (const { building, agent, startsAt, endsAt } of file.blackouts) {
    await sql`insert into blackout (tenant_id, id, building_id, agent_id, starts_at, ends_at) values (${tenant}, ${newId()}, ${building ? idOf('building', building) : null}, ${agent ? idOf('agent', agent) : null}, ${at(startsAt)}, ${at(endsAt)})`.execute(tx)
  }
}
