import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { connectionsWords, languages, quotaWords } from '@portero/shared'
import { rooms } from '@portero/tool-server/app.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { vendorChecks } from '@portero/tool-server/spine/doctor-vendors.ts'
import { browserOf, type Browser } from './support/console-stage.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'
import { keyed, tinyHouse, type Tiny } from './support/tiny.ts'

// The page on integrations, as an admin and an agent see it: how each system does, what to do about it, and the two things an admin does there.
const page = '/console/connections'
const words = connectionsWords['es-MX']
const password = 'la-llave-del-patio'
const enter = async ({ putOperator, tenant, doors }: Pick<TestHouse, 'putOperator' | 'tenant' | 'doors'>, role: 'admin' | 'agent' = 'admin'): Promise<Browser> => {
  await putOperator({ tenant, name: role, password, role })
  const browser = browserOf(doors)
  await browser.post('/console/sign-in', { csrf: browser.csrfOf((await browser.get('/console/sign-in')).text), next: '/console', name: role, password })
  return browser
}
const textOf = (text: string): string => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const cardOf = (text: string, id: string): string => textOf(new RegExp(`data-id="system-${id}".*?</section>`, 's').exec(text)?.[0] ?? '')
const post = async (browser: Browser, path: string, fields: Record<string, string> = {}) => browser.post(path, { csrf: browser.csrfOf((await browser.get(page)).text), ...fields })

describe('how a system does', () => {
  let tiny: Tiny | undefined
  afterEach(async () => {
    await tiny?.end()
    tiny = undefined
  })
  const send = (house: Tiny, key: string) => house.decide(async (act) => act.send(keyed, { text: 'x' }, { key }))

  test('stands on the page: calls, errors, what is left of the budget, and that all is well', async () => {
    tiny = await tinyHouse()
    const house = tiny
    house.vendor.will({ status: 422 }, 'done', 'done')
    for (const key of ['a', 'b', 'c']) await send(house, key)
    await house.settle()
    await house.minutes.flush()
    await sql`delete from job where state = 'dead'`.execute(house.db.bare)
    const card = cardOf((await (await enter(house)).get(page)).text, house.tiny.id)
    const { calls, half, slow, errors, waitsFor } = words
    expect(card).toContain(`${words.period} ${calls} ${half} ${slow} ${errors} ${waitsFor} ${words.hour} 3 1 ms 1 ms 1 (33%)`)
    expect(card).toContain(words.budgetText('3', '610,000'))
    expect(card).toContain(words.works)
    expect(card).toContain(words.flowing)
  })
  test('a vendor that fails rests, and the page says so and what to do', async () => {
    tiny = await tinyHouse()
    const house = tiny
    house.vendor.will(...Array.from({ length: 5 }, () => ({ status: 503 })))
    for (const key of ['a', 'b', 'c', 'd', 'e']) await send(house, key)
    await house.settle()
    await house.minutes.flush()
    const admin = await enter(house)
    const card = cardOf((await admin.get(page)).text, house.tiny.id)
    expect(card).toContain(`${words.resting.breaker.join(' ')} ${words.servers(1)}`)
    expect(card).toContain(words.sign.breaker)
    expect(card).toContain(words.worse.bad)
    expect(card).toContain(`${words.codes.unavailable}: 5`)
    house.clock.advance(61_000) // and nobody says so any more
    expect(cardOf((await admin.get(page)).text, house.tiny.id)).toContain(words.flowing)
    await house.settle()
  })
  test('what waits, by lane, and what has stopped', async () => {
    tiny = await tinyHouse()
    const house = tiny
    const { db, clock, tenant, tiny: { id } } = house
    for (const [lane, state, agoMs] of [['live', 'ready', 600_000], ['live', 'ready', 60_000], ['bulk', 'running', 0], ['live', 'dead', 0]] as const) {
      await sql`insert into job (tenant_id, id, kind, name, key, connection_id, lane, state, run_at, due_at, uncertain_since, trace, created_at, finished_at) values (${tenant}, ${newId(clock)}, 'command', 'tiny.keyed', ${newId(clock)}, ${id}, ${lane}, ${state}, ${at(clock.now() - agoMs)}, ${at(clock.now() - agoMs)}, ${state === 'dead' ? at(clock.now()) : null}, ${'0'.repeat(32)}, ${at(clock.now())}, ${state === 'dead' ? at(clock.now()) : null})`.execute(db.bare)
    }
    const admin = await (await enter(house)).get(page)
    const card = cardOf(admin.text, id)
    expect(card).toContain(`${words.lane.live} : ${words.queued.ready('2')}; ${words.oldest('10 min')}`)
    expect(card).toContain(`${words.lane.bulk} : ${words.queued.running('1')}`)
    expect(card).toContain(words.sign.late('10 min'))
    expect(card).toContain(`${words.sign.dead(1)} ${words.toQueue}`)
    expect(textOf(admin.text)).toContain(`${words.drifts.uncertain[0]} 1 ${words.drifts.uncertain[1]}`)
    const agent = cardOf((await (await enter(house, 'agent')).get(page)).text, id)
    expect([agent.includes(words.sign.dead(1)), agent.includes(words.toQueue), agent.includes(words.test)]).toEqual([true, false, false])
  })
  test('an alarm of silence stands there with when it was last heard of', async () => {
    tiny = await tinyHouse()
    const house = tiny
    await house.deliver([])
    const heard = house.clock.now()
    house.clock.advance(4 * 3_600_000)
    await sql`insert into trouble (tenant_id, connection_id, what, about, said, waiting, since) values (${house.tenant}, ${house.tiny.id}, 'silent', '', '', 0, ${at(heard)})`.execute(house.db.bare)
    expect(cardOf((await (await enter(house)).get(page)).text, house.tiny.id)).toContain(words.sign.silent('23 nov, 11:00'))
  })
  test('what the comparison with HubSpot found stands there, with what to do', async () => {
    tiny = await tinyHouse()
    const { db, clock, tenant, tiny: { id } } = tiny
    const admin = await enter(tiny)
    expect(textOf((await admin.get(page)).text)).toContain(words.all)
    await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor, pulled_at) values (${tenant}, ${id}, 'reconcile', ${JSON.stringify({ matched: 9, drifted: 4, missing: 0, duplicate: 0, foreign: 0, settling: 0 })}, ${at(clock.now())})`.execute(db.bare)
    const text = textOf((await admin.get(page)).text)
    expect(text).toContain(`${words.drifts.differ[0]} 4 ${words.drifts.differ[1]}`)
    expect([text.includes(words.all), text.includes(words.drifts.missing[0]!)]).toEqual([false, false])
  })
})

describe('with nothing connected, and with forty calendars', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await testHouse({ connectors: rooms.connectors })
  })
  afterAll(() => house.end())
  test('the page says what will be there, and shows one card for all of a vendor', async () => {
    const admin = await enter(house)
    expect(textOf((await admin.get(page)).text)).toContain(words.noSystems)
    for (let count = 0; count < 40; count++) await house.connections.put({ tenant: house.tenant, vendor: 'google', account: `agente${count}@casas.example`, settings: { grant: { by: 'person' }, pushSecrets: ['x'.repeat(40)] } })
    const [one, other] = (await house.connections.all(house.db.bare)).filter(({ vendor }) => vendor === 'google')
    for (const { id } of [one!, other!]) for (let count = 0; count < 3; count++) house.minutes.add({ tenant: house.tenant, connection: id, outcome: 'ok', tookMs: 100 })
    await house.minutes.flush()
    const { text } = await admin.get(page)
    const card = cardOf(text, 'google')
    expect(card).toContain(words.manyCalendars(40))
    expect(card).toContain(`${words.hour} 6`)
    expect(card).toContain(words.budgetText('3', '330')) // of each, not of all
    expect(text.match(/data-id="system-/g)).toHaveLength(1)
  })
  test('what vendors allow is said in Spanish too, and so is whatever a test looks at', () => {
    const said = connectors.flatMap(({ quotas = [] }) => quotas.flatMap(({ what, theirs }) => [what, theirs]))
    expect(said.filter((text) => quotaWords['es-MX'][text] === undefined)).toEqual([])
    for (const language of languages) expect(Object.values(vendorChecks).flat().filter(({ what }) => !Object.hasOwn(connectionsWords[language].checks, what))).toEqual([])
  })
})

describe('a system that is connected by what is pasted', () => {
  const canary = 'CANARIO-secreto-de-la-llave'
  let house: TestHouse
  let admin: Browser
  beforeAll(async () => {
    house = await testHouse({ connectors: rooms.connectors })
    admin = await enter(house)
  })
  afterAll(() => house.end())
  const paste = (settings: string, vendor = 'openai', account = 'agente') => post(admin, `${page}/new`, { vendor, account, settings })
  const made = async () => (await house.connections.all(house.db.bare)).flatMap(({ vendor, account, settings }) => (vendor === 'portero' ? [] : [{ vendor, account, settings }]))

  test.each([['no JSON', `{ "apiKey": "${canary}`], ['a list', `["${canary}"]`], ['what does not fit', `{ "apiKey": "${canary}", "baseUrl": "${canary}" }`]])('is not, by %s, and nothing of it is shown', async (_title, settings) => {
    const { status, text } = await paste(settings)
    expect([status, text.includes('CANARIO'), text.includes('agente')]).toEqual([400, false, true])
    expect(await made()).toEqual([])
  })
  test('nor a calendar, which its owner must consent to', async () => {
    expect((await paste('{}', 'google', 'ana@casas.example')).status).toBe(400)
    expect(await made()).toEqual([])
  })
  test('is connected, by whom stands in the audit, and its key in no page, row or line', async () => {
    const { status, headers } = await paste(`{ "apiKey": "${canary}", "model": "gpt-6.1-terra" }`)
    expect([status, headers['location']]).toEqual([303, `${page}?came=pasted`])
    expect(await made()).toMatchObject([{ vendor: 'openai', account: 'agente', settings: { apiKey: canary, model: 'gpt-6.1-terra' } }])
    const { rows } = await sql<{ user_id: string | null }>`select user_id from audit where what = 'action:connection-made'`.execute(house.db.bare)
    expect(rows.map(({ user_id }) => user_id !== null)).toEqual([true])
    const { rows: whole } = await sql<{ row: string }>`select c::text as row from connection c union all select a::text from audit a`.execute(house.db.bare)
    const shown = [(await admin.get(page)).text, (await admin.get(`${page}/new?vendor=openai&account=agente`)).text, house.logged(), ...whole.map(({ row }) => row)].join('')
    expect([shown.includes('CANARIO'), shown.includes(Buffer.from('CANARIO').toString('hex'))]).toEqual([false, false])
  })
  test('keeps what is not said anew, but nothing where its address is another one', async () => {
    expect((await paste('{ "model": "gpt-7" }')).status).toBe(303)
    expect(await made()).toMatchObject([{ settings: { apiKey: canary, model: 'gpt-7' } }])
    expect((await paste('{ "baseUrl": "https://elsewhere.example" }')).status).toBe(400)
    expect(await made()).toMatchObject([{ settings: { apiKey: canary, model: 'gpt-7' } }])
  })
})

describe('a test of a connection', () => {
  let stage: PagesStage
  let admin: Browser
  beforeAll(async () => {
    stage = await openPages()
    admin = await enter(stage.house)
  }, 60_000)
  afterAll(() => stage.end())
  const idOf = async (vendor: string): Promise<string> => (await stage.house.connections.all(stage.house.db.bare)).find((each) => each.vendor === vendor)!.id
  const check = (text: string, name: string): string => textOf(new RegExp(`data-id="check-${name}".*?</tr>`, 's').exec(text)?.[0] ?? '')

  test('shows what the doctor sees, thing by thing, and who asked stands in the audit', async () => {
    const id = await idOf('bird')
    const { status, text } = await post(admin, `${page}/${id}/test`)
    expect(status).toBe(200)
    for (const name of ['connection', 'key', 'work']) expect(check(text, name)).toContain(` ${words.well} `)
    expect(check(text, 'setup')).toContain(`${words.amiss} ${words.checks.setup[1]}`) // Bird sends nothing to this address, which is no https
    const { rows } = await sql<{ object: string; user_id: string | null }>`select object, user_id from audit where what = 'test:connection'`.execute(stage.house.db.bare)
    expect(rows.map(({ object, user_id }) => [object, user_id !== null])).toEqual([[id, true]])
  })
  test('says how to mend a key that is refused', async () => {
    const { house, clock } = stage
    const before = (await house.connections.all(house.db.bare)).find(({ vendor }) => vendor === 'bird')!
    await post(admin, `${page}/new`, { vendor: 'bird', account: before.account, settings: JSON.stringify({ apiKey: 'otra-llave-que-nadie-conoce-0123456789' }) })
    clock.advance(6_000)
    const { text } = await post(admin, `${page}/${before.id}/test`)
    expect(check(text, 'key')).toContain(`${words.amiss} ${words.checks.key[1]}`)
    expect(text).toContain(words.detail)
  })
  test('is not done again and again', async () => {
    const id = await idOf('hubspot')
    const statuses: number[] = []
    for (let count = 0; count < 7; count++) statuses.push((await post(admin, `${page}/${id}/test`)).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429])
    stage.clock.advance(61_000)
    expect((await post(admin, `${page}/${id}/test`)).status).toBe(200)
  }, 60_000)
  test('is nobody’s who only looks on, nor without the form’s token, nor of what is not shown', async () => {
    const agent = await enter(stage.house, 'agent')
    const id = await idOf('bird')
    expect((await post(agent, `${page}/${id}/test`)).status).toBe(403)
    expect((await admin.post(`${page}/${id}/test`, { csrf: 'x' })).status).toBe(403)
    const house = (await stage.house.connections.all(stage.house.db.bare)).find(({ vendor }) => !connectors.some(({ name }) => name === vendor))
    if (house) expect((await post(admin, `${page}/${house.id}/test`)).status).toBe(404)
    expect((await post(admin, `${page}/${newId(stage.clock)}/test`)).status).toBe(404)
  })
})
