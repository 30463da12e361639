import { z } from 'zod'
import { sayings } from '@portero/shared'
import { updateLead } from '../actions/update-lead.ts'
import { factFields, factName, factsIn } from '../domain/lead-facts.ts'
import { leadFacts, missingToQualify, stages } from '../domain/leads.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'

const say = sayings['es-MX']
const { bedrooms: _bedrooms, ...asked } = factFields

export const qualifyLead = defineTool({
  name: 'qualify_lead',
  description: 'Califica al prospecto: anota lo que ya dijo y te devuelve la siguiente pregunta y lo que falta (missing). Llámala sin datos para saber qué preguntar. No pidas comprobantes de ingresos ni datos sensibles, como salud, religión, origen o estado civil.',
  input: z.strictObject({
    ...asked,
    income_range: leadFacts.shape.incomeRange.unwrap().nullish().describe('Ingreso mensual en pesos, sólo si lo dijo por su cuenta; no lo preguntes.'),
  }),
  output: reply(z.strictObject({ qualified: z.boolean(), stage: z.enum(stages), saved: z.array(z.string()), missing: z.array(z.string()) })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['leads:write'] },
  examples: [{ name: 'falta con qué garantía', input: { move_in: '2027-01-15', occupants: 2, pets: false, budget_max: 25_000 }, output: { ok: true, say: say.askToQualify.guarantee, data: { qualified: false, stage: 'new', saved: ['occupants', 'pets', 'budget_max', 'move_in'], missing: ['guarantee'] } } }],
}).runs(async (told, { act }) => {
  const read = factsIn(told)
  if ('odd' in read) return failed('invalid_input', say.notUnderstood(read.odd))
  const { stage, facts } = await act(updateLead, { facts: read.facts, whenKnown: 'qualified' })
  const missing = missingToQualify(facts)
  const [first] = missing
  return {
    ok: true, say: first ? say.askToQualify[first] : say.qualified,
    data: { qualified: missing.length === 0, stage, saved: Object.keys(read.facts).map(factName), missing: missing.map(factName) },
    ...(!first && { next: 'Ofrece una visita con check_availability.' }),
  }
})
