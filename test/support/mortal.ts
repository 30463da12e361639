import type { DatabaseConnection, Dialect } from 'kysely'
import type { Engine } from '@portero/tool-server/spine/db.ts'
import { beside } from './statements.ts'

// An engine that outlives whoever works on it. Once they are dead they can ask it nothing any more, and what they had begun is rolled back: what a database sees of a process that is gone.
export type Mortal = { engine: Engine; asked(): number; dieAfter(statements: number): Promise<void> } // asked: how many statements. resolves when it has happened

export const mortal = (engine: Engine): Mortal => {
  let left = Number.POSITIVE_INFINITY
  let asked = 0
  const death = Promise.withResolvers<void>()
  const living = (connection: DatabaseConnection): DatabaseConnection =>
    beside(connection, {
      executeQuery: (query: { sql: string }, ...rest: unknown[]) => {
        if (left === 0 && query.sql !== 'rollback') throw new Error('killed')
        asked++
        if (left > 0 && --left === 0) death.resolve()
        return Reflect.apply(connection.executeQuery, connection, [query, ...rest])
      },
    })
  const dialect: Dialect = beside(engine.dialect, {
    createDriver: () => {
      const driver = engine.dialect.createDriver()
      return beside(driver, { acquireConnection: async () => living(await driver.acquireConnection()), destroy: async () => {} })
    },
  })
  return {
    engine: { ...engine, dialect, close: async () => {} },
    asked: () => asked,
    dieAfter(statements) {
      left = Math.min(left, statements)
      if (left === 0) death.resolve()
      return death.promise
    },
  }
}
