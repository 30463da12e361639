import { sql, type Kysely } from 'kysely'
import type { Language } from '@portero/shared'
import { agentDetails } from '../domain/homes.ts'
import { versionOf, type Asker, type Hours } from '../domain/settings.ts'
import type { Act, DB, Millis, Tx } from '../define.ts'
import { at } from '../spine/db.ts'

// What admins set, as it is now: never remembered, since they look at what they have just changed.
export type Settings = {
  buildings: { id: string; slug: string; name: string; zone: string }[]
  agents: { id: string; slug: string; name: string; isActive: boolean; hours: Hours; buildings: string[] }[]
  blackouts: { id: string; building: string | null; agent: string | null; startsAt: Millis; endsAt: Millis }[]
  owners: Asker[]
}
export const settingsOf = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Settings> => {
  const { rows: buildings } = await sql<Settings['buildings'][number]>`select id, slug, name, zone from building where tenant_id = ${tenant} order by position`.execute(on)
  const { rows: agents } = await sql<{ id: string; slug: string; active: boolean; details: unknown; buildings: string[] }>`select id, slug, active, details,
    coalesce((select json_agg(building_id) from agent_building b where b.tenant_id = a.tenant_id and b.agent_id = a.id), '[]'::json) as buildings from agent a where tenant_id = ${tenant} order by position`.execute(on)
  const { rows: blackouts } = await sql<Settings['blackouts'][number]>`select id, building_id as building, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt" from blackout where tenant_id = ${tenant} and ends_at > ${at(now)} order by starts_at, id`.execute(on)
  return {
    buildings, blackouts, owners: await ownersOf(on, tenant),
    agents: agents.map(({ details, active, ...rest }) => {
      const { name, hours } = agentDetails.parse(details)
      return { ...rest, name, hours, isActive: active }
    }),
  }
}

export const ownersOf = async (on: Kysely<DB>, tenant: string): Promise<Asker[]> => {
  const { rows } = await sql<{ agent: string; language: Language | null; building: string | null }>`select agent_id as agent, language, building_id as building from escalation_owner where tenant_id = ${tenant} order by position`.execute(on)
  return rows.map(({ agent, language, building }) => ({ agent, ...(language && { language }), ...(building && { building }) }))
}

// Undefined where there is no such agent. Nobody else changes them from here on.
export const lockHours = async ({ tx, subject }: Act, agent: string): Promise<Hours | undefined> => {
  const { rows: [row] } = await sql<{ details: unknown }>`select details from agent where tenant_id = ${subject.tenant} and id = ${agent} for no key update`.execute(tx)
  return row && agentDetails.parse(row.details).hours
}
export const putHours = async ({ tx, subject }: Act, agent: string, hours: Hours): Promise<void> => {
  await sql`update agent set details = jsonb_set(details, '{hours}', ${JSON.stringify(hours)}::jsonb), hours_by_people = true where tenant_id = ${subject.tenant} and id = ${agent}`.execute(tx)
  await tellCatalogue(tx)
}

type Closed = { id: string; building: string | undefined; agent: string | undefined; startsAt: Millis; endsAt: Millis; reason?: string | undefined }
export const putBlackout = async ({ tx, subject }: Act, { id, building, agent, startsAt, endsAt, reason }: Closed): Promise<void> => {
  await sql`insert into blackout (tenant_id, id, building_id, agent_id, starts_at, ends_at, reason, by_people) values (${subject.tenant}, ${id}, ${building ?? null}, ${agent ?? null}, ${at(startsAt)}, ${at(endsAt)}, ${reason ?? null}, true)`.execute(tx)
  await tellCatalogue(tx)
}
export const takeBlackout = async ({ tx, subject }: Act, id: string): Promise<Omit<Closed, 'id'> | undefined> => {
  const { rows: [row] } = await sql<{ building: string | null; agent: string | null; startsAt: Millis; endsAt: Millis; reason: string | null }>`delete from blackout where tenant_id = ${subject.tenant} and id = ${id}
    returning building_id as building, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt", reason`.execute(tx)
  if (row) await tellCatalogue(tx)
  return row && { ...row, building: row.building ?? undefined, agent: row.agent ?? undefined, reason: row.reason ?? undefined }
}

// One after the other, or two lists would be mixed.
export const lockOwners = async ({ tx, subject }: Act): Promise<Asker[]> => {
  await sql`select from tenant where tenant_id = ${subject.tenant} for no key update`.execute(tx)
  return ownersOf(tx, subject.tenant)
}
export const putOwners = async ({ tx, subject }: Act, owners: readonly Asker[]): Promise<void> => {
  await sql`delete from escalation_owner where tenant_id = ${subject.tenant}`.execute(tx)
  if (owners.length === 0) return
  await sql`insert into escalation_owner (tenant_id, position, agent_id, language, building_id)
    values ${sql.join(owners.map(({ agent, language, building }, position) => sql`(${subject.tenant}, ${position}, ${agent}, ${language ?? null}, ${building ?? null})`))}`.execute(tx)
}

// Every process remembers the catalogue for a moment; at the commit they hear that it is another one.
export const catalogueChannel = 'portero_catalogue'
export const tellCatalogue = async (tx: Tx): Promise<void> => {
  await sql`select pg_notify(${catalogueChannel}, '')`.execute(tx)
}
export const versionOfOwners = (owners: readonly Asker[]): string => versionOf(owners.map(({ agent, language, building }) => [agent, language, building]))

// HubSpot asks again when it isn't sure. Whoever comes second with a key waits for the first, and then finds what it came to.
export type Wish = { user: string; key: string; asked: Buffer }
const keptMs: Millis = 86_400_000
export const beginWish = async (tx: Tx, tenant: string, { user, key, asked }: Wish, now: Millis): Promise<{ asked: Buffer; status: string | null } | undefined> => {
  await sql`delete from settings_write where tenant_id = ${tenant} and made_at < ${at(now - keptMs)}`.execute(tx)
  const { rows: [first] } = await sql`insert into settings_write (tenant_id, user_id, key, asked, made_at) values (${tenant}, ${user}, ${key}, ${asked}, ${at(now)}) on conflict (tenant_id, user_id, key) do nothing returning key`.execute(tx)
  if (first) return undefined
  const { rows: [kept] } = await sql<{ asked: Buffer; status: string | null }>`select asked, status from settings_write where tenant_id = ${tenant} and user_id = ${user} and key = ${key}`.execute(tx)
  return kept
}
export const endWish = async (tx: Tx, tenant: string, { user, key }: Wish, status: string): Promise<void> => {
  await sql`update settings_write set status = ${status} where tenant_id = ${tenant} and user_id = ${user} and key = ${key}`.execute(tx)
}
