import type { Connector, Flow } from '@portero/tool-server/define.ts'
import type { Clock } from '@portero/tool-server/spine/clock.ts'
import type { Desk } from './desk.ts'
import { flows } from './eco/flows.ts'
import { eco } from './eco/index.ts'
import { makeEco, type Eco } from './eco/simulator.ts'
import { openServer, type LabServer } from './server.ts'

// The lab: vendors that behave and misbehave like real ones, over real HTTP, with secrets that are made anew each time.
export type Lab = LabServer & {
  connectors: readonly Connector[]
  flows: readonly Flow[]
  accounts: readonly { vendor: string; account: string; settings: object }[]
  eco: Eco & Desk
}

// serverUrl: where vendors send their webhooks.
export const startLab = async ({ clock, port, serverUrl }: { clock: Clock; port: number; serverUrl: string }): Promise<Lab> => {
  const secret = (): string => clock.bytes(24).toString('base64url')
  const account = { name: 'casa', apiKey: secret(), signingSecrets: [secret(), secret()] } as const
  const simulator = makeEco({ clock, account, serverUrl })
  const server = await openServer({ clock, port, simulators: [simulator] })
  return {
    ...server,
    connectors: [eco],
    flows,
    accounts: [{ vendor: 'eco', account: account.name, settings: { baseUrl: `${server.url}/eco`, apiKey: account.apiKey, signingSecrets: account.signingSecrets } }],
    eco: { ...simulator, ...server.desk('eco') },
  }
}
