import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Lane } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import type { WayOut } from './outbox.ts'
import type { Registry } from './registry.ts'

// What flows and tools may ask: our own state, and vendors by port: reads.calendar.busy(…). Whoever provides the port for this tenant answers; it can't write.
type Needs = { db: Db; clock: Clock; registry: Registry; connections: Connections; http: WayOut; own(tenant: string): object; lane?: Lane }

const ableTo = async ({ db, registry, connections }: Pick<Needs, 'db' | 'registry' | 'connections'>, tenant: string, port: string): Promise<Connection[]> =>
  (await connections.all(db.bare)).filter((connection) => connection.tenant === tenant && registry.connectors.get(connection.vendor)?.reads?.[port])
// Where several may answer, a question says which: connection, in the first that it is asked with.
const which = z.object({ connection: z.string() })
// Whether there is somebody to ask.
export const makeAnswers = (needs: Pick<Needs, 'db' | 'registry' | 'connections'>, port: string) => async (tenant: string): Promise<boolean> => (await ableTo(needs, tenant, port)).length === 1

export const makeReads = ({ db, clock, registry, connections, http, own, lane = 'live' }: Needs) => (tenant: string): unknown => {
  const never = new AbortController().signal // each call has its vendor's own limit
  const ask = async (port: string, question: string, args: unknown[]): Promise<unknown> => {
    const all = await ableTo({ db, registry, connections }, tenant, port)
    const named = which.safeParse(args[0]).data?.connection
    const able = named === undefined ? all : all.filter(({ id }) => id === named)
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
