import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import { rescheduleTour } from '../actions/reschedule-tour.ts'
import type { Millis } from '../define.ts'
import type { Catalogue, Home } from '../domain/homes.ts'
import { alternatives, offer, placing, reach, searchFor, wantsFor } from '../domain/offers.ts'
import { defineTool, type Reads } from '../domain/reads.ts'
import { failed, failedNear, reply, type Failure } from '../domain/replies.ts'
import { agentsFree, freeSlots } from '../domain/slots.ts'
import { label, readWhen } from '../domain/spanish-times.ts'
import { changedFor, homeOf, overFor, toldVisit, visitMeant, visitTold, type Visit } from '../domain/visits.ts'
import { dayStart } from '../domain/zones.ts'

const say = sayings['es-MX']

export const rescheduleTourTool = defineTool({
  name: 'reschedule_tour',
  description: 'Cambia una visita de horario. Pásale el slot_id que eligió el prospecto, o cuándo (when). Sin tour_id es su próxima visita; si tiene varias, pregunta cuál. Sólo cambió si responde ok: true; si no, ofrece las alternativas que devuelve.',
  input: z.strictObject({
    tour_id: z.string().nullish().describe('El tour_id que devolvió my_tours o book_tour, si tiene más de una visita.'),
    slot_id: z.string().nullish().describe('El slot_id exacto que devolvió check_availability.'),
    when: z.string().nullish().describe('Día y hora, si no tienes slot_id: «2026-11-23 11:00» o «lunes a las 11».'),
  }),
  output: reply(z.strictObject({ tour: toldVisit })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 7_500, scopes: ['tours:write'], once: ({ tour_id, slot_id, when }) => `${tour_id ?? ''} ${slot_id ?? when ?? ''}` },
  examples: [{ name: 'sin ninguna visita por venir', input: { when: 'lunes a las 11' }, output: failed('no_tour', say.noTourAhead) }],
}).runs(async (input, { reads, act, subject: { person }, now }) => {
  if (!person) throw new AppError('bug', 'a visit belongs to a person')
  const whose = { reads, person, catalogue: await reads.homes.catalogue(), now }
  const { catalogue } = whose
  const wanted = await wish(input, whose)
  if ('ok' in wanted) return wanted
  const { tour, version, home, startsAt } = wanted
  const { zone, address } = home.building
  const near = async (taken: Parameters<typeof alternatives>[0]['taken'], visit?: Visit) => offer(reads.handles, person, home, alternatives({ catalogue, home, now, taken, ...(visit && { wants: wantsFor(visit, home) }) }, startsAt, visit?.agent))
  const able = agentsFree({ ...searchFor({ catalogue, home, now, taken: [] }), startsAt })
  if (able.length === 0) return failedNear('not_offered', say.timeNotOffered, await near(await reads.tours.taken(reach({ catalogue, home }, now))), say.noneFree(home.title))
  const moved = await act(rescheduleTour, { ...placing({ catalogue, home, now }, startsAt, able), tour, ...(version !== undefined && { version }) })
  if (!moved.tour) return failed('tour_unknown', say.tourUnknown)
  if (moved.status === 'changed') return changedFor(catalogue, moved.tour)
  if (moved.status === 'clash') return failed('clash', say.clash(label(zone, startsAt)))
  if (moved.status === 'gone') return failedNear('slot_gone', say.slotGone, await near(moved.taken ?? [], moved.tour), say.noneFree(home.title))
  if (moved.status !== 'moved') return overFor(moved.tour, now) ?? changedFor(catalogue, moved.tour)
  const told = await visitTold(whose, moved.tour)
  return { ok: true, say: say.moved(told.label, home.title, told.agent, address), data: { tour: told } }
})

type Asked = { tour_id?: string | null | undefined; slot_id?: string | null | undefined; when?: string | null | undefined }
type Around = { reads: Reads; person: string; catalogue: Catalogue; now: Millis }
type Wish = { tour: string; version?: number; home: Home; startsAt: Millis }

const wish = async ({ tour_id, slot_id, when }: Asked, whose: Around): Promise<Wish | Failure> => {
  const { reads, person, catalogue, now } = whose
  const slot = slot_id ? await reads.handles.slotOf(person, slot_id) : undefined
  const place = slot && catalogue.homes.find(({ no, isOpen }) => no === slot.home && isOpen)
  if (slot_id && (!slot || !place)) return failed('slot_unknown', say.slotUnknown)
  if (slot && place && tour_id) {
    // Both are named, so nothing needs to be looked up before the locks are taken.
    const tour = await reads.handles.tourOf(person, tour_id)
    return tour ? { tour, home: place, startsAt: slot.startsAt } : failed('tour_unknown', say.tourUnknown)
  }
  const meant = await visitMeant(whose, tour_id)
  if ('ok' in meant) return meant
  const { tour } = meant
  const over = overFor(tour, now)
  if (over) return over
  const at = slot && place ? { home: place, startsAt: slot.startsAt } : await timeMeant(tour, when, whose)
  return 'ok' in at ? at : { tour: tour.id, version: tour.version, ...at }
}

const timeMeant = async (tour: Visit, when: string | null | undefined, { reads, person, catalogue, now }: Around): Promise<Pick<Wish, 'home' | 'startsAt'> | Failure> => {
  const home = homeOf(catalogue, tour)
  if (!home.isOpen) return failed('not_available', say.homeClosed)
  const { zone } = home.building
  const at = when ? readWhen(when, { zone, now }) : undefined
  if (at && 'startsAt' in at) return { home, startsAt: at.startsAt }
  const taken = await reads.tours.taken(reach({ catalogue, home }, now))
  const place = { catalogue, home, now, taken, wants: wantsFor(tour, home) }
  const free = at ? freeSlots({ ...searchFor(place), from: dayStart(zone, at.day), most: 3 }) : alternatives(place, tour.startsAt, tour.agent)
  return failedNear('invalid_input', when && !at ? say.whenNotUnderstood : say.moveWhen, await offer(reads.handles, person, home, free), say.noneFree(home.title))
}
