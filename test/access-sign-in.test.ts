import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { makeSee } from '@portero/tool-server/actions/see.ts'
import { printOperator } from '@portero/tool-server/actions/access-printed.ts'
import { mindLockOuts } from '@portero/tool-server/actions/mind-lock-outs.ts'
import { smtp } from '@portero/tool-server/connectors/smtp/index.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { consoleDoors } from '@portero/tool-server/console/doors.ts'
import { makeLimits } from '@portero/tool-server/spine/knocks.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { traced } from '@portero/tool-server/spine/doors.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { allowAgain, operatorNamed } from '@portero/tool-server/store/operators.ts'
import { noteLocked, takeTry } from '@portero/tool-server/store/sign-in-tries.ts'
import { testHouse } from './support/house.ts'
import { browserOf, openConsole, passwords, type Browser, type ConsoleStage } from './support/console-stage.ts'

// How long somebody stays signed in, who is locked out, and what ends it all.
let stage: ConsoleStage
let other: express.Express // another replica, on the same database
beforeAll(async () => {
  stage = await openConsole()
  const { db, clock, vault, audit, acting, tenant } = stage.house
  other = express()
  other.set('trust proxy', true)
  other.use(traced(clock))
  other.use(consoleDoors({ db, clock, vault, audit, acting, see: makeSee({ db, acting }), log: makeLog({ level: 'silent', clock }), tenant, publicBaseUrl: 'https://portero.example', tools, toolKeys: stage.house.toolKeys, company: 'UrbanHub', wake: () => {}, connections: stage.house.connections, connecting: stage.house.connecting, trying: stage.house.trying, review: stage.house.review, limits: makeLimits({ clock }), heldThere: async () => ({ records: [], silent: [] }), closing: new AbortController().signal, own: makeOwnReads({ db, clock, vault, publicBaseUrl: 'https://portero.example' }) }))
})
afterAll(() => stage.end())
afterEach(() => stage.house.clock.advance(61_000))

const enter = async (browser: Browser, name: string, password: string): Promise<Response> => browser.post('/console/sign-in', { csrf: browser.csrfOf((await browser.get('/console/sign-in')).text), next: '/console', name, password })
const leave = async (browser: Browser): Promise<unknown> => browser.post('/console/sign-out', { csrf: browser.csrfOf((await browser.get('/console')).text) })
const tokenOf = (browser: Browser): string => browser.cookies().find((each) => each.startsWith('portero_session='))?.split('=')[1] ?? ''
const isIn = async (browser: Browser): Promise<boolean> => (await browser.get('/console')).status === 200
const people = () => ({ db: stage.house.db, clock: stage.house.clock, audit: stage.house.audit, tenant: stage.house.tenant })
const says = async (name: string, how: { role?: string; end?: boolean; password?: string }): Promise<string> => {
  let said = ''
  await printOperator({ ...people(), say: (line) => void (said = line) }, name, { ...how, typed: async () => how.password ?? '' })
  return said
}

describe('a lock-out', () => {
  test('holds in every process, and after a restart', async () => {
    for (let n = 0; n < 5; n++) expect((await enter(browserOf(n % 2 === 0 ? stage.app : other, `203.0.113.${n + 20}`), 'agent', 'wrong')).status).toBe(401)
    for (const app of [stage.app, other]) {
      const locked = await enter(browserOf(app, '203.0.113.40'), 'agent', passwords.agent)
      expect([locked.status, locked.headers['retry-after']]).toEqual([429, '60'])
    }
  })
  test('counts an address of IPv6 by its network', async () => {
    for (let n = 0; n < 5; n++) await enter(stage.browser(`2001:db8:1:2::${n + 1}`), `six${n}`, 'wrong')
    expect((await enter(stage.browser('2001:db8:1:2:ffff::9'), 'admin', passwords.admin)).status).toBe(429)
    expect((await enter(stage.browser('2001:db8:1:3::1'), 'admin', passwords.admin)).status).toBe(303)
  })
  test('does not begin anew with a right one between', async () => {
    for (let n = 0; n < 4; n++) await enter(stage.browser('192.0.2.70'), `guess${n}`, 'wrong')
    expect((await enter(stage.browser('192.0.2.70'), 'agent', passwords.agent)).status).toBe(303)
    expect((await enter(stage.browser('192.0.2.70'), 'guess5', 'wrong')).status).toBe(401)
    expect((await enter(stage.browser('192.0.2.70'), 'guess6', 'wrong')).status).toBe(429)
  })
  test('is in the audit, without what was typed; neither is that in the database', async () => {
    const before = (await stage.audited('console:lock-out')).length
    for (let n = 0; n < 5; n++) await enter(stage.browser(`192.0.2.${n + 100}`), 'mi-contraseña-secreta', 'wrong')
    for (let n = 0; n < 5; n++) await enter(stage.browser(`192.0.2.${n + 110}`), 'agent', 'wrong')
    const { db, tenant } = stage.house
    const rows = (await stage.audited('console:lock-out')).slice(before)
    expect(new Set(rows.map(({ object }) => object))).toEqual(new Set([tenant, (await operatorNamed(db.bare, tenant, 'agent'))?.id]))
    const { rows: [kept] } = await sql<{ text: string }>`select string_agg(encode(asker, 'escape'), ' ') as text from sign_in_try`.execute(db.bare)
    expect(kept?.text).not.toMatch(/secreta|192\.0\.2/)
  })
  test('again and again is said in the log and the console where nobody can be written to; what is old is forgotten', async () => {
    const { db, clock, acting, connections, tenant } = stage.house
    await says('jefa@portero.example', { role: 'admin', password: 'la-llave-de-la-jefa' })
    await sql`delete from sign_in_try`.execute(db.bare)
    let logged = ''
    const log = makeLog({ level: 'warn', clock, to: { write: (line: string) => void (logged += line) } })
    const chore = mindLockOuts({ db, clock, log, acting, tenant, publicBaseUrl: 'https://portero.example', registry: makeRegistry({ connectors: [], flows: [] }), connections })
    const [admin, agent] = [await stage.signedIn('admin'), await stage.signedIn('agent')]
    const isSaid = (): Promise<boolean[]> => Promise.all([admin, agent].map(async (browser) => (await browser.get('/console')).text.includes('Muchos intentos fallidos')))
    const lockOut = async (): Promise<void> => {
      for (let n = 0; n < 5; n++) await enter(stage.browser(`192.0.2.${n + 150}`), 'admin', 'wrong')
      clock.advance(61_000)
    }
    const { signal } = new AbortController()
    await lockOut()
    await lockOut()
    expect(await chore.run(signal)).toEqual({ forgotten: 0 })
    expect([logged, await isSaid()]).toEqual(['', [false, false]])
    await lockOut()
    for (let hour = 0; hour < 2; hour++) {
      logged = ''
      expect(await chore.run(signal)).toEqual({ forgotten: 0, letters: 0 })
      expect(JSON.parse(logged)).toMatchObject({ level: 'warn', event: 'console.locked-out', count: 1, letters: 0 })
      expect(await isSaid()).toEqual([true, false])
    }
    clock.advance(24 * 3_600_000)
    expect(await chore.run(signal)).toEqual({ forgotten: 8 })
    expect((await (await stage.signedIn('admin')).get('/console')).text).not.toContain('Muchos intentos fallidos')
  })
  test('again and again is told to the admins once, in a letter to each', async () => {
    const mail = { vendor: 'smtp', account: 'avisos', settings: { baseUrl: 'smtp://127.0.0.1:9', username: 'avisos', password: 'x', from: 'avisos@portero.example', fromName: 'Portero' } }
    const house = await testHouse({ connectors: [smtp], accounts: [mail] })
    const { db, clock, acting, connections, tenant } = house
    for (const name of ['jefa@portero.example', 'jefe@portero.example', 'emergencia']) await house.putOperator({ tenant, name, password: 'la-llave-de-la-jefa', role: 'admin' })
    const chore = mindLockOuts({ db, clock, log: makeLog({ level: 'silent', clock }), acting, tenant, publicBaseUrl: 'https://portero.example', registry: makeRegistry({ connectors: [smtp], flows: [] }), connections })
    const { signal } = new AbortController()
    for (let times = 1; times <= 4; times++) {
      for (let n = 0; n < 5; n++) {
        const tried = await takeTry(db, { tenant, askers: [Buffer.from('admin')], now: clock.now() })
        if ('last' in tried) await noteLocked(db.bare, tenant, tried.last)
      }
      clock.advance(61_000)
      expect(await chore.run(signal)).toEqual({ forgotten: 0, ...(times === 3 && { letters: 2 }) })
    }
    expect((await sql`select 1 from job where name = 'mail.send'`.execute(db.bare)).rows).toHaveLength(2)
    await house.end()
  })
  test('does not keep out a browser in which that name came in before, whoever else tries it', async () => {
    const mine = stage.browser('198.51.100.7')
    expect((await enter(mine, 'agent', passwords.agent)).status).toBe(303)
    await leave(mine)
    for (let n = 0; n < 5; n++) await enter(stage.browser('198.51.100.7'), 'agent', 'wrong') // a stranger, from the same address even
    expect([(await enter(stage.browser('198.51.100.8'), 'agent', passwords.agent)).status, (await enter(mine, 'agent', passwords.agent)).status]).toEqual([429, 303])
    await leave(mine)
    stage.house.clock.advance(180 * 86_400_000)
    for (let n = 0; n < 5; n++) await enter(stage.browser(`198.51.100.${n + 20}`), 'agent', 'wrong')
    expect((await enter(mine, 'agent', passwords.agent)).status).toBe(429) // it is too long ago
  })
  test('holds for such a browser too, by a count of its own', async () => {
    const mine = stage.browser('198.51.100.9')
    await enter(mine, 'agent', passwords.agent)
    await leave(mine)
    for (let n = 0; n < 5; n++) expect((await enter(mine, 'agent', 'wrong')).status).toBe(401)
    expect([(await enter(mine, 'agent', passwords.agent)).status, (await enter(stage.browser('198.51.100.9'), 'agent', passwords.agent)).status]).toEqual([429, 303])
  })
  test('holds for a browser that is known for another name, or says so of itself', async () => {
    const mine = stage.browser('198.51.100.30')
    await enter(mine, 'viewer', passwords.viewer)
    await leave(mine)
    const known = mine.cookies().find((each) => each.startsWith('portero_known=')) ?? ''
    for (let n = 0; n < 5; n++) await enter(stage.browser(`198.51.100.${n + 31}`), 'agent', 'wrong')
    expect((await enter(mine, 'agent', passwords.agent)).status).toBe(429)
    for (const cookie of [known, known.replace(/\.[^.]{20}/, `.${'A'.repeat(20)}`), 'portero_known=1.AAAAAAAAAAAAAAAA.x', 'portero_known=']) {
      const form = await request(stage.app).get('/console/sign-in')
      const knock = /portero_knock=([^;]+)/.exec(String(form.headers['set-cookie']))?.[1]
      const csrf = mine.csrfOf(form.text)
      expect((await request(stage.app).post('/console/sign-in').set('cookie', `portero_knock=${knock}; ${cookie}`).type('form').send({ csrf, next: '/console', name: 'agent', password: passwords.agent })).status).toBe(429)
    }
  })
})

describe('a session', () => {
  test('that a server of the version before began is good here too, for its hour', async () => {
    const { db, clock, tenant } = stage.house
    const token = 'a-token-of-the-version-before'
    const now = new Date(clock.now()).toISOString()
    const agent = await operatorNamed(db.bare, tenant, 'agent')
    await sql`insert into sign_in (tenant_id, digest, operator_id, csrf, made_at, ends_at)
      values (${tenant}, ${createHash('sha256').update(token).digest()}, ${agent!.id}, 'csrf', ${now}, ${new Date(clock.now() + 12 * 3_600_000).toISOString()})`.execute(db.bare)
    const status = async (): Promise<number> => (await request(stage.app).get('/console').set('cookie', `portero_session=${token}`)).status
    clock.advance(59 * 60_000)
    expect(await status()).toBe(200)
    clock.advance(59 * 60_000)
    expect(await status()).toBe(200)
    clock.advance(60 * 60_000)
    expect(await status()).toBe(303)
    await sql`insert into sign_in (tenant_id, digest, operator_id, csrf, made_at, ends_at) values (${tenant}, ${Buffer.from('idle')}, ${agent!.id}, 'csrf', ${new Date(clock.now() - 3_600_000).toISOString()}, ${new Date(clock.now() + 3_600_000).toISOString()})`.execute(db.bare)
    await stage.signedIn('agent') // which clears away whatever is over
    expect((await sql<{ count: number }>`select count(*) as count from sign_in where digest = ${Buffer.from('idle')}`.execute(db.bare)).rows[0]?.count).toBe(0)
  })
  test('ends after an hour in which nobody did anything; a page that keeps itself fresh is nobody', async () => {
    const browser = await stage.signedIn('agent')
    for (let n = 0; n < 3; n++) {
      stage.house.clock.advance(50 * 60_000)
      expect(await isIn(browser)).toBe(true)
    }
    for (let n = 0; n < 5; n++) {
      stage.house.clock.advance(12 * 60_000 - 1)
      expect((await browser.get('/console/live/conversations')).status).toBe(200)
    }
    stage.house.clock.advance(5)
    expect((await browser.get('/console/live/conversations')).status).toBe(401)
    expect(await isIn(browser)).toBe(false)
  })
  test('is never one that was there before: a planted cookie is worth nothing, and one’s own of before ends', async () => {
    const planted = 'p'.repeat(43)
    const form = await request(stage.app).get('/console/sign-in')
    const knock = /portero_knock=([^;]+)/.exec(String(form.headers['set-cookie']))![1]!
    const csrf = /name="csrf" value="([^"]*)"/.exec(form.text)![1]!
    const inside = await request(stage.app).post('/console/sign-in').set('cookie', `portero_knock=${knock}; portero_session=${planted}`).type('form').send({ csrf, next: '/console', name: 'agent', password: passwords.agent })
    expect([inside.status, String(inside.headers['set-cookie']).includes(planted)]).toEqual([303, false])
    expect((await request(stage.app).get('/console').set('cookie', `portero_session=${planted}`)).status).toBe(303)

    const browser = await stage.signedIn('agent')
    const first = tokenOf(browser)
    const again = await request(stage.app).post('/console/sign-in').set('cookie', `portero_knock=${knock}; portero_session=${first}`).type('form').send({ csrf, next: '/console', name: 'admin', password: passwords.admin })
    expect(again.status).toBe(303)
    expect((await request(stage.app).get('/console').set('cookie', `portero_session=${first}`)).status).toBe(303)
  })
  test('is nobody’s by what a proxy says in its headers', async () => {
    const told = { 'x-forwarded-user': 'admin', 'x-forwarded-email': 'admin', 'x-forwarded-groups': 'admin', 'x-auth-request-user': 'admin', 'x-auth-request-email': 'admin', 'x-remote-user': 'admin', 'remote-user': 'admin', 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-s-dn': 'CN=admin', authorization: `Basic ${Buffer.from(`admin:${passwords.admin}`).toString('base64')}` }
    expect((await request(stage.app).get('/console').set(told)).headers['location']).toMatch(/^\/console\/sign-in/)
    const viewer = await stage.signedIn('viewer')
    expect((await viewer.get('/console/access', told)).status).toBe(403)
  })
  test('of a form needs its own token, whatever site sends it', async () => {
    const browser = await stage.signedIn('admin')
    for (const path of ['/console/access/people/0199b1de-0000-7000-8000-0000000000aa/end', '/console/access/keys/0199b1de-0000-7000-8000-0000000000aa/rotate']) {
      expect((await browser.post(path, {})).status).toBe(403)
      expect((await browser.post(path, { csrf: (await stage.signedIn('admin')).csrfOf((await browser.get('/console')).text) })).status).toBe(404)
    }
  })
})

describe('portero operator', () => {
  test('changes a role at once, without a password', async () => {
    await says('rosa', { role: 'admin', password: 'una clave bastante larga' })
    const browser = stage.browser()
    await enter(browser, 'rosa', 'una clave bastante larga')
    expect((await browser.get('/console/access')).status).toBe(200)
    expect(await says('Rosa', { role: 'viewer' })).toBe('Rosa is viewer from now on, and signs in anew')
    expect(await isIn(browser)).toBe(false)
    await enter(browser, 'rosa', 'una clave bastante larga')
    expect([await isIn(browser), (await browser.get('/console/access')).status]).toEqual([true, 403])
  })
  test('ends somebody at once, who comes back with a new password only', async () => {
    const browser = stage.browser()
    await says('luis', { password: 'una clave bastante larga' })
    await enter(browser, 'luis', 'una clave bastante larga')
    expect(await says('luis', { end: true })).toBe("luis can't sign in any more")
    expect(await isIn(browser)).toBe(false)
    expect((await enter(browser, 'luis', 'una clave bastante larga')).status).toBe(401)
    await says('luis', { password: 'otra clave bastante larga', role: 'agent' })
    expect((await enter(browser, 'luis', 'otra clave bastante larga')).status).toBe(303)
    expect((await stage.audited('access:person-ended')).length).toBeGreaterThan(0)
  })
  test.each([['a role that nobody has', 'eva', { role: 'boss', password: 'una clave bastante larga' }, 'invalid_input'], ['somebody who isn’t there', 'nadie', { end: true }, 'not_found'], ['a new one without a password', 'eva', { role: 'agent' }, 'invalid_input']])('refuses %s', async (_what, name, how, code) => {
    await expect(says(name, how)).rejects.toMatchObject({ code })
  })
  test('leaves one admin with a password, however many go at once', async () => {
    const { db, tenant } = stage.house
    const { rows } = await sql<{ name: string }>`select name from operator where role = 'admin' and ended_at is null and password_hash is not null`.execute(db.bare)
    const done = await Promise.allSettled(rows.map(({ name }) => says(name, { end: true })))
    expect(done.filter(({ status }) => status === 'rejected')).toEqual([expect.objectContaining({ reason: expect.objectContaining({ code: 'conflict' }) })])
    const { rows: left } = await sql<{ id: string; name: string }>`select id, name from operator where role = 'admin' and ended_at is null`.execute(db.bare)
    expect(left).toHaveLength(1)
    await expect(says(left[0]!.name, { role: 'viewer' })).rejects.toMatchObject({ code: 'conflict' })
    const { rows: [gone] } = await sql<{ id: string; name: string }>`select id, name from operator where ended_at is not null limit 1`.execute(db.bare)
    await allowAgain(db.bare, tenant, gone!.id)
    expect((await enter(stage.browser(), gone!.name, passwords.admin)).status).toBe(401) // by the company's own sign-in only
  })
})
