import { catalogueWords } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { CatalogueFile } from './catalogue.ts'
import { toldBy } from './catalogue-text.ts'
import type { Blackout } from './homes.ts'
import { isStale } from './knowledge.ts'
import { numberAt } from './zones.ts'

const words = catalogueWords['es-MX']

// What it takes to get from one catalogue to another. Nothing that visits may hang on is ever deleted: a home is closed, an agent inactive; a building without open homes is never found.
type What = 'building' | 'home' | 'agent' | 'blackout' | 'knowledge'
type Field = { field: string; before?: string | undefined; after?: string | undefined } // neither: it is too long to be told
export type Change = { what: What; slug: string; title: string } & ({ is: 'new' | 'gone' } | { is: 'changed'; fields: Field[] } | { is: 'order' })

export const changesBetween = (now: CatalogueFile, file: CatalogueFile): Change[] => {
  const wanted = withTheirs(now, file)
  return [
    ...compare('knowledge', asked(now), asked(wanted), () => false),
    ...compare('building', now.buildings.map(({ homes: _homes, ...rest }) => rest), wanted.buildings.map(({ homes: _homes, ...rest }) => rest), () => true),
    ...compare('home', homesIn(now), homesIn(wanted), ({ open }) => !open),
    ...compare('agent', agentsIn(now, wanted), agentsIn(wanted, wanted), ({ active }) => !active),
    ...closed(wanted, missingIn(now, wanted.blackouts), 'new'),
    ...closed(now, missingIn(wanted, now.blackouts), 'gone'),
  ]
}

// What people have made in HubSpot or the console is theirs: a file changes none of it and takes none of it away. Into empty tables it goes as it is.
export const withTheirs = (now: CatalogueFile, file: CatalogueFile): CatalogueFile => {
  if (now.buildings.length === 0) return file
  const theirs = now.blackouts.filter(({ by }) => by === 'people')
  return {
    ...file,
    agents: file.agents.map(({ hoursBy, ...agent }) => {
      const kept = hoursBy === 'file' ? undefined : now.agents.find((each) => each.slug === agent.slug && each.hoursBy === 'people')
      return kept ? { ...agent, hours: kept.hours, hoursBy: 'people' } : agent
    }),
    blackouts: [...theirs, ...missingIn({ blackouts: theirs }, file.blackouts.filter(({ by }) => by !== 'people'))],
  }
}
// One line for each of theirs that the file has otherwise, or not at all.
export const linesLeft = (now: CatalogueFile, file: CatalogueFile): string[] => {
  if (now.buildings.length === 0) return []
  const hours = withTheirs(now, file).agents.filter(({ hoursBy, slug, hours }) => hoursBy === 'people' && JSON.stringify(file.agents.find((each) => each.slug === slug)?.hours) !== JSON.stringify(hours))
  const lacking = missingIn(file, now.blackouts.filter(({ by }) => by === 'people'))
  return [...hours.map(({ slug, name }) => ` = ${words.what.agent} ${slug} (${name}): ${words.hoursLeft}`), ...closed(now, lacking, 'gone').map(({ slug, title }) => ` = ${words.what.blackout} ${slug} (${title}): ${words.blackoutLeft}`)]
}
const asked = ({ knowledge }: CatalogueFile) => knowledge.map((entry) => ({ ...entry, slug: entry.q, name: '' }))
const homesIn = ({ buildings }: CatalogueFile) => buildings.flatMap(({ slug: building, homes }) => homes.map((home) => ({ ...home, building, name: home.title })))

const agentsIn = ({ agents }: CatalogueFile, { buildings }: CatalogueFile) => {
  const place = new Map(buildings.map(({ slug }, at) => [slug, at]))
  return agents.map((agent) => ({ ...agent, buildings: agent.buildings.toSorted((a, b) => (place.get(a) ?? Infinity) - (place.get(b) ?? Infinity)) }))
}

export const blackoutKey = ({ building = '', agent = '', startsAt, endsAt }: Blackout): string => `${building} ${agent} ${startsAt} ${endsAt}`
export const missingIn = <B extends Blackout>({ blackouts }: Pick<CatalogueFile, 'blackouts'>, others: readonly B[]): B[] => {
  const known = new Set(blackouts.map(blackoutKey))
  return others.filter((each) => !known.has(blackoutKey(each)))
}
const closed = (file: CatalogueFile, blackouts: readonly Blackout[], is: 'new' | 'gone'): Change[] =>
  blackouts.map((each) => {
    const { from, to } = toldBy(file, each)
    return { what: 'blackout', is, slug: [each.building, each.agent].filter((name) => name !== undefined).join(' '), title: `${from} – ${to}` }
  })

type Item = { slug: string; name: string }
const compare = <T extends Item>(what: What, before: readonly T[], after: readonly T[], isOver: (item: T) => boolean): Change[] => {
  const [known, wanted] = [new Map(before.map((each) => [each.slug, each])), new Map(after.map((each) => [each.slug, each]))]
  const kept = (some: readonly T[]): string => some.flatMap(({ slug }) => (known.has(slug) && wanted.has(slug) ? [slug] : [])).join(' ')
  return [
    ...after.flatMap((item): Change[] => {
      const old = known.get(item.slug)
      const fields = old ? differences(old, item) : []
      const named = { what, slug: item.slug, title: item.name }
      return !old ? [{ ...named, is: 'new' }] : fields.length > 0 ? [{ ...named, is: 'changed', fields }] : []
    }),
    ...before.filter((item) => !wanted.has(item.slug) && !isOver(item)).map(({ slug, name }): Change => ({ what, slug, title: name, is: 'gone' })),
    ...(kept(before) === kept(after) ? [] : [{ what, slug: '', title: '', is: 'order' as const }]),
  ]
}

const differences = (before: object, after: object, path = ''): Field[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key): Field[] => {
    const [old, now]: unknown[] = [Reflect.get(before, key), Reflect.get(after, key)]
    const field = `${path}${key}`
    if (isBlock(old) && isBlock(now)) return differences(old, now, `${field}.`)
    if (JSON.stringify(old) === JSON.stringify(now)) return []
    const [from, to] = [told(old), told(now)]
    return [from === null || to === null ? { field } : { field, before: from, after: to }]
  })
const isBlock = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
const told = (value: unknown): string | undefined | null => {
  if (value === undefined) return undefined
  const text = Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.join(', ') : typeof value === 'string' ? value : typeof value === 'object' ? null : JSON.stringify(value)
  return text !== null && text.length <= mostTold ? text : null
}
const mostTold = 60

// ahead: how many visits each home and agent has, by slug.
export const lineOfChange = (change: Change, ahead: Pick<ReadonlyMap<string, number>, 'get'>): string => {
  const { what, slug, title } = change
  const count = ahead.get(`${what} ${slug}`) ?? 0
  const name = `${words.what[what]} ${slug}${title ? ` (${title})` : ''}`
  if (change.is === 'new') return ` + ${name}`
  if (change.is === 'order') return ` ~ ${words.what[what]}: ${words.order}`
  if (change.is === 'changed') return ` ~ ${name}: ${change.fields.map(({ field, before, after }) => words.changes(field, before, after)).join('; ')}`
  if (what === 'blackout' || what === 'knowledge') return ` - ${name}: ${what === 'blackout' ? words.blackoutGone : words.knowledgeGone}`
  return ` - ${name}: ${what === 'agent' ? words.agentGone : words.homeGone}${count > 0 ? `. ${words.visitsAhead(count)}` : ''}`
}
// Nothing is wrong with it, but nobody can have meant it.
export const warnings = ({ agents }: CatalogueFile): string[] => agents.filter(({ active, hours }) => active && hours.length === 0).map(({ name }) => ` ! ${words.noHours(name)}`)
// What is answered, yet nobody has made sure of for long.
export const unsure = ({ knowledge, buildings }: CatalogueFile, now: Millis): string[] => {
  const places = buildings.flatMap(({ slug, zone, faq, homes }) => [{ slug, zone, faq }, ...homes.map((home) => ({ slug: home.slug, zone, faq: home.faq }))])
  return [{ slug: 'knowledge', zone: buildings[0]?.zone ?? 'UTC', faq: knowledge }, ...places].flatMap(({ slug, zone, faq }) => faq.filter((entry) => isStale(entry, numberAt(zone, now))).map(({ q, checked }) => ` ! ${slug} «${q}»: ${words.unsure(checked)}`))
}
