import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction, type Millis } from '../define.ts'
import { bookTour, takeSlot } from './book-tour.ts'

// A time is kept for somebody while they make up their mind, by the rules by which it would be booked. One each: another takes the place of the first.
export const holdMs: Millis = 7 * 60_000
export const holdOver = { name: 'tours.hold-over', payload: z.strictObject({ tour: z.uuid() }) }

const { status, ...told } = bookTour.result.shape
const result = z.strictObject({ ...told, status: status.exclude(['booked']).or(z.literal('held')), until: z.int().optional() })
export const holdTour = defineAction({ name: 'hold-tour', args: bookTour.args, result, scopes: ['tours:write'], callers: ['prospect', 'system'] }).decides(async (wanted, act) => {
  const { subject: { person } } = act
  if (!person) throw new AppError('bug', 'a time is held for a person')
  const until = act.now + holdMs
  const { status, ...placed } = await takeSlot(act, wanted, until)
  if (status !== 'booked') return { ...placed, status }
  await act.later(holdOver, { tour: placed.tour ?? '' }, { key: `hold:${placed.tour}`, at: until, person })
  return { ...placed, status: 'held', until }
})
