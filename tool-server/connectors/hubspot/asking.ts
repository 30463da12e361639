import type { Http } from '../../define.ts'
import { hubSpotBy, type HubSpot } from './typed.ts'

// For reads and pulls: HubSpot is asked by POST as well, for searches and for many at once.
export const hubSpotAsking = (http: Http): HubSpot => hubSpotBy((method, path, headers, body) => http({ method, path, headers, ...(body !== undefined && { body }), reading: true }))
