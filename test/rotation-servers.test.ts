import { afterEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeConnections } from '@portero/tool-server/spine/connections.ts'
import type { Db } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant as tenant } from '@portero/tool-server/spine/migrate.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeToolKeys } from '@portero/tool-server/spine/tool-keys.ts'
import { makeToolTokens } from '@portero/tool-server/spine/tool-token.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { messageBody } from '@portero/tool-server/store/places.ts'
import { makeBird } from './lab/bird/simulator.ts'
import { openServer } from './lab/server.ts'
import { atRest } from './kill/stage.ts'
import { account } from './support/bird-house.ts'
import { serverUrl } from './support/databases.ts'
import { prospects } from './support/homes.ts'
import { atEnd, cleanUp, freshDir, root, runCli, startServer, until, type Env, type Server } from './support/process.ts'
import { freshHome, withDb } from './support/process-databases.ts'
import { openRelay } from './support/relay.ts'

// The master key is changed as SECURITY.md says, on servers as they are shipped, while prospects write and agents call tools: two servers on PostgreSQL, one on the embedded engine.
const [oldKey, newKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const named = { old: oldKey.toString('base64'), new: newKey.toString('base64') }
const order = { before: named.old, opening: `${named.old},${named.new}`, sealing: `${named.new},${named.old}`, after: named.new }
const clock = realClock()
const scopes = ['tours:read', 'leads:write']
const perConversation = 5 // calls; more than sixty a minute would be refused
const holders = 4
const talkers = 2_000
afterEach(cleanUp)

test('the master key is changed on every server under load, and no request is lost', async () => {
  const relay = await openRelay()
  atEnd(relay.close)
  const { workspace, channel, apiKey, signingKeys } = account
  const bird = makeBird({ clock, account, serverUrl: relay.url })
  const lab = await openServer({ clock, port: 0, simulators: [bird] })
  atEnd(lab.close)
  const home: Env = { ...(await freshHome()), PORTERO_LAB: '0', PUBLIC_BASE_URL: relay.url, CATALOGUE: `${root}tool-server/catalogue.sample.yaml` }
  const furnished = await withDb(home, async (db) => {
    const connections = makeConnections({ db, clock, vault: vaultOf(db, oldKey), log: makeLog({ level: 'silent', clock }), registry: makeRegistry({ connectors, flows }), baseUrls: {} })
    const { id } = await connections.put({ tenant, vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, signingKeys } })
    return { key: await makeToolKeys({ db, clock }).make({ tenant, name: 'bird', scopes }), people: await prospects({ db, tenant, clock: clock as any }, id, holders + talkers) }
  })

  // What was asked, and what is known of each answer.
  const said: string[] = []
  const budgets: number[] = []
  const answers: string[] = []
  const call = async (tool: string, input: object, headers: Record<string, string>): Promise<void> => {
    const response = await fetch(`${relay.url}/tools/${tool}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(input) })
    const text = await response.text()
    answers.push(`${response.status} ${/^\{"ok":(\w+)/.exec(text)?.[1] ?? text}`)
  }
  // Somebody new writes, and the agent of somebody else, whose key is made by its first call, notes what they say.
  const known = furnished.people.slice(holders).values()
  const everybodyTalks = async (): Promise<void> => {
    const { value } = known.next()
    if (!value) throw new Error('nobody is left who has not talked')
    for (let n = 0; n < perConversation; n++) {
      const number = `+52551300${String(said.length).padStart(4, '0')}`
      said.push(`Soy ${number}`)
      bird.phone.write(number, { text: `Soy ${number}`, name: 'Prueba' })
      const budget_max = 10_000 + budgets.length
      budgets.push(budget_max)
      await call('update_deal', { budget_max }, { authorization: `Bearer ${furnished.key}`, 'x-bird-conversation-id': `cv-${value.conversation}` })
    }
  }
  // An agent whose token was signed by the old key, and which asks at every step with it.
  const tokens = makeToolTokens({ clock, keys: keyring([oldKey]) })
  const held = await Promise.all(furnished.people.slice(0, holders).map(({ conversation }) => tokens.mint({ tenant, conversation, scopes })))
  const holdersAsk = async (): Promise<void> => void (await Promise.all(held.map((token) => call('my_tours', {}, { authorization: `Bearer ${token}` }))))

  let isOver = false
  const work = async (): Promise<void> => {
    while (!isOver) await everybodyTalks()
  }

  const servers: Server[] = []
  const portOf = ({ env }: Server): number => Number(env['PORT'])
  const begin = async (keys: string): Promise<void> => {
    const server = await startServer({ dir: serverUrl ? freshDir() : home['DATA_DIR']!, env: { ...home, ...(serverUrl && { DATA_DIR: freshDir() }), PORTERO_KEY: keys } })
    await server.ready()
    servers.push(server)
    relay.up(portOf(server))
  }
  const end = async (server: Server): Promise<void> => {
    await relay.down(portOf(server))
    expect(await server.stop()).toEqual({ code: 0, signal: null })
  }
  // After each there is load, so that servers of both orders work side by side.
  const loaded = (): Promise<unknown> => {
    const before = answers.length
    return until('more is answered', () => answers.length >= before + 20)
  }
  const restartEach = async (keys: string): Promise<void> => {
    for (const server of servers.splice(0)) {
      await end(server)
      await begin(keys)
      await loaded()
    }
  }
  const rotate = async (): Promise<void> => expect((await runCli(['keys', 'rotate'], { ...home, PORTERO_KEY: order.sealing })).out).toMatch(/^[1-9]\d* data keys are now wrapped/)
  await Promise.all(Array.from({ length: serverUrl ? 2 : 1 }, () => begin(order.before)))
  const working = Promise.all([work(), work(), work()])
  await Promise.all([loaded(), holdersAsk()])
  if (serverUrl) {
    await restartEach(order.opening)
    await Promise.all([loaded(), holdersAsk()])
    await restartEach(order.sealing)
    await rotate()
  } else {
    await end(servers.pop()!) // its directory is locked while it runs
    await rotate()
    await begin(order.sealing)
  }
  await Promise.all([loaded(), holdersAsk()])
  await restartEach(order.after)
  isOver = true
  await working
  await bird.silent()
  for (const server of servers) await atRest({ port: portOf(server), lines: [] } as any, 30_000, { timers: true })
  // What the wait before the last step is for: who still held a token of the old key would be refused now.
  expect((await fetch(`${relay.url}/tools/my_tours`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${held[0]}` }, body: '{}' })).status).toBe(401)
  for (const server of servers) await end(server)

  expect(new Set(answers)).toEqual(new Set(['200 true']))
  expect(relay.statuses().filter((status) => status !== 200)).toEqual([401])
  expect(bird.calls().filter(({ statuses }) => statuses.length !== 1)).toEqual([]) // none had to be sent twice
  await withDb(home, async (db) => {
    expect((await heard(db)).toSorted()).toEqual(said.toSorted())
    expect((await noted(db)).toSorted()).toEqual(budgets.map(String).toSorted())
    expect(await unfinished(db)).toEqual([])
    expect((await vaultOf(db, newKey).masters()).map(({ known }) => known)).toEqual([true])
    expect((await vaultOf(db, oldKey).masters()).map(({ known }) => known)).toEqual([false])
    expect(await sealedElsewhere(db)).toEqual([])
  })
}, 240_000)

const vaultOf = (db: Db, key: Buffer) => makeVault({ db, clock, keys: keyring([key]) })
// All with the new key alone.
const heard = async (db: Db): Promise<string[]> => {
  const { rows } = await sql<{ id: string; body: Buffer }>`select id, body_sealed as body from message where author = 'prospect'`.execute(db.bare)
  const vault = vaultOf(db, newKey)
  return Promise.all(rows.map(async ({ id, body }) => JSON.parse(String(await vault.open(db.bare, tenant, messageBody(id), body))).text))
}
const noted = async (db: Db): Promise<string[]> => {
  const { rows } = await sql<{ id: string; after: Buffer }>`select id, after_sealed as after from audit where what = 'action:update-lead'`.execute(db.bare)
  const vault = vaultOf(db, newKey)
  return Promise.all(rows.map(async ({ id, after }) => String(JSON.parse(String(await vault.open(db.bare, tenant, `audit.after:${id}`, after))).args.facts.budgetMxn)))
}
// No CRM is connected here, so what is for it has nowhere to go.
const unfinished = async (db: Db): Promise<unknown[]> => (await sql`select 'inbox' as what, state, null as code from inbox where state <> 'parsed' union all select name, state, error_code from job where kind in ('turn', 'command') and state not in ('done', 'scheduled') and name not like 'crm.%'`.execute(db.bare)).rows

// Every sealed value of every table says whose data key it wants: one that is there, and opens by the new master key.
const sealedElsewhere = async (db: Db): Promise<string[]> => {
  const { rows: columns } = await sql<{ table: string; column: string }>`select table_name as table, column_name as column from information_schema.columns where table_schema = 'public' and column_name like '%\\_sealed'`.execute(db.bare)
  expect(columns.length).toBeGreaterThan(20)
  const { rows: keys } = await sql<{ head: string }>`select replace(id::text, '-', '') as head from data_key`.execute(db.bare)
  const known = new Set(keys.map(({ head }) => head))
  const found: string[] = []
  for (const { table, column } of columns) {
    const { rows } = await sql<{ sealed: Buffer }>`select ${sql.ref(column)} as sealed from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(db.bare)
    await vaultOf(db, newKey).ready(db.bare, tenant, rows.map(({ sealed }) => sealed))
    for (const { sealed } of rows) if (!known.has(sealed.subarray(1, 17).toString('hex'))) found.push(`${table}.${column}`)
  }
  return found
}
