import { z } from 'zod'
import { sayings } from '@portero/shared'
import { updateLead } from '../actions/update-lead.ts'
import { factFields, factName, factsIn } from '../domain/lead-facts.ts'
import { stages } from '../domain/leads.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'

const say = sayings['es-MX']

export const updateDeal = defineTool({
  name: 'update_deal',
  description: 'Anota lo que el prospecto dice de sí mismo (presupuesto, recámaras, ocupantes, mascotas, mudanza, plazo, garantía, vivienda preferida) y mueve su trato: qualified cuando ya sabes qué busca, application cuando tras visitar quiere rentar, lost cuando ya no le interesa.',
  input: z.strictObject({
    stage: z.enum(['qualified', 'application', 'lost']).nullish().describe('A qué etapa pasa, sólo si el prospecto lo dijo.'),
    ...factFields,
    home: z.string().nullish().describe('La vivienda que prefiere, por su valor home.'),
  }),
  output: reply(z.strictObject({ stage: z.enum(stages), saved: z.array(z.string()) })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['leads:write'] },
  examples: [{ name: 'un paso que no toca', input: { stage: 'application' }, output: failed('illegal_move', say.illegalMove) }],
}).runs(async ({ stage, home: name, ...told }, { reads, act }) => {
  const home = name ? homeNamed(await reads.homes.catalogue(), name) : undefined
  if (name && !home) return failed('not_found', say.noSuchHome)
  const read = factsIn(told, home?.slug)
  if ('odd' in read) return failed('invalid_input', say.notUnderstood(read.odd))
  const saved = Object.keys(read.facts).map(factName)
  if (saved.length === 0 && !stage) return failed('invalid_input', say.nothingToSave)
  const changed = await act(updateLead, { facts: read.facts, ...(stage && { stage }) })
  if (changed.status === 'illegal') return failed('illegal_move', say.illegalMove)
  return { ok: true, say: stage === 'lost' ? say.leadLost : stage ? say.leadMoved : say.leadSaved, data: { stage: changed.stage, saved } }
})
