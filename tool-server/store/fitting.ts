import { sql, type RawBuilder } from 'kysely'
import type { Act, Millis } from '../define.ts'
import { longestWayMinutes } from '../domain/homes.ts'
import { at } from '../spine/db.ts'

// Who could show it then, asked under the lock of their days; what only counts is never locked by it.
export const mondayOf = (day: string | RawBuilder<unknown>) => sql`date_trunc('week', ${day}::date::timestamp)::date`
export const among = (ids: readonly string[]) => sql`(${sql.join(ids.map((id) => sql`${id}::uuid`))})`
// All that share a session are one visit of their agent.
export const visitsIn = sql`count(distinct coalesce(t.session_id, t.id))`
// To and from another building, b: the longer of what the two ask for, whichever was booked first.
export const wayFrom = (gapMs: Millis): RawBuilder<unknown> => sql`greatest(${gapMs / 60_000}::double precision, (b.details->'visits'->>'bufferMinutes')::int, (b.details->'visits'->>'travelMinutes')::int) * interval '1 minute'`
const longestWayMs: Millis = longestWayMinutes * 60_000

export type Place = { id: string; person: string; home: string; building: string; day: string; startsAt: Millis; endsAt: Millis; agents: readonly string[]; gapMs: Millis; perDay: number; seats?: number | undefined }
// A time that is held for somebody for a moment. Once that is over, or where the same person takes another, it is in nobody's way, whether or not its timer has come.
// Nobody else hears of it before it is confirmed, so one that isn't goes without a trace.
const isLapsed = ({ person, now }: { person: string; now: Millis }): RawBuilder<boolean> => sql<boolean>`(t.status = 'held' and (t.held_until <= ${at(now)} or t.person_id = ${person}))`

// party: of how many people. languages: a row for each that it has to be shown in, null for any. byPeople: so it was decided by people of ours, so that the languages are only wished for. itself: what is to be placed, which is in nobody's way where it is now.
type Fitting = Place & { party: RawBuilder<number>; languages: RawBuilder<unknown>; byPeople?: boolean | undefined; itself?: RawBuilder<boolean> }

const isNear = ({ startsAt, endsAt }: Place): RawBuilder<boolean> => sql<boolean>`t.starts_at < ${at(endsAt)} + t.gap and t.ends_at + t.gap > ${at(startsAt)}`
// Whether agent has no room for one more that day, or that week; which: of what they show.
const full = ({ subject: { tenant } }: Act, { day, perDay }: Place, agent: RawBuilder<unknown>, which: RawBuilder<boolean>) => {
  const shown = sql`(select ${visitsIn} from tour t where t.tenant_id = ${tenant} and t.agent_id = ${agent} and t.status <> 'cancelled' and ${which}`
  return {
    day: sql<boolean>`(${shown} and t.day = ${day}::date) >= ${perDay})`,
    week: sql<boolean>`exists (select 1 from agent a where a.tenant_id = ${tenant} and a.id = ${agent} and (a.details->>'perWeek')::int <= ${shown} and ${inWeekOf(day)}))`,
  }
}
const inWeekOf = (day: string): RawBuilder<boolean> => sql<boolean>`t.day between ${mondayOf(day)} and ${mondayOf(day)} + 6`
const onlyIt = ({ id }: Place): RawBuilder<boolean> => sql<boolean>`t.id = ${id}::uuid`

// own: what this person has then. groups: visits to the same home at that very time with room for them. fit: of those who have one, or whose day has room, with the way to and from other buildings: the first.
export const fitting = (act: Act, place: Fitting): RawBuilder<unknown> => {
  const { subject: { tenant }, now } = act
  const { id, person, home, building, startsAt, endsAt, agents, gapMs, seats = 1, party, languages, byPeople = false, itself = onlyIt(place) } = place
  const speaks = sql<boolean>`not exists (select 1 from agent a, (${languages}) as needed (language) where a.tenant_id = ${tenant} and a.id = asked.agent and not a.details->'languages' ? needed.language)`
  const lapsed = isLapsed({ person, now })
  const { day, week } = full(act, place, sql`asked.agent`, sql`not ${itself} and not ${lapsed}`)
  return sql`busy as materialized (select t.id, t.agent_id, t.building_id, t.home_id, t.session_id, t.party, t.starts_at, t.ends_at, ${lapsed} as lapsed, case when t.building_id = ${building}::uuid then interval '0' else ${wayFrom(gapMs)} end as gap from tour t join building b on b.tenant_id = t.tenant_id and b.id = t.building_id
        where t.tenant_id = ${tenant} and t.agent_id in ${among(agents)} and not ${itself} and t.status in ('held', 'confirmed')
        and t.starts_at < ${at(endsAt + longestWayMs)} and t.ends_at > ${at(startsAt - longestWayMs)}),
    groups as materialized (select t.agent_id, t.ends_at, sum(t.party) as taken from busy t where not t.lapsed and t.session_id is not null and t.home_id = ${home}::uuid and t.starts_at = ${at(startsAt)}
      group by t.agent_id, t.session_id, t.ends_at having sum(t.party) + ${party} <= ${seats}::int),
    own as materialized (select id, agent_id, home_id, starts_at from tour t where t.tenant_id = ${tenant} and t.person_id = ${person} and t.id <> ${id}::uuid and t.status = 'confirmed'
      and t.starts_at < greatest(${at(endsAt)}, (select max(ends_at) from groups)) and t.ends_at > ${at(startsAt)}),
    fit as (select asked.agent, coalesce(g.ends_at, ${at(endsAt)}) as ends_at, g.agent_id is not null as joins from (values ${sql.join(agents.map((agent, place) => sql`(${agent}::uuid, ${place}::int)`))}) as asked (agent, place) left join groups g on g.agent_id = asked.agent
      where not exists (select 1 from own) and (${byPeople} or ${speaks}) and (g.agent_id is not null or (${seats}::int = 1 or ${party} <= ${seats}::int)
        and not exists (select 1 from busy t where t.agent_id = asked.agent and not t.lapsed and ${isNear(place)})
        and not ${day} and not ${week})
      order by g.agent_id is null, asked.agent = (select agent_id from tour where tenant_id = ${tenant} and id = ${id}::uuid) desc nulls last, ${speaks} desc, g.taken desc, asked.place limit 1)`
}

// What makes way for a visit once it is known that there is room: of holds that are over, and this person's own, those there and then, and whatever must not be confirmed beside it any more, since it was left out of account. All of their own, where this is a hold too.
export const makingWay = (act: Act, { isHold, ...place }: Omit<Fitting, 'party' | 'languages'> & { isHold: boolean }): RawBuilder<unknown> => {
  const { subject: { tenant }, now } = act
  const { id, person, day, startsAt, endsAt, itself = onlyIt(place) } = place
  const withAll = full(act, place, sql`(select agent from fit)`, sql`not ${itself}`)
  return sql`freed as (delete from tour t where t.tenant_id = ${tenant} and t.status = 'held' and t.id <> ${id}::uuid and exists (select 1 from fit) and ((${isHold} and t.person_id = ${person}) or (${isLapsed({ person, now })}
    and ((t.starts_at < ${at(endsAt)} and t.ends_at > ${at(startsAt)}) or t.agent_id = (select agent from fit where not joins) and (t.id in (select t.id from busy t where ${isNear(place)})
      or (t.day = ${day}::date and ${withAll.day}) or (${inWeekOf(day)} and ${withAll.week}))))) returning t.id)`
}

// The session that they share, where visits to this home are shared. Once what makes way for it is gone, so that tours are always locked before their sessions.
export const seating = ({ subject: { tenant }, newId }: Act, { home, startsAt, seats = 1 }: Pick<Place, 'home' | 'startsAt' | 'seats'>): RawBuilder<unknown> => sql`seated as (insert into session (tenant_id, id, agent_id, home_id, starts_at, ends_at, seats)
      select ${tenant}::uuid, ${newId()}::uuid, fit.agent, ${home}::uuid, ${at(startsAt)}, fit.ends_at, ${seats}::int from fit, (select count(*) from freed) as free where ${seats}::int > 1
      on conflict (tenant_id, agent_id, home_id, starts_at, ends_at) do update set seats = greatest(excluded.seats, session.taken) returning id)`
