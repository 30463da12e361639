import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { Stretch } from '../domain/busy.ts'
import { behindPull, changesPull } from '../domain/ports/calendar.ts'
import { at } from '../spine/db.ts'

// The mirror of a calendar: what takes its owner's time, as it was last read.
export type BusyEvent = Stretch & { id: string }

// Answers whether anything is another than before; then so is the version, by which whoever reads it knows.
export const mirrorEvents = async (act: Act, connection: string, { busy, free }: { busy: readonly BusyEvent[]; free: readonly string[] }): Promise<boolean> => {
  const { tx, subject: { tenant } } = act
  let changed = 0n
  if (free.length > 0) changed += (await sql`delete from busy_event where tenant_id = ${tenant} and connection_id = ${connection} and external_id in (${sql.join(free)})`.execute(tx)).numAffectedRows ?? 0n
  if (busy.length > 0) {
    const rows = busy.map(({ id, startsAt, endsAt }) => sql`(${tenant}, ${connection}, ${id}, ${at(startsAt)}, ${at(endsAt)})`)
    changed += (await sql`insert into busy_event (tenant_id, connection_id, external_id, starts_at, ends_at) values ${sql.join(rows)}
      on conflict (tenant_id, connection_id, external_id) do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at where (busy_event.starts_at, busy_event.ends_at) <> (excluded.starts_at, excluded.ends_at)`.execute(tx)).numAffectedRows ?? 0n
  }
  if (changed > 0n) await sql`insert into mirror (tenant_id, connection_id) values (${tenant}, ${connection}) on conflict (tenant_id, connection_id) do update set version = mirror.version + 1`.execute(tx)
  return changed > 0n
}

// Since when it is known that something changed there: when its vendor said so, else when it was asked.
export const knownSince = async ({ tx, subject: { tenant } }: Act, connection: string): Promise<Millis | undefined> => {
  const { rows: [row] } = await sql<{ since: Millis | null }>`with told as (update mirror set told_at = null where tenant_id = ${tenant} and connection_id = ${connection} and told_at is not null returning 1)
    select coalesce((select told_at from mirror where tenant_id = ${tenant} and connection_id = ${connection}), (select max(pulled_at) from pull_cursor where tenant_id = ${tenant} and connection_id = ${connection} and name in (${changesPull}, ${behindPull}))) as since`.execute(tx)
  return row?.since ?? undefined
}

// Asked for at once. One that is under way may have passed what changed, so another follows it (spine/jobs.ts, rearm). However often that is said, it is asked once.
export const pullSoon = async ({ tx, subject: { tenant }, now }: Act, connection: string, isTold = false): Promise<void> => {
  const soon = (state: RawBuilder<unknown>, when: RawBuilder<unknown>): RawBuilder<unknown> => sql`update job set state = ${state}, run_at = ${when} where tenant_id = ${tenant} and connection_id = ${connection} and kind = 'pull' and name = ${changesPull}`
  await sql`${soon(sql`case when state = 'running' then state else 'ready' end`, sql`case when state = 'running' then greatest(${at(now)}, run_at + interval '1 millisecond') else least(run_at, ${at(now)}) end`)} and state in ('scheduled', 'ready', 'running')`.execute(tx)
  if (isTold) await sql`insert into mirror (tenant_id, connection_id, version, told_at) select tenant_id, id, 0, ${at(now)} from connection where tenant_id = ${tenant} and id = ${connection} on conflict (tenant_id, connection_id) do update set told_at = coalesce(mirror.told_at, excluded.told_at)`.execute(tx)
}

// What is over takes nobody's time; no search looks at it, so the version stays.
export const forgetPast = async (on: Kysely<DB>, tenant: string, before: Millis): Promise<number> => {
  const { numAffectedRows } = await sql`delete from busy_event where tenant_id = ${tenant} and ends_at < ${at(before)}`.execute(on)
  return Number(numAffectedRows ?? 0n)
}

// Of a calendar that is not connected any more. The version goes on, or whoever connects it again would be shown what was read before.
// All of it is told anew then: by another age than ever before, or what was told once would be known by its id (spine/pulls.ts).
export const forgetMirror = async ({ tx, subject: { tenant }, now }: Act, connection: string): Promise<void> => {
  const mine = sql`tenant_id = ${tenant} and connection_id = ${connection}`
  await sql`delete from busy_event where ${mine}`.execute(tx)
  await sql`update mirror set version = version + 1, told_at = null where ${mine}`.execute(tx)
  await sql`insert into pull_cursor (tenant_id, connection_id, name, generation, sweeping) select tenant_id, connection_id, ${changesPull}, ${Math.floor(now / 1_000)}, true from mirror where ${mine}
    on conflict (tenant_id, connection_id, name) do update set cursor = null, generation = excluded.generation, sweeping = true`.execute(tx)
}
