import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import type { Booked } from '../domain/catalogue-preview.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { claimValue, personName } from './places.ts'
import { opener, type Shown } from './transcripts.ts'

// Visits that are still to come, for whoever changes when homes are shown. What is only held is nobody's visit yet.
export const bookedAhead = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Booked[]> => {
  const { rows } = await sql<Omit<Booked, 'conversation'> & { conversation: string | null }>`select id, person_id as person, conversation_id as conversation, home_id as home, agent_id as agent, starts_at as "startsAt", ends_at as "endsAt"
    from tour where tenant_id = ${tenant} and status = 'confirmed' and starts_at > ${at(now)} order by starts_at, id`.execute(on)
  return rows.map(({ conversation, ...row }) => ({ ...row, conversation: conversation ?? undefined }))
}

// Who they are, by their ids. Whoever is blocked has no name here.
export type Named = ReadonlyMap<string, { name: Shown; phone: Shown }>
export const namesOf = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, people: readonly string[]): Promise<Named> => {
  if (people.length === 0) return new Map()
  const { rows } = await sql<{ person: string; named: Buffer | null; numbered: Buffer | null }>`select p.id as person, p.name_sealed as named, (select value_sealed from claim k where k.tenant_id = p.tenant_id and k.person_id = p.id and k.kind = 'phone' order by k.claimed_at limit 1) as numbered
    from person p where p.tenant_id = ${tenant} and p.id = any(${[...new Set(people)]}::uuid[]) and p.blocked_at is null`.execute(db.bare)
  await vault.ready(db.bare, tenant, rows.flatMap(({ named, numbered }) => [named, numbered]))
  const open = opener(db, vault, tenant)
  return new Map(await Promise.all(rows.map(async ({ person, named, numbered }) => [person, { name: await open(personName(person), named), phone: await open(claimValue('phone', person), numbered) }] as const)))
}
