import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { keyScopes, type Parts } from '@portero/tool-server/app.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { startLab, type Lab } from '../lab/index.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house as it is shipped, with Bird and HubSpot of the lab, and a clock moved by hand: somebody writes, and everything that follows has happened. calendars: with those of its agents too.
export type VisitStage = {
  house: TestHouse
  lab: Lab
  url: string
  clock: FakeClock
  isAway(away: boolean): void // the house, for its vendors
  follow(ms?: number): Promise<void> // time goes by, and what comes of it is done
  say(number: string, text: string): Promise<string> // what came of it on the phone
  end(): Promise<void>
}
const calendarVendors = ['google', 'graph', 'calendly']
const sample = fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url))

// furnished: with the sample's homes. skewMs: by how much its vendors' clocks are ahead.
export const openVisit = async (clock = fakeClock(), { shadow = false, calendars = false, furnished = true, skewMs = 0, knocks, traces }: { traces?: Parts['config']['traces']; shadow?: boolean; calendars?: boolean; furnished?: boolean; skewMs?: number; knocks?: Parts['knocks'] } = {}): Promise<VisitStage> => {
  let house: TestHouse | undefined
  let away = false
  const server = createServer((request, response) => void (away || !house ? response.writeHead(503).end() : house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${portOf(server)}`
  const lab = await startLab({ clock: { ...clock, now: () => clock.now() + skewMs }, port: 0, serverUrl: url })
  const accounts = lab.accounts.filter(({ vendor }) => vendor !== 'eco' && (calendars || !calendarVendors.includes(vendor)))
  const made = (house = await testHouse({ clock, connectors, flows, tools, accounts, config: { publicBaseUrl: url, catalogue: furnished ? sample : undefined, labPort: Number(new URL(lab.url).port), shadow, ...(traces && { traces }) }, knocks }))
  await made.toolKeys.make({ tenant: made.tenant, name: 'lab', scopes: keyScopes, secret: lab.toolKey })

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
      const { messageId } = lab.bird.phone.write(number, { text })
      await follow()
      const shown = lab.bird.phone.messages(number)
      return shown.slice(shown.findIndex(({ id }) => id === messageId) + 1).map(({ text }) => text).join('\n')
    },
    async end() {
      await made.end()
      await lab.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
