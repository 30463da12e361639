import { hash } from 'node:crypto'
import { sql } from 'kysely'
import type { Millis } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'

// Keys of those who call tools. Only digests are kept; several hold at once, so that one can be changed without a gap.
export type ToolKey = { id: string; tenant: string; scopes: readonly string[] }
export type ToolKeys = {
  make(key: { tenant: string; name: string; scopes: readonly string[]; secret?: string }): Promise<string> // the secret, which is shown this once
  find(secret: string | undefined): Promise<ToolKey | undefined>
  end(which: { tenant: string; name: string }, endsAt?: Millis): Promise<number> // how many of that name this ends
}

type Row = ToolKey & { ends_at: Millis | null }
const rememberMs: Millis = 5_000 // how long another replica may go on taking a key that was ended
const rememberMost = 1_000

export const makeToolKeys = ({ db, clock }: { db: Db; clock: Clock }): ToolKeys => {
  const remembered = new Map<string, { row: Row | undefined; until: Millis }>() // those that nobody has too, or guessing would keep the database busy

  const look = async (secret: string): Promise<Row | undefined> => {
    const name = hash('sha256', secret, 'base64')
    const known = remembered.get(name)
    if (known && known.until > clock.now()) return known.row
    // Whose a key is must be certain: the same secret given to two tenants opens neither.
    const { rows } = await sql<Row>`select id, tenant_id as tenant, scopes, ends_at from tool_key where digest = ${Buffer.from(name, 'base64')} limit 2`.execute(db.bare)
    const row = rows.length === 1 ? rows[0] : undefined
    if (remembered.size >= rememberMost) remembered.clear()
    remembered.set(name, { row, until: clock.now() + rememberMs })
    return row
  }

  return {
    async make({ tenant, name, scopes, secret = `portero_${clock.bytes(32).toString('base64url')}` }) {
      await sql`insert into tool_key (tenant_id, id, name, digest, scopes, made_at) values (${tenant}, ${newId(clock)}, ${name}, ${hash('sha256', secret, 'buffer')}, ${[...scopes]}, ${at(clock.now())})`.execute(db.bare)
      remembered.clear()
      return secret
    },
    async find(secret) {
      if (!secret || secret.length > 200) return undefined
      const row = await look(secret)
      return row && (row.ends_at === null || row.ends_at > clock.now()) ? row : undefined
    },
    async end({ tenant, name }, endsAt = clock.now()) {
      const { rows } = await sql`update tool_key set ends_at = ${at(endsAt)} where tenant_id = ${tenant} and name = ${name} and (ends_at is null or ends_at > ${at(endsAt)}) returning id`.execute(db.bare)
      remembered.clear()
      return rows.length
    },
  }
}
