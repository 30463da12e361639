import { fork } from 'node:child_process'
import { sql } from 'kysely'
import { signBird } from '../lab/bird/sign.ts'
import { idOf, wireOf } from '../kill/flood-client.ts'
import { cpuMsOf, openFloodStage, publicUrl, signing, type FloodStage } from '../kill/flood-stage.ts'
import { cleanUp, depthsOf, freshDir, startServer, until, type Env, type Server } from '../support/process.ts'
import { withDb } from '../support/process-databases.ts'

// The server as it is shipped, with its vendors in another process, killed with SIGKILL as soon as so many webhooks are acknowledged: how long until /readyz says 200 again, until what a dead process had in hand is done, until nothing is left.
// On PostgreSQL where DATABASE_URL names one, and embedded. Baselines: the same server stopped and begun again with nothing to do, and a bare Node with Express. First run: with the lab, as `npm start`, on an empty data directory and without a compile cache.
const kills = 3
const webhooks = 400
const lanes = 32
const people = 100

export const recovery = async (): Promise<object> => {
  try {
    const bareMs = await medianOf(5, bare)
    const postgres = process.env['DATABASE_URL'] ? await on() : undefined
    delete process.env['DATABASE_URL'] // whoever is asked for a home from now on makes an embedded one
    const embedded = await on()
    return { engine: postgres ? 'postgres and embedded' : 'embedded', bareMs, kills, webhooks, ...(postgres && { postgres }), embedded, firstRun: await firstRun() }
  } finally {
    await cleanUp()
  }
}

type Began = { server: Server; listeningMs: number; readyMs: number; cpuMs: number; readyAt: number }
const begin = async (env: Env, dir: string): Promise<Began> => {
  const began = performance.now()
  const server = await startServer({ dir, env: { ...env, DATA_DIR: dir } })
  await server.serverPid()
  const listeningMs = since(began)
  await server.ready()
  return { server, listeningMs, readyMs: since(began), cpuMs: cpuMsOf(server.pid), readyAt: Date.now() }
}
const end = async ({ server }: Began): Promise<void> => void (await server.stop())

const on = async (): Promise<object> => {
  const stage = await openFloodStage({ servers: 1, written: { upTo: () => 0, message: (number) => ({ id: idOf(number), person: 0, at: 0 }) } })
  const [port = 0] = stage.ports
  const env = { ...stage.env, PORT: String(port), LAB_PORT: '1' }
  const dir = stage.env['DATABASE_URL'] === undefined ? (stage.env['DATA_DIR'] ?? '') : freshDir()
  await end(await begin(env, dir)) // the compile cache is there
  const idle: Began[] = []
  for (let n = 0; n < kills; n++) {
    idle.push(await begin(env, dir))
    await end(idle.at(-1)!)
  }
  const killed: (Began & { drainedMs: number; takenUp: { jobs: number; afterMs: number }; lost: number })[] = []
  for (let n = 0; n < kills; n++) killed.push(await kill(stage, env, dir, n))
  const of = (rows: readonly Began[]) => ({ readyMs: median(rows.map(({ readyMs }) => readyMs)), listeningMs: median(rows.map(({ listeningMs }) => listeningMs)), cpuMs: median(rows.map(({ cpuMs }) => cpuMs)), each: rows.map(({ readyMs }) => readyMs) })
  return {
    idle: of(idle),
    killed: { ...of(killed), drainedMs: median(killed.map(({ drainedMs }) => drainedMs)), inHand: killed.map(({ takenUp }) => takenUp.jobs), inHandDoneMs: Math.max(...killed.map(({ takenUp }) => takenUp.afterMs)), lost: killed.reduce((sum, { lost }) => sum + lost, 0) },
  }
}

const kill = async ({ connection }: FloodStage, env: Env, dir: string, nth: number) => {
  const first = await begin(env, dir)
  const path = `/webhooks/bird/${connection}`
  const numbers = Array.from({ length: webhooks }, (_, n) => nth * webhooks + n)
  const left = numbers.values()
  const lane = async (): Promise<void> => {
    for (const number of left) {
      const body = Buffer.from(JSON.stringify({ service: 'channels', event: 'whatsapp.inbound', payload: wireOf(signing.channel, { id: idOf(number), person: number % people, at: Date.now() }) }))
      const seconds = Math.floor(Date.now() / 1_000)
      const { status } = await fetch(first.server.url + path, { method: 'POST', headers: { 'content-type': 'application/json', 'messagebird-request-timestamp': String(seconds), 'messagebird-signature': signBird({ url: publicUrl + path, body, key: signing.key, seconds }) }, body })
      if (status !== 200) throw new Error(`a webhook was answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  first.server.kill('SIGKILL')
  await first.server.exited
  const again = await begin(env, dir)
  await until('the backlog is done', () => isDone(again.server), 120_000)
  const drainedMs = Date.now() - again.readyAt
  await end(again)
  return withDb({ ...env, DATA_DIR: dir }, async (db) => {
    // What was tried before: the one who had it in hand is dead, and its lease had to run out.
    const { rows: [tried] } = await sql<{ jobs: number; at: number | null }>`select count(*)::int as jobs, max(finished_at) as at from job where kind in ('turn', 'command') and attempts > 0 and finished_at > to_timestamp(${again.readyAt / 1_000})`.execute(db.bare)
    const { rows } = await sql<{ id: string }>`select distinct external_id as id from message where direction = 'in'`.execute(db.bare)
    const kept = new Set(rows.map(({ id }) => id))
    return { ...again, drainedMs, takenUp: { jobs: tried?.jobs ?? 0, afterMs: Math.max(0, Math.round((tried?.at ?? again.readyAt) - again.readyAt)) }, lost: numbers.filter((number) => !kept.has(idOf(number))).length }
  })
}

const firstRun = async (): Promise<object> => {
  const began = performance.now()
  const server = await startServer({ dir: freshDir(), env: { NODE_COMPILE_CACHE: freshDir() } })
  await server.serverPid()
  const listeningMs = since(began)
  await until('server.ready', () => server.events().some(({ event }) => event === 'server.ready'), 120_000)
  const readyMs = since(began)
  const cpuMs = cpuMsOf(server.pid)
  await server.stop()
  return { listeningMs, readyMs, cpuMs }
}

const bare = async (): Promise<number> => {
  const began = performance.now()
  const child = fork(new URL('scale-echo.ts', import.meta.url), { execArgv: ['--no-warnings'] })
  const port = await new Promise<number>((resolve) => child.once('message', (told: number) => resolve(told)))
  await (await fetch(`http://127.0.0.1:${port}/readyz`)).text()
  const took = since(began)
  child.disconnect()
  return took
}

// Timers that are due later are no backlog. Looked at twice, since a delivery may turn into a job between the two counts of one look.
const isDone = async (server: Server): Promise<boolean> => (await seemsDone(server)) && (await seemsDone(server))
const seemsDone = async (server: Server): Promise<boolean> => {
  const { jobs, inbox } = await depthsOf(server)
  return !inbox.some(({ state }) => state === 'new') && !jobs.some(({ kind, state }) => (kind === 'turn' || kind === 'command') && (state === 'ready' || state === 'running'))
}

const since = (began: number): number => Math.round(performance.now() - began)
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const medianOf = async (times: number, work: () => Promise<number>): Promise<number> => {
  const took: number[] = []
  for (let n = 0; n < times; n++) took.push(await work())
  return median(took)
}
