import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { keyScopes, makeHouse, type House } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import type { Clock } from '@portero/tool-server/spine/clock.ts'
import { makeDb, type Engine } from '@portero/tool-server/spine/db.ts'
import type { Transport } from '@portero/tool-server/spine/http-send.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { startLab, type Lab } from '../lab/index.ts'
import { freshEngine } from '../support/databases.ts'
import { steppedEngine } from './engine.ts'
import { digestOf } from './verdict-record.ts'
import { mondayMs } from './story.ts'
import { makeScheduler, type Owner, type Scheduler } from './scheduler.ts'
import { makeWire, type Fate, type Request, type Wire } from './wire.ts'

// The server as it is shipped and the vendors of the lab, in one process, on one clock, with nothing real between them.
export type World = {
  scheduler: Scheduler
  lab: Lab
  servers: number // of one database, behind plain round robin
  house(): House // one that lives
  kill(which: number): void
  freeze(which: number): void // it is there, and nothing moves in it
  thaw(): void
  begin(which: number): Promise<void>
  isUp(which?: number): boolean // no number: any of them
  clock: Clock // of everybody else
  engine: Engine // as nobody's statements are steps
  atStep(step: number, run: () => void): void
  onArrival(run: (request: Request, which: number) => void): void // of what a server sent, and of what was sent to one: as it is answered, and before the answer is heard
  between(every: number, run: () => Promise<void>): void // every so many steps, as soon as nobody holds the database
  transport: Transport // as somebody of ours who is no server
  publicBaseUrl: string
  acknowledged: ReadonlySet<string> // the bodies of webhooks that were answered with a 2xx
  trail(): string // a hash of all that went over the wire, to tell two runs apart
  end(): Promise<void>
}
export type Weather = { fate(request: Request): Fate; delayMs(): number }

export const masterKey = Buffer.alloc(32, 7)
const catalogue = fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url))
const serverUrl = 'http://127.0.0.1:3000'
const labPort = 3100

export const openWorld = async ({ seed, agent, servers = 1, startMs = mondayMs, weather }: { seed: number; agent: 'bird' | 'portero'; servers?: number | undefined; startMs?: number | undefined; weather(scheduler: Scheduler): Weather }): Promise<World> => {
  const scheduler = makeScheduler({ seed, startMs })
  const others: Owner = { name: 'vendors', isDead: false, isFrozen: false }
  const living: ({ house: House; owner: Owner } | undefined)[] = Array.from({ length: servers }, () => undefined)
  const isAlive = (one: (typeof living)[number]): one is NonNullable<typeof one> => one !== undefined && !one.owner.isDead
  const trail = createHash('sha256')
  const sky = weather(scheduler)
  const acknowledged = new Set<string>()
  let arrived: ((request: Request, which: number) => void) | undefined
  const wire: Wire = makeWire({
    scheduler, delayMs: sky.delayMs,
    fate(request) {
      const fate = sky.fate(request)
      trail.update(`${scheduler.now()} ${request.method} ${request.url.href} ${fate}\n`).update(request.body)
      return fate
    },
    answered({ from, to, request, answer: { status } }) {
      const { url, body } = request
      const which = living.findIndex((one) => one?.owner === from || one?.owner === to)
      if (which >= 0) arrived?.(request, which)
      if (url.pathname.startsWith('/webhooks/') && body.length > 0 && status >= 200 && status < 300) acknowledged.add(digestOf(body))
    },
  })
  const sockets = globalThis.fetch
  const freed = waitedFor(scheduler)
  globalThis.fetch = wire.fetch
  const clock = scheduler.clockOf(others)
  const lab = await startLab({
    clock, port: labPort, serverUrl, publicUrl: serverUrl,
    hosted(serve) {
      wire.listen(`http://127.0.0.1:${labPort}`, others, serve)
      return `http://127.0.0.1:${labPort}`
    },
  })
  const accounts = lab.accounts.filter(({ vendor }) => ['bird', 'hubspot', 'google', 'graph', ...(agent === 'portero' ? ['openai'] : [])].includes(vendor))
  const { engine, remove } = await freshEngine()
  await sql`set plan_cache_mode = force_generic_plan`.execute(makeDb(engine).bare) // whichever way it looks it finds the same, and to plan anew for each value takes a tenth of the time
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-sim-'))
  const config = { ...readConfig({ DATA_DIR: dataDir, PORTERO_LAB: '1', PUBLIC_BASE_URL: serverUrl, LAB_PORT: String(labPort), PORTERO_KEY: masterKey.toString('base64') }), catalogue }

  const shared: Engine = servers > 1 ? { ...engine, name: 'postgres' } : engine // what only who is alone with a database may do, nobody does
  const lent = { count: 0 }
  let lives = 0
  const begin = async (which: number): Promise<void> => {
    const owner: Owner = { name: `house ${++lives}`, isDead: false, isFrozen: false }
    const its = scheduler.clockOf(owner)
    // More attempts than usual: here half of all calls may fail for minutes, and what reads ten pages then would only die of the weather.
    const house = makeHouse({ config, clock: its, log: makeLog({ level: 'silent', clock: its }), engine: steppedEngine(shared, owner, scheduler, lent), connectors, flows, tools, accounts: lives === 1 ? accounts : [], pace: { pollMs: 30_000, turnAttempts: 14 }, transport: () => wire.transport(owner) })
    living[which] = { house, owner }
    wire.listen(serverUrl, owner, house.doors)
    await house.begin()
  }

  return {
    scheduler, lab, begin, clock, engine, acknowledged, atStep: scheduler.atStep, publicBaseUrl: serverUrl, transport: () => wire.transport(others),
    onArrival: (run) => void (arrived = run),
    between: (every, run) => scheduler.between(every, () => lent.count === 0, run),
    servers,
    house: () => living.find(isAlive)!.house,
    isUp: (which) => (which === undefined ? living.some(isAlive) : isAlive(living[which])),
    kill: (which) => scheduler.kill(living[which]!.owner),
    freeze: (which) => void (living[which]!.owner.isFrozen = true),
    thaw: () => living.forEach((one) => one && (one.owner.isFrozen = false)),
    trail: () => trail.copy().digest('hex'),
    async end() {
      for (const one of living) if (one) scheduler.kill(one.owner)
      await scheduler.runUntil(() => true)
      globalThis.fetch = sockets
      freed()
      await lab.close()
      await remove()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
export const scopesOfLab = keyScopes

// Tokens are signed by other threads, which end in any order: nothing else happens meanwhile.
const signing = ['sign', 'verify', 'importKey', 'digest'] as const
const waitedFor = ({ busy }: Scheduler): (() => void) => {
  const subtle: Record<string, (...args: unknown[]) => Promise<unknown>> = Object.getPrototypeOf(globalThis.crypto.subtle)
  const own = signing.map((name) => [name, subtle[name]!] as const)
  for (const [name, run] of own) subtle[name] = function (this: unknown, ...args) { return busy(() => Reflect.apply(run, this, args)) }
  return () => own.forEach(([name, run]) => void (subtle[name] = run))
}
