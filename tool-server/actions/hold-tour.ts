import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction, type Millis } from '../define.ts'
import { bookTour, takeSlot } from './book-tour.ts'
import { confirmHold } from './confirm-hold.ts'
import { freed } from './tour-change.ts'

// A time is kept for somebody while they make up their mind, by the rules by which it would be booked. One each: another takes the place of the first.
// unlessNamed: only until they say their name; it is booked at once where they do here, or we know it.
export const holdMs: Millis = 7 * 60_000
export const holdOver = { name: 'tours.hold-over', payload: z.strictObject({ tour: z.uuid(), place: freed.optional() }) }

const args = z.strictObject({ ...bookTour.args.shape, unlessNamed: z.literal(true).optional(), name: confirmHold.args.shape.name })
const result = z.strictObject({ ...bookTour.result.shape, until: z.int().optional() })
export const holdTour = defineAction({ name: 'hold-tour', args, result, scopes: ['tours:write'], callers: ['prospect', 'system'] }).decides(async ({ unlessNamed, name, ...wanted }, act) => {
  const { subject: { person } } = act
  if (!person) throw new AppError('bug', 'a time is held for a person')
  const until = act.now + holdMs
  const { status, ...placed } = await takeSlot(act, wanted, { heldUntil: until, unlessNamed, name })
  if (status !== 'held') return { ...placed, status }
  await act.later(holdOver, { tour: placed.tour ?? '', place: { home: wanted.home, building: wanted.building, startsAt: wanted.startsAt } }, { key: `hold:${placed.tour}`, at: until, person })
  return { ...placed, status, until }
})
