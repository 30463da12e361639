import type { Request, Response } from 'express'
import { accessWords } from '@portero/shared'
import { html, type Html } from '../spine/page.ts'
import { cookieOf } from './cookies.ts'
import { languageSwitch, paths, sendPage, viewOf, type ConsoleNeeds, type View } from './frame.ts'
import { knock, strictCookie } from './gate.ts'

// The page that asks who somebody is. Before anybody is signed in, a form is ours when it says what the cookie says.
export type Shown = { next: string; name?: string; said?: (view: View) => Html }
export type ShowSignIn = (request: Request, response: Response, status: number, shown: Shown) => void

export const makeSignInPage = ({ clock, publicBaseUrl, elsewhere }: Pick<ConsoleNeeds, 'clock' | 'publicBaseUrl' | 'elsewhere'>): ShowSignIn => (request, response, status, { next, name = '', said }) => {
  const view = viewOf(request, clock)
  const token = cookieOf(request, knock) ?? clock.bytes(32).toString('base64url')
  response.cookie(knock, token, strictCookie(publicBaseUrl))
  sendPage(response, status, view, { title: view.words.signIn, body: signInPage({ ...view, here: here(next) }, { csrf: token, next, name, said: said?.(view), elsewhere: elsewhere?.settings.name }) })
}

// Only ways back into the console.
export const pathOr = (next: unknown): string => (typeof next === 'string' && /^\/console(\/[\w/-]*)?$/.test(next) ? next : paths.home)

const here = (next: string): string => (next === paths.home ? paths.signIn : `${paths.signIn}?next=${encodeURIComponent(next)}`)
const signInPage = ({ words, language, here: back }: View, { csrf, next, name, said, elsewhere }: { csrf: string; next: string; name: string; said: Html | undefined; elsewhere: string | undefined }): Html => html`<div class="alone">
<div class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 21V10a7 7 0 0 1 14 0v11z"/><circle cx="14.6" cy="14.2" r="1.3"/></svg><b>Portero</b><span>${words.console}</span></div>
${said}${elsewhere !== undefined && html`<p><a class="button main full" href="${paths.signInElsewhere(next)}">${accessWords[language].signInWith(elsewhere)}</a></p>`}<form class="card stack" method="post" action="${paths.signIn}"><h1>${words.welcome}</h1>
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="next" value="${next}">
<div><label for="name">${words.name}</label><input id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required${!name && html` autofocus`}></div>
<div><label for="password">${words.password}</label><input id="password" name="password" type="password" autocomplete="current-password" required${name && html` autofocus`}></div>
<button class="${elsewhere === undefined ? 'main full' : 'full'}">${words.signIn}</button></form>${languageSwitch({ language, here: back }, csrf)}</div>`
