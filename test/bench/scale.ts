import { fork, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '@portero/tool-server/spine/db.ts'
import { firstTenant as tenant } from '@portero/tool-server/spine/migrate.ts'
import { cpuSecondsOf, startServers, ticksPerSecond, type Servers } from '../soak/servers.ts'
import { makeCrowd } from '../soak/people.ts'
import { openWorld, type World } from '../soak/world.ts'
import { cleanUp } from '../support/process.ts'
import { withDb } from '../support/process-databases.ts'
import { percentile } from './house.ts'
import type { Seen, Talker, Wanted, Work } from './scale-client.ts'

// npm run bench -- scale [1,2,4]: so many shipped servers on one PostgreSQL, taken in turn: how many tool calls they answer and webhooks they acknowledge when as much is asked as they can take, how long the work behind takes, and what a kill under load costs.
// Baselines from the same minutes: the rows that the same database client commits one by one from another process, and an Express that parses and answers a tool call without a database.
// The servers, PostgreSQL, and who asks share the machine: of each the CPU seconds are counted, so that what a core can do may be worked out. Where all cores are busy, the machine is what limits.
const seconds = { warmUp: 3, commits: 3, tools: 6, webhooks: 5, kill: 8 }
const warmCalls = 1_000 // of each server
const mostWarmUps = 12
const lanes = 64
const killLanes = 16
const people = 500
const calls = [{ name: 'find_homes', input: { area: 'Roma' } }, { name: 'check_availability', input: { home: 'roma-norte-302' } }, { name: 'update_deal', input: {} }]
const wholePeople = 40
const drainMostMs = 180_000

export const scale = async (): Promise<object[]> => {
  if (!process.env['DATABASE_URL']) throw new Error('several servers need a PostgreSQL: name one in DATABASE_URL')
  const sizes = (process.argv[3] ?? '1,2,4').split(',').map(Number)
  const echo = await echoOf()
  const rows: object[] = []
  const add = (row: object): void => {
    rows.push(row)
    console.error(JSON.stringify(row)) // it takes minutes
  }
  add({ part: 'echo', ...echo })
  for (const servers of sizes) add({ part: 'servers', ...(await measured(servers).finally(cleanUp)) })
  add({ part: 'whole message', ...(await wholeMessages().finally(cleanUp)) })
  return rows
}

type Client = { ask(wanted: Wanted): Promise<Seen>; end(): void }
const openClient = (): Client => {
  const child: ChildProcess = fork(new URL('scale-client.ts', import.meta.url), { execArgv: ['--no-warnings'] })
  return {
    ask: (wanted) => new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the client ended early'))
      child.once('exit', gone).once('message', (seen: Seen) => (child.off('exit', gone), resolve(seen)))
      child.send(wanted)
    }),
    end: () => child.disconnect(),
  }
}

const echoOf = async (): Promise<object> => {
  const child = fork(new URL('scale-echo.ts', import.meta.url), { execArgv: ['--no-warnings'] })
  const port = await new Promise<number>((resolve) => child.once('message', (told: number) => resolve(told)))
  const client = openClient()
  const wanted = (forSeconds: number): Wanted => ({ origins: [`http://127.0.0.1:${port}`], lanes, seconds: forSeconds, work: { kind: 'echo', key: 'k', talkers: [{ conversation: 'c', external: 'c', contact: nobody }] } })
  await client.ask(wanted(1))
  const before = cpuSecondsOf(child.pid)
  const seen = await client.ask(wanted(4))
  const cpu = cpuSecondsOf(child.pid) - before
  client.end()
  child.disconnect()
  return { ...rateOf(seen), cpuMsEach: ms(cpu / seen.done), clientCpuMsEach: ms(seen.cpuSeconds / seen.done) }
}
const nobody: Talker['contact'] = { id: 'c', number: '+525500000001', bsuid: 'MX.1', madeAt: 0, changedAt: 0, attributes: {}, identifiers: [] }

const measured = async (count: number): Promise<object> => {
  const world = await openWorld({ servers: count, people, vendors: ['bird'], agent: 'nobody' })
  return withDb(world.env, async (db) => {
    const client = openClient()
    const other = openClient()
    try {
      return await stages({ world, db, client, other, count })
    } finally {
      client.end()
      other.end()
    }
  })
}

type Stage = { world: World; db: Db; client: Client; other: Client; count: number }
const stages = async ({ world, db, client, other, count }: Stage): Promise<object> => {
  const servers = startServers(world.ports, world.env, () => '')
  await servers.ready()
  const origins = world.ports.map((port) => `http://127.0.0.1:${port}`)
  const talkers = world.known.map(({ conversation }, n): Talker => ({ conversation, external: `cv-${conversation}`, contact: { ...nobody, id: `contact-${n}`, number: `+52551500${String(n).padStart(4, '0')}`, bsuid: `MX.15${n}`, name: `Prueba ${n}` } }))
  const bird = world.lab.accounts.find(({ vendor }) => vendor === 'bird')
  const secret = bird && 'signingKeys' in bird.settings && Array.isArray(bird.settings.signingKeys) ? String(bird.settings.signingKeys[0]) : ''
  const tools: Work = { kind: 'tools', key: world.key, calls, talkers }
  const webhooks = (prefix: string): Work => ({ kind: 'webhooks', path: `/webhooks/bird/${world.bird}`, publicUrl: world.front.url, secret, talkers, channel: bird?.account ?? '', prefix })
  const spent = spending(servers, world.databaseUrl)

  // By how much was done and not by the clock: a server whose code isn't compiled yet costs three times as much.
  const warmed = async (work: Work): Promise<void> => {
    for (let done = 0, rounds = 0; done < warmCalls * count && rounds < mostWarmUps; rounds++) done += (await client.ask({ origins, lanes, seconds: seconds.warmUp, work })).done
  }
  const commits = await spent(() => client.ask({ origins, lanes, seconds: seconds.commits, work: { kind: 'commits', url: world.databaseUrl, tenant, connection: world.bird } }))
  await warmed(tools)
  const asked = await spent(() => client.ask({ origins, lanes, seconds: seconds.tools, work: tools }))
  await warmed(webhooks('first')) // and each conversation is made
  await drained(db)
  const told = await spent(() => client.ask({ origins, lanes, seconds: seconds.webhooks, work: webhooks('load') }))
  const heardMeanwhile = await heard(db, 'load')
  const draining = await spent(async (): Promise<Seen> => {
    const began = performance.now()
    await drained(db)
    return { done: told.seen.done - heardMeanwhile.size, seconds: (performance.now() - began) / 1_000, cpuSeconds: 0, latencies: [], failed: [], moved: 0, again: 0, acknowledged: [] }
  })
  const once = await apart(db, 'load', told.seen)
  const killed = count < 2 ? undefined : await underKill({ db, client, other, origins, tools, webhooks: webhooks('kill'), servers })
  return {
    servers: count, cores: cpus().length, load: loadavg()[0], lanes, commits: report(commits), tools: report(asked), webhooks: report(told), webhooksToCommits: Math.round((rateOf(told.seen).perSecond / rateOf(commits.seen).perSecond) * 100) / 100, ...once,
    drain: { left: draining.seen.done, seconds: round(draining.seen.seconds), processedPerSecond: Math.round(told.seen.done / (told.seen.seconds + draining.seen.seconds)), serverCpuMsPerMessage: ms((told.servers + draining.servers) / told.seen.done), postgresCpuMsPerMessage: ms((told.postgres + draining.postgres) / told.seen.done) },
    killed, connections: await connectionsOf(db),
  }
}

// One of them is killed midway and begun again at once, while both kinds of work come.
type Killing = { db: Db; client: Client; other: Client; origins: readonly string[]; tools: Work; webhooks: Work; servers: Servers }
const underKill = async ({ db, client, other, origins, tools, webhooks, servers }: Killing): Promise<object> => {
  const both = Promise.all([client.ask({ origins, lanes: killLanes, seconds: seconds.kill, work: tools }), other.ask({ origins, lanes: killLanes, seconds: seconds.kill, work: webhooks })])
  await sleep(seconds.kill * 400)
  servers.kill(0)
  const [asked, told] = await both
  await drained(db)
  await sleep(2_000)
  return { tools: { ...rateOf(asked), cut: asked.failed.length, cutSaid: [...new Set(asked.failed)].slice(0, 3), moved: asked.moved }, webhooks: { ...rateOf(told), sentAgain: told.again, failed: told.failed.length, moved: told.moved }, ...(await apart(db, 'kill', told)), readyAgainAfterMs: servers.kills[0]?.readyAfterMs, endedByThemselves: servers.unasked.length }
}

// What a message costs when everything follows from it: our own agent answers by asking a model and our tools, Bird is told, HubSpot is told. One server, some messages a second, since the vendors' simulators share the machine.
const wholeMessages = async (): Promise<object> => {
  const world = await openWorld({ servers: 1, people: 1 })
  return withDb(world.env, async (db) => {
    const servers = startServers(world.ports, world.env, () => '')
    await servers.ready()
    await sleep(10_000)
    const spent = spending(servers, world.databaseUrl)
    const idle = await spent(async () => sleep(10_000))
    const crowd = makeCrowd(world.lab)
    const began = performance.now()
    const said = await spent(async () => {
      for (let n = 0; n < wholePeople; n++) {
        crowd.arrive()
        await sleep(500)
      }
      await crowd.leave()
      await sleep(2_000) // what is gathered for a moment before HubSpot is told
      await drained(db)
    })
    const took = (performance.now() - began) / 1_000
    const { wrote: messages, answered } = crowd
    const rest = took / 10 // of what it spends when nothing happens
    return { messages, answered, seconds: round(took), serverCpuMsPerMessage: ms((said.servers - idle.servers * rest) / messages), postgresCpuMsPerMessage: ms((said.postgres - idle.postgres * rest) / messages), idleServerCpuMsPerSecond: ms(idle.servers / 10), idlePostgresCpuMsPerSecond: ms(idle.postgres / 10), load: loadavg()[0] }
  })
}

// What each part of the machine spends meanwhile. PostgreSQL: those who serve this database, and those who write for all.
type Spent<T> = { seen: T; servers: number; postgres: number; here: number; machine: number; seconds: number } // here: in this process, where the vendors are. machine: by all that runs on it
const spending = (servers: Servers, databaseUrl: string) => async <T>(run: () => Promise<T>): Promise<Spent<T>> => {
  const before = { servers: servers.cpuSeconds(), postgres: postgresSeconds(databaseUrl), here: process.cpuUsage(), machine: machineSeconds(), at: performance.now() }
  const seen = await run()
  const after = postgresSeconds(databaseUrl)
  const postgres = [...after].reduce((sum, [pid, used]) => sum + used - (before.postgres.get(pid) ?? 0), 0)
  const { user, system } = process.cpuUsage(before.here)
  return { seen, servers: servers.cpuSeconds() - before.servers, postgres, here: (user + system) / 1e6, machine: machineSeconds() - before.machine, seconds: (performance.now() - before.at) / 1_000 }
}
const machineSeconds = (): number => {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond
}
const postgresSeconds = (databaseUrl: string): Map<string, number> => {
  const name = new URL(databaseUrl).pathname.slice(1)
  const isOurs = (line: string): boolean => line.startsWith('postgres:') && (line.includes(` ${name} `) || / (walwriter|checkpointer|background writer)/.test(line))
  return new Map(readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid): [string, number][] => {
    try {
      return isOurs(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ? [[pid, cpuSecondsOf(Number(pid))]] : []
    } catch {
      return [] // it has just ended
    }
  }))
}

const drained = async (db: Db): Promise<void> => {
  for (const end = performance.now() + drainMostMs; performance.now() < end; await sleep(100)) {
    const { rows: [row] } = await sql<{ open: number }>`select (select count(*) from inbox where state = 'new') + (select count(*) from job where kind in ('turn', 'command') and state in ('ready', 'running')) as open`.execute(db.bare)
    if (row?.open === 0) return
  }
  throw new Error('the work behind never ended')
}
const heard = async (db: Db, prefix: string): Promise<Map<string, number>> => {
  const { rows } = await sql<{ id: string; count: number }>`select external_id as id, count(*)::int as count from message where external_id like ${`${prefix}-%`} group by 1`.execute(db.bare)
  return new Map(rows.map(({ id, count }) => [id, count]))
}
// By set equality: what was acknowledged, and what is in the transcripts.
const apart = async (db: Db, prefix: string, { acknowledged }: Seen): Promise<object> => {
  const kept = await heard(db, prefix)
  const given = new Set(acknowledged)
  return { acknowledged: given.size, processed: kept.size, lost: [...given].filter((id) => !kept.has(id)).length, twice: [...kept.values()].filter((count) => count > 1).length, unasked: [...kept.keys()].filter((id) => !given.has(id)).length }
}
const connectionsOf = async (db: Db): Promise<number | undefined> => (await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name like 'portero%' and pid <> pg_backend_pid()`.execute(db.bare)).rows[0]?.count

const round = (value: number): number => Math.round(value * 100) / 100
const ms = (value: number): number => Math.round(value * 1e6) / 1e3
const rateOf = ({ done, seconds: took, latencies }: Seen) => ({ perSecond: Math.round(done / took), p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) })
const report = ({ seen, servers, postgres, here, machine, seconds: took }: Spent<Seen>) => ({
  ...rateOf(seen), failed: seen.failed.length, failedSaid: [...new Set(seen.failed)].slice(0, 2), serverCpuMsEach: ms(servers / seen.done), postgresCpuMsEach: ms(postgres / seen.done), clientCpuMsEach: ms(seen.cpuSeconds / seen.done),
  coresBusy: { servers: round(servers / took), postgres: round(postgres / took), client: round(seen.cpuSeconds / took), others: round((machine - servers - postgres - here - seen.cpuSeconds) / took) }, // others: what else went on here
})
