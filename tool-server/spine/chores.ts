import { sql } from 'kysely'
import type { Lane, Millis } from '../define.ts'
import type { Audit } from './audit.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { enqueue, rearm, type Job } from './jobs.ts'
import type { Log } from './log.ts'
import { newTrace } from './trace.ts'
import { Fenced } from './turns.ts'

// What the house does of itself. Each is a job like any other, so among many replicas one does it.
export type Keep = { rawDays: number; finishedDays: number; repeatDays: number }
// more: those of rooms that the spine knows nothing of. prove: writes down what they deleted.
type Needs = { db: Db; clock: Clock; log: Log; audit: Audit; keep: Keep; tenant: string; more?: Record<string, Chore>; prove?(chore: string, counts: Record<string, number>): Promise<void> }
// atMs: after midnight (UTC) when it is done, where that matters. lane: live where it is short, so that it doesn't wait behind a backfill.
export type Chore = { everyMs: Millis; atMs?: Millis; lane?: Lane; run(signal: AbortSignal): Promise<Record<string, number>> }
const nextOf = ({ everyMs, atMs }: Chore, now: Millis): Millis => (atMs === undefined ? now + everyMs : now - ((now - atMs) % everyMs) + everyMs)

const day: Millis = 86_400_000
const mostAtOnce = 1_000
export const factDays = 30 // what a tool answered: nobody's agent still quotes what is older
export const minuteDays = 3 // of calls to vendors: operators see a day of it
export const followUpDays = 400 // to be compared with a year ago

export const makeChores = ({ db, clock, log, audit, keep, tenant, more = {}, prove }: Needs) => {
  const chores: Record<string, Chore> = {
    'seal-audit': { everyMs: 5_000, run: async () => ({ sealed: await audit.seal() }) },
    housekeeping: { everyMs: 3_600_000, run: () => housekeeping({ db, keep, now: clock.now() }) },
    'tend-tables': { everyMs: 15 * 60_000, run: async () => (await db.engine.tend(), {}) },
    ...more,
  }

  return {
    async run(job: Job, signal: AbortSignal): Promise<void> {
      const chore = chores[job.name]
      if (!chore) return void (await rearm(db.bare, job, { until: clock.now() + day, now: clock.now() })) // of a newer version that also runs on this database
      const counts = await chore.run(signal)
      await prove?.(job.name, counts)
      if (Object.values(counts).some((count) => count > 0)) log.info(`chore.${job.name}`, counts)
      if (!(await rearm(db.bare, job, { until: nextOf(chore, clock.now()), now: clock.now() }))) throw new Fenced()
    },
    async ensure(newJobId: () => string): Promise<void> {
      const now = clock.now()
      await enqueue(db.bare, Object.entries(chores).map(([name, chore]) => ({ tenant, id: newJobId(), kind: 'chore', name, key: name, lane: chore.lane ?? 'live', runAt: chore.atMs === undefined ? now : nextOf(chore, now), trace: newTrace(clock), now })))
    },
  }
}

// Raw bytes go first; their hashes stay while a vendor may repeat itself; finished jobs stay as the memory of what was done. What is dead stays until somebody decides.
export const housekeeping = async ({ db, keep, now }: { db: Db; keep: Keep; now: Millis }): Promise<Record<string, number>> => ({
  nulled: await inBatches(() => sql`update inbox set raw_sealed = null, mend_sealed = null where (tenant_id, id) in (select tenant_id, id from inbox where state = 'parsed' and parsed_at < ${at(now - keep.rawDays * day)} and raw_sealed is not null limit ${mostAtOnce})`.execute(db.bare)),
  forgotten: await inBatches(() => sql`delete from inbox where (tenant_id, id) in (select tenant_id, id from inbox where state = 'parsed' and parsed_at < ${at(now - keep.repeatDays * day)} limit ${mostAtOnce})`.execute(db.bare)),
  answers: await inBatches(() => sql`delete from tool_reply where (tenant_id, conversation_id, key) in (select tenant_id, conversation_id, key from tool_reply where made_at < ${at(now - day)} limit ${mostAtOnce})`.execute(db.bare)),
  facts: await inBatches(() => sql`delete from tool_fact where (tenant_id, conversation_id, id) in (select tenant_id, conversation_id, id from tool_fact where made_at < ${at(now - factDays * day)} limit ${mostAtOnce})`.execute(db.bare)),
  followUps: await inBatches(() => sql`delete from follow_up where (tenant_id, conversation_id, since, day) in (select tenant_id, conversation_id, since, day from follow_up where decided_at < ${at(now - followUpDays * day)} limit ${mostAtOnce})`.execute(db.bare)),
  askers: await inBatches(() => sql`delete from page_budget where (tenant_id, asker) in (select tenant_id, asker from page_budget where spent_until < ${at(now)} limit ${mostAtOnce})`.execute(db.bare)),
  minutes: await inBatches(() => sql`delete from vendor_minute where (tenant_id, connection_id, minute, server, outcome, bucket) in (select tenant_id, connection_id, minute, server, outcome, bucket from vendor_minute where minute < ${at(now - minuteDays * day)} limit ${mostAtOnce})`.execute(db.bare)),
  rests: await inBatches(() => sql`delete from vendor_rest where (tenant_id, connection_id, server) in (select tenant_id, connection_id, server from vendor_rest where seen_at < ${at(now - day)} limit ${mostAtOnce})`.execute(db.bare)),
  mends: await inBatches(() => sql`delete from mend where (tenant_id, id) in (select tenant_id, id from mend where made_at < ${at(now - keep.finishedDays * day)} limit ${mostAtOnce})`.execute(db.bare)),
  cleared: await inBatches(() => sql`delete from job where (tenant_id, id) in (select tenant_id, id from job where state in ('done', 'shadowed', 'dropped') and finished_at < ${at(now - keep.finishedDays * day)} limit ${mostAtOnce})`.execute(db.bare)),
})

const inBatches = async (one: () => Promise<{ numAffectedRows?: bigint }>): Promise<number> => {
  for (let total = 0; ; ) {
    const count = Number((await one()).numAffectedRows ?? 0)
    total += count
    if (count < mostAtOnce) return total
  }
}
