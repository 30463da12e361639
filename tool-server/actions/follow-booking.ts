import { z } from 'zod'
import { defineAction } from '../define.ts'
import { mayMove } from '../domain/leads.ts'
import { changeLead, leadToChange, startLead } from '../store/leads.ts'
import { refreshCrm } from './refresh-crm.ts'

// What a booked visit means for the rest of the record. Beside the booking, so that the prospect doesn't wait for it.
export const followBooking = defineAction({ name: 'follow-booking', args: z.strictObject({ person: z.uuid() }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(
  async ({ person }, act) => {
    act.concerns(person)
    await startLead(act, person)
    const lead = await leadToChange(act, person)
    if (lead && mayMove(lead.stage, 'visit_scheduled')) await changeLead(act, lead, 'visit_scheduled', lead.facts)
    await refreshCrm(act, person, 0)
    return {}
  },
)
