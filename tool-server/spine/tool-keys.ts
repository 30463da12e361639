import { hash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis, Tool } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { hintOf, isMistyped, secretOf } from './tool-secret.ts'
import { isToken, type ToolTokens } from './tool-token.ts'

// Keys of those who call tools. Only digests are kept; two of a name hold at once, so that one can be changed without a gap.
export type ToolKey = { id: string; tenant: string; scopes: readonly string[] }
// Who calls: whoever has a key, in any conversation of that tenant's, or an agent of ours with a token, in its own.
export type Caller = { tenant: string; scopes: readonly string[]; id?: string; conversation?: string } // id: of the key
export const nameOf = ({ id, conversation }: Caller): string => id ?? conversation ?? ''
export type Callers = { find(secret: string | undefined): Promise<Caller | undefined> }
export const mayCall = ({ scopes }: Caller, { name, callers, policy }: Tool): boolean => callers.includes('prospect') && policy.scopes.every((scope) => scopes.includes(scope)) && (!scopes.some(isOfTool) || scopes.includes(toolScope(name)))
// With any of these a key is for those tools only.
export const toolScope = (name: string): string => `tool:${name}`
const isOfTool = (scope: string): boolean => scope.startsWith('tool:')
export const callersOf = (keys: Callers, tokens: ToolTokens): Callers => ({ find: async (secret) => (secret !== undefined && isToken(secret) ? tokens.read(secret) : keys.find(secret)) })

export type ToolKeys = {
  make(key: { tenant: string; name: string; scopes: readonly string[]; secret?: string }): Promise<string> // the secret, which is shown this once
  find(secret: string | undefined): Promise<ToolKey | undefined>
  end(which: { tenant: string; name: string; id?: string | undefined }, endsAt?: Millis): Promise<number> // how many of that name this ends
  all(tenant: string): Promise<KeyShown[]> // that hold
}
export type KeyShown = { id: string; name: string; hint: string | null; scopes: readonly string[]; madeAt: Millis; usedAt: Millis | null } // hint: how it begins, of those made since they say so

type Row = ToolKey & { ends_at: Millis | null; used_at: Millis | null }
const mostOfOne = 2
const noteMs: Millis = 60_000 // when a key was used is noted once within this
const rememberMs: Millis = 5_000 // how long another replica may go on taking a key that was ended
const rememberMost = 1_000

export const makeToolKeys = ({ db, clock }: { db: Db; clock: Clock }): ToolKeys => {
  const remembered = new Map<string, { row: Row | undefined; until: Millis }>() // those that nobody has too, or guessing would keep the database busy

  const look = async (secret: string): Promise<Row | undefined> => {
    const name = hash('sha256', secret, 'base64')
    const known = remembered.get(name)
    if (known && known.until > clock.now()) return known.row
    // Whose a key is must be certain: the same secret given to two tenants opens neither.
    const { rows } = await sql<Row>`select id, tenant_id as tenant, scopes, ends_at, used_at from tool_key where digest = ${Buffer.from(name, 'base64')} limit 2`.execute(db.bare)
    const row = rows.length === 1 ? rows[0] : undefined
    if (remembered.size >= rememberMost) remembered.clear()
    remembered.set(name, { row, until: clock.now() + rememberMs })
    return row
  }

  // Nobody waits for it. Two replicas may both note it; a lost note is made up for a minute later.
  const noteUsed = (row: Row, now: Millis): void => {
    if (row.used_at !== null && now - row.used_at < noteMs) return
    row.used_at = now
    sql`update tool_key set used_at = ${at(now)} where tenant_id = ${row.tenant} and id = ${row.id} and (used_at is null or used_at <= ${at(now - noteMs)})`.execute(db.bare).catch(() => undefined)
  }

  // Those who make keys of one tenant's wait for each other, so that a third is seen.
  const insert = async (tx: Kysely<DB>, { tenant, name, scopes, secret }: { tenant: string; name: string; scopes: readonly string[]; secret: string | undefined }): Promise<string> => {
    const now = clock.now()
    await sql`select from tenant where tenant_id = ${tenant} for no key update`.execute(tx)
    const { rows: [row] } = await sql<{ held: number }>`select count(*) as held from tool_key where tenant_id = ${tenant} and name = ${name} and (ends_at is null or ends_at > ${at(now)})`.execute(tx)
    if ((row?.held ?? 0) >= mostOfOne) throw new AppError('conflict', `${name} has ${mostOfOne} keys that hold: end one first (portero keys list, portero keys tool ${name} --end --id ID)`)
    const id = newId(clock)
    const made = secret ?? secretOf(id, clock.bytes(32))
    await sql`insert into tool_key (tenant_id, id, name, digest, scopes, made_at, hint) values (${tenant}, ${id}, ${name}, ${hash('sha256', made, 'buffer')}, ${[...scopes]}, ${at(now)}, ${secret === undefined ? hintOf(id) : null})`.execute(tx)
    return made
  }

  return {
    async make({ tenant, name, scopes, secret }) {
      const made = await db.tx((tx) => insert(tx, { tenant, name, scopes, secret }))
      remembered.clear()
      return made
    },
    async find(secret) {
      if (!secret || secret.length > 200 || isMistyped(secret)) return undefined
      const row = await look(secret)
      const now = clock.now()
      if (!row || (row.ends_at !== null && row.ends_at <= now)) return undefined
      noteUsed(row, now)
      return row
    },
    async end({ tenant, name, id }, endsAt = clock.now()) {
      const { rows } = await sql`update tool_key set ends_at = ${at(endsAt)} where tenant_id = ${tenant} and name = ${name} and (${id ?? null}::uuid is null or id = ${id ?? null}::uuid) and (ends_at is null or ends_at > ${at(endsAt)}) returning id`.execute(db.bare)
      remembered.clear()
      return rows.length
    },
    async all(tenant) {
      return (await sql<KeyShown>`select id, name, hint, scopes, made_at as "madeAt", used_at as "usedAt" from tool_key where tenant_id = ${tenant} and (ends_at is null or ends_at > ${at(clock.now())}) order by name, id`.execute(db.bare)).rows
    },
  }
}
