import { z } from 'zod'
import { defineAction } from '../define.ts'
import { dropHeld } from '../store/holds.ts'
import { findTour } from '../store/tours.ts'
import { offerTime } from './waitlist.ts'

// A time that was held is free again: it is over, or who held it wants another.
export const releaseHold = defineAction({ name: 'release-hold', args: z.strictObject({ tour: z.uuid() }), result: z.strictObject({ isNew: z.boolean() }), scopes: ['tours:write'], callers: ['prospect', 'system'] }).decides(
  async ({ tour: id }, act) => {
    const held = await findTour(act, { id, person: undefined })
    const isNew = await dropHeld(act, { id, person: act.subject.by === 'prospect' ? act.subject.person : undefined })
    if (isNew && held) await offerTime(act, held)
    return { isNew }
  },
)
