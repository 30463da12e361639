import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import { joinWaitlist } from '../actions/join-waitlist.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'
import { dayLabel, readWhen } from '../domain/spanish-times.ts'
import { tooManyFor } from '../domain/visits.ts'
import { dayNamed, dayOf, numberAt, numberOf } from '../domain/zones.ts'

const say = sayings['es-MX']
const mostDays = 60

export const joinWaitlistTool = defineTool({
  name: 'join_waitlist',
  description: 'Anota al prospecto en la lista de espera de una vivienda, si ningún horario le queda y lo pidió: cuando se libera uno que le sirve, se lo ofrecemos por mensaje y se lo guardamos un rato. No reserva nada.',
  input: z.strictObject({
    home: z.string().describe('El valor home que devolvió find_homes.'),
    from_day: z.string().nullish().describe('Primer día que le sirve: AAAA-MM-DD, o palabras como «mañana» o «lunes». Sin él, desde hoy.'),
    to_day: z.string().nullish().describe('Último día que le sirve. Sin él, hasta donde hay horarios.'),
    part_of_day: z.enum(['morning', 'afternoon', 'evening']).nullish().describe('Si prefiere mañana (morning), tarde (afternoon) o noche (evening).'),
    people: z.int().nullish().describe('Cuántas personas irían a la visita, si lo dijo.'),
    language: z.enum(['es-MX', 'en']).nullish().describe('Si pide que quien le muestre hable inglés (en) o español (es-MX). Si ya estaba en la lista, sin él sigue el que había pedido.'),
  }),
  output: reply(z.strictObject({ home: z.string(), from_day: z.string(), to_day: z.string() })),
  callers: ['prospect', 'workflow'],
  policy: { effect: 'write', timeoutMs: 5_000, scopes: ['tours:write'], once: ({ home, from_day, to_day, part_of_day, people, language }) => [home, from_day, to_day, part_of_day, people, language].map((each) => each ?? '').join(' ').trimEnd() },
  examples: [{ name: 'una vivienda que no existe', input: { home: 'luna-1' }, output: failed('not_found', say.noSuchHome) }],
}).runs(async ({ home: name, from_day, to_day, part_of_day, people, language }, { reads, act, subject: { person }, now }) => {
  if (!person) throw new AppError('bug', 'somebody waits for a time')
  const home = homeNamed(await reads.homes.catalogue(), name)
  if (!home) return failed('not_found', say.noSuchHome)
  if (!home.isOpen) return failed('not_available', say.homeClosed)
  const tooMany = tooManyFor(home, people)
  if (tooMany) return tooMany
  const { zone, visits: { horizonDays } } = home.building
  const dayIn = (words: string): string | undefined => {
    const read = readWhen(words, { zone, now })
    return read && ('day' in read ? read.day : dayOf(zone, read.startsAt))
  }
  const today = numberAt(zone, now)
  const fromDay = from_day ? dayIn(from_day) : dayNamed(today)
  const toDay = to_day ? dayIn(to_day) : fromDay && dayNamed(Math.max(today, numberOf(fromDay)) + horizonDays)
  if (!fromDay) return failed('invalid_input', say.notUnderstood('from_day'))
  if (!toDay) return failed('invalid_input', say.notUnderstood('to_day'))
  if (toDay < fromDay || numberOf(fromDay) > today + mostDays) return failed('invalid_input', say.waitingOver)
  await act(joinWaitlist, { home: home.id, fromDay, toDay, ...(part_of_day && { part: part_of_day }), ...(people && people > 0 && { party: people }), ...(language && { language }) })
  return { ok: true, say: say.waiting(home.title, dayLabel(fromDay), dayLabel(toDay)), data: { home: home.slug, from_day: fromDay, to_day: toDay } }
})
