import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { percentile } from '../bench/house.ts'
import { cleanUp } from '../support/process.ts'
import { withDb } from '../support/process-databases.ts'
import { makeOutages, type Outages } from './outages.ts'
import { makeCrowd } from './people.ts'
import { makeProber, type Probe } from './probes.ts'
import { startServers, type Servers } from './servers.ts'
import { judge } from './verdict.ts'
import { openWorld } from './world.ts'

// npm run soak -- --minutes 120 [--servers 2] [--kill-every SECONDS] [--outage-every SECONDS] [--out FILE] [--logs FOLDER]
// The shipped servers on one PostgreSQL behind a plain round robin, for hours, while one of them is killed every ten minutes and vendors fall out in turn; once a second somebody outside asks something whose answer is known.
// Ends with 1 where less than 99.95 % of the answers were right, or where something acknowledged wasn't processed once.
const bar = 99.95
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '120' }, servers: { type: 'string', default: '2' }, 'kill-every': { type: 'string', default: '600' }, 'outage-every': { type: 'string', default: '540' }, people: { type: 'string', default: '4' }, out: { type: 'string' }, logs: { type: 'string' } } })
const minutes = Number(values.minutes)
const count = Number(values.servers)
const killEveryMs = Number(values['kill-every']) * 1_000
const outageEveryMs = Number(values['outage-every']) * 1_000
const outageShare = 1 / 3 // of that time it is out
const peoplePerMinute = Number(values.people)
const settleMs = 20_000

type Failure = Omit<Probe, 'at'> & { at: string; kill: string; outage: string }
const iso = (at: number): string => new Date(at).toISOString()

const soak = async (): Promise<boolean> => {
  const world = await openWorld({ servers: count, people: Math.ceil(minutes * 6) + 50 })
  const servers = startServers(world.ports, { ...world.env, ...(values.logs && { SOAK_LOGS: values.logs }) }, () => iso(Date.now()))
  await servers.ready()
  await sleep(settleMs) // vendors are set up, calendars read
  const outages = makeOutages(world.lab)
  const prober = makeProber(world, outages.isAiling)
  const crowd = makeCrowd(world.lab)
  const probes: Probe[] = []
  const loads: number[] = []
  const began = Date.now()
  const ends = began + minutes * 60_000
  const dues = [
    every(1_000, 0, () => void prober.probe().then((probe) => probes.push(probe))),
    every(60_000 / peoplePerMinute, 500, crowd.arrive),
    every(60_000, 0, (n) => (servers.sample(n), loads.push(Math.round((loadavg()[0] ?? 0) * 100) / 100))),
    every(killEveryMs, killEveryMs / 2, (n) => void setTimeout(() => servers.kill(n % count), Math.random() * killEveryMs * 0.4).unref()), // at a random moment of the second half
    every(outageEveryMs, outageEveryMs / 3, () => (outages.begin(), void setTimeout(outages.end, outageEveryMs * outageShare).unref())),
  ]
  while (Date.now() < ends) {
    for (const due of dues) due(Date.now() - began)
    await sleep(20)
  }
  outages.end()
  await crowd.leave()
  while (probes.length < Math.floor(minutes * 60)) await sleep(200) // each ends within its patience
  for (const vendor of ['bird', 'hubspot', 'google', 'graph', 'openai'] as const) world.lab[vendor].clearFaults()
  const wrote = [...prober.written(), ...crowd.ids]
  const afterwards = await withDb(world.env, (db) => judge(db, world.lab, wrote))

  const failures = probes.filter(({ wrong }) => wrong !== undefined).map((probe): Failure => ({ ...probe, at: iso(probe.at), kill: killNear(servers, probe.at), outage: outages.during(probe.at) }))
  const right = probes.length - failures.length
  const percent = Math.floor((right / probes.length) * 1_000_000) / 10_000
  const isExact = [afterwards.missing, afterwards.twice, afterwards.unasked, afterwards.sentTwice].every((each) => each.length === 0)
  const result = {
    began: iso(began), minutes, servers: count, machine: { cores: cpus().length, load: loads }, bar, percent, right, valid: probes.length, skipped: prober.skipped(), failures, byKind: byKind(probes), again: world.front.again(),
    kills: servers.kills, unasked: servers.unasked, outages: outages.all.map((one) => ({ ...one, from: iso(one.from), to: one.to && iso(one.to) })), people: { wrote: crowd.wrote, answered: crowd.answered, unanswered: crowd.unanswered.map((one) => ({ ...one, at: iso(one.at), outage: outages.during(one.at) })) },
    afterwards, memory: memory(servers), samples: servers.samples,
  }
  if (values.out) writeFileSync(values.out, `${JSON.stringify(result, undefined, 2)}\n`)
  say(result)
  return percent >= bar && isExact && servers.unasked.length === 0
}

// Runs what is due, by the time since it all began.
const every = (ms: number, firstMs: number, run: (n: number) => void) => {
  let done = 0
  return (elapsed: number): void => {
    while (elapsed >= firstMs + done * ms) run(done++)
  }
}
const killNear = ({ kills }: Servers, at: number): string => kills.filter((kill) => at > Date.parse(kill.at) - 10_000 && at < Date.parse(kill.at) + 10_000).map((kill) => `server ${kill.server} was killed at ${kill.at}`).join(', ') || 'none'

const byKind = (probes: readonly Probe[]) => Object.fromEntries([...Map.groupBy(probes, ({ what }) => what)].map(([what, some]) => {
  const sorted = some.map(({ ms }) => ms).toSorted((a, b) => a - b)
  return [what, { asked: some.length, right: some.filter(({ wrong }) => wrong === undefined).length, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), mostMs: sorted.at(-1) }]
}))

// Of each server, over its processes: the first quarter of the time against the last one, and the highest.
const memory = ({ samples }: Servers) => Array.from({ length: count }, (_, server) => {
  const own = samples.filter((sample) => sample.server === server)
  const mean = (some: typeof own): number => Math.round(some.reduce((sum, { rssMb }) => sum + rssMb, 0) / Math.max(1, some.length))
  const quarter = (from: number): typeof own => own.filter(({ minute }) => minute >= minutes * from && minute < minutes * (from + 0.25))
  return { server, firstQuarterMb: mean(quarter(0)), lastQuarterMb: mean(quarter(0.75)), mostMb: Math.max(0, ...own.map(({ rssMb }) => rssMb)) }
})

type Result = { percent: number; right: number; valid: number; failures: Failure[]; kills: Servers['kills']; unasked: string[]; outages: { vendor: string; is: Outages['all'][number]['is'] }[]; people: { wrote: number; answered: number; unanswered: unknown[] }; afterwards: Awaited<ReturnType<typeof judge>>; memory: ReturnType<typeof memory> }
const say = ({ percent, right, valid, failures, kills, unasked, outages, people, afterwards, memory: grew }: Result): void => {
  const { acknowledged, processed, missing, twice, sentTwice, open, dead } = afterwards
  const back = kills.flatMap(({ readyAfterMs }) => (readyAfterMs === undefined ? [] : [readyAfterMs])).toSorted((a, b) => a - b)
  console.log([
    `${right} of ${valid} answers right within 3 s: ${percent} % (bar ${bar} %), over ${minutes} minutes, ${count} servers`,
    `${kills.length} kills, ready again after ${back[0]} to ${back.at(-1)} ms; ${outages.length} outages: ${outages.map(({ vendor, is }) => `${vendor} ${is}`).join(', ')}`,
    ...failures.map(({ at, what, ms, wrong, kill, outage }) => `  ${at} ${what} after ${ms} ms: ${wrong}; kill: ${kill}; outage: ${outage}`),
    ...unasked.map((one) => `  ${one}`),
    `webhooks: ${acknowledged} acknowledged, ${processed} processed, ${missing.length} missing, ${twice.length} twice; ${sentTwice.length} messages sent twice`,
    `prospects: ${people.wrote} messages, ${people.answered} answered within 30 s, ${people.unanswered.length} not`,
    `left open: ${JSON.stringify(open)}; dead letters: ${JSON.stringify(dead)}`,
    ...grew.map((one) => `server ${one.server}: ${one.firstQuarterMb} MB in the first quarter, ${one.lastQuarterMb} MB in the last, ${one.mostMb} MB at most`),
  ].join('\n'))
}

const stop = (): void => void cleanUp().finally(() => process.exit(130))
process.once('SIGINT', stop).once('SIGTERM', stop)
const isGood = await soak().finally(cleanUp)
process.exit(isGood ? 0 : 1)
