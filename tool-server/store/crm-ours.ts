import { sql, type Kysely } from 'kysely'
import type { DB, Millis, Sealing } from '../define.ts'
import { leadFacts, type LeadFacts } from '../domain/leads.ts'
import { textsOf, type RecordKind, type Texts } from '../domain/ports/crm-seen.ts'
import { claimValue, leadFacts as factsPlace, personName } from './places.ts'

// What we hold of a thing that people may change at the CRM, field by field as texts; and since when.
export type Ours = { texts: Texts; changedAt: Millis }

export const facts = ['budgetMxn', 'bedrooms', 'occupants', 'pets', 'moveIn', 'months', 'guarantee', 'home'] as const satisfies readonly (keyof LeadFacts)[]
export const watched: Record<RecordKind, readonly string[]> = { contact: ['name', 'language', 'phone', 'owner'], deal: ['stage', 'owner', ...facts], meeting: ['startsAt', 'endsAt', 'status', 'owner'] }

// As an action does, and as a page that only shows.
export type Look = { tx: Kysely<DB>; subject: { tenant: string }; sealing: Pick<Sealing, 'open'> }
export const oursNow = (act: Look, kind: RecordKind, ours: string): Promise<Ours | undefined> => readers[kind](act, ours)
const readers: Record<RecordKind, (act: Look, ours: string) => Promise<Ours | undefined>> = {
  async contact({ tx, subject: { tenant }, sealing }, id) {
    const { rows: [row] } = await sql<{ person: string; name: Buffer | null; language: string; phone: Buffer | null; owner: string | null }>`select p.id as person, p.name_sealed as name, p.language,
      (select value_sealed from claim c where c.tenant_id = p.tenant_id and c.person_id = p.id and kind = 'phone' order by claimed_at limit 1) as phone,
      (select lower(a.details ->> 'email') from lead l join agent a on a.tenant_id = l.tenant_id and a.id = l.agent_id where l.tenant_id = p.tenant_id and l.person_id = p.id and l.stage not in ('won', 'lost')) as owner from person p
      where p.tenant_id = ${tenant} and p.id = (select person_id from counterpart where tenant_id = ${tenant} and kind = 'contact' and our_id = ${id})`.execute(tx)
    if (!row) return undefined
    const { person, name, language, phone, owner } = row
    const texts = textsOf({ language, ...(owner && { owner }), ...(name && { name: await sealing.open(personName(person), name) }), ...(phone && { phone: await sealing.open(claimValue('phone', person), phone) }) })
    return { texts, changedAt: 0 } // nobody knows when: people's change counts as the later one
  },
  async deal({ tx, subject: { tenant }, sealing }, id) {
    const { rows: [row] } = await sql<{ stage: string; elsewhere: boolean; facts: Buffer | null; owner: string | null; changedAt: Millis }>`select stage, elsewhere, facts_sealed as facts, changed_at as "changedAt",
      (select lower(a.details ->> 'email') from agent a where a.tenant_id = l.tenant_id and a.id = l.agent_id) as owner from lead l where tenant_id = ${tenant} and id = ${id}`.execute(tx)
    if (!row) return undefined
    const { stage, elsewhere, owner, changedAt } = row
    const known = row.facts ? leadFacts.parse(JSON.parse(await sealing.open(factsPlace(id), row.facts))) : {}
    return { texts: textsOf({ ...(!elsewhere && { stage }), ...(owner && { owner }), ...known }), changedAt }
  },
  async meeting({ tx, subject: { tenant } }, id) {
    const { rows: [row] } = await sql<{ startsAt: Millis; endsAt: Millis; status: string; owner: string | null; changedAt: Millis }>`select starts_at as "startsAt", ends_at as "endsAt", status, changed_at as "changedAt",
      (select lower(a.details ->> 'email') from agent a where a.tenant_id = t.tenant_id and a.id = t.agent_id) as owner from tour t where tenant_id = ${tenant} and id = ${id}`.execute(tx)
    if (!row) return undefined
    const { changedAt, owner, ...rest } = row
    return { texts: textsOf({ ...rest, ...(owner && { owner }) }), changedAt }
  },
}
