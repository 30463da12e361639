import { connectionsWords, isErrorCode, quotaWords, views, type ConnectionsWords, type Language } from '@portero/shared'
import type { Millis, Quota } from '../define.ts'
import { lanes } from '../spine/jobs.ts'
import { may } from '../domain/roles.ts'
import { badge, formButton, html, notice, table, type Html, type Part } from '../spine/page.ts'
import type { Line } from '../store/connection-health.ts'
import type { Calls, Resting } from '../store/vendor-figures.ts'
import { signsOf, type Sign, type System } from './connection-signs.ts'
import { fullTimeText, shortTime } from './dates.ts'
import { duration, percent } from './amounts.ts'
import { facts, paths, type Inside } from './frame.ts'

// A system that we work with: whether it answers, how fast, what waits for it, and what to do about it.
type Of = { words: ConnectionsWords; inside: Inside }
export const systemCard = (system: System, { quotas, isKeyed, isHeard }: { quotas: readonly Quota[]; isKeyed: boolean; isHeard: boolean }, inside: Inside): Html => {
  const words = connectionsWords[inside.language]
  const { id, vendor, accounts, isCalendar, figures } = system
  const of = { words, inside }
  const signs = signsOf(system, inside.now)
  const [worst] = signs
  const heard = accounts.flatMap(({ heardAt }) => heardAt ?? [])
  const read = accounts.flatMap(({ readAt }) => readAt ?? [])
  return html`<section class="card" data-id="system-${id}"><div class="line split"><h2>${views.vendorName(vendor)} <span class="soft">${isCalendar ? words.manyCalendars(accounts.length) : accounts.map(({ account }) => account)}</span></h2>
<div class="line">${worst === undefined ? badge(words.works, 'good') : badge(words.worse[worst.tone], worst.tone)}${!isCalendar && mayChange(inside) && actions(system, isKeyed, of)}</div></div>
<div class="in stack">${signs.map((sign) => advice(sign, of))}
${facts([
    [words.breaker, resting(system.resting, of)],
    [words.queue, queue(system.lines, of)],
    [words.budget, budget(system, of)],
    ...(isHeard ? [[words.heard, html`${heard.length === 0 ? words.never : shortTime(Math.max(...heard), inside.now, inside.language)}${system.mustHear && html`<br><small>${words.heardRule}</small>`}`] as const] : []),
    ...(read.length > 0 ? [[words.fresh, shortTime(Math.min(...read), inside.now, inside.language)] as const] : []),
  ])}</div>
${figures.day.sent + figures.day.ours + figures.day.rested === 0 ? html`<p class="in soft">${words.noCalls}</p>` : callsTable(system, of)}
${quotas.length > 0 && html`<details class="in"><summary>${words.quotas}</summary><ul>${quotas.map((quota) => html`<li>${quotaLine(quota, of)}</li>`)}</ul></details>`}</section>`
}

const mayChange = ({ signedIn }: Inside): boolean => may(signedIn.operator.role, 'connections:write')
const actions = ({ vendor, accounts }: System, isKeyed: boolean, { words, inside }: Of): Part => accounts.map(({ id, account }) => [testButton(id, words, inside), isKeyed && html`<a class="button" href="${paths.pasteOf(vendor, account)}">${words.change}</a>`])
export const testButton = (id: string, words: ConnectionsWords, { signedIn: { csrf } }: Inside): Html => formButton({ action: paths.testConnection(id), csrf, label: words.test })

const advice = (sign: Sign, { words: { sign: said, toQueue, never }, inside: { language, signedIn } }: Of): Html => {
  const isDecider = may(signedIn.operator.role, 'queue:write')
  const tell = (): string => {
    switch (sign.is) {
      case 'failing': case 'crowded': case 'throttled': return said[sign.is](percent(sign.share, language))
      case 'late': return said.late(duration(sign.forMs, language))
      case 'dead': case 'behind': return said[sign.is](sign.count)
      case 'silent': return said.silent(sign.since === undefined ? never : fullTimeText(sign.since, language))
      default: return said[sign.is]
    }
  }
  return notice(sign.tone, tell(), sign.is === 'dead' && isDecider && html`<a href="${paths.queue}">${toQueue}</a>`)
}

const resting = (found: readonly Resting[], { words, inside: { language } }: Of): Part => {
  if (found.length === 0) return words.flowing
  const states = ['breaker', 'key', 'throttled'] as const
  return states.flatMap((state) => {
    const these = found.filter((each) => each.state === state)
    if (these.length === 0) return []
    const until = Math.max(...these.map((each) => each.until ?? 0))
    const [name = '', text = ''] = words.resting[state]
    return [html`<div>${badge(name, state === 'throttled' ? 'warn' : 'bad')} ${text} ${words.servers(Math.max(...these.map(({ servers }) => servers)))}${state === 'throttled' && until > 0 && html`, ${words.until(fullTimeText(until, language))}`}</div>`]
  })
}

const queue = (lines: readonly Line[], { words, inside: { language, now } }: Of): Part => {
  const shown = lanes.flatMap((lane) => {
    const these = lines.filter((each) => each.lane === lane)
    const counts = (['ready', 'running', 'scheduled'] as const).flatMap((what) => {
      const count = these.reduce((total, each) => total + each[what], 0)
      return count === 0 ? [] : [words.queued[what](count.toLocaleString(language))]
    })
    if (counts.length === 0) return []
    const oldestAt = Math.min(...these.flatMap((each) => each.oldestAt ?? []))
    return [html`<div><b>${words.lane[lane]}</b>: ${counts.join(', ')}${now - oldestAt >= 1_000 && html`; ${words.oldest(duration(now - oldestAt, language))}`}</div>`]
  })
  return shown.length === 0 ? words.nothingWaits : shown
}
export const queueOf = (lines: readonly Line[], inside: Inside): Part => queue(lines, { words: connectionsWords[inside.language], inside })

const budget = ({ figures: { peak }, mostAMinute, isCalendar, accounts }: System, { words, inside: { language } }: Of): Html => {
  const text = words.budgetText(peak.toLocaleString(language), mostAMinute.toLocaleString(language))
  return html`<progress max="${mostAMinute}" value="${Math.min(peak, mostAMinute)}" aria-label="${text}"></progress><small>${text}. ${isCalendar && accounts.length > 1 && words.budgetOne}</small>`
}

const callsTable = ({ id, figures }: System, { words, inside: { language } }: Of): Html => {
  const row = (name: 'hour' | 'day', { sent, failed, failures, theirs, ours, rested, p50, p95 }: Calls): { id: string; cells: Part[] } => ({
    id: `${id}-${name}`,
    cells: [
      html`<b>${words[name]}</b>`, number(sent, language), latency(p50, language), latency(p95, language),
      html`${number(failed, language)}${sent > 0 && failed > 0 && html` (${percent(failed / sent, language)})`}${failures.length > 0 && html`<br><small>${failures.map(({ code, count }) => `${isErrorCode(code) ? words.codes[code] : code}: ${count.toLocaleString(language)}`).join(', ')}</small>`}`,
      html`${number(theirs + ours, language)}${theirs + ours > 0 && html`<br><small>${words.waitsText(theirs.toLocaleString(language), ours.toLocaleString(language))}</small>`}${rested > 0 && html`<br><small>${words.rested(rested)}</small>`}`,
    ],
  })
  return table([words.period, words.calls, words.half, words.slow, words.errors, words.waitsFor], [row('hour', figures.hour), row('day', figures.day)])
}
const number = (count: number, language: Language): Html => html`<span class="number">${count.toLocaleString(language)}</span>`
// As sure as it is known: two digits.
export const latency = (ms: Millis | undefined, language: Language): string => {
  if (ms === undefined) return '—'
  const [amount, unit] = ms < 995 ? [ms, 'millisecond'] : [ms / 1_000, 'second']
  return amount.toLocaleString(language, { style: 'unit', unit, unitDisplay: 'short', maximumSignificantDigits: 2 })
}

const quotaLine = ({ what, theirs, source, sure }: Quota, { words, inside: { language } }: Of): Html => {
  const said = quotaWords[language]
  return html`${said[what] ?? what}: ${said[theirs] ?? theirs}${sure === 'told' && html` <span class="soft">(${words.told})</span>`}${sure === 'unknown' && html` <span class="soft">(${words.unknown})</span>`}${source !== undefined && html` <a href="${source}" rel="noreferrer">${words.source}</a>`}`
}
