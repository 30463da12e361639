import type { Connector } from '../define.ts'

// Every vendor, a folder and a line each.
export const connectors: readonly Connector[] = []
