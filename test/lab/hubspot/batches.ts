import { z } from 'zod'
import type { Answer, Route } from '../simulator.ts'
import { gone, parsed } from './answers.ts'
import { wantedLinks, type Associations } from './associations.ts'
import { batch, distinct } from './batch-answer.ts'
import { values } from './objects.ts'
import { shown, type Author, type Claims, type Records } from './records.ts'
import { about, typeOf } from './types.ts'

// Up to 100 records at once: https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-create
const mostAtOnce = 100
const inputs = <S extends z.ZodType>(input: S) => z.object({ inputs: z.array(input).min(1).max(mostAtOnce, `at most ${mostAtOnce} inputs`) })
const traced = z.object({ objectWriteTraceId: z.string().optional() })
const byId = z.object({ id: z.string().min(1) })
const making = inputs(traced.extend({ properties: values, associations: wantedLinks }))
const changing = inputs(traced.extend({ ...byId.shape, properties: values, idProperty: z.string().optional() }))
const reading = inputs(byId).extend({ properties: z.array(z.string()).default([]), propertiesWithHistory: z.array(z.string()).default([]), idProperty: z.string().optional() })

// isFailing: which of the inputs the lab was told to let fail this time.
type Needs = { records: Records; associations: Associations; by: Author; now(): number; isFailing(on: string): ((at: number) => boolean) | undefined }
export const batchRoutes = ({ records, associations, by, now, isFailing }: Needs): Record<string, Route> => {
  type Input = { id?: string; objectWriteTraceId?: string | undefined }
  const all = <I extends Input>(verb: string, status: number, asked: readonly I[], prepare: (input: I) => () => object, how: { isReading?: true } = {}): Answer =>
    batch({ inputs: asked, prepare, status, now: now(), isFailing: isFailing(verb), ...how })
  const path = '/crm/v3/objects/:type/batch'
  return {
    [`POST ${path}/create`]: ({ parts, body }) => {
      const type = typeOf(parts['type'])
      const claims: Claims = new Set()
      return all('create', 201, parsed(making, body).inputs, ({ properties, associations: links }) => {
        const join = associations.checked(type, links)
        const make = records.preparedNew(type, properties, by, claims)
        return () => {
          const row = make()
          join(row.id)
          return shown(row)
        }
      })
    },
    [`POST ${path}/read`]: ({ parts, body, query }) => {
      const type = typeOf(parts['type'])
      const { inputs: asked, idProperty, properties, propertiesWithHistory: withHistory } = parsed(reading, body)
      const wanted = { properties: [...(properties.length > 0 ? properties : about[type].shown), ...withHistory], withHistory }
      const prepare = ({ id }: { id: string }): (() => object) => {
        const row = records.found(type, id, idProperty, { archived: query['archived'] === 'true' })
        return () => shown(row, wanted)
      }
      return all('read', 200, asked, prepare, { isReading: true })
    },
    [`POST ${path}/update`]: ({ parts, body }) => {
      const claims: Claims = new Set()
      return all('update', 200, distinct(parsed(changing, body).inputs), ({ id, idProperty, properties }) => {
        const change = records.preparedChange(records.found(typeOf(parts['type']), id, idProperty), properties, by, claims)
        return () => shown(change())
      })
    },
    // What isn't there by that value is made with it.
    [`POST ${path}/upsert`]: ({ parts, body }) => {
      const type = typeOf(parts['type'])
      const claims: Claims = new Set()
      return all('upsert', 200, distinct(parsed(changing, body).inputs), ({ id, idProperty = 'hs_object_id', properties }) => {
        const before = idProperty === 'hs_object_id' ? records.byNumber(type, id) : records.byValue(type, idProperty, id)
        const write = before ? records.preparedChange(before, properties, by, claims) : records.preparedNew(type, { ...properties, [idProperty]: id }, by, claims)
        return () => ({ ...shown(write()), new: before === undefined })
      })
    },
    [`POST ${path}/archive`]: ({ parts, body }) => {
      for (const { id } of parsed(inputs(byId), body).inputs) records.archive(typeOf(parts['type']), id, by)
      return gone
    },
  }
}
