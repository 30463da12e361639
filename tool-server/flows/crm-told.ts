import { z } from 'zod'
import { noteToldCrm } from '../actions/crm-told.ts'
import { refreshCrm } from '../actions/refresh-crm.ts'
import type { Act } from '../define.ts'
import { toldBy } from '../domain/crm-record.ts'
import { defineFlow } from '../domain/reads.ts'
import { textsOf } from '../domain/ports/crm-seen.ts'
import { personAt, type CounterpartKind } from '../store/counterparts.ts'

// The CRM has answered. A refusal stays a dead letter for people to look at; what has become true meanwhile is told all the same.
export const crmTold = defineFlow({
  name: 'crm.told',
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.looseObject({}), done: z.strictObject({ id: z.string() }).optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  async decide({ key, args, done }, _facts, act) {
    const told = toldBy(key)
    if (!told) return
    if (!done) return stillTell(act, told)
    await act.act(noteToldCrm, { ...told, key, external: done.id, texts: told.kind === 'communication' ? {} : textsOf(args) })
  },
})

const stillTell = async (act: Act, { kind, ours }: { kind: CounterpartKind; ours: string }): Promise<void> => {
  const person = await personAt(act, kind, ours)
  if (person !== undefined) await refreshCrm(act, person)
}
