import { sql, type Kysely, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Act, DB, Millis } from '../define.ts'
import type { Claim } from '../domain/identity.ts'
import { at } from '../spine/db.ts'
import { lockPeople } from './people.ts'
import { claimValue, personEmail, tombstoneName } from './places.ts'

// Who cancelled: blocked at once, and later erased, with a tombstone by which nothing from before brings them back.

// One person with all whom they turned out to be.
export const selvesOf = async (on: Kysely<DB>, tenant: string, person: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`with recursive up as (select id, merged_into from person where tenant_id = ${tenant} and id = ${person}
      union select p.id, p.merged_into from person p join up on p.id = up.merged_into where p.tenant_id = ${tenant}),
    self (id) as (select id from up where merged_into is null union select p.id from person p join self on p.merged_into = self.id where p.tenant_id = ${tenant})
    select id from self order by id`.execute(on)
  return rows.map(({ id }) => id)
}

// Nobody else changes them until we are done. since: from when they are blocked.
export type Blocked = { selves: string[]; since: Millis; isNew: boolean; isErased: boolean }
export const markBlocked = async ({ tx, subject: { tenant }, now }: Act, person: string, eraseAt: Millis): Promise<Blocked> => {
  await lockPeople(tx, sql`select unnest(${await selvesOf(tx, tenant, person)}::uuid[]) as id`) // whoever hears of them, or makes one of two, is done or waits
  const selves = await selvesOf(tx, tenant, person)
  const { rows } = await sql<{ since: Millis | null; erasedAt: Millis | null }>`select blocked_at as since, erased_at as "erasedAt" from person where tenant_id = ${tenant} and id = any(${selves}::uuid[]) order by id for update`.execute(tx)
  if (rows.length === 0) throw new AppError('not_found', 'there is no such person')
  await sql`update person set blocked_at = coalesce(blocked_at, ${at(now)}), erase_at = ${at(eraseAt)} where tenant_id = ${tenant} and id = any(${selves}::uuid[]) and erased_at is null`.execute(tx)
  return { selves, since: Math.min(now, ...rows.map(({ since }) => since ?? now)), isNew: rows.some(({ since }) => since === null), isErased: rows.some(({ erasedAt }) => erasedAt !== null) }
}

// Of a row in a statement: whether whom it is about is still to be seen.
export const isSeen = (tenant: string, person: RawBuilder<unknown>): RawBuilder<unknown> => sql`not exists (select 1 from person unseen where unseen.tenant_id = ${tenant} and unseen.id = ${person} and unseen.blocked_at is not null)`

// Their names go over to the tombstone, so that whoever has them next is somebody else, as is whom they write to next.
export const buryNames = async (act: Act, selves: readonly string[], since: Millis): Promise<void> => {
  const { tx, sealing, subject: { tenant } } = act
  const { rows: claims } = await sql<{ person: string; kind: string; sealed: Buffer }>`delete from claim where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) returning person_id as person, kind, value_sealed as sealed`.execute(tx)
  for (const { person, kind, sealed } of claims) await bury(act, { person, kind, value: await sealing.open(claimValue(kind, person), sealed), since })
  const { rows: mail } = await sql<{ person: string; sealed: Buffer }>`select id as person, email_sealed as sealed from person where tenant_id = ${tenant} and id = any(${[...selves]}::uuid[]) and email_sealed is not null`.execute(tx)
  for (const { person, sealed } of mail) await bury(act, { person, kind: 'email', value: (await sealing.open(personEmail(person), sealed)).toLowerCase(), since })
  await sql`update conversation set external_id = ${blockedAs} || external_id where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) and external_id not like ${`${blockedAs}%`}`.execute(tx)
}
const blockedAs = 'blocked:'
const hashOf = ({ sealing }: Act, { kind, value }: { kind: string; value: string }): Promise<Buffer> => sealing.blind(`tombstone:${kind}`, value)
type Name = { person: string; kind: string; value: string; since: Millis }
const bury = async (act: Act, { person, kind, value, since }: Name): Promise<void> => {
  const { tx, sealing, subject: { tenant } } = act
  await sql`insert into tombstone (tenant_id, person_id, kind, value_hash, value_sealed, since) values (${tenant}, ${person}, ${kind}, ${await hashOf(act, { kind, value })}, ${await sealing.seal(tombstoneName(person, kind), value, person)}, ${at(since)}) on conflict do nothing`.execute(tx)
}

// The same of a name that is found out as they are erased, and is not kept.
export const buryHash = async (act: Act, { person, kind, value, since }: Name): Promise<void> => {
  await sql`insert into tombstone (tenant_id, person_id, kind, value_hash, since) values (${act.subject.tenant}, ${person}, ${kind}, ${await hashOf(act, { kind, value })}, ${at(since)}) on conflict do nothing`.execute(act.tx)
}

export type Buried = { person: string; kind: string; value: string }
export const buriedNames = async ({ tx, sealing, subject: { tenant } }: Act, selves: readonly string[]): Promise<Buried[]> => {
  const { rows } = await sql<{ person: string; kind: string; sealed: Buffer }>`select person_id as person, kind, value_sealed as sealed from tombstone where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) and value_sealed is not null order by kind`.execute(tx)
  return Promise.all(rows.map(async ({ person, kind, sealed }) => ({ person, kind, value: await sealing.open(tombstoneName(person, kind), sealed) })))
}
export const keepHashesOnly = async ({ tx, subject: { tenant } }: Act, selves: readonly string[]): Promise<void> => {
  await sql`update tombstone set value_sealed = null where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[])`.execute(tx)
}

// Since when somebody with one of these names has been blocked: what was said before that is not heard any more.
export const buriedSince = async (act: Act, claims: readonly Claim[]): Promise<Millis | undefined> => {
  const hashes = await Promise.all(claims.map(async (claim) => sql`(${claim.kind}, ${await hashOf(act, claim)}::bytea)`))
  if (hashes.length === 0) return undefined
  const { rows: [row] } = await sql<{ since: Millis | null }>`select max(since) as since from tombstone where tenant_id = ${act.subject.tenant} and (kind, value_hash) in (${sql.join(hashes)})`.execute(act.tx)
  return row?.since ?? undefined
}

// What was to be done for them is not done any more, but for what answers their request.
export const dropWork = async ({ tx, subject: { tenant } }: Act, selves: readonly string[]): Promise<void> => {
  await sql`delete from job where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) and kind in ('turn', 'command') and state in ('scheduled', 'ready') and key not like '%privacy%'`.execute(tx)
}
// Nor does anybody of ours have to see to anything about them.
export const endCalls = async ({ tx, subject: { tenant }, now }: Act, selves: readonly string[]): Promise<void> => {
  await sql`update escalation set closed_at = ${at(now)} where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) and closed_at is null`.execute(tx)
  await sql`update agent_run set state = 'over', outcome = 'ended', over_at = ${at(now)} where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) and state <> 'over'`.execute(tx)
  await sql`update crm_conflict set state = 'settled', settled_at = ${at(now)} where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) and state = 'open'`.execute(tx)
  await sql`delete from crm_review where tenant_id = ${tenant} and people && ${[...selves]}::uuid[] and state = 'open'`.execute(tx)
  await sql`delete from merge where tenant_id = ${tenant} and (kept_id = any(${[...selves]}::uuid[]) or merged_id = any(${[...selves]}::uuid[])) and state = 'proposed'`.execute(tx)
}
export type Ahead = { id: string; person: string; home: string; building: string; status: 'held' | 'confirmed'; version: number; startsAt: Millis }
export const visitsToEnd = async ({ tx, subject: { tenant }, now }: Act, selves: readonly string[]): Promise<Ahead[]> => {
  const { rows } = await sql<Ahead>`select id, person_id as person, home_id as home, building_id as building, status, version, starts_at as "startsAt" from tour where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[])
    and status in ('held', 'confirmed') and starts_at > ${at(now)} order by starts_at, id`.execute(tx)
  return rows
}

const counts = z.record(z.string(), z.int())
export const proofOf = async ({ tx, subject: { tenant } }: Act, selves: readonly string[]): Promise<Record<string, number> | undefined> => {
  const { rows: [row] } = await sql<{ counts: unknown }>`select counts from erasure where tenant_id = ${tenant} and person_id = any(${[...selves]}::uuid[]) limit 1`.execute(tx)
  return row && counts.parse(row.counts)
}
export const keepProof = async ({ tx, subject: { tenant }, now }: Act, { person, privacyCase, proof }: { person: string; privacyCase: string; proof: Record<string, number> }): Promise<void> => {
  await sql`insert into erasure (tenant_id, person_id, case_id, counts, erased_at) values (${tenant}, ${person}, ${privacyCase}, ${JSON.stringify(proof)}::jsonb, ${at(now)})`.execute(tx)
}
