import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { openEscalation } from '../store/escalations.ts'
import { refreshCrm } from './refresh-crm.ts'

// A person is asked to take over: who, why, and by when somebody must have looked.
export const reasons = ['asked_for_person', 'complaint', 'payment', 'contract', 'emergency', 'not_understood', 'other'] as const
const args = z.strictObject({ reason: z.enum(reasons), summary: z.string().min(1).max(1_000), owner: z.string().optional(), withinMs: z.int().min(0) })
const result = z.strictObject({ escalation: z.uuid(), owner: z.string().optional(), dueAt: z.int(), isNew: z.boolean() })
export const escalate = defineAction({ name: 'escalate', args, result, scopes: ['escalations:write'], callers: ['prospect', 'staff', 'workflow', 'system'] }).decides(async ({ reason, summary, owner, withinMs }, act) => {
  const { subject: { person, conversation } } = act
  if (!person || !conversation) throw new AppError('bug', 'an escalation belongs to a conversation')
  const { id, isNew, ...waiting } = await openEscalation(act, { id: act.newId(), person, conversation, reason, summary, owner, dueAt: act.now + withinMs })
  if (isNew) await refreshCrm(act, person)
  return { escalation: id, isNew, dueAt: waiting.dueAt, ...(waiting.owner !== undefined && { owner: waiting.owner }) }
})
