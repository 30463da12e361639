import { z } from 'zod'
import { catalogueWords } from '@portero/shared'
import type { Millis } from '../define.ts'
import { agentDetails, buildingDetails, faqEntry, homeDetails, mostFaq, mostReason, type Blackout } from './homes.ts'
import { readYaml, type Fault, type Path } from './yaml-text.ts'
import { instant, isDay, isZone, numberOf, zoneDay } from './zones.ts'

// The catalogue as its keepers write it: one YAML file. Whoever made a mistake is told all of them at once, each with its line.
const words = catalogueWords['es-MX']
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, words.slug)
const realDay = z.string().refine(isDay, words.day)
const moment = z.string().refine((text) => isDay(text.slice(0, 10)) && /^(|[T ]([01]\d|2[0-3]):[0-5]\d)$/.test(text.slice(10)), words.moment)
// Goes into calendars, the subjects of mails and templates, none of which take a control character.
const line = z.string().min(1).regex(/^\P{Cc}*$/u, words.line)
const faq = z.array(faqEntry.extend({ checked: realDay })).max(mostFaq).default([])
export const home = homeDetails.extend({ slug, faq, title: line, unit: line, availableFrom: realDay, open: z.boolean().default(true) })
export const building = buildingDetails.extend({ slug, faq, name: line, address: line, neighbourhood: line, city: line, zone: z.string().refine(isZone, words.zone), homes: z.array(home) })
// hoursBy, by: who says so. What people have made is only read here; hoursBy: file takes the hours back.
export const agent = agentDetails.extend({ slug, name: line, active: z.boolean().default(true), buildings: z.array(slug), hoursBy: z.enum(['people', 'file']).optional() })
// By the clock of the building, or of those that the agent shows. A day alone is all of it, the last one too.
const blackout = z
  .strictObject({ building: slug.optional(), agent: slug.optional(), from: moment, to: moment, reason: line.max(mostReason).optional(), by: z.literal('people').optional() })
  .refine((each) => each.building !== undefined || each.agent !== undefined, words.closedWhom)
  .refine(({ from, to }) => ends(from, '00:00') < ends(to, '24:00'), { message: words.closedOrder, path: ['to'] })
const file = z.strictObject({ knowledge: faq, buildings: z.array(building).min(1), agents: z.array(agent), blackouts: z.array(blackout).default([]) })
const ends = (text: string, time: string): string => `${text.slice(0, 10)} ${text.slice(11) || time}`

export type CatalogueFile = Omit<z.infer<typeof file>, 'blackouts'> & { blackouts: (Blackout & { by?: 'people' })[] } // buildings and agents by their slugs

export const parseCatalogue = (text: string, name = 'catalogue.yaml'): CatalogueFile => {
  const { blackouts, ...rest } = readYaml(text, { name, schema: file, refused: words.refused(name), next: words.next, checks: crossChecks })
  return {
    ...rest,
    blackouts: blackouts.map(({ building, agent, from, to, reason, by }) => {
      const whose = { ...(building !== undefined && { building }), ...(agent !== undefined && { agent }) }
      const [zone = 'UTC'] = zonesOf(rest, whose)
      return { ...whose, startsAt: momentIn(zone, ends(from, '00:00')), endsAt: momentIn(zone, ends(to, '24:00')), ...(reason !== undefined && { reason }), ...(by && { by }) }
    }),
  }
}
// By whose clocks a closed time is told: one, unless an agent shows homes in several zones, or none.
export const zonesOf = ({ buildings, agents }: Pick<CatalogueFile, 'buildings' | 'agents'>, { building, agent }: Pick<Blackout, 'building' | 'agent'>): string[] => {
  const shown = building === undefined ? agents.find(({ slug }) => slug === agent)?.buildings : [building]
  return [...new Set(buildings.flatMap(({ slug, zone }) => (shown?.includes(slug) ? [zone] : [])))]
}
const momentIn = (zone: string, text: string): Millis => instant(zoneDay(zone, numberOf(text.slice(0, 10))), Number(text.slice(11, 13)) * 60 + Number(text.slice(14)))

// What only the whole can tell. It reads past what has the wrong shape, so that one fault doesn't hide another.
const word = z.string().optional().catch(undefined)
const list = <T extends z.ZodType>(of: T) => z.array(of).default([]).catch([])
const stretches = list(z.object({ days: list(word), from: word, to: word }).catch({ days: [] }))
const outline = z
  .object({
    buildings: list(z.object({ slug: word, zone: word, homes: list(z.object({ slug: word }).catch({})), hours: stretches }).catch({ homes: [], hours: [] })),
    agents: list(z.object({ slug: word, buildings: list(word), hours: stretches }).catch({ buildings: [], hours: [] })),
    blackouts: list(z.object({ building: word, agent: word }).catch({})),
    knowledge: list(z.object({ q: word }).catch({})),
  })
  .catch({ buildings: [], agents: [], blackouts: [], knowledge: [] })

const crossChecks = (raw: unknown): Fault[] => {
  const { buildings, agents, blackouts, knowledge } = outline.parse(raw)
  const zones = new Map(buildings.map(({ slug, zone }) => [slug, zone]))
  return [
    ...twice(buildings.map(({ slug }, at) => ({ path: ['buildings', at, 'slug'], slug }))),
    ...twice(buildings.flatMap(({ homes }, at) => homes.map(({ slug }, home) => ({ path: ['buildings', at, 'homes', home, 'slug'], slug })))),
    ...twice(agents.map(({ slug }, at) => ({ path: ['agents', at, 'slug'], slug }))),
    ...twice(knowledge.map(({ q: slug }, at) => ({ path: ['knowledge', at, 'q'], slug }))),
    ...agents.flatMap((each, at) => twice(each.buildings.map((slug, place) => ({ path: ['agents', at, 'buildings', place], slug })))),
    ...agents.flatMap((each, at) => each.buildings.flatMap((named, place) => unknown(buildings, named, { path: ['agents', at, 'buildings', place], says: words.noBuilding }))),
    ...[...buildings.map(({ hours }, at) => ({ hours, path: ['buildings', at, 'hours'] })), ...agents.map(({ hours }, at) => ({ hours, path: ['agents', at, 'hours'] }))].flatMap(overlaps),
    ...blackouts.flatMap(({ building, agent }, at) => {
      const shows = agents.find(({ slug }) => slug === agent)?.buildings ?? []
      const isUnclear = building === undefined && agents.some(({ slug }) => slug === agent) && new Set(shows.map((named) => zones.get(named))).size !== 1
      return [
        ...unknown(buildings, building, { path: ['blackouts', at, 'building'], says: words.noBuilding }),
        ...unknown(agents, agent, { path: ['blackouts', at, 'agent'], says: words.noAgent }),
        ...(isUnclear && agent !== undefined ? [{ path: ['blackouts', at, 'agent'], says: words.whoseClock }] : []),
      ]
    }),
  ]
}
type Named = { slug?: string | undefined }
const unknown = (known: readonly Named[], named: string | undefined, { path, says }: { path: Path; says: (slug: string) => string }): Fault[] =>
  named === undefined || known.some(({ slug }) => slug === named) ? [] : [{ path, says: says(named) }]
const twice = (named: readonly (Named & { path: Path })[]): Fault[] => {
  const seen = new Set<string>()
  return named.flatMap(({ path, slug }) => {
    if (slug === undefined) return []
    const isSecond = seen.has(slug)
    seen.add(slug)
    return isSecond ? [{ path, says: words.twice(slug) }] : []
  })
}
type Stretches = z.infer<typeof stretches>
const overlaps = ({ hours, path }: { hours: Stretches; path: Path }): Fault[] =>
  hours.flatMap(({ days, from = '', to = '' }, at) => {
    const other = hours.slice(0, at).find((each) => each.days.some((day) => day !== undefined && days.includes(day)) && (each.from ?? '') < to && from < (each.to ?? ''))
    return other ? [{ path: [...path, at], says: words.overlap(other.from ?? '', other.to ?? '') }] : []
  })
