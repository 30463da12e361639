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

// Nobody else changes it until we are done.
export const findCounterpart = async ({ tx, subject }: Act, kind: Kind, external: string): Promise<{ ours: string; person: string } | undefined> => {
  const { rows } = await sql<{ ours: string; person: string }>`select our_id as ours, person_id as person from counterpart where tenant_id = ${subject.tenant} and kind = ${kind} and external_id = ${external} for update`.execute(tx)
  return rows[0]
}

// false: it stands for something else of ours already.
export const followCounterpart = async ({ tx, subject }: Act, { kind, ours, external }: { kind: Kind; ours: string; external: string }): Promise<boolean> => {
  const { numAffectedRows } = await sql`update counterpart set external_id = ${external} where tenant_id = ${subject.tenant} and kind = ${kind} and our_id = ${ours}
    and not exists (select 1 from counterpart other where other.tenant_id = ${subject.tenant} and other.kind = ${kind} and other.external_id = ${external})`.execute(tx)
  return numAffectedRows === 1n
}

// What hangs on it has to be told again too: on a contact everything of its person, on a deal whatever is no contact. How often each was told stays, since that names the commands.
export const forgetCounterpart = async ({ tx, subject }: Act, { kind, ours, person }: { kind: Kind; ours: string; person: string }): Promise<{ kind: Kind; ours: string }[]> => {
  const { rows } = await sql<{ kind: Kind; ours: string }>`update counterpart set external_id = case when kind = ${kind} and our_id = ${ours} then null else external_id end, told = split_part(told, ':', 1) || ':gone'
    where tenant_id = ${subject.tenant} and person_id = ${person} and (kind <> 'contact' or kind = ${kind}) returning kind, our_id as ours`.execute(tx)
  return rows
}
