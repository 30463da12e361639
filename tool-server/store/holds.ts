import { sql, type RawBuilder } from 'kysely'
import type { Act, Millis } from '../define.ts'
import type { Tour } from '../domain/tours.ts'
import { at } from '../spine/db.ts'

// A time that is held for somebody for a moment. Once that is over, or where the same person takes another, it is in nobody's way, whether or not its timer has come.
// Nobody else hears of it before it is confirmed, so one that isn't goes without a trace.
type Mine = { person: string; now: Millis }
export const isLapsed = ({ person, now }: Mine): RawBuilder<boolean> => sql<boolean>`(t.status = 'held' and (t.held_until <= ${at(now)} or t.person_id = ${person}))`

// What makes way for a visit once it is known that there is room: holds that are over there and then, and this person's own; all of theirs, where this is a hold too.
type Way = Mine & { id: string; tenant: string; startsAt: Millis; endsAt: Millis; isHold: boolean }
export const makingWay = ({ id, tenant, person, startsAt, endsAt, isHold, now }: Way): RawBuilder<unknown> => sql`freed as (delete from tour t where t.tenant_id = ${tenant} and t.status = 'held' and t.id <> ${id}::uuid
  and ((t.starts_at < ${at(endsAt)} and t.ends_at > ${at(startsAt)} and ${isLapsed({ person, now })}) or (${isHold} and t.person_id = ${person})) and exists (select 1 from fit) returning t.id)`

// The same visit as before, if it is still held. After whoever it is for was locked, as all bookings do.
export const confirmHeld = async ({ tx, subject, now }: Act, { id, person }: Pick<Tour, 'id' | 'person'>): Promise<boolean> => {
  await sql`select 1 from person where tenant_id = ${subject.tenant} and id = ${person} for no key update`.execute(tx)
  const { rows } = await sql`update tour set status = 'confirmed', held_until = null, version = version + 1, changed_at = ${at(now)}
    where tenant_id = ${subject.tenant} and id = ${id} and person_id = ${person} and status = 'held' and held_until > ${at(now)} returning 1`.execute(tx)
  return rows.length > 0
}

// person: whose it must be, to be let go at any time; without, only what is over.
export const dropHeld = async ({ tx, subject, now }: Act, { id, person }: { id: string; person: string | undefined }): Promise<boolean> => {
  const { rows } = await sql`delete from tour where tenant_id = ${subject.tenant} and id = ${id} and status = 'held' and (held_until <= ${at(now)} or person_id = ${person ?? null}::uuid) returning 1`.execute(tx)
  return rows.length > 0
}
