import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@portero/shared'
import { rssMbOf } from '../kill/flood-stage.ts'
import { openWorld } from '../soak/world.ts'
import { cleanUp, freshDir, startServer, until, type Server } from '../support/process.ts'
import { begin, messagesIn, putWatcher } from './memory-load.ts'

// npm run bench -- memory [--minutes 60]: one server as it is shipped on PostgreSQL, its vendors in this process, first idle (the baseline), then under a steady mixed load. Each sample is its RSS by /proc, and its heap once the garbage is collected.
// Slope: by least squares, over what comes after the warm-up, in which caches fill and code is compiled. Bar: 10 MB an hour of heap is 240 MB a day, about what a container of 512 MB has left; below that a deployment comes first, and beneath it an hour's noise can't be told from growth. RSS, which the allocator gives back late: the last quarter at most a tenth above the first.
const most = { idleMinutes: 5, warmUpMinutes: 10, everyS: 60 }
type Sample = { minute: number; rssMb: number; heapMb: number }

export const memory = async (): Promise<object> => {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { minutes: { type: 'string', default: '60' } } })
  const minutes = Number(values.minutes)
  if (!(minutes >= 1)) throw new AppError('invalid_input', '--minutes: expected a number of at least 1')
  if (!process.env['DATABASE_URL']) throw new AppError('invalid_input', 'memory needs DATABASE_URL: embedded, the database is in the process that is measured')
  const idleMinutes = Math.min(most.idleMinutes, minutes / 6)
  const warmUpMinutes = Math.min(most.warmUpMinutes, minutes / 6)
  const everyS = Math.min(most.everyS, minutes * 2)
  try {
    const world = await openWorld({ servers: 1, people: 200 })
    await putWatcher(world)
    const server = await startServer({ dir: freshDir(), env: { ...world.env, PORT: String(world.ports[0]), LAB_PORT: '1', LOG_LEVEL: 'info', NODE_OPTIONS: `--import=${new URL('heap-told.ts', import.meta.url).href}` } })
    await server.ready()
    const began = performance.now()
    const minuteNow = (): number => (performance.now() - began) / 60_000
    const sampled = async (from: number, to: number): Promise<Sample[]> => {
      const samples: Sample[] = []
      for (let at = from + everyS / 60; at <= to + 1e-6; at += everyS / 60) {
        await sleep(Math.max(0, (at - minuteNow()) * 60_000))
        const rssMb = rssMbOf(server.pid)
        samples.push({ minute: round(minuteNow()), rssMb, heapMb: await heapOf(server) })
      }
      return samples
    }
    const idle = await sampled(0, idleMinutes)
    const load = await begin(world, `http://127.0.0.1:${world.ports[0]}`)
    const warm = await sampled(idleMinutes, idleMinutes + warmUpMinutes)
    const steady = await sampled(idleMinutes + warmUpMinutes, idleMinutes + warmUpMinutes + (minutes - idleMinutes - warmUpMinutes))
    await load.stop()
    const [heap, rss] = [steady.map(({ minute, heapMb }) => [minute, heapMb] as const), steady.map(({ minute, rssMb }) => [minute, rssMb] as const)]
    return {
      engine: 'postgres', minutes, idleMinutes: round(idleMinutes), warmUpMinutes: round(warmUpMinutes), asked: load.counts, failedPercent: round((100 * load.failed.length) / Object.values(load.counts).reduce((sum, count) => sum + count, 0)), failedSaid: [...new Set(load.failed)].slice(0, 3), messages: await messagesIn(world),
      idle: { heapMb: mean(idle.map(({ heapMb }) => heapMb)), rssMb: mean(idle.map(({ rssMb }) => rssMb)) }, heap: grown(heap), rss: grown(rss), samples: [...idle, ...warm, ...steady].map(({ minute, rssMb, heapMb }) => [minute, rssMb, heapMb]),
    }
  } finally {
    await cleanUp()
  }
}

const heapOf = async (server: Server): Promise<number> => {
  const told = () => server.events().filter(({ event }) => event === 'bench.heap')
  const before = told().length
  server.kill('SIGUSR2')
  const heap = await until('the heap', () => told()[before])
  return round(Number(heap['heapUsed']) / 2 ** 20)
}

type Point = readonly [minute: number, mb: number]
const grown = (points: readonly Point[]) => {
  const quarter = Math.max(1, Math.floor(points.length / 4))
  const [first, last] = [mean(points.slice(0, quarter).map(([, mb]) => mb)), mean(points.slice(-quarter).map(([, mb]) => mb))]
  return { mbPerHour: round(slopeOf(points) * 60), firstQuarterMb: first, lastQuarterMb: last, lastToFirst: round(last / first) }
}
// Least squares: MB a minute.
export const slopeOf = (points: readonly Point[]): number => {
  const [x, y] = [mean(points.map(([minute]) => minute), 1e9), mean(points.map(([, mb]) => mb), 1e9)]
  const across = points.reduce((sum, [minute, mb]) => sum + (minute - x) * (mb - y), 0)
  return across / points.reduce((sum, [minute]) => sum + (minute - x) ** 2, 0)
}
const mean = (values: readonly number[], to = 100): number => Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * to) / to
const round = (value: number): number => Math.round(value * 100) / 100
