import { everyCommandSaysAgain, everyFlowNamedExists, writesBelongToCommands } from './writes.ts'
import { everyTestRuns, noFileIsLong, noPathOfAMachine, noTodoWithoutIssue, secretsHaveNoDefault } from './text.ts'
import { line, type Case, type Planted } from './planted.ts'

const vendor = 'tool-server/connectors/google'
const index = `${vendor}/index.ts`
const bad = (path: string, ...texts: string[]): Planted[] => texts.map((text) => line(path, text, true))
const fine = (path: string, ...texts: string[]): Planted[] => texts.map((text) => line(path, text, false))
const [machine, ...machines] = ['work', 'root', 'farm'].map((top) => ['', top, 'main'].join('/'))

export const writeCases: Case[] = [
  {
    rule: everyCommandSaysAgain,
    says: 'every command says what may be done again',
    planted: [
      ...bad(index, 'const d = doing(putEvent, run)', `const d = doing(putEvent, 'maybe', run)`, 'const d = doing(putEvent, undefined, run)', 'const d = doing(putEvent, async () => {}, run)', 'const d = doing(putEvent, { lagMs: 5 }, run)', `const d = { command: putEvent, again: 'never', run }`, 'const c = defineConnector({ does: [{ command, run }] })', 'const c = defineConnector({ does: [async () => {}] })'),
      ...fine(index, `const c = defineConnector({ does: [doing(putEvent, 'vendor-key', run), doing(a, 'same-effect', run), doing(b, 'never', run)] })`, 'const c = defineConnector({ does: [doing(putEvent, { find: async () => undefined, lagMs: 5 }, run)] })', 'const c = { does: [putEvent, ...more] }', 'const c = { does: doing(putEvent, again, run) }', 'const row = { command, run }', 'const row = { again, run }', `const d = doing(a, { ...base }, run)`),
      line('test/lab/acme/index.ts', 'const d = doing(putEvent, run)', true),
    ],
  },
  {
    rule: writesBelongToCommands,
    says: 'a vendor is written to by commands only',
    planted: [
      ...bad(index, `const f = ({ http }: At) => http({ method: 'POST', path: '/events' })`, `const f = (http: Http, path: string) => http({ path, method: 'DELETE' })`, `const f = (method: 'GET' | 'PUT') => http({ method, path: '/a' })`, `const f = () => http({ method: old ? 'PATCH' : 'POST', path: '/a' })`, `const f = () => http({ ...call, method: 'PUT' })`, `const f = () => http({ method: 'POST', path: '/search', reading: false })`),
      ...fine(index, `const f = () => http({ method: 'GET', path: '/a' })`, `const f = () => http({ method: 'POST', path: '/search', reading: true })`, `const f = () => http({ method: 'REPORT', path: '/dav' })`, `const f = () => http({ path: '/a', method: 'HEAD' })`, `const f = () => http({ method: 'PROPFIND', path: '/dav' })`, `const watch = { async ensure() { await http({ method: 'POST', path: '/watch' }) } }`, `const does = [doing(a, 'never', () => http({ method: 'POST', path: '/a' }))]`, `const watch = { ensure: () => http({ method: 'POST', path: '/watch' }) }`, `const sample = { method: 'POST', url: '/webhooks/google' }`),
      line(`${vendor}/contract.ts`, `const seen = { method: 'POST', path: '/a' }`, false),
      line('test/lab/acme/index.ts', `const f = () => http({ method: 'POST', path: '/a' })`, true),
      line('test/lab/acme/index.ts', `const f = (at: At) => at.http({ method: 'POST', path: '/a' })`, true),
      line('test/lab/hubspot/server.ts', `const routes = [{ method: 'POST', path: '/crm', answer }]`, false),
      ['a client that only commands use', { [`${vendor}/client.ts`]: `export const put = () => http({ method: 'PUT', path: '/a' })`, [index]: `import { put } from './client.ts'; export const does = [doing(a, 'never', put)]` }, []],
      ['a client that a read uses too', { [`${vendor}/client.ts`]: `export const put = () => http({ method: 'PUT', path: '/a' })`, [`${vendor}/reads.ts`]: `import { put } from './client.ts'`, [index]: `import { put } from './client.ts'; export const does = [doing(a, 'never', put)]` }, [`${vendor}/client.ts:1`]],
      ['two clients that know each other', { [`${vendor}/a.ts`]: `import './b.ts'; http({ method: 'PUT', path: '/a' })`, [`${vendor}/b.ts`]: `import './a.ts'` }, [`${vendor}/a.ts:1`]],
    ],
  },
  {
    rule: everyFlowNamedExists,
    says: 'every flow that is named exists',
    planted: [
      ...bad(index, `const d = { id: 'a', flow: 'event-changed', payload: {} }`, `const d = { id, flow: 'event-changed', serial: 'a', payload }`),
      ...bad('tool-server/actions/book-tour.ts', `const f = () => send(putEvent, args, { key: 'a', then: 'event-put' })`, `const how = (ask: string) => ({ key: ask, then: 'event-put' })`),
      ...fine('tool-server/actions/book-tour.ts', `const f = () => send(putEvent, args, { key: 'a' })`, `const schema = { if: 'a', then: 'b' }`, `const oauth = { flow: 'authorizationCode' }`, `const row = { flow: 'a', payload: {} }`, `const row = { flow: 'a', id: 1 }`, `// { id: 'a', flow: 'b', payload: {} }`),
      ['flows that exist', { 'tool-server/flows/a.ts': `export const a = defineFlow({ name: 'event-changed', payload })`, 'tool-server/flows/b.ts': `export const b = portero.defineFlow({ name: 'event-put', payload })`, [index]: `const d = { id: 'a', flow: 'event-changed', payload: {} }`, 'tool-server/actions/a.ts': `const f = () => send(putEvent, args, { key: 'a', then: 'event-put' })` }, []],
      ['a flow by a name one letter off', { 'tool-server/flows/a.ts': `export const a = defineFlow({ name: 'event-changed', payload })`, [index]: `const d = { id: 'a', flow: 'event-change', payload: {} }` }, [`${index}:1`]],
    ],
  },
  {
    rule: noFileIsLong,
    says: 'no file is over 400 lines',
    planted: [
      ['401 lines', { 'tool-server/console/style.css': 'a\n'.repeat(401) }, ['tool-server/console/style.css:401']],
      ['400 lines', { 'tool-server/spine/a.ts': '//\n'.repeat(400) }, []],
      ['a long text is no source', { 'docs/a.md': 'a\n'.repeat(900) }, []],
    ],
  },
  {
    rule: noTodoWithoutIssue,
    says: 'no promise without an issue number',
    planted: [
      ...bad('shared/src/a.ts', '// TODO later', 'const x = 1 /* FIXME */', 'const x = 1 // XXX and #'),
      ...bad('.github/a.yaml', 'a: 1 # TODO later'),
      ...bad('tool-server/console/a.css', '/* TODO */'),
      ['on the second line of a comment', { 'shared/src/a.ts': '/*\n * TODO\n */' }, ['shared/src/a.ts:2']],
      ['inside a function', { 'shared/src/a.ts': 'const f = () => {\n  // TODO\n}' }, ['shared/src/a.ts:2']],
      ...fine('shared/src/a.ts', '// TODO #12: later', `const words = 'TODO el día // TODO'`, 'const re = /TODO/ // says todo', 'const TODO = 1', 'const x = `${a} // FIXME`', 'const re = /[//] TODO/'),
      ...bad('shared/src/a.ts', `const x = ''/* FIXME */`),
      ...fine('hubspot-project/a.tsx', 'const a = <b>c // TODO</b>'),
      ...fine('docs/a.md', 'TODO'),
    ],
  },
  {
    rule: everyTestRuns,
    says: 'every test runs',
    planted: [
      ...bad('test/a.test.ts', `test.only('a', f)`, `describe.skip('a', f)`, `it.skip.each([1])('a', f)`, `test.todo('a')`, `test.failing('a', f)`, `xtest('a', f)`, `xit('a', f)`, `fdescribe('a', f)`, 'const suite = ready ? describe : describe.skip', 'const onServer = serverUrl ? test : test.only'),
      ...fine('test/a.test.ts', `test('.only', f)`, 'const x = { only: 1 }.only', 'rows.skip(3)', 'const onServer = serverUrl ? test : test.skip', '// test.only()', `test.each([1])('a', f)`, '/x/.test(y)'),
    ],
  },
  {
    rule: noPathOfAMachine,
    says: 'no path of one machine',
    planted: [
      ...bad('docs/a.md', `see ${machine}/a`, `(${machine})`, ...machines),
      ...bad('test/a.test.ts', `const x = '${machine}'`),
      ...fine('docs/a.md', 'POST /workflow/{name}', `https://a.mx${machine}`, 'the /work folder', 'a/root/b'),
    ],
  },
  {
    rule: secretsHaveNoDefault,
    says: 'no secret has a default',
    planted: [
      ...bad('tool-server/config.ts', `const env = z.object({ PORTERO_KEY: z.string().default('dev') })`, `const env = z.object({ BIRD_TOKEN: z.string().min(1).prefault('') })`, `const env = z.object({ 'DB_PASSWORD': z.string().optional().catch('a') })`, `const key = env.PORTERO_KEY ?? 'development'`, `const key = (env.A && env.B) || 'a'`, `const config = { signingSecret: env.X || 'a' }`, `const config = { token: env.X ?? (lab ? 'a' : undefined) }`, `const { API_KEY = 'a' } = env`, 'const env = { apiKey: z.string().default(known) }'),
      ...fine('tool-server/config.ts', 'const env = z.object({ PORT: z.coerce.number().default(3000) })', `const env = z.object({ BIRD_TOKEN: z.string().optional(), DATA_DIR: z.string().default('./.data') })`, 'const env = z.object({ MAX_TOKENS: z.number().default(500) })', 'const key = env.PORTERO_KEY ?? makeKey(dataDir)', `const env = z.object({ GRAPH_TOKEN_URL: z.url().default('https://a') })`, 'const key = env.PORTERO_KEY ?? undefined', 'const env = z.object({ API_KEY: z.string().default(undefined), OTHER_KEY: z.boolean().default(false), LAST_KEY: z.string().nullable().default(null), KEYS: z.array(z.string()).default([]) })', 'const { API_KEY, PORT = 3000 } = env'),
      line('tool-server/console/frame.ts', `const key = a.key ?? 'none'`, false),
    ],
  },
]
