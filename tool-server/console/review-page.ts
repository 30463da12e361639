import { errors, isErrorCode, reviewWords, views, type ReviewWords } from '@portero/shared'
import { may } from '../domain/roles.ts'
import { badge, empty, formButton, html, live, notice, table, type Html, type Part } from '../spine/page.ts'
import type { MergeShown } from '../store/merges-view.ts'
import type { Stuck } from '../store/queue.ts'
import type { Replay } from '../store/replays.ts'
import type { Cause, DeadList } from '../store/review.ts'
import type { Place } from '../store/transcripts.ts'
import { nameOf } from './conversations-page.ts'
import { fullTime } from './dates.ts'
import { paths, type Inside, type View } from './frame.ts'
import { workBody, type Queue } from './queue-page.ts'

// What has stopped, by cause and one by one; how far many are that are tried again at once; and what else waits for somebody to decide.
export type Dead = { causes: readonly Cause[]; list: DeadList; cause: string | undefined; before: Place | undefined; replay: Replay | undefined; queue: Queue }
export type Elsewhere = { contacts: number; people: number; merges: readonly MergeShown[] }
export type ReviewCame = keyof ReviewWords['came']

export const reviewPage = (dead: Dead, elsewhere: Elsewhere, came: ReviewCame | undefined, inside: Inside): Html => {
  const words = reviewWords[inside.language]
  const here = `${paths.queue}${queryOf(dead)}`
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p></div>
${came && notice(good.has(came) ? 'good' : 'info', words.came[came], undefined)}
<div class="stack">${others(elsewhere, words)}${live({ url: paths.live(here), away: inside.words.away, body: reviewBody(dead, inside), className: 'stack' })}${merged(elsewhere, words, inside)}</div>`
}
const good: ReadonlySet<string> = new Set<ReviewCame>(['back', 'begun', 'undone', 'stopped'])
const queryOf = ({ cause, before }: Pick<Dead, 'cause' | 'before'>): string => {
  const query = new URLSearchParams({ ...(cause !== undefined && { cause }), ...(before && { before: `${before.at}.${before.id}` }) }).toString()
  return query === '' ? '' : `?${query}`
}

export const reviewBody = (dead: Dead, inside: Inside): Html => {
  const words = reviewWords[inside.language]
  return html`${dead.replay && progress(dead.replay, words, inside)}${dead.causes.length === 0 ? html`<div class="card">${empty(words.noDead, words.noDeadText)}</div>` : html`${causes(dead, words, inside)}${list(dead, words, inside)}`}${workBody(dead.queue, inside)}`
}

export const deedOf = ({ kind, name }: Pick<Stuck, 'kind' | 'name'>, { words, language }: View): Html => {
  const { deed } = reviewWords[language]
  const said = name === null ? words.kind[kind] : (named(deed, name) ?? name)
  return html`<b>${said}</b>${name !== null && html`<br><span class="soft">${words.kind[kind]}${said !== name && html` · <code>${name}</code>`}</span>`}`
}
export const named = (names: Readonly<Record<string, string>>, name: string): string | undefined => (Object.hasOwn(names, name) ? names[name] : undefined)
// Of what came it isn't told as whoever asked for something would be told.
export const whyOf = ({ kind, code }: Pick<Stuck, 'kind' | 'code'>, { language }: View): Html => html`${isErrorCode(code) && html`${kind === 'delivery' && unread.has(code) ? reviewWords[language].unread : errors[code].say[language]}<br>`}<code>${code}</code>`
const unread: ReadonlySet<string> = new Set(['invalid_input', 'bad_response', 'not_found'])
export const vendorOf = (vendor: string | null | undefined, words: ReviewWords): string => (vendor === null || vendor === undefined ? words.system : views.vendorName(vendor))

const causes = ({ causes }: Dead, words: ReviewWords, inside: Inside): Html => {
  const { signedIn: { csrf }, language } = inside
  const rows = causes.map((each) => ({
    id: each.cause,
    cells: [
      deedOf(each, inside), vendorOf(each.vendor, words), whyOf(each, inside), html`<b class="number">${each.count.toLocaleString(language)}</b>${each.uncertain > 0 && html`<div>${badge(words.unsure(each.uncertain), 'warn')}</div>`}${each.gone > 0 && html`<div class="soft">${words.lost(each.gone)}</div>`}`, fullTime(each.since, language),
      html`<div class="line"><a class="button" href="${paths.queue}${queryOf({ cause: each.cause, before: undefined })}">${words.see}</a>${formButton({ action: paths.replayAll, csrf, label: words.tryCause, fields: { cause: each.cause } })}</div>`,
    ],
  }))
  return html`<section class="card"><div class="line split"><h2>${words.causes}</h2>${formButton({ action: paths.replayAll, csrf, label: words.tryAll })}</div><p class="in soft">${words.tryText}</p>
${table([inside.words.what, inside.words.vendor, words.cause, words.how, words.last, inside.words.action], rows)}</section>`
}

const list = ({ list: { rows, total, next }, cause, before }: Dead, words: ReviewWords, inside: Inside): Html => {
  const { words: all, language } = inside
  return html`<section class="card" id="one-by-one"><div class="line split"><h2>${cause === undefined ? words.everything(total) : words.ofCause(total)}</h2>${cause !== undefined && html`<a class="button" href="${paths.queue}">${words.all}</a>`}</div>
${table([all.what, all.vendor, all.why, all.when, all.attempts, all.action], rows.map((each) => ({ id: each.id, cells: [
    deedOf(each, inside), vendorOf(each.vendor, words), html`${each.uncertain && html`<div>${badge(all.uncertain, 'warn')}</div>`}${whyOf(each, inside)}<br><small>${each.error}</small>`,
    html`${fullTime(each.since, language)}<br><code title="${all.trace}">${each.trace.slice(0, 8)}</code>`, html`<span class="number">${each.attempts.toLocaleString(language)}</span>`, html`<a class="button" href="${paths.dead(each.id)}">${words.one}</a>`,
  ] })))}
${(next ?? before) && html`<div class="in line">${before && html`<a class="button" href="${paths.queue}${queryOf({ cause, before: undefined })}">${words.newest}</a>`}${next && html`<a class="button" href="${paths.queue}${queryOf({ cause, before: next })}">${words.older}</a>`}</div>`}</section>`
}

const progress = ({ state, total, done, stopped, underWay, begunAt, who }: Replay, words: ReviewWords, { language, signedIn: { csrf } }: Inside): Html => html`<section class="card" id="replay"><div class="line split"><h2>${words.run[state]}</h2>${state === 'going' && formButton({ action: paths.stopReplay, csrf, label: words.stop })}</div>
<div class="in stack"><p><b class="number">${words.going(done, total)}</b></p><progress aria-label="${words.run[state]}" max="${Math.max(1, total)}" value="${done}"></progress>
<p class="soft">${words.runBy(who, '')}${fullTime(begunAt, language)}${underWay > 0 && html` · ${words.way(underWay)}`}${stopped > 0 && html` · ${words.again(stopped)}`}</p></div></section>`

const others = ({ contacts, people }: Elsewhere, words: ReviewWords): Html => html`<section class="card" id="others"><h2>${words.other}</h2><ul class="rows">${[[words.contacts, contacts, paths.hubspot], [words.people, people, paths.people]].map(([label, count, href]) =>
  html`<li><a class="row plain" href="${href}"><span>${label}</span><b class="number">${count}</b></a></li>`)}</ul></section>`
const merged = ({ merges }: Elsewhere, words: ReviewWords, inside: Inside): Html => html`<section class="card" id="merges"><div class="line split"><h2>${words.merges}</h2><a class="button" href="${paths.people}">${words.allMerges}</a></div>${merges.length === 0 ? html`<p class="in soft">${words.noMerges}</p>` : html`<ul class="rows">${merges.map((merge) => one(merge, words, inside))}</ul>`}</section>`

const one = ({ id, at, isUndoable, sides }: MergeShown, words: ReviewWords, inside: Inside): Html => {
  const { language, signedIn: { csrf, operator } } = inside
  const [kept, merged] = sides.map(({ name, names }): Part => {
    const phone = names.find(({ kind }) => kind === 'phone')?.value
    return html`<b>${nameOf({ name, phone }, inside)}</b>${typeof phone === 'object' && html` <span class="soft">${inside.words.ending(phone.known.slice(-4))}</span>`}`
  })
  return html`<li data-id="${id}"><div class="line split"><span>${kept} ${words.and} ${merged}<br><small>${fullTime(at, language)}</small></span>${may(operator.role, 'people:write') && (isUndoable ? formButton({ action: paths.merge(id), csrf, label: words.undo, fields: { do: 'undo', key: String(at), back: 'review' } }) : html`<span class="soft">${words.laterFirst}</span>`)}</div></li>`
}
