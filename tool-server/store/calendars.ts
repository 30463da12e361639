import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { Calendar } from '../domain/calendars.ts'
import { changesPull } from '../domain/ports/calendar.ts'
import { at } from '../spine/db.ts'
import { among } from './fitting.ts'

// The calendars of those who show homes: whose each is, by its address, and how fresh what we know of it is. vendors: those that have calendars.
type Row = Omit<Calendar, 'agent' | 'readAt'> & { agent: string | null; readAt: Millis | null }
export const calendarsOf = async (on: Kysely<DB>, tenant: string, vendors: readonly string[]): Promise<Calendar[]> => {
  if (vendors.length === 0) return []
  const { rows } = await sql<Row>`select c.id as connection, c.vendor, coalesce(m.version, 0) as version, case when p.sweeping then null else p.pulled_at end as "readAt",
      (select a.id from agent a where a.tenant_id = c.tenant_id and a.active and lower(c.account) in (lower(a.details->>'email'), lower(a.details->>'calendar')) order by a.position, a.id limit 1) as agent
    from connection c left join mirror m on m.tenant_id = c.tenant_id and m.connection_id = c.id left join pull_cursor p on p.tenant_id = c.tenant_id and p.connection_id = c.id and p.name = ${changesPull}
    where c.tenant_id = ${tenant} and c.ended_at is null and c.vendor in (${sql.join(vendors)}) order by c.id`.execute(on)
  return rows.map(({ agent, readAt, ...rest }) => ({ ...rest, agent: agent ?? undefined, readAt: readAt ?? undefined }))
}

// What takes their time there, as it was last read; of several, each with the version of what it is part of.
export type BusyTime = { connection: string; startsAt: Millis; endsAt: Millis }
export const busyTimes = async (on: Kysely<DB>, tenant: string, { connections, from }: { connections: readonly string[]; from: Millis }): Promise<BusyTime[]> => {
  if (connections.length === 0) return []
  const { rows } = await sql<BusyTime>`select connection_id as connection, starts_at as "startsAt", ends_at as "endsAt" from busy_event
    where tenant_id = ${tenant} and connection_id in ${among(connections)} and ends_at > ${at(from)}`.execute(on)
  return rows
}

// Whose it is, where that is somebody of ours. undefined: it is not connected any more.
export const calendarOwner = async ({ tx, subject: { tenant } }: Act, connection: string): Promise<{ agent: string | undefined } | undefined> => {
  const { rows: [row] } = await sql<{ agent: string | null }>`select a.id as agent from connection c left join agent a on a.tenant_id = c.tenant_id and a.active and lower(c.account) in (lower(a.details->>'email'), lower(a.details->>'calendar'))
    where c.tenant_id = ${tenant} and c.id = ${connection} and c.ended_at is null order by a.position, a.id limit 1`.execute(tx)
  return row && { agent: row.agent ?? undefined }
}
