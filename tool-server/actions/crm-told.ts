import { z } from 'zod'
import { defineAction } from '../define.ts'
import type { Metrics } from '../spine/metrics.ts'
import { expectCounterpart, learnCounterpart } from '../store/counterparts.ts'
import { noteWritten, waitedSince } from '../store/crm-written.ts'
import { keepApart } from './keep-apart.ts'
import { refreshCrm } from './refresh-crm.ts'

const kind = z.enum(['contact', 'deal', 'meeting', 'communication', 'task', 'note', 'ticket'])

// Before the CRM is told of something, so that its answer finds whose it is.
export const expectInCrm = defineAction({ name: 'expect-in-crm', args: z.strictObject({ person: z.uuid(), kind, ours: z.uuid() }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(
  async ({ person, kind, ours }, act) => {
    await expectCounterpart(act, kind, ours, person)
    return {}
  },
)

// The CRM has it. What waited for its id can follow.
const told = z.strictObject({ kind, ours: z.uuid(), external: z.string(), told: z.string(), texts: z.record(z.string(), z.string()).default({}), key: z.string().optional(), hung: z.string().optional() }) // texts: what it was told, field by field. key: the command's
export const noteToldCrm = defineAction({ name: 'note-told-crm', args: told, result: z.strictObject({ lag: z.strictObject({ kind, ms: z.int() }).optional() }), scopes: [], callers: ['system'] }).decides(async ({ texts, key, ...counterpart }, act) => {
  const person = (await keepApart(act, counterpart, Object.keys(texts))) ? undefined : await learnCounterpart(act, counterpart)
  if (person) await noteWritten(act, counterpart, texts)
  const since = key === undefined ? undefined : await waitedSince(act, key)
  // What has changed meanwhile has its own time noted (flows/refresh-crm.ts); what could only follow on this has waited as long.
  if (person) await refreshCrm(act, person, 0, counterpart.told.startsWith('1:') ? since : act.now)
  return since === undefined ? {} : { lag: { kind: counterpart.kind, ms: Math.max(0, act.now - since) } }
})

// How long it took from the change until the CRM had it.
export const measureTold = ({ syncLag }: Pick<Metrics, 'syncLag'>) => (action: string, result: unknown): void => {
  if (action !== noteToldCrm.name) return
  const { lag } = noteToldCrm.result.parse(result)
  if (lag) syncLag.observe({ kind: lag.kind }, lag.ms / 1_000)
}
