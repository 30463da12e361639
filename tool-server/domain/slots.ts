import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { isHoliday } from './holidays.ts'
import type { Agent, Blackout, Building } from './homes.ts'
import type { Slot, Taken } from './tours.ts'
import { dayNamed, instant, minuteAt, minuteMs, numberAt, weekdayOf, zoneDay, type ZoneDay } from './zones.ts'

// When a home can be seen, and who shows it. Integers only; blocked time is sorted, merged and walked once.
// taken: all that these agents have ahead, in whatever building, also of the days at the edges. from, to: the whole visit lies in between. most: the first so many.
export type Search = { building: Building; agents: readonly Agent[]; taken: readonly Taken[]; blackouts: readonly Blackout[]; now: Millis; from?: Millis; to?: Millis; most?: number }

export const freeSlots = ({ building, agents, taken, blackouts, now, from = -Infinity, to = Infinity, most = Infinity }: Search): Slot[] => {
  const { visits, zone } = building
  const lengthMs = visits.minutes * minuteMs
  const earliest = Math.max(from, now + visits.noticeMinutes * minuteMs)
  const today = numberAt(zone, now)
  const firstDay = Math.max(today, numberAt(zone, earliest))
  const lastDay = Math.min(today + visits.horizonDays, to === Infinity ? Infinity : numberAt(zone, to))
  const takenBy = Map.groupBy(taken, ({ agent }) => agent)
  const diaries = agents.map((agent) => diaryOf(agent, { building, taken: takenBy.get(agent.id) ?? [], blackouts }))
  const slots: Slot[] = []
  for (let number = firstDay; number <= lastDay && slots.length < most; number++) {
    if (isHoliday(dayNamed(number))) continue
    const day = zoneDay(zone, number)
    const found = new Map<Millis, string[]>()
    for (const diary of diaries) {
      if ((diary.perDay.get(number) ?? 0) >= visits.perAgentAndDay) continue
      for (const { startsAt: opensAt, endsAt: closesAt } of hoursOn(day, number, diary.agent)) {
        for (const startsAt of marks(day, { zone, gridMinutes: visits.gridMinutes, opensAt, closesAt })) {
          const endsAt = startsAt + lengthMs
          if (endsAt > closesAt || endsAt > to) break
          if (startsAt < earliest || !diary.isFree(startsAt, endsAt)) continue
          const others = found.get(startsAt)
          if (others) others.push(diary.agent.id)
          else found.set(startsAt, [diary.agent.id])
        }
      }
    }
    for (const startsAt of [...found.keys()].toSorted((a, b) => a - b)) slots.push({ startsAt, endsAt: startsAt + lengthMs, agents: found.get(startsAt) ?? [] })
  }
  return slots.slice(0, most)
}

// Who could show it at that very time; nobody, where no slot begins then.
export const agentsFree = ({ startsAt, ...search }: Omit<Search, 'from' | 'to' | 'most'> & { startsAt: Millis }): readonly string[] =>
  freeSlots({ ...search, from: startsAt, to: startsAt + search.building.visits.minutes * minuteMs })[0]?.agents ?? []

// What must lie between two visits of one agent. Inside a building they may follow one another at once.
export const gapMs = ({ visits }: Building, sameBuilding: boolean): Millis => (sameBuilding ? 0 : Math.max(visits.bufferMinutes, visits.travelMinutes) * minuteMs)

// Weighted round robin: whoever is furthest behind their share of what these candidates have shown. Weight 0 shows only where nobody else can.
export const chooseAgent = (candidates: readonly string[], { weights, shown }: { weights: ReadonlyMap<string, number>; shown: ReadonlyMap<string, number> }): string => {
  const willing = candidates.filter((agent) => (weights.get(agent) ?? 0) > 0)
  const asked = willing.length > 0 ? willing : candidates
  const weightOf = (agent: string): number => (willing.length > 0 ? (weights.get(agent) ?? 0) : 1)
  const allWeights = asked.reduce((sum, agent) => sum + weightOf(agent), 0)
  const allShown = Math.max(1, asked.reduce((sum, agent) => sum + (shown.get(agent) ?? 0), 0))
  // Both shares times both totals: no division, so that a tie is a tie.
  const behind = (agent: string): number => weightOf(agent) * allShown - (shown.get(agent) ?? 0) * allWeights
  const [first, ...others] = asked
  if (first === undefined) throw new AppError('bug', 'nobody to choose from')
  return others.reduce((best, agent) => (behind(agent) > behind(best) ? agent : best), first)
}

type Stretch = { startsAt: Millis; endsAt: Millis }

const diaryOf = (agent: Agent, { building, taken, blackouts }: Pick<Search, 'building' | 'taken' | 'blackouts'>) => {
  const perDay = new Map<number, number>()
  const blocked: Stretch[] = []
  for (const each of taken) {
    const number = numberAt(building.zone, each.startsAt)
    perDay.set(number, (perDay.get(number) ?? 0) + 1)
    const gap = gapMs(building, each.building === building.id)
    blocked.push({ startsAt: each.startsAt - gap, endsAt: each.endsAt + gap })
  }
  for (const each of blackouts) if ((each.building ?? building.id) === building.id && (each.agent ?? agent.id) === agent.id) blocked.push(each)
  const merged = merge(blocked)
  let next = 0
  // Asked in the order of time only.
  const isFree = (startsAt: Millis, endsAt: Millis): boolean => {
    let ahead = merged[next]
    while (ahead && ahead.endsAt <= startsAt) ahead = merged[++next]
    return ahead === undefined || ahead.startsAt >= endsAt
  }
  return { agent, perDay, isFree }
}

const merge = (stretches: readonly Stretch[]): Stretch[] => {
  const merged: Stretch[] = []
  for (const { startsAt, endsAt } of stretches.toSorted((a, b) => a.startsAt - b.startsAt)) {
    const last = merged.at(-1)
    if (last && startsAt <= last.endsAt) last.endsAt = Math.max(last.endsAt, endsAt)
    else merged.push({ startsAt, endsAt })
  }
  return merged
}

const hoursOn = (day: ZoneDay, number: number, { hours }: Agent): Stretch[] => {
  const weekday = weekdayOf(number)
  return merge(hours.filter(({ days }) => days.includes(weekday)).map(({ from, to }) => ({ startsAt: instant(day, minuteOf(from)), endsAt: instant(day, minuteOf(to)) })))
}
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

// The grid counts from midnight by the wall clock. A mark that the clock skips is none; one that it shows twice is the first.
const marks = function* (day: ZoneDay, { zone, gridMinutes, opensAt, closesAt }: { zone: string; gridMinutes: number; opensAt: Millis; closesAt: Millis }): Generator<Millis> {
  for (let minute = Math.ceil(minuteAt(zone, opensAt) / gridMinutes) * gridMinutes; minute < 1440; minute += gridMinutes) {
    const at = instant(day, minute)
    if (at >= closesAt) return
    if (day.changesAt === Infinity || minuteAt(zone, at) === minute) yield at
  }
}
