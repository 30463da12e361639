import { sql, type Kysely } from 'kysely'
import { agentDetails, buildingDetails, faqEntry, homeDetails, type Agent, type Blackout, type Building, type Catalogue, type Home } from '../domain/homes.ts'
import type { CatalogueFile } from '../domain/catalogue.ts'
import { blackoutKey, changesBetween, missingIn, withTheirs, type Change } from '../domain/catalogue-plan.ts'
import { joined } from '../domain/hours.ts'
import type { DB, Millis, Tx } from '../define.ts'
import { at } from '../spine/db.ts'
import { catalogueChannel } from './settings.ts'

// The catalogue as the tables have it, in the order of its file.
export const loadCatalogue = async (on: Kysely<DB>, tenant: string): Promise<Catalogue> => catalogueOf(await rowsOf(on, tenant))
const buildingsOf = ({ buildings }: Rows): Building[] => buildings.map(({ details, ...row }) => ({ ...buildingDetails.parse(details), ...row }))
const catalogueOf = (rows: Rows): Catalogue => {
  const { homes, agents, blackouts, knowledge } = rows
  const buildings = new Map(buildingsOf(rows).map((each) => [each.id, each]))
  return {
    homes: homes.flatMap(({ building_id, status, details, ...row }): Home[] => {
      const building = buildings.get(building_id)
      return building ? [{ ...homeDetails.parse(details), ...row, building, isOpen: status === 'open' }] : []
    }),
    agents: agents.map(({ details, active, buildings: shows, hoursByPeople: _by, ...row }): Agent => ({ ...agentDetails.parse(details), ...row, isActive: active, buildings: new Set(shows) })),
    blackouts: blackouts.map(({ id: _id, byPeople: _by, ...row }): Blackout => closedOf(row)),
    knowledge: knowledge.map(({ details }) => faqEntry.parse(details)),
  }
}

// With what nobody searches in: buildings without a home, and the closed times one by one.
export type CatalogueShown = { catalogue: Catalogue; buildings: Building[]; closed: (Blackout & { id: string; byPeople: boolean })[] }
export const catalogueShown = async (on: Kysely<DB>, tenant: string): Promise<CatalogueShown> => {
  const rows = await rowsOf(on, tenant)
  return { catalogue: catalogueOf(rows), buildings: buildingsOf(rows), closed: rows.blackouts.map(({ id, byPeople, ...row }) => ({ id, byPeople, ...closedOf(row) })) }
}
const closedOf = ({ building, agent, reason, ...range }: Omit<Rows['blackouts'][number], 'id' | 'byPeople'>): Blackout => ({ ...range, ...(building && { building }), ...(agent && { agent }), ...(reason && { reason }) })

type Rows = {
  buildings: { id: string; slug: string; name: string; zone: string; details: unknown }[]
  homes: { id: string; building_id: string; slug: string; no: number; status: string; details: unknown }[]
  agents: { id: string; slug: string; active: boolean; details: unknown; buildings: string[]; hoursByPeople: boolean }[]
  blackouts: { id: string; building: string | null; agent: string | null; startsAt: Millis; endsAt: Millis; reason: string | null; byPeople: boolean }[]
  knowledge: { details: unknown }[]
}
const rowsOf = async (on: Kysely<DB>, tenant: string): Promise<Rows> => {
  const { rows: buildings } = await sql<Rows['buildings'][number]>`select id, slug, name, zone, details from building where tenant_id = ${tenant} order by position, slug`.execute(on)
  const { rows: homes } = await sql<Rows['homes'][number]>`select id, building_id, slug, no, status, details from home where tenant_id = ${tenant} order by position, slug`.execute(on)
  const { rows: agents } = await sql<Rows['agents'][number]>`select id, slug, active, details, hours_by_people as "hoursByPeople",
    coalesce((select json_agg(building_id) from agent_building b where b.tenant_id = a.tenant_id and b.agent_id = a.id), '[]'::json) as buildings from agent a where tenant_id = ${tenant} order by position, slug`.execute(on)
  const { rows: blackouts } = await sql<Rows['blackouts'][number]>`select id, building_id as building, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt", reason, by_people as "byPeople" from blackout where tenant_id = ${tenant} order by starts_at, id`.execute(on)
  const { rows: knowledge } = await sql<Rows['knowledge'][number]>`select details from knowledge where tenant_id = ${tenant} order by position`.execute(on)
  return { buildings, homes, agents, blackouts, knowledge }
}

export const hasHomes = async (on: Kysely<DB>, tenant: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from building where tenant_id = ${tenant} limit 1`.execute(on)
  return rows.length > 0
}

// The same as a file. An agent's buildings are in the order of the list.
export const catalogueNow = async (on: Kysely<DB>, tenant: string): Promise<CatalogueFile> => fileOf(await rowsOf(on, tenant))
const fileOf = ({ buildings, homes, agents, blackouts, knowledge }: Rows): CatalogueFile => {
  const slugs = new Map([...buildings, ...agents].map(({ id, slug }) => [id, slug]))
  const shows = (ids: readonly string[]): string[] => buildings.flatMap(({ id, slug }) => (ids.includes(id) ? [slug] : []))
  return {
    knowledge: knowledge.map(({ details }) => faqEntry.parse(details)),
    buildings: buildings.map(({ id, slug, name, zone, details }) => ({
      slug, name, zone, ...buildingDetails.parse(details),
      homes: homes.filter(({ building_id }) => building_id === id).map(({ slug, status, details }) => ({ slug, ...homeDetails.parse(details), open: status === 'open' })),
    })),
    agents: agents.map(({ slug, active, buildings, details, hoursByPeople }) => {
      const { hours, ...rest } = agentDetails.parse(details)
      return { slug, ...rest, hours: joined(hours), active, buildings: shows(buildings), ...(hoursByPeople && { hoursBy: 'people' as const }) }
    }),
    blackouts: blackouts.map(({ id: _id, building, agent, reason, byPeople, ...range }) => ({ ...(building && { building: slugs.get(building) ?? '' }), ...(agent && { agent: slugs.get(agent) ?? '' }), ...range, ...(reason && { reason }), ...(byPeople && { by: 'people' as const }) })),
  }
}

// How many visits are still to come, by 'home SLUG' and 'agent SLUG'.
export const visitsAhead = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Map<string, number>> => {
  const { rows } = await sql<{ name: string; count: number }>`select name, count(*) as count from tour t join home h on h.tenant_id = t.tenant_id and h.id = t.home_id join agent a on a.tenant_id = t.tenant_id and a.id = t.agent_id,
    lateral (values ('home ' || h.slug), ('agent ' || a.slug)) as each (name) where t.tenant_id = ${tenant} and t.status in ('held', 'confirmed') and t.starts_at > ${at(now)} group by name`.execute(on)
  return new Map(rows.map(({ name, count }) => [name, count]))
}

// Makes the tables what the file says, and answers what that changed: nothing, the second time. Bookings go on meanwhile; whoever else changes the catalogue waits.
export const importCatalogue = async (tx: Tx, tenant: string, written: CatalogueFile, newId: () => string): Promise<Change[]> => {
  await sql`lock table building, home, agent, agent_building, blackout, knowledge in share row exclusive mode`.execute(tx)
  const rows = await rowsOf(tx, tenant)
  const now = fileOf(rows)
  const changes = changesBetween(now, written)
  if (changes.length === 0) return changes
  const file = withTheirs(now, written)
  const ids = new Map([...rows.buildings.map(({ id, slug }) => [`building ${slug}`, id] as const), ...rows.agents.map(({ id, slug }) => [`agent ${slug}`, id] as const)])
  const idOf = (kind: 'building' | 'agent', slug: string): string => {
    const id = ids.get(`${kind} ${slug}`) ?? newId()
    ids.set(`${kind} ${slug}`, id)
    return id
  }
  let [position, no] = [0, Math.max(0, ...rows.homes.map(({ no }) => no))]
  for (const [place, { slug, name, zone, homes, ...details }] of file.buildings.entries()) {
    const id = idOf('building', slug)
    await sql`insert into building (tenant_id, id, slug, position, name, zone, details) values (${tenant}, ${id}, ${slug}, ${place}, ${name}, ${zone}, ${JSON.stringify(details)}::jsonb)
      on conflict (tenant_id, slug) do update set position = excluded.position, name = excluded.name, zone = excluded.zone, details = excluded.details`.execute(tx)
    for (const { slug, open, ...home } of homes) {
      const known = rows.homes.find((each) => each.slug === slug)
      await sql`insert into home (tenant_id, id, building_id, slug, no, position, status, details) values (${tenant}, ${known?.id ?? newId()}, ${id}, ${slug}, ${known?.no ?? ++no}, ${++position}, ${open ? 'open' : 'closed'}, ${JSON.stringify(home)}::jsonb)
        on conflict (tenant_id, slug) do update set building_id = excluded.building_id, position = excluded.position, status = excluded.status, details = excluded.details`.execute(tx)
    }
  }
  for (const [place, { slug, active, buildings, hoursBy, ...details }] of file.agents.entries()) {
    const id = idOf('agent', slug)
    await sql`insert into agent (tenant_id, id, slug, position, active, details, hours_by_people) values (${tenant}, ${id}, ${slug}, ${place}, ${active}, ${JSON.stringify(details)}::jsonb, ${hoursBy === 'people'})
      on conflict (tenant_id, slug) do update set position = excluded.position, active = excluded.active, details = excluded.details, hours_by_people = excluded.hours_by_people`.execute(tx)
    await sql`delete from agent_building where tenant_id = ${tenant} and agent_id = ${id}`.execute(tx)
    for (const building of buildings) await sql`insert into agent_building (tenant_id, agent_id, building_id) values (${tenant}, ${id}, ${idOf('building', building)})`.execute(tx)
  }
  for (const { is, what, slug } of changes) {
    if (is === 'gone' && what === 'home') await sql`update home set status = 'closed' where tenant_id = ${tenant} and slug = ${slug}`.execute(tx)
    if (is === 'gone' && what === 'agent') await sql`update agent set active = false where tenant_id = ${tenant} and slug = ${slug}`.execute(tx)
  }
  for (const { building, agent, startsAt, endsAt, reason, by } of missingIn(now, file.blackouts)) {
    await sql`insert into blackout (tenant_id, id, building_id, agent_id, starts_at, ends_at, reason, by_people) values (${tenant}, ${newId()}, ${building ? idOf('building', building) : null}, ${agent ? idOf('agent', agent) : null}, ${at(startsAt)}, ${at(endsAt)}, ${reason ?? null}, ${by === 'people'})`.execute(tx)
  }
  const gone = new Set(missingIn(file, now.blackouts).map(blackoutKey))
  for (const [place, { id }] of rows.blackouts.entries()) if (gone.has(blackoutKey(now.blackouts[place] ?? { startsAt: 0, endsAt: 0 }))) await sql`delete from blackout where tenant_id = ${tenant} and id = ${id}`.execute(tx)
  await sql`delete from knowledge where tenant_id = ${tenant}`.execute(tx)
  for (const [place, entry] of file.knowledge.entries()) await sql`insert into knowledge (tenant_id, position, details) values (${tenant}, ${place}, ${JSON.stringify(entry)}::jsonb)`.execute(tx)
  await sql`select pg_notify(${catalogueChannel}, '')`.execute(tx)
  return changes
}
