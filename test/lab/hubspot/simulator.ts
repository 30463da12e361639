import { z } from 'zod'
import type { Answer, Route, Simulator, Time } from '../simulator.ts'
import { makeAccount } from './account.ts'
import { batch, conflict, created, gone, guarded, invalid, missing, ok, parsed } from './answers.ts'
import { makeAssociations } from './associations.ts'
import { createdName, makeProperties, typeOf, updatedName, type Given, type Type } from './properties.ts'

// HubSpot's CRM: records with known properties, found by number or by a unique value, and what belongs to what.
export type HubspotAccount = { portal: string; apiKey: string; pipeline: string; stages: Readonly<Record<string, string>> }
export type HubspotRecord = { id: string; properties: Record<string, string>; createdAt: string; updatedAt: string; associations: { contacts: string[]; deals: string[] } }
export type HubspotState = { portal: string } & Record<Type, HubspotRecord[]>
export type Hubspot = Omit<Simulator, 'state'> & { state(): HubspotState; labelOf(type: string, property: string): string }

type Row = { id: string; type: Type; properties: Record<string, string>; createdAt: number; updatedAt: number }
const mostAtOnce = 100
const mostFound = 200

const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const one = z.object({ properties: values })
const inputs = <S extends z.ZodType>(input: S) => z.object({ inputs: z.array(input).max(mostAtOnce, `at most ${mostAtOnce} inputs`) })
const traced = z.object({ objectWriteTraceId: z.string().optional() })
const byId = z.object({ id: z.string().min(1) })
const making = inputs(traced.extend({ properties: values }))
const changing = inputs(traced.extend({ ...byId.shape, properties: values, idProperty: z.string().optional() }))
const reading = inputs(byId).extend({ properties: z.array(z.string()).default([]), idProperty: z.string().optional() })
const searching = z.object({
  filterGroups: z.array(z.object({ filters: z.array(z.object({ propertyName: z.string(), operator: z.literal('EQ'), value: z.string() })).max(6) })).max(5).default([]),
  properties: z.array(z.string()).default([]),
  limit: z.int().min(1).max(mostFound).default(10),
  after: z.string().regex(/^\d*$/).default(''),
})

export const makeHubspot = ({ clock, account }: { clock: Time; account: HubspotAccount }): Hubspot => {
  const rows = new Map<string, Row>() // by id: no two objects share one
  let lastId = 20_100_000_000
  const properties = makeProperties(account)
  const itself = makeAccount(account)
  const associations = makeAssociations({ now: clock.now, exists: (type, id) => void byNumber(type, id) })

  const living = (type: Type): Row[] => [...rows.values()].filter((row) => row.type === type)
  const byNumber = (type: Type, id: string): Row => {
    const row = rows.get(id)
    if (row?.type === type) return row
    throw missing()
  }
  const byValue = (type: Type, name: string, value: string): Row | undefined => {
    const property = properties.of(type).get(name)
    if (!property) throw invalid(`Property "${name}" does not exist`, [{ message: `Property "${name}" does not exist`, code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [name] } }])
    if (!property.hasUniqueValue) throw invalid(`${name} is not a unique property of ${type}`)
    return living(type).find((row) => row.properties[name] === value)
  }
  const found = (type: Type, id: string, idProperty = 'hs_object_id'): Row => {
    if (idProperty === 'hs_object_id') return byNumber(type, id)
    const row = byValue(type, idProperty, id)
    if (row) return row
    throw missing()
  }

  // Each looks first and writes when it is called, so that a batch can be all or nothing.
  const checkUnique = (type: Type, given: Record<string, string>, self?: Row): void => {
    for (const [name, value] of Object.entries(given)) {
      if (value === '' || !properties.of(type).get(name)?.hasUniqueValue) continue
      const other = byValue(type, name, value)
      if (other && other !== self) throw conflict(`${name} has that value on another record already. Existing ID: ${other.id}`)
    }
  }
  const preparedNew = (type: Type, given: Given): (() => Row) => {
    const checked = properties.checked(type, given)
    checkUnique(type, checked)
    const lacking = [...properties.of(type).values()].filter(({ name, required }) => required && !checked[name]).map(({ name }) => name)
    if (lacking.length > 0) throw invalid(`Error creating ${type}. Some required properties were not set.`, [{ message: `required: ${lacking.join(', ')}`, code: 'REQUIRED_PROPERTIES_MISSING', context: { properties: lacking } }])
    return () => {
      const row: Row = { id: String(++lastId), type, properties: {}, createdAt: clock.now(), updatedAt: clock.now() }
      rows.set(row.id, row)
      return written(row, checked)
    }
  }
  const preparedChange = (row: Row, given: Given): (() => Row) => {
    const checked = properties.checked(row.type, given)
    checkUnique(row.type, checked, row)
    return () => written(row, checked)
  }
  const written = (row: Row, checked: Record<string, string>): Row => {
    row.updatedAt = clock.now()
    // '' clears.
    row.properties = Object.fromEntries(Object.entries({ ...row.properties, ...checked }).filter(([, value]) => value !== ''))
    return row
  }
  const archive = (type: Type, id: string): void => {
    if (rows.get(id)?.type !== type) return
    associations.forget(type, id)
    rows.delete(id)
  }
  const all = <I extends { id?: string; objectWriteTraceId?: string | undefined }>(status: number, asked: readonly I[], prepare: (input: I) => () => object, how: { isReading?: true } = {}): Answer => batch({ inputs: asked, prepare, status, nowMs: clock.now(), ...how })

  const routes: Record<string, Route> = {
    ...properties.routes,
    ...associations.routes,
    ...itself.routes,
    'POST /crm/v3/objects/:type': ({ parts, body }) => created(shown(preparedNew(typeOf(parts['type']), parsed(one, body).properties)())),
    'GET /crm/v3/objects/:type': ({ parts, query: { limit = '10', after = '0' } }) => ok(page(living(typeOf(parts['type'])), Math.min(Number(limit), 100), Number(after))),
    'POST /crm/v3/objects/:type/search': ({ parts, body, lagMs }) => {
      const type = typeOf(parts['type'])
      const { filterGroups, limit, after } = parsed(searching, body)
      for (const { propertyName: name } of filterGroups.flatMap(({ filters }) => filters)) if (!properties.of(type).has(name)) throw invalid(`There was a problem with the request: property ${name} does not exist`)
      // What was written a moment ago is not found yet.
      const fits = living(type).filter((row) => clock.now() - row.updatedAt >= lagMs && (filterGroups.length === 0 || filterGroups.some(({ filters }) => filters.every(({ propertyName, value }) => shown(row).properties[propertyName] === value))))
      return ok({ total: fits.length, ...page(fits, limit, Number(after)) })
    },
    'GET /crm/v3/objects/:type/:id': ({ parts: { type: name, id = '' }, query: { idProperty, associations: wanted } }) => {
      const row = found(typeOf(name), id, idProperty)
      const linked = (wanted ?? '').split(',').filter(Boolean).map(typeOf).map((to) => [to, { results: associations.to(row.type, row.id, to).map((toId) => ({ id: toId, type: `${row.type.slice(0, -1)}_to_${to.slice(0, -1)}` })) }])
      return ok({ ...shown(row), ...(linked.length > 0 && { associations: Object.fromEntries(linked) }) })
    },
    'PATCH /crm/v3/objects/:type/:id': ({ parts: { type, id = '' }, query: { idProperty }, body }) => ok(shown(preparedChange(found(typeOf(type), id, idProperty), parsed(one, body).properties)())),
    'DELETE /crm/v3/objects/:type/:id': ({ parts: { type, id = '' } }) => (archive(typeOf(type), id), gone),

    'POST /crm/v3/objects/:type/batch/create': ({ parts, body }) =>
      all(201, parsed(making, body).inputs, ({ properties: given }) => {
        const make = preparedNew(typeOf(parts['type']), given)
        return () => shown(make())
      }),
    'POST /crm/v3/objects/:type/batch/read': ({ parts, body }) => {
      const { inputs: asked, idProperty } = parsed(reading, body)
      const prepare = ({ id }: { id: string }): (() => object) => {
        const row = found(typeOf(parts['type']), id, idProperty)
        return () => shown(row)
      }
      return all(200, asked, prepare, { isReading: true })
    },
    'POST /crm/v3/objects/:type/batch/update': ({ parts, body }) =>
      all(200, distinct(parsed(changing, body).inputs), ({ id, idProperty, properties: given }) => {
        const change = preparedChange(found(typeOf(parts['type']), id, idProperty), given)
        return () => shown(change())
      }),
    // What isn't there by that value is made with it.
    'POST /crm/v3/objects/:type/batch/upsert': ({ parts, body }) =>
      all(200, distinct(parsed(changing, body).inputs), ({ id, idProperty = 'hs_object_id', properties: given }) => {
        const type = typeOf(parts['type'])
        const before = idProperty === 'hs_object_id' ? byNumber(type, id) : byValue(type, idProperty, id)
        const write = before ? preparedChange(before, given) : preparedNew(type, { ...given, [idProperty]: id })
        return () => ({ ...shown(write()), new: before === undefined })
      }),
    'POST /crm/v3/objects/:type/batch/archive': ({ parts, body }) => {
      for (const { id } of parsed(inputs(byId), body).inputs) archive(typeOf(parts['type']), id)
      return gone
    },
  }

  const record = (row: Row): HubspotRecord => {
    const { id, properties, createdAt, updatedAt } = shown(row)
    return { id, properties, createdAt, updatedAt, associations: { contacts: associations.to(row.type, id, 'contacts'), deals: associations.to(row.type, id, 'deals') } }
  }
  return {
    name: 'hubspot',
    routes: guarded(routes, account.apiKey),
    admits: () => true, // HubSpot refuses a token in its own words: guarded does it
    state: () => ({ portal: account.portal, contacts: living('contacts').map(record), deals: living('deals').map(record), meetings: living('meetings').map(record), communications: living('communications').map(record), tickets: living('tickets').map(record), tasks: living('tasks').map(record) }),
    labelOf: (type, name) => properties.of(typeOf(type)).get(name)?.label ?? name,
    controls: {
      grant: (wanted) => (itself.grant(z.strictObject({ scopes: z.array(z.string()) }).parse(wanted).scopes), {}),
      become: (wanted) => (itself.become(z.strictObject({ accountType: z.string() }).parse(wanted).accountType), {}),
    },
    close: () => {},
  }
}

const distinct = <I extends { id: string }>(asked: readonly I[]): readonly I[] => {
  if (new Set(asked.map(({ id }) => id)).size === asked.length) return asked
  throw invalid('Duplicate IDs found in batch input')
}

// All that a record holds is shown: of ?properties=a&properties=b the wire keeps one only, so what was asked for isn't known.
const shown = ({ id, type, properties, createdAt, updatedAt }: Row): { id: string; properties: Record<string, string>; createdAt: string; updatedAt: string; archived: false } => {
  const [made, changed] = [new Date(createdAt).toISOString(), new Date(updatedAt).toISOString()]
  return { id, properties: { ...properties, hs_object_id: id, [createdName[type]]: made, [updatedName[type]]: changed }, createdAt: made, updatedAt: changed, archived: false }
}
const page = (all: Row[], limit: number, after: number): object => {
  const next = after + limit
  return { results: all.slice(after, next).map(shown), ...(next < all.length && { paging: { next: { after: String(next), link: `?after=${next}` } } }) }
}
