import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { mayBecome } from '../domain/tours.ts'
import { forgetBookings, settleTour } from '../store/tours.ts'
import { seen, tellChange, tourNow, tourToMove } from './tour-change.ts'

// A visit is off, and its time is free again at once.
const result = z.strictObject({ status: z.enum(['cancelled', 'changed', 'illegal', 'missing']), tour: tourNow.optional() }) // changed: it isn't what they saw; illegal: it is over
export const cancelTour = defineAction({ name: 'cancel-tour', args: z.strictObject(seen), result, scopes: ['tours:write'], callers: ['prospect', 'staff', 'system'] }).decides(async (wanted, act) => {
  const found = await tourToMove(act, wanted)
  if (found.status !== 'found') return found
  if (!mayBecome(found.tour.status, 'cancelled')) return { status: 'illegal', tour: found.tour }
  const tour = await settleTour(act, found.tour, 'cancelled')
  if (!tour) throw new AppError('bug', 'a tour moved under its lock')
  if (tour.conversation) await forgetBookings(act, tour.conversation)
  await tellChange(act, tour, 'cancelled')
  return { status: 'cancelled', tour }
})
