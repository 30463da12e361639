import { AppError } from '@portero/shared'
import type { Lane } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import type { WayOut } from './outbox.ts'
import type { Registry } from './registry.ts'

// What flows and tools may ask: our own state, and vendors by port: reads.calendar.busy(…). Whoever provides the port for this tenant answers; it can't write.
type Needs = { db: Db; clock: Clock; registry: Registry; connections: Connections; http: WayOut; own(tenant: string): object; lane?: Lane }

export const makeReads = ({ db, clock, registry, connections, http, own, lane = 'live' }: Needs) => (tenant: string): unknown => {
  const never = new AbortController().signal // each call has its vendor's own limit
  const ask = async (port: string, question: string, args: unknown[]): Promise<unknown> => {
    const able = (await connections.all(db.bare)).filter((connection) => connection.tenant === tenant && registry.connectors.get(connection.vendor)?.reads?.[port])
    const [connection] = able
    const connector = connection && registry.connectors.get(connection.vendor)
    const provider = connector?.reads?.[port]
    if (!connection || !connector || !provider) throw new AppError('disconnected', `no connection answers ${port}.${question}`)
    if (able.length > 1) throw new AppError('bug', `${able.length} connections answer ${port}.${question}`)
    const offered: unknown = provider({ http: http(connection, connector, { lane, signal: never, reading: true }), connection, now: clock.now(), signal: never })
    const answer: unknown = typeof offered === 'object' && offered !== null ? Reflect.get(offered, question) : undefined
    if (typeof answer !== 'function') throw new AppError('bug', `${connection.vendor} does not answer ${port}.${question}`)
    return Reflect.apply(answer, offered, args)
  }
  const port = (name: string): object => new Proxy({}, { get: (_, question) => (...args: unknown[]) => ask(name, String(question), args) })
  return new Proxy(own(tenant), { get: (ours, name) => Reflect.get(ours, name) ?? port(String(name)) })
}
