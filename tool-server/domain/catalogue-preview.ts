import type { Millis } from '../define.ts'
import type { BusyList } from './busy.ts'
import { showersOf, type CatalogueChange } from './catalogue-change.ts'
import type { Blackout, Building, Catalogue } from './homes.ts'
import { searchFor } from './offers.ts'
import { freeSlots, openingOf } from './slots.ts'
import type { Taken } from './tours.ts'
import { dayMs, dayNamed, dayStart, numberAt, weekOf, zoneDay } from './zones.ts'

// What a change of the catalogue does to the times that are offered, and to visits that are booked, before anything is saved.
export const previewDays = 14
export type Booked = { id: string; person: string; conversation: string | undefined; home: string; agent: string; startsAt: Millis; endsAt: Millis }
export type Around = { taken: readonly Taken[]; calendars: readonly BusyList[]; booked: readonly Booked[]; now: Millis }
export type Start = { startsAt: Millis; is: 'same' | 'new' | 'gone' }
export type BuildingPreview = { building: Building; days: { day: string; starts: Start[] }[]; before: number; after: number; added: number; gone: number }
export const reasons = ['home', 'agent', 'holiday', 'hours', 'closed', 'perDay', 'perWeek'] as const
export type Why = (typeof reasons)[number]
export type Out = Booked & { why: Why[] }
export type Preview = { buildings: BuildingPreview[]; out: Out[] }

export const previewOf = (before: Catalogue, after: Catalogue, change: CatalogueChange, around: Around): Preview => {
  const direct = concerned(before, change)
  const buildings = nearTo(before, after, direct).map((building) => compared(building, before, after, around))
  return {
    buildings: buildings.filter(({ building, added, gone }) => direct.has(building.id) || added + gone > 0),
    out: around.booked.flatMap((visit): Out[] => {
      const known = whyOut(before, visit, around.taken)
      const why = whyOut(after, visit, around.taken).filter((each) => !known.includes(each))
      return why.length === 0 ? [] : [{ ...visit, why }]
    }),
  }
}

// Each start at which some home of it can be seen within the next days: as check_availability finds it, with whom and for how long being all the same.
export const startsIn = (catalogue: Catalogue, building: string, { taken, calendars, now }: Omit<Around, 'booked'>): Millis[] => {
  const open = catalogue.homes.filter((home) => home.isOpen && home.building.id === building)
  const [first] = open
  if (!first) return []
  const { zone } = first.building
  const to = dayStart(zone, dayNamed(numberAt(zone, now) + previewDays))
  const shared = new Set(taken.map(({ group }) => group?.home)) // only where others have begun a visit in a group is a home unlike its neighbours
  const unlike = [first, ...open.slice(1).filter(({ id }) => shared.has(id))]
  return [...new Set(unlike.flatMap((home) => freeSlots({ ...searchFor({ catalogue, home, now, taken, calendars }), to }).map(({ startsAt }) => startsAt)))].toSorted((a, b) => a - b)
}

const compared = (building: Building, before: Catalogue, after: Catalogue, around: Around): BuildingPreview => {
  const [known, next] = [new Set(startsIn(before, building.id, around)), new Set(startsIn(after, building.id, around))]
  const starts = [...new Set([...known, ...next])].toSorted((a, b) => a - b).map((startsAt): Start => ({ startsAt, is: !known.has(startsAt) ? 'new' : next.has(startsAt) ? 'same' : 'gone' }))
  const today = numberAt(building.zone, around.now)
  const perDay = Map.groupBy(starts, ({ startsAt }) => numberAt(building.zone, startsAt))
  return {
    building, before: known.size, after: next.size, added: starts.filter(({ is }) => is === 'new').length, gone: starts.filter(({ is }) => is === 'gone').length,
    days: Array.from({ length: previewDays }, (_, at) => ({ day: dayNamed(today + at), starts: perDay.get(today + at) ?? [] })),
  }
}

const concerned = ({ homes, agents }: Catalogue, change: CatalogueChange): Set<string> => {
  const shownBy = (agent: string): string[] => agents.flatMap(({ id, buildings }) => (id === agent ? [...buildings] : []))
  switch (change.do) {
    case 'visits':
    case 'shows':
      return new Set([change.building])
    case 'home':
      return new Set(homes.flatMap(({ id, building }) => (id === change.home ? [building.id] : [])))
    case 'agent':
      return new Set(shownBy(change.agent))
    default:
      return new Set((change.do === 'close' ? change.blackouts : change.closed).flatMap(({ building, agent }) => (building !== undefined ? [building] : agent !== undefined ? shownBy(agent) : homes.map((home) => home.building.id))))
  }
}
// Whoever shows one building also shows others, and the way between them counts in both.
const nearTo = (before: Catalogue, after: Catalogue, direct: ReadonlySet<string>): Building[] => {
  const showing = new Set([...direct].flatMap((building) => [...showersOf(before, building), ...showersOf(after, building)]))
  const near = new Set([...direct, ...before.agents.flatMap(({ id, buildings }) => (showing.has(id) ? [...buildings] : []))])
  return [...new Map(before.homes.map(({ building }) => [building.id, building])).values()].filter(({ id }) => near.has(id)).toSorted((a, b) => Number(direct.has(b.id)) - Number(direct.has(a.id)))
}

// Why a visit could not be booked there and then any more, with the same rules as its slot. What is beyond a limit is what comes last.
export const whyOut = ({ homes, agents, blackouts }: Catalogue, { home: id, agent: who, startsAt, endsAt }: Pick<Booked, 'home' | 'agent' | 'startsAt' | 'endsAt'>, taken: readonly Taken[]): Why[] => {
  const home = homes.find((each) => each.id === id)
  const agent = agents.find((each) => each.id === who)
  if (!home || !agent) return []
  const { zone, visits, id: building } = home.building
  const number = numberAt(zone, startsAt)
  const opening = openingOf(agent, { building: home.building, blackouts })
  const sooner = taken.filter((each) => each.agent === who && each.startsAt < startsAt).map((each) => numberAt(zone, each.startsAt))
  const { perWeek = Infinity } = agent
  const isSo: Record<Why, boolean> = {
    home: !home.isOpen, agent: !agent.isActive || !agent.buildings.has(building), holiday: opening.isClosed(number),
    hours: !opening.hoursOn(zoneDay(zone, number), number).some((open) => open.startsAt <= startsAt && endsAt <= open.endsAt),
    closed: opening.closed.some((each) => each.startsAt < endsAt && each.endsAt > startsAt),
    perDay: sooner.filter((each) => each === number).length >= visits.perAgentAndDay, perWeek: sooner.filter((each) => weekOf(each) === weekOf(number)).length >= perWeek,
  }
  return reasons.filter((reason) => isSo[reason])
}
export const isWithin = ({ startsAt, endsAt, home, agent }: Booked, closed: Blackout, { homes }: Pick<Catalogue, 'homes'>): boolean =>
  closed.startsAt < endsAt && closed.endsAt > startsAt && (closed.agent ?? agent) === agent && (closed.building === undefined || homes.some(({ id, building }) => id === home && building.id === closed.building))

// From when to when visits count for what is offered until the last day that anybody can book, with the whole weeks at both ends.
export const reachOf = (now: Millis): { from: Millis; to: Millis } => ({ from: now - weekDays * dayMs, to: now + (longestHorizonDays + 1 + weekDays) * dayMs })
const weekDays = 8
const longestHorizonDays = 60
