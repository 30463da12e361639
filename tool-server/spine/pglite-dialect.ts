import { PGliteAdapter, PGliteDialect, PGliteDriver, type Dialect } from 'kysely'
import { isInBackground } from './db.ts'
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

// Resolves when it is one's own time, to what must be called when that is over. Somebody at a door doesn't stand behind the worker's whole backlog;
// yet the worker gets every tenth turn, or what piles up would never be done.
export type Line = () => Promise<() => void>
const turnsBetween = 9

export const makeLine = (isBackground: () => boolean = isInBackground): Line => {
  const atDoors: (() => void)[] = []
  const behind: (() => void)[] = []
  let isTaken = false
  let turns = 0

  const next = (): void => {
    const isItsTurn = behind.length > 0 && (atDoors.length === 0 || turns >= turnsBetween)
    turns = isItsTurn ? 0 : turns + 1
    const go = (isItsTurn ? behind : atDoors).shift()
    if (go) go()
    else isTaken = false
  }
  return async () => {
    if (isTaken) await new Promise<void>((resolve) => void (isBackground() ? behind : atDoors).push(resolve))
    isTaken = true
    let isOver = false
    return () => {
      if (!isOver) next()
      isOver = true
    }
  }
}
