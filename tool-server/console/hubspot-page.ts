import { hubspotWords, type HubspotWords } from '@portero/shared'
import type { HubspotCame } from '../actions/hubspot-hands.ts'
import { isEnd } from '../domain/crm-record.ts'
import { stage } from '../domain/leads.ts'
import { ofHouse } from '../domain/troubles.ts'
import { tourStatuses } from '../domain/tours.ts'
import { may } from '../domain/roles.ts'
import { badge, empty, formButton, html, live, notice, type Html, type Part } from '../spine/page.ts'
import type { Backfill } from '../store/crm-backfill.ts'
import type { ConflictShown, ReviewShown, Somebody, ToReview } from '../store/crm-reviews-view.ts'
import { initials, nameOf } from './conversations-page.ts'
import { dateOf, fullTime } from './dates.ts'
import { facts, paths, type Inside } from './frame.ts'

// What the sync with HubSpot leaves to people: contacts that may be somebody of ours, changes that lost, and how far the walk through all contacts is. Whoever is signed in may look; an admin decides.
export const hubspotPage = (found: ToReview, came: HubspotCame | undefined, inside: Inside): Html => {
  const words = hubspotWords[inside.language]
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p></div>
${came && notice(came.ok ? 'good' : 'warn', words.came[came.code], undefined)}${!isAdmin(inside) && notice('info', words.onlyAdmins, undefined)}
${live({ url: paths.live(paths.hubspot), away: inside.words.away, body: hubspotBody(found, inside), className: 'stack' })}`
}

export const hubspotBody = ({ reviews, conflicts, total, account, backfill }: ToReview, inside: Inside): Html => {
  const words = hubspotWords[inside.language]
  const left = total - reviews.length - conflicts.length
  return html`${account !== undefined && connection(inside)}<h2>${words.contacts} ${counted(reviews.length, inside)}</h2>${reviews.length === 0 ? nothing(words.noContacts, words.noContactsText) : reviews.map((each) => review(each, account, words, inside))}
<h2>${words.changes} ${counted(conflicts.length, inside)}</h2>${conflicts.length === 0 ? nothing(words.noChanges, words.noChangesText) : conflicts.map((each) => conflict(each, account, words, inside))}
${left > 0 && html`<p class="soft">${words.more(left)}</p>`}${walk(backfill, account, words, inside)}`
}

// All of HubSpot is read once more, so it takes two clicks.
export const confirmBegin = ({ backfill }: ToReview, inside: Inside): Html => {
  const words = hubspotWords[inside.language]
  return html`<div class="narrow stack"><div class="head"><h1>${words.confirm}</h1></div><section class="card"><div class="in stack"><p>${words.confirmText}</p>
<div class="line">${button({ action: paths.backfill, label: words.sure, kind: 'main', fields: { key: String(backfill?.begunAt ?? 0) } }, inside)}<a class="button" href="${paths.hubspot}">${words.cancel}</a></div></div></section></div>`
}

const connection = ({ troubles, language }: Inside): Html => {
  const words = hubspotWords[language]
  const ours = troubles.flatMap(({ vendor, what, ...rest }) => (vendor === 'hubspot' && !ofHouse(what) ? [{ ...rest, what }] : []))
  return html`<section class="card" id="connection"><div class="line split"><h2>${words.link}</h2>${ours.length === 0 ? badge(words.works, 'good') : badge(words.broken, 'bad')}</div>
${ours.map(({ what, since, waiting, said }) => html`<div class="in">${facts([[words.since, fullTime(since, language)], [words.what[what], said], [words.waiting, what === 'setup' ? undefined : html`<span class="number">${waiting.toLocaleString(language)}</span>`]])}</div>`)}</section>`
}

const isAdmin = ({ signedIn }: Inside): boolean => may(signedIn.operator.role, 'people:write')
const nothing = (title: string, text: string): Html => html`<div class="card">${empty(title, text)}</div>`
const counted = (count: number, { language }: Inside): Part => count > 0 && badge(count.toLocaleString(language), 'warn')
const button = (wanted: Omit<Parameters<typeof formButton>[0], 'csrf'>, { signedIn: { csrf } }: Inside): Html => formButton({ ...wanted, csrf })

// https://knowledge.hubspot.com/crm-setup/view-record-information: 0-1 is a contact, 0-3 a deal. A meeting has no page of its own.
const recordUrl = (account: string, type: '0-1' | '0-3', id: string): string => `https://app.hubspot.com/contacts/${encodeURIComponent(account)}/record/${type}/${encodeURIComponent(id)}`
const recordLink = (account: string | undefined, { type, id, label }: { type: '0-1' | '0-3'; id: string | undefined; label: string }): Part =>
  account !== undefined && id !== undefined && html`<a href="${recordUrl(account, type, id)}" target="_blank" rel="noopener noreferrer">${label}</a>`
const talkLink = ({ latest }: Somebody, words: HubspotWords): Part => latest && html`<a href="${paths.conversation(latest)}">${words.conversation}</a>`

const review = ({ id, external, reason, at, people }: ReviewShown, account: string | undefined, words: HubspotWords, inside: Inside): Html => {
  const decide = (label: string, person?: string): Html => button({ action: paths.crmContact(id), label, ...(person !== undefined && { kind: 'main' }), fields: { key: String(at), ...(person !== undefined && { person }) } }, inside)
  const side = (who: Somebody): Html => html`<div>${somebody(who, words, inside)}<div class="line">${talkLink(who, words)}${recordLink(account, { type: '0-1', id: who.contact, label: words.theirContact })}</div>
${isAdmin(inside) && (who.contact === undefined ? decide(words.is, who.person) : html`<p class="soft">${words.mergeThere}</p>`)}</div>`
  return html`<section class="card" data-id="${id}"><div class="line split"><span>${words.reason[reason]} ${recordLink(account, { type: '0-1', id: external, label: words.open })}</span><span class="soft">${words.since} ${fullTime(at, inside.language)}</span></div>
<div class="sides">${people.map(side)}</div>${isAdmin(inside) && html`<div class="in line">${decide(people.length > 1 ? words.isNone : words.isNot)}</div>`}</section>`
}

// No more of a number than a list shows elsewhere: its last digits.
const somebody = (who: Somebody, words: HubspotWords, inside: Inside): Html => html`<div class="line"><span class="face" aria-hidden="true">${initials(who)}</span><div><b>${nameOf(who, inside)}</b></div></div>
${facts([[words.phone, typeof who.phone === 'object' ? inside.words.ending(who.phone.known.slice(-4)) : undefined], [words.known, dateOf(who.since, inside.language)]])}`

const conflict = (shown: ConflictShown, account: string | undefined, words: HubspotWords, inside: Inside): Html => {
  const { id, kind, field, won, at, who, values, isChoice, deal } = shown
  const settle = (label: string, keep?: 'ours' | 'theirs'): Html => button({ action: paths.crmChange(id), label, fields: { key: String(at), ...(keep && { keep }) } }, inside)
  const said = (side: 'ours' | 'theirs'): Part => (values === 'erased' ? words.erased : html`${spoken(field, values[side], words, inside)} ${side === won && badge(words.holds, 'good')}`)
  return html`<section class="card" data-id="${id}"><div class="line split"><span><b>${words.record[kind]} · ${fieldName(field, words, inside)}</b></span><span class="soft">${words.since} ${fullTime(at, inside.language)}</span></div>
<div class="sides"><div>${somebody(who, words, inside)}<div class="line">${talkLink(who, words)}${kind === 'deal' ? recordLink(account, { type: '0-3', id: deal, label: words.open }) : recordLink(account, { type: '0-1', id: who.contact, label: words.open })}</div></div>
<div><p>${words.why[whyOf(shown)]}</p>${facts([[words.saysTheirs, said('theirs')], [words.saysOurs, said('ours')]])}</div></div>
${isAdmin(inside) && html`<div class="in line">${isChoice ? html`${settle(words.keepTheirs, 'theirs')}${settle(words.keepOurs, 'ours')}` : settle(words.seen)}</div>`}</section>`
}

const whyOf = ({ kind, field, won }: ConflictShown): keyof HubspotWords['why'] => {
  if (isEnd(field)) return 'cut'
  if (won === 'theirs') return 'theirs'
  if (field === 'phone' || field === 'record') return field
  if (kind === 'deal' && field === 'stage') return 'openLead'
  if (kind !== 'meeting') return 'ours'
  return field === 'owner' ? 'owner' : field === 'status' ? 'status' : 'time'
}

const fieldName = (field: string, words: HubspotWords, { words: all }: Inside): string => nameIn(words.field, field) ?? nameIn(all.facts, field) ?? words.other
const nameIn = (names: Readonly<Record<string, string>>, name: string): string | undefined => (Object.hasOwn(names, name) ? names[name] : undefined)
const spoken = (field: string, value: string | undefined, words: HubspotWords, { words: all, language }: Inside): Part => {
  if (value === undefined) return words.nothing
  switch (field) {
    case 'contact':
    case 'deal':
      return words.joined
    case 'phone':
      return all.ending(value.slice(-4))
    case 'owner':
      return value.replace(/^(.).*@/u, '$1…@')
    case 'language':
      return value === 'en' ? all.english : all.spanish
    case 'stage':
      return all.stage[stage.safeParse(value).data ?? 'new']
    case 'status':
      return all.tour[tourStatuses.find((each) => each === value) ?? 'confirmed']
    case 'startsAt':
    case 'endsAt':
      return Number.isSafeInteger(Number(value)) ? fullTime(Number(value), language) : value
    case 'pets':
      return value === 'true' ? all.yes : all.no
    case 'guarantee':
      return nameIn(all.guarantee, value) ?? value
    case 'budgetMxn':
      return Number(value).toLocaleString(language, { style: 'currency', currency: 'MXN', maximumFractionDigits: 0 })
    default:
      return value
  }
}

const walk = (backfill: Backfill | undefined, account: string | undefined, words: HubspotWords, inside: Inside): Html => {
  const { language } = inside
  const isGoing = backfill?.endedAt === null
  const begin = isAdmin(inside) && account !== undefined && !isGoing && html`<div class="line"><a class="button" href="${paths.backfill}">${backfill ? words.again : words.begin}</a></div>`
  return html`<section class="card" id="walk"><h2>${words.walk}</h2><div class="in stack"><p class="soft">${words.walkText}</p>${backfill ? progress(backfill, words) : html`<p>${account === undefined ? words.noHubspot : words.never}</p>`}
${backfill && facts([[words.begun, fullTime(backfill.begunAt, language)], [words.ended, backfill.endedAt === null ? undefined : fullTime(backfill.endedAt, language)], ...countNames.map((name): [string, Part] => [words.counts[name], html`<span class="number">${backfill[name].toLocaleString(language)}</span>`])])}${begin}</div></section>`
}
const countNames = ['seen', 'linked', 'known', 'ambiguous', 'strangers'] as const
const progress = ({ seen, left }: Backfill, words: HubspotWords): Html =>
  left === null ? html`<p>${words.starting}</p><progress aria-label="${words.walk}"></progress>` : html`<p>${words.going(seen, seen + left)}</p><progress aria-label="${words.walk}" max="${Math.max(1, seen + left)}" value="${left === 0 ? Math.max(1, seen) : seen}"></progress>`
