import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import type { Millis } from '../define.ts'
import { seatsOf, type Catalogue, type Home } from './homes.ts'
import { startOf } from './offers.ts'
import type { Reads } from './reads.ts'
import { failed, type Failure } from './replies.ts'
import { label } from './spanish-times.ts'
import { isOn, type Tour } from './tours.ts'

// Visits that a prospect already has: which one they mean, how it is told, and why it can't be touched any more.
const say = sayings['es-MX']
export const toldVisit = z.strictObject({ tour_id: z.string(), home: z.string(), start: z.string(), label: z.string(), address: z.string(), agent: z.string() })

export type Visit = Pick<Tour, 'id' | 'home' | 'agent' | 'startsAt' | 'endsAt' | 'status' | 'version' | 'party' | 'language'>
type Whose = { reads: Reads; person: string; catalogue: Catalogue; now: Millis }

// Where strangers share a visit, more than all of its seats can't be had.
export const tooManyFor = (home: Home, people: number | null | undefined): Failure | undefined => {
  const seats = seatsOf(home)
  return seats > 1 && (people ?? 1) > seats ? { ...failed('too_many', say.tooMany(home.title, seats)), next: 'Si pueden ir menos, consulta con ese people; si no, llama a escalate.' } : undefined
}

// The one that is named; else the next, where there is exactly one.
export const visitMeant = async ({ reads, person, catalogue, now }: Whose, handle: string | null | undefined): Promise<{ tour: Visit } | Failure> => {
  const named = handle ? await reads.handles.tourOf(person, handle) : undefined
  if (handle && !named) return failed('tour_unknown', say.tourUnknown)
  const all = await reads.tours.of(person)
  const tour = all.find(({ id }) => id === named)
  if (named) return tour ? { tour } : failed('tour_unknown', say.tourUnknown)
  const on = all.filter(({ status, endsAt }) => isOn(status) && endsAt > now).toSorted((a, b) => a.startsAt - b.startsAt)
  const coming = on.filter(({ startsAt }) => startsAt > now)
  const [next, ...more] = coming.length > 0 ? coming : on // one that has begun is refused by what it is
  if (!next) return failed('no_tour', say.noTourAhead)
  if (more.length === 0) return { tour: next }
  return { ...failed('which_tour', say.whichTour([next, ...more].map((each) => nameOf(catalogue, each)).join('; '))), next: 'Pregunta cuál; el tour_id de cada una lo da my_tours.' }
}

export const visitTold = async ({ reads, person, catalogue }: Whose, tour: Visit): Promise<z.infer<typeof toldVisit>> => {
  const { slug, building: { zone, address } } = homeOf(catalogue, tour)
  const agent = catalogue.agents.find(({ id }) => id === tour.agent)?.name ?? ''
  return { tour_id: await reads.handles.tour(person, tour.id), home: slug, start: startOf(zone, tour.startsAt), label: label(zone, tour.startsAt), address, agent }
}

export const homeOf = ({ homes }: Catalogue, tour: Visit): Home => {
  const home = homes.find(({ id }) => id === tour.home)
  if (!home) throw new AppError('bug', 'a visit to a home that is not in the catalogue')
  return home
}
const nameOf = (catalogue: Catalogue, tour: Visit): string => {
  const { title, building: { zone } } = homeOf(catalogue, tour)
  return `${title}, ${label(zone, tour.startsAt)}`
}

export const overFor = ({ status, startsAt, endsAt }: Visit, now: Millis): Failure | undefined => {
  if (status === 'cancelled') return failed('tour_over', say.tourOff)
  if (!isOn(status) || endsAt <= now) return failed('tour_over', say.tourOver)
  return startsAt <= now ? failed('tour_over', say.tourBegun) : undefined
}
export const changedFor = (catalogue: Catalogue, tour: Visit): Failure => failed('tour_changed', say.tourChanged(nameOf(catalogue, tour)), { retryable: true })
