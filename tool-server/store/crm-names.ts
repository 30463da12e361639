import { sql } from 'kysely'
import type { Act } from '../define.ts'
import { emailOf, phoneOf, type Claim } from '../domain/identity.ts'
import type { CrmRecord } from '../domain/ports/crm-seen.ts'
import { blinded } from './people.ts'
import { personName } from './places.ts'

// By what a contact of the CRM may be somebody of ours. What people typed there vouches for nothing, so it only finds.
export const namesOf = ({ phones, email }: CrmRecord): Claim[] => {
  const mail = email === undefined ? undefined : emailOf(email)
  return [...[...new Set(phones.flatMap((each) => phoneOf(each) ?? []))].map((value): Claim => ({ kind: 'phone', value })), ...(mail === undefined ? [] : [{ kind: 'email' as const, value: mail }])]
}

// Whom each of them may be, in one look; whoever was erased is nobody.
export const peopleAmong = async (act: Act, records: readonly CrmRecord[]): Promise<ReadonlyMap<string, string[]>> => {
  const wanted = await Promise.all(records.map(async (record) => ({ id: record.id, ours: record.ours, names: await blinded(act, namesOf(record)) })))
  const names = wanted.flatMap((each) => each.names)
  const { tx, subject: { tenant } } = act
  const { rows: held } = names.length === 0 ? { rows: [] } : await sql<{ kind: string; bidx: Buffer; person: string }>`select kind, value_bidx as bidx, person_id as person from claim where tenant_id = ${tenant} and (kind, value_bidx) in (${sql.join(names.map(({ kind, bidx }) => sql`(${kind}, ${bidx})`))})
    and exists (select 1 from data_key k where k.tenant_id = claim.tenant_id and k.person_id = claim.person_id)`.execute(tx)
  const ids = wanted.flatMap(({ ours }) => ours ?? [])
  const { rows: own } = ids.length === 0 ? { rows: [] } : await sql<{ id: string; person: string }>`select id, coalesce(merged_into, id) as person from person where tenant_id = ${tenant} and id in (${sql.join(ids)})
    and exists (select 1 from data_key k where k.tenant_id = person.tenant_id and k.person_id = coalesce(merged_into, person.id))`.execute(tx)
  const holder = new Map(held.map(({ kind, bidx, person }) => [`${kind}:${bidx.toString('hex')}`, person]))
  return new Map(wanted.map(({ id, ours, names: theirs }) => {
    const named = theirs.flatMap(({ kind, bidx }) => holder.get(`${kind}:${bidx.toString('hex')}`) ?? [])
    const byId = own.flatMap((each) => (each.id === ours ? [each.person] : []))
    return [id, [...new Set([...named, ...byId])]]
  }))
}

export const nameOf = async ({ tx, subject: { tenant }, sealing }: Act, person: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ name: Buffer | null }>`select name_sealed as name from person where tenant_id = ${tenant} and id = ${person}`.execute(tx)
  return row?.name ? sealing.open(personName(person), row.name) : undefined
}
