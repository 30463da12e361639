import { errors, isErrorCode } from '@portero/shared'
import type { Lane } from '../define.ts'
import type { Html, Part } from '../spine/page.ts'
import { formButton, html, notice, table } from '../spine/page.ts'
import type { Depth, Stuck, Waiting } from '../store/queue.ts'
import { fullTime } from './dates.ts'
import { facts, paths, type Inside, type View } from './frame.ts'

// Durable work: how much there is, and what waits. What has stopped until somebody decides is in review-page.ts.
export type Queue = { jobs: readonly Depth[]; unread: number; dead: number; unsealed: number; waiting: readonly Waiting[] }
const lanes: readonly Lane[] = ['live', 'sync', 'bulk']
const states = ['ready', 'running', 'scheduled', 'dead'] as const

export const workBody = (queue: Queue, view: Inside): Html => {
  const { words } = view
  return html`${tiles(queue, view)}${retrying(queue.waiting, view)}
<section class="card"><h2>${words.lanes}</h2>${table([words.laneHead, ...states.map((state) => words.job[state])], lanes.map((lane) => ({ id: `lane-${lane}`, cells: [html`<b>${words.lane[lane]}</b>`, ...states.map((state) => number(sum(queue.jobs, { lane, state }), view))] })))}</section>`
}

const number = (count: number, { language }: View): Html => html`<span class="number">${count.toLocaleString(language)}</span>`
const sum = (jobs: readonly Depth[], { lane, state }: { lane?: Lane; state: Depth['state'] }): number => jobs.filter((each) => each.state === state && (lane === undefined || each.lane === lane)).reduce((total, { count }) => total + count, 0)

const tiles = ({ jobs, unread, dead, unsealed }: Queue, view: View): Html => {
  const { words } = view
  const tile = (name: string, label: string, count: number, tone: Part = ''): Html => html`<div class="card tile ${tone}" data-id="tile-${name}"><b>${count.toLocaleString(view.language)}</b><span class="soft">${label}</span></div>`
  return html`<div class="tiles">${tile('dead', words.job.dead, dead, dead > 0 && 'bad')}${tile('ready', words.job.ready, sum(jobs, { state: 'ready' }))}${tile('running', words.job.running, sum(jobs, { state: 'running' }))}
${tile('scheduled', words.job.scheduled, sum(jobs, { state: 'scheduled' }))}${tile('unread', words.unread, unread)}${tile('unsealed', words.unsealed, unsealed)}</div>`
}

const what = ({ kind, name }: { kind: Stuck['kind']; name: string | null }, { words }: View): Html => html`<b>${name ?? words.kind[kind]}</b>${name !== null && html`<br><span class="soft">${words.kind[kind]}</span>`}`
const why = (code: string, { language }: View): Html => html`${isErrorCode(code) && html`${errors[code].say[language]}<br>`}<code>${code}</code>`

const retrying = (waiting: readonly Waiting[], view: View): Html => {
  const { words, language } = view
  if (waiting.length === 0) return html`<section class="card"><h2>${words.waiting}</h2><div class="in"><p class="soft">${words.noWaiting}. ${words.noWaitingText}</p></div></section>`
  return html`<section class="card"><h2>${words.waiting}</h2>${table([words.what, words.vendor, words.why, words.nextTry, words.attempts], waiting.map((each) => ({
    id: each.id, cells: [what(each, view), each.vendor ?? '—', why(each.code, view), fullTime(each.nextAt, language), number(each.attempts, view)],
  })))}</section>`
}

// What nobody knows the outcome of is never repeated by one click.
export const confirmPage = (row: Stuck, view: Inside): Html => {
  const { words, language, signedIn: { csrf } } = view
  return html`<div class="narrow stack"><div class="head"><h1>${words.confirmTitle}</h1></div>${notice('warn', words.confirmText, words.confirmAdvice)}
<section class="card"><div class="in stack">${facts([[words.what, what(row, view)], [words.vendor, row.vendor ?? '—'], [words.why, why(row.code, view)], [words.when, fullTime(row.since, language)], [words.attempts, row.attempts], [words.trace, html`<code>${row.trace}</code>`]])}
<div class="line">${formButton({ action: paths.replay(row.id), csrf, label: words.lookFirst, kind: 'main', fields: { sure: 'no' } })}${formButton({ action: paths.replay(row.id), csrf, label: words.sure, kind: 'danger', fields: { sure: 'yes' } })}<a class="button" href="${paths.queue}">${words.cancel}</a></div>
<p class="soft">${words.lookFirstText}</p></div></section></div>`
}
