import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { leadFacts, mayMoveByTalking, missingToQualify, movesByTalking, stage } from '../domain/leads.ts'
import { changeLead, leadToChange } from '../store/leads.ts'
import { refreshCrm } from './refresh-crm.ts'

// What the prospect tells us about themselves, and the moves of their deal that they may bring about by talking.
const args = z.strictObject({ facts: leadFacts, stage: stage.optional(), whenKnown: z.literal('qualified').optional() }) // whenKnown: a new deal goes there as soon as enough is known
const result = z.strictObject({ status: z.enum(['changed', 'illegal']), stage, allowed: z.array(stage), facts: leadFacts }) // facts: all that is known
export const updateLead = defineAction({ name: 'update-lead', args, result, scopes: ['leads:write'], callers: ['prospect', 'staff', 'workflow'] }).decides(async ({ facts, stage: to, whenKnown }, act) => {
  const { subject: { person } } = act
  if (!person) throw new AppError('bug', 'a lead belongs to a person')
  const lead = await leadToChange(act, person)
  const known = { ...lead.facts, ...facts }
  const next = to ?? (lead.stage === 'new' && missingToQualify(known).length === 0 ? whenKnown : undefined) ?? lead.stage
  const allowed = [...movesByTalking(lead.stage)]
  if (next !== lead.stage && !mayMoveByTalking(lead.stage, next)) return { status: 'illegal', stage: lead.stage, allowed, facts: lead.facts }
  await changeLead(act, lead, next, known)
  await refreshCrm(act, person)
  return { status: 'changed', stage: next, allowed: [...movesByTalking(next)], facts: known }
})
