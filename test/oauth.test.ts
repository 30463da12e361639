import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { Writable } from 'node:stream'
import type { AppError } from '@portero/shared'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import type { Connection, Connector, Http } from '@portero/tool-server/define.ts'
import { makeHttp, type WaysOut } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeTokens, type Tokens } from '@portero/tool-server/spine/oauth.ts'
import { makeAuthServers } from '@portero/tool-server/spine/oauth-server.ts'
import { failure, json, startVendor } from './support/http-stage.ts'
import { app, mariana, openOauth, type OauthStage } from './support/oauth-stage.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
let stage: OauthStage
let connection: Connection
const logged: string[] = []
const replicas: Replica[] = []
type Replica = { tokens: Tokens; ways: WaysOut; http: Http }

// As another process has it: nothing in common but the database.
const replica = (on: { issuer?: string; skewMs?: number; to?: Connector; of?: Connection } = {}): Replica => {
  const clock = { ...stage.clock, now: () => stage.clock.now() + (on.skewMs ?? 0) }
  const to = new Writable({ write: (chunk, _encoding, done) => (logged.push(String(chunk)), done()) })
  const log = makeLog({ level: 'debug', clock, to })
  const { db, vault } = stage.house
  const tokens = makeTokens({ db, clock, log, vault, servers: makeAuthServers({ clock, apps: { google: app }, authUrls: { google: on.issuer ?? stage.auth.issuer() } }) })
  const ways = makeHttp({ clock, log, db, tokens })
  const connector: Connector = on.to ?? { ...google, limits: { perSecond: 10_000, concurrent: 50, timeoutMs: 30_000 } }
  const one = { tokens, ways, http: ways.of(on.of ?? connection, connector, { lane: 'live', signal: new AbortController().signal, reading: false }) }
  replicas.push(one)
  return one
}
const get = { method: 'GET', path: '/calendars/primary' }
const row = async (): Promise<Record<string, any>> => (await sql<Record<string, any>>`select * from access_token where connection_id = ${connection.id}`.execute(stage.house.db.bare)).rows[0] ?? {}
// What is asked of the token endpoint while something is done.
const asks = async (work: () => Promise<unknown>): Promise<string[]> => {
  const before = stage.auth.asked().length
  await work()
  return stage.auth.asked().slice(before)
}
// Time goes by in small steps, for as long as somebody waits for it.
const passing = async <T>(work: Promise<T>, stepMs = 200): Promise<T> => {
  let isOver = false
  const done = work.finally(() => (isOver = true))
  while (!isOver) {
    for (let i = 0; i < 20; i++) await turn()
    if (!isOver) stage.clock.advance(stepMs)
  }
  return done
}
const eventually = async (look: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + 5_000; performance.now() < end; ) {
    if (await look()) return
    await turn()
  }
  throw new Error('it never came')
}
const consent = async (): Promise<void> => {
  const admin = await stage.admin()
  const { status, text } = await stage.consent(admin, { agent: stage.agents.mariana, who: mariana })
  if (status !== 200) throw new Error(text)
  connection = (await stage.connected())!
}

beforeAll(async () => {
  stage = await openOauth()
})
beforeEach(async () => {
  stage.auth.fail(undefined)
  await consent()
})
afterAll(async () => {
  for (const { tokens, ways } of replicas) {
    await tokens.close()
    await ways.close()
  }
  await stage.end()
})

describe('access that somebody granted', () => {
  test('is renewed once for fifty that come when it has run out, and what renews it is another one', async () => {
    const { http } = replica()
    const { refresh_sealed: before } = await row()
    stage.clock.advance(hourMs + minuteMs)
    expect(await asks(async () => expect((await Promise.all(Array.from({ length: 50 }, () => http(get)))).map(({ status }) => status)).toEqual(Array(50).fill(200)))).toEqual(['refresh_token'])
    const after = await row()
    expect([after['version'], after['state'], after['renewing_by'], Buffer.compare(after['refresh_sealed'], before)]).not.toContain(0)
    stage.clock.advance(hourMs + minuteMs)
    expect(await asks(() => http(get))).toEqual(['refresh_token'])
  })
  test('is renewed once for several processes', async () => {
    const all = [replica(), replica(), replica({ skewMs: 5_000 }), replica({ skewMs: -5_000 })]
    stage.clock.advance(hourMs + minuteMs)
    expect(await asks(() => passing(Promise.all(all.flatMap(({ http }) => [http(get), http(get)])), 50))).toEqual(['refresh_token'])
  })
  test('is renewed before its end, and nobody waits for that', async () => {
    const { http } = replica()
    await http(get)
    const { version } = await row()
    stage.clock.advance(hourMs - 4 * minuteMs)
    stage.auth.fail('hang')
    const before = stage.auth.asked().length
    expect((await http(get)).status).toBe(200)
    await eventually(() => stage.auth.asked().length === before + 1)
    stage.clock.advance(10_000) // the one that hangs is given up, and what we have goes on
    await eventually(async () => (await row())['failures'] === 1)
    stage.auth.fail(undefined)
    stage.clock.advance(2_000)
    await eventually(async () => {
      expect((await http(get)).status).toBe(200) // the one that failed may not have come back yet, though its row is written
      return (await row())['version'] === version + 1
    })
    expect(stage.auth.asked().length).toBe(before + 2)
  })
  test('is renewed once, and the call repeated, where the vendor refuses it before its time', async () => {
    const { http } = replica()
    await http(get)
    stage.clock.advance(minuteMs)
    stage.auth.tokens.end(await bearer())
    expect(await asks(async () => expect((await http(get)).status).toBe(200))).toEqual(['refresh_token'])
  })
  test('is not renewed for a refusal right after it was: then the refusal stands', async () => {
    const { http } = replica()
    await http(get)
    stage.auth.tokens.end(await bearer())
    expect(await asks(async () => expect(await failure(http(get))).toMatchObject({ code: 'disconnected' }))).toEqual([])
  })
  test('that another process has renewed meanwhile is used without asking anybody', async () => {
    const [one, other] = [replica(), replica()]
    await one.http(get)
    await other.http(get)
    stage.clock.advance(minuteMs)
    stage.auth.tokens.end(await bearer())
    expect(await asks(async () => void (await one.http(get), await other.http(get)))).toEqual(['refresh_token'])
  })
})

const bearer = async (): Promise<string> => (await stage.house.vault.open(stage.house.db.bare, connection.tenant, `access_token.access:${connection.id}`, (await row())['access_sealed'])).toString()

describe('a grant that is over', () => {
  test('is refused for everything, once, until somebody consents anew: under the same connection', async () => {
    const { http } = replica()
    const { id } = connection
    await stage.auth.revokeAll()
    stage.clock.advance(hourMs + minuteMs)
    const outcomes = await asks(async () => expect(await failure(http(get))).toMatchObject({ code: 'disconnected', retryAfterMs: expect.any(Number), message: expect.stringContaining('invalid_grant') }))
    expect(outcomes).toEqual(['refresh_token'])
    expect(await asks(async () => void (await failure(http(get)), await failure(replica().http(get))))).toEqual([])
    expect(await row()).toMatchObject({ state: 'refused', said: 'invalid_grant', retry_at: null })
    await consent()
    expect(connection.id).toBe(id)
    expect((await http(get)).status).toBe(200)
  })
  test('where the answer to a renewal was lost, the server takes the next try for theft: then somebody consents anew', async () => {
    const { http } = replica()
    stage.clock.advance(hourMs + minuteMs)
    stage.auth.fail('lost')
    expect(await failure(http(get))).toMatchObject({ code: 'paused' })
    expect(await row()).toMatchObject({ state: 'good', failures: 1 })
    stage.auth.fail(undefined)
    stage.clock.advance(2_000)
    expect(await failure(http(get))).toMatchObject({ code: 'disconnected' })
    expect((await row())['state']).toBe('refused')
  })
  test('is not over where another process was faster', async () => {
    // A server that has just seen the same thing from somebody else.
    const { vault, db } = stage.house
    const rival = await startVendor((heard) => {
      if (heard.url.endsWith('openid-configuration')) return json(heard, 200, { issuer: rival.origin, token_endpoint: `${rival.origin}/token`, authorization_endpoint: `${rival.origin}/a` })
      void (async () => {
        const access = await vault.seal(db.bare, { tenant: connection.tenant }, `access_token.access:${connection.id}`, 'from-the-other')
        await sql`update access_token set version = version + 1, access_sealed = ${access}, expires_at = to_timestamp(${stage.clock.now() / 1_000 + 3_600}), changed_at = to_timestamp(${stage.clock.now() / 1_000}), renewing_until = null where connection_id = ${connection.id}`.execute(db.bare)
        json(heard, 400, { error: 'invalid_grant' })
      })()
    })
    const { http } = replica({ issuer: rival.origin })
    stage.auth.tokens.know('from-the-other', { email: mariana, scopes: google.consent?.scopes ?? [] })
    stage.clock.advance(hourMs + minuteMs)
    expect((await http(get)).status).toBe(200)
    expect((await row())['state']).toBe('good')
    await rival.close()
  })
})

describe('a server of tokens that fails', () => {
  test.each<[string, Parameters<OauthStage['auth']['fail']>[0]]>([
    ['is down', { status: 500, body: '{"error":"server_error"}' }], ['says nothing that can be read', { status: 200, body: '<html>', type: 'text/html' }], ['says half of it', { status: 200, body: '{"token_type":"Bearer"}' }],
    ['sends us elsewhere', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }], ['has no end', { status: 200, body: `{"a":"${'x'.repeat(300_000)}"}` }], ['asks us to wait', { status: 429, body: '{"error":"slow_down"}', headers: { 'retry-after': '7' } }],
  ])('%s: what we hold stays, and it is left alone for a while', async (_title, fault) => {
    const { http } = replica()
    stage.clock.advance(hourMs + minuteMs)
    stage.auth.fail(fault)
    const first = await failure(http(get))
    expect(first).toMatchObject({ code: 'paused', retryAfterMs: fault !== 'hang' && fault !== 'lost' && fault?.status === 429 ? 7_000 : expect.any(Number) })
    expect(await asks(async () => void (await failure(http(get)), await failure(replica().http(get))))).toEqual([]) // it rests, for all
    expect(await row()).toMatchObject({ state: 'good', failures: 1 })
    stage.auth.fail(undefined)
    stage.clock.advance(first.retryAfterMs ?? 0)
    expect((await http(get)).status).toBe(200)
    expect(await row()).toMatchObject({ state: 'good', failures: 0 })
  })
  test('that hangs is given up after ten seconds', async () => {
    const { http } = replica()
    stage.clock.advance(hourMs + minuteMs)
    stage.auth.fail('hang')
    const before = stage.auth.asked().length
    let code: string | undefined
    const call = failure(http(get)).then((thrown) => (code = thrown.code))
    await eventually(() => stage.auth.asked().length === before + 1)
    stage.clock.advance(9_999)
    for (let i = 0; i < 50; i++) await turn()
    expect(code).toBeUndefined()
    stage.clock.advance(1)
    expect(await call).toBe('paused')
  })
  test('rests longer each time, up to a minute', async () => {
    const { http } = replica()
    stage.clock.advance(hourMs + minuteMs)
    stage.auth.fail({ status: 503, body: '{}' })
    const rests: number[] = []
    for (let i = 0; i < 9; i++) {
      const { retryAfterMs = 0 }: AppError = await failure(http(get))
      rests.push(retryAfterMs)
      stage.clock.advance(retryAfterMs + 1)
    }
    expect(rests[0]).toBeLessThanOrEqual(1_000)
    expect(Math.max(...rests)).toBeLessThanOrEqual(60_000)
    expect(rests.at(-1)).toBeGreaterThanOrEqual(30_000)
  })
})

test('no token, and nothing that gets one, stands in a log line or in a row in the clear', async () => {
  const { http } = replica()
  stage.clock.advance(hourMs + minuteMs)
  await http(get)
  const token = await bearer()
  const refresh = (await stage.house.vault.open(stage.house.db.bare, connection.tenant, `access_token.refresh:${connection.id}`, (await row())['refresh_sealed'])).toString()
  const all = logged.join('') + stage.house.logged() + JSON.stringify(await row())
  for (const secret of [token, refresh, app.clientSecret]) expect(all).not.toContain(secret)
  expect(JSON.stringify(await failure(http({ ...get, path: '/nowhere' })), (_key, value: unknown) => (typeof value === 'object' && value !== null ? { ...value } : value))).not.toContain(token)
})
