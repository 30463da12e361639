import { z } from 'zod'
import { noteToldCrm } from '../actions/crm-told.ts'
import { toldBy } from '../domain/crm-record.ts'
import { defineFlow } from '../domain/reads.ts'

// The CRM has answered. A refusal stays a dead letter for people to look at; the next refresh sends what is then true.
export const crmTold = defineFlow({
  name: 'crm.told',
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: z.strictObject({ id: z.string() }).optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  async decide({ key, done }, _facts, { act }) {
    const told = toldBy(key)
    if (done && told) await act(noteToldCrm, { ...told, external: done.id })
  },
})
