import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis } from '../define.ts'
import type { Operator, Role } from '../domain/roles.ts'
import { newId, type Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'
import { fits, hashOf, nobodys, shortest } from './passwords.ts'
import { idleMs, seenAt, signOutEverywhere } from './sign-ins.ts'

// Who may look into the house: by a password, or by the company's own sign-in.
type Needs = { db: Db; clock: Clock }

export const sameName = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

// A changed password ends whatever was signed in by the old one.
export const putOperator = async ({ db, clock }: Needs, { tenant, name, password, role }: { tenant: string; name: string; password: string; role: Role }): Promise<void> => {
  if (sameName(name) === '') throw new AppError('invalid_input', 'an operator needs a name')
  if (password.length < shortest) throw new AppError('invalid_input', `a password has ${shortest} characters or more`)
  const hash = await hashOf(password, clock.bytes(16))
  await db.tx(async (tx) => {
    const known = role === 'admin' ? undefined : await operatorNamed(tx, tenant, name)
    if (known) await keepOneAdmin(tx, tenant, known.id)
    const { rows: [operator] } = await sql<{ id: string }>`insert into operator (tenant_id, id, name, role, password_hash, made_at) values (${tenant}, ${newId(clock)}, ${sameName(name)}, ${role}, ${hash}, ${at(clock.now())})
      on conflict (tenant_id, name) do update set role = excluded.role, password_hash = excluded.password_hash, issuer = null, subject = null, ended_at = null returning id`.execute(tx)
    if (operator) await signOutEverywhere(tx, tenant, operator.id)
  })
}

// Takes as long for a name that nobody has, and for one without a password.
export const checkPassword = async ({ db, clock }: Needs, { tenant, name, password }: { tenant: string; name: string; password: string }): Promise<Operator | undefined> => {
  const { rows: [row] } = await sql<Operator & { hash: string | null }>`select id, tenant_id as tenant, name, role, password_hash as hash from operator where tenant_id = ${tenant} and name = ${sameName(name)} and ended_at is null`.execute(db.bare)
  const isRight = await fits(password, row?.hash ?? nobodys((count) => clock.bytes(count)))
  return row?.hash && isRight ? { id: row.id, tenant: row.tenant, name: row.name, role: row.role } : undefined
}

// Whoever the company's own sign-in says they are. Who is known by a password is never somebody else's to become, and whoever was ended stays so.
export type Elsewhere = { issuer: string; subject: string; name: string; role: Role }
export type Admitted = { operator: Operator } | { refused: 'ended' | 'local' | 'another' }
export const admit = ({ db, clock }: Needs, tenant: string, { issuer, subject, name, role }: Elsewhere): Promise<Admitted> =>
  db.tx(async (tx): Promise<Admitted> => {
    await sql`insert into operator (tenant_id, id, name, role, issuer, subject, made_at) values (${tenant}, ${newId(clock)}, ${sameName(name)}, ${role}, ${issuer}, ${subject}, ${at(clock.now())}) on conflict do nothing`.execute(tx)
    const { rows } = await sql<Operator & { isKnown: boolean; isLocal: boolean; isFree: boolean; isOver: boolean }>`select id, tenant_id as tenant, name, role, issuer = ${issuer} and subject = ${subject} as "isKnown", password_hash is not null as "isLocal", issuer is null as "isFree", ended_at is not null as "isOver"
      from operator where tenant_id = ${tenant} and ((issuer = ${issuer} and subject = ${subject}) or name = ${sameName(name)}) order by id for update`.execute(tx)
    const found = rows.find(({ isKnown }) => isKnown) ?? rows[0]
    if (!found) throw new AppError('bug', 'an operator who was just made is there')
    if (found.isOver) return { refused: 'ended' }
    if (found.isLocal) return { refused: 'local' }
    if (!found.isKnown && !found.isFree) return { refused: 'another' }
    if (found.role !== role) await signOutEverywhere(tx, tenant, found.id)
    await sql`update operator set role = ${role}, issuer = ${issuer}, subject = ${subject} where tenant_id = ${tenant} and id = ${found.id}`.execute(tx)
    return { operator: { id: found.id, tenant, name: found.name, role } }
  })

export const roleOf = async (db: Db, tenant: string, operator: string): Promise<Role | undefined> => {
  const { rows: [row] } = await sql<{ role: Role }>`select role from operator where tenant_id = ${tenant} and id = ${operator} and ended_at is null`.execute(db.bare)
  return row?.role
}
export const operatorNamed = async (on: Kysely<DB>, tenant: string, name: string): Promise<Operator | undefined> =>
  (await sql<Operator>`select id, tenant_id as tenant, name, role from operator where tenant_id = ${tenant} and name = ${sameName(name)}`.execute(on)).rows[0]

// What somebody has signed in to ends with what they may do.
export const setRole = ({ db }: Pick<Needs, 'db'>, { tenant, id, role }: { tenant: string; id: string; role: Role }): Promise<void> =>
  db.tx(async (tx) => {
    if (role !== 'admin') await keepOneAdmin(tx, tenant, id)
    await sql`update operator set role = ${role} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
    await signOutEverywhere(tx, tenant, id)
  })
export const endOperator = ({ db, clock }: Needs, { tenant, id }: { tenant: string; id: string }): Promise<void> =>
  db.tx(async (tx) => {
    await keepOneAdmin(tx, tenant, id)
    await sql`update operator set ended_at = ${at(clock.now())} where tenant_id = ${tenant} and id = ${id} and ended_at is null`.execute(tx)
    await signOutEverywhere(tx, tenant, id)
  })
// As somebody new: who has that name at the company's own sign-in comes in.
export const allowAgain = async (on: Kysely<DB>, tenant: string, id: string): Promise<void> => {
  await sql`update operator set ended_at = null, password_hash = null, issuer = null, subject = null where tenant_id = ${tenant} and id = ${id} and ended_at is not null`.execute(on)
}

// When the company's own sign-in is away, somebody must still get in. All who take an admin away wait for each other.
const keepOneAdmin = async (on: Kysely<DB>, tenant: string, but: string): Promise<void> => {
  const { rows } = await sql<{ id: string }>`select id from operator where tenant_id = ${tenant} and role = 'admin' and password_hash is not null and ended_at is null order by id for update`.execute(on)
  if (rows.length === 1 && rows[0]?.id === but) throw new AppError('conflict', 'the last admin with a password stays: make another one first, with portero operator NAME --role admin')
}

export type OperatorShown = Operator & { isLocal: boolean; signedInAt: Millis | null; endedAt: Millis | null; sessions: number }
export const operatorsShown = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<OperatorShown[]> =>
  (await sql<OperatorShown>`select o.id, o.tenant_id as tenant, o.name, o.role, o.password_hash is not null as "isLocal", o.signed_in_at as "signedInAt", o.ended_at as "endedAt", count(s.digest) as sessions
    from operator o left join sign_in s on s.tenant_id = o.tenant_id and s.operator_id = o.id and s.ends_at > ${at(now)} and ${seenAt} > ${at(now - idleMs)} where o.tenant_id = ${tenant} group by o.tenant_id, o.id order by o.ended_at is not null, o.name`.execute(on)).rows
