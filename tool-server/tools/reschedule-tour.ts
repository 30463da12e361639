import { z } from 'zod'
import { AppError, sayings, type Language } from '@portero/shared'
import { rescheduleTour } from '../actions/reschedule-tour.ts'
import type { Millis } from '../define.ts'
import { freeThen } from '../domain/free-then.ts'
import type { Catalogue, Home } from '../domain/homes.ts'
import { alternatives, offer, placing, reach, searchFor, wantsFor } from '../domain/offers.ts'
import { defineTool, type Reads } from '../domain/reads.ts'
import { failed, failedNear, reply, type Failure } from '../domain/replies.ts'
import { freeSlots } from '../domain/slots.ts'
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
    language: z.enum(['es-MX', 'en']).nullish().describe('Si ahora pide que quien le muestre hable inglés (en) o español (es-MX). Sin él, sigue el que había pedido. Sin slot_id ni when, la visita sigue a su hora y cambia quién la muestra.'),
  }),
  output: reply(z.strictObject({ tour: toldVisit })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 7_500, scopes: ['tours:write'], once: ({ tour_id, slot_id, when, language }) => `${tour_id ?? ''} ${slot_id ?? when ?? ''}${language ? ` ${language}` : ''}` },
  examples: [{ name: 'sin ninguna visita por venir', input: { when: 'lunes a las 11' }, output: failed('no_tour', say.noTourAhead) }],
}).runs(async (input, { reads, act, subject: { person }, now }) => {
  if (!person) throw new AppError('bug', 'a visit belongs to a person')
  const [catalogue, rates] = await Promise.all([reads.homes.catalogue(), reads.tours.showRates(person)]) // before the transaction, beside which nothing is asked
  const whose = { reads, person, catalogue, now }
  const wanted = await wish(input, whose)
  if ('ok' in wanted) return wanted
  const { tour, version, home, startsAt, language } = wanted
  const { zone, address } = home.building
  const { isOffered, able, calendars } = await freeThen(reads, { catalogue, home, now, wants: { language } }, startsAt)
  const near = async (code: string, said: string, taken: Parameters<typeof alternatives>[0]['taken'], visit?: Visit): Promise<Failure> => {
    const spoken = language ?? visit?.language
    const free = alternatives({ catalogue, home, now, taken, calendars, rates, wants: { ...(visit && wantsFor(visit, home)), language: spoken } }, startsAt, visit?.agent)
    return failedNear(code, spoken ? say.noneSpeaking(spoken) : said, await offer(reads.handles, person, home, free, spoken), spoken ? say.noneFreeSpeaking(home.title, spoken) : say.noneFree(home.title))
  }
  if (able.length === 0) return near(isOffered ? 'slot_gone' : 'not_offered', isOffered ? say.slotGone : say.timeNotOffered, await reads.tours.taken(reach({ catalogue, home }, now)))
  const moved = await act(rescheduleTour, { ...placing({ catalogue, home, now, wants: { language } }, startsAt, able), tour, ...(version !== undefined && { version }) })
  if (!moved.tour) return failed('tour_unknown', say.tourUnknown)
  if (moved.status === 'changed') return changedFor(catalogue, moved.tour)
  if (moved.status === 'clash') return failed('clash', say.clash(label(zone, startsAt)))
  if (moved.status === 'gone') return near('slot_gone', say.slotGone, moved.taken ?? [], moved.tour)
  if (moved.status !== 'moved') return overFor(moved.tour, now) ?? changedFor(catalogue, moved.tour)
  const told = await visitTold(whose, moved.tour)
  const speaks = language && moved.stays && catalogue.agents.some(({ id, languages }) => id === moved.tour?.agent && languages.includes(language))
  return { ok: true, say: speaks ? say.handed(told.label, home.title, told.agent, language) : say.moved(told.label, home.title, told.agent, address), data: { tour: told } }
})

type Asked = { tour_id?: string | null | undefined; slot_id?: string | null | undefined; when?: string | null | undefined; language?: Language | null | undefined }
type Around = { reads: Reads; person: string; catalogue: Catalogue; now: Millis }
type Wish = { tour: string; version?: number; home: Home; startsAt: Millis; language?: Language | undefined }

const wish = async ({ tour_id, slot_id, when, language: asked }: Asked, whose: Around): Promise<Wish | Failure> => {
  const { reads, person, catalogue, now } = whose
  const slot = slot_id ? await reads.handles.slotOf(person, slot_id) : undefined
  const language = asked ?? slot?.language
  const place = slot && catalogue.homes.find(({ no, isOpen }) => no === slot.home && isOpen)
  if (slot_id && (!slot || !place)) return failed('slot_unknown', say.slotUnknown)
  if (slot && place && tour_id) {
    // Both are named, so nothing needs to be looked up before the locks are taken.
    const tour = await reads.handles.tourOf(person, tour_id)
    return tour ? { tour, home: place, startsAt: slot.startsAt, language } : failed('tour_unknown', say.tourUnknown)
  }
  const meant = await visitMeant(whose, tour_id)
  if ('ok' in meant) return meant
  const { tour } = meant
  const over = overFor(tour, now)
  if (over) return over
  const isForLanguage = !when && asked && asked !== tour.language
  const at = slot && place ? { home: place, startsAt: slot.startsAt } : await timeMeant({ ...tour, language: language ?? tour.language }, isForLanguage ? tour.startsAt : when, whose)
  return 'ok' in at ? at : { tour: tour.id, version: tour.version, language: language ?? tour.language, ...at }
}

// when: as they say it, or a time.
const timeMeant = async (tour: Visit, when: string | Millis | null | undefined, { reads, person, catalogue, now }: Around): Promise<Pick<Wish, 'home' | 'startsAt'> | Failure> => {
  const home = homeOf(catalogue, tour)
  if (!home.isOpen) return failed('not_available', say.homeClosed)
  if (typeof when === 'number') return { home, startsAt: when }
  const { zone } = home.building
  const at = when ? readWhen(when, { zone, now }) : undefined
  if (at && 'startsAt' in at) return { home, startsAt: at.startsAt }
  const [taken, { lists: calendars }] = await Promise.all([reads.tours.taken(reach({ catalogue, home }, now)), reads.calendars.busy()])
  const place = { catalogue, home, now, taken, calendars, wants: wantsFor(tour, home) }
  const free = at ? freeSlots({ ...searchFor(place), from: dayStart(zone, at.day), most: 3 }) : alternatives({ ...place, rates: await reads.tours.showRates(person) }, tour.startsAt, tour.agent)
  return failedNear('invalid_input', when && !at ? say.whenNotUnderstood : say.moveWhen, await offer(reads.handles, person, home, free, tour.language), tour.language ? say.noneFreeSpeaking(home.title, tour.language) : say.noneFree(home.title))
}
