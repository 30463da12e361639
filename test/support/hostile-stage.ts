import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { keyScopes } from '@portero/tool-server/app.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { makeBird, type Bird } from '../lab/bird/simulator.ts'
import type { Desk } from '../lab/desk.ts'
import { makeHubspot, type Hubspot, type HubspotRecord } from '../lab/hubspot/simulator.ts'
import { staff } from '../lab/hubspot/people.ts'
import { makeOpenai, type Openai } from '../lab/openai/simulator.ts'
import { openServer } from '../lab/server.ts'
import { makeMail, type Mail } from '../lab/smtp/simulator.ts'
import { account } from './bird-house.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { setUp } from './crm-stage.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house as it is shipped, with an agent of its own, between all of its vendors; and two prospects: one with much to lose, and one who wants it.
export type Talker = { number: string; person: string; conversation: string; external: string }
export type Said = { status: number; body: { ok: boolean; say: string; data?: any; error?: { code: string; alternatives?: any[] }; trace?: string } }
export type HostileStage = {
  house: TestHouse
  clock: FakeClock
  bird: Bird
  hubspot: Hubspot
  openai: Openai
  mail: Mail
  url: string // of the house
  desks: Record<'bird' | 'hubspot' | 'openai' | 'smtp', Desk>
  follow(ms?: number, stepMs?: number): Promise<void>
  pass(ms: number): Promise<void> // much time, in long steps
  meets(number: string, name?: string): Promise<Talker> // who writes for the first time
  tool(name: string, input: object, who: Talker, headers?: Record<string, string>): Promise<Said> // with a token of theirs
  token(who: Pick<Talker, 'conversation'>): Promise<string>
  heard(number: string): string[] // on that phone, all of it
  contactOf(number: string): HubspotRecord | undefined
  asked(): { input: Record<string, any>[]; body: string }[] // of the model, each time
  rowsOf(who: Talker): Promise<Record<string, string[]>> // all that there is of them, table by table, each row by its digest
  end(): Promise<void>
}
const sample = fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url))
const hubspotAccount = { portal: '4812345', apiKey: 'pat-of-the-hostile-stage', pipeline: 'rentas', stages: { new: '1001', qualified: '1002', visit_scheduled: '1003', visit_done: '1004', application: '1005', won: '1006', lost: '1007' }, helpDesk: { pipeline: '0', open: '1', closed: '4' } }
const secret = 'client-secret-of-the-stage'
const openaiKey = 'sk-of-the-hostile-stage'
const mailAccount = { username: 'avisos', password: 'of-the-hostile-stage' }

export const openHostile = async (): Promise<HostileStage> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  const server = createServer((request, response) => void (house ? house.doors(request, response) : response.writeHead(503).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${portOf(server)}`
  const bird = makeBird({ clock, account, serverUrl: url })
  const hubspot = makeHubspot({ clock, account: hubspotAccount })
  const openai = makeOpenai({ clock, account: { apiKey: openaiKey } })
  const mail = makeMail({ clock, account: mailAccount })
  const lab = await openServer({ clock, port: 0, simulators: [bird, { ...hubspot, state: () => hubspot.state() }, openai, { ...mail, state: () => mail.state() }] })
  const mailServer = await mail.listen(lab.url)
  const { workspace, channel, apiKey, signingKeys } = account
  const made = (house = await testHouse({
    clock, connectors, flows, tools, config: { publicBaseUrl: url, catalogue: sample, labPort: Number(new URL(lab.url).port), legal: undefined },
    accounts: [
      { vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, smsChannel: account.smsChannel, signingKeys, agent: 'portero' } },
      { vendor: 'hubspot', account: hubspotAccount.portal, settings: { baseUrl: `${lab.url}/hubspot`, ...hubspotAccount, clientSecrets: [secret], staff } },
      { vendor: 'openai', account: 'lab', settings: { baseUrl: `${lab.url}/openai/v1`, apiKey: openaiKey } },
      { vendor: 'smtp', account: mailAccount.username, settings: { baseUrl: mailServer.url, ...mailAccount, from: 'avisos@portero.example' } },
    ],
  }))
  hubspot.controls.webhooks({ url: `${url}/webhooks/hubspot`, secret })
  await setUp(await made.connection('hubspot'))

  const settled = async (): Promise<void> => {
    await bird.silent()
    await hubspot.silent()
    await made.worker.settle()
  }
  const follow = async (ms = 0, stepMs = 500): Promise<void> => {
    for (let left = ms; ; left -= stepMs) {
      await settled()
      if (left <= 0) return settled()
      clock.advance(Math.min(left, stepMs))
    }
  }
  const token = ({ conversation }: Pick<Talker, 'conversation'>): Promise<string> => made.tokens.mint({ tenant: made.tenant, conversation, scopes: keyScopes })
  const { rows: columns } = await sql<{ name: string; column: string }>`select c.table_name as name, c.column_name as column from information_schema.columns c join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and (c.column_name in ('person_id', 'conversation_id') or (c.table_name in ('person', 'conversation') and c.column_name = 'id')) order by 1, 2`.execute(made.db.bare)
  await follow(2_000)

  return {
    house: made, clock, bird, hubspot, openai, mail, url, follow, token,
    desks: { bird: lab.desk('bird'), hubspot: lab.desk('hubspot'), openai: lab.desk('openai'), smtp: lab.desk('smtp') },
    pass: (ms) => follow(ms, 60_000),
    async meets(number, name) {
      bird.phone.write(number, { text: 'Hola', ...(name !== undefined && { name }) })
      await follow(8_000, 2_000)
      const external = bird.conversationFor(number)
      const { rows: [row] } = await sql<{ id: string; person_id: string }>`select id, person_id from conversation where external_id = ${external}`.execute(made.db.bare)
      return { number, external, conversation: row!.id, person: row!.person_id }
    },
    async tool(name, input, who, headers = {}) {
      const answer = await fetch(`${url}/tools/${name}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${await token(who)}`, ...headers }, body: JSON.stringify(input) })
      return { status: answer.status, body: await answer.json() as Said['body'] }
    },
    heard: (number) => bird.phone.messages(number).flatMap(({ from, ...shown }) => (from === 'them' ? [JSON.stringify(shown)] : [])),
    contactOf: (number) => hubspot.state().contacts.find(({ properties }) => properties['phone'] === number),
    asked: () => lab.desk('openai').requests().flatMap(({ path, body }) => (path.endsWith('/responses') ? [{ input: (body as { input: Record<string, any>[] }).input, body: JSON.stringify(body) }] : [])),
    async rowsOf({ person, conversation }) {
      const rows = await Promise.all(columns.map(async ({ name, column }) => {
        const whose = column === 'conversation_id' || (name === 'conversation' && column === 'id') ? conversation : person
        const { rows: found } = await sql<{ digest: string }>`select md5(row_to_json(t)::text) as digest from ${sql.table(name)} t where ${sql.ref(`t.${column}`)} = ${whose} order by 1`.execute(made.db.bare)
        return [`${name}.${column}`, found.map(({ digest }) => digest)] as const
      }))
      return Object.fromEntries(rows)
    },
    async end() {
      await made.end()
      await lab.close()
      await mailServer.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
