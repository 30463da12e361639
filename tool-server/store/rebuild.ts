import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import type { LeadFacts, Stage } from '../domain/leads.ts'
import type { Tour } from '../domain/tours.ts'
import { at } from '../spine/db.ts'
import { leadFacts as place } from './places.ts'

// What is found again elsewhere comes back under the ids that it had.
export const hasPeople = async (on: Kysely<DB>, tenant: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from person where tenant_id = ${tenant} limit 1`.execute(on)
  return rows.length > 0
}

// How they came to us: their conversations, which would say so, do not come back.
export const noteSource = async ({ tx, subject: { tenant } }: Act, person: string, source: 'whatsapp' | 'crm'): Promise<void> => {
  await sql`update person set source = ${source} where tenant_id = ${tenant} and id = ${person}`.execute(tx)
}

// false: another lead of theirs is open, and there may be one.
type Lead = { id: string; person: string; stage: Stage | undefined; facts: LeadFacts }
export const restoreLead = async ({ tx, subject: { tenant }, sealing, now }: Act, { id, person, stage, facts }: Lead): Promise<boolean> => {
  const { rows } = await sql`insert into lead (tenant_id, id, person_id, stage, elsewhere, facts_sealed, opened_at, changed_at)
    values (${tenant}, ${id}, ${person}, ${stage ?? 'new'}, ${stage === undefined}, ${await sealing.seal(place(id), JSON.stringify(facts), person)}, ${at(now)}, ${at(now)}) on conflict do nothing returning id`.execute(tx)
  return rows.length > 0
}

// seats: of a visit in a group, where each guest comes back to the others. false: whoever shows it has another one then.
type Placed = Pick<Tour, 'id' | 'person' | 'home' | 'building' | 'agent' | 'startsAt' | 'endsAt' | 'status'> & { day: string; seats: number }
export const restoreTour = async ({ tx, subject: { tenant }, now, newId }: Act, { id, person, home, building, agent, day, startsAt, endsAt, status, seats }: Placed): Promise<boolean> => {
  const { rows } = await sql`with seated as (insert into session (tenant_id, id, agent_id, home_id, starts_at, ends_at, seats) select ${tenant}::uuid, ${newId()}::uuid, ${agent}::uuid, ${home}::uuid, ${at(startsAt)}, ${at(endsAt)}, ${seats}::int where ${seats}::int > 1
      on conflict (tenant_id, agent_id, home_id, starts_at, ends_at) do update set seats = greatest(session.seats, session.taken + 1) returning id)
    insert into tour (tenant_id, id, person_id, home_id, building_id, agent_id, session_id, day, starts_at, ends_at, status, made_at, changed_at)
    values (${tenant}, ${id}, ${person}, ${home}, ${building}, ${agent}, (select id from seated), ${day}::date, ${at(startsAt)}, ${at(endsAt)}, ${status}, ${at(now)}, ${at(now)}) on conflict do nothing returning id`.execute(tx)
  return rows.length > 0
}

export type Ahead = { id: string; home: string; agent: string; zone: string; startsAt: Millis }
export const visitsAhead = async (on: Kysely<DB>, tenant: string, now: Millis): Promise<Ahead[]> => {
  const { rows } = await sql<Ahead>`select t.id, h.slug as home, a.slug as agent, b.zone, t.starts_at as "startsAt" from tour t join home h on h.tenant_id = t.tenant_id and h.id = t.home_id join building b on b.tenant_id = t.tenant_id and b.id = t.building_id
    join agent a on a.tenant_id = t.tenant_id and a.id = t.agent_id where t.tenant_id = ${tenant} and t.status = 'confirmed' and t.ends_at > ${at(now)} order by t.starts_at, t.id`.execute(on)
  return rows
}
