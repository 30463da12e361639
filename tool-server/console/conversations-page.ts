import { transcriptWords } from '@portero/shared'
import type { Html, Tone } from '../spine/page.ts'
import { badge, empty, html, live } from '../spine/page.ts'
import type { Heading, Place, Said, Shown } from '../store/transcripts.ts'
import type { ConversationState } from '../store/tables.ts'
import { shortTime } from './dates.ts'
import { paths, type View } from './frame.ts'

// Whoever wrote, the latest first.
type List = { headings: readonly Heading[]; more: boolean; total: number; unanswered: number; before: Place | undefined; isFiltered: boolean } // isFiltered: those who wait for an answer only

export const conversationsPage = (list: List, view: View): Html => {
  const { words } = view
  const { before, isFiltered, unanswered } = list
  const last = list.headings.at(-1)
  const here = isFiltered ? paths.unanswered : paths.home
  const filter = isFiltered ? html`<a class="button push" href="${paths.home}">${words.everybody}</a>` : unanswered > 0 && html`<a class="button push" href="${paths.unanswered}">${words.unansweredOnly(unanswered)}</a>`
  return html`<div class="head"><h1>${words.conversations}</h1><p class="soft">${isFiltered ? words.unansweredOnly(unanswered) : words.people(list.total)}</p>${filter}</div>
${before ? conversationsList(list, view) : live({ url: paths.live(`/console/conversations${isFiltered ? '?waiting=1' : ''}`), everyMs: 4_000, away: words.away, body: conversationsList(list, view) })}
<p class="pager line">${before && html`<a class="button" href="${here}">${words.newest}</a>`}${list.more && last && html`<a class="button" href="${here}${isFiltered ? '&' : '?'}before=${last.at}.${last.id}">${words.older}</a>`}</p>`
}

export const conversationsList = ({ headings, isFiltered }: Pick<List, 'headings' | 'isFiltered'>, view: View): Html => {
  const { words } = view
  if (headings.length > 0) return html`<ul class="card rows">${headings.map((heading) => row(heading, view))}</ul>`
  return html`<div class="card">${isFiltered ? empty(words.noUnanswered, words.noUnansweredText) : empty(words.noConversations, words.noConversationsText)}</div>`
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
