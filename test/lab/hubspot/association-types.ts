import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { conflict, gone, invalid, missing, ok, parsed } from './answers.ts'
import { about, typeOf, types, type Type } from './types.ts'

// How two objects may belong together: HubSpot's own numbers, one each way, and the labels that an account makes.
// https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide
const categories = ['HUBSPOT_DEFINED', 'USER_DEFINED', 'INTEGRATOR_DEFINED', 'WORK'] as const
export const specOf = z.object({ associationCategory: z.enum(categories), associationTypeId: z.int() })
export type Spec = z.infer<typeof specOf>
export type LinkType = { from: Type; to: Type; category: Spec['associationCategory']; id: number; inverse: number; name: string; label: string | null }
export type LinkTypes = {
  plain(from: Type, to: Type): LinkType
  named(from: Type, to: Type, spec: Spec): LinkType
  called(from: Type, to: Type, name: string): LinkType
  inverseOf(type: LinkType): LinkType
  routes: Record<string, Route>
}

// [from, to, there, back]; the label is HubSpot's.
const own: readonly [Type, Type, number, number, string?][] = [
  ['contacts', 'companies', 279, 280], ['contacts', 'companies', 1, 2, 'Primary'], ['contacts', 'deals', 4, 3], ['contacts', 'tickets', 15, 16], ['companies', 'deals', 342, 341], ['companies', 'deals', 6, 5, 'Primary'], ['companies', 'tickets', 340, 339], ['companies', 'tickets', 25, 26, 'Primary'], ['deals', 'tickets', 27, 28],
  ['communications', 'contacts', 81, 82], ['communications', 'companies', 87, 88], ['communications', 'deals', 85, 86], ['communications', 'tickets', 84, 83],
  ['meetings', 'contacts', 200, 199], ['meetings', 'companies', 188, 187], ['meetings', 'deals', 212, 211], ['meetings', 'tickets', 226, 225],
  ['notes', 'contacts', 202, 201], ['notes', 'companies', 190, 189], ['notes', 'deals', 214, 213], ['notes', 'tickets', 228, 227],
  ['tasks', 'contacts', 204, 203], ['tasks', 'companies', 192, 191], ['tasks', 'deals', 216, 215], ['tasks', 'tickets', 230, 229],
  ['calls', 'contacts', 194, 193], ['calls', 'companies', 182, 181], ['calls', 'deals', 206, 205], ['calls', 'tickets', 220, 219],
]
const making = z.object({ name: z.string().regex(/^[a-zA-Z]\w*$/), label: z.string().min(1), inverseLabel: z.string().optional() })
const changing = z.object({ associationTypeId: z.int(), label: z.string().min(1), inverseLabel: z.string().optional() })

export const makeLinkTypes = (): LinkTypes => {
  const all: LinkType[] = own.flatMap(([from, to, there, back, label]): LinkType[] => {
    const named = (one: Type, other: Type): string => `${about[one].singular}_to_${about[other].singular}${label === undefined ? '' : '_primary'}`
    const common = { category: 'HUBSPOT_DEFINED' as const, label: label ?? null }
    return [{ from, to, id: there, inverse: back, name: named(from, to), ...common }, { from: to, to: from, id: back, inverse: there, name: named(to, from), ...common }]
  })
  let lastId = 100

  const between = (from: Type, to: Type): LinkType[] => all.filter((each) => each.from === from && each.to === to)
  const plain = (from: Type, to: Type): LinkType => {
    const found = between(from, to).find(({ category, label }) => category === 'HUBSPOT_DEFINED' && label === null)
    if (found) return found
    // Of pairs that HubSpot has no known number for, one that nobody else has.
    const [there, back] = [1_000 + types.indexOf(from) * types.length + types.indexOf(to), 1_000 + types.indexOf(to) * types.length + types.indexOf(from)]
    const made: LinkType = { from, to, category: 'HUBSPOT_DEFINED', id: there, inverse: back, name: `${about[from].singular}_to_${about[to].singular}`, label: null }
    all.push(made)
    return made
  }
  const find = (from: Type, to: Type, fits: (each: LinkType) => boolean, words: string): LinkType => {
    plain(from, to)
    const found = between(from, to).find(fits)
    if (found) return found
    throw invalid(`The association type ${words} is not one of ${about[from].singular} to ${about[to].singular}`, [{ message: words, code: 'INVALID_ASSOCIATION_TYPE' }])
  }
  const ends = ({ from, to }: Record<string, string>): [Type, Type] => [typeOf(from), typeOf(to)]
  const userMade = (from: Type, to: Type, id: number): LinkType => {
    const found = between(from, to).find((each) => each.category === 'USER_DEFINED' && each.id === id)
    if (found) return found
    throw missing()
  }
  const inverseOf = ({ from, to, category, inverse }: LinkType): LinkType => find(to, from, (each) => each.category === category && each.id === inverse, String(inverse))

  const path = '/crm/v4/associations/:from/:to/labels'
  return {
    plain, inverseOf,
    named: (from, to, { associationCategory, associationTypeId }) => find(from, to, ({ category, id }) => category === associationCategory && id === associationTypeId, `${associationCategory} ${associationTypeId}`),
    called: (from, to, name) => find(from, to, (each) => each.name === name || String(each.id) === name, name),
    routes: {
      'GET /crm/v3/associations/:from/:to/types': ({ parts }) => {
        const [from, to] = ends(parts)
        plain(from, to)
        return ok({ results: between(from, to).map(({ id, name }) => ({ id: String(id), name })) })
      },
      [`GET ${path}`]: ({ parts }) => {
        const [from, to] = ends(parts)
        plain(from, to)
        return ok({ results: between(from, to).map(shown) })
      },
      [`POST ${path}`]: ({ parts, body }) => {
        const [from, to] = ends(parts)
        const { name, label, inverseLabel = label } = parsed(making, body)
        if (between(from, to).some((each) => each.name === name || each.label === label)) throw conflict(`An association label named ${name} already exists`)
        const [there, back] = [++lastId, from === to && inverseLabel === label ? lastId : ++lastId]
        const made: LinkType[] = [{ from, to, category: 'USER_DEFINED', id: there, inverse: back, name, label }]
        if (back !== there) made.push({ from: to, to: from, category: 'USER_DEFINED', id: back, inverse: there, name: `${name}_inverse`, label: inverseLabel })
        all.push(...made)
        return ok({ results: made.map(shown) })
      },
      [`PUT ${path}`]: ({ parts, body }) => {
        const { associationTypeId, label, inverseLabel } = parsed(changing, body)
        const type = userMade(...ends(parts), associationTypeId)
        type.label = label
        if (inverseLabel !== undefined) inverseOf(type).label = inverseLabel
        return gone
      },
      [`DELETE ${path}/:id`]: ({ parts }) => {
        const type = userMade(...ends(parts), Number(parts['id']))
        for (const each of [type, inverseOf(type)]) if (all.includes(each)) all.splice(all.indexOf(each), 1)
        return gone
      },
    },
  }
}
const shown = ({ category, id, label }: LinkType): object => ({ category, typeId: id, label })
