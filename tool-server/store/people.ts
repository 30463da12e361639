import { sql } from 'kysely'
import type { Act, Tx } from '../define.ts'
import type { Claim } from '../domain/identity.ts'
import type { Contact } from '../domain/ports/messaging.ts'
import { at } from '../spine/db.ts'
import { claimValue, personName } from './places.ts'

// One person, many names.
type Blinded = Claim & { bidx: Buffer }
export const blinded = (act: Act, claims: readonly Claim[]): Promise<Blinded[]> => Promise.all(claims.map(async (claim) => ({ ...claim, bidx: await act.sealing.blind(`claim:${claim.kind}`, claim.value) })))

// Whoever else wants one of these names waits, or two first messages at once would make two people. In order, so that nobody waits in a circle.
export const lockNames = async (tx: Tx, claims: readonly Blinded[]): Promise<void> => {
  const keys = claims.map(({ bidx }) => bidx.readBigInt64BE()).toSorted((a, b) => (a < b ? -1 : 1))
  for (const key of keys) await sql`select pg_advisory_xact_lock(${key.toString()}::bigint)`.execute(tx)
}

export const claimants = async ({ tx, subject }: Act, claims: readonly Blinded[]): Promise<{ kind: string; person: string }[]> => {
  const { rows } = await sql<{ kind: string; person: string }>`select kind, person_id as person from claim where tenant_id = ${subject.tenant}
    and (kind, value_bidx) in (${sql.join(claims.map(({ kind, bidx }) => sql`(${kind}, ${bidx})`))})`.execute(tx)
  return rows
}

export const addPerson = async ({ tx, subject, now }: Act, id: string): Promise<void> => {
  await sql`insert into person (tenant_id, id, created_at) values (${subject.tenant}, ${id}, ${at(now)})`.execute(tx)
}

export const namePerson = async ({ tx, subject, sealing }: Act, person: string, name: string): Promise<void> => {
  await sql`update person set name_sealed = ${await sealing.seal(personName(person), name, person)} where tenant_id = ${subject.tenant} and id = ${person} and name_sealed is null`.execute(tx)
}

// A name that somebody else has stays theirs.
export const addClaims = async ({ tx, subject, sealing, now }: Act, person: string, claims: readonly Blinded[]): Promise<void> => {
  const rows = await Promise.all(claims.map(async ({ kind, value, bidx }) => sql`(${subject.tenant}, ${kind}, ${bidx}, ${person}, ${await sealing.seal(claimValue(kind, person), value, person)}, ${at(now)})`))
  await sql`insert into claim (tenant_id, kind, value_bidx, person_id, value_sealed, claimed_at) values ${sql.join(rows)} on conflict do nothing`.execute(tx)
}

// How to reach somebody: what their names say to whoever carries the messages.
export const contactOf = async ({ tx, subject, sealing }: Act, person: string): Promise<Contact | undefined> => {
  const { rows } = await sql<{ kind: string; value_sealed: Buffer }>`select kind, value_sealed from claim where tenant_id = ${subject.tenant} and person_id = ${person} and kind in ('bird-contact', 'phone', 'whatsapp') order by claimed_at`.execute(tx)
  const names = new Map<string, string>()
  for (const { kind, value_sealed } of rows) names.set(kind, await sealing.open(claimValue(kind, person), value_sealed))
  const [id, phone, whatsapp] = ['bird-contact', 'phone', 'whatsapp'].map((kind) => names.get(kind))
  return id === undefined ? undefined : { id, ...(phone !== undefined && { phone }), ...(whatsapp !== undefined && { whatsapp }) }
}
