import { z } from 'zod'
import type { Answer, Route } from '../simulator.ts'
import { created, gone, namesIn, ok, pageOf, parsed } from './answers.ts'
import { wantedLinks, type Associations } from './associations.ts'
import { shown, type Author, type Records, type Row, type Wanted } from './records.ts'
import { about, typeOf } from './types.ts'

// One record at a time: https://developers.hubspot.com/docs/api-reference/crm-objects-v3/guide
export const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const making = z.object({ properties: values, associations: wantedLinks })
const changing = z.object({ properties: values })
const mostPerPage = 100

type Needs = { records: Records; associations: Associations; by: Author }
export const objectRoutes = ({ records, associations, by }: Needs): Record<string, Route> => {
  const one = (row: Row, query: Record<string, string>): object => {
    const linked = (query['associations'] ?? '').split(',').filter(Boolean).map(typeOf).map((to) => [to, associations.shownOf(row.type, row.id, to)])
    return { ...shown(row, wantedIn(row, query)), ...(linked.length > 0 && { associations: Object.fromEntries(linked) }) }
  }
  const isArchived = ({ archived }: Record<string, string>): { archived: boolean } => ({ archived: archived === 'true' })
  const path = '/crm/v3/objects/:type'
  return {
    [`POST ${path}`]: ({ parts, body }): Answer => {
      const type = typeOf(parts['type'])
      const { properties, associations: links } = parsed(making, body)
      const join = associations.checked(type, links)
      const row = records.preparedNew(type, properties, by)()
      join(row.id)
      return created(shown(row))
    },
    [`GET ${path}`]: ({ parts, query, path: asked }) => {
      const all = records.all(typeOf(parts['type']), isArchived(query))
      const { results, ...paging } = pageOf(all, ({ id }) => id, { after: query['after'] ?? '', limit: query['limit'], mostPerPage, path: asked })
      return ok({ results: results.map((row) => one(row, query)), ...paging })
    },
    [`GET ${path}/:id`]: ({ parts: { type, id = '' }, query }) => ok(one(records.found(typeOf(type), id, query['idProperty'], isArchived(query)), query)),
    [`PATCH ${path}/:id`]: ({ parts: { type, id = '' }, query: { idProperty }, body }) => ok(shown(records.preparedChange(records.found(typeOf(type), id, idProperty), parsed(changing, body).properties, by)())),
    [`DELETE ${path}/:id`]: ({ parts: { type, id = '' } }) => (records.archive(typeOf(type), id, by), gone),
  }
}

const wantedIn = (row: Row, { properties, propertiesWithHistory }: Record<string, string>): Wanted => {
  const names = namesIn(properties)
  const past = namesIn(propertiesWithHistory)
  return { properties: [...(names.length === 0 ? about[row.type].shown : names), ...past], withHistory: past }
}
