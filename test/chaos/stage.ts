import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keyScopes, makeHouse, type House } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { startLab, type Lab } from '../lab/index.ts'
import { fakeClock, type FakeClock } from '../support/clock.ts'
import { freshEngine } from '../support/databases.ts'
import { whenDue } from '../support/due.ts'
import { portOf } from '../support/http-stage.ts'
import { mortal, type Mortal } from '../support/mortal.ts'

// The house as it is shipped, with Bird and HubSpot of the lab. It may be killed at any moment, and is opened again on what its database kept.
export type ChaosStage = {
  clock: FakeClock
  lab: Lab
  house(): House
  dieAfter(statements: number): Promise<void> // the house, at whatever it is doing then
  revive(): Promise<void> // killed, if it isn't dead, and opened again
  isAway(away: boolean): void // the house, for its vendors
  end(): Promise<void>
}
const catalogue = fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url))

export const openChaos = async (seed: number): Promise<ChaosStage> => {
  const clock = fakeClock({ seed })
  let open: { house: House; dieAfter: Mortal['dieAfter'] } | undefined
  let away = false
  const server = createServer((request, response) => void (away || !open ? response.writeHead(503).end() : open.house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${portOf(server)}`
  const lab = await startLab({ clock, port: 0, serverUrl: url })
  const accounts = lab.accounts.filter(({ vendor }) => vendor !== 'eco')
  const { engine, remove } = await freshEngine()
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-chaos-'))
  const config = { ...readConfig({ DATA_DIR: dataDir, PORTERO_LAB: '1', PUBLIC_BASE_URL: url, LAB_PORT: new URL(lab.url).port }), catalogue }

  const begin = async (): Promise<House> => {
    const { dieAfter, engine: ours } = mortal(engine)
    const made = makeHouse({ config, clock, log: makeLog({ level: 'silent', clock }), engine: ours, connectors, flows, tools, accounts })
    const house = { ...made, worker: whenDue(made, clock) }
    await house.begin({ work: false })
    open = { house, dieAfter }
    return house
  }
  const end = async ({ house }: { house: House }): Promise<void> => {
    const ended = house.close(0)
    clock.advance(0) // the grace is over
    await ended
  }
  const first = await begin()
  await first.toolKeys.make({ tenant: first.tenant, name: 'lab', scopes: keyScopes, secret: lab.toolKey })

  return {
    clock, lab,
    house: () => open!.house,
    dieAfter: (statements) => open!.dieAfter(statements),
    async revive() {
      const dying = open!
      open = undefined
      await dying.dieAfter(0)
      server.closeAllConnections()
      await end(dying).catch(() => undefined) // the dead don't tidy up
      await begin()
    },
    isAway: (now) => void (away = now),
    async end() {
      await end(open!)
      await engine.close()
      await remove()
      await lab.close()
      server.close()
      server.closeAllConnections()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
