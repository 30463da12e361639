import { figureWords, takeoverWords, type Language } from '@portero/shared'
import { html, table, type Html } from '../spine/page.ts'
import type { Compared, funnelSteps, Span } from '../store/figures.ts'
import type { Shadowed } from '../store/shadow.ts'
import { barChart, columnChart } from './chart.ts'
import { duration, percent } from './figures-page.ts'
import { paths, type Inside } from './frame.ts'

// What came of a stretch of days: how far people got, why the team was called, who answered, and what it cost.
export const periods = { week: 7, month: 30, quarter: 90 } as const
export type Period = keyof typeof periods
const allPeriods: readonly Period[] = ['week', 'month', 'quarter']
export type Value = {
  period: Period; span: Span; funnel: readonly { step: (typeof funnelSteps)[number]; count: number }[]; booked: number; reasons: readonly { reason: string; count: number }[]; speakers: readonly Compared[]
  costs: readonly { currency: string; micros: number }[]; days: readonly { day: string; conversations: number; booked: number }[]; shadowed: readonly Shadowed[]
}

export const valuePage = (value: Value, inside: Inside): Html => {
  const words = figureWords[inside.language]
  const { period } = value
  return html`<div class="head"><h1>${words.value}</h1><p class="soft">${words.valueLead}</p></div>
<div class="stack"><nav class="tabs" aria-label="${words.value}">${allPeriods.map((each) => html`<a class="button" href="${paths.valueOf(each)}"${each === period && html` aria-current="page"`}>${words.period[each]}</a>`)}<a class="button" href="${paths.valueOf(period, '.csv')}">${words.csv}</a></nav>
${funnel(value, inside)}${perDay(value, inside)}${whoAnswered(value, inside)}${whyCalled(value, inside)}${costs(value, inside)}${value.shadowed.length > 0 && shadowed(value, inside)}</div>`
}

const number = (count: number, language: Language): Html => html`<span class="number">${count.toLocaleString(language)}</span>`
const share = (part: number, whole: number, language: Language): string => (whole === 0 ? '—' : percent(part / whole, language))

const funnel = ({ funnel: steps, span }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const first = steps[0]?.count ?? 0
  return html`<section class="card"><h2>${words.funnel}</h2><p class="in soft">${words.funnelText}</p><div class="charted">${table([words.step, words.count, words.share], steps.map(({ step, count }) => ({
    id: `step-${step}`, cells: [words.name[step], html`<a href="${paths.figure(step, span)}">${number(count, language)}</a>`, share(count, first, language)],
  })))}${barChart({ label: words.funnel, parts: steps.map(({ count }) => count) })}</div></section>`
}

const swatch = (second: boolean): Html => html`<svg viewBox="0 0 12 12" aria-hidden="true"><rect${second && html` class="second"`} width="12" height="12" rx="2"/></svg>`
const perDay = ({ days, booked, span }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const { conversations: writing, booked: booking } = words.name
  const total = html`<p class="in legend"><a href="${paths.figure('conversations', span)}">${swatch(false)}${writing}</a><a href="${paths.figure('booked', span)}">${swatch(true)}${booking}: ${number(booked, language)}</a></p>`
  return html`<section class="card"><h2>${words.days}</h2>${total}${columnChart({ label: `${words.days}: ${writing}, ${booking}`, columns: days.map(({ conversations, booked: those }) => [conversations, those] as const) })}
<details class="in"><summary>${words.days}</summary>${table([words.day, writing, booking], days.map(({ day, conversations, booked: those }) => ({ id: `day-${day}`, cells: [day, number(conversations, language), number(those, language)] })))}</details></section>`
}

const whoAnswered = ({ speakers }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  return html`<section class="card"><h2>${words.compared}</h2><p class="in soft">${words.comparedText}</p>${table(['', words.count, words.halfReply, words.bookedShare, words.calledShare], speakers.map(({ speaker, conversations, p50, booked, called }) => ({
    id: `speaker-${speaker}`, cells: [words.speaker[speaker], number(conversations, language), p50 === undefined ? '—' : duration(p50, language), share(booked, conversations, language), share(called, conversations, language)],
  })))}</section>`
}

const whyCalled = ({ reasons, span }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const said = takeoverWords[language]
  return html`<section class="card"><h2>${words.reasons}</h2>${reasons.length === 0 ? html`<p class="in soft">${words.noReasons}</p>` : html`<div class="charted">${table([words.reason, words.count], reasons.map(({ reason, count }) => ({ id: `reason-${reason}`, cells: [said.reason(reason), number(count, language)] })))}${barChart({ label: words.reasons, parts: reasons.map(({ count }) => count) })}</div>
<p class="in"><a href="${paths.figure('called', span)}">${words.name.called}</a></p>`}</section>`
}

const costs = ({ costs: spent, booked }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  const money = (micros: number, currency: string): string => (micros / 1e6).toLocaleString(language, { style: 'currency', currency, currencyDisplay: 'code' })
  return html`<section class="card"><h2>${words.cost}</h2><p class="in soft">${words.costText}</p>${spent.length === 0 ? html`<p class="in">${words.noCost}</p>` : table([words.currency, words.spent, words.perBooking], spent.map(({ currency, micros }) => ({
    id: `cost-${currency}`, cells: [currency, money(micros, currency), booked === 0 ? '—' : money(micros / booked, currency)],
  })))}</section>`
}

const shadowed = ({ shadowed: rows }: Value, { language }: Inside): Html => {
  const words = figureWords[language]
  return html`<section class="card"><h2>${words.shadow}</h2><p class="in soft">${words.shadowText}</p>${table([words.command, words.count], rows.map(({ name, count }) => ({ id: `shadow-${name}`, cells: [html`<code>${name}</code>`, number(count, language)] })))}</section>`
}
