import { z } from 'zod'
import { defineAction } from '../define.ts'
import { giveLeads } from '../store/crm-adopt.ts'
import { refreshCrm } from './refresh-crm.ts'

// Who of ours looks after somebody. Escalations go to them first. lead: of one deal; of all that are open without.
const args = z.strictObject({ person: z.uuid(), lead: z.uuid().optional(), agent: z.uuid().optional() })
export const giveLead = defineAction({ name: 'give-lead', args, result: z.strictObject({}), scopes: ['leads:write'], callers: ['staff', 'system'] }).decides(async ({ person, lead, agent }, act) => {
  act.concerns(person)
  await giveLeads(act, { person, lead, agent })
  await refreshCrm(act, person)
  return {}
})
