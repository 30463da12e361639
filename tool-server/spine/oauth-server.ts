import { createRemoteJWKSet, customFetch, errors as joseErrors, importPKCS8, jwtVerify, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { Agent, fetch } from 'undici'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { AuthServer, Http, HttpCall, Millis, TokenFrom } from '../define.ts'
import { deadline, type Clock } from './clock.ts'
import { ownUrl, send } from './http-send.ts'
import { parseOr } from './parse.ts'
import { makeExcerpt } from './redact.ts'

// What is said to the servers that make access tokens, by openid-client. Nothing is kept here but what they say of themselves.
export type Made = { access: string; refresh?: string | undefined; expiresAt: Millis; scopes: readonly string[] | undefined } // scopes: undefined where all that were asked for are granted
export type Renewable = Exclude<TokenFrom, { by: 'given' }>
export type App = { clientId: string; clientSecret: string }
// apps: what we are called at each vendor. authUrls: where they are asked instead, such as a lab's; only these may go without TLS.
type Needs = { clock: Clock; apps: Readonly<Record<string, App>>; authUrls: Readonly<Record<string, string>> }
type Answer = { vendor: string; server: AuthServer; url: URL; state: string; verifier: string; nonce: string; scopes: readonly string[] }
type Asking = { vendor: string; server: AuthServer; redirectUrl: string; scopes: readonly string[]; state: string; verifier: string; nonce: string; asked: Readonly<Record<string, string>> }
export type AuthServers = {
  hasApp(vendor: string): boolean
  askUrl(asking: Asking): Promise<URL>
  answered(answer: Answer): Promise<Made>
  whoCame(answer: Answer): Promise<unknown> // what the server says of who signed in, and has signed
  whoLeft(told: { vendor: string; server: AuthServer; token: string }): Promise<Left> // whom the server says it has signed out
  renew(vendor: string, from: Renewable, refresh: string | undefined): Promise<Made>
  revoke(vendor: string, server: AuthServer, token: string): Promise<boolean> // false: it takes nothing back
  http(baseUrl: string, token: string): Http // with a token that belongs to no connection yet; it only reads
  close(): Promise<void>
}

// https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation. With a nonce it would be an id token that went astray. Its times are held against the machine's, as openid-client does with those of id tokens.
const left = z.looseObject({
  sub: z.string().min(1).max(255).optional(), sid: z.string().min(1).max(255).optional(), nonce: z.undefined().optional(),
  events: z.looseObject({ 'http://schemas.openid.net/event/backchannel-logout': z.looseObject({}) }),
}).refine(({ sub, sid }) => (sub ?? sid) !== undefined)
export type Left = { subject: string | undefined; sid: string | undefined } // sid: of one session there; else of all
const signatures = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']
const leftSkewS = 30
const leftAgeS = 5 * 60 // whoever catches one can't use it again tomorrow

export const companySignIn = 'oidc' // who may come in stands in what this one says, so that its signature is checked, besides TLS
const mostMs: Millis = 10_000
const mostBytes = 256 * 1024
const metadataMs: Millis = 60 * 60_000
const usualLifeMs: Millis = 60 * 60_000 // where a server doesn't say
const signedMs: Millis = 10 * 60_000
// Microsoft's, for whoever signs in: their tokens name a tenant, which only discovery makes openid-client expect.
const manyTenants = /^https:\/\/login\.microsoftonline\.com\/(?:common|organizations|consumers)\/v2\.0\/?$/
const bearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer' // RFC 7523

export const makeAuthServers = ({ clock, apps, authUrls }: Needs): AuthServers => {
  const agent = new Agent({ allowH2: false, connections: 8, headersTimeout: mostMs * 2, bodyTimeout: mostMs * 2, connect: { timeout: mostMs } })
  const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>()
  const known = new Map<string, { configuration: Promise<oidc.Configuration>; until: Millis }>()

  const within: oidc.CustomFetch = async (url, { method, headers, body, signal }) => {
    const limit = deadline(clock, mostMs, signal)
    try {
      const reply = await fetch(url, { method, headers, ...(body instanceof URLSearchParams && { body: body.toString() }), redirect: 'manual', dispatcher: agent, signal: limit.signal })
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of reply.body ?? []) {
        size += chunk.length
        if (size > mostBytes) throw new AppError('bad_response', `an authorization server answered more than ${mostBytes} bytes`)
        chunks.push(chunk)
      }
      return new Response([204, 205, 304].includes(reply.status) ? null : Buffer.concat(chunks), { status: reply.status, headers: Object.fromEntries(reply.headers) })
    } finally {
      limit.release()
    }
  }

  const serverOf = (vendor: string, server: AuthServer): AuthServer => (authUrls[vendor] === undefined ? server : { issuer: authUrls[vendor] })
  const isPlain = (vendor: string): boolean => authUrls[vendor]?.startsWith('http:') === true
  const appOf = (vendor: string): App => {
    const app = apps[vendor]
    if (!app) throw new AppError('refused', `nothing is known of an app at ${vendor}: ${vendor.toUpperCase()}_CLIENT_ID and ${vendor.toUpperCase()}_CLIENT_SECRET`)
    return app
  }
  const made = async (vendor: string, { issuer, authorizationUrl, tokenUrl, revocationUrl }: AuthServer, { clientId, clientSecret }: App, auth?: oidc.ClientAuth): Promise<oidc.Configuration> => {
    const plain = [...(isPlain(vendor) ? [oidc.allowInsecureRequests] : []), ...(vendor === companySignIn ? [oidc.enableNonRepudiationChecks] : [])]
    if (tokenUrl === undefined || manyTenants.test(issuer)) return oidc.discovery(new URL(issuer), clientId, clientSecret, auth, { [oidc.customFetch]: within, execute: plain })
    const configuration = new oidc.Configuration({ issuer, token_endpoint: tokenUrl, ...(authorizationUrl !== undefined && { authorization_endpoint: authorizationUrl }), ...(revocationUrl !== undefined && { revocation_endpoint: revocationUrl }) }, clientId, clientSecret, auth)
    configuration[oidc.customFetch] = within
    for (const allow of plain) allow(configuration)
    return configuration
  }
  const configured = (vendor: string, from: AuthServer, app: App, auth?: oidc.ClientAuth): Promise<oidc.Configuration> => {
    const server = serverOf(vendor, from)
    const key = JSON.stringify([vendor, server, app])
    const found = known.get(key)
    if (found && found.until > clock.now()) return found.configuration
    const configuration = made(vendor, server, app, auth)
    known.set(key, { configuration, until: clock.now() + metadataMs })
    configuration.catch(() => known.delete(key))
    return configuration
  }

  const keysFrom = (at: string): ReturnType<typeof createRemoteJWKSet> => {
    const keys = keySets.get(at) ?? createRemoteJWKSet(new URL(at), { [customFetch]: (url, { headers, signal }) => within(url, { method: 'GET', headers: Object.fromEntries(headers), body: undefined, redirect: 'manual', signal }) })
    keySets.set(at, keys)
    return keys
  }

  const exchanged = async ({ vendor, server, url, state, verifier, nonce, scopes }: Answer) =>
    oidc.authorizationCodeGrant(await configured(vendor, server, appOf(vendor)), url, { expectedState: state, pkceCodeVerifier: verifier, ...(scopes.includes('openid') && { expectedNonce: nonce, idTokenExpected: true }) })

  const assertion = async ({ email, keyId, privateKey, forWhom, scopes }: Extract<Renewable, { by: 'signed' }>, audience: string): Promise<string> => {
    const now = Math.floor(clock.now() / 1_000)
    const key = await importPKCS8(privateKey, 'RS256').catch((cause: unknown) => {
      throw new AppError('disconnected', 'the private key of the service account is no PKCS #8 key', { cause })
    })
    const jwt = new SignJWT({ scope: scopes.join(' ') }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) }).setIssuer(email).setAudience(audience).setIssuedAt(now).setExpirationTime(now + signedMs / 1_000)
    return (forWhom === undefined ? jwt : jwt.setSubject(forWhom)).sign(key)
  }

  return {
    hasApp: (vendor) => apps[vendor] !== undefined,
    async askUrl({ vendor, server, redirectUrl, scopes, state, verifier, nonce, asked }) {
      const configuration = await configured(vendor, server, appOf(vendor))
      return oidc.buildAuthorizationUrl(configuration, {
        ...asked, redirect_uri: redirectUrl, scope: scopes.join(' '), state, code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...(scopes.includes('openid') && { nonce }),
      })
    },
    async answered(answer) {
      const asked = clock.now()
      return lent(asked, await exchanged(answer))
    },
    whoCame: async (answer) => (await exchanged(answer)).claims(),
    async whoLeft({ vendor, server, token }) {
      const app = appOf(vendor)
      const { issuer, jwks_uri: keysAt = '' } = (await configured(vendor, server, app)).serverMetadata()
      try {
        const { payload } = await jwtVerify(token, keysFrom(keysAt), { issuer, audience: app.clientId, algorithms: signatures, requiredClaims: ['jti'], maxTokenAge: leftAgeS, clockTolerance: leftSkewS })
        const { sub, sid } = parseOr('unauthorized', left, payload, 'the claims of a logout token')
        return { subject: sub, sid }
      } catch (cause) {
        if (cause instanceof joseErrors.JOSEError) throw new AppError('unauthorized', `no logout token: ${cause.code}`, { cause })
        throw cause
      }
    },
    async renew(vendor, from, refresh) {
      const asked = clock.now()
      if (from.by === 'person') {
        if (refresh === undefined) throw new AppError('disconnected', `${vendor} gave nothing to renew its access with`)
        return lent(asked, await oidc.refreshTokenGrant(await configured(vendor, from.server, appOf(vendor)), refresh))
      }
      if (from.by === 'app') return lent(asked, await oidc.clientCredentialsGrant(await configured(vendor, from.server, from), { scope: from.scopes.join(' ') }))
      // Whose it is stands in the assertion; there is no client besides.
      const configuration = await configured(vendor, { issuer: new URL(from.tokenUrl).origin, tokenUrl: from.tokenUrl }, { clientId: from.email, clientSecret: '' }, unnamed)
      const { token_endpoint: audience = from.tokenUrl } = configuration.serverMetadata()
      return lent(asked, await oidc.genericGrantRequest(configuration, bearerGrant, { assertion: await assertion(from, audience) }))
    },
    async revoke(vendor, server, token) {
      const configuration = await configured(vendor, server, appOf(vendor))
      if (!configuration.serverMetadata().revocation_endpoint) return false
      await oidc.tokenRevocation(configuration, token)
      return true
    },
    http: (baseUrl, token) => (call: HttpCall) => {
      if (call.method !== 'GET' && !call.reading) throw new AppError('bug', 'who consented is asked by reading only')
      const url = ownUrl(new URL(baseUrl), call)
      const { signal } = new AbortController()
      return send({ clock, dispatcher: agent, url, call, headers: { authorization: `Bearer ${token}` }, what: `${call.method} ${url.pathname}`, timeoutMs: mostMs, mostBytes, caller: signal, excerpt: makeExcerpt({ keys: [], secrets: [token] }) })
    },
    close: () => agent.close(),
  }
}

const lent = (asked: Millis, { access_token, refresh_token, expires_in, scope }: oidc.TokenEndpointResponse): Made => ({
  access: access_token, refresh: refresh_token, expiresAt: asked + (expires_in === undefined ? usualLifeMs : expires_in * 1_000), scopes: scope?.split(' ').filter((each) => each !== ''),
})
const unnamed: oidc.ClientAuth = () => undefined

// What went wrong there. grant: whoever gave it took it back, or it ran out; only a new consent helps. refused: it is us who are not let in, which may be mended there. denied: the person said no. odd: it does not prove to be an answer to what we asked. else it may pass.
export type Fault = { is: 'grant' | 'refused' | 'denied' | 'odd' | 'away'; said: string; retryAfterMs?: Millis | undefined }
const spent: ReadonlySet<string> = new Set(['invalid_grant', 'interaction_required', 'consent_required', 'login_required'])
const final: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client', 'invalid_scope', 'access_denied', 'unsupported_grant_type', 'invalid_request', 'admin_policy_enforced', 'org_internal'])
export const faultOf = (thrown: unknown): Fault => {
  if (thrown instanceof oidc.ResponseBodyError) {
    const said = word(thrown.error)
    if (spent.has(said)) return { is: 'grant', said }
    if (final.has(said)) return { is: 'refused', said }
    const seconds = Number(thrown.response.headers.get('retry-after'))
    return { is: 'away', said: `${thrown.status} ${said}`, ...(seconds > 0 && { retryAfterMs: Math.min(seconds, 3_600) * 1_000 }) }
  }
  if (thrown instanceof oidc.WWWAuthenticateChallengeError) return { is: 'refused', said: 'invalid_client' }
  if (thrown instanceof oidc.AuthorizationResponseError) return { is: thrown.error === 'access_denied' || thrown.error === 'consent_required' ? 'denied' : final.has(word(thrown.error)) ? 'refused' : 'away', said: word(thrown.error) }
  if (thrown instanceof AppError) return { is: thrown.code === 'disconnected' || thrown.code === 'refused' ? 'refused' : 'away', said: thrown.message }
  if (thrown instanceof oidc.ClientError) return { is: unproven.has(thrown.code ?? '') ? 'odd' : 'away', said: word(thrown.code ?? 'no answer') }
  return { is: 'away', said: 'no answer' }
}
const unproven: ReadonlySet<string> = new Set(['OAUTH_INVALID_RESPONSE', 'OAUTH_KEY_SELECTION_FAILED', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED', 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'])
const word = (text: string): string => text.replace(/[^\w.: -]/g, '').slice(0, 80) // what a server says goes into logs and letters
