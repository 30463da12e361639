import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { RetentionWords } from '@portero/shared'
import type { DB, Millis } from '../define.ts'
import { followUpDays, factDays, type Chore } from '../spine/chores.ts'
import { newId, type Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'
import { emptied } from './privacy-cases.ts'

// For how long each class of data is kept, by which chore it goes, and the proof that it did. Media are kept for the shortest of all that people sent.
// counted: under which name the chore says how many went. Without a chore it goes with the person, or stays.
export type ClassName = keyof RetentionWords['classes']
export type RetentionClass = { name: ClassName; days?: number; chore?: string; counted?: string; how?: keyof RetentionWords['how'] }
const keeping = 'retention'
const ours = (name: ClassName, days: number): RetentionClass => ({ name, days, chore: keeping, counted: name })
export const classes = ({ rawDays, repeatDays, finishedDays, agentDays }: { rawDays: number; repeatDays: number; finishedDays: number; agentDays: number }): readonly RetentionClass[] => [
  { name: 'tool-replies', days: 1, chore: 'housekeeping', counted: 'answers' }, { name: 'deliveries', days: rawDays, chore: 'housekeeping', counted: 'nulled' }, { name: 'delivery-hashes', days: repeatDays, chore: 'housekeeping', counted: 'forgotten' },
  { name: 'jobs', days: finishedDays, chore: 'housekeeping', counted: 'cleared' }, { name: 'tool-facts', days: factDays, chore: 'housekeeping', counted: 'facts' }, { name: 'agent-items', days: agentDays, chore: 'forget-agent-items', counted: 'forgotten' },
  { name: 'guards', days: agentDays, chore: 'forget-guards', counted: 'forgotten' }, ours('booking-links', 30), { name: 'calendars', days: 60, chore: 'tend-calendars', counted: 'forgotten' }, ours('media', 90), ours('shadow', 90), ours('unproven-cases', 90), ours('conflicts', 180), ours('meetings', 400), ours('waitlist', 400),
  { name: 'follow-ups', days: followUpDays, chore: 'housekeeping', counted: 'followUps' }, ours('notes', 730), ours('messages', 730),
  { name: 'people', how: 'cancelled' }, { name: 'consents', how: 'cancelled' }, { name: 'cases', how: 'case' }, { name: 'audit', how: 'sealed' }, { name: 'tombstones', how: 'never' },
]

const day: Millis = 86_400_000
const most = 1_000
type Statement = (before: RawBuilder<unknown>) => RawBuilder<unknown>
// What a row hangs on goes with it, and the count is of the class's own.
const statements: Partial<Record<ClassName, (tenant: string) => Statement>> = {
  media: (tenant) => (before) => sql`with old as materialized (select tenant_id, person_id, digest_bidx from media_bytes where tenant_id = ${tenant} and kept_at < ${before} limit ${most}),
    told as (update media m set state = 'gone', digest_bidx = null from old where m.tenant_id = old.tenant_id and m.person_id = old.person_id and m.digest_bidx = old.digest_bidx returning 1)
    delete from media_bytes b using old where (select count(*) from told) >= 0 and b.tenant_id = old.tenant_id and b.person_id = old.person_id and b.digest_bidx = old.digest_bidx`,
  'booking-links': (tenant) => (before) => sql`delete from booking_link where (tenant_id, digest) in (select tenant_id, digest from booking_link where tenant_id = ${tenant} and ends_at < ${before} limit ${most})`,
  conflicts: (tenant) => (before) => sql`delete from crm_conflict where (tenant_id, id) in (select tenant_id, id from crm_conflict where tenant_id = ${tenant} and state = 'settled' and settled_at < ${before} limit ${most})`,
  meetings: (tenant) => (before) => sql`delete from met where (tenant_id, id) in (select tenant_id, id from met where tenant_id = ${tenant} and ends_at < ${before} limit ${most})`,
  waitlist: (tenant) => (before) => sql`delete from waitlist where (tenant_id, id) in (select tenant_id, id from waitlist where tenant_id = ${tenant} and state in ('taken', 'expired', 'left') and changed_at < ${before} limit ${most})`,
  'unproven-cases': (tenant) => (before) => emptied(sql`tenant_id = ${tenant} and person_id is null and closed_at < ${before}`),
  shadow: (tenant) => (before) => sql`delete from shadow_row where (tenant_id, id) in (select tenant_id, id from shadow_row where tenant_id = ${tenant} and at < ${before} limit ${most})`,
  notes: (tenant) => (before) => sql`delete from note where (tenant_id, id) in (select tenant_id, id from note where tenant_id = ${tenant} and written_at < ${before} limit ${most})`,
  messages: (tenant) => (before) => sql`with old as materialized (select tenant_id, id from message where tenant_id = ${tenant} and sent_at < ${before} limit ${most}),
    files as (delete from media m using old where m.tenant_id = old.tenant_id and m.message_id = old.id returning 1)
    delete from message m using old where (select count(*) from files) >= 0 and m.tenant_id = old.tenant_id and m.id = old.id`,
}

type Needs = { db: Db; clock: Clock; tenant: string; classes: readonly RetentionClass[] }
export const retentionChore = ({ db, clock, tenant, classes: all }: Needs): Chore => ({
  everyMs: day, atMs: 9 * 3_600_000, // three in the morning in Mexico
  async run() {
    const counts: Record<string, number> = {}
    for (const { name, days, chore } of all) {
      const statement = chore === keeping ? statements[name]?.(tenant) : undefined
      if (statement && days !== undefined) counts[name] = await inBatches(db, statement(sql`${at(clock.now() - days * day)}`))
    }
    return counts
  },
})
const inBatches = async (db: Db, statement: RawBuilder<unknown>): Promise<number> => {
  for (let total = 0; ; ) {
    const { numAffectedRows = 0n } = await statement.execute(db.bare)
    total += Number(numAffectedRows)
    if (numAffectedRows < most) return total
  }
}

// Of each run that deleted something a row stays; of those that found nothing, the latest.
export const proveRetention = ({ db, clock, tenant, classes: all }: Needs) => async (chore: string, counts: Record<string, number>): Promise<void> => {
  const now = clock.now()
  for (const { name, days, chore: by, counted } of all) {
    if (by !== chore || days === undefined || counted === undefined) continue
    await sql`with before as (delete from retention_run where tenant_id = ${tenant} and class = ${name} and deleted = 0)
      insert into retention_run (tenant_id, id, class, kept_until, deleted, ran_at) values (${tenant}, ${newId(clock)}, ${name}, ${at(now - days * day)}, ${counts[counted] ?? 0}, ${at(now)})`.execute(db.bare)
  }
}

export type Proof = { name: string; ranAt: Millis; keptUntil: Millis; deleted: number; all: number }
export const proofsOf = async (on: Kysely<DB>, tenant: string): Promise<Proof[]> => {
  const { rows } = await sql<Proof>`select distinct on (class) class as name, ran_at as "ranAt", kept_until as "keptUntil", deleted, (sum(deleted) over (partition by class))::bigint as all from retention_run where tenant_id = ${tenant} order by class, ran_at desc, id desc`.execute(on)
  return rows
}
// The latest runs of one class, and when its chore is next due.
export type Run = { ranAt: Millis; keptUntil: Millis; deleted: number }
export const runsOf = async (on: Kysely<DB>, tenant: string, name: string, most = 100): Promise<Run[]> => {
  const { rows } = await sql<Run>`select ran_at as "ranAt", kept_until as "keptUntil", deleted from retention_run where tenant_id = ${tenant} and class = ${name} order by ran_at desc, id desc limit ${most}`.execute(on)
  return rows
}
export const nextRuns = async (on: Kysely<DB>, tenant: string): Promise<ReadonlyMap<string, Millis>> => {
  const { rows } = await sql<{ name: string; next: Millis }>`select name, min(run_at) as next from job where tenant_id = ${tenant} and kind = 'chore' and state in ('scheduled', 'ready', 'running') group by name`.execute(on)
  return new Map(rows.map(({ name, next }) => [name, next]))
}
