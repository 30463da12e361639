import { fork } from 'node:child_process'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { atEnd, type Server } from '../support/process.ts'
import { idOf, isLost, type FloodNews, type FloodOrder, type Taken } from './flood-client.ts'
import { cpuMsOf, openFloodStage, postgresCpuMs, publicUrl, rssMbOf, signing, type FloodStage, type Written } from './flood-stage.ts'
import { floodBroken, floodFacts } from './flood-verdict.ts'

// So many webhooks a second, whatever happens, and every few seconds one of the servers is killed and begun again: what was acknowledged has then been done, and done once.
export type FloodPlan = { rate: number; seconds: number; killEverySeconds: number; servers: number; people: number; lostShare: number; drainSeconds: number; again?: readonly number[]; everySeconds?: number }
const birdAgain = [5_000, 30_000, 60_000] // after which Bird comes again
const aroundKillMs = 2_000
type Depth = { inbox: number; turns: number; written: number }
type Sample = Depth & { atSeconds: number; sent: number; acknowledged: number; open: number }

// On PostgreSQL, since nobody else can look into an embedded database while a server has it.
export const flood = async ({ rate, seconds, killEverySeconds, servers, people, lostShare, drainSeconds, again = birdAgain, everySeconds = 5 }: FloodPlan): Promise<object> => {
  let beganAt = Infinity
  const total = Math.round(rate * seconds)
  // Bird's list has only those that are never told: else its pull would mend what was acknowledged and lost.
  const untold = Array.from({ length: total }, (_, number) => number).filter((number) => isLost(number, lostShare))
  const dueAt = (number: number): number => beganAt + (number * 1_000) / rate
  const written: Written = {
    upTo: () => untold.findLastIndex((number) => dueAt(number) <= Date.now()) + 1,
    message: (at) => ({ id: idOf(untold[at] ?? 0), person: (untold[at] ?? 0) % people, at: Math.floor(dueAt(untold[at] ?? 0)) }),
  }
  const stage = await openFloodStage({ servers, written })
  const clock = realClock()
  const db = makeDb(openPostgres({ url: stage.env['DATABASE_URL'] ?? '', clock, log: makeLog({ level: 'silent', clock }), poolSize: 2 }))
  atEnd(() => db.close())
  const house = await openServers(stage)
  const client = openClient({ type: 'flood', ports: stage.ports, path: `/webhooks/bird/${stage.connection}`, publicUrl, ...signing, rate, seconds, people, lostShare, again }, house.isUp)

  const cpu = { postgres: postgresCpuMs(), bench: process.cpuUsage() }
  beganAt = Date.now()
  const sinceSeconds = (): number => (Date.now() - beganAt) / 1_000
  const samples: Sample[] = []
  const over = client.begin()
  let isOver = false
  const watching = (async () => {
    for (; !isOver; await sleep(everySeconds * 1_000)) {
      samples.push({ atSeconds: Math.round(sinceSeconds()), ...client.pace(), ...(await depthOf(db)) })
      house.measure()
    }
  })()
  const killing = (async () => {
    for (let kill = 1; kill * killEverySeconds < seconds; kill++) {
      await sleep(Math.max(0, beganAt + kill * killEverySeconds * 1_000 - Date.now()))
      await house.kill(kill - 1)
    }
  })()
  const { took, ...sender } = await over
  await killing
  const acknowledged = new Set(took.ackMs.flatMap((ms, number) => (ms > 0 ? [idOf(number)] : [])))
  const lost = new Set(untold.map(idOf))
  const sentForSeconds = sinceSeconds()
  const during = { postgres: postgresCpuMs() - cpu.postgres, servers: house.cpuMs() }
  const drained = await drain(db, { count: total, mostSeconds: drainSeconds })
  isOver = true
  await watching
  const broken = floodBroken({ acknowledged, lost, ...(await floodFacts(db)) })
  const { rows: settings } = await sql<{ name: string; setting: string }>`select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size', 'server_version')`.execute(db.bare)
  house.measure()
  const { user, system } = process.cpuUsage(cpu.bench)
  return {
    broken, asked: { rate, seconds, killEverySeconds, servers, people, lostShare }, sent: total - lost.size, lost: lost.size, acknowledged: acknowledged.size,
    rateHeld: Math.round((acknowledged.size / took.dueAt.reduce((last, due, number) => Math.max(last, (due + (took.ackMs[number] ?? 0) - beganAt) / 1_000), 0)) * 10) / 10, ...latencies(took, house.kills.map(({ at }) => at)), refusals: took.refusals, again: took.tries.filter((tries) => tries > 1).length,
    kills: house.kills.map(({ startMs }) => startMs), restartMs: spread(house.kills.map(({ startMs }) => startMs)), drainSeconds: Math.round(drained.atSeconds * 10) / 10, allWrittenAfterSeconds: drained.isAll ? Math.round(drained.atSeconds * 10) / 10 : undefined,
    processedPerSecond: Math.round((drained.written / (sentForSeconds + drained.atSeconds)) * 10) / 10, pagesAsked: stage.pagesAsked(),
    cpuShareWhileSent: { servers: share(during.servers, sentForSeconds), postgres: share(during.postgres, sentForSeconds), sender: share(sender.cpuMs, sentForSeconds), bench: share((user + system) / 1_000, sentForSeconds + drained.atSeconds) },
    rssMb: house.rssMb(), senderLateMs: Math.round(sender.lateMs), backlog: thinned(samples), load: loadavg().map((each) => Math.round(each * 10) / 10), settings: Object.fromEntries(settings.map(({ name, setting }) => [name, setting])),
  }
}
const share = (cpuMs: number, seconds: number): number => Math.round(cpuMs / seconds / 10) / 100 // of one core
const thinned = (samples: readonly Sample[]): Sample[] => samples.filter((_, at) => at % Math.ceil(samples.length / 40) === 0 || at === samples.length - 1)

const spread = (values: readonly number[]): { count: number; p50: number; p99: number; max: number } => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}
// ackMs: from when it was due until it was taken, however often it came. tryMs: the try that was taken.
const latencies = ({ dueAt, ackMs, tryMs }: Taken, kills: readonly number[]): object => {
  const taken = ackMs.flatMap((ms, number) => (ms > 0 ? [number] : []))
  const isNear = (number: number): boolean => kills.some((at) => Math.abs((dueAt[number] ?? 0) - at) <= aroundKillMs)
  const of = (numbers: readonly number[]): object => ({ ackMs: spread(numbers.map((number) => ackMs[number] ?? 0)), tryMs: spread(numbers.map((number) => tryMs[number] ?? 0)) })
  return { all: of(taken), aroundKills: of(taken.filter(isNear)), else: of(taken.filter((number) => !isNear(number))) }
}

const depthOf = async (db: Db): Promise<Depth> => {
  const { rows: [depth] } = await sql<Depth>`select (select count(*) from inbox where state = 'new') as inbox, (select count(*) from job where kind = 'turn' and name = 'messaging.heard' and state in ('ready', 'running')) as turns, (select count(*) from message) as written`.execute(db.bare)
  return depth ?? { inbox: 0, turns: 0, written: 0 }
}
const drain = async (db: Db, { count, mostSeconds }: { count: number; mostSeconds: number }): Promise<{ atSeconds: number; isAll: boolean; written: number }> => {
  const began = performance.now()
  for (;;) {
    const { inbox, turns, written } = await depthOf(db)
    const atSeconds = (performance.now() - began) / 1_000
    const isAll = inbox === 0 && turns === 0 && written >= count
    if (isAll || atSeconds > mostSeconds) return { atSeconds, isAll, written }
    await sleep(written + 1_000 >= count ? 100 : 1_000)
  }
}

type Client = { begin(): Promise<Extract<FloodNews, { is: 'over' }>>; pace(): Pick<Sample, 'sent' | 'acknowledged' | 'open'> }
const openClient = (order: Extract<FloodOrder, { type: 'flood' }>, heard: (tell: (port: number, isUp: boolean) => void) => void): Client => {
  const child = fork(new URL('flood-client.ts', import.meta.url), { execArgv: ['--no-warnings'] })
  let pace = { sent: 0, acknowledged: 0, open: 0 }
  const over = Promise.withResolvers<Extract<FloodNews, { is: 'over' }>>()
  child.on('message', (news: FloodNews) => {
    if (news.is === 'over') over.resolve(news)
    else pace = { sent: news.sent, acknowledged: news.acknowledged, open: news.open }
  })
  child.once('exit', () => over.reject(new Error('the sender ended early')))
  atEnd(() => child.kill('SIGKILL'))
  const tell = (message: FloodOrder): void => void (child.connected && child.send(message)) // a kill may outlast it
  heard((port, isUp) => tell({ type: 'server', port, isUp }))
  return { begin: () => (tell(order), over.promise), pace: () => pace }
}

// Begun again at once when one is killed; nobody sends it anything until its /readyz says so.
const openServers = async (stage: FloodStage) => {
  const up = new Map<number, Server>()
  const kills: { at: number; startMs: number }[] = []
  const rss = new Map<number, number[]>()
  let goneCpuMs = 0
  let tell: (port: number, isUp: boolean) => void = () => {}
  const begin = async (port: number): Promise<number> => {
    const { server, startMs } = await stage.begin(port)
    up.set(port, server)
    tell(port, true)
    return startMs
  }
  for (const port of stage.ports) await begin(port)
  return {
    kills,
    isUp(hears: typeof tell) {
      tell = hears
      for (const port of up.keys()) tell(port, true)
    },
    async kill(count: number) {
      const port = stage.ports[count % stage.ports.length] ?? 0
      const victim = up.get(port)
      if (!victim) throw new Error(`nobody is at ${port} to be killed`)
      goneCpuMs += cpuMsOf(victim.pid)
      victim.kill('SIGKILL')
      const at = Date.now()
      tell(port, false)
      up.delete(port)
      await victim.exited
      kills.push({ at, startMs: await begin(port) })
    },
    measure() {
      for (const [port, { pid }] of up) rss.set(port, [...(rss.get(port) ?? []), rssMbOf(pid)])
    },
    cpuMs: () => goneCpuMs + [...up.values()].reduce((sum, { pid }) => sum + cpuMsOf(pid), 0),
    rssMb: () => [...rss.values()].map((values) => ({ first: values[0] ?? 0, last: values.at(-1) ?? 0, most: Math.max(...values) })),
  }
}
