import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import type { Config } from '@portero/tool-server/config.ts'
import type { Connection } from '@portero/tool-server/define.ts'
import type { ServiceAccount } from '../lab/auth/assertion.ts'
import { makeAuth, type AuthServer } from '../lab/auth/server.ts'
import { makeGoogle, type Google } from '../lab/google/simulator.ts'
import { openServer } from '../lab/server.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house beside a real authorization server and a simulated Google, and an admin with a browser.
export const mariana = 'mariana.solis@casas.example'
export const diego = 'diego.arriaga@casas.example'
export const app = { clientId: 'portero-google', clientSecret: 'la-clave-de-la-app' }
const password = 'la-llave-del-patio'

export type Page = { status: number; url: string; text: string; headers: Headers }
export type Visitor = {
  get(url: string, how?: { follow?: boolean }): Promise<Page>
  post(url: string, fields: Record<string, string>, how?: { follow?: boolean }): Promise<Page>
  cookies(url: string): string
}
export type OauthStage = {
  clock: FakeClock
  house: TestHouse
  auth: AuthServer
  google: Google
  url: string
  labUrl: string
  agents: { mariana: string; diego: string }
  visitor(): Visitor
  admin(role?: 'admin' | 'agent'): Promise<Visitor>
  // From the button to where it ends. who: signs in at the vendor.
  consent(visitor: Visitor, how: { agent: string; who: string; say?: 'yes' | 'no' }): Promise<Page>
  begin(visitor: Visitor, agent: string): Promise<string> // to where the vendor is asked
  answer(visitor: Visitor, asked: string, how: { who: string; say?: 'yes' | 'no' }): Promise<string> // to where the vendor sends them back
  connected(): Promise<Connection | undefined>
  restartLab(): void // its authorization server begins anew, with what it kept
  end(): Promise<void>
}

type How = { lastsMs?: number; grant?: object; config?: Partial<Config>; isRotating?: boolean; accounts?: readonly ServiceAccount[]; keptIn?: string }
export const openOauth = async ({ lastsMs, grant, config = {}, isRotating, accounts = [], keptIn }: How = {}): Promise<OauthStage> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  const server = createServer((request, response) => void (!house ? response.writeHead(503).end() : house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${portOf(server)}`
  const newAuth = (): AuthServer => makeAuth({ clock, apps: [{ vendor: 'google', ...app }], people: [mariana, diego], redirectUrl: (vendor) => `${url}/oauth/${vendor}/callback`, scopes: google.consent?.scopes ?? [], accounts, ...(lastsMs !== undefined && { lastsMs }), ...(isRotating !== undefined && { isRotating }), ...(keptIn !== undefined && { keptIn }) })
  const auth = newAuth()
  let serving = auth
  const vendor = makeGoogle({ clock, accounts: [mariana, diego].map((email) => ({ email, zone: 'America/Mexico_City' })), tokens: { whose: (bearer) => serving.tokens.whose(bearer) } })
  const lab = await openServer({ clock, port: 0, simulators: [vendor], mounted: { ...auth, serve: (request, response) => serving.serve(request, response) } })
  house = await testHouse({
    connectors: [google], clock,
    config: { publicBaseUrl: url, catalogue: fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url)), apps: { google: app }, authUrls: { google: auth.issuer() }, connectAs: { google: { baseUrl: `${lab.url}/google/calendar/v3`, ...(grant && { grant }) } }, ...config },
  })
  const open = house
  await open.putOperator({ tenant: open.tenant, name: 'ana', password, role: 'admin' })
  await open.putOperator({ tenant: open.tenant, name: 'beto', password, role: 'agent' })
  const slugOf = async (email: string): Promise<string> => {
    const found = (await open.db.bare.selectFrom('agent').select(['slug', 'details']).execute()).find(({ details }) => JSON.stringify(details).includes(email))
    if (!found) throw new Error(`nobody with ${email}`)
    return found.slug
  }

  const begin: OauthStage['begin'] = async (visitor, agent) => {
    const { headers, status, text } = await visitor.get(`${url}/oauth/google/start?agent=${agent}`, { follow: false })
    const to = headers.get('location')
    if (!to) throw new Error(`${status} ${text}`)
    return to
  }
  const answer: OauthStage['answer'] = async (visitor, asked, { who, say = 'yes' }) => {
    const page = await visitor.get(asked)
    const [, action] = /action="([^"]+)"/.exec(page.text) ?? []
    if (!action) throw new Error(`${page.status} ${page.text}`)
    let at = new URL(action, asked).href
    let reply = await visitor.post(at, { who, say }, { follow: false })
    for (;;) {
      const to = reply.headers.get('location')
      if (!to) throw new Error(`${reply.status} ${reply.text}`)
      at = new URL(to, at).href
      if (at.startsWith(url)) return at
      reply = await visitor.get(at, { follow: false })
    }
  }
  const visitor = (): Visitor => makeVisitor()
  return {
    clock, house: open, auth, google: vendor, url, labUrl: lab.url, visitor, begin, answer,
    agents: { mariana: await slugOf(mariana), diego: await slugOf(diego) },
    async admin(role = 'admin') {
      const one = visitor()
      const page = await one.get(`${url}/console/sign-in`)
      const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.text) ?? []
      await one.post(`${url}/console/sign-in`, { csrf, next: '/console', name: role === 'admin' ? 'ana' : 'beto', password }, { follow: false })
      return one
    },
    async consent(one, { agent, ...how }) {
      return one.get(await answer(one, await begin(one, agent), how))
    },
    restartLab() {
      serving = newAuth()
      serving.opened(lab.url)
    },
    connected: async () => (await open.connections.all(open.db.bare)).find((connection) => connection.vendor === 'google'),
    async end() {
      await open.end()
      await lab.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

// Keeps its cookies by place, follows where it is sent.
export const makeVisitor = (): Visitor => {
  const jar = new Map<string, { origin: string; path: string; pair: string }>()
  const cookies = (url: string): string => {
    const { origin, pathname } = new URL(url)
    return [...jar.values()].filter((each) => each.origin === origin && pathname.startsWith(each.path)).map(({ pair }) => pair).join('; ')
  }
  const ask = async (url: string, init: { method: string; body?: string; headers?: Record<string, string> }, follow: boolean): Promise<Page> => {
    const reply = await fetch(url, { ...init, redirect: 'manual', headers: { 'accept-language': 'es-MX', cookie: cookies(url), ...init.headers } })
    const { origin, pathname } = new URL(url)
    for (const line of reply.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? pathname
      const key = `${origin} ${path} ${pair.split('=')[0]}`
      if (/=;|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(key)
      else jar.set(key, { origin, path, pair })
    }
    const to = reply.headers.get('location')
    if (follow && to) return ask(new URL(to, url).href, { method: 'GET' }, follow)
    return { status: reply.status, url, text: await reply.text(), headers: reply.headers }
  }
  return {
    cookies,
    get: (url, { follow = true } = {}) => ask(url, { method: 'GET' }, follow),
    post: (url, fields, { follow = true } = {}) => ask(url, { method: 'POST', body: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } }, follow),
  }
}
