import { createServer } from 'node:http'
import { sql } from 'kysely'
import { makeHouse, type House } from '@portero/tool-server/app.ts'
import { bird as birdConnector } from '@portero/tool-server/connectors/bird/index.ts'
import { openai as openaiConnector } from '@portero/tool-server/connectors/openai/index.ts'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { readConfig, type Config } from '@portero/tool-server/config.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { importCatalogue } from '@portero/tool-server/store/homes.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeBird, type Bird } from '../lab/bird/simulator.ts'
import type { OnPhone } from '../lab/bird/phone-view.ts'
import type { Desk } from '../lab/desk.ts'
import { makeOpenai, type Openai } from '../lab/openai/simulator.ts'
import { openServer, type LabServer } from '../lab/server.ts'
import { account } from './bird-lab-stage.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { freshEngine } from './databases.ts'
import { whenDue } from './due.ts'
import { portOf } from './http-stage.ts'
import { mortal, type Mortal } from './mortal.ts'

// A house whose own agent answers, between the simulated Bird and the simulated OpenAI.
export type AgentStage = {
  house: House
  clock: FakeClock
  bird: Bird
  openai: Openai
  desk: Desk // of OpenAI
  lab: LabServer
  connection: string
  serverUrl: string
  follow(ms?: number, stepMs?: number): Promise<void> // time goes by, and what comes of it is done
  writes(text: string, number?: string): void
  botSays(text: string, number?: string): Promise<void> // Bird's own
  says(text: string, number?: string): Promise<string[]> // writes, waits, and hears what comes of it
  heard(number?: string): OnPhone[] // by the phone, since it was last asked
  conversation(number?: string): Promise<string>
  runs(number?: string): Promise<Run[]>
  asked(): Asked[] // of the model, each time
  statements(): number // that the house has asked of its database
  dieAfter(statements: number): Promise<void> // the house, at whatever it is doing then
  reborn(): Promise<void> // killed, if it isn't dead, and another process takes over on the same database
  end(): Promise<void>
}
export type Run = { id: string; state: string; outcome: string | null; reason: string | null; turns: number; calls: number; repairs: number; claims: number; micros: number; has_effect: boolean }
export type Asked = { input: Record<string, any>[]; tools: { name: string }[]; instructions: string; body: Record<string, any> }
export const phone = '+525510000001'
const key = 'sk-lab-agent-of-the-stage'

// model: another than the lab's. catalogue: another text of it than the sample.
type Wanted = { agent?: 'bird' | 'portero'; config?: Partial<Config>; legal?: boolean; model?: { baseUrl: string; apiKey: string }; catalogue?: string }
export const sampleCatalogue = (): string => readFileSync(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url), 'utf8')
export const openAgent = async ({ agent = 'portero', config = {}, legal = false, model, catalogue: homes = sampleCatalogue() }: Wanted = {}): Promise<AgentStage> => {
  const clock = fakeClock()
  let house: House | undefined
  const server = createServer((request, response) => void (house ? house.doors(request, response) : response.writeHead(503).end()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${portOf(server)}`
  const bird = makeBird({ clock, account: { ...account, smsChannel: 'ch-sms' }, serverUrl: url })
  const openai = makeOpenai({ clock, account: { apiKey: key } })
  const lab = await openServer({ clock, port: 0, simulators: [bird, openai] })
  const { workspace, channel, apiKey, signingKeys } = account
  const { engine, remove } = await freshEngine()
  const dataDir = mkdtempSync(join(tmpdir(), 'portero-agent-'))
  const base = readConfig({ DATA_DIR: dataDir, PORTERO_LAB: '1', PUBLIC_BASE_URL: url })
  const catalogue = parseCatalogue(homes)
  const log = makeLog({ level: 'silent', clock })
  const born = async (): Promise<House & Omit<Mortal, 'engine'>> => {
    const { dieAfter, asked, engine: ours } = mortal(engine)
    const made = makeHouse({
      clock, log, engine: ours, connectors: [birdConnector, openaiConnector], flows, tools,
      config: { ...base, catalogue: undefined, labPort: Number(new URL(lab.url).port), ...(legal ? {} : { legal: undefined }), ...config },
      accounts: [
        { vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, smsChannel: 'ch-sms', signingKeys, agent } },
        { vendor: 'openai', account: 'lab', settings: model ?? { baseUrl: `${lab.url}/openai/v1`, apiKey: key } },
      ],
    })
    await made.begin({ work: false })
    return { ...made, worker: whenDue(made, clock), dieAfter, asked }
  }
  let alive = await born()
  house = alive
  await alive.db.tx((tx) => importCatalogue(tx, alive.tenant, catalogue, () => newId(clock)))
  const [connection] = (await alive.connections.all(alive.db.bare)).filter(({ vendor }) => vendor === 'bird')
  const shown = new Map<string, number>()
  // What waits for a slow model must not keep the clock from going on, which is what it waits for.
  const held = (): number => lab.desk('openai').requests().filter(({ fault, ms }) => fault === 'slow' && ms === undefined).length
  const settle = async (): Promise<void> => {
    const before = held()
    let isDone = false
    const work = alive.worker.settle().finally(() => void (isDone = true))
    while (!isDone && held() <= before) await sleep(2)
    left.add(work)
    work.finally(() => left.delete(work)).catch(() => undefined)
    if (isDone) await work
    while (left.size > 0 && held() === 0) await sleep(2)
  }
  const left = new Set<Promise<unknown>>()
  const ended = async (which: House): Promise<void> => {
    const end = which.close(0)
    clock.advance(0) // the grace is over
    await end
  }
  const stage: AgentStage = {
    get house() {
      return alive
    },
    clock, bird, openai, desk: lab.desk('openai'), lab, connection: connection!.id, serverUrl: url,
    async follow(ms = 0, stepMs = 500) {
      for (let left = ms; ; left -= stepMs) {
        await bird.silent()
        await settle()
        if (left <= 0) return
        clock.advance(Math.min(left, stepMs))
      }
    },
    writes: (text, number = phone) => void bird.phone.write(number, { text }),
    async botSays(text, number = phone) {
      await fetch(`${lab.url}/bird/workspaces/${workspace}/conversations/${bird.conversationFor(number)}/messages`, {
        method: 'POST', headers: { authorization: `AccessKey ${apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ participantId: `${channel}:bot`, participantType: 'bot', body: { type: 'text', text: { text } } }),
      })
    },
    async says(text, number = phone) {
      stage.writes(text, number)
      await stage.follow(15_000)
      return stage.heard(number).map((each) => each.text)
    },
    heard(number = phone) {
      const all = bird.phone.messages(number).filter(({ from }) => from === 'them')
      const fresh = all.slice(shown.get(number) ?? 0)
      shown.set(number, all.length)
      return fresh
    },
    async conversation(number = phone) {
      const external = bird.conversationFor(number)
      const { rows: [row] } = await sql<{ id: string }>`select id from conversation where external_id = ${external}`.execute(alive.db.bare)
      return row!.id
    },
    async runs(number = phone) {
      const { rows } = await sql<Run>`select id, state, outcome, reason, turns, calls, repairs, claims, micros, has_effect from agent_run where conversation_id = ${await stage.conversation(number)} order by id`.execute(alive.db.bare)
      return rows
    },
    asked: () => lab.desk('openai').requests().filter(({ path }) => path.endsWith('/responses')).map(({ body }) => {
      const told = body as Record<string, any>
      return { input: told['input'], tools: told['tools'], instructions: told['instructions'], body: told }
    }),
    statements: () => alive.asked(),
    dieAfter: (statements) => alive.dieAfter(statements),
    async reborn() {
      house = undefined
      await alive.dieAfter(0)
      server.closeAllConnections()
      await ended(alive).catch(() => undefined) // the dead don't tidy up
      house = alive = await born()
    },
    async end() {
      lab.desk('openai').release()
      await Promise.allSettled(left)
      await ended(alive)
      await engine.close()
      await remove()
      await lab.close()
      server.close()
      server.closeAllConnections()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return stage
}
