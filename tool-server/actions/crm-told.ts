import { z } from 'zod'
import { defineAction } from '../define.ts'
import { expectCounterpart, learnCounterpart } from '../store/counterparts.ts'
import { refreshCrm } from './refresh-crm.ts'

const kind = z.enum(['contact', 'deal', 'meeting', 'communication', 'task'])

// Before the CRM is told of something, so that its answer finds whose it is.
export const expectInCrm = defineAction({ name: 'expect-in-crm', args: z.strictObject({ person: z.uuid(), kind, ours: z.uuid() }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(
  async ({ person, kind, ours }, act) => {
    await expectCounterpart(act, kind, ours, person)
    return {}
  },
)

// The CRM has it. What waited for its id can follow.
const told = z.strictObject({ kind, ours: z.uuid(), external: z.string(), told: z.string() })
export const noteToldCrm = defineAction({ name: 'note-told-crm', args: told, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async (counterpart, act) => {
  const person = await learnCounterpart(act, counterpart)
  if (person) await refreshCrm(act, person, 0)
  return {}
})
