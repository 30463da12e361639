import type { Millis } from '../define.ts'
import { partOf, type Part } from './hours.ts'
import type { Slot } from './tours.ts'
import { numberAt, weekdayOf, type Weekday } from './zones.ts'

// At which times people come to their visits, learnt from those that are over: by weekday and part of the day, and in a building by itself where enough were had there.
// came, missed: how many. A time has no say before it was had thirty times: with fewer, even a plain half and half is uncertain by more than fifteen points.
// What few visits say is drawn towards what is usual, as if twenty visits like the others had been had then too, so that one lucky month moves nothing much.
export type Shown = { building: string; weekday: Weekday; part: Part; came: number; missed: number }
export type ScoreAt = (startsAt: Millis) => number
export type ShowRates = (place: { id: string; zone: string }) => ScoreAt | undefined // undefined: too little is known to prefer anything
const leastVisits = 30
const priorVisits = 20
const sureness = 1.28 // nine times in ten the true rate is not below the lower bound

type Count = { came: number; missed: number }
const visitsIn = ({ came, missed }: Count): number => came + missed
const summed = (counts: readonly Count[]): Count => ({ came: counts.reduce((sum, { came }) => sum + came, 0), missed: counts.reduce((sum, { missed }) => sum + missed, 0) })

// The mean of a beta distribution and how far it is unsure. usual: where it is drawn to.
type Belief = { mean: number; unsure: number }
export const belief = ({ came, missed }: Count, usual: number): Belief => {
  const [a, b] = [came + usual * priorVisits, missed + (1 - usual) * priorVisits]
  const mean = a / (a + b)
  return { mean, unsure: sureness * Math.sqrt((mean * (1 - mean)) / (a + b + 1)) }
}
// By its lower bound where it is surely better than usual, by its upper one where it is surely worse, and else as usual: what is merely unknown is not put last.
const scoreOf = ({ mean, unsure }: Belief, usual: number): number => (mean - unsure > usual ? mean - unsure : mean + unsure < usual ? mean + unsure : usual)

export const noPreference: ShowRates = () => undefined
export const showRates = (shown: readonly Shown[]): ShowRates => {
  const all = summed(shown)
  const usual = (all.came + 1) / (visitsIn(all) + 2)
  const cells = Map.groupBy(shown, timeOf)
  const scores = new Map<string, number>() // of each time, and of each time in a building
  for (const [time, here] of cells) {
    const total = summed(here)
    const everywhere = visitsIn(total) < leastVisits ? undefined : belief(total, usual)
    if (everywhere) scores.set(time, scoreOf(everywhere, usual))
    for (const each of here) if (visitsIn(each) >= leastVisits) scores.set(`${each.building} ${time}`, scoreOf(belief(each, everywhere?.mean ?? usual), usual))
  }
  if ([...scores.values()].every((score) => score === usual)) return noPreference
  return ({ id, zone }) => (startsAt) => {
    const time = timeOf({ weekday: weekdayOf(numberAt(zone, startsAt)), part: partOf(zone, startsAt) })
    return scores.get(`${id} ${time}`) ?? scores.get(time) ?? usual
  }
}
const timeOf = ({ weekday, part }: Pick<Shown, 'weekday' | 'part'>): string => `${weekday} ${part}`

// In the order of time they come. Those to which people come first, of two alike the sooner; among the first ones, which are offered, the soonest of all always stays.
export const likeliest = (slots: readonly Slot[], scoreAt: ScoreAt | undefined, most: number): readonly Slot[] => {
  const [soonest] = slots
  if (!scoreAt || !soonest) return slots
  const order = slots.toSorted((a, b) => scoreAt(b.startsAt) - scoreAt(a.startsAt))
  const place = order.indexOf(soonest)
  return place < most ? order : [...order.slice(0, most - 1), soonest, ...order.slice(most - 1).filter((each) => each !== soonest)]
}
