import { lookAt } from '../actions/crm-look.ts'
import { recordSeen } from '../domain/ports/crm-seen.ts'
import { defineFlow } from '../domain/reads.ts'

export const crmSeen = defineFlow({
  name: 'crm.seen',
  payload: recordSeen,
  async decide(which, _facts, act) {
    await lookAt(act, which)
  },
})
