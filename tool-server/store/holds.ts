import { sql } from 'kysely'
import type { Act } from '../define.ts'
import type { Tour } from '../domain/tours.ts'
import { at } from '../spine/db.ts'
import { mondayOf } from './fitting.ts'

// The same visit as before, if it is still held. After whoever it is for and the days of who shows it were locked, as all bookings do: whoever found it over has either taken it away by then or not begun.
export const confirmHeld = async ({ tx, subject, now }: Act, { id, person }: Pick<Tour, 'id' | 'person'>): Promise<boolean> => {
  await sql`with me as materialized (select id from person where tenant_id = ${subject.tenant} and id = ${person} for no key update)
    insert into agent_day (tenant_id, agent_id, day) select distinct t.tenant_id, t.agent_id, unnest(array[t.day, case when a.details->'perWeek' is null then t.day else ${mondayOf(sql`t.day`)} end]) as day
    from me join tour t on t.person_id = me.id join agent a on a.tenant_id = t.tenant_id and a.id = t.agent_id where t.tenant_id = ${subject.tenant} and t.id = ${id} and t.status = 'held'
    order by day on conflict (tenant_id, agent_id, day) do update set bookings = agent_day.bookings`.execute(tx)
  const { rows } = await sql`update tour set status = 'confirmed', held_until = null, version = version + 1, changed_at = ${at(now)}
    where tenant_id = ${subject.tenant} and id = ${id} and person_id = ${person} and status = 'held' and held_until > ${at(now)} returning 1`.execute(tx)
  return rows.length > 0
}

// person: whose it must be, to be let go at any time; without, only what is over.
export const dropHeld = async ({ tx, subject, now }: Act, { id, person }: { id: string; person: string | undefined }): Promise<boolean> => {
  const { rows } = await sql`delete from tour where tenant_id = ${subject.tenant} and id = ${id} and status = 'held' and (held_until <= ${at(now)} or person_id = ${person ?? null}::uuid) returning 1`.execute(tx)
  return rows.length > 0
}
