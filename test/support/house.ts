import { Writable } from 'node:stream'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeHouse, type Account, type House, type Parts } from '@portero/tool-server/app.ts'
import { readConfig, type Config } from '@portero/tool-server/config.ts'
import type { Connection, Connector, Flow, Tool } from '@portero/tool-server/define.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { freshEngine } from './databases.ts'
import { whenDue } from './due.ts'

// A whole house on a fresh database and a hand-moved clock. Its worker works when a test says settle().
export type TestHouse = House & { clock: FakeClock; dataDir: string; logged(): string; connection(vendor: string): Promise<Connection>; end(): Promise<void> }
type Furnishing = { connectors?: readonly Connector[]; flows?: readonly Flow[]; tools?: readonly Tool[]; accounts?: readonly Account[]; config?: Partial<Config>; clock?: FakeClock; knocks?: Parts['knocks'] | undefined }

export const testHouse = async ({ connectors = [], flows = [], tools = [], accounts = [], config = {}, clock = fakeClock(), knocks }: Furnishing = {}): Promise<TestHouse> => {
  const { engine, remove } = await freshEngine()
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-test-'))
  const lines: string[] = []
  const to = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = makeLog({ level: 'debug', clock, to })
  const base = { ...readConfig({ DATA_DIR: dataDir, PORTERO_LAB: '1', PUBLIC_BASE_URL: 'https://portero.example' }), catalogue: undefined }
  const house = makeHouse({ config: { ...base, ...config }, clock, log, engine, connectors, flows, tools, accounts, ...(knocks && { knocks }) })
  await house.begin({ work: false })
  return {
    ...house,
    worker: whenDue(house, clock),
    clock,
    dataDir,
    logged: () => lines.join(''),
    async connection(vendor) {
      const found = (await house.connections.all(house.db.bare)).find((connection) => connection.vendor === vendor)
      if (!found) throw new Error(`no connection to ${vendor}`)
      return found
    },
    async end() {
      await house.close(0)
      await remove()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
