import { connectionsWords, views, type ConnectionsWords } from '@portero/shared'
import type { Connecting } from '../actions/connecting.ts'
import { minuteMs } from '../domain/zones.ts'
import { may } from '../domain/roles.ts'
import { badge, empty, formButton, html, live, notice, table, type Html, type Part } from '../spine/page.ts'
import type { AccountShown, AgentShown, ConnectionsShown } from '../store/connections-view.ts'
import { shortTime } from './dates.ts'
import { facts, paths, type Inside } from './frame.ts'

// Which accounts we work with.
type Connectable = Pick<Connecting, 'calendars' | 'vendors'>
export type ConnectionsCame = 'done' | 'connected' | { kept: string; endUrl: string } // kept: at whose vendor what they allowed us could not be taken back
const behindMs = 15 * minuteMs // three looks that failed

// unasked: visits over which something came, that nobody could be called for. refused: and those that their calendar didn't take.
export type PageShown = ConnectionsShown & { unasked: number; refused: number }
export const connectionsPage = (found: PageShown, connecting: Connectable, came: ConnectionsCame | undefined, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p></div>
${came && cameNotice(came, words)}${!isAdmin(inside) && notice('info', words.onlyAdmins, undefined)}
${live({ url: paths.live(paths.connections), everyMs: 3_000, away: inside.words.away, body: connectionsBody(found, connecting, inside), className: 'stack' })}`
}

export const connectionsBody = ({ agents, accounts, unasked, refused }: PageShown, connecting: Connectable, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  const isCalendar = ({ vendor }: AccountShown): boolean => connecting.calendars.includes(vendor)
  const ofAgent = ({ address }: AgentShown): AccountShown[] => accounts.filter((each) => isCalendar(each) && each.account.toLowerCase() === address)
  const strays = accounts.filter((each) => isCalendar(each) && !agents.some(({ address }) => address === each.account.toLowerCase()))
  const others = [...accounts.filter((each) => !isCalendar(each)), ...strays]
  const rows = agents.flatMap((agent) => {
    const own = ofAgent(agent)
    return own.length === 0 ? [agentRow(agent, undefined, connecting, words, inside)] : own.map((account) => agentRow(agent, account, connecting, words, inside))
  })
  return html`${unasked > 0 && notice('bad', words.unasked(unasked), undefined)}${refused > 0 && notice('bad', words.refused(refused), undefined)}<section class="card"><h2>${words.calendars}</h2><p class="in soft">${words.calendarsText}</p>${agents.length === 0 ? empty(words.noAgents, words.noAgentsText) : table([words.agent, words.calendar, words.state, words.fresh, words.action], rows)}
${isAdmin(inside) && connecting.vendors.length === 0 && html`<p class="in soft">${words.noApp}</p>`}</section>
<section class="card"><h2>${words.others}</h2>${others.length === 0 ? empty(words.noOthers, words.noOthersText) : table([words.system, words.account, words.state, words.fresh, words.heard, words.action], others.map((account) => otherRow(account, isCalendar(account), words, inside)))}</section>`
}

export const confirmDisconnect = ({ id, vendor, account }: AccountShown, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  const { signedIn: { csrf } } = inside
  return html`<div class="narrow stack"><div class="head"><h1>${words.confirmTitle(views.vendorName(vendor))}</h1></div><section class="card"><div class="in stack">${facts([[words.account, account]])}<p>${words.confirmText(account)}</p>
<div class="line">${formButton({ action: paths.disconnect(id), csrf, label: words.sure, kind: 'danger' })}<a class="button" href="${paths.connections}">${words.cancel}</a></div></div></section></div>`
}

const cameNotice = (came: ConnectionsCame, words: ConnectionsWords): Html =>
  typeof came === 'string' ? notice('good', words[came], undefined) : notice('warn', words.kept(views.vendorName(came.kept)), html`<a href="${came.endUrl}" rel="noreferrer">${came.endUrl}</a>`)
const isAdmin = ({ signedIn }: Inside): boolean => may(signedIn.operator.role, 'connections:write')
const time = (at: number | undefined, words: ConnectionsWords, { now, language }: Inside): Part => (at === undefined ? html`<span class="soft">${words.never}</span>` : shortTime(at, now, language))

const stateOf = ({ troubles, readAt, waiting }: AccountShown, words: ConnectionsWords, { now }: Inside, isRead: boolean): Html =>
  troubles.length > 0 ? html`${badge(words.broken, 'bad')}${waiting > 0 && html` <span class="soft">${words.waits(waiting)}</span>`}`
  : !isRead ? badge(words.works, 'good')
  : readAt === undefined ? badge(words.reading, 'info')
  : now - readAt > behindMs ? badge(words.behind, 'warn')
  : badge(words.works, 'good')

const disconnectLink = ({ id }: AccountShown, words: ConnectionsWords): Html => html`<a class="button" href="${paths.disconnect(id)}">${words.disconnect}</a>`

const agentRow = ({ slug, name, address }: AgentShown, account: AccountShown | undefined, { vendors }: Connectable, words: ConnectionsWords, inside: Inside): { id: string; cells: Part[] } => {
  const start = (vendor: string, label: string): Html => html`<a class="button" href="${paths.connect(vendor, slug)}">${label}</a>`
  const actions = account === undefined
    ? address !== undefined && vendors.length > 0 && html`<span class="soft">${words.connect}</span>${vendors.map((vendor) => start(vendor, views.vendorName(vendor)))}`
    : [account.troubles.length > 0 && vendors.includes(account.vendor) && start(account.vendor, words.reconnect), disconnectLink(account, words)]
  return {
    id: `${slug}-${account?.id ?? ''}`,
    cells: [
      html`<b>${name}</b>`,
      account ? html`${views.vendorName(account.vendor)}<br><span class="soft">${account.account}</span>` : html`<span class="soft">${address ?? ''}</span>`,
      account ? stateOf(account, words, inside, true) : badge(address === undefined ? words.noAddress : words.none),
      account && time(account.readAt, words, inside),
      isAdmin(inside) && html`<div class="line">${actions}</div>`,
    ],
  }
}

// canEnd: the calendar of somebody who left must be.
const otherRow = (account: AccountShown, canEnd: boolean, words: ConnectionsWords, inside: Inside): { id: string; cells: Part[] } => ({
  id: account.id,
  cells: [html`<b>${views.vendorName(account.vendor)}</b>`, account.account, stateOf(account, words, inside, false), time(account.readAt, words, inside), time(account.heardAt, words, inside), canEnd && isAdmin(inside) && disconnectLink(account, words)],
})
