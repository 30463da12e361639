import { catalogueDeskWords, type CatalogueDeskWords } from '@portero/shared'
import type { Booked } from '../domain/catalogue-preview.ts'
import { seatsOf, type Agent, type Building, type Home } from '../domain/homes.ts'
import { pesos } from '../domain/offers.ts'
import { may } from '../domain/roles.ts'
import { badge, empty, html, notice, table, type Html, type Part } from '../spine/page.ts'
import type { CatalogueShown } from '../store/homes.ts'
import { facts, paths, type Inside } from './frame.ts'

// All that is rented, and who shows it. Whoever is signed in may look; an admin changes it.
export type Sought = { text: string; only: 'all' | 'open' | 'closed' }
export type CalendarOf = (agent: Agent) => Part
export const mostHomes = 100
const fewHomes = 20 // before anybody has searched

export const cataloguePage = (shown: CatalogueShown, { text, only }: Sought, booked: readonly Booked[], calendarOf: CalendarOf, inside: Inside): Html => {
  const words = catalogueDeskWords[inside.language]
  const { buildings, catalogue: { homes, agents } } = shown
  const fits = fitting(text)
  const someHomes = homes.filter((home) => (only === 'all' || home.isOpen === (only === 'open')) && fits([home.title, home.unit, home.slug, home.building.name, home.building.neighbourhood]))
  const isSought = text !== '' || only !== 'all'
  const most = isSought ? mostHomes : fewHomes
  const someBuildings = buildings.filter((each) => (only === 'all' && fits([each.name, each.neighbourhood, each.city, each.address])) || someHomes.some(({ building }) => building.id === each.id))
  const someAgents = agents.filter(({ name }) => fits([name]))
  const isNothing = someHomes.length + someBuildings.length + someAgents.length === 0
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p><div class="push line"><a class="button" href="${paths.blackouts}">${words.blackouts}</a>${isAdmin(inside) && html`<a class="button" href="${paths.catalogueFile}" download>${words.download}</a>`}</div></div>
${!isAdmin(inside) && notice('info', words.onlyAdmins, undefined)}${searchForm({ text, only }, isSought, words)}<div class="stack">
${buildings.length === 0 ? html`<div class="card">${empty(words.none, words.noneText)}</div>` : isNothing ? html`<div class="card">${empty(words.nothing, words.nothingText)}</div>` : html`${someBuildings.length > 0 && html`<section class="card"><h2>${words.buildings}</h2>${table([words.building, words.homes, words.agents, words.visitsAhead], someBuildings.map((each) => buildingRow(each, shown, booked, words, inside)))}</section>`}
${someAgents.length > 0 && html`<section class="card"><h2>${words.agents}</h2>${table([words.agent, words.shows, words.calendar, words.visitsAhead], someAgents.map((each) => agentRow(each, shown, booked, calendarOf, words, inside)))}</section>`}
${someHomes.length > 0 && html`<section class="card"><h2>${words.homes} ${badge(someHomes.length.toLocaleString(inside.language))}</h2>${homesTable(someHomes.slice(0, most), words, true)}${someHomes.length > most && html`<p class="in soft">${words.more(someHomes.length - most)}</p>`}</section>`}`}</div>`
}

export const isAdmin = ({ signedIn }: Inside): boolean => may(signedIn.operator.role, 'settings:write')

// Every word that was typed stands somewhere, with or without its accents.
const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
const fitting = (text: string): ((texts: readonly string[]) => boolean) => {
  const asked = plain(text).split(/\s+/).filter((each) => each !== '')
  return (texts) => asked.every((each) => texts.some((one) => plain(one).includes(each)))
}

const searchForm = ({ text, only }: Sought, isSought: boolean, words: CatalogueDeskWords): Html => html`<form method="get" action="${paths.catalogue}" class="seek" role="search"><div><label for="q">${words.find}</label><input id="q" name="q" type="search" maxlength="80" placeholder="${words.findHint}" value="${text}"></div>
<div><label for="only">${words.show}</label><select id="only" name="only">${([['all', words.showAll], ['open', words.showOpen], ['closed', words.showClosed]] as const).map(([value, label]) => html`<option value="${value}"${only === value && html` selected`}>${label}</option>`)}</select></div><button>${words.find}</button>${isSought && html`<a class="button" href="${paths.catalogue}">${words.clear}</a>`}</form>`

const buildingRow = ({ id, name, neighbourhood, city }: Building, { catalogue: { homes, agents } }: CatalogueShown, booked: readonly Booked[], words: CatalogueDeskWords, { language }: Inside): { id: string; cells: Part[] } => {
  const own = homes.filter(({ building }) => building.id === id)
  const ids = new Set(own.map((home) => home.id))
  const showing = agents.filter(({ isActive, buildings }) => isActive && buildings.has(id)).map((agent) => agent.name)
  return { id, cells: [html`<a href="${paths.buildingOf(id)}"><b>${name}</b></a><br><span class="soft">${neighbourhood}, ${city}</span>`, words.ofHomes(own.filter(({ isOpen }) => isOpen).length, own.length), showing.length > 0 ? showing.join(', ') : badge(words.noAgents, 'warn'), booked.filter(({ home }) => ids.has(home)).length.toLocaleString(language)] }
}
const agentRow = (agent: Agent, { buildings }: CatalogueShown, booked: readonly Booked[], calendarOf: CalendarOf, words: CatalogueDeskWords, inside: Inside): { id: string; cells: Part[] } => {
  const names = buildings.flatMap(({ id, name }) => (agent.buildings.has(id) ? [name] : []))
  return { id: agent.id, cells: [html`<a href="${paths.agentOf(agent.id)}"><b>${agent.name}</b></a> ${!agent.isActive && badge(words.inactive)}${facts(contactOf(agent, words, inside))}`, names.length > 0 ? names.join(', ') : words.showsNothing, calendarOf(agent), booked.filter((visit) => visit.agent === agent.id).length.toLocaleString(inside.language)] }
}
// An admin sees all of it; others as much as tells one from another.
export const contactOf = ({ phone, email, calendar }: Agent, words: CatalogueDeskWords, inside: Inside): [string, string | undefined][] => {
  const address = email ?? calendar
  return isAdmin(inside) ? [[words.phone, phone], [words.email, address]] : [[words.phone, phone && words.ending(phone.slice(-4))], [words.email, address?.replace(/^(.).*@/u, '$1…@')]]
}

export const homesTable = (homes: readonly Home[], words: CatalogueDeskWords, hasBuilding: boolean): Html =>
  table([words.home, ...(hasBuilding ? [words.building] : []), words.status, words.rent, words.seats], homes.map((home) => ({
    id: home.id,
    cells: [
      html`<a href="${paths.homeOf(home.id)}"><b>${home.title}</b></a><br><span class="soft">${home.unit}</span>`, ...(hasBuilding ? [html`<a href="${paths.buildingOf(home.building.id)}">${home.building.name}</a>`] : []),
      home.isOpen ? badge(words.open, 'good') : badge(words.closed), html`<span class="number">${pesos(home.rentMxn)}</span>`, seatsOf(home) > 1 ? words.group(seatsOf(home)) : words.alone,
    ],
  })))
