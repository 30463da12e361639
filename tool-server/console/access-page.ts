import { z } from 'zod'
import { accessWords, type AccessWords } from '@portero/shared'
import { badge, empty, formButton, html, notice, table, type Html, type Part } from '../spine/page.ts'
import type { KeyShown } from '../spine/tool-keys.ts'
import type { OperatorShown } from '../store/operators.ts'
import { dateOf, shortTime } from './dates.ts'
import { navFor, paths, type Inside } from './frame.ts'

// Who comes in, and what calls us.
export type Access = { people: readonly OperatorShown[]; keys: readonly KeyShown[]; isElsewhere: boolean } // isElsewhere: there is the company's own sign-in
const good = ['out', 'ended', 'again', 'keyEnded'] as const
export type AccessCame = keyof AccessWords['came']
// What the page says after it was sent on.
export const cameOf = (code: unknown): AccessCame | undefined => z.enum(good).safeParse(code).data

export const accessPage = ({ people, keys, isElsewhere }: Access, came: AccessCame | undefined, inside: Inside): Html => {
  const words = accessWords[inside.language]
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p></div>
<div class="stack">${came && notice(good.some((each) => each === came) ? 'good' : 'warn', words.came[came], undefined)}<section class="card"><h2>${words.people}</h2>${table([words.person, words.role, words.way, words.last, words.open, words.action], people.map((person) => personRow(person, isElsewhere, words, inside)))}<p class="in soft">${words.makePerson}</p></section>
<section class="card"><h2>${words.keys}</h2>${keys.length === 0 ? empty(words.noKeys, words.noKeysText) : html`<p class="in soft">${words.keysText}</p>${table([words.name, words.key, words.scopes, words.made, words.used, words.action], keys.map((key) => keyRow(key, words, inside)))}`}</section></div>`
}

const since = (at: number | null, words: AccessWords, { now, language }: Inside): Part => (at === null ? html`<span class="soft">${words.never}</span>` : shortTime(at, now, language))

const personRow = ({ id, name, role, isLocal, signedInAt, endedAt, sessions }: OperatorShown, isElsewhere: boolean, words: AccessWords, inside: Inside): { id: string; cells: Part[] } => {
  const { signedIn: { csrf, operator } } = inside
  const actions: Part = endedAt !== null
    ? isElsewhere && formButton({ action: paths.person(id, 'again'), csrf, label: words.again })
    : [sessions > 0 && formButton({ action: paths.person(id, 'out'), csrf, label: words.signOut }), id !== operator.id && html`<a class="button" href="${paths.person(id, 'end')}">${words.endPerson}</a>`]
  return {
    id,
    cells: [
      html`<b>${name}</b>${id === operator.id && html` ${badge(words.you)}`}`, words.roles[role], endedAt !== null ? badge(words.over) : isLocal ? words.password : words.company,
      since(signedInAt, words, inside), sessions.toLocaleString(inside.language), html`<div class="line">${actions}</div>`,
    ],
  }
}

const keyRow = ({ id, name, hint, scopes, madeAt, usedAt }: KeyShown, words: AccessWords, inside: Inside): { id: string; cells: Part[] } => ({
  id,
  cells: [
    html`<b>${name}</b>`, html`<code>${hint === null ? '' : `${hint}…`}</code>`, html`<span class="soft">${scopes.join(', ')}</span>`, dateOf(madeAt, inside.language), since(usedAt, words, inside),
    html`<div class="line">${formButton({ action: paths.key(id, 'rotate'), csrf: inside.signedIn.csrf, label: words.rotate })}<a class="button" href="${paths.key(id, 'end')}">${words.endKey}</a></div>`,
  ],
})

export const confirmPage = ({ title, text, sure, action }: { title: string; text: string; sure: string; action: string }, inside: Inside): { title: string; nav: ReturnType<typeof navFor>; body: Html } => ({
  title, nav: navFor(inside, 'access'),
  body: html`<div class="narrow stack"><div class="head"><h1>${title}</h1></div><section class="card"><div class="in stack"><p>${text}</p>
<div class="line">${formButton({ action, csrf: inside.signedIn.csrf, label: sure, kind: 'danger' })}<a class="button" href="${paths.access}">${accessWords[inside.language].cancel}</a></div></div></section></div>`,
})

export const freshKeyPage = (name: string, secret: string, inside: Inside): { title: string; nav: ReturnType<typeof navFor>; body: Html } => {
  const { title, text, back } = accessWords[inside.language].fresh(name)
  return { title, nav: navFor(inside, 'access'), body: html`<div class="narrow stack"><div class="head"><h1>${title}</h1></div><section class="card"><div class="in stack"><p>${text}</p><pre class="secret"><code>${secret}</code></pre><a class="button main" href="${paths.access}">${back}</a></div></section></div>` }
}
