import { figureWords, takeoverWords } from '@portero/shared'
import { html, table, type Html } from '../spine/page.ts'
import type { Compared, Cost, FigureName, funnelSteps, Span } from '../store/figures.ts'
import type { ShadowReplies } from '../store/figures.ts'
import type { Shadowing } from '../store/shadow.ts'
import { duration, number, opens, share } from './amounts.ts'
import { barChart, columnChart } from './chart.ts'
import { paths, type Inside } from './frame.ts'
import { shadowSection } from './shadow-page.ts'

// What came of a stretch of days: how far people got, why the team was called, who answered, and what it cost.
export const periods = { week: 7, month: 30, quarter: 90 } as const
export type Period = keyof typeof periods
const allPeriods: readonly Period[] = ['week', 'month', 'quarter']
export type Value = {
  period: Period; span: Span; funnel: readonly { step: (typeof funnelSteps)[number]; count: number }[]; booked: number; reasons: readonly { reason: string; count: number }[]; speakers: readonly Compared[]
  costs: readonly Cost[]; unpriced: number; days: readonly { day: string; span: Span; conversations: number; booked: number }[]; shadow: (Shadowing & { replies: readonly ShadowReplies[] }) | undefined
}

export const valuePage = (value: Value, inside: Inside): Html => {
  const words = figureWords[inside.language]
  const { period } = value
  return html`<div class="head"><h1>${words.value}</h1><p class="soft">${words.valueLead}</p></div>
<div class="stack"><nav class="tabs" aria-label="${words.value}">${allPeriods.map((each) => html`<a class="button" href="${paths.valueOf(each)}"${each === period && html` aria-current="page"`}>${words.period[each]}</a>`)}<a class="button" href="${paths.valueOf(period, '.csv')}">${words.csv}</a></nav>
${funnel(value, inside)}${perDay(value, inside)}${whoAnswered(value, inside)}${whyCalled(value, inside)}${costs(value, inside)}${value.shadow && shadowSection(value.shadow, value.span, inside)}</div>`
}

const funnel = ({ funnel: steps, span }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const first = steps[0]?.count ?? 0
  return html`<section class="card"><h2>${words.funnel}</h2><p class="in soft">${words.funnelText}</p><div class="charted">${table([words.step, words.count, words.share], steps.map(({ step, count }) => ({
    id: `step-${step}`, cells: [words.name[step], opens(step, count, span, language), share(count, first, language)],
  })))}${barChart({ label: words.funnel, parts: steps.map(({ count }) => count) })}</div></section>`
}

const swatch = (second: boolean): Html => html`<svg viewBox="0 0 12 12" aria-hidden="true"><rect${second && html` class="second"`} width="12" height="12" rx="2"/></svg>`
const perDay = ({ days, booked, span }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const { conversations: writing, booked: booking } = words.name
  const total = html`<p class="in legend"><a href="${paths.figure('conversations', span)}">${swatch(false)}${writing}</a><a href="${paths.figure('booked', span)}">${swatch(true)}${booking}: ${number(booked, language)}</a></p>`
  return html`<section class="card"><h2>${words.days}</h2>${total}${columnChart({ label: `${words.days}: ${writing}, ${booking}`, columns: days.map(({ conversations, booked: those }) => [conversations, those] as const) })}
<details class="in"><summary>${words.days}</summary>${table([words.day, writing, booking], days.map(({ day, span: its, conversations, booked: those }) => ({ id: `day-${day}`, cells: [day, opens('conversations', conversations, its, language), opens('booked', those, its, language)] })))}</details></section>`
}

const whoAnswered = ({ speakers, span }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const part = (name: FigureName, count: number, { speaker, conversations }: Compared): Html => html`${opens(name, count, span, language, speaker)} <span class="soft">${share(count, conversations, language)}</span>`
  return html`<section class="card"><h2>${words.compared}</h2><p class="in soft">${words.comparedText}</p><div class="charted">${table(['', words.name.conversations, words.bookedShare, words.calledShare, words.answers, words.halfReply], speakers.map((each) => ({
    id: `speaker-${each.speaker}`, cells: [words.speaker[each.speaker], opens('conversations', each.conversations, span, language, each.speaker), part('conversationsBooked', each.booked, each), part('conversationsCalled', each.called, each),
      each.speaker === 'nobody' ? '—' : opens('replies', each.replies, span, language, each.speaker), each.p50 === undefined ? '—' : duration(each.p50, language)],
  })))}${barChart({ label: words.compared, parts: speakers.map(({ conversations }) => conversations) })}</div></section>`
}

const whyCalled = ({ reasons, span }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const said = takeoverWords[language]
  return html`<section class="card"><h2>${words.reasons}</h2>${reasons.length === 0 ? html`<p class="in soft">${words.noReasons}</p>` : html`<div class="charted">${table([words.reason, words.count], reasons.map(({ reason, count }) => ({ id: `reason-${reason}`, cells: [said.reason(reason), opens('called', count, span, language, reason)] })))}${barChart({ label: words.reasons, parts: reasons.map(({ count }) => count) })}</div>
<p class="in"><a href="${paths.figure('called', span)}">${words.name.called}</a></p>`}</section>`
}

const costs = ({ costs: spent, unpriced, booked }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const money = (micros: number, currency: string): string => (micros / 1e6).toLocaleString(language, { style: 'currency', currency, currencyDisplay: 'code' })
  const row = (id: string, what: string, micros: number, currency: string): { id: string; cells: string[] } => ({ id: `cost-${id}`, cells: [what, money(micros, currency), booked === 0 ? '—' : money(micros / booked, currency)] })
  const currencies = [...Map.groupBy(spent, ({ currency }) => currency)]
  return html`<section class="card"><h2>${words.cost}</h2><p class="in soft">${words.costText}</p>${spent.length === 0 ? html`<p class="in">${words.noCost}</p>` : table([words.costOf, words.spent, words.perBooking], currencies.flatMap(([currency, each]) => [
    ...each.map(({ kind, micros }) => row(`${kind}-${currency}`, words.costKind[kind], micros, currency)), row(currency, words.costTotal(currency), totalOf(each), currency),
  ]))}${unpriced > 0 && html`<p class="in soft">${words.unpriced(unpriced)}</p>`}</section>`
}
export const totalOf = (spent: readonly Cost[]): number => spent.reduce((sum, { micros }) => sum + micros, 0)
