import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { BusyList, Stretch } from '../domain/busy.ts'
import { without, type KnownBusy, type Said } from '../domain/known-busy.ts'
import { behindPull, changesPull, type CalendarReads } from '../domain/ports/calendar.ts'
import { dayMs } from '../domain/zones.ts'
import type { Clock } from '../spine/clock.ts'
import { at, type Db } from '../spine/db.ts'
import { faultFields } from '../spine/fault.ts'
import type { Log } from '../spine/log.ts'
import { among } from './fitting.ts'

// What takes the time of those who show homes, from the mirrors of their calendars, in one look; of those that have not changed since the last one, only that.
// vendors: that have calendars, so that one of which nothing has been read yet is seen as well. late: of these, those that tell nobody when something changes in the calendars behind them, of which nothing is known until those were read too.
type Known = ReadonlyMap<string, { version: number; stretches: readonly Stretch[] }>
type Row = { connection: string; agent: string; version: number; readAt: Millis | null; isNew: boolean; isLate: boolean; stretches: [Millis, Millis][] | null }
const millis = (column: 'e.starts_at' | 'e.ends_at') => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`

const look = async (on: Kysely<DB>, tenant: string, { vendors, late, known, now }: { vendors: readonly string[]; late: readonly string[]; known: Known; now: Millis }): Promise<Row[]> => {
  const versions = JSON.stringify(Object.fromEntries([...known].map(([connection, { version }]) => [connection, version])))
  const { rows } = await sql<Row>`select c.id as connection, a.id as agent, coalesce(m.version, 0) as version, case when p.sweeping or (c.vendor = any(${late}::text[]) and b.cursor is null) then null when b.cursor is not null then least(p.pulled_at, b.pulled_at) else p.pulled_at end as "readAt", k.version is distinct from coalesce(m.version, 0) as "isNew", c.vendor = any(${late}::text[]) as "isLate",
      case when k.version is distinct from m.version then (select json_agg(json_build_array(${millis('e.starts_at')}, ${millis('e.ends_at')})) from busy_event e where e.tenant_id = c.tenant_id and e.connection_id = c.id and e.ends_at > ${at(now - dayMs)}) end as stretches
    from connection c left join mirror m on m.tenant_id = c.tenant_id and m.connection_id = c.id left join pull_cursor p on p.tenant_id = c.tenant_id and p.connection_id = c.id and p.name = ${changesPull}
      left join pull_cursor b on b.tenant_id = c.tenant_id and b.connection_id = c.id and b.name = ${behindPull}
      cross join lateral (select (${versions}::jsonb ->> c.id::text)::int as version) k
      cross join lateral (select a.id from agent a where a.tenant_id = c.tenant_id and a.active and lower(c.account) in (lower(a.details->>'email'), lower(a.details->>'calendar')) order by a.position, a.id limit 1) a
    where c.tenant_id = ${tenant} and c.ended_at is null and (m.connection_id is not null or c.vendor = any(${vendors}::text[])) order by c.id`.execute(on)
  return rows
}
const stretchesOf = ({ stretches }: Row): Stretch[] => (stretches ?? []).map(([startsAt, endsAt]) => ({ startsAt, endsAt }))

// Inside a transaction, which may have made a version that never comes to be: so none is remembered by it.
export const busyWithin = async (act: Act): Promise<BusyList[]> => {
  const rows = await look(act.tx, act.subject.tenant, { vendors: [], late: [], known: new Map(), now: act.now })
  return rows.map((row) => ({ agent: row.agent, calendar: row.connection, version: act.newId(), stretches: stretchesOf(row) }))
}

const rememberMs: Millis = 1_000
const youngMs: Millis = 60_000 // what was read less than a minute ago is not asked again, but of those that hear late
const budgetMs: Millis = 800 // for all of them together

type Needs = { db: Db; clock: Clock; log?: Log | undefined; vendors: readonly string[]; late: readonly string[]; ask?: ((tenant: string) => CalendarReads) | undefined }
export const makeBusy = ({ db, clock, log, vendors, late, ask }: Needs) => {
  const kept = new Map<string, { version: number; stretches: readonly Stretch[] }>()
  const remembered = new Map<string, { busy: Promise<KnownBusy>; until: Millis }>()

  const read = async (tenant: string): Promise<KnownBusy> => {
    const known = new Map(kept)
    const rows = await look(db.bare, tenant, { vendors, late, known, now: clock.now() })
    const lists = rows.map((row): BusyList => {
      const { connection, agent, version, isNew } = row
      const stretches = isNew ? stretchesOf(row) : (known.get(connection)?.stretches ?? [])
      kept.set(connection, { version, stretches })
      return { agent, calendar: connection, version: String(version), stretches }
    })
    return { lists, readings: rows.map(({ connection, agent, readAt, isLate }) => ({ connection, agent, readAt: readAt ?? undefined, ...(isLate && { isLate }) })) }
  }
  const busy = (tenant: string): Promise<KnownBusy> => {
    if (vendors.length === 0) return Promise.resolve({ lists: [], readings: [] })
    const last = remembered.get(tenant)
    if (last && last.until > clock.now()) return last.busy
    const entry = { busy: read(tenant), until: clock.now() + rememberMs }
    remembered.set(tenant, entry)
    entry.busy.catch(() => remembered.delete(tenant))
    return entry.busy
  }

  // What these agents' calendars say at this moment, where it isn't known; nothing of one that can't tell, or not in time.
  const now = async (tenant: string, { agents, from, to }: { agents: readonly string[]; from: Millis; to: Millis }): Promise<Said[]> => {
    const { readings } = await busy(tenant)
    const calendars = ask?.(tenant)
    const old = readings.filter(({ agent, readAt, isLate }) => agents.includes(agent) && (isLate === true || readAt === undefined || readAt < clock.now() - youngMs))
    if (!calendars || old.length === 0) return []
    const over = Promise.withResolvers<undefined>()
    const release = clock.after(budgetMs, () => over.resolve(undefined))
    const said = await Promise.all(old.map(async ({ agent, connection }): Promise<Said[]> => {
      const answer = await Promise.race([over.promise, calendars.busy({ connection, from, to }).catch((thrown: unknown) => {
        log?.warn('calendar.unasked', { connection, ...faultFields(thrown) })
        return undefined
      })])
      return answer?.isKnown ? [{ agent, calendar: connection, stretches: answer.stretches }] : []
    }))
    release()
    const lists = said.flat()
    return lists.some(({ stretches }) => stretches.length > 0) ? apartFromOurs(db.bare, tenant, lists, { from, to }) : lists
  }
  return { busy, now }
}

// Of visits of ours that stand there: as they were told last, and, until that has arrived, as they were told before. One that was called off or moved a moment ago may still be among them.
const apartFromOurs = async (on: Kysely<DB>, tenant: string, lists: readonly Said[], { from, to }: { from: Millis; to: Millis }): Promise<Said[]> => {
  const { rows } = await sql<Stretch & { connection: string }>`select p.connection_id as connection, s.starts_at as "startsAt", s.ends_at as "endsAt" from projection p
      cross join lateral (values (p.starts_at, p.ends_at), (p.was_starts_at, p.was_ends_at)) s (starts_at, ends_at)
    where p.tenant_id = ${tenant} and p.connection_id in ${among(lists.map(({ calendar }) => calendar))} and p.state in ('sent', 'stands', 'leaving') and s.starts_at < ${at(to)} and s.ends_at > ${at(from)}`.execute(on)
  return lists.map((list) => ({ ...list, stretches: without(list.stretches, rows.filter(({ connection }) => connection === list.calendar)) }))
}

