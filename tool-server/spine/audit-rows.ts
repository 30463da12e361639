import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { origin, type Anchor, type End, type Link } from './audit-chain.ts'

// The audit as its table has it, read in the order of its chain.
export type Row = { id: string; at: Millis; by: string; user_id: string | null; person_id: string | null; conversation_id: string | null; what: string; object: string; before_sealed: Buffer | null; after_sealed: Buffer | null; trace: string; link: number | null; seal: Buffer | null }
const batch = 500

// Over the sealed bytes, so that the chain is checked without any key and still holds after a person is erased.
export const linkOf = ({ link, seal, id, at, by, user_id: user, person_id: person, conversation_id: conversation, what, object, before_sealed, after_sealed, trace }: Row): Link =>
  ({ link: link ?? 0, seal: seal?.toString('hex') ?? '', id, at, by, user, person, conversation, what, object, before: hash(before_sealed), after: hash(after_sealed), trace })
const hash = (bytes: Buffer | null): string | null => bytes && createHash('sha256').update(bytes).digest('hex')

export const headOf = async (on: Kysely<DB>, tenant: string): Promise<End> => {
  const head = await on.selectFrom('audit_head').select(['link', 'seal']).where('tenant_id', '=', tenant).executeTakeFirst()
  return head ? { link: head.link, seal: head.seal.toString('hex') } : { link: 0, seal: origin }
}

export const keptAnchors = async (on: Kysely<DB>, tenant: string): Promise<Anchor[]> => {
  const rows = await on.selectFrom('audit_anchor').select(['link', 'seal', 'at']).where('tenant_id', '=', tenant).orderBy('link').execute()
  return rows.map(({ link, seal, at: when }) => ({ link, seal: seal.toString('hex'), at: when }))
}

export async function* linksOf(on: Kysely<DB>, tenant: string, head: End): AsyncGenerator<Link[]> {
  for (let last = 0; ; ) {
    const { rows } = await sql<Row>`select * from audit where tenant_id = ${tenant} and link > ${last} and link <= ${head.link} order by link limit ${batch}`.execute(on)
    if (rows.length > 0) yield rows.map(linkOf)
    if (rows.length < batch) break
    last = rows.at(-1)?.link ?? last
  }
  yield await outside(on, tenant)
}

// In one statement, so that rows and head are of one moment. One is enough to tell.
const outside = async (on: Kysely<DB>, tenant: string): Promise<Link[]> => {
  const { rows } = await sql<Row>`select * from audit where tenant_id = ${tenant} and (link < 1 or link > coalesce((select link from audit_head where tenant_id = ${tenant}), 0)) order by link < 1, link limit ${batch}`.execute(on)
  return rows.map(linkOf)
}
