import { sql, type RawBuilder } from 'kysely'
import type { Act, Millis, Tx } from '../define.ts'
import type { Claim, ClaimKind } from '../domain/identity.ts'
import type { Holder } from '../domain/identity-settle.ts'
import type { Contact } from '../domain/ports/messaging.ts'
import { at } from '../spine/db.ts'
import { claimValue, personName } from './places.ts'

// One person, many names.
export type Blinded = Claim & { bidx: Buffer }
export const blinded = (act: Act, claims: readonly Claim[]): Promise<Blinded[]> => Promise.all(claims.map(async (claim) => ({ ...claim, bidx: await act.sealing.blind(`claim:${claim.kind}`, claim.value) })))
// To be compared with what is stored, where only this much of a name is in the clear.
export const veiled = ({ kind, bidx }: { kind: ClaimKind; bidx: Buffer }): Claim => ({ kind, value: bidx.toString('hex') })

// Whoever else wants one of these names waits, or two first messages at once would make two people; and so does whoever would merge those who have them. Names first, then people, each in order, and then their conversations, so that nobody waits in a circle.
export const lockNames = async ({ tx, subject: { tenant } }: Act, names: readonly Blinded[], as?: string): Promise<void> => {
  const keys = names.map(({ bidx }) => bidx.readBigInt64BE()).toSorted((a, b) => (a < b ? -1 : 1))
  await sql`select pg_advisory_xact_lock(key) from unnest(${keys.map(String)}::bigint[]) key`.execute(tx)
  const locked: string[] = []
  const lockOthers = (): Promise<string[]> => lockPeople(tx, sql`select id from (select person_id as id from claim where tenant_id = ${tenant} and (kind, value_bidx) in (${sql.join(names.map(({ kind, bidx }) => sql`(${kind}, ${bidx})`))})
    union select ${as ?? null}::uuid) h where id <> all(${locked}::uuid[])`)
  for (let more = await lockOthers(); more.length > 0; more = await lockOthers()) locked.push(...more) // a name may have gone over to somebody else while we waited
}
export const lockPeople = async (tx: Tx, ids: RawBuilder<unknown>): Promise<string[]> =>
  (await sql<{ id: string }>`select id, pg_advisory_xact_lock(hashtextextended(id::text, 0)) from (select distinct id from (${ids}) p order by id) p`.execute(tx)).rows.map(({ id }) => id)
// One whose conversation or requests are to be locked after them.
export const lockPerson = async ({ tx }: Act, person: string): Promise<void> => void (await lockPeople(tx, sql`select ${person}::uuid as id`))

// Who has any of these names, and that one person, with all that they have, and when they were last heard from.
type HeldRow = { person: string; kind: ClaimKind; bidx: Buffer; seenAt: Millis }
export const holdersOf = async ({ tx, subject: { tenant } }: Act, names: readonly Blinded[], as?: string): Promise<Holder[]> => {
  const { rows } = await sql<HeldRow>`select c.person_id as person, c.kind, c.value_bidx as bidx, greatest(p.created_at, (select max(heard_at) from conversation v where v.tenant_id = p.tenant_id and v.person_id = p.id)) as "seenAt"
    from claim c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id where c.tenant_id = ${tenant}
    and (c.person_id = ${as ?? null}::uuid or c.person_id in (select person_id from claim where tenant_id = ${tenant} and (kind, value_bidx) in (${sql.join(names.map(({ kind, bidx }) => sql`(${kind}, ${bidx})`))})))`.execute(tx)
  return [...Map.groupBy(rows, ({ person }) => person)].map(([id, held]) => ({ id, claims: held.map(veiled), seenAt: Math.max(...held.map(({ seenAt }) => seenAt)) }))
}

export const addPerson = async ({ tx, subject, now }: Act, id: string): Promise<void> => {
  await sql`insert into person (tenant_id, id, created_at) values (${subject.tenant}, ${id}, ${at(now)})`.execute(tx)
}

export const namePerson = async ({ tx, subject, sealing }: Act, person: string, name: string): Promise<void> => {
  await sql`update person set name_sealed = ${await sealing.seal(personName(person), name, person)} where tenant_id = ${subject.tenant} and id = ${person} and name_sealed is null`.execute(tx)
}

export const nameOf = async (act: Act, person: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ name_sealed: Buffer | null }>`select name_sealed from person where tenant_id = ${act.subject.tenant} and id = ${person}`.execute(act.tx)
  return row?.name_sealed ? act.sealing.open(personName(person), row.name_sealed) : undefined
}

// A name that somebody else has stays theirs.
export const addClaims = async ({ tx, subject, sealing, now }: Act, person: string, claims: readonly Blinded[]): Promise<void> => {
  const rows = await Promise.all(claims.map(async ({ kind, value, bidx }) => sql`(${subject.tenant}, ${kind}, ${bidx}, ${person}, ${await sealing.seal(claimValue(kind, person), value, person)}, ${at(now)})`))
  await sql`insert into claim (tenant_id, kind, value_bidx, person_id, value_sealed, claimed_at) values ${sql.join(rows)} on conflict do nothing`.execute(tx)
}

// Given up: whoever has them next may claim them. With a number that is somebody else's now, the conversations under the vendor's name for it are over too.
export const retireClaims = async ({ tx, subject: { tenant }, now, newId }: Act, person: string, claims: readonly Claim[], reason: 'renumbered' | 'recycled'): Promise<void> => {
  for (const { kind, value } of claims) {
    await sql`with gone as (delete from claim where tenant_id = ${tenant} and kind = ${kind} and value_bidx = ${Buffer.from(value, 'hex')} and person_id = ${person} returning claimed_at)
      insert into retired_claim (tenant_id, id, kind, value_bidx, person_id, reason, claimed_at, retired_at)
      select ${tenant}::uuid, ${newId()}::uuid, ${kind}, ${Buffer.from(value, 'hex')}::bytea, ${person}::uuid, ${reason}, claimed_at, ${at(now)} from gone`.execute(tx)
  }
  if (reason === 'recycled') await sql`update conversation set external_id = 'former:' || id where tenant_id = ${tenant} and person_id = ${person} and not coalesce(external_id like 'former:%', false)`.execute(tx)
}

// How to reach somebody: what their names say to whoever carries the messages.
export const contactOf = async ({ tx, subject, sealing }: Act, person: string): Promise<Contact | undefined> => {
  const { rows } = await sql<{ kind: string; value_sealed: Buffer }>`select kind, value_sealed from claim where tenant_id = ${subject.tenant} and person_id = ${person} and kind in ('bird-contact', 'phone', 'whatsapp') order by claimed_at`.execute(tx)
  const names = new Map<string, string>()
  for (const { kind, value_sealed } of rows) names.set(kind, await sealing.open(claimValue(kind, person), value_sealed))
  const [id, phone, whatsapp] = ['bird-contact', 'phone', 'whatsapp'].map((kind) => names.get(kind))
  return id === undefined ? undefined : { id, ...(phone !== undefined && { phone }), ...(whatsapp !== undefined && { whatsapp }) }
}
