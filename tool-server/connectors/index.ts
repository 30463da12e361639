import type { Connector } from '../define.ts'
import { alerts } from './alerts/index.ts'
import { bird } from './bird/index.ts'
import { calendly } from './calendly/index.ts'
import { google } from './google/index.ts'
import { graph } from './graph/index.ts'
import { hubspot } from './hubspot/index.ts'
import { openai } from './openai/index.ts'
import { smtp } from './smtp/index.ts'

// Every vendor, a folder and a line each.
export const connectors: readonly Connector[] = [alerts, bird, calendly, google, graph, hubspot, openai, smtp]
export { appMeta, hubspotReference, webhooksMeta } from './hubspot/reference.ts'
export { fieldOf } from './hubspot/mapping.ts'
