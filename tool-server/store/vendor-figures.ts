import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { at } from '../spine/db.ts'
import { boundOf, flushMs, heldBack } from '../spine/vendor-minutes.ts'

// What calls to vendors came to, of all servers together, as they wrote it down minute by minute.
// sent: left the house. ours: held back by our own budget; theirs: answered with a request to wait. rested: held back while the vendor rests, or while our key is refused. failures: the other codes that calls ended with, the most frequent first.
export type Calls = { sent: number; failed: number; failures: readonly { code: string; count: number }[]; theirs: number; ours: number; rested: number; p50: Millis | undefined; p95: Millis | undefined }
export type Figures = { hour: Calls; day: Calls; peak: number } // peak: what left in the fullest minute of the hour, of one connection
const hourMs: Millis = 3_600_000
const dayMs: Millis = 24 * hourMs

export type Counted = { outcome: string; bucket: number; count: number }
type Row = { connection: string; outcome: string; bucket: number; hour: number; day: number }
export type FiguresOf = (connections: readonly string[]) => Figures
export const vendorFigures = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<FiguresOf> => {
  const within = (ms: Millis) => sql`minute > ${at(now - ms)}`
  const { rows } = await sql<Row>`select connection_id as connection, outcome, bucket, coalesce(sum(calls) filter (where ${within(hourMs)}), 0) as hour, sum(calls) as day from vendor_minute where tenant_id = ${tenant} and ${within(dayMs)} group by 1, 2, 3`.execute(on)
  const { rows: peaks } = await sql<{ connection: string; peak: number }>`select connection, max(calls) as peak from (select connection_id as connection, sum(calls) as calls from vendor_minute where tenant_id = ${tenant} and ${within(hourMs)} and bucket <> ${heldBack} group by connection_id, minute) each group by 1`.execute(on)
  return (connections) => {
    const ours = rows.filter(({ connection }) => connections.includes(connection))
    return {
      hour: callsOf(ours.map(({ hour, ...row }) => ({ ...row, count: hour }))),
      day: callsOf(ours.map(({ day, ...row }) => ({ ...row, count: day }))),
      peak: Math.max(0, ...peaks.flatMap(({ connection, peak }) => (connections.includes(connection) ? [peak] : []))),
    }
  }
}

export const callsOf = (counted: readonly Counted[]): Calls => {
  const sum = (is: (each: Counted) => boolean): number => counted.reduce((total, each) => total + (is(each) ? each.count : 0), 0)
  const left = counted.filter(({ bucket }) => bucket !== heldBack)
  const codes = [...new Set(left.map(({ outcome }) => outcome))].filter((code) => code !== 'ok' && code !== 'throttled')
  const failures = codes.map((code) => ({ code, count: sum(({ outcome, bucket }) => outcome === code && bucket !== heldBack) })).filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
  return {
    sent: sum(({ bucket }) => bucket !== heldBack), failures, failed: failures.reduce((total, { count }) => total + count, 0),
    theirs: sum(({ outcome, bucket }) => outcome === 'throttled' && bucket !== heldBack), ours: sum(({ outcome, bucket }) => outcome === 'throttled' && bucket === heldBack), rested: sum(({ outcome, bucket }) => outcome !== 'throttled' && bucket === heldBack),
    p50: quantile(left, 0.5), p95: quantile(left, 0.95),
  }
}

// The end of the bucket in which the nearest rank lies.
const quantile = (left: readonly Counted[], share: number): Millis | undefined => {
  const all = left.reduce((total, { count }) => total + count, 0)
  let passed = 0
  for (const { bucket, count } of left.toSorted((a, b) => a.bucket - b.bucket)) {
    passed += count
    if (count > 0 && passed >= Math.ceil(share * all)) return boundOf(bucket)
  }
  return undefined
}

// Which connections servers leave alone, as each said last. One that says nothing for four rounds is gone.
export type Resting = { connection: string; state: 'breaker' | 'key' | 'throttled'; servers: number; until: Millis | undefined }
export const restingNow = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Resting[]> => {
  const { rows } = await sql<Omit<Resting, 'until'> & { until: Millis | null }>`select connection_id as connection, state, count(*) as servers, max(until) as until from vendor_rest where tenant_id = ${tenant} and seen_at > ${at(now - 4 * flushMs)} group by 1, 2 order by 1, 2`.execute(on)
  return rows.map(({ until, ...row }) => ({ ...row, until: until ?? undefined }))
}
