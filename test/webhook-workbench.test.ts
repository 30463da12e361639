import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { cleanUp, forgetReadyDir, freePort, freshDir, runCli, startServer, type Env, type Server } from './support/process.ts'
import { freshHome, withDb } from './support/process-databases.ts'

// The workbench for webhooks, as an admin uses it: by the real command line, at the door of a house that runs.
jest.setTimeout(180_000)

const embedded = process.env['DATABASE_URL'] === undefined
const away = 'http://127.0.0.1:9' // nobody answers there, and nobody is asked to
const hubspot = { baseUrl: away, apiKey: 'pat-na1-of-nobody-at-all', portal: '4812345', pipeline: 'default', clientSecrets: ['the-client-secret-of-nobody'], stages: { new: '1', qualified: '2', visit_scheduled: '3', visit_done: '4', application: '5', won: '6', lost: '7' } }
const bird = { baseUrl: away, apiKey: 'the-access-key-of-nobody', workspace: 'ws', channel: 'ch', signingKeys: ['the-signing-key-of-nobody'] }
const password = 'una llave muy larga'
const gone = { eventId: 381627934, subscriptionId: 25, portalId: 4812345, appId: 31337, occurredAt: 1_795_453_199_000, subscriptionType: 'object.deletion', attemptNumber: 0, objectId: 201, objectTypeId: '0-1', changeSource: 'CRM_UI', sourceId: 'userId:9411', changeFlag: 'DELETED' }
const heard = {
  service: 'channels', event: 'whatsapp.inbound', payload: {
    id: '0b6f3c1e-0000-4000-8000-000000000001', channelId: 'ch', sender: { contact: { id: 'd4e80000-0000-4000-8000-000000000001', identifierKey: 'phonenumber', identifierValue: '+5215512340077', annotations: { name: 'Ximena Canario' } } },
    body: { type: 'text', text: { text: 'canario en la azotea' } }, reference: '', status: 'delivered', direction: 'incoming', createdAt: '2026-11-23T17:00:00.120Z', updatedAt: '2026-11-23T17:00:00.340Z',
  },
}

const settings = { hubspot, bird }
let env: Env
let server: Server
let connection = ''
const run = (args: string[], input?: string): ReturnType<typeof runCli> => runCli(['webhook', ...args], env, input)
// Whose secret: on the embedded engine the server has the database, so it is typed.
const by = (vendor: keyof typeof settings): [string[], string | undefined] => (embedded ? [['--vendor', vendor], JSON.stringify(settings[vendor])] : [['--connection', vendor], undefined])
const send = (file: string, vendor: keyof typeof settings, ...more: string[]): ReturnType<typeof runCli> => run(['resend', file, ...more, ...by(vendor)[0]], by(vendor)[1])
const fileOf = (content: object): string => {
  const file = join(freshDir(), 'delivery.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}
const told = (body: unknown): string => fileOf({ vendor: 'hubspot', path: `/webhooks/hubspot/${connection}`, body })
const begin = async (): Promise<void> => {
  server = await startServer({ env })
  await server.ready()
}

beforeAll(async () => {
  const port = await freePort()
  env = { ...(await freshHome()), PORTERO_LAB: '0', PORTERO_KEY: Buffer.alloc(32, 9).toString('base64'), PORT: String(port), PUBLIC_BASE_URL: `http://localhost:${port}` }
  const { out } = await runCli(['connect', 'hubspot', '4812345'], env, JSON.stringify(hubspot))
  connection = /hubspot\/([0-9a-f-]{36})/.exec(out)?.[1] ?? ''
  for (const [args, input] of [[['connect', 'bird', 'ch'], JSON.stringify(bird)], [['operator', 'ana', '--role', 'admin'], password], [['operator', 'mirón', '--role', 'viewer'], password]] as const) expect(await runCli(args, env, input)).toMatchObject({ code: 0, err: '' })
  await begin()
})
afterAll(cleanUp)
afterAll(forgetReadyDir)

// What a shell makes of a line: the arguments of curl, and what comes to it by its pipes, without calling it.
const callOf = async (line: string): Promise<{ args: string[]; headers: [string, string][]; body: string }> => {
  const { stdout } = await promisify(execFile)('bash', ['-c', `curl() { printf '%s\\0' "$@"; for one; do case $one in @-) cat;; @*) cat "\${one#@}"; printf '\\0';; esac; done; }; ${line}`])
  const all = stdout.split('\0')
  return { args: all.slice(0, -2), headers: all.at(-2)!.trim().split('\n').map((each) => each.split(': ') as [string, string]), body: all.at(-1)! }
}

test('sign: the door takes what it prints, and not with one byte changed', async () => {
  const [whose, input] = by('hubspot')
  const { code, out } = await run(['sign', fileOf([{ ...gone, objectId: 7201 }]), ...whose, '--url', `${server.url}/webhooks/hubspot/${connection}`], input)
  expect(code).toBe(0)
  expect(out).not.toContain(hubspot.clientSecrets[0])
  const { args, headers, body: signed } = await callOf(out.slice(out.indexOf('printf ')))
  expect(args.join(' ')).not.toMatch(/x-hubspot|7201/) // which every process of the machine can read
  expect(headers.map(([name]) => name)).toEqual(expect.arrayContaining(['x-hubspot-signature-v3', 'content-type']))
  expect(headers.map(([name, value]) => `${name}: ${value}`)).toEqual(out.split('\n').slice(0, headers.length))
  const knock = async (body: string): Promise<unknown> => {
    const response = await fetch(args.find((each) => each.startsWith('http'))!, { method: 'POST', headers, body })
    return { status: response.status, body: await response.json() }
  }
  expect(await knock(signed.replace('7201', '7202'))).toMatchObject({ status: 401 })
  expect(await knock(signed)).toEqual({ status: 200, body: { ok: true, repeated: false } })
})

test('resend: says what came of it, and what was known', async () => {
  const file = told([gone, { ...gone, eventId: 2, objectId: 202 }])
  const first = await send(file, 'hubspot')
  expect(first).toMatchObject({ code: 0, err: '' })
  expect(first.out).toMatch(/^POST http.*\n200: taken\n2 events\n {2}crm\.changed {2}gone:25:381627934:\S+ {2}.+\n {2}crm\.changed {2}gone:25:2:/)
  if (!embedded) expect(first.out.match(/ {2}new, done$/gm)).toHaveLength(2)
  const second = await send(file, 'hubspot')
  expect(second.out).toMatch(/\n200: known already/)
  if (!embedded) expect(second.out.match(/known before \(done\)/g)).toHaveLength(2)
  // In other bytes it is another delivery, of the same events.
  const third = await send(told([gone, { ...gone, eventId: 3 }]), 'hubspot')
  expect(third.out).toMatch(/\n200: taken\n/)
  if (!embedded) expect([third.out.match(/known before/g), third.out.match(/ {2}new, done$/gm)]).toMatchObject([{ length: 1 }, { length: 1 }])
  expect(await send(told('hola'), 'hubspot')).toMatchObject({ code: 1, out: expect.stringMatching(/200: taken\nNo event could be read from it: HubSpot sent something that is no list of events\. .*portero replay/) })
})

test('resend: what another house recorded comes to the connection of this one, with its query', async () => {
  const elsewhere = (eventId: number): string => fileOf({ vendor: 'hubspot', connection: '0193a8b0-0000-7000-8000-000000000009', path: '/webhooks/hubspot/0193a8b0-0000-7000-8000-000000000009?from=there', body: [{ ...gone, eventId }] })
  expect(await send(elsewhere(41), 'hubspot')).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^POST ${server.url}/webhooks/hubspot${embedded ? '' : `/${connection}`}\\?from=there\n200: taken\n1 events\n`)) })
  // With both, the secret is typed and no database is opened.
  expect(await run(['resend', elsewhere(42), '--vendor', 'hubspot', '--connection', connection], JSON.stringify(hubspot))).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^POST ${server.url}/webhooks/hubspot/${connection}\\?from=there\n200: taken\n1 events\n`)) })
})

test('resend: what the door refuses is refused, and says what to look at', async () => {
  expect(await run(['resend', told([gone]), '--vendor', 'hubspot'], 'the-secret-of-somebody-else')).toMatchObject({ code: 1, out: expect.stringMatching(/\n401: The signature does not match\. \(.*PUBLIC_BASE_URL/) })
  const lost = await run(['sign', told([gone]), '--connection', 'fax'])
  expect(lost).toMatchObject({ code: 1, out: '', err: expect.stringMatching(embedded ? /^data directory .* --vendor NAME instead of --connection\n$/ : new RegExp(`^--connection fax names none: .*${connection}.*\\n$`)) })
})

test('record: masked for everybody, as it came for an admin; what is masked goes to no house in earnest, unless it is wanted', async () => {
  expect(await send(fileOf({ vendor: 'bird', body: heard }), 'bird')).toMatchObject({ code: 0, out: expect.stringContaining('messaging.heard') })
  if (embedded) await server.stop()
  const recorded = async (args: string[], given?: string): Promise<{ code: number | null; err: string; out: string; texts: string[]; files: string[] }> => {
    const dir = join(freshDir(), 'made')
    const ended = await run(['record', dir, ...args], given)
    const files = ended.code === 0 ? readdirSync(dir).map((name) => join(dir, name)) : []
    return { ...ended, files, texts: files.map((file) => readFileSync(file, 'utf8')) }
  }
  const masked = await recorded(['--connection', 'bird'])
  expect(masked).toMatchObject({ code: 0, out: expect.stringContaining('1 deliveries written to '), texts: [expect.not.stringMatching(/canario|Ximena|12340077|the-signing|messagebird-signature/i)] })
  expect(JSON.parse(masked.texts[0]!)).toMatchObject({ vendor: 'bird', masked: true, body: { event: 'whatsapp.inbound', payload: { id: heard.payload.id } } })
  expect(statSync(masked.files[0]!).mode & 0o777).toBe(0o600)
  const refused = { code: 1, out: '' }
  expect(await recorded(['--raw', '--as', 'ana'], 'otra llave muy larga')).toMatchObject({ ...refused, err: expect.stringContaining("are nobody's") })
  expect(await recorded(['--raw', '--as', 'mirón'], password)).toMatchObject({ ...refused, err: expect.stringContaining('only an admin') })
  expect(await recorded(['--since', '2020-01-01', '--until', '2020-01-02'])).toMatchObject({ ...refused, err: expect.stringContaining('--since') })
  const raw = await recorded(['--raw', '--as', 'ana', '--connection', 'bird'], password)
  expect(raw).toMatchObject({ code: 0, texts: [expect.stringContaining('canario en la azotea')] })
  expect(JSON.parse(raw.texts[0]!)).toMatchObject({ masked: false, body: heard, headers: { 'messagebird-signature': expect.any(String) } })

  if (embedded) await begin()
  expect(await send(raw.files[0]!, 'bird')).toMatchObject({ code: 0, out: expect.stringContaining('200: known already') })
  expect(await send(masked.files[0]!, 'bird')).toMatchObject({ ...refused, err: expect.stringMatching(/^what is masked names people who do not exist.*--sure.*\n$/) })
  expect(await send(masked.files[0]!, 'bird', '--sure')).toMatchObject({ code: 0, out: expect.stringMatching(/200: taken\n1 events\n {2}messaging\.heard/) })
  await server.stop()
  const read = await withDb(env, async (db) => (await sql<{ user_id: string }>`select what, user_id from audit where what in ('read:deliveries', 'webhook:resend', 'webhook:sign') order by at, id`.execute(db.bare)).rows)
  expect(read.filter(({ what }: any) => what === 'read:deliveries')).toEqual([{ what: 'read:deliveries', user_id: 'cli' }, { what: 'read:deliveries', user_id: 'ana' }])
  expect(read.filter(({ what }: any) => what === 'webhook:resend')).toHaveLength(embedded ? 0 : 8)
  expect(read.filter(({ what }: any) => what === 'webhook:sign')).toEqual(embedded ? [] : [{ what: 'webhook:sign', user_id: 'cli' }])
})
