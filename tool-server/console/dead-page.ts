import { isErrorCode, errors, reviewWords, type ReviewWords } from '@portero/shared'
import type { Command, Failed, Rehearsed } from '../actions/rehearse.ts'
import type { Event, Looked, Preview, Problem } from '../actions/review.ts'
import type { Hidden, Shown } from '../domain/mask-shown.ts'
import { badge, formButton, html, notice, type Html, type Part } from '../spine/page.ts'
import { fullTime } from './dates.ts'
import { facts, paths, type Inside } from './frame.ts'
import { deedOf, named, vendorOf, whyOf, type ReviewCame } from './review-page.ts'

// One that has stopped: what it was, why, what is in it with nothing personal shown, how it can be corrected, and what trying it again would do.
export type Typed = readonly { path: string; kind: keyof ReviewWords['kinds']; with: string }[]
export type Tried = { typed: Typed; preview?: Preview | undefined; problems?: readonly Problem[] | undefined }
const mostLines = 300
const fewestRows = 3

export const deadPage = (looked: Looked, tried: Tried, came: ReviewCame | undefined, inside: Inside): Html => {
  const words = reviewWords[inside.language]
  const { row, lines } = looked
  const isDead = row.state === 'dead'
  return html`<div class="head"><h1>${deedOf(row, inside)}</h1><a class="button push" href="${paths.queue}">${words.back}</a></div>
${came && notice(came === 'back' ? 'good' : 'info', words.came[came], undefined)}
<div class="stack">${what(looked, words, inside)}${tried.problems && tried.problems.length > 0 && wrong(tried.problems, words, inside)}${tried.preview && shows(tried.preview, words, inside)}
${isDead && lines && row.uncertainSince === null && fix(looked, tried.typed, words, inside)}${looked.mends.length > 0 && mends(looked, words, inside)}${lines && payload(lines, words)}</div>`
}

const what = ({ row, vendor, account, bytes, lines, again }: Looked, words: ReviewWords, inside: Inside): Html => {
  const { language, words: all, signedIn: { csrf } } = inside
  const isDead = row.state === 'dead'
  const next = !isDead && row.state !== 'running' && row.state !== 'ready' && row.state !== 'new' ? words.next.done : row.kind === 'delivery' || row.kind === 'turn' ? words.next[row.kind] : row.kind === 'command' ? words.next[again ?? 'nobody'] : words.next.recurring
  const size = `${bytes.toLocaleString(language)} bytes`
  return html`<section class="card"><div class="in stack">${row.uncertainSince !== null && notice('warn', words.unsureHead, html`${all.confirmText} ${all.confirmAdvice}`)}${facts([
    [all.vendor, html`${vendorOf(vendor, words)}${account !== undefined && html` <span class="soft">${account}</span>`}`], [all.why, html`${badge(named(words.state, row.state) ?? row.state, isDead ? 'bad' : 'good')}<br>${row.code !== '' && whyOf(row, inside)}${row.error !== '' && html`<br><small>${row.error}</small>`}`],
    [words.arrived, fullTime(row.arrivedAt, language)], [words.stoppedAt, isDead ? fullTime(row.since, language) : undefined], [all.attempts, words.tries(row.attempts)], [all.trace, html`<code>${row.trace}</code>`],
    [words.kept, lines === undefined ? words.keeps.gone : row.kind === 'delivery' ? words.keeps.delivery(size) : words.keeps.job], [words.nextHead, next],
  ])}${isDead && (lines !== undefined || row.kind !== 'delivery') && html`<div class="line">${formButton({ action: paths.dead(row.id), csrf, label: words.preview, fields: { do: 'preview' } })}${formButton({ action: paths.replay(row.id), csrf, label: words.replay, kind: row.uncertainSince === null ? 'main' : 'danger' })}</div>`}</div></section>`
}

const payload = (lines: readonly Shown[], words: ReviewWords): Html => html`<section class="card" id="payload"><h2>${words.payload}</h2><p class="in soft">${words.payloadText}</p>${places(lines.slice(0, mostLines), words)}${lines.length > mostLines && html`<p class="in soft">${words.moreLines(lines.length - mostLines)}</p>`}</section>`
const places = (lines: readonly Shown[], words: ReviewWords): Html => html`<ul class="places">${lines.map(({ path, value }) => html`<li><code>${path === '' ? '/' : path}</code> <span>${shown(value, words)}</span></li>`)}</ul>`
const shown = (value: string | Hidden, words: ReviewWords): Part => (typeof value === 'string' ? value : html`<i>${words.hidden[value.hidden](value.length, value.end ?? '')}</i>`)

const mends = ({ mends }: Looked, words: ReviewWords, { language }: Inside): Html => html`<section class="card"><h2>${words.mends}</h2><ul class="places">${mends.map(({ who, at, paths: changed }) => html`<li><span>${who}, ${fullTime(at, language)}</span> ${changed.map((path) => html`<code>${path}</code> `)}</li>`)}</ul></section>`

const fix = ({ row, lines = [] }: Looked, typed: Typed, words: ReviewWords, { signedIn: { csrf } }: Inside): Html => {
  const rows = [...typed, ...Array.from({ length: Math.max(1, fewestRows - typed.length) }, () => ({ path: '', kind: 'text' as const, with: '' }))].slice(0, mostEdits)
  return html`<section class="card" id="fix"><h2>${words.fix}</h2><form method="post" action="${paths.dead(row.id)}" class="in stack"><p class="soft">${words.fixText}</p><input type="hidden" name="csrf" value="${csrf}"><datalist id="places">${lines.slice(0, mostLines).map(({ path }) => html`<option value="${path}"></option>`)}</datalist>
${rows.map((each, at) => html`<fieldset class="fields change"><legend class="soft">${words.change(at + 1)}</legend><div><label for="path${at}">${words.where}</label><input id="path${at}" name="path${at}" list="places" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="1000" value="${each.path}"></div>
<div><label for="kind${at}">${words.what}</label><select id="kind${at}" name="kind${at}">${kinds.map((kind) => html`<option value="${kind}"${kind === each.kind && html` selected`}>${words.kinds[kind]}</option>`)}</select></div><div><label for="with${at}">${words.with}</label><input id="with${at}" name="with${at}" autocomplete="off" maxlength="4000" value="${each.with}"></div></fieldset>`)}
<div class="line"><button name="do" value="preview">${words.preview}</button><button class="main" name="do" value="save">${words.save}</button></div></form></section>`
}
export const kinds = ['text', 'json', 'from', 'gone'] as const
export const mostEdits = 8

const wrong = (problems: readonly Problem[], words: ReviewWords, inside: Inside): Html => notice('warn', words.wrong, html`${problems.map((each) => html`${problem(each, words, inside)}<br>`)}`)
const problem = (told: Problem, words: ReviewWords, { language }: Inside): Html => {
  if (!('issue' in told)) return html`${isErrorCode(told.code) && errors[told.code].say[language]} <code>${told.message}</code>`
  const { path, issue, expected } = told
  return html`${path !== undefined && html`<code>${path === '' ? '/' : path}</code> `}${words.issue[issue]}${expected !== undefined && html`: ${named(words.expected, expected) ?? expected}`}`
}

const shows = ({ problems, events, more = 0, rehearsed, call }: Preview, words: ReviewWords, inside: Inside): Html => html`<section class="card" id="preview"><h2>${words.shows}</h2><div class="in stack"><p class="soft">${words.showsText}</p>${problems.length > 0 && wrong(problems, words, inside)}
${events?.length === 0 && html`<p>${words.noEvents}</p>`}${events?.map((each, at) => event(each, at, words, inside))}${more > 0 && html`<p class="soft">${words.moreEvents(more)}</p>`}
${rehearsed && rehearsal(rehearsed, words, inside)}${call && html`<h3>${words.calls}</h3><p>${deed(call.name, words)} ${words.to} ${vendorOf(call.vendor, words)} <span class="soft">${call.account}</span></p>${places(call.args, words)}`}</div></section>`

const tones = { new: 'info', done: 'good', waits: 'good', stopped: 'warn', misfit: 'bad' } as const
const event = ({ flow, fate, problems, rehearsed }: Event, at: number, words: ReviewWords, inside: Inside): Html => html`<div class="stack" data-fate="${fate}"><div class="line"><h3>${words.event(at + 1)}</h3>${badge(words.fate[fate], tones[fate])}</div><p>${words.takes}: ${deed(flow, words)}</p>${problems.map((each) => html`<p>${problem(each, words, inside)}</p>`)}${rehearsed && rehearsal(rehearsed, words, inside)}</div>`

const rehearsal = ({ actions, commands, timers, tables, failed }: Rehearsed, words: ReviewWords, inside: Inside): Html => {
  if (!failed && actions.length + commands.length + timers.length + tables.length === 0) return html`<p>${words.nothing}</p>`
  return html`${failed && notice('warn', words.fails, failure(failed, inside))}${facts([
    [words.does, actions.length > 0 ? html`${actions.map((name) => html`<code>${name}</code> `)}` : undefined],
    [words.rows, tables.length > 0 ? html`${tables.map(({ table, added, changed, removed }) => html`${named(words.table, table) ?? html`<code>${table}</code>`}: ${[added > 0 && words.added(added), changed > 0 && words.changed(changed), removed > 0 && words.removed(removed)].filter((each) => each !== false).join(', ')}<br>`)}` : undefined],
    [words.timers, timers.length > 0 ? html`${timers.map(({ flow, at }) => html`${deed(flow, words)} <small>${fullTime(at, inside.language)}</small><br>`)}` : undefined],
  ])}${commands.map((each) => command(each, words, inside))}`
}
const command = ({ name, vendor, args, isKnown, at }: Command, words: ReviewWords, { language }: Inside): Html => html`<div data-command="${name}"><h3>${words.sends}</h3><p>${deed(name, words)} ${words.to} ${vendorOf(vendor, words)} ${isKnown && badge(words.sentBefore, 'good')}${at !== undefined && html` <small>${fullTime(at, language)}</small>`}</p>${places(args, words)}</div>`
const failure = ({ code, message }: Failed, { language }: Inside): Html => html`${isErrorCode(code) && errors[code].say[language]} <code>${message}</code>`
const deed = (name: string, words: ReviewWords): Part => named(words.deed, name) ?? html`<code>${name}</code>`
