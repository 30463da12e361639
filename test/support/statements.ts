import type { DatabaseConnection, Dialect, Driver } from 'kysely'
import type { Engine } from '@portero/tool-server/spine/db.ts'

// An engine that can write down what it is asked, but for what begins and ends a transaction.
export type Statement = { sql: string; parameters: readonly unknown[] }
export type Recorded = Engine & { during(work: () => Promise<unknown>): Promise<Statement[]> }

export const recorded = (engine: Engine): Recorded => {
  let statements: Statement[] | undefined
  const recording = (connection: DatabaseConnection, into: Statement[]): DatabaseConnection =>
    beside(connection, {
      executeQuery: (query: Statement, ...rest: unknown[]) => {
        if (!/^(begin|commit|rollback)$/.test(query.sql)) into.push({ sql: query.sql, parameters: query.parameters })
        return Reflect.apply(connection.executeQuery, connection, [query, ...rest])
      },
    })
  const acquireFrom = (driver: Driver) => async (): Promise<DatabaseConnection> => {
    const connection = await driver.acquireConnection()
    return statements ? recording(connection, statements) : connection
  }
  const dialect: Dialect = beside(engine.dialect, {
    createDriver: () => {
      const driver = engine.dialect.createDriver()
      return beside(driver, { acquireConnection: acquireFrom(driver) })
    },
  })
  return {
    ...engine, dialect,
    async during(work) {
      const seen: Statement[] = (statements = [])
      await work()
      statements = undefined
      return seen
    },
  }
}

// Kysely's drivers and connections keep private fields, so that their methods must be called on themselves.
export const beside = <T extends object>(whole: T, own: Record<string, unknown>): T =>
  new Proxy(whole, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(own, name)) return own[name]
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
