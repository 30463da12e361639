import { PGliteAdapter, PGliteDialect, PGliteDriver, type Dialect } from 'kysely'
import type { Backend } from './pglite-backend.ts'

// PGlite has one connection. Kysely would queue for it before it asks the driver, so the guard of db.ts would come too late: a query beside its own transaction would wait for ever.
// So Kysely is told that there are many, and the queue stands here, behind the guard.
export type Queue = {
  backend: () => Backend
  line: Line
  ready: () => Promise<void>
  checkpointIfDue: () => Promise<void>
  shutDown: () => Promise<void>
  isClosed: () => boolean
}
export const dialectOf = ({ backend, line, ready, checkpointIfDue, shutDown, isClosed }: Queue): Dialect => {
  const pglite: ConstructorParameters<typeof PGliteDialect>[0]['pglite'] = {
    ready: true,
    waitReady: Promise.resolve(),
    get closed() {
      return isClosed()
    },
    close: shutDown,
    query: (...args) => backend().pg.query(...args),
    transaction: (work) => backend().pg.transaction(work),
  }
  const createDriver = (): PGliteDriver => {
    const driver = new PGliteDriver({ pglite })
    const lend = driver.acquireConnection.bind(driver)
    let done: (() => void) | undefined
    driver.acquireConnection = async () => {
      const mine = await line()
      try {
        await ready()
        done = mine
        return await lend()
      } catch (thrown) {
        mine()
        throw thrown
      }
    }
    driver.releaseConnection = async () => {
      await checkpointIfDue()
      done?.()
    }
    return driver
  }
  const plain = new PGliteDialect({ pglite })
  return {
    createAdapter: () => Object.defineProperty(new PGliteAdapter(), 'supportsMultipleConnections', { value: true }),
    createDriver,
    createIntrospector: (db) => plain.createIntrospector(db),
    createQueryCompiler: () => plain.createQueryCompiler(),
  }
}

// First come, first served: resolves when it is one's own time, to what must be called when that is over.
export type Line = () => Promise<() => void>
export const makeLine = (): Line => {
  let last = Promise.resolve()
  return async () => {
    const before = last
    const { promise, resolve } = Promise.withResolvers<void>()
    last = promise
    await before
    return resolve
  }
}
