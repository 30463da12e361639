import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import { makeAuthServers } from '@portero/tool-server/spine/oauth-server.ts'
import { app, diego, mariana, openOauth, type OauthStage, type Visitor } from './support/oauth-stage.ts'

let stage: OauthStage
let admin: Visitor
beforeAll(async () => {
  stage = await openOauth()
})
beforeEach(async () => {
  stage.auth.fail(undefined)
  admin = await stage.admin()
})
afterAll(() => stage.end())

const rows = async (table: string): Promise<Record<string, any>[]> => (await sql<Record<string, any>>`select * from ${sql.table(table)}`.execute(stage.house.db.bare)).rows
const jobs = async (): Promise<string[]> => (await rows('job')).filter(({ kind, connection_id: id }) => ['pull', 'watch'].includes(kind) && id).map(({ kind, state }) => `${kind} ${state}`).toSorted()
const audited = async (what: string): Promise<Record<string, any>[]> => (await rows('audit')).filter((each) => each['what'] === what)
// Up to where the vendor sends them back, but not there yet.
const answered = async (say: 'yes' | 'no' = 'yes'): Promise<URL> => new URL(await stage.answer(admin, await stage.begin(admin, stage.agents.mariana), { who: mariana, say }))
const nothingKept = async (): Promise<void> => expect([await rows('access_token'), await stage.connected()]).toEqual([[], undefined])

describe('who may begin', () => {
  const start = (agent: string): string => `${stage.url}/oauth/google/start?agent=${agent}`
  test('whoever is not signed in signs in first', async () => {
    const page = await stage.visitor().get(start(stage.agents.mariana), { follow: false })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/console/sign-in?next=%2Fconsole%2Fconnections'])
  })
  test('whoever is no admin may not', async () => {
    expect((await (await stage.admin('agent')).get(start(stage.agents.mariana))).status).toBe(403)
  })
  test.each(['nobody', ''])('not for %j, whom nobody knows', async (agent) => {
    expect((await admin.get(start(agent))).status).toBe(404)
  })
  test.each(['bird', 'graph', 'nothing'])('not at %s, which is not connected from here', async (vendor) => {
    expect((await admin.get(`${stage.url}/oauth/${vendor}/start?agent=${stage.agents.mariana}`)).status).toBe(404)
    expect((await admin.get(`${stage.url}/oauth/${vendor}/callback?state=a&code=b`)).status).toBe(404)
  })
})

describe('a consent', () => {
  test('asks with PKCE, a state and the expected account, and comes back to the public address', async () => {
    const asked = new URL(await stage.begin(admin, stage.agents.mariana))
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({ client_id: 'portero-google', response_type: 'code', redirect_uri: `${stage.url}/oauth/google/callback`, code_challenge_method: 'S256', code_challenge: expect.stringMatching(/^[\w-]{43}$/), state: expect.stringMatching(/^[\w-]{43}$/), login_hint: mariana, access_type: 'offline', prompt: 'consent' })
  })
  test('that is not given changes nothing, and says so with another try', async () => {
    const page = await stage.consent(admin, { agent: stage.agents.mariana, who: mariana, say: 'no' })
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('No se dio el permiso')])
    expect(page.text).toContain(`/oauth/google/start?agent=${stage.agents.mariana}`)
    await nothingKept()
  })
  test('of somebody else is given back', async () => {
    const page = await stage.consent(admin, { agent: stage.agents.mariana, who: diego })
    expect([page.status, page.text]).toEqual([409, expect.stringContaining('Es la cuenta de otra persona')])
    for (const name of [diego, mariana]) expect(page.text).toContain(name)
    expect(stage.auth.tokens.good()).toBe(0)
    await nothingKept()
  })
  test('for less than all is given back', async () => {
    const asked = new URL(await stage.begin(admin, stage.agents.mariana))
    asked.searchParams.set('scope', 'https://www.googleapis.com/auth/calendar.freebusy')
    const page = await admin.get(await stage.answer(admin, asked.href, { who: mariana }))
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('calendar.events.owned')])
    expect(stage.auth.tokens.good()).toBe(0)
    await nothingKept()
  })
  test('whose state is forged, used or of another browser is none', async () => {
    const back = await answered()
    const forged = new URL(back)
    forged.searchParams.set('state', 'a'.repeat(43))
    const stateless = new URL(back)
    stateless.searchParams.delete('state')
    for (const url of [forged, stateless]) expect((await admin.get(url.href)).status).toBe(403)
    const page = await (await stage.admin()).get((await answered()).href) // signed in as well, but it began elsewhere
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('Este intento ya no vale')])
    await nothingKept()
  })
  test('that takes more than ten minutes is none', async () => {
    const back = await answered()
    stage.clock.advance(10 * 60_000)
    expect((await admin.get(back.href)).status).toBe(403)
    await nothingKept()
  })
  test('that comes from another issuer than we asked is none, and neither is one that names none', async () => {
    for (const issuer of ['https://evil.example', undefined]) {
      const back = await answered()
      if (issuer) back.searchParams.set('iss', issuer)
      else back.searchParams.delete('iss')
      const before = stage.auth.asked().length
      const page = await admin.get(back.href)
      expect([page.status, page.text]).toEqual([403, expect.stringContaining('Este intento ya no vale')])
      expect(stage.auth.asked().length).toBe(before) // no code is sent anywhere
    }
    await nothingKept()
  })
  test('whose code somebody else made up is none', async () => {
    const back = await answered()
    back.searchParams.set('code', 'made-up')
    expect((await admin.get(back.href)).status).toBe(403)
    await nothingKept()
  })
  test.each<[string, Parameters<OauthStage['auth']['fail']>[0]]>([['down', { status: 503, body: '{}' }], ['not itself', { status: 200, body: 'hola', type: 'text/plain' }]])('that meets a vendor that is %s may be tried again', async (_title, fault) => {
    const back = await answered()
    stage.auth.fail(fault)
    const page = await admin.get(back.href)
    expect([page.status, page.text]).toEqual([503, expect.stringContaining('no contesta')])
    expect(page.text).toContain(`/oauth/google/start?agent=${stage.agents.mariana}`)
    await nothingKept()
  })
  test('of an app that the vendor does not know says what to do', async () => {
    const back = await answered()
    stage.auth.fail({ status: 401, body: '{"error":"invalid_client"}' })
    const page = await admin.get(back.href)
    expect([page.status, page.text]).toEqual([502, expect.stringContaining('docs/calendars.md')])
  })
  test('of whoever is no admin any longer is none', async () => {
    const back = await answered()
    await sql`update operator set role = 'agent' where name = 'ana'`.execute(stage.house.db.bare)
    expect((await admin.get(back.href)).status).toBe(403)
    await sql`update operator set role = 'admin' where name = 'ana'`.execute(stage.house.db.bare)
    await nothingKept()
  })
})

describe('a connection', () => {
  test('comes of it at once, with its pull and its watch, and stands in the audit; the answer serves once', async () => {
    expect(await jobs()).toEqual([])
    const back = await answered()
    const page = await admin.get(back.href)
    expect([page.status, page.text, page.headers.get('refresh')]).toEqual([200, expect.stringContaining('quedó conectado'), '2; url=/console/connections?came=connected'])
    expect(await stage.connected()).toMatchObject({ account: mariana, settings: { grant: { by: 'person' }, pushSecrets: [expect.stringMatching(/^[\w-]{43}$/)] } })
    expect(await jobs()).toEqual(['pull ready', 'watch ready'])
    expect(await audited('action:connection-made')).toMatchObject([{ by: 'staff', user_id: expect.any(String) }])
    expect((await admin.get(back.href)).status).toBe(403)
    expect(page.text + JSON.stringify(await rows('access_token'))).not.toContain(app.clientSecret)
  })
  test('is ended with all that waits for it, and the vendor is told', async () => {
    const { id } = (await stage.connected())!
    const { house: { db, connecting, tenant } } = stage
    await sql`insert into job (tenant_id, id, kind, name, key, connection_id, lane, state, run_at, trace, created_at, blocks) select ${tenant}, gen_random_uuid(), 'command', 'calendar.drop-event', 'waits', ${id}, 'sync', 'ready', now(), 't', now(), false`.execute(db.bare)
    await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor, generation, sweeping) values (${tenant}, ${id}, 'changes', 'c', 1, false)`.execute(db.bare)
    expect(stage.auth.tokens.good()).toBeGreaterThan(0)
    await connecting.disconnect({ tenant, by: 'staff' }, id)
    expect([await stage.connected(), await rows('access_token'), await rows('pull_cursor'), await jobs(), stage.auth.tokens.good()]).toEqual([undefined, [], [], [], 0])
    expect((await rows('job')).filter(({ key }) => key === 'waits')).toMatchObject([{ state: 'dropped', error_code: 'disconnected' }])
    expect([(await audited('action:connection-ended')).length, (await audited('command-dead:calendar.drop-event')).length]).toEqual([1, 1])
    await expect(connecting.disconnect({ tenant, by: 'staff' }, id)).rejects.toMatchObject({ code: 'not_found' })
  })
  test('that comes back is the same one, with its secrets', async () => {
    const known = async (): Promise<Record<string, any>> => (await rows('connection')).find(({ vendor }) => vendor === 'google')!
    const { id } = await known()
    await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
    const first = (await stage.connected())!
    await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
    const again = (await stage.connected())!
    expect([first.id, again.id, again.settings]).toEqual([id, id, first.settings])
    expect((await known())['ended_at']).toBeNull()
    expect(await jobs()).toEqual(['pull ready', 'watch ready'])
  })
  test('whose permission was taken back says so on every page, with the way back, until there is one again', async () => {
    const { house: { worker } } = stage
    const minutes = async (count: number): Promise<void> => {
      for (let passed = 0; passed < count; passed++) {
        stage.clock.advance(60_000)
        await worker.settle()
      }
    }
    await worker.settle()
    await stage.auth.revokeAll()
    stage.clock.advance(3_600_000)
    await minutes(12)
    const before = stage.auth.asked().length
    expect(await rows('trouble')).toMatchObject([{ what: 'grant', said: 'invalid_grant' }])
    await minutes(10)
    expect(stage.auth.asked().length).toBe(before) // nobody asks with what is known to be refused
    const page = await (admin = await stage.admin()).get(`${stage.url}/console`)
    expect(page.text).toContain('Hay que volver a conectar una cuenta de Google Calendar')
    expect(page.text).toContain('<a href="/console/connections">Volver a conectar</a>')
    await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
    await minutes(2)
    expect(await rows('trouble')).toEqual([])
    expect((await rows('job')).filter(({ kind, error_code: code }) => kind === 'pull' && code !== null)).toEqual([]) // it went on at once
  })
  test('is ended although the vendor does not answer', async () => {
    stage.auth.fail({ status: 503, body: '{}' })
    const { id } = (await stage.connected())!
    await stage.house.connecting.disconnect({ tenant: stage.house.tenant, by: 'staff' }, id)
    expect(await stage.connected()).toBeUndefined()
  })
})

describe('an account that nobody needs to ask', () => {
  const press = async (mine: OauthStage, agent: string): Promise<{ status: number; text: string }> => {
    const visitor = await mine.admin()
    const url = `${mine.url}/oauth/google/start?agent=${agent}`
    const page = await visitor.get(url)
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.text) ?? []
    return visitor.post(url, { csrf })
  }
  const robot = 'portero@casa.iam.gserviceaccount.com'
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })
  test('is connected by one who is sure, where we are let in', async () => {
    const mine = await openOauth({ grant: { by: 'signed', email: robot, privateKey }, accounts: [{ email: robot, publicKey, mayActFor: [mariana] }], config: { apps: {} } })
    const visitor = await mine.admin()
    const url = `${mine.url}/oauth/google/start?agent=${mine.agents.mariana}`
    const page = await visitor.get(url)
    expect([page.status, page.text]).toEqual([200, expect.stringContaining(mariana)])
    expect((await visitor.post(url, { csrf: 'not-ours' })).status).toBe(403)
    const refused = await press(mine, mine.agents.diego)
    expect([refused.status, refused.text]).toEqual([502, expect.stringContaining('unauthorized_client')])
    mine.auth.fail({ status: 503, body: '{}' })
    expect((await press(mine, mine.agents.mariana)).status).toBe(503)
    expect(await mine.connected()).toBeUndefined()
    mine.auth.fail(undefined)
    expect((await press(mine, mine.agents.mariana)).status).toBe(200)
    expect(await mine.connected()).toMatchObject({ account: mariana, settings: { grant: { by: 'signed', forWhom: mariana } } })
    await mine.end()
  })
  test('is connected by a token that was given only where it is theirs', async () => {
    const token = 'a-token-that-mariana-made'
    const mine = await openOauth({ grant: { by: 'given', token }, config: { apps: {} } })
    mine.auth.tokens.know(token, { email: mariana, scopes: google.consent?.scopes ?? [] })
    const refused = await press(mine, mine.agents.diego)
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining(`no es de ${diego}`)])
    expect(await mine.connected()).toBeUndefined()
    expect((await press(mine, mine.agents.mariana)).status).toBe(200)
    expect(await mine.connected()).toMatchObject({ account: mariana })
    mine.auth.tokens.end(token)
    const ended = await press(mine, mine.agents.mariana)
    expect(ended.status).toBe(502)
    expect(ended.text + mine.house.logged()).not.toContain(token)
    await mine.end()
  })
})

describe('a permission', () => {
  const end = async (): Promise<{ url: string; text: string }> => {
    const { id } = (await stage.connected())!
    const { text } = await admin.get(`${stage.url}/console/connections/${id}/end`)
    return admin.post(`${stage.url}/console/connections/${id}/end`, { csrf: /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '' })
  }
  test('that could not be taken back is ended by its owner, at a page of the vendor that is shown; one that was is not', async () => {
    await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
    expect((await end()).text).not.toContain('myaccount.google.com')
    await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
    await sql`delete from access_token`.execute(stage.house.db.bare) // so that nothing is left to take it back with
    const page = await end()
    expect([page.url, page.text]).toEqual([expect.stringContaining('?came=kept&at=google'), expect.stringContaining('href="https://myaccount.google.com/connections"')])
    expect((await admin.get(`${stage.url}/console/connections?came=kept&at=nobody`)).text).not.toContain('no nos dejó')
    await nothingKept()
  })
  test('at a server that takes nothing back is not said to be taken back', async () => {
    const servers = makeAuthServers({ clock: stage.clock, apps: { graph: app }, authUrls: {} })
    expect(await servers.revoke('graph', { issuer: 'https://login.example', tokenUrl: 'https://login.example/token' }, 'whatever')).toBe(false)
    await servers.close()
  })
})
