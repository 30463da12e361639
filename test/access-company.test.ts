import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { generateKeyPairSync } from 'node:crypto'
import { sql } from 'kysely'
import { SignJWT } from 'jose'
import type { Config } from '@portero/tool-server/config.ts'
import { makeAuth, type AuthServer } from './lab/auth/server.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { portOf } from './support/http-stage.ts'
import { fakeClock } from './support/clock.ts'
import { makeVisitor, type Page, type Visitor } from './support/oauth-stage.ts'

// Operators who come in by the company's own sign-in, at a real OpenID Connect server.
const clock = fakeClock()
const client = { clientId: 'portero-console', clientSecret: 'la-clave-de-la-consola' }
const groupsOf: Record<string, object> = {
  'ana@casas.example': { groups: ['todos', 'leasing', 'jefes'] }, 'leo@casas.example': { groups: ['todos', 'leasing'] }, 'oscar@casas.example': { groups: 'datos' },
  'nadie@casas.example': { groups: ['todos'] }, 'sin@casas.example': {}, 'raro@casas.example': { groups: ['constructor', '__proto__'] }, 'dudosa@casas.example': { groups: ['jefes'], email_verified: false }, 'fuera@otra.example': { groups: ['jefes'] },
  'truco@otra.example': { groups: ['jefes'], email: 'truco@casas.example.otra.example' }, 'entra@casas.example': { groups: ['leasing'], email_verified: undefined, xms_edov: '1' }, 'muda@casas.example': { groups: ['leasing'], email_verified: undefined },
  'local@casas.example': { groups: ['jefes'] }, 'nueva@casas.example': { groups: ['leasing'], email: 'leo@casas.example' },
}
let claims = { ...groupsOf }
let server: Server
let house: TestHouse
let auth: AuthServer
let lab: LabServer
let url = ''
beforeAll(async () => {
  server = createServer((request, response) => house.doors(request, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${portOf(server)}`
  auth = makeAuth({ clock, apps: [{ vendor: 'oidc', ...client }], people: Object.keys(groupsOf), redirectUrl: () => `${url}/console/sign-in/company/callback`, scopes: [], claimsOf: (who) => claims[who] ?? {}, logoutUrl: () => `${url}/console/sign-in/company/out` })
  lab = await openServer({ clock, port: 0, simulators: [], mounted: auth })
  const oidc: Config['oidc'] = { name: 'Casas', issuer: auth.issuer(), ...client, roleClaim: 'groups', roles: { leasing: 'agent', jefes: 'admin', datos: 'officer' }, domains: ['casas.example'], scopes: ['openid', 'email'] }
  house = await testHouse({ clock, config: { publicBaseUrl: url, oidc } })
  await house.putOperator({ tenant: house.tenant, name: 'local@casas.example', password: 'la-llave-del-patio', role: 'admin' })
})
afterAll(async () => {
  await house.end()
  await lab.close()
  server.closeAllConnections()
  server.close()
})
afterEach(() => {
  auth.fail(undefined)
  claims = { ...groupsOf }
})

const begin = async (visitor: Visitor, next = '/console/people'): Promise<string> => (await visitor.get(`${url}/console/sign-in/company?next=${encodeURIComponent(next)}`, { follow: false })).headers.get('location') ?? ''
// To where the server sends them back.
const answer = async (visitor: Visitor, asked: string, who: string, say = 'yes'): Promise<string> => {
  const page = await visitor.get(asked)
  let at = new URL(/action="([^"]+)"/.exec(page.text)![1]!, asked).href
  let reply = await visitor.post(at, { who, say }, { follow: false })
  for (;;) {
    at = new URL(reply.headers.get('location')!, at).href
    if (at.startsWith(url)) return at
    reply = await visitor.get(at, { follow: false })
  }
}
const enter = async (who: string, visitor = makeVisitor()): Promise<{ visitor: Visitor; page: Page }> => ({ visitor, page: await visitor.get(await answer(visitor, await begin(visitor), who)) })
const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.get(`${url}/console`, { follow: false })).status === 200
const roleIn = async (name: string): Promise<string | undefined> => (await sql<{ role: string }>`select role from operator where name = ${name}`.execute(house.db.bare)).rows[0]?.role
const refusedWith = (page: Page, status: number, said: string): void => {
  expect([page.status, page.text.includes('No pudimos dejarte entrar con Casas.'), page.text.includes(said)]).toEqual([status, true, true])
  expect(page.headers.getSetCookie().some((line) => line.startsWith('portero_session=') && !line.startsWith('portero_session=;'))).toBe(false)
}

describe('the company’s own sign-in', () => {
  test('is offered beside the password, and goes on to where somebody wanted to go', async () => {
    const visitor = makeVisitor()
    const form = await visitor.get(`${url}/console/sign-in?next=/console/people`)
    expect(form.text).toContain('Entrar con Casas')
    expect(form.text).toContain('name="password"')
    const start = /href="(\/console\/sign-in\/company[^"]+)"/.exec(form.text)![1]!
    const { headers } = await visitor.get(url + start, { follow: false })
    const asked = new URL(headers.get('location')!)
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'openid email', state: expect.stringMatching(/^[\w-]{43}$/), nonce: expect.stringMatching(/^[\w-]{43}$/) })
    const page = await visitor.get(await answer(visitor, asked.href, 'leo@casas.example'), { follow: false })
    expect([page.status, page.headers.get('refresh'), page.headers.get('referrer-policy')]).toEqual([200, '0; url=/console/people', 'no-referrer'])
    expect(page.headers.getSetCookie().filter((line) => line.startsWith('portero_session=') && /HttpOnly; SameSite=Strict/.test(line))).toHaveLength(2)
    expect((await visitor.get(`${url}/console/people`, { follow: false })).status).toBe(200)
    const { rows } = await sql`select 1 from audit a join operator o on o.id::text = a.user_id where a.what = 'console:sign-in' and o.name = 'leo@casas.example'`.execute(house.db.bare)
    expect(rows).toHaveLength(1)
  })
  test.each([['the highest of several groups', 'ana@casas.example', 'admin'], ['one group', 'leo@casas.example', 'agent'], ['one that is no list', 'oscar@casas.example', 'officer'], ['an address that Microsoft says is verified', 'entra@casas.example', 'agent']])('gives the role of %s', async (_what, who, role) => {
    const { visitor } = await enter(who)
    expect([await isIn(visitor), await roleIn(who)]).toEqual([true, role])
  })
  test.each([
    ['an unverified address', 'dudosa@casas.example', 'Tu correo no está verificado ahí.'], ['one of which nothing is said', 'muda@casas.example', 'Tu correo no está verificado ahí.'],
    ['one of another company', 'fuera@otra.example', 'Tu correo no es de esta empresa.'], ['one that only begins like ours', 'truco@otra.example', 'Tu correo no es de esta empresa.'],
    ['an unknown group', 'nadie@casas.example', 'Tu cuenta todavía no tiene un papel en Portero.'], ['no group at all', 'sin@casas.example', 'Tu cuenta todavía no tiene un papel en Portero.'], ['a group by the name of what every object has', 'raro@casas.example', 'Tu cuenta todavía no tiene un papel en Portero.'],
  ])('refuses %s, and makes nobody', async (_what, who, said) => {
    const { visitor, page } = await enter(who)
    refusedWith(page, 403, said)
    expect([await isIn(visitor), await roleIn(who)]).toEqual([false, undefined])
  })
  test('takes back what a group gave, at the next sign-in, and ends the sessions of before', async () => {
    claims['leo@casas.example'] = { groups: ['jefes'] }
    const first = await enter('leo@casas.example')
    expect(await roleIn('leo@casas.example')).toBe('admin')
    claims['leo@casas.example'] = { groups: ['leasing'] }
    const second = await enter('leo@casas.example')
    expect([await isIn(first.visitor), await isIn(second.visitor), await roleIn('leo@casas.example')]).toEqual([false, true, 'agent'])
  })
  test('never becomes somebody who has a password here, nor somebody else’s name', async () => {
    refusedWith((await enter('local@casas.example')).page, 409, 'Ese nombre entra aquí con contraseña.')
    await enter('leo@casas.example')
    refusedWith((await enter('nueva@casas.example')).page, 409, 'Ese correo ya es de otra persona en Portero.')
    expect((await sql<{ isLocal: boolean }>`select password_hash is not null as "isLocal" from operator where name = 'local@casas.example'`.execute(house.db.bare)).rows).toEqual([{ isLocal: true }])
    expect((await sql`select 1 from audit where what = 'console:not-admitted'`.execute(house.db.bare)).rows).toHaveLength(2)
  })
  test('keeps out whoever was ended, until an admin lets them in again as somebody new', async () => {
    const { visitor: admin } = await enter('ana@casas.example')
    const { visitor } = await enter('leo@casas.example')
    const page = await admin.get(`${url}/console/access`)
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)![1]!
    const { rows: [leo] } = await sql<{ id: string }>`select id from operator where name = 'leo@casas.example'`.execute(house.db.bare)
    const done = await admin.post(`${url}/console/access/people/${leo!.id}/end`, { csrf }, { follow: false })
    expect([done.status, done.headers.get('location'), await isIn(visitor)]).toEqual([303, '/console/access?came=ended', false])
    refusedWith((await enter('leo@casas.example')).page, 403, 'Tu acceso a Portero terminó.')
    await admin.post(`${url}/console/access/people/${leo!.id}/again`, { csrf })
    expect(await isIn((await enter('nueva@casas.example')).visitor)).toBe(true)
    await sql`update operator set issuer = null, subject = null where name = 'leo@casas.example'`.execute(house.db.bare)
  })
})

describe('an answer that is not the one we asked for', () => {
  const stale = 'No pudimos comprobar que la respuesta fuera la de tu visita.'
  test('in another browser', async () => {
    const mine = makeVisitor()
    const back = await answer(mine, await begin(mine), 'leo@casas.example')
    refusedWith(await makeVisitor().get(back), 403, stale)
    refusedWith(await mine.get(back), 403, stale) // it was spent
  })
  test('a second time', async () => {
    const visitor = makeVisitor()
    const back = await answer(visitor, await begin(visitor), 'leo@casas.example')
    expect((await visitor.get(back, { follow: false })).status).toBe(200)
    refusedWith(await visitor.get(back), 403, stale)
  })
  test('a code that was used before, with a state of ours', async () => {
    const thief = makeVisitor()
    const victim = makeVisitor()
    const back = new URL(await answer(victim, await begin(victim), 'ana@casas.example'))
    const own = new URL(await answer(thief, await begin(thief), 'leo@casas.example'))
    own.searchParams.set('code', back.searchParams.get('code')!) // somebody else's, which PKCE binds to their browser
    refusedWith(await thief.get(own.href), 403, stale)
  })
  test.each([['no state', (back: URL) => back.searchParams.delete('state')], ['a state that nobody was given', (back: URL) => back.searchParams.set('state', 'x'.repeat(43))], ['another issuer (a mix-up)', (back: URL) => back.searchParams.set('iss', 'https://elsewhere.example')], ['no issuer, where the server says it names itself', (back: URL) => back.searchParams.delete('iss')], ['no code', (back: URL) => back.searchParams.delete('code')]])('with %s', async (_what, spoil) => {
    const visitor = makeVisitor()
    const back = new URL(await answer(visitor, await begin(visitor), 'leo@casas.example'))
    spoil(back)
    refusedWith(await visitor.get(back.href), 403, stale)
    expect(await isIn(visitor)).toBe(false)
  })
  test('with another nonce', async () => {
    const visitor = makeVisitor()
    const asked = new URL(await begin(visitor))
    asked.searchParams.set('nonce', 'of-another-visit')
    refusedWith(await visitor.get(await answer(visitor, asked.href, 'leo@casas.example')), 403, stale)
  })
  test('after its ten minutes', async () => {
    const visitor = makeVisitor()
    const back = await answer(visitor, await begin(visitor), 'leo@casas.example')
    clock.advance(10 * 60_000)
    refusedWith(await visitor.get(back), 403, stale)
  })
  test.each([['signed by nobody we know', {}], ['for another app', { aud: 'another-app' }], ['of another issuer', { iss: 'https://elsewhere.example' }], ['that is over', { exp: 1 }]])('with an id token %s', async (_what, more) => {
    const visitor = makeVisitor()
    const asked = await begin(visitor)
    const back = await answer(visitor, asked, 'leo@casas.example')
    const now = Math.floor(Date.now() / 1_000)
    const told = { iss: auth.issuer(), aud: client.clientId, sub: 'ana@casas.example', email: 'ana@casas.example', email_verified: true, groups: ['jefes'], nonce: new URL(asked).searchParams.get('nonce'), iat: now, exp: now + 600, ...more }
    const token = await new SignJWT(told).setProtectedHeader({ alg: 'RS256', kid: 'lab' }).sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    auth.fail({ status: 200, body: JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: token }) })
    refusedWith(await visitor.get(back), 403, stale)
  })
})

describe('whoever signs out there', () => {
  const tell = async (token: string): Promise<number> => (await fetch(`${url}/console/sign-in/company/out`, { method: 'POST', body: new URLSearchParams({ logout_token: token }) })).status
  const happened = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const signedOut = async (): Promise<object[]> => (await sql<object>`select o.name, a.by from audit a join operator o on o.id::text = a.object where a.what = 'console:signed-out-there'`.execute(house.db.bare)).rows
  // What the server signs, of these claims.
  const signed = async (more: object): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000)
    return auth.signed({ iss: auth.issuer(), aud: client.clientId, iat: now, exp: now + 120, jti: String(now), sub: 'leo@casas.example', events: happened, ...more })
  }

  test('is signed out here, in that session and no other of anybody', async () => {
    const [first, other] = [await enter('leo@casas.example'), await enter('ana@casas.example')]
    await auth.letGo(client.clientId, 'leo@casas.example')
    expect([await isIn(first.visitor), await isIn(other.visitor)]).toEqual([false, true])
    expect(await signedOut()).toEqual([{ name: 'leo@casas.example', by: 'system' }])
    const [second, third] = [await enter('leo@casas.example'), await enter('leo@casas.example')]
    await auth.letGo(client.clientId, 'leo@casas.example') // the session in which they came last
    expect([await isIn(second.visitor), await isIn(third.visitor)]).toEqual([true, false])
    expect(await tell(await signed({}))).toBe(200) // without a session's name, all of theirs
    expect([await isIn(second.visitor), await isIn(other.visitor)]).toEqual([false, true])
  })
  test('by the name of a session alone; one that came without a name ends with any of theirs', async () => {
    await sql`delete from sign_in`.execute(house.db.bare)
    const one = await enter('leo@casas.example')
    const { rows: [kept] } = await sql<{ sid: string }>`select company_sid as sid from sign_in s join operator o on o.id = s.operator_id where o.name = 'leo@casas.example'`.execute(house.db.bare)
    expect([await tell(await signed({ sub: undefined, sid: kept?.sid })), await isIn(one.visitor)]).toEqual([200, false])
    const nameless = await enter('leo@casas.example')
    await sql`update sign_in set company_sid = null`.execute(house.db.bare)
    expect([await tell(await signed({ sub: 'ana@casas.example', sid: 'another' })), await isIn(nameless.visitor)]).toEqual([200, true])
    expect([await tell(await signed({ sid: 'another' })), await isIn(nameless.visitor)]).toEqual([200, false])
  })
  test('never ends who came by a password', async () => {
    const visitor = makeVisitor()
    const csrf = /name="csrf" value="([^"]+)"/.exec((await visitor.get(`${url}/console/sign-in`)).text)![1]!
    await visitor.post(`${url}/console/sign-in`, { csrf, next: '/console', name: 'local@casas.example', password: 'la-llave-del-patio' }, { follow: false })
    expect([await tell(await signed({ sub: 'local@casas.example' })), await isIn(visitor)]).toEqual([200, true])
  })
  test.each<[string, object]>([
    ['of another issuer', { iss: 'https://elsewhere.example' }], ['for another app', { aud: 'another-app' }], ['that is over', { exp: 1 }], ['from an hour ago', { iat: Math.floor(Date.now() / 1_000) - 3_600 }], ['that says nothing of when', { iat: undefined }], ['with a nonce, as an id token has', { nonce: 'x' }],
    ['of no such event', { events: { other: {} } }], ['without an event', { events: undefined }], ['of nobody', { sub: undefined }], ['without an id', { jti: undefined }],
  ])('is none by a token %s', async (_what, more) => {
    const { visitor } = await enter('leo@casas.example')
    expect([await tell(await signed(more)), await isIn(visitor)]).toEqual([400, true])
  })
  test('is none by a token that the server did not sign, by none at all, or by an id token', async () => {
    const { visitor } = await enter('leo@casas.example')
    const claimsNow = { iss: auth.issuer(), aud: client.clientId, sub: 'leo@casas.example', jti: 'x', events: happened, iat: Math.floor(Date.now() / 1_000), exp: Math.floor(Date.now() / 1_000) + 60 }
    const foreign = await new SignJWT(claimsNow).setProtectedHeader({ alg: 'RS256', kid: 'lab' }).sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    const shared = await new SignJWT(claimsNow).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(client.clientSecret))
    const bare = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claimsNow)).toString('base64url')}.`
    for (const token of [foreign, shared, bare, '', 'x'.repeat(9_000)]) expect(await tell(token)).toBe(400)
    expect((await fetch(`${url}/console/sign-in/company/out`, { method: 'POST' })).status).toBe(400)
    expect(await isIn(visitor)).toBe(true)
  })
})

describe('a server that does not help', () => {
  test('says no: that is what somebody is told', async () => {
    const visitor = makeVisitor()
    refusedWith(await visitor.get(await answer(visitor, await begin(visitor), 'leo@casas.example', 'no')), 403, 'Ahí dijeron que no.')
  })
  test.each([['fails', { status: 500, body: '{}' }, 503, 'Ahora no contesta.'], ['does not know us', { status: 401, body: '{"error":"invalid_client"}' }, 502, 'Ahí no reconocen a Portero.'], ['answers nonsense', { status: 200, body: '<html>', type: 'text/html' }, 503, 'Ahora no contesta.']])('%s at the end', async (_what, fault, status, said) => {
    const visitor = makeVisitor()
    const back = await answer(visitor, await begin(visitor), 'leo@casas.example')
    auth.fail(fault)
    refusedWith(await visitor.get(back), status, said)
  })
  test('is away: the page says so, and a password still opens the door', async () => {
    const away = await testHouse({ clock, config: { publicBaseUrl: 'http://localhost:1', oidc: { name: 'Casas', issuer: 'http://127.0.0.1:9/auth', ...client, roleClaim: 'groups', roles: { jefes: 'admin' }, domains: ['casas.example'], scopes: ['openid', 'email'] } } })
    const doors = createServer(away.doors).listen(0, '127.0.0.1')
    await new Promise((resolve) => doors.once('listening', resolve))
    const here = `http://127.0.0.1:${portOf(doors)}`
    await away.putOperator({ tenant: away.tenant, name: 'admin', password: 'la-llave-del-patio', role: 'admin' })
    const visitor = makeVisitor()
    const page = await visitor.get(`${here}/console/sign-in/company`)
    refusedWith(page, 503, 'Ahora no contesta.')
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)![1]!
    expect((await visitor.post(`${here}/console/sign-in`, { csrf, next: '/console', name: 'admin', password: 'la-llave-del-patio' }, { follow: false })).status).toBe(303)
    doors.closeAllConnections()
    doors.close()
    await away.end()
  })
})

test('nothing of who came in stands in the log', () => {
  for (const word of ['@casas.example', 'la-clave', 'portero_session', 'code=']) expect(house.logged()).not.toContain(word)
})
