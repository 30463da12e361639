import { sql, type RawBuilder } from 'kysely'
import type { Language } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import type { Part } from '../domain/hours.ts'
import { at } from '../spine/db.ts'
import { isSeen } from './blocked.ts'
import { heldNow } from './consents.ts'
import type { WaitState } from './tables.ts'

// Who waits for a time to see a home, in the order in which they joined.
export type Waiting = { id: string; person: string; conversation: string | undefined; home: string; party: number; language: Language | undefined; state: WaitState; startsAt: Millis | undefined; tour: string | undefined; dueAt: Millis | undefined }
type Row = { id: string; person: string; conversation: string | null; home: string; party: number; language: Language | null; state: WaitState; startsAt: Millis | null; tour: string | null; dueAt: Millis | null }
const columns = sql`w.id, w.person_id as person, w.conversation_id as conversation, w.home_id as home, w.party, w.language, w.state, w.starts_at as "startsAt", w.tour_id as tour, w.due_at as "dueAt"`
const waitingOf = ({ conversation, language, startsAt, tour, dueAt, ...rest }: Row): Waiting => ({ ...rest, language: language ?? undefined, conversation: conversation ?? undefined, startsAt: startsAt ?? undefined, tour: tour ?? undefined, dueAt: dueAt ?? undefined })

type Wish = { person: string; conversation: string | undefined; home: string; fromDay: string; toDay: string; part: Part | undefined; party: number; language: Language | undefined }
// Who waits for it already waits for what they want now, and keeps their place, and the language where none is said. After their row is locked, so that they join once.
export const joinLine = async ({ tx, subject: { tenant }, now, newId }: Act, { person, conversation, home, fromDay, toDay, part, party, language }: Wish): Promise<boolean> => {
  await sql`select 1 from person where tenant_id = ${tenant} and id = ${person} for no key update`.execute(tx)
  const { rows } = await sql<{ isNew: boolean }>`with kept as (update waitlist set from_day = ${fromDay}::date, to_day = ${toDay}::date, part = ${part ?? null}, party = ${party}, language = coalesce(${language ?? null}, language), conversation_id = ${conversation ?? null}::uuid, changed_at = ${at(now)}
      where tenant_id = ${tenant} and person_id = ${person} and home_id = ${home} and state in ('waiting', 'offered') returning 1),
    joined as (insert into waitlist (tenant_id, id, person_id, conversation_id, home_id, from_day, to_day, part, party, language, state, joined_at, changed_at)
      select ${tenant}::uuid, ${newId()}::uuid, ${person}::uuid, ${conversation ?? null}::uuid, ${home}::uuid, ${fromDay}::date, ${toDay}::date, ${part ?? null}, ${party}::int, ${language ?? null}, 'waiting', ${at(now)}, ${at(now)} where not exists (select 1 from kept) returning 1)
    select exists (select 1 from joined) as "isNew"`.execute(tx)
  return rows[0]?.isNew ?? false
}

// Whom a time in this building may suit: in the line, not at what they have passed, not where they want no messages, and not just keeping another one, which it would take from them. after: further back than this one. but: somebody who doesn't count. only: what is free is so many seats of that home. agent: who would show it.
export type Free = { building: string; day: string; part: Part; startsAt: Millis; after?: string | undefined; but?: string | undefined; only?: { home: string; seats: number } | undefined; agent?: string | undefined }
export const nextInLine = async ({ tx, subject: { tenant }, now }: Act, { building, day, part, startsAt, after, but, only, agent }: Free): Promise<Waiting | undefined> => {
  const { rows: [row] } = await sql<Row>`select ${columns} from waitlist w join home h on h.tenant_id = w.tenant_id and h.id = w.home_id
    where w.tenant_id = ${tenant} and w.state = 'waiting' and h.building_id = ${building} and h.status = 'open' and ${day}::date between w.from_day and w.to_day and (w.part is null or w.part = ${part})
      and w.starts_at is distinct from ${at(startsAt)} and (${after ?? null}::uuid is null or w.id > ${after ?? null}::uuid) and w.person_id is distinct from ${but ?? null}::uuid ${only ? sql`and w.home_id = ${only.home} and w.party <= ${only.seats}` : sql``} ${agent ? sql`and (w.language is null or exists (select 1 from agent a where a.tenant_id = w.tenant_id and a.id = ${agent} and a.details->'languages' ? w.language))` : sql``}
      and not exists (select 1 from tour t where t.tenant_id = w.tenant_id and t.person_id = w.person_id and t.status = 'held' and t.held_until > ${at(now)})
      and coalesce(${heldNow(sql`w.tenant_id`, sql`w.person_id`, 'messages')}, 'granted') = 'granted' and ${isSeen(tenant, sql`w.person_id`)} order by w.id limit 1`.execute(tx)
  return row && waitingOf(row)
}

export const waitingBy = async ({ tx, subject: { tenant } }: Act, id: string, person?: string): Promise<Waiting | undefined> => {
  const { rows: [row] } = await sql<Row>`select ${columns} from waitlist w where w.tenant_id = ${tenant} and w.id = ${id} and (${person ?? null}::uuid is null or w.person_id = ${person ?? null}::uuid) for no key update`.execute(tx)
  return row && waitingOf(row)
}

// From the state in which it was seen to another; false where it isn't in that any more.
type Next = { state: 'offered'; startsAt: Millis; tour: string; dueAt: Millis } | { state: Exclude<WaitState, 'offered'> }
export const putWaiting = async ({ tx, subject: { tenant }, now }: Act, { id, state }: Pick<Waiting, 'id' | 'state'>, next: Next): Promise<boolean> => {
  const offer: RawBuilder<unknown> = next.state === 'offered' ? sql`starts_at = ${at(next.startsAt)}, tour_id = ${next.tour}::uuid, due_at = ${at(next.dueAt)}` : sql`tour_id = null, due_at = null`
  const { rows } = await sql`update waitlist set state = ${next.state}, ${offer}, changed_at = ${at(now)} where tenant_id = ${tenant} and id = ${id} and state = ${state} returning 1`.execute(tx)
  return rows.length > 0
}

// They wait for that home, or for any, no more. Answers what was being kept for them.
export type Ended = { person: string; home?: string; state: 'taken' | 'left' }
type Kept = { id: string; home: string; building: string; tour: string; startsAt: Millis }
export const endWaiting = async ({ tx, subject: { tenant }, now }: Act, { person, home, state }: Ended): Promise<Kept[]> => {
  const { rows } = await sql<Kept>`with was as materialized (select tenant_id, id, home_id, tour_id, starts_at from waitlist where tenant_id = ${tenant} and person_id = ${person} ${home === undefined ? sql`` : sql`and home_id = ${home}`} and state in ('waiting', 'offered') for no key update),
    ended as (update waitlist w set state = ${state}, tour_id = null, due_at = null, changed_at = ${at(now)} from was where w.tenant_id = was.tenant_id and w.id = was.id)
    select was.id, was.home_id as home, h.building_id as building, was.tour_id as tour, was.starts_at as "startsAt" from was join home h on h.tenant_id = was.tenant_id and h.id = was.home_id where was.tour_id is not null`.execute(tx)
  return rows
}
