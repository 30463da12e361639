import { afterEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { serverUrl } from './support/databases.ts'
import { fakeClock } from './support/clock.ts'
import { freePort, until } from './support/process.ts'
import type { Event } from './kill/client.ts'
import { killAll, type Server } from './kill/process.ts'
import { atRest, openStage, type Stage } from './kill/stage.ts'
import { keepLog, loggedIn, misdeeds } from './kill/tally.ts'
import { broken } from './kill/verdict.ts'

// Several workers on one database, where one dies and one falls asleep. The embedded engine has one process, so there the same is asked of that one.
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000)
const pace = { leaseMs: 1_000, pollMs: 50 }
const names = serverUrl ? ['w1', 'w2', 'w3', 'w4'] : ['w1']
const things = 50
const portions = serverUrl ? { first: 3, each: 2 } : { first: 1, each: 1 }

let stage: Stage | undefined
afterEach(async () => {
  await killAll()
  await stage?.end()
})

test(`${names.length} workers keep every serial in order and finish each row once, though one is killed and one is stopped past its lease`, async () => {
  const opened = (stage = await openStage())
  const { eco, client } = opened
  await opened.withDb(keepLog)
  const { chance } = fakeClock({ seed })
  const servers: Server[] = await Promise.all(names.map(async (name) => begun(opened, name, await freePort())))
  await Promise.all(servers.map(({ ready }) => ready))

  // One webhook a round, and the next when it is acknowledged: so everybody agrees on what came first. They come in portions, so that nobody runs out of work before the end.
  const asksOf = (number: number): string[] => (number % 7 === 0 ? ['keep', 'set', 'post', 'shout'] : ['set'])
  let round = 0
  const send = async (portion: number): Promise<void> => {
    for (const end = round + portion; round < end; round++) {
      const events = Array.from({ length: things }, (_, thing): Event => ({ id: `ev${round}.${thing}`, thing: `th${thing}`, text: `text ${round}`, asks: asksOf(round * things + thing) }))
      const { port } = servers[round % servers.length]!
      if (!(await client.post(port, events))) await until('it is acknowledged', () => client.again(port, -1)) // a busy one may say: later
    }
  }
  const asked = (): number => client.events().reduce((sum, { event }) => sum + event.asks.length, 0)

  // A fault for every dozen requests: many, but seldom five in a row, which would make everybody rest.
  let faulty = 0
  const happened = (share: number): Promise<unknown> =>
    until(`${share} of it has happened`, () => {
      for (; eco.requests().length > faulty; faulty += 12) eco.fault(oneOf(faults, chance)(chance))
      return eco.effects().length >= asked() * share
    }, 60_000)

  await send(portions.first)
  await happened(0.4)
  const killed = servers[1] ?? servers[0]!
  killed.signal('SIGKILL')
  await killed.gone
  if (servers.length === 1) servers[0] = begun(opened, 'w1', killed.port)
  else servers.splice(1, 1)
  await servers[0]!.ready

  const sleeper = servers[1] ?? servers[0]!
  for (let time = 0; time < 2; time++) {
    await wakesAmongOthers(eco, sleeper, servers.filter((server) => server !== sleeper), () => send(portions.each))
    await happened(0.7)
    await wakesAfterOthers(eco, sleeper, () => send(portions.each))
    await happened(0.7)
  }
  expect(asked() * 2 + client.events().length).toBeGreaterThan(serverUrl ? 2_000 : 500) // each event is a turn, and each command is one more when it is answered

  await happened(0.95)
  eco.clearFaults()
  await atRest(servers[0]!, 120_000)
  for (const server of servers) server.signal('SIGTERM')
  await Promise.all(servers.map(({ gone }) => gone))

  if (serverUrl) expect(loggedIn(sleeper, 'job.fenced')).toBeGreaterThan(0) // and nothing of it did any harm:
  const facts = await opened.facts()
  expect(broken(facts)).toEqual([])
  expect(await opened.withDb(misdeeds)).toEqual([])
  const inOrder = Array.from({ length: round }, (_, sent) => `text ${sent}`)
  expect(Array.from({ length: things }, (_, thing) => eco.thing(`th${thing}`)?.history)).toEqual(Array.from({ length: things }, () => inOrder))
}, 240_000)

test(`${names.length} servers that start at once on an empty database all come up, and each chore has one chain`, async () => {
  const opened = (stage = await openStage({ empty: true }))
  const began = performance.now()
  const servers = await Promise.all(names.map(async (name) => opened.spawnServer({ name, port: await freePort(), pace: { ...pace, leaseMs: 10_000 } })))
  await Promise.all(servers.map(({ loaded }) => loaded))
  for (const server of servers) server.go()
  await Promise.all(servers.map(({ ready }) => ready))

  await until('one of them has done a chore again', async () => (await Promise.all(servers.map(choresDone))).reduce((sum, count) => sum + count) > 4)
  for (const server of servers) server.signal('SIGTERM')
  await Promise.all(servers.map(({ gone }) => gone))
  const elapsedMs = performance.now() - began
  await opened.withDb(async (db) => {
    const { rows: chores } = await sql<{ name: string; fence: number }>`select name, fence from job where kind = 'chore' order by name`.execute(db.bare)
    expect(chores).toEqual([{ name: 'anchor-audit', fence: 0 }, { name: 'compare-shadow', fence: expect.any(Number) }, { name: 'forget-agent-items', fence: expect.any(Number) }, { name: 'forget-guards', fence: expect.any(Number) }, { name: 'housekeeping', fence: 1 }, { name: 'mind-connections', fence: expect.any(Number) }, { name: 'mind-house', fence: expect.any(Number) }, { name: 'mind-lock-outs', fence: expect.any(Number) }, { name: 'mind-privacy', fence: 0 }, { name: 'reconcile-crm', fence: 0 }, { name: 'retention', fence: 0 }, { name: 'seal-audit', fence: expect.any(Number) }, { name: 'tend-calendars', fence: expect.any(Number) }, { name: 'tend-tables', fence: 1 }])
    expect(chores.find(({ name }) => name === 'seal-audit')!.fence).toBeLessThanOrEqual(1 + elapsedMs / 5_000)
    const counts = await sql`select (select count(*) from tenant) as tenants, (select count(*) from connection) as connections, (select count(*) from data_key) as keys, (select count(distinct master_id) from data_key) as masters`.execute(db.bare)
    expect(counts.rows).toEqual([{ tenants: 1, connections: 1, keys: 1, masters: 1 }])
  })
}, 120_000)

// The embedded engine has one connection, so there such a transaction holds up everything, and nobody can help it.
const onServer = serverUrl ? test : test.skip
onServer('a worker that falls asleep in the middle of a transaction does not hold up the timers of the others', async () => {
  const opened = (stage = await openStage())
  const server = begun(opened, 'w1', await freePort())
  await server.ready
  await until('each chore was done once', async () => (await choresDone(server)) >= 4)
  const done = await choresDone(server)
  await opened.withDb(async (db) => {
    const { rows: [job] } = await sql<{ id: string }>`insert into job (tenant_id, id, kind, name, key, lane, state, run_at, leased_by, leased_until, trace, created_at)
      select tenant_id, gen_random_uuid(), 'turn', 'eco.said', 'asleep', 'bulk', 'running', created_at, 'nobody', created_at, '', created_at from tenant returning id`.execute(db.bare)
    await db.tx(async (tx) => {
      await sql`update job set error = 'locked' where id = ${job!.id}`.execute(tx)
      await until('a chore was done again', async () => (await choresDone(server)) > done)
    })
  })
}, 60_000)

// It falls asleep with calls under way and others claimed but not sent, and wakes up when all of it is somebody else's and has gone on.
const wakesAfterOthers = async (eco: Stage['eco'], sleeper: Server, send: () => Promise<void>): Promise<void> => {
  eco.clearFaults()
  const asked = asksSince(eco)
  eco.fault({ on: '*', fault: 'slow', ms: 300, times: 40 })
  await send()
  await until('it is busy', () => asked(sleeper).length >= 4)
  sleeper.signal('SIGSTOP')
  await pastLease()
  sleeper.signal('SIGCONT')
}

// It wakes up, with its answers waiting, while somebody else asks for the same. Alone, it just wakes up.
const wakesAmongOthers = async (eco: Stage['eco'], sleeper: Server, others: readonly Server[], send: () => Promise<void>): Promise<void> => {
  eco.clearFaults()
  const asked = asksSince(eco)
  eco.fault({ on: '*', fault: 'slow', ms: 1_200, times: 1_000 }) // so slow that it is stopped before an answer comes, on a busy machine too
  await send()
  await until('it is busy', () => asked(sleeper).length >= 3)
  sleeper.signal('SIGSTOP')
  if (others.length === 0) await pastLease()
  else await until('others ask the same', () => others.flatMap(asked).some((key) => asked(sleeper).includes(key)))
  sleeper.signal('SIGCONT')
  eco.clearFaults()
}
const asksSince = (eco: Stage['eco']): ((worker: Server) => string[]) => {
  const before = eco.requests().length
  return ({ name }) => eco.requests().slice(before).flatMap(({ headers, body }) => (headers['x-worker'] === name && typeof body === 'object' && body !== null && 'reference' in body ? [String(body.reference)] : []))
}
const pastLease = (): Promise<unknown> => {
  const end = performance.now() + pace.leaseMs * 1.5
  return until('the lease is over', () => performance.now() > end)
}

const begun = (opened: Stage, name: string, port: number): Server => {
  const server = opened.spawnServer({ name, port, pace })
  server.go()
  return server
}

const choresDone = async ({ port }: Server): Promise<number> => {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return [...metrics.matchAll(/^portero_jobs_total\{kind="chore",lane="live",outcome="done"\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
}

const oneOf = <T>(all: readonly T[], chance: () => number): T => all[Math.floor(chance() * all.length)]!
type Chance = () => number
const faults = [
  (chance: Chance) => ({ on: '*', fault: 'slow', ms: Math.floor(chance() * 200) }) as const, // under the lease: what comes after a successor can't be helped
  () => ({ on: '*', fault: 'away' }) as const,
  (chance: Chance) => ({ on: '*', fault: 'away', retryAfter: Math.floor(chance() * 2) }) as const,
  (chance: Chance) => ({ on: '*', fault: 'throttled', retryAfter: chance() < 0.9 ? 0 : 1 }) as const,
]
