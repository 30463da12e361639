import { z } from 'zod'
import type { Millis } from '../define.ts'
import { ranked } from './alternatives.ts'
import { agentsFor, seatsOf, type Catalogue, type Home } from './homes.ts'
import type { Part } from './hours.ts'
import type { Own } from './reads.ts'
import { likeliest, type ScoreAt, type ShowRates } from './show-rate.ts'
import { freeSlots, gapMs, type Search, type Wants } from './slots.ts'
import { label } from './spanish-times.ts'
import type { Slot, Taken, Tour } from './tours.ts'
import { dayMs, dayOf, minuteMs, numberAt, offsetAt } from './zones.ts'

// Slots as a tool offers them: few, spread over the days, each under a handle that only this person can use.
export const offeredSlot = z.strictObject({ slot_id: z.string(), start: z.string(), label: z.string(), seats_left: z.int() })
export type OfferedSlot = z.infer<typeof offeredSlot>
export const mostOffered = 6
const perDay = 3
export const mostAlternatives = 3

type Place = { catalogue: Catalogue; home: Home; now: Millis; taken: readonly Taken[] } & Pick<Search, 'calendars' | 'wants'>
export const searchFor = ({ catalogue, home, ...rest }: Place): Search => ({
  ...rest, home: home.id, seats: seatsOf(home), building: home.building, agents: agentsFor(catalogue, home.building.id), blackouts: catalogue.blackouts, ways: waysIn(catalogue),
})
const waysIn = (catalogue: Catalogue): ReadonlyMap<string, Millis> => {
  const ways = known.get(catalogue) ?? new Map(catalogue.homes.map(({ building }) => [building.id, gapMs(building, false)]))
  known.set(catalogue, ways)
  return ways
}
const known = new WeakMap<Catalogue, ReadonlyMap<string, Millis>>()

// As a tool is told it.
type Told = { part_of_day?: Part | null | undefined; people?: number | null | undefined; language?: NonNullable<Wants['language']> | null | undefined }
export const wantsOf = ({ part_of_day, people, language }: Told): Wants => ({ ...(part_of_day && { part: part_of_day }), ...(people && people > 0 && { party: people }), ...(language && { language }) })

// Of a visit that is to be at another time: whoever comes still does, in the language that was asked for, and the time that it has is no other one.
export const wantsFor = ({ party, language, home, startsAt }: Pick<Tour, 'party' | 'language' | 'home' | 'startsAt'>, { id }: Pick<Home, 'id'>): Wants => ({ party, language, ...(home === id && { besides: startsAt }) })

// Where tours can be in the way of a slot of this home, from now to its horizon; the whole weeks of those who show so many in a week.
export const reach = ({ catalogue, home: { building } }: Pick<Place, 'catalogue' | 'home'>, now: Millis): { agents: string[]; from: Millis; to: Millis } => {
  const agents = agentsFor(catalogue, building.id)
  const edge = agents.some(({ perWeek }) => perWeek !== undefined) ? weekDays : 1
  return { agents: agents.map(({ id }) => id), from: now - edge * dayMs, to: now + (building.visits.horizonDays + 1 + edge) * dayMs }
}
const weekDays = 8 // a week, and what the hours of its ends take

export const spread = (slots: readonly Slot[], zone: string, scoreAt?: ScoreAt): Slot[] =>
  likeliest([...Map.groupBy(slots, ({ startsAt }) => numberAt(zone, startsAt)).values()].flatMap(someOf), scoreAt, mostOffered).slice(0, mostOffered)
const someOf = (slots: readonly Slot[]): Slot[] => (slots.length <= perDay ? [...slots] : Array.from({ length: perDay }, (_, at) => slots[Math.round((at * (slots.length - 1)) / (perDay - 1))]).filter((slot) => slot !== undefined))

// language: in which they are offered, which their names remember.
export const offer = (handles: Own['handles'], person: string, home: Home, slots: readonly Slot[], language?: Wants['language']): Promise<OfferedSlot[]> =>
  Promise.all(slots.map(async ({ startsAt, seatsLeft }) => ({ slot_id: await handles.slot(person, { home: home.no, startsAt, language }), start: startOf(home.building.zone, startsAt), label: label(home.building.zone, startsAt), seats_left: seatsLeft })))

// What an action needs in order to place a visit there: who could show it, in whose turn, and where to look when it is gone.
export const placing = ({ catalogue, home, now, wants: { party = 1, language } = {} }: Omit<Place, 'taken'>, startsAt: Millis, able: readonly string[]) => {
  const { id, building } = home
  return {
    home: id, building: building.id, day: dayOf(building.zone, startsAt), startsAt, endsAt: startsAt + building.visits.minutes * minuteMs, gapMs: gapMs(building, false), perDay: building.visits.perAgentAndDay, seats: seatsOf(home), party, language,
    agents: [...able], weights: Object.fromEntries(catalogue.agents.flatMap((agent) => (able.includes(agent.id) ? [[agent.id, agent.weight]] : []))), elsewhere: reach({ catalogue, home }, now),
  }
}

// The best first. agent: with whom it was to be. rates: how people come, where that is to tell between two as good.
export const alternatives = ({ rates, ...place }: Place & { rates?: ShowRates }, startsAt: Millis, agent?: string): Slot[] => {
  const { building } = place.home
  return ranked(freeSlots(searchFor(place)), { zone: building.zone, startsAt, agent, scoreAt: rates?.(building) }).slice(0, mostAlternatives)
}

// ISO 8601 with the property's offset, such as 2026-11-23T11:00-06:00.
export const startOf = (zone: string, ms: Millis): string => {
  const offset = offsetAt(zone, ms)
  const minutes = Math.abs(Math.round(offset / 60_000))
  return `${new Date(ms + offset).toISOString().slice(0, 16)}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const two = (value: number): string => String(value).padStart(2, '0')

const money = new Intl.NumberFormat('es-MX', { style: 'currency', currency: 'MXN', maximumFractionDigits: 0 })
export const pesos = (amount: number): string => money.format(amount)
