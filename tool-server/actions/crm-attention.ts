import type { Act, Millis } from '../define.ts'
import { conversationsOf } from '../store/standing.ts'
import { escalate } from './escalate.ts'

// Somebody of ours has to look, because what was done at the CRM can't be so here, or its prospect can't be told.
const withinMs: Millis = 30 * 60_000
export const callAttention = async (act: Act, { person, conversation, summary }: { person: string; conversation?: string | undefined; summary: string }): Promise<{ escalation?: string; isNew: boolean }> => {
  const where = conversation ?? (await conversationsOf(act, person)).at(-1)?.id
  if (where === undefined) return { isNew: false } // nobody ever wrote, so nobody waits
  act.subject = { ...act.subject, person, conversation: where }
  return act.act(escalate, { reason: 'other', summary: summary.slice(0, 1_000), withinMs })
}
