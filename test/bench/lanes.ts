import { sql } from 'kysely'
import { newId, pause, realClock } from '@portero/tool-server/spine/clock.ts'
import { enqueue, type NewJob } from '@portero/tool-server/spine/jobs.ts'
import type { Lane } from '@portero/tool-server/define.ts'
import { benchHouse, percentile, type BenchHouse } from './house.ts'

// How long a reply waits while a backfill of 10,000 turns is under way, beside how long it waits when nothing else is to do.
const backfill = 10_000
const probes = 100
const everyMs = 20
const clock = realClock()

export const lanes = async (): Promise<object> => {
  const bench = await benchHouse()
  try {
    await probe(bench, 'warm')
    const alone = await probe(bench, 'alone')
    const rows = await jobs(bench, Array.from({ length: backfill }, (_, n) => ({ lane: 'bulk', key: `backfill:${n}`, thing: `th_${n}` })))
    for (let from = 0; from < rows.length; from += 1_000) await enqueue(bench.house.db.bare, rows.slice(from, from + 1_000))
    const began = clock.now()
    bench.house.worker.wake('bulk')
    const beside = await probe(bench, 'beside')
    const left = await bulkLeft(bench)
    while ((await bulkLeft(bench)) > 0) await pause(clock, 100)
    const took = (clock.now() - began) / 1_000
    return {
      engine: bench.engine, backfill, leftAfterProbes: left, bulkRate: Math.round(backfill / took), liveAlone: figures(alone), liveBeside: figures(beside),
      delayMs: { p50: Math.round(percentile(beside, 0.5) - percentile(alone, 0.5)), p99: Math.round(percentile(beside, 0.99) - percentile(alone, 0.99)), max: Math.round(percentile(beside, 1) - percentile(alone, 1)) },
    }
  } finally {
    await bench.end()
  }
}

const figures = (waits: number[]) => ({ p50Ms: percentile(waits, 0.5), p99Ms: percentile(waits, 0.99), maxMs: percentile(waits, 1) })

// From the moment the row is durable until its turn is done.
const probe = async (bench: BenchHouse, name: string): Promise<number[]> => {
  const waits: number[] = []
  for (let n = 0; n < probes; n++) {
    const [row] = await jobs(bench, [{ lane: 'live', key: `probe:${name}:${n}`, thing: 'th_live' }])
    if (!row) throw new Error('no probe')
    await enqueue(bench.house.db.bare, [row])
    const began = performance.now()
    bench.house.worker.wake('live')
    await bench.house.worker.whenFinished([row.id], 10_000)
    waits.push(performance.now() - began)
    await pause(clock, everyMs)
  }
  return waits.toSorted((a, b) => a - b)
}

const jobs = async ({ house: { db, vault, tenant } }: BenchHouse, wanted: { lane: Lane; key: string; thing: string }[]): Promise<NewJob[]> => {
  const now = clock.now()
  return Promise.all(wanted.map(async ({ lane, key, thing }): Promise<NewJob> => {
    const id = newId(clock)
    const args = await vault.seal(db.bare, { tenant }, `job.args:${id}`, JSON.stringify({ event: key, thing, text: 'Hola', asks: [] }))
    return { tenant, id, kind: 'turn', name: 'eco.said', key, lane, runAt: now, args, trace: '0'.repeat(32), now }
  }))
}

const bulkLeft = async ({ house: { db } }: BenchHouse): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from job where lane = 'bulk' and state in ('ready', 'running')`.execute(db.bare)
  return rows[0]?.count ?? 0
}
