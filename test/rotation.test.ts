import { createServer, type Server } from 'node:http'
import { expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { leadFacts } from '@portero/tool-server/store/places.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// The master key is changed in three steps, while people are served: every replica is given old,new; then new,old, and one runs `portero keys rotate`; then new alone.
const [oldKey, newKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const yaml = `buildings:${building('roma', 'perAgentAndDay: 20')}
agents:
  - { slug: ana, name: Ana, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '17:00' }], buildings: [roma] }
`
const listening = (doors: Parameters<typeof createServer>[1]): Server => createServer({}, doors).listen(0)

test('loses no request, whichever key a replica seals with meanwhile', async () => {
  const furnished = { connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools }
  const house = await testHouse({ ...furnished, config: { masterKeys: [oldKey, newKey] } })
  const servers: Server[] = []
  let served = 0
  const rotations: Promise<{ rewrapped: number }>[] = []
  try {
    const other = makeVault({ db: house.db, clock: house.clock, keys: keyring([newKey, oldKey]) }) // of a process that was given the new order already
    await furnish(house, yaml)
    const people = await prospects(house, (await house.connection('tiny')).id, 16)
    const key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'leads:write'] })
    const server = listening(house.doors)
    servers.push(server)
    const ask = async (tool: string, conversation: string, input: object) => (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', `cv-${conversation}`).send(input))

    const serving = Promise.all(people.map(async ({ conversation }) => {
      const answers = []
      for (const budget_max of [18_000, 19_000, 20_000]) {
        answers.push(await ask('update_deal', conversation, { budget_max, pets: true }), await ask('check_availability', conversation, { home: 'roma-1' }))
        served += 2
        if (served % 16 === 0) {
          const next = rotations.length % 2 === 0 ? other : house.vault
          rotations.push((rotations.at(-1) ?? Promise.resolve()).then(() => next.rotate()))
        }
      }
      return answers.map(({ status, body }) => `${status} ${body.ok}`)
    }))
    expect(new Set((await serving).flat())).toEqual(new Set(['200 true']))
    expect((await Promise.all(rotations)).map(({ rewrapped }) => rewrapped > 0)).toEqual(Array.from({ length: 6 }, () => true))

    await other.rotate()
    const alone = makeVault({ db: house.db, clock: house.clock, keys: keyring([newKey]) })
    expect((await alone.masters()).map(({ known }) => known)).toEqual([true])
    const { rows } = await sql<{ id: string; facts_sealed: Buffer }>`select id, facts_sealed from lead where facts_sealed is not null`.execute(house.db.bare)
    const facts = await Promise.all(rows.map(async ({ id, facts_sealed }) => String(await alone.open(house.db.bare, house.tenant, leadFacts(id), facts_sealed))))
    expect(facts.map((json) => JSON.parse(json).budgetMxn)).toEqual(people.map(() => 20_000))
  } finally {
    for (const each of servers) each.close().closeAllConnections()
    await house.end()
  }
})
