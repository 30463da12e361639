import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { SignJWT } from 'jose'
import { Provider, interactionPolicy, type AccessToken, type AuthorizationCode, type ClientCredentials } from 'oidc-provider'
import { z } from 'zod'
import { asPage, consentPage } from '../consent-page.ts'
import type { Time } from '../simulator.ts'
import { bearerGrant, readAssertion, type ServiceAccount } from './assertion.ts'
import { makeStore } from './store.ts'
import { makeTokenBook, type TokenBook } from './tokens.ts'

// Where the lab's people let Portero use their calendars: a real authorization server, for all vendors at once. An app's client id says whose page it is.
export type AuthApp = { vendor: string; clientId: string; clientSecret: string }
type Wanted = { clock: Time; apps: readonly AuthApp[]; people: readonly string[]; redirectUrl: (vendor: string) => string; scopes: readonly string[]; accounts?: readonly ServiceAccount[]; lastsMs?: number; isRotating?: boolean; claimsOf?: (who: string) => object; logoutUrl?: (vendor: string) => string | undefined; keptIn?: string | undefined } // claimsOf: what else is said of them. logoutUrl: where an app hears of who signs out. keptIn: a file, so that what people allowed is known to the next lab
export type AuthServer = {
  tokens: TokenBook
  path: string
  opened(url: string): void
  serve(request: IncomingMessage, response: ServerResponse): void
  issuer(): string
  asked(): readonly string[] // of the token endpoint, the grant types in the order in which they came
  fail(how: Fault | undefined): void // of the token endpoint, until it is taken back
  signed(claims: object): Promise<string> // as it signs whatever it says
  letGo(clientId: string, who: string): Promise<void> // as somebody who signs out there
  revokeAll(): Promise<void> // as somebody does who takes back what they allowed
}
export type Fault = { status: number; body: string; type?: string; headers?: Record<string, string> } | 'hang' | 'lost' // lost: done, but nobody hears of it

const path = '/auth'
const jwk = (key: KeyObject): object => ({ ...key.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'lab' })
const answered = z.object({ who: z.string(), say: z.enum(['yes', 'no']) })

export const makeAuth = ({ clock, apps, people, redirectUrl, scopes, accounts = [], lastsMs = 3_600_000, isRotating = true, claimsOf = () => ({}), logoutUrl = () => undefined, keptIn }: Wanted): AuthServer => {
  const tokens = makeTokenBook(clock)
  const asked: string[] = []
  const grants = new Set<string>()
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sids = new Map<string, string>() // of the session in which somebody came last
  const allowed = new Map<string, string>() // by whom and for which app: as at Google, what somebody allows an app once more is the same grant, and ends as one
  let provider: Provider | undefined
  let fault: Fault | undefined
  let issuer = ''

  const open = (url: string): Provider => {
    issuer = `${url}${path}`
    const policy = interactionPolicy.base()
    policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }))
    const made = new Provider(issuer, {
      adapter: makeStore({ file: keptIn, now: clock.now }),
      fetch: (where, { dispatcher: _guard, ...how }: any = {}) => fetch(where, how), // its guard against addresses such as 127.0.0.1, where the house is, goes with another fetch than Node's
      clients: apps.map(({ vendor, clientId, clientSecret }) => ({
        client_id: clientId, client_secret: clientSecret, client_name: vendor, token_endpoint_auth_method: 'client_secret_post' as const, grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], response_types: ['code' as const], redirect_uris: [redirectUrl(vendor)],
        ...(logoutUrl(vendor) !== undefined && { backchannel_logout_uri: logoutUrl(vendor)!, backchannel_logout_session_required: true }),
      })),
      scopes: ['openid', 'email', 'offline_access', ...scopes],
      claims: { openid: ['sub', 'groups', 'hd', 'roles'], email: ['email', 'email_verified', 'xms_edov'] },
      conformIdTokenClaims: false, // as Google, Microsoft and Keycloak have it: who it is stands in the id token
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: true, ...claimsOf(id) }) }),
      features: { devInteractions: { enabled: false }, revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId }, clientCredentials: { enabled: true }, rpInitiatedLogout: { enabled: false }, backchannelLogout: { enabled: true }, userinfo: { enabled: false } },
      issueRefreshToken: () => true,
      rotateRefreshToken: isRotating,
      pkce: { required: () => true },
      interactions: { policy, url: (_context, { uid }) => `${path}/interaction/${uid}` },
      cookies: { keys: [createHash('sha256').update(issuer).digest('hex')], short: { signed: true, path: '/' }, long: { signed: true, path: '/' } },
      jwks: { keys: [jwk(key)] },
      ttl: { AccessToken: lastsMs / 1_000, ClientCredentials: lastsMs / 1_000, AuthorizationCode: 60, Grant: 90 * 86_400, IdToken: 3_600, Interaction: 600, RefreshToken: 90 * 86_400, Session: 90 * 86_400 },
    })
    made.on('authorization_code.saved', ({ accountId, sid }: AuthorizationCode) => void (accountId && sid && sids.set(accountId, sid)))
    made.on('access_token.saved', (token: AccessToken) => {
      if (token.grantId) grants.add(token.grantId)
      tokens.know(token.jti, { email: token.accountId, scopes: [...token.scopes] }, { ms: lastsMs, grant: token.grantId })
    })
    made.on('client_credentials.saved', (token: ClientCredentials) => tokens.know(token.jti, { email: token.clientId ?? '', scopes: [...token.scopes], isApp: true }, { ms: lastsMs }))
    made.on('access_token.destroyed', ({ jti }: AccessToken) => tokens.end(jti))
    made.on('grant.revoked', (_context, grant) => tokens.endGrant(grant))
    return made
  }
  const opened = (): Provider => {
    if (!provider) throw new Error('the authorization server does not listen yet')
    return provider
  }

  const interact = async (request: IncomingMessage, response: ServerResponse, uid: string): Promise<void> => {
    const { params, prompt: { name } } = await opened().interactionDetails(request, response)
    const { client_id: clientId, scope, login_hint: expected } = z.object({ client_id: z.string(), scope: z.string(), login_hint: z.string().optional() }).parse(params)
    if (request.method !== 'POST') {
      const vendor = apps.find((app) => app.clientId === clientId)?.vendor ?? name
      return void response.writeHead(200, asPage).end(consentPage({ action: `${path}/interaction/${uid}`, vendor, people, expected, scopes: scope.split(' ') }))
    }
    const { who, say } = answered.parse(Object.fromEntries(new URLSearchParams(await text(request))))
    if (say === 'no') return opened().interactionFinished(request, response, { error: 'access_denied', error_description: 'the person said no' }, { mergeWithLastSubmission: false })
    const grant = (await opened().Grant.find(allowed.get(`${clientId} ${who}`) ?? '')) ?? new (opened().Grant)({ accountId: who, clientId })
    grant.addOIDCScope(scope)
    const grantId = await grant.save()
    allowed.set(`${clientId} ${who}`, grantId)
    await opened().interactionFinished(request, response, { login: { accountId: who }, consent: { grantId }, select_account: {} }, { mergeWithLastSubmission: false })
  }

  const token = async (request: IncomingMessage, response: ServerResponse, pass: () => void): Promise<void> => {
    const body = await peek(request)
    const told = new URLSearchParams(body)
    asked.push(told.get('grant_type') ?? '')
    if (fault === 'hang') return
    if (fault === 'lost') {
      response.end = () => response.destroy() // whatever was done stays done
      return pass()
    }
    if (fault) return void response.writeHead(fault.status, { 'content-type': fault.type ?? 'application/json', ...fault.headers }).end(fault.body)
    if (told.get('grant_type') !== bearerGrant) return pass()
    const verdict = await readAssertion(told.get('assertion') ?? '', { audience: `${issuer}/token`, accounts, now: clock.now() })
    const answer = (status: number, said: object): void => void response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(said))
    if ('error' in verdict) return answer(verdict.error === 'unauthorized_client' ? 401 : 400, { error: verdict.error, error_description: verdict.description })
    const access = `lab.${createHash('sha256').update(`${asked.length} ${body}`).digest('base64url')}`
    tokens.know(access, verdict, { ms: lastsMs })
    answer(200, { access_token: access, token_type: 'Bearer', expires_in: lastsMs / 1_000 })
  }

  return {
    tokens, path,
    opened(url) {
      provider = open(url)
    },
    issuer: () => issuer,
    asked: () => asked,
    fail(how) {
      fault = how
    },
    signed: (claims) => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'lab' }).sign(key),
    async letGo(clientId, who) {
      const client: any = await opened().Client.find(clientId) // its types know nothing of it
      await client.backchannelLogout(who, sids.get(who) ?? '')
    },
    async revokeAll() {
      for (const grant of grants) {
        tokens.endGrant(grant)
        await (await opened().Grant.find(grant))?.destroy()
        await opened().RefreshToken.revokeByGrantId(grant)
      }
    },
    serve(request, response) {
      const whole = request.url ?? ''
      const below = whole.slice(path.length)
      const uid = /^\/interaction\/([\w-]+)$/.exec(below.split('?')[0] ?? '')?.[1]
      const failed = (): void => void (response.headersSent ? response.destroy() : response.writeHead(400, { 'content-type': 'text/plain' }).end('not understood'))
      if (request.headers.cookie !== undefined) request.headers.cookie = request.headers.cookie.split(/;\s*/).filter((each) => !each.startsWith('_session')).join('; ') // nobody stays signed in here, so that each may be somebody else
      const pass = (): void => {
        Object.assign(request, { originalUrl: whole, url: below }) // as Express has it where something is mounted below a path
        void opened().callback()(request, response)
      }
      if (uid) void interact(request, response, uid).catch(failed)
      else if (request.method === 'POST' && below === '/token') void token(request, response, pass).catch(failed)
      else pass()
    },
  }
}

// What has come of a body, which stays to be read: a form of this size comes in one piece.
const peek = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    request.once('readable', () => {
      const piece: unknown = request.read()
      if (!Buffer.isBuffer(piece)) return resolve('')
      request.unshift(piece)
      resolve(piece.toString())
    })
  })
