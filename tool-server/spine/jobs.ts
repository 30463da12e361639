import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { DB, Lane, Millis } from '../define.ts'
import { at } from './db.ts'
import type { JobKind } from './tables.ts'

// The durable work's statements, one verb each. Every finishing update is fenced: a row that was leased anew meanwhile is not ours to finish.
export const lanes: readonly Lane[] = ['live', 'sync', 'bulk'] // the most urgent first
export type Job = {
  tenant_id: string; id: string; seq: number; kind: JobKind; name: string; key: string; connection_id: string | null; person_id: string | null
  serial: string | null; lane: Lane; attempts: number; fence: number; uncertain_since: Millis | null; args_sealed: Buffer | null; then_flow: string | null; trace: string; span: string | null; run_at: Millis
  leased_until: Millis // moves on while its worker renews it
  ownSpan?: string | undefined // while it runs
}
export type NewJob = {
  tenant: string; id: string; kind: JobKind; name: string; key: string; connection?: string | undefined; person?: string | undefined; serial?: string | undefined; blocks?: boolean
  lane: Lane; runAt: Millis; args?: Buffer; then?: string | undefined; trace: string; span?: string | undefined; now: Millis
}

const values = (job: NewJob) => sql`(${job.tenant}, ${job.id}, ${job.kind}, ${job.name}, ${job.key}, ${job.connection ?? null}, ${job.person ?? null}, ${job.serial ?? null}, ${job.blocks ?? false},
  ${job.lane}, ${job.runAt > job.now ? 'scheduled' : 'ready'}, ${at(job.runAt)}, ${job.args ?? null}, ${job.then ?? null}, ${job.trace}, ${job.span ?? null}, ${at(job.runAt)}, ${at(job.now)})`
const insert = (jobs: readonly NewJob[]) => sql`insert into job (tenant_id, id, kind, name, key, connection_id, person_id, serial, blocks, lane, state, run_at, args_sealed, then_flow, trace, span, due_at, created_at)
  values ${sql.join(jobs.map(values))}`

// The key is the dedupe memory: what was enqueued once is not enqueued again, finished or not.
export const enqueue = async (on: Kysely<DB>, jobs: readonly NewJob[]): Promise<string[]> => {
  const ids: string[] = []
  for (let from = 0; from < jobs.length; from += mostPerInsert) {
    const { rows } = await sql<{ id: string }>`${insert(jobs.slice(from, from + mostPerInsert))} on conflict (tenant_id, kind, key) do nothing returning id`.execute(on)
    for (const { id } of rows) ids.push(id)
  }
  return ids
}
const mostPerInsert = 1_000 // 18 parameters each; a statement has room for 65,535

// A timer set again moves, even when it has rung before. One that rings just now is fenced: what it would have decided is out of date.
// stays: one that has not begun keeps what it was set with, and rings at the earlier of the two times, in the livelier of the two lanes.
export const arm = async (on: Kysely<DB>, job: NewJob, { stays = false }: { stays?: boolean } = {}): Promise<void> => {
  const waits = stays ? sql`(not job.begun and job.state in ('scheduled', 'ready'))` : sql`false`
  const isSooner = sql`${waits} and job.run_at <= excluded.run_at`
  await sql`${insert([job])} on conflict (tenant_id, kind, key) do update set state = case when ${isSooner} then job.state else excluded.state end, run_at = case when ${isSooner} then job.run_at else excluded.run_at end,
    seq = case when ${isSooner} then job.seq else nextval('job_seq') end, args_sealed = case when ${waits} then job.args_sealed else excluded.args_sealed end, id = case when ${waits} then job.id else excluded.id end,
    name = excluded.name, person_id = excluded.person_id, serial = excluded.serial, lane = case when ${waits} and ${urgency(sql.ref('job.lane'))} < ${urgency(sql.ref('excluded.lane'))} then job.lane else excluded.lane end,
    attempts = 0, begun = false, fence = job.fence + 1,
    leased_by = null, leased_until = null, error_code = null, error = null, error_sealed = null, finished_at = null, trace = excluded.trace, span = excluded.span, due_at = case when ${isSooner} then job.due_at else excluded.due_at end`.execute(on)
}

const urgency = (lane: RawBuilder<unknown>) => sql`array_position(array[${sql.join(lanes)}], ${lane}::text)`

export const takeBack = async (on: Kysely<DB>, tenant: string, kind: 'turn' | 'command', keyPrefix: string): Promise<number> => {
  const { numAffectedRows } = await sql`delete from job where tenant_id = ${tenant} and kind = ${kind} and key >= ${keyPrefix} and key < ${`${keyPrefix}\u{10ffff}`}
    and state in ('scheduled', 'ready') and not begun`.execute(on)
  return Number(numAffectedRows ?? 0)
}

// A timer gets its place in line when it falls due, so one that is far away holds nobody up.
export const promoteDue = async (on: Kysely<DB>, now: Millis): Promise<number> => {
  const { numAffectedRows } = await sql`with due as materialized (select tenant_id, id, run_at, seq from job where state = 'scheduled' and run_at <= ${at(now)} order by run_at, seq limit 500 for update skip locked),
    placed as materialized (select tenant_id, id, nextval('job_seq') as seq from (select * from due order by run_at, seq) ordered)
    update job set state = 'ready', seq = placed.seq from placed where job.tenant_id = placed.tenant_id and job.id = placed.id`.execute(on)
  return Number(numAffectedRows ?? 0)
}

// resting: connections. waiting: none like these that are due since then. like: only those like this one.
export type Like = Pick<Job, 'kind' | 'name' | 'tenant_id' | 'connection_id'>
type Claim = { lane: Lane; most: number; worker: string; now: Millis; until: Millis; resting?: readonly string[]; waiting?: readonly { like: Like; since: Millis }[]; like?: Like | undefined }
const isLike = ({ kind, name, tenant_id, connection_id }: Like) => sql`(kind = ${kind} and name = ${name} and tenant_id = ${tenant_id} and connection_id is not distinct from ${connection_id})`

// The words of job_line's own condition are repeated, or without statistics another index is taken: 17 ms instead of 0.5 with 10,000 waiting.
// In line: nothing of the same serial runs, and nothing before it waits, or died in a way that blocks. Two claimers can still meet; then
// job_one_per_serial makes one of them fail with 23505, and it asks again.
export const claim = async (on: Kysely<DB>, { lane, most, worker, now, until, resting = [], waiting = [], like }: Claim): Promise<Job[]> => {
  const rested = resting.length === 0 ? sql`` : sql`and (connection_id is null or kind = 'turn' or connection_id not in (${sql.join(resting)}))`
  const held = waiting.length === 0 ? sql`` : sql`and not (${sql.join(waiting.map(({ like: each, since }) => sql`(${isLike(each)} and run_at > ${at(since)})`), sql` or `)})`
  const alike = like ? sql`and ${isLike(like)}` : sql``
  const { rows } = await sql<Job>`with due as materialized (
    select tenant_id, id from job j where state = 'ready' and lane = ${lane} and run_at <= ${at(now)} ${rested} ${held} ${alike}
      and (serial is null or not exists (select 1 from job e where e.tenant_id = j.tenant_id and e.kind = j.kind and e.serial = j.serial
        and e.serial is not null and (e.state in ('ready', 'running') or (e.state = 'dead' and e.blocks)) and (e.seq < j.seq or e.state = 'running')))
    order by run_at, seq limit ${most} for update skip locked)
    update job set state = 'running', begun = true, fence = fence + 1, leased_by = ${worker}, leased_until = ${at(until)}
    from due where job.tenant_id = due.tenant_id and job.id = due.id
    returning job.tenant_id, job.id, seq, kind, name, key, connection_id, person_id, serial, lane, attempts, fence, uncertain_since, args_sealed, then_flow, trace, span, run_at, leased_until`.execute(on)
  return rows.toSorted((a, b) => a.seq - b.seq)
}

// Whoever held these is gone. Nobody knows how far they came: it counts as an attempt, and a command becomes uncertain.
// skip locked: one that sleeps in the middle of its transaction would keep every worker's tick waiting, and with it all timers.
export const reclaim = async (on: Kysely<DB>, { now, all }: { now: Millis; all: boolean }): Promise<number> => {
  const { numAffectedRows } = await sql`with lost as materialized (select tenant_id, id from job where state = 'running' and ${all ? sql`true` : sql`leased_until < ${at(now)}`} for update skip locked)
    update job set state = 'ready', attempts = attempts + 1, leased_by = null, leased_until = null,
    uncertain_since = case when kind = 'command' then ${at(now)} else uncertain_since end, error_code = 'timeout', error = 'its worker stopped answering'
    from lost where job.tenant_id = lost.tenant_id and job.id = lost.id`.execute(on)
  return Number(numAffectedRows ?? 0)
}

// Only of jobs that are really being run: a claim whose answer was lost, or an end that could not be written down, must run out. skip locked: one that is just being ended needs none, and waiting for several at once can be waiting in a circle.
export const renew = async (on: Kysely<DB>, { worker, ids, until }: { worker: string; ids: readonly string[]; until: Millis }): Promise<string[]> => {
  if (ids.length === 0) return []
  const { rows } = await sql<{ id: string }>`with held as materialized (select tenant_id, id from job where state = 'running' and leased_by = ${worker} and id in (${sql.join(ids)}) for update skip locked)
    update job set leased_until = ${at(until)} from held where job.tenant_id = held.tenant_id and job.id = held.id returning job.id`.execute(on)
  return rows.map(({ id }) => id)
}

const ours = (job: Job) => sql`tenant_id = ${job.tenant_id} and id = ${job.id} and state = 'running' and fence = ${job.fence}`
const released = sql`leased_by = null, leased_until = null`

export type Ending = { state: 'done' | 'shadowed' | 'dropped'; result?: Buffer | undefined; keepArgs: boolean; now: Millis }
export const finish = async (on: Kysely<DB>, job: Job, { state, result, keepArgs, now }: Ending): Promise<boolean> => {
  const { numAffectedRows } = await sql`update job set state = ${state}, finished_at = ${at(now)}, result_sealed = ${result ?? null}, ${keepArgs ? sql`` : sql`args_sealed = null,`} ${released},
    uncertain_since = null, error_code = null, error = null, error_sealed = null where ${ours(job)}`.execute(on)
  return numAffectedRows === 1n
}

// Whether something of that serial is under way: what has begun can't be taken back, only waited for.
export const isUnderWay = async (on: Kysely<DB>, { tenant, serial }: { tenant: string; serial: string }): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${tenant} and kind = 'command' and serial = ${serial} and state = 'running'`.execute(on)
  return rows.length > 0
}

export type Trouble = { code: string; error: string; detail?: Buffer | undefined; uncertainSince: Millis | null }
const troubled = ({ code, error, detail, uncertainSince }: Trouble) =>
  sql`error_code = ${code}, error = ${error}, error_sealed = ${detail ?? null}, uncertain_since = ${uncertainSince === null ? null : at(uncertainSince)}, ${released}`

export const postpone = async (on: Kysely<DB>, job: Job, until: Millis, { spend, ...trouble }: Trouble & { spend: boolean }): Promise<boolean> => {
  const { numAffectedRows } = await sql`update job set state = 'ready', run_at = ${at(until)}, attempts = attempts + ${spend ? 1 : 0}, ${troubled(trouble)} where ${ours(job)}`.execute(on)
  return numAffectedRows === 1n
}

export const bury = async (on: Kysely<DB>, job: Job, { now, ...trouble }: Trouble & { now: Millis }): Promise<boolean> => {
  const { numAffectedRows } = await sql`update job set state = 'dead', finished_at = ${at(now)}, attempts = attempts + 1, ${troubled(trouble)} where ${ours(job)}`.execute(on)
  return numAffectedRows === 1n
}

// Recurring work never ends; it is only due again, and at once where somebody asked for it while it ran (store/busy-mirror.ts).
export const rearm = async (on: Kysely<DB>, job: Job, { until, now }: { until: Millis; now: Millis }): Promise<boolean> => {
  const isAsked = sql`run_at >= ${at(job.run_at + 1)}`
  const { numAffectedRows } = await sql`update job set state = case when ${isAsked} then 'ready' else ${until > now ? 'scheduled' : 'ready'} end, run_at = case when ${isAsked} then ${at(now)} else ${at(until)} end, due_at = null, attempts = 0, error_code = null, error = null, error_sealed = null, ${released} where ${ours(job)}`.execute(on)
  return numAffectedRows === 1n
}
