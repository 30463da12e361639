import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { leadFacts, mayMoveByTalking, movesByTalking, stage } from '../domain/leads.ts'
import { changeLead, leadToChange } from '../store/leads.ts'
import { refreshCrm } from './refresh-crm.ts'

// What the prospect tells us about themselves, and the moves of their deal that they may bring about by talking.
const args = z.strictObject({ facts: leadFacts, stage: stage.optional() })
const result = z.strictObject({ status: z.enum(['changed', 'illegal']), stage, allowed: z.array(stage) })
export const updateLead = defineAction({ name: 'update-lead', args, result, scopes: ['leads:write'], callers: ['prospect', 'staff', 'workflow'] }).decides(async ({ facts, stage: to }, act) => {
  const { subject: { person } } = act
  if (!person) throw new AppError('bug', 'a lead belongs to a person')
  const lead = await leadToChange(act, person)
  const next = to ?? lead.stage
  const allowed = [...movesByTalking(lead.stage)]
  if (next !== lead.stage && !mayMoveByTalking(lead.stage, next)) return { status: 'illegal', stage: lead.stage, allowed }
  await changeLead(act, lead, next, { ...lead.facts, ...facts })
  await refreshCrm(act, person)
  return { status: 'changed', stage: next, allowed: [...movesByTalking(next)] }
})
