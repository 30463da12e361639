import type { Millis } from '../define.ts'
import type { BusyList, Stretch } from './busy.ts'
import { seatsOf, type Catalogue, type Home } from './homes.ts'
import { leaves, without, type Said } from './known-busy.ts'
import { searchFor } from './offers.ts'
import type { Own } from './reads.ts'
import { agentsFree, type Wants } from './slots.ts'
import type { Taken } from './tours.ts'
import { minuteMs } from './zones.ts'

// Who is to be asked for a visit at one time: by the rules, by their calendar as we have it, and, where that isn't fresh, by what it says at this moment. Whether they have a visit then is decided where one is placed.
// isOffered: whether a slot begins then at all. shown: who shows homes then, by the rules alone. calendars: to look for other times by.
export type FreeThen = { isOffered: boolean; shown: readonly string[]; able: readonly string[]; calendars: readonly BusyList[] }
type Place = { catalogue: Catalogue; home: Home; now: Millis; wants?: Wants }

// Before the transaction, beside which nothing is asked.
export const freeThen = async ({ calendars, tours }: Pick<Own, 'calendars' | 'tours'>, place: Place, startsAt: Millis): Promise<FreeThen> => {
  const then = { ...shownThen(place, startsAt), lists: (await calendars.busy()).lists }
  const free = then.shown.filter((agent) => leaves(then.lists, agent, then.span))
  const heard = { ...then, said: free.length > 0 ? await calendars.now({ agents: free, from: then.span.startsAt, to: then.span.endsAt }) : [] }
  return judged(heard, await tours.taken(inDoubt(heard)))
}

// Whether somebody can still keep what is held for a visit with them.
export const keepsFree = async ({ calendars, tours }: Pick<Own, 'calendars' | 'tours'>, home: Home, { agent, startsAt }: { agent: string; startsAt: Millis }): Promise<FreeThen> => {
  const span = spanOf(home, startsAt)
  const heard = { home, shown: [agent], span, lists: (await calendars.busy()).lists, said: await calendars.now({ agents: [agent], from: span.startsAt, to: span.endsAt }) }
  return judged(heard, await tours.taken(inDoubt(heard)))
}

// By the rules alone.
export const shownThen = (place: Place, startsAt: Millis): { home: Home; shown: readonly string[]; span: Stretch } => ({
  home: place.home, shown: agentsFree({ ...searchFor({ ...place, taken: [] }), startsAt }), span: spanOf(place.home, startsAt),
})
const spanOf = ({ building: { visits } }: Home, startsAt: Millis): Stretch => ({ startsAt, endsAt: startsAt + visits.minutes * minuteMs })

type Heard = ReturnType<typeof shownThen> & { lists: readonly BusyList[]; said: readonly Said[] }
// Of whom it takes a look at our own visits: a calendar shows those too, and by them others judge.
export const inDoubt = ({ home, shown, span, lists, said }: Heard): { agents: string[]; from: Millis; to: Millis } => {
  const isBusy = (agent: string): boolean => (seatsOf(home) > 1 && !leaves(lists, agent, span)) || said.some((each) => each.agent === agent && each.stretches.length > 0)
  return { agents: shown.filter(isBusy), from: span.startsAt, to: span.endsAt }
}
// Who shows the home to others then has their time taken by that very visit, so whoever joins needs none of it.
export const judged = ({ home, shown, span, lists, said }: Heard, taken: readonly Taken[]): FreeThen => {
  const calendars = [...lists, ...said.map((each) => apart(each, taken))]
  const isShown = (agent: string): boolean => taken.some((each) => each.agent === agent && each.startsAt === span.startsAt && each.group?.home === home.id)
  return { isOffered: shown.length > 0, shown, able: shown.filter((agent) => leaves(calendars, agent, span) || isShown(agent)), calendars }
}
const apart = ({ agent, calendar, stretches }: Said, taken: readonly Taken[]): BusyList => {
  const theirs = without(stretches, taken.filter((each) => each.agent === agent && !each.isHeld))
  return { agent, calendar: `${calendar} now`, version: JSON.stringify(theirs), stretches: theirs }
}
