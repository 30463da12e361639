import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { Act, DB, Millis } from '../define.ts'
import { at } from '../spine/db.ts'
import type { CounterpartKind } from './counterparts.ts'
import { conflictValues } from './places.ts'

// What the sync leaves to people: changes that lost against another, and contacts of the CRM that may be somebody of ours.
export type Lost = { person: string; kind: CounterpartKind; ours: string; field: string; won: 'ours' | 'theirs'; values: { ours?: string | undefined; theirs?: string | undefined } }
// isNew: it is the first of that field that waits for people to look.
export const noteConflict = async ({ tx, subject: { tenant }, sealing, now, newId }: Act, { person, kind, ours, field, won, values }: Lost): Promise<{ isNew: boolean }> => {
  const { rows: [open] } = await sql<{ id: string }>`select id from crm_conflict where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours} and field = ${field} and state = 'open' for update`.execute(tx)
  const id = open?.id ?? newId()
  const sealed = await sealing.seal(conflictValues(id), JSON.stringify(values), person)
  await sql`insert into crm_conflict (tenant_id, id, person_id, kind, our_id, field, values_sealed, won, state, made_at) values (${tenant}, ${id}, ${person}, ${kind}, ${ours}, ${field}, ${sealed}, ${won}, 'open', ${at(now)})
    on conflict (tenant_id, id) do update set values_sealed = excluded.values_sealed, won = excluded.won, made_at = excluded.made_at`.execute(tx)
  return { isNew: open === undefined }
}

export type Conflict = { id: string; person: string; kind: CounterpartKind; field: string; won: 'ours' | 'theirs'; madeAt: Millis }
export const openConflicts = async (on: Kysely<DB>, tenant: string): Promise<Conflict[]> => {
  const { rows } = await sql<Conflict>`select id, person_id as person, kind, field, won, made_at as "madeAt" from crm_conflict where tenant_id = ${tenant} and state = 'open' order by made_at limit 200`.execute(on)
  return rows
}
// Nobody else settles it until we are done.
export const conflictToSettle = async ({ tx, subject: { tenant }, sealing }: Act, id: string): Promise<(Lost & { isOpen: boolean }) | undefined> => {
  const { rows: [row] } = await sql<Omit<Lost, 'values'> & { isOpen: boolean; sealed: Buffer }>`select person_id as person, kind, our_id as ours, field, won, state = 'open' as "isOpen", values_sealed as sealed from crm_conflict where tenant_id = ${tenant} and id = ${id} for update`.execute(tx)
  if (!row) return undefined
  const { sealed, ...rest } = row
  return { ...rest, values: lostValues.parse(JSON.parse(await sealing.open(conflictValues(id), sealed))) }
}
export const lostValues = z.strictObject({ ours: z.string().optional(), theirs: z.string().optional() })
// won: whose word holds now.
export const closeConflict = async ({ tx, subject: { tenant }, now }: Act, id: string, won: 'ours' | 'theirs'): Promise<void> => {
  await sql`update crm_conflict set state = 'settled', won = ${won}, settled_at = ${at(now)} where tenant_id = ${tenant} and id = ${id} and state = 'open'`.execute(tx)
}

// It has come out by itself.
export const closeConflictsOf = async ({ tx, subject: { tenant }, now }: Act, { kind, ours, field }: Pick<Lost, 'kind' | 'ours' | 'field'>, won: 'ours' | 'theirs'): Promise<void> => {
  await sql`update crm_conflict set state = 'settled', won = ${won}, settled_at = ${at(now)} where tenant_id = ${tenant} and kind = ${kind} and our_id = ${ours} and field = ${field} and state = 'open'`.execute(tx)
}

export type ReviewReason = 'several' | 'names' | 'taken'
export type Review = { id: string; external: string; people: string[]; reason: ReviewReason; madeAt: Millis }
// Of a contact that was decided about, nothing is asked again.
export const askReview = async ({ tx, subject: { tenant }, now, newId }: Act, { external, people, reason }: Pick<Review, 'external' | 'people' | 'reason'>): Promise<void> => {
  await sql`insert into crm_review (tenant_id, id, external_id, people, reason, state, made_at) values (${tenant}, ${newId()}, ${external}, array[${sql.join(people.map((id) => sql`${id}::uuid`))}], ${reason}, 'open', ${at(now)}) on conflict (tenant_id, external_id) do nothing`.execute(tx)
}
export const openReviews = async (on: Kysely<DB>, tenant: string): Promise<Review[]> => {
  const { rows } = await sql<Review>`select id, external_id as external, people, reason, made_at as "madeAt" from crm_review where tenant_id = ${tenant} and state = 'open' order by made_at limit 200`.execute(on)
  return rows
}
// people: whom those it may be have become by now. Nobody else decides it until we are done.
export const reviewToDecide = async ({ tx, subject: { tenant } }: Act, id: string): Promise<Pick<Review, 'external' | 'people'> | undefined> => {
  const { rows: [row] } = await sql<{ external: string; people: string[] }>`select external_id as external, people from crm_review where tenant_id = ${tenant} and id = ${id} and state = 'open' for update`.execute(tx)
  if (!row) return undefined
  const { rows } = await sql<{ id: string }>`with recursive climb as (select id, merged_into from person where tenant_id = ${tenant} and id in (${sql.join(row.people)})
    union select p.id, p.merged_into from climb c join person p on p.tenant_id = ${tenant} and p.id = c.merged_into) select id from climb where merged_into is null`.execute(tx)
  return { external: row.external, people: rows.map((each) => each.id) }
}
export const closeReview = async ({ tx, subject: { tenant }, now }: Act, id: string, state: 'linked' | 'apart'): Promise<void> => {
  await sql`update crm_review set state = ${state}, decided_at = ${at(now)} where tenant_id = ${tenant} and id = ${id} and state = 'open'`.execute(tx)
}
// The contact is gone, or whose it is has become clear: nobody has to decide any more.
export const withdrawReview = async ({ tx, subject: { tenant } }: Act, external: string): Promise<void> => {
  await sql`delete from crm_review where tenant_id = ${tenant} and external_id = ${external} and state = 'open'`.execute(tx)
}
// Whether people have said that this contact is nobody of ours.
export const isApart = async ({ tx, subject: { tenant } }: Act, external: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from crm_review where tenant_id = ${tenant} and external_id = ${external} and state = 'apart'`.execute(tx)
  return rows.length > 0
}
