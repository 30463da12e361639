import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { openConsole, passwords, type Browser, type ConsoleStage } from './support/console-stage.ts'

// What stands around the console's pages: which comes first, in which language they are, and how a conversation is found.
let stage: ConsoleStage
beforeAll(async () => void (stage = await openConsole()))
afterAll(() => stage.end())

const langOf = (text: string): string | undefined => /<html lang="([^"]*)"/.exec(text)?.[1]
const unescaped = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')

describe('the first page', () => {
  test('is how the day goes, and whoever knew its address before is led there', async () => {
    const agent = await stage.signedIn('agent')
    const home = await agent.get('/console')
    expect([home.status, /<h1>([^<]*)/.exec(home.text)?.[1]]).toEqual([200, 'Hoy'])
    const led = async (path: string): Promise<unknown[]> => agent.get(path).then(({ status, headers }) => [status, headers['location']])
    expect(await led('/console/today')).toEqual([303, '/console'])
    expect(await led('/console?waiting=1')).toEqual([303, '/console/conversations?state=unanswered'])
  })
  test('names where somebody is, once in the row and once in the menu of a phone', async () => {
    const admin = await stage.signedIn('admin')
    const here = async (path: string): Promise<string[]> => [...(await admin.get(path)).text.matchAll(/<a href="([^"]*)" aria-current="page"/g)].map(([, href]) => href!)
    expect(await here('/console')).toEqual(['/console', '/console'])
    expect(await here('/console/conversations')).toEqual(['/console/conversations', '/console/conversations'])
    expect(await here('/console/access')).toEqual(['/console/access'])
    expect((await admin.get('/console/access')).text).toContain('class="menu here"')
  })
})

describe('the language', () => {
  const choose = async (browser: Browser, language: string, from: string): Promise<{ status: number; to: string | undefined; cookies: string[] }> => {
    const { text } = await browser.get(from)
    const back = unescaped(/name="back" value="([^"]*)"/.exec(text)![1]!)
    const { status, headers } = await browser.post('/console/language', { csrf: browser.csrfOf(text), language, back })
    return { status, to: headers['location'], cookies: [headers['set-cookie'] ?? []].flat() }
  }
  test('is the browser’s, until somebody chooses another: on every page, live part, fault and form from then on', async () => {
    const { conversation } = await stage.guest({ name: 'Ida', said: [{ text: 'hola' }] })
    const browser = await stage.signedIn('admin')
    expect(langOf((await browser.get('/console')).text)).toBe('es-MX')
    expect(langOf((await browser.get('/console', { 'accept-language': 'en-US,en;q=0.9' })).text)).toBe('en')
    expect(await choose(browser, 'en', '/console/conversations?state=bot')).toMatchObject({ status: 303, to: '/console/conversations?state=bot' })
    for (const path of ['/console', '/console/conversations', `/console/conversations/${conversation}`, '/console/nowhere', '/console/access']) expect([path, langOf((await browser.get(path)).text)]).toEqual([path, 'en'])
    expect((await browser.get('/console/live/conversations')).text).toContain('Assistant')
    await choose(browser, 'es-MX', '/console/value')
    expect(langOf((await browser.get('/console', { 'accept-language': 'en-US' })).text)).toBe('es-MX')
  })
  test('is chosen before the sign-in too, and stays after it and after the sign-out', async () => {
    const browser = stage.browser()
    expect((await choose(browser, 'en', '/console/sign-in?next=%2Fconsole%2Fvalue')).to).toBe('/console/sign-in?next=%2Fconsole%2Fvalue')
    const form = await browser.get('/console/sign-in')
    expect(form.text).toContain('Sign in to your console')
    await browser.post('/console/sign-in', { csrf: browser.csrfOf(form.text), next: '/console', name: 'agent', password: passwords.agent })
    const home = await browser.get('/console')
    expect([home.status, langOf(home.text)]).toEqual([200, 'en'])
    await browser.post('/console/sign-out', { csrf: browser.csrfOf(home.text) })
    expect((await browser.get('/console/sign-in')).text).toContain('Sign in to your console')
  })
  test('is a cookie that no script reads and that says nothing else', async () => {
    const { cookies } = await choose(await stage.signedIn('agent'), 'en', '/console')
    expect(cookies.map((line) => /^portero_language=en; Max-Age=\d+; Path=(\/console|\/oauth);/.exec(line)?.[1])).toEqual(['/console', '/oauth'])
    for (const cookie of cookies) for (const word of ['HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie).toContain(word)
  })
  test.each([['no token', 'x', 'en', 403], ['no language of ours', undefined, 'fr', 400]])('of a form with %s changes nothing', async (_what, csrf, language, status) => {
    for (const browser of [await stage.signedIn('agent'), stage.browser()]) {
      const { text } = await browser.get(browser.cookies().length > 0 ? '/console' : '/console/sign-in')
      const sent = await browser.post('/console/language', { csrf: csrf ?? browser.csrfOf(text), language, back: '/console' })
      expect([sent.status, JSON.stringify(sent.headers['set-cookie'] ?? '').includes('portero_language')]).toEqual([status, false])
    }
    expect((await request(stage.app).post('/console/language').type('form').send({ csrf: '', language: 'en', back: '/console' })).status).toBe(403)
  })
  test.each(['https://elsewhere.example/', '//elsewhere.example', '/console//elsewhere.example', '/console/../x', '/consoles', '/console?next=https://x', ''])('never leads to %s', async (back) => {
    const browser = await stage.signedIn('agent')
    expect((await browser.post('/console/language', { csrf: browser.csrfOf((await browser.get('/console')).text), language: 'en', back })).headers['location']).toBe('/console')
  })
  test('that a cookie makes up is nobody’s', async () => {
    expect(langOf((await request(stage.app).get('/console/sign-in').set({ cookie: 'portero_language=<b>', 'accept-language': 'es' })).text)).toBe('es-MX')
  })
})

describe('a conversation is found', () => {
  let agent: Browser
  const ids: Record<string, string> = {}
  const day = 86_400_000
  beforeAll(async () => {
    const guests = { nuria: { name: 'Nuria Peña Solís', phone: '+525587650001', said: [{ text: 'hola' }] }, nube: { name: 'Núbe Peña', phone: '+525587650002', state: 'human' as const, said: [{ text: 'hola', agoMs: 3 * day }] }, tomas: { name: 'Tomás Rey-García', phone: '+14155550123', state: 'paused' as const, said: [{ text: 'hola', agoMs: 40 * day }] } }
    for (const [who, guest] of Object.entries(guests)) ids[who] = (await stage.guest(guest)).conversation
    await sql`update conversation c set heard_at = (select max(sent_at) from message m where m.conversation_id = c.id) where id = any(${Object.values(ids)}::uuid[])`.execute(stage.house.db.bare)
    agent = await stage.signedIn('agent')
  })
  const find = async (fields: Record<string, string>, browser = agent) => browser.post('/console/conversations', { csrf: browser.csrfOf((await browser.get('/console')).text), who: '', state: '', from: '', to: '', ...fields })
  const found = async (fields: Record<string, string>): Promise<string[]> => [...(await find(fields)).text.matchAll(/href="\/console\/conversations\/([0-9a-f-]{36})"/g)].map(([, id]) => Object.keys(ids).find((who) => ids[who] === id) ?? 'another')

  test.each(['+525587650001', '55 8765 0001', '(55) 8765-0001', '5215587650001', '0445587650001', '+52 1 55 8765 0001'])('by the number %s: at once', async (who) => {
    const { status, headers } = await find({ who })
    expect([status, headers['location']]).toEqual([303, `/console/conversations/${ids['nuria']}`])
  })
  test.each([['Nuria Peña Solís', ['nuria']], ['pena', ['nuria', 'nube']], ['PEÑA  núr', ['nuria']], ['solis nuria', ['nuria']], ['garcia', ['tomas']], ['¿?', []], ['0123', ['tomas']], ['50002', ['nube']]])('by %s', async (who, whom) => {
    expect(await found({ who })).toEqual(whom)
  })
  test('by an address, where it is a name of theirs', async () => {
    const { db, vault, tenant } = stage.house
    await sql`insert into claim (tenant_id, kind, value_bidx, person_id, value_sealed, claimed_at) select tenant_id, 'email', ${await vault.blindIndex(db.bare, tenant, 'claim:email', 'nube@casas.example')}, person_id, ${Buffer.from('x')}, opened_at from conversation where id = ${ids['nube']}`.execute(db.bare)
    expect(await found({ who: ' Nube@Casas.Example ' })).toEqual(['nube'])
  })
  test('by state and days, in an address that can be kept', async () => {
    const days = (ago: number): string => new Date(stage.house.clock.now() - ago * day).toISOString().slice(0, 10)
    const asked = await find({ state: 'human', from: days(5), to: days(1) })
    expect([asked.status, asked.headers['location']]).toEqual([303, `/console/conversations?state=human&from=${days(5)}&to=${days(1)}`])
    const shown = (await agent.get(asked.headers['location']!)).text
    expect([shown.includes(ids['nube']!), shown.includes(ids['nuria']!), shown.includes(ids['tomas']!)]).toEqual([true, false, false])
    expect(await found({ who: 'peña', state: 'bot' })).toEqual(['nuria'])
    expect(await found({ who: 'peña', to: days(2) })).toEqual(['nube'])
    expect((await agent.get(`/console/conversations?from=${days(-1)}`)).text).toContain('Ninguna conversación cumple con eso')
    expect((await agent.get('/console/conversations?state=sold&from=2026-02-30&to=x')).text).toContain(ids['nuria'])
  })
  test('or somebody is told what to try', async () => {
    const { text } = await find({ who: '55 0000 9999' })
    for (const words of ['No encontré a nadie así', '10 dígitos', 'value="55 0000 9999"']) expect(text).toContain(words)
    const named = (await find({ who: 'Zacarías <b>' })).text
    for (const words of ['Prueba con un solo apellido', 'value="Zacarías &lt;b&gt;"']) expect(named).toContain(words)
  })
  test('page after page, and what was looked for stands in no address', async () => {
    for (let n = 0; n < 53; n++) await stage.guest({ name: `Repetida ${n}`, said: [{ text: 'hola', agoMs: (n + 1) * 1_000 }] })
    const first = await find({ who: 'repetida' })
    const hidden = Object.fromEntries([...first.text.split('<div class="pager')[1]!.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
    expect(hidden).toMatchObject({ who: 'repetida' })
    const second = await agent.post('/console/conversations', hidden)
    const shown = [first, second].map(({ text }) => [...text.matchAll(/href="\/console\/conversations\/([0-9a-f-]{36})"/g)].map(([, id]) => id))
    expect([shown[0]!.length, shown[1]!.length, new Set(shown.flat()).size]).toEqual([50, 3, 53])
    expect(first.text + second.text).not.toMatch(/(href|action|data-live)="[^"]*repetida/i)
  })
  test('and that is in the audit, without the words; whoever is blocked is not', async () => {
    const { db, vault, tenant } = stage.house
    stage.house.clock.advance(1_000)
    await find({ who: 'Nuria Peña Solís' })
    const { rows } = await sql<{ id: string; after_sealed: Buffer }>`select id, after_sealed from audit where what = 'read:conversations' order by at desc, id desc limit 1`.execute(db.bare)
    const after = (await vault.open(db.bare, tenant, `audit.after:${rows[0]!.id}`, rows[0]!.after_sealed)).toString()
    expect(JSON.parse(after)).toEqual({ by: 'name', conversations: [ids['nuria']] })
    await sql`update person set blocked_at = created_at where id = (select person_id from conversation where id = ${ids['nuria']})`.execute(db.bare)
    expect(await found({ who: 'Nuria Peña Solís' })).toEqual([])
    expect((await find({ who: '5587650001' })).status).toBe(200)
  })
  test('by nobody without a token', async () => {
    expect((await agent.post('/console/conversations', { who: 'peña' })).status).toBe(403)
  })
})
