import { sql } from 'kysely'
import { hubspot as connector } from '@portero/tool-server/connectors/hubspot/index.ts'
import type { Connection, Http } from '@portero/tool-server/define.ts'
import type { HubspotRecord } from '../lab/hubspot/simulator.ts'
import { openVisit, type VisitStage } from './visit-stage.ts'

// The house with its HubSpot in both directions: what people do there is told by webhooks, unless they are off.
type Kind = 'contacts' | 'deals' | 'meetings' | 'communications' | 'tasks' | 'notes' | 'tickets'
export type CrmStage = VisitStage & {
  webhooks(on: boolean): void
  all(kind: Kind): HubspotRecord[]
  contactOf(number: string): HubspotRecord
  hungOn(kind: Kind, contact: string): HubspotRecord[]
  visit(number: string): Promise<void> // somebody new, with a visit
  phone(number: string): string[] // what they were told
  rows<R>(statement: string): Promise<R[]>
  writes(): number // of records at HubSpot, so far
  pass(ms: number): Promise<void> // much time, in few steps
}

export const openCrm = async (): Promise<CrmStage> => {
  const stage = await openVisit()
  const { lab: { hubspot, accounts, bird }, house } = stage
  const [secret = ''] = (accounts.find(({ vendor }) => vendor === 'hubspot')!.settings as { clientSecrets: string[] }).clientSecrets
  const webhooks = (on: boolean): void => void hubspot.controls.webhooks(on ? { url: `${stage.url}/webhooks/hubspot`, secret } : null)
  webhooks(true)
  const follow = async (ms = 3_000): Promise<void> => {
    for (let passed = 0; passed <= ms; passed += 500) {
      await hubspot.silent()
      await stage.follow(0)
    }
    await hubspot.silent()
    await house.worker.settle()
    await hubspot.silent() // nothing is on its way when a test lets time jump: it would come too late to be believed
  }
  const all = (kind: Kind): HubspotRecord[] => hubspot.state()[kind]
  const say = async (number: string, text: string): Promise<string> => {
    const { messageId } = bird.phone.write(number, { text })
    await follow(1_000)
    const shown = bird.phone.messages(number)
    return shown.slice(shown.findIndex(({ id }) => id === messageId) + 1).map(({ text: words }) => words).join('\n')
  }
  await setUp(await house.connection('hubspot'))
  await follow()
  let visits = 0
  return {
    ...stage, webhooks, follow, say, all,
    contactOf: (number) => all('contacts').find(({ properties }) => properties['phone'] === number)!,
    hungOn: (kind, contact) => all(kind).filter(({ associations }) => associations.contacts.includes(contact)),
    async visit(number) {
      visits += 1
      for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', `el ${((visits - 1) % 6) + 1}`]) await say(number, text)
      await follow()
    },
    phone: (number) => bird.phone.messages(number).map(({ text }) => text),
    rows: async (statement) => (await sql.raw(statement).execute(house.db.bare)).rows as never,
    writes: () => hubspot.requests().filter(({ method, path }) => method === 'POST' && /\/batch\/(upsert|update|create)$/.test(path)).length,
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 20_000) {
        stage.clock.advance(20_000)
        await follow(500)
      }
    },
  }
}

// As portero hubspot apply does it; by a clock that stands still it would take many seconds of our budget of calls.
export const setUp = async (connection: Connection): Promise<void> => {
  const { baseUrl, apiKey } = connection.settings as { baseUrl: string; apiKey: string }
  const http: Http = async ({ method, path, headers, body }) => {
    const response = await fetch(`${baseUrl}${path}`, { method, headers: { ...headers, authorization: `Bearer ${apiKey}` }, ...(typeof body === 'string' && { body }) })
    return { status: response.status, headers: {}, body: await response.json() }
  }
  const things = await connector.setup!.look({ http, connection: connection as never, now: 0, signal: new AbortController().signal, webhookUrl: '' })
  for (const thing of things) if ('ensure' in thing) await thing.ensure()
}
