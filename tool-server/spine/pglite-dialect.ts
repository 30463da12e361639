import { AbortedTransactionError, CompiledQuery, PGliteAdapter, PostgresIntrospector, PostgresQueryCompiler, type DatabaseConnection, type Dialect, type Driver, type QueryResult } from 'kysely'
import { AppError } from '@portero/shared'
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
}
export const dialectOf = (queue: Queue): Dialect => ({
  createAdapter: () => Object.defineProperty(new PGliteAdapter(), 'supportsMultipleConnections', { value: true }),
  createDriver: () => driverOf(queue),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

const driverOf = ({ backend, line, ready, checkpointIfDue, shutDown }: Queue): Driver => {
  let done: (() => void) | undefined
  return {
    async init() {},
    async acquireConnection() {
      const mine = await line()
      try {
        await ready()
        done = mine
        return connectionTo(backend())
      } catch (thrown) {
        mine()
        throw thrown
      }
    },
    async releaseConnection() {
      await checkpointIfDue()
      done?.()
    },
    beginTransaction: (connection, { isolationLevel, accessMode }) => run(connection, 'begin', isolationLevel && `isolation level ${isolationLevel}`, accessMode),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: async (connection) => (backend().dead ? undefined : run(connection, 'rollback')),
    destroy: shutDown,
  }
}

const run = async (connection: DatabaseConnection, ...words: (string | undefined)[]): Promise<void> => void (await connection.executeQuery(CompiledQuery.raw(words.filter(Boolean).join(' '))))

const connectionTo = ({ ask }: Backend): DatabaseConnection => ({
  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, affectedRows = 0, command } = await ask(sql, parameters)
    if (sql === 'commit' && command === 'ROLLBACK') throw new AbortedTransactionError() // a statement had failed in it
    return { numAffectedRows: BigInt(affectedRows), rows: areOf<Row>(rows) ? rows : [] }
  },
  streamQuery(): never {
    throw new AppError('bug', 'PGlite gives its rows at once')
  },
})
// oxlint-disable-next-line no-unnecessary-type-parameters -- what a row is, only who asks knows
const areOf = <Row>(_rows: readonly unknown[]): _rows is Row[] => true

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
