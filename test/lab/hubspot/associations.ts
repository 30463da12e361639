import { z } from 'zod'
import type { Answer, Route } from '../simulator.ts'
import { created, gone, nextPage, ok, pageOf, parsed, Refusal } from './answers.ts'
import { makeLinkTypes, specOf, type LinkType, type Spec } from './association-types.ts'
import { errorOf, told } from './batch-answer.ts'
import { about, typeOf, types, type Type } from './types.ts'

// What belongs to what, both ways round. What is linked under a label is also linked without one.
// https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide
export type Link = { from: Type; id: string; to: Type; toId: string; spec: Spec; isPrimary: boolean; isGone: boolean }
export type Associations = {
  to(from: Type, id: string, to: Type): string[]
  checked(from: Type, wanted: readonly Wanted[]): (id: string) => void // refuses first, links when it is called
  link(from: Type, id: string, to: Type, toId: string): void
  unlink(from: Type, id: string, to: Type, toId: string): void
  forget(type: Type, id: string): void
  move(type: Type, id: string, into: string): void // what hung on a record that was merged
  shownOf(type: Type, id: string, to: Type): object
  routes: Record<string, Route>
}
export const wantedLinks = z.array(z.object({ to: z.object({ id: z.coerce.string() }), types: z.array(specOf).min(1) })).default([])
type Wanted = z.infer<typeof wantedLinks>[number]

const mostCreated = 2_000
const mostRead = 1_000
const mostPerPage = 500
const end = z.object({ id: z.coerce.string() })
const inputs = <S extends z.ZodType>(input: S, most: number) => z.object({ inputs: z.array(input).max(most, `at most ${most} inputs`) })
const pairs = inputs(z.object({ from: end, to: end }), mostCreated)
const typed = inputs(z.object({ from: end, to: end, types: z.array(specOf) }), mostCreated)
const cutting = inputs(z.object({ from: end, to: z.array(end) }), mostCreated)
const asking = inputs(z.object({ id: z.coerce.string(), after: z.string().default('') }), mostRead)
const named = inputs(z.object({ from: end, to: end, type: z.string() }), mostCreated)

// exists: refuses what is not there, else the id of the record that it stands for now.
type Needs = { now(): number; exists(type: Type, id: string): string; tell(link: Link): void }
export const makeAssociations = ({ now, exists, tell }: Needs): Associations => {
  const linkTypes = makeLinkTypes()
  const links = new Map<string, Map<string, Set<LinkType>>>() // 'deals:7' -> 'contacts:3' -> how
  const linked = (name: string): Map<string, Set<LinkType>> => {
    const found = links.get(name) ?? new Map()
    links.set(name, found)
    return found
  }
  const put = (from: Type, id: string, to: Type, toId: string, how: LinkType): void => {
    const others = linked(`${from}:${id}`)
    const known = others.get(`${to}:${toId}`) ?? new Set()
    if (known.has(how)) return
    others.set(`${to}:${toId}`, known.add(how))
    tell({ from, id, to, toId, ...heard(how), isGone: false })
  }
  const both = (from: Type, id: string, to: Type, toId: string, how: LinkType): void => {
    put(from, id, to, toId, how)
    put(to, toId, from, id, linkTypes.inverseOf(how))
  }
  const join = (from: Type, id: string, to: Type, toId: string, hows: readonly LinkType[] = []): void => {
    for (const how of [...hows, linkTypes.plain(from, to)]) both(from, id, to, toId, how)
  }
  const cut = (from: Type, id: string, to: Type, toId: string, which: (how: LinkType) => boolean = () => true): void => {
    for (const [one, oneId, other, otherId, fits] of [[from, id, to, toId, which], [to, toId, from, id, (how: LinkType) => which(linkTypes.inverseOf(how))]] as const) {
      const others = linked(`${one}:${oneId}`)
      const known = others.get(`${other}:${otherId}`) ?? new Set<LinkType>()
      for (const how of [...known].filter(fits)) {
        known.delete(how)
        tell({ from: one, id: oneId, to: other, toId: otherId, ...heard(how), isGone: true })
      }
      if (known.size === 0) others.delete(`${other}:${otherId}`)
    }
  }
  // What is archived is linked to nothing, until it is restored.
  const found = (from: Type, id: string, to: Type): [id: string, how: Set<LinkType>][] =>
    [...linked(`${from}:${id}`)].flatMap(([name, how]): [string, Set<LinkType>][] => (name.startsWith(`${to}:`) ? [[name.slice(to.length + 1), how]] : [])).filter(([toId]) => isThere(exists, to, toId)).toSorted(([one], [other]) => Number(BigInt(one) - BigInt(other)))
  const shownLink = ([toObjectId, how]: [string, Set<LinkType>]): object => ({ toObjectId, associationTypes: [...how].map(({ category, id: typeId, label }) => ({ category, typeId, label })) })
  const defaults = (from: Type, id: string, to: Type, toId: string): object[] => {
    join(from, exists(from, id), to, exists(to, toId))
    const spec = (one: Type, other: Type): object => ({ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: linkTypes.plain(one, other).id })
    return [{ from: { id }, to: { id: toId }, associationSpec: spec(from, to) }, { from: { id: toId }, to: { id }, associationSpec: spec(to, from) }]
  }
  const labels = (from: Type, id: string, to: Type, toId: string, specs: readonly Spec[]): object => {
    const hows = specs.map((spec) => linkTypes.named(from, to, spec))
    join(from, exists(from, id), to, exists(to, toId), hows)
    return { fromObjectTypeId: about[from].id, fromObjectId: id, toObjectTypeId: about[to].id, toObjectId: toId, labels: hows.flatMap(({ label }) => label ?? []) }
  }
  const each = <I>(asked: readonly I[], status: number, idsOf: (input: I) => string[], run: (input: I) => object): Answer => {
    const [results, errors]: [object[], object[]] = [[], []]
    for (const input of asked) {
      try {
        results.push(run(input))
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown
        errors.push(errorOf(thrown.fault, { ids: idsOf(input) }))
      }
    }
    return told({ results, errors, status, now: now() })
  }
  const noneOf = (from: Type, id: string, to: Type): Refusal => new Refusal({ status: 404, category: 'OBJECT_NOT_FOUND', subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND', message: `No ${about[to].singular} is associated with ${about[from].singular} ${id}.`, context: { fromObjectId: [id], fromObjectType: [from], toObjectType: [to] } })
  const ends = ({ type, id = '', toType, toId = '' }: Record<string, string>): [Type, string, Type, string] => [typeOf(type), id, typeOf(toType), toId]
  const sides = ({ from, to }: Record<string, string>): [Type, Type] => [typeOf(from), typeOf(to)]

  const [single, many, old] = ['/crm/v4/objects/:type/:id/associations', '/crm/v4/associations/:from/:to/batch', '/crm/v3/associations/:from/:to/batch']
  return {
    to: (from, id, wanted) => found(from, id, wanted).map(([toId]) => toId),
    link: (from, id, to, toId) => join(from, exists(from, id), to, exists(to, toId)),
    unlink: (from, id, to, toId) => cut(from, id, to, toId),
    // A record is linked by the number of the kind of link, which says what is at its other end.
    checked(from, wanted) {
      const ready = wanted.map(({ to: { id: toId }, types: specs }) => {
        const to = types.find((type) => specs.every((spec) => isBetween(linkTypes, from, type, spec)) && isThere(exists, type, toId))
        if (!to) throw new Refusal({ status: 400, category: 'VALIDATION_ERROR', message: `${from} cannot be associated with ${toId} by ${JSON.stringify(specs)}`, errors: [{ message: toId, code: 'INVALID_ASSOCIATION' }] })
        return { to, toId, hows: specs.map((spec) => linkTypes.named(from, to, spec)) }
      })
      return (id) => {
        for (const { to, toId, hows } of ready) join(from, id, to, toId, hows)
      }
    },
    forget(type, id) {
      for (const name of linked(`${type}:${id}`).keys()) linked(name).delete(`${type}:${id}`)
      links.delete(`${type}:${id}`)
    },
    move(type, id, into) {
      for (const [name, hows] of linked(`${type}:${id}`)) {
        const [to, toId = ''] = name.split(':')
        for (const how of hows) both(type, into, typeOf(to), toId, how)
        linked(name).delete(`${type}:${id}`)
      }
      links.delete(`${type}:${id}`)
    },
    shownOf: (type, id, to) => ({ results: found(type, id, to).flatMap(([toId, hows]) => [...hows].map(({ name }) => ({ id: toId, type: name }))) }),
    routes: {
      ...linkTypes.routes,
      [`PUT ${single}/default/:toType/:toId`]: ({ parts }) => told({ results: defaults(...ends(parts)), errors: [], status: 200, now: now() }),
      [`PUT ${single}/:toType/:toId`]: ({ parts, body }) => created(labels(...ends(parts), parsed(z.array(specOf).min(1), body))),
      [`GET ${single}/:toType`]: ({ parts, query: { after = '', limit }, path }) => {
        const [from, id, wanted] = ends(parts)
        exists(from, id)
        const { results, ...paging } = pageOf(found(from, id, wanted), ([toId]) => toId, { after, limit, mostPerPage, byDefault: mostPerPage, path })
        return ok({ results: results.map(shownLink), ...paging })
      },
      [`DELETE ${single}/:toType/:toId`]: ({ parts }) => (cut(...ends(parts)), gone),

      [`POST ${many}/associate/default`]: ({ parts, body }) => {
        const [from, to] = sides(parts)
        return told({ results: parsed(pairs, body).inputs.flatMap((pair) => defaults(from, pair.from.id, to, pair.to.id)), errors: [], status: 200, now: now() })
      },
      [`POST ${many}/create`]: ({ parts, body }) => {
        const [from, to] = sides(parts)
        return each(parsed(typed, body).inputs, 201, (input) => [input.from.id, input.to.id], (input) => labels(from, input.from.id, to, input.to.id, input.types))
      },
      [`POST ${many}/read`]: ({ parts, body, path }) => {
        const [from, to] = sides(parts)
        return each(parsed(asking, body).inputs, 200, ({ id }) => [id], ({ id, after }) => {
          const all = found(from, exists(from, id), to)
          if (all.length === 0) throw noneOf(from, id, to)
          const start = after === '' ? 0 : all.findIndex(([toId]) => toId === after) + 1
          const page = all.slice(start, start + mostPerPage)
          return { from: { id }, to: page.map(shownLink), ...(start + page.length < all.length && { paging: nextPage(page.at(-1)?.[0] ?? '', path) }) }
        })
      },
      [`POST ${many}/archive`]: ({ parts, body }) => {
        const [from, to] = sides(parts)
        for (const pair of parsed(cutting, body).inputs) for (const { id } of pair.to) cut(from, pair.from.id, to, id)
        return gone
      },
      [`POST ${many}/labels/archive`]: ({ parts, body }) => {
        const [from, to] = sides(parts)
        for (const pair of parsed(typed, body).inputs) for (const spec of pair.types) cut(from, pair.from.id, to, pair.to.id, (how) => how === linkTypes.named(from, to, spec))
        return gone
      },

      [`POST ${old}/create`]: ({ parts, body }) => {
        const [from, to] = sides(parts)
        return each(parsed(named, body).inputs, 201, (input) => [input.from.id, input.to.id], (input) => {
          join(from, exists(from, input.from.id), to, exists(to, input.to.id), [linkTypes.called(from, to, input.type)])
          return input
        })
      },
      [`POST ${old}/read`]: ({ parts, body }) => {
        const [from, to] = sides(parts)
        return each(parsed(asking, body).inputs, 200, ({ id }) => [id], ({ id }) => {
          const all = found(from, exists(from, id), to)
          if (all.length === 0) throw noneOf(from, id, to)
          return { from: { id }, to: all.flatMap(([toId, hows]) => [...hows].map(({ name }) => ({ id: toId, type: name }))) }
        })
      },
      [`POST ${old}/archive`]: ({ parts, body }) => {
        const [from, to] = sides(parts)
        for (const pair of parsed(named, body).inputs) cut(from, pair.from.id, to, pair.to.id)
        return gone
      },
    },
  }
}

const heard = ({ category, id, label }: LinkType): Pick<Link, 'spec' | 'isPrimary'> => ({ spec: { associationCategory: category, associationTypeId: id }, isPrimary: label === 'Primary' })
const isBetween = (linkTypes: { named(from: Type, to: Type, spec: Spec): LinkType }, from: Type, to: Type, spec: Spec): boolean => holds(() => linkTypes.named(from, to, spec))
const isThere = (exists: (type: Type, id: string) => string, type: Type, id: string): boolean => holds(() => exists(type, id))
const holds = (look: () => unknown): boolean => {
  try {
    look()
    return true
  } catch (thrown) {
    if (thrown instanceof Refusal) return false
    throw thrown
  }
}
