import { z } from 'zod'
import { noteToldCrm } from '../actions/crm-told.ts'
import { noteStageLeft } from '../actions/owed-stages.ts'
import { refreshCrm } from '../actions/refresh-crm.ts'
import type { Act } from '../define.ts'
import { hangsOn, lineOf, toldBy } from '../domain/crm-record.ts'
import { defineFlow } from '../domain/reads.ts'
import { textsOf, type Texts } from '../domain/ports/crm-seen.ts'
import { personAt, type CounterpartKind } from '../store/counterparts.ts'

// The CRM has answered. A refusal stays a dead letter for people to look at; what has become true meanwhile is told all the same.
export const crmTold = defineFlow({
  name: 'crm.told',
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.looseObject({}), done: z.strictObject({ id: z.string(), stage: z.string().nullable().optional() }).optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  serial: ({ key }) => {
    const told = toldBy(key)
    return told ? lineOf(told) : key
  },
  async decide({ key, args, done }, _facts, act) {
    const told = toldBy(key)
    if (!told) return
    if (!done) return stillTell(act, told)
    await act.act(noteToldCrm, { ...told, key, external: done.id, texts: told.kind === 'communication' ? {} : toldOf(args, done.stage), hung: hungOn(args) })
    if (done.stage !== undefined) await act.act(noteStageLeft, { command: key })
  },
})

// stage: where it stands instead.
const toldOf = (args: Record<string, unknown>, stage: string | null | undefined): Texts => textsOf(stage === undefined ? args : { ...args, stage: stage ?? undefined })
const hungOn = ({ contact, deal }: Record<string, unknown>): string | undefined => (typeof contact === 'string' ? hangsOn(contact, typeof deal === 'string' ? deal : undefined) : undefined)

const stillTell = async (act: Act, { kind, ours }: { kind: CounterpartKind; ours: string }): Promise<void> => {
  const person = await personAt(act, kind, ours)
  if (person !== undefined) await refreshCrm(act, person)
}
