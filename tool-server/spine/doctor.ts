import { sql } from 'kysely'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Connection, Connector, Http } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import { at, type Db } from './db.ts'
import { diskRoom } from './disk.ts'
import { attempt, connectMend, examineConnection, type Finding } from './doctor-connection.ts'
import { aboutCopy, aboutFirstVisit, aboutServer, aboutTold } from './doctor-house.ts'
import type { Seen } from './doctor-look.ts'
import { aboutPermittedUrls, type Profile } from './doctor-profiles.ts'
import { vendorChecks } from './doctor-vendors.ts'
import { migrations } from './migrations/index.ts'
import type { Registry } from './registry.ts'
import type { Vault } from './vault.ts'

// Everything that it takes to go live, looked at one by one. It changes nothing. nodeVersion: that it runs on. catalogueFile: what the file says that a server begins with.
type Needs = {
  db: Db; clock: Clock; vault: Vault; connections: Connections; registry: Registry; tenant: string
  config: Pick<Config, 'lab' | 'publicBaseUrl' | 'dataDir' | 'shadow' | 'legal' | 'trustProxy'>
  profiles: readonly Profile[]
  nodeVersion: string
  catalogueFile(): Seen | undefined
  http(connection: Connection, connector: Connector): Http
}

export const examine = async (needs: Needs): Promise<Finding[]> => {
  const database = await attempt('database', () => aboutDatabase(needs.db), 'Look at DATABASE_URL, and whether PostgreSQL 15 or newer runs there.')
  const house = [...aboutSurroundings(needs), database, await attempt('disk', async () => aboutDisk(needs), 'Make room on that disk.')]
  if (database.mend !== undefined) return [...house, ...((await isEmpty(needs.db)) ? beforeTables(needs) : [])] // the rest stands in its tables
  const { db, tenant, clock } = needs
  const here = { db, tenant, now: clock.now() }
  const rest = [
    await attempt('master key', () => aboutKey(needs), 'Look at PORTERO_KEY.'),
    await attempt('server', () => aboutServer(here), 'Look at the database.'),
    await attempt('catalogue', () => aboutCatalogue(needs), 'Set CATALOGUE to your file and start the server.'),
    await attempt('tool keys', () => aboutToolKeys(needs), 'Run: npx portero keys tool bird'),
    await attempt('operators', () => aboutOperators(needs), 'Run: npx portero operator NAME --role admin'),
  ]
  const seen = [
    await attempt('who is told', async () => aboutTold(here, (await needs.connections.all(db.bare)).filter((each) => each.tenant === tenant)), 'Look at the settings of the connections.'),
    await attempt('first visit', () => aboutFirstVisit(here), 'Look at the database.'),
  ]
  return [...house, ...rest, ...(await aboutVendors(needs)), ...seen, ...(await aboutCrm(needs)), await attempt('hubspot permitted URLs', async () => aboutPermittedUrls(needs.config.publicBaseUrl, needs.profiles), 'Look at the profiles in hubspot-project/src.')]
}

// One that can't be asked may hold anything.
const isEmpty = ({ bare }: Db): Promise<boolean> => sql`select 1 from information_schema.tables where table_name = 'kysely_migration'`.execute(bare).then(({ rows }) => rows.length === 0, () => false)

// What the environment alone shows, also where it isn't whole yet.
type Surroundings = Pick<Needs, 'config' | 'nodeVersion'>
export const aboutSurroundings = (needs: Surroundings): Finding[] => [{ what: 'portero', ...aboutCopy(needs.nodeVersion) }, aboutConfig(needs), aboutNotice(needs)]
// Before the first start: the key that is given seals everything from then on, and the catalogue is a file.
export const beforeTables = ({ config: { lab }, catalogueFile }: Pick<Needs, 'config' | 'catalogueFile'>): Finding[] => [
  ...(lab ? [] : [{ what: 'master key', told: 'is set; nothing is sealed yet' }]),
  { what: 'catalogue', ...(catalogueFile() ?? { told: 'no file is named', mend: 'Write catalogue.yaml, and set CATALOGUE to it.' }) },
]

const aboutConfig = ({ config }: Pick<Needs, 'config'>): Finding => {
  const what = 'configuration'
  if (config.lab) return { what, told: 'this is the lab', mend: 'Set DATABASE_URL, PORTERO_KEY and PUBLIC_BASE_URL, or PORTERO_LAB=0.' }
  const amiss = [...wayIn(config), ...(config.shadow ? [{ told: 'shadow mode: nothing leaves the house', mend: 'Unset PORTERO_SHADOW when you have seen enough.' }] : [])]
  if (amiss.length === 0) return { what, told: `vendors call ${config.publicBaseUrl}` }
  return { what, told: amiss.map(({ told }) => told).join('; '), mend: amiss.map(({ mend }) => mend).join(' ') }
}
const wayIn = ({ publicBaseUrl, trustProxy }: Needs['config']): { told: string; mend: string }[] => {
  if (!publicBaseUrl.startsWith('https://')) return [{ told: `vendors call ${publicBaseUrl}, which is not https`, mend: 'Set PUBLIC_BASE_URL to the https address of your proxy.' }]
  // We speak plain http ourselves, so that whoever calls by https comes through a proxy.
  if (trustProxy === undefined) return [{ told: 'all visitors count as one address, that of your proxy: limits and lock-outs by address are for everybody at once', mend: 'Set PORTERO_TRUST_PROXY to how many proxies stand in front, such as 1, or to their addresses.' }]
  return []
}

// The law wants it said before anything else is (LFPDPPP, art. 16).
const aboutNotice = ({ config: { legal, publicBaseUrl } }: Pick<Needs, 'config'>): Finding => {
  const what = 'privacy notice'
  if (!legal) return { what, told: 'prospects are not told who answers for their data', mend: 'Set LEGAL_NAME and LEGAL_ADDRESS, and start the server again.' }
  return { what, told: `names ${legal.company}, and stands at ${publicBaseUrl}/aviso` }
}

const oldest = 150_000
const aboutDatabase = async ({ bare }: Db): Promise<Seen> => {
  const { rows: [server] } = await sql<{ number: number; version: string }>`select current_setting('server_version_num')::int as number, current_setting('server_version') as version`.execute(bare)
  if (!server || server.number < oldest) return { told: `PostgreSQL ${server?.version}`, mend: 'Move to PostgreSQL 15 or newer.' }
  const { rows: tables } = await sql`select 1 from information_schema.tables where table_name = 'kysely_migration'`.execute(bare)
  const { rows: ran } = tables.length > 0 ? await sql<{ name: string }>`select name from kysely_migration`.execute(bare) : { rows: [] }
  const known = Object.keys(migrations)
  const missing = known.filter((name) => !ran.some((each) => each.name === name))
  if (missing.length > 0) return { told: `PostgreSQL ${server.version}, without ${missing.join(', ')}`, mend: 'Run: npx portero migrate' }
  if (ran.length > known.length) return { told: `PostgreSQL ${server.version}, of a newer Portero`, mend: 'Run the version of Portero that this database belongs to.' }
  const { rows: extensions } = await sql`select 1 from pg_extension where extname = 'btree_gist'`.execute(bare)
  if (extensions.length === 0) return { told: 'the extension btree_gist is missing, without which visits may overlap', mend: 'As a superuser: create extension btree_gist' }
  return { told: `PostgreSQL ${server.version}, up to date` }
}

const aboutDisk = ({ config: { dataDir }, clock, db }: Needs): Seen => {
  diskRoom({ dir: dataDir, clock })()
  db.engine.room()
  return { told: `${dataDir} has room` }
}

const aboutKey = async ({ vault }: Needs): Promise<Seen> => {
  const unknown = (await vault.masters()).filter(({ known }) => !known)
  if (unknown.length === 0) return { told: 'opens everything that is sealed' }
  return { told: `${unknown.map(({ masterId, keys }) => `${keys} data keys are wrapped by ${masterId}`).join(', ')}, which PORTERO_KEY does not hold`, mend: 'Add the missing key behind the new one, PORTERO_KEY=new,old, then run: npx portero keys rotate' }
}

const aboutCatalogue = async ({ db, tenant }: Needs): Promise<Seen> => {
  const { rows: [found] } = await sql<{ homes: number; agents: number }>`select (select count(*) from home where tenant_id = ${tenant} and status = 'open') as homes,
    (select count(*) from agent where tenant_id = ${tenant} and active) as agents`.execute(db.bare)
  const { homes, agents } = found ?? { homes: 0, agents: 0 }
  return { told: `${homes} open homes, ${agents} agents who show them`, ...((homes === 0 || agents === 0) && { mend: 'Set CATALOGUE to your file and start the server: it is read into empty tables.' }) }
}

const aboutToolKeys = async ({ db, tenant, clock }: Needs): Promise<Seen> => {
  const { rows } = await sql<{ name: string; usedAt: number | null }>`select name, max(used_at) as "usedAt" from tool_key where tenant_id = ${tenant} and (ends_at is null or ends_at > ${at(clock.now())}) group by name order by name`.execute(db.bare)
  const told = rows.map(({ name, usedAt }) => `${name}${usedAt === null ? ' (never used)' : ''}`).join(', ')
  if (rows.length > 0 && rows.every(({ usedAt }) => usedAt === null)) return { told, mend: 'Run: npx portero bird kit --check < key.txt, and put the key into the HTTP actions of your flow at Bird.' }
  return rows.length > 0 ? { told } : { told: 'nobody may call a tool', mend: 'Run: npx portero keys tool bird, and put the key into the HTTP actions of your flow at Bird.' }
}

const aboutOperators = async ({ db, tenant }: Needs): Promise<Seen> => {
  const { rows } = await sql<{ role: string }>`select role from operator where tenant_id = ${tenant} and ended_at is null`.execute(db.bare)
  return rows.some(({ role }) => role === 'admin') ? { told: `${rows.length} may sign in at /console` } : { told: 'no admin may sign in at /console', mend: 'Run: npx portero operator NAME --role admin' }
}

// Once all of it has been compared with what we hold, which is done by night.
const compared = z.record(z.string(), z.int())
const aboutCrm = async ({ db, tenant }: Needs): Promise<Finding[]> => {
  const { rows: [row] } = await sql<{ cursor: string; at: number }>`select cursor, pulled_at as at from pull_cursor where tenant_id = ${tenant} and name = 'reconcile' order by pulled_at desc limit 1`.execute(db.bare)
  if (!row) return []
  const { matched = 0, settling: _settling, ...odd } = compared.parse(JSON.parse(row.cursor))
  const amiss = Object.entries(odd).flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []))
  const told = `compared on ${new Date(row.at).toISOString()}: ${[...amiss, `${matched} as they should be`].join(', ')}`
  return [{ what: 'crm', told, ...(amiss.length > 0 && { mend: 'Run: npx portero reconcile, which names them; with --repair it puts right what people need not decide.' }) }]
}

const aboutVendors = async ({ db, clock, connections, registry, tenant, http, config: { publicBaseUrl } }: Needs): Promise<Finding[]> => {
  const rows = await db.bare.selectFrom('connection').select(['id', 'vendor']).where('tenant_id', '=', tenant).orderBy('id').execute()
  const readable = await connections.all(db.bare)
  const { signal } = new AbortController()
  const findings: Finding[] = []
  for (const vendor of Object.keys(vendorChecks)) {
    const connect = connectMend(vendor)
    const made = rows.filter((row) => row.vendor === vendor)
    const isSpared = vendor === 'openai' && !readable.some(({ settings }) => ourAgent.safeParse(settings).success)
    if (made.length === 0) findings.push(isSpared ? { what: `${vendor} connection`, told: "there is none, since Bird's agent answers" } : { what: `${vendor} connection`, told: 'there is none', mend: connect })
    for (const { id } of made) {
      const connection = readable.find((each) => each.id === id)
      const connector = registry.connectors.get(vendor)
      if (!connection || !connector) {
        findings.push({ what: `${vendor} connection`, told: `the settings of ${id} can't be read`, mend: `They lack something, or were sealed with another master key. ${connect}` })
        continue
      }
      findings.push(...(await examineConnection({ db, publicBaseUrl, now: clock.now(), signal, http: http(connection, connector) }, connection, connector)))
    }
  }
  return findings
}

const ourAgent = z.object({ agent: z.literal('portero') })
