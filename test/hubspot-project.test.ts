import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { checkSignature } from '@portero/tool-server/domain/ports/signature.ts'
import { cardBundles } from '../hubspot-project/deploy/bundles.ts'
import { toolsEnv, toolsPlace } from '../hubspot-project/deploy/cli.ts'
import { components, projectSchemas, type Component } from './support/hubspot-components.ts'
import { startPlatform, type Platform, type Upload } from './support/hubspot-platform.ts'
import { cleanUp, freshDir, root, start, type Env } from './support/process.ts'

// What goes to HubSpot: whether it is what HubSpot takes, and what its own command line makes of it.
const src = join(root, 'hubspot-project/src')
const profiles = ['dev', 'staging', 'prod'] as const
const profileShape = z.strictObject({ accountId: z.int().positive(), variables: z.strictObject({ TOOL_BASE_URL: z.string().regex(/^https:\/\/[\w.-]+$/) }) })
const profileOf = (name: string): z.infer<typeof profileShape> => profileShape.parse(JSON.parse(readFileSync(join(src, `hsprofile.${name}.json`), 'utf8')))
const prod = profileOf('prod')

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => !path.includes('node_modules'))
const metas = files.filter((path) => path.endsWith('-hsmeta.json'))
const filled = (path: string, { variables }: z.infer<typeof profileShape>): unknown =>
  JSON.parse(readFileSync(join(src, path), 'utf8').replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => z.record(z.string(), z.string()).parse(variables)[name] ?? 'unknown variable'))
const ofProd: { path: string; component: Component }[] = metas.map((path) => ({ path, component: components.parse(filled(path, prod)) }))
const entrypoints = ofProd.flatMap(({ component: { config } }) => ('entrypoint' in config ? [config.entrypoint.slice(1)] : []))

describe('the components', () => {
  test.each(profiles)('are what HubSpot takes, with what profile %s fills in', (name) => {
    for (const path of metas) expect({ path, issues: components.safeParse(filled(path, profileOf(name))).error?.issues }).toEqual({ path, issues: undefined })
  })
  test('have an account each', () => {
    expect(new Set(profiles.map((name) => profileOf(name).accountId)).size).toBe(profiles.length)
  })
  test('stand in the folder of their type, for elsewhere they are skipped without a word', () => {
    const folders = { app: 'app', card: 'app/cards', page: 'app/pages', settings: 'app/settings', 'app-function': 'app/functions', webhooks: 'app/webhooks', 'workflow-action': 'app/workflow-actions' }
    expect(ofProd.filter(({ path, component }) => dirname(path) !== folders[component.type])).toEqual([])
  })
  test('have uids of their own', () => {
    const uids = ofProd.map(({ component }) => component.uid)
    expect(uids.toSorted()).toEqual([...new Set(uids)].toSorted())
  })
  test('begin in files that are there', () => {
    const source = (path: string): string => path.replace(/\.js$/, '.ts').replace(/^app\/(pages|settings)\//, 'app/cards/') // an upload brings the cards' code into each
    expect(entrypoints.filter((path) => !files.includes(source(path)))).toEqual([])
    expect(entrypoints).toEqual(expect.arrayContaining(['app/cards/ConversationCard.tsx', 'app/cards/VisitCard.tsx', 'app/cards/PreviewCard.tsx', 'app/pages/AppPage.tsx', 'app/settings/SettingsPage.tsx']))
  })
  test('are one app, one webhooks and the two functions', () => {
    const uidsOf = (type: string): string[] => ofProd.flatMap(({ component }) => (component.type === type ? component.uid : [])).toSorted()
    expect({ app: uidsOf('app'), webhooks: uidsOf('webhooks'), functions: uidsOf('app-function') }).toEqual({ app: ['portero_app'], webhooks: ['portero_webhooks'], functions: ['conversationTranscript', 'tourStatus'] })
  })
})

describe('the app', () => {
  const [app] = ofProd.flatMap(({ component }) => (component.type === 'app' ? component.config : []))
  test('asks for no sensitive data, with which HubSpot would switch off fetch and functions', () => {
    const { requiredScopes, optionalScopes, conditionallyRequiredScopes } = app!.auth
    const scopes = [...requiredScopes, ...optionalScopes, ...conditionallyRequiredScopes]
    expect(scopes.filter((scope) => /sensitive/.test(scope) || !/^(oauth|tickets|crm\.objects\.owners\.read|crm\.(objects|schemas)\.(contacts|deals)\.(read|write))$/.test(scope))).toEqual([])
    expect(scopes).toHaveLength(new Set(scopes).size)
  })
  test('fetches and shows pictures from Portero and nowhere else', () => {
    expect(app!.permittedUrls).toEqual({ fetch: [prod.variables.TOOL_BASE_URL], iframe: [], img: [prod.variables.TOOL_BASE_URL] })
  })
})

// The script as it is run by hand; jest's own process stays free to be HubSpot meanwhile.
const { PATH: _path, ...ambient } = process.env as Env // how npm reaches its registry from this machine
const { XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env
const deploy = async (args: readonly string[], env: Env): Promise<{ code: number | null; said: string }> => {
  const started = start(process.execPath, [join(root, 'hubspot-project/deploy/main.ts'), ...args], { env: { XDG_CACHE_HOME, ...env } })
  const { code } = await started.exited
  return { code, said: started.out() + started.err() }
}
const upload = ['upload', '--profile', 'prod']
const noAudit = ['--', '--skip-npm-audit'] // it would ask the npm registry

let withFunctions: Upload
let without: Upload
let room: string // where the upload is unpacked
beforeAll(async () => {
  const { code, said } = await deploy(['install'], ambient)
  if (code !== 0) throw new Error(said)
  ;[withFunctions, without] = await Promise.all([uploaded([]), uploaded(['--without-functions'])])
  room = freshDir()
  for (const [path, text] of withFunctions.files) {
    mkdirSync(dirname(join(room, path)), { recursive: true })
    writeFileSync(join(room, path), text)
  }
}, 300_000)
afterAll(cleanUp)

const onPlatform = async <T>(use: (platform: Platform) => Promise<T>, schemas: object = projectSchemas): Promise<T> => {
  const platform = await startPlatform(prod.accountId, schemas)
  return use(platform).finally(() => platform.close())
}
const uploaded = (more: readonly string[]): Promise<Upload> =>
  onPlatform(async ({ env, uploads }) => {
    const { code, said } = await deploy([...upload, ...more, ...noAudit], env)
    if (code !== 0 || uploads.length !== 1) throw new Error(`hs did not upload: ${said}`)
    return uploads[0]!
  })

describe('hs project validate', () => {
  test('finds nothing to say', () =>
    onPlatform(async ({ env, asked }) => {
      expect(await deploy(['validate'], { ...env, HUBSPOT_ACCOUNT_ID: String(profileOf('dev').accountId) })).toEqual({ code: 0, said: expect.stringMatching(/valid/i) })
      expect(asked).toContain('GET /project-components-external/project-schemas/v3/2026.09')
      expect(asked.filter((one) => one.includes('upload'))).toEqual([])
    }))
})

describe('hs project upload', () => {
  const inFunctions = (path: string): boolean => path.startsWith('app/functions/')
  // The command line names a package from outside by a hash of where it stood.
  const pathsIn = ({ files: sent }: Upload): string[] => [...sent.keys()].map((path) => path.replace(/^(_workspaces\/\w+)-[0-9a-f]{8}/, '$1')).toSorted()
  const uidsIn = ({ request }: Upload): string[] => Object.keys(request['intermediateNodesIndexedByUid']).toSorted()

  test('brings every component, with the address of its profile', () => {
    expect(withFunctions.platformVersion).toBe('2026.09')
    expect(withFunctions.request['projectName']).toBe('portero')
    expect(uidsIn(withFunctions)).toEqual([...ofProd.map(({ component }) => component.uid), 'hubspot-serverless-package-uid'].toSorted())
    for (const { component } of ofProd) expect(withFunctions.request['intermediateNodesIndexedByUid'][component.uid].config).toEqual(component.config)
  })
  test('brings every entrypoint and hsmeta', () => {
    for (const path of [...metas, ...entrypoints]) expect([...withFunctions.files.keys()]).toContain(path)
  })
  test('brings the functions as single files, or not at all', () => {
    expect([...withFunctions.files.keys()].filter(inFunctions).map((path) => basename(path)).toSorted()).toEqual([
      'conversation-transcript-hsmeta.json', 'conversation-transcript.js', 'package-lock.json', 'package.json', 'tour-status-hsmeta.json', 'tour-status.js',
    ])
    expect([...without.files.keys()].filter(inFunctions)).toEqual([])
    expect(uidsIn(without)).toEqual(ofProd.filter(({ component }) => component.type !== 'app-function').map(({ component }) => component.uid).toSorted())
    expect(pathsIn(without)).toEqual(pathsIn(withFunctions).filter((path) => !inFunctions(path)))
  })
  test('brings the shared package, and the cards find it there', () => {
    const { workspaces } = z.object({ workspaces: z.tuple([z.string()]) }).parse(JSON.parse(String(withFunctions.files.get('app/cards/package.json'))))
    const shared = join('app/cards', workspaces[0])
    const { files: packed, exports } = z.object({ files: z.tuple([z.literal('dist')]), exports: z.object({ './words-cards.ts': z.object({ default: z.string() }) }) }).parse(JSON.parse(String(withFunctions.files.get(join(shared, 'package.json')))))
    expect([...withFunctions.files.keys()].filter((path) => path.startsWith(`${shared}/`) && path.startsWith(join(shared, packed[0])))).toContain(join(shared, exports['./words-cards.ts'].default))
  })
  test.each([['with', () => withFunctions], ['without', () => without]])('leaves at home what nobody needs or may see, %s functions', (_how, of) => {
    const { files: sent } = of()
    expect([...sent.keys()].filter((path) => /(^|\/)(node_modules|local\.json|\.[^/]+)(\/|$)|\.(test|tsbuildinfo|d)\.|^app\/functions\/.*\.ts$/.test(path))).toEqual([])
    expect([...sent].filter(([, text]) => /pat-[a-z]+\d-|-----BEGIN|Bearer [\w.-]{16}/.test(String(text)) || text.includes(root)).map(([path]) => path)).toEqual([])
  })
  test('asks where to', async () => {
    expect(await deploy(['upload'], {})).toEqual({ code: 1, said: 'Say where to: --profile dev, staging or prod.\n' })
  })
  test('sends nothing that HubSpot would not take', () =>
    onPlatform(async ({ env, uploads }) => {
      expect(await deploy([...upload, ...noAudit], env)).toEqual({ code: 1, said: expect.stringContaining('somethingNew') })
      expect(uploads).toEqual([])
    }, { ...projectSchemas, CARD: { type: 'object', required: ['somethingNew'] } }))
})

describe('what was uploaded', () => {
  const drawn = [...new Set(entrypoints.filter((path) => path.endsWith('.tsx')))]

  test.each(drawn)("is installed and built by HubSpot's own builder, small, and is what the other tests click: %s", async (path) => {
    const { exited, out, err } = start(process.execPath, [join(toolsPlace(), 'node_modules/.bin/uie'), 'build', join(room, path)], { env: toolsEnv() as Env })
    expect({ ...(await exited), said: out() + err() }).toMatchObject({ code: 0 })
    const name = basename(path, '.tsx')
    const bundle = join(room, dirname(path), 'dist', `${name}.js`)
    const { size } = statSync(bundle)
    process.stdout.write(`${name}.js: ${size} bytes\n`)
    expect(size).toBeLessThanOrEqual(100_000)
    expect(readFileSync(bundle).equals(readFileSync((await cardBundles()).get(name)!))).toBe(true)
  }, 120_000) // it installs what its folder needs each time
})

describe("HubSpot's rules for what its worker runs", () => {
  test('find nothing to say', async () => {
    expect(await deploy(['lint'], {})).toEqual({ code: 0, said: '' })
  })
  test('find what is planted', async () => {
    const cards = freshDir()
    cpSync(join(src, 'app/cards'), cards, { recursive: true, filter: (path) => !path.includes('node_modules') })
    writeFileSync(join(cards, 'planted.ts'), "window.alert('Hola')\nlocalStorage.clear()\nvoid fetch('https://elsewhere.example')\n")
    expect(await deploy(['lint', cards], {})).toEqual({ code: 1, said: expect.stringMatching(/planted\.ts\n.*no-browser-dialogs\n.*no-browser-storage\n.*no-native-http\n[^]*✖ 3 problems/) })
  })
})

describe('a function', () => {
  const secret = 'invented-secret'
  const record = { type: 'contact', id: '904' }
  const view = { zone: 'America/Mexico_City', asOf: '2026-11-23T17:00:00.000Z', state: 'none', lines: [] }
  const asked: { url: string; body: string; isSigned: boolean }[] = []
  let door: Server
  let answer: string | undefined // undefined: never
  beforeAll(async () => {
    door = createServer(async (request, response) => {
      const [body, url] = [String(await buffer(request)), `${address()}${request.url}`]
      asked.push({ url: request.url ?? '', body, isSigned: isSigned(url, body, request.headers) })
      if (answer !== undefined) response.end(answer)
    })
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', () => resolve()))
  })
  afterAll(async () => {
    door.closeAllConnections()
    await new Promise((resolve) => door.close(resolve))
  })
  const address = (): string => `http://127.0.0.1:${(door.address() as AddressInfo).port}`
  const isSigned = (url: string, body: string, headers: Record<string, unknown>): boolean => {
    const sentAt = String(headers['x-hubspot-request-timestamp'])
    try {
      checkSignature({ secrets: [secret], over: [`POST${url}`, body, sentAt], given: [String(headers['x-hubspot-signature-v3'])], encoding: 'base64', sentAt: { text: sentAt, unit: 'milliseconds' }, now: Date.now() })
      return true
    } catch {
      return false
    }
  }
  // What was uploaded, on a process of its own; only the address and the patience are those of a test.
  const call = async (name: string, parameters: unknown, { env = { PORTERO_CLIENT_SECRET: secret }, patienceMs = 8_000 }: { env?: Env; patienceMs?: number } = {}): Promise<unknown> => {
    asked.length = 0
    const uploadedText = String(withFunctions.files.get(`app/functions/${name}.js`))
    const text = uploadedText.replace(`"${prod.variables.TOOL_BASE_URL}`, `"${address()}`).replace(`\`${prod.variables.TOOL_BASE_URL}`, `\`${address()}`).replace('deadlineMs = 8e3', `deadlineMs = ${patienceMs}`)
    const file = join(room, `app/functions/${name}-here.js`)
    writeFileSync(file, text)
    const started = start(process.execPath, ['-e', 'require(process.argv[1]).main(JSON.parse(process.argv[2])).then((told) => console.log(JSON.stringify(told)))', file, JSON.stringify({ parameters, propertiesToSend: {} })], { env })
    const { code } = await started.exited
    return code === 0 ? JSON.parse(started.out()) : started.err()
  }
  const refused = (code: string, retryable: boolean, say: unknown = expect.any(String)): object => ({ ok: false, say, error: { code, retryable }, trace: expect.stringMatching(/^[0-9a-f]{32}$/) })

  test('asks the door of its view, signed as HubSpot signs, and says for nobody in particular', async () => {
    answer = JSON.stringify(view)
    expect(await call('conversation-transcript', { record })).toEqual(view)
    expect(asked).toEqual([{ url: `/cards/transcript?portalId=${prod.accountId}&userId=0`, body: JSON.stringify({ record }), isSigned: true }])
  })
  test('tells the visit', async () => {
    const visit = { asOf: view.asOf, facts: [], history: [], homes: [] }
    answer = JSON.stringify(visit)
    expect(await call('tour-status', { record })).toEqual(visit)
    expect(asked.map(({ url }) => url)).toEqual([`/cards/visit?portalId=${prod.accountId}&userId=0`])
  })
  test('hands on what the door refuses', async () => {
    const no = { ok: false, say: 'Eso no te está permitido.', error: { code: 'refused', retryable: false }, trace: 'a'.repeat(32) }
    answer = JSON.stringify(no)
    expect(await call('conversation-transcript', { record })).toEqual(no)
  })
  test.each([['another view', '{"lines":[]}'], ['no JSON', '<html>']])('hands on nothing that no card could show: %s', async (_what, told) => {
    answer = told
    expect(await call('conversation-transcript', { record })).toEqual(refused('bad_response', true))
  })
  test('gives up before HubSpot does', async () => {
    answer = undefined
    expect(String(withFunctions.files.get('app/functions/tour-status.js'))).toContain('deadlineMs = 8e3')
    expect(await call('tour-status', { record, language: 'en' }, { patienceMs: 50 })).toEqual(refused('timeout', true, 'It took too long to answer. Try again in a moment.'))
  })
  test.each([['a record it does not know', { record: { type: 'company', id: '1' } }, {}, 'invalid_input', false], ['no secret', { record }, { env: {} }, 'disconnected', true]])('asks nobody with %s', async (_what, parameters, how, code, retryable) => {
    expect(await call('conversation-transcript', parameters, how)).toEqual(refused(code, retryable))
    expect(asked).toEqual([])
  })
})
