import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import { leadFacts, type Lead, type LeadFacts, type Stage } from '../domain/leads.ts'
import type { Act, DB } from '../define.ts'
import { at } from '../spine/db.ts'
import { leadFacts as place } from './places.ts'

export type LeadRow = { id: string; person_id: string; stage: Stage; facts_sealed: Buffer | null }
export const openLead = async (row: LeadRow, open: (place: string, sealed: Buffer) => Promise<string>): Promise<Lead> => ({
  id: row.id, person: row.person_id, stage: row.stage, facts: row.facts_sealed ? leadFacts.parse(JSON.parse(await open(place(row.id), row.facts_sealed))) : {},
})

// The one that is open, else the latest.
export const findLead = async (on: Kysely<DB>, tenant: string, person: string): Promise<LeadRow | undefined> => {
  const { rows } = await sql<LeadRow>`select id, person_id, stage, facts_sealed from lead where tenant_id = ${tenant} and person_id = ${person} order by (stage not in ('won', 'lost')) desc, opened_at desc limit 1`.execute(on)
  return rows[0]
}
// By whose clock they live, as far as the home tells that they ask for.
export const zoneOfLead = async ({ tx, sealing, subject: { tenant } }: Act, person: string): Promise<string | undefined> => {
  const row = await findLead(tx, tenant, person)
  return row && zoneIn(tx, tenant, await openLead(row, sealing.open))
}
export const zoneIn = async (on: Kysely<DB>, tenant: string, { facts: { home } }: Lead): Promise<string | undefined> => {
  if (home === undefined) return undefined
  const { rows: [place] } = await sql<{ zone: string }>`select b.zone from home h join building b on b.tenant_id = h.tenant_id and b.id = h.building_id where h.tenant_id = ${tenant} and h.slug = ${home}`.execute(on)
  return place?.zone
}
// Begun, if there is none yet. Two at once: the second waits for the first to begin it, doesn't see it in that statement, and looks again.
export const leadToChange = async (act: Act, person: string): Promise<Lead> => {
  const row = (await lockLead(act, person)) ?? (await lockLead(act, person))
  if (!row) throw new AppError('bug', 'a lead vanished while it was begun')
  return openLead(row, act.sealing.open)
}
const lockLead = async ({ tx, subject, now, newId }: Act, person: string): Promise<LeadRow | undefined> => {
  const { rows } = await sql<LeadRow>`with known as materialized (select id, person_id, stage, facts_sealed from lead where tenant_id = ${subject.tenant} and person_id = ${person}
      order by (stage not in ('won', 'lost')) desc, opened_at desc limit 1 for no key update),
    begun as (insert into lead (tenant_id, id, person_id, stage, opened_at, changed_at) select ${subject.tenant}::uuid, ${newId()}::uuid, ${person}::uuid, 'new', ${at(now)}, ${at(now)}
      where not exists (select 1 from known) on conflict do nothing returning id, person_id, stage, facts_sealed)
    select * from known union all select * from begun`.execute(tx)
  return rows[0]
}

export const startLead = async ({ tx, subject, now, newId }: Act, person: string): Promise<void> => {
  await sql`insert into lead (tenant_id, id, person_id, stage, opened_at, changed_at) select ${subject.tenant}, ${newId()}, ${person}, 'new', ${at(now)}, ${at(now)}
    where not exists (select 1 from lead where tenant_id = ${subject.tenant} and person_id = ${person}) on conflict do nothing`.execute(tx)
}

export const changeLead = async ({ tx, subject, sealing, now }: Act, { id, person }: Lead, stage: Stage, facts: LeadFacts): Promise<void> => {
  await sql`update lead set stage = ${stage}, facts_sealed = ${await sealing.seal(place(id), JSON.stringify(facts), person)}, changed_at = ${at(now)} where tenant_id = ${subject.tenant} and id = ${id}`.execute(tx)
}
