import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Subject } from '../define.ts'
import { checkChain, sealOf, type Anchor, type Breach } from './audit-chain.ts'
import { headOf, keptAnchors, linkOf, linksOf, type Row } from './audit-rows.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { currentTrace, newTrace } from './trace.ts'
import { Erased, type Vault } from './vault.ts'

// Rows are written in the transaction that does the thing. One sealer chains them afterwards: an inline chain head would make every write wait for every other.
export type Entry = { subject: Subject; what: string; object: string; before?: unknown; after?: unknown }
export type Audit = {
  record(on: Kysely<DB>, entry: Entry): Promise<void>
  seal(): Promise<number>
  verify(tenant: string, anchors?: readonly Anchor[]): Promise<Verdict> // anchors: those that are kept outside of the database, besides its own
}
export type Verdict = { sealed: number; unsealed: number; broken: number | undefined; breach?: Breach | undefined } // broken: the first link at which it doesn't hold

// What was done is kept; what it said about somebody who was erased isn't.
const unlessErased = (thrown: unknown): null => {
  if (thrown instanceof Erased) return null
  throw thrown
}
const batch = 500
const noSeal: Buffer = Buffer.alloc(32)

export const makeAudit = ({ db, clock, vault }: { db: Db; clock: Clock; vault: Vault }): Audit => ({
  async record(on, { subject, what, object, before, after }) {
    const id = newId(clock)
    const sealed = (side: string, value: unknown): Promise<Buffer | null> =>
      value === undefined ? Promise.resolve(null) : vault.seal(on, { tenant: subject.tenant, person: subject.person }, `audit.${side}:${id}`, JSON.stringify(value)).catch(unlessErased)
    await sql`insert into audit (tenant_id, id, at, by, user_id, person_id, conversation_id, what, object, before_sealed, after_sealed, trace)
      values (${subject.tenant}, ${id}, ${at(clock.now())}, ${subject.by}, ${subject.user ?? null}, ${subject.person ?? null}, ${subject.conversation ?? null}, ${what}, ${object},
      ${await sealed('before', before)}, ${await sealed('after', after)}, ${currentTrace() ?? newTrace(clock)})`.execute(on)
  },

  async seal() {
    const { rows: tenants } = await sql<{ tenant_id: string }>`select distinct tenant_id from audit where link is null`.execute(db.bare)
    let count = 0
    for (const { tenant_id } of tenants) {
      for (let more = true; more; ) {
        const done = await db.tx((tx) => sealBatch(tx, tenant_id))
        count += done
        more = done === batch
      }
    }
    return count
  },

  async verify(tenant, anchors = []) {
    // Anchors are read first, then the head: a sealer that works meanwhile only adds behind them.
    const noted = [...(await keptAnchors(db.bare, tenant)), ...anchors].toSorted((a, b) => a.link - b.link)
    const head = await headOf(db.bare, tenant)
    const check = checkChain(head, noted)
    for await (const links of linksOf(db.bare, tenant, head)) for (const link of links) check.take(link)
    const { sealed, breach } = check.end()
    return { sealed, unsealed: await unsealedCount(db.bare, tenant), broken: breach?.link, breach }
  },
})

const sealBatch = async (tx: Kysely<DB>, tenant: string): Promise<number> => {
  await sql`insert into audit_head (tenant_id, link, seal) values (${tenant}, 0, ${noSeal}) on conflict (tenant_id) do nothing`.execute(tx)
  const { rows: [head] } = await sql<{ link: number; seal: Buffer }>`select link, seal from audit_head where tenant_id = ${tenant} for update`.execute(tx)
  if (!head) throw new AppError('bug', 'the chain has no head')
  const { rows } = await sql<Row>`select * from audit where tenant_id = ${tenant} and link is null order by at, id limit ${batch}`.execute(tx)
  let link = head.link
  let seal = head.seal.toString('hex')
  const links: ReturnType<typeof sql>[] = []
  for (const row of rows) {
    seal = sealOf(seal, linkOf(row))
    links.push(sql`(${row.id}::uuid, ${++link}::bigint, ${Buffer.from(seal, 'hex')}::bytea)`)
  }
  if (rows.length === 0) return 0
  await sql`update audit set link = chained.link, seal = chained.seal from (values ${sql.join(links)}) as chained (id, link, seal) where audit.tenant_id = ${tenant} and audit.id = chained.id`.execute(tx)
  await sql`update audit_head set link = ${link}, seal = ${Buffer.from(seal, 'hex')} where tenant_id = ${tenant}`.execute(tx)
  return rows.length
}

const unsealedCount = async (on: Kysely<DB>, tenant: string): Promise<number> => {
  const { count } = await on.selectFrom('audit').select(({ fn }) => fn.countAll<number>().as('count')).where('tenant_id', '=', tenant).where('link', 'is', null).executeTakeFirstOrThrow()
  return count
}
