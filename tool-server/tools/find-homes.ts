import { z } from 'zod'
import { sayings } from '@portero/shared'
import { defineTool } from '../domain/reads.ts'
import { pesos } from '../domain/offers.ts'
import { reply } from '../domain/replies.ts'
import { searchHomes } from '../domain/search-homes.ts'

const say = sayings['es-MX']
const found = z.strictObject({ home: z.string(), title: z.string(), area: z.string(), rent_mxn: z.int(), rent: z.string(), bedrooms: z.int(), bathrooms: z.number(), area_m2: z.number(), pets: z.string(), available_from: z.string() })
const mostHomes = 5

export const findHomes = defineTool({
  name: 'find_homes',
  description: 'Busca viviendas en renta disponibles. Úsala cuando el prospecto dice qué busca: zona o ciudad, recámaras, presupuesto mensual, mascotas, fecha de mudanza. Todos los datos son opcionales. Devuelve hasta cinco, con el nombre (home) que usan las otras herramientas.',
  input: z.strictObject({
    area: z.string().nullish().describe('Colonia, zona o ciudad, por ejemplo «Roma Norte» o «Tijuana».'),
    bedrooms: z.int().nullish().describe('Recámaras que necesita como mínimo.'),
    budget_max: z.number().nullish().describe('Renta mensual máxima en pesos.'),
    pets: z.boolean().nullish().describe('true si va a vivir con mascotas.'),
    move_in: z.string().nullish().describe('Fecha de mudanza, AAAA-MM-DD.'),
  }),
  output: reply(z.strictObject({ homes: z.array(found), exact: z.boolean() })),
  callers: ['prospect', 'staff', 'workflow'],
  policy: { effect: 'read', timeoutMs: 5_000, scopes: ['homes:read'] },
  examples: [{
    name: 'dos recámaras en la Roma', input: { area: 'Roma Norte', bedrooms: 2, budget_max: 30000 },
    output: { ok: true, say: say.homesFound(1), data: { exact: true, homes: [{ home: 'roma-302', title: 'Departamento 302', area: 'Roma Norte, Ciudad de México', rent_mxn: 24500, rent: '$24,500', bedrooms: 2, bathrooms: 2, area_m2: 78, pets: 'small', available_from: '2026-12-01' }] } },
  }],
}).runs(async ({ area, bedrooms, budget_max, pets, move_in }, { reads }) => {
  const { fitting, closest } = searchHomes(await reads.homes.catalogue(), { area: area ?? undefined, bedrooms: bedrooms ?? undefined, budgetMxn: budget_max ?? undefined, pets: pets ?? undefined, moveIn: move_in ?? undefined })
  const exact = fitting.length > 0
  const homes = (exact ? fitting : closest).slice(0, mostHomes).map(({ slug, title, building, rentMxn, bedrooms, bathrooms, areaM2, pets, availableFrom }) => ({
    home: slug, title, area: `${building.neighbourhood}, ${building.city}`, rent_mxn: rentMxn, rent: pesos(rentMxn), bedrooms, bathrooms, area_m2: areaM2, pets, available_from: availableFrom,
  }))
  return {
    ok: true, data: { homes, exact },
    say: homes.length === 0 ? say.noHomes : exact ? say.homesFound(homes.length) : say.nearestHomes(homes.length),
    ...(homes.length > 0 && { next: 'Ofrece ver los detalles (get_home) o los horarios de visita (check_availability) de la que le interese.' }),
  }
})
