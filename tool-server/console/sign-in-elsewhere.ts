import { createHash } from 'node:crypto'
import type { CookieOptions, Request, Response, Router } from 'express'
import { z } from 'zod'
import { accessWords, AppError, type AccessWords } from '@portero/shared'
import { judge } from '../domain/sign-in.ts'
import { noteAsked, signInAsked, takeAsked } from '../spine/oauth-asked.ts'
import { companySignIn, faultOf, type Fault } from '../spine/oauth-server.ts'
import { html, notice } from '../spine/page.ts'
import { parseOr } from '../spine/parse.ts'
import { admit } from '../store/operators.ts'
import { sameText, signOutAsThere } from '../store/sign-ins.ts'
import { cookieOf } from './cookies.ts'
import { paths, sendPage, viewOf, type ConsoleNeeds, type ElsewhereNeeds } from './frame.ts'
import type { Gate } from './gate.ts'
import { pathOr, type ShowSignIn } from './sign-in-page.ts'

// The way in by the company's own sign-in. The browser that began holds a cookie of its own, as where calendars are connected (consent-doors.ts).
type Refused = keyof AccessWords['refused']
const statusOf: Readonly<Record<Refused, number>> = { stale: 403, denied: 403, away: 503, notSetUp: 502, unverified: 403, domain: 403, noRole: 403, ended: 403, local: 409, another: 409 }
const becauseOf: Readonly<Record<Fault['is'], Refused>> = { grant: 'stale', odd: 'stale', denied: 'denied', refused: 'notSetUp', away: 'away' }
const binderOf = (state: string): string => `portero_company_${createHash('sha256').update(state).digest('hex').slice(0, 8)}` // one for each try
const lastsMs = 10 * 60_000

export const elsewhereDoors = (door: Router, { settings, servers }: ElsewhereNeeds, needs: ConsoleNeeds, gate: Gate, show: ShowSignIn): void => {
  const { db, clock, audit, log, tenant, publicBaseUrl } = needs
  const redirectUrl = `${publicBaseUrl}${paths.signInCallback}`
  const server = { issuer: settings.issuer }
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'lax', secure: publicBaseUrl.startsWith('https:'), path: paths.signInCallback }
  const secret = (): string => clock.bytes(32).toString('base64url')

  const refuse = (request: Request, response: Response, next: string, why: Refused): void => {
    log.warn('console.not-signed-in', { why })
    show(request, response, statusOf[why], { next, said: ({ language }) => notice('bad', accessWords[language].notIn(settings.name), accessWords[language].refused[why]) })
  }

  door.get(paths.signInElsewhere(), async (request, response) => {
    const next = pathOr(request.query['next'])
    const [state, verifier, nonce, binder] = [secret(), secret(), secret(), secret()]
    try {
      const url = await servers.askUrl({ vendor: companySignIn, server, redirectUrl, scopes: settings.scopes, state, verifier, nonce, asked: {} })
      await noteAsked(needs, { vendor: companySignIn, state, asked: { next, verifier, nonce, binder } })
      response.cookie(binderOf(state), binder, { ...cookie, maxAge: lastsMs }).redirect(303, url.href)
    } catch (thrown) {
      log.warn('oauth.not-asked', { vendor: companySignIn, said: faultOf(thrown).said })
      refuse(request, response, next, 'away')
    }
  })

  door.get(paths.signInCallback, async (request, response) => {
    response.set('referrer-policy', 'no-referrer')
    const { state } = request.query
    if (typeof state !== 'string') return refuse(request, response, paths.home, 'stale')
    const taken = await takeAsked(needs, signInAsked, { vendor: companySignIn, state })
    const binder = cookieOf(request, binderOf(state))
    response.clearCookie(binderOf(state), cookie)
    if (!taken || binder === undefined || !sameText(binder, taken.asked.binder)) return refuse(request, response, paths.home, 'stale')
    const { next, verifier, nonce } = taken.asked
    const came = await servers.whoCame({ vendor: companySignIn, server, url: new URL(request.originalUrl, publicBaseUrl), state, verifier, nonce, scopes: settings.scopes }).then((claims) => ({ claims }), (thrown: unknown) => faultOf(thrown))
    if ('is' in came) {
      log.warn('oauth.refused-sign-in', { vendor: companySignIn, said: came.said })
      return refuse(request, response, next, becauseOf[came.is])
    }
    const judged = judge(came.claims, settings)
    if ('refused' in judged) return refuse(request, response, next, judged.refused)
    const admitted = await admit({ db, clock }, tenant, { issuer: settings.issuer, subject: judged.subject, name: judged.email, role: judged.role })
    if ('refused' in admitted) {
      await audit.record(db.bare, { subject: { tenant, by: 'system' }, what: 'console:not-admitted', object: tenant, after: { why: admitted.refused, email: judged.email } })
      return refuse(request, response, next, admitted.refused)
    }
    await gate.letIn(request, response, admitted.operator, { by: 'company', sid: judged.sid })
    // Our cookie doesn't come along where another site sent the browser on, so a page of ours does.
    response.set('refresh', `0; url=${next}`)
    const view = viewOf(request, clock)
    sendPage(response, 200, view, { title: view.words.signIn, body: html`<div class="alone"><a class="button main full" href="${next}">${accessWords[view.language].goOn}</a></div>` })
  })

  // Told by that server itself, which signs it, whenever somebody signs out there or is removed: https://openid.net/specs/openid-connect-backchannel-1_0.html
  door.post(paths.signOutThere, async (request, response) => {
    try {
      const { logout_token: token } = parseOr('invalid_input', leaving, request.body, 'what the company’s sign-in tells')
      const left = await servers.whoLeft({ vendor: companySignIn, server, token })
      const operators = await signOutAsThere(db.bare, tenant, settings.issuer, left)
      for (const [operator, sessions] of Map.groupBy(operators, (each) => each)) await audit.record(db.bare, { subject: { tenant, by: 'system' }, what: 'console:signed-out-there', object: operator, after: { sessions: sessions.length } })
      response.status(200).end()
    } catch (thrown) {
      const isOdd = thrown instanceof AppError && (thrown.code === 'invalid_input' || thrown.code === 'unauthorized')
      log.warn('oauth.refused-sign-out', { vendor: companySignIn, said: isOdd ? thrown.message : faultOf(thrown).said })
      response.status(isOdd ? 400 : 503).json({ error: isOdd ? 'invalid_request' : 'temporarily_unavailable' })
    }
  })
}
const leaving = z.looseObject({ logout_token: z.string().max(8_192) })
