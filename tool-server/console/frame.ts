import type { Request, RequestHandler, Response, Router } from 'express'
import { AppError, accessWords, catalogueDeskWords, connectionsWords, consoleWords, figureWords, hubspotWords, privacyDeskWords, shellWords, type ConsoleWords, type Language } from '@portero/shared'
import type { Millis, Tool } from '../define.ts'
import type { Drafts } from '../actions/card-draft.ts'
import type { Connecting } from '../actions/connecting.ts'
import type { HeldThere } from '../actions/held-there.ts'
import type { Review } from '../actions/review.ts'
import type { See } from '../actions/see.ts'
import type { Trying } from '../actions/try-connections.ts'
import type { Own } from '../domain/reads.ts'
import { may, type Scope, type Staff } from '../domain/roles.ts'
import type { Elsewhere } from '../domain/sign-in.ts'
import { calls, wordsFor } from '../domain/troubles.ts'
import type { Acting } from '../spine/act.ts'
import type { Audit } from '../spine/audit.ts'
import type { Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Limits } from '../spine/knocks.ts'
import type { Look } from '../spine/live.ts'
import type { Log } from '../spine/log.ts'
import type { AuthServers } from '../spine/oauth-server.ts'
import { html, layout, notice, type Html, type Link, type Nav, type Part } from '../spine/page.ts'
import type { ToolKeys } from '../spine/tool-keys.ts'
import type { Vault } from '../spine/vault.ts'
import type { RetentionClass } from '../store/retention.ts'
import type { SignedIn } from '../store/sign-ins.ts'
import type { Sought } from '../store/sought.ts'
import type { Place } from '../store/transcripts.ts'
import type { TroubleShown } from '../store/troubles.ts'
import { languageHere } from './cookies.ts'
import { fullTimeText } from './dates.ts'

// What all pages of the console share: who looks, in which language, and what stands around.
export type ConsoleNeeds = { db: Db; clock: Clock; vault: Vault; audit: Audit; acting: Acting; see: See; log: Log; tenant: string; publicBaseUrl: string; tools: readonly Tool[]; toolKeys: Pick<ToolKeys, 'find' | 'make' | 'end' | 'all'>; company: string; wake(): void; connections: Pick<Connections, 'all'>; connecting: Connecting; review: Review; trying: Trying; limits: Pick<Limits, 'staff'>; hasMail?(): Promise<boolean>; heldThere(person: string): Promise<HeldThere>; retention?: readonly RetentionClass[]; closing: AbortSignal; own(tenant: string): Own; drafts?: Drafts; elsewhere?: ElsewhereNeeds | undefined } // heldThere: what vendors keep of somebody. closing: streams end with the server. elsewhere: the company's own sign-in, where there is one
export type ElsewhereNeeds = { settings: Elsewhere; servers: Pick<AuthServers, 'askUrl' | 'whoCame' | 'whoLeft'> }
export type View = { words: ConsoleWords; language: Language; now: Millis; here: string } // here: where this page is found again
export type Inside = View & { signedIn: SignedIn; subject: Staff; toReview: number; privacyDue?: number; troubles: readonly TroubleShown[]; areLockedOut?: boolean } // areLockedOut: somebody was, again and again, and whoever looks may know. toReview: what the sync with HubSpot leaves to people, by count. privacyDue: how many requests on people's data are due soon, or were

export const viewOf = (request: Request, clock: Clock): View => {
  const language = languageHere(request)
  return { language, words: consoleWords[language], now: clock.now(), here: request.method === 'GET' ? request.originalUrl : paths.home }
}

export const paths = {
  home: '/console', today: '/console/today', value: '/console/value', conversations: '/console/conversations', unanswered: '/console/conversations?state=unanswered', language: '/console/language', signIn: '/console/sign-in', signInCallback: '/console/sign-in/company/callback', signOutThere: '/console/sign-in/company/out', signOut: '/console/sign-out', access: '/console/access', queue: '/console/queue', kit: '/console/bird-kit', people: '/console/people', hubspot: '/console/hubspot', backfill: '/console/hubspot/backfill', connections: '/console/connections', privacy: '/console/privacy', registers: '/console/privacy/registers', consents: '/console/privacy/consents', retention: '/console/privacy/retention', retentionOf: (name: string) => `/console/privacy/retention?class=${encodeURIComponent(name)}#runs`, replayAll: '/console/queue/replay', stopReplay: '/console/queue/stop',
  signInElsewhere: (next?: string) => `/console/sign-in/company${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`, person: (id: string, wish: string) => `/console/access/people/${id}/${wish}`, key: (id: string, wish: string) => `/console/access/keys/${id}/${wish}`,
  figure: (name: string, { from, to }: { from: Millis; to: Millis }, which?: string) => `/console/figures/${name}?from=${from}&to=${to}${which === undefined ? '' : `&which=${encodeURIComponent(which)}`}`, valueOf: (period: string, form: '' | '.csv' = '') => `/console/value${form}?period=${period}`,
  catalogue: '/console/catalogue', catalogueFile: '/console/catalogue.yaml', blackouts: '/console/catalogue/blackouts', buildingOf: (id: string) => `/console/catalogue/buildings/${id}`, homeOf: (id: string) => `/console/catalogue/homes/${id}`, agentOf: (id: string) => `/console/catalogue/agents/${id}`,
  privacyCase: (id: string) => `/console/privacy/${id}`, archive: (id: string) => `/console/privacy/${id}/archive`, certificate: (id: string, form: 'html' | 'json') => `/console/privacy/${id}/certificate.${form}`,
  pasteConnection: '/console/connections/new', pasteOf: (vendor: string, account: string) => `/console/connections/new?vendor=${encodeURIComponent(vendor)}&account=${encodeURIComponent(account)}`, testConnection: (id: string) => `/console/connections/${id}/test`, disconnect: (id: string) => `/console/connections/${id}/end`, connect: (vendor: string, agent: string) => `/oauth/${vendor}/start?agent=${encodeURIComponent(agent)}`, conversationsBy: (filter: Filter, before?: string) => addressOf('/console/conversations', { ...given(filter), ...(before !== undefined && { before }) }), conversation: (id: string) => `/console/conversations/${id}`, visits: (conversation: string) => `/console/conversations/${conversation}/visits`, media: (message: string, place: number) => `/console/media/${message}/${place}`, peopleOf: (person: string) => `/console/people?person=${person}`, merge: (id: string) => `/console/people/${id}`, crmContact: (id: string) => `/console/hubspot/contacts/${id}`, crmChange: (id: string) => `/console/hubspot/changes/${id}`, dead: (id: string) => `/console/queue/${id}`, replay: (id: string) => `/console/queue/${id}/replay`, live: (path: string) => path.replace('/console', '/console/live'),
}

// Of the list of conversations, as an address says it: days as YYYY-MM-DD.
export type Filter = { state?: Sought['state']; from?: string | undefined; to?: string | undefined }
export const given = (filter: Filter): Record<string, string> => Object.fromEntries(Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
const addressOf = (path: string, query: Record<string, string>): string => (Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query).toString()}`)

export const sendPage = (response: Response, status: number, { language, troubles = [], areLockedOut }: View & Partial<Pick<Inside, 'troubles' | 'areLockedOut'>>, { title, nav, body, wide = false }: { title: string; nav?: Nav; body: Html; wide?: boolean }): void =>
  void response.status(status).type('html').send(layout({ title, language, nav, body: html`${troubles.map((trouble) => banner(trouble, language))}${areLockedOut && lockOutBanner(language)}${body}`, wide }))

// As the letter says it, for whoever gets none.
const banner = (trouble: TroubleShown, language: Language): Html => {
  const { subject, paragraphs: [why, waits], open } = wordsFor(trouble, { language, sinceText: fullTimeText(trouble.since, language) })
  return notice('bad', subject, html`${why} ${waits}${linked.has(trouble.what) && html` <a href="${paths.home}${calls[trouble.what].page}">${open}</a>`}`)
}
const linked: ReadonlySet<string> = new Set(['grant', 'dead', 'unseen', 'work'])

const lockOutBanner = (language: Language): Html => {
  const { subject, paragraphs, look } = accessWords[language].lockOut
  return notice('warn', subject, html`${paragraphs.join(' ')} <a href="${paths.access}">${look}</a>`)
}

export type Here = 'today' | 'value' | 'conversations' | 'people' | 'catalogue' | 'hubspot' | 'privacy' | 'connections' | 'queue' | 'kit' | 'access' | undefined
// What is worked with every day stands in front; what is looked after now and then, behind a button that says how much of it waits.
export const navFor = ({ words, language, here, toReview, privacyDue = 0, signedIn: { operator, csrf } }: Inside, current: Here): Nav => {
  const link = (name: Here, href: string, label: string, scope?: Scope): Link[] => (scope === undefined || may(operator.role, scope) ? [{ href, label, current: current === name }] : [])
  const { more, menu } = shellWords[language]
  return {
    home: paths.home,
    label: words.console,
    links: [
      ...link('today', paths.home, figureWords[language].today),
      ...link('conversations', paths.conversations, words.conversations),
      ...link('people', paths.people, words.persons),
      ...link('catalogue', paths.catalogue, catalogueDeskWords[language].nav),
      ...link('value', paths.value, figureWords[language].value),
    ],
    more: {
      label: more(toReview + privacyDue), menu: menu(toReview + privacyDue),
      links: [
        ...link('hubspot', paths.hubspot, hubspotWords[language].nav(toReview)),
        ...link('connections', paths.connections, connectionsWords[language].nav, 'connections:read'),
        ...link('queue', paths.queue, words.queue, 'queue:write'),
        ...link('privacy', paths.privacy, privacyDeskWords[language].nav(privacyDue), 'privacy:read'),
        ...link('access', paths.access, accessWords[language].nav, 'access:write'),
        ...link('kit', paths.kit, words.kit, 'kit:read'),
      ],
    },
    aside: html`${languageSwitch({ language, here }, csrf)}<span title="${operator.name}">${operator.name}</span><form method="post" action="${paths.signOut}"><input type="hidden" name="csrf" value="${csrf}"><button class="bare">${words.signOut}</button></form>`,
  }
}

export const languageSwitch = ({ language, here }: Pick<View, 'language' | 'here'>, csrf: string): Html => html`<form class="languages" method="post" action="${paths.language}" aria-label="${shellWords[language].languages}"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="back" value="${here}">${spoken.map(([each, short, name]) => html`<button class="language" name="language" value="${each}" lang="${each}" aria-label="${short}, ${name}"${each === language && html` aria-current="true"`}>${short}</button>`)}</form>`
const spoken = [['es-MX', 'ES', 'español'], ['en', 'EN', 'English']] as const

// A live part: what it looks like now, for whoever may see it.
export type LiveFor = (scope: Scope, look: (request: Request, inside: Inside) => Promise<Look>) => RequestHandler
export type ForScope = (scope: Scope, serve: (request: Request, response: Response, inside: Inside) => Promise<void>) => RequestHandler
export type DoorNeeds = ConsoleNeeds & { door: Router; forScope: ForScope; liveFor: LiveFor }

export const facts = (rows: readonly (readonly [label: string, value: Part])[]): Html =>
  html`<dl class="facts">${rows.flatMap(([label, value]) => (value === undefined ? [] : [html`<dt>${label}</dt><dd>${value}</dd>`]))}</dl>`

export const uuid = (text: string | undefined): string => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text ?? '')) throw new AppError('not_found', 'no id of ours')
  return text ?? ''
}

// Where a page of a list begins.
export const placeOf = ({ query }: Request, name: string): Place | undefined => placeIn(query[name])
export const placeIn = (from: unknown): Place | undefined => {
  const [, at, id] = /^(\d{1,14})\.([0-9a-f-]{36})$/.exec(typeof from === 'string' ? from : '') ?? []
  return at === undefined ? undefined : { at: Number(at), id: uuid(id) }
}
