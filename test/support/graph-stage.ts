import { createServer } from 'node:http'
import { sql } from 'kysely'
import { z } from 'zod'
import { defineAction, type Answer, type Command, type Connection, type Flow } from '@portero/tool-server/define.ts'
import { graph as connector } from '@portero/tool-server/connectors/graph/index.ts'
import { calendarAsked, calendarPing } from '@portero/tool-server/flows/calendar-ping.ts'
import { eventsSeen, seenFlow, type CalendarEvent, type CalendarReads } from '@portero/tool-server/domain/ports/calendar.ts'
import type { Desk } from '../lab/desk.ts'
import type { Exchange } from './graph-schema.ts'
import { makeGraph, type Graph } from '../lab/graph/simulator.ts'
import { openServer } from '../lab/server.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house and the simulated Graph, with HTTP in between both ways. What the house is told of the calendar is only noted.
export const account = 'sofia.campos@urbanhub.example'
export const zone = 'America/Tijuana'
export const given = 'token-that-was-given'
export const appToken = 'token-of-the-app-itself'
export const pushSecrets = ['a-secret-of-pushes-that-nobody-knows', 'the-secret-of-pushes-before-that-one']
export type Found = { status: number; body: any; headers: Headers }
export type GraphStage = {
  clock: FakeClock
  house: TestHouse
  graph: Graph
  desk: Desk
  connection: Connection
  seen: CalendarEvent[] // in the order in which it was told
  answers: Answer[]
  pass(ms: number): Promise<void> // time goes by, and what is told and asked meanwhile is done
  send(command: Command, args: object, key: string): Promise<void>
  busy(from: number, to: number): Promise<Awaited<ReturnType<CalendarReads['busy']>>>
  connect(more?: object): Promise<Connection>
  by(control: string, wish?: object): Promise<any> // POST /_lab/graph/{control}
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Found> // at Graph, as somebody else would
  close(): Promise<void>
}

export const openGraph = async ({ publicUrl = 'https://portero.example', exchanges = [] }: { publicUrl?: string; exchanges?: Exchange[] } = {}): Promise<GraphStage> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  const door = createServer((request, response) => void (house ? house.doors(request, response) : response.writeHead(503).end()))
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', () => resolve()))
  const doorUrl = `http://127.0.0.1:${portOf(door)}`
  const graph = makeGraph({
    clock, accounts: [{ email: account, zone }, { email: 'otra.persona@urbanhub.example', zone: 'America/Mexico_City' }],
    tokens: { whose: (bearer) => (bearer === given ? { email: account } : bearer === appToken ? { email: 'portero', isApp: true } : undefined) },
    deliver: (url) => (url.startsWith(`${publicUrl}/`) ? doorUrl + url.slice(publicUrl.length) : undefined),
  })
  const lab = await openServer({ clock, port: 0, simulators: [{ ...graph, routes: recorded(graph.routes, exchanges) }] })
  const seen: CalendarEvent[] = []
  const answers: Answer[] = []
  const busyTold: Awaited<ReturnType<CalendarReads['busy']>>[] = []
  const flows: Flow[] = [
    { name: seenFlow, payload: eventsSeen, decide: async ({ events }: z.infer<typeof eventsSeen>) => void seen.push(...events) },
    { name: 'stage.heard', payload: z.looseObject({}), decide: async (answer: Answer) => void answers.push(answer) },
    { name: 'stage.asks', payload: z.strictObject({ connection: z.string(), from: z.int(), to: z.int() }), gather: (asked, reads) => reads.calendar.busy(asked), decide: async (_asked, found) => void busyTold.push(found) },
  ]
  const made = (house = await testHouse({ clock, connectors: [connector], flows: [calendarPing, calendarAsked, ...flows], config: { publicBaseUrl: publicUrl } }))
  const { tenant, connections, acting, worker, db } = made
  const nothing = z.strictObject({})
  const decide = async (what: Parameters<ReturnType<typeof defineAction<typeof nothing, typeof nothing>>['decides']>[0]): Promise<void> => {
    await acting.as({ tenant, by: 'system' }, 'all')(defineAction({ name: 'stage.decide', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(what), {})
  }
  const connect = (more: object = {}): Promise<Connection> => connections.put({ tenant, vendor: 'graph', account, settings: { baseUrl: `${lab.url}/graph/v1.0`, grant: { by: 'given', token: given }, pushSecrets, ...more } })
  const connection = await connect()
  const settle = async (): Promise<void> => {
    for (let told = -1; told !== graph.told().length; ) {
      told = graph.told().length
      await worker.settle()
      await graph.silent()
      await worker.settle()
    }
  }
  await settle()

  return {
    clock, house: made, graph, desk: lab.desk('graph'), connection, seen, answers, connect,
    async pass(ms) {
      await settle()
      clock.advance(ms)
      await settle()
    },
    async send(command, args, key) {
      await decide(async (_args, { send }) => {
        await send(command, args, { key, to: connection.id, then: 'stage.heard' })
        return {}
      })
      await settle()
    },
    async busy(from, to) {
      await sql`delete from job where name = 'stage.asks'`.execute(db.bare)
      const [asks] = flows.slice(2)
      await decide(async (_args, { later, now }) => {
        await later(asks!, { connection: connection.id, from, to }, { key: 'stage.asks', at: now })
        return {}
      })
      await settle()
      return busyTold.pop()!
    },
    async by(control, wish = {}) {
      const response = await fetch(`${lab.url}/_lab/graph/${control}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wish) })
      if (!response.ok) throw new Error(await response.text())
      return response.json()
    },
    async ask(method, path, body, headers = {}) {
      const response = await fetch(`${lab.url}/graph/v1.0${path}`, { method, headers: { authorization: `Bearer ${given}`, ...(body && { 'content-type': 'application/json' }), ...headers }, ...(body && { body: JSON.stringify(body) }) })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers }
    },
    async close() {
      await made.end()
      await lab.close()
      await new Promise((resolve) => door.close(resolve))
    },
  }
}

// Whatever was asked and answered, for whoever judges it.
const recorded = (routes: Graph['routes'], exchanges: Exchange[]): Graph['routes'] =>
  Object.fromEntries(
    Object.entries(routes).map(([on, route]): [string, typeof route] => [on, async (asked) => {
      const answer = await route(asked)
      exchanges.push({ method: asked.method, path: asked.path, request: asked.body, status: answer.status, answer: answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body)) })
      return answer
    }]),
  )
const utc = (text: string) => ({ dateTime: text, timeZone: 'UTC' })
export const at = (start: string, end: string): { start: object; end: object } => ({ start: utc(start), end: utc(end) })
