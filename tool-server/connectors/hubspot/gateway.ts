import type { Http } from '../../define.ts'
import { hubSpotBy, type HubSpot } from './typed.ts'

// For commands and for setting up: what is asked and what is written.
export const hubSpotOver = (http: Http): HubSpot => hubSpotBy((method, path, headers, body) => http({ method, path, headers, ...(body !== undefined && { body }) }))
