import { z } from 'zod'
import { defineAction } from '../define.ts'
import { callOff } from '../store/tours.ts'
import { ownerFor, seen, sinceFor, tellChange, tourNow } from './tour-change.ts'

// A visit is off, and its time is free again at once.
const result = z.strictObject({ status: z.enum(['cancelled', 'changed', 'illegal', 'missing']), tour: tourNow.optional() }) // changed: it isn't what they saw; illegal: it is over
const args = z.strictObject({ ...seen, reason: z.string().optional() }) // reason: as they said it, for the audit
export const cancelTour = defineAction({ name: 'cancel-tour', args, result, scopes: ['tours:write'], callers: ['prospect', 'workflow', 'staff', 'system'] }).decides(async ({ tour: id, version }, act) => {
  const { before, after } = await callOff(act, { id, version, person: ownerFor(act), since: sinceFor(act) })
  if (!before) return { status: 'missing' }
  act.concerns(before.person)
  if (!after) return { status: before.version === version ? 'illegal' : 'changed', tour: before }
  await tellChange(act, after, 'cancelled', { was: before })
  return { status: 'cancelled', tour: after }
})
