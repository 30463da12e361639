import { expect } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { defineAction, type Answer, type Connection, type Connector, type Delivery, type Flow, type Lane } from '@portero/tool-server/define.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { enqueue, type Job } from '@portero/tool-server/spine/jobs.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { testHouse, type TestHouse } from '../support/house.ts'
import type { Written } from './script.ts'
import type { Vendor } from './vendors.ts'

// One house for all that is asked of a vendor. Its flows have the real names and payloads, but only note what they are told.
export type Stage = Written & {
  vendor: Vendor
  house: TestHouse
  connector: Connector // as the house has it: a test may mend its parser
  told: { flow: string; payload: unknown }[]
  answers: Answer[]
  asked: unknown[] // what the reads answered
  afresh(): Promise<void> // an hour later, nothing left over
  pass(ms: number): Promise<void> // time goes by, and what became due is done
  connect(baseUrl?: string): Promise<Connection> // with two secrets
  send(connection: Connection, command: string): Promise<void>
  ask(name: string): Promise<void>
  start(kind: 'pull' | 'watch', name: string, connection: Connection): Promise<void>
  job(kind: Job['kind'], key?: string): Promise<JobRow>
  turns(): Promise<Omit<Delivery, 'payload'>[]> // the deliveries as they were stored, in order
}
export type JobRow = { id: string; state: string; error_code: string | null; uncertain_since: number | null; run_at: number }

export const secrets = { new: 'the-newest-secret-of-the-contract', old: 'the-old-secret-of-the-contract-00', foreign: 'a-secret-that-somebody-made-up-00' }
export const publicBaseUrl = 'https://portero.example'
const aDayMs = 24 * 3_600_000

export const openStage = async (vendor: Vendor): Promise<Stage> => {
  const told: Stage['told'] = []
  const answers: Answer[] = []
  const asked: unknown[] = []
  // A contract is written before its connection has an id.
  let connection = 'none yet'
  let vendorUrl = 'nowhere yet'
  const asWritten = <T>(what: T): T => (what === undefined ? what : JSON.parse(JSON.stringify(what).replaceAll(connection, '{connection}').replaceAll(secrets.new, '{secret}').replaceAll(new Date(clock.now() - aDayMs).toISOString(), '{aDayAgo}').replaceAll(midnight(-1), '{yesterday}').replaceAll(midnight(62), '{in62Days}').replaceAll(new Date(clock.now()).toISOString(), '{now}').replaceAll(new Date(clock.now() + 60_000).toISOString(), '{inAMinute}').replaceAll(weeksAhead(), (day) => `{in${Math.round((Date.parse(day) - Date.parse(midnight(0))) / aDayMs)}Days}`)))
  const weeksAhead = (): RegExp => new RegExp(Array.from({ length: 9 }, (_, week) => midnight(7 * (week + 1)).replace('Z', '.000Z')).join('|'), 'g')
  const midnight = (days: number): string => `${new Date(clock.now() + days * aDayMs).toISOString().slice(0, 10)}T00:00:00Z`
  const quiet = vendor.flows.map((flow): Flow => ({ ...flow, gather: async () => undefined, decide: async (payload) => void told.push({ flow: flow.name, payload: asWritten(payload) }) }))
  const heard: Flow = { name: 'contract.heard', payload: z.looseObject({}), decide: async (answer: Answer) => void answers.push(answer) }
  const asking = z.strictObject({ port: z.string(), question: z.string(), args: z.array(z.json()) })
  const asks: Flow = {
    name: 'contract.asks',
    payload: asking,
    gather: ({ port, question, args }: z.infer<typeof asking>, reads) => reads[port][question](...args),
    decide: async (_payload, found) => void asked.push(asWritten(found)),
  }
  const connector = { ...vendor.connector, ...(vendor.connector.webhook && { webhook: { ...vendor.connector.webhook } }) }
  const house = await testHouse({ connectors: [connector], flows: [...quiet, heard, asks], config: { publicBaseUrl } })
  const { db, clock, tenant } = house
  const nothing = z.strictObject({})
  const decide = async (what: Parameters<ReturnType<typeof defineAction<typeof nothing, typeof nothing>>['decides']>[0]): Promise<void> => {
    await house.acting.as({ tenant, by: 'system' }, 'all')(defineAction({ name: 'contract.decide', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(what), {})
  }

  return {
    vendor, house, connector, told, answers, asked, asWritten,
    asMade: (text) => text.replaceAll('{connection}', connection).replaceAll('{yesterday}', midnight(-1)),
    async afresh() {
      for (const table of ['job', 'inbox', 'pull_cursor', 'pull_item']) await sql`delete from ${sql.table(table)}`.execute(db.bare)
      told.length = answers.length = asked.length = 0
      clock.advance(3_600_000)
    },
    async pass(ms) {
      clock.advance(ms)
      await house.worker.settle()
    },
    async connect(anywhere = 'http://127.0.0.1:9') {
      const { settings } = vendor.contract
      const baseUrl = connector.auth.kind === 'login' ? anywhere.replace(/^http:/, 'smtp:') : anywhere
      const made = await house.connections.put({ tenant, vendor: vendor.name, account: vendor.contract.account, settings: { ...settings([secrets.new, secrets.old]), baseUrl } })
      await sql`delete from job where kind in ('pull', 'watch')`.execute(db.bare) // which begin at once: here they begin when a case says so
      connection = made.id
      vendorUrl = baseUrl
      return made
    },
    async send(connection, name) {
      const doing = connector.does?.find(({ command }) => command.name === name)
      const { args, key } = vendor.contract.does?.[name] ?? {}
      if (!doing || !args || !key) throw new Error(`${vendor.name} does no ${name}`)
      await decide(async (_args, { send }) => {
        await send(doing.command, args, { key, to: connection.id, then: heard.name })
        return {}
      })
    },
    async ask(name) {
      const [port = '', question = ''] = name.split('.')
      await decide(async (_args, { later, now }) => {
        await later(asks, { port, question, args: JSON.parse(JSON.stringify(vendor.contract.reads?.[name]?.args ?? []).replaceAll('{baseUrl}', vendorUrl).replaceAll('{connection}', connection)) }, { key: 'contract', at: now })
        return {}
      })
    },
    async start(kind, name, connection) {
      const now = clock.now()
      await enqueue(db.bare, [{ tenant, id: newId(clock), kind, name, key: name, connection: connection.id, lane: 'sync', runAt: now, trace: newTrace(clock), now }])
    },
    async job(kind, key) {
      const { rows } = await sql<JobRow>`select id, state, error_code, uncertain_since, run_at from job where kind = ${kind} ${key === undefined ? sql`` : sql`and key = ${key}`}`.execute(db.bare)
      expect(rows).toHaveLength(1)
      return rows[0]!
    },
    async turns() {
      const { rows } = await sql<{ key: string; flow: string; serial: string | null; lane: Lane }>`select key, name as flow, serial, lane from job where kind = 'turn' and key like 'delivery:%' order by seq`.execute(db.bare)
      return asWritten(rows).map(({ key, flow, serial, lane }) => ({ id: key.split(':').slice(2).join(':').replace(/^g\d+:/, ''), flow, ...(serial !== null && { serial }), lane }))
    },
  }
}

// What the house must have made of deliveries: their turns in order, and each payload as it was told.
export const expectTold = async (stage: Stage, wanted: readonly Delivery[]): Promise<void> => {
  const flows = new Map(stage.vendor.flows.map((flow) => [flow.name, flow]))
  const rows = wanted.map(({ id, flow, serial, lane = 'live', payload }) => {
    const line = serial ?? flows.get(flow)?.serial?.(payload)
    return { id, flow, ...(line !== undefined && { serial: line }), lane }
  })
  expect(await stage.turns()).toEqual(rows)
  expect(stage.told.map((each) => JSON.stringify(each)).toSorted()).toEqual(wanted.map(({ flow, payload }) => JSON.stringify({ flow, payload: stage.asWritten(flows.get(flow)?.payload.parse(JSON.parse(stage.asMade(JSON.stringify(payload))))) })).toSorted())
}
