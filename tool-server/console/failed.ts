import type { ErrorRequestHandler } from 'express'
import { AppError, errors, type ErrorCode } from '@portero/shared'
import type { Clock } from '../spine/clock.ts'
import { faultFields, isDatabaseAway } from '../spine/fault.ts'
import type { Log } from '../spine/log.ts'
import { html, notice, type Html } from '../spine/page.ts'
import { currentTrace } from '../spine/trace.ts'
import { paths, sendPage, viewOf, type View } from './frame.ts'

// Whatever goes wrong, as a page: what happened, what was kept, what to do next, and the trace that finds it.
export const consoleFault = ({ clock, log }: { clock: Clock; log: Log }): ErrorRequestHandler => (thrown: unknown, request, response, next) => {
  if (response.headersSent) return next(thrown)
  const code = codeOf(thrown)
  const { status } = errors[code]
  if (status >= 500) log.error('console.failed', { door: request.route ? String(request.route.path) : undefined, ...faultFields(thrown), code })
  if (status === 503) response.set('retry-after', '5')
  if (thrown instanceof AppError && thrown.retryAfterMs !== undefined) response.set('retry-after', String(Math.ceil(thrown.retryAfterMs / 1_000)))
  const view = viewOf(request, clock)
  sendPage(response, status, view, { title: errors[code].say[view.language], body: failedPage(code, view) })
}

const codeOf = (thrown: unknown): ErrorCode => {
  if (thrown instanceof AppError) return thrown.code
  if (isDatabaseAway(thrown)) return 'unavailable'
  return typeof thrown === 'object' && thrown !== null && 'status' in thrown && typeof thrown.status === 'number' && thrown.status < 500 ? 'invalid_input' : 'bug'
}

const failedPage = (code: ErrorCode, { words, language }: View): Html => {
  const next = code === 'invalid_input' || code === 'unauthorized' || code === 'refused' || code === 'not_found' ? words.next[code] : words.next.later
  return html`<div class="alone">${notice('bad', errors[code].say[language], words.kept)}<div class="card stack"><p>${next}</p><a class="button" href="${paths.home}">${words.goBack}</a><p class="soft">${words.trace}: <code>${currentTrace()}</code></p></div></div>`
}
