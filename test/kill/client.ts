import { request } from 'node:http'
import { signEco } from '../lab/eco/sign.ts'

// The vendor's side of the webhooks: it posts events, some of them more than once, and remembers which were acknowledged.
export type Event = { id: string; thing: string; text: string; asks: readonly string[] }
export type Client = {
  post(port: number, events: readonly Event[]): Promise<boolean>
  again(port: number, at: number): Promise<boolean> // the same bytes as before
  posted(): number
  events(): { event: Event; acknowledged: boolean }[]
}

export const makeClient = ({ account, secret }: { account: string; secret: string }): Client => {
  const bodies: { body: Buffer; ids: string[] }[] = []
  const events = new Map<string, Event>()
  const acknowledged = new Set<string>()

  const send = async (port: number, { body, ids }: { body: Buffer; ids: string[] }): Promise<boolean> => {
    const taken = (await statusOf({ port, body, headers: { 'content-type': 'application/json', 'eco-account': account, 'eco-signature': signEco({ body, secrets: [secret], nowMs: Date.now() }) } })) === 200
    if (taken) for (const id of ids) acknowledged.add(id)
    return taken
  }

  return {
    post(port, told) {
      const wire = told.map(({ id, thing, text, asks }) => ({ id, type: 'thing.said', at: new Date().toISOString(), data: { thing_id: thing, text, revision: 1, asks } }))
      const one = { body: Buffer.from(JSON.stringify(wire)), ids: told.map(({ id }) => id) }
      for (const event of told) events.set(event.id, event)
      bodies.push(one)
      return send(port, one)
    },
    again: (port, at) => send(port, bodies.at(at)!),
    posted: () => bodies.length,
    events: () => [...events.values()].map((event) => ({ event, acknowledged: acknowledged.has(event.id) })),
  }
}

// 0: nobody answered. A connection of its own, so that no request waits on one that the last server left behind.
const statusOf = ({ port, body, headers }: { port: number; body: Buffer; headers: Record<string, string> }): Promise<number> =>
  new Promise((resolve) => {
    const asking = request({ host: '127.0.0.1', port, path: '/webhooks/eco', method: 'POST', agent: false, headers: { ...headers, 'content-length': body.length } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asking.on('error', () => resolve(0)).end(body)
  })
