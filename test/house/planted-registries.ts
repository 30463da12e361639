import { migrationsAreInOrder, noBarrel, noDefaultExport, registriesAreComplete, vendorsHaveContracts } from './registries.ts'
import { unreadable } from './source.ts'
import { line, type Case, type Tree } from './planted.ts'

const s = 'tool-server'
const migrations = `${s}/spine/migrations`
const google: Tree = { [`${s}/connectors/google/index.ts`]: 'export const google = defineConnector({})', [`${s}/connectors/google/contract.ts`]: 'export const contract = {}' }
const runner: Tree = { [`${s}/connectors/contracts.ts`]: `export { contract as google } from './google/contract.ts'` }

export const registryCases: Case[] = [
  {
    rule: unreadable,
    says: 'every file can be read by this test',
    planted: [line(`${s}/spine/a.ts`, 'const = 1', true), line(`${s}/spine/a.tsx`, 'export const a = <b>c</b>', false), line(`${s}/cli.ts`, '#!/usr/bin/env node\nawait 1', false)],
  },
  {
    rule: registriesAreComplete,
    says: 'registries forget nothing',
    planted: [
      ['an empty house', {}, []],
      ['a tool without a registry', { [`${s}/tools/get-home.ts`]: '' }, [`${s}/tools/get-home.ts:1`]],
      ['a tool that is forgotten', { [`${s}/tools/a.ts`]: '', [`${s}/tools/b.ts`]: '', [`${s}/tools/index.ts`]: `import { a } from './a.ts'; export const tools = [a]` }, [`${s}/tools/b.ts:1`]],
      ['a tool known by type only', { [`${s}/tools/a.ts`]: '', [`${s}/tools/index.ts`]: `import type { a } from './a.ts'` }, [`${s}/tools/a.ts:1`]],
      ['a tool in a comment', { [`${s}/tools/a.ts`]: '', [`${s}/tools/index.ts`]: `// import { a } from './a.ts'` }, [`${s}/tools/a.ts:1`]],
      ['a flow', { [`${s}/flows/a.ts`]: '', [`${s}/flows/index.ts`]: 'export const flows = []' }, [`${s}/flows/a.ts:1`]],
      ['a vendor', { ...google, [`${s}/connectors/index.ts`]: 'export const connectors = []' }, [`${s}/connectors/google/index.ts:1`]],
      ['a migration', { [`${migrations}/0001-a.ts`]: '', [`${migrations}/index.ts`]: '' }, [`${migrations}/0001-a.ts:1`]],
      ['all known', { [`${s}/tools/a.ts`]: '', [`${s}/tools/index.ts`]: `export { a } from './a.ts'`, ...google, [`${s}/connectors/index.ts`]: `import { google } from './google/index.ts'` }, []],
    ],
  },
  {
    rule: migrationsAreInOrder,
    says: 'migrations run in the order of their numbers',
    planted: [
      ['a gap', { [`${migrations}/0001-a.ts`]: '', [`${migrations}/0003-b.ts`]: '' }, [`${migrations}/0003-b.ts:1`]],
      ['one number twice', { [`${migrations}/0001-a.ts`]: '', [`${migrations}/0001-b.ts`]: '' }, [`${migrations}/0001-b.ts:1`]],
      ['no number', { [`${migrations}/tours.ts`]: '' }, [`${migrations}/tours.ts:1`]],
      ['listed the wrong way round', { [`${migrations}/0001-a.ts`]: '', [`${migrations}/0002-b.ts`]: '', [`${migrations}/index.ts`]: `export const migrations = {\n  '0002-b': b,\n  '0001-a': a,\n}` }, [`${migrations}/index.ts:2`]],
      ['listed under another name', { [`${migrations}/0001-a.ts`]: '', [`${migrations}/index.ts`]: `export const migrations = { '0001-spine': a }` }, [`${migrations}/index.ts:1`]],
      ['imported but not listed', { [`${migrations}/0001-a.ts`]: '', [`${migrations}/0002-b.ts`]: '', [`${migrations}/index.ts`]: `import { b } from './0002-b.ts'; export const migrations = { '0001-a': a }` }, [`${migrations}/index.ts:1`]],
      ['in order', { [`${migrations}/0001-a.ts`]: '', [`${migrations}/0002-b.ts`]: '', [`${migrations}/index.ts`]: `export const migrations = { '0001-a': a, '0002-b': b }` }, []],
    ],
  },
  {
    rule: noDefaultExport,
    says: 'what is exported has a name',
    planted: [
      line(`${s}/spine/a.ts`, 'export default 1', true),
      line(`${s}/spine/a.ts`, 'export default function a() {}', true),
      line(`${s}/spine/a.ts`, 'const a = 1; export { a as default }', true),
      line('test/lab/a.ts', `export { default } from './b.ts'`, true),
      line('test/support/pglite.ts', 'export default 1', true),
      line('test/support/template.ts', 'export default async () => {}', false),
      line(`${s}/spine/a.ts`, `import pg from 'pg'; import { default as b } from 'b'; export const a = { default: 1 }`, false),
    ],
  },
  {
    rule: noBarrel,
    says: 'nothing only passes on what others export',
    planted: [
      line(`${s}/spine/index.ts`, `export * from './db.ts'`, true),
      line(`${s}/domain/ports/index.ts`, `export type { Calendar } from './calendar.ts'`, true),
      line('shared/src/words/index.ts', `import { a } from './a.ts'; export { a }`, true),
      line('shared/src/index.ts', `export * from './errors.ts'`, false),
      line(`${s}/tools/index.ts`, `export { a } from './a.ts'`, false),
      line(`${s}/domain/ports/index.ts`, `import type { Calendar } from './calendar.ts'; export type Reads = { calendar: Calendar }`, false),
      line(`${s}/spine/a.ts`, `export * from './db.ts'; export const a = 1`, false),
      line(`${s}/main.ts`, `import './a.ts'`, false),
    ],
  },
  {
    rule: vendorsHaveContracts,
    says: 'every vendor has its contract, and somebody runs it',
    planted: [
      ['no contract', { [`${s}/connectors/google/index.ts`]: '' }, [`${s}/connectors/google:1`]],
      ['no index', { [`${s}/connectors/google/contract.ts`]: '', ...runner }, [`${s}/connectors/google:1`]],
      ['a contract that nobody runs', google, [`${s}/connectors/google/contract.ts:1`]],
      ['a contract that only its own folder and a type know', { ...google, [`${s}/connectors/google/map.ts`]: `import { contract } from './contract.ts'`, 'test/connectors.test.ts': `import type { contract } from '../tool-server/connectors/google/contract.ts'` }, [`${s}/connectors/google/contract.ts:1`]],
      ['a connector of the lab', { 'test/lab/acme/index.ts': 'export const acme = defineConnector({})' }, ['test/lab/acme:1']],
      ['by the registry', { ...google, ...runner }, []],
      ['by a test', { ...google, 'test/connectors.test.ts': `import { contract } from '../tool-server/connectors/google/contract.ts'` }, []],
      ['a simulator needs none', { 'test/lab/hubspot/index.ts': 'export const hubspot = startServer', [`${s}/connectors/index.ts`]: '' }, []],
    ],
  },
]
