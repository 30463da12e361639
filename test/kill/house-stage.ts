import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pause } from '@portero/tool-server/spine/clock.ts'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openPglite } from '@portero/tool-server/spine/pglite.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { makeBird, type Bird } from '../lab/bird/simulator.ts'
import type { Desk } from '../lab/desk.ts'
import { staff } from '../lab/hubspot/people.ts'
import { makeHubspot, type Hubspot } from '../lab/hubspot/simulator.ts'
import { makeOpenai, type Openai } from '../lab/openai/simulator.ts'
import { openServer } from '../lab/server.ts'
import { setUp } from '../support/crm-stage.ts'
import { freshDatabase, serverUrl } from '../support/databases.ts'
import { freePort } from '../support/process.ts'
import { openFront } from './front.ts'
import { atRest } from './stage.ts'
import { killAll, spawnServer, type Server } from './process.ts'
import { swiftClock } from './swift.ts'
import { trapped, type Trapped } from './trap.ts'

// What outlives every house that a test kills: Bird, HubSpot and OpenAI, the phones, the address, and the database or its directory.
export type HouseStage = {
  bird: Trapped<Bird>
  hubspot: Trapped<Hubspot>
  openai: Trapped<Openai>
  desks: Record<'bird' | 'hubspot' | 'openai', Desk>
  now(): number // by the house's clock
  alive: Map<string, Server> // by name: those that are ready
  begin(name: string): Promise<void>
  strike(name: string): void // dead at once
  rest(): Promise<void> // when nothing is under way any more; then nobody is there
  withDb<T>(work: (db: Db) => Promise<T>): Promise<T> // on the embedded engine, while no house runs
  end(): Promise<void>
}

export const names = serverUrl ? ['one', 'other'] : ['alone']
const monday = Date.UTC(2026, 10, 23, 17) // eleven in the morning
// Where others keep the machine busy, time goes slower: else nothing would be done within the seconds that a prospect waits.
export const busy = Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
const times = Math.max(0.5, 3 / busy)
const leaseMs = serverUrl ? 1_500 : 10_000 // by the machine's clock; who comes back on the embedded engine takes all at once
const birdAccount = { workspace: 'ws-casa', channel: 'ch-casa', apiKey: 'access-key-for-kill-tests', signingKeys: ['signing-key-for-kill-tests'], number: '+525588990011', botName: 'Vivi' }
const hubspotAccount = { portal: '4812345', apiKey: 'pat-for-kill-tests', pipeline: 'rentas', stages: { new: '1001', qualified: '1002', visit_scheduled: '1003', visit_done: '1004', application: '1005', won: '1006', lost: '1007' }, helpDesk: { pipeline: '0', open: '1', closed: '4' } }
const openaiKey = 'sk-for-kill-tests'
const sample = fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url))

export const openHouse = async (): Promise<HouseStage> => {
  const time = { sinceMs: Date.now(), startMs: monday, times }
  const clock = swiftClock(time)
  const log = makeLog({ level: 'silent', clock })
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-kill-'))
  const database = serverUrl ? await freshDatabase() : undefined
  const front = await openFront()
  const bird = trapped(makeBird({ clock, account: birdAccount, serverUrl: front.url }))
  const hubspot = trapped(makeHubspot({ clock, account: hubspotAccount }))
  const openai = trapped(makeOpenai({ clock, account: { apiKey: openaiKey } }))
  const lab = await openServer({ clock, port: 0, simulators: [bird, { ...hubspot, state: () => hubspot.state() }, openai] })
  const { workspace, channel, apiKey, signingKeys } = birdAccount
  const accounts = [
    { vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, signingKeys, agent: 'portero' } },
    { vendor: 'hubspot', account: hubspotAccount.portal, settings: { baseUrl: `${lab.url}/hubspot`, ...hubspotAccount, clientSecrets: ['client-secret-for-kill-tests'], staff } },
    { vendor: 'openai', account: 'lab', settings: { baseUrl: `${lab.url}/openai/v1`, apiKey: openaiKey } },
  ]
  const withDb: HouseStage['withDb'] = async (work) => {
    const db = makeDb(database ? openPostgres({ url: database.url, clock, log }) : await openPglite({ dir: dataDir, clock, log }))
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  }
  await setUp({ id: '', tenant: '', vendor: 'hubspot', account: hubspotAccount.portal, settings: { ...hubspotAccount, baseUrl: `${lab.url}/hubspot` } })

  // The next one has its modules loaded before it is needed, and touches nothing until it is told to go.
  const spawned = async (name: string): Promise<Server> =>
    spawnServer({ name, port: await freePort(), dataDir, databaseUrl: database?.url, accounts, program: 'house.ts', time, pace: { leaseMs: Math.ceil(leaseMs * busy * times), pollMs: Math.ceil(50 * times) }, env: { PUBLIC_BASE_URL: front.url, CATALOGUE: sample } })
  const next = new Map(await Promise.all(names.map(async (name) => [name, await spawned(name)] as const)))
  const alive = new Map<string, Server>()
  const dying = new Map<string, Promise<void>>()

  return {
    bird, hubspot, openai, alive, withDb,
    desks: { bird: lab.desk('bird'), hubspot: lab.desk('hubspot'), openai: lab.desk('openai') },
    now: clock.now,
    async begin(name) {
      await dying.get(name) // its data directory is locked until then
      const server = next.get(name) ?? (await spawned(name))
      server.go()
      next.set(name, await spawned(name))
      await server.ready
      alive.set(name, server)
      front.up(server.port)
    },
    strike(name) {
      const victim = alive.get(name)
      if (!victim) throw new Error(`${name} is not there to be killed`)
      victim.signal('SIGKILL')
      alive.delete(name)
      front.down(victim.port)
      dying.set(name, victim.gone)
    },
    async rest() {
      for (const waitMs of [2_000, 0]) {
        await bird.silent()
        for (const server of alive.values()) await atRest(server, 30_000 * busy, { timers: true })
        await pause(clock, waitMs) // what is gathered for a moment before HubSpot is told
      }
      for (const server of alive.values()) {
        server.signal('SIGTERM')
        await server.gone
      }
    },
    async end() {
      await killAll()
      await lab.close()
      await front.close()
      await database?.remove()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
