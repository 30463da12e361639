import { createServer } from 'node:http'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { sql } from 'kysely'
import { makeBird, type Bird } from '../lab/bird/simulator.ts'
import type { Account } from '@portero/tool-server/app.ts'
import type { Simulator } from '../lab/simulator.ts'
import type { Desk } from '../lab/desk.ts'
import { openServer } from '../lab/server.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house beside the simulated Bird, in which nobody answers unless a test says so.
export type BirdHouse = {
  house: TestHouse
  clock: FakeClock
  bird: Bird
  desk: Desk
  url: string // of the lab
  serverUrl: string // of the house
  follow(ms?: number, stepMs?: number): Promise<void> // time goes by, and what comes of it is done
  control(name: string, body: object): Promise<void>
  transcript(conversation: string): Promise<{ author: string; status: string }[]>
  end(): Promise<void>
}
export const account = { workspace: 'ws-casa', channel: 'ch-casa', smsChannel: 'ch-casa-sms', apiKey: 'access-key-of-the-lab', signingKeys: ['signing-key-of-the-lab'], number: '+525588990011', botName: 'Vivi' }

// Other vendors in the same lab, and our accounts there, by its address.
export type Beside = (clock: FakeClock) => { simulators: Simulator[]; accounts(url: string): Account[] }

// publicBaseUrl: what Bird believes our address to be; without, it knows our door by itself.
export const openBirdHouse = async ({ publicBaseUrl, settings = {}, startMs, beside }: { publicBaseUrl?: string; settings?: object; startMs?: number; beside?: Beside } = {}): Promise<BirdHouse> => {
  const clock = fakeClock(startMs === undefined ? {} : { startMs })
  const others = beside?.(clock) ?? { simulators: [], accounts: () => [] }
  let house: TestHouse | undefined
  const server = createServer((request, response) => void (!house ? response.writeHead(503).end() : house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const serverUrl = `http://127.0.0.1:${portOf(server)}`
  const bird = makeBird({ clock, account, serverUrl, publicUrl: publicBaseUrl })
  const lab = await openServer({ clock, port: 0, simulators: [bird, ...others.simulators] })
  const { workspace, channel, apiKey, signingKeys } = account
  const birdAccount = { vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, signingKeys, ...settings } }
  const made = (house = await testHouse({ clock, connectors, flows, accounts: [birdAccount, ...others.accounts(lab.url)], config: { publicBaseUrl: publicBaseUrl ?? serverUrl } }))
  return {
    house: made, clock, bird, desk: lab.desk('bird'), url: lab.url, serverUrl,
    async follow(ms = 0, stepMs = 30_000) {
      for (let left = ms; ; left -= stepMs) {
        await bird.silent()
        await made.worker.settle()
        if (left <= 0) return
        clock.advance(Math.min(left, stepMs))
      }
    },
    async control(name, body) {
      const { ok } = await fetch(`${lab.url}/_lab/bird/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      if (!ok) throw new Error(`the lab refuses ${name}`)
    },
    transcript: async (conversation) =>
      (await sql<{ author: string; status: string }>`select m.author, m.status from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id where c.external_id = ${conversation} order by m.sent_at, m.id`.execute(made.db.bare)).rows,
    async end() {
      await made.end()
      await lab.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
