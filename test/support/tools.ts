import { createServer, type RequestListener, type Server } from 'node:http'
import { Writable } from 'node:stream'
import express from 'express'
import { sql } from 'kysely'
import request from 'supertest'
import { z } from 'zod'
import { defineAction, type Tool } from '@portero/tool-server/define.ts'
import { makeActing } from '@portero/tool-server/spine/act.ts'
import { makeAudit } from '@portero/tool-server/spine/audit.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { makeConnections } from '@portero/tool-server/spine/connections.ts'
import { at, makeDb, type Db, type Engine } from '@portero/tool-server/spine/db.ts'
import { doorFault, noSuchDoor, traced } from '@portero/tool-server/spine/doors.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLimits } from '@portero/tool-server/spine/knocks.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeMetrics, type Metrics } from '@portero/tool-server/spine/metrics.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeRunTool, type RunTool, type RunToolNeeds } from '@portero/tool-server/spine/run-tool.ts'
import { toolDoors } from '@portero/tool-server/spine/tool-doors.ts'
import { makeToolKeys, type ToolKeys } from '@portero/tool-server/spine/tool-keys.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { freshEngine } from './databases.ts'
import { portOf } from './http-stage.ts'

// The doors of the tools on a real database and a hand-moved clock, with tools that do one thing each.
// A note that begins with a ! fails after it was written.
export const secretMessage = 'SELECT secret FROM /srv/portero/vault.ts for Juan Pérez 5215512345678'

const reply = (data: z.ZodObject) => z.strictObject({ ok: z.boolean(), say: z.string(), data: data.nullish(), next: z.string().nullish(), error: z.strictObject({ code: z.string(), retryable: z.boolean() }).nullish() })
const anything = z.strictObject({ text: z.string().nullish(), count: z.int().nullish(), tags: z.array(z.string()).nullish() })
const policy = { timeoutMs: 10_000, scopes: ['homes:read'] }
const freely = { effect: 'write' as const, timeoutMs: 10_000, scopes: ['notes:write'] } // may be done again
const write = { ...freely, once: (input: { text?: string }) => input.text ?? '' }
const text = z.strictObject({ text: z.string().describe('Lo que hay que anotar') })
const done = { ok: true, say: 'Listo.' }

const noteArgs = z.strictObject({ text: z.string() })
const noted = defineAction({ name: 'note', args: noteArgs, result: z.strictObject({ notes: z.int() }), scopes: ['notes:write'], callers: ['prospect'] }).decides(async ({ text }, { tx, subject }) => {
  const { rows: [row] } = await sql<{ notes: number }>`insert into tiny_note (tenant_id, person_id, text) values (${subject.tenant}, ${subject.person!}, ${text}) returning (select count(*) from tiny_note) as notes`.execute(tx)
  if (text.startsWith('!')) throw Object.assign(new Error(secretMessage), text === '!deadlock' && { code: '40P01' })
  return { notes: row!.notes + 1 } // a statement doesn't see its own row
})
const guarded = defineAction({ name: 'guarded', args: noteArgs, result: z.strictObject({}), scopes: ['gold'], callers: ['prospect'] }).decides(async () => ({}))

type Reads = { notes: { count(): Promise<number> }; gate: { pass(): Promise<void> } }
const tool = (spec: Partial<Tool<Reads>> & Pick<Tool<Reads>, 'name' | 'run'>): Tool<Reads> => ({ description: `Para probar ${spec.name}.`, input: text, output: reply(anything), callers: ['prospect'], policy: write, examples: [], ...spec })

const look = tool({
  name: 'look_around', description: 'Cuenta lo que hay. No cambia nada.', policy: { ...policy, effect: 'read' },
  input: z.strictObject({
    home: z.string().describe('Cuál'), party: z.int().min(1).max(9).nullish(), rent: z.number().nullish(), pets: z.boolean().nullish(),
    when: z.enum(['mañana', 'tarde']).nullish(), tags: z.array(z.string()).nullish(), note: z.string().max(500).optional(),
  }),
  output: reply(z.strictObject({ input: z.looseObject({}), notes: z.int(), odd: z.string().nullish() })),
  examples: [{ name: 'una casa', input: { home: 'roma-12' }, output: { ok: true, say: 'Listo.', data: { input: { home: 'roma-12' }, notes: 0 } } }],
  run: async (input, { reads }) => ({ ...done, data: { input, notes: await reads.notes.count(), odd: null }, next: null }),
})
const tools: Tool<Reads>[] = [
  tool({ name: 'leave_note', run: async ({ text }, { reads, act }) => {
    const before = await reads.notes.count()
    const { notes } = await act(noted, { text })
    return { ...done, say: `Son ${notes}, eran ${before}.`, data: { count: notes } }
  } }),
  look,
  tool({ name: 'note_freely', policy: freely, run: async ({ text }, { act }) => {
    await act(noted, { text })
    return done
  } }),
  tool({ name: 'note_twice', run: async ({ text }, { act }) => {
    await act(noted, { text })
    await act(noted, { text: `${text} otra vez` })
    return done
  } }),
  tool({ name: 'note_or_else', run: async ({ text }, { reads, act }) => {
    const fault = await act(noted, { text }).then(() => undefined, () => 'taken')
    return fault ? { ok: false, say: 'Ya no.', data: { count: await reads.notes.count() }, error: { code: fault, retryable: false } } : done
  } }),
  tool({ name: 'note_half', run: async ({ text }, { act }) => {
    await act(noted, { text })
    await act(noted, { text: '!' }).catch(() => undefined)
    return done
  } }),
  tool({ name: 'note_but_no', run: async ({ text }, { act }) => {
    await act(noted, { text })
    return { ok: false, say: 'Me falta tu nombre.', error: { code: 'name_missing', retryable: true } }
  } }),
  tool({ name: 'note_then_look', run: async ({ text }, { reads, act }) => {
    await act(noted, { text })
    await reads.notes.count()
    return done
  } }),
  tool({ name: 'note_odd', run: async ({ text }, { act }) => {
    await act(noted, { text })
    const odd: any = { ok: true, shout: text }
    return odd
  } }),
  tool({ name: 'note_long', run: async ({ text }, { act }) => {
    await act(noted, { text })
    return { ...done, say: 'ñ'.repeat(4_096) }
  } }),
  tool({ name: 'note_slowly', run: async ({ text }, { reads, act }) => {
    await reads.gate.pass()
    await act(noted, { text })
    return { ...done, say: `Anoté ${text}.` }
  } }),
  tool({ name: 'note_and_hang', run: async ({ text }, { reads, act }) => {
    await act(noted, { text })
    await reads.gate.pass()
    return done
  } }),
  tool({ name: 'look_slowly', policy: { ...policy, effect: 'read', timeoutMs: 3_000 }, run: async (_input, { reads }) => {
    await reads.gate.pass()
    return done
  } }),
  tool({ name: 'note_unlike_reads', policy: { ...policy, effect: 'read' }, run: async ({ text }, { act }) => {
    await act(noted, { text })
    return done
  } }),
  tool({ name: 'throw_up', policy: { ...policy, effect: 'read' }, run: async () => {
    throw new TypeError(secretMessage)
  } }),
  tool({ name: 'be_golden', run: async ({ text }, { act }) => {
    await act(guarded, { text })
    return done
  } }),
  tool({ name: 'staff_only', callers: ['staff'], run: async () => done }),
]

export type Tools = {
  clock: FakeClock; db: Db; keys: ToolKeys; metrics: Metrics; runTool: RunTool; server: Server; url: string; key: string
  idle(): Promise<void>
  open(tools: readonly Tool[]): { runTool: RunTool; idle(): Promise<void>; doors: RequestListener } // the doors of other tools, on the same database
  logged(): string
  statements: string[] // without begin and commit
  late: { say: string; key: string }[]
  introduced: string[]
  gate: { open(): void; close(): void; waiting(): number }
  will: { introduce: RunToolNeeds['introduce']; pushLate(): Promise<void> }
  conversation(external: string): Promise<{ person: string; id: string }>
  settle(external: string, state: 'bot' | 'human' | 'paused'): Promise<void>
  notes(): Promise<string[]>
  call(tool: string, body?: unknown, headers?: Record<string, string>): request.Test
  end(): Promise<void>
}

export const toolsStage = async (): Promise<Tools> => {
  const clock = fakeClock()
  const fresh = await freshEngine()
  const statements: string[] = []
  const db = makeDb(counting(fresh.engine, statements))
  const lines: string[] = []
  const to = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = makeLog({ level: 'debug', clock, to })
  const vault = makeVault({ db, clock, keys: keyring([Buffer.alloc(32, 7)]) })
  const registry = makeRegistry({ connectors: [], flows: [] })
  const connections = makeConnections({ db, clock, vault, log, registry, baseUrls: {} })
  const acting = makeActing({ db, clock, vault, connections, registry, audit: makeAudit({ db, clock, vault }), wake() {}, whenFinished: async () => {} })
  const keys = makeToolKeys({ db, clock })
  const metrics = makeMetrics()
  await sql`create table tiny_note (tenant_id uuid not null, person_id uuid not null, text text not null)`.execute(db.bare)
  const connection = newId(clock)
  await sql`insert into connection (tenant_id, id, vendor, account, settings_sealed, created_at) values (${firstTenant}, ${connection}, 'bird', 'one', ${Buffer.of()}, ${at(clock.now())})`.execute(db.bare)

  let gate: PromiseWithResolvers<void> | undefined
  let waiting = 0
  const reads: Reads = {
    notes: { count: async () => (await sql<{ count: number }>`select count(*) as count from tiny_note`.execute(db.bare)).rows[0]!.count },
    gate: {
      async pass() {
        waiting++
        await gate?.promise
      },
    },
  }
  const late: Tools['late'] = []
  const introduced: string[] = []
  const will: Tools['will'] = { introduce: async () => false, pushLate: async () => {} }
  const needs: Omit<RunToolNeeds, 'tools'> = {
    db, clock, log, metrics, vault, acting, keys, reads: () => reads,
    introduce(tenant, external, signal) {
      introduced.push(external)
      return will.introduce(tenant, external, signal)
    },
    async pushLate({ say, key }) {
      await will.pushLate()
      late.push({ say, key })
    },
  }
  const open: Tools['open'] = (tools) => {
    const { runTool, idle } = makeRunTool({ ...needs, tools })
    const doors = express().use(traced(clock), toolDoors({ tools, keys, runTool, limits: makeLimits({ clock }), publicBaseUrl: 'https://portero.example', lab: true, log }), noSuchDoor, doorFault(log))
    return { runTool, idle, doors }
  }
  const { runTool, idle, doors } = open(tools)
  const server = createServer(doors)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const key = await keys.make({ tenant: firstTenant, name: 'bird', scopes: ['homes:read', 'notes:write'] })

  return {
    clock, db, keys, metrics, open, runTool, server, key, idle, statements, late, introduced, will,
    url: `http://127.0.0.1:${portOf(server)}`,
    logged: () => lines.join(''),
    gate: {
      open: () => gate?.resolve(),
      close() {
        waiting = 0
        gate = Promise.withResolvers()
      },
      waiting: () => waiting,
    },
    async conversation(external) {
      const [person, id] = [newId(clock), newId(clock)]
      await sql`insert into person (tenant_id, id, created_at) values (${firstTenant}, ${person}, ${at(clock.now())})`.execute(db.bare)
      await sql`insert into conversation (tenant_id, id, person_id, connection_id, external_id, opened_at) values (${firstTenant}, ${id}, ${person}, ${connection}, ${external}, ${at(clock.now())})`.execute(db.bare)
      return { person, id }
    },
    async settle(external, state) {
      await sql`update conversation set state = ${state} where external_id = ${external}`.execute(db.bare)
    },
    notes: async () => (await sql<{ text: string }>`select text from tiny_note order by text`.execute(db.bare)).rows.map(({ text }) => text),
    call: (name, body = {}, headers = {}) => {
      const ask = request(server).post(`/tools/${name}`).set({ authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers })
      return ask.send(typeof body === 'string' ? body : JSON.stringify(body))
    },
    async end() {
      await idle()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
      await db.close()
      await fresh.remove()
    },
  }
}

// Every statement that reaches the engine, whoever asks it.
const counting = (engine: Engine, statements: string[]): Engine => {
  const { dialect } = engine
  const watched = <T extends object>(target: T, watch: (name: string | symbol, args: any[]) => unknown): T =>
    new Proxy(target, {
      get(_, name) {
        const member: any = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: any[]) => watch(name, args) ?? member.apply(target, args)
      },
    })
  const createDriver: typeof dialect.createDriver = () => {
    const driver = dialect.createDriver()
    return watched(driver, (name) => {
      if (name !== 'acquireConnection') return undefined
      return driver.acquireConnection().then((connection) => watched(connection, (asked, [query]) => {
        if (asked === 'executeQuery' && !/^\s*(begin|start|commit|rollback)/i.test(query.sql)) statements.push(query.sql)
        return undefined
      }))
    })
  }
  return { ...engine, dialect: { createDriver, createAdapter: () => dialect.createAdapter(), createIntrospector: (db) => dialect.createIntrospector(db), createQueryCompiler: () => dialect.createQueryCompiler() } }
}
