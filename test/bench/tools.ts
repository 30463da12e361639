import { fork, type ChildProcess } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import express from 'express'
import { CompiledQuery, sql } from 'kysely'
import { agentsFor, type Catalogue, type Home } from '@portero/tool-server/domain/homes.ts'
import { searchFor } from '@portero/tool-server/domain/offers.ts'
import { freeSlots } from '@portero/tool-server/domain/slots.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { makeHandles } from '@portero/tool-server/store/handles.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { tools as allTools } from '@portero/tool-server/tools/index.ts'
import { prospects } from '../support/homes.ts'
import { benchHouse, percentile, type BenchHouse } from './house.ts'
import type { Answered, Call, ToolLoad } from './tools-client.ts'

// What a tool call costs this process, beside an Express and zod echo that runs the same statements, and over MCP; bars 1.5 and 8. Rounds take turns, since a
// machine is not equally fast all the time: each figure is the median of its rounds. The agents are another process; on the embedded engine the database is in this one.
// Then 50 calls a second, begun on time whatever became of those before: first alone, then with the worker busy and every vendor 2 s slow; bars 100 and 300 ms.
const rounds = 7
const warmUps = 2
const perRound = { reads: 600, bookings: 200 }
const lanes = 8
const paced = { perSecond: 50, seconds: 10, vendorMs: 2_000 }
const clock = { ...realClock(), advance() {}, pending: () => 0 } // prospects() takes one that can be moved

type Talker = Awaited<ReturnType<typeof prospects>>[number]
type Round = { cpuUs: number; waits: number[] }
type Stage = BenchHouse & { key: string; catalogue: Catalogue; asking: Talker[]; client: ChildProcess }

export const tools = async (): Promise<object> => {
  const bench = await benchHouse({ work: false, vendors: ['bird', 'hubspot'] })
  const { house, lab, connection } = bench
  const client = fork(new URL('tools-client.ts', import.meta.url), { execArgv: ['--no-warnings'] })
  const key = await house.toolKeys.make({ tenant: house.tenant, name: 'bench', scopes: [...new Set(allTools.flatMap(({ policy }) => policy.scopes))] })
  const stage: Stage = { ...bench, key, client, catalogue: await loadCatalogue(house.db.bare, house.tenant), asking: await prospects({ ...house, clock }, connection.id, 500) }
  const echo = await echoOf(stage)
  try {
    const wires = { newer: await captured(stage, newer), older: await captured(stage, older) }
    const kinds: Record<string, () => Promise<Round>> = {
      echo: async () => round(stage, checks(stage, perRound.reads, { path: '/echo' }), echo.origin),
      check: async () => round(stage, checks(stage, perRound.reads)),
      mcp: async () => round(stage, checks(stage, perRound.reads, wires.newer)),
      olderMcp: async () => round(stage, checks(stage, perRound.reads, wires.older)),
      book: async () => round(stage, await bookings(stage, perRound.bookings)),
    }
    const done: Record<string, Round[]> = {}
    for (let n = 0; n < warmUps + rounds; n++) for (const [kind, run] of Object.entries(kinds)) {
      const measured = await run()
      if (n >= warmUps) (done[kind] ??= []).push(measured)
    }
    const bookingStatements = await statementsOfBooking(stage)
    const alone = await pacedLoad(stage)
    for (const desk of [lab.bird, lab.hubspot]) desk.fault({ fault: 'slow', on: '*', ms: paced.vendorMs, times: 1_000_000 })
    house.worker.start()
    const beside = await pacedLoad(stage)
    const vendorCalls = lab.hubspot.requests().length + lab.bird.requests().length
    const us = (kind: string): number => median((done[kind] ?? []).map(({ cpuUs }) => cpuUs))
    const figures = (kind: string) => ({ cpuUs: Math.round(us(kind)), ...times((done[kind] ?? []).flatMap(({ waits }) => waits)) })
    return {
      engine: bench.engine, lanes, check_availability: { ...figures('check'), statements: echo.statements }, book_tour: { ...figures('book'), statements: bookingStatements },
      echo: figures('echo'), httpToEcho: ratio(us('check'), us('echo')), mcp: figures('mcp'), mcpToHttp: ratio(us('mcp'), us('check')), olderMcp: { ...figures('olderMcp'), toHttp: ratio(us('olderMcp'), us('check')) },
      paced: { ...paced, alone, beside, vendorCalls },
    }
  } finally {
    client.disconnect()
    echo.server.close()
    await bench.end()
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const ratio = (a: number, b: number): number => Math.round((a / b) * 100) / 100
const times = (waits: readonly number[]) => {
  const sorted = waits.toSorted((a, b) => a - b)
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) }
}

const answersOf = async ({ client }: Stage, load: ToolLoad, go: () => void = () => {}): Promise<Answered> => {
  const next = <T>(): Promise<T> => new Promise((resolve) => client.once('message', (message: T) => resolve(message)))
  const ready = next<'ready'>()
  client.send(load)
  await ready
  const answered = next<Answered>()
  go()
  client.send('go')
  const seen = await answered
  if (seen.failed.length > 0) throw new Error(`${seen.failed.length} of ${load.calls.length} calls failed: ${seen.failed[0]}`)
  return seen
}

const round = async (stage: Stage, calls: Call[], origin = stage.origin): Promise<Round> => {
  let before = process.cpuUsage()
  const { waits } = await answersOf(stage, { origin, calls, pace: { lanes } }, () => void (before = process.cpuUsage()))
  const { user, system } = process.cpuUsage(before)
  return { cpuUs: (user + system) / calls.length, waits: Object.values(waits).flat() }
}

const headersFor = ({ key }: Stage, { conversation }: Talker): Record<string, string> => ({ 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-bird-conversation-id': `cv-${conversation}` })
let turn = 0
const checks = (stage: Stage, count: number, how: { path?: string; headers?: Record<string, string>; body?: string } = {}): Call[] =>
  Array.from({ length: count }, () => {
    const who = stage.asking[turn++ % stage.asking.length]
    if (!who) throw new Error('nobody asks')
    return { kind: 'check_availability', path: how.path ?? '/tools/check_availability', headers: { ...how.headers, ...headersFor(stage, who) }, body: how.body ?? JSON.stringify(asked) }
  })
const asked = { home: 'roma-norte-302' }

// Each by somebody new who has just written, each of a visit that can be had; the diary is emptied first.
const bookings = async (stage: Stage, count: number): Promise<Call[]> => {
  const { house: { db, vault, tenant }, connection, catalogue } = stage
  await sql`delete from job where name = 'tours.changed'`.execute(db.bare)
  await sql`delete from tour`.execute(db.bare)
  const visits = visitsOf(catalogue, clock.now())
  if (visits.length < count) throw new Error(`only ${visits.length} visits are free`)
  const talkers = await prospects({ db, tenant, clock }, connection.id, count)
  const handles = makeHandles({ on: db.bare, vault, tenant, now: clock.now })
  const calls: Call[] = []
  for (const [n, talker] of talkers.entries()) {
    await vault.seal(db.bare, talker, 'bench', 'Hola')
    const visit = visits[(n * 7) % visits.length]
    if (visit) calls.push({ kind: 'book_tour', path: '/tools/book_tour', headers: headersFor(stage, talker), body: JSON.stringify({ slot_id: await handles.slot(talker.person, visit) }) })
  }
  return calls
}

// Whoever gets them: of buildings that share no agent, the first hours of each day at which all who work that day are free, once for each of them.
const visitsOf = (catalogue: Catalogue, now: number): { home: number; startsAt: number }[] => {
  const open = catalogue.homes.filter(({ isOpen }) => isOpen)
  const busy = new Set<string>()
  const visits: { home: number; startsAt: number }[] = []
  for (const [building, homes] of Map.groupBy(open, (home: Home) => home.building)) {
    const [home] = homes
    const agents = agentsFor(catalogue, building.id)
    if (!home || agents.some(({ id }) => busy.has(id))) continue
    for (const { id } of agents) busy.add(id)
    for (const slots of Map.groupBy(freeSlots(searchFor({ catalogue, home, now: now + 60_000, taken: [] })), ({ startsAt }) => dayOf(building.zone, startsAt)).values()) {
      const most = Math.max(...slots.map((slot) => slot.agents.length))
      const full = slots.filter((slot) => slot.agents.length === most).slice(0, building.visits.perAgentAndDay)
      for (const { startsAt, agents: able } of full) for (const _ of able) visits.push({ home: homes[visits.length % homes.length]?.no ?? home.no, startsAt })
    }
  }
  return visits.slice(0, visits.length - (visits.length % 7 === 0 ? 1 : 0)) // every seventh, round and round, is all of them
}

const statementsOfBooking = async (stage: Stage): Promise<number> => {
  const [call] = await bookings(stage, 1)
  return call ? (await stage.statements(() => tell(stage, call))).length : 0
}
const tell = async ({ origin }: Stage, { path, headers, body }: Call): Promise<unknown> => (await fetch(`${origin}${path}`, { method: 'POST', headers, body })).json()

// The least that could answer: the statements of one call, as they were, between zod and JSON.
const echoOf = async (stage: Stage): Promise<{ server: Server; origin: string; statements: number }> => {
  const { house: { db } } = stage
  const [call] = checks(stage, 1)
  const tool = allTools.find(({ name }) => name === 'check_availability')
  if (!call || !tool) throw new Error('nothing to echo')
  await tell(stage, call) // what may be remembered is
  let answer: unknown
  const statements = await stage.statements(async () => void (answer = await tell(stage, call)))
  const app = express()
  app.post('/echo', express.json(), async (request, response) => {
    tool.input.parse(request.body)
    for (const { sql: text, parameters } of statements) await db.bare.executeQuery(CompiledQuery.raw(text, text.startsWith('insert into tool_fact') ? parameters.with(2, newId(clock)) : [...parameters]))
    response.json(tool.output.parse(answer))
  })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the echo did not open')
  return { server, origin: `http://127.0.0.1:${address.port}`, statements: statements.length }
}

// One call as the SDK's own client makes it, to be made again by the agents.
type Wire = { path: string; headers: Record<string, string>; body: string }
type Fetching = (url: string | URL, init?: RequestInit) => Promise<Response>
type Connect = (url: URL, how: { fetch: Fetching; requestInit: RequestInit }) => Promise<{ call(): Promise<unknown>; close(): Promise<void> }>
const captured = async (stage: Stage, connect: Connect): Promise<Wire> => {
  const [who] = stage.asking
  if (!who) throw new Error('nobody asks')
  let wire: Wire | undefined
  const listening: Fetching = (url, init) => {
    if (typeof init?.body === 'string' && init.body.includes('tools/call')) wire = { path: '/mcp', headers: Object.fromEntries(new Headers(init.headers)), body: init.body }
    return fetch(url, init)
  }
  const client = await connect(new URL(`${stage.origin}/mcp`), { fetch: listening, requestInit: { headers: headersFor(stage, who) } })
  await client.call()
  await client.close()
  if (!wire) throw new Error('no call was made')
  return wire
}
const request = { name: 'check_availability', arguments: asked }
const newer: Connect = async (url, how) => {
  const client = new Client({ name: 'bench', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  await client.connect(new StreamableHTTPClientTransport(url, how))
  return { call: () => client.callTool(request), close: () => client.close() }
}
const older: Connect = async (url, how) => {
  const client = new OlderClient({ name: 'bench', version: '1' })
  await client.connect(new OlderTransport(url, how))
  return { call: () => client.callTool(request), close: () => client.close() }
}

// Half look, half book.
const pacedLoad = async (stage: Stage): Promise<object> => {
  const half = (paced.perSecond * paced.seconds) / 2
  const booking = await bookings(stage, half)
  const calls = checks(stage, half).flatMap((check, n) => [check, ...booking.slice(n, n + 1)])
  const { waits } = await answersOf(stage, { origin: stage.origin, calls, pace: { perSecond: paced.perSecond } })
  return Object.fromEntries(Object.entries(waits).map(([kind, each]) => [kind, times(each)]))
}
