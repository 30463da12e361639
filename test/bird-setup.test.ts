import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import type { Thing } from '@portero/tool-server/define.ts'
import { byTemplate, faultsOf, keysIn, messageTemplates, type MessageTemplate } from '@portero/tool-server/domain/message-templates.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { webhookUrl } from '@portero/tool-server/spine/webhooks.ts'
import { account, openBirdHouse, type BirdHouse } from './support/bird-house.ts'
import { cleanUp, freshDir, runCli } from './support/process.ts'

// Bird's webhooks and templates as code: what is lacking is said, made, and made again when somebody takes it away.
jest.setTimeout(120_000)
const publicBaseUrl = 'https://portero.example'
const minute = 60_000
type Subscription = { id: string; event: string; url: string; status: string; service: string; eventFilters: object[] }
type Template = { id: string; projectId: string; deployments: { key: string; value: string }[]; localeStatuses: Record<string, string> }

describe('with a house that Bird does not know yet', () => {
  let stage: BirdHouse
  beforeAll(async () => void (stage = await openBirdHouse({ publicBaseUrl, settings: { smsChannel: account.smsChannel } })))
  afterAll(() => stage.end())
  afterEach(() => expect(stage.desk.faults()).toEqual([]))

  const state = (): { subscriptions: Subscription[]; templates: Template[] } => stage.bird.state() as never
  const events = (): string[] => state().subscriptions.map(({ event, status }) => `${event} ${status}`).toSorted()
  const wanted = ['contact.updated', 'conversation.created', 'conversation.updated', 'sms.inbound', 'sms.outbound', 'template.updated', 'whatsapp.inbound', 'whatsapp.interaction', 'whatsapp.outbound'].map((event) => `${event} active`)
  const look = async (settings: object = {}): Promise<Thing[]> => {
    const { house, clock } = stage
    clock.advance(1_000) // 40 calls a second
    const http = makeHttp({ clock, log: makeLog({ level: 'silent', clock }), db: house.db })
    const found = await house.connection('bird')
    const connection = { ...found, settings: { ...(found.settings as object), ...settings } as never }
    const { signal } = new AbortController()
    return bird.setup!.look({ http: http.of(connection, bird, { lane: 'live', signal, reading: false }), connection, now: clock.now(), signal, webhookUrl: webhookUrl(publicBaseUrl, found) })
  }
  const apply = async (settings: object = {}): Promise<number> => {
    const amiss = (await look(settings)).flatMap((thing) => ('ensure' in thing ? [thing] : []))
    for (const { ensure } of amiss) {
      await ensure()
      stage.clock.advance(50)
    }
    return amiss.length
  }
  const inBird = async (method: string, path: string, body?: object): Promise<number> =>
    (await fetch(`${stage.url}/bird/workspaces/${account.workspace}${path}`, { method, headers: { authorization: `AccessKey ${account.apiKey}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })).status

  test('a look changes nothing, and says what is lacking', async () => {
    const things = await look()
    expect(things.map(({ is }) => is)).toEqual(things.map(() => 'missing'))
    expect(things).toHaveLength(wanted.length + messageTemplates.length)
    expect(state()).toMatchObject({ subscriptions: [], templates: [] })
  })
  test('all of it is made, once; what is there and is not ours stays', async () => {
    const foreign = { service: 'channels', event: 'whatsapp.inbound', url: 'https://crm.example/hooks', signingKey: 'k', eventFilters: [{ key: 'channelId', value: account.channel }] }
    expect(await inBird('POST', '/webhook-subscriptions', foreign)).toBe(201)
    expect(await inBird('POST', '/projects', { name: 'promo_navidad', type: 'channelTemplate' })).toBe(201)
    expect(await apply()).toBe(wanted.length + messageTemplates.length)
    expect(events()).toEqual([...wanted, 'whatsapp.inbound active'].toSorted())
    expect(await apply()).toBe(0)
    const { id } = await stage.house.connection('bird')
    for (const { url, event } of state().subscriptions.filter(({ url }) => !url.startsWith('https://crm.'))) expect([event, url]).toEqual([event, expect.stringMatching(new RegExp(`^${publicBaseUrl}/webhooks/bird/${id}\\?key=[0-9a-f]{8}$`))])
    expect(state().subscriptions.filter(({ url }) => url === foreign.url)).toHaveLength(1)
    expect(state().templates.map(({ deployments }) => deployments[0]?.value)).toEqual(messageTemplates.map(({ name }) => name))
  })
  test('what is made so works: a message that is written now is heard', async () => {
    const { conversationId } = stage.bird.phone.write('+525512345678', { text: 'hola' })
    await stage.bird.silent()
    await stage.house.worker.settle()
    expect(stage.bird.calls('whatsapp.inbound').at(-1)?.statuses).toContain(200)
    expect(await stage.transcript(conversationId)).toHaveLength(1)
  })
  test('a template waits for Meta, is well once it is approved, and says so when it is refused', async () => {
    const of = async (name: string): Promise<Thing | undefined> => (await look()).find(({ what }) => what.includes(name))
    expect(await of('portero_tour_reminder')).toEqual({ what: 'template portero_tour_reminder: waits for Meta', is: 'well' })
    const { projectId: project } = state().templates.find(({ deployments }) => deployments[0]?.value === 'portero_tour_reminder')!
    stage.bird.decide({ project, status: 'approved' })
    expect(await of('portero_tour_reminder')).toEqual({ what: 'template portero_tour_reminder', is: 'well' })
    stage.bird.decide({ project, locale: 'en', status: 'rejected' })
    expect(await of('portero_tour_reminder')).toMatchObject({ is: 'blocked' })
    stage.bird.decide({ project, status: 'approved' })
    await stage.follow(11 * minute, minute)
    const { rows } = await sql`select language, status from template where name = 'portero_tour_reminder' order by language`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ language: 'en', status: 'approved' }, { language: 'es-MX', status: 'approved' }])
  })
  test('approved words can be said, with every parameter that they have', async () => {
    for (const { deployments, projectId: project } of state().templates) {
      stage.bird.decide({ project, status: 'approved' })
      for (const { language, params, text, button } of messageTemplates.find(({ name }) => name === deployments[0]?.value)!.texts) {
        const parameters = params.map(({ key, example }) => ({ type: 'string', key, value: example }))
        const status = await inBird('POST', `/channels/${account.channel}/messages`, { receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: '+525512345678' }] }, template: { projectId: project, version: 'latest', locale: language, parameters } })
        expect([deployments[0]?.value, language, status]).toEqual([deployments[0]?.value, language, 202])
        expect(keysIn(text + (button?.path ?? ''))).toEqual(params.map(({ key }) => key))
        stage.clock.advance(100)
      }
    }
  })
  test('what somebody takes away or stops is put back within a quarter of an hour, and counted', async () => {
    const [first, second] = state().subscriptions.filter(({ url }) => url.startsWith(publicBaseUrl))
    await stage.control('subscription', { id: first!.id, status: 'deleted' })
    await stage.control('subscription', { id: second!.id, status: 'inactive' })
    expect(await look()).toEqual(expect.arrayContaining([{ what: `webhook ${first!.event}`, is: 'missing', ensure: expect.any(Function) }, { what: `webhook ${second!.event}: is inactive`, is: 'wrong', ensure: expect.any(Function) }]))
    await stage.follow(15 * minute, minute)
    expect(events()).toEqual([...wanted, 'whatsapp.inbound active'].toSorted())
    expect(await (await fetch(`${stage.serverUrl}/metrics`)).text()).toMatch(/^portero_watch_mended_total\{vendor="bird"\} 2$/m)
    expect(stage.house.logged()).toContain('watch.mended')
  })
  test('a key that may not mend it is seen as work that waits, with its reason', async () => {
    const [first] = state().subscriptions.filter(({ url }) => url.startsWith(publicBaseUrl))
    await stage.control('subscription', { id: first!.id, status: 'deleted' })
    stage.desk.fault({ on: 'POST /workspaces/:workspace/webhook-subscriptions', fault: 'unauthorized', times: 100 })
    await stage.follow(15 * minute, minute)
    const { rows } = await sql<{ state: string; code: string }>`select state, error_code as code from job where kind = 'watch' and name = 'bird'`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ state: 'ready', code: 'disconnected' }])
    stage.desk.clearFaults()
    await stage.follow(30 * minute, minute)
    expect(events()).toEqual([...wanted, 'whatsapp.inbound active'].toSorted())
  })
  test('during a rotation everything is signed with the new key, and what was signed with the old one is still believed', async () => {
    const signingKeys = ['the-next-signing-key-of-the-lab', ...account.signingKeys]
    expect((await look({ signingKeys })).flatMap(({ what, is }) => (is === 'wrong' ? [what] : []))).toEqual(expect.arrayContaining(['webhook whatsapp.inbound: signs with another key']))
    expect(await apply({ signingKeys })).toBe(wanted.length)
    expect(await apply({ signingKeys })).toBe(0)
    expect(events()).toHaveLength(wanted.length + 1)
    await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'bird', account: account.channel, settings: { ...((await stage.house.connection('bird')).settings as object), signingKeys } })
    stage.bird.phone.write('+525512345678', { text: 'sigo aquí' })
    await stage.bird.silent()
    expect(stage.bird.calls('whatsapp.inbound').at(-1)?.statuses).toContain(200)
  })
  test('words that somebody changed there are sent anew, as another version', async () => {
    const reminder = state().templates.find(({ deployments }) => deployments[0]?.value === 'portero_tour_reminder')!
    expect(await inBird('DELETE', `/projects/${reminder.projectId}/channel-templates/${reminder.id}`)).toBe(204)
    const other = { defaultLocale: 'es-MX', platformContent: [{ platform: 'whatsapp', locale: 'es-MX', blocks: [{ type: 'text', role: 'body', text: { text: 'Otra cosa' } }] }] }
    expect(await inBird('POST', `/projects/${reminder.projectId}/channel-templates`, other)).toBe(201)
    expect((await look()).find(({ what }) => what.includes('portero_tour_reminder'))).toMatchObject({ is: 'wrong', what: 'template portero_tour_reminder: says something else' })
    expect(await apply({ signingKeys: ['the-next-signing-key-of-the-lab'] })).toBe(1)
    expect(state().templates.filter(({ projectId }) => projectId === reminder.projectId)).toHaveLength(2)
  })
})

describe('an address that Bird does not take', () => {
  test('is said, and nothing is asked for', async () => {
    const stage = await openBirdHouse()
    try {
      await stage.follow(20 * minute, minute)
      expect(stage.desk.requests('GET /workspaces/:workspace/webhook-subscriptions')).toEqual([])
    } finally {
      await stage.end()
    }
  })
})

describe('from the command line', () => {
  let stage: BirdHouse
  beforeAll(async () => void (stage = await openBirdHouse({ publicBaseUrl })))
  afterAll(() => stage.end())
  afterEach(cleanUp)
  test('plan and apply say what there is to do, and do it once', async () => {
    const env = { DATA_DIR: freshDir(), PORTERO_LAB: '1', PUBLIC_BASE_URL: publicBaseUrl, BIRD_BASE_URL: `${stage.url}/bird` }
    const settings = { baseUrl: 'https://api.bird.com', apiKey: account.apiKey, workspace: account.workspace, channel: account.channel, signingKeys: account.signingKeys }
    expect(await runCli(['bird', 'plan'], env)).toMatchObject({ code: 1, err: expect.stringContaining('there is no connection') })
    expect(await runCli(['connect', 'bird', account.channel], env, JSON.stringify(settings))).toMatchObject({ code: 0 })
    const plan = await runCli(['bird', 'plan'], env)
    expect(plan).toMatchObject({ code: 0, out: expect.stringMatching(/^ \+ webhook whatsapp.inbound$[^]*^ \+ template portero_escalation$[^]*to do: portero bird apply/m) })
    expect(stage.bird.state()).toMatchObject({ subscriptions: [], templates: [] })
    stage.clock.advance(2_000)
    expect(await runCli(['bird', 'apply'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^ \+ template portero_escalation: done$/m) })
    stage.clock.advance(2_000)
    expect(await runCli(['bird', 'plan'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^ {3}template portero_escalation: waits for Meta$[^]*Nothing to do\./m) })
  })
  test('at who has nothing to set up, it says so', async () => {
    expect(await runCli(['smtp', 'plan'], { DATA_DIR: freshDir(), PORTERO_LAB: '1' })).toMatchObject({ code: 1, err: expect.stringContaining('nothing is set up at smtp') })
  })
})

describe('the templates', () => {
  test.each(messageTemplates.map((template) => [template.name, template] as const))('%s keeps to what Meta takes', (_name, template) => {
    expect(faultsOf(template)).toEqual([])
    expect(template.texts.map(({ language }) => language)).toEqual(['es-MX', 'en'])
    expect(new Set(template.texts.map(({ params }) => params.map(({ key }) => key).toSorted().join())).size).toBe(1)
  })
  const [sample] = messageTemplates
  const broken = (change: Partial<MessageTemplate['texts'][number]>): MessageTemplate => ({ ...sample!, texts: [{ ...sample!.texts[0]!, ...change }] })
  test.each([
    ['begins or ends with a parameter', broken({ text: '{{when}} te esperamos en tu visita' })],
    ['begins or ends with a parameter', broken({ text: 'Te esperamos en tu visita el {{when}}' })],
    ['has two parameters side by side', broken({ text: 'Te esperamos en tu visita el {{when}} {{place}} a la hora de siempre' })],
    ['has 1 to 1024 characters', broken({ text: 'a'.repeat(1_025) })],
    ['needs an example of each parameter, on one line', broken({ params: [{ key: 'when', example: '' }] })],
    ['has braces that are no parameter', broken({ text: 'Te esperamos el {when}} a la hora' })],
    ['is too short for so many parameters', broken({ text: 'A {{a}} b {{b}} c' })],
    ['has a link whose parameter is not at its end', broken({ button: { label: 'Abrir', path: '/c/{{id}}/x' } })],
  ])('a text that %s is refused', (fault, template) => {
    expect(faultsOf(template).join()).toContain(fault)
  })
  test('are said with their words filled in', () => {
    expect(byTemplate('portero_follow_up', 'es-MX', { home: 'Loft con terraza' })).toMatchObject({ template: 'portero_follow_up', params: [{ key: 'home', value: 'Loft con terraza' }], text: expect.stringContaining('¿Qué te pareció Loft con terraza?') })
  })
})
