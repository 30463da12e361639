import { createServer } from 'node:http'
import { sql } from 'kysely'
import { bird as connector } from '@portero/tool-server/connectors/bird/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { messageBody } from '@portero/tool-server/store/places.ts'
import { makeBird, type Bird } from '../lab/bird/simulator.ts'
import { openServer, type LabServer } from '../lab/server.ts'
import { account } from './bird-lab-stage.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// A house with the simulated Bird, and phones that write to it.
export type Line = { author: string; status: string; kind: string | undefined; text: string | undefined; pick?: string; isEdited: boolean; isDeleted: boolean; micros: number | null }
export type BirdHouse = {
  house: TestHouse
  clock: FakeClock
  lab: LabServer
  bird: Bird
  url: string // of the house
  follow(ms?: number): Promise<void> // time goes by, and what comes of it is done
  lines(number: string): Promise<Line[]> // of all that was said with that phone, the oldest first
  contactOf(number: string): string // Bird's id of them
  count(table: string): Promise<number>
  end(): Promise<void>
}

export const openBirdHouse = async ({ settings = {} }: { settings?: object } = {}): Promise<BirdHouse> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  const server = createServer((request, response) => void (house ? house.doors(request, response) : response.writeHead(503).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${portOf(server)}`
  const bird = makeBird({ clock, account: { ...account, smsChannel: 'ch-sms' }, serverUrl: url })
  const lab = await openServer({ clock, port: 0, simulators: [bird] })
  const { workspace, channel, apiKey, signingKeys } = account
  const made = (house = await testHouse({
    clock, connectors: [connector], flows, config: { publicBaseUrl: url, labPort: Number(new URL(lab.url).port), legal: undefined }, // no notice, which is another's matter
    accounts: [{ vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, signingKeys, smsChannel: 'ch-sms', ...settings } }],
  }))
  const { db, vault, tenant } = made
  const contactOf = (number: string): string => bird.conversation(bird.conversationFor(number))!.contact.id

  return {
    house: made, clock, lab, bird, url, contactOf,
    async follow(ms = 1_000) {
      for (let passed = 0; passed <= ms; passed += Math.max(500, ms / 20)) {
        await bird.silent()
        await made.worker.settle()
        clock.advance(Math.max(500, ms / 20))
      }
      await bird.silent()
      await made.worker.settle()
    },
    async lines(number) {
      const name = await vault.blindIndex(db.bare, tenant, 'claim:bird-contact', contactOf(number))
      const { rows } = await sql<{ id: string; author: string; status: string; sealed: Buffer | null; edited: boolean; deleted: boolean; micros: number | null }>`select m.id, m.author, m.status, m.body_sealed as sealed, m.edited_at is not null as edited, m.deleted_at is not null as deleted, m.cost_micros as micros
        from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id join claim k on k.tenant_id = c.tenant_id and k.person_id = c.person_id and k.kind = 'bird-contact'
        where k.value_bidx = ${name} order by m.sent_at, m.id`.execute(db.bare)
      return Promise.all(rows.map(async ({ id, author, status, sealed, edited, deleted, micros }) => {
        const body = sealed ? JSON.parse((await vault.open(db.bare, tenant, messageBody(id), sealed)).toString()) : {}
        return { author, status, kind: body.kind, text: body.text, ...(body.pick !== undefined && { pick: body.pick }), isEdited: edited, isDeleted: deleted, micros }
      }))
    },
    count: async (table) => (await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db.bare)).rows[0]!.count,
    async end() {
      await made.end()
      await lab.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
