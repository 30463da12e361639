import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import { cancelTour } from '../actions/cancel-tour.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { changedFor, homeOf, overFor, toldVisit, visitMeant, visitTold } from '../domain/visits.ts'

const say = sayings['es-MX']
const reasonLength = 500

export const cancelTourTool = defineTool({
  name: 'cancel_tour',
  description: 'Cancela una visita, sólo si el prospecto lo pidió claramente; si podría querer otro horario, ofrece antes reschedule_tour. Sin tour_id es su próxima visita; si tiene varias, pregunta cuál.',
  input: z.strictObject({
    tour_id: z.string().nullish().describe('El tour_id que devolvió my_tours o book_tour, si tiene más de una visita.'),
    reason: z.string().nullish().describe('Por qué la cancela, si lo dijo.'),
  }),
  output: reply(z.strictObject({ tour: toldVisit })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['tours:write'], once: ({ tour_id }) => tour_id ?? '' },
  examples: [{ name: 'sin ninguna visita por venir', input: {}, output: failed('no_tour', say.noTourAhead) }],
}).runs(async ({ tour_id, reason }, { reads, act, subject: { person }, now }) => {
  if (!person) throw new AppError('bug', 'a visit belongs to a person')
  const whose = { reads, person, catalogue: await reads.homes.catalogue(), now }
  const meant = await visitMeant(whose, tour_id)
  if ('ok' in meant) return meant
  const { id, version } = meant.tour
  const over = overFor(meant.tour, now)
  if (over) return over
  const { status, tour } = await act(cancelTour, { tour: id, version, ...(reason && { reason: reason.slice(0, reasonLength) }) })
  if (!tour) return failed('tour_unknown', say.tourUnknown)
  if (status !== 'cancelled') return overFor(tour, now) ?? changedFor(whose.catalogue, tour)
  const told = await visitTold(whose, tour)
  return { ok: true, say: say.cancelled(told.label, homeOf(whose.catalogue, tour).title), data: { tour: told }, next: 'Si quiere otro día, llama a check_availability con ese home y reserva con book_tour.' }
})
