import { Router, type Request, type Response } from 'express'
import { DateTime } from 'luxon'
import { privacyWords, pageFrame, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { answer } from '../spine/doors.ts'
import type { Db } from '../spine/db.ts'
import { html, layout, notice, pagePolicy, type Html, type Part } from '../spine/page.ts'
import { noticeVersion, noticeVersions, type NoticeVersion } from '../store/notices.ts'

// GET /aviso: the whole privacy notice that holds, with its version and since when. GET /aviso/VERSION: as it once was.
export const privacyNotice = ({ db, tenant }: { db: Db; tenant: string }): Router =>
  Router()
    .get('/aviso', async (request, response) => {
      const language = languageOf(request)
      const [current, ...formers] = await noticeVersions(db.bare, tenant, language)
      if (!current) return missing(response, language)
      show(response, current, formers.length > 0 ? html`<h2>${pageFrame[language].formers}</h2><ul>${formers.map(({ version, validFrom }) => html`<li><a href="/aviso/${version}">${pageFrame[language].version(version, since(validFrom, language))}</a></li>`)}</ul>` : undefined)
    })
    .get('/aviso/:version', async (request, response) => {
      const { version } = request.params
      const found = /^[\w-]{1,64}$/.test(version) ? await noticeVersion(db.bare, tenant, version) : undefined
      if (!found) return missing(response, languageOf(request))
      const words = pageFrame[found.language]
      const [current] = await noticeVersions(db.bare, tenant, found.language)
      const isCurrent = current?.version === found.version
      show(response, found, isCurrent ? undefined : html`<p><a href="/aviso">${words.current}</a></p>`, !isCurrent && notice('warn', words.former(since(found.validFrom, found.language)), undefined))
    })

const show = (response: Response, { version, language, text, integral, hash, validFrom }: NoticeVersion, after: Html | undefined, before?: Part): void => {
  const words = pageFrame[language]
  response.set({ 'content-security-policy': pagePolicy, 'cache-control': 'no-cache' })
  const body = html`<div class="narrow">${before}<article class="card"><div class="in prose"><h1>${words.noticeTitle}</h1>${blocks(integral ?? text)}
<footer class="prose"><p><a href="/privacidad">${privacyWords[language].page.fromNotice}</a></p><p><small>${words.version(version, since(validFrom, language))}</small></p><p><small>${words.proof(hash)}</small></p></footer></div></article>${after !== undefined && html`<div class="in prose">${after}</div>`}</div>`
  answer(response, 200, layout({ title: words.noticeTitle, language, body }), 'text/html; charset=utf-8')
}
const missing = (response: Response, language: Language): void => answer(response, 404, pageFrame[language].noNotice, 'text/plain; charset=utf-8')
const languageOf = (request: Request): Language => (/^\s*en\b/i.test(request.get('accept-language') ?? '') ? 'en' : 'es-MX')
const since = (validFrom: Millis, language: Language): string => DateTime.fromMillis(validFrom, { zone: 'utc' }).setLocale(language).toLocaleString(DateTime.DATE_FULL)

// Headings, lists and paragraphs, as its lines say.
const blocks = (text: string): Html[] => {
  const made: Html[] = []
  let list: string[] = []
  const close = (): void => {
    if (list.length > 0) made.push(html`<ul>${list.map((entry) => html`<li>${entry}</li>`)}</ul>`)
    list = []
  }
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line.startsWith('- ')) {
      list.push(line.slice(2))
      continue
    }
    close()
    if (line.startsWith('# ')) made.push(html`<h2>${line.slice(2)}</h2>`)
    else if (line !== '') made.push(html`<p>${line}</p>`)
  }
  close()
  return made
}
