import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import { emailOf, phoneOf, type Claim, type ClaimKind } from '../domain/identity.ts'
import type { Known, Sighting } from '../domain/identity-match.ts'
import type { CrmRecord } from '../domain/ports/crm-seen.ts'
import { blinded, veiled } from './people.ts'
import { personName } from './places.ts'

// By what a contact of the CRM may be somebody of ours: as whose contact it is known, and what our people reach them by.
export const namesOf = ({ id, phones, email }: CrmRecord): Claim[] => [contactClaim(id), ...keptOf({ phones, email })]
export const contactClaim = (id: string): Claim => ({ kind: 'crm-contact', value: id })
const keptOf = ({ phones, email }: Pick<CrmRecord, 'phones'> & { email?: string | undefined }): Claim[] => {
  const mail = email === undefined ? undefined : emailOf(email)
  return [...[...new Set(phones.flatMap((each) => phoneOf(each) ?? []))].map((value): Claim => ({ kind: 'phone', value })), ...(mail === undefined ? [] : [{ kind: 'email' as const, value: mail }])]
}

// Whom each of them may be, in one look; whoever was erased is nobody.
export const peopleAmong = async (act: Act, records: readonly CrmRecord[]): Promise<ReadonlyMap<string, string[]>> => {
  const wanted = await Promise.all(records.map(async (record) => ({ id: record.id, ours: record.ours, names: await blinded(act, namesOf(record)) })))
  const names = wanted.flatMap((each) => each.names)
  const { tx, subject: { tenant } } = act
  const { rows: held } = names.length === 0 ? { rows: [] } : await sql<{ kind: string; bidx: Buffer; person: string }>`select kind, value_bidx as bidx, person_id as person from claim where tenant_id = ${tenant} and (kind, value_bidx) in (${sql.join(names.map(({ kind, bidx }) => sql`(${kind}, ${bidx})`))})
    and exists (select 1 from data_key k where k.tenant_id = claim.tenant_id and k.person_id = claim.person_id and k.blocked_at is null)`.execute(tx)
  const ids = wanted.flatMap(({ ours }) => ours ?? [])
  const { rows: own } = ids.length === 0 ? { rows: [] } : await sql<{ id: string; person: string }>`select id, coalesce(merged_into, id) as person from person where tenant_id = ${tenant} and id in (${sql.join(ids)})
    and exists (select 1 from data_key k where k.tenant_id = person.tenant_id and k.person_id = coalesce(merged_into, person.id) and k.blocked_at is null)`.execute(tx)
  const holder = new Map(held.map(({ kind, bidx, person }) => [`${kind}:${bidx.toString('hex')}`, person]))
  return new Map(wanted.map(({ id, ours, names: theirs }) => {
    const named = theirs.flatMap(({ kind, bidx }) => holder.get(`${kind}:${bidx.toString('hex')}`) ?? [])
    const byId = own.flatMap((each) => (each.id === ours ? [each.person] : []))
    return [id, [...new Set([...named, ...byId])]]
  }))
}

// A contact, and whom it may be, as the matcher looks at both. Whose id it carries is as good as known by it.
export const sightingOf = async (act: Act, { id, phones, email, fields, changedAt }: CrmRecord): Promise<Sighting> => ({
  vouched: await veiledOf(act, [contactClaim(id)]), kept: await veiledOf(act, keptOf({ phones, email })), seenAt: changedAt, ...(fields['name'] !== undefined && { name: fields['name'] }),
})
export const knownOf = async (act: Act, people: readonly string[], { id, ours }: CrmRecord): Promise<Known[]> => {
  if (people.length === 0) return []
  const { tx, subject: { tenant } } = act
  const { rows } = await sql<{ person: string; kind: ClaimKind; bidx: Buffer }>`select person_id as person, kind, value_bidx as bidx from claim where tenant_id = ${tenant} and person_id in (${sql.join(people)})`.execute(tx)
  const { rows: seen } = await sql<{ person: string; carried: boolean; seenAt: Millis }>`select p.id as person, greatest(p.created_at, (select max(heard_at) from conversation v where v.tenant_id = p.tenant_id and v.person_id = p.id)) as "seenAt",
    exists (select 1 from person c where c.tenant_id = p.tenant_id and c.id = ${ours ?? null}::uuid and coalesce(c.merged_into, c.id) = p.id) as carried from person p where p.tenant_id = ${tenant} and p.id in (${sql.join(people)})`.execute(tx)
  const own = await veiledOf(act, [contactClaim(id)])
  return Promise.all(seen.map(async ({ person, carried, seenAt }) => {
    const name = await nameOf(act, person)
    return { id: person, sightings: [{ vouched: [...rows.filter((row) => row.person === person).map(veiled), ...(carried ? own : [])], seenAt, ...(name !== undefined && { name }) }] }
  }))
}
const veiledOf = async (act: Act, claims: readonly Claim[]): Promise<Claim[]> => (await blinded(act, claims)).map(veiled)

const nameOf = async ({ tx, subject: { tenant }, sealing }: Act, person: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ name: Buffer | null }>`select name_sealed as name from person where tenant_id = ${tenant} and id = ${person}`.execute(tx)
  return row?.name ? sealing.open(personName(person), row.name) : undefined
}
