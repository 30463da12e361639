import type { Http } from '../../define.ts'
import { pathOf } from './paths.ts'
import { hubSpotBy, type HubSpot } from './typed.ts'

// For reads and pulls: HubSpot is asked by POST as well, for searches and for many at once. Who works there changes seldom, and is asked with nearly everything; isNew: whoever came a moment ago counts.
export const hubSpotAsking = (http: Http, { isNew = false } = {}): HubSpot =>
  hubSpotBy((method, path, headers, body) => http({ method, path, headers, ...(body !== undefined && { body }), reading: true, ...(path.startsWith(owners) && !isNew && { youngMs }) }))
const owners = pathOf('/crm/v3/owners')
const youngMs = 60_000
