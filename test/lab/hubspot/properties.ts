import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { conflict, created, gone, invalid, iso, ok, parsed, Refusal } from './answers.ts'
import { batch } from './batch-answer.ts'
import { defaultsOf } from './property-defaults.ts'
import { changeable, makeable, type Option, type Property } from './property.ts'
import { perType, typeOf, type Type } from './types.ts'

// The properties that an object may have, in their groups: HubSpot's own, and those that somebody makes.
// https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
const group = z.object({ name: z.string().min(1), label: z.string().min(1), displayOrder: z.int().default(-1) })
const groupChange = group.omit({ name: true }).partial()
const inputs = <S extends z.ZodType>(input: S) => z.object({ inputs: z.array(input).max(mostAtOnce, `at most ${mostAtOnce} inputs`) })
const named = z.object({ name: z.string() })
const mostAtOnce = 100
const mostUnique = 10

type Group = z.infer<typeof group> & { archived: false }
export type Properties = { of(type: Type): ReadonlyMap<string, Property>; routes: Record<string, Route> }

// optionsOf: of those whose options are made elsewhere, such as the stages of a pipeline.
type Needs = { now(): number; optionsOf(type: Type, name: string): Option[] | undefined }
export const makeProperties = ({ now, optionsOf }: Needs): Properties => {
  const known = perType((type) => new Map(defaultsOf(type).map((property) => [property.name, elsewhere(property, () => optionsOf(type, property.name))])))
  const archived = perType(() => new Map<string, Property>())
  const groups = perType((type) => new Map<string, Group>([[`${type}information`, { name: `${type}information`, label: type, displayOrder: 0, archived: false }]]))

  const propertyOf = (type: Type, name = '', from = known): Property => {
    const found = from[type].get(name)
    if (found) return found
    throw new Refusal({ status: 404, category: 'OBJECT_NOT_FOUND', subCategory: 'PropertyValidationError.PROPERTY_NOT_FOUND', message: `Property ${name} of ${type} does not exist` })
  }
  const groupOf = (type: Type, name = ''): Group => {
    const found = groups[type].get(name)
    if (found) return found
    throw new Refusal({ status: 404, category: 'OBJECT_NOT_FOUND', message: `Property group ${name} does not exist` })
  }
  const checkGroup = (type: Type, name: string): void => {
    if (!groups[type].has(name)) throw invalid(`Property group ${name} does not exist`, [{ message: `group ${name} does not exist`, code: 'GROUP_DOES_NOT_EXIST' }])
  }
  const preparedNew = (type: Type, wanted: unknown): (() => object) => {
    const made: Property = { ...parsed(makeable, wanted), hubspotDefined: false, readOnly: false, required: false, createdAt: now(), updatedAt: now() }
    if (known[type].has(made.name)) throw conflict(`A property named '${made.name}' already exists.`)
    checkGroup(type, made.groupName)
    if (made.hasUniqueValue && !['string', 'number'].includes(made.type)) throw invalid(`Properties of the type ${made.type} cannot be unique`)
    if (made.hasUniqueValue && [...known[type].values()].filter(({ hasUniqueValue, hubspotDefined }) => hasUniqueValue && !hubspotDefined).length >= mostUnique) throw invalid(`${type} may have at most ${mostUnique} unique properties`, [{ message: `at most ${mostUnique}`, code: 'UNIQUE_PROPERTY_LIMIT_EXCEEDED' }])
    checkOptions(made)
    return () => {
      known[type].set(made.name, made)
      archived[type].delete(made.name)
      return shown(made)
    }
  }
  const archive = (type: Type, property: Property): void => {
    if (property.hubspotDefined) throw invalid(`${property.name} is defined by HubSpot and cannot be deleted`)
    known[type].delete(property.name)
    archived[type].set(property.name, { ...property, archivedAt: now() })
  }

  const path = '/crm/v3/properties/:type'
  return {
    of: (type) => known[type],
    routes: {
      [`GET ${path}/groups`]: ({ parts }) => ok({ results: [...groups[typeOf(parts['type'])].values()] }),
      [`POST ${path}/groups`]: ({ parts, body }) => {
        const type = typeOf(parts['type'])
        const made: Group = { ...parsed(group, body), archived: false }
        if (groups[type].has(made.name)) throw conflict(`Property group ${made.name} already exists`)
        groups[type].set(made.name, made)
        return created(made)
      },
      [`GET ${path}/groups/:name`]: ({ parts }) => ok(groupOf(typeOf(parts['type']), parts['name'])),
      [`PATCH ${path}/groups/:name`]: ({ parts, body }) => ok(Object.assign(groupOf(typeOf(parts['type']), parts['name']), told(parsed(groupChange, body)))),
      [`DELETE ${path}/groups/:name`]: ({ parts }) => {
        const type = typeOf(parts['type'])
        const { name } = groupOf(type, parts['name'])
        if ([...known[type].values()].some(({ groupName }) => groupName === name)) throw invalid(`Property group ${name} still has properties`)
        groups[type].delete(name)
        return gone
      },
      [`GET ${path}`]: ({ parts, query }) => ok({ results: [...(query['archived'] === 'true' ? archived : known)[typeOf(parts['type'])].values()].map(shown) }),
      [`POST ${path}`]: ({ parts, body }) => created(preparedNew(typeOf(parts['type']), body)()),
      [`GET ${path}/:name`]: ({ parts, query }) => ok(shown(propertyOf(typeOf(parts['type']), parts['name'], query['archived'] === 'true' ? archived : known))),
      [`PATCH ${path}/:name`]: ({ parts, body }) => {
        const type = typeOf(parts['type'])
        const before = propertyOf(type, parts['name'])
        const after = { ...before, ...told(parsed(changeable, body)), updatedAt: now() }
        checkGroup(type, after.groupName)
        checkOptions(after)
        known[type].set(after.name, elsewhere(after, () => optionsOf(type, after.name)))
        return ok(shown(after))
      },
      [`DELETE ${path}/:name`]: ({ parts }) => {
        const type = typeOf(parts['type'])
        archive(type, propertyOf(type, parts['name']))
        return gone
      },
      [`POST ${path}/batch/create`]: ({ parts, body }) => batch({ inputs: parsed(inputs(z.looseObject(named.shape)), body).inputs.map((wanted) => ({ id: wanted.name, wanted })), prepare: ({ wanted }) => preparedNew(typeOf(parts['type']), wanted), status: 201, now: now() }),
      [`POST ${path}/batch/read`]: ({ parts, body }) => {
        const { inputs: asked, archived: isArchived } = parsed(inputs(named).extend({ archived: z.boolean().default(false) }), body)
        const prepare = ({ id }: { id: string }) => {
          const property = propertyOf(typeOf(parts['type']), id, isArchived ? archived : known)
          return () => shown(property)
        }
        return batch({ inputs: asked.map(({ name }) => ({ id: name })), prepare, status: 200, isReading: true, now: now() })
      },
      [`POST ${path}/batch/archive`]: ({ parts, body }) => {
        const type = typeOf(parts['type'])
        for (const property of parsed(inputs(named), body).inputs.map(({ name }) => propertyOf(type, name))) archive(type, property)
        return gone
      },
    },
  }
}

const checkOptions = ({ name, type, options }: Property): void => {
  if ((type === 'enumeration' || type === 'bool') && options.length === 0) throw invalid(`Property ${name} needs options`)
  if (new Set(options.map(({ value }) => value)).size < options.length) throw invalid(`Property ${name} has an option twice`)
}
const told = (change: object): Partial<Property> => Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
const elsewhere = (property: Property, optionsOf: () => Option[] | undefined): Property => (optionsOf() ? Object.defineProperty(property, 'options', { get: optionsOf, enumerable: true, configurable: true }) : property)

const shown = ({ readOnly, required: _required, createdAt, updatedAt, archivedAt, ...property }: Property): object => ({
  ...property, calculated: false, externalOptions: false, archived: archivedAt !== undefined, ...(createdAt !== undefined && { createdAt: iso(createdAt), updatedAt: iso(updatedAt) }), ...(archivedAt !== undefined && { archivedAt: iso(archivedAt) }),
  modificationMetadata: { archivable: !property.hubspotDefined, readOnlyDefinition: property.hubspotDefined, readOnlyValue: readOnly, readOnlyOptions: property.hubspotDefined },
})
