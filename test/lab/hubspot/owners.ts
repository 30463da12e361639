import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { invalid, iso, missing, ok, pageOf } from './answers.ts'
import { people } from './people.ts'

// Who may own a record. An owner and the user behind it have two numbers; an owner who left is archived, and is nobody's owner any more.
// https://developers.hubspot.com/docs/api-reference/crm-crm-owners-v3/guide
export const ownerWish = z.strictObject({ id: z.string().regex(/^\d+$/), email: z.email(), firstName: z.string().default(''), lastName: z.string().default(''), userId: z.int().optional(), archived: z.boolean().default(false), teams: z.array(z.strictObject({ id: z.string(), name: z.string(), primary: z.boolean() })).default([]) })
type Owner = z.infer<typeof ownerWish> & { at: number }
export type Owners = { has(id: string): boolean; put(wish: z.infer<typeof ownerWish>): void; routes: Record<string, Route> }

const mostPerPage = 500
const team = { id: '51', name: 'Rentas', primary: true }

export const makeOwners = ({ now }: { now: () => number }): Owners => {
  const since = Date.UTC(2026, 0, 5)
  const owners = new Map<string, Owner>(people.map(({ id, email, firstName, lastName }, place) => [String(80_411 + place * 11), { id: String(80_411 + place * 11), email, firstName, lastName, userId: Number(id), archived: false, teams: [team], at: since }]))

  const path = '/crm/v3/owners'
  const list: Route = ({ query: { email, after = '', limit, archived }, path: asked }) => {
    const fits = [...owners.values()].filter((owner) => owner.archived === (archived === 'true') && (email === undefined || owner.email.toLowerCase() === email.toLowerCase())).toSorted((one, other) => Number(one.id) - Number(other.id))
    const { results, ...paging } = pageOf(fits, ({ id }) => id, { after, limit, mostPerPage, byDefault: 100, path: asked })
    return ok({ results: results.map(shown), ...paging })
  }
  return {
    has: (id) => owners.get(id)?.archived === false,
    put: (wish) => void owners.set(wish.id, { ...wish, at: now() }),
    routes: {
      [`GET ${path}`]: list,
      [`GET ${path}/`]: list, // as HubSpot's client asks
      [`GET ${path}/:id`]: ({ parts: { id }, query: { idProperty = 'id', archived } }) => {
        if (idProperty !== 'id' && idProperty !== 'userId') throw invalid(`idProperty must be id or userId, and not ${idProperty}`)
        const found = [...owners.values()].find((owner) => (idProperty === 'id' ? owner.id : String(owner.userId)) === id && owner.archived === (archived === 'true'))
        if (!found) throw missing()
        return ok(shown(found))
      },
    },
  }
}
// Of an owner who left, only the user as it was is told.
const shown = ({ id, email, firstName, lastName, userId, archived, teams, at }: Owner): object => ({
  id, email, type: 'PERSON', firstName, lastName, ...(userId !== undefined && { ...(!archived && { userId }), userIdIncludingInactive: userId }), createdAt: iso(at), updatedAt: iso(at), archived, ...(teams.length > 0 && { teams }),
})
