import type { DatabaseConnection, Dialect } from 'kysely'
import type { Engine } from '@portero/tool-server/spine/db.ts'
import { beside } from '../support/statements.ts'
import { killed, turn, type Owner, type Scheduler } from './scheduler.ts'

// The database as one process sees it: each turn at the connection, and each statement but the first of a turn, is a step that chance may put after others, or that the process doesn't live to see.
// lent: how many hold the connection just now.
export const steppedEngine = (engine: Engine, owner: Owner, { step, busy }: Scheduler, lent: { count: number }): Engine => {
  const stepped = (connection: DatabaseConnection): DatabaseConnection => {
    let isFirst = true
    return beside(connection, {
      async executeQuery(query: { sql: string }, ...rest: unknown[]) {
        if (!isFirst && query.sql !== 'rollback') await step(owner, query.sql) // what a database does by itself for whoever is gone
        isFirst = false
        return busy(() => Reflect.apply(connection.executeQuery, connection, [query, ...rest]))
      },
    })
  }
  const dialect: Dialect = beside(engine.dialect, {
    createDriver: () => {
      const driver = engine.dialect.createDriver()
      return beside(driver, {
        async acquireConnection() {
          await step(owner, turn)
          const connection = await driver.acquireConnection()
          if (!owner.isDead) {
            lent.count++
            return stepped(connection)
          }
          await driver.releaseConnection(connection)
          throw new Error(killed)
        },
        async releaseConnection(connection: DatabaseConnection) {
          lent.count--
          await driver.releaseConnection(connection)
        },
        destroy: async () => {},
      })
    },
  })
  return { ...engine, dialect, listen: async () => async () => {}, tend: async () => {}, close: async () => {} }
}
