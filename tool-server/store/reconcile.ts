import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { DB, Millis } from '../define.ts'
import type { Kind } from '../domain/ports/crm-fields.ts'
import { at } from '../spine/db.ts'

// What a look at everything that we keep at the CRM needs to know of us, and how the last one came out.
export const countPeople = async (on: Kysely<DB>, tenant: string): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from person where tenant_id = ${tenant} and merged_into is null and blocked_at is null`.execute(on)
  return row?.count ?? 0
}
export const peopleAfter = async (on: Kysely<DB>, tenant: string, { after, most }: { after: string | undefined; most: number }): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`select id from person where tenant_id = ${tenant} and merged_into is null and blocked_at is null and (${after ?? null}::uuid is null or id > ${after ?? null}::uuid) order by id limit ${most}`.execute(on)
  return rows.map(({ id }) => id)
}

// Of these, those about whom something is on its way there, or will be once what became of a visit has been followed.
export const settlingAmong = async (on: Kysely<DB>, tenant: string, people: readonly string[]): Promise<ReadonlySet<string>> => {
  if (people.length === 0) return new Set()
  const { rows } = await sql<{ serial: string }>`select serial from job where tenant_id = ${tenant} and kind in ('turn', 'command') and serial in (${sql.join(people.flatMap((id) => [`crm:${id}`, `tours:${id}`]))}) and state in ('ready', 'running')
    union select serial from job where tenant_id = ${tenant} and kind = 'turn' and key in (${sql.join(people.map((id) => `timer:crm:${id}`))}) and state = 'scheduled' and serial is not null
    union select 'crm:' || c.person_id from counterpart c where c.tenant_id = ${tenant} and c.person_id in (${sql.join(people)}) and exists (
      select 1 from job j where j.tenant_id = c.tenant_id and j.kind in ('turn', 'command') and j.serial = 'crm:' || c.kind || ':' || c.our_id and j.state in ('ready', 'running'))`.execute(on)
  return new Set(rows.map(({ serial }) => serial.slice(serial.indexOf(':') + 1)))
}

export const externalsAmong = async (on: Kysely<DB>, tenant: string, kind: Kind, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`select external_id as id from counterpart where tenant_id = ${tenant} and kind = ${kind} and external_id in (${sql.join(ids)})`.execute(on)
  return new Set(rows.map(({ id }) => id))
}
export const oursAmong = async (on: Kysely<DB>, tenant: string, kind: Kind, ids: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; external: string | null }>`select our_id as id, external_id as external from counterpart where tenant_id = ${tenant} and kind = ${kind} and our_id in (${sql.join(ids)})`.execute(on)
  return new Map(rows.map(({ id, external }) => [id, external ?? undefined]))
}
export const apartAmong = async (on: Kysely<DB>, tenant: string, externals: readonly string[]): Promise<ReadonlySet<string>> => {
  if (externals.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`select external_id as id from crm_review where tenant_id = ${tenant} and state = 'apart' and external_id in (${sql.join(externals)})`.execute(on)
  return new Set(rows.map(({ id }) => id))
}

// Beside how far the pulls of that connection have come.
export const tally = z.strictObject({ matched: z.int(), drifted: z.int(), missing: z.int(), duplicate: z.int(), foreign: z.int(), settling: z.int() }) // settling: people about whom something was on its way, who are compared the next time
export type Tally = z.infer<typeof tally>
export type Reconciled = { tally: Tally; at: Millis }
const name = 'reconcile'
export const noteReconciled = async (on: Kysely<DB>, { tenant, connection }: { tenant: string; connection: string }, { tally: counted, at: now }: Reconciled): Promise<void> => {
  await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor, pulled_at) values (${tenant}, ${connection}, ${name}, ${JSON.stringify(counted)}, ${at(now)})
    on conflict (tenant_id, connection_id, name) do update set cursor = excluded.cursor, pulled_at = excluded.pulled_at`.execute(on)
}
// Where a look that was put off goes on.
const underWay = 'reconcile-walk'
export const noteWalk = async (on: Kysely<DB>, { tenant, connection }: { tenant: string; connection: string }, walk: object | null): Promise<void> => {
  await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor) values (${tenant}, ${connection}, ${underWay}, ${walk === null ? null : JSON.stringify(walk)})
    on conflict (tenant_id, connection_id, name) do update set cursor = excluded.cursor`.execute(on)
}
export const walkUnderWay = async (on: Kysely<DB>, { tenant, connection }: { tenant: string; connection: string }): Promise<unknown> => {
  const { rows: [row] } = await sql<{ cursor: string | null }>`select cursor from pull_cursor where tenant_id = ${tenant} and connection_id = ${connection} and name = ${underWay}`.execute(on)
  return row?.cursor ? JSON.parse(row.cursor) : undefined
}
export const lastReconciled = async (on: Kysely<DB>, tenant: string): Promise<Reconciled | undefined> => {
  const { rows: [row] } = await sql<{ cursor: string; at: Millis }>`select cursor, pulled_at as at from pull_cursor where tenant_id = ${tenant} and name = ${name} and cursor is not null order by pulled_at desc limit 1`.execute(on)
  return row && { tally: tally.parse(JSON.parse(row.cursor)), at: row.at }
}
