import { Router } from 'express'
import { DateTime } from 'luxon'
import { pageFrame } from '@portero/shared'
import { answer } from '../spine/doors.ts'
import type { Db } from '../spine/db.ts'
import { html, layout, pagePolicy } from '../spine/page.ts'
import { currentNotice } from '../store/notices.ts'

// GET /aviso: the privacy notice that holds, as prospects are shown it, with its version.
export const privacyNotice = ({ db, tenant }: { db: Db; tenant: string }): Router =>
  Router().get('/aviso', async (request, response) => {
    const language = /^\s*en\b/i.test(request.get('accept-language') ?? '') ? 'en' : 'es-MX'
    const words = pageFrame[language]
    const notice = await currentNotice(db.bare, tenant, language)
    response.set({ 'content-security-policy': pagePolicy, 'cache-control': 'no-cache' })
    if (!notice) return answer(response, 404, words.noNotice, 'text/plain; charset=utf-8')
    const since = DateTime.fromMillis(notice.validFrom, { zone: 'utc' }).setLocale(language).toLocaleString(DateTime.DATE_FULL)
    answer(response, 200, layout({ title: words.noticeTitle, language, body: html`<article class="panel"><h1>${words.noticeTitle}</h1><p>${notice.text}</p><h2>${words.rightsTitle}</h2><p>${words.rights}</p><p><small>${words.version(notice.version, since)}</small></p></article>` }), 'text/html; charset=utf-8')
  })
