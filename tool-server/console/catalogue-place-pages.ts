import { catalogueDeskWords, type CatalogueDeskWords } from '@portero/shared'
import type { Booked } from '../domain/catalogue-preview.ts'
import { seatsOf, type Agent, type Building, type Home } from '../domain/homes.ts'
import { pesos } from '../domain/offers.ts'
import { badge, empty, html, notice, table, type Html, type Part } from '../spine/page.ts'
import type { Named } from '../store/catalogue-view.ts'
import type { CatalogueShown } from '../store/homes.ts'
import { whenOf, whomOf, type Group } from './catalogue-blackout-forms.ts'
import { differences, type Faults, type Form, type Typed } from './catalogue-fields.ts'
import { contactOf, homesTable, isAdmin, mostHomes, type CalendarOf } from './catalogue-page.ts'
import { changes, visitsTable } from './catalogue-preview-page.ts'
import { facts, paths, type Inside } from './frame.ts'

// One building, one home, one agent: what is known of each, and what an admin changes of it.
export type CameShown = 'saved' | 'changed' | 'gone' | 'noChange'
// What came of a form that was sent; do: of which.
export type Sent = { do?: string; typed?: Typed; faults?: Faults; came?: CameShown | undefined }

export const cameNotice = ({ came, faults }: Sent, words: CatalogueDeskWords): Html | undefined => {
  if (faults !== undefined) return notice('bad', words.faulty, words.faultyText)
  if (came === 'noChange') return notice('info', words.noChange, undefined)
  if (came === undefined) return undefined
  return notice(came === 'saved' ? 'good' : 'warn', words.came[came], came === 'changed' ? words.conflict : undefined)
}

// For an admin the form, else what it says. After somebody else's change: where what was typed differs from that.
export const formCard = ({ title, form, action, sent }: { title: string; form: Form; action: string; sent: Sent }, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const isSent = sent.do === form.do
  const { typed = form.initial, faults = {} } = isSent ? sent : {}
  if (!isAdmin(inside)) return html`<section class="card"><h2>${title}</h2><div class="in">${facts(form.lines(form.initial).map(([label, text]) => [label, text === '' ? undefined : text]))}</div></section>`
  const apart = isSent && sent.came === 'changed' ? differences(form.lines(form.initial), form.lines(typed)) : []
  return html`<section class="card" id="${form.do}"><h2>${title}</h2>${apart.length > 0 && changes(apart, [words.nowIs, words.yours], words)}<form method="post" action="${action}" class="in stack" novalidate>${form.fields(typed, faults)}
<input type="hidden" name="csrf" value="${inside.signedIn.csrf}"><input type="hidden" name="do" value="${form.do}"><input type="hidden" name="version" value="${form.version}"><p class="line"><button class="main" name="go" value="preview">${words.preview}</button></p></form></section>`
}

const head = (title: string, under: Part, words: CatalogueDeskWords): Html => html`<div class="head"><div><h1>${title}</h1><p class="soft">${under}</p></div><a class="button push" href="${paths.catalogue}">${words.all}</a></div>`
const visitsCard = (visits: readonly Booked[], shown: CatalogueShown, named: Named, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  return html`<section class="card"><h2>${words.visitsAhead} ${visits.length > 0 && badge(visits.length.toLocaleString(inside.language))}</h2>${visits.length === 0 ? html`<p class="in soft">${words.noOne}</p>` : visitsTable(visits, shown, named, inside)}</section>`
}
const closedCard = (groups: readonly Group[], add: string, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  return html`<section class="card"><h2>${words.daysOff}</h2>${groups.length === 0 ? html`<p class="in soft">${words.noBlackouts}</p>` : table([words.when, words.where, words.reasonShort], groups.map((each) => ({ id: each.ids.join('-'), cells: [html`<b>${whenOf(each, inside.now, inside.language)}</b>`, whomOf(each, { words, language: inside.language }), each.reason] })))}<p class="in line">${isAdmin(inside) && html`<a class="button" href="${add}">${words.addDayOff}</a>`}<a class="button" href="${paths.blackouts}">${words.blackouts}</a></p></section>`
}

type Around = { shown: CatalogueShown; groups: readonly Group[]; visits: readonly Booked[]; named: Named; sent: Sent }
export const buildingPage = (building: Building, forms: { visits: Form; shows: Form }, { shown, groups, visits, named, sent }: Around, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const homes = shown.catalogue.homes.filter((home) => home.building.id === building.id)
  const action = paths.buildingOf(building.id)
  return html`${head(building.name, `${building.neighbourhood}, ${building.city}`, words)}${cameNotice(sent, words)}<div class="stack"><section class="card"><div class="in">${facts([[words.address, building.address], [words.clock, building.zone]])}</div></section>
${formCard({ title: words.visits, form: forms.visits, action, sent }, inside)}${formCard({ title: words.whoShows, form: forms.shows, action, sent }, inside)}${closedCard(groups, `${paths.blackouts}?building=${building.id}`, inside)}
<section class="card"><h2>${words.homes} ${badge(homes.length.toLocaleString(inside.language))}</h2>${homes.length === 0 ? empty(words.nothing, '') : html`${homesTable(homes.slice(0, mostHomes), words, false)}${homes.length > mostHomes && html`<p class="in"><a href="${paths.catalogue}?q=${encodeURIComponent(building.name)}">${words.more(homes.length - mostHomes)}</a></p>`}`}</section>${visitsCard(visits, shown, named, inside)}</div>`
}

export const homePage = (home: Home, form: Form, { shown, visits, named, sent }: Omit<Around, 'groups'>, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const seats = seatsOf(home)
  return html`${head(home.title, html`<a href="${paths.buildingOf(home.building.id)}">${home.building.name}</a> · ${home.unit}`, words)}${cameNotice(sent, words)}<div class="stack"><section class="card"><div class="in">${facts([[words.status, home.isOpen ? badge(words.open, 'good') : badge(words.closed)], [words.rent, pesos(home.rentMxn)], [words.seats, seats > 1 ? words.group(seats) : words.alone]])}</div></section>
${formCard({ title: words.availability, form, action: paths.homeOf(home.id), sent }, inside)}${visitsCard(visits, shown, named, inside)}</div>`
}

export const agentPage = (agent: Agent, form: Form, calendarOf: CalendarOf, { shown, groups, visits, named, sent }: Around, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const own = shown.buildings.filter(({ id }) => agent.buildings.has(id))
  const limits = [...new Set(own.map(({ visits: { perAgentAndDay } }) => perAgentAndDay))]
  return html`${head(agent.name, agent.isActive ? undefined : badge(words.inactive), words)}${cameNotice(sent, words)}<div class="stack"><section class="card"><div class="in">${facts([
    [words.shows, own.length === 0 ? words.showsNothing : own.map(({ id, name }, at) => html`${at > 0 && ', '}<a href="${paths.buildingOf(id)}">${name}</a>`)], [words.calendar, calendarOf(agent)], ...contactOf(agent, words, inside),
    [words.perDay, limits.length === 0 ? undefined : limits.join(' / ')], [words.languages, agent.languages.map((each) => (each === 'en' ? inside.words.english : inside.words.spanish)).join(', ')],
  ])}</div></section>${formCard({ title: words.agentHours, form, action: paths.agentOf(agent.id), sent }, inside)}${closedCard(groups, `${paths.blackouts}?agent=${agent.id}`, inside)}${visitsCard(visits, shown, named, inside)}</div>`
}
