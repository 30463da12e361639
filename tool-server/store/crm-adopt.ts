import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import type { LeadFacts, Stage } from '../domain/leads.ts'
import { at } from '../spine/db.ts'
import { leadFacts as factsPlace, personName } from './places.ts'

// What people changed at the CRM becomes ours.
export const renamePerson = async ({ tx, subject: { tenant }, sealing }: Act, person: string, name: string): Promise<void> => {
  await sql`update person set name_sealed = ${await sealing.seal(personName(person), name, person)} where tenant_id = ${tenant} and id = ${person}`.execute(tx)
}
export const speakWith = async ({ tx, subject: { tenant } }: Act, person: string, language: 'es-MX' | 'en'): Promise<void> => {
  await sql`update person set language = ${language} where tenant_id = ${tenant} and id = ${person}`.execute(tx)
}

// false: another lead of theirs is open, and there may be one.
export const placeLead = async ({ tx, subject: { tenant }, now }: Act, lead: string, stage: Stage): Promise<boolean> => {
  const { rows } = await sql`update lead l set stage = ${stage}, floor = ${stage}, elsewhere = false, changed_at = ${at(now)} where tenant_id = ${tenant} and id = ${lead}
    and (${stage} in ('won', 'lost') or not exists (select 1 from lead o where o.tenant_id = l.tenant_id and o.person_id = l.person_id and o.id <> l.id and o.stage not in ('won', 'lost'))) returning id`.execute(tx)
  return rows.length > 0
}
export const placeElsewhere = async ({ tx, subject: { tenant } }: Act, lead: string): Promise<void> => {
  await sql`update lead set elsewhere = true where tenant_id = ${tenant} and id = ${lead}`.execute(tx)
}
export const isElsewhere = async ({ tx, subject: { tenant } }: Act, lead: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from lead where tenant_id = ${tenant} and id = ${lead} and elsewhere`.execute(tx)
  return rows.length > 0
}
// The stage that people gave it, further back than which it doesn't go by itself.
export const floorOf = async ({ tx, subject: { tenant } }: Act, lead: string): Promise<Stage | undefined> => {
  const { rows: [row] } = await sql<{ floor: Stage | null }>`select floor from lead where tenant_id = ${tenant} and id = ${lead}`.execute(tx)
  return row?.floor ?? undefined
}

export const learnFacts = async ({ tx, subject: { tenant }, sealing, now }: Act, lead: string, person: string, change: LeadFacts): Promise<void> => {
  const { rows: [row] } = await sql<{ facts: Buffer | null }>`select facts_sealed as facts from lead where tenant_id = ${tenant} and id = ${lead} for no key update`.execute(tx)
  const known: unknown = row?.facts ? JSON.parse(await sealing.open(factsPlace(lead), row.facts)) : {}
  const facts = JSON.stringify(typeof known === 'object' ? { ...known, ...change } : change)
  await sql`update lead set facts_sealed = ${await sealing.seal(factsPlace(lead), facts, person)}, changed_at = ${at(now)} where tenant_id = ${tenant} and id = ${lead}`.execute(tx)
}

// Whose lead it is: of one, or of those that are open.
export const giveLeads = async ({ tx, subject: { tenant } }: Act, { person, lead, agent }: { person: string; lead: string | undefined; agent: string | undefined }): Promise<void> => {
  await sql`update lead set agent_id = ${agent ?? null}::uuid where tenant_id = ${tenant} and person_id = ${person} and ${lead === undefined ? sql`stage not in ('won', 'lost')` : sql`id = ${lead}`}`.execute(tx)
}

export const toursAhead = async ({ tx, subject: { tenant }, now }: Act, person: string): Promise<{ id: string; agent: string; startsAt: Millis }[]> => {
  const { rows } = await sql<{ id: string; agent: string; startsAt: Millis }>`select id, agent_id as agent, starts_at as "startsAt" from tour where tenant_id = ${tenant} and person_id = ${person} and status = 'confirmed' and starts_at > ${at(now)} order by starts_at`.execute(tx)
  return rows
}
