import { createHash } from 'node:crypto'
import { AppError } from '@portero/shared'
import type { Connection, Millis, TokenFrom, Tx } from '../define.ts'
import { newId, pause, type Clock } from './clock.ts'
import type { Db } from './db.ts'
import { faultFields } from './fault.ts'
import type { Log } from './log.ts'
import { beginToken, dropToken, findToken, grantToken, keepToken, leaseToken, refuseToken, restToken, type TokenRow } from './oauth-rows.ts'
import { faultOf, type AuthServers, type Made, type Renewable } from './oauth-server.ts'
import type { Vault } from './vault.ts'

// Access to vendors that is lent for a while, by somebody or to our name. Each is renewed by one process at a time, and nobody outside of spine/oauth sees what renews it.
// grant: when it was consented to, where a person did.
export type Token = { value: string; grant?: Millis }
export type Tokens = {
  of(connection: Connection, from: TokenFrom, signal: AbortSignal): Promise<Token>
  instead(connection: Connection, from: TokenFrom, refused: Token, signal: AbortSignal): Promise<Token | undefined> // of one that the vendor refused; undefined: there is no other
  isAtHand(connection: Connection, from: TokenFrom): Promise<boolean> // whether there is one that need not be renewed first
  grant(tx: Tx, connection: Pick<Connection, 'tenant' | 'id'>, how: { from: Renewable; made: Made; scopes: readonly string[] }): Promise<void>
  takeBack(connection: Connection, from: TokenFrom): Promise<() => Promise<boolean>> // how what it holds now is ended at the vendor, once we have let go of it; false: it could not be
  forget(tx: Tx, connection: Pick<Connection, 'tenant' | 'id'>): Promise<void>
  close(): Promise<void>
}

type Known = { version: number; source: string; token: Token; renewAt: Millis; usableUntil: Millis }
type Stale = { version: number; isRefused: boolean }
type Spare = { version: number; source: string; made: Made }
type Needs = { db: Db; clock: Clock; log: Log; vault: Vault; servers: AuthServers }

const leaseMs: Millis = 60_000 // longer than the call takes, and than replicas' clocks differ
const waitMs: Millis = 12_000 // for whoever renews it elsewhere
const lookMs: Millis = 150
const storeMs: Millis = 250 // between tries to store one, twice as long each time
const longestStoreMs: Millis = 5_000
const marginMs: Millis = 10_000 // before its end, on its way to the vendor
const youngMs: Millis = 30_000 // one that was made just now and is refused all the same: another one would be too
const refusedRestMs: Millis = 5 * 60_000
const firstRestMs: Millis = 1_000
const longestRestMs: Millis = 60_000

export const makeTokens = ({ db, clock, log, vault, servers }: Needs): Tokens => {
  const known = new Map<string, Known>()
  const flights = new Map<string, Promise<Known>>()
  const spares = new Map<string, Spare>() // made, and not stored yet
  const me = newId(clock)

  const open = async ({ tenant, id }: Connection, row: TokenRow, what: 'access' | 'refresh'): Promise<string | undefined> => {
    const sealed = row[what]
    return sealed ? (await vault.open(db.bare, tenant, placeOf(what, id), sealed)).toString() : undefined
  }
  const isUsable = (row: TokenRow, from: TokenFrom): boolean => row.state === 'good' && row.access !== null && isSourceOf(row, from) && clock.now() < row.expiresAt - marginMs
  // Early, so that nobody waits for it; and not all replicas at once.
  const remember = async (connection: Connection, from: TokenFrom, row: TokenRow): Promise<Known> => {
    const value = await open(connection, row, 'access')
    if (value === undefined) throw new AppError('bug', `the access of connection ${connection.id} has no token`)
    const lifeMs = row.expiresAt - row.changedAt
    const earlyMs = Math.min(Math.max(lifeMs * 0.1, 60_000), lifeMs / 2)
    const one = {
      version: row.version, source: JSON.stringify(from), token: { value, ...(row.grantedAt !== null && { grant: row.grantedAt }) },
      renewAt: Math.max(row.expiresAt - earlyMs * (1 + 0.2 * clock.chance()), row.retryAt ?? 0), usableUntil: row.expiresAt - marginMs,
    }
    known.set(connection.id, one)
    return one
  }

  // stale: the version that won't do any longer, whatever its end; isRefused: nor until then.
  const renewed = async (connection: Connection, from: Renewable, stale: Stale | undefined): Promise<Known> => {
    const { vendor } = connection
    for (const giveUpAt = clock.now() + waitMs; ; ) {
      const now = clock.now()
      const row = await findToken(db.bare, connection)
      if (!row) {
        known.delete(connection.id)
        if (from.by === 'person') throw new AppError('disconnected', `nobody has let us into ${vendor}`, { retryAfterMs: refusedRestMs })
        await beginToken(db.bare, connection, { source: digestOf(from), now })
        continue
      }
      if (row.version !== stale?.version && isUsable(row, from)) return remember(connection, from, row)
      const isTried = isSourceOf(row, from)
      const restMs = isTried ? (row.retryAt ?? (row.state === 'refused' ? Infinity : 0)) - now : 0
      if (row.state === 'refused') known.delete(connection.id) // as whoever found that says
      if (restMs > 0) throw row.state === 'refused' ? refusal(vendor, row.said ?? '', Math.min(restMs, refusedRestMs)) : new AppError('paused', `the authorization server of ${vendor} rests`, { retryAfterMs: restMs })
      if (await leaseToken(db.bare, connection, { version: row.version, by: me, isTried, now, until: now + leaseMs })) return renew(connection, from, { row, until: now + leaseMs, stale })
      if (now >= giveUpAt) throw new AppError('paused', `somebody else is renewing the access to ${vendor}`, { retryAfterMs: firstRestMs })
      await pause(clock, lookMs * (1 + clock.chance()))
    }
  }
  // A lost answer after the server has spent the old one is tried again with the old one: some servers allow that for a moment. One that doesn't ends the grant, and somebody must consent anew.
  const renew = async (connection: Connection, from: Renewable, { row, until, stale }: { row: TokenRow; until: Millis; stale: Stale | undefined }): Promise<Known> => {
    const { vendor, id } = connection
    const spare = spares.get(id)
    if (spare?.version === row.version && spare.source === JSON.stringify(from)) return keep(connection, from, { row, made: spare.made, until })
    const asked = await open(connection, row, 'refresh').then((refresh) => servers.renew(vendor, from, refresh)).then((made) => ({ made }), (thrown: unknown) => ({ fault: faultOf(thrown), thrown }))
    if ('made' in asked) return keep(connection, from, { row, made: asked.made, until })
    const { fault, thrown } = asked
    const now = clock.now()
    const isStillGood = !stale?.isRefused && isUsable(row, from)
    if (fault.is !== 'grant' && (fault.is !== 'refused' || isStillGood)) {
      const restMs = fault.is === 'refused' ? refusedRestMs : Math.ceil(fault.retryAfterMs ?? Math.min(firstRestMs * 2 ** row.failures, longestRestMs) * (0.5 + clock.chance() / 2))
      await restToken(db.bare, connection, { version: row.version, retryAt: now + restMs, said: fault.said })
      log.warn('oauth.not-renewed', { vendor, connection: id, said: fault.said, restMs })
      const one = known.get(id)
      if (one) known.set(id, { ...one, renewAt: Math.max(one.renewAt, now + restMs) })
      throw new AppError('paused', `the access to ${vendor} could not be renewed: ${fault.said}`, { cause: thrown, retryAfterMs: restMs })
    }
    const later = await findToken(db.bare, connection)
    if (later && later.version !== row.version && isUsable(later, from)) return remember(connection, from, later) // somebody else was faster
    known.delete(id)
    const isFinal = fault.is === 'grant' && from.by === 'person'
    if (await refuseToken(db.bare, connection, { version: row.version, retryAt: isFinal ? null : now + refusedRestMs, said: fault.said, now })) log.error('oauth.refused', { vendor, connection: id, said: fault.said })
    throw refusal(vendor, fault.said, refusedRestMs)
  }
  // What it was renewed with may be spent, so it is stored as soon as it can be; whoever asks after the lease's end goes on with that.
  const keep = async (connection: Connection, from: Renewable, { row, made, until }: { row: TokenRow; made: Made; until: Millis }): Promise<Known> => {
    const { tenant, id } = connection
    spares.set(id, { version: row.version, source: JSON.stringify(from), made })
    for (let waitsMs = storeMs; ; waitsMs = Math.min(waitsMs * 2, longestStoreMs)) {
      try {
        const isKept = await keepToken(db.bare, connection, {
          version: row.version, source: digestOf(from), access: await vault.seal(db.bare, { tenant }, placeOf('access', id), made.access),
          refresh: made.refresh === undefined ? row.refresh : await vault.seal(db.bare, { tenant }, placeOf('refresh', id), made.refresh),
          scopes: made.scopes ?? row.scopes, expiresAt: made.expiresAt, now: clock.now(),
        })
        spares.delete(id)
        const stored = await findToken(db.bare, connection)
        if (!isKept) log.warn('oauth.overtaken', { vendor: connection.vendor, connection: id })
        if (!stored) throw new AppError('disconnected', `connection ${id} was ended`)
        return await remember(connection, from, stored)
      } catch (thrown) {
        if (thrown instanceof AppError || clock.now() + waitsMs >= until) throw thrown
        log.warn('oauth.not-stored', { connection: id, ...faultFields(thrown) })
        await pause(clock, waitsMs)
      }
    }
  }

  const flight = (connection: Connection, from: Renewable, stale?: Stale): Promise<Known> => {
    const running = flights.get(connection.id)
    if (running) return running
    const one = renewed(connection, from, stale).finally(() => flights.delete(connection.id))
    flights.set(connection.id, one)
    return one
  }
  const soon = (connection: Connection, from: Renewable, version: number): void => void flight(connection, from, { version, isRefused: false }).catch(() => undefined) // it is written down, and the one we have still holds

  return {
    async of(connection, from, signal) {
      if (from.by === 'given') return { value: from.token }
      const have = known.get(connection.id)
      const now = clock.now()
      if (have && have.source === JSON.stringify(from) && now < have.usableUntil) {
        if (now >= have.renewAt) soon(connection, from, have.version)
        return have.token
      }
      const row = await findToken(db.bare, connection)
      if (!row || !isUsable(row, from)) return (await heeding(flight(connection, from), signal)).token
      const { token, renewAt, version } = await remember(connection, from, row)
      if (now >= renewAt) soon(connection, from, version)
      return token
    },
    async instead(connection, from, refused, signal) {
      if (from.by === 'given') return undefined
      const row = await findToken(db.bare, connection)
      if (!row) return void known.delete(connection.id)
      if (isUsable(row, from) && (await open(connection, row, 'access')) !== refused.value) return (await remember(connection, from, row)).token
      if (row.state === 'good' && isSourceOf(row, from) && clock.now() - row.changedAt < youngMs) return undefined
      return (await heeding(flight(connection, from, { version: row.version, isRefused: true }), signal)).token
    },
    async isAtHand(connection, from) {
      const row = from.by === 'given' ? undefined : await findToken(db.bare, connection)
      return from.by === 'given' || (row !== undefined && isUsable(row, from))
    },
    async grant(tx, connection, { from, made, scopes }) {
      const { tenant, id } = connection
      await grantToken(tx, connection, {
        source: digestOf(from), access: await vault.seal(tx, { tenant }, placeOf('access', id), made.access), refresh: made.refresh === undefined ? null : await vault.seal(tx, { tenant }, placeOf('refresh', id), made.refresh),
        scopes: made.scopes ?? scopes, expiresAt: made.expiresAt, now: clock.now(),
      })
      db.afterCommit(() => known.delete(id))
    },
    async takeBack(connection, from) {
      const row = await findToken(db.bare, connection)
      if (from.by !== 'person' || !row) return async () => false
      const failed = (thrown: unknown): void => log.warn('oauth.not-taken-back', { vendor: connection.vendor, connection: connection.id, said: faultOf(thrown).said })
      const token = await open(connection, row, 'refresh').then((refresh) => refresh ?? open(connection, row, 'access')).catch(failed) // with what renews it, all that came of it ends (RFC 7009 section 2.1)
      return async () => {
        if (token === undefined) return false
        try {
          return await servers.revoke(connection.vendor, from.server, token)
        } catch (thrown) {
          failed(thrown)
          return false
        }
      }
    },
    async forget(tx, connection) {
      await dropToken(tx, connection)
      db.afterCommit(() => known.delete(connection.id))
    },
    async close() {
      await Promise.allSettled(flights.values())
      await servers.close()
    },
  }
}

const placeOf = (what: 'access' | 'refresh', connection: string): string => `access_token.${what}:${connection}`
const digestOf = (from: TokenFrom): Buffer => createHash('sha256').update(JSON.stringify(from)).digest()
const isSourceOf = (row: TokenRow, from: TokenFrom): boolean => from.by === 'person' || row.source.equals(digestOf(from)) // what a person granted holds, wherever it is renewed by now
const refusal = (vendor: string, said: string, retryAfterMs: Millis): AppError => new AppError('disconnected', `${vendor} does not let us in any longer: ${said}`, { retryAfterMs })

// Whoever gives up doesn't stop what others wait for.
const heeding = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(new AppError('timeout', 'called off while its access was being renewed'))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
