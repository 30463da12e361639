import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { confirmHeld } from '../store/holds.ts'
import { mailboxOf, noteEmail } from '../store/invitations.ts'
import { namePerson } from '../store/people.ts'
import { lockTour } from '../store/tours.ts'
import { tellChange, tourNow } from './tour-change.ts'

// What was held is booked, as long as it is held. name, email: as they wrote it, where we had none.
const args = z.strictObject({ tour: z.uuid(), name: z.string().min(1).max(80).optional(), email: z.email().optional() })
const result = z.strictObject({ status: z.enum(['booked', 'lapsed']), tour: tourNow.optional() })
export const confirmHold = defineAction({ name: 'confirm-hold', args, result, scopes: ['tours:write'], callers: ['prospect', 'system'] }).decides(async ({ tour: id, name, email }, act) => {
  const { subject: { person } } = act
  if (!person) throw new AppError('bug', 'a hold is of a person')
  const isNew = await confirmHeld(act, { id, person })
  const tour = await lockTour(act, { id, person })
  if (tour?.status !== 'confirmed') return { status: 'lapsed' }
  if (isNew) {
    if (name !== undefined) await namePerson(act, person, name)
    if (email !== undefined && !(await mailboxOf(act, person)).mailbox) await noteEmail(act, person, email)
    await tellChange(act, tour, 'booked', { isUntold: true })
  }
  return { status: 'booked', tour }
})
