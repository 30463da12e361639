import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeHouse, openEngine, type House } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import type { Connection } from '@portero/tool-server/define.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { startLab, type Lab } from '../lab/index.ts'
import { freshDatabase, serverUrl } from '../support/databases.ts'

// A whole house as it is shipped, with the lab beside it, on a database of its own that is thrown away afterwards.
export type BenchHouse = { house: House; lab: Lab; url: string; connection: Connection; engine: string; end(): Promise<void> }

export const benchHouse = async ({ work = true } = {}): Promise<BenchHouse> => {
  const clock = realClock()
  const log = makeLog({ level: 'silent', clock })
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-bench-'))
  const database = serverUrl ? await freshDatabase({ empty: true }) : undefined
  const config = readConfig({ DATA_DIR: dataDir, PORTERO_LAB: '1', ...(database && { DATABASE_URL: database.url }) })
  const engine = await openEngine({ config, clock, log })
  const lab = await startLab({ clock, port: 0, serverUrl: 'http://localhost:0' })
  const house = makeHouse({ config, clock, log, engine, connectors: lab.connectors, flows: lab.flows, accounts: lab.accounts.filter(({ vendor }) => vendor === 'eco') })
  const server = createServer(house.doors)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  await house.begin({ work })
  const [connection] = await house.connections.all(house.db.bare)
  const address = server.address()
  if (!connection || typeof address !== 'object' || !address) throw new Error('the house did not open')
  return {
    house, lab, connection, engine: engine.name, url: `http://127.0.0.1:${address.port}/webhooks/eco/${connection.id}`,
    async end() {
      server.closeAllConnections()
      await house.close(1_000)
      await lab.close()
      await database?.remove()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export const percentile = (sorted: readonly number[], share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 100) / 100
