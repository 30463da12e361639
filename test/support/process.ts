import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeDb } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { migrate } from '@portero/tool-server/spine/migrate.ts'
import { openPglite } from '@portero/tool-server/spine/pglite.ts'
import { signEco } from '../lab/eco/sign.ts'

// Portero as it really runs: processes with data, ports and an environment of their own. Whatever is begun here ends with cleanUp().
export const root = fileURLToPath(new URL('../..', import.meta.url))
export type Env = Record<string, string>
export type Exit = { code: number | null; signal: NodeJS.Signals | null }
export type Event = { level: string; event: string; pid?: number; [field: string]: unknown }

const cleanUps: (() => unknown)[] = []
export const atEnd = (cleanUp: () => unknown): void => void cleanUps.push(cleanUp)
export const cleanUp = async (): Promise<void> => {
  const failed: unknown[] = []
  for (const one of cleanUps.splice(0).toReversed()) await Promise.resolve().then(one).catch((thrown: unknown) => failed.push(thrown))
  if (failed.length > 0) throw new AggregateError(failed, 'something was left behind')
}

// what: said when it never comes true
export const until = async <T>(what: string, look: () => T | Promise<T>, mostMs = 40_000): Promise<Exclude<T, false | null | undefined>> => {
  for (const end = performance.now() + mostMs; performance.now() < end; await sleep(20)) {
    const seen = await look()
    if (seen) return seen as Exclude<T, false | null | undefined>
  }
  throw new Error(`waited ${mostMs} ms, and it never came: ${what}`)
}

export const freshDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'portero-process-'))
  atEnd(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, () => resolve()))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

// A data directory takes seconds to make: made once a file, copied for every test.
let ready: { dir: string; filled: Promise<void> } | undefined
const fill = async (dir: string): Promise<void> => {
  const clock = realClock()
  const db = makeDb(await openPglite({ dir, clock, log: makeLog({ level: 'silent', clock }) }))
  await migrate({ db, clock }).finally(() => db.close())
}
export const readyDir = async (): Promise<string> => {
  if (!ready) {
    const dir = mkdtempSync(join(tmpdir(), 'portero-process-ready-'))
    ready = { dir, filled: fill(dir) }
  }
  await ready.filled
  const dir = freshDir()
  cpSync(ready.dir, dir, { recursive: true })
  return dir
}
export const forgetReadyDir = (): void => {
  if (ready) rmSync(ready.dir, { recursive: true, force: true })
}

// detached: a process group of its own, so that npm's children can be found again.
type How = { env: Env; detached?: boolean; uid?: number | undefined; input?: string | undefined } // input: what it reads
export type Started = { pid: number; out(): string; err(): string; exited: Promise<Exit>; isRunning(): boolean; kill(signal: NodeJS.Signals): void }
export const start = (file: string, args: readonly string[], { env, detached = false, uid, input }: How): Started => {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(file, args, { cwd: root, env: { PATH: `${root}node_modules/.bin:${PATH}`, HOME, NODE_COMPILE_CACHE: `${root}node_modules/.cache/compile`, ...env }, detached, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], ...(uid !== undefined && { uid, gid: uid }) })
  const { pid } = child
  if (pid === undefined) throw new Error(`${file} does not start`)
  const said = { out: '', err: '' }
  child.stdin?.end(input)
  child.stdout?.on('data', (chunk) => void (said.out += String(chunk)))
  child.stderr?.on('data', (chunk) => void (said.err += String(chunk)))
  const exited = new Promise<Exit>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  atEnd(async () => {
    if (detached) killGroup(pid)
    else if (isRunning()) process.kill(pid, 'SIGKILL')
    await exited
  })
  return { pid, out: () => said.out, err: () => said.err, exited, isRunning, kill: (signal) => void process.kill(pid, signal) }
}
const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // nobody is left in it
  }
}

export type Server = Started & { url: string; lab: string; dir: string; env: Env; events(): Event[]; serverPid(): Promise<number>; ready(): Promise<void>; stop(): Promise<Exit> }
type Wanted = { env?: Env; dir?: string; by?: 'node' | 'npm'; uid?: number | undefined }
export const startServer = async ({ env: more = {}, dir, by = 'node', uid }: Wanted = {}): Promise<Server> => {
  const env: Env = { DATA_DIR: dir ?? (await readyDir()), PORT: String(await freePort()), LAB_PORT: String(await freePort()), PUBLIC_BASE_URL: 'https://portero.example', ...more }
  // Watched as under npm, so that it ends even when this process is killed.
  const watched = { npm_lifecycle_event: 'start', ...env }
  // Without its prestart: in a checkout that was not installed by it, that would install again under the feet of whoever uses it.
  const started = by === 'npm' ? start('npm', ['start', '--ignore-scripts'], { env, detached: true }) : start(process.execPath, ['tool-server/main.ts'], { env: watched, uid })
  const url = `http://localhost:${env['PORT']}`
  const events = (): Event[] => started.out().split('\n').slice(0, -1).flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const told = (event: string): Promise<Event> =>
    until(`${event}; it said ${started.err()}`, () => {
      if (!started.isRunning()) throw new Error(`it ended before ${event}: ${started.out()}${started.err()}`)
      return events().find((one) => one.event === event)
    })
  return {
    ...started, url, lab: `http://127.0.0.1:${env['LAB_PORT']}`, dir: env['DATA_DIR'] ?? '', env, events,
    serverPid: async () => z.int().parse((await told('server.listening')).pid),
    async ready() {
      await told('server.listening')
      await until('readiness', async () => (await statusOf(`${url}/readyz`)) === 200)
    },
    async stop() {
      started.kill('SIGTERM')
      return started.exited
    },
  }
}

export const statusOf = (url: string): Promise<number> => fetch(url).then((response) => response.status, () => 0)
export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

export const runCli = async (args: readonly string[], env: Env = {}, input?: string): Promise<Exit & { out: string; err: string }> => {
  const started = start(process.execPath, ['tool-server/cli.ts', ...args], { env, input })
  return { ...(await started.exited), out: started.out(), err: started.err() }
}

// The lab's vendor, asked over the wire: what it holds, what it shall do, and a webhook signed as it would.
const ecoState = z.looseObject({ account: z.looseObject({ signingSecrets: z.array(z.string()) }), effects: z.array(z.looseObject({ command: z.string(), reference: z.string() })) })
export const effectsOf = async ({ lab }: Server): Promise<z.infer<typeof ecoState>['effects']> => (await stateOf(lab)).effects
const stateOf = async (lab: string): Promise<z.infer<typeof ecoState>> => ecoState.parse(await (await fetch(`${lab}/_lab/eco/state`)).json())
export const faults = async ({ lab }: Server, wanted: object): Promise<void> => {
  const { status } = await fetch(`${lab}/_lab/eco/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wanted) })
  if (status !== 200) throw new Error(`the lab answered ${status} to ${JSON.stringify(wanted)}`)
}
const depths = z.looseObject({ jobs: z.array(z.looseObject({ kind: z.string(), state: z.string(), count: z.number() })), inbox: z.array(z.looseObject({ state: z.string() })) })
export const depthsOf = async ({ url }: Server): Promise<z.infer<typeof depths>> => depths.parse(await (await fetch(`${url}/healthz`)).json())
export const jobsOf = async (server: Server, kind: string, state: string): Promise<number> =>
  (await depthsOf(server)).jobs.filter((one) => one.kind === kind && one.state === state).reduce((sum, one) => sum + one.count, 0)
// Nothing waits that somebody else asked for. Looked at twice, since a delivery may turn into a job between the two counts of one look.
export const isIdle = async (server: Server): Promise<boolean> => (await seemsIdle(server)) && (await seemsIdle(server))
const seemsIdle = async (server: Server): Promise<boolean> => {
  const { jobs, inbox } = await depthsOf(server)
  return !inbox.some(({ state }) => state === 'new') && !jobs.some(({ kind, state }) => (kind === 'turn' || kind === 'command') && state !== 'dead')
}
// Leaves a command behind that was taken on and couldn't be done.
export const leaveUndone = async (server: Server, id: string): Promise<void> => {
  await faults(server, { on: 'POST /notes', fault: 'away', times: 1_000 })
  await (await makeKnock(server))(saying(id))
  await until('it is left undone', async () => (await jobsOf(server, 'command', 'ready')) > 0)
}
export const saying = (id: string, { text = '¿Sigue libre?', asks = ['keep'] }: { text?: string; asks?: string[] } = {}): string =>
  JSON.stringify([{ id, type: 'thing.said', at: '2026-11-23T17:00:00.000Z', data: { thing_id: `th_${id}`, text, revision: 1, asks } }])

export const signedHeaders = async ({ lab }: Server, body: string): Promise<Record<string, string>> => signed((await stateOf(lab)).account.signingSecrets, body)
const signed = (secrets: readonly string[], body: string): Record<string, string> => ({ 'content-type': 'application/json', 'eco-account': 'casa', 'eco-signature': signEco({ body: Buffer.from(body), secrets, nowMs: Date.now() }) })

export type Knocked = { status: number; body: unknown; retryAfter: string | null }
export const makeKnock = async ({ url, lab }: Server): Promise<(body: string) => Promise<Knocked>> => {
  const { signingSecrets } = (await stateOf(lab)).account
  return async (body) => {
    const response = await fetch(`${url}/webhooks/eco`, { method: 'POST', headers: signed(signingSecrets, body), body, signal: AbortSignal.timeout(20_000) })
    return { status: response.status, body: await response.json(), retryAfter: response.headers.get('retry-after') }
  }
}
