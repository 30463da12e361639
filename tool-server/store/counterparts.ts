import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { erasedThere, goneAs } from '../domain/crm-record.ts'
import type { Counterpart } from '../domain/reads.ts'
import { at } from '../spine/db.ts'
import { isSeen } from './blocked.ts'

export type CounterpartKind = Counterpart['kind']
type Kind = CounterpartKind
export const counterpartsOf = async (on: Kysely<DB>, tenant: string, person: string): Promise<Counterpart[]> => {
  const { rows } = await sql<{ kind: Kind; our_id: string; external_id: string | null; told: string | null; hung: string | null }>`select kind, our_id, external_id, told, hung from counterpart where tenant_id = ${tenant} and person_id = ${person}`.execute(on)
  return rows.map(({ kind, our_id, external_id, told, hung }) => ({ kind, ours: our_id, external: external_id ?? undefined, told: told ?? undefined, hung: hung ?? undefined }))
}

// Before anything is sent, so that the answer knows whose it is.
export const expectCounterpart = async ({ tx, subject }: Act, kind: Kind, ours: string, person: string): Promise<void> => {
  await sql`insert into counterpart (tenant_id, kind, our_id, person_id) values (${subject.tenant}, ${kind}, ${ours}, ${person}) on conflict do nothing`.execute(tx)
}

export const learnCounterpart = async ({ tx, subject, now }: Act, { kind, ours, external, told, hung }: { kind: Kind; ours: string; external: string; told: string; hung?: string | undefined }): Promise<string | undefined> => {
  const { rows } = await sql<{ person_id: string }>`update counterpart set external_id = ${external}, told = ${told}, told_at = ${at(now)}, hung = coalesce(${hung ?? null}, hung) where tenant_id = ${subject.tenant} and kind = ${kind} and our_id = ${ours} returning person_id`.execute(tx)
  return rows[0]?.person_id
}

// Nobody else changes it until we are done.
export const findCounterpart = async ({ tx, subject }: Act, kind: Kind, external: string): Promise<{ ours: string; person: string; toldAt: Millis | undefined; hung: string | undefined } | undefined> => {
  const { rows: [row] } = await sql<{ ours: string; person: string; toldAt: Millis | null; hung: string | null }>`select our_id as ours, person_id as person, told_at as "toldAt", hung from counterpart where tenant_id = ${subject.tenant} and kind = ${kind} and external_id = ${external} and ${isSeen(subject.tenant, sql`counterpart.person_id`)} for update`.execute(tx)
  return row && { ...row, toldAt: row.toldAt ?? undefined, hung: row.hung ?? undefined }
}

// false: it stands for something else of ours already.
export const followCounterpart = async ({ tx, subject }: Act, { kind, ours, external }: { kind: Kind; ours: string; external: string }): Promise<boolean> => {
  const { numAffectedRows } = await sql`update counterpart set external_id = ${external} where tenant_id = ${subject.tenant} and kind = ${kind} and our_id = ${ours}
    and not exists (select 1 from counterpart other where other.tenant_id = ${subject.tenant} and other.kind = ${kind} and other.external_id = ${external})`.execute(tx)
  return numAffectedRows === 1n
}

// What hangs on it has to be told again too: on a contact everything of its person, on a deal whatever is no contact, on a meeting nothing; that one is told again only if its visit takes place. How often each was told stays, since that names the commands.
export const forgetCounterpart = async ({ tx, subject }: Act, { kind, ours, person }: { kind: Kind; ours: string; person: string }): Promise<{ kind: Kind; ours: string }[]> => {
  const { rows } = await sql<{ kind: Kind; ours: string }>`update counterpart set external_id = case when kind = ${kind} and our_id = ${ours} then null else external_id end, told = split_part(told, ':', 1) || ${kind === 'meeting' ? ':off' : ':gone'},
    hung = case when kind <> 'contact' then null when our_id = ${ours} and hung is distinct from ${erasedThere} then ${goneAs('')} || external_id else hung end
    where tenant_id = ${subject.tenant} and person_id = ${person} and ${kind === 'meeting' ? sql`kind = ${kind} and our_id = ${ours}` : sql`(kind <> 'contact' or kind = ${kind})`} returning kind, our_id as ours`.execute(tx)
  if (rows.length > 0) await sql`delete from crm_written where tenant_id = ${subject.tenant} and (kind, our_id) in (${sql.join(rows.map((row) => sql`(${row.kind}, ${row.ours}::uuid)`))})`.execute(tx)
  return rows
}

// Before it is locked itself: people come first.
export const whoseContact = async ({ tx, subject: { tenant } }: Act, external: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ person: string }>`select person_id as person from counterpart where tenant_id = ${tenant} and kind = 'contact' and (external_id = ${external} or hung = ${goneAs(external)}) limit 1`.execute(tx)
  return row?.person
}
// Whose contact that was: HubSpot tells apart that it is gone and that its person wanted it so, in whichever order.
export const findGone = async ({ tx, subject: { tenant } }: Act, external: string): Promise<{ ours: string; person: string } | undefined> => {
  const { rows: [row] } = await sql<{ ours: string; person: string }>`select our_id as ours, person_id as person from counterpart where tenant_id = ${tenant} and kind = 'contact' and hung = ${goneAs(external)} and ${isSeen(tenant, sql`counterpart.person_id`)} limit 1 for update`.execute(tx)
  return row
}
export const noteErased = async ({ tx, subject: { tenant } }: Act, person: string): Promise<void> => {
  await sql`update counterpart set hung = ${erasedThere} where tenant_id = ${tenant} and person_id = ${person} and kind = 'contact'`.execute(tx)
}
// It stays as it is until we are done, so that nothing is told beside it.
export const isErasedNow = async ({ tx, subject: { tenant } }: Act, person: string): Promise<boolean> => {
  const { rows } = await sql<{ hung: string | null }>`select hung from counterpart where tenant_id = ${tenant} and person_id = ${person} and kind = 'contact' order by our_id for update`.execute(tx)
  return rows.some(({ hung }) => hung === erasedThere)
}
export const endErased = async ({ tx, subject: { tenant } }: Act, person: string): Promise<void> => {
  await sql`update counterpart set hung = null where tenant_id = ${tenant} and person_id = ${person} and kind = 'contact' and hung = ${erasedThere}`.execute(tx)
}

// A record that somebody else made is ours from now on. false: we have another one already, or it stands for something else of ours.
type Link = { kind: Kind; ours: string; external: string; person: string }
export const linkCounterpart = async ({ tx, subject: { tenant } }: Act, { kind, ours, external, person }: Link): Promise<boolean> => {
  const { rows } = await sql`insert into counterpart (tenant_id, kind, our_id, external_id, person_id) select ${tenant}::uuid, ${kind}, ${ours}::uuid, ${external}, ${person}::uuid
    where not exists (select 1 from counterpart where tenant_id = ${tenant} and kind = ${kind} and external_id = ${external})
    on conflict (tenant_id, kind, our_id) do update set external_id = excluded.external_id where counterpart.external_id is null returning our_id`.execute(tx)
  return rows.length > 0
}

// What of these we have at all; of whoever was erased, nothing.
export const knownAmong = async ({ tx, subject: { tenant } }: Act, kind: Kind, externals: readonly string[]): Promise<ReadonlyMap<string, { ours: string; person: string }>> => {
  if (externals.length === 0) return new Map()
  const { rows } = await sql<{ external: string; ours: string; person: string }>`select external_id as external, our_id as ours, person_id as person from counterpart where tenant_id = ${tenant} and kind = ${kind} and external_id in (${sql.join(externals)})
    and exists (select 1 from data_key k where k.tenant_id = counterpart.tenant_id and k.person_id = counterpart.person_id and k.blocked_at is null)`.execute(tx)
  return new Map(rows.map(({ external, ...known }) => [external, known]))
}

export const externalAt = async ({ tx, subject: { tenant } }: Act, kind: Kind, ours: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ external: string | null }>`select external_id as external from counterpart where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours}`.execute(tx)
  return row?.external ?? undefined
}

// What is new to us stands there already.
export const keepTold = async ({ tx, subject: { tenant } }: Act, { kind, ours, told }: { kind: Kind; ours: string; told: string | undefined }): Promise<void> => {
  await sql`update counterpart set told = ${told ?? null} where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours}`.execute(tx)
}

// As if what stands there were not known: the next telling writes it again.
export const retell = async ({ tx, subject: { tenant } }: Act, kind: Kind, ours: string): Promise<void> => {
  await sql`update counterpart set told = split_part(told, ':', 1) || ':again' where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours} and told is not null`.execute(tx)
}

// undefined: it is to be hung again.
export const hangAs = async ({ tx, subject: { tenant } }: Act, { kind, ours }: { kind: Kind; ours: string }, hung: string | undefined): Promise<void> => {
  await sql`update counterpart set hung = ${hung ?? null} where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours}`.execute(tx)
}
export const hungAt = async ({ tx, subject: { tenant } }: Act, kind: Kind, ours: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ hung: string | null }>`select hung from counterpart where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours} for update`.execute(tx)
  return row?.hung ?? undefined
}

// What was done to a record since it was told, and what it hung on, is no longer known.
export const isAsTold = (told: string | undefined): boolean => told !== undefined && /^\d+:[0-9a-f]+$/.test(told)
export const wasTakenAway = (told: string | undefined): boolean => told?.endsWith(':off') ?? false

export const personAt = async ({ tx, subject: { tenant } }: Act, kind: Kind, ours: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ person: string }>`select person_id as person from counterpart where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours} and ${isSeen(tenant, sql`counterpart.person_id`)}`.execute(tx)
  return row?.person
}

export const toldAt = async (on: Kysely<DB>, tenant: string, kind: Kind, external: string): Promise<Millis | undefined> => {
  const { rows: [row] } = await sql<{ at: Millis | null }>`select told_at as at from counterpart where tenant_id = ${tenant} and kind = ${kind} and external_id = ${external}`.execute(on)
  return row?.at ?? undefined
}
