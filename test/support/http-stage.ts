import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { Writable } from 'node:stream'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Auth, Connection, Connector, Http, Lane } from '@portero/tool-server/define.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at, makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { makeHttp, type WaysOut } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { freshEngine } from './databases.ts'

// A vendor's server that does what the test says, and a way out to it on a hand-moved clock.
export type Heard = { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer; socket: Socket; response: ServerResponse }
export type Vendor = { origin: string; heard: Heard[]; sockets: Set<Socket>; next(): Promise<Heard>; close(): Promise<void> }

export const startVendor = async (answer: (heard: Heard, count: number) => void): Promise<Vendor> => {
  const heard: Heard[] = []
  const waiting: ((one: Heard) => void)[] = []
  const unread: Heard[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks), socket: request.socket, response }
      heard.push(one)
      answer(one, heard.length)
      const waiter = waiting.shift()
      if (waiter) waiter(one)
      else unread.push(one)
    })
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    heard,
    sockets,
    next: () => new Promise((resolve) => (unread.length > 0 ? resolve(unread.shift()!) : waiting.push(resolve))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const portOf = (server: Server): number => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return address.port
}

export const json = ({ response }: Heard, status: number, body: unknown, headers: Record<string, string> = {}): void => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

export const secret = 'sk-very-secret-4711'
const bearer: Auth = { kind: 'key', header: 'Authorization', prefix: 'Bearer ' }
export type Stage = {
  clock: FakeClock
  db: Db
  out: WaysOut
  logged(): string
  observed: string[]
  connect(settings: object): Promise<Connection>
  http(vendor: { origin: string } | string, how?: How): Promise<Http & { connection: Connection }>
  end(): Promise<void>
}
type How = { auth?: Auth; limits?: Partial<Connector['limits']>; lane?: Lane; signal?: AbortSignal; reading?: boolean; settings?: object; connection?: Connection; redact?: string[]; hosts?: string[] }

export const makeStage = async (options: { allow?: string[]; mostBytes?: number } = {}): Promise<Stage> => {
  const fresh = await freshEngine()
  const db = makeDb(fresh.engine)
  const clock = fakeClock()
  const lines: string[] = []
  const to = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const observed: string[] = []
  const metrics = { vendorCalls: { observe: ({ vendor, outcome }: { vendor: string; outcome: string }, seconds: number) => void observed.push(`${vendor} ${outcome} ${seconds}`) } }
  const out = makeHttp({ clock, log: makeLog({ level: 'debug', clock, to }), db, metrics, ...options })
  const connect = async (settings: object): Promise<Connection> => {
    const id = newId(clock)
    await sql`insert into connection (tenant_id, id, vendor, account, settings_sealed, created_at) values (${firstTenant}, ${id}, 'acme', ${id}, ${Buffer.of()}, ${at(clock.now())})`.execute(db.bare)
    return { id, tenant: firstTenant, vendor: 'acme', account: id, settings }
  }
  return {
    clock,
    db,
    out,
    observed,
    connect,
    logged: () => lines.join(''),
    async http(vendor, { auth = bearer, limits, lane = 'live', signal = new AbortController().signal, reading = false, settings, connection, redact = [], hosts = [] } = {}) {
      const baseUrl = typeof vendor === 'string' ? vendor : vendor.origin
      const own = { ...(connection ?? (await connect({}))), settings: { baseUrl, apiKey: secret, ...settings } }
      const connector: Connector = { name: 'acme', settings: z.strictObject({}), auth, limits: { perSecond: 1000, concurrent: 4, timeoutMs: 10_000, ...limits }, redact, hosts }
      return Object.assign((call: Parameters<Http>[0]) => out.of(own, connector, { lane, signal, reading })(call), { connection: own })
    },
    async end() {
      await out.close()
      await db.close()
      await fresh.remove()
    },
  }
}

// What a call failed with; anything but an AppError is not an answer.
export const failure = async (call: Promise<unknown>): Promise<AppError> => {
  const thrown = await call.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  )
  if (thrown instanceof AppError) return thrown
  throw thrown
}
