import { createHash, timingSafeEqual } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import type { Operator } from '../domain/roles.ts'
import type { Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'

// Who is signed in, and for how long. Tokens are kept as digests.
export type SignedIn = { operator: Operator; csrf: string }
type Needs = { db: Db; clock: Clock }

export const longestMs: Millis = 12 * 3_600_000
export const idleMs: Millis = 3_600_000
const noteMs: Millis = 60_000 // what somebody does is noted once within this
export const seenAt = sql`coalesce(s.seen_at, s.made_at)` // a server of the version before notes only when they came

// instead: what this browser held before, which ends. sid: what the company's own sign-in calls their session there.
export const signIn = async ({ db, clock }: Needs, operator: Operator, { instead, sid }: { instead: string | undefined; sid: string | undefined }): Promise<string> => {
  const token = clock.bytes(32).toString('base64url')
  const now = clock.now()
  await db.tx(async (tx) => {
    await sql`delete from sign_in s where ends_at <= ${at(now)} or ${seenAt} <= ${at(now - idleMs)}`.execute(tx)
    if (instead !== undefined) await sql`delete from sign_in where tenant_id = ${operator.tenant} and digest = ${digestOf(instead)}`.execute(tx)
    await sql`insert into sign_in (tenant_id, digest, operator_id, csrf, made_at, seen_at, ends_at, company_sid)
      values (${operator.tenant}, ${digestOf(token)}, ${operator.id}, ${clock.bytes(32).toString('base64url')}, ${at(now)}, ${at(now)}, ${at(now + longestMs)}, ${sid ?? null})`.execute(tx)
    await sql`update operator set signed_in_at = ${at(now)} where tenant_id = ${operator.tenant} and id = ${operator.id}`.execute(tx)
  })
  return token
}

// isActive: whoever does something stays signed in; a page that keeps itself fresh doesn't count.
export const signedIn = async ({ db, clock }: Needs, tenant: string, token: string, isActive: boolean): Promise<SignedIn | undefined> => {
  const now = clock.now()
  const digest = digestOf(token)
  const { rows: [row] } = await sql<Operator & { csrf: string; seenAt: Millis }>`select o.id, o.tenant_id as tenant, o.name, o.role, s.csrf, ${seenAt} as "seenAt" from sign_in s join operator o on o.tenant_id = s.tenant_id and o.id = s.operator_id
    where s.tenant_id = ${tenant} and s.digest = ${digest} and s.ends_at > ${at(now)} and ${seenAt} > ${at(now - idleMs)} and o.ended_at is null`.execute(db.bare)
  if (!row) return undefined
  const { csrf, seenAt: lately, ...operator } = row
  if (isActive && now - lately >= noteMs) await sql`update sign_in set seen_at = ${at(now)} where tenant_id = ${tenant} and digest = ${digest}`.execute(db.bare)
  return { operator, csrf }
}

export const signOut = async ({ db }: Pick<Needs, 'db'>, tenant: string, token: string): Promise<void> => {
  await sql`delete from sign_in where tenant_id = ${tenant} and digest = ${digestOf(token)}`.execute(db.bare)
}
// How many there were.
export const signOutEverywhere = async (on: Kysely<DB>, tenant: string, operator: string): Promise<number> => Number((await sql`delete from sign_in where tenant_id = ${tenant} and operator_id = ${operator}`.execute(on)).numAffectedRows ?? 0)

// Who was signed out there: of that one session, and of those of theirs whose name there we don't know; without one, of all. Whose they were, one for each.
export const signOutAsThere = async (on: Kysely<DB>, tenant: string, issuer: string, { subject = null, sid = null }: { subject?: string | null | undefined; sid?: string | null | undefined }): Promise<string[]> => {
  const { rows } = await sql<{ operator: string }>`delete from sign_in where tenant_id = ${tenant} and operator_id in (select id from operator where tenant_id = ${tenant} and issuer = ${issuer} and (${subject}::text is null or subject = ${subject}))
    and (${sid}::text is null or company_sid = ${sid} or (company_sid is null and ${subject}::text is not null)) returning operator_id as operator`.execute(on)
  return rows.map(({ operator }) => operator)
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()
export const sameText = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other))
