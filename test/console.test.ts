import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { at } from '@portero/tool-server/spine/db.ts'
import { putOperator } from '@portero/tool-server/store/operators.ts'
import { openConsole, passwords, type Browser, type ConsoleStage } from './support/console-stage.ts'

// The operators' console: who gets in, what they see, and what is written down about it.
let stage: ConsoleStage
beforeAll(async () => void (stage = await openConsole()))
afterAll(() => stage.end())
afterEach(() => stage.house.clock.advance(61_000)) // wrong tries are forgotten

const tryToEnter = async (browser: Browser, name: string, password: string, more: Record<string, string> = {}): Promise<Response> => {
  const csrf = browser.csrfOf((await browser.get('/console/sign-in')).text)
  return browser.post('/console/sign-in', { csrf, next: '/console', name, password, ...more })
}
const idsIn = (text: string): string[] => [...text.matchAll(/href="\/console\/conversations\/([0-9a-f-]{36})"/g)].map(([, id]) => id!)

describe('signing in', () => {
  test('shows a page to whoever is not signed in, and leads back to where they wanted to go', async () => {
    const browser = stage.browser()
    const sent = await browser.get('/console/queue')
    expect({ status: sent.status, to: sent.headers['location'] }).toEqual({ status: 303, to: '/console/sign-in?next=%2Fconsole%2Fqueue' })
    const form = await browser.get(sent.headers['location']!)
    expect(form.text).toContain('name="next" value="/console/queue"')
    const inside = await browser.post('/console/sign-in', { csrf: browser.csrfOf(form.text), next: '/console/queue', name: ' ADMIN ', password: passwords.admin })
    expect({ status: inside.status, to: inside.headers['location'] }).toEqual({ status: 303, to: '/console/queue' })
    expect((await browser.get('/console/queue')).status).toBe(200)
    expect((await stage.audited('console:sign-in')).length).toBeGreaterThan(0)
  })
  test('gives a cookie that no script reads, no other site sends, and no plain line carries', async () => {
    const { headers } = await tryToEnter(stage.browser(), 'agent', passwords.agent)
    const cookies = [headers['set-cookie']].flat().filter((line) => line?.startsWith('portero_session=') && !line.startsWith('portero_session=;'))
    expect(cookies.map((line) => /Path=([^;]+)/.exec(line ?? '')?.[1] ?? '').toSorted()).toEqual(['/console', '/oauth']) // to nothing else that is served here
    for (const cookie of cookies) for (const word of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Max-Age=43200']) expect(cookie).toContain(word)
  })
  test('keeps no token and no password as they are', async () => {
    const browser = await stage.signedIn('agent')
    const token = browser.cookies().find((each) => each.startsWith('portero_session='))!.split('=')[1]!
    const { rows } = await sql<{ text: string }>`select o.password_hash || encode(s.digest, 'hex') || encode(s.digest, 'escape') as text from operator o join sign_in s on s.operator_id = o.id`.execute(stage.house.db.bare)
    expect(rows.length).toBeGreaterThan(0)
    for (const { text } of rows) {
      expect(text).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(text).not.toContain(token)
      expect(text).not.toContain(passwords.agent)
    }
  })
  test.each([['a wrong password', 'agent', 'not-the-password'], ['a name that nobody has', 'nobody', passwords.agent], ['another one’s password', 'agent', passwords.admin], ['nothing', '', '']])('refuses %s, and says no more than that', async (_what, name, password) => {
    const { status, text, headers } = await tryToEnter(stage.browser(), name, password)
    expect(status).toBe(401)
    expect(text).toContain('Ese usuario y esa contraseña no coinciden.')
    expect(JSON.stringify(headers['set-cookie'])).not.toContain('portero_session')
  })
  test.each([['name', (n: number) => [`203.0.113.${n + 10}`, 'agent'] as const], ['network address', (n: number) => ['198.51.100.7', `guess${n}`] as const]])('locks a %s for a minute after five wrong tries', async (what, of) => {
    for (let n = 0; n < 5; n++) {
      const [from, name] = of(n)
      expect((await tryToEnter(stage.browser(from), name, 'wrong')).status).toBe(401)
    }
    const [from, name] = of(9)
    const right = what === 'name' ? { name, password: passwords.agent } : { name: 'admin', password: passwords.admin }
    const locked = await tryToEnter(stage.browser(from), right.name, right.password)
    expect({ status: locked.status, wait: locked.headers['retry-after'] }).toEqual({ status: 429, wait: '60' })
    expect((await tryToEnter(stage.browser('192.0.2.50'), 'admin', passwords.admin)).status).toBe(303) // nobody else waits
    stage.house.clock.advance(60_000)
    expect((await tryToEnter(stage.browser(from), right.name, right.password)).status).toBe(303)
  })
  test('counts tries that come all at once, and forgets those that were right', async () => {
    const browsers = await Promise.all(Array.from({ length: 8 }, async () => {
      const browser = stage.browser('192.0.2.8')
      return { browser, csrf: browser.csrfOf((await browser.get('/console/sign-in')).text) }
    }))
    const answers = await Promise.all(browsers.map(({ browser, csrf }) => browser.post('/console/sign-in', { csrf, next: '/console', name: 'agent', password: 'wrong' })))
    expect([401, 429].map((code) => answers.filter(({ status }) => status === code).length)).toEqual([5, 3])
    stage.house.clock.advance(60_000)
    for (let n = 0; n < 7; n++) expect((await tryToEnter(stage.browser('192.0.2.8'), 'agent', passwords.agent)).status).toBe(303)
  })
  test.each(['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example', '/console/../x', 'javascript:alert(1)', '/consoles', ''])('never leads to %s', async (next) => {
    expect((await tryToEnter(stage.browser(), 'agent', passwords.agent, { next })).headers['location']).toBe('/console')
  })
  test('ends after twelve hours, whatever somebody does', async () => {
    const browser = await stage.signedIn('agent')
    for (let n = 0; n < 15; n++) {
      stage.house.clock.advance(45 * 60_000)
      await browser.get('/console')
    }
    stage.house.clock.advance(45 * 60_000 - 1)
    expect((await browser.get('/console')).status).toBe(200)
    stage.house.clock.advance(1)
    expect((await browser.get('/console')).status).toBe(303)
    expect((await browser.get('/console/live/conversations')).status).toBe(401)
  })
  test('ends by signing out, also for a copy of the cookie', async () => {
    const browser = await stage.signedIn('agent')
    const copied = browser.cookies().join('; ')
    const out = await browser.post('/console/sign-out', { csrf: browser.csrfOf((await browser.get('/console')).text) })
    expect(out.headers['location']).toBe('/console/sign-in')
    expect((await request(stage.app).get('/console').set('cookie', copied)).status).toBe(303)
  })
  test('ends when the password is changed', async () => {
    const { db, clock, tenant } = stage.house
    await putOperator({ db, clock }, { tenant, name: 'passing', password: 'first password', role: 'agent' })
    const browser = stage.browser()
    await tryToEnter(browser, 'passing', 'first password')
    expect((await browser.get('/console')).status).toBe(200)
    await putOperator({ db, clock }, { tenant, name: 'Passing', password: 'second password', role: 'agent' })
    expect((await browser.get('/console')).status).toBe(303)
    expect((await tryToEnter(browser, 'passing', 'first password')).status).toBe(401)
  })
  test('asks for a name and a password that is not short', async () => {
    const { db, clock, tenant } = stage.house
    await expect(putOperator({ db, clock }, { tenant, name: 'short', password: 'elevenchars', role: 'agent' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(putOperator({ db, clock }, { tenant, name: '  ', password: 'long enough now', role: 'agent' })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('forms', () => {
  test.each([['no token', {}], ['a wrong token', { csrf: 'x' }], ['two tokens', { csrf: ['x', 'y'] }]])('with %s change nothing', async (_what, fields: object) => {
    const id = await stage.dead({ name: 'crm.kept' })
    const browser = await stage.signedIn('admin')
    for (const path of ['/console/queue/replay', `/console/queue/${id}/replay`, '/console/sign-out']) {
      const { status, text } = await browser.post(path, { ...fields })
      expect(status).toBe(403)
      expect(text).toContain('no se cambió nada')
    }
    expect((await browser.get('/console/queue')).text).toContain('crm.kept')
  })
  test('of one session do not fit another', async () => {
    const [mine, theirs] = [await stage.signedIn('admin'), await stage.signedIn('admin')]
    const csrf = mine.csrfOf((await mine.get('/console')).text)
    expect((await theirs.post('/console/queue/replay', { csrf })).status).toBe(403)
  })
  test('to sign in need the page they stood on', async () => {
    const browser = stage.browser()
    await browser.get('/console/sign-in')
    expect((await browser.post('/console/sign-in', { csrf: 'x', next: '/console', name: 'agent', password: passwords.agent })).status).toBe(403)
    expect((await stage.browser().post('/console/sign-in', { csrf: '', next: '/console', name: 'agent', password: passwords.agent })).status).toBe(403)
  })
})

describe('conversations', () => {
  const evil = '<img src=x onerror=alert(1)>"\'</script><script>alert(2)</script>'
  test('show what people are called and wrote as text only', async () => {
    const { conversation } = await stage.guest({ name: `Eva ${evil}`, phone: '+525511112222', said: [{ text: evil }] })
    const browser = await stage.signedIn('agent')
    for (const path of ['/console/conversations', `/console/conversations/${conversation}`, '/console/live/conversations', `/console/live/conversations/${conversation}`]) {
      const { text } = await browser.get(path)
      expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&lt;/script&gt;')
      expect(text).not.toMatch(/<img|alert\(2\)<\/script>|onerror="|<script>/)
    }
  })
  test('let nothing run or load that is not ours, and nothing be framed or kept', async () => {
    const browser = await stage.signedIn('agent')
    for (const path of ['/console', '/console/nowhere', '/console/sign-in']) {
      const { headers, text } = await browser.get(path)
      expect(headers['content-security-policy']).toBe("default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'")
      expect(headers['cache-control']).toBe('no-store')
      expect(text).not.toMatch(/<style|style="|<script(?! src="\/_assets\/)|\son\w+="/)
    }
    expect((await request(stage.house.doors).get('/console/sign-in')).headers['content-security-policy']).toMatch(/^default-src 'self'; base-uri 'none'/)
  })
  test('say who, in which state, and the last words; a number is cut to its end', async () => {
    await stage.guest({ phone: '+525598765432', state: 'human', said: [{ text: '¿Aceptan perros?', agoMs: 9_000 }, { author: 'bot', text: 'Sí, pequeños.' }] })
    const { text } = await (await stage.signedIn('agent')).get('/console/conversations')
    expect(text).toMatch(/Termina en 5432<\/b><span class="badge info">Con asesor<\/span><\/span><span class="said cut">Asistente: Sí, pequeños\./)
    expect(text).not.toContain('98765432')
    expect((await (await stage.signedIn('agent')).get('/console/conversations', { 'accept-language': 'en-US' })).text).toContain('Ending in 5432')
  })
  test('come fifty at a time, the latest first, each once', async () => {
    const made: string[] = []
    for (let n = 0; n < 53; n++) made.unshift((await stage.guest({ name: `P${n}`, said: [{ text: 'hola', agoMs: (60 - n) * 60_000 * 1_000 }] })).conversation)
    const browser = await stage.signedIn('agent')
    const seen: string[] = []
    for (let path: string | undefined = '/console/conversations'; path; ) {
      const { text }: Response = await browser.get(path)
      const ids = idsIn(text)
      expect(ids.length).toBeLessThanOrEqual(50)
      seen.push(...ids)
      path = /href="(\/console\/conversations\?before=[^"]+)"/.exec(text)?.[1]
    }
    expect(seen).toEqual([...new Set(seen)])
    expect(seen.filter((id) => made.includes(id))).toEqual(made)
  })
  test('show all that came of them', async () => {
    const one = await stage.guest({ name: 'María Fernández', phone: '+525512345678', said: [{ text: 'Hola', agoMs: 30 * 3_600_000 }, { author: 'human', text: 'Te marco', status: 'failed' }] })
    await stage.enrich(one)
    const browser = await stage.signedIn('agent')
    const { text } = await browser.get(`/console/conversations/${one.conversation}`)
    for (const said of ['María Fernández', '+525512345678', 'Asesor', 'No se entregó', 'Hoy', 'Visita agendada', '$19,000', 'Loft con terraza', 'Casa Jalapa · con Lucía Ferrer', 'Confirmada', 'Pregunta por el aval', 'Abierta']) expect(text).toContain(said)
    expect((await browser.get(`/console/conversations/${one.conversation}`)).text).toContain('Vista') // by whoever has just looked
  })
  test('long ones are told in pages', async () => {
    const said = Array.from({ length: 205 }, (_each, n) => ({ text: `m-${n}.`, agoMs: (300 - n) * 1_000 }))
    const { conversation } = await stage.guest({ name: 'Larga', said })
    const browser = await stage.signedIn('agent')
    const { text } = await browser.get(`/console/conversations/${conversation}`)
    expect([text.includes('m-4.'), text.includes('m-5.'), text.includes('m-204.')]).toEqual([false, true, true])
    const older = await browser.get(/href="(\/console\/conversations\/[^"]+\?before=[^"]+)"/.exec(text)![1]!)
    expect([older.text.includes('m-4.'), older.text.includes('m-5.'), older.text.includes('data-live')]).toEqual([true, false, false])
  })
  test('keep showing what is left of somebody who was erased', async () => {
    const { conversation, person } = await stage.guest({ name: 'Olvidada Ruiz', phone: '+525500001111', said: [{ text: 'secreto' }] })
    const { vault, db, tenant } = stage.house
    await vault.erasePerson(db.bare, tenant, person)
    const browser = await stage.signedIn('agent')
    const pages = [await browser.get('/console/conversations'), await browser.get(`/console/conversations/${conversation}`)]
    for (const { status, text } of pages) {
      expect(status).toBe(200)
      expect(text).toContain('Datos borrados')
      expect(text).not.toMatch(/Olvidada|secreto|00001111/)
    }
  })
  test('that nobody has are not found, in words and with a trace', async () => {
    const browser = await stage.signedIn('agent')
    for (const path of ['/console/conversations/00000000-0000-7000-8000-000000000009', '/console/conversations/x', '/console/nowhere']) {
      const { status, text, headers } = await browser.get(path)
      expect(status).toBe(404)
      for (const said of ['No encontré lo que buscas.', 'no se cambió nada', 'Búscalo desde el inicio', headers['x-trace-id']!]) expect(text).toContain(said)
    }
  })
  test('of another tenant are not there', async () => {
    const { conversation } = await stage.guest({ name: 'Ajena', said: [] })
    const { db, clock } = stage.house
    const other = '00000000-0000-7000-8000-00000000000b'
    await sql`insert into tenant (tenant_id, name, created_at) values (${other}, 'other', ${at(clock.now())})`.execute(db.bare)
    await putOperator({ db, clock }, { tenant: other, name: 'admin', password: 'of another house', role: 'admin' })
    expect((await tryToEnter(stage.browser(), 'admin', 'of another house')).status).toBe(401)
    expect((await (await stage.signedIn('agent')).get(`/console/conversations/${conversation}`)).status).toBe(200)
  })

  test('are written down each time somebody reads something new in them', async () => {
    const { conversation, person } = await stage.guest({ name: 'Vista', said: [{ text: 'hola' }] })
    const browser = await stage.signedIn('agent')
    const reads = async () => (await stage.audited('read:conversation')).filter(({ object }) => object === conversation)
    const { text } = await browser.get(`/console/conversations/${conversation}`)
    const { rows: [agent] } = await sql<{ id: string }>`select id from operator where name = 'agent'`.execute(stage.house.db.bare)
    expect(await reads()).toEqual([{ user_id: agent!.id, person_id: person, object: conversation }])
    const tag = /data-tag="([^"]*)"/.exec(text)![1]!.replaceAll('&quot;', '"')
    expect((await browser.get(`/console/live/conversations/${conversation}`, { 'if-none-match': tag })).status).toBe(304)
    expect(await reads()).toHaveLength(1)
    await sql`update conversation set state = 'human' where id = ${conversation}`.execute(stage.house.db.bare)
    const changed = await browser.get(`/console/live/conversations/${conversation}`, { 'if-none-match': tag })
    expect(changed.text).toContain('Con asesor')
    expect(await reads()).toHaveLength(2)
    const lists = (await stage.audited('read:conversations')).length
    await browser.get('/console/conversations')
    expect(await stage.audited('read:conversations')).toHaveLength(lists + 1)
  })
})

describe('what has stopped', () => {
  const stateOf = async (id: string) => (await sql<{ state: string; uncertain: boolean }>`select state, uncertain_since is not null as uncertain from job where id = ${id}`.execute(stage.house.db.bare)).rows[0]
  const replay = async (browser: Browser, path: string, more: Record<string, string> = {}): Promise<Response> => browser.post(path, { csrf: browser.csrfOf((await browser.get('/console/queue')).text), ...more })

  test('is for admins', async () => {
    const id = await stage.dead({ name: 'crm.theirs' })
    const agent = await stage.signedIn('agent')
    const home = await agent.get('/console')
    expect(home.text).not.toContain('/console/queue')
    const csrf = agent.csrfOf(home.text)
    const answers = [await agent.get('/console/queue'), await agent.get('/console/live/queue'), await agent.get(`/console/queue/${id}`), await agent.post('/console/queue/replay', { csrf }), await agent.post('/console/queue/stop', { csrf }), await agent.post(`/console/queue/${id}`, { csrf, do: 'preview' }), await agent.post(`/console/queue/${id}/replay`, { csrf, sure: 'yes' })]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403])
    expect(await stateOf(id)).toEqual({ state: 'dead', uncertain: false })
  })
  test('tells what has stopped, at whom, why, and how often it was tried', async () => {
    await stage.dead({ name: 'crm.told', code: 'disconnected' })
    const { text } = await (await stage.signedIn('admin')).get('/console/queue')
    for (const said of ['<h1>Revisión</h1>', 'crm.told', 'tiny', 'ya no tiene permiso', 'disconnected', 'the vendor did not answer in time', '4bf92f35', 'En vivo', 'Auditoría por sellar']) expect(text).toContain(said)
  })
  test('puts back what is known not to have happened, and writes down by whom', async () => {
    const id = await stage.dead({ name: 'crm.safe' })
    const { status, headers } = await replay(await stage.signedIn('admin'), `/console/queue/${id}/replay`)
    expect({ status, to: headers['location'] }).toEqual({ status: 303, to: '/console/queue?came=back' })
    expect(await stateOf(id)).toEqual({ state: 'ready', uncertain: false })
    expect(await stage.audited('replay:dead')).toContainEqual(expect.objectContaining({ object: id, user_id: expect.any(String) }))
  })
  test('asks twice before it repeats what may have happened', async () => {
    const id = await stage.dead({ name: 'crm.unsure', uncertain: true })
    const browser = await stage.signedIn('admin')
    const asked = await replay(browser, `/console/queue/${id}/replay`)
    expect(asked.status).toBe(409)
    expect(asked.text).toMatch(/Puede haber ocurrido[\s\S]*puede ocurrir dos veces/)
    expect(await stateOf(id)).toEqual({ state: 'dead', uncertain: true })
    expect((await replay(browser, `/console/queue/${id}/replay`, { sure: 'yes' })).status).toBe(303)
    expect(await stateOf(id)).toEqual({ state: 'ready', uncertain: false })
  })
  test('looks before it repeats where nobody says to be sure', async () => {
    const one = await stage.dead({ name: 'crm.look', uncertain: true })
    await replay(await stage.signedIn('admin'), `/console/queue/${one}/replay`, { sure: 'no' })
    expect(await stateOf(one)).toEqual({ state: 'ready', uncertain: true })
  })
  test('says so where nothing has stopped, or somebody was faster', async () => {
    await sql`delete from job where state = 'dead'`.execute(stage.house.db.bare)
    const browser = await stage.signedIn('admin')
    const none = await replay(browser, '/console/queue/replay')
    expect((await browser.get(none.headers['location']!)).text).toMatch(/No había nada que reintentar[\s\S]*Nada está detenido/)
    const { headers } = await replay(browser, '/console/queue/00000000-0000-7000-8000-000000000009/replay')
    expect((await browser.get(headers['location']!)).text).toContain('Aquí no hay nada con ese número')
  })
})

describe('what pages are made of', () => {
  test('is kept by browsers until it changes', async () => {
    const { text } = await stage.browser().get('/console/sign-in')
    const urls = [...text.matchAll(/"(\/_assets\/[^"]+)"/g)].map(([, url]) => url!)
    expect(urls).toHaveLength(3)
    for (const url of urls) {
      const { status, headers } = await request(stage.app).get(url)
      expect({ status, cache: headers['cache-control'] }).toEqual({ status: 200, cache: 'public, max-age=31536000, immutable' })
      const again = await request(stage.app).get(url.replace(/\?.*/, '')).set('if-none-match', headers['etag']!)
      expect({ status: again.status, cache: again.headers['cache-control'] }).toEqual({ status: 304, cache: 'no-cache' })
    }
    for (const name of ['page.ts', 'constructor', '..%2fpage.ts', '']) expect((await request(stage.app).get(`/_assets/${name}`)).status).toBe(404)
  })
})
