import type { Request, Response } from 'express'
import { AppError, accessWords, connectionsWords, consoleWords, figureWords, hubspotWords, mailWords, privacyDeskWords, views, type ConsoleWords, type Language } from '@portero/shared'
import type { Millis, Tool } from '../define.ts'
import type { Connecting } from '../actions/connecting.ts'
import type { HeldThere } from '../actions/held-there.ts'
import type { See } from '../actions/see.ts'
import { may, type Staff } from '../domain/roles.ts'
import type { Elsewhere } from '../domain/sign-in.ts'
import type { Acting } from '../spine/act.ts'
import type { Audit } from '../spine/audit.ts'
import type { Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import { languageOf } from '../spine/doors.ts'
import type { Limits } from '../spine/knocks.ts'
import type { Log } from '../spine/log.ts'
import type { AuthServers } from '../spine/oauth-server.ts'
import { html, layout, notice, tagOf, textOf, type Html, type Nav, type Part } from '../spine/page.ts'
import type { ToolKeys } from '../spine/tool-keys.ts'
import type { Vault } from '../spine/vault.ts'
import type { SignedIn } from '../store/sign-ins.ts'
import type { Place } from '../store/transcripts.ts'
import type { TroubleShown } from '../store/troubles.ts'
import { fullTimeText } from './dates.ts'

// What all pages of the console share: who looks, in which language, and what stands around.
export type ConsoleNeeds = { db: Db; clock: Clock; vault: Vault; audit: Audit; acting: Acting; see: See; log: Log; tenant: string; publicBaseUrl: string; tools: readonly Tool[]; toolKeys: Pick<ToolKeys, 'find' | 'make' | 'end' | 'all'>; company: string; wake(): void; connections: Pick<Connections, 'all'>; connecting: Connecting; limits: Pick<Limits, 'staff'>; hasMail?(): Promise<boolean>; heldThere(person: string): Promise<HeldThere>; elsewhere?: ElsewhereNeeds | undefined } // heldThere: what vendors keep of somebody. elsewhere: the company's own sign-in, where there is one
export type ElsewhereNeeds = { settings: Elsewhere; servers: Pick<AuthServers, 'askUrl' | 'whoCame' | 'whoLeft'> }
export type View = { words: ConsoleWords; language: Language; now: Millis }
export type Inside = View & { signedIn: SignedIn; subject: Staff; toReview: number; privacyDue?: number; troubles: readonly TroubleShown[]; areLockedOut?: boolean } // areLockedOut: somebody was, again and again, and whoever looks may know. toReview: what the sync with HubSpot leaves to people, by count. privacyDue: how many requests on people's data are due soon, or were

export const viewOf = (request: Request, clock: Clock): View => {
  const language = languageOf(request.get('accept-language'))
  return { language, words: consoleWords[language], now: clock.now() }
}

export const paths = {
  home: '/console', today: '/console/today', value: '/console/value', unanswered: '/console?waiting=1', signIn: '/console/sign-in', signInCallback: '/console/sign-in/company/callback', signOutThere: '/console/sign-in/company/out', signOut: '/console/sign-out', access: '/console/access', queue: '/console/queue', kit: '/console/bird-kit', people: '/console/people', hubspot: '/console/hubspot', backfill: '/console/hubspot/backfill', connections: '/console/connections', privacy: '/console/privacy', registers: '/console/privacy/registers', replayAll: '/console/queue/replay',
  signInElsewhere: (next?: string) => `/console/sign-in/company${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`, person: (id: string, wish: string) => `/console/access/people/${id}/${wish}`, key: (id: string, wish: string) => `/console/access/keys/${id}/${wish}`,
  figure: (name: string, { from, to }: { from: Millis; to: Millis }) => `/console/figures/${name}?from=${from}&to=${to}`, valueOf: (period: string, form: '' | '.csv' = '') => `/console/value${form}?period=${period}`,
  privacyCase: (id: string) => `/console/privacy/${id}`, archive: (id: string) => `/console/privacy/${id}/archive`, certificate: (id: string, form: 'html' | 'json') => `/console/privacy/${id}/certificate.${form}`,
  disconnect: (id: string) => `/console/connections/${id}/end`, connect: (vendor: string, agent: string) => `/oauth/${vendor}/start?agent=${encodeURIComponent(agent)}`, conversation: (id: string) => `/console/conversations/${id}`, media: (message: string, place: number) => `/console/media/${message}/${place}`, peopleOf: (person: string) => `/console/people?person=${person}`, merge: (id: string) => `/console/people/${id}`, crmContact: (id: string) => `/console/hubspot/contacts/${id}`, crmChange: (id: string) => `/console/hubspot/changes/${id}`, replay: (id: string) => `/console/queue/${id}/replay`, live: (path: string) => path.replace('/console', '/console/live'),
}

export const sendPage = (response: Response, status: number, { language, troubles = [], areLockedOut }: View & Partial<Pick<Inside, 'troubles' | 'areLockedOut'>>, { title, nav, body, wide = false }: { title: string; nav?: Nav; body: Html; wide?: boolean }): void =>
  void response.status(status).type('html').send(layout({ title, language, nav, body: html`${troubles.map((trouble) => banner(trouble, language))}${areLockedOut && lockOutBanner(language)}${body}`, wide }))

// As the letter says it, for whoever gets none.
const banner = ({ vendor, what, since, said, waiting }: TroubleShown, language: Language): Html => {
  const { subject, paragraphs: [why, waits] } = mailWords[language].trouble[what](views.vendorName(vendor), { since: fullTimeText(since, language), said, waiting })
  return notice('bad', subject, html`${why} ${waits}${what === 'grant' && html` <a href="${paths.connections}">${mailWords[language].trouble.reconnect}</a>`}`)
}

const lockOutBanner = (language: Language): Html => {
  const { subject, paragraphs, look } = accessWords[language].lockOut
  return notice('warn', subject, html`${paragraphs.join(' ')} <a href="${paths.access}">${look}</a>`)
}

export const navFor = ({ words, language, toReview, privacyDue = 0, signedIn: { operator, csrf } }: Inside, current: 'today' | 'value' | 'conversations' | 'people' | 'hubspot' | 'privacy' | 'connections' | 'queue' | 'kit' | 'access' | undefined): Nav => ({
  home: paths.home,
  label: words.console,
  links: [
    { href: paths.today, label: figureWords[language].today, current: current === 'today' },
    { href: paths.home, label: words.conversations, current: current === 'conversations' },
    { href: paths.people, label: words.persons, current: current === 'people' },
    { href: paths.hubspot, label: hubspotWords[language].nav(toReview), current: current === 'hubspot' },
    { href: paths.value, label: figureWords[language].value, current: current === 'value' },
    ...(may(operator.role, 'privacy:read') ? [{ href: paths.privacy, label: privacyDeskWords[language].nav(privacyDue), current: current === 'privacy' }] : []),
    ...(may(operator.role, 'connections:read') ? [{ href: paths.connections, label: connectionsWords[language].nav, current: current === 'connections' }] : []),
    ...(may(operator.role, 'queue:write') ? [{ href: paths.queue, label: words.queue, current: current === 'queue' }] : []),
    ...(may(operator.role, 'access:write') ? [{ href: paths.access, label: accessWords[language].nav, current: current === 'access' }] : []),
    ...(may(operator.role, 'kit:read') ? [{ href: paths.kit, label: words.kit, current: current === 'kit' }] : []),
  ],
  aside: html`<span title="${operator.name}">${operator.name}</span><form method="post" action="${paths.signOut}"><input type="hidden" name="csrf" value="${csrf}"><button class="bare">${words.signOut}</button></form>`,
})

// A live part is sent only when it has changed. shown: runs when it is.
export const sendLive = async (request: Request, response: Response, body: Html, shown: () => Promise<void> = async () => {}): Promise<void> => {
  const text = textOf(body)
  response.set('etag', tagOf(text))
  if (request.get('if-none-match') === tagOf(text)) return void response.status(304).end()
  await shown()
  response.type('html').send(text)
}

export const facts = (rows: readonly (readonly [label: string, value: Part])[]): Html =>
  html`<dl class="facts">${rows.flatMap(([label, value]) => (value === undefined ? [] : [html`<dt>${label}</dt><dd>${value}</dd>`]))}</dl>`

export const uuid = (text: string | undefined): string => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text ?? '')) throw new AppError('not_found', 'no id of ours')
  return text ?? ''
}

// Where a page of a list begins.
export const placeOf = ({ query }: Request, name: string): Place | undefined => {
  const from = query[name]
  const [, at, id] = /^(\d{1,14})\.([0-9a-f-]{36})$/.exec(typeof from === 'string' ? from : '') ?? []
  return at === undefined ? undefined : { at: Number(at), id: uuid(id) }
}
