import { z } from 'zod'
import { day } from './homes.ts'

// Where somebody stands on the way to a lease, and what they told us about what they look for.
export const stages = ['new', 'qualified', 'visit_scheduled', 'visit_done', 'application', 'won', 'lost'] as const
export const stage = z.enum(stages)
export type Stage = z.infer<typeof stage>
export const isOver = (at: Stage): boolean => at === 'won' || at === 'lost'
export const isBehind = (at: Stage, floor: Stage | undefined): boolean => floor !== undefined && stages.indexOf(at) < stages.indexOf(floor)

// What the prospect may bring about by talking. Visits move a lead by being booked and held; winning is the people's.
const byTalking: Partial<Record<Stage, readonly Stage[]>> = {
  new: ['qualified', 'lost'], qualified: ['lost'], visit_scheduled: ['lost'], visit_done: ['application', 'lost'], application: ['lost'], lost: ['qualified'],
}
export const mayMoveByTalking = (from: Stage, to: Stage): boolean => byTalking[from]?.includes(to) ?? false
export const movesByTalking = (from: Stage): readonly Stage[] => byTalking[from] ?? []

// Every move there is. Backwards only from a visit that is off.
const legal: Record<Stage, readonly Stage[]> = {
  new: ['qualified', 'visit_scheduled', 'lost'], qualified: ['visit_scheduled', 'lost'], visit_scheduled: ['qualified', 'visit_done', 'lost'],
  visit_done: ['visit_scheduled', 'application', 'lost'], application: ['visit_scheduled', 'won', 'lost'], won: [], lost: ['qualified'],
}
export const mayMove = (from: Stage, to: Stage): boolean => legal[from].includes(to)

export const leadFacts = z.strictObject({
  budgetMxn: z.int().min(1_000).max(1_000_000).optional(),
  bedrooms: z.int().min(0).max(10).optional(),
  occupants: z.int().min(1).max(20).optional(),
  pets: z.boolean().optional(),
  moveIn: day.optional(),
  months: z.int().min(1).max(60).optional(),
  guarantee: z.enum(['guarantor', 'policy', 'deposit', 'none']).optional(),
  home: z.string().optional(), // the slug of the one they like
  incomeRange: z.enum(['under_20k', '20k_to_40k', '40k_to_80k', 'over_80k']).optional(), // pesos a month, where they said so unasked; no vendor is told
})
export type LeadFacts = z.infer<typeof leadFacts>
export type Lead = { id: string; person: string; stage: Stage; facts: LeadFacts }

// A deal is qualified once all of these are known; in the order in which they are asked for.
export const qualifying = ['moveIn', 'occupants', 'pets', 'budgetMxn', 'guarantee'] as const
export type Qualifying = (typeof qualifying)[number]
export const missingToQualify = (facts: LeadFacts): Qualifying[] => qualifying.filter((fact) => facts[fact] === undefined)
