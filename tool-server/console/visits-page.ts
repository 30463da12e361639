import { cardWords, deskWords, type views } from '@portero/shared'
import type { z } from 'zod'
import type { Catalogue } from '../domain/homes.ts'
import { badge, html, notice, type Html } from '../spine/page.ts'
import type { Transcript } from '../store/transcripts.ts'
import { nameOf } from './conversations-page.ts'
import { visitTime } from './dates.ts'
import { paths, type Inside } from './frame.ts'
import { tourTones } from './transcript-page.ts'

// What can be done about somebody's visits, and the page on which a time is chosen: the same as the card of a visit in HubSpot.
export type Visit = z.infer<typeof views.visit>
type Slots = z.infer<typeof views.slotsView>['slots']
export type Choosing = { told: Transcript; key: string; homes: Catalogue['homes']; home: string | undefined; fromDay: string | undefined; moving: Visit | undefined; slots: Slots; came?: { ok: boolean; say: string } | undefined }

export const visitsPanel = (told: Transcript, visits: readonly Visit[], key: string, inside: Inside): Html => {
  const words = cardWords[inside.language]
  return html`<details id="visits"${visits.some(({ endsAt, status }) => status === 'confirmed' && Date.parse(endsAt) <= inside.now) && html` open`}><summary>${deskWords[inside.language].visits(visits.length)}</summary>
${visits.length > 0 && html`<ul class="stack visits">${visits.map((visit, at) => html`<li><div class="line"><b>${visit.title}</b>${badge(words.tour[visit.status], tourTones[visit.status])}</div><div>${visitTime(Date.parse(visit.startsAt), Date.parse(visit.endsAt), visit.zone, inside.language)}</div><div class="line">${choicesOf(told, visit, `${key}-${at}`, inside)}</div></li>`)}</ul>`}
<p><a class="button" href="${paths.visits(told.id)}">${words.book}</a></p></details>`
}

// Each choice has a key of its own, since the page may be gone back to.
// Of one that has begun it is said how it went; of one that is over, nothing else.
const choicesOf = (told: Transcript, { tour, version, startsAt, endsAt, status }: Visit, key: string, inside: Inside): Html => {
  const words = cardWords[inside.language]
  const mark = (to: 'completed' | 'no_show' | 'cancelled', label: string, kind: 'plain' | 'main' | 'danger'): Html =>
    html`<form method="post" action="${paths.visits(told.id)}">${hidden({ csrf: inside.signedIn.csrf, key: `${key}-${to}`, do: 'mark', tour, version: String(version), to })}<button class="${kind}">${label}</button></form>`
  const sure = (to: 'no_show' | 'cancelled', label: string, [text, yes]: [string, string]): Html => html`<details class="sure"><summary class="button">${label}</summary><div class="line"><p>${text}</p>${mark(to, yes, 'danger')}</div></details>`
  const hasBegun = Date.parse(startsAt) <= inside.now
  const isOver = Date.parse(endsAt) <= inside.now
  return html`${hasBegun && mark('completed', words.completed, status === 'no_show' ? 'plain' : 'main')}${hasBegun && status === 'confirmed' && sure('no_show', words.noShow, [words.sureNoShowText, words.yesNoShow])}
${!isOver && html`<a class="button" href="${paths.visits(told.id)}?tour=${tour}">${words.move}</a>${sure('cancelled', words.cancelTour, [words.sureCancelText, words.yesCancel])}`}`
}

const hidden = (fields: Readonly<Record<string, string>>): Html[] => Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)

export const choosePage = ({ told, key, homes, home, fromDay, moving, slots, came }: Choosing, inside: Inside): Html => {
  const words = cardWords[inside.language]
  const desk = deskWords[inside.language]
  const url = paths.visits(told.id)
  const open = homes.filter(({ isOpen }) => isOpen)
  return html`<div class="narrow stack"><div class="head"><div><h1>${moving ? words.move : words.book}</h1><p class="soft">${desk.for(nameOf(told, inside))}</p></div><a class="button push" href="${paths.conversation(told.id)}">${desk.toConversation}</a></div>
${came && notice(came.ok ? 'good' : 'warn', came.say, slots.length > 0 && words.gone)}
${moving && html`<p>${moving.title}: ${visitTime(Date.parse(moving.startsAt), Date.parse(moving.endsAt), moving.zone, inside.language)}</p>`}
${open.length === 0 ? notice('info', words.noHomes, undefined) : html`<form class="card in stack" method="get" action="${url}">${moving && hidden({ tour: moving.tour })}
${!moving && html`<div><label for="home">${words.home}</label><select id="home" name="home">${open.map(({ slug, title, building }) => html`<option value="${slug}"${slug === home && html` selected`}>${title} · ${building.neighbourhood}</option>`)}</select></div>`}
<div><label for="from">${words.fromDay}</label><input id="from" name="from" type="date" value="${fromDay ?? ''}"></div><button>${desk.times}</button></form>`}
${slots.length > 0 ? html`<form class="card in stack" method="post" action="${url}">${hidden({ csrf: inside.signedIn.csrf, key, do: moving ? 'move' : 'book', ...(moving && { tour: moving.tour, version: String(moving.version) }), ...(home !== undefined && { home }) })}
<fieldset class="times"><legend>${came ? words.gone : desk.free}</legend>${slots.map(({ slot, label }) => html`<label><input type="radio" name="slot" value="${slot}" required> ${label}</label>`)}</fieldset><button class="main">${moving ? words.confirmMove : words.confirmBook}</button></form>` : home !== undefined && notice('info', words.noSlots, undefined)}</div>`
}
