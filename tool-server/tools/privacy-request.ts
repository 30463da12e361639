import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import { optOut } from '../actions/opt-out.ts'
import { requestPrivacy } from '../actions/request-privacy.ts'
import { arcoKinds, dueDay, folioOf } from '../domain/privacy.ts'
import { defineTool } from '../domain/reads.ts'
import { reply } from '../domain/replies.ts'
import { dayLabel } from '../domain/spanish-times.ts'

const say = sayings['es-MX']
const detailsLength = 1_000

export const privacyRequest = defineTool({
  name: 'privacy_request',
  description: 'Recibe una solicitud sobre los datos personales del prospecto (derechos ARCO), o su baja de mensajes (stop). Dile el folio y la fecha que devuelve. No es para cancelar visitas.',
  input: z.strictObject({
    kind: z.enum([...arcoKinds, 'stop']).describe('access: ver sus datos; rectify: corregirlos; cancel: borrarlos; oppose: que no los usemos; stop: que ya no le escribamos.'),
    details: z.string().nullish().describe('Qué pide, con sus palabras.'),
  }),
  output: reply(z.strictObject({ folio: z.string(), due: z.string() })),
  callers: ['prospect'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['privacy:write'], despiteTakeover: true }, // the law lets them ask at any time; asking again finds the first by itself
  examples: [{ name: 'quiere ver sus datos', input: { kind: 'access' }, output: { ok: true, say: say.privacyReceived('access', 'P-3F9A12BC', 'viernes 18 de diciembre'), data: { folio: 'P-3F9A12BC', due: '2026-12-18' } } }],
}).runs(async ({ kind, details }, { act, subject: { person, conversation }, now }) => {
  if (!person || !conversation) throw new AppError('bug', 'a privacy request is made by a person, in a conversation')
  if (kind === 'stop') {
    await act(optOut, { person, conversation, evidence: `privacy_request:${now}`, channel: 'whatsapp', at: now })
    return { ok: true, say: say.stopped, next: 'No escribas nada más: la despedida ya va en camino.' }
  }
  const found = await act(requestPrivacy, { kind, ...(details && { details: details.trim().slice(0, detailsLength) }) })
  const folio = folioOf(found.case)
  const due = dueDay(found.dueAt)
  return { ok: true, say: (found.isNew ? say.privacyReceived : say.privacyKnown)(kind, folio, dayLabel(due)), data: { folio, due }, next: 'Una persona del equipo lo revisa y puede pedirle una identificación.' }
})
