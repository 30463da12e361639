import { Router, urlencoded, type ErrorRequestHandler, type Request, type Response } from 'express'
import { z } from 'zod'
import { AppError, errors, languages, privacyWords, type Language } from '@portero/shared'
import { spokenDay } from '../actions/privacy-letters.ts'
import { contactTyped, openPrivacy } from '../actions/privacy-desk.ts'
import { arcoKinds, dueDay, folioOf } from '../domain/privacy.ts'
import type { Acting } from '../spine/act.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { answer } from '../spine/doors.ts'
import { faultFields, isDatabaseAway } from '../spine/fault.ts'
import { homeOf } from '../spine/knocks.ts'
import type { Log } from '../spine/log.ts'
import { html, layout, notice, pagePolicy, type Html } from '../spine/page.ts'
import type { Vault } from '../spine/vault.ts'
import { spend } from '../store/page-budgets.ts'

// GET, POST /privacidad: anybody asks about their data, without signing in and without a script. What comes back is the same for whoever we know and whoever we don't.
// isOneAddress: a proxy stands in front that isn't believed, so that all visitors have its address. contact: who is written to about data.
type Needs = { db: Db; clock: Clock; vault: Vault; tenant: string; acting: Acting; log: Log; isOneAddress: boolean; contact: string | undefined }
const path = '/privacidad'
const most = { look: 120, ask: 5 } // in a minute: an address may be a whole office, but nobody has five requests a minute
const mostOfAll = 60 // requests in a minute, from wherever: so that nobody buries the desk
const mostInADay = 20 // requests that fit, from one address; not where everybody has the same, or one visitor would close the form to all of them until tomorrow
const dayMs = 86_400_000

const form = z.looseObject({ kind: z.enum(arcoKinds), name: z.string().trim().min(1).max(120), contact: z.string().max(254).refine((text) => contactTyped(text) !== undefined), details: z.string().trim().min(1).max(2_000) })

export const privacyRequests = ({ db, clock, vault, tenant, acting, log, isOneAddress, contact: officer }: Needs): Router => {
  const door = Router()
  const budget = async (askers: readonly { who: string; most: number }[], windowMs?: number): Promise<number> =>
    spend(db.bare, { tenant, now: clock.now(), ...(windowMs !== undefined && { windowMs }), askers: await Promise.all(askers.map(async (each) => ({ asker: await vault.blindIndex(db.bare, tenant, 'page-asker', each.who), most: each.most }))) })

  door.use(path, async (request, response, next) => {
    const from = homeOf(request.ip ?? '')
    const asks = request.method === 'POST' ? [{ who: `privacy ${from}`, most: most.ask }, { who: 'privacy', most: mostOfAll }] : [{ who: `privacy-look ${from}`, most: most.look }]
    const waitMs = await budget(asks)
    if (waitMs > 0) return tooMany(request, response, waitMs, ({ slow }) => slow)
    next()
  }, urlencoded({ extended: false, limit: '16kb' }))

  door.get(path, (request, response) => {
    const view = viewOf(request)
    show(response, 200, view, formPage(view, {}))
  })
  door.post(path, async (request, response) => {
    const view = viewOf(request)
    const typed = z.record(z.string(), z.string()).safeParse(request.body).data ?? {}
    // No cookie gives any right here, so this only keeps other pages from asking in a visitor's name.
    const site = request.get('sec-fetch-site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return show(response, 403, view, formPage(view, typed, view.words.elsewhere))
    const asked = form.safeParse(request.body)
    if (!asked.success) return show(response, 400, view, formPage(view, typed, view.words.unfit))
    const waitMs = isOneAddress ? 0 : await budget([{ who: `privacy-day ${homeOf(request.ip ?? '')}`, most: mostInADay }], dayMs)
    if (waitMs > 0) return tooMany(request, response, waitMs, ({ slowDay }) => slowDay(officer))
    const { kind, name, contact, details } = asked.data
    const { case: id, dueAt } = await acting.as({ tenant, by: 'prospect' }, 'all')(openPrivacy, { kind, name, contact, details, language: view.language })
    show(response, 200, view, donePage(view, { folio: folioOf(id), day: spokenDay(dueDay(dueAt), view.language) }))
  })
  door.use(path, failed(log))
  return door
}

type View = { language: Language; words: (typeof privacyWords)[Language]['page'] }
const viewOf = (request: Request): View => {
  const asked = z.enum(languages).safeParse(request.query['lang']).data
  const language = asked ?? (/^\s*en\b/i.test(request.get('accept-language') ?? '') ? 'en' : 'es-MX')
  return { language, words: privacyWords[language].page }
}
const show = (response: Response, status: number, { words, language }: View, body: Html): void => {
  response.set({ 'content-security-policy': pagePolicy, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' })
  answer(response, status, layout({ title: words.title, language, body: html`<div class="narrow stack">${body}</div>` }), 'text/html; charset=utf-8')
}

const tooMany = (request: Request, response: Response, waitMs: number, why: (words: View['words']) => string): void => {
  response.set('retry-after', String(Math.ceil(waitMs / 1000)))
  const view = viewOf(request)
  show(response, 429, view, notice('warn', why(view.words), undefined))
}
const formPage = ({ words, language }: View, typed: Readonly<Record<string, string>>, said?: string): Html => html`${said !== undefined && notice('bad', said, undefined)}<form class="card" method="post" action="${path}?lang=${language}"><div class="in stack">
<div class="line split"><h1>${words.title}</h1><a href="${path}?lang=${language === 'en' ? 'es-MX' : 'en'}" hreflang="${language === 'en' ? 'es' : 'en'}">${words.other}</a></div><p>${words.lead}</p>
<div><label for="kind">${words.which}</label><select id="kind" name="kind">${arcoKinds.map((kind) => html`<option value="${kind}"${typed['kind'] === kind && html` selected`}>${words.kinds[kind]}</option>`)}</select></div>
<div><label for="name">${words.name}</label><input id="name" name="name" value="${typed['name']}" maxlength="120" autocomplete="name" required></div>
<div><label for="contact">${words.contact}</label><input id="contact" name="contact" value="${typed['contact']}" maxlength="254" aria-describedby="contact-hint" required><p class="soft" id="contact-hint">${words.contactHint}</p></div>
<div><label for="details">${words.details}</label><textarea id="details" name="details" rows="4" maxlength="2000" aria-describedby="details-hint" required>${typed['details']}</textarea><p class="soft" id="details-hint">${words.detailsHint}</p></div>
<button class="main full">${words.send}</button><p><a href="/aviso">${words.notice}</a></p></div></form>`

const donePage = ({ words }: View, { folio, day }: { folio: string; day: string }): Html => html`<section class="card"><div class="in stack"><h1>${words.done}</h1><dl class="facts"><dt>${words.folio}</dt><dd><b>${folio}</b></dd><dt>${words.due}</dt><dd>${day}</dd></dl><p>${words.keep}</p><p><a href="/aviso">${words.notice}</a></p></div></section>`

const failed = (log: Log): ErrorRequestHandler => (thrown: unknown, request, response, next) => {
  if (response.headersSent) return next(thrown)
  const status = thrown instanceof AppError ? errors[thrown.code].status : isDatabaseAway(thrown) ? 503 : typeof thrown === 'object' && thrown !== null && 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : 500
  if (status >= 500) log.error('privacy-page.failed', faultFields(thrown))
  const view = viewOf(request)
  show(response, status, view, notice('bad', status < 500 ? view.words.unfit : view.words.failed, undefined))
}
