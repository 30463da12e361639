import type { Millis } from '../define.ts'
import { busyOf, merge, walk, type Busy, type BusyList, type Stretch } from './busy.ts'
import { isHoliday } from './holidays.ts'
import type { Agent, Blackout, Building } from './homes.ts'
import { hoursOn, isIn, marks, type Part } from './hours.ts'
import type { Slot, Taken } from './tours.ts'
import { dayMs, instant, minuteMs, numberAt, weekOf, zoneDay, type ZoneDay } from './zones.ts'

// When a home can be seen, and who shows it. Integers only; what is busy is sorted, merged and walked once.
// taken: all that these agents have ahead, in whatever building, also of the days at the edges, and of the whole week where somebody has a limit by the week.
// ways: what other buildings ask for between a visit there and one elsewhere. calendars: what else they have to do. from, to: the whole visit lies in between. most: the first so many. home: which one, for visits in a group. seats: how many see it at once; with one, whoever comes has a visit to themselves.
export type Search = {
  building: Building; agents: readonly Agent[]; taken: readonly Taken[]; blackouts: readonly Blackout[]; ways?: ReadonlyMap<string, Millis>; calendars?: readonly BusyList[]
  now: Millis; from?: Millis; to?: Millis; most?: number; home?: string; seats?: number; wants?: Wants
}
export type Wants = { language?: Agent['languages'][number] | undefined; skills?: readonly string[]; part?: Part; party?: number; besides?: Millis } // party: how many people come. besides: a time that isn't wanted

export const freeSlots = (search: Search): Slot[] => {
  const { building: { visits, zone }, now, from = -Infinity, to = Infinity, most = Infinity, seats = 1, wants: { part, party = 1, besides } = {} } = search
  const lengthMs = visits.minutes * minuteMs
  const span = {
    from: Math.max(from, now + visits.noticeMinutes * minuteMs), to: Math.min(to, instant(zoneDay(zone, numberAt(zone, now) + visits.horizonDays + 1), 0)), lengthMs, gridMinutes: visits.gridMinutes,
  }
  const able = search.agents.filter((agent) => canShow(agent, search))
  if (seats > 1 && party > seats) return []
  const found = new Map([...freeStarts(able.map((agent) => diaryOf(agent, search)), span)].map(([startsAt, agents]): [Millis, Slot] => [startsAt, { startsAt, endsAt: startsAt + lengthMs, agents, seatsLeft: seats }]))
  for (const slot of openGroups(search, able, span)) found.set(slot.startsAt, slot)
  const slots = [...found.values()].filter(({ startsAt }) => startsAt !== besides && (!part || isIn(part, zone, startsAt)))
  return slots.toSorted((a, b) => a.startsAt - b.startsAt).slice(0, most)
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

const diaryOf = (agent: Agent, { building, taken, blackouts, ways, calendars = [] }: Search): Diary => {
  const { id, zone, visits } = building
  const own = taken.filter((each) => each.agent === agent.id)
  const shown = countBy(own.map(({ startsAt }) => numberAt(zone, startsAt)))
  const inWeek = countBy(own.map(({ startsAt }) => weekOf(numberAt(zone, startsAt))))
  const { perWeek = Infinity } = agent
  const isFull = (number: number): boolean => (shown.get(number) ?? 0) >= visits.perAgentAndDay || (inWeek.get(weekOf(number)) ?? 0) >= perWeek
  const visited = own.map(({ startsAt, endsAt, building }): Stretch => {
    const gap = building === id ? 0 : Math.max(gapMs({ visits }, false), ways?.get(building) ?? 0)
    return { startsAt: startsAt - gap, endsAt: endsAt + gap }
  })
  const { isClosed, closed, ...open } = openingOf(agent, { building, blackouts })
  return { ...open, isClosed: (number) => isFull(number) || isClosed(number), busy: [merge([...visited, ...closed]), ...calendars.filter((each) => each.agent === agent.id).map(busyOf)] }
}
// When they show this building at all, whatever they have to do.
export const openingOf = (agent: Agent, { building, blackouts }: Pick<Search, 'building' | 'blackouts'>) => {
  const { id, zone, visits } = building
  return {
    agent: agent.id, zone,
    hoursOn: (day: ZoneDay, number: number) => hoursOn(day, number, agent.hours, building.hours),
    isClosed: (number: number) => !visits.onHolidays && isHoliday(number),
    closed: blackouts.filter((each) => (each.building ?? id) === id && (each.agent ?? agent.id) === agent.id),
  }
}
const countBy = (numbers: readonly number[]): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  return counts
}

// Visits in a group that others have begun, at times at which one could begin: whoever joins needs none of the agent's time, so neither a limit nor what else they have to do speaks against it.
const openGroups = ({ taken, home, seats = 1, building, blackouts, wants: { party = 1 } = {} }: Search, able: readonly Agent[], span: Span): Slot[] => {
  const open = taken.flatMap(({ agent: id, startsAt, endsAt, group }): Slot[] => {
    const seatsLeft = seats - (group?.seatsTaken ?? seats)
    const agent = able.find((each) => each.id === id)
    if (!agent || group?.home !== home || seatsLeft < party || startsAt < span.from || endsAt > span.to) return []
    const { closed, ...opening } = openingOf(agent, { building, blackouts })
    return freeStarts([{ ...opening, busy: [merge(closed)] }], { ...span, from: startsAt, to: Math.min(span.to, startsAt + span.lengthMs) }).has(startsAt) ? [{ startsAt, endsAt, agents: [id], seatsLeft }] : []
  })
  return open.toSorted((a, b) => a.seatsLeft - b.seatsLeft) // of several at once, the one with most seats stands
}
