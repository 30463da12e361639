import { sql, type Kysely, type RawBuilder } from 'kysely'
import { z } from 'zod'
import type { DB, Millis, Tx } from '../define.ts'
import { comparedKinds, outcomes, type Beside } from '../domain/shadow-compare.ts'
import { newId, type Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { isSeen } from './blocked.ts'
import { shadowValues } from './places.ts'
import { opener } from './transcripts.ts'

// Commands that were written down instead of leaving the house.
export type Shadowed = { name: string; count: number }
const heldBack = (tenant: string): RawBuilder<unknown> => sql`j.tenant_id = ${tenant} and j.kind = 'command' and j.state = 'shadowed'`
export const shadowedCommands = async (on: Kysely<DB>, tenant: string): Promise<Shadowed[]> => {
  const { rows } = await sql<Shadowed>`select j.name, count(*) as count from job j where ${heldBack(tenant)} group by j.name order by j.name`.execute(on)
  return rows
}
// Whom the CRM would have been told of. since, at: when that was first and last.
export type ShadowedPerson = { id: string; since: Millis; at: Millis }
const people = (tenant: string): RawBuilder<unknown> => sql`select coalesce(p.merged_into, p.id) as id, min(j.created_at) as since, max(j.created_at) as at from job j join person p on p.tenant_id = j.tenant_id and p.id = j.person_id and p.blocked_at is null
  where ${heldBack(tenant)} and j.name like 'crm.%' group by 1`
export const shadowedPeople = async (on: Kysely<DB>, tenant: string): Promise<ShadowedPerson[]> => {
  const { rows } = await sql<ShadowedPerson>`${people(tenant)} order by 1`.execute(on)
  return rows
}
// Those who were not compared since, whoever has waited longest first.
export const peopleToCompare = async (on: Kysely<DB>, tenant: string, since: Millis): Promise<ShadowedPerson[]> => {
  const { rows } = await sql<ShadowedPerson>`select told.* from (${people(tenant)}) told left join (select person_id, max(compared_at) as compared_at from shadow_row where tenant_id = ${tenant} group by 1) c on c.person_id = told.id
    where c.compared_at is null or c.compared_at < ${at(since)} order by c.compared_at nulls first, told.id`.execute(on)
  return rows
}

// What stood there of somebody makes room for what stands now.
type Kept = { tx: Tx; vault: Vault; clock: Clock; tenant: string }
export const putBeside = async ({ tx, vault, clock, tenant }: Kept, { id: person, at: toldAt }: ShadowedPerson, rows: readonly Beside[]): Promise<void> => {
  await sql`delete from shadow_row where tenant_id = ${tenant} and person_id = ${person}`.execute(tx)
  for (const { kind, outcome, ...values } of rows) {
    const id = newId(clock)
    await sql`insert into shadow_row (tenant_id, id, person_id, kind, outcome, values_sealed, at, compared_at)
      values (${tenant}, ${id}, ${person}, ${kind}, ${outcome}, ${await vault.seal(tx, { tenant, person }, shadowValues(id), JSON.stringify(values))}, ${at(toldAt)}, ${at(clock.now())})`.execute(tx)
  }
}

// Of a span: between which moments something was held back in it, and how each kind compares. undefined: nothing was.
type Within = { from: Millis; to: Millis }
export type Shadowing = { from: Millis; to: Millis; comparedAt: Millis | undefined; kinds: { kind: Beside['kind']; counts: Record<Beside['outcome'], number> }[]; commands: Shadowed[] }
export const shadowing = async (on: Kysely<DB>, tenant: string, span: Within): Promise<Shadowing | undefined> => {
  const [{ rows: commands }, { rows: compared }] = [
    await sql<Shadowed & Within>`select j.name, count(*) as count, min(j.created_at) as from, max(j.created_at) as to from job j where ${heldBackWithin(tenant, span)} group by j.name order by 2 desc, 1`.execute(on),
    await sql<Pick<Beside, 'kind' | 'outcome'> & { count: number; comparedAt: Millis }>`select kind, outcome, count(*) as count, max(compared_at) as "comparedAt" from (${besideRows(tenant, span)}) s group by 1, 2`.execute(on),
  ]
  if (commands.length === 0 && compared.length === 0) return undefined
  const countOf = (kind: string, outcome: string): number => compared.find((row) => row.kind === kind && row.outcome === outcome)?.count ?? 0
  return {
    from: Math.min(span.to, ...commands.map(({ from }) => from)), to: Math.max(span.from, ...commands.map(({ to }) => to)), comparedAt: compared.length === 0 ? undefined : Math.max(...compared.map(({ comparedAt }) => comparedAt)),
    kinds: comparedKinds.map((kind) => ({ kind, counts: { equal: countOf(kind, 'equal'), else: countOf(kind, 'else'), ours: countOf(kind, 'ours'), theirs: countOf(kind, 'theirs') } })),
    commands: commands.map(({ name, count }) => ({ name, count })),
  }
}
const within = (column: RawBuilder<unknown>, { from, to }: Within): RawBuilder<unknown> => sql`${column} >= ${at(from)} and ${column} < ${at(to)}`
export const heldBackWithin = (tenant: string, span: Within): RawBuilder<unknown> => sql`${heldBack(tenant)} and ${within(sql`j.created_at`, span)} and ${isSeen(tenant, sql`j.person_id`)}`
export const besideRows = (tenant: string, span: Within): RawBuilder<unknown> => sql`select b.id, b.person_id as person, (select c.id from conversation c where c.tenant_id = ${tenant} and c.person_id = b.person_id order by c.opened_at desc, c.id desc limit 1) as conversation, b.at, b.kind, b.outcome, b.compared_at from shadow_row b where b.tenant_id = ${tenant} and ${within(sql`b.at`, span)} and ${isSeen(tenant, sql`b.person_id`)}`
export const isBeside = (text: string): boolean => comparedKinds.some((kind) => outcomes.some((outcome) => text === `${kind}.${outcome}`))

// What each of these rows says on either side.
const values = z.object({ ours: z.string().optional(), theirs: z.string().optional() })
export type Sides = { ours?: string | undefined; theirs?: string | undefined }
export const sidesOf = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, ids: readonly string[]): Promise<Map<string, Sides>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; sealed: Buffer }>`select id, values_sealed as sealed from shadow_row where tenant_id = ${tenant} and id in (${sql.join(ids)})`.execute(db.bare)
  await vault.ready(db.bare, tenant, rows.map(({ sealed }) => sealed))
  const open = opener(db, vault, tenant)
  return new Map(await Promise.all(rows.map(async ({ id, sealed }): Promise<[string, Sides]> => {
    const shown = await open(shadowValues(id), sealed)
    return [id, typeof shown === 'object' ? values.parse(JSON.parse(shown.known)) : {}]
  })))
}
