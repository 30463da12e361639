import { Socket } from 'node:net'
import { Client, Pool, type ClientConfig, type PoolClient } from 'pg'
import { PostgresDialect } from 'kysely'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import { isInBackground, type Engine } from './db.ts'
import { faultFields } from './fault.ts'
import type { Log } from './log.ts'
import { parserOf } from './parsers.ts'
import { preparing } from './postgres-prepared.ts'
import { makeTurnstile } from './turnstile.ts'

const connectMs: Millis = 3_000
const standMs: Millis = 10_000 // in line for a connection, when all are busy
const firstWaitMs: Millis = 100
const longestWaitMs: Millis = 5_000
const backgroundShare = 0.4

// PostgreSQL over the network. Needn't be up when this is called, and may come and go. statementMs: a migration of large tables may need longer.
export const openPostgres = ({ url, clock, log, poolSize = 10, statementMs = 30_000 }: { url: string; clock: Clock; log: Log; poolSize?: number; statementMs?: Millis }): Engine => {
  const session = {
    connectionString: url,
    application_name: 'portero',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // What a server's own configuration could bend: how values are written. And nothing is compiled: of a question on 100,000 messages that took 300 of 480 ms.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex -c jit=off',
  } satisfies ClientConfig
  const pool = new Pool({
    ...session,
    max: poolSize,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: statementMs,
    stream: () => impatientSocket((statementMs * 4) / 3),
    types: { getTypeParser: parserOf },
  })
  pool.on('error', (thrown) => log.warn('postgres.lost', faultFields(thrown)))
  // The pool listens only to idle clients, and an 'error' that nobody hears ends the process: a server lost between two statements of a transaction would.
  // Whoever waits for a free connection stands in line here: the pool's own limit takes that wait for one for the server, and a burst would look like an outage.
  const line = makeTurnstile({ clock, places: poolSize, longestMs: standMs, what: 'PostgreSQL' })
  // What nobody is waiting for never takes the last ones: in line behind 32 turns, each a transaction, a webhook waited for 130 ms before it could be stored.
  const behind = makeTurnstile({ clock, places: Math.max(1, Math.floor(poolSize * backgroundShare)), longestMs: standMs, what: 'PostgreSQL' })
  const inBackground = new WeakSet<PoolClient>()
  const leave = (client?: PoolClient): void => {
    line.leave()
    if (client && inBackground.delete(client)) behind.leave()
  }
  pool.on('release', (_thrown, client) => leave(client))
  const lend = async (): Promise<PoolClient> => {
    const isBehind = isInBackground()
    if (isBehind) await behind.enter()
    let isIn = false
    try {
      await line.enter()
      isIn = true
      const client = await pool.connect()
      if (isBehind) inBackground.add(client)
      return client
    } catch (thrown) {
      if (isIn) leave()
      if (isBehind) behind.leave()
      throw thrown
    }
  }
  pool.on('connect', (client) => {
    client.on('error', () => {})
    preparing(client)
  })

  return {
    name: 'postgres',
    dialect: new PostgresDialect({ pool: { options: pool.options, connect: lend, end: () => pool.end() } }),
    listen: (channel, heard, deaf = () => {}) => listen({ session, clock, log, channel, heard, deaf }),
    room() {},
    async tend() {},
    async close() {
      if (!pool.ending) await pool.end() // Kysely ends it, unless it never asked anything
    },
  }
}

// A server behind a cut network says nothing at all, and TCP waits 15 minutes for it. A statement ends or is ended within its limit, so after that nobody is there.
const impatientSocket = (silenceMs: Millis): Socket => {
  const socket = new Socket()
  return socket.setTimeout(silenceMs, () => socket.destroy(new Error('Connection terminated: the server has gone silent')))
}

// A client of its own, since a pooled one would be lent out. Comes back after a loss and calls heard() then, for what was said meanwhile.
const listen = async ({ session, clock, log, channel, heard, deaf }: { session: ClientConfig; clock: Clock; log: Log; channel: string; heard: () => void; deaf: () => void }): Promise<() => Promise<void>> => {
  if (!/^[a-z_]+$/.test(channel)) throw new AppError('bug', `${channel} is no plain channel name`)
  let stopped = false
  let waitMs = firstWaitMs
  let client: Client | undefined
  let callOff: (() => void) | undefined

  const connect = async (): Promise<boolean> => {
    const own = new Client(session)
    client = own
    own.on('error', (thrown) => log.warn('postgres.deaf', faultFields(thrown)))
    own.on('notification', heard)
    own.once('end', again)
    try {
      await own.connect()
      await own.query(`listen ${channel}`)
      waitMs = firstWaitMs
      return true
    } catch (thrown) {
      log.warn('postgres.deaf', faultFields(thrown))
      await own.end().catch(() => undefined) // it says 'end' and so comes again
      return false
    }
  }
  const again = (): void => {
    if (stopped) return
    deaf()
    callOff = clock.after(waitMs * (0.5 + clock.chance() / 2), () => void connect().then((heardAgain) => heardAgain && heard()))
    waitMs = Math.min(waitMs * 2, longestWaitMs)
  }

  await connect()
  return async () => {
    stopped = true
    callOff?.()
    await client?.end()
  }
}
