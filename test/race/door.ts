import { setTimeout as sleep } from 'node:timers/promises'
import { Pool, type Dispatcher } from 'undici'
import { z } from 'zod'

// How prospects reach the processes: whichever is up. Whoever isn't answered asks the same again, of any of them, until they are.
export type Said = { ok: boolean; code: string; tour: { id: string; home: string; startsAt: number } | undefined; slots: string[] } // slots: what is offered instead
export type Page = { status: number; location: string | undefined; text: string }
export type Door = {
  tool(name: string, conversation: string, input: object): Promise<Said>
  page(method: 'GET' | 'POST', path: string, fields?: Record<string, string>): Promise<Page>
  again(): number // how often something had to be asked again
  close(): Promise<void>
}

// The booking page lets each address ask 240 times a minute. Only Linux has all of 127/8 without being told.
const addressFor = (path: string): string => (process.platform === 'linux' ? `127.0.9.${1 + (hash(path) % 120)}` : '127.0.0.1')
const patienceMs = 120_000
const told = z.object({
  ok: z.boolean(),
  data: z.object({ tour: z.object({ tour_id: z.string(), home: z.string(), start: z.string() }) }).nullish(),
  error: z.object({ code: z.string(), alternatives: z.array(z.object({ slot_id: z.string() })).nullish() }).nullish(),
})

// ports: of the processes that are up.
export const makeDoor = ({ ports, key }: { ports: () => readonly number[]; key: string }): Door => {
  const pools = new Map<string, Pool>()
  let turn = 0
  let repeated = 0
  let isClosed = false

  const poolTo = (port: number, from: string | undefined): Pool => {
    const name = `${port} ${from}`
    const pool = pools.get(name) ?? new Pool(`http://127.0.0.1:${port}`, { connections: from === undefined ? 64 : 2, headersTimeout: 30_000, ...(from !== undefined && { localAddress: from }) })
    pools.set(name, pool)
    return pool
  }
  // read: undefined where it is no answer yet.
  const answered = async <T>(ask: Dispatcher.RequestOptions, from: string | undefined, read: (answer: Page) => T | undefined): Promise<T> => {
    let last = 'nobody was up'
    for (const end = performance.now() + patienceMs; performance.now() < end && !isClosed; await sleep(50 + Math.random() * 100)) {
      const up = ports()
      const port = up[turn++ % Math.max(up.length, 1)]
      if (port === undefined) continue
      try {
        const { statusCode: status, headers, body } = await poolTo(port, from).request(ask)
        const text = await body.text()
        const seen = status === 429 || status >= 500 ? undefined : read({ status, text, location: headers['location']?.toString() })
        if (seen !== undefined) return seen
        last = `${status} ${text.slice(0, 200)}`
        if (status === 429) await sleep(Number(headers['retry-after'] ?? 1) * 1_000)
      } catch (thrown) {
        if (thrown instanceof Unexpected) throw thrown
        last = String(thrown)
      }
      repeated++
    }
    throw new Unexpected(`${ask.method} ${ask.path.slice(0, 20)} was not answered: ${last}`)
  }

  return {
    again: () => repeated,
    tool: (name, conversation, input) =>
      answered({ method: 'POST', path: `/tools/${name}`, headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-bird-conversation-id': conversation }, body: JSON.stringify(input) }, undefined, ({ status, text }): Said | undefined => {
        if (status === 409) return undefined // the same call at the same time
        if (status !== 200) throw new Unexpected(`${name} answers ${status} ${text.slice(0, 300)}`)
        const { ok, data, error } = told.parse(JSON.parse(text))
        const code = error?.code ?? 'ok'
        if (code === 'still_working' || code === 'tour_changed') return undefined
        const tour = data ? { id: data.tour.tour_id, home: data.tour.home, startsAt: Date.parse(data.tour.start) } : undefined
        return { ok, code, tour, slots: error?.alternatives?.map(({ slot_id }) => slot_id) ?? [] }
      }),
    page(method, path, fields) {
      const form = fields && { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() }
      return answered({ method, path, ...form }, addressFor(path), (page) => page)
    },
    async close() {
      isClosed = true
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}
export class Unexpected extends Error {}
const hash = (text: string): number => Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 65_521, 7)
