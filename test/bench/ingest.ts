import { fork } from 'node:child_process'
import { sql } from 'kysely'
import { z } from 'zod'
import { newId, pause, realClock } from '@portero/tool-server/spine/clock.ts'
import { at, type Db } from '@portero/tool-server/spine/db.ts'
import { benchHouse, percentile, type BenchHouse } from './house.ts'
import type { Load, Loaded } from './load-client.ts'

// Webhooks over HTTP, signed, each acknowledged once its row is durable. The baseline is how many rows of the same size the same database client commits
// one by one, in the same process, with the same concurrency, and with nothing else to do. The two take turns, since a machine is not equally fast all the
// time: each figure is the median of its rounds. Like is compared with like: the worker rests during both and begins after the load; rateWhileWorking is
// the rate with the worker beside it, taking its share of the same thread.
const concurrency = 64
const rounds = 5
const seconds = { warmUp: 2, round: 2, working: 4 }
const clock = realClock()

export const ingest = async (): Promise<object> => {
  const bench = await benchHouse({ work: false })
  const { db, worker } = bench.house
  try {
    await singleRowCommits(bench, seconds.warmUp)
    await load(bench, seconds.warmUp)
    const commits: number[] = []
    const loads: Loaded[] = []
    for (let round = 0; round < rounds; round++) {
      commits.push(await singleRowCommits(bench, seconds.round))
      loads.push(await load(bench, seconds.round))
    }
    const acknowledged = await stored(db)
    const began = clock.now()
    worker.start()
    await drained(db)
    const drainMs = clock.now() - began
    const processed = await turnsDone(db)
    const working = await load(bench, seconds.working)
    const rates = loads.map(rateOf)
    const latencies = loads.flatMap((each) => each.latencies).toSorted((a, b) => a - b)
    const [rate, singleRowCommitRate] = [median(rates), median(commits)]
    return {
      engine: bench.engine, concurrency, rate: Math.round(rate), p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), refused: loads.reduce((sum, { refused }) => sum + refused, 0),
      singleRowCommitRate: Math.round(singleRowCommitRate), ratio: Math.round((rate / singleRowCommitRate) * 100) / 100, rates: rates.map(Math.round), singleRowCommitRates: commits.map(Math.round),
      acknowledged, processed, drainMs, rateWhileWorking: Math.round(rateOf(working)), p99MsWhileWorking: percentile(working.latencies, 0.99),
    }
  } finally {
    await bench.end()
  }
}

const rateOf = ({ acknowledged, seconds }: Loaded): number => acknowledged / seconds
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const secrets = z.object({ signingSecrets: z.array(z.string()).min(1) })
const load = async ({ url, connection }: BenchHouse, forSeconds: number): Promise<Loaded> => {
  const [secret = ''] = secrets.parse(connection.settings).signingSecrets
  const child = fork(new URL('load-client.ts', import.meta.url), { execArgv: ['--no-warnings'] })
  const reply = new Promise<Loaded>((resolve, reject) => child.once('message', (loaded: Loaded) => resolve(loaded)).once('exit', () => reject(new Error('the load client ended early'))))
  child.send({ url, secret, concurrency, seconds: forSeconds } satisfies Load)
  return reply
}

const singleRowCommits = async ({ house: { db, tenant }, connection }: BenchHouse, forSeconds: number): Promise<number> => {
  const sealed = clock.bytes(700) // about what one delivery takes, sealed
  const began = clock.now()
  let count = 0
  const one = async (): Promise<void> => {
    while (clock.now() - began < forSeconds * 1_000) {
      await sql`insert into inbox (tenant_id, id, connection_id, sha256, raw_sealed, trace, state, parsed_at, received_at)
        values (${tenant}, ${newId(clock)}, ${connection.id}, ${clock.bytes(32)}, ${sealed}, ${'0'.repeat(32)}, 'parsed', ${at(clock.now())}, ${at(clock.now())})`.execute(db.bare)
      count++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, one))
  return (count * 1_000) / (clock.now() - began)
}

const drained = async (db: Db): Promise<void> => {
  for (;;) {
    const { rows } = await sql<{ open: number }>`select (select count(*) from inbox where state = 'new') + (select count(*) from job where kind = 'turn' and state in ('ready', 'running')) as open`.execute(db.bare)
    if (rows[0]?.open === 0) return
    await pause(clock, 50)
  }
}

const stored = async (db: Db): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from inbox where state = 'new'`.execute(db.bare)
  return rows[0]?.count ?? 0
}

const turnsDone = async (db: Db): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from job where kind = 'turn' and state = 'done'`.execute(db.bare)
  return rows[0]?.count ?? 0
}
