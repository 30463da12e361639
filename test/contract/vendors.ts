import { contract as alerts } from '@portero/tool-server/connectors/alerts/contract.ts'
import { contract as bird } from '@portero/tool-server/connectors/bird/contract.ts'
import { contract as calendly } from '@portero/tool-server/connectors/calendly/contract.ts'
import { contract as google } from '@portero/tool-server/connectors/google/contract.ts'
import { contract as graph } from '@portero/tool-server/connectors/graph/contract.ts'
import { contract as hubspot } from '@portero/tool-server/connectors/hubspot/contract.ts'
import { contract as openai } from '@portero/tool-server/connectors/openai/contract.ts'
import { contract as smtp } from '@portero/tool-server/connectors/smtp/contract.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import type { Connector, Contract, Flow } from '@portero/tool-server/define.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { contract as eco } from '../lab/eco/contract.ts'
import { flows as ecoFlows } from '../lab/eco/flows.ts'
import { eco as ecoConnector } from '../lab/eco/index.ts'

// Every vendor's contract, a line each. A connector without one, and a contract without a connector, fail.
const contracts: Record<string, Contract> = { alerts, bird, calendly, google, graph, hubspot, openai, smtp, eco }

export type Vendor = { name: string; connector: Connector; contract: Contract; flows: readonly Flow[] }

const known: readonly Connector[] = [...connectors, ecoConnector]
export const connectorNames = known.map(({ name }) => name).toSorted()
export const contractNames = Object.keys(contracts).toSorted()
export const vendors: readonly Vendor[] = known.flatMap((connector) => {
  const contract = contracts[connector.name]
  return contract ? [{ name: connector.name, connector, contract, flows: [...flows, ...ecoFlows] }] : []
})
