import { z } from 'zod'
import { AppError, sayings, type Language } from '@portero/shared'
import { bookTour } from '../actions/book-tour.ts'
import { holdTour } from '../actions/hold-tour.ts'
import { freeThen } from '../domain/free-then.ts'
import type { Catalogue, Home } from '../domain/homes.ts'
import type { Millis } from '../define.ts'
import { alternatives, offer, placing, reach, searchFor, startOf, wantsOf } from '../domain/offers.ts'
import { defineTool, type Reads } from '../domain/reads.ts'
import { failed, failedNear, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'
import { freeSlots } from '../domain/slots.ts'
import { hourLabel, label, readWhen } from '../domain/spanish-times.ts'
import { tooManyFor } from '../domain/visits.ts'
import { dayStart } from '../domain/zones.ts'

const say = sayings['es-MX']
const tour = z.strictObject({ tour_id: z.string(), home: z.string(), start: z.string(), label: z.string(), address: z.string(), agent: z.string() })

export const bookTourTool = defineTool({
  name: 'book_tour',
  description: 'Reserva una visita. Pásale el slot_id que eligió el prospecto; si no lo tienes, la vivienda (home) y cuándo (when). Sólo está reservada si responde ok: true; si no, pide lo que falta u ofrece las alternativas que devuelve.',
  input: z.strictObject({
    slot_id: z.string().nullish().describe('El slot_id exacto que devolvió check_availability.'),
    home: z.string().nullish().describe('El valor home, si no tienes slot_id.'),
    when: z.string().nullish().describe('Día y hora, si no tienes slot_id: «2026-11-23 11:00» o «lunes a las 11».'),
    part_of_day: z.enum(['morning', 'afternoon', 'evening']).nullish().describe('Si dijo el día sin hora: mañana (morning), tarde (afternoon) o noche (evening).'),
    name: z.string().nullish().describe('A nombre de quién queda la visita, si lo dijo.'),
    people: z.int().nullish().describe('Cuántas personas van a la visita, si lo dijo.'),
    language: z.enum(['es-MX', 'en']).nullish().describe('Si pide que quien le muestre hable inglés (en) o español (es-MX).'),
  }),
  output: reply(z.strictObject({ tour })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 7_500, scopes: ['tours:write'], once: ({ slot_id, home, when, part_of_day, language }) => `${slot_id ? slot_id : `${home ?? ''} ${when ?? ''}${part_of_day ? ` ${part_of_day}` : ''}`}${language ? ` ${language}` : ''}` },
  examples: [{ name: 'un slot_id que ya no vale', input: { slot_id: 's_viejo' }, output: failed('slot_unknown', say.slotUnknown) }],
}).runs(async (input, { reads, act, subject: { person, by }, now }) => {
  if (!person) throw new AppError('bug', 'a visit is booked for a person')
  const [catalogue, rates] = await Promise.all([reads.homes.catalogue(), reads.tours.showRates(person)]) // before the transaction, beside which nothing is asked
  const wanted = await wish(input, { reads, person, catalogue, now })
  if ('ok' in wanted) return wanted
  const { home, startsAt, language } = wanted
  const tooMany = tooManyFor(home, input.people)
  if (tooMany) return tooMany
  const { building } = home
  const zone = building.zone
  const wants = wantsOf({ people: input.people, language })
  const [noneThen, none] = language ? [say.noneSpeaking(language), say.noneFreeSpeaking(home.title, language)] : [undefined, say.noneFree(home.title)]
  const { isOffered, calendars, ...then } = await freeThen(reads, { catalogue, home, now, wants }, startsAt)
  // What they have already is theirs, whatever else has come into the calendar of who shows it.
  const able = isOffered && then.able.length === 0 ? (await reads.tours.of(person)).flatMap((tour) => (tour.status === 'confirmed' && tour.home === home.id && tour.startsAt === startsAt ? [tour.agent] : [])) : then.able
  if (able.length === 0) {
    const free = alternatives({ catalogue, home, now, wants, rates, calendars, taken: await reads.tours.taken(reach({ catalogue, home }, now)) }, startsAt)
    return failedNear(isOffered ? 'slot_gone' : 'not_offered', noneThen ?? (isOffered ? say.slotGone : say.timeNotOffered), await offer(reads.handles, person, home, free, language), none)
  }
  const place = placing({ catalogue, home, now, wants }, startsAt, able)
  const name = nameIn(input.name)
  const isAsked = by === 'prospect' && (building.visits.needsName || name !== '') // what a workflow does for somebody, nobody is there to be asked about
  const placed: z.infer<typeof holdTour.result> = isAsked ? await act(holdTour, { ...place, unlessNamed: true, ...(name !== '' && { name }) }) : await act(bookTour, place)
  if (placed.status === 'clash') return failed('clash', say.clash(label(zone, startsAt)))
  if (placed.status === 'gone' || !placed.tour) {
    const free = alternatives({ catalogue, home, now, wants, rates, calendars, taken: placed.taken ?? [] }, startsAt)
    return failedNear('slot_gone', noneThen ?? say.slotGone, await offer(reads.handles, person, home, free, language), none)
  }
  const at = label(zone, startsAt)
  if (placed.until !== undefined) return { ...failed('name_missing', say.whoComes(at, home.title, hourLabel(zone, placed.until)), { retryable: true }), next: 'Pregunta su nombre y llama otra vez a book_tour con los mismos datos y name.' }
  const agent = catalogue.agents.find(({ id }) => id === placed.agent)?.name ?? ''
  return {
    ok: true, say: placed.status === 'mine' ? say.alreadyBooked(at, home.title) : say.booked(at, home.title, agent, building.address),
    data: { tour: { tour_id: await reads.handles.tour(person, placed.tour), home: home.slug, start: startOf(zone, startsAt), label: at, address: building.address, agent } },
  }
})

const nameIn = (said: string | null | undefined): string => (said ?? '').replaceAll(/[\s\p{Cc}]+/gu, ' ').trim().slice(0, mostName)
const mostName = 80

type Asked = Parameters<typeof wantsOf>[0] & { slot_id?: string | null | undefined; home?: string | null | undefined; when?: string | null | undefined }
type Around = { reads: Reads; person: string; catalogue: Catalogue; now: Millis }

const wish = async ({ slot_id, home: name, when, ...wanted }: Asked, { reads, person, catalogue, now }: Around): Promise<{ home: Home; startsAt: Millis; language: Language | undefined } | ReturnType<typeof failed>> => {
  const language = wanted.language ?? undefined
  if (slot_id) {
    const slot = await reads.handles.slotOf(person, slot_id)
    const home = slot && catalogue.homes.find(({ no, isOpen }) => no === slot.home && isOpen)
    return home ? { home, startsAt: slot.startsAt, language: language ?? slot.language } : failed('slot_unknown', say.slotUnknown)
  }
  if (!name) return failed('invalid_input', say.whichHome)
  const home = homeNamed(catalogue, name)
  if (!home) return failed('not_found', say.noSuchHome)
  if (!home.isOpen) return failed('not_available', say.homeClosed)
  const at = when ? readWhen(when, { zone: home.building.zone, now }) : undefined
  if (at && 'startsAt' in at) return { home, startsAt: at.startsAt, language }
  const [taken, { lists: calendars }] = await Promise.all([reads.tours.taken(reach({ catalogue, home }, now)), reads.calendars.busy()])
  const free = freeSlots({ ...searchFor({ catalogue, home, now, taken, calendars, wants: wantsOf(wanted) }), ...(at && { from: dayStart(home.building.zone, at.day) }), most: 3 })
  return failed('invalid_input', say.whenNotUnderstood, { alternatives: await offer(reads.handles, person, home, free, language) })
}
