import { forgetRecord } from '../actions/crm-changed.ts'
import { recordGone as payload } from '../domain/ports/crm.ts'
import { defineFlow } from '../domain/reads.ts'

// What others do at the CRM to the records that we know there.
export const crmChanged = defineFlow({
  name: 'crm.changed',
  payload,
  serial: ({ kind, id }) => `crm-changed:${kind}:${id}`,
  async decide(gone, _facts, { act }) {
    await act(forgetRecord, gone)
  },
})
