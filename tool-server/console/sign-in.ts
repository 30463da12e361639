import type { CookieOptions, Request, Response, Router } from 'express'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { html, notice, type Html } from '../spine/page.ts'
import { parseOr } from '../spine/parse.ts'
import { checkPassword, sameName, sameText, signedIn, signIn, signOut, type SignedIn } from '../store/operators.ts'
import { paths, sendPage, viewOf, type ConsoleNeeds, type View } from './frame.ts'
import { makeTries } from './tries.ts'

// The way in and out of the console.
const lastsMs: Millis = 12 * 3_600_000
const session = 'portero_session'
const knock = 'portero_knock' // before anybody is signed in, a form is ours when it says what this cookie says

export type Gate = { whoIs(request: Request): Promise<SignedIn | undefined>; guards(form: unknown, csrf: string): void }
const form = z.looseObject({ csrf: z.string() })
const credentials = z.strictObject({ csrf: z.string(), next: z.string(), name: z.string().max(200), password: z.string().max(1_000) })

export const makeGate = ({ db, clock, tenant }: ConsoleNeeds): Gate => ({
  async whoIs(request) {
    const token = cookieOf(request, session)
    return token === undefined ? undefined : signedIn({ db, clock }, tenant, token)
  },
  guards(body, csrf) {
    const told = form.safeParse(body)
    if (!told.success || !sameText(told.data.csrf, csrf)) throw new AppError('refused', 'a form without its token')
  },
})

export const signInDoors = (door: Router, needs: ConsoleNeeds, gate: Gate): void => {
  const { db, clock, audit, tenant, publicBaseUrl } = needs
  const tries = makeTries(clock)
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'strict', secure: publicBaseUrl.startsWith('https:'), path: '/console' }

  const show = (request: Request, response: Response, status: number, { next, name = '', said }: { next: string; name?: string; said?: (view: View) => Html }): void => {
    const view = viewOf(request, clock)
    const token = cookieOf(request, knock) ?? clock.bytes(32).toString('base64url')
    response.cookie(knock, token, cookie)
    sendPage(response, status, view, { title: view.words.signIn, body: signInPage(view, { csrf: token, next, name, said: said?.(view) }) })
  }

  door.get(paths.signIn, async (request, response) => {
    const next = pathOr(request.query['next'])
    if (await gate.whoIs(request)) return response.redirect(303, next)
    show(request, response, 200, { next })
  })

  door.post(paths.signIn, async (request, response) => {
    const { csrf, password, ...asked } = parseOr('invalid_input', credentials, request.body, 'the fields of the sign-in')
    const next = pathOr(asked.next)
    const { name } = asked
    const knocked = cookieOf(request, knock)
    if (!knocked || !sameText(csrf, knocked)) return show(request, response, 403, { next, name, said: ({ words }) => notice('warn', words.stale, words.staleNext) })
    const keys = [`name ${sameName(name)}`, `from ${request.ip ?? ''}`]
    const waitMs = tries.take(keys)
    if (waitMs !== undefined) {
      response.set('retry-after', String(Math.ceil(waitMs / 1_000)))
      return show(request, response, 429, { next, name, said: ({ words }) => notice('bad', words.locked, words.lockedNext) })
    }
    const operator = await checkPassword({ db, clock }, { tenant, name, password })
    if (!operator) return show(request, response, 401, { next, name, said: ({ words }) => notice('bad', words.wrong, words.wrongNext) })
    tries.giveBack(keys)
    const token = await signIn({ db, clock }, operator, lastsMs)
    await audit.record(db.bare, { subject: { tenant, by: 'staff', user: operator.id }, what: 'console:sign-in', object: operator.id })
    response.clearCookie(knock, cookie).cookie(session, token, { ...cookie, maxAge: lastsMs }).redirect(303, next)
  })

  door.post(paths.signOut, async (request, response) => {
    const who = await gate.whoIs(request)
    if (who) {
      gate.guards(request.body, who.csrf)
      await signOut({ db }, tenant, cookieOf(request, session) ?? '')
    }
    response.clearCookie(session, cookie).redirect(303, paths.signIn)
  })
}

// Only ways back into the console.
const pathOr = (next: unknown): string => (typeof next === 'string' && /^\/console(\/[\w/-]*)?$/.test(next) ? next : paths.home)

const cookieOf = (request: Request, name: string): string | undefined => {
  const found = (request.get('cookie') ?? '').split(/;\s*/).find((each) => each.startsWith(`${name}=`))
  return found?.slice(name.length + 1)
}

const signInPage = ({ words }: View, { csrf, next, name, said }: { csrf: string; next: string; name: string; said: Html | undefined }): Html => html`<div class="alone">
<div class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 21V10a7 7 0 0 1 14 0v11z"/><circle cx="14.6" cy="14.2" r="1.3"/></svg><b>Portero</b><span>${words.console}</span></div>
${said}<form class="card stack" method="post" action="${paths.signIn}"><h1>${words.welcome}</h1>
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="next" value="${next}">
<div><label for="name">${words.name}</label><input id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required${!name && html` autofocus`}></div>
<div><label for="password">${words.password}</label><input id="password" name="password" type="password" autocomplete="current-password" required${name && html` autofocus`}></div>
<button class="main full">${words.signIn}</button></form></div>`
