import { connectionsWords, views, type ConnectionsWords } from '@portero/shared'
import type { Connecting } from '../actions/connecting.ts'
import type { Trying } from '../actions/try-connections.ts'
import { may } from '../domain/roles.ts'
import { badge, empty, formButton, html, live, notice, table, type Html, type Part } from '../spine/page.ts'
import type { AccountShown, AgentShown } from '../store/connections-view.ts'
import { queueOf, systemCard, testButton } from './connection-cards.ts'
import { driftCard } from './connection-drift.ts'
import { behindMs, systemsOf, type PageShown } from './connection-signs.ts'
import { shortTime } from './dates.ts'
import { facts, paths, type Inside } from './frame.ts'

// The systems that we work with, how each does, and whose calendars are connected.
export type Connectable = Pick<Connecting, 'calendars' | 'vendors'> & Pick<Trying, 'about' | 'keyed'>
const cames = ['done', 'connected', 'pasted', 'tooOften'] as const
export type ConnectionsCame = (typeof cames)[number] | { kept: string; endUrl: string } // kept: at whose vendor what they allowed us could not be taken back
export const connectionsPage = (found: PageShown, connecting: Connectable, came: ConnectionsCame | undefined, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p>${isAdmin(inside) && html`<div class="push"><a class="button" href="${paths.pasteConnection}">${words.add}</a></div>`}</div>
${came && cameNotice(came, words)}${!isAdmin(inside) && notice('info', words.onlyAdmins, undefined)}
${live({ url: paths.live(paths.connections), away: inside.words.away, body: connectionsBody(found, connecting, inside), className: 'stack' })}`
}

export const connectionsBody = (found: PageShown, connecting: Connectable, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  const { agents, accounts, unasked, refused, lines } = found
  const isCalendar = ({ vendor }: AccountShown): boolean => connecting.calendars.includes(vendor)
  const ofAgent = ({ address }: AgentShown): AccountShown[] => accounts.filter((each) => isCalendar(each) && each.account.toLowerCase() === address)
  const strays = accounts.filter((each) => isCalendar(each) && !agents.some(({ address }) => address === each.account.toLowerCase()))
  const rows = agents.flatMap((agent) => {
    const own = ofAgent(agent)
    return own.length === 0 ? [agentRow(agent, undefined, connecting, words, inside)] : own.map((account) => agentRow(agent, account, connecting, words, inside))
  })
  const systems = systemsOf(found, connecting.calendars, connecting.about)
  const cards = systems.map((system) => {
    const { quotas = [], isHeard = false } = connecting.about(system.vendor) ?? {}
    return systemCard(system, { quotas, isHeard, isKeyed: connecting.keyed.includes(system.vendor) }, inside)
  })
  return html`${unasked > 0 && notice('bad', words.unasked(unasked), undefined)}${refused > 0 && notice('bad', words.refused(refused), undefined)}${systems.length === 0 ? html`<section class="card">${empty(words.noSystems, words.noSystemsText)}</section>` : cards}
${driftCard(found, inside)}
<section class="card"><h2>${words.ours}</h2><div class="in">${queueOf(lines.filter(({ connection }) => connection === undefined), inside)}${may(inside.signedIn.operator.role, 'queue:write') && html`<p><a href="${paths.queue}">${words.toQueue}</a></p>`}</div></section>
<section class="card"><h2>${words.calendars}</h2><p class="in soft">${words.calendarsText}</p>${agents.length === 0 ? empty(words.noAgents, words.noAgentsText) : table([words.agent, words.calendar, words.state, words.fresh, words.action], [...rows, ...strays.map((account) => strayRow(account, words, inside))])}
${isAdmin(inside) && connecting.vendors.length === 0 && html`<p class="in soft">${words.noApp}</p>`}</section>`
}

export const confirmDisconnect = ({ id, vendor, account }: AccountShown, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  const { signedIn: { csrf } } = inside
  return html`<div class="narrow stack"><div class="head"><h1>${words.confirmTitle(views.vendorName(vendor))}</h1></div><section class="card"><div class="in stack">${facts([[words.account, account]])}<p>${words.confirmText(account)}</p>
<div class="line">${formButton({ action: paths.disconnect(id), csrf, label: words.sure, kind: 'danger' })}<a class="button" href="${paths.connections}">${words.cancel}</a></div></div></section></div>`
}

const cameNotice = (came: ConnectionsCame, words: ConnectionsWords): Html =>
  typeof came === 'string' ? notice(came === 'tooOften' ? 'warn' : 'good', words[came], undefined) : notice('warn', words.kept(views.vendorName(came.kept)), html`<a href="${came.endUrl}" rel="noreferrer">${came.endUrl}</a>`)
const isAdmin = ({ signedIn }: Inside): boolean => may(signedIn.operator.role, 'connections:write')
const time = (at: number | undefined, words: ConnectionsWords, { now, language }: Inside): Part => (at === undefined ? html`<span class="soft">${words.never}</span>` : shortTime(at, now, language))

export const stateOf = ({ troubles, readAt, waiting }: AccountShown, words: ConnectionsWords, { now }: Inside): Html =>
  troubles.length > 0 ? html`${badge(words.broken, 'bad')}${waiting > 0 && html` <span class="soft">${words.waits(waiting)}</span>`}`
  : readAt === undefined ? badge(words.reading, 'info')
  : now - readAt > behindMs ? badge(words.behind, 'warn')
  : badge(words.works, 'good')

const disconnectLink = ({ id }: AccountShown, words: ConnectionsWords): Html => html`<a class="button" href="${paths.disconnect(id)}">${words.disconnect}</a>`

const agentRow = ({ slug, name, address }: AgentShown, account: AccountShown | undefined, { vendors }: Connectable, words: ConnectionsWords, inside: Inside): { id: string; cells: Part[] } => {
  const start = (vendor: string, label: string): Html => html`<a class="button" href="${paths.connect(vendor, slug)}">${label}</a>`
  const actions = account === undefined
    ? address !== undefined && vendors.length > 0 && html`<span class="soft">${words.connect}</span>${vendors.map((vendor) => start(vendor, views.vendorName(vendor)))}`
    : [account.troubles.length > 0 && vendors.includes(account.vendor) && start(account.vendor, words.reconnect), testButton(account.id, words, inside), disconnectLink(account, words)]
  return {
    id: `${slug}-${account?.id ?? ''}`,
    cells: [
      html`<b>${name}</b>`,
      account ? html`${views.vendorName(account.vendor)}<br><span class="soft">${account.account}</span>` : html`<span class="soft">${address ?? ''}</span>`,
      account ? stateOf(account, words, inside) : badge(address === undefined ? words.noAddress : words.none),
      account && time(account.readAt, words, inside),
      isAdmin(inside) && html`<div class="line">${actions}</div>`,
    ],
  }
}

// The calendar of somebody who left.
const strayRow = (account: AccountShown, words: ConnectionsWords, inside: Inside): { id: string; cells: Part[] } => ({
  id: account.id,
  cells: [html`<span class="soft">${words.notAgent}</span>`, html`${views.vendorName(account.vendor)}<br><span class="soft">${account.account}</span>`, stateOf(account, words, inside), time(account.readAt, words, inside), isAdmin(inside) && html`<div class="line">${testButton(account.id, words, inside)}${disconnectLink(account, words)}</div>`],
})

// What the page says after it was sent on.
export const plainCame = (code: unknown): ConnectionsCame | undefined => cames.find((each) => each === code)
