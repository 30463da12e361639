import type { Parts } from '@portero/tool-server/app.ts'
import { portal, queryOf, secrets, signed, type Told } from './cards-stage.ts'
import { openVisit, type VisitStage } from './visit-stage.ts'

// The house as it is shipped, with HubSpot's proxy in front of its doors, and people of each role who look at its pages.
const people = { admin: '11', other: '12', agent: '22', viewer: '33', nobody: '44' } as const
export type Who = keyof typeof people
export type PagesStage = VisitStage & {
  ask(name: string, body?: object, who?: Who): Promise<Told>
  tool(phone: string, name: string, input: object): Promise<any>
}

export const openPages = async (knocks?: Parts['knocks']): Promise<PagesStage> => {
  const stage = await openVisit(undefined, knocks && { knocks })
  const { house, clock, lab } = stage
  const hubspot = lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
  const staff = { default: 'none', admins: [people.admin, people.other], agents: [people.agent], viewers: [people.viewer] }
  await house.connections.put({ tenant: house.tenant, ...hubspot, settings: { ...hubspot.settings, clientSecrets: secrets, staff } })
  return {
    ...stage,
    async ask(name, body = {}, who = 'admin') {
      const raw = JSON.stringify(body)
      const url = `${stage.url}/cards/${name}?${queryOf({ user: people[who], account: portal })}`
      const signature = signed({ secret: secrets[0]!, method: 'POST', url, body: raw, sentAt: clock.now() })
      const response = await fetch(url, { method: 'POST', body: raw, headers: { 'content-type': 'application/json', 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(clock.now()) } })
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
    },
    async tool(phone, name, input) {
      const headers = { authorization: `Bearer ${lab.toolKey}`, 'x-bird-conversation-id': lab.bird.conversationFor(phone), 'content-type': 'application/json' }
      return (await fetch(`${stage.url}/tools/${name}`, { method: 'POST', headers, body: JSON.stringify(input) })).json()
    },
  }
}
