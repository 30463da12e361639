import { createServer } from 'node:http'
import { z } from 'zod'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import { defineAction, type Answer, type Command, type Connection, type Flow } from '@portero/tool-server/define.ts'
import { calendarPing, dropEvent, eventsSeen, pingFlow, putEvent, seenFlow, type CalendarEvent } from '@portero/tool-server/domain/ports/calendar.ts'
import type { Desk } from '../lab/desk.ts'
import { makeGoogle, type Google } from '../lab/google/simulator.ts'
import { openServer } from '../lab/server.ts'
import type { Route } from '../lab/simulator.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import type { Exchange } from './google-spec.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house beside the simulated Google, with one calendar connected. Its flows only note what they are told.
export type GoogleStage = {
  clock: FakeClock
  house: TestHouse
  google: Google
  desk: Desk
  url: string // of the lab
  exchanges: Exchange[]
  seen: CalendarEvent[] // in the order in which it was told
  pings: number[] // when they came
  put(wanted: Partial<z.input<typeof putEvent.args>>): Promise<Answer>
  drop(wanted: Partial<z.input<typeof dropEvent.args>>): Promise<Answer>
  busy(from: number, to: number): Promise<unknown>
  connection(): Promise<Connection>
  connect(settings: object): Promise<void>
  follow(ms?: number, stepMs?: number): Promise<void> // time goes by, and what comes of it is done
  control(name: string, body?: object): Promise<any>
  end(): Promise<void>
}
export const mariana = 'mariana.solis@casas.example'
export const diego = 'diego.arriaga@casas.example'
export const tokens = new Map([['ya29.mariana', mariana], ['ya29.diego', diego]])
export const secrets = { new: 'el-secreto-nuevo-de-los-avisos-de-google', old: 'el-secreto-viejo-de-los-avisos-de-google' }
export const publicBaseUrl = 'https://portero.example'
export const tour = '01997a3c-5b1e-7f20-8c44-2d9e6a1b7f03'

type How = { zone?: string; settings?: object; scopes?: readonly string[]; exchanges?: Exchange[]; https?: boolean }
export const openGoogle = async ({ zone = 'America/Mexico_City', settings = {}, scopes, exchanges = [], https = true }: How = {}): Promise<GoogleStage> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  const server = createServer((request, response) => void (!house ? response.writeHead(503).end() : house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const serverUrl = `http://127.0.0.1:${portOf(server)}`
  const whose = (bearer: string): { email: string; scopes?: readonly string[] } | undefined => {
    const email = tokens.get(bearer)
    return email === undefined ? undefined : { email, ...(scopes && { scopes }) }
  }
  const vendor = makeGoogle({ clock, accounts: [{ email: mariana, zone }, { email: diego, zone }], tokens: { whose }, deliver: (address) => (address.startsWith(publicBaseUrl) ? address.replace(publicBaseUrl, serverUrl) : undefined) })
  // What was asked and answered is written down, to be held against what Google has published.
  const plain: Record<string, Route> = vendor.routes
  const routes = Object.fromEntries(Object.entries(plain).map(([on, route]): [string, Route] => [on, (asked) => {
    const answer = route(asked)
    exchanges.push({ asked, answer })
    return answer
  }]))
  const lab = await openServer({ clock, port: 0, simulators: [{ ...vendor, routes }] })

  const seen: CalendarEvent[] = []
  const pings: number[] = []
  const answers: Answer[] = []
  const asked: unknown[] = []
  const span = z.strictObject({ connection: z.string(), from: z.number(), to: z.number() })
  const flows: Flow[] = [
    { name: seenFlow, payload: eventsSeen, decide: async ({ events }) => void seen.push(...events) },
    { name: pingFlow, payload: calendarPing, decide: async () => void pings.push(clock.now()) },
    { name: 'test.answered', payload: z.looseObject({}), decide: async (answer: Answer) => void answers.push(answer) },
    { name: 'test.busy', payload: span, gather: (asking: z.infer<typeof span>, reads) => reads.calendar.busy(asking), decide: async (_payload, found) => void asked.push(found) },
  ]
  const account = (more: object): { vendor: string; account: string; settings: object } => ({ vendor: 'google', account: mariana, settings: { baseUrl: `${lab.url}/google/calendar/v3`, grant: { by: 'given', token: 'ya29.mariana' }, calendar: 'primary', pushSecrets: [secrets.new], ...settings, ...more } })
  const made = (house = await testHouse({ clock, connectors: [google], flows, accounts: [account({})], config: { publicBaseUrl: https ? publicBaseUrl : 'http://portero.example' } }))
  const { worker, acting, tenant } = made
  const nothing = z.strictObject({})
  const decide = async (what: Parameters<ReturnType<typeof defineAction<typeof nothing, typeof nothing>>['decides']>[0]): Promise<void> => {
    await acting.as({ tenant, by: 'system' }, 'all')(defineAction({ name: 'test.decide', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(what), {})
  }
  let commands = 0
  const command = async (which: Command, args: object): Promise<Answer> => {
    const key = `test:${++commands}`
    const { id: to } = await made.connection('google')
    await decide(async (_args, { send }) => {
      await send(which, args, { key, to, then: 'test.answered' })
      return {}
    })
    for (let at = 0; at < 60 && !answers.some((answer) => answer.key === key); at++) {
      await worker.settle()
      clock.advance(1_000)
    }
    const found = answers.find((answer) => answer.key === key)
    if (!found) throw new Error(`${which.name} was not answered within a minute`)
    return found
  }

  return {
    clock, house: made, google: vendor, desk: lab.desk('google'), url: lab.url, exchanges, seen, pings,
    put: (wanted) => command(putEvent, { ours: tour, title: 'Visita: Jacarandas 12', body: 'Viene Ximena.', location: 'Jacarandas 12', startsAt: Date.UTC(2026, 10, 25, 17), endsAt: Date.UTC(2026, 10, 25, 17, 30), zone: 'America/Mexico_City', invites: false, ...wanted }),
    drop: (wanted) => command(dropEvent, { ours: tour, invites: false, ...wanted }),
    async busy(from, to) {
      const { id: connection } = await made.connection('google')
      await decide(async (_args, { later, now }) => {
        await later({ name: 'test.busy', payload: span }, { connection, from, to }, { key: `busy:${asked.length}:${now}`, at: now })
        return {}
      })
      await worker.settle()
      return asked.at(-1)
    },
    connection: () => made.connection('google'),
    connect: async (more) => void (await made.connections.put({ tenant, ...account(more) })),
    async follow(ms = 0, stepMs = 60_000) {
      for (let left = ms; ; left -= stepMs) {
        await worker.settle()
        await vendor.silent()
        await worker.settle()
        if (left <= 0) return
        clock.advance(Math.min(left, stepMs))
      }
    },
    async control(name, body = {}) {
      const response = await fetch(`${lab.url}/_lab/google/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      if (!response.ok) throw new Error(`the lab refuses ${name}: ${await response.text()}`)
      return response.json()
    },
    async end() {
      await made.end()
      await lab.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
