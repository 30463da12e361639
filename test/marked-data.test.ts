import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { paths } from '@portero/tool-server/console/frame.ts'
import { browserOf, type Browser } from './support/console-stage.ts'
import { portal, queryOf, secrets, signed } from './support/cards-stage.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'
import { cleanUp, freshDir, runCli } from './support/process.ts'

// Somebody invented, whose every detail is marked, goes by every door, the good way and all bad ones; and none of it is in a line of the log, a metric, an error answer, or a sentence that is kept of what went wrong.
jest.setTimeout(180_000)
const marked = { name: 'Xochitl Marcada', phone: '+525587651234', email: 'xochitl.marcada@canario.example', curp: 'MAXX900101MDFRCR09', card: '4152313412345678', address: 'Calle Canario 77, Interior 3', token: 'tok_marcada_0123456789abcdef' }
const marks = ['Xochitl', 'Marcada', 'marcada', 'canario', 'Canario', 'MAXX900101', '4152313412345678', '4152 3134 1234 5678', '5587651234', '55 8765 1234', 'tok_marcada']
const everything = `Soy ${marked.name}, ${marked.phone}, ${marked.email}, CURP ${marked.curp}, tarjeta ${marked.card}, vivo en ${marked.address}, ${marked.token}`
const inUrl = encodeURIComponent(everything)
const found = (text: string): string[] => marks.filter((mark) => text.includes(mark) || text.includes(encodeURIComponent(mark)))

let stage: PagesStage
let record: { type: 'contact'; id: string }
let admin: Browser
let conversation = ''
beforeAll(async () => {
  stage = await openPages()
  const { house, lab: { bird: { phone } } } = stage
  phone.write(marked.phone, { text: 'hola', name: marked.name })
  await stage.follow()
  phone.write(marked.phone, { media: { kind: 'image', caption: everything } })
  await stage.follow()
  await stage.say(marked.phone, everything)
  await stage.say(marked.phone, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
  const one = async (text: string): Promise<string> => (await sql.raw<{ id: string }>(text).execute(house.db.bare)).rows[0]?.id ?? ''
  record = { type: 'contact', id: await one("select external_id as id from counterpart where kind = 'contact' and external_id is not null") }
  conversation = await one('select id from conversation')
  await house.putOperator({ tenant: house.tenant, name: 'sofia', password: 'la-llave-del-cuarto', role: 'admin' })
  admin = browserOf(house.doors)
  await admin.post(paths.signIn, { csrf: admin.csrfOf((await admin.get(paths.signIn)).text), next: '/console', name: 'sofia', password: 'la-llave-del-cuarto' })
})
afterAll(async () => {
  await stage.end()
  await cleanUp()
})

type Said = { status: number; text: string }
const knock = async (path: string, init: RequestInit = {}): Promise<Said> => {
  const response = await fetch(stage.url + path, { redirect: 'manual', ...init })
  return { status: response.status, text: await response.text() + JSON.stringify([...response.headers]) }
}
const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Said> => knock(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })
const agent = (): Record<string, string> => ({ authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': stage.lab.bird.conversationFor(marked.phone) })
const form = (path: string, fields: Record<string, string>, from: Browser = admin): Promise<Said> => from.post(path, fields).then(({ status, text, headers }) => ({ status, text: text + JSON.stringify(headers) }))
const csrf = async (): Promise<string> => admin.csrfOf((await admin.get(paths.home)).text)
const card = async (name: string, body: string, query = queryOf({ user: '11', account: portal })): Promise<Said> => {
  const url = `${stage.url}/cards/${name}?${query}`
  const sentAt = stage.clock.now()
  return knock(`/cards/${name}?${query}`, { method: 'POST', body, headers: { 'x-hubspot-signature-v3': signed({ secret: secrets[0]!, method: 'POST', url, body, sentAt }), 'x-hubspot-request-timestamp': String(sentAt) } })
}

const ways: Record<string, () => Promise<Said[]>> = {
  'webhooks that nobody signed, or that are none': async () => Promise.all([
    post(`/webhooks/bird/${(await stage.house.connection('bird')).id}?x=${inUrl}`, { payload: everything }, { 'messagebird-signature': marked.token, 'messagebird-request-timestamp': '1' }),
    post(`/webhooks/hubspot?x=${inUrl}`, everything), post(`/webhooks/${inUrl}`, everything), post(`/webhooks/hubspot/${inUrl}`, everything), knock(`/webhooks/bird?hub.challenge=${inUrl}`),
  ]),
  'webhooks that are signed, and that nobody understands': async () => {
    for (const vendor of ['bird', 'hubspot']) {
      const connection = await stage.house.connection(vendor)
      for (const rawBody of [everything, JSON.stringify({ [everything]: everything }), JSON.stringify([{ subscriptionType: everything, payload: marked }]), JSON.stringify({ service: 'channels', event: 'whatsapp.inbound', payload: { ...marked, sender: { contact: marked } } })]) {
        await stage.house.inbox.accept(connection, { method: 'POST', url: `/?${inUrl}`, headers: { from: marked.email }, rawBody: Buffer.from(rawBody) }, 'a'.repeat(32))
      }
    }
    await stage.follow()
    return []
  },
  'tools with what does not fit': async () => Promise.all([
    ...['book_tour', 'qualify_lead', 'update_deal', 'escalate', 'privacy_request', 'find_homes', 'get_home', 'join_waitlist', 'cancel_tour'].flatMap((tool) => [
      { [everything]: 1 }, { [marked.name]: 1, [marked.phone]: 1, [marked.curp]: 1, [marked.email]: 1 }, { slot_id: everything, home: everything, when: everything, start: everything, kind: everything, reason: everything, tour_id: everything, stage: everything, area: everything, move_in: everything, budget: everything, pets: everything, guarantee: everything },
      everything, [everything], { arguments: everything }, { input: { [marked.name]: { [marked.phone]: marked.card } } },
    ].map((body) => post(`/tools/${tool}`, body, agent()))),
    post(`/tools/${inUrl}`, {}, agent()), post('/tools/find_homes', {}, { authorization: `Bearer ${marked.token}` }), post('/tools/find_homes', {}, { ...agent(), 'x-bird-conversation-id': marked.token }),
    post('/gate/inbound', { text: everything }, agent()), post('/gate/inbound', everything, agent()), knock(`/tools?x=${inUrl}`), knock(`/openapi.json?key=${marked.token}`),
    post('/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: everything, arguments: marked } }, { ...agent(), accept: 'application/json, text/event-stream' }),
    post('/mcp', { jsonrpc: '2.0', id: everything, method: everything, params: marked }, { ...agent(), accept: 'application/json, text/event-stream' }),
    post('/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'find_homes', arguments: { [marked.name]: everything } } }, { ...agent(), accept: 'application/json, text/event-stream' }),
    post('/mcp', everything, { ...agent(), accept: 'application/json, text/event-stream', origin: `https://${marked.token}.example` }),
  ]),
  'tools with all of it in what fits': async () => Promise.all([
    post('/tools/escalate', { reason: 'asked_for_person', summary: everything }, agent()), post('/tools/privacy_request', { kind: 'access', details: everything }, agent()),
    post('/workflow/qualify_lead', { callbackId: marked.token, inputFields: marked }), post(`/workflow/${inUrl}`, everything),
  ]),
  'cards': async () => {
    const one = await Promise.all([
      card('transcript', everything), card('transcript', JSON.stringify({ record: { type: everything, id: everything } })), card('transcript', JSON.stringify({ record, [everything]: 1, before: everything })), card(encodeURIComponent(marked.name), '{}'),
      card('preview', JSON.stringify({ record: { type: 'contact', id: marked.token } }), `userId=${inUrl}&portalId=${portal}`), card('why', JSON.stringify({ record, field: everything })), card('book', JSON.stringify({ record, key: marked.token, slot: everything })),
      card('probe', JSON.stringify({ connection: marked.token })), card('hours', JSON.stringify(marked)), post('/cards/transcript', everything),
    ])
    return [...one, await card('note', JSON.stringify({ record, text: everything, key: 'k-0' })), await card('reply', JSON.stringify({ record, text: everything, key: 'k-1' }))]
  },
  'the console': async () => {
    const stranger = browserOf(stage.house.doors, '203.0.113.7')
    const theirs = stranger.csrfOf((await stranger.get(paths.signIn)).text)
    const own = await csrf()
    const got = (path: string): Promise<Said> => admin.get(path).then(({ status, text, headers }) => ({ status, text: text + JSON.stringify({ ...headers, location: '' }) }))
    return [
      await form(paths.signIn, { csrf: theirs, next: `/console/${inUrl}`, name: '', password: marked.token }, stranger), await form(paths.signIn, { csrf: marked.token, name: everything, password: everything }, stranger),
      await got(`/console/conversations/${inUrl}`), await got(`/console/people?person=${inUrl}`), await got(`/console/media/${inUrl}/0`), await got(`/console/conversations?before=${inUrl}`), await got(`/console/conversations?state=${inUrl}&from=${inUrl}`), await got(`/console/${inUrl}`), await got(`/console/people?came=${inUrl}`),
      await form(paths.people, { csrf: marked.token, one: everything, other: everything }), await form('/console/people/none', { csrf: own, do: everything, key: everything }), await form(`/console/hubspot/contacts/${conversation}`, { csrf: own, key: everything, person: everything }),
      await form(`/console/conversations/${conversation}/hands`, { csrf: marked.token, do: 'reply', text: everything }), await form(`/console/queue/${inUrl}/replay`, { csrf: own, sure: everything }), await form(paths.kit, { csrf: own, key: marked.token }),
      await knock(`/oauth/google/callback?state=${marked.token}&error=${inUrl}&code=${marked.token}`), await knock(`/oauth/${inUrl}/callback?state=1`), await knock(`/oauth/google/start?account=${inUrl}`),
    ]
  },
  'pages of prospects': async () => Promise.all([
    ...['/book/', '/ics/', '/media/', '/aviso/', '/'].map((path) => knock(path + inUrl)), knock(`/aviso?x=${inUrl}`),
    knock(`/book/${marked.token}`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ ...marked }) }), knock('/book/x', { method: 'POST', body: everything }),
  ]),
  'vendors that fail and say it back': async () => {
    const { bird, hubspot } = stage.lab
    for (const vendor of [bird, hubspot]) vendor.fault(...(['lost', 'garbled', 'misshapen', 'down'] as const).map((fault) => ({ on: '*', fault })))
    await stage.say(marked.phone, `${everything} y ya`)
    await stage.follow(60_000)
    expect([bird.faults(), hubspot.faults()]).toEqual([[], []])
    return []
  },
}

describe('nothing that is marked is in an error answer:', () => {
  test.each(Object.keys(ways))('%s', async (way) => {
    const wrong = (await ways[way]!()).filter(({ status, text }) => status >= 400 || /"ok":false|isError/.test(text))
    expect(wrong.flatMap(({ status, text }) => (found(text).length > 0 ? [`${status} ${found(text).join()}: ${text.slice(0, 400)}`] : []))).toEqual([])
  })
})

describe('nothing that is marked is in what the command line says of', () => {
  test.each([['an export', ['audit', 'verify', '--export']], ['a persona', ['persona', 'check']]])('%s that is none', async (_what, args) => {
    const file = join(freshDir(), 'file')
    writeFileSync(file, `${everything}\n${JSON.stringify(marked)}\n`)
    const { code, out, err } = await runCli([...args, file])
    expect([code, found(out + err)]).toEqual([1, []])
  })
})

describe('after all of that, nothing that is marked is in', () => {
  test('any line of the log, at its most talkative', async () => {
    await stage.follow()
    const lines = stage.house.logged().split('\n')
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.filter((line) => found(line).length > 0)).toEqual([])
  })
  test('any metric, or what the house says of its health', async () => {
    const said = [await knock('/metrics'), await knock('/healthz'), await knock('/readyz')]
    expect(said.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(said[0]!.text).toContain('portero_')
    expect(said.flatMap(({ text }) => found(text))).toEqual([])
  })
  test('any trace that goes along with a call', () => {
    const { bird, hubspot, openai } = stage.lab
    const traces = [bird, hubspot, openai].flatMap((vendor) => vendor.requests().map(({ headers }) => headers['traceparent'] ?? ''))
    expect(traces.filter((trace) => trace !== '' && !/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/.test(trace))).toEqual([])
  })
  test('what is kept in the clear of what went wrong, or of whom it was about', async () => {
    const rows = (await Promise.all([
      sql<{ text: string }>`select concat_ws(' ', error_code, error, name, key, serial) as text from job`, sql<{ text: string }>`select concat_ws(' ', error_code, error) as text from inbox`,
      sql<{ text: string }>`select concat_ws(' ', what, object, user_id, by, trace) as text from audit`, sql<{ text: string }>`select concat_ws(' ', what, said) as text from trouble`,
    ].map((query) => query.execute(stage.house.db.bare)))).flatMap((result) => result.rows)
    expect(rows.length).toBeGreaterThan(50)
    expect(rows.filter(({ text }) => found(text).length > 0)).toEqual([])
  })
  test('and the marks would be seen: they are in what we hold and what its reader is shown', async () => {
    expect(found((await stage.ask('transcript', { record })).text)).toEqual(expect.arrayContaining(['Marcada', 'MAXX900101']))
  })
})
