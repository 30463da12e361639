import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { agentDetails, buildingDetails, homeDetails, type Blackout } from './homes.ts'
import { instant, isDay, isZone, numberOf, zoneDay } from './zones.ts'

// The catalogue as its keepers write it: one YAML file. Whoever made a mistake is told all of them at once, each with its line.
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected a short name such as roma-norte-302')
const realDay = z.string().refine(isDay, 'expected a day such as 2026-11-23')
const moment = z.string().refine((text) => isDay(text.slice(0, 10)) && /^(|[T ]([01]\d|2[0-3]):[0-5]\d)$/.test(text.slice(10)), 'expected a day such as 2026-12-24, or a day and time such as 2026-12-24 14:00')
const home = homeDetails.extend({ slug, availableFrom: realDay })
const building = buildingDetails.extend({ slug, name: z.string().min(1), zone: z.string().refine(isZone, 'expected a time zone such as America/Mexico_City'), homes: z.array(home) })
const agent = agentDetails.extend({ slug, active: z.boolean().default(true), buildings: z.array(slug) })
// By the clock of the building, or of those that the agent shows. A day alone is all of it, the last one too.
const blackout = z
  .strictObject({ building: slug.optional(), agent: slug.optional(), from: moment, to: moment })
  .refine((each) => each.building !== undefined || each.agent !== undefined, 'expected a building, an agent or both')
  .refine(({ from, to }) => ends(from, '00:00') < ends(to, '24:00'), { message: 'expected a moment after from', path: ['to'] })
const file = z.strictObject({ buildings: z.array(building).min(1), agents: z.array(agent), blackouts: z.array(blackout).default([]) })
const ends = (text: string, time: string): string => `${text.slice(0, 10)} ${text.slice(11) || time}`

export type CatalogueFile = Omit<z.infer<typeof file>, 'blackouts'> & { blackouts: Blackout[] } // buildings and agents by their slugs

export const parseCatalogue = (text: string): CatalogueFile => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) throw refused(document.errors.map(({ pos, message }) => ({ at: pos[0], says: message })), lines)
  const raw = plainly(document)
  const parsed = file.safeParse(raw)
  const faults = [...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOf(issue, document))), ...crossChecks(raw)]
  if (!parsed.success || faults.length > 0) throw refused(faults.map(({ path, key, says }) => ({ at: placeOf(document, path, key), says: `${nameOf(path)}${says}` })), lines)
  const { buildings, agents, blackouts } = parsed.data
  const zones = new Map(buildings.map(({ slug, zone }) => [slug, zone]))
  const zoneOf = (building = '', agent = ''): string => zones.get(building) ?? zones.get(agents.find(({ slug }) => slug === agent)?.buildings[0] ?? '') ?? 'UTC'
  return {
    buildings,
    agents,
    blackouts: blackouts.map(({ building, agent, from, to }) => ({
      ...(building !== undefined && { building }), ...(agent !== undefined && { agent }),
      startsAt: momentIn(zoneOf(building, agent), ends(from, '00:00')), endsAt: momentIn(zoneOf(building, agent), ends(to, '24:00')),
    })),
  }
}
const momentIn = (zone: string, text: string): Millis => instant(zoneDay(zone, numberOf(text.slice(0, 10))), Number(text.slice(11, 13)) * 60 + Number(text.slice(14)))

type Path = readonly PropertyKey[]
type Fault = { path: Path; key?: string; says: string }

const refused = (faults: { at: number; says: string }[], lines: LineCounter): AppError => {
  const told = faults.toSorted((a, b) => a.at - b.at).map(({ at, says }) => {
    const { line, col } = lines.linePos(at)
    return `  line ${line}, column ${col}: ${says}`
  })
  return new AppError('invalid_input', `the catalogue can't be taken:\n${told.join('\n')}`)
}
const nameOf = (path: Path): string => (path.length === 0 ? '' : `${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('').replace(/^\./, '')}: `)

const plainly = (document: Document): unknown => {
  try {
    return document.toJS()
  } catch (cause) {
    throw new AppError('invalid_input', "the catalogue can't be taken: an alias leads nowhere, or to too much", { cause })
  }
}

const faultsOf = (issue: z.core.$ZodIssue, document: Document): Fault[] => {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: issue.path, key, says: `${key} is not known here` }))
  const says = issue.message.replace(/^(Invalid input|Invalid option|Too small|Too big): /, '').replace(/, received undefined$/, '')
  return [{ path: issue.path, says: issue.path.length > 0 && !document.hasIn(issue.path) ? `missing: ${says}` : says }]
}

// The nearest thing that is there: for what is missing, whatever should have had it.
const placeOf = (document: Document, path: Path, key?: string): number => {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    const named = key !== undefined && isMap(node) ? node.items.map((pair) => pair.key).find((each) => isScalar(each) && each.value === key) : undefined
    const range = isNode(named) ? named.range : isNode(node) ? node.range : undefined
    if (range) return range[0]
  }
  return 0
}

// What only the whole can tell. It reads past what has the wrong shape, so that one fault doesn't hide another.
const word = z.string().optional().catch(undefined)
const list = <T extends z.ZodType>(of: T) => z.array(of).default([]).catch([])
const outline = z
  .object({
    buildings: list(z.object({ slug: word, zone: word, homes: list(z.object({ slug: word }).catch({})) }).catch({ homes: [] })),
    agents: list(z.object({ slug: word, buildings: list(word) }).catch({ buildings: [] })),
    blackouts: list(z.object({ building: word, agent: word }).catch({})),
  })
  .catch({ buildings: [], agents: [], blackouts: [] })

const crossChecks = (raw: unknown): Fault[] => {
  const { buildings, agents, blackouts } = outline.parse(raw)
  const zones = new Map(buildings.map(({ slug, zone }) => [slug, zone]))
  return [
    ...twice(buildings.map(({ slug }, at) => ({ path: ['buildings', at, 'slug'], slug }))),
    ...twice(buildings.flatMap(({ homes }, at) => homes.map(({ slug }, home) => ({ path: ['buildings', at, 'homes', home, 'slug'], slug })))),
    ...twice(agents.map(({ slug }, at) => ({ path: ['agents', at, 'slug'], slug }))),
    ...agents.flatMap((each, at) => twice(each.buildings.map((slug, place) => ({ path: ['agents', at, 'buildings', place], slug })))),
    ...agents.flatMap((each, at) => each.buildings.flatMap((named, place) => unknown(buildings, named, { path: ['agents', at, 'buildings', place], what: 'building' }))),
    ...blackouts.flatMap(({ building, agent }, at) => {
      const shows = agents.find(({ slug }) => slug === agent)?.buildings ?? []
      const isUnclear = building === undefined && agents.some(({ slug }) => slug === agent) && new Set(shows.map((named) => zones.get(named))).size !== 1
      return [
        ...unknown(buildings, building, { path: ['blackouts', at, 'building'], what: 'building' }),
        ...unknown(agents, agent, { path: ['blackouts', at, 'agent'], what: 'agent' }),
        ...(isUnclear && agent !== undefined ? [{ path: ['blackouts', at, 'agent'], says: 'by whose clock? Name the building too, because this agent has not exactly one time zone' }] : []),
      ]
    }),
  ]
}
type Named = { slug?: string | undefined }
const unknown = (known: readonly Named[], named: string | undefined, { path, what }: { path: Path; what: string }): Fault[] =>
  named === undefined || known.some(({ slug }) => slug === named) ? [] : [{ path, says: `there is no ${what} ${named}` }]
const twice = (named: readonly (Named & { path: Path })[]): Fault[] => {
  const seen = new Set<string>()
  return named.flatMap(({ path, slug }) => {
    if (slug === undefined) return []
    const isSecond = seen.has(slug)
    seen.add(slug)
    return isSecond ? [{ path, says: `${slug} is there twice` }] : []
  })
}
