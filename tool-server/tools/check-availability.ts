import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import type { Millis } from '../define.ts'
import { seatsOf } from '../domain/homes.ts'
import { isUnread, knownAt, staleMinutes } from '../domain/known-busy.ts'
import { mostAlternatives, mostOffered, offer, offeredSlot, reach, searchFor, spread, startOf, wantsOf } from '../domain/offers.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'
import { freeSlots } from '../domain/slots.ts'
import { likeliest } from '../domain/show-rate.ts'
import { readWhen } from '../domain/spanish-times.ts'
import type { Slot } from '../domain/tours.ts'
import { tooManyFor } from '../domain/visits.ts'
import { dayNamed, dayStart, numberAt } from '../domain/zones.ts'

const say = sayings['es-MX']
const soonDays = 4 // only the first few are offered: further on is looked at where these days have too few, since that is most of the work

export const checkAvailability = defineTool({
  name: 'check_availability',
  description: 'Da hasta seis horarios libres para visitar una vivienda. No afirmes ningún horario que no venga de aquí. Para reservar uno, llama a book_tour con su slot_id.',
  input: z.strictObject({
    home: z.string().describe('El valor home que devolvió find_homes.'),
    from_day: z.string().nullish().describe('Primer día que le sirve: AAAA-MM-DD, o palabras como «mañana» o «lunes».'),
    part_of_day: z.enum(['morning', 'afternoon', 'evening']).nullish().describe('Si prefiere mañana (morning), tarde (afternoon) o noche (evening).'),
    people: z.int().nullish().describe('Cuántas personas van a la visita, si lo dijo.'),
    language: z.enum(['es-MX', 'en']).nullish().describe('Si pide que quien le muestre hable inglés (en) o español (es-MX).'),
  }),
  output: reply(z.strictObject({ home: z.string(), zone: z.string(), as_of: z.string(), calendar_minutes: z.int().optional(), group_of: z.int().optional(), slots: z.array(offeredSlot), nearby: z.array(offeredSlot).optional(), link: z.string().optional() })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'read', timeoutMs: 5_000, scopes: ['tours:read'] },
  examples: [{ name: 'una vivienda que no existe', input: { home: 'luna-1' }, output: failed('not_found', say.noSuchHome) }],
}).runs(async ({ home: name, from_day, part_of_day, people, language: asked }, { reads, subject: { person, conversation }, now }) => {
  if (!person) throw new AppError('bug', 'slots are offered to a person')
  const catalogue = await reads.homes.catalogue()
  const home = homeNamed(catalogue, name)
  if (!home) return failed('not_found', say.noSuchHome)
  if (!home.isOpen) return failed('not_available', say.homeClosed)
  const tooMany = tooManyFor(home, people)
  if (tooMany) return tooMany
  const language = asked ?? undefined
  const seats = seatsOf(home)
  const { zone } = home.building
  const from = from_day ? readWhen(from_day, { zone, now }) : undefined
  if (from_day && !from) return failed('invalid_input', say.dayNotUnderstood)
  const near = reach({ catalogue, home }, now)
  const [taken, { lists: calendars, readings }] = await Promise.all([reads.tours.taken(near), reads.calendars.busy()])
  const asOf = knownAt(readings, near.agents, now)
  const stale = staleMinutes(asOf, now)
  const since = from ? ('day' in from ? dayStart(zone, from.day) : from.startsAt) : now
  const search = searchFor({ catalogue, home, now, taken, calendars, wants: wantsOf({ part_of_day, people, language }) })
  const scoreAt = from ? undefined : (await reads.tours.showRates(person))(home.building) // who named a day gets it in its order
  const before = (to: Millis): Slot[] => freeSlots({ ...search, from: since, to })
  const soon = spread(before(dayStart(zone, dayNamed(numberAt(zone, Math.max(since, now)) + soonDays))), zone, scoreAt)
  const offered = soon.length < mostOffered ? likeliest(spread(before(Infinity), zone), scoreAt, mostOffered) : soon // what is far off takes the place of nothing that is near
  const isSoonestFirst = offered.every(({ startsAt }) => startsAt >= (offered[0]?.startsAt ?? 0))
  const slots = await offer(reads.handles, person, home, offered, language)
  const around = (wanted: Parameters<typeof wantsOf>[0]): Slot[] => freeSlots({ ...searchFor({ catalogue, home, now, taken, calendars, wants: wantsOf(wanted) }), from: since, most: mostAlternatives })
  // As little of what they asked for is given up as it takes: first when, then with whom.
  const nearest = slots.length > 0 ? [] : around({ language, people })
  const other = slots.length > 0 || nearest.length > 0 || !language ? [] : around({ people })
  const nearby = [...(await offer(reads.handles, person, home, nearest, language)), ...(await offer(reads.handles, person, home, other))]
  const link = conversation && (await reads.handles.bookingUrl({ conversation, wish: { home: home.no, language: other.length > 0 ? undefined : language } }))
  const said = (): string => {
    if (slots[0]) return [(isSoonestFirst ? say.slotsFound : say.slotsProposed)(home.title, slots[0].label), ...(seats > 1 ? [say.inGroup(seats)] : [])].join(' ')
    if (!nearby[0]) return say.noSlots(home.title)
    return other.length > 0 && language ? say.noneInLanguage(home.title, language, nearby[0].label) : say.noneLikeThat(home.title, nearby[0].label)
  }
  const inDoubt = stale !== undefined || isUnread(readings, near.agents) ? ' No se ha podido leer a tiempo el calendario de quien muestra: book_tour lo vuelve a comprobar al reservar, así que no des un horario por seguro antes.' : ''
  return {
    ok: true, data: { home: home.slug, zone, as_of: startOf(zone, asOf), ...(stale !== undefined && { calendar_minutes: stale }), ...(seats > 1 && { group_of: seats }), slots, ...(nearby.length > 0 && { nearby }), ...(link && { link }) },
    say: [said(), ...(stale === undefined ? [] : [say.calendarFrom(stale)])].join(' '),
    next: (slots.length > 0
      ? 'Cuando elija, llama a book_tour con el slot_id. Si ninguno le queda o prefiere verlos todos, mándale link: ahí elige en una página.' + (seats > 1 ? ' seats_left es cuántos lugares quedan: antes de reservar pregunta cuántos van.' : '')
      : 'Ofrece los de nearby si los hay, otro día u otra vivienda, o mándale link: ahí ve todos los horarios. Si quiere esperar a que se libere uno, llama a join_waitlist.') + inDoubt,
  }
})
