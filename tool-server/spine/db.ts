import { AsyncLocalStorage } from 'node:async_hooks'
import { Kysely, sql, type DatabaseConnection, type Dialect, type Driver, type RawBuilder } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis, Tx } from '../define.ts'
import { faultCode } from './fault.ts'

// An engine is PostgreSQL by one of two ways: in this process (pglite.ts) or over the network (postgres.ts).
export type Engine = {
  name: 'pglite' | 'postgres'
  dialect: Dialect
  listen(channel: string, heard: () => void, deaf?: () => void): Promise<() => Promise<void>> // deaf: nothing is heard until the next heard()
  room(): void // throws 'unavailable' when the disk is too full to write safely
  tend(): Promise<void> // what the server doesn't do by itself: vacuum and analyze
  close(): Promise<void> // after Kysely's own destroy()
}

export type Db = {
  engine: Engine
  bare: Kysely<DB> // for single statements outside a transaction; throws inside one
  tx<T>(work: (tx: Tx) => Promise<T>, how?: { attempts: number }): Promise<T>
  beforeCommit(run: () => Promise<void>): void // in the transaction still, when all else of it is done
  afterCommit(run: () => void): void
  onCommit(heard: () => void): () => void // of any transaction of this server; returns how to hear no more
  close(): Promise<void>
}

type Open = { beforeCommit: (() => Promise<void>)[]; afterCommit: (() => void)[] }
const open = new AsyncLocalStorage<Open>()
const inOpen = (what: string): Open => {
  const state = open.getStore()
  if (!state) throw new AppError('bug', `${what} outside a transaction`)
  return state
}

// What nobody is waiting for at a door: on an engine with one connection it lets others go first.
const background = new AsyncLocalStorage<true>()
export const inBackground = <T>(work: () => T): T => background.run(true, work)
export const isInBackground = (): boolean => background.getStore() === true

export const makeDb = (engine: Engine): Db => {
  const bare = new Kysely<DB>({ dialect: guarded(engine.dialect) })
  const listeners = new Set<() => void>()
  return {
    engine,
    bare,
    async tx(work, { attempts } = { attempts: 4 }) {
      engine.room()
      for (let attempt = 1; ; attempt++) {
        const state: Open = { beforeCommit: [], afterCommit: [] }
        try {
          const result = await bare.transaction().execute((tx) => open.run(state, async () => {
            const done = await work(tx)
            for (const run of state.beforeCommit) await run()
            return done
          }))
          for (const run of state.afterCommit) run()
          for (const heard of listeners) heard()
          return result
        } catch (thrown) {
          if (attempt >= attempts || !isRetryable(thrown)) throw thrown
        }
      }
    },
    beforeCommit: (run) => void inOpen('beforeCommit').beforeCommit.push(run),
    afterCommit: (run) => void inOpen('afterCommit').afterCommit.push(run),
    onCommit(heard) {
      listeners.add(heard)
      return () => void listeners.delete(heard)
    },
    async close() {
      await bare.destroy()
      await engine.close()
    },
  }
}

// Serialization failure and deadlock: PostgreSQL asks to run the whole transaction again. And a prepared statement that gives other columns since somebody migrated (postgres-prepared.ts).
export const isRetryable = (thrown: unknown): boolean => isSqlState(thrown, '40001') || isSqlState(thrown, '40P01') || isSqlState(thrown, '0A000')
export const isSqlState = (thrown: unknown, code: string): boolean => faultCode(thrown) === code

// A query beside its own transaction waits for ever on PGlite and silently escapes it on PostgreSQL, so it throws on both.
const guarded = (dialect: Dialect): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createDriver: () => guardDriver(dialect.createDriver()),
})

const guardDriver = (driver: Driver): Driver => {
  const acquireConnection = (): Promise<DatabaseConnection> => {
    if (open.getStore()) throw new AppError('bug', 'a query outside the open transaction: use the tx that was handed in')
    return driver.acquireConnection()
  }
  return new Proxy(driver, {
    get(target, name) {
      if (name === 'acquireConnection') return acquireConnection
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

// How values enter a statement, the same on both engines.
export const at = (ms: Millis): RawBuilder<Millis> => sql<Millis>`to_timestamp(${ms}::double precision / 1000)`
