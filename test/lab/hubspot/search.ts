import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { invalid, nextPage, ok, parsed } from './answers.ts'
import type { Properties } from './properties.ts'
import type { Property } from './property.ts'
import { asOf, heldBy, shown, type Records, type Row } from './records.ts'
import { about, typeOf, type Type } from './types.ts'
import { timeIn } from './values.ts'

// HubSpot's search, which is some seconds behind what was written: https://developers.hubspot.com/docs/api-reference/search/guide
const most = { groups: 5, filters: 6, filtersInAll: 18, perPage: 200, inAll: 10_000, characters: 3_000, sorts: 1 }
const operators = ['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'BETWEEN', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY', 'CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN'] as const
const filter = z.object({ propertyName: z.string(), operator: z.enum(operators), value: z.string().optional(), highValue: z.string().optional(), values: z.array(z.string()).optional() })
const sort = z.union([z.string().transform((text) => ({ propertyName: text.replace(/^-/, ''), isDown: text.startsWith('-') })), z.object({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING') }).transform(({ propertyName, direction }) => ({ propertyName, isDown: direction === 'DESCENDING' }))])
const searching = z.object({
  query: z.string().max(most.characters).optional(),
  filterGroups: z.array(z.object({ filters: z.array(filter).max(most.filters) })).max(most.groups).default([]),
  sorts: z.array(sort).max(most.sorts).default([]),
  properties: z.array(z.string()).default([]),
  limit: z.int().min(0).max(most.perPage).default(10),
  after: z.union([z.string().regex(/^\d*$/), z.int().min(0).transform(String)]).default(''),
})
type Filter = z.infer<typeof filter>

// behindMs: how far behind the search is.
type Needs = { records: Pick<Records, 'all'>; properties: Pick<Properties, 'of'>; now(): number; behindMs(): number }
export const searchRoutes = ({ records, properties, now, behindMs }: Needs): Record<string, Route> => ({
  'POST /crm/v3/objects/:type/search': ({ parts, body, lagMs, path }) => {
    const type = typeOf(parts['type'])
    const { query, filterGroups, sorts, properties: names, limit, after } = parsed(searching, body)
    const filters = filterGroups.flatMap((group) => group.filters)
    if (filters.length > most.filtersInAll) throw invalid(`There may be at most ${most.filtersInAll} filters in all`)
    const known = (name: string): Property => {
      const property = properties.of(type).get(name)
      if (property) return property
      throw invalid(`There was a problem with the request: property ${name} does not exist`, [{ message: `property ${name} does not exist`, code: 'PROPERTY_DOESNT_EXIST' }])
    }
    for (const each of filters) checkOperands(each, known(each.propertyName))
    const start = Number(after)
    if (start + limit > most.inAll) throw invalid(`A search tells of at most ${most.inAll} records: after ${start} with limit ${limit} is beyond them`)

    const at = now() - Math.max(lagMs, behindMs())
    const seen = [...records.all(type), ...records.all(type, { archived: true }).filter(({ archivedAt = 0 }) => archivedAt > at)].flatMap((row) => asOf(row, at) ?? [])
    const fits = seen.filter((row) => (query === undefined || query === '' || isSaid(type, row, query)) && (filterGroups.length === 0 || filterGroups.some((group) => group.filters.every((each) => holds(each, known(each.propertyName), heldBy(row)[each.propertyName])))))
    const [order = { propertyName: about[type].created, isDown: false }] = sorts
    const ordered = fits.toSorted((one, other) => (order.isDown ? -1 : 1) * compared(known(order.propertyName), heldBy(one)[order.propertyName], heldBy(other)[order.propertyName]) || Number(BigInt(one.id) - BigInt(other.id)))
    const wanted = { properties: names.length > 0 ? names.filter((name) => properties.of(type).has(name)) : about[type].shown }
    const next = start + limit
    return ok({ total: fits.length, results: ordered.slice(start, next).map((row) => shown(row, wanted)), ...(next < fits.length && { paging: nextPage(String(next), path) }) })
  },
})

const checkOperands = ({ operator, value, highValue, values }: Filter, { name }: Property): void => {
  const isWhole =
    operator === 'IN' || operator === 'NOT_IN' ? values !== undefined && values.length > 0
    : operator === 'BETWEEN' ? value !== undefined && highValue !== undefined
    : operator === 'HAS_PROPERTY' || operator === 'NOT_HAS_PROPERTY' || value !== undefined
  if (!isWhole) throw invalid(`operator ${operator} of ${name} lacks its ${operator === 'IN' || operator === 'NOT_IN' ? 'values' : operator === 'BETWEEN' ? 'value and highValue' : 'value'}`)
}

// Without a value nothing but NOT_HAS_PROPERTY holds. Texts are compared without regard to case, except that IN and NOT_IN want theirs in lower case, as HubSpot's guide says.
const holds = ({ operator, value = '', highValue = '', values = [] }: Filter, property: Property, held = ''): boolean => {
  if (operator === 'HAS_PROPERTY') return held !== ''
  if (operator === 'NOT_HAS_PROPERTY') return held === ''
  if (held === '') return false
  const against = (other: string): number => compared(property, held, other)
  const isIn = (): boolean => values.some((each) => (property.type === 'string' ? held.toLowerCase() === each : against(each) === 0))
  const judged: Record<Exclude<typeof operator, 'HAS_PROPERTY' | 'NOT_HAS_PROPERTY'>, () => boolean> = {
    EQ: () => against(value) === 0,
    NEQ: () => against(value) !== 0,
    LT: () => against(value) < 0,
    LTE: () => against(value) <= 0,
    GT: () => against(value) > 0,
    GTE: () => against(value) >= 0,
    BETWEEN: () => against(value) >= 0 && against(highValue) <= 0,
    IN: isIn,
    NOT_IN: () => !isIn(),
    CONTAINS_TOKEN: () => hasToken(held, value),
    NOT_CONTAINS_TOKEN: () => !hasToken(held, value),
  }
  return judged[operator]()
}
const compared = ({ type }: Property, one = '', other = ''): number => {
  const number = type === 'number' ? Number : type === 'datetime' || type === 'date' ? timeIn : undefined
  if (number && one !== '' && other !== '') return number(one) - number(other)
  const [low, high] = [one.toLowerCase(), other.toLowerCase()]
  return low < high ? -1 : low > high ? 1 : 0
}
const tokens = (text: string): string[] => text.toLowerCase().split(/[^\p{L}\p{N}+*]+/u).filter(Boolean)
const hasToken = (held: string, wanted: string): boolean => {
  const said = tokens(held)
  return tokens(wanted).every((token) => {
    const pattern = new RegExp(`^${token.split('*').map((part) => part.replace(/[+]/g, '\\+')).join('.*')}$`, 'u')
    return said.some((each) => pattern.test(each))
  })
}

const looked: Partial<Record<Type, readonly string[]>> = { contacts: ['firstname', 'lastname', 'email', 'phone', 'mobilephone', 'company', 'hs_additional_emails'], companies: ['name', 'domain', 'website', 'phone'], deals: ['dealname', 'pipeline', 'dealstage', 'description'], tickets: ['subject', 'content', 'hs_ticket_category'] }
const isSaid = (type: Type, { properties }: Row, query: string): boolean => {
  const text = (looked[type] ?? Object.keys(properties)).map((name) => properties[name] ?? '').join(' ').toLowerCase()
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((word) => text.includes(word))
}
