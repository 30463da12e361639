import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { gone, ok, parsed } from './answers.ts'
import { shown, type Author, type Records } from './records.ts'
import { typeOf } from './types.ts'

// Two records that become one, and a person who asked to be forgotten.
const merging = z.object({ primaryObjectId: z.string().min(1), objectIdToMerge: z.string().min(1) })
const forgetting = z.object({ objectId: z.string().min(1), idProperty: z.string().optional() })

export const mergeRoutes = ({ records, by }: { records: Records; by: Author }): Record<string, Route> => ({
  // https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/basic/post-crm-v3-objects-contacts-merge
  'POST /crm/v3/objects/:type/merge': ({ parts, body }) => {
    const { primaryObjectId, objectIdToMerge } = parsed(merging, body)
    return ok(shown(records.merge(typeOf(parts['type']), primaryObjectId, objectIdToMerge, by)))
  },
  // An e-mail that nobody has is barred all the same, so it is no error.
  // https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/basic/post-crm-v3-objects-contacts-gdpr-delete
  'POST /crm/v3/objects/:type/gdpr-delete': ({ parts, body }) => {
    const type = typeOf(parts['type'])
    const { objectId, idProperty } = parsed(forgetting, body)
    const row = idProperty === undefined || idProperty === 'hs_object_id' ? records.byNumber(type, objectId) : records.byValue(type, idProperty, objectId)
    if (row) records.forget(row, by)
    return gone
  },
})
