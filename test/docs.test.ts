import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import { sql } from 'kysely'
import { errorCodes, errorGuide, toolErrorGuide } from '@portero/shared'
import { usage } from '@portero/tool-server/actions/cli-usage.ts'
import { embeddedPostgres, oldestPostgres, pageNames, pageOf } from '@portero/tool-server/actions/docs-printed.ts'
import { appMeta, hubspotReference, rooms, webhooksMeta } from '@portero/tool-server/app.ts'
import { apiVersion } from '@portero/tool-server/connectors/hubspot/paths.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { doorOf, doors } from '@portero/tool-server/spine/reference-api.ts'
import { houseFiles } from './house/tree.ts'
import { openEveryDoor, type EveryDoor } from './support/every-door.ts'
import { cleanUp, freshDir, runCli } from './support/process.ts'

// What the docs say is so: pages that are written from the code are those that it would write, and what the others name is there.
jest.setTimeout(180_000)
const root = join(import.meta.dirname, '..')
const text = (file: string): string => readFileSync(join(root, file), 'utf8')
const project = (file: string): unknown => JSON.parse(text(`hubspot-project/src/app/${file}`))
const hubspot = (): string => hubspotReference({ app: appMeta.parse(project('app-hsmeta.json')), webhooks: webhooksMeta.parse(project('webhooks/webhooks-hsmeta.json')) })

describe('pages that are written from the code', () => {
  test.each(pageNames)('portero docs %s > docs/%s', (page, file) => {
    expect(text(`docs/${file}`)).toBe(pageOf(page, { ...rooms, hubspot }))
  })
  test('the README names each of them', () => {
    const readme = text('README.md')
    expect(pageNames.filter(([, file]) => !readme.includes(`(docs/${file})`))).toEqual([])
  })
  test('there is none by another name', () => {
    expect(() => pageOf('weather', { ...rooms, hubspot })).toThrow('tools, ')
  })
})

describe('errors', () => {
  const sources = houseFiles().filter(({ path }) => /^tool-server\/(?!dist)/.test(path))
  const literal = new Set(sources.flatMap((file) => [...file.text.matchAll(/\bfailed(?:Near)?\('(\w+)'/g)].map(([, code]) => code!)))
  const counted = /const ofTools = \[([^\]]+)\]/.exec(text('tool-server/spine/metrics.ts'))![1]!.match(/\w+/g)!
  const guided = Object.keys(toolErrorGuide)
  test('every code has its guide', () => expect(Object.keys(errorGuide).toSorted()).toEqual(errorCodes.toSorted()))
  test('every code that a tool answers has its guide, and is counted', () => {
    expect([...literal].filter((code) => !guided.includes(code) && !Object.hasOwn(errorGuide, code))).toEqual([])
    expect(guided.filter((code) => code !== 'human_in_charge' && code !== 'still_working').toSorted()).toEqual(counted.toSorted())
  })
})

describe('quotas and versions', () => {
  test.each(connectors.map((connector) => [connector.name, connector] as const))('%s says what its vendor allows, and where that stands', (_name, { quotas = [] }) => {
    expect(quotas.length).toBeGreaterThan(0)
    expect(quotas.filter(({ sure, source }) => sure === 'read' && source === undefined)).toEqual([])
  })
  test.each([['google', 'v3'], ['graph', 'v1.0'], ['openai', 'v1']])('%s is called at the version that it names', (name, version) => {
    const connector = connectors.find((each) => each.name === name)!
    expect(connector.apiVersion).toBe(version)
    expect(connector.settings.shape['baseUrl'].parse(undefined)).toMatch(new RegExp(`/${version.replace('.', '\\.')}$`))
  })
  test('hubspot by its one constant', () => expect(connectors.find(({ name }) => name === 'hubspot')!.apiVersion).toBe(apiVersion))
})

describe('the doors', () => {
  let stage: EveryDoor
  beforeAll(async () => void (stage = await openEveryDoor()))
  afterAll(() => stage.end())
  const vendors = connectors.map(({ name }) => name)

  test('each that the house registers has its row, and each row a door', () => {
    expect(stage.doors.filter((route) => doorOf(route, vendors) === undefined)).toEqual([])
    const used = new Set(stage.doors.map((route) => doorOf(route, vendors)))
    expect(doors.filter((door) => !used.has(door)).map(({ path }) => path)).toEqual([])
  })
  test('what a row says of its methods is so', () => {
    expect(stage.doors.filter((route) => { const door = doorOf(route, vendors); return door?.path !== '/console' && !door?.methods.includes(stage.verbOf(route)) })).toEqual([])
  })
  test('a route that nobody described would be seen', () => expect(doorOf('/secret', vendors)).toBeUndefined())
  test('docs/openapi.json is OpenAPI 3.1, and what the house serves', async () => {
    const validator = new Validator()
    const written = JSON.parse(text('docs/openapi.json'))
    expect(await validator.validate(written)).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
    const served = JSON.parse((await stage.knock(await stage.asInsider({ method: 'GET', path: '/openapi.json' }))).text)
    expect({ ...written, servers: undefined }).toEqual({ ...served, servers: undefined })
  })
  test('the database is one of those that are named', async () => {
    const { rows: [row] } = await sql<{ server_version: string }>`show server_version`.execute(stage.house.db.bare)
    const version = Number.parseInt(row!.server_version, 10)
    if (process.env['DATABASE_URL'] === undefined) expect(version).toBe(embeddedPostgres)
    else expect(version).toBeGreaterThanOrEqual(oldestPostgres)
  })
  const versions = /\| MCP, at `\/mcp` \| ([^|]+) \|/.exec(text('docs/compatibility.md'))![1]!.split(', ').slice(1)
  test.each(versions)('an MCP client of %s is answered in its version', async (version) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'test', version: '1' } } })
    const { headers } = await stage.asInsider({ method: 'POST', path: '/mcp', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }, body })
    const response = await fetch(`${stage.url}/mcp`, { method: 'POST', headers: headers!, body })
    const [status, text] = [response.status, await response.text()]
    expect([status, /"protocolVersion":"([^"]+)"/.exec(text)?.[1]]).toEqual([200, version])
  })
})

// README and docs, without what is written from the code of others.
const pages = ['README.md', 'SECURITY.md', ...globSync('docs/**/*.md', { cwd: root })].filter((file) => existsSync(join(root, file))).toSorted()
const slug = (heading: string): string => heading.toLowerCase().replaceAll(/`|\[|\]|\([^)]*\.md[^)]*\)/g, '').replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-')
const anchorsOf = (page: string): Set<string> => new Set([...page.replaceAll(/^```[^]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading!)))
const brokenIn = (file: string, page: string): string[] =>
  [...page.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^(https?|mailto):/.test(link)).filter((link) => {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? join(root, file) : join(root, dirname(file), decodeURIComponent(path))
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(anchor))
  })

describe('links', () => {
  test.each(pages)('of %s lead somewhere', (file) => expect(brokenIn(file, text(file))).toEqual([]))
  test('one that leads nowhere would be seen', () => {
    expect(brokenIn('docs/x.md', '[a](no.md) [b](setup.md#nothing) [c](setup.md#in-what-order) [d](https://x.example) `[e](no.md)`')).toEqual(['no.md', 'setup.md#nothing'])
  })
})

// The commands of the usage, as lists of words: several for one place where it has a choice, undefined where anything may stand.
type Place = readonly string[] | undefined
const known: Place[][] = usage.split('\n').filter((line) => line.startsWith('portero ')).map((line) => {
  const [signature = ''] = line.slice('portero '.length).split(/ {2,}/)
  return signature.replace(/ (--|<).*$/, '').split(' ').filter((word) => !word.startsWith('[') && !word.startsWith('|')).map((word): Place => (/^[A-Z]/.test(word) ? undefined : word.split('|')))
})
const options = new Set([...usage.match(/--[a-z]+/g)!, '--help'])
// What only stands for something may be left out where a command is talked of.
const isKnown = (words: readonly string[]): boolean => known.some((places) => places.every((place, at) => place === undefined || place.includes(words[at] ?? '')))
const eachOf = (words: readonly string[]): string[][] => words.reduce<string[][]>((lists, word) => lists.flatMap((list) => word.split('|').map((one) => [...list, one])), [[]])
// In code: after portero, up to where a shell would end the command.
const namedIn = (page: string): string[] =>
  [...page.matchAll(/^```[^\n]*\n([^]*?)^```/gm), ...page.replaceAll(/^```[^]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => code!.split('\n')).flatMap((line) => {
    const [, rest] = /^(?:[\w./~-]+ \| )?(?:npx )?portero +(.+)$/.exec(line.replace(/ \| (?=[a-z]+( |$))/g, '|').replaceAll(' | ', '|')) ?? []
    const [command = ''] = (rest ?? '').split(/ {2,}|\s[#<>]| && |;/)
    return command === '' || command.startsWith('#') ? [] : [command.trim()]
  })
const unknownIn = (page: string): string[] => namedIn(page).filter((command) => {
  const words = command.split(' ').filter((word) => !word.startsWith('--'))
  return (words.length > 0 && !eachOf(words).every(isKnown)) || (command.match(/--[a-z]+/g) ?? []).some((option) => !options.has(option))
})

describe('commands', () => {
  test.each(pages)('that %s names are there', (file) => expect(unknownIn(text(file))).toEqual([]))
  test('are found, and one that is not there would be seen', () => {
    expect(pages.flatMap((file) => namedIn(text(file))).length).toBeGreaterThan(60)
    expect(unknownIn('`portero fly` `npx portero catalogue plan | fly` `portero doctor` `portero replay --loud` `portero webhook sign BODY --connection bird`\n```\nportero keys sing\n```\n')).toEqual(['keys sing', 'fly', 'catalogue plan|fly', 'replay --loud'])
  })
  test('of the usage are those that the command line knows', async () => {
    const all = known.flatMap((places) => (places.length === 0 ? [] : [places.map((place) => place?.[0] ?? 'x')]))
    const env = { DATA_DIR: '/dev/null/nowhere', PORTERO_LAB: '1' } // whatever needs a database ends there
    const strange: string[] = []
    const waiting = [['fly'], ...all.filter((words) => words[0] !== 'docs' && words[1] !== 'new')]
    await Promise.all(Array.from({ length: 4 }, async () => {
      for (let words = waiting.shift(); words; words = waiting.shift()) {
        const { err } = await runCli(words.map((word) => (word === 'x' && words[0] === 'webhook' ? freshDir() : word)), env, '')
        if (err.includes('there is no command')) strange.push(words.join(' '))
      }
    }))
    expect(strange).toEqual(['fly'])
    await cleanUp()
  })
})
