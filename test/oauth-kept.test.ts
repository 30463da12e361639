import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { noteTroubles } from '@portero/tool-server/actions/note-troubles.ts'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import { paths } from '@portero/tool-server/console/frame.ts'
import type { Connection, Connector, Http } from '@portero/tool-server/define.ts'
import { makeHttp, type WaysOut } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeTokens, type Tokens } from '@portero/tool-server/spine/oauth.ts'
import { makeAuthServers } from '@portero/tool-server/spine/oauth-server.ts'
import { signsOf, troublesShown } from '@portero/tool-server/store/troubles.ts'
import { failure, json, startVendor } from './support/http-stage.ts'
import { app, diego, mariana, openOauth, type OauthStage, type Visitor } from './support/oauth-stage.ts'

// What works goes on working, whatever becomes of other consents and of the places where tokens are kept; what was ended leaves nothing behind.
const hourMs = 3_600_000
const minuteMs = 60_000
let stage: OauthStage
let admin: Visitor
let connection: Connection
const replicas: { tokens: Tokens; ways: WaysOut }[] = []
beforeAll(async () => {
  stage = await openOauth()
})
beforeEach(async () => {
  stage.auth.fail(undefined)
  admin = await stage.admin()
  await consent()
})
afterAll(async () => {
  for (const { tokens, ways } of replicas) {
    await tokens.close()
    await ways.close()
  }
  await stage.end()
})

const consent = async (): Promise<void> => {
  admin = await stage.admin() // an hour may have gone by, which ends a session
  const { status, text } = await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
  if (status !== 200) throw new Error(text)
  connection = (await stage.connected())!
}
const settings = (more: object): object => Object.assign({}, connection.settings, more)
const replica = ({ issuer = stage.auth.issuer(), baseUrl }: { issuer?: string; baseUrl?: string } = {}): Http => {
  const { clock, house: { db, vault } } = stage
  const log = makeLog({ level: 'silent', clock })
  const tokens = makeTokens({ db, clock, log, vault, servers: makeAuthServers({ clock, apps: { google: app }, authUrls: { google: issuer } }) })
  const ways = makeHttp({ clock, log, db, tokens })
  replicas.push({ tokens, ways })
  const connector: Connector = { ...google, limits: { perSecond: 10_000, concurrent: 50, timeoutMs: 30_000 } }
  return ways.of({ ...connection, settings: settings(baseUrl ? { baseUrl } : {}) }, connector, { lane: 'live', signal: new AbortController().signal, reading: true })
}
const get = { method: 'GET', path: '/calendars/primary' }
const run = (...statements: string[]): Promise<unknown> => Promise.all(statements.map((each) => sql.raw(each).execute(stage.house.db.bare)))
const row = async (): Promise<Record<string, any>> => (await sql<Record<string, any>>`select * from access_token where connection_id = ${connection.id}`.execute(stage.house.db.bare)).rows[0] ?? {}
const disconnect = (): Promise<object> => stage.house.connecting.disconnect({ tenant: stage.house.tenant, by: 'staff' }, connection.id)
const asks = async (work: () => Promise<unknown>): Promise<string[]> => {
  const before = stage.auth.asked().length
  await work()
  return stage.auth.asked().slice(before)
}
const eventually = async (look: () => Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + 5_000; performance.now() < end; await turn()) if (await look()) return
  throw new Error('it never came')
}
// Steps of time, until it is over or that much has passed.
const passing = async <T>(work: Promise<T>, mostMs: number): Promise<T | undefined> => {
  let isOver = false
  const done = work.finally(() => (isOver = true))
  done.catch(() => undefined)
  for (let passed = 0; !isOver && passed < mostMs; passed += 250) {
    await sleep(passed === 0 ? 300 : 4) // what the servers need
    if (!isOver) stage.clock.advance(250)
  }
  return isOver ? done : undefined
}
// As a database that can't be written to.
const blocked = async (what: string): Promise<() => Promise<unknown>> => {
  await run(`create or replace function blocked() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$`)
  await run(`create trigger blocked before update of ${what} for each row execute function blocked()`)
  return () => run(`drop trigger blocked on ${what.split(' on ')[1]}`)
}

describe('a consent that is not taken leaves what works alone', () => {
  const works = async (): Promise<void> => {
    stage.clock.advance(hourMs + minuteMs)
    expect((await replica()(get)).status).toBe(200)
  }
  test('where somebody who is connected signs in for another one', async () => {
    expect((await stage.consent(admin, { agent: stage.agents.diego, who: mariana })).status).toBe(409)
    await works()
  })
  test('where they tick less than before', async () => {
    const asked = new URL(await stage.begin(admin, stage.agents.mariana))
    asked.searchParams.set('scope', 'https://www.googleapis.com/auth/calendar.freebusy')
    expect((await admin.get(await stage.answer(admin, asked.href, { who: mariana }))).status).toBe(403)
    await works()
  })
  test('and of somebody whom nobody knows it is given back', async () => {
    const good = stage.auth.tokens.good()
    expect((await stage.consent(admin, { agent: stage.agents.mariana, who: diego })).status).toBe(409)
    expect(stage.auth.tokens.good()).toBe(good)
    await works()
  })
})

describe('a token that was made and could not be stored', () => {
  test('is stored once it can be, without asking anew', async () => {
    const http = replica()
    stage.clock.advance(hourMs + minuteMs)
    const free = await blocked('access_sealed on access_token')
    expect(await asks(async () => {
      const call = http(get)
      expect(await passing(call, 20_000)).toBeUndefined()
      await free()
      expect(await passing(call, 20_000)).toMatchObject({ status: 200 })
    })).toEqual(['refresh_token'])
    expect(await row()).toMatchObject({ state: 'good', failures: 0 })
  })
  test('is not forgotten when its lease ends', async () => {
    const http = replica()
    stage.clock.advance(hourMs + minuteMs)
    const free = await blocked('access_sealed on access_token')
    expect(await asks(async () => {
      expect(await passing(http(get).catch(() => 'it failed'), 90_000)).toBe('it failed')
      await free()
      stage.clock.advance(minuteMs)
      expect((await http(get)).status).toBe(200)
    })).toEqual(['refresh_token'])
  })
  test('never takes the place of a later consent’s', async () => {
    const rival = await startVendor((heard) => {
      if (heard.url.endsWith('openid-configuration')) return json(heard, 200, { issuer: rival.origin, token_endpoint: `${rival.origin}/token`, authorization_endpoint: `${rival.origin}/a` })
      void (async () => {
        await disconnect()
        stage.clock.advance(2_000)
        await consent()
        json(heard, 200, { access_token: 'of-the-one-before', token_type: 'Bearer', expires_in: 3_600 })
      })()
    })
    const http = replica({ issuer: rival.origin })
    stage.clock.advance(hourMs + minuteMs)
    expect((await http(get)).status).toBe(200)
    await rival.close()
  })
})

describe('a refusal', () => {
  test('that one process has met ends the calls of the others', async () => {
    let heardOf = 0
    let status = 200
    const vendor = await startVendor((heard) => {
      heardOf++
      json(heard, status, {})
    })
    const other = replica({ baseUrl: vendor.origin })
    await other(get)
    await stage.auth.revokeAll()
    stage.clock.advance(minuteMs)
    expect(await failure(replica()(get))).toMatchObject({ code: 'disconnected' })
    status = 401
    for (let i = 0; i < 5; i++) expect(await failure(other(get))).toMatchObject({ code: 'disconnected' })
    expect(heardOf).toBe(2) // the first, and the one that found out
    await vendor.close()
  })
  test('of our own app is no matter of whoever consented, and what still holds is used to its end', async () => {
    const { house: { db, tenant }, clock } = stage
    const http = replica()
    await http(get)
    clock.advance(hourMs - 4 * minuteMs)
    stage.auth.fail({ status: 401, body: '{"error":"invalid_client"}' })
    expect((await http(get)).status).toBe(200)
    await eventually(async () => (await row())['failures'] === 1)
    expect([(await row())['state'], (await http(get)).status]).toEqual(['good', 200])
    clock.advance(10 * minuteMs)
    expect(await failure(http(get))).toMatchObject({ code: 'disconnected' })
    expect(await row()).toMatchObject({ state: 'refused', said: 'invalid_client' })
    expect((await signsOf(db.bare, tenant)).find((each) => each.connection === connection.id)?.grant).toBeUndefined()
    stage.auth.fail(undefined)
    clock.advance(5 * minuteMs)
    expect((await http(get)).status).toBe(200)
  })
})

describe('a connection', () => {
  test('that can’t be ended keeps its permission', async () => {
    const free = await blocked('ended_at on connection')
    await expect(disconnect()).rejects.toThrow('not now')
    await free()
    stage.clock.advance(hourMs + minuteMs)
    expect((await replica()(get)).status).toBe(200)
  })
  test('that was ended has no troubles, and no part in our health', async () => {
    const { house: { db, tenant, acting, worker }, clock, url } = stage
    await worker.settle()
    const health = async (): Promise<string> => (await fetch(`${url}/healthz`)).text()
    expect(await health()).toContain(`google ${connection.id}`)
    await disconnect()
    expect(await health()).not.toContain(connection.id)
    const seen = { connection: connection.id, vendor: 'google', what: 'grant' as const, about: '', said: 'invalid_grant', waiting: 0 }
    await acting.as({ tenant, by: 'system' }, 'all')(noteTroubles, { seen: [seen], over: [], reach: { console: url } })
    expect((await sql`select from trouble where connection_id = ${connection.id}`.execute(db.bare)).rows).toEqual([])
    await sql`insert into trouble (tenant_id, connection_id, what, said, waiting, since) values (${tenant}, ${connection.id}, 'grant', '', 0, to_timestamp(0))`.execute(db.bare)
    expect(await troublesShown(db.bare, tenant, clock.now())).toEqual([])
    await sql`delete from trouble`.execute(db.bare)
  })
  test('whose settings are of another time is connected anew, with its secrets', async () => {
    const { house: { db, vault, tenant }, clock } = stage
    const sealed = await vault.seal(db.bare, { tenant }, `connection.settings:${connection.id}`, JSON.stringify(settings({ colour: 'green' })))
    await sql`update connection set settings_sealed = ${sealed} where id = ${connection.id}`.execute(db.bare)
    clock.advance(minuteMs)
    expect(await stage.connected()).toBeUndefined()
    const before = connection
    await consent()
    expect(connection).toEqual(before)
  })
  test('of somebody who left is ended by an admin', async () => {
    const { house: { connections, tenant }, url } = stage
    const gone = await connections.put({ tenant, vendor: 'google', account: 'left@casas.example', settings: settings({ grant: { by: 'given', token: 'of-whoever-left' } }) })
    const link = `href="${paths.disconnect(gone.id)}"`
    expect((await admin.get(`${url}${paths.connections}`)).text).toContain(link)
    expect((await (await stage.admin('agent')).get(`${url}${paths.connections}`)).text).not.toContain(link)
    await stage.house.connecting.disconnect({ tenant, by: 'staff' }, gone.id)
  })
})

describe('a browser', () => {
  test('may have several tries open at once', async () => {
    const [one, two] = [await stage.begin(admin, stage.agents.mariana), await stage.begin(admin, stage.agents.mariana)]
    for (const asked of [one, two]) expect((await admin.get(await stage.answer(admin, asked, { who: mariana }))).status).toBe(200)
  })
  test('that is signed in for the console alone is so for consents after a look at the sign-in', async () => {
    const cookie = admin.cookies(`${stage.url}/console`)
    const { status, headers } = await fetch(`${stage.url}/console/sign-in`, { headers: { cookie }, redirect: 'manual' })
    expect([status, headers.getSetCookie()]).toEqual([303, [expect.stringMatching(/Path=\/oauth;.*HttpOnly.*SameSite=Strict/)]])
    expect(headers.getSetCookie()[0]).toContain(/portero_session=[^;]+/.exec(cookie)?.[0])
  })
})
