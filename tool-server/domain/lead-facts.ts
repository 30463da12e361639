import { z } from 'zod'
import { leadFacts, type LeadFacts } from './leads.ts'

// What a prospect says of themselves, as models write it down.
const names: Partial<Record<string, string>> = { budgetMxn: 'budget_max', bedrooms: 'bedrooms', occupants: 'occupants', pets: 'pets', moveIn: 'move_in', months: 'months', guarantee: 'guarantee', incomeRange: 'income_range' } satisfies Record<Exclude<keyof LeadFacts, 'home'>, string>
export const factFields = {
  budget_max: z.number().nullish().describe('Presupuesto mensual en pesos.'),
  bedrooms: z.int().nullish().describe('Recámaras que busca.'),
  occupants: z.int().nullish().describe('Cuántas personas van a vivir ahí.'),
  pets: z.boolean().nullish().describe('true si tiene mascotas.'),
  move_in: z.string().nullish().describe('Fecha de mudanza, AAAA-MM-DD.'),
  months: z.int().nullish().describe('Por cuántos meses quiere rentar.'),
  guarantee: z.enum(['guarantor', 'policy', 'deposit', 'none']).nullish().describe('Garantía que puede dar: aval (guarantor), póliza jurídica (policy), depósito (deposit) o ninguna (none).'),
}
type Told = { [Field in keyof typeof factFields]: z.infer<(typeof factFields)[Field]> } & { income_range?: LeadFacts['incomeRange'] | null | undefined }
export const factName = (fact: string): string => names[fact] ?? fact

// What was left out, or said to be null, is not known. odd: the name of what can't be so.
export const factsIn = ({ budget_max, move_in, income_range, ...told }: Partial<Told>, home?: string): { facts: LeadFacts } | { odd: string } => {
  const given = { ...told, budgetMxn: typeof budget_max === 'number' ? Math.round(budget_max) : undefined, moveIn: move_in, incomeRange: income_range, home }
  const facts = leadFacts.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)))
  return facts.success ? { facts: facts.data } : { odd: factName(String(facts.error.issues[0]?.path[0])) }
}
