import { z } from 'zod'
import type { Act, Millis } from '../define.ts'
import { tourChanges, tourStatuses, type Tour, type TourChange } from '../domain/tours.ts'
import { lockTour } from '../store/tours.ts'

// What all moves of a tour share: who may make them, on which version of it, and that the rest of the record hears of them.
export const tourChanged = { name: 'tours.changed', payload: z.strictObject({ person: z.uuid(), change: z.enum(tourChanges) }) }

export const seen = { tour: z.uuid(), version: z.int() } // version: the one that whoever decided this had before them
export const tourNow = z.strictObject({
  id: z.uuid(), person: z.uuid(), conversation: z.uuid().optional(), home: z.uuid(), building: z.uuid(), agent: z.uuid(),
  startsAt: z.int(), endsAt: z.int(), status: z.enum(tourStatuses), version: z.int(),
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

// One turn for each version, in the order in which they came about.
export const tellChange = (act: Act, { id, person, version }: Pick<Tour, 'id' | 'person' | 'version'>, change: TourChange): Promise<void> =>
  act.later(tourChanged, { person, change }, { key: `tour:${id}:${version}`, at: act.now, serial: `tours:${person}`, person })
