import { serialOf } from '../actions/crm-look.ts'
import { takeAway } from '../actions/take-away.ts'
import { recordGone as payload } from '../domain/ports/crm.ts'
import { defineFlow } from '../domain/reads.ts'

// What others take away, or make one, at the CRM of what we know there.
export const crmChanged = defineFlow({
  name: 'crm.changed',
  payload,
  serial: serialOf,
  gather: (_gone, reads) => reads.homes.catalogue(),
  decide: (gone, catalogue, act) => takeAway(act, gone, catalogue),
})
