import { sql } from 'kysely'
import type { Act } from '../define.ts'
import { agentDetails, buildingDetails, homeDetails, type Agent, type Building, type Home } from '../domain/homes.ts'
import { tellCatalogue } from './settings.ts'

// What admins change of the catalogue besides hours and closed times. Whoever locks a row is the only one who changes it from there on; undefined where there is none.
type Visiting = Pick<Building, 'hours' | 'visits'>
export const lockVisits = async ({ tx, subject }: Act, building: string): Promise<Visiting | undefined> => {
  const { rows: [row] } = await sql<{ details: unknown }>`select details from building where tenant_id = ${subject.tenant} and id = ${building} for no key update`.execute(tx)
  if (!row) return undefined
  const { hours, visits } = buildingDetails.parse(row.details)
  return { visits, ...(hours && { hours }) }
}
export const putVisits = async ({ tx, subject }: Act, building: string, { hours, visits }: Visiting): Promise<void> => {
  await sql`update building set details = (details - 'hours') || ${JSON.stringify({ visits, ...(hours && { hours }) })}::jsonb where tenant_id = ${subject.tenant} and id = ${building}`.execute(tx)
  await tellCatalogue(tx)
}

export const lockShowers = async ({ tx, subject }: Act, building: string): Promise<string[] | undefined> => {
  const { rows: [row] } = await sql`select from building where tenant_id = ${subject.tenant} and id = ${building} for no key update`.execute(tx)
  if (!row) return undefined
  const { rows } = await sql<{ agent: string }>`select agent_id as agent from agent_building where tenant_id = ${subject.tenant} and building_id = ${building} order by agent_id`.execute(tx)
  return rows.map(({ agent }) => agent)
}
export const putShowers = async ({ tx, subject }: Act, building: string, agents: readonly string[]): Promise<void> => {
  await sql`delete from agent_building where tenant_id = ${subject.tenant} and building_id = ${building} and not agent_id = any(${agents}::uuid[])`.execute(tx)
  await sql`insert into agent_building (tenant_id, agent_id, building_id) select tenant_id, id, ${building}::uuid from agent where tenant_id = ${subject.tenant} and id = any(${agents}::uuid[]) order by id on conflict do nothing`.execute(tx)
  await tellCatalogue(tx)
}

type Offered = Pick<Home, 'isOpen' | 'rentMxn' | 'availableFrom'>
export const lockHome = async ({ tx, subject }: Act, home: string): Promise<Offered | undefined> => {
  const { rows: [row] } = await sql<{ status: string; details: unknown }>`select status, details from home where tenant_id = ${subject.tenant} and id = ${home} for no key update`.execute(tx)
  if (!row) return undefined
  const { rentMxn, availableFrom } = homeDetails.parse(row.details)
  return { isOpen: row.status === 'open', rentMxn, availableFrom }
}
export const putHome = async ({ tx, subject }: Act, home: string, { isOpen, ...offered }: Offered): Promise<void> => {
  await sql`update home set status = ${isOpen ? 'open' : 'closed'}, details = details || ${JSON.stringify(offered)}::jsonb where tenant_id = ${subject.tenant} and id = ${home}`.execute(tx)
  await tellCatalogue(tx)
}

export const lockWeekLimit = async ({ tx, subject }: Act, agent: string): Promise<Pick<Agent, 'perWeek'> | undefined> => {
  const { rows: [row] } = await sql<{ details: unknown }>`select details from agent where tenant_id = ${subject.tenant} and id = ${agent} for no key update`.execute(tx)
  if (!row) return undefined
  const { perWeek } = agentDetails.parse(row.details)
  return perWeek === undefined ? {} : { perWeek }
}
export const putWeekLimit = async ({ tx, subject }: Act, agent: string, { perWeek }: { perWeek?: number | undefined }): Promise<void> => {
  await sql`update agent set details = (details - 'perWeek') || ${JSON.stringify(perWeek === undefined ? {} : { perWeek })}::jsonb where tenant_id = ${subject.tenant} and id = ${agent}`.execute(tx)
  await tellCatalogue(tx)
}
