import { fork } from 'node:child_process'
import { sql } from 'kysely'
import { z } from 'zod'
import { newId, pause, realClock } from '@portero/tool-server/spine/clock.ts'
import { at, type Db } from '@portero/tool-server/spine/db.ts'
import { benchHouse, percentile, type BenchHouse } from './house.ts'
import type { Load, Loaded } from './load-client.ts'

// Webhooks over HTTP, signed, each acknowledged once its row is durable. The baseline is how many rows of the same size the same database client commits
// one by one in the same process, as fast as it can and with nothing else to do, before and after. Like is compared with like: the worker rests
// during both and begins after the load; rateWhileWorking is the rate with the worker beside it, taking its share of the same thread.
const concurrency = 32
const seconds = { warmUp: 2, baseline: 4, load: 8 }
const clock = realClock()

export const ingest = async (): Promise<object> => {
  const bench = await benchHouse({ work: false })
  const { db, worker } = bench.house
  try {
    await singleRowCommits(bench, 1)
    await load(bench, seconds.warmUp)
    const before = await singleRowCommits(bench, seconds.baseline)
    const loaded = await load(bench, seconds.load)
    const after = await singleRowCommits(bench, seconds.baseline)
    const acknowledged = await stored(db)
    const began = clock.now()
    worker.start()
    await drained(db)
    const drainMs = clock.now() - began
    const processed = await turnsDone(db)
    const working = await load(bench, seconds.baseline)
    const rate = loaded.acknowledged / loaded.seconds
    const singleRowCommitRate = Math.max(before, after)
    return {
      engine: bench.engine, concurrency, rate: Math.round(rate), p50Ms: percentile(loaded.latencies, 0.5), p99Ms: percentile(loaded.latencies, 0.99), refused: loaded.refused,
      singleRowCommitRate: Math.round(singleRowCommitRate), singleRowCommitRates: [before, after].map(Math.round), ratio: Math.round((rate / singleRowCommitRate) * 100) / 100,
      acknowledged, processed, drainMs, rateWhileWorking: Math.round(working.acknowledged / working.seconds), p99MsWhileWorking: percentile(working.latencies, 0.99),
    }
  } finally {
    await bench.end()
  }
}

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
