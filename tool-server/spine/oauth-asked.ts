import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import type { Vault } from './vault.ts'

// Who was asked to let us in, or who somebody is, until they answer. What comes back with the answer is known by its digest only, and serves once.
const proof = z.strictObject({ verifier: z.string(), nonce: z.string(), binder: z.string() }) // binder: what the browser that began it holds
export const consentAsked = proof.extend({ agent: z.string(), account: z.string() }) // agent: whose calendar it is to be; account: their address
export const signInAsked = proof.extend({ next: z.string() }) // next: where they wanted to go
export type Asked = z.infer<typeof consentAsked>
const endsMs: Millis = 10 * 60_000
const digestOf = (state: string): Buffer => createHash('sha256').update(state).digest()
const placeOf = (digest: Buffer): string => `access_asked.asked:${digest.toString('hex')}`

type Needs = { db: Db; clock: Clock; vault: Vault; tenant: string }
export const noteAsked = async ({ db, clock, vault, tenant }: Needs, { vendor, operator, state, asked }: { vendor: string; operator?: string; state: string; asked: Asked | z.infer<typeof signInAsked> }): Promise<void> => {
  const now = clock.now()
  const digest = digestOf(state)
  const sealed = await vault.seal(db.bare, { tenant }, placeOf(digest), JSON.stringify(asked))
  await sql`delete from access_asked where ends_at <= ${at(now)}`.execute(db.bare)
  await sql`insert into access_asked (tenant_id, digest, vendor, operator_id, asked_sealed, ends_at) values (${tenant}, ${digest}, ${vendor}, ${operator ?? null}, ${sealed}, ${at(now + endsMs)})`.execute(db.bare)
}

export const takeAsked = async <S extends z.ZodObject>({ db, clock, vault, tenant }: Needs, schema: S, { vendor, state }: { vendor: string; state: string }): Promise<{ operator: string | null; asked: z.infer<S> } | undefined> => {
  const digest = digestOf(state)
  const { rows: [row] } = await sql<{ operator: string | null; sealed: Buffer; isOver: boolean }>`delete from access_asked where tenant_id = ${tenant} and digest = ${digest} and vendor = ${vendor} returning operator_id as operator, asked_sealed as sealed, ends_at <= ${at(clock.now())} as "isOver"`.execute(db.bare)
  if (!row || row.isOver) return undefined
  return { operator: row.operator, asked: schema.parse(JSON.parse((await vault.open(db.bare, tenant, placeOf(digest), row.sealed)).toString())) }
}
