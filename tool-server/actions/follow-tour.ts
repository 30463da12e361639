import { z } from 'zod'
import { defineAction } from '../define.ts'
import { isBehind } from '../domain/leads.ts'
import { isOn, stageAfter } from '../domain/tours.ts'
import { floorOf } from '../store/crm-adopt.ts'
import { changeLead, leadToChange } from '../store/leads.ts'
import { toursOf } from '../store/tours.ts'
import { stopFollowing } from './follow-lead.ts'
import { refreshCrm } from './refresh-crm.ts'
import { tourChanged } from './tour-change.ts'

// What a visit that was booked, moved, had or called off means for the rest of the record. Beside it, so that nobody waits for this.
export const followTour = defineAction({ name: 'follow-tour', args: tourChanged.payload, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ person, change }, act) => {
  act.concerns(person)
  const lead = await leadToChange(act, person)
  const tours = await toursOf(act.tx, act.subject.tenant, person)
  const stage = stageAfter(lead.stage, change, tours.some(({ status, startsAt }) => isOn(status) && startsAt > act.now))
  // Where people have put it is as far back as it goes by itself.
  if (stage !== lead.stage && !isBehind(stage, await floorOf(act, lead.id))) await changeLead(act, lead, stage, lead.facts)
  if (change === 'booked') await stopFollowing(act, person)
  await refreshCrm(act, person, 0)
  return {}
})
