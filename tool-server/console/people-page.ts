import { peopleWords, type PeopleWords } from '@portero/shared'
import type { PeopleCame } from '../actions/people-hands.ts'
import { may } from '../domain/roles.ts'
import { badge, empty, formButton, html, live, notice, type Html, type Part } from '../spine/page.ts'
import type { MergeShown, PersonShown } from '../store/merges-view.ts'
import { initials, nameOf } from './conversations-page.ts'
import { dateOf, fullTime } from './dates.ts'
import { facts, paths, type Inside } from './frame.ts'

// Who is who: pairs that wait for a decision, and those that were made one. Whoever is signed in may look; an admin decides.
export type People = { proposed: Pairs; merged: Pairs; person: string | undefined } // person: theirs only
type Pairs = { merges: readonly MergeShown[]; total: number }
export type Typed = { one: string; other: string }

export const peoplePage = (people: People, came: PeopleCame | undefined, typed: Typed | undefined, inside: Inside): Html => {
  const words = peopleWords[inside.language]
  const here = people.person === undefined ? paths.people : paths.peopleOf(people.person)
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${people.person === undefined ? words.lead : words.ofOne}</p>${people.person !== undefined && html`<a class="button push" href="${paths.people}">${words.all}</a>`}</div>
${came && notice(came.ok ? 'good' : 'warn', words.came[came.code], undefined)}${!isAdmin(inside) && notice('info', words.onlyAdmins, undefined)}
<div class="stack">${live({ url: paths.live(here), away: inside.words.away, body: peopleBody(people, inside), className: 'stack' })}${isAdmin(inside) && compareForm(typed, words, inside)}</div>`
}

export const peopleBody = ({ proposed, merged }: People, inside: Inside): Html => {
  const words = peopleWords[inside.language]
  return html`<h2>${words.proposed} ${proposed.total > 0 && badge(proposed.total.toLocaleString(inside.language), 'warn')}</h2>${pairs(proposed, [words.noProposed, words.noProposedText], words, inside)}
<h2>${words.merged}</h2>${pairs(merged, [words.noMerged, words.noMergedText], words, inside)}`
}

const isAdmin = ({ signedIn }: Inside): boolean => may(signedIn.operator.role, 'people:write')

const pairs = ({ merges, total }: Pairs, nothing: [string, string], words: PeopleWords, inside: Inside): Html =>
  merges.length === 0 ? html`<div class="card">${empty(...nothing)}</div>` : html`${merges.map((merge) => pair(merge, words, inside))}${total > merges.length && html`<p class="soft">${words.more(total - merges.length)}</p>`}`

const pair = (merge: MergeShown, words: PeopleWords, inside: Inside): Html => {
  const { id, state, reason, at, sides: [one, other] } = merge
  const [first, second] = state === 'merged' ? [words.stayed, words.joined] : []
  return html`<section class="card" data-id="${id}"><div class="line split"><span>${words.why[reason]}</span><span class="soft">${state === 'merged' ? words.mergedAt : words.proposedAt} ${fullTime(at, inside.language)}</span></div>
<div class="sides">${side(one, first, words, inside)}${side(other, second, words, inside)}</div>${isAdmin(inside) && html`<div class="in line">${decisions(merge, words, inside)}</div>`}</section>`
}

const decisions = ({ id, state, at, isUndoable }: MergeShown, words: PeopleWords, { signedIn: { csrf } }: Inside): Html => {
  const button = (wish: string, label: string, kind: 'main' | 'plain' = 'plain'): Html => formButton({ action: paths.merge(id), csrf, label, kind, fields: { do: wish, key: String(at) } })
  if (state === 'proposed') return html`${button('join', words.same, 'main')}${button('refuse', words.two)}`
  return isUndoable ? button('undo', words.undo) : html`<span class="soft">${words.laterFirst}</span>`
}

// No more of a number than a list shows elsewhere: its last digits.
const side = (shown: PersonShown, label: string | undefined, words: PeopleWords, inside: Inside): Html => {
  const { names, since, heardAt, conversations, latest, tours, stage } = shown
  const { language } = inside
  const phone = names.find(({ kind }) => kind === 'phone')?.value
  const masked = (kind: 'phone' | 'email', mask: (value: string) => string): string | undefined =>
    names.flatMap((name) => (name.kind === kind && typeof name.value === 'object' ? [mask(name.value.known)] : [])).join(', ') || undefined
  const others = names.flatMap(({ kind }) => (kind === 'phone' || kind === 'email' ? [] : [words.kind[kind]]))
  const talks: Part = html`${conversations.toLocaleString(language)}${latest && html` · <a href="${paths.conversation(latest)}">${words.open}</a>`}`
  return html`<div>${label && html`<h3>${label}</h3>`}<div class="line"><span class="face" aria-hidden="true">${initials(shown)}</span><div><b>${nameOf({ name: shown.name, phone }, inside)}</b></div></div>${facts([
    [words.phone, masked('phone', (value) => inside.words.ending(value.slice(-4)))], [words.email, masked('email', (value) => value.replace(/^(.).*@/u, '$1…@'))], [words.alsoBy, others.length > 0 ? [...new Set(others)].join(', ') : undefined],
    [words.since, dateOf(since, language)], [words.heard, heardAt === undefined ? words.never : fullTime(heardAt, language)], [words.conversations, talks], [words.tours, tours.toLocaleString(language)],
    [words.deal, stage ? inside.words.stage[stage] : words.noDeal],
  ])}</div>`
}

const compareForm = ({ one, other }: Typed = { one: '', other: '' }, words: PeopleWords, { signedIn: { csrf } }: Inside): Html => html`<section class="card" id="compare"><h2>${words.propose}</h2><form method="post" action="${paths.people}" class="in stack"><p class="soft">${words.proposeText}</p>
<div class="fields"><div><label for="one">${words.one}</label><input id="one" name="one" type="tel" autocomplete="off" maxlength="40" required value="${one}"></div><div><label for="other">${words.other}</label><input id="other" name="other" type="tel" autocomplete="off" maxlength="40" required value="${other}"></div></div><button>${words.compare}</button><input type="hidden" name="csrf" value="${csrf}"></form></section>`
