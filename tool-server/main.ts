import { createServer, type RequestListener, type Server } from 'node:http'
import { flushCompileCache } from 'node:module'
import { ConfigError, readConfig, type Config } from './config.ts'
import { keyScopes, makeHouse, openEngine, rooms, type Account, type House, type Parts } from './app.ts'
import type { Connector, Flow } from './define.ts'
import { lookAround, pause, realClock, type Clock } from './spine/clock.ts'
import { faultFields, faultSentence } from './spine/fault.ts'
import { makeLog } from './spine/log.ts'
import { patience } from './spine/patience.ts'

// env -> db -> start; SIGTERM -> drain. The only file with side effects on import.
type Moving = Pick<House, 'tenant' | 'toolKeys' | 'putOperator' | 'switchAgent'> & { scopes: readonly string[] }
type Lab = { connectors: readonly Connector[]; flows: readonly Flow[]; accounts: readonly Account[]; access: Pick<Config, 'apps' | 'authUrls' | 'connectAs'>; url: string; moveIn(house: Moving, how: { dataDir: string }): Promise<void>; close(): Promise<void> }
type LabModule = { startLab(needs: { clock: Clock; port: number; serverUrl: string; publicUrl: string; dataDir: string }): Promise<Lab> }
const labModule = '../test/lab/index.ts' // not shipped: only a lab loads it

const parent = process.ppid // read before anything that takes time: npm may be killed meanwhile
const parentCheckMs = 500
const requestGraceMs = 9_000 // a tool may take 7.5 s
const sameAskMs = 1_000
const stopMs = 28_000 // Docker, as compose.yaml says it, and Kubernetes kill after 30 s
const workMs = 20_000
const farewellMs = 3_000
const mostLooks = 10_000 // of somebody who never stops knocking

const start = async (): Promise<void> => {
  const config = readConfig(process.env)
  const clock = realClock()
  const log = makeLog({ level: config.logLevel, clock })
  const engine = await openEngine({ config, clock, log })
  try {
    await serve({ config, clock, log, engine })
  } catch (thrown) {
    await engine.close()
    throw thrown
  }
}

const serve = async ({ config, clock, log, engine }: Pick<Parts, 'config' | 'clock' | 'log' | 'engine'>): Promise<void> => {
  const lab = config.lab ? await startLab({ clock, port: config.labPort, serverUrl: `http://localhost:${config.port}`, publicUrl: config.publicBaseUrl, dataDir: config.dataDir }) : undefined
  const house = makeHouse({ config: lab ? withAccess(config, lab.access) : config, clock, log, engine, connectors: [...rooms.connectors, ...(lab?.connectors ?? [])], flows: [...rooms.flows, ...(lab?.flows ?? [])], tools: rooms.tools, accounts: accountsOf(config.accounts, lab?.accounts ?? []) })

  let stoppingSince: number | undefined
  let isServing = false
  // Who asks while we leave is answered, and asks somebody else the next time.
  const doors: RequestListener = (request, response) => {
    if (stoppingSince !== undefined) response.shouldKeepAlive = false
    house.doors(request, response)
  }
  const server = createServer(patience, doors)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(config.port, () => resolve()))

  const stop = async (why: string): Promise<void> => {
    stoppingSince = clock.now()
    log.info('server.stopping', { why })
    clock.after(stopMs, () => process.exit(1)) // a database that hangs: what is under way goes on when its lease is over
    house.leave()
    if (isServing) await pause(clock, config.drainMs) // until the proxy has noticed
    await nobodyAtTheDoor(server)
    const answered = new Promise<void>((resolve) => server.close(() => resolve()))
    clock.after(requestGraceMs, () => server.closeAllConnections())
    await house.close(Math.min(workMs, stopMs - config.drainMs - farewellMs), answered)
    await lab?.close()
    log.info('server.stopped')
    process.exit(0)
  }
  const asked = (why: string): void => {
    if (stoppingSince === undefined) stop(why).catch(failed)
    else if (clock.now() - stoppingSince > sameAskMs) process.exit(1) // asked twice: somebody doesn't want to wait. A Ctrl-C comes twice by itself, the second time through npm.
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => asked(signal))
  // Killing npm leaves its child behind, with the port and the data directory: so the child watches for its parent.
  // npm runs it through a shell, which outlives npm; hence the `exec` in package.json.
  if (config.underNpm) watchParent(clock, () => void (stoppingSince === undefined && asked('npm is gone')))

  const serving = `http://localhost:${config.port}`
  log.info('server.listening', { url: serving, lab: lab?.url, engine: engine.name, pid: process.pid })
  flushCompileCache() // else only a server that ends by itself leaves it behind, and who is killed comes back in 3.2 s instead of 1.9; the first one in a directory takes 1.7 s for it, the others nothing
  try {
    await house.begin()
    if (stoppingSince === undefined) await lab?.moveIn({ ...house, scopes: keyScopes }, { dataDir: config.dataDir })
  } catch (thrown) {
    if (stoppingSince === undefined) throw thrown // else the database was closed under it
  }
  if (stoppingSince !== undefined) return
  isServing = true
  log.info('server.ready', { url: serving })
  if (process.stdout.isTTY) console.log(`\nPortero is at ${serving}${lab ? `, the lab at ${lab.url}` : ''}\nStop it with Ctrl+C.\n`)
}

// The kernel hangs up on whom it has connected and we have not let in yet: so the door is shut at a moment when nobody stands there.
const nobodyAtTheDoor = async (server: Server): Promise<void> => {
  let letIn = 0
  server.on('connection', () => void letIn++)
  for (let looks = 0, before = -1; letIn !== before && looks < mostLooks; looks++) {
    before = letIn
    await lookAround()
  }
}

// What the environment says of how accounts are connected goes before what the lab does.
const withAccess = (config: Config, { apps, authUrls, connectAs }: Lab['access']): Config => ({ ...config, apps: { ...apps, ...config.apps }, authUrls: { ...authUrls, ...config.authUrls }, connectAs: { ...connectAs, ...config.connectAs } })

// What the environment connects stands in for the lab's, under its name: of an earlier life that one may still be known.
const accountsOf = (own: readonly Account[], labs: readonly Account[]): Account[] => {
  const nameOf = (vendor: string, account: string): string => labs.find((each) => each.vendor === vendor)?.account ?? account
  return [...labs.filter(({ vendor }) => !own.some((each) => each.vendor === vendor)), ...own.map((each) => ({ ...each, account: nameOf(each.vendor, each.account) }))]
}

const startLab: LabModule['startLab'] = async (needs) => {
  const lab: LabModule = await import(labModule)
  return lab.startLab(needs)
}

const watchParent = (clock: Clock, gone: () => void): void => {
  const look = (): void => {
    if (process.ppid !== parent) return gone()
    clock.after(parentCheckMs, look)
  }
  look()
}

const failed = (thrown: unknown): never => {
  console.error(thrown instanceof ConfigError ? thrown.message : (faultSentence(thrown) ?? faultFields(thrown)))
  process.exit(1)
}
start().catch(failed)
