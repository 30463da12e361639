import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import express from 'express'
import { sql } from 'kysely'
import { cardDraft, makeDrafts } from '@portero/tool-server/actions/card-draft.ts'
import { spendingOf } from '@portero/tool-server/agent/bounds.ts'
import { draftsOf } from '@portero/tool-server/agent/draft.ts'
import { readPersonas } from '@portero/tool-server/agent/persona-files.ts'
import { cardTakeover } from '@portero/tool-server/actions/card-takeover.ts'
import { cardWrites } from '@portero/tool-server/actions/card-writes.ts'
import { makeSee } from '@portero/tool-server/actions/see.ts'
import { checkCaller } from '@portero/tool-server/domain/ports/hubspot-signature.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { asReads } from '@portero/tool-server/domain/reads.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { cardDoors } from '@portero/tool-server/spine/cards.ts'
import { doorFault, noSuchDoor, traced } from '@portero/tool-server/spine/doors.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { makeLimits } from '@portero/tool-server/spine/knocks.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeAnswers, makeReads } from '@portero/tool-server/spine/reads.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeTickets } from '@portero/tool-server/store/card-tickets.ts'
import { cardViews } from '@portero/tool-server/store/card-views.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { portOf } from './http-stage.ts'
import { openVisit, type VisitStage } from './visit-stage.ts'

// The doors of the cards in front of a house where somebody has written and been told, with HubSpot's proxy between: it appends who asks, and signs.
export const portal = '4812345'
export const publicBaseUrl = 'https://portero.example'
export const secrets = ['client-secret-that-is-new', 'client-secret-that-was-before']
export type Record = { type: 'contact' | 'deal' | 'ticket'; id: string }
export type Ask = {
  name: string; body?: object | string | Buffer; query?: string; headers?: { [name: string]: string | undefined }
  secret?: string; sentAt?: number | string; method?: string; user?: string; portal?: string
  signs?: { url?: string; body?: string } // what was signed, where it is not what is sent
}
export type Told = { status: number; body: any; text: string; headers: Headers }
export type CardsStage = VisitStage & {
  knock(ask: Ask): Promise<Told>
  ask(name: string, body: object, more?: Partial<Ask>): Promise<Told>
  recordOf(phone: string, type?: Record['type']): Record
  audited(what: string): Promise<{ user_id: string; person_id: string; conversation_id: string }[]>
}

export const signed = ({ secret, method, url, body, sentAt }: { secret: string; method: string; url: string; body: string | Buffer; sentAt: number | string }): string =>
  createHmac('sha256', secret).update(Buffer.concat([Buffer.from(`${method}${url}`), Buffer.from(body), Buffer.from(String(sentAt))])).digest('base64')
export const queryOf = ({ user = '9411', account = portal }: { user?: string; account?: string } = {}): string => `userId=${user}&userEmail=sofia%40urbanhub.mx&portalId=${account}&appId=31337`

export const openCards = async (): Promise<CardsStage> => {
  const stage = await openVisit()
  const { house, clock, lab } = stage
  const { db, vault, audit, acting, connections, tenant } = house
  const hubspot = lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
  await connections.put({ tenant, ...hubspot, settings: { ...hubspot.settings, clientSecrets: secrets } })
  const own = makeOwnReads({ db, clock, vault, publicBaseUrl, calendarVendors: ['google'] })
  const log = makeLog({ level: 'silent', clock })
  const http = makeHttp({ clock, log, db })
  const registry = makeRegistry({ connectors, flows })
  const reads = makeReads({ db, clock, registry, connections, http: http.of, own })
  const hasModel = makeAnswers({ db, registry, connections }, 'model')
  const drafting = draftsOf({ tools, personas: readPersonas({}), company: 'UrbanHub', spends: spendingOf() })
  const tickets = makeTickets({ clock, ask: (of, ticket) => asReads(reads(of)).crm.contactsOf(ticket) })
  const app = express()
  app.use(traced(clock))
  app.use(cardDoors({ db, clock, connections, publicBaseUrl, checkCaller, limits: makeLimits({ clock }), doors: { ...cardViews({ db, clock, vault, audit, tickets, own, hasModel, see: makeSee({ db, acting }) }), ...cardWrites({ db, clock, vault, acting, tickets, own }), ...cardTakeover({ db, clock, vault, acting, tickets }), ...cardDraft({ db, vault, tickets, drafts: makeDrafts({ db, clock, audit, acting, own, hasModel, model: (of) => asReads(reads(of)).model, drafting }) }) } }))
  app.use(noSuchDoor)
  app.use(doorFault(log))
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))

  const knock = async ({ name, body = {}, headers = {}, secret = secrets[0]!, sentAt = clock.now(), method = 'POST', user = '9411', portal: account = portal, query = queryOf({ user, account }), signs = {} }: Ask): Promise<Told> => {
    const raw = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    const path = `/cards/${name}?${query}`
    const signature = signed({ secret, method, url: signs.url ?? publicBaseUrl + path, body: signs.body ?? raw, sentAt })
    const given = Object.entries({ 'content-type': 'application/json', 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(sentAt), ...headers }).filter((each): each is [string, string] => each[1] !== undefined)
    const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`, { method, headers: given, ...(method !== 'GET' && { body: raw }) })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
  }
  return {
    ...stage, knock,
    ask: (name, body, more = {}) => knock({ name, body, ...more }),
    recordOf(phone, type = 'contact') {
      const { contacts, deals } = lab.hubspot.state()
      const contact = contacts.find(({ properties }) => properties['phone'] === phone)!
      return { type, id: type === 'contact' ? contact.id : deals.find(({ associations }) => associations.contacts.includes(contact.id))!.id }
    },
    audited: async (what) => (await sql<any>`select user_id, person_id, conversation_id from audit where what = ${what} order by at, id`.execute(db.bare)).rows,
    async end() {
      server.close()
      server.closeAllConnections()
      await http.close()
      await stage.end()
    },
  }
}
