import type { Route } from '../simulator.ts'
import { gone, ok } from './answers.ts'
import { typeOf, types, type Type } from './properties.ts'

// What belongs to what, both ways round.
export type Associations = { to(from: Type, id: string, to: Type): string[]; forget(type: Type, id: string): void; routes: Record<string, Route> }

// exists: refuses what is not there.
export const makeAssociations = ({ now, exists }: { now: () => number; exists: (type: Type, id: string) => void }): Associations => {
  const links = new Map<string, Set<string>>() // 'deals:7' -> 'contacts:3'
  const linked = (name: string): Set<string> => {
    const found = links.get(name) ?? new Set()
    links.set(name, found)
    return found
  }
  const to: Associations['to'] = (from, id, wanted) => [...linked(`${from}:${id}`)].flatMap((name) => (name.startsWith(`${wanted}:`) ? [name.slice(wanted.length + 1)] : []))
  const ends = (parts: Record<string, string>): { from: Type; id: string; to: Type; toId: string } => {
    const { type, id = '', toType, toId = '' } = parts
    return { from: typeOf(type), id, to: typeOf(toType), toId }
  }

  return {
    to,
    forget(type, id) {
      for (const name of linked(`${type}:${id}`)) linked(name).delete(`${type}:${id}`)
      links.delete(`${type}:${id}`)
    },
    routes: {
      'PUT /crm/v4/objects/:type/:id/associations/default/:toType/:toId': ({ parts }) => {
        const { from, id, to, toId } = ends(parts)
        exists(from, id)
        exists(to, toId)
        linked(`${from}:${id}`).add(`${to}:${toId}`)
        linked(`${to}:${toId}`).add(`${from}:${id}`)
        const at = new Date(now()).toISOString()
        const spec = (one: Type, other: Type): object => ({ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId(one, other) })
        const results = [{ from: { id }, to: { id: toId }, associationSpec: spec(from, to) }, { from: { id: toId }, to: { id }, associationSpec: spec(to, from) }]
        return ok({ status: 'COMPLETE', results, startedAt: at, completedAt: at })
      },
      'GET /crm/v4/objects/:type/:id/associations/:toType': ({ parts }) => {
        const { from, id, to: wanted } = ends(parts)
        exists(from, id)
        return ok({ results: to(from, id, wanted).map((toObjectId) => ({ toObjectId, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: typeId(from, wanted), label: null }] })) })
      },
      'DELETE /crm/v4/objects/:type/:id/associations/:toType/:toId': ({ parts }) => {
        const { from, id, to, toId } = ends(parts)
        linked(`${from}:${id}`).delete(`${to}:${toId}`)
        linked(`${to}:${toId}`).delete(`${from}:${id}`)
        return gone
      },
    },
  }
}

// HubSpot's own numbers; of pairs that it has none for, one that nobody else has.
const typeIds: Record<string, number> = {
  'contacts deals': 4, 'deals contacts': 3, 'communications contacts': 81, 'contacts communications': 82, 'communications deals': 85, 'deals communications': 86,
  'meetings contacts': 200, 'contacts meetings': 199, 'tickets contacts': 16, 'contacts tickets': 15, 'tasks contacts': 204, 'contacts tasks': 203, 'tasks deals': 216, 'deals tasks': 215, 'meetings deals': 212, 'deals meetings': 211,
}
const typeId = (from: Type, to: Type): number => typeIds[`${from} ${to}`] ?? 1_000 + types.indexOf(from) * types.length + types.indexOf(to)
