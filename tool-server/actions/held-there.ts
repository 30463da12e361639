import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Kind } from '../domain/ports/crm-fields.ts'
import type { Reads } from '../domain/reads.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { selvesOf } from '../store/blocked.ts'
import { claimValue } from '../store/places.ts'

// What vendors keep of somebody by themselves, asked of them now. silent: who could not say, so that nobody takes what there is for all.
export type There = { where: 'hubspot' | 'bird'; what: Kind; id: string; fields: Record<string, string> }
export type HeldThere = { records: There[]; silent: { where: There['where']; why: string }[] }
type Needs = { db: Db; vault: Vault; reads(tenant: string): Pick<Reads, 'crm' | 'messaging'> }
const most = 100

export const heldThere = async ({ db, vault, reads }: Needs, { tenant, person }: { tenant: string; person: string }): Promise<HeldThere> => {
  const selves = sql`any(${await selvesOf(db.bare, tenant, person)}::uuid[])`
  const { rows: known } = await sql<{ kind: Kind; external: string }>`select kind, external_id as external from counterpart where tenant_id = ${tenant} and person_id = ${selves} and external_id is not null order by kind, our_id`.execute(db.bare)
  const { rows: names } = await sql<{ person: string; sealed: Buffer }>`select person_id as person, value_sealed as sealed from claim where tenant_id = ${tenant} and person_id = ${selves} and kind = 'bird-contact' order by claimed_at`.execute(db.bare)
  const { rows: talks } = await sql<{ connection: string }>`select distinct connection_id as connection from conversation where tenant_id = ${tenant} and person_id = ${selves}`.execute(db.bare)
  const { crm, messaging } = reads(tenant)

  const asked: { where: There['where']; ask(): Promise<There[]> }[] = [...Map.groupBy(known, ({ kind }) => kind)].flatMap(([kind, all]) =>
    Array.from({ length: Math.ceil(all.length / most) }, (_, page) => ({ where: 'hubspot' as const, ask: async () => (await crm.whole(kind, all.slice(page * most, (page + 1) * most).map(({ external }) => external))).map(({ kind: what, ...record }) => ({ where: 'hubspot' as const, what, ...record })) })))
  for (const { person: whose, sealed } of names) {
    const id = (await vault.open(db.bare, tenant, claimValue('bird-contact', whose), sealed)).toString()
    for (const { connection } of talks) asked.push({ where: 'bird', ask: async () => (await messaging.whole({ connection, id }).then((fields) => (fields ? [{ where: 'bird' as const, what: 'contact' as const, id, fields }] : []))) })
  }
  const told: HeldThere = { records: [], silent: [] }
  for (const { where, ask } of asked) {
    try {
      told.records.push(...(await ask()))
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code === 'bug') throw thrown
      if (!told.silent.some((each) => each.where === where)) told.silent.push({ where, why: thrown.code })
    }
  }
  return { ...told, records: [...new Map(told.records.map((each) => [`${each.where} ${each.what} ${each.id}`, each])).values()] }
}
