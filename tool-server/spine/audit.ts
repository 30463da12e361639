import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis, Subject } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { currentTrace, newTrace } from './trace.ts'
import type { Vault } from './vault.ts'

// Rows are written in the transaction that does the thing. One sealer chains them afterwards: an inline chain head would make every write wait for every other.
export type Entry = { subject: Subject; what: string; object: string; before?: unknown; after?: unknown }
export type Audit = {
  record(on: Kysely<DB>, entry: Entry): Promise<void>
  seal(): Promise<number>
  verify(tenant: string): Promise<{ sealed: number; unsealed: number; broken: number | undefined }>
}

type Row = { id: string; at: Millis; by: string; user_id: string | null; person_id: string | null; conversation_id: string | null; what: string; object: string; before_sealed: Buffer | null; after_sealed: Buffer | null; trace: string; link: number | null; seal: Buffer | null }
const batch = 500
const origin: Buffer = Buffer.alloc(32)

export const makeAudit = ({ db, clock, vault }: { db: Db; clock: Clock; vault: Vault }): Audit => ({
  async record(on, { subject, what, object, before, after }) {
    const id = newId(clock)
    const sealed = (side: string, value: unknown): Promise<Buffer | null> =>
      value === undefined ? Promise.resolve(null) : vault.seal(on, { tenant: subject.tenant, person: subject.person }, `audit.${side}:${id}`, JSON.stringify(value))
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

  async verify(tenant) {
    // The head is read first: a sealer that works meanwhile only adds behind it.
    const head = (await db.bare.selectFrom('audit_head').selectAll().where('tenant_id', '=', tenant).executeTakeFirst()) ?? { link: 0, seal: origin }
    let previous = origin
    let sealed = 0
    for (;;) {
      const { rows } = await sql<Row>`select * from audit where tenant_id = ${tenant} and link > ${sealed} and link <= ${head.link} order by link limit ${batch}`.execute(db.bare)
      for (const row of rows) {
        previous = sealOf(previous, row)
        if (row.link !== sealed + 1 || !row.seal?.equals(previous)) return { sealed, unsealed: await unsealedCount(db.bare, tenant), broken: sealed + 1 }
        sealed++
      }
      if (rows.length < batch) break
    }
    // Rows cut off the end leave the head behind, and rows that no sealer chained stand outside of it.
    const whole = sealed === head.link && head.seal.equals(previous) && !(await isOutside(db.bare, tenant))
    return { sealed, unsealed: await unsealedCount(db.bare, tenant), broken: whole ? undefined : sealed + 1 }
  },
})

const sealBatch = async (tx: Kysely<DB>, tenant: string): Promise<number> => {
  await sql`insert into audit_head (tenant_id, link, seal) values (${tenant}, 0, ${origin}) on conflict (tenant_id) do nothing`.execute(tx)
  const { rows: [head] } = await sql<{ link: number; seal: Buffer }>`select link, seal from audit_head where tenant_id = ${tenant} for update`.execute(tx)
  if (!head) throw new AppError('bug', 'the chain has no head')
  const { rows } = await sql<Row>`select * from audit where tenant_id = ${tenant} and link is null order by at, id limit ${batch}`.execute(tx)
  let link = head.link
  let seal = head.seal
  const links: ReturnType<typeof sql>[] = []
  for (const row of rows) {
    seal = sealOf(seal, row)
    links.push(sql`(${row.id}::uuid, ${++link}::bigint, ${seal}::bytea)`)
  }
  if (rows.length === 0) return 0
  await sql`update audit set link = chained.link, seal = chained.seal from (values ${sql.join(links)}) as chained (id, link, seal) where audit.tenant_id = ${tenant} and audit.id = chained.id`.execute(tx)
  await sql`update audit_head set link = ${link}, seal = ${seal} where tenant_id = ${tenant}`.execute(tx)
  return rows.length
}

// Over the sealed bytes, so that the chain is checked without any key and still holds after a person is erased.
const sealOf = (previous: Buffer, row: Row): Buffer => {
  const facts = [row.id, row.at, row.by, row.user_id, row.person_id, row.conversation_id, row.what, row.object, hex(row.before_sealed), hex(row.after_sealed), row.trace]
  return createHash('sha256').update(previous).update(JSON.stringify(facts)).digest()
}
const hex = (bytes: Buffer | null): string | null => bytes && createHash('sha256').update(bytes).digest('hex')

// One statement, so that rows and head are of one moment.
const isOutside = async (on: Kysely<DB>, tenant: string): Promise<boolean> => {
  const { rows: [found] } = await sql<{ outside: boolean }>`select exists (select from audit where tenant_id = ${tenant} and (link < 1 or link > coalesce((select link from audit_head where tenant_id = ${tenant}), 0))) as outside`.execute(on)
  return found?.outside === true
}

const unsealedCount = async (on: Kysely<DB>, tenant: string): Promise<number> => {
  const { count } = await on.selectFrom('audit').select(({ fn }) => fn.countAll<number>().as('count')).where('tenant_id', '=', tenant).where('link', 'is', null).executeTakeFirstOrThrow()
  return count
}
