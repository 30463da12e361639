import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import type { Connection, Connector, Http, TokenFrom } from '@portero/tool-server/define.ts'
import { makeHttp, type WaysOut } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeTokens, type Tokens } from '@portero/tool-server/spine/oauth.ts'
import { makeAuthServers } from '@portero/tool-server/spine/oauth-server.ts'
import { failure } from './support/http-stage.ts'
import { app, diego, mariana, openOauth, type OauthStage } from './support/oauth-stage.ts'

// Where nobody consents one by one: an app that is let in by its own name, and a service account that signs for itself.
const hourMs = 3_600_000
const robot = 'portero@casa.iam.gserviceaccount.com'
const keys = (): { publicKey: string; privateKey: string } => generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })
const { publicKey, privateKey } = keys()
const scopes = google.consent?.scopes ?? []

let stage: OauthStage
let connection: Connection
let tokens: Tokens
let ways: WaysOut
beforeAll(async () => {
  stage = await openOauth({ accounts: [{ email: robot, publicKey, mayActFor: [mariana] }], config: { connectAs: { google: { grant: { by: 'signed', email: robot, privateKey } } } } })
  const { house: { db, vault }, clock } = stage
  const log = makeLog({ level: 'silent', clock })
  tokens = makeTokens({ db, clock, log, vault, servers: makeAuthServers({ clock, apps: {}, authUrls: { google: stage.auth.issuer() } }) })
  ways = makeHttp({ clock, log, db, tokens })
})
beforeEach(async () => {
  await sql`delete from access_token`.execute(stage.house.db.bare)
  const settings = { baseUrl: `${stage.labUrl}/google/calendar/v3`, grant: { by: 'signed', email: robot, privateKey, forWhom: mariana }, calendar: 'primary', pushSecrets: ['s'.repeat(40)] }
  connection = await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'google', account: mariana, settings })
})
afterAll(async () => {
  await tokens.close()
  await ways.close()
  await stage.end()
})

const asking = (from: TokenFrom): Http => {
  const connector: Connector = { ...google, auth: { kind: 'token', from: () => from } }
  return ways.of(connection, connector, { lane: 'live', signal: new AbortController().signal, reading: true })
}
const signed = (more: object = {}): TokenFrom => ({ by: 'signed', tokenUrl: 'https://oauth2.googleapis.com/token', email: robot, privateKey, forWhom: mariana, scopes, ...more })
const asApp = (more: object = {}): TokenFrom => ({ by: 'app', server: { issuer: 'https://login.example' }, ...app, scopes, ...more })
const get = { method: 'GET', path: '/calendars/primary' }
const since = async (work: () => Promise<unknown>): Promise<string[]> => {
  const before = stage.auth.asked().length
  await work()
  return stage.auth.asked().slice(before)
}
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

describe('a service account', () => {
  test('acts for whom it may, and asks once an hour, however many come', async () => {
    const http = asking(signed())
    expect(await since(async () => expect(await Promise.all(Array.from({ length: 10 }, () => http(get)))).toMatchObject(Array.from({ length: 10 }, () => ({ body: { id: mariana } }))))).toEqual([jwtBearer])
    expect(await since(() => http(get))).toEqual([])
    stage.clock.advance(hourMs)
    expect(await since(() => http(get))).toEqual([jwtBearer])
  })
  test.each<[string, object, string]>([
    ['for somebody it may not act for', { forWhom: diego }, 'unauthorized_client'], ['with a key that is not its own', { privateKey: keys().privateKey }, 'invalid_grant'], ['by a name that nobody knows', { email: 'who@casa.iam.gserviceaccount.com' }, 'invalid_grant'], ['with what is no key', { privateKey: 'hello' }, 'PKCS'],
  ])('%s is refused, and asked again only after a while', async (_title, more, said) => {
    const http = asking(signed(more))
    const refused = await failure(http(get))
    expect(refused).toMatchObject({ code: 'disconnected', retryAfterMs: 300_000 })
    expect(refused.message).toContain(said)
    expect(refused.message).not.toContain('PRIVATE')
    expect(await since(() => failure(http(get)))).toEqual([])
    expect(await since(() => asking(signed())(get))).toEqual([jwtBearer]) // other settings are tried at once
    stage.clock.advance(hourMs)
    await failure(http(get))
  })
  test('is tried again by itself, since what was wrong may be mended there', async () => {
    const http = asking(signed({ forWhom: diego }))
    await failure(http(get))
    stage.clock.advance(300_000)
    expect(await since(() => failure(http(get)))).toEqual([jwtBearer])
  })
})

describe('an app', () => {
  test('gets its access by its own name', async () => {
    const { value } = await tokens.of(connection, asApp(), new AbortController().signal)
    expect(stage.auth.tokens.whose(value)).toEqual({ email: app.clientId, scopes, isApp: true })
    expect(await since(() => tokens.of(connection, asApp(), new AbortController().signal))).toEqual([])
  })
  test('with another password is refused', async () => {
    expect(await failure(tokens.of(connection, asApp({ clientSecret: 'another' }), new AbortController().signal))).toMatchObject({ code: 'disconnected', message: expect.stringContaining('invalid_client') })
  })
})

test('a token is for the vendor and for nobody else', async () => {
  const http = asking(signed())
  await http(get)
  const elsewhere = await failure(http({ method: 'GET', path: `${stage.url}/livez` }))
  expect(elsewhere.code).toBe('refused') // a foreign address that is not public; what is sent there carries no credentials (test/http-hosts.test.ts)
})
