import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { ofHouse, type TroubleKind } from '../domain/troubles.ts'
import type { Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'

// What is wrong with a connection or with the house, for as long as it is: seen in what waits and has stopped, so every process sees the same.
export type Which = { connection?: string | undefined; what: TroubleKind; about: string } // about: which of its kind, such as the vendor and cause of what is dead
export type Trouble = Which & { said: string; waiting: number; since: Millis; toldAt: Millis | undefined }
export type Found = Which & { vendor: string; said: string; waiting: number; since?: Millis | undefined } // since: where it is known; else from when it was seen
type Row = Omit<Trouble, 'toldAt' | 'connection'> & { connection: string | null; toldAt: Millis | null }
const columns = sql`connection_id as connection, what, about, said, waiting, since, told_at as "toldAt"`
const troubleOf = ({ connection, toldAt, ...row }: Row): Trouble => ({ ...row, connection: connection ?? undefined, toldAt: toldAt ?? undefined })
export const vendorOf = ({ what, about }: Pick<Trouble, 'what' | 'about'>, vendor: string | null): string => vendor ?? (what === 'dead' && about.includes(' ') ? about.split(' ')[0] ?? '' : '')
const isOne = ({ connection, what, about }: Which) => sql`connection_id is not distinct from ${connection ?? null}::uuid and what = ${what} and about = ${about}`

export const troublesNow = async (on: Kysely<DB>, tenant: string): Promise<Trouble[]> => {
  const { rows } = await sql<Row>`select ${columns} from trouble where tenant_id = ${tenant} order by since, connection_id, what, about`.execute(on)
  return rows.map(troubleOf)
}
export const lastsMs: Millis = 45_000 // a look is every minute, and never quite
// With what each is called; for people, who see what lasts, whether or not they could be written to.
export type TroubleShown = Trouble & { vendor: string }
export const troublesShown = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<TroubleShown[]> => {
  const { rows } = await sql<Row & { vendor: string | null }>`select ${columns}, vendor from trouble t left join connection c on c.tenant_id = t.tenant_id and c.id = t.connection_id where t.tenant_id = ${tenant} and c.ended_at is null and since <= ${at(now - lastsMs)} order by since, connection_id, what, about`.execute(on)
  return rows.map(({ vendor, ...row }) => ({ ...troubleOf(row), vendor: vendorOf(row, vendor) }))
}

// Of each connection: what waits because it is refused, the latest first, what its watch found amiss there, and whether what is done there again and again goes well.
// What is being tried at this moment still has its last error. waiting: commands, and turns that need an answer of one that is refused. grant: why what somebody granted is refused for good; what may be mended elsewhere is a key's refusal. isWatched: it is looked at only by and by.
export type Refused = { id: string; error: string; detail: Buffer | null }
export type Signs = { connection: string; vendor: string; refused: Refused[]; amiss: string | undefined; grant: string | undefined; isWatched: boolean; isWell: boolean; waiting: number }
const amissCodes = ['conflict', 'not_found'] // something there isn't as we need it, or isn't there
const alone = 3 // a command that was refused more often is refused by itself: while the key is, no attempt is spent (spine/refusals.ts)
const most = 20 // of those that wait: they say what others say
export const signsOf = async (on: Kysely<DB>, tenant: string): Promise<Signs[]> => {
  const alive = sql`select connection_id, kind, id, error_code, attempts, run_at from job where tenant_id = ${tenant} and connection_id is not null and state`
  const often = sql`select from job j where j.tenant_id = c.tenant_id and j.connection_id = c.id and j.kind`
  const { rows } = await sql<Omit<Signs, 'refused' | 'amiss' | 'grant'> & { ids: string[] | null; amiss: string | null; grant: string | null }>`with alive as (${alive} = 'ready' union all ${alive} = 'running'),
    counted as (select connection_id, count(*) filter (where kind = 'command') as waiting, (array_agg(id::text order by run_at desc) filter (where error_code = 'disconnected' and (kind <> 'command' or attempts <= ${sql.lit(alone)})))[1:${sql.lit(most)}] as ids from alive group by connection_id)
    select c.id as connection, c.vendor, counted.ids, coalesce(counted.waiting, 0) + (select count(*) from job where tenant_id = ${tenant} and state = 'ready' and kind = 'turn' and error_code = 'disconnected') as waiting, (select error from job j where j.tenant_id = c.tenant_id and j.connection_id = c.id and j.kind = 'watch' and j.error_code in (${sql.join(amissCodes)}) limit 1) as amiss, (select coalesce(a.said, '') from access_token a where a.tenant_id = c.tenant_id and a.connection_id = c.id and a.state = 'refused' and a.retry_at is null) as grant,
      not exists (${often} = 'watch' and (j.state <> 'scheduled' or j.error_code is not null)) as "isWatched", not exists (${often} in ('pull', 'watch') and j.error_code is not null and j.error_code not in (${sql.join(amissCodes)})) as "isWell"
    from connection c left join counted on counted.connection_id = c.id where c.tenant_id = ${tenant} and c.ended_at is null order by c.id`.execute(on)
  const ids = rows.flatMap((row) => row.ids ?? [])
  const { rows: jobs } = ids.length === 0 ? { rows: [] } : await sql<Refused>`select id, coalesce(error, '') as error, error_sealed as detail from job where tenant_id = ${tenant} and id in (${sql.join(ids)}) and error_code = 'disconnected'`.execute(on)
  return rows.map(({ ids: refused, amiss, grant, ...row }) => ({ ...row, amiss: amiss ?? undefined, grant: grant ?? undefined, refused: (refused ?? []).flatMap((id) => jobs.filter((job) => job.id === id)) }))
}

// Of connections; what is wrong with the house has metrics of its own, and so has silence.
export const measureTroubles = async ({ db, clock, metrics, tenant }: { db: Db; clock: Clock; metrics: Metrics; tenant: string }): Promise<void> => {
  const ofConnections = (await troublesShown(db.bare, tenant, clock.now())).filter(({ what }) => !ofHouse(what) && what !== 'silent')
  metrics.troubles.reset()
  for (const [first, ...more] of Map.groupBy(ofConnections, ({ vendor, what }) => `${vendor} ${what}`).values()) if (first) metrics.troubles.set({ vendor: first.vendor, what: first.what }, 1 + more.length)
}

// As it is seen now: anew, or still; of a connection that was ended meanwhile, nothing.
export const noteTrouble = async ({ tx, subject: { tenant }, now }: Act, { connection, what, about, said, waiting, since }: Omit<Found, 'vendor'>): Promise<Trouble | undefined> => {
  const lives = connection === undefined ? sql`true` : sql`exists (select from connection where tenant_id = ${tenant} and id = ${connection} and ended_at is null)`
  const { rows: [row] } = await sql<Row>`insert into trouble (tenant_id, connection_id, what, about, said, waiting, since) select ${tenant}::uuid, ${connection ?? null}::uuid, ${what}, ${about}, ${said}, ${waiting}::int, ${at(since ?? now)} where ${lives}
    on conflict (tenant_id, connection_id, what, about) do update set said = excluded.said, waiting = greatest(trouble.waiting, excluded.waiting) returning ${columns}`.execute(tx)
  return row && troubleOf(row)
}
// false: somebody else has just told of it.
export const noteTroubleTold = async ({ tx, subject: { tenant }, now }: Act, which: Which): Promise<boolean> => {
  const { rows } = await sql`update trouble set told_at = ${at(now)} where tenant_id = ${tenant} and ${isOne(which)} and told_at is null returning what`.execute(tx)
  return rows.length > 0
}
// As it was; undefined where somebody else has just found that it is over.
export const endTrouble = async ({ tx, subject: { tenant } }: Act, which: Which): Promise<Trouble | undefined> => {
  const { rows: [row] } = await sql<Row>`delete from trouble where tenant_id = ${tenant} and ${isOne(which)} returning ${columns}`.execute(tx)
  return row && troubleOf(row)
}

// Whoever was told of that command is looked at soon: what it found amiss there is for the watch to find, and to find mended.
export const watchSoon = async ({ tx, subject: { tenant }, now }: Act, command: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ connection: string }>`select connection_id as connection from job where tenant_id = ${tenant} and kind = 'command' and key = ${command} and connection_id is not null`.execute(tx)
  if (row) await sql`update job set state = 'ready', run_at = ${at(now)} where tenant_id = ${tenant} and connection_id = ${row.connection} and kind = 'watch' and state = 'scheduled'`.execute(tx)
  return row?.connection
}

export const wasSent = async ({ tx, subject: { tenant } }: Act, command: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${tenant} and kind = 'command' and key = ${command}`.execute(tx)
  return rows.length > 0
}

// Who may sign in as an admin, by the names that are addresses.
export const adminNames = async (on: Kysely<DB>, tenant: string): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`select name from operator where tenant_id = ${tenant} and role = 'admin' and ended_at is null and name like '%@%' order by name`.execute(on)
  return rows.map(({ name }) => name)
}
