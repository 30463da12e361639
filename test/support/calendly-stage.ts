import { createServer } from 'node:http'
import { z } from 'zod'
import { calendly as connector } from '@portero/tool-server/connectors/calendly/index.ts'
import { defineAction, type Answer, type Command, type Connection, type Flow } from '@portero/tool-server/define.ts'
import { calendarPing, dropEvent, eventsSeen, guestMissing, missingFlow, pingFlow, putEvent, seenFlow, type CalendarEvent } from '@portero/tool-server/domain/ports/calendar.ts'
import { makeCalendly, type Calendly } from '../lab/calendly/simulator.ts'
import type { Desk } from '../lab/desk.ts'
import { openServer } from '../lab/server.ts'
import { recording, type CalendlyExchange } from './calendly-spec.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { testHouse, type TestHouse } from './house.ts'
import { portOf } from './http-stage.ts'

// The house beside the simulated Calendly, in which flows only note what they are told.
export type CalendlyHouse = {
  house: TestHouse
  clock: FakeClock
  calendly: Calendly
  desk: Desk
  url: string // of the lab
  told: CalendarEvent[]
  missing: string[] // visits
  answers: Answer[]
  connection(): Promise<Connection>
  follow(ms?: number, stepMs?: number): Promise<void> // time goes by, and what comes of it is done
  put(args: Partial<z.infer<typeof putEvent.args>> & { ours: string }, key: string): Promise<Answer>
  drop(args: z.infer<typeof dropEvent.args>, key: string): Promise<Answer>
  busy(from: number, to: number): Promise<unknown>
  control(name: string, body?: object): Promise<any>
  end(): Promise<void>
}
export const agent = 'lucia.becerril@casas.example'
export const token = 'personal-token-of-the-lab'
export const publicBaseUrl = 'https://portero.example'
const other = 'diego.arriaga@casas.example'
const settingsFor = { grant: { by: 'given', token }, aliasDomain: 'visitas.example', pushSecrets: ['the-push-secret-of-the-stage-0000001'] }

export const openCalendlyHouse = async (exchanges: CalendlyExchange[] = [], settings: object = {}): Promise<CalendlyHouse> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  const server = createServer((request, response) => void (!house ? response.writeHead(503).end() : house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const serverUrl = `http://127.0.0.1:${portOf(server)}`
  const calendly = makeCalendly({
    clock, accounts: [agent, other].map((email) => ({ email, zone: 'America/Mexico_City' })), tokens: { whose: (bearer) => (bearer === token ? { email: agent } : undefined) }, deliver: (address) => address.replace(publicBaseUrl, serverUrl),
  })
  const lab = await openServer({ clock, port: 0, simulators: [recording(calendly, exchanges)] })

  const told: CalendarEvent[] = []
  const missing: string[] = []
  const answers: Answer[] = []
  const asked: unknown[] = []
  const asking = z.strictObject({ connection: z.string(), from: z.int(), to: z.int() })
  const flows: Flow[] = [
    { name: seenFlow, payload: eventsSeen, decide: async ({ events }) => void told.push(...events) },
    { name: pingFlow, payload: calendarPing, decide: async () => {} },
    { name: missingFlow, payload: guestMissing, decide: async ({ ours }) => void missing.push(ours) },
    { name: 'stage.heard', payload: z.looseObject({}), decide: async (answer: Answer) => void answers.push(answer) },
    { name: 'stage.asks', payload: asking, gather: (question: z.infer<typeof asking>, reads) => reads.calendar.busy(question), decide: async (_question, found) => void asked.push(found) },
  ]
  const accounts = [{ vendor: 'calendly', account: agent, settings: { baseUrl: `${lab.url}/calendly`, ...settingsFor, ...settings } }]
  const made = (house = await testHouse({ clock, connectors: [connector], flows, accounts, config: { publicBaseUrl } }))
  const nothing = z.strictObject({})
  const decide = async (what: Parameters<ReturnType<typeof defineAction<typeof nothing, typeof nothing>>['decides']>[0]): Promise<void> => {
    await made.acting.as({ tenant: made.tenant, by: 'system' }, 'all')(defineAction({ name: 'stage.decide', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(what), {})
  }
  const follow = async (ms = 0, stepMs = 30_000): Promise<void> => {
    for (let left = ms; ; left -= stepMs) {
      await calendly.silent()
      await made.worker.settle()
      if (left <= 0) return
      clock.advance(Math.min(left, stepMs))
    }
  }
  const connection = (): Promise<Connection> => made.connection('calendly')
  const ask = async (command: Command, args: object, key: string): Promise<Answer> => {
    const { id: to } = await connection()
    await decide(async (_args, { send }) => {
      await send(command, args, { key, to, then: 'stage.heard' })
      return {}
    })
    for (let tries = 0; tries < 40; tries++) {
      await follow(0)
      const answer = answers.find((each) => each.key === key)
      if (answer) return answer
      clock.advance(5_000)
    }
    throw new Error(`${key} was never answered`)
  }
  return {
    house: made, clock, calendly, desk: lab.desk('calendly'), url: lab.url, told, missing, answers, connection, follow,
    put: (args, key) => ask(putEvent, { title: 'Visita a Tabasco 302', body: '', location: 'Tabasco 189', startsAt: clock.now() + 24 * 3_600_000, endsAt: clock.now() + 24.5 * 3_600_000, zone: 'America/Mexico_City', invites: false, ...args }, key),
    drop: (args, key) => ask(dropEvent, args, key),
    async busy(from, to) {
      const { id } = await connection()
      await decide(async (_args, { later, now }) => {
        await later(flows[4]!, { connection: id, from, to }, { key: 'stage.asks', at: now })
        return {}
      })
      await follow(0)
      return asked.pop()
    },
    async control(name, body = {}) {
      const response = await fetch(`${lab.url}/_lab/calendly/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
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
