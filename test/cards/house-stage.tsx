import { sql } from 'kysely'
import { openCards, publicBaseUrl, secrets, type CardsStage, type Record, type Told } from '../support/cards-stage.ts'
import type { CardProps } from '../../hubspot-project/src/app/cards/card.ts'
import { closeCards, openCard, type Shown } from './card-stage.tsx'

// A card on the record of somebody who has written, in front of the house's own doors. Between them a proxy like HubSpot's: it appends who asks, signs, and asks once more where no answer came or a fault.
// https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data
export type HouseStage = CardsStage & {
  proxy: { secret: string; isCut: boolean; loses: number } // isCut: nothing arrives; loses: so many answers to what was done
  knocked: { name: string; body: any; status: number | undefined }[]
  open(Card: (props: CardProps) => any, record: Record, locale?: string): Shown
  met(number: string, ...texts: string[]): Promise<Record> // somebody who writes
  tool(number: string, name: string, input: object): Promise<any> // as the agent in the conversation
  tours(): Promise<number> // of everybody
  breaks(isBroken: boolean): Promise<void> // the house, inside
  talks(number: string, count: number, from?: number): Promise<void> // more than a test would type
  answersBy(state: 'bot' | 'human' | 'paused'): Promise<void> // in every conversation
  rest(): Promise<void> // after each test: no card is open, and the proxy is as it should be
  staffed(staff: object | undefined): Promise<void> // who may do what from a card
}

export const openHouse = async (): Promise<HouseStage> => {
  const stage = await openCards()
  const { house: { db }, lab } = stage
  const sound = { secret: secrets[0]!, isCut: false, loses: 0 }
  const proxy = { ...sound }
  const knocked: HouseStage['knocked'] = []
  const knock = async (name: string, method: string, body: object): Promise<Told | undefined> => {
    const one: HouseStage['knocked'][number] = { name, body, status: undefined }
    knocked.push(one)
    const told = proxy.isCut ? undefined : await stage.knock({ name, method, body, secret: proxy.secret })
    one.status = told?.status
    if (!told || proxy.loses === 0) return told
    proxy.loses -= 1
    return undefined
  }
  const hsFetch = async (url: string, { method, body }: { method: string; body: object }): Promise<Response> => {
    const name = url.slice(`${publicBaseUrl}/cards/`.length)
    const first = await knock(name, method, body)
    const told = first && first.status < 500 ? first : await knock(name, method, body)
    if (told) return new Response(told.text, { status: told.status })
    return Response.json({ status: 'error', category: 'GATEWAY_TIMEOUT', message: 'Gateway took too long to respond', context: { correlationId: ['h-77'] } }, { status: 504 })
  }
  Object.assign(globalThis, { self: globalThis, hsFetch })

  const met: HouseStage['met'] = async (number, ...texts) => {
    for (const text of texts.length > 0 ? texts : ['Hola']) await stage.say(number, text)
    await stage.follow()
    return stage.recordOf(number)
  }
  return {
    ...stage, proxy, knocked, met,
    open: (Card, { type, id }, locale) => openCard(Card, { objectTypeId: type === 'contact' ? '0-1' : '0-3', objectId: id, ...(locale !== undefined && { locale }) }),
    async tool(number, name, input) {
      const headers = { authorization: `Bearer ${lab.toolKey}`, 'x-bird-conversation-id': lab.bird.conversationFor(number), 'content-type': 'application/json' }
      return (await fetch(`${stage.url}/tools/${name}`, { method: 'POST', headers, body: JSON.stringify(input) })).json()
    },
    tours: async () => (await sql<{ count: number }>`select count(*) as count from tour`.execute(db.bare)).rows[0]!.count,
    breaks: async (isBroken) => void (await sql`alter table ${sql.table(isBroken ? 'counterpart' : 'counterpart_away')} rename to ${sql.table(isBroken ? 'counterpart_away' : 'counterpart')}`.execute(db.bare)),
    answersBy: async (state) => void (await sql`update conversation set state = ${state}`.execute(db.bare)),
    async rest() {
      await closeCards()
      Object.assign(proxy, sound)
      knocked.length = 0
    },
    async staffed(staff) {
      const { tenant, connections } = stage.house
      const { vendor, account, settings } = await stage.house.connection('hubspot')
      await connections.put({ tenant, vendor, account, settings: { ...(settings as object), staff } })
    },
    async talks(number, count, from = 0) {
      lab.bird.assign(lab.bird.conversationFor(number), 'human') // so that the agent doesn't answer to each
      for (let n = from; n < from + count; n++) {
        lab.bird.phone.write(number, { text: `línea ${n}` })
        stage.clock.advance(1_000)
      }
      await stage.follow()
    },
    async end() {
      await closeCards()
      await stage.end()
    },
  }
}
