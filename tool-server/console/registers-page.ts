import { privacyDeskWords, type PrivacyDeskWords } from '@portero/shared'
import type { PrivacyCame } from '../actions/privacy-desk.ts'
import { lawDay } from '../domain/privacy.ts'
import { badge, html, notice, type Html, type Part } from '../spine/page.ts'
import type { BreachShown, Processor } from '../store/registers.ts'
import type { Shown } from '../store/transcripts.ts'
import { dateOf, fullTime } from './dates.ts'
import { facts, paths, type Inside } from './frame.ts'

// Who processes data for us, and what happened to it.
export type Registers = { processors: readonly Processor[]; breaches: readonly BreachShown[]; connections: readonly { id: string; vendor: string; account: string }[] }
export const registersPage = ({ processors, breaches, connections }: Registers, came: PrivacyCame | undefined, inside: Inside): Html => {
  const words = privacyDeskWords[inside.language]
  return html`<div class="head"><h1>${words.registers}</h1><a class="button push" href="${paths.privacy}">${words.title}</a></div>${came && notice(came === 'ok' ? 'good' : 'warn', words.result[came], undefined)}
<div class="stack"><section class="card" id="processors"><h2>${words.processors}</h2><p class="in soft">${words.processorsText}</p>${processors.map((each) => processor(each, words, inside))}${processor(undefined, words, inside)}</section>
<section class="card" id="breaches"><h2>${words.breaches}</h2><p class="in soft">${words.breachesText}</p>${breaches.length === 0 && html`<p class="in">${words.noBreaches}</p>`}${breaches.map((each) => breach(each, words, inside))}${noteForm(connections, words, inside)}</section></div>`
}

const token = ({ signedIn: { csrf } }: Inside, wish: string): Html => html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="do" value="${wish}">`
const input = (id: string, name: string, label: string, { value = '', type = 'text', isWanted = true } = {}): Html => html`<div><label for="${name}-${id}">${label}</label><input id="${name}-${id}" name="${name}" type="${type}" value="${value}" maxlength="300"${isWanted && html` required`}></div>`

const processor = (known: Processor | undefined, words: PrivacyDeskWords, inside: Inside): Html => {
  const id = known?.id ?? known?.vendor ?? 'new'
  return html`<details class="in"><summary><b>${known?.name ?? words.add}</b> ${known && html`<span class="soft">${known.country}</span> ${known.contractOn === undefined ? badge(words.noContract, 'warn') : badge(`${words.contract} ${known.contractOn}`, 'good')}`}</summary>
<form class="stack" method="post" action="${paths.registers}">${token(inside, 'processor')}${known?.id !== undefined && known.id !== '' && html`<input type="hidden" name="id" value="${known.id}">`}${known?.vendor !== undefined && html`<input type="hidden" name="vendor" value="${known.vendor}">`}
${input(id, 'name', words.company, { value: known?.name ?? '' })}${input(id, 'country', words.country, { value: known?.country ?? '', isWanted: false })}${input(id, 'purpose', words.purpose, { value: known?.purpose ?? '' })}${input(id, 'contractOn', words.contract, { type: 'date', value: known?.contractOn ?? '', isWanted: false })}<button class="main">${words.save}</button></form></details>`
}

const known = (shown: Shown, words: PrivacyDeskWords): Part => (typeof shown === 'object' ? html`<span class="said">${shown.known}</span>` : shown === 'erased' ? words.erased : undefined)
const breach = ({ id, what, notice: told, knownAt, from, to, account, toldAt, people, by }: BreachShown, words: PrivacyDeskWords, inside: Inside): Html => html`<div class="in stack" data-id="${id}">${facts([
  [words.what, known(what, words)], [words.knownAt, dateOf(knownAt, inside.language)], [words.from, dateOf(from, inside.language)], [words.to, dateOf(to, inside.language)], [words.where, account ?? words.everywhere], [words.people, words.affected(people)],
  [words.notice, known(told, words)], [words.toldAt, toldAt === undefined ? undefined : html`${fullTime(toldAt, inside.language)} · ${words.reached(by.whatsapp, by.mail, by.aloud)}`],
])}${toldAt === undefined && people > 0 && html`<form class="stack" method="post" action="${paths.registers}">${token(inside, 'tell')}<input type="hidden" name="breach" value="${id}"><div><label for="notice-${id}">${words.notice}</label><textarea id="notice-${id}" name="notice" rows="4" maxlength="3000" placeholder="${words.noticeHint}" required></textarea></div><button class="danger">${words.tell}</button></form>`}</div>`

const noteForm = (connections: Registers['connections'], words: PrivacyDeskWords, inside: Inside): Html => {
  const day = (name: string, label: string): Html => input('breach', name, label, { type: 'date', value: lawDay(inside.now) })
  return html`<details class="in"><summary><b>${words.noteBreach}</b></summary><form class="stack" method="post" action="${paths.registers}">${token(inside, 'breach')}
<div><label for="what">${words.what}</label><textarea id="what" name="what" rows="4" maxlength="4000" required></textarea></div>${day('knownOn', words.knownAt)}${day('from', words.from)}${day('to', words.to)}
<div><label for="connection">${words.where}</label><select id="connection" name="connection"><option value="">${words.everywhere}</option>${connections.map((each) => html`<option value="${each.id}">${each.vendor} ${each.account}</option>`)}</select></div>
<div><label for="phones">${words.more}</label><textarea id="phones" name="phones" rows="3"></textarea></div><button class="main">${words.noteBreach}</button></form></details>`
}
