import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/process.ts'
import type { Event } from './client.ts'
import type { Server } from './process.ts'
import { atRest, type Stage } from './stage.ts'
import type { Point } from './trap.ts'

// Kills the one server of a stage at every place there is, and starts it again on the same data each time.
// posting: a webhook is under way and not acknowledged. acknowledged: it just was. The points of a trap: at the vendor. starting: the server comes up again.
export type Place = 'posting' | 'acknowledged' | Point | 'starting'
export type Kills = Record<Place, number>

export const asks = ['keep', 'set', 'post', 'shout'] as const
const routes = ['POST /notes', 'PUT /things/:thing', 'POST /things', 'POST /shouts'] as const
const atOnce = 3 // deliveries around each kill
const things = 7 // few, so that the serials have queues

// kills: how many of each there were so far, for whoever must tell about a failure.
type Plan = { chance: () => number; wanted: Kills; kills: Kills; firstRoute: number }
export const killEverywhere = async ({ eco, client, spawnServer }: Stage, { chance, wanted, kills, firstRoute }: Plan): Promise<void> => {
  const port = await freePort()
  const upTo = (most: number): number => chance() * most
  const oneOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(upTo(all.length))]
  const told: Event[] = []
  let server: Server | undefined
  let shortestStartMs = Number.POSITIVE_INFINITY

  // The next one has its modules loaded before it is needed, and touches nothing until it is told to go.
  const spawned = (): Server => spawnServer({ name: 'alone', port })
  let next = spawned()
  const begin = (): Server => {
    server = next
    server.go()
    next = spawned()
    return server
  }
  const up = async (): Promise<Server> => {
    if (server) return server
    const began = performance.now()
    const fresh = begin()
    await fresh.ready
    shortestStartMs = Math.min(shortestStartMs, performance.now() - began)
    return fresh
  }
  const strike = (place: Place, victim: Server): void => {
    victim.signal('SIGKILL')
    kills[place]++
  }

  // Now and then a vendor tells the same thing again: in the same bytes, or along with something new.
  const post = (count: number): Promise<boolean>[] =>
    Array.from({ length: count }, (): Promise<boolean>[] => {
      const before = chance() < 0.2 ? oneOf(told) : undefined
      const number = told.length + 1
      const event = { id: `ev${number}`, thing: `th${number % things}`, text: `text ${number}`, asks }
      told.push(event)
      const posted = client.post(port, before ? [before, event] : [event])
      return chance() < 0.3 ? [posted, client.again(port, Math.floor(upTo(client.posted())))] : [posted]
    }).flat()

  const killAt = (point: Point) => async (): Promise<void> => {
    const victim = await up()
    const on = routes[(firstRoute + kills[point]) % routes.length]!
    // Half of those that have arrived are done when nobody waits for them any more. Not a PUT: after its successors it would be one more change, which no client can prevent.
    const laterMs = point === 'arrived' && on !== 'PUT /things/:thing' && chance() < 0.5 ? upTo(2_500) : undefined
    await Promise.all(post(atOnce - 1))
    const sprung = new Promise<void>((resolve) => eco.set({ on, point, laterMs, afterMs: upTo(5), spring: () => resolve(strike(point, victim)) }))
    await Promise.all([sprung, ...post(1)])
  }
  const killWhere: Record<Place, () => Promise<void>> = {
    async posting() {
      const victim = await up()
      let unanswered = 0
      const posts = post(atOnce).map((one) => (unanswered++, one.finally(() => unanswered--)))
      await sleep(upTo(4))
      if (unanswered > 0) strike('posting', victim)
      await Promise.all(posts)
    },
    async acknowledged() {
      const victim = await up()
      const posts = post(atOnce)
      await Promise.race(posts)
      if (chance() < 0.5) await sleep(upTo(20))
      strike('acknowledged', victim)
      await Promise.all(posts)
    },
    arrived: killAt('arrived'),
    done: killAt('done'),
    answered: killAt('answered'),
    async starting() {
      server?.signal('SIGKILL')
      await server?.gone
      const began = performance.now()
      const victim = begin()
      await sleep(upTo(shortestStartMs))
      if (!victim.isReady()) strike('starting', victim)
      else shortestStartMs = Math.min(shortestStartMs, performance.now() - began) // faster than any before: the next try comes sooner
    },
  }

  await up()
  for (const place of shuffled(Object.entries(wanted).flatMap(([place, count]) => Array.from({ length: count }, () => place as Place)), chance)) {
    const before = kills[place]
    for (let tries = 1; kills[place] === before; tries++) {
      if (tries > 5) throw new Error(`five tries, and no kill while ${place}`)
      await killWhere[place]()
    }
    await server!.gone
    server = undefined
  }
  const last = await up()
  await atRest(last, 120_000)
  last.signal('SIGTERM')
  await last.gone
}

const shuffled = <T>(items: readonly T[], chance: () => number): T[] => items.map((item) => ({ item, at: chance() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item)
