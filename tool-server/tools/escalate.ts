import { z } from 'zod'
import { sayings } from '@portero/shared'
import { escalate, reasons } from '../actions/escalate.ts'
import type { Millis } from '../define.ts'
import { defineTool } from '../domain/reads.ts'
import { reply } from '../domain/replies.ts'

const say = sayings['es-MX']
const withinMs: Millis = 15 * 60_000 // by then somebody must have looked
const summaryLength = 1_000

export const escalateTool = defineTool({
  name: 'escalate',
  description: 'Pide que una persona de UrbanHub atienda la conversación: si el prospecto la pide, se queja, pregunta por pagos o contrato, hay una emergencia, o no logras ayudarle. Llámala una vez y avísale al prospecto.',
  input: z.strictObject({
    reason: z.enum(reasons).describe('asked_for_person, complaint, payment, contract, emergency, not_understood u other.'),
    summary: z.string().describe('Resumen de la conversación en una o dos frases, para quien la va a atender.'),
  }),
  output: reply(z.strictObject({ owner: z.string().nullish(), answer_by: z.string() })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['escalations:write'] },
  examples: [{ name: 'pide una persona', input: { reason: 'asked_for_person', summary: 'Quiere hablar con alguien sobre el aval.' }, output: { ok: true, say: say.escalated('Sofía', 15), data: { owner: 'Sofía', answer_by: '2026-11-23T17:15:00.000Z' } } }],
}).runs(async ({ reason, summary }, { act }) => {
  const { dueAt, isNew, ...waiting } = await act(escalate, { reason, summary: summary.trim().slice(0, summaryLength) || reason, withinMs })
  return {
    ok: true, say: isNew ? say.escalated(waiting.owner, withinMs / 60_000) : say.alreadyEscalated,
    data: { answer_by: new Date(dueAt).toISOString(), ...(waiting.owner !== undefined && { owner: waiting.owner }) },
  }
})
