import type { BookingWords, Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { mapOf, seatsOf, type Home } from '../domain/homes.ts'
import { pesos } from '../domain/offers.ts'
import type { Tour } from '../domain/tours.ts'
import { empty, html, notice, type Html, type Part } from '../spine/page.ts'
import { assetFrom, assetUrl, type Asset } from '../spine/page-assets.ts'
import { dayTime, hourTime, whenText, whenTime } from './booking-times.ts'

// What the booking page shows, state by state.
export const bookingAssets: Readonly<Record<string, Asset>> = { 'booking.css': assetFrom(new URL('booking.css', import.meta.url), 'text/css'), 'booking.js': assetFrom(new URL('booking.js', import.meta.url), 'text/javascript') }
export const bookingScript = assetUrl('booking.js', bookingAssets)
const style = html`<link rel="stylesheet" href="${assetUrl('booking.css', bookingAssets)}">`

// here: where its forms go, and the same page in the other language.
export type View = { words: BookingWords; language: Language; here: string; there: string }
export type Choice = { startsAt: Millis; slot: string; seatsLeft: number } // slot: a handle
export type Choosing = { home: Home; moving: Tour | undefined; party: number; said: Html | undefined; nearest: readonly Choice[]; days: readonly (readonly Choice[])[]; later: string | undefined; first: string | undefined }

export const choosePage = ({ home, moving, party, said, nearest, days, later, first }: Choosing, view: View): Html => {
  const { words, language, here } = view
  const { zone, city } = home.building
  const seats = seatsOf(home)
  const left = (count: number): Html | false => seats > 1 && html`<small class="left">${words.seats(count)}</small>`
  const choices = (each: readonly Choice[]): Html => html`<div class="slots">${each.map(({ startsAt, slot, seatsLeft }) => html`<label class="slot"><input type="radio" name="slot" value="${slot}" required><span>${hourTime(zone, startsAt, language)}${left(seatsLeft)}</span></label>`)}</div>`
  const nearby = html`<fieldset class="nearest"><legend>${words.nearest}</legend><div class="slots">${nearest.map(({ startsAt, slot, seatsLeft }) => html`<label class="slot long"><input type="radio" name="slot" value="${slot}" required><span>${whenTime(zone, startsAt, language)}${left(seatsLeft)}</span></label>`)}</div></fieldset>`
  const intro = html`${said}<p>${moving ? words.chooseMove(whenText(zone, moving.startsAt, language)) : words.choose} <span class="soft">${words.zone(city)} ${words.lasts(home.building.visits.minutes)}${seats > 1 && html` ${words.inGroup(seats)}`}</span></p>`
  const people = seats > 1 && !moving && html`<div class="people"><label for="people">${words.people}</label><select id="people" name="people">${Array.from({ length: seats }, (_, at) => html`<option value="${at + 1}"${at + 1 === party && html` selected`}>${at + 1}</option>`)}</select></div>`
  const more = html`<p class="line">${first !== undefined && html`<a href="${first}">${words.first}</a>`}${later !== undefined && html`<a href="${later}">${words.later}</a>`}</p>`
  const form = html`<form method="post" action="${here}" data-busy="${words.busy}"><input type="hidden" name="do" value="${moving ? 'move' : 'hold'}">
${people}${nearest.length > 0 && nearby}
${days.map((day) => day[0] && html`<fieldset><legend>${dayTime(zone, day[0].startsAt, language)}</legend>${choices(day)}</fieldset>`)}
${more}<div class="act"><button class="main">${moving ? words.move : words.hold}</button></div></form>`
  return frame(moving ? words.moveTitle : words.title, home, view, html`${days.length + nearest.length > 0 ? html`${intro}${form}` : html`${said}${empty(words.none, words.noneText)}`}`)
}

export const heldPage = ({ home, startsAt, leftMs, holdMinutes, hold, isNamed, asksMail, said }: { home: Home; startsAt: Millis; leftMs: Millis; holdMinutes: number; hold: string; isNamed: boolean; asksMail: boolean; said?: Html | undefined }, view: View): Html => {
  const { words, language, here } = view
  const { zone, city } = home.building
  const hidden = (wish: string): Html => html`<input type="hidden" name="do" value="${wish}"><input type="hidden" name="hold" value="${hold}">`
  const left = `${Math.floor(leftMs / 60_000)}:${String(Math.floor((leftMs % 60_000) / 1000)).padStart(2, '0')}`
  return frame(words.heldTitle, home, view, html`${said}<p class="when">${whenTime(zone, startsAt, language)}</p><p class="soft">${words.zone(city)} ${words.heldFor(holdMinutes)}</p>
<p class="clock">${words.left} <b role="timer" data-left="${leftMs}">${left}</b></p>
<form method="post" action="${here}" class="stack" data-busy="${words.busy}">${hidden('confirm')}
${!isNamed && html`<div><label for="name">${words.name}</label><input id="name" name="name" maxlength="80" autocomplete="name" aria-describedby="name-hint"><small id="name-hint">${words.nameHint}</small></div>`}
${asksMail && html`<div><label for="email">${words.email}</label><input id="email" name="email" type="email" maxlength="254" autocomplete="email" aria-describedby="email-hint"><small id="email-hint">${words.emailHint}</small></div>`}
<div><button class="main">${words.confirm}</button></div></form>
<form method="post" action="${here}" class="again" data-busy="${words.busy}">${hidden('release')}<button class="bare">${words.another}</button></form>`)
}

export const bookedPage = ({ home, tour, agent, calendarUrl, isMoved }: { home: Home; tour: Tour; agent: string | undefined; calendarUrl: string; isMoved: boolean }, view: View): Html => {
  const { words, language } = view
  const { zone, city, name, address } = home.building
  return frame(isMoved ? words.movedTitle : words.bookedTitle, home, { ...view, there: '' }, html`<p class="when">${whenTime(zone, tour.startsAt, language)}</p><p class="soft">${words.zone(city)} ${words.lasts(home.building.visits.minutes)}</p>
<p>${name}, ${home.unit}<br>${address}</p>${agent !== undefined && html`<p>${words.with(agent)}</p>`}
<p class="line"><a class="button" href="${calendarUrl}">${words.calendar}</a><a class="button" href="${mapOf(home.building)}" rel="noreferrer">${words.map}</a></p>
<p>${words.bring}</p><p>${words.cantCome}</p>`)
}

export const saidNow = (text: string): Html => notice('warn', text, undefined)
export const gonePage = ([title, text]: readonly [string, string], more?: Part): Html => html`${style}<div class="booking"><section class="card empty"><h1>${title}</h1><p>${text}</p>${more}</section></div>`

const frame = (title: string, home: Home, { words, language, there }: View, body: Html): Html => {
  const { neighbourhood, city, name } = home.building
  const photo = photoOf(home)
  const facts: [string, Part][] = [
    [words.rent, words.perMonth(pesos(home.rentMxn))], [words.size, `${words.bedrooms(home.bedrooms)}, ${words.bathrooms(home.bathrooms)}, ${home.areaM2} m²`],
    [words.pets, words.petsAre[home.pets]], [words.term, words.months(home.minimumMonths)], ...(home.requirements.length > 0 ? [[words.requirements, home.requirements.join(', ')] satisfies [string, Part]] : []),
  ]
  return html`${style}<div class="booking" data-zone="${home.building.zone}" data-yours="${words.yours}">
${there !== '' && html`<p class="other"><a href="${there}" hreflang="${language === 'en' ? 'es-MX' : 'en'}" lang="${language === 'en' ? 'es-MX' : 'en'}">${words.otherLanguage}</a></p>`}
<section class="card">${photo && html`<img class="photo" src="${photo.url}" alt="${photo.caption ?? home.title}" width="1120" height="480">`}
<div class="in stack"><div><h1>${title}</h1><p><b>${home.title}</b><br><span class="soft">${name} · ${neighbourhood}, ${city}</span></p></div>${body}</div></section>
<section class="card"><h2>${words.about}</h2><div class="in"><dl class="facts">${facts.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl></div></section></div>`
}
export const photoOf = ({ media }: Home): Home['media'][number] | undefined => media.find(({ kind }) => kind === 'photo')
