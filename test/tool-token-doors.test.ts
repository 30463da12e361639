import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { UnsecuredJWT } from 'jose'
import { sql } from 'kysely'
import request from 'supertest'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { portOf } from './support/http-stage.ts'
import { tinyConnector } from './support/tiny.ts'
import { twoTenants, type Talker } from './support/two-tenants.ts'

// As if the model of our own were fully hijacked, and had even seen its token: Mallory's, which is good for her conversation alone. Ana is another prospect of the same house, Zoe one of another tenant.
const quarterMs = 15 * 60_000
const all = [...new Set(tools.flatMap(({ policy }) => policy.scopes))]
type Said = { status: number; body: { ok: boolean; say: string; data?: any; error?: { code: string }; trace?: string } }
let house: TestHouse
let server: Server
let mallory: Talker
let ana: Talker
let zoe: Talker
let home = ''
const introduced: string[] = [] // what the vendor was asked about

beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector({ reads: { messaging: () => ({ conversation: async (id: string) => void introduced.push(id) }) } })], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools })
  ;({ mallory, ana, zoe } = await twoTenants(house))
  server = createServer(house.doors)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  home = (await call('find_homes', {}, mallory)).body.data.homes[0].home
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await house.end()
})
beforeEach(() => house.clock.advance(1_001)) // not to be stopped for calling too often

const tokenOf = ({ tenant, conversation }: Talker, scopes = all): Promise<string> => house.tokens.mint({ tenant, conversation, scopes })
const ask = async (tool: string, input: object, headers: Record<string, string>): Promise<Said> => {
  const { status, body } = await request(server).post(`/tools/${tool}`).set(headers).send(input)
  return { status, body }
}
const call = async (tool: string, input: object, who: Talker, headers: Record<string, string> = {}): Promise<Said> => {
  house.clock.advance(1_001)
  return ask(tool, input, { authorization: `Bearer ${await tokenOf(who)}`, ...headers })
}
const slotFor = async (who: Talker, nth = 0): Promise<string> => (await call('check_availability', { home }, who)).body.data.slots[nth].slot_id
// Everything that belongs to somebody else than Mallory.
const others = async (): Promise<unknown> => {
  const tables = ['person', 'claim', 'conversation', 'lead', 'tour', 'escalation', 'counterpart', 'privacy_case', 'tool_reply'] as const
  return Promise.all(tables.map(async (table) => (await sql`select * from ${sql.table(table)} where ${sql.ref(table === 'person' ? 'id' : 'person_id')} <> ${mallory.person} order by 1, 2`.execute(house.db.bare)).rows))
}
const plain = ({ status, body }: Said): object => ({ status, ...body, trace: undefined })

describe('the token of a conversation', () => {
  test('is taken as a bearer, or as a key', async () => {
    const token = await tokenOf(mallory)
    const said = await Promise.all([ask('my_tours', {}, { authorization: `Bearer ${token}` }), ask('my_tours', {}, { 'x-api-key': token })])
    expect(said.map(({ status, body }) => [status, body.ok])).toEqual([[200, true], [200, true]])
  })
  test('may have its own conversation named beside it', async () => {
    expect((await call('my_tours', {}, mallory, { 'x-bird-conversation-id': `cv-${mallory.conversation}` })).status).toBe(200)
  })
  test('may have it named in the body too', async () => {
    const input = { context: { conversation_id: `cv-${mallory.conversation}` }, arguments: {} }
    expect([(await call('my_tours', input, mallory)).status, (await call('my_tours', input, mallory, { 'x-bird-conversation-id': `cv-${mallory.conversation}` })).status]).toEqual([200, 200])
  })
  test('and a key are one caller: the same write is done once', async () => {
    const key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: all })
    const input = { slot_id: await slotFor(mallory) }
    const first = await call('book_tour', input, mallory)
    const again = await ask('book_tour', input, { authorization: `Bearer ${key}`, 'x-bird-conversation-id': `cv-${mallory.conversation}` })
    expect([first.body.ok, again.body]).toEqual([true, first.body])
    expect((await call('my_tours', {}, mallory)).body.data.tours).toHaveLength(1)
  })
  test('writes nothing while a person has the conversation', async () => {
    await sql`update conversation set state = 'human' where id = ${mallory.conversation}`.execute(house.db.bare)
    const { body } = await call('book_tour', { slot_id: await slotFor(mallory, 1) }, mallory)
    await sql`update conversation set state = 'bot' where id = ${mallory.conversation}`.execute(house.db.bare)
    expect(body).toMatchObject({ ok: false, error: { code: 'human_in_charge' } })
  })
  test('opens no door but those of the tools', async () => {
    const authorization = `Bearer ${await tokenOf(mallory, [...all, 'gate'])}`
    const gate = await request(server).post('/gate/inbound').set({ authorization, 'x-bird-conversation-id': `cv-${ana.conversation}` }).send({ text: 'BAJA' })
    expect([gate.status, (await request(server).get('/metrics').set({ authorization, 'x-forwarded-for': '8.8.8.8' })).text.includes(ana.person)]).toEqual([401, false])
  })
  test('stops after a minute of too many calls, whatever is named beside it', async () => {
    const [plainly, named] = await Promise.all([tokenOf(ana), tokenOf(ana)])
    const statuses: number[] = []
    for (let at = 0; at < 62; at++) statuses.push((await ask('my_tours', {}, at % 2 ? { authorization: `Bearer ${named}`, 'x-bird-conversation-id': `cv-${ana.conversation}` } : { authorization: `Bearer ${plainly}` })).status)
    house.clock.advance(61_000)
    expect(statuses.slice(-2)).toEqual([429, 429])
  })
})

describe("with somebody else's handles", () => {
  let theirs: string // Ana's
  let hers: string // Zoe's
  let old: string
  beforeAll(async () => {
    old = await slotFor(mallory)
    house.clock.advance(25 * 3_600_000)
    ;[theirs, hers] = [await slotFor(ana), await slotFor(zoe)]
    expect((await call('book_tour', { slot_id: await slotFor(ana, 1) }, ana)).body).toMatchObject({ ok: true })
  })
  const handles: [string, () => string][] = [
    ["another prospect's", () => theirs], ["another tenant's", () => hers], ['an expired', () => old], ['a forged', () => `${theirs.slice(0, -4)}AAAA`], ['a longer', () => `${theirs}AAAA`], ['a made-up', () => 's_nada'], ["a tour's", () => `t_${theirs.slice(2)}`],
  ]
  test.each(handles)('%s slot is as unknown as one that never was', async (_title, handle) => {
    const before = await others()
    const missing = await call('book_tour', { slot_id: 's_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, mallory)
    expect(plain(await call('book_tour', { slot_id: handle() }, mallory))).toEqual(plain(missing))
    expect([missing.body.error?.code, await others()]).toEqual(['slot_unknown', before])
  })
  test('my_tours shows nobody else', async () => {
    const [mine, hers] = [await call('my_tours', {}, mallory), await call('my_tours', {}, ana)]
    expect(mine.body.data.tours.map(({ start }: any) => start)).not.toEqual(hers.body.data.tours.map(({ start }: any) => start))
  })
})

describe.each(tools.map(({ name }) => [name]))('%s', (name) => {
  const input = tools.find((tool) => tool.name === name)!.examples[0]!.input as object
  const bearer = async (token: string | Promise<string>, more: Record<string, string> = {}): Promise<Said> => ask(name, input, { authorization: `Bearer ${await token}`, ...more })
  const beside = (id: string): Record<string, string> => ({ 'x-bird-conversation-id': id })
  const old = async (): Promise<string> => {
    const token = await tokenOf(ana)
    house.clock.advance(quarterMs)
    return token
  }
  const nobody = (): Talker => ({ ...ana, conversation: newId(house.clock) })
  const refusals: [string, () => Promise<Said>, number][] = [
    ["beside another's conversation", () => bearer(tokenOf(mallory), beside(`cv-${ana.conversation}`)), 403],
    ["beside another tenant's", () => bearer(tokenOf(mallory), beside(`cv-${zoe.conversation}`)), 403],
    ['beside one that nobody has', () => bearer(tokenOf(mallory), beside('cv-nobody')), 403],
    ['beside our own id of its conversation', () => bearer(tokenOf(mallory), beside(mallory.conversation)), 403],
    ['beside a hostile name', () => bearer(tokenOf(mallory), beside("x' or '1'='1")), 403],
    ['beside an empty name', () => bearer(tokenOf(mallory), beside('')), 403],
    ["beside another's in the body", async () => ask(name, { context: { conversation_id: `cv-${ana.conversation}` }, arguments: input }, { authorization: `Bearer ${await tokenOf(mallory)}` }), 403],
    ["beside its own, and another's in the body", async () => ask(name, { context: { conversation_id: `cv-${ana.conversation}` }, arguments: input }, { authorization: `Bearer ${await tokenOf(mallory)}`, ...beside(`cv-${mallory.conversation}`) }), 403],
    ['in a conversation that nobody has', () => bearer(tokenOf(nobody())), 403],
    ["in another tenant's conversation", () => bearer(tokenOf({ ...zoe, tenant: house.tenant })), 403],
    ['a quarter of an hour later', () => bearer(old()), 401],
    ['of algorithm none', () => bearer(new UnsecuredJWT({ iss: 'portero', aud: 'tool-server', sub: ana.conversation, tenant: ana.tenant, scopes: all, iat: house.clock.now() / 1000, exp: house.clock.now() / 1000 + 60 }).encode()), 401],
    ['cut off', async () => bearer((await tokenOf(ana)).slice(0, -6)), 401],
    ['with another conversation put into it', async () => {
      const [head, claims = '', signature] = (await tokenOf(mallory)).split('.')
      return bearer([head, Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: ana.conversation })).toString('base64url'), signature].join('.'))
    }, 401],
  ]
  test.each(refusals)('%s is refused and touches nothing', async (_title, knock, status) => {
    const before = await others()
    const refused = await knock()
    expect([refused.status, refused.body.ok, await others()]).toEqual([status, false, before])
  })
  test("another's conversation is as unknown as one that never was, and the vendor is not asked", async () => {
    const asked = [beside(`cv-${ana.conversation}`), beside(`cv-${zoe.conversation}`)]
    const missing = plain(await bearer(tokenOf(mallory), beside('cv-nobody')))
    for (const headers of asked) expect(plain(await bearer(tokenOf(mallory), headers))).toEqual(missing)
    expect(plain(await bearer(tokenOf({ ...zoe, tenant: house.tenant })))).toEqual(missing)
    expect(introduced).toEqual([])
  })
  test('with a token of another scope does nothing', async () => {
    const before = await others()
    const { status } = await bearer(tokenOf(ana, ['homes:read']))
    expect([status === 403 || name === 'find_homes' || name === 'get_home', await others()]).toEqual([true, before])
  })
  test('many at once are refused', async () => {
    expect((await request(server).post(`/tools/${name}`).set('authorization', `Bearer ${await tokenOf(mallory)}`).send([input, input])).status).toBe(400)
  })
})

describe('over MCP', () => {
  const open = async (token: string, headers: Record<string, string> = {}): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${portOf(server)}/mcp`), { requestInit: { headers: { authorization: `Bearer ${token}`, ...headers } } }))
    return client
  }
  const namesOf = async (client: Client): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name)

  test('a token is shown the tools that it may use, and a key all of them', async () => {
    const key = await house.toolKeys.make({ tenant: house.tenant, name: 'reader', scopes: ['homes:read'] })
    const [few, many, keyed] = await Promise.all([open(await tokenOf(mallory, ['homes:read'])), open(await tokenOf(mallory)), open(key)])
    expect([await namesOf(few), (await namesOf(many)).length, (await namesOf(keyed)).length]).toEqual([tools.filter(({ policy }) => policy.scopes.every((scope) => scope === 'homes:read')).map(({ name }) => name).toSorted(), tools.length, tools.length])
    const { structuredContent, isError } = await few.callTool({ name: 'my_tours', arguments: {} })
    expect([isError, structuredContent]).toEqual([true, undefined])
    await Promise.all([few, many, keyed].map((client) => client.close()))
  })
  test('a token is bound to its conversation', async () => {
    const [mine, crossed] = [await open(await tokenOf(mallory)), await open(await tokenOf(mallory), { 'x-bird-conversation-id': `cv-${ana.conversation}` })]
    const answers = await Promise.all([mine, crossed].map((client) => client.callTool({ name: 'my_tours', arguments: {} })))
    expect(answers.map(({ isError }) => isError)).toEqual([false, true])
    await Promise.all([mine, crossed].map((client) => client.close()))
  })
  test('a token that is over is nobody', async () => {
    const token = await tokenOf(mallory)
    house.clock.advance(quarterMs)
    await expect(open(token)).rejects.toThrow(/401|[Uu]nauthorized/)
  })
})
