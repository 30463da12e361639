import { findWords, transcriptWords } from '@portero/shared'
import type { Html, Part, Tone } from '../spine/page.ts'
import { badge, empty, formButton, html, live } from '../spine/page.ts'
import { mostOpened, type Whom } from '../store/find-people.ts'
import { soughtStates } from '../store/sought.ts'
import type { Heading, Place, Said, Shown } from '../store/transcripts.ts'
import type { ConversationState } from '../store/tables.ts'
import { shortTime } from './dates.ts'
import { given, paths, type Filter, type Inside, type View } from './frame.ts'

// Whoever wrote, the latest first: all of them, or those that somebody looks for.
export type List = { headings: readonly Heading[]; more: boolean; total: number; unanswered: number; before: Place | undefined; filter: Filter; found?: { who: string; by: Whom['by'] } } // found: by words, which stand in no address

export const conversationsPage = (list: List, view: Inside): Html => {
  const { words, language } = view
  const { before, filter, unanswered, found } = list
  const isFiltered = filter.state !== undefined || filter.from !== undefined || filter.to !== undefined
  const last = list.headings.at(-1)
  const body = conversationsList(list, view)
  const quick = found || isFiltered ? html`<a class="button push" href="${paths.conversations}">${findWords[language].clear}</a>` : unanswered > 0 && html`<a class="button push" href="${paths.unanswered}">${words.unansweredOnly(unanswered)}</a>`
  return html`<div class="head"><h1>${words.conversations}</h1><p class="soft" role="status">${counted(list, isFiltered, view)}</p>${quick}</div>${findForm(list, isFiltered, view)}
${found || before ? body : live({ url: paths.live(paths.conversationsBy(filter)), away: words.away, body })}
<div class="pager line">${before && !found && html`<a class="button" href="${paths.conversationsBy(filter)}">${words.newest}</a>`}${list.more && last && older(list, `${last.at}.${last.id}`, view)}</div>`
}

const counted = ({ headings, more, total, unanswered, filter, found }: List, isFiltered: boolean, { words, language }: View): Part => {
  const find = findWords[language]
  if (found) return headings.length > 0 && (more ? find.foundMore(headings.length) : find.found(headings.length))
  if (filter.state === 'unanswered' && filter.from === undefined && filter.to === undefined) return words.unansweredOnly(unanswered)
  return isFiltered ? undefined : words.people(total)
}

// What was looked for goes along in a form, page after page.
const older = ({ filter, found }: List, place: string, { words, signedIn: { csrf } }: Inside): Html =>
  found ? formButton({ action: paths.conversations, csrf, label: words.older, fields: { who: found.who, ...given(filter), before: place } }) : html`<a class="button" href="${paths.conversationsBy(filter, place)}">${words.older}</a>`

const findForm = ({ filter, found }: List, isFiltered: boolean, { language, signedIn: { csrf } }: Inside): Html => {
  const words = findWords[language]
  return html`<form class="card in stack find" method="post" action="${paths.conversations}" role="search"><input type="hidden" name="csrf" value="${csrf}">
<div><label for="who">${words.who}</label><div class="together"><input id="who" name="who" type="search" autocomplete="off" spellcheck="false" maxlength="200" aria-describedby="who-hint" value="${found?.who ?? ''}"><button class="main">${words.find}</button></div><p class="soft" id="who-hint">${words.hint}</p></div>
<details${isFiltered && html` open`}><summary>${words.narrow}</summary><div class="thirds"><div><label for="state">${words.state}</label><select id="state" name="state"><option value="">${words.any}</option>${soughtStates.map((each) => html`<option value="${each}"${each === filter.state && html` selected`}>${words.states[each]}</option>`)}</select></div>
<div><label for="from">${words.from}</label><input id="from" name="from" type="date" value="${filter.from ?? ''}"></div><div><label for="to">${words.to}</label><input id="to" name="to" type="date" value="${filter.to ?? ''}"></div></div></details></form>`
}

export const conversationsList = ({ headings, filter, found }: Pick<List, 'headings' | 'filter' | 'found'>, view: View): Html => {
  const { words, language } = view
  const find = findWords[language]
  if (headings.length > 0) return html`<ul class="card rows">${headings.map((heading) => row(heading, view))}</ul>`
  const [title, text] = found ? [find.none, found.by === 'phone' ? find.tryPhone : find.tryName(mostOpened)] : filter.state === 'unanswered' ? [words.noUnanswered, words.noUnansweredText] : Object.keys(given(filter)).length > 0 ? [find.noFiltered, find.noFilteredText] : [words.noConversations, words.noConversationsText]
  return html`<div class="card">${empty(title, text)}</div>`
}

const row = (heading: Heading, view: View): Html => {
  const { words, now, language } = view
  const name = nameOf(heading, view)
  const { last } = heading
  return html`<li><a class="row" href="${paths.conversation(heading.id)}" data-id="${heading.id}"><span class="face" aria-hidden="true">${initials(heading)}</span>
<span class="what"><span class="who"><b>${name}</b>${stateBadge(heading.state, view)}${heading.isUnanswered && badge(words.unanswered, 'bad')}</span><span class="said cut">${last ? html`${last.author !== 'prospect' && html`${words.author[last.author]}: `}${saidIn(last, view)}` : words.noWords}</span></span>
${shortTime(heading.at, now, language)}</a></li>`
}

const tones: Record<ConversationState, Tone> = { bot: 'good', human: 'info', paused: 'warn' }
export const stateBadge = (state: ConversationState, { words }: View): Html => badge(words.state[state], tones[state])

// A name, else the last digits of the number: a list shows no more of it.
export const nameOf = ({ name, phone }: Pick<Heading, 'name' | 'phone'>, { words }: View): string => {
  if (typeof name === 'object' && name.known.trim() !== '') return name.known
  if (typeof phone === 'object') return words.ending(phone.known.slice(-4))
  return name === 'erased' || phone === 'erased' ? words.erased : words.nobody
}
export const spoken = (text: Shown, { words }: View): string => (text === undefined ? words.attachment : text === 'erased' ? words.erased : text.known)
export const saidIn = ({ text, isDeleted }: Pick<Said, 'text' | 'isDeleted'>, view: View): string => (isDeleted ? transcriptWords[view.language].deleted : spoken(text, view))
export const initials = ({ name }: Pick<Heading, 'name'>): string => {
  const letters = (typeof name === 'object' ? name.known : '').split(/\s+/).flatMap((word) => /^\p{L}/u.exec(word)?.[0] ?? [])
  return `${letters[0] ?? '#'}${letters[1] ?? ''}`.toUpperCase()
}
