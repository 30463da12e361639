import { empty, html, live, type Html } from '@portero/tool-server/spine/page.ts'
import type { View } from './home-view.ts'
import { people } from './hubspot/people.ts'
import { hostModules } from './lab-frame.ts'
import { aboutRecord, nameOf, recordIn, type RecordRef, type State } from './record-about.ts'

// HubSpot's own pages with Portero in them: a record with its cards, the app's page, its settings.
export type Hosting = { portal: string; publicUrl: string }
type Frame = { view: View; hosting: Hosting; isPrepared: boolean }

export const recordBody = (ref: RecordRef, state: State, frame: Frame): Html => {
  const { view } = frame
  const { words } = view
  const record = recordIn(state, ref)
  if (!record) return empty(words.noSuchRecord, words.noSuchRecordText)
  return html`${hostModules}<div class="head"><div><small>${ref.type === 'contact' ? words.contact : words.deal}</small><h1>${nameOf(ref, record, view)}</h1></div>${asWhom(view)}</div>
<div class="crm" data-crm="${forCards(frame)}">${about(`record=${ref.type}/${ref.id}`, aboutRecord(ref, state, view), view)}${cards(view)}</div>`
}

// The same record in the lab's home: whoever the phone belongs to, and cards that are opened once more when something has changed.
export const recordPane = (ref: RecordRef | undefined, state: State | undefined, frame: Frame): Html => {
  const { view } = frame
  return html`<div class="crm${!ref && ' empty-record'}" data-crm="${forCards(frame)}" data-follow>${about(`number=${encodeURIComponent(view.number)}`, aboutOf(ref, state, view), view)}${cards(view)}</div>`
}

export const aboutOf = (ref: RecordRef | undefined, state: State | undefined, view: View): Html => {
  const { words } = view
  if (!state) return empty(words.noHubspot, words.noHubspotText)
  if (!ref) return empty(words.noRecord, words.noRecordText)
  return aboutRecord(ref, state, view)
}

export const appBody = (which: 'app' | 'settings', frame: Frame): Html => {
  const { words } = frame.view
  const [card, location, title] = which === 'app' ? ['AppPage', 'pages', words.appHome] : ['SettingsPage', 'settings', words.appSettings]
  const tab = (href: string, label: string, isCurrent: boolean): Html => html`<a class="button" href="${href}?user=${frame.view.person.id}"${isCurrent && html` aria-current="page"`}>${label}</a>`
  return html`${hostModules}<div class="head"><div><small>HubSpot</small><h1>Portero · ${title}</h1></div><nav class="line" aria-label="Portero">${tab('/app', words.appHome, which === 'app')}${tab('/app/settings', words.appSettings, which === 'settings')}</nav>${asWhom(frame.view)}</div>
<div class="crm alone-card" data-crm="${forCards(frame)}"><section class="card in" aria-label="${title}">${mount(card, location, title)}</section></div>`
}

const about = (query: string, body: Html, { words, person }: View): Html => html`<aside class="card about-record" aria-label="${words.record}">${live({ url: `/_pages/about?${query}&user=${person.id}`, everyMs: 1_000, away: words.away, body })}</aside>`

const mount = (card: string, location: string, title: string): Html => html`<div class="card-place" data-card="${card}" data-location="${location}" data-title="${title}"></div>`

const cards = ({ words }: View): Html => {
  const tabs = [['ConversationCard', words.communication], ['VisitCard', words.meeting]] as const
  const side = (card: string, location: string, title: string): Html => html`<section class="card"><h2>${title}</h2><div class="in">${mount(card, location, title)}</div></section>`
  return html`<section class="card of-cards"><div role="tablist" class="of-record" aria-label="${words.tabs}">${tabs.map(([card, title], at) => html`<button type="button" role="tab" id="tab-${card}" aria-controls="page-${card}" aria-selected="${at === 0 ? 'true' : 'false'}" tabindex="${at === 0 ? 0 : -1}">${title}</button>`)}</div>
${tabs.map(([card, title], at) => html`<div class="in" role="tabpanel" id="page-${card}" aria-labelledby="tab-${card}"${at > 0 && html` hidden`}>${mount(card, 'crm.record.tab', title)}</div>`)}</section>
<div class="side">${side('VisitCard', 'crm.record.sidebar', words.meeting)}${side('PreviewCard', 'crm.preview', words.preview)}</div>`
}

const asWhom = ({ words, person }: View): Html => html`<form class="as-whom push" method="get"><label for="user">${words.asWhom}</label><select id="user" name="user">${people.map(({ id, firstName, lastName, role }) => html`<option value="${id}"${id === person.id && html` selected`}>${firstName} ${lastName} (${words.role[role]})</option>`)}</select><noscript><button>${words.change}</button></noscript></form>`

// What HubSpot tells each card of where it is, and the words of the host around it.
const forCards = ({ view, hosting, isPrepared }: Frame): string => {
  const { words, language, person } = view
  const { preparing, notPrepared, notPreparedText, cardStopped, unknownComponent, failed, close, clear, pages, previous, next, table, noNumbers } = words
  return JSON.stringify({
    isPrepared,
    context: {
      user: { id: Number(person.id), email: person.email, emails: [person.email], firstName: person.firstName, lastName: person.lastName, roles: [], teams: [], permissions: [], locale: language.toLowerCase(), language: language.slice(0, 2) },
      portal: { id: Number(hosting.portal), timezone: 'America/Mexico_City' },
      extension: { appId: 31_337, appName: 'Portero' },
      variables: { TOOL_BASE_URL: hosting.publicUrl },
    },
    words: { preparing, notPrepared, notPreparedText, cardStopped, unknownComponent, failed, close, clear, pages, previous, next, table, noNumbers },
  })
}
