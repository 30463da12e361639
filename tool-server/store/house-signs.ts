import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { tellAlert } from '../domain/ports/alerts.ts'
import { at } from '../spine/db.ts'
import type { Found } from './troubles.ts'

// What is wrong with the house itself, as it stands at this moment: in the tables, so every process sees the same.
const minute: Millis = 60_000
const hour = 60 * minute
const week = 7 * 24 * hour
const turnLate = 2 * minute
const commandLate = 15 * minute
const unsealedLate = 15 * minute
const quietAfter = 3 * hour
const usually = 10 // so many came within the same hours a week ago
const openHours = (now: Millis): boolean => [18, 19, 20, 21, 22, 23, 0, 1].includes(Math.floor(now / hour) % 24) // UTC: noon to eight in Mexico

// Of each vendor and cause, how much has stopped for good. Ids and texts of it stay in the queue.
const deadNow = async (on: Kysely<DB>, tenant: string): Promise<Found[]> => {
  const { rows } = await sql<{ vendor: string; said: string; waiting: number }>`select coalesce(c.vendor, '') as vendor, coalesce(d.code, '') as said, count(*)::int as waiting from (
      select connection_id, error_code as code from inbox where tenant_id = ${tenant} and state = 'dead' union all select connection_id, error_code from job where tenant_id = ${tenant} and state = 'dead' and name <> ${tellAlert.name}
    ) d left join connection c on c.tenant_id = ${tenant} and c.id = d.connection_id group by 1, 2 order by 1, 2`.execute(on)
  return rows.map(({ vendor, said, waiting }) => ({ vendor, what: 'dead', about: `${vendor} ${said}`.trim(), said, waiting }))
}

const unseenNow = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Found[]> => {
  const { rows: [row] } = await sql<{ waiting: number; since: Millis | null }>`select count(*)::int as waiting, min(due_at) as since from escalation where tenant_id = ${tenant} and closed_at is null and seen_at is null and due_at < ${at(now)}`.execute(on)
  return row && row.since !== null ? [{ vendor: '', what: 'unseen', about: '', said: '', waiting: row.waiting, since: row.since }] : []
}

// What waits for a connection that is in trouble itself is told by that.
const workLateNow = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Found[]> => {
  const due = sql`case when error_code is null then run_at else coalesce(due_at, run_at) end`
  const { rows: [row] } = await sql<{ waiting: number }>`select count(*)::int as waiting from job where tenant_id = ${tenant} and name <> ${tellAlert.name} and (state = 'scheduled' and run_at < ${at(now - turnLate)} or state = 'ready')
    and (kind = 'turn' and ${due} < ${at(now - turnLate)} or kind = 'command' and ${due} < ${at(now - commandLate)})
    and coalesce(error_code, '') <> 'disconnected' and (connection_id is null or connection_id not in (select connection_id from trouble where tenant_id = ${tenant} and connection_id is not null))`.execute(on)
  return row && row.waiting > 0 ? [{ vendor: '', what: 'work', about: '', said: '', waiting: row.waiting }] : []
}

const unsealedNow = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Found[]> => {
  const { rows: [row] } = await sql<{ waiting: number }>`select count(*)::int as waiting from audit where tenant_id = ${tenant} and link is null and at < ${at(now - unsealedLate)}`.execute(on)
  return row && row.waiting > 0 ? [{ vendor: '', what: 'audit', about: '', said: '', waiting: row.waiting }] : []
}

// By day, whoever used to deliver at these hours; what came and wasn't read counts as well. It begins by day only, and lasts until something comes.
const silentNow = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Found[]> => {
  const since = sql`parsed_at > ${at(now - quietAfter)}`
  const { rows } = await sql<{ connection: string; vendor: string; isTold: boolean }>`select c.id as connection, c.vendor, t.what is not null as "isTold" from connection c left join trouble t on t.tenant_id = c.tenant_id and t.connection_id = c.id and t.what = 'silent'
    where c.tenant_id = ${tenant} and c.ended_at is null and not exists (select from inbox i where i.tenant_id = c.tenant_id and i.connection_id = c.id and (i.state = 'new' or i.state = 'parsed' and ${since} or i.state = 'dead' and received_at > ${at(now - quietAfter)}))
      and (t.what is not null or (select count(*) from inbox i where i.tenant_id = c.tenant_id and i.connection_id = c.id and i.state = 'parsed' and parsed_at > ${at(now - week - quietAfter)} and parsed_at <= ${at(now - week)}) > ${usually}) order by c.id`.execute(on)
  return rows.flatMap(({ connection, vendor, isTold }) => (isTold || openHours(now) ? [{ connection, vendor, what: 'silent', about: '', said: '', waiting: 0 }] : []))
}

export const houseSigns = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Found[]> =>
  (await Promise.all([deadNow(on, tenant), unseenNow(on, tenant, now), workLateNow(on, tenant, now), unsealedNow(on, tenant, now), silentNow(on, tenant, now)])).flat()
