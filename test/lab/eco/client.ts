import { doing, type At, type Doing, type Pull, type Watch } from '@portero/tool-server/define.ts'
import { changed, gone, read, thingOf, wireId, wireOne, wirePage, wireSubscription, wireThings } from './map.ts'
import { keep, post, set, shout, type Reads } from './port.ts'

// The calls that we make, each with the route of ./simulator.ts that documents it.

export const reads: { [Port in keyof Reads]: (at: At<unknown>) => Reads[Port] } = {
  eco: ({ http }) => ({
    // GET /things/:thing
    async thing(id) {
      const reply = await http({ method: 'GET', path: `/things/${encodeURIComponent(id)}`, accept: [404] })
      return reply.status === 404 ? undefined : thingOf(read(wireOne, reply))
    },
  }),
}

export const does: Doing[] = [
  // POST /notes: the same Idempotency-Key again is answered as the first time.
  doing(keep, 'vendor-key', async ({ text }, { http, key }) => {
    const reply = await http({ method: 'POST', path: '/notes', body: { reference: key, text }, idempotencyKey: key })
    return { note: read(wireId, reply).id }
  }),

  // PUT /things/:thing
  doing(set, 'same-effect', async ({ thing, text }, { http, key }) => {
    const reply = await http({ method: 'PUT', path: `/things/${encodeURIComponent(thing)}`, body: { reference: key, text } })
    return { version: read(wireOne, reply).revision }
  }),

  // POST /things makes another thing every time; GET /things?reference= finds what was made, some seconds later.
  doing(post, { find: async (_args, at) => found(at), lagMs: 5_000 }, async ({ text }, { http, key }) => {
    const reply = await http({ method: 'POST', path: '/things', body: { reference: key, text } })
    return { thing: read(wireOne, reply).thing_id }
  }),

  // POST /shouts: heard at once, and nowhere to be looked up.
  doing(shout, 'never', async ({ text }, { http, key }) => {
    const reply = await http({ method: 'POST', path: '/shouts', body: { reference: key, text } })
    return { shout: read(wireId, reply).id }
  }),
]

const found = async ({ http, key }: At<unknown> & { key: string }): Promise<{ thing: string } | undefined> => {
  const reply = await http({ method: 'GET', path: '/things', query: { reference: key } })
  const [thing] = read(wireThings, reply).things
  return thing && { thing: thing.thing_id }
}

// GET /changes: without a cursor everything there is, then what has changed since. 410: the cursor is forgotten.
export const changes: Pull<unknown> = {
  everyMs: 60_000,
  async pull(cursor, { http }) {
    const reply = await http({ method: 'GET', path: '/changes', ...(cursor !== null && { query: { cursor } }), accept: [410] })
    if (reply.status === 410) return { deliveries: [], cursor: null, restart: true }
    const { things, next, more } = read(wirePage, reply)
    const deliveries = things.map((thing) => ('gone' in thing ? gone(thing.thing_id, thing.revision) : changed(thing)))
    return { deliveries, cursor: next, ...(more && { more: true as const }) }
  },
  gone: (items) => items.map((item) => gone(item)),
}

// PUT /subscriptions/:account: asked again, it lives longer.
export const watch: Watch<unknown> = {
  async ensure({ http, connection }) {
    const reply = await http({ method: 'PUT', path: `/subscriptions/${encodeURIComponent(connection.account)}` })
    return { expiresAt: Date.parse(read(wireSubscription, reply).expires_at) }
  },
}
