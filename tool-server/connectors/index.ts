import type { Connector } from '../define.ts'
import { bird } from './bird/index.ts'
import { hubspot } from './hubspot/index.ts'
import { smtp } from './smtp/index.ts'

// Every vendor, a folder and a line each.
export const connectors: readonly Connector[] = [bird, hubspot, smtp]
export { appMeta, hubspotReference, webhooksMeta } from './hubspot/reference.ts'
