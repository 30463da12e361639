import { sql, type Kysely } from 'kysely'
import type { Act, DB } from '../define.ts'
import type { Counterpart } from '../domain/reads.ts'

type Kind = Counterpart['kind']
export const counterpartsOf = async (on: Kysely<DB>, tenant: string, person: string): Promise<Counterpart[]> => {
  const { rows } = await sql<{ kind: Kind; our_id: string; external_id: string | null; told: string | null }>`select kind, our_id, external_id, told from counterpart where tenant_id = ${tenant} and person_id = ${person}`.execute(on)
  return rows.map(({ kind, our_id, external_id, told }) => ({ kind, ours: our_id, external: external_id ?? undefined, told: told ?? undefined }))
}

// Before anything is sent, so that the answer knows whose it is.
export const expectCounterpart = async ({ tx, subject }: Act, kind: Kind, ours: string, person: string): Promise<void> => {
  await sql`insert into counterpart (tenant_id, kind, our_id, person_id) values (${subject.tenant}, ${kind}, ${ours}, ${person}) on conflict do nothing`.execute(tx)
}

export const learnCounterpart = async ({ tx, subject }: Act, { kind, ours, external, told }: { kind: Kind; ours: string; external: string; told: string }): Promise<string | undefined> => {
  const { rows } = await sql<{ person_id: string }>`update counterpart set external_id = ${external}, told = ${told} where tenant_id = ${subject.tenant} and kind = ${kind} and our_id = ${ours} returning person_id`.execute(tx)
  return rows[0]?.person_id
}
