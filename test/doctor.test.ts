import { createHmac, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import type { Connection } from '@portero/tool-server/define.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { examine } from '@portero/tool-server/spine/doctor.ts'
import { asJson, guide, lineOf, nextStep, printed } from '@portero/tool-server/spine/doctor-guide.ts'
import type { Finding } from '@portero/tool-server/spine/doctor-connection.ts'
import { scopes } from '@portero/tool-server/spine/doctor-hubspot.ts'
import { aboutFirstVisit, aboutServer } from '@portero/tool-server/spine/doctor-house.ts'
import { readProfiles } from '@portero/tool-server/spine/doctor-profiles.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { webhookUrl } from '@portero/tool-server/spine/webhooks.ts'
import { serverUrl } from './support/databases.ts'
import { cleanUp, forgetReadyDir, freshDir, runCli } from './support/process.ts'
import { freshHome } from './support/process-databases.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// The doctor, on a house with Bird and HubSpot of the lab: all is well, and then one thing at a time is not.
jest.setTimeout(60_000)
const lines = [
  'portero', 'configuration', 'privacy notice', 'database', 'disk', 'master key', 'server', 'catalogue', 'tool keys', 'operators', 'bird connection', 'bird key', 'bird webhook', 'bird setup',
  'hubspot connection', 'hubspot scopes', 'hubspot account', 'hubspot client secret', 'hubspot staff', 'hubspot cards', 'hubspot webhook', 'hubspot setup', 'openai connection', 'openai model', 'smtp connection', 'smtp login', 'smtp sender', 'who is told', 'first visit', 'hubspot permitted URLs',
]
let stage: VisitStage
const secret = 'a-client-secret-of-nobody'
const staff = { admins: ['elena@urbanhub.mx'] }
const profiles = [{ name: 'dev', baseUrl: 'https://dev.portero.example' }, { name: 'prod', baseUrl: 'https://portero.example' }]
const real = { lab: false, publicBaseUrl: 'https://portero.example', dataDir: '.', shadow: false, trustProxy: 1, legal: { company: 'Casas del Sur', address: 'Calle Inventada 1' } }
const put = async (vendor: string, change: object): Promise<void> => {
  const { account, settings } = stage.lab.accounts.find((one) => one.vendor === vendor)!
  await stage.house.connections.put({ tenant: stage.house.tenant, vendor, account, settings: { ...settings, ...(vendor === 'hubspot' && { clientSecrets: [secret], staff }), ...change } })
}
const look = async (config: object = {}, more: object = {}): Promise<Finding[]> => {
  const { house, clock } = stage
  clock.advance(3_000) // HubSpot is asked nine times, and 15 times a second at most
  const http = makeHttp({ clock, log: makeLog({ level: 'silent', clock }), db: house.db })
  await sql`update job set run_at = ${at(clock.now())} where name = 'seal-audit'`.execute(house.db.bare) // nobody is at work meanwhile
  const { signal } = new AbortController()
  const findings = await examine({
    db: house.db, clock, vault: house.vault, connections: house.connections, registry: makeRegistry({ connectors, flows }), tenant: house.tenant, config: { ...real, ...config }, profiles, nodeVersion: '24.0.0', catalogueFile: () => undefined,
    http: (connection, connector) => http.of(connection, connector, { lane: 'live', signal, reading: true }), ...more,
  })
  await http.close()
  return findings
}
const wrong = async (...how: Parameters<typeof look>): Promise<[string, string, string][]> => (await look(...how)).flatMap(({ what, told, mend }) => (mend === undefined ? [] : [[what, told, mend]]))
// While nothing has come in from it.
const unheard = async (connection: string): Promise<[string, string, string][]> => {
  const { bare } = stage.house.db
  const [one, other] = await stage.house.connections.all(bare)
  const { rows } = await sql<{ id: string }>`update inbox set connection_id = ${(one!.id === connection ? other! : one!).id} where connection_id = ${connection} returning id`.execute(bare)
  const found = await wrong()
  await sql`update inbox set connection_id = ${connection} where id in (${sql.join(rows.map(({ id }) => sql`${id}::uuid`))})`.execute(bare)
  return found
}
const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(stage.house.db.bare)
const inHubspot = async (method: string, path: string, body?: object): Promise<void> => {
  const { settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
  const { baseUrl, apiKey } = settings as { baseUrl: string; apiKey: string }
  const { ok } = await fetch(`${baseUrl}${path}`, { method, headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
  if (!ok) throw new Error(`the lab refuses ${method} ${path}`)
}

// As HubSpot asks when somebody opens a record that the cards are on.
const openCard = async (by = secret): Promise<number> => {
  const path = '/cards/transcript?userId=9411&userEmail=sofia%40urbanhub.mx&portalId=4812345&appId=1'
  const [body, sentAt] = ['{"record":{"type":"contact","id":"904"}}', String(stage.clock.now())]
  const signature = createHmac('sha256', by).update(`POST${stage.url}${path}${body}${sentAt}`).digest('base64')
  return (await fetch(`${stage.url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': sentAt } })).status
}

const setUpBird = async (): Promise<void> => {
  const { house, clock } = stage
  const http = makeHttp({ clock, log: makeLog({ level: 'silent', clock }), db: house.db })
  const connection = (await house.connection('bird')) as Connection<never>
  const { signal } = new AbortController()
  clock.advance(1_000)
  const things = await bird.setup!.look({ http: http.of(connection, bird, { lane: 'live', signal, reading: false }), connection, now: clock.now(), signal, webhookUrl: webhookUrl(real.publicBaseUrl, connection) })
  for (const thing of things) {
    clock.advance(100)
    if ('ensure' in thing) await thing.ensure()
  }
  await http.close()
}

beforeAll(async () => {
  stage = await openVisit()
  await put('hubspot', {})
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'ana@urbanhub.mx', password: 'a password of many letters', role: 'admin' })
  for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 1']) await stage.say('+525512345678', text)
  await setUpBird()
  const sentAt = String(stage.clock.now())
  const body = '[{"portalId":4812345}]'
  const signature = createHmac('sha256', secret).update(`POST${stage.url}/webhooks/hubspot${body}${sentAt}`).digest('base64')
  const { status } = await fetch(`${stage.url}/webhooks/hubspot`, { method: 'POST', body, headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': sentAt } })
  expect(status).toBe(200)
  expect(await openCard()).toBe(200)
})
afterEach(cleanUp)
afterAll(async () => {
  await stage.end()
  forgetReadyDir()
})

test('where all is well, every line says so and nothing has changed', async () => {
  const changes = (): number => stage.lab.hubspot.requests().filter(({ method, path }) => method !== 'GET' && !path.endsWith('/access-token-info')).length
  const before = changes()
  const findings = await look()
  expect(findings.map(lineOf).filter((line) => !line.startsWith('OK '))).toEqual([])
  expect(findings.map(({ what }) => what)).toEqual(lines)
  expect(changes()).toBe(before)
})

test('the guide goes live in 25 steps or fewer, names a line for each of them, and every line', () => {
  const text = readFileSync(new URL('../docs/admin.md', import.meta.url), 'utf8')
  const steps = text.split('\n').filter((line) => /^\d+\. /.test(line))
  const named = steps.map((step) => [...(/Doctor: (.*)\.$/.exec(step)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, line = '']) => line))
  expect(steps.map((step) => Number.parseInt(step))).toEqual(steps.map((_, at) => at + 1))
  expect(named).toEqual(guide.flatMap(({ steps: theirs }) => theirs))
  expect(text.split('\n').flatMap((line) => /^## (.*)$/.exec(line)?.[1] ?? [])).toEqual(guide.map(({ part }) => part))
  expect([steps.length <= 25, text.includes(`in ${steps.length} steps`), named.filter((each) => each.length === 0)]).toEqual([true, true, []])
  expect([...new Set(named.flat())].toSorted()).toEqual(lines.toSorted())
})

describe('configuration', () => {
  test.each<[string, object, string, string[]]>([
    ['of the lab', { lab: true }, 'PORTERO_KEY', ['configuration']], ['without https', { publicBaseUrl: 'http://portero.example' }, 'PUBLIC_BASE_URL', ['configuration', 'bird setup', 'hubspot permitted URLs']], ['behind a proxy that it does not believe', { trustProxy: undefined }, 'PORTERO_TRUST_PROXY', ['configuration']], ['in shadow', { shadow: true }, 'PORTERO_SHADOW', ['configuration']], ['without whom the notice names', { legal: undefined }, 'LEGAL_NAME', ['privacy notice']],
  ])('%s', async (_title, config, named, lines) => {
    expect(await wrong(config)).toEqual(lines.map((what) => [what, expect.any(String), expect.stringContaining(named)]))
  })
  test('in shadow behind a proxy that it does not believe says both', async () => {
    expect(await wrong({ trustProxy: undefined, shadow: true })).toEqual([['configuration', expect.stringMatching(/one address.*; shadow mode/), expect.stringMatching(/PORTERO_TRUST_PROXY.*PORTERO_SHADOW/)]])
  })
  test('with a disk that is not there', async () => {
    expect(await wrong({ dataDir: '/nowhere/at/all' })).toEqual([['disk', expect.any(String), expect.any(String)]])
  })
})

describe('the house', () => {
  test.each<[string, string, string, string, string]>([
    ['a migration that was not run', "update kysely_migration set name = '0002-x' where name = '0002-first-visit'", "update kysely_migration set name = '0002-first-visit' where name = '0002-x'", 'database', 'npx portero migrate'],
    ['a database of a newer version', "insert into kysely_migration (name, timestamp) values ('9999-later', 'x')", "delete from kysely_migration where name = '9999-later'", 'database', 'version of Portero'],
    ['no home that is open', "update home set status = 'closed'", "update home set status = 'open'", 'catalogue', 'CATALOGUE'],
    ['nobody who shows homes', 'update agent set active = false', 'update agent set active = true', 'catalogue', 'CATALOGUE'],
    ['a server that rests', "update job set name = 'seal-audit-away' where name = 'seal-audit'", "update job set name = 'seal-audit' where name = 'seal-audit-away'", 'server', 'docker compose up'],
    ['a key that nobody has used', 'update tool_key set used_at = null', "update tool_key set used_at = now()", 'tool keys', 'portero bird kit --check'],
    ['no admin', "update operator set role = 'agent'", "update operator set role = 'admin'", 'operators', '--role admin'],
  ])('with %s', async (_title, spoil, mend, what, named) => {
    await run(spoil)
    const found = await wrong()
    await run(mend)
    expect([found, await wrong()]).toEqual([[[what, expect.any(String), expect.stringContaining(named)]], []])
  })
  test('without a visit yet', async () => {
    expect(await aboutFirstVisit({ db: stage.house.db, tenant: randomUUID(), now: 0 })).toEqual({ told: 'nobody has booked yet', mend: expect.stringContaining('book a visit') })
  })
  test('with nobody who would hear of trouble', async () => {
    await put('hubspot', { staff: { admins: ['9411'] } })
    await run("update operator set name = 'ana'")
    const found = await wrong()
    await put('hubspot', {})
    await run("update operator set name = 'ana@urbanhub.mx'")
    expect(found).toEqual([['who is told', 'nobody, when something breaks', expect.stringContaining('--role admin')]])
  })
  const onServer = serverUrl ? test : test.skip
  onServer('with a server that was killed', async () => {
    expect(await wrong()).toEqual([])
    expect(await aboutServer({ db: stage.house.db, tenant: stage.house.tenant, now: stage.clock.now() + 180_000 })).toEqual({ told: 'none is at work on this database', mend: expect.stringContaining('docker compose') })
  })
  test('with keys that have all ended', async () => {
    await sql`update tool_key set ends_at = ${at(stage.clock.now())}`.execute(stage.house.db.bare)
    const found = await wrong()
    await run('update tool_key set ends_at = null')
    expect(found).toEqual([['tool keys', expect.any(String), expect.stringContaining('npx portero keys tool')]])
  })
  test('with another master key names what it lacks', async () => {
    const vault = makeVault({ db: stage.house.db, clock: stage.clock, keys: keyring([Buffer.alloc(32, 9)]) })
    expect(await wrong({}, { vault })).toEqual([['master key', expect.stringContaining('data keys are wrapped by'), expect.stringContaining('new,old')]])
  })
})

describe('bird', () => {
  test.each<[string, object, string, string]>([
    ['a key that is refused', { apiKey: 'not the key of anybody' }, 'bird key', 'Access keys'],
    ['a channel that is not there', { channel: 'ch-other' }, 'bird key', 'Channels'],
  ])('with %s', async (_title, change, what, named) => {
    await put('bird', change)
    const found = await wrong()
    await put('bird', {})
    expect(found).toEqual([[what, expect.any(String), expect.stringContaining(named)], ['bird setup', expect.any(String), expect.any(String)]])
  })
  test.each(['away', 'misshapen', 'garbled', 'down'] as const)('that is %s', async (fault) => {
    stage.lab.bird.fault({ on: 'GET /workspaces/:workspace/channels/:channel/messages', fault })
    expect(await wrong()).toEqual([['bird key', expect.any(String), expect.any(String)]])
  })
  test('from which nothing has come in', async () => {
    const { id } = await stage.house.connection('bird')
    const found = await unheard(id)
    expect(found).toEqual([['bird webhook', expect.stringContaining(`https://portero.example/webhooks/bird/${id}`), expect.stringContaining('portero bird apply')]])
  })
  test('that somebody has taken a webhook from', async () => {
    const { subscriptions } = stage.lab.bird.state() as { subscriptions: { id: string; event: string }[] }
    const { id = '' } = subscriptions.find(({ event }) => event === 'whatsapp.inbound') ?? {}
    await fetch(`${stage.lab.url}/_lab/bird/subscription`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, status: 'deleted' }) })
    expect(await wrong()).toEqual([['bird setup', 'webhook whatsapp.inbound is missing', 'Run: npx portero bird apply']])
    await setUpBird()
    expect(await wrong()).toEqual([])
  })
})

describe('hubspot', () => {
  test.each<[string, object, [string, string][]]>([
    ['a stage that is not there', { stages: { new: '1001', qualified: '1002', visit_scheduled: '1003', visit_done: '1004', application: '1005', won: '1006', lost: '9999' } }, [['hubspot setup', 'stage lost: Renta has none with the id 9999']]],
    ['a pipeline that is not there', { pipeline: 'ventas' }, [['hubspot setup', 'pipeline ventas']]],
    ['no client secret', { clientSecrets: [] }, [['hubspot client secret', 'not known']]],
    ['nobody as an admin', { staff: undefined }, [['hubspot staff', 'anybody else: agent']]],
    ['a token that is refused', { apiKey: 'pat-na1-of-nobody-at-all' }, ['scopes', 'account', 'setup'].map((what) => [`hubspot ${what}`, 'the key is refused'])],
  ])('with %s', async (_title, change, named) => {
    await put('hubspot', change)
    const found = await wrong()
    await put('hubspot', {})
    expect(found).toEqual(named.map(([what, told]) => [what, expect.stringContaining(told), expect.stringMatching(/hubspot/i)]))
  })
  const lab = (control: string, wanted: object): Promise<Response> => fetch(`${stage.lab.url}/_lab/hubspot/${control}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wanted) })
  test('with a token that lacks scopes names them', async () => {
    await lab('grant', { scopes: ['oauth', ...scopes.filter((scope) => scope !== 'tickets' && scope !== 'crm.objects.deals.write')] })
    const found = await wrong()
    await lab('grant', { scopes: ['oauth', ...scopes] })
    expect(found).toEqual([
      ['hubspot scopes', 'crm.objects.deals.write, tickets missing', expect.stringContaining('install it again')],
      ['hubspot setup', expect.stringMatching(/help desk: the token may not see them; association of tickets with contacts: the token may not see them/), expect.stringContaining('agree to tickets')],
    ])
  })
  test('with a token whose scopes HubSpot does not tell says that it cannot know', async () => {
    stage.lab.hubspot.fault({ on: 'POST /oauth/v2/private-apps/get/access-token-info', fault: 'missing' })
    expect((await look()).find(({ what }) => what === 'hubspot scopes')).toEqual({ what: 'hubspot scopes', told: expect.stringContaining('does not say') })
  })
  test('asks for the scopes that the app asks for', () => {
    const { config: { auth } } = JSON.parse(readFileSync(new URL('../hubspot-project/src/app/app-hsmeta.json', import.meta.url), 'utf8')) as { config: { auth: { requiredScopes: string[] } } }
    expect(auth.requiredScopes.toSorted()).toEqual(['oauth', ...scopes].toSorted())
  })
  test('with the token of another account', async () => {
    await put('hubspot', { portal: '777' })
    const found = await wrong()
    await put('hubspot', {})
    expect(found).toEqual([['hubspot scopes', 'the token is of account 4812345, not of 777', expect.stringContaining('Auth')]])
  })
  test('says what it knows of the subscription: nothing', async () => {
    expect((await look()).find(({ what }) => what === 'hubspot account')).toEqual({ what: 'hubspot account', told: expect.stringMatching(/STANDARD.*--without-functions/) })
    await lab('become', { accountType: 'APP_DEVELOPER' })
    const found = await wrong()
    await lab('become', { accountType: 'STANDARD' })
    expect(found).toEqual([['hubspot account', expect.stringContaining('developer account'), expect.any(String)]])
  })
  test('whose cards nobody has opened, or that sign by another secret', async () => {
    await run('update connection set asked_at = null')
    stage.clock.advance(11 * 60_000) // noted once in ten minutes
    expect(await openCard('a-client-secret-of-another')).toBe(401)
    const found = await wrong()
    expect(await openCard()).toBe(200)
    expect([found, await wrong()]).toEqual([[['hubspot cards', expect.stringContaining('no card has asked us'), expect.stringContaining('Record customization')]], []])
  })
  test('from which no webhook has come in', async () => {
    const { id } = await stage.house.connection('hubspot')
    expect(await unheard(id)).toEqual([['hubspot webhook', 'nothing that was signed well has come in at https://portero.example/webhooks/hubspot', expect.stringContaining('Webhooks')]])
  })
  test.each<[string, object, object, [string, string][]]>([
    ['no profile that lets cards call here', { publicBaseUrl: 'https://other.example' }, {}, [['bird setup', 'missing'], ['hubspot permitted URLs', 'dev has https://dev.portero.example, prod has https://portero.example']]],
    ['an address that is no origin', { publicBaseUrl: 'https://portero.example/portero' }, {}, [['bird setup', 'missing'], ['hubspot permitted URLs', 'is not']]],
  ])('with %s', async (_title, config, more, named) => {
    expect(await wrong(config, more)).toEqual(named.map(([what, told]) => [what, expect.stringContaining(told), expect.any(String)]))
  })
  test('where the project is not on this machine says so', async () => {
    expect((await look({}, { profiles: [] })).find(({ what }) => what === 'hubspot permitted URLs')).toEqual({ what: 'hubspot permitted URLs', told: expect.stringContaining('nobody here can see') })
    const project = freshDir()
    expect(readProfiles(project)).toEqual([])
    mkdirSync(join(project, 'src'))
    writeFileSync(join(project, 'src/hsprofile.prod.json'), '{"accountId":1,"variables":{"TOOL_BASE_URL":"https://portero.example"}}')
    writeFileSync(join(project, 'src/other.json'), '{}')
    expect(readProfiles(project)).toEqual([{ name: 'prod', baseUrl: 'https://portero.example' }])
  })
  test('with settings that another key has sealed', async () => {
    const connections = { ...stage.house.connections, all: async () => (await stage.house.connections.all(stage.house.db.bare)).filter(({ vendor }) => vendor !== 'hubspot') }
    expect(await wrong({}, { connections })).toEqual([['hubspot connection', expect.stringContaining("can't be read"), expect.stringContaining('portero connect hubspot')]])
  })
  test('with any property of ours missing, or an id that is not unique', async () => {
    for (const type of ['contacts', 'deals', 'meetings', 'communications', 'tasks']) {
      const ours = await propertiesOf(type)
      expect(ours.map(({ name }) => name)).toContain('portero_id')
      for (const property of ours) {
        await inHubspot('DELETE', `/crm/v3/properties/${type}/${property.name}`)
        const missing = await wrong()
        if (property.name === 'portero_id') {
          await inHubspot('POST', `/crm/v3/properties/${type}`, { ...property, hasUniqueValue: false })
          expect(await wrong()).toEqual([['hubspot setup', `property portero_id of ${type}: is not unique`, expect.stringContaining('Delete it')]])
          await inHubspot('DELETE', `/crm/v3/properties/${type}/portero_id`)
        }
        await inHubspot('POST', `/crm/v3/properties/${type}`, property)
        expect(missing).toEqual([['hubspot setup', `property ${property.name} of ${type} is missing`, 'Run: npx portero hubspot apply']])
      }
    }
    expect(await wrong()).toEqual([])
  })
  const propertiesOf = async (type: string): Promise<{ name: string }[]> => {
    const { settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
    const { baseUrl, apiKey } = settings as { baseUrl: string; apiKey: string }
    const response = await fetch(`${baseUrl}/crm/v3/properties/${type}`, { headers: { authorization: `Bearer ${apiKey}` } })
    return ((await response.json()) as { results: { name: string }[] }).results.filter(({ name }) => name.startsWith('portero_'))
  }
})

describe('openai', () => {
  afterEach(() => put('openai', {}))
  test.each<[string, object, string]>([['a model that is not there', { model: 'gpt-0' }, 'it is not there'], ['a key that is nobody\'s', { apiKey: 'sk-of-nobody' }, 'the key is refused']])('with %s', async (_title, change, told) => {
    await put('openai', change)
    expect(await wrong()).toEqual([['openai model', expect.stringContaining(told), expect.stringContaining('OPENAI_API_KEY')]])
  })
  test("is missed only where Portero's own agent answers", async () => {
    const { connections, db } = stage.house
    await run("update connection set vendor = 'nobody' where vendor = 'openai'")
    const spared = await look()
    const ours = { ...connections, all: async () => (await connections.all(db.bare)).map((each) => (each.vendor === 'bird' ? { ...each, settings: { ...(each.settings as object), agent: 'portero' } } : each)) }
    const missed = await wrong({}, { connections: ours })
    await run("update connection set vendor = 'openai' where vendor = 'nobody'")
    expect(spared.filter(({ what }) => what.startsWith('openai'))).toEqual([{ what: 'openai connection', told: expect.stringContaining('there is none') }])
    expect(missed).toEqual([['openai connection', 'there is none', expect.stringContaining('portero connect openai')]])
  })
})

describe('the way', () => {
  const well = guide.flatMap(({ steps }) => steps.flat()).map((what) => ({ what, told: 'well' }))
  test('is printed in the order of the guide, and says which step is next', () => {
    expect([nextStep(well), printed(well).at(-1)]).toEqual([undefined, 'All is well.'])
    const found = well.toReversed().flatMap((each) => (each.what === 'hubspot setup' ? [{ ...each, mend: 'Run it.' }] : each.what.startsWith('bird') ? [] : [each])).concat({ what: 'crm', told: 'compared' })
    const said = printed(found)
    expect(said.filter((line) => line.startsWith('Step') || line === 'Besides')).toEqual([...[1, 2, 3, 4, 5, 6, 7].map((at) => `Step ${at} (The house)`), ...[8, 9, 10, 11].map((at) => `Step ${at} (HubSpot)`), 'Step 15 (Bird)', 'Step 16 (Mail)', 'Step 17 (An agent of our own)', 'Step 18 (The first visit)', 'Besides'])
    expect(said.slice(-3)).toEqual(['OK    crm: compared', '1 of 27 to mend.', 'Next: step 10 of docs/admin.md (HubSpot).'])
    expect(nextStep(found.filter(({ what }) => what !== 'hubspot setup'))).toMatchObject({ number: 10 })
    expect(nextStep(well.filter(({ what }) => !what.startsWith('bird')))).toMatchObject({ number: 12, part: 'Bird' }) // what can't be seen yet isn't done
  })
  test('for a machine, with what is to be done', () => {
    expect(JSON.parse(asJson(well))).toMatchObject({ well: true, next: null, lines: expect.arrayContaining([{ step: 13, what: 'bird setup', ok: true, told: 'well' }]) })
    const [first, ...rest] = well
    expect(JSON.parse(asJson([{ ...first!, mend: 'Run it.' }, ...rest]))).toMatchObject({ well: false, next: 1, lines: expect.arrayContaining([{ step: 1, what: 'portero', ok: false, told: 'well', mend: 'Run it.' }]) })
  })
})

describe('portero doctor', () => {
  test('says what to do with an empty database, and fails', async () => {
    const home = await freshHome({ empty: true })
    const { code, out, err } = await runCli(['doctor'], home)
    expect([code, err]).toEqual([1, ''])
    expect(out).toMatch(/^MEND {2}database: .*\n {6}-> Run: npx portero migrate$/m)
    expect(out).toMatch(/ to mend\.\nNext: step 2 of docs\/admin\.md \(The house\)\.\n$/)
  })
  test('says what is missing before the first connection', async () => {
    const home = await freshHome()
    await runCli(['migrate'], home)
    const { code, out } = await runCli(['doctor'], home)
    expect([code, out]).toEqual([1, expect.stringMatching(/^MEND {2}bird connection: there is none\n {6}-> Run: npx portero connect bird/m)])
  })
  test('names what the environment lacks', async () => {
    const { code, out, err } = await runCli(['doctor'], { DATA_DIR: freshDir(), PORTERO_LAB: '0', PORTERO_ALERT_URL: 'nowhere' })
    expect([code, err, out]).toEqual([1, '', expect.stringMatching(/MEND {2}configuration: [^]*PORTERO_ALERT_URL[^]*PUBLIC_BASE_URL[^]*MEND {2}master key: [^]*PORTERO_KEY[^]*Next: step 2 /)])
    const { code: ended, out: json } = await runCli(['doctor', '--json'], { DATA_DIR: freshDir(), PORTERO_LAB: '0', PUBLIC_BASE_URL: 'https://portero.example', PORTERO_TRUST_PROXY: '1' })
    expect([ended, JSON.parse(json)]).toEqual([1, expect.objectContaining({ well: false, next: 3 })])
  })
})
