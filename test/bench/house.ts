import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeHouse, openEngine, rooms, type House } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import type { Connection } from '@portero/tool-server/define.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { startLab, type Lab } from '../lab/index.ts'
import { freshDatabase, serverUrl } from '../support/databases.ts'
import { recorded, type Recorded } from '../support/statements.ts'

// A whole house as it is shipped, with the lab beside it, on a database of its own that is thrown away afterwards.
// connection, url: to the first of the vendors, and where it knocks.
export type BenchHouse = { house: House; lab: Lab; origin: string; url: string; connection: Connection; engine: string; statements: Recorded['during']; end(): Promise<void> }

// knocks: its vendors tell it of what happens there. furnished: with the sample's homes.
export const benchHouse = async ({ work = true, vendors = ['eco'], clock = realClock(), knocks = false, furnished = true } = {}): Promise<BenchHouse> => {
  const log = makeLog({ level: 'error', clock, to: process.stderr })
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-bench-'))
  const database = serverUrl ? await freshDatabase({ empty: true }) : undefined
  let doors: House['doors'] | undefined
  const server = createServer((request, response) => void (doors ? doors(request, response) : response.writeHead(503).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the house has no door')
  const origin = `http://127.0.0.1:${address.port}`
  const read = readConfig({ ...(knocks && { PUBLIC_BASE_URL: origin }), DATA_DIR: dataDir, PORTERO_LAB: '1', ...(database && { DATABASE_URL: database.url }) })
  const config = furnished ? read : { ...read, catalogue: undefined }
  const engine = recorded(await openEngine({ config, clock, log }))
  const lab = await startLab({ clock, port: 0, serverUrl: knocks ? origin : 'http://localhost:0' })
  const house = makeHouse({ config, clock, log, engine, connectors: [...rooms.connectors, ...lab.connectors], flows: [...rooms.flows, ...lab.flows], tools: rooms.tools, accounts: lab.accounts.filter(({ vendor }) => vendors.includes(vendor)) })
  doors = house.doors
  await house.begin({ work })
  const connection = (await house.connections.all(house.db.bare)).find(({ vendor }) => vendor === vendors[0])
  if (!connection) throw new Error('the house did not open')
  return {
    house, lab, connection, engine: engine.name, statements: engine.during, origin, url: `${origin}/webhooks/${connection.vendor}/${connection.id}`,
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
