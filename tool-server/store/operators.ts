import { argon2, createHash, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { newId, type Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'

// Who may look into the house, and until when they are signed in. Passwords are kept as argon2id, tokens as digests.
export type Role = 'admin' | 'agent'
export type Operator = { id: string; tenant: string; name: string; role: Role }
export type SignedIn = { operator: Operator; csrf: string }
type Needs = { db: Db; clock: Clock }

const shortest = 12
export const sameName = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

// A changed password ends whatever was signed in by the old one.
export const putOperator = async ({ db, clock }: Needs, { tenant, name, password, role }: { tenant: string; name: string; password: string; role: Role }): Promise<void> => {
  if (sameName(name) === '') throw new AppError('invalid_input', 'an operator needs a name')
  if (password.length < shortest) throw new AppError('invalid_input', `a password has ${shortest} characters or more`)
  const hash = await hashOf(password, clock.bytes(16))
  await db.tx(async (tx) => {
    const { rows: [operator] } = await sql<{ id: string }>`insert into operator (tenant_id, id, name, role, password_hash, made_at) values (${tenant}, ${newId(clock)}, ${sameName(name)}, ${role}, ${hash}, ${at(clock.now())})
      on conflict (tenant_id, name) do update set role = excluded.role, password_hash = excluded.password_hash returning id`.execute(tx)
    await sql`delete from sign_in where tenant_id = ${tenant} and operator_id = ${operator?.id}`.execute(tx)
  })
}

// Takes as long for a name that nobody has.
export const checkPassword = async ({ db, clock }: Needs, { tenant, name, password }: { tenant: string; name: string; password: string }): Promise<Operator | undefined> => {
  const { rows: [row] } = await sql<Operator & { hash: string }>`select id, tenant_id as tenant, name, role, password_hash as hash from operator where tenant_id = ${tenant} and name = ${sameName(name)}`.execute(db.bare)
  const isRight = await fits(password, row?.hash ?? phc(usual, clock.bytes(16), clock.bytes(32)))
  return row && isRight ? { id: row.id, tenant: row.tenant, name: row.name, role: row.role } : undefined
}

export const signIn = async ({ db, clock }: Needs, operator: Operator, lastsMs: Millis): Promise<string> => {
  const token = clock.bytes(32).toString('base64url')
  const now = clock.now()
  await db.tx(async (tx) => {
    await sql`delete from sign_in where ends_at <= ${at(now)}`.execute(tx)
    await sql`insert into sign_in (tenant_id, digest, operator_id, csrf, made_at, ends_at)
      values (${operator.tenant}, ${digestOf(token)}, ${operator.id}, ${clock.bytes(32).toString('base64url')}, ${at(now)}, ${at(now + lastsMs)})`.execute(tx)
  })
  return token
}

export const signedIn = async ({ db, clock }: Needs, tenant: string, token: string): Promise<SignedIn | undefined> => {
  const { rows: [row] } = await sql<Operator & { csrf: string }>`select o.id, o.tenant_id as tenant, o.name, o.role, s.csrf from sign_in s join operator o on o.tenant_id = s.tenant_id and o.id = s.operator_id
    where s.tenant_id = ${tenant} and s.digest = ${digestOf(token)} and s.ends_at > ${at(clock.now())}`.execute(db.bare)
  return row && { operator: { id: row.id, tenant: row.tenant, name: row.name, role: row.role }, csrf: row.csrf }
}

export const signOut = async ({ db }: Pick<Needs, 'db'>, tenant: string, token: string): Promise<void> => {
  await sql`delete from sign_in where tenant_id = ${tenant} and digest = ${digestOf(token)}`.execute(db.bare)
}

export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()
export const sameText = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other))

// The parameters stand in the hash (PHC string), so that they can be raised later: OWASP's second choice, 19 MiB and two passes.
type Cost = { memory: number; passes: number; parallelism: number }
const usual: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const derive = promisify(argon2)
const phc = ({ memory, passes, parallelism }: Cost, salt: Buffer, key: Buffer): string => `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${salt.toString('base64url')}$${key.toString('base64url')}`
const keyOf = (password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> => derive('argon2id', { message: password.normalize('NFKC'), nonce: salt, tagLength, ...cost })
const hashOf = async (password: string, salt: Buffer): Promise<string> => phc(usual, salt, await keyOf(password, salt, usual, 32))
const fits = async (password: string, hash: string): Promise<boolean> => {
  const [, memory, passes, parallelism, salt = '', key = ''] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(hash) ?? []
  const wanted = Buffer.from(key, 'base64url')
  if (wanted.length === 0) throw new AppError('bug', 'a password hash of unknown form')
  return timingSafeEqual(wanted, await keyOf(password, Buffer.from(salt, 'base64url'), { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }, wanted.length))
}
