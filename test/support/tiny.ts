import { expect } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { defineAction, defineCommand, doing, house, type Act, type At, type Connection, type Connector } from '@portero/tool-server/define.ts'
import { makeHouse, type House } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { serverUrl } from './databases.ts'
import { testHouse, type TestHouse } from './house.ts'
import { json, startVendor, type Heard, type Vendor } from './http-stage.ts'

// A vendor small enough to hold in one hand, and a house that is connected to it: one command for each kind of `again`, flows and an action that write notes.

// What the vendor does with the next POST. lost: done, but the answer never comes. dropped: neither. odd: done, with an answer nobody understands. held: the test answers.
export type Next = 'done' | 'lost' | 'dropped' | 'odd' | 'held' | { status: number; headers?: Record<string, string> }
export type Thing = { id: string; path: string; key: string; text: string }
export type TinyVendor = Vendor & {
  things: Thing[] // what has really happened there
  hides(hidden: boolean): void // its index is behind
  will(...next: Next[]): void // whatever comes after that is 'done'
  posted(): string[] // the idempotency keys of all POSTs, in order
  times(key: string): number // how often it was posted
  unasked(): Next[] // what a test prepared and nobody came for
}

// Node closes a socket that has been idle for 5 s; on a slow machine the next request of a test could still be on its way to it.
const reply = (heard: Heard, status: number, body: object, headers: Record<string, string> = {}): void => json(heard, status, body, { connection: 'close', ...headers })

const posting = z.looseObject({ text: z.string() })
export const tinyVendor = async (): Promise<TinyVendor> => {
  const script: Next[] = []
  const things: Thing[] = []
  let hidden = false
  const commit = ({ url, body }: Heard, key: string): Thing => {
    const known = url === '/keyed' ? things.find((thing) => thing.key === key) : undefined
    if (known) return known
    const thing = { id: `t${things.length + 1}`, path: url, key, text: posting.parse(JSON.parse(body.toString())).text }
    things.push(thing)
    return thing
  }
  const find = (heard: Heard): void => {
    const key = new URL(heard.url, 'http://tiny').searchParams.get('key')
    const found = hidden ? undefined : things.find((thing) => thing.key === key)
    reply(heard, found ? 200 : 404, found ? { id: found.id } : {})
  }
  const posted = (): string[] => server.heard.filter(({ method }) => method === 'POST').map(({ headers }) => String(headers['idempotency-key']))
  const server = await startVendor((heard) => {
    if (heard.method === 'GET') return find(heard)
    const next = script.shift() ?? 'done'
    if (next === 'held') return
    if (typeof next === 'object') return reply(heard, next.status, {}, next.headers)
    if (next === 'dropped') return void heard.socket.destroy()
    const { id } = commit(heard, String(heard.headers['idempotency-key']))
    if (next === 'lost') return void heard.socket.destroy()
    reply(heard, 200, next === 'odd' ? { nonsense: true } : { id })
  })
  return {
    ...server,
    things,
    hides: (now) => void (hidden = now),
    will: (...next) => void script.push(...next),
    posted,
    times: (key) => posted().filter((each) => each === key).length,
    unasked: () => script.splice(0),
  }
}

const args = z.strictObject({ text: z.string() })
const result = z.strictObject({ id: z.string() })
const command = (name: string, blocksSerialWhenDead = false) => defineCommand({ name: `tiny.${name}`, args, result, attempts: 3, blocksSerialWhenDead })
export const keyed = command('keyed')
export const same = command('same')
export const once = command('once')
export const sought = command('sought')
export const ordered = command('ordered', true)
export const lagMs = 8_000

type Posting = (args: { text: string }, at: At<unknown> & { key: string }) => Promise<any>
const post = (path: string): Posting => async (body, { http, key }) => (await http({ method: 'POST', path, body, idempotencyKey: key })).body
const seek = async (_args: unknown, { http, key }: At<unknown> & { key: string }): Promise<any> => {
  const { status, body } = await http({ method: 'GET', path: '/things', query: { key }, accept: [404] })
  return status === 404 ? undefined : body
}
const settings = z.strictObject({ baseUrl: z.string() })
const events = z.array(z.strictObject({ id: z.string(), flow: z.string(), serial: z.string().exactOptional(), lane: z.enum(['live', 'sync', 'bulk']).exactOptional(), payload: z.looseObject({}) }))
export type Event = z.input<typeof events>[number]

const { defineConnector, defineFlow } = house<any>()
export const tinyConnector = (more: Partial<Connector> = {}): Connector =>
  defineConnector({
    name: 'tiny',
    settings,
    auth: { kind: 'none' },
    limits: { perSecond: 10_000, concurrent: 50, timeoutMs: 20_000 },
    redact: [],
    webhook: { verify() {}, identity: ['x-delivery'], parse: ({ rawBody }) => events.parse(JSON.parse(rawBody.toString())) },
    does: [doing(keyed, 'vendor-key', post('/keyed')), doing(same, 'same-effect', post('/same')), doing(once, 'never', post('/once')), doing(sought, { find: seek, lagMs }, post('/sought')), doing(ordered, 'vendor-key', post('/keyed'))],
    ...more,
  })

// A note is what is left of a turn or an action that was committed.
export const note = async ({ tx, subject }: Pick<Act, 'tx' | 'subject'>, text: string): Promise<void> => {
  await sql`insert into tiny_note (tenant_id, text) values (${subject.tenant}, ${text})`.execute(tx)
}
export const writeNote = defineAction({ name: 'tiny.write-note', args, result: z.strictObject({}), scopes: ['notes:write'], callers: ['system', 'staff'] }).decides(async ({ text }, at) => {
  await note(at, text)
  return {}
})
// Notes what it is told; ordered: its turns stand in one line.
export const told = defineFlow({ name: 'tiny.told', payload: z.strictObject({ text: z.string() }), decide: async ({ text }, _facts, at) => note(at, text) })
// Notes the answer of a command.
const answer = z.strictObject({ command: z.string(), key: z.string(), args: z.json(), done: z.json().optional(), dead: z.json().optional() })
export const heard = defineFlow({ name: 'tiny.heard', payload: answer, decide: async ({ key, done, dead }, _facts, at) => note(at, JSON.stringify({ key, ...(done !== undefined && { done }), ...(dead !== undefined && { dead }) })) })

export type Tiny = TestHouse & {
  vendor: TinyVendor
  tiny: Connection
  decide(what: (at: Act) => Promise<unknown>, options?: { waitMs?: number }): Promise<void> // as an action of the system
  deliver(events: Event[], headers?: Record<string, string>): Promise<'stored' | 'repeated'>
  settle(): Promise<void>
  pass(ms: number): Promise<void> // time goes by, and what became due is done
  notes(): Promise<string[]>
  job(key: string): Promise<JobRow>
}
export type JobRow = { id: string; state: string; attempts: number; fence: number; error_code: string | null; uncertain_since: number | null; run_at: number; leased_by: string | null }

export type Furnishing = NonNullable<Parameters<typeof testHouse>[0]>
export const tinyHouse = async ({ connectors = [tinyConnector()], flows = [], accounts = [], config, ...more }: Furnishing = {}): Promise<Tiny> => {
  const vendor = await tinyVendor()
  const made = await testHouse({ connectors, flows: [told, heard, ...flows], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: vendor.origin } }, ...accounts], config: { masterKeys, ...config }, ...more })
  await sql`create table tiny_note (tenant_id uuid not null, seq bigint generated always as identity, text text not null)`.execute(made.db.bare)
  const tiny = await made.connection('tiny')
  const settle = (): Promise<void> => made.worker.settle()
  const ask = z.strictObject({})
  return {
    ...made, vendor, tiny, settle,
    async decide(what, options) {
      const action = defineAction({ name: 'tiny.decide', args: ask, result: ask, scopes: [], callers: ['system'] }).decides(async (_args, at) => {
        await what(at)
        return {}
      })
      await made.acting.as({ tenant: made.tenant, by: 'system' }, 'all')(action, {}, options)
    },
    deliver: (events, headers = {}) => made.inbox.accept(tiny, { method: 'POST', url: 'https://portero.example/webhooks/tiny', headers, rawBody: Buffer.from(JSON.stringify(events)) }, newTrace(made.clock)),
    async pass(ms) {
      made.clock.advance(ms)
      await settle()
    },
    notes: async () => (await sql<{ text: string }>`select text from tiny_note order by seq`.execute(made.db.bare)).rows.map(({ text }) => text),
    async job(key) {
      const { rows: [row] } = await sql<JobRow>`select id, state, attempts, fence, error_code, uncertain_since, run_at, leased_by from job where key = ${key}`.execute(made.db.bare)
      if (!row) throw new Error(`no job has the key ${key}`)
      return row
    },
    async end() {
      const ended = made.end()
      made.clock.advance(0) // the grace is over
      await ended
      await vendor.close()
      expect(vendor.unasked()).toEqual([])
    },
  }
}

// Another replica on the same database and clock.
const masterKeys = [Buffer.alloc(32, 7)]
export const neighbourOf = async (tiny: Tiny, { connectors = [tinyConnector()], flows = [] }: Pick<Furnishing, 'connectors' | 'flows'> = {}): Promise<House & { leave(): Promise<void> }> => {
  const config = { ...readConfig({ PORTERO_LAB: '1', PUBLIC_BASE_URL: 'https://portero.example' }), masterKeys }
  const log = makeLog({ level: 'silent', clock: tiny.clock })
  const engine = serverUrl ? openPostgres({ url: await urlOf(tiny, serverUrl), clock: realClock(), log }) : tiny.db.engine // an embedded engine has one process
  const neighbour = makeHouse({ config, clock: tiny.clock, log, engine, connectors, flows: [told, heard, ...flows], accounts: [] })
  await neighbour.begin({ work: false })
  return { ...neighbour, leave: () => (serverUrl ? neighbour.close(0) : neighbour.worker.drain(0)) }
}
const urlOf = async ({ db }: Tiny, server: string): Promise<string> => {
  const { rows: [row] } = await sql<{ name: string }>`select current_database() as name`.execute(db.bare)
  return Object.assign(new URL(server), { pathname: `/${row?.name}` }).href
}

// Waits for what the worker does by itself; no time goes by meanwhile.
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve))
}
