import { z } from 'zod'
import { defineAction } from '../define.ts'
import { dropHeld } from '../store/holds.ts'
import { findTour } from '../store/tours.ts'
import { freed } from './tour-change.ts'
import { offerTime } from './waitlist.ts'

// A time that was held is free again: it is over, or who held it wants another. place: where it was, should it have made way for something else by then, which may have left that time to others.
export const releaseHold = defineAction({ name: 'release-hold', args: z.strictObject({ tour: z.uuid(), place: freed.optional() }), result: z.strictObject({ isNew: z.boolean() }), scopes: ['tours:write'], callers: ['prospect', 'system'] }).decides(
  async ({ tour: id, place }, act) => {
    const held = await findTour(act, { id, person: undefined })
    const isNew = await dropHeld(act, { id, person: act.subject.by === 'prospect' ? act.subject.person : undefined })
    const left = held ? isNew && held : place
    if (left) await offerTime(act, left)
    return { isNew }
  },
)
