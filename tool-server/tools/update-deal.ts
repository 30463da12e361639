import { z } from 'zod'
import { sayings } from '@portero/shared'
import { updateLead } from '../actions/update-lead.ts'
import { leadFacts, stages } from '../domain/leads.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'

const say = sayings['es-MX']

export const updateDeal = defineTool({
  name: 'update_deal',
  description: 'Anota lo que el prospecto dice de sí mismo (presupuesto, recámaras, ocupantes, mascotas, mudanza, plazo, garantía, vivienda preferida) y mueve su trato: qualified cuando ya sabes qué busca, application cuando tras visitar quiere rentar, lost cuando ya no le interesa.',
  input: z.strictObject({
    stage: z.enum(['qualified', 'application', 'lost']).nullish().describe('A qué etapa pasa, sólo si el prospecto lo dijo.'),
    budget_max: z.number().nullish().describe('Presupuesto mensual en pesos.'),
    bedrooms: z.int().nullish().describe('Recámaras que busca.'),
    occupants: z.int().nullish().describe('Cuántas personas van a vivir ahí.'),
    pets: z.boolean().nullish().describe('true si tiene mascotas.'),
    move_in: z.string().nullish().describe('Fecha de mudanza, AAAA-MM-DD.'),
    months: z.int().nullish().describe('Por cuántos meses quiere rentar.'),
    guarantee: z.enum(['guarantor', 'policy', 'deposit', 'none']).nullish().describe('Garantía que puede dar: aval (guarantor), póliza jurídica (policy), depósito (deposit) o ninguna (none).'),
    home: z.string().nullish().describe('La vivienda que prefiere, por su valor home.'),
  }),
  output: reply(z.strictObject({ stage: z.enum(stages), saved: z.array(z.string()) })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['leads:write'] },
  examples: [{ name: 'un paso que no toca', input: { stage: 'application' }, output: failed('illegal_move', say.illegalMove) }],
}).runs(async ({ stage, budget_max, bedrooms, occupants, pets, move_in, months, guarantee, home: name }, { reads, act }) => {
  const home = name ? homeNamed(await reads.homes.catalogue(), name) : undefined
  if (name && !home) return failed('not_found', say.noSuchHome)
  const given = { budgetMxn: budget_max === null || budget_max === undefined ? budget_max : Math.round(budget_max), bedrooms, occupants, pets, moveIn: move_in, months, guarantee, home: home?.slug }
  const facts = leadFacts.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)))
  if (!facts.success) return failed('invalid_input', say.notUnderstood(wireNames[String(facts.error.issues[0]?.path[0])] ?? ''))
  const saved = Object.keys(facts.data).map((fact) => wireNames[fact] ?? fact)
  if (saved.length === 0 && !stage) return failed('invalid_input', say.nothingToSave)
  const changed = await act(updateLead, { facts: facts.data, ...(stage && { stage }) })
  if (changed.status === 'illegal') return failed('illegal_move', say.illegalMove)
  return { ok: true, say: stage === 'lost' ? say.leadLost : stage ? say.leadMoved : say.leadSaved, data: { stage: changed.stage, saved } }
})

const wireNames: Record<string, string> = { budgetMxn: 'budget_max', bedrooms: 'bedrooms', occupants: 'occupants', pets: 'pets', moveIn: 'move_in', months: 'months', guarantee: 'guarantee', home: 'home' }
