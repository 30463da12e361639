import { followLead, leadSilent as timer } from '../actions/follow-lead.ts'
import { defineFlow } from '../domain/reads.ts'

export const leadSilent = defineFlow({
  ...timer,
  name: 'leads.silent',
  gather: (_payload, { homes }) => homes.catalogue(),
  decide: (payload, catalogue, act) => followLead(act, payload, catalogue),
})
