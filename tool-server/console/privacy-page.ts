import { errors, isErrorCode, privacyDeskWords, privacyWords, views, type Language, type PrivacyDeskWords } from '@portero/shared'
import type { PrivacyCame } from '../actions/privacy-desk.ts'
import { dueOf, grounds, moveCase, waitsFor, type CaseState } from '../domain/privacy-case.ts'
import { opposable } from '../domain/consent.ts'
import { arcoKinds, businessDaysLeft, dueDay, folioOf } from '../domain/privacy.ts'
import { badge, empty, html, notice, table, type Html, type Part, type Tone } from '../spine/page.ts'
import type { ThereState } from '../store/erased-there.ts'
import type { CaseOpened, CaseShown, Listed } from '../store/privacy-desk-view.ts'
import type { Shown } from '../store/transcripts.ts'
import { dateOf, fullTime } from './dates.ts'
import { facts, paths, type Inside } from './frame.ts'
import { stateTiles, type State } from './privacy-state-page.ts'

// Requests on people's data, for whoever answers for privacy: all of them by what is due first, and one with its steps and what may be done next.
export type Lists = { open: Listed; closed: Listed; late: number; isFurther: boolean; state: State }
export const privacyPage = ({ open, closed, late, isFurther, state }: Lists, came: PrivacyCame | undefined, inside: Inside): Html => {
  const words = privacyDeskWords[inside.language]
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p><a class="button push" href="${paths.registers}">${words.registers}</a></div>
${said(came, words)}${late > 0 && notice('bad', words.overdue(late), words.overdueText)}
<div class="stack">${stateTiles(state, inside)}<section class="card" id="open"><h2>${words.open} ${open.all > 0 && badge(`${open.all}`, 'warn')}</h2>${open.cases.length === 0 ? empty(words.none, words.noneText) : list(open.cases, inside)}${pager('open', open, isFurther, words)}</section>
${newCase(words, inside)}
${closed.cases.length > 0 && html`<section class="card"><h2>${words.closed}</h2>${list(closed.cases, inside)}${pager('closed', closed, isFurther, words)}</section>`}</div>`
}
const pager = (which: 'open' | 'closed', { next: further }: Listed, isFurther: boolean, words: PrivacyDeskWords): Part =>
  (isFurther || further) && html`<p class="in line">${isFurther && html`<a class="button" href="${paths.privacy}">${words.first}</a>`}${further && html`<a class="button" href="${paths.privacy}?${which}=${further.at}.${further.id}">${words.later}</a>`}</p>`

const tones: Record<CaseState, Tone> = { received: 'warn', asked: 'info', identified: 'warn', accepted: 'info', refused: 'quiet', done: 'good', lapsed: 'quiet', withdrawn: 'quiet' }
const list = (cases: readonly CaseShown[], inside: Inside): Html => {
  const words = privacyDeskWords[inside.language]
  return table([words.folio, words.who, words.right, words.state, words.due], cases.map((each) => ({
    id: each.id,
    cells: [html`<a href="${paths.privacyCase(each.id)}">${folioOf(each.id)}</a>`, nameOf(each, words), words.kind[each.kind], html`${badge(words.states[each.clock.state], tones[each.clock.state])}${each.left > 0 && html` ${badge(words.there.some, 'bad')}`}`, each.closedAt === undefined ? dueLine(each, inside) : dateOf(each.closedAt, inside.language)],
  })))
}
const nameOf = ({ name, person }: { name: Shown; person: string | undefined }, words: PrivacyDeskWords): string => (typeof name === 'object' ? name.known : name === 'erased' ? words.erased : person === undefined ? words.nobody : words.noName)
const dueLine = ({ clock, kind, dueAt, eraseAt, asked, isHeld }: CaseShown, { language, now }: Inside): Part => {
  const words = privacyDeskWords[language]
  if (asked > 0 || isHeld) return html`${badge(asked > 0 ? words.there.waiting : words.there.held, 'warn')}${dueAt < now && html` ${badge(words.late, 'bad')}`}`
  if (clock.state === 'accepted' && kind === 'cancel' && eraseAt !== undefined) return html`${words.eraseAt} ${dateOf(eraseAt, language)}`
  const term = waitsFor(clock).at(-1)
  const left = dueAt < now ? badge(words.late, 'bad') : badge(words.left(businessDaysLeft(now, dueAt)), businessDaysLeft(now, dueAt) <= 2 ? 'warn' : 'quiet')
  return html`${term && words.term[term]} · ${dateOf(dueAt, language)} ${left}`
}
const said = (came: PrivacyCame | undefined, words: PrivacyDeskWords): Part => came && notice(came === 'ok' ? 'good' : 'warn', words.result[came], undefined)

export const casePage = (found: CaseOpened, came: PrivacyCame | undefined, inside: Inside): Html => {
  const words = privacyDeskWords[inside.language]
  const { language } = inside
  const { id, clock, kind, details, asker, match, by, steps, eraseAt, certificate, reach, there, asked, isHeld } = found
  return html`<div class="head"><h1>${folioOf(id)} · ${words.kind[kind]}</h1>${badge(words.states[clock.state], tones[clock.state])}<a class="button push" href="${paths.privacy}">${words.title}</a></div>
${said(came, words)}<div class="stack"><section class="card"><div class="in">${facts([
    [words.who, html`${nameOf(found, words)}${found.person !== undefined && typeof reach.phone === 'object' && ` · ${words.ending(reach.phone.known.slice(-4))}`}`], [words.openedAt, fullTime(clock.openedAt, language)], [words.came, words.channel[found.channel]],
    [words.asker, asker && `${asker.name} · ${asker.contact}`], [words.matches, found.person !== undefined || !asker ? undefined : match ? `${nameOf(match, words)}${match.ending === undefined ? '' : ` · ${words.ending(match.ending)}`}` : words.noMatch],
    [words.identified, clock.identifiedAt === undefined ? undefined : html`${by && words.by[by]} · ${fullTime(clock.identifiedAt, language)}`],
    ...(clock.state === 'accepted' && kind === 'cancel' && asked === 0 && !isHeld ? [] : waitsFor(clock).map((term): [string, Part] => [words.term[term], html`${dateOf(dueOf(clock, term), language)} ${dueOf(clock, term) < inside.now && badge(words.late, 'bad')}`])),
    [words.eraseAt, eraseAt === undefined ? undefined : dateOf(eraseAt, language)],
    [words.said, details === 'erased' ? words.erased : details.map((each) => html`<p>${each}</p>`)],
  ])}</div></section>
${certificate !== undefined && html`<section class="card"><h2>${words.certificate}</h2><div class="in stack"><p class="soft">${words.certificateText}</p><div class="line"><a class="button" href="${paths.certificate(id, 'html')}">${words.certificateSee}</a><a class="button" href="${paths.certificate(id, 'json')}">${words.certificateJson}</a></div></div></section>`}
${there.length > 0 && elsewhere(found, inside)}
${next(found, inside)}
<section class="card"><h2>${words.steps}</h2>${steps.length === 0 ? html`<p class="in soft">${words.noSteps}</p>` : html`<ul class="rows">${steps.map((step) => html`<li class="in"><b>${nameIn(words.step, step.what)}</b> <span class="soft">${fullTime(step.at, language)} · ${nameIn(words.actor, step.actor)}${step.how && html` · ${words.how[step.how]}`}</span>${step.text === undefined ? '' : html`<p>${typeof step.text === 'object' ? step.text.known : words.erased}</p>`}</li>`)}</ul>`}</section></div>`
}
const nameIn = (names: Readonly<Record<string, string>>, what: string): string => names[what] ?? what

// What has become of an erasure at the vendors.
const thereTones: Record<ThereState, Tone> = { asked: 'warn', done: 'good', left: 'bad' }
const elsewhere = ({ there: all, asked, left }: CaseOpened, { language }: Inside): Html => {
  const { there: words } = privacyDeskWords[language]
  return html`<section class="card"><h2>${words.title}</h2>${asked > 0 && notice('warn', words.waits(asked), words.waitsText)}${asked === 0 && left > 0 && notice('bad', words.left(left), words.leftText)}
<ul class="rows">${all.map(({ vendor, what, state, code, count }) => html`<li class="in"><b>${views.vendorName(vendor)}</b> · ${thereName(what, language)} · ${count} ${badge(words.state[state], thereTones[state])}${code !== undefined && html` <span class="soft">${thereWhy(code, language)}</span>`}</li>`)}</ul></section>`
}
export const thereName = (what: string, language: Language): string => nameIn(privacyDeskWords[language].there.what, what)
export const thereWhy = (code: string, language: Language): string => nameIn({ ...(isErrorCode(code) && { [code]: errors[code].say[language] }), ...privacyDeskWords[language].there.why }, code)

type Fields = { wish: string; label: string; fields?: Part; kind?: 'main' | 'danger' | 'plain'; isFirst?: boolean }
// The step that is most likely next stands open; the others open when they are wanted.
const form = ({ id }: CaseOpened, { signedIn: { csrf } }: Inside, { wish, label, fields, kind = 'plain', isFirst = false }: Fields): Html => html`<details class="in"${isFirst && html` open`}><summary><b>${label}</b></summary>
<form class="stack" method="post" action="${paths.privacyCase(id)}"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="do" value="${wish}">${fields}<button class="${kind}">${label}</button></form></details>`
const field = (name: string, label: string, input: Part): Html => html`<div><label for="${name}">${label}</label>${input}</div>`
const text = (name: string, label: string, { isWanted = true, value = '', type = 'text' } = {}): Html => field(name, label, html`<input id="${name}" name="${name}" type="${type}" value="${value}"${isWanted && html` required`} maxlength="300">`)
const area = (name: string, label: string, isWanted = true): Html => field(name, label, html`<textarea id="${name}" name="${name}" rows="3" maxlength="2000"${isWanted && html` required`}></textarea>`)
const choice = (name: string, label: string, options: readonly (readonly [value: string, label: string])[]): Html => field(name, label, html`<select id="${name}" name="${name}">${options.map(([value, shown]) => html`<option value="${value}">${shown}</option>`)}</select>`)

const next = (found: CaseOpened, inside: Inside): Part => {
  const { clock, kind } = found
  const { now, language } = inside
  const words = privacyDeskWords[language].form
  const may = (move: Parameters<typeof moveCase>[1]): boolean => typeof moveCase(clock, move, now) === 'object'
  const one = (fields: Fields): Html => form(found, inside, fields)
  const forms = [
    may('identify') && hasWay(found) && one({ wish: 'code', label: words.sendCode, kind: 'main', isFirst: true }),
    may('identify') && hasWay(found) && one({ wish: 'check', label: words.checkCode, fields: html`<div><label for="code">${words.code}</label><input id="code" name="code" inputmode="numeric" autocomplete="off" maxlength="12" required></div>` }),
    may('identify') && one({ wish: 'hand', label: words.byHand, fields: html`${area('proof', words.byHandNote)}${found.person === undefined && text('phone', words.byHandPhone, { isWanted: false, type: 'tel' })}` }),
    may('complete') && one({ wish: 'complete', label: words.complete, kind: 'main', isFirst: true, fields: area('note', words.note, false) }),
    may('accept') && one({ wish: 'accept', label: words.accept, kind: 'main', isFirst: true, fields: granted(found, inside) }),
    may('do') && kind === 'access' && html`<p class="in"><a class="button" href="${paths.archive(found.id)}">${words.archive}</a></p>`,
    may('do') && kind === 'access' && one({ wish: 'do', label: words.do, kind: 'main', isFirst: true }),
    may('ask') && one({ wish: 'ask', label: words.ask, fields: area('missing', words.missing) }),
    may('extend') && !(clock.state === 'accepted' && kind === 'cancel') && one({ wish: 'extend', label: words.extend, fields: area('why', words.why) }),
    may('refuse') && one({ wish: 'refuse', label: words.refuse, kind: 'danger', fields: html`${choice('ground', words.ground, grounds.map((ground) => [ground, privacyWords[language].grounds[ground]]))}${area('more', words.more, false)}` }),
    may('withdraw') && one({ wish: 'withdraw', label: words.withdraw }),
  ].filter((each) => each !== false)
  return forms.length > 0 && html`<section class="card"><h2>${privacyDeskWords[language].next}</h2>${forms}</section>`
}
const hasWay = ({ person, match }: CaseOpened): boolean => (person ?? match) !== undefined

const known = (shown: Shown): string => (typeof shown === 'object' ? shown.known : '')
const granted = ({ kind, clock, reach, name }: CaseOpened, { language, now }: Inside): Part => {
  const words = privacyDeskWords[language]
  switch (kind) {
    case 'access':
      return undefined
    case 'cancel':
      return text('eraseOn', words.form.eraseAt, { type: 'date', value: dueDay(dueOf({ ...clock, state: 'accepted', answeredAt: now }, 'effect')) })
    case 'rectify':
      return html`<p class="soft">${words.form.fields}</p>${text('name', words.form.fieldName, { isWanted: false, value: known(name) })}${text('phone', words.form.fieldPhone, { isWanted: false, value: known(reach.phone) })}${text('mail', words.form.fieldMail, { isWanted: false, value: known(reach.mail) })}
${choice('language', words.form.fieldLanguage, [['', words.form.same], ['es-MX', words.form.spanish], ['en', words.form.english]])}`
    default:
      return html`<fieldset><legend>${words.form.purposes}</legend>${opposable.map((purpose) => html`<label class="line"><input type="checkbox" class="tick" name="purposes" value="${purpose}"> ${words.purposes[purpose]}</label>`)}</fieldset>`
  }
}

const newCase = (words: PrivacyDeskWords, { signedIn: { csrf }, language }: Inside): Html => html`<section class="card"><details class="in"><summary><b>${words.form.newTitle}</b></summary><p class="soft">${words.form.newText}</p>
<form class="stack" method="post" action="${paths.privacy}"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="language" value="${language}">${choice('kind', words.form.kind, arcoKinds.map((kind) => [kind, words.kind[kind]]))}${text('name', words.form.name)}${text('contact', words.form.contact)}${area('details', words.form.details)}<button class="main">${words.form.openCase}</button></form></details></section>`
