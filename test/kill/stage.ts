import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { makeAudit } from '@portero/tool-server/spine/audit.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant, migrate } from '@portero/tool-server/spine/migrate.ts'
import { openPglite } from '@portero/tool-server/spine/pglite.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import type { Desk } from '../lab/desk.ts'
import { makeEco, type Eco } from '../lab/eco/simulator.ts'
import { openServer } from '../lab/server.ts'
import { freshDatabase, serverUrl } from '../support/databases.ts'
import { until } from '../support/process.ts'
import { makeClient, type Client } from './client.ts'
import { killAll, publicBaseUrl, spawnServer, type Server, type Start } from './process.ts'
import { trapped, type Trapped } from './trap.ts'
import type { Facts } from './verdict.ts'

// What outlives every server that a test kills: the vendor, the client, and the database or its directory.
export type Stage = {
  eco: Trapped<Eco> & Desk
  client: Client
  dataDir: string
  spawnServer(how: Pick<Start, 'name' | 'port'> & Partial<Start>): Server
  withDb<T>(work: (db: Db) => Promise<T>): Promise<T> // on the embedded engine, while no server runs
  facts(): Promise<Facts>
  end(): Promise<void>
}

const clock = realClock()
const log = makeLog({ level: 'warn', clock })
const account = { name: 'casa', apiKey: 'eco-key-for-kill-tests', signingSecrets: ['eco-secret-for-kill-tests', 'eco-older-secret-for-kill-tests'] } as const

// like: a stage that nothing has been done on yet; a new embedded database takes seconds to make, and a copy of one doesn't.
export const openStage = async ({ empty = false, like }: { empty?: boolean; like?: Stage } = {}): Promise<Stage> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-kill-'))
  const database = serverUrl ? await freshDatabase({ empty }) : undefined
  const simulator = trapped(makeEco({ clock, account, serverUrl: publicBaseUrl }))
  const lab = await openServer({ clock, port: 0, simulators: [simulator] })
  const accounts = [{ vendor: 'eco', account: account.name, settings: { baseUrl: `${lab.url}/eco`, apiKey: account.apiKey, signingSecrets: account.signingSecrets } }]

  const withDb: Stage['withDb'] = async (work) => {
    const db = makeDb(database ? openPostgres({ url: database.url, clock, log }) : await openPglite({ dir: dataDir, clock, log }))
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  }
  if (like && !database) cpSync(like.dataDir, dataDir, { recursive: true })
  else if (!empty) await withDb(furnish)
  const eco = { ...simulator, ...lab.desk('eco') }
  const client = makeClient({ account: account.name, secret: account.signingSecrets[0] })

  return {
    eco, client, dataDir, withDb,
    spawnServer: (how) => spawnServer({ dataDir, databaseUrl: database?.url, accounts, ...how }),
    facts: () => withDb(async (db) => ({ ...(await factsOf(db)), events: client.events(), effects: eco.effects() })),
    async end() {
      await killAll()
      await lab.close()
      await database?.remove()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const furnish = async (db: Db): Promise<void> => {
  await migrate({ db, clock })
  await sql`create table kill_tally (tenant_id uuid not null, what text not null, key text not null, worker text not null)`.execute(db.bare)
}

const factsOf = async (db: Db): Promise<Omit<Facts, 'events' | 'effects'>> => {
  const audit = makeAudit({ db, clock, vault: makeVault({ db, clock, keys: keyring([Buffer.alloc(32)]) }) }) // no key is needed to verify
  const { rows: tally } = await sql<Facts['tally'][number]>`select what, key from kill_tally`.execute(db.bare)
  const { rows: jobs } = await sql<Facts['jobs'][number]>`select id, kind, name, key, state, attempts, fence, uncertain_since is not null as uncertain, error_code as code from job where kind in ('turn', 'command')`.execute(db.bare)
  const { rows: audited } = await sql<Facts['audited'][number]>`select what, object from audit where what like 'command%'`.execute(db.bare)
  const { rows: inbox } = await sql<Facts['inbox'][number]>`select state, count(*) as count from inbox group by state`.execute(db.bare)
  return { tally, jobs, audited, inbox, chain: await audit.verify(firstTenant) }
}

// Nothing is under way and everything is sealed, as the server itself says. besides: timers that are due some other day.
export const atRest = async (server: Server, ms: number, besides?: { timers: true }): Promise<void> => {
  let last = ''
  await until('at rest', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/healthz`, { headers: { connection: 'close' } }).catch(() => undefined)
    if (!response?.ok) return false
    const health: any = await response.json()
    const busy = [...health.jobs.filter(({ kind, state }: any) => (kind === 'turn' || kind === 'command') && state !== 'dead' && !(besides && kind === 'turn' && state === 'scheduled')), ...health.inbox.filter(({ state }: any) => state === 'new')]
    last = JSON.stringify({ busy, unsealed: health.unsealed })
    return busy.length === 0 && health.unsealed === 0
  }, ms).catch((thrown: unknown) => {
    throw new Error(`not at rest: ${last}\n${server.lines.slice(-20).join('\n')}`, { cause: thrown })
  })
}
