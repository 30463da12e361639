import { createHash } from 'node:crypto'
import { Router, urlencoded, type CookieOptions, type Request, type RequestHandler, type Response } from 'express'
import { AppError } from '@portero/shared'
import type { Consent } from '../define.ts'
import { may, staffOf } from '../domain/roles.ts'
import type { Clock } from '../spine/clock.ts'
import { consentAsked, noteAsked, takeAsked, type Asked } from '../spine/oauth-asked.ts'
import { faultOf, type AuthServers, type Made } from '../spine/oauth-server.ts'
import { pagePolicy } from '../spine/page.ts'
import { connectionsShown, isWorkedWith, type AgentShown } from '../store/connections-view.ts'
import { roleOf } from '../store/operators.ts'
import { sameText } from '../store/sign-ins.ts'
import { endingPage, statusOf, surePage, type Ending } from './consent-page.ts'
import { cookieOf } from './cookies.ts'
import { consoleFault } from './failed.ts'
import { navFor, paths, sendPage, viewOf, type ConsoleNeeds, type Inside } from './frame.ts'
import { makeGate } from './gate.ts'

// Where an admin begins to connect somebody's account, and where the vendor sends them back. The session's own cookie doesn't come along from another site, so the browser that began holds a cookie of its own.
type Needs = ConsoleNeeds & { servers: AuthServers }

const binderOf = (state: string): string => `portero_consent_${createHash('sha256').update(state).digest('hex').slice(0, 8)}` // one for each try: several may be open in one browser
const lastsMs = 10 * 60_000

export const consentDoors = (needs: Needs): Router => {
  const { clock, log, tenant, publicBaseUrl, servers, connecting } = needs
  const gate = makeGate(needs)
  const door = Router()
  const callbackUrl = (vendor: string): string => `${publicBaseUrl}/oauth/${vendor}/callback`
  const cookie = (vendor: string): CookieOptions => ({ httpOnly: true, sameSite: 'lax', secure: publicBaseUrl.startsWith('https:'), path: `/oauth/${vendor}/callback` })
  const end = (request: Request, response: Response, ending: Ending): void => {
    if (ending.how === 'done') response.set('refresh', `2; url=${paths.connections}?came=connected`)
    sendPage(response, statusOf[ending.how], viewOf(request, clock), endingPage(ending, viewOf(request, clock)))
  }
  const vendorOf = ({ params: { vendor } }: Request): string => {
    if (typeof vendor !== 'string' || !connecting.vendors.includes(vendor)) throw new AppError('not_found', 'no vendor by that name is connected from here')
    return vendor
  }

  const forAdmins = (serve: (request: Request, response: Response, inside: Inside, of: { vendor: string; agent: AgentShown; account: string }) => Promise<void>): RequestHandler => async (request, response) => {
    const signedIn = await gate.whoIs(request)
    if (!signedIn) return response.redirect(303, `${paths.signIn}?next=${encodeURIComponent(paths.connections)}`)
    needs.limits.staff(signedIn.operator.id)
    if (!may(signedIn.operator.role, 'connections:write')) throw new AppError('refused', 'a page for who may connect accounts')
    if (request.method !== 'GET') gate.guards(request.body, signedIn.csrf)
    const vendor = vendorOf(request)
    const agent = (await connectionsShown(needs)).agents.find(({ slug }) => slug === request.query['agent'])
    if (!agent) throw new AppError('not_found', 'no such agent')
    if (agent.address === undefined) return end(request, response, { how: 'noAddress', vendor, name: agent.name })
    const inside = { ...viewOf(request, clock), signedIn, toReview: 0, troubles: [], subject: staffOf(signedIn.operator) }
    await serve(request, response, inside, { vendor, agent, account: agent.address })
  }

  door.use('/oauth', (_request, response, next) => {
    response.set({ 'content-security-policy': pagePolicy, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    next()
  })
  door.get('/oauth/:vendor/start', forAdmins(async (request, response, inside, { vendor, agent, account }) => {
    if (!connecting.asks(vendor)) return sendPage(response, 200, inside, { ...surePage({ vendor, agent: agent.slug, name: agent.name, account }, inside), nav: navFor(inside, 'connections') })
    const { consent, server } = connecting.reach(vendor)
    const [state, verifier, nonce, binder] = [secret(clock), secret(clock), secret(clock), secret(clock)]
    try {
      const url = await servers.askUrl({ vendor, server, redirectUrl: callbackUrl(vendor), scopes: consent.scopes, state, verifier, nonce, asked: { ...consent.asked, login_hint: account } })
      await noteAsked(needs, { vendor, operator: inside.signedIn.operator.id, state, asked: { agent: agent.slug, account, verifier, nonce, binder } })
      response.cookie(binderOf(state), binder, { ...cookie(vendor), maxAge: lastsMs }).redirect(303, url.href)
    } catch (thrown) {
      log.warn('oauth.not-asked', { vendor, said: faultOf(thrown).said })
      end(request, response, { how: 'away', vendor, agent: agent.slug })
    }
  }))
  door.post('/oauth/:vendor/start', urlencoded({ extended: false, limit: '16kb' }), forAdmins(async (request, response, inside, { vendor, agent, account }) => {
    if (connecting.asks(vendor)) throw new AppError('refused', `accounts of ${vendor} are connected by whoever owns them`)
    const ending = await connecting.connect(inside.subject, { vendor, account }).then((): Ending => ({ how: 'done', vendor, account }), (thrown: unknown) => notLetIn(thrown, { vendor, agent: agent.slug, expected: account }))
    if (ending.how !== 'done') log.warn('oauth.not-connected', { vendor, how: ending.how })
    end(request, response, ending)
  }))

  door.get('/oauth/:vendor/callback', async (request, response) => {
    const vendor = vendorOf(request)
    const { state } = request.query
    if (typeof state !== 'string') return end(request, response, { how: 'stale', vendor })
    const taken = await takeAsked(needs, consentAsked, { vendor, state })
    const binder = cookieOf(request, binderOf(state))
    response.clearCookie(binderOf(state), cookie(vendor))
    if (!taken?.operator || binder === undefined || !sameText(binder, taken.asked.binder)) return end(request, response, { how: 'stale', vendor })
    const role = await roleOf(needs.db, tenant, taken.operator)
    if (!role || !may(role, 'connections:write')) throw new AppError('refused', 'whoever began it may not any longer')
    const came = await answered(vendor, { ...taken.asked, operator: taken.operator }, { url: new URL(request.originalUrl, publicBaseUrl), state })
    if (came.how !== 'done') log.warn('oauth.not-connected', { vendor, how: came.how })
    end(request, response, came)
  })

  const answered = async (vendor: string, known: Asked & { operator: string }, { url, state }: { url: URL; state: string }): Promise<Ending> => {
    const { agent, account: expected, verifier, nonce, operator } = known
    const { consent, server, baseUrl } = connecting.reach(vendor)
    const lent = await servers.answered({ vendor, server, url, state, verifier, nonce, scopes: consent.scopes }).catch((thrown: unknown) => faultOf(thrown))
    if ('is' in lent) {
      log.warn('oauth.refused-consent', { vendor, said: lent.said })
      if (lent.is === 'denied') return { how: 'denied', vendor, agent }
      if (lent.is === 'grant' || lent.is === 'odd') return { how: 'stale', vendor, agent }
      return lent.is === 'refused' ? { how: 'notSetUp', vendor, agent, said: lent.said } : { how: 'away', vendor, agent }
    }
    const account = await consent.who(servers.http(baseUrl, lent.access)).catch((thrown: unknown) => {
      log.warn('oauth.nobody-known', { vendor, said: faultOf(thrown).said })
      return undefined
    })
    const ending = judged(vendor, { agent, expected, lent, consent, account })
    if (ending.how === 'done') await connecting.connect({ tenant, by: 'staff', user: operator }, { vendor, account: expected, lent })
    else if (!(await isWorkedWith(needs, vendor, account))) await servers.revoke(vendor, server, lent.refresh ?? lent.access).catch((thrown: unknown) => log.warn('oauth.not-taken-back', { vendor, said: faultOf(thrown).said })) // nobody holds what nobody uses; but some vendors end with it all that the same person granted us before
    return ending
  }

  door.use('/oauth', () => {
    throw new AppError('not_found', 'no such page')
  })
  door.use('/oauth', consoleFault({ clock, log }))
  return door
}

const judged = (vendor: string, { agent, expected, lent, consent, account }: { agent: string; expected: string; lent: Made; consent: Consent; account: string | undefined }): Ending => {
  if (lent.refresh === undefined) return { how: 'notLasting', vendor, agent }
  const missing = missingOf(consent.scopes, lent.scopes)
  if (missing.length > 0) return { how: 'scopes', vendor, agent, missing }
  if (account === undefined) return { how: 'away', vendor, agent }
  return account.toLowerCase() === expected ? { how: 'done', vendor, account: expected } : { how: 'otherAccount', vendor, agent, account, expected }
}

// Where nobody is asked: what the operator set up doesn't let us in, or lets us in elsewhere.
const notLetIn = (thrown: unknown, { expected, ...of }: { vendor: string; agent: string; expected: string }): Ending => {
  if (!(thrown instanceof AppError)) throw thrown
  if (thrown.code === 'conflict') return { how: 'otherKey', ...of, expected }
  if (thrown.code === 'disconnected') return { how: 'notSetUp', ...of, said: thrown.message }
  if (thrown.code === 'unavailable') return { how: 'away', ...of }
  throw thrown
}

const secret = (clock: Clock): string => clock.bytes(32).toString('base64url')

// Vendors tell some of them by other names, or not at all; what counts is what the calendar is worked with.
const unsaid: ReadonlySet<string> = new Set(['openid', 'email', 'profile', 'offline_access'])
const lastPart = (scope: string): string => scope.slice(scope.lastIndexOf('/') + 1).toLowerCase()
const missingOf = (wanted: readonly string[], given: readonly string[] | undefined): string[] => {
  const had = new Set(given?.map(lastPart))
  return given ? wanted.map(lastPart).filter((scope) => !unsaid.has(scope) && !had.has(scope)) : []
}
