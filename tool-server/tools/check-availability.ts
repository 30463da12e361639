import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import type { Millis } from '../define.ts'
import { mostOffered, offer, offeredSlot, reach, searchFor, spread, startOf } from '../domain/offers.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'
import { freeSlots } from '../domain/slots.ts'
import { readWhen } from '../domain/spanish-times.ts'
import type { Slot } from '../domain/tours.ts'
import { dayNamed, dayStart, minuteAt, numberAt } from '../domain/zones.ts'

const say = sayings['es-MX']
const soonDays = 4 // only the first few are offered: further on is looked at where these days have too few, since that is most of the work
const parts = { morning: [0, 12 * 60], afternoon: [12 * 60, 17 * 60], evening: [17 * 60, 24 * 60] } as const

export const checkAvailability = defineTool({
  name: 'check_availability',
  description: 'Da hasta seis horarios libres para visitar una vivienda. No afirmes ningún horario que no venga de aquí. Para reservar uno, llama a book_tour con su slot_id.',
  input: z.strictObject({
    home: z.string().describe('El valor home que devolvió find_homes.'),
    from_day: z.string().nullish().describe('Primer día que le sirve: AAAA-MM-DD, o palabras como «mañana» o «lunes».'),
    part_of_day: z.enum(['morning', 'afternoon', 'evening']).nullish().describe('Si prefiere mañana (morning), tarde (afternoon) o noche (evening).'),
  }),
  output: reply(z.strictObject({ home: z.string(), zone: z.string(), as_of: z.string(), slots: z.array(offeredSlot) })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'read', timeoutMs: 5_000, scopes: ['tours:read'] },
  examples: [{ name: 'una vivienda que no existe', input: { home: 'luna-1' }, output: failed('not_found', say.noSuchHome) }],
}).runs(async ({ home: name, from_day, part_of_day }, { reads, subject: { person }, now }) => {
  if (!person) throw new AppError('bug', 'slots are offered to a person')
  const catalogue = await reads.homes.catalogue()
  const home = homeNamed(catalogue, name)
  if (!home) return failed('not_found', say.noSuchHome)
  if (!home.isOpen) return failed('not_available', say.homeClosed)
  const { zone } = home.building
  const from = from_day ? readWhen(from_day, { zone, now }) : undefined
  if (from_day && !from) return failed('invalid_input', say.notUnderstood('from_day'))
  const taken = await reads.tours.taken(reach({ catalogue, home }, now))
  const since = from ? ('day' in from ? dayStart(zone, from.day) : from.startsAt) : now
  const [first, last] = parts[part_of_day ?? 'morning']
  const before = (to: Millis): Slot[] => {
    const all = freeSlots({ ...searchFor({ catalogue, home, now, taken }), from: since, to })
    return spread(part_of_day ? all.filter(({ startsAt }) => minuteAt(zone, startsAt) >= first && minuteAt(zone, startsAt) < last) : all, zone)
  }
  const soon = before(dayStart(zone, dayNamed(numberAt(zone, Math.max(since, now)) + soonDays)))
  const slots = await offer(reads.handles, person, home, soon.length < mostOffered ? before(Infinity) : soon)
  return {
    ok: true, data: { home: home.slug, zone, as_of: startOf(zone, now), slots },
    say: slots[0] ? say.slotsFound(home.title, slots[0].label) : say.noSlots(home.title),
    next: slots.length > 0 ? 'Cuando elija, llama a book_tour con el slot_id.' : 'Ofrece otro día u otra vivienda.',
  }
})
