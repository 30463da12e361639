import type { DatabaseConnection, Dialect, Driver } from 'kysely'
import type { Engine } from '@portero/tool-server/spine/db.ts'

// An engine that remembers what it was asked, but for what begins and ends a transaction.
export type Statement = { sql: string; parameters: readonly unknown[] }
export type Recorded = Engine & { recorded(): Statement[] } // since it was last asked for

export const recorded = (engine: Engine): Recorded => {
  let statements: Statement[] = []
  const recording = (connection: DatabaseConnection): DatabaseConnection =>
    beside(connection, {
      executeQuery: (query: Statement, ...rest: unknown[]) => {
        if (!/^(begin|commit|rollback)$/.test(query.sql)) statements.push({ sql: query.sql, parameters: query.parameters })
        return Reflect.apply(connection.executeQuery, connection, [query, ...rest])
      },
    })
  const driverOf = (driver: Driver): Driver => beside(driver, { acquireConnection: async () => recording(await driver.acquireConnection()) })
  const dialect: Dialect = beside(engine.dialect, { createDriver: () => driverOf(engine.dialect.createDriver()) })
  return {
    ...engine, dialect,
    recorded: () => {
      const seen = statements
      statements = []
      return seen
    },
  }
}

// Kysely's drivers and connections keep private fields, so that their methods must be called on themselves.
const beside = <T extends object>(whole: T, own: Record<string, unknown>): T =>
  new Proxy(whole, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(own, name)) return own[name]
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
