import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction, type Millis } from '../define.ts'
import { mayBecome } from '../domain/tours.ts'
import { settleTour } from '../store/tours.ts'
import { seen, tellChange, tourNow, tourToMove } from './tour-change.ts'

// How a visit went, which nobody knows before it has begun. Said by those who show homes, not by who was to come.
const result = z.strictObject({ status: z.enum(['marked', 'early', 'changed', 'illegal', 'missing']), tour: tourNow.optional() })
const args = z.strictObject({ ...seen, as: z.enum(['completed', 'no_show']) })
// Who came late was shown around all the same, and whoever did says so when they are back.
const secondThoughtsMs: Millis = 24 * 3_600_000
export const markTour = defineAction({ name: 'mark-tour', args, result, scopes: ['tours:write'], callers: ['staff', 'system'] }).decides(async ({ as: to, ...wanted }, act) => {
  const found = await tourToMove(act, wanted)
  if (found.status !== 'found') return found
  if (!mayBecome(found.tour.status, to) || (found.tour.status === 'no_show' && act.now > found.tour.endsAt + secondThoughtsMs)) return { status: 'illegal', tour: found.tour }
  if (found.tour.startsAt > act.now) return { status: 'early', tour: found.tour }
  const tour = await settleTour(act, found.tour, to)
  if (!tour) throw new AppError('bug', 'a tour moved under its lock')
  await tellChange(act, tour, to)
  return { status: 'marked', tour }
})
