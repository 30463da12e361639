import { accessWords, cardWords, peopleWords, takeoverWords, transcriptWords } from '@portero/shared'
import { isShowable } from '../domain/media.ts'
import { may } from '../domain/roles.ts'
import type { Html, Part, Tone } from '../spine/page.ts'
import { badge, html, live } from '../spine/page.ts'
import type { ShownMedia } from '../store/media.ts'
import type { Place, Said, Transcript, Visit } from '../store/transcripts.ts'
import type { MessageStatus } from '../store/tables.ts'
import { initials, nameOf, saidIn, spoken, stateBadge } from './conversations-page.ts'
import { clockTime, dateOf, dayKey, dayName, fullTime, visitTime } from './dates.ts'
import { facts, paths, type Inside, type View } from './frame.ts'

// One conversation: what was said, and what came of it.
// panel: what can be done in it; it stands still while the rest is kept fresh. after: what is seldom needed.
// merges: how often they were, or may be, one with somebody else.
export const transcriptPage = (told: Transcript, { before, panel, after, merges }: { before: Place | undefined; panel: Html | undefined; after: Html; merges: number }, view: Inside): Html => {
  const url = paths.conversation(told.id)
  const body = transcriptBody(told, before, view)
  return html`<div class="head person"><span class="face" aria-hidden="true">${initials(told)}</span><div><h1>${nameOf(told, view)}</h1>${merges > 0 && html`<a href="${paths.peopleOf(told.person)}">${peopleWords[view.language].link(merges)}</a>`}</div></div>
${panel}${before ? body : live({ url: paths.live(url), away: view.words.away, body })}${after}`
}

export const transcriptBody = (told: Transcript, before: Place | undefined, view: Inside): Html => {
  const { words } = view
  return html`<div class="two"><section class="chat" aria-label="${words.conversations}"><div class="state">${stateBadge(told.state, view)}</div><div class="scroll" id="scroll" tabindex="0"><div class="talk">${earlier(told, view)}${bubbles(told, view)}${before && html`<a class="button" href="${paths.conversation(told.id)}">${words.newestMessages}</a>`}</div></div></section>
<aside class="stack">${escalation(told, view)}${lead(told, view)}${tours(told.tours, view)}${person(told, view)}</aside></div>`
}

const earlier = ({ id, lines: [first], more }: Transcript, { words }: View): Part => more && first && html`<a class="button" href="${paths.conversation(id)}?before=${first.at}.${first.id}">${words.olderMessages}</a>`

const bubbles = ({ lines }: Transcript, view: Inside): Html[] =>
  lines.map((line, at) => {
    const previous = lines[at - 1]
    const isNewDay = !previous || dayKey(previous.at) !== dayKey(line.at)
    return html`${isNewDay && html`<div class="day">${dayName(line.at, view.now, view.language, view.words)}</div>`}${bubble(line, isNewDay || previous.author !== line.author, view)}`
  })

const bubble = (said: Said, isFirst: boolean, view: Inside): Html => {
  const { id, author, at, status, isStray, isEdited, isSms, failure } = said
  const words = transcriptWords[view.language]
  const isOurs = author !== 'prospect'
  return html`<article class="bubble ${author}${isOurs && ' out'}" data-id="${id}">${isFirst && html`<div class="author">${view.words.author[author]}</div>`}${attached(said, view)}${wordsOf(said, view)}${isStray && badge(takeoverWords[view.language].page.stray, 'warn')}
${failure !== undefined && html`<p class="soft">${words.failed(failure, isSms ? 'SMS' : 'WhatsApp')}</p>`}
<span class="meta">${isEdited && `${words.edited} · `}${isSms && `${author === 'portero' ? words.insteadBySms : words.bySms} · `}${clockTime(at, view.language)}${isOurs && tick(status, view)}</span></article>`
}
// A file needs no words; a message without either had something that we don't know.
const wordsOf = (said: Said, view: View): Part => {
  const text = saidIn(said, view)
  if (text === '' || (said.text === undefined && said.media?.length)) return undefined
  return html`<p class="${said.isDeleted && 'soft'}">${text}</p>`
}
const attached = ({ media = [] }: Said, view: Inside): Html[] => media.map((file) => html`${shownFile(file, view)}${file.told !== undefined && html`<p class="soft">${transcriptWords[view.language].told[file.type?.startsWith('audio/') ? 'voice' : 'image'](file.told)}</p>`}`)
const shownFile = ({ message, place, state, type = '' }: ShownMedia, view: Inside): Html => {
  const words = transcriptWords[view.language]
  const src = paths.media(message, place)
  if (state !== 'kept') return html`<p class="soft">${words.media[state]}</p>`
  if (!may(view.signedIn.operator.role, 'media:read')) return html`<p class="soft">${accessWords[view.language].noFiles}</p>`
  const [family] = type.split('/')
  if (!isShowable(type)) return html`<p><a href="${src}">${words.open.file}</a></p>`
  if (family === 'image') return html`<a href="${src}" target="_blank" rel="noopener"><img class="file" src="${src}" alt="${words.open.image}" loading="lazy"></a>`
  if (family === 'audio') return html`<audio class="file" controls preload="none" src="${src}" aria-label="${words.open.audio}"></audio>`
  if (family === 'video') return html`<video class="file" controls preload="none" src="${src}" aria-label="${words.open.video}"></video>`
  return html`<p><a href="${src}" target="_blank" rel="noopener">${words.open.file}</a></p>`
}
const marks: Record<MessageStatus, string> = { accepted: '○', sent: '✓', delivered: '✓✓', read: '✓✓', failed: '!' }
const tick = (status: MessageStatus, { words }: View): Html => html` <span class="tick ${status}" aria-hidden="true">${marks[status]}</span>${status === 'failed' ? html` <b>${words.delivery.failed}</b>` : html`<span class="hidden">${words.delivery[status]}</span>`}`

const card = (title: Part, body: Part): Html => html`<section class="card"><h2>${title}</h2><div class="in">${body}</div></section>`

const escalation = ({ escalation }: Transcript, view: View): Html | undefined => {
  if (!escalation) return undefined
  const { words, language, now } = view
  const { summary, owner, dueAt, seenAt, closedAt, told } = escalation
  const said = takeoverWords[language].page.told
  const state = closedAt !== undefined ? badge(words.escalationClosed) : seenAt !== undefined ? badge(words.escalationSeen, 'good') : now > dueAt ? badge(words.escalationLate, 'bad') : badge(words.escalationOpen, 'warn')
  return card(html`<span class="line">${words.escalation} ${state}</span>`, html`<div class="stack"><p>${spoken(summary, view)}</p>${facts([[words.owner, owner ?? words.nobodyYet], [words.due, closedAt === undefined ? fullTime(dueAt, language) : undefined]])}${told.map(({ name, how }) => html`<p class="soft">${said[how](name)}</p>`)}</div>`)
}

const stageTones: Record<NonNullable<Transcript['lead']>['stage'], Tone> = { new: 'info', qualified: 'info', visit_scheduled: 'good', visit_done: 'good', application: 'warn', won: 'good', lost: 'quiet' }
const lead = ({ lead }: Transcript, { words, language }: View): Html => {
  if (!lead) return card(words.lead, html`<p class="soft">${words.noLead}</p>`)
  const { budgetMxn, pets, guarantee, ...rest } = lead.facts
  const money = budgetMxn && new Intl.NumberFormat(language, { style: 'currency', currency: 'MXN', maximumFractionDigits: 0 }).format(budgetMxn)
  return card(html`<span class="line">${words.lead} ${badge(words.stage[lead.stage], stageTones[lead.stage])}</span>`, facts([
    [words.facts.budgetMxn, money], [words.facts.bedrooms, rest.bedrooms], [words.facts.occupants, rest.occupants], [words.facts.pets, pets === undefined ? undefined : pets ? words.yes : words.no],
    [words.facts.moveIn, rest.moveIn], [words.facts.months, rest.months], [words.facts.guarantee, guarantee && words.guarantee[guarantee]], [words.facts.home, rest.home], [words.changed, fullTime(lead.changedAt, language)],
  ]))
}

export const tourTones: Record<Visit['status'], Tone> = { held: 'warn', confirmed: 'good', completed: 'info', no_show: 'bad', cancelled: 'quiet' }
const tours = (visits: readonly Visit[], { words, language }: View): Html =>
  card(words.tours, visits.length === 0 ? html`<p class="soft">${words.noTours}</p>` : html`<ul class="stack">${visits.map(({ id, home, building, zone, agent, startsAt, endsAt, status, inCalendar }) =>
    html`<li data-id="${id}"><div class="line"><b>${home}</b>${badge(words.tour[status], tourTones[status])}</div><div>${visitTime(startsAt, endsAt, zone, language)}</div><div class="soft">${building} · ${words.tourWith(agent)}</div>${inCalendar && html`<div class="soft">${cardWords[language].inCalendar[inCalendar]}</div>`}</li>`)}</ul>`)

const money = (language: View['language'], { currency, micros }: Transcript['cost'][number]): string => new Intl.NumberFormat(language, { style: 'currency', currency, maximumFractionDigits: 4 }).format(micros / 1_000_000)
const person = ({ phone, language: spoken, openedAt, cost }: Transcript, { words, language }: View): Html =>
  card(words.person, facts([[words.phone, typeof phone === 'object' ? html`<span class="number">${phone.known}</span>` : phone === 'erased' ? words.erased : undefined], [words.language, spoken === 'en' ? words.english : words.spanish], [words.since, dateOf(openedAt, language)], [transcriptWords[language].cost, cost.length > 0 ? cost.map((each) => money(language, each)).join(' + ') : undefined]]))
