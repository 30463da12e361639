import { z } from 'zod'
import { sayings } from '@portero/shared'
import { faqOf } from '../domain/knowledge.ts'
import { pesos } from '../domain/offers.ts'
import { defineTool } from '../domain/reads.ts'
import { failed, reply } from '../domain/replies.ts'
import { homeNamed } from '../domain/search-homes.ts'

const say = sayings['es-MX']
const home = z.strictObject({
  home: z.string(), title: z.string(), building: z.string(), unit: z.string(), address: z.string(), city: z.string(), rent_mxn: z.int(), rent: z.string(), deposit: z.string(),
  bedrooms: z.int(), bathrooms: z.number(), area_m2: z.number(), pets: z.string(), furnished: z.boolean(), parking: z.int(), available_from: z.string(), minimum_months: z.int(),
  requirements: z.array(z.string()), features: z.array(z.string()), amenities: z.array(z.string()), description: z.string(),
  faq: z.array(z.strictObject({ q: z.string(), a: z.string(), checked: z.string(), stale: z.boolean().nullish() })).nullish(),
})
const mostBytes = 8_000 // of the whole answer: beyond 8,192 it is refused
const mostFaqBytes = 2_500

export const getHome = defineTool({
  name: 'get_home',
  description: 'Da todos los detalles de una vivienda: precio, depósito, requisitos, mascotas, amenidades y dirección, y lo que más se pregunta de ella (faq). Úsala antes de afirmar cualquier dato de ella. Lo que trae stale: true no está al día: dilo y ofrece confirmarlo con un asesor.',
  input: z.strictObject({
    home: z.string().describe('El valor home que devolvió find_homes, por ejemplo «roma-302».'),
    about: z.string().nullish().describe('Qué pregunta, en pocas palabras, por ejemplo «internet» o «perro grande».'),
  }),
  output: reply(home),
  callers: ['prospect', 'staff'],
  policy: { effect: 'read', timeoutMs: 5_000, scopes: ['homes:read'] },
  examples: [{ name: 'una que no existe', input: { home: 'luna-1' }, output: failed('not_found', say.noSuchHome) }],
}).runs(async ({ home: name, about }, { reads, now }) => {
  const found = homeNamed(await reads.homes.catalogue(), name)
  if (!found) return failed('not_found', say.noSuchHome)
  if (!found.isOpen) return failed('not_available', say.homeClosed)
  const { slug, title, unit, building, rentMxn, depositMonths, bedrooms, bathrooms, areaM2, pets, furnished, parking, availableFrom, minimumMonths, requirements, features, description } = found
  const shown = {
    ok: true, say: say.homeShown(title, pesos(rentMxn)),
    data: {
      home: slug, title, building: building.name, unit, address: building.address, city: building.city, rent_mxn: rentMxn, rent: pesos(rentMxn), deposit: pesos(rentMxn * depositMonths),
      bedrooms, bathrooms, area_m2: areaM2, pets, furnished, parking, available_from: availableFrom, minimum_months: minimumMonths, requirements, features, amenities: building.amenities, description,
    },
    next: 'Si le interesa, ofrece una visita con check_availability.',
  }
  const faq = faqOf(found, { about: about ?? undefined, now, room: Math.min(mostFaqBytes, mostBytes - Buffer.byteLength(JSON.stringify(shown))) })
  return faq.length > 0 ? { ...shown, data: { ...shown.data, faq } } : shown
})
