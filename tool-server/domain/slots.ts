import type { Millis } from '../define.ts'
import { busyOf, merge, walk, type Busy, type BusyList, type Stretch } from './busy.ts'
import { isHoliday } from './holidays.ts'
import type { Agent, Blackout, Building } from './homes.ts'
import { hoursOn, isIn, marks, type Part } from './hours.ts'
import type { Slot, Taken } from './tours.ts'
import { dayMs, dayNamed, instant, minuteMs, numberAt, weekOf, zoneDay, type ZoneDay } from './zones.ts'

// When a home can be seen, and who shows it. Integers only; what is busy is sorted, merged and walked once.
// taken: all that these agents have ahead, in whatever building, also of the days at the edges, and of the whole week where somebody has a limit by the week.
// calendars: what else they have to do. from, to: the whole visit lies in between. most: the first so many. home: which one, for visits in a group that others have begun.
export type Search = {
  building: Building; agents: readonly Agent[]; taken: readonly Taken[]; blackouts: readonly Blackout[]; calendars?: readonly BusyList[]
  now: Millis; from?: Millis; to?: Millis; most?: number; home?: string; wants?: Wants
}
export type Wants = { language?: Agent['languages'][number]; skills?: readonly string[]; part?: Part; party?: number } // party: so many places in a group

export const freeSlots = (search: Search): Slot[] => {
  const { building: { visits, zone }, now, from = -Infinity, to = Infinity, most = Infinity, wants: { part } = {} } = search
  const lengthMs = visits.minutes * minuteMs
  const span = {
    from: Math.max(from, now + visits.noticeMinutes * minuteMs), to: Math.min(to, instant(zoneDay(zone, numberAt(zone, now) + visits.horizonDays + 1), 0)), lengthMs, gridMinutes: visits.gridMinutes,
  }
  const able = search.agents.filter((agent) => canShow(agent, search))
  const found = new Map([...freeStarts(able.map((agent) => diaryOf(agent, search)), span)].map(([startsAt, agents]): [Millis, Slot] => [startsAt, { startsAt, endsAt: startsAt + lengthMs, agents, seatsLeft: 1 }]))
  for (const slot of openGroups(search, able, span)) found.set(slot.startsAt, slot)
  const slots = [...found.values()].toSorted((a, b) => a.startsAt - b.startsAt)
  return (part ? slots.filter(({ startsAt }) => isIn(part, zone, startsAt)) : slots).slice(0, most)
}

// Who could show it at that very time; nobody, where no slot begins then.
export const agentsFree = ({ startsAt, ...search }: Omit<Search, 'from' | 'to' | 'most'> & { startsAt: Millis }): readonly string[] =>
  freeSlots({ ...search, from: startsAt, to: startsAt + dayMs }).find((slot) => slot.startsAt === startsAt)?.agents ?? []

// What must lie between two visits of one agent. Inside a building they may follow one another at once.
export const gapMs = ({ visits }: Pick<Building, 'visits'>, sameBuilding: boolean): Millis => (sameBuilding ? 0 : Math.max(visits.bufferMinutes, visits.travelMinutes) * minuteMs)

// One agent's time: the hours of a day by their clock, the days that are closed, and what is busy.
export type Diary = { agent: string; zone: string; hoursOn(day: ZoneDay, number: number): Stretch[]; isClosed?(number: number): boolean; busy: readonly Busy[] }
type Span = { from: Millis; to: Millis; lengthMs: Millis; gridMinutes: number }

// Every start that somebody can keep, with all who can.
export const freeStarts = (diaries: readonly Diary[], { from, to, lengthMs, gridMinutes }: Span): Map<Millis, string[]> => {
  const found = new Map<Millis, string[]>()
  if (from >= to) return found
  for (const { agent, zone, hoursOn, isClosed, busy } of diaries) {
    const isFree = walk(busy)
    for (let [number, last] = [numberAt(zone, from), numberAt(zone, to - 1)]; number <= last; number++) {
      if (isClosed?.(number)) continue
      const day = zoneDay(zone, number)
      for (const open of hoursOn(day, number)) {
        for (const startsAt of marks(day, { zone, gridMinutes }, open)) {
          const endsAt = startsAt + lengthMs
          if (endsAt > open.endsAt || endsAt > to) break
          if (startsAt < from || !isFree(startsAt, endsAt)) continue
          const others = found.get(startsAt)
          if (others) others.push(agent)
          else found.set(startsAt, [agent])
        }
      }
    }
  }
  return found
}

const canShow = ({ languages, skills }: Agent, { wants: { language, skills: asked = [] } = {} }: Search): boolean =>
  (language === undefined || languages.includes(language)) && asked.every((skill) => skills.includes(skill))

const diaryOf = (agent: Agent, { building, taken, blackouts, calendars = [] }: Search): Diary => {
  const { id, zone, visits } = building
  const own = taken.filter((each) => each.agent === agent.id)
  const shown = countBy(own.map(({ startsAt }) => numberAt(zone, startsAt)))
  const inWeek = countBy(own.map(({ startsAt }) => weekOf(numberAt(zone, startsAt))))
  const { perWeek = Infinity } = agent
  const isFull = (number: number): boolean => (shown.get(number) ?? 0) >= visits.perAgentAndDay || (inWeek.get(weekOf(number)) ?? 0) >= perWeek
  const visited = own.map(({ startsAt, endsAt, building }): Stretch => {
    const gap = gapMs({ visits }, building === id)
    return { startsAt: startsAt - gap, endsAt: endsAt + gap }
  })
  const closed = blackouts.filter((each) => (each.building ?? id) === id && (each.agent ?? agent.id) === agent.id)
  return {
    agent: agent.id, zone,
    hoursOn: (day, number) => hoursOn(day, number, agent.hours, building.hours),
    isClosed: (number) => isFull(number) || (!visits.onHolidays && isHoliday(dayNamed(number))),
    busy: [merge([...visited, ...closed]), ...calendars.filter((each) => each.agent === agent.id).map(busyOf)],
  }
}
const countBy = (numbers: readonly number[]): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  return counts
}

// Visits in a group that others have begun: whoever joins needs none of the agent's time, so no limit speaks against it.
const openGroups = ({ taken, home, wants: { party = 1 } = {} }: Search, able: readonly Agent[], { from, to }: Span): Slot[] => {
  const shown = new Set(able.map(({ id }) => id))
  const open = taken.flatMap(({ agent, startsAt, endsAt, group }) => (group && group.home === home && group.seatsLeft >= party && shown.has(agent) && startsAt >= from && endsAt <= to ? [{ startsAt, endsAt, agents: [agent], seatsLeft: group.seatsLeft }] : []))
  return open.toSorted((a, b) => a.seatsLeft - b.seatsLeft) // of several at once, the one with most seats stands
}
