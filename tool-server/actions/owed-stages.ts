import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { stages } from '../domain/leads.ts'
import { retell } from '../store/counterparts.ts'
import { veil } from '../store/crm-written.ts'
import { owedStages } from '../store/owed-stages.ts'
import { noteTrouble, watchSoon } from '../store/troubles.ts'
import { refreshCrm } from './refresh-crm.ts'

// The CRM has taken a deal without its stage, which isn't there any more: admins hear of it as of all that is amiss there, and once it is mended the stage is told.
export const noteStageLeft = defineAction({ name: 'note-stage-left', args: z.strictObject({ command: z.string() }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ command }, act) => {
  const connection = await watchSoon(act, command)
  if (connection !== undefined) await noteTrouble(act, { connection, what: 'setup', about: '', said: 'a deal was taken without its stage', waiting: 0 })
  return {}
})

export const tellStages = async (act: Act): Promise<void> => {
  const marks = new Map<string, string>()
  for (const stage of stages) marks.set(stage, await veil(act, { kind: 'deal' }, 'stage', stage))
  for (const { lead, person } of await owedStages(act, marks)) {
    await retell(act, 'deal', lead)
    await refreshCrm(act, person)
  }
}
