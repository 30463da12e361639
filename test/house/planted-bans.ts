import { codeIsNeverMadeFromText, envIsReadByConfig, importingDoesNothing, onlyEntrancesTalkToTheConsole, onlySpineReachesOut, sqlNeverAsksTheServer, timeAndChanceComeFromTheClock, typesAreEarned } from './bans.ts'
import { line, type Case, type Planted } from './planted.ts'

const a = 'tool-server/spine/a.ts'
const bad = (...texts: string[]): Planted[] => texts.map((text) => line(a, text, true))
const fine = (...texts: string[]): Planted[] => texts.map((text) => line(a, text, false))

export const banCases: Case[] = [
  {
    rule: timeAndChanceComeFromTheClock,
    says: 'time, timers, chance and ids come from the clock',
    planted: [
      ...bad('const t = () => Date.now()', 'const t = Date.now', `const t = () => Date['now']()`, 'const t = () => globalThis.Date.now()', 'const { now } = Date', 'const t = () => new Date()', 'const t = () => new Date', 'const t = () => Date()', 'const t = () => (Date).now()', 'const t = () => globalThis?.Date.now()', 'const t = () => global.Date.now()'),
      ...bad('const r = () => Math.random()', 'const { random: r } = Math', 'const r = () => crypto.randomUUID()', `import { randomUUID } from 'node:crypto'`, `import { randomBytes as bytes } from 'crypto'`, `import * as c from 'node:crypto'; const r = () => c.randomInt(3)`, 'const r = () => globalThis.crypto.getRandomValues(b)', `import { v7 } from 'uuid'`),
      ...bad('const t = () => setTimeout(run, 5)', 'const t = () => globalThis.setTimeout(run, 5)', 'const { setTimeout: t } = globalThis', 'const t = { wait: setInterval }', 'const t = () => setImmediate(run)', 'const t = () => AbortSignal.timeout(5)', 'const t = () => performance.now()', 'const t = () => process.hrtime.bigint()'),
      ...bad(`import { setTimeout as wait } from 'node:timers/promises'`, `import { performance } from 'perf_hooks'`, `const t = () => import('node:timers/promises')`, `export * from 'timers'`, 'const t = () => DateTime.now().toISO()', 'const t = () => DateTime.utc()', 'const t = (d: DateTime) => d.plus(1).diffNow()', 'const t = (jwt: SignJWT) => jwt.setIssuedAt()'),
      ...fine('const t = (now: number) => new Date(now).toISOString()', 'const t = Date.UTC(2026, 0, 1)', 'const t = Date.parse(text)', 'const t = (clock: Clock) => clock.now()', 'type T = ReturnType<typeof setTimeout>', 'const r = Math.floor(2.5)', `const words = 'Date.now() and Math.random()' // Date.now()`),
      ...fine('const t = (setTimeout: Wait) => setTimeout(run, 5)', 'const t = { setTimeout: 5 }', 'interface T { setTimeout(): void; performance: number }', 'const t = DateTime.utc(2026, 1, 1)', `import { createHash } from 'node:crypto'`, `import type { setTimeout } from 'node:timers/promises'`, 'const t = clock.after(5, run)', 'const isDate = (x: unknown) => x instanceof Date', 'const t = node.performance', 'const t = Date[now]', `const t = clock['now']()`),
      line('tool-server/spine/clock.ts', 'const t = () => Date.now()', false),
      line('test/lab/hubspot/server.ts', 'const t = () => Date.now()', true),
      line('test/lab.test.ts', 'const t = () => Date.now()', false),
    ],
  },
  {
    rule: sqlNeverAsksTheServer,
    says: 'SQL never asks the server for time, chance or ids',
    planted: [
      ...bad('const q = sql`update job set run_at = now()`', 'const q = sql<number>`now ()`', 'const q = sql`CURRENT_TIMESTAMP`', `const q = 'select current_date'`, 'const q = `select ${x} from job where run_at < clock_timestamp()`', 'const q = sql`select gen_random_uuid()`', 'const q = sql`select uuidv7()`', 'const q = sql`order by random()`', 'const q = sql`localtimestamp`', `const q = 'update job set run_at = statement_timestamp ()'`, 'const q = `x returning current_time`'),
      ...bad(`const q = eb.fn('now')`, `const q = sql.raw('current_timestamp')`, `const q = column.defaultTo('now()')`, 'const q = sql`select pg_catalog.now()`', `const q = sql\`select 'now'::timestamptz\``, `const q = sql\`select date 'today'\``),
      ['the right line of many', { [a]: 'const q = `\ncreate table t (\n  -- now() is not for us\n  made timestamptz default now()\n)`' }, [`${a}:4`]],
      ...fine('const q = sql`where run_at <= ${at(now)}`', 'const t = clock.now()', 'const q = sql`select known(x), random_page_cost, now_ms from job`', `const words = 'see clock.now()'`, `const words = 'as of now (noon)'`, 'const words = html`as of now (noon)`', 'const key = { current_date: 1 }', `const key = 'current_date'`, `const q = eb.fn('count')`, '// select now()'),
    ],
  },
  {
    rule: envIsReadByConfig,
    says: 'only config.ts knows the environment',
    planted: [
      ...bad('const p = process.env.PORT', `const p = process.env['PORT']`, 'const p = process.env[name]', 'const { env } = process', 'const { PORT } = process.env', 'const p = globalThis.process.env.PORT', `import process from 'node:process'`, `import { env } from 'node:process'`),
      ...fine('const p = config.env.PORT', 'const p = (process: Child) => process.env', 'const id = process.pid', `const words = 'process.env.PORT'`),
      line('tool-server/config.ts', 'const p = process.env.PORT', false),
      line('tool-server/main.ts', 'const config = readConfig(process.env)', false),
      line('tool-server/main.ts', 'const port = process.env.PORT', true),
      line('tool-server/cli.ts', 'const port = process.env[name]', true),
      line('tool-server/cli.ts', 'const { PORT } = process.env', true),
    ],
  },
  {
    rule: onlyEntrancesTalkToTheConsole,
    says: 'only main and cli talk to the console',
    planted: [
      ...bad(`const f = () => console.log('a')`, 'const log = console.error', 'const { warn } = console', 'const f = () => globalThis.console.log(1)', 'make({ logger: console })'),
      ...fine('const f = (console: Log) => console.info(1)', `import { page } from '../console/page.ts'`, 'const room = { console: 1 }'),
      line('tool-server/cli.ts', 'console.log(1)', false),
    ],
  },
  {
    rule: onlySpineReachesOut,
    says: 'the way out is spine/http',
    planted: [
      line('tool-server/connectors/google/client.ts', `const f = () => fetch('https://a')`, true),
      line('tool-server/agent/loop.ts', 'const client = new OpenAI({ fetch: globalThis.fetch })', true),
      line('tool-server/tools/a.ts', `const f = () => new WebSocket('wss://a')`, true),
      line('tool-server/agent/loop.ts', 'const f = ({ fetch }: { fetch: typeof globalThis.fetch }) => fetch(url)', false),
      line('tool-server/spine/http.ts', 'const f = () => fetch(url)', false),
    ],
  },
  {
    rule: codeIsNeverMadeFromText,
    says: 'code is never made from text',
    planted: [
      ...bad(`const f = () => eval('1')`, 'const f = (0, eval)', `const f = new Function('return 1')`, `const f = Function('return 1')`, `import { runInNewContext } from 'node:vm'`),
      ...fine('const f = (x: unknown) => x instanceof Function', 'const f = redis.eval(script)', 'type F = Function'),
    ],
  },
  {
    rule: typesAreEarned,
    says: 'types are parsed for, not claimed',
    planted: [
      ...bad('const x: any = 1', 'const f = (x: Record<string, any>) => x', 'const x = y as Tour', 'const x = <Tour>y', 'const x = y as unknown', 'const x = list[0]!', 'const x = y!.z', 'let x!: string', '// @ts-ignore\n', '// @ts-nocheck\n', '/* @ts-expect-error */ const x = 1'),
      ...fine(`const x = ['a'] as const`, 'const x = {} satisfies Tour', `import * as z from 'zod'`, `import { a as b } from './b.ts'; export { b as c }`, 'const any = 1', 'const x = !y && !!z', 'const x = y !== z', `const words = '// @ts-ignore, x as any'`, '// as any, x!'),
      line('tool-server/define.ts', 'export type A = any', false),
      line('test/lab/a.ts', 'const x = y as any', false),
    ],
  },
  {
    rule: importingDoesNothing,
    says: 'importing a file does nothing but make constants',
    planted: [
      ...bad('start()', 'await start()', 'const x = await load()', 'export const x = { y: await load() }', 'for (const x of y) run(x)', 'if (x) run()', 'try { run() } catch {}', `import './polyfill.ts'`, 'let count = 0', 'export let count = 0', 'registry.set(a, b)', 'while (x) run()', '{ run() }', 'throw x', 'export const f = async () => { await 1 }; for await (const x of y) f(x)', 'process.exitCode = 1', 'class A { static x = await load() }'),
      ...fine('const traces = new AsyncLocalStorage()', 'const schema = z.strictObject({})', 'const f = async () => { await run(); let x = 1; x++ }', 'export async function f() { for await (const x of y) await x }', 'class A { async b() { await c() } async #d() { await e() } }', 'const o = { async f() { await 1 }, g: async function () { await 2 } }', `'use strict'`, ';', `import type {} from './tables.ts'`, 'declare let x: number', `declare module '../define.ts' { interface DB {} }`, 'export type A = 1; export interface B {}'),
      line('tool-server/main.ts', `import './a.ts'; await start(); process.on('SIGTERM', stop)`, false),
      line('test/lab/hubspot/server.ts', 'start()', true),
    ],
  },
]
