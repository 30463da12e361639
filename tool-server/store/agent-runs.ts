import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { Act, DB, Millis } from '../define.ts'
import { modelItem, type ModelItem, type Usage } from '../domain/ports/model.ts'
import { at } from '../spine/db.ts'
import { openJson } from './open-json.ts'
import { agentItems } from './places.ts'

// The runs of our own agent, one at a time in each conversation, and beside it the one that waits for its turn.
export type Run = { id: string; person: string; hasEffect: boolean; turns: number; calls: number; repairs: number; claims: number; micros: number; since: Millis; begunAt: Millis | null }
const columns = sql`id, person_id as person, has_effect as "hasEffect", turns, calls, repairs, claims, micros, since, begun_at as "begunAt"`

// The first of what nobody has answered keeps its time.
export const waitSince = async ({ tx, subject: { tenant }, newId }: Act, { conversation, person, since }: { conversation: string; person: string; since: Millis }): Promise<Millis> => {
  const { rows: [row] } = await sql<{ since: Millis }>`insert into agent_run (tenant_id, id, conversation_id, person_id, state, since) values (${tenant}, ${newId()}, ${conversation}, ${person}, 'waiting', ${at(since)})
    on conflict (tenant_id, conversation_id, state) where state <> 'over' do update set since = least(agent_run.since, excluded.since) returning since`.execute(tx)
  return row?.since ?? since
}

// Locked: after the conversation, where that is locked too.
export const openRun = async ({ tx, subject: { tenant } }: Act, conversation: string, state: 'waiting' | 'active'): Promise<Run | undefined> => {
  const { rows: [row] } = await sql<Run>`select ${columns} from agent_run where tenant_id = ${tenant} and conversation_id = ${conversation} and state = ${state} for no key update`.execute(tx)
  return row
}

// In which conversations of a channel one is not over.
export const conversationsAt = async ({ tx, subject: { tenant } }: Act, connection: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`select distinct c.id from agent_run r join conversation c on c.tenant_id = r.tenant_id and c.id = r.conversation_id where r.tenant_id = ${tenant} and c.connection_id = ${connection} and r.state <> 'over' order by c.id`.execute(tx)
  return rows.map(({ id }) => id)
}

const change = async ({ tx, subject: { tenant } }: Act, id: string, set: ReturnType<typeof sql>): Promise<void> => {
  await sql`update agent_run set ${set} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}
export const beginRun = (act: Act, id: string, version: string): Promise<void> => change(act, id, sql`state = 'active', begun_at = ${at(act.now)}, version = ${version}`)
export const noteTurn = (act: Act, id: string, told: { model: string; usage: Usage; micros: number } | undefined): Promise<void> =>
  change(act, id, told ? sql`turns = turns + 1, model = ${told.model}, tokens_in = tokens_in + ${told.usage.input}, tokens_cached = tokens_cached + ${told.usage.cached}, tokens_out = tokens_out + ${told.usage.output}, micros = micros + ${told.micros}` : sql`turns = turns + 1`)
export const noteCall = (act: Act, id: string, isEffect: boolean): Promise<void> => change(act, id, sql`calls = calls + 1, has_effect = has_effect or ${isEffect}`)
export const noteRepair = (act: Act, id: string): Promise<void> => change(act, id, sql`repairs = repairs + 1`)
export const noteClaims = (act: Act, id: string, count: number): Promise<void> => change(act, id, sql`claims = claims + ${count}`)

export type Ended = Pick<Run, 'turns' | 'claims' | 'micros' | 'since'>
export const closeRun = async ({ tx, subject: { tenant }, now }: Act, { id, outcome, reason }: { id: string; outcome: string; reason?: string | undefined }): Promise<Ended | undefined> => {
  const { rows: [row] } = await sql<Ended>`update agent_run set state = 'over', outcome = ${outcome}, reason = ${reason ?? null}, over_at = ${at(now)} where tenant_id = ${tenant} and id = ${id} and state <> 'over' returning turns, claims, micros, since`.execute(tx)
  return row
}

export const addItems = async ({ tx, subject: { tenant }, sealing, now, newId }: Act, { id: run, person }: Pick<Run, 'id' | 'person'>, items: readonly ModelItem[]): Promise<void> => {
  if (items.length === 0) return
  const id = newId()
  const sealed = await sealing.seal(agentItems(id), JSON.stringify(items), person)
  await sql`insert into agent_item (tenant_id, id, run_id, place, items_sealed, made_at)
    select ${tenant}::uuid, ${id}::uuid, ${run}::uuid, count(*), ${sealed}::bytea, ${at(now)} from agent_item where tenant_id = ${tenant} and run_id = ${run}`.execute(tx)
}

const some = z.array(modelItem)
// opening: what it read when it began. own: what it and its tools have said since.
export type Items = { opening: ModelItem[]; own: ModelItem[] }
export const itemsOf = async (act: Act, run: string): Promise<Items> => {
  const { rows } = await sql<{ id: string; items_sealed: Buffer }>`select id, items_sealed from agent_item where tenant_id = ${act.subject.tenant} and run_id = ${run} order by place`.execute(act.tx)
  const parts: ModelItem[][] = []
  for (const { id, items_sealed } of rows) {
    const json = await openJson(act, agentItems(id), items_sealed)
    parts.push(json === undefined ? [] : some.parse(json))
  }
  const [opening = [], ...own] = parts
  return { opening, own: own.flat() }
}

// The oldest first, each without what it had read when it began.
export type Earlier = { id: string; begunAt: Millis; items: ModelItem[]; outcome: string; reason: string | null }
export const earlierRuns = async (act: Act, conversation: string, { since, most }: { since: Millis; most: number }): Promise<Earlier[]> => {
  const { rows: runs } = await sql<Omit<Earlier, 'items'>>`select id, begun_at as "begunAt", outcome, reason from agent_run where tenant_id = ${act.subject.tenant} and conversation_id = ${conversation} and state = 'over' and begun_at is not null and over_at > ${at(since)} order by over_at desc limit ${most}`.execute(act.tx)
  const earlier: Earlier[] = []
  for (const run of runs.toReversed()) earlier.push({ ...run, items: (await itemsOf(act, run.id)).own })
  return earlier
}

// Of the instructions with which this conversation began.
export const versionBegun = async ({ tx, subject: { tenant } }: Act, conversation: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ version: string }>`select version from agent_run where tenant_id = ${tenant} and conversation_id = ${conversation} and version is not null order by begun_at desc limit 1`.execute(tx)
  return row?.version
}

// What it has cost since then, for this person and for all.
export const spentSince = async ({ tx, subject: { tenant } }: Act, person: string, since: Millis): Promise<{ person: number; tenant: number }> => {
  const { rows: [row] } = await sql<{ person: number | null; tenant: number | null }>`select sum(micros) filter (where person_id = ${person})::bigint as person, sum(micros)::bigint as tenant from agent_run where tenant_id = ${tenant} and begun_at >= ${at(since)}`.execute(tx)
  return { person: row?.person ?? 0, tenant: row?.tenant ?? 0 }
}

// Whether they were told already that it is more than may be spent.
export const isToldSpent = async ({ tx, subject: { tenant } }: Act, person: string, since: Millis): Promise<boolean> => {
  const { rows } = await sql`select 1 from agent_run where tenant_id = ${tenant} and person_id = ${person} and outcome = 'fell-back' and reason = 'budget' and begun_at >= ${at(since)} limit 1`.execute(tx)
  return rows.length > 0
}

export const isActive = async (on: Kysely<DB>, tenant: string, { conversation, run }: { conversation: string; run: string }): Promise<boolean> => {
  const { rows } = await sql`select 1 from agent_run where tenant_id = ${tenant} and conversation_id = ${conversation} and id = ${run} and state = 'active'`.execute(on)
  return rows.length > 0
}

const mostAtOnce = 1_000
export const forgetItems = async (on: Kysely<DB>, tenant: string, before: Millis): Promise<number> => {
  for (let total = 0; ; ) {
    const { numAffectedRows = 0n } = await sql`delete from agent_item where (tenant_id, id) in (select tenant_id, id from agent_item where tenant_id = ${tenant} and made_at < ${at(before)} limit ${mostAtOnce})`.execute(on)
    total += Number(numAffectedRows)
    if (numAffectedRows < mostAtOnce) return total
  }
}

// A vendor's own agent spoke where ours answers.
export const noteRival = async ({ tx, subject: { tenant }, now }: Act, connection: string): Promise<void> => {
  await sql`insert into agent_rival (tenant_id, connection_id, heard_at) values (${tenant}, ${connection}, ${at(now)}) on conflict (tenant_id, connection_id) do update set heard_at = excluded.heard_at`.execute(tx)
}
export const forgetRival = async ({ tx, subject: { tenant } }: Act, connection: string): Promise<void> => {
  await sql`delete from agent_rival where tenant_id = ${tenant} and connection_id = ${connection}`.execute(tx)
}
export const rivals = async (on: Kysely<DB>, tenant: string, since: Millis): Promise<{ connection: string; heardAt: Millis }[]> => {
  const { rows } = await sql<{ connection: string; heardAt: Millis }>`select connection_id as connection, heard_at as "heardAt" from agent_rival where tenant_id = ${tenant} and heard_at > ${at(since)}`.execute(on)
  return rows
}
