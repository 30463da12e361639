import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { startLab, type Lab } from '../lab/index.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house as it is shipped, with Bird and HubSpot of the lab, and a clock moved by hand: somebody writes, and everything that follows has happened.
export type VisitStage = {
  house: TestHouse
  lab: Lab
  url: string
  clock: FakeClock
  isAway(away: boolean): void // the house, for its vendors
  follow(ms?: number): Promise<void> // time goes by, and what comes of it is done
  say(number: string, text: string): Promise<string> // what the phone shows last
  end(): Promise<void>
}
const sample = fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url))

export const openVisit = async (): Promise<VisitStage> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  let away = false
  const server = createServer((request, response) => void (away || !house ? response.writeHead(503).end() : house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${portOf(server)}`
  const lab = await startLab({ clock, port: 0, serverUrl: url })
  const accounts = lab.accounts.filter(({ vendor }) => vendor !== 'eco')
  const made = (house = await testHouse({ clock, connectors, flows, tools, accounts, config: { publicBaseUrl: url, catalogue: sample } }))
  await made.toolKeys.make({ tenant: made.tenant, name: 'lab', scopes: [...new Set(tools.flatMap(({ policy }) => policy.scopes))], secret: lab.toolKey })

  const follow = async (ms = 2_000): Promise<void> => {
    for (let passed = 0; passed <= ms; passed += 500) {
      await lab.bird.silent()
      await made.worker.settle()
      clock.advance(500)
    }
    await lab.bird.silent()
    await made.worker.settle()
  }
  return {
    house: made, lab, url, clock, follow,
    isAway: (now) => void (away = now),
    async say(number, text) {
      lab.bird.phone.write(number, { text })
      await follow()
      return lab.bird.phone.messages(number).filter(({ from }) => from === 'them').at(-1)?.text ?? ''
    },
    async end() {
      await made.end()
      await lab.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
