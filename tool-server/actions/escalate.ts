import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { closeEscalation, noteSeen, openEscalation } from '../store/escalations.ts'
import { unseenTimer, unseenTimers } from './call-person.ts'
import { refreshCrm } from './refresh-crm.ts'

// A person is asked to take over: who, why, and by when somebody must have looked.
export const reasons = ['asked_for_person', 'complaint', 'payment', 'contract', 'emergency', 'not_understood', 'other'] as const
// Ours: no tool offers them. unanswered: found out by ourselves. privacy: asked for by a tool of its own.
export const unanswered = 'unanswered'
export const privacy = 'privacy'
const args = z.strictObject({ reason: z.enum([...reasons, unanswered, privacy]), summary: z.string().min(1).max(1_000), withinMs: z.int().min(0) })
const result = z.strictObject({ escalation: z.uuid(), owner: z.string().optional(), dueAt: z.int(), isNew: z.boolean() })
export const escalate = defineAction({ name: 'escalate', args, result, scopes: ['escalations:write'], callers: ['prospect', 'staff', 'workflow', 'system'] }).decides(async ({ reason, summary, withinMs }, act) => {
  const { subject: { person, conversation } } = act
  if (!person || !conversation) throw new AppError('bug', 'an escalation belongs to a conversation')
  const { id, isNew, ...waiting } = await openEscalation(act, { id: act.newId(), person, conversation, reason, summary, dueAt: act.now + withinMs })
  if (isNew) {
    await act.later(unseenTimer, { escalation: id }, { key: `${unseenTimers(id)}0`, at: act.now, person }) // so that nobody waits until the others are told
    await refreshCrm(act, person)
  }
  return { escalation: id, isNew, dueAt: waiting.dueAt, ...(waiting.owner !== undefined && { owner: waiting.owner }) }
})

// A person of ours has looked, so nobody else needs to be told. saidAt: when they answered in the vendor's inbox, where nobody can tell a look.
const look = z.strictObject({ conversation: z.uuid(), saidAt: z.int().optional() })
const seen = z.strictObject({ waitedMs: z.int().optional() }) // waitedMs: not where somebody had looked before
export const seeEscalation = defineAction({ name: 'see-escalation', args: look, result: seen, scopes: [], callers: ['staff', 'system'] }).decides(async ({ conversation, saidAt }, act) => {
  const first = await noteSeen(act, conversation, saidAt === undefined ? (act.subject.user ?? act.subject.by) : inbox, saidAt)
  if (!first) return {}
  act.concerns(first.person)
  await act.drop(unseenTimers(first.id))
  return { waitedMs: first.waitedMs }
})

export const inbox = 'inbox' // whoever it is: the vendor doesn't tell

// Whoever needed a person has had one.
export const endEscalation = defineAction({ name: 'end-escalation', args: z.strictObject({ conversation: z.uuid() }), result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['staff', 'system'] }).decides(async ({ conversation }, act) => {
  const ended = await closeEscalation(act, conversation)
  if (!ended) return { isNew: false }
  act.concerns(ended.person)
  await act.drop(unseenTimers(ended.id))
  await refreshCrm(act, ended.person)
  return { isNew: true }
})
