import { makeBird, type Bird } from '../lab/bird/simulator.ts'
import type { Agent } from '../lab/bird/chats.ts'
import { makeBundles } from '../lab/card-bundles.ts'
import { labPages } from '../lab/home-page.ts'
import { openServer, type LabServer } from '../lab/server.ts'
import { account } from './bird-lab-stage.ts'
import { fakeClock, type FakeClock } from './clock.ts'

// The lab's phone over the simulated Bird, and nothing else.
export type PhoneStage = LabServer & { clock: FakeClock; bird: Bird; sends(number: string, body: object): Promise<string> } // the message's id
export const openPhone = async (agent: Agent = { answer: async () => ['Va'] }): Promise<PhoneStage> => {
  const clock = fakeClock()
  const bird = makeBird({ clock, account, serverUrl: 'http://127.0.0.1:9', agent })
  const bundles = makeBundles({ clock, build: () => ({ done: Promise.resolve(new Map()), stop() {} }) })
  const pages = labPages({ clock, hosting: { portal: '4812345', publicUrl: 'https://portero.example' }, bundles, proxy: async () => ({ status: 503 }) })
  const server = await openServer({ clock, port: 0, simulators: [bird], phone: bird.phoneDesk, pages })
  return {
    ...server, clock, bird,
    async sends(number, body) {
      const response = await fetch(`${server.url}/bird/workspaces/${account.workspace}/channels/${account.channel}/messages`, {
        method: 'POST', headers: { 'content-type': 'application/json', authorization: `AccessKey ${account.apiKey}` }, body: JSON.stringify({ receiver: { contacts: [{ identifierValue: number }] }, body }),
      })
      const { id } = (await response.json()) as { id: string }
      return id
    },
  }
}
export const pressable = (title: string, payload: string): object => ({ type: 'postback', postback: { text: title, payload } })
