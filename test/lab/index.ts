import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Connector, Flow } from '@portero/tool-server/define.ts'
import type { Clock } from '@portero/tool-server/spine/clock.ts'
import { owners, scopes } from './auth/people.ts'
import { makeAuth, type AuthServer } from './auth/server.ts'
import { makeBirdAgent } from './bird/agent.ts'
import { makeBird, type Bird } from './bird/simulator.ts'
import { makeBundles } from './card-bundles.ts'
import { makeCalendly, type Calendly } from './calendly/simulator.ts'
import type { Desk } from './desk.ts'
import { flows } from './eco/flows.ts'
import { eco } from './eco/index.ts'
import { makeEco, type Eco } from './eco/simulator.ts'
import { makeGoogle, type Google } from './google/simulator.ts'
import { makeGraph, type Graph } from './graph/simulator.ts'
import { labPages } from './home-page.ts'
import { subscription } from './hubspot/events.ts'
import { people, staff } from './hubspot/people.ts'
import { makeProxy } from './hubspot/proxy.ts'
import { makeHubspot, type Hubspot } from './hubspot/simulator.ts'
import { makeOpenai, type Openai } from './openai/simulator.ts'
import { openServer, type Hosted, type LabServer } from './server.ts'
import { makeMail, type Mail } from './smtp/simulator.ts'

// The lab: vendors that behave and misbehave like real ones, over real HTTP, with secrets that are made anew each time.
export type Lab = LabServer & {
  connectors: readonly Connector[]
  flows: readonly Flow[]
  accounts: readonly { vendor: string; account: string; settings: object }[]
  eco: Eco & Desk
  bird: Bird & Desk
  hubspot: Omit<Hubspot, 'state'> & Desk & { state(): ReturnType<Hubspot['state']> }
  openai: Openai & Desk
  google: Google & Desk
  graph: Graph & Desk
  calendly: Calendly & Desk
  mail: Omit<Mail, 'state'> & Desk & { state: Mail['state'] }
  auth: AuthServer
  access: { apps: Record<string, { clientId: string; clientSecret: string }>; authUrls: Record<string, string>; connectAs: Record<string, object> } // how the house connects people's accounts here
  toolKey: string
  moveIn(house: Furnished, how: { dataDir: string }): Promise<void> // the agent's key, somebody who may sign in, and where all of it is written down
}
// What the lab must be given by whoever runs the house.
type Furnished = {
  tenant: string
  toolKeys: { make(key: { tenant: string; name: string; scopes: readonly string[]; secret: string }): Promise<string>; end(which: { tenant: string; name: string }): Promise<number> }
  scopes: readonly string[]
  putOperator(operator: { tenant: string; name: string; password: string; role: 'admin' }): Promise<void>
  switchAgent(channel: string, agent: 'bird' | 'portero'): Promise<unknown>
}

const installedApp = z.object({ config: z.object({ subscriptions: z.object({ crmObjects: z.array(subscription) }) }) })
const subscriptions = installedApp.parse(JSON.parse(readFileSync(new URL('../../hubspot-project/src/app/webhooks/webhooks-hsmeta.json', import.meta.url), 'utf8'))).config.subscriptions.crmObjects
const calendarPaths: Record<string, string> = { google: '/google/calendar/v3', graph: '/graph/v1.0', calendly: '/calendly' } // where each of them answers here
const calendars = Object.keys(calendarPaths)
const phone = '+525512345678' // nobody's: the lab's own prospect
const operatorName = 'lab'

// serverUrl: where vendors send their webhooks, and the agent its calls; publicUrl: what they believe it to be. toolKey: one that the house has already, where the lab can't move in. dataDir: where it keeps what people allowed, for when it starts again.
type Surroundings = { clock: Clock; port: number; serverUrl: string; publicUrl?: string; dataDir?: string; toolKey?: string | undefined; hosted?: Hosted }
export const startLab = async ({ clock, port, serverUrl, publicUrl, dataDir, hosted, ...given }: Surroundings): Promise<Lab> => {
  const secret = (): string => clock.bytes(24).toString('base64url')
  const ecoAccount = { name: 'casa', apiKey: secret(), signingSecrets: [secret(), secret()] } as const
  const birdAccount = { workspace: 'ws-lab', channel: 'ch-lab', apiKey: secret(), signingKeys: [secret(), secret()], number: '+525500000000', botName: 'Vivi' }
  const hubspotAccount = { portal: '4812345', apiKey: secret(), pipeline: 'rentas', stages: { new: '1001', qualified: '1002', visit_scheduled: '1003', visit_done: '1004', application: '1005', won: '1006', lost: '1007' }, helpDesk: { pipeline: '0', open: '1', closed: '4' } }
  const mailAccount = { username: 'avisos', password: secret() }
  const toolKey = given.toolKey ?? `portero_${secret()}`
  const password = secret()
  const clientSecret = secret()
  const openaiAccount = { apiKey: `sk-lab-${secret()}` }
  const googleAccount = { email: 'mariana.solis@casas.example', zone: 'America/Mexico_City', token: `ya29.${secret()}` } // of the first of the agents that the sample has
  const graphAccount = { email: 'diego.arriaga@casas.example', zone: 'America/Mexico_City', token: `eyJ0.${secret()}` } // of the second
  const calendlyAccount = { email: 'lucia.becerril@casas.example', zone: 'America/Mexico_City', token: secret() } // of the third

  const apps = Object.fromEntries(calendars.map((vendor) => [vendor, { clientId: `portero-${vendor}`, clientSecret: secret() }]))
  const auth = makeAuth({ clock, apps: Object.entries(apps).map(([vendor, app]) => ({ vendor, ...app })), people: owners, redirectUrl: (vendor) => `${publicUrl ?? serverUrl}/oauth/${vendor}/callback`, scopes, keptIn: dataDir === undefined ? undefined : join(dataDir, 'lab-consents.json') })
  auth.tokens.know(googleAccount.token, { email: googleAccount.email, scopes })
  auth.tokens.know(graphAccount.token, { email: graphAccount.email, scopes })
  auth.tokens.know(calendlyAccount.token, { email: calendlyAccount.email, scopes })

  let switchAgent: Furnished['switchAgent'] = async () => {}
  const ecoVendor = makeEco({ clock, account: ecoAccount, serverUrl })
  const birdVendor = makeBird({ clock, account: birdAccount, serverUrl, publicUrl, agent: makeBirdAgent({ toolsUrl: serverUrl, toolKey, clock }), switched: async (by) => void (await switchAgent(birdAccount.channel, by)) })
  // What people change in HubSpot is told as to the installed app; where nobody believes in a public address, tests say themselves what is told.
  const webhooks = publicUrl === undefined ? {} : { webhooks: { url: `${publicUrl}/webhooks/hubspot`, deliverTo: `${serverUrl}/webhooks/hubspot`, secret: clientSecret, subscriptions } }
  const hubspotVendor = makeHubspot({ clock, account: hubspotAccount, ...webhooks })
  const openaiVendor = makeOpenai({ clock, account: openaiAccount })
  const googleVendor = makeGoogle({ clock, accounts: owners.map((email) => ({ email, zone: googleAccount.zone })), tokens: auth.tokens, deliver: (address) => serverUrl + new URL(address).pathname })
  const graphVendor = makeGraph({ clock, accounts: owners.map((email) => ({ email, zone: graphAccount.zone })), tokens: auth.tokens, deliver: (address) => serverUrl + new URL(address).pathname + new URL(address).search })
  const calendlyVendor = makeCalendly({ clock, accounts: owners.map((email) => ({ email, zone: calendlyAccount.zone })), tokens: auth.tokens, deliver: (address) => serverUrl + new URL(address).pathname + new URL(address).search })
  const mailVendor = makeMail({ clock, account: mailAccount })
  const bundles = makeBundles({ clock })
  const hosting = { portal: hubspotAccount.portal, publicUrl: publicUrl ?? serverUrl }
  const proxy = makeProxy({ clock, clientSecret, people, serverUrl, ...hosting })
  const pages = labPages({ clock, stages: hubspotAccount.stages, console: () => ({ url: `${serverUrl}/console`, name: operatorName, password }), labelOf: hubspotVendor.labelOf, hosting, bundles, proxy, connected: { google: googleAccount.email, graph: graphAccount.email, calendly: calendlyAccount.email } })
  const server = await openServer({ clock, port, simulators: [ecoVendor, birdVendor, hubspotVendor, openaiVendor, googleVendor, graphVendor, calendlyVendor, mailVendor], phone: birdVendor.phoneDesk, pages, mounted: auth, hosted })
  const mailServer = await mailVendor.listen(server.url)
  return {
    ...server, toolKey, auth,
    access: { apps, authUrls: Object.fromEntries(calendars.map((vendor) => [vendor, auth.issuer()])), connectAs: Object.fromEntries(Object.entries(calendarPaths).map(([vendor, path]) => [vendor, { baseUrl: `${server.url}${path}` }])) },
    connectors: [eco],
    flows,
    accounts: [
      { vendor: 'eco', account: ecoAccount.name, settings: { baseUrl: `${server.url}/eco`, apiKey: ecoAccount.apiKey, signingSecrets: ecoAccount.signingSecrets } },
      { vendor: 'bird', account: birdAccount.channel, settings: { baseUrl: `${server.url}/bird`, apiKey: birdAccount.apiKey, workspace: birdAccount.workspace, channel: birdAccount.channel, smsChannel: `${birdAccount.channel}-sms`, signingKeys: birdAccount.signingKeys } },
      { vendor: 'hubspot', account: hubspotAccount.portal, settings: { baseUrl: `${server.url}/hubspot`, apiKey: hubspotAccount.apiKey, portal: hubspotAccount.portal, pipeline: hubspotAccount.pipeline, stages: hubspotAccount.stages, helpDesk: hubspotAccount.helpDesk, clientSecrets: [clientSecret], staff } },
      { vendor: 'openai', account: 'lab', settings: { baseUrl: `${server.url}/openai/v1`, apiKey: openaiAccount.apiKey } },
      { vendor: 'google', account: googleAccount.email, settings: { baseUrl: `${server.url}/google/calendar/v3`, grant: { by: 'given', token: googleAccount.token }, pushSecrets: [secret()] } },
      { vendor: 'graph', account: graphAccount.email, settings: { baseUrl: `${server.url}/graph/v1.0`, grant: { by: 'given', token: graphAccount.token }, pushSecrets: [secret()] } },
      { vendor: 'calendly', account: calendlyAccount.email, settings: { baseUrl: `${server.url}/calendly`, grant: { by: 'given', token: calendlyAccount.token }, aliasDomain: 'visitas.example', pushSecrets: [secret()] } },
      { vendor: 'smtp', account: mailAccount.username, settings: { baseUrl: mailServer.url, ...mailAccount, from: 'avisos@portero.example' } },
    ],
    eco: { ...ecoVendor, ...server.desk('eco') },
    bird: { ...birdVendor, ...server.desk('bird') },
    hubspot: { ...hubspotVendor, ...server.desk('hubspot') },
    openai: { ...openaiVendor, ...server.desk('openai') },
    google: { ...googleVendor, ...server.desk('google') },
    graph: { ...graphVendor, ...server.desk('graph') },
    calendly: { ...calendlyVendor, ...server.desk('calendly') },
    mail: { ...mailVendor, ...server.desk('smtp') },
    async close() {
      bundles.close()
      await mailServer.close()
      await server.close()
    },
    async moveIn({ tenant, toolKeys, scopes, putOperator, switchAgent: how }, { dataDir }) {
      switchAgent = how
      await toolKeys.end({ tenant, name: 'lab' }) // of an earlier life
      await toolKeys.make({ tenant, name: 'lab', scopes, secret: toolKey })
      await putOperator({ tenant, name: operatorName, password, role: 'admin' })
      const known = { baseUrl: serverUrl, labUrl: server.url, toolKey, console: { user: operatorName, password }, phone, conversationId: birdVendor.conversationFor(phone) }
      rmSync(join(dataDir, 'lab.json'), { force: true }) // its mode would stay as it was
      writeFileSync(join(dataDir, 'lab.json'), `${JSON.stringify(known, undefined, 2)}\n`, { mode: 0o600 })
    },
  }
}
