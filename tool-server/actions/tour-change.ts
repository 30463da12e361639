import { z } from 'zod'
import { languages } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import { tourChanges, tourStatuses, type Tour, type TourChange } from '../domain/tours.ts'
import { lockTour } from '../store/tours.ts'

// What all moves of a tour share: who may make them, on which version of it, and that the rest of the record hears of them.
// placed: where it was put, or left; undefined in what was set before this was said. freed: the time that it leaves to others. isUntold: its prospect doesn't know of it yet.
export const freed = z.strictObject({ home: z.uuid(), building: z.uuid(), startsAt: z.int() })
export const tourChanged = { name: 'tours.changed', payload: z.strictObject({ person: z.uuid(), tour: z.uuid(), version: z.int(), change: z.enum(tourChanges), placed: freed.optional(), freed: freed.optional(), isUntold: z.boolean() }) }

export const seen = { tour: z.uuid(), version: z.int() } // version: the one that whoever decided this had before them
export const tourNow = z.strictObject({
  id: z.uuid(), person: z.uuid(), conversation: z.uuid().optional(), home: z.uuid(), building: z.uuid(), agent: z.uuid(),
  startsAt: z.int(), endsAt: z.int(), status: z.enum(tourStatuses), version: z.int(), party: z.int(), language: z.enum(languages).optional(),
})

// Prospects, and what a workflow does for them, have theirs only; somebody else's is as missing to them as one that never was.
const isTheirs = ({ subject: { by } }: Act): boolean => by === 'prospect' || by === 'workflow'
export const ownerFor = (act: Act): string | undefined => (isTheirs(act) ? (act.subject.person ?? nobody) : undefined)
// After what time it must begin, so that it may still be moved or called off. Once it has begun only we do that.
export const sinceFor = (act: Act): Millis => (isTheirs(act) ? act.now : 0)
const nobody = '00000000-0000-0000-0000-000000000000'

// Locked, and as it was seen.
type Found = { status: 'missing' } | { status: 'changed'; tour: Tour } | { status: 'found'; tour: Tour }
export const tourToMove = async (act: Act, { tour: id, version }: { tour: string; version: number }): Promise<Found> => {
  const tour = await lockTour(act, { id, person: ownerFor(act) })
  if (!tour) return { status: 'missing' }
  act.concerns(tour.person)
  return { status: tour.version === version ? 'found' : 'changed', tour }
}

// One turn for each version, in the order in which they came about. Who does it in the chat is answered there; of what others do, and of what was done on a page, its prospect is told.
type Telling = { was?: Pick<Tour, 'home' | 'building' | 'startsAt'> | undefined; isUntold?: boolean }
export const tellChange = (act: Act, { id, person, version, home, building, startsAt }: Pick<Tour, 'id' | 'person' | 'version' | 'home' | 'building' | 'startsAt'>, change: TourChange, { was, isUntold = act.subject.by === 'staff' || act.subject.by === 'workflow' }: Telling = {}): Promise<void> =>
  act.later(tourChanged, { person, tour: id, version, change, isUntold, placed: { home, building, startsAt }, ...(was && { freed: { home: was.home, building: was.building, startsAt: was.startsAt } }) }, { key: `tour:${id}:${version}`, at: act.now, serial: lineOf(person), person })
export const lineOf = (person: string): string => `tours:${person}`
