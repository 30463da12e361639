import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals'
import { migrations } from '@portero/tool-server/spine/migrations/index.ts'
import { atEnd, cleanUp, forgetReadyDir, freePort, freshDir, readyDir, root, runCli, start, statusOf, type Env } from './support/process.ts'
import { emptyDatabase, onServer } from './support/process-databases.ts'

// What docs/runbooks tells somebody to type is typed, page by page and in order, and what the page says comes of it.
jest.setTimeout(240_000)
afterEach(cleanUp)
afterAll(forgetReadyDir)
const serverUrl = process.env['DATABASE_URL']
// oxlint-disable-next-line no-console
if (!serverUrl) console.warn('NOT RUN: DATABASE_URL is not set, so no runbook was run on PostgreSQL, only what stands in them on the embedded engine')
const onPostgres = serverUrl ? test : test.skip

type Block = { page: string; kind: string; text: string; says: string | undefined }
const pages = globSync('docs/runbooks/*.md', { cwd: root }).toSorted()
const blocks: Block[] = pages.flatMap((file) => {
  const all = [...readFileSync(join(root, file), 'utf8').matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({ kind, text }))
  return all.map(({ kind, text }, at) => ({ page: basename(file, '.md'), kind, text, says: kind === 'sh' && all[at + 1]?.kind === 'text' ? all[at + 1]!.text : undefined }))
})

// Blocks that aren't run here, and what does it instead.
const elsewhere: Record<string, string> = {
  'reverse-proxy sh env': 'two lines of .env, which every server of restart.test.ts has',
  'reverse-proxy caddyfile': 'restart.test.ts',
  'reverse-proxy nginx': 'restart.test.ts',
  'reverse-proxy nginx servers': 'restart.test.ts',
  'deploy sh nginx': 'restart.test.ts, before and after each restart',
  'deploy sh machines': 'restart.test.ts does it to two servers of this machine; there is no ssh to another one',
  'backup sh lost': 'rebuild.test.ts, with the HubSpot that it needs',
}
test('every block is run here, or somewhere that is known', () => {
  expect(pages.map((file) => basename(file, '.md'))).toEqual(['backup', 'deploy', 'keys', 'outage', 'reverse-proxy', 'upgrade'])
  const others = blocks.filter(({ kind }) => kind !== 'sh' && kind !== 'text').map(({ page, kind }) => `${page} ${kind}`)
  expect(others.toSorted()).toEqual(Object.keys(elsewhere).toSorted())
  expect(blocks.filter(({ kind }, at) => kind === 'text' && blocks[at - 1]?.kind !== 'sh')).toEqual([])
})

type Place = { dir: string; env: Env }
// A folder with .env, as somebody has it who went live, and a `docker` and an `npx` that stand for the real ones.
const openPlace = async (database: string): Promise<Place> => {
  const [dir, home, bin, port] = [freshDir(), freshDir(), freshDir(), await freePort()]
  writeFileSync(join(dir, '.env'), `POSTGRES_PASSWORD=${'f'.repeat(64)}\nPORTERO_KEY=${Buffer.alloc(32, 5).toString('base64')}\nPUBLIC_BASE_URL=https://portero.example.com\nLEGAL_NAME=Casas del Sur\nLEGAL_ADDRESS=Calle Inventada 1\n`)
  const program = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  program('docker', `exec node --no-warnings ${root}test/support/docker.ts "$@"`)
  program('npx', `shift && exec node ${root}tool-server/cli.ts "$@"`)
  mkdirSync(join(home, 'data'))
  atEnd(() => {
    if (existsSync(join(home, 'pid'))) process.kill(Number(readFileSync(join(home, 'pid'), 'utf8')), 'SIGKILL')
  })
  atEnd(async () => void (database && (await onServer(serverUrl!, `drop database if exists ${new URL(database).pathname.slice(1)}_drill with (force)`))))
  return { dir, env: { PATH: `${bin}:${root}node_modules/.bin:${process.env['PATH']}`, STAND_IN_ROOT: root, STAND_IN_DIR: home, STAND_IN_DATABASE: database, STAND_IN_PORT: String(port), NODE_NO_WARNINGS: '1' } }
}

// One shell for a page, so that what a block sets the next one has. It ends at the first command that fails, of a pipe the last one.
const mark = (at: number): string => `@@ block ${at} @@`
const typed = async ({ dir, env }: Place, which: readonly Block[]): Promise<string[]> => {
  const script = ['set -e', `cd ${dir}`, ...which.map(({ text }, at) => `echo "${mark(at)}"\n${text.replaceAll('localhost:3000', `localhost:${env['STAND_IN_PORT']}`)}`)].join('\n')
  const shell = start('bash', ['-c', script], { env })
  const { code } = await shell.exited
  if (code !== 0) throw new Error(`the page ends with ${code}\n${shell.out()}\n${shell.err()}`)
  return which.map((_, at) => shell.out().split(`${mark(at)}\n`)[1]!.split('@@ block')[0]!)
}
// … stands for what differs each time; a line of it alone for any lines.
const patternOf = (says: string): RegExp =>
  new RegExp(`^${says.trimEnd().split('\n').map((line) => (line === '…' ? '[\\s\\S]*' : line.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+'))).join('\\n')}\\n*$`)
const expectSaid = (which: readonly Block[], said: readonly string[]): void => {
  for (const [at, { says }] of which.entries()) if (says !== undefined) expect(said[at]).toMatch(patternOf(says))
}

describe('what a runbook says is what happens', () => {
  const needsNothing = (text: string): boolean => text.includes('npx portero')
  onPostgres.each(['deploy', 'backup', 'keys', 'outage', 'upgrade'])('%s', async (page) => {
    const place = await openPlace(await emptyDatabase())
    const which = blocks.filter((block) => block.page === page && block.kind === 'sh' && !needsNothing(block.text))
    expect(which.length).toBeGreaterThan(0)
    // deploy begins with nothing; the others with a house that runs.
    const before: Block[] = page === 'deploy' ? [] : [{ page, kind: 'sh', text: 'docker compose up -d --build --wait\n', says: undefined }]
    const said = await typed(place, [...before, ...which])
    expectSaid(which, said.slice(before.length))
    expect(await statusOf(`http://127.0.0.1:${place.env['STAND_IN_PORT']}/readyz`)).toBe(200) // it runs at the end of every page
  })
  test('backup, on the embedded engine', async () => {
    const place = await openPlace('')
    const which = blocks.filter(({ page, kind, text }) => page === 'backup' && kind === 'sh' && needsNothing(text))
    expect(which.length).toBe(1)
    const said = await typed({ ...place, env: { ...place.env, DATA_DIR: await readyDir() } }, which)
    expectSaid(which, said)
    expect(existsSync(join(place.dir, 'portero-copy/postgres/PG_VERSION'))).toBe(true)
  })
})

describe('what deploy.md promises of migrate', () => {
  const env = { PORTERO_LAB: '1' }
  onPostgres('one that fails changes nothing, and says which it was', async () => {
    const url = await emptyDatabase()
    const last = Object.keys(migrations).at(-1)!
    await runCli(['migrate'], { ...env, DATABASE_URL: url, DATA_DIR: freshDir() })
    const tables = `select table_name, column_name from information_schema.columns where table_schema = 'public' order by 1, 2`
    await onServer(url, `delete from kysely_migration where name = '${last}'`) // what it made is there already, so it fails
    const before = await onServer(url, tables)
    const { code, err } = await runCli(['migrate'], { ...env, DATABASE_URL: url, DATA_DIR: freshDir() })
    expect([code, err]).toEqual([1, `migration ${last} failed\n`])
    expect(await onServer(url, tables)).toEqual(before)
  })
  onPostgres('an older version says that the database is newer, and leaves it alone', async () => {
    const url = await emptyDatabase()
    await runCli(['migrate'], { ...env, DATABASE_URL: url, DATA_DIR: freshDir() })
    await onServer(url, `insert into kysely_migration (name, timestamp) values ('9999-of-tomorrow', '2030-01-01')`)
    const { code, err } = await runCli(['migrate'], { ...env, DATABASE_URL: url, DATA_DIR: freshDir() })
    expect([code, err]).toEqual([1, 'the database is of a newer version (migration 9999-of-tomorrow): run that one, or restore the backup from before it\n'])
  })
  // Those up to 0036 were never rolled out beside an older server.
  test('from 0037 on, none takes away or renames what the version before it uses', () => {
    const harsh = /\b(drop (table|column|type)|rename (to|column|constraint)|alter column \w+ (set not null|type))\b/i
    const found = globSync('tool-server/spine/migrations/*.ts', { cwd: root }).filter((file) => basename(file) > '0037' && basename(file) < 'index' && harsh.test(readFileSync(join(root, file), 'utf8')))
    expect(found).toEqual([])
  })
})
