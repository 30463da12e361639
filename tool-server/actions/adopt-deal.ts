import { z } from 'zod'
import { defineAction } from '../define.ts'
import { isOver, leadFacts, stage, type LeadFacts } from '../domain/leads.ts'
import { retell } from '../store/counterparts.ts'
import { learnFacts, placeElsewhere, placeLead } from '../store/crm-adopt.ts'
import { oursNow } from '../store/crm-ours.ts'
import { noteConflict } from '../store/crm-reviews.ts'
import { forgetWritten } from '../store/crm-written.ts'
import { stopFollowing } from './follow-lead.ts'
import { refreshCrm } from './refresh-crm.ts'

// Where people put a lead it stays, backwards too; but of two only one can be open. elsewhere: in a stage that is none of ours; then we leave it there. texts: what they wrote of what is looked for.
const args = z.strictObject({ person: z.uuid(), lead: z.uuid(), stage: z.union([stage, z.literal('elsewhere')]).optional(), texts: z.record(z.string(), z.string()) })
export const adoptDeal = defineAction({ name: 'adopt-deal', args, result: z.strictObject({ isPlaced: z.boolean() }), scopes: ['leads:write'], callers: ['staff', 'system'] }).decides(async ({ person, lead, stage: to, texts }, act) => {
  act.concerns(person)
  const facts = factsIn(texts)
  if (Object.keys(facts).length > 0) await learnFacts(act, lead, person, facts)
  if (to === 'elsewhere' || (to && isOver(to))) await stopFollowing(act, person)
  if (to === 'elsewhere') await placeElsewhere(act, lead)
  const isPlaced = to === undefined || to === 'elsewhere' || (await placeLead(act, lead, to))
  if (!isPlaced) {
    await noteConflict(act, { person, kind: 'deal', ours: lead, field: 'stage', won: 'ours', values: { ours: (await oursNow(act, 'deal', lead))?.texts['stage'], theirs: to } })
    await forgetWritten(act, { kind: 'deal', ours: lead }, ['stage'])
    await retell(act, 'deal', lead)
  }
  await refreshCrm(act, person)
  return { isPlaced }
})

// Each by itself: what can't be so is left out.
export const factsIn = (texts: Readonly<Record<string, string>>): LeadFacts =>
  Object.assign({}, ...Object.entries(texts).map(([field, text]) => leadFacts.safeParse({ [field]: numbers.has(field) ? Number(text) : field === 'pets' ? text === 'true' : text }).data ?? {}))
const numbers = new Set(['budgetMxn', 'bedrooms', 'occupants', 'months'])
