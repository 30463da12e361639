import { sql, type Kysely, type Transaction } from 'kysely'
import type { Connection, DB, Millis } from '../define.ts'
import { at } from './db.ts'

// The statements on access tokens, one verb each. Whoever renews one has its lease; what is stored is fenced by the version that it comes of.
type Whose = Pick<Connection, 'tenant' | 'id'>
export type TokenRow = {
  version: number; state: 'good' | 'refused'; source: Buffer; access: Buffer | null; refresh: Buffer | null; scopes: string[]
  expiresAt: Millis; grantedAt: Millis | null; changedAt: Millis; retryAt: Millis | null; failures: number; said: string | null
}
const columns = sql`version, state, source, access_sealed as access, refresh_sealed as refresh, scopes, expires_at as "expiresAt", granted_at as "grantedAt", changed_at as "changedAt", retry_at as "retryAt", failures, said`
const ofConnection = ({ tenant, id }: Whose) => sql`tenant_id = ${tenant} and connection_id = ${id}`
const released = sql`renewing_by = null, renewing_until = null`

export const findToken = async (on: Kysely<DB>, whose: Whose): Promise<TokenRow | undefined> => {
  const { rows: [row] } = await sql<TokenRow>`select ${columns} from access_token where ${ofConnection(whose)}`.execute(on)
  return row
}

// Where nobody needs to consent, the first one is had like every other.
export const beginToken = async (on: Kysely<DB>, { tenant, id }: Whose, { source, now }: { source: Buffer; now: Millis }): Promise<void> => {
  await sql`insert into access_token (tenant_id, connection_id, version, state, source, scopes, expires_at, changed_at) values (${tenant}, ${id}, 0, 'good', ${source}, '{}', ${at(0)}, ${at(now)}) on conflict (tenant_id, connection_id) do nothing`.execute(on)
}

// false: somebody else has it, or it was renewed meanwhile, or tried in vain. isTried: with what it would be tried with now.
export const leaseToken = async (on: Kysely<DB>, whose: Whose, { version, by, isTried, now, until }: { version: number; by: string; isTried: boolean; now: Millis; until: Millis }): Promise<boolean> => {
  const { numAffectedRows } = await sql`update access_token set renewing_by = ${by}, renewing_until = ${at(until)} where ${ofConnection(whose)} and version = ${version} and (renewing_until is null or renewing_until <= ${at(now)}) and (${!isTried} or retry_at is null or retry_at <= ${at(now)})`.execute(on)
  return numAffectedRows === 1n
}

// Whoever lost the lease meanwhile stores it all the same while nobody else has: what stands there was spent for it.
type Kept = { version: number; source: Buffer; access: Buffer; refresh: Buffer | null; scopes: readonly string[]; expiresAt: Millis; now: Millis }
export const keepToken = async (on: Kysely<DB>, whose: Whose, { version, source, access, refresh, scopes, expiresAt, now }: Kept): Promise<boolean> => {
  const { numAffectedRows } = await sql`update access_token set version = version + 1, state = 'good', source = ${source}, access_sealed = ${access}, refresh_sealed = ${refresh}, scopes = ${list(scopes)}, expires_at = ${at(expiresAt)}, changed_at = ${at(now)}, retry_at = null, failures = 0, said = null, ${released}
    where ${ofConnection(whose)} and version = ${version}`.execute(on)
  return numAffectedRows === 1n
}

export const restToken = async (on: Kysely<DB>, whose: Whose, { version, retryAt, said }: { version: number; retryAt: Millis; said: string }): Promise<void> => {
  await sql`update access_token set failures = failures + 1, retry_at = ${at(retryAt)}, said = ${said}, ${released} where ${ofConnection(whose)} and version = ${version}`.execute(on)
}

// retryAt: null where only somebody's consent can mend it.
export const refuseToken = async (on: Kysely<DB>, whose: Whose, { version, retryAt, said, now }: { version: number; retryAt: Millis | null; said: string; now: Millis }): Promise<boolean> => {
  const { numAffectedRows } = await sql`update access_token set state = 'refused', failures = failures + 1, retry_at = ${retryAt === null ? null : at(retryAt)}, said = ${said}, changed_at = ${at(now)}, ${released} where ${ofConnection(whose)} and version = ${version}`.execute(on)
  return numAffectedRows === 1n
}

// Its versions begin at the time: what is still being renewed for a consent that was ended since never passes for this one.
export const grantToken = async (tx: Transaction<DB>, { tenant, id }: Whose, { source, access, refresh, scopes, expiresAt, now }: Omit<Kept, 'version'>): Promise<void> => {
  await sql`insert into access_token (tenant_id, connection_id, version, state, source, access_sealed, refresh_sealed, scopes, expires_at, granted_at, changed_at)
    values (${tenant}, ${id}, ${Math.floor(now / 1_000)}, 'good', ${source}, ${access}, ${refresh}, ${list(scopes)}, ${at(expiresAt)}, ${at(now)}, ${at(now)})
    on conflict (tenant_id, connection_id) do update set version = access_token.version + 1, state = 'good', source = excluded.source, access_sealed = excluded.access_sealed, refresh_sealed = excluded.refresh_sealed,
      scopes = excluded.scopes, expires_at = excluded.expires_at, granted_at = excluded.granted_at, changed_at = excluded.changed_at, retry_at = null, failures = 0, said = null, ${released}`.execute(tx)
}

export const dropToken = async (on: Kysely<DB>, whose: Whose): Promise<void> => {
  await sql`delete from access_token where ${ofConnection(whose)}`.execute(on)
}

const list = (scopes: readonly string[]) => (scopes.length === 0 ? sql`'{}'::text[]` : sql`array[${sql.join(scopes)}]::text[]`)
