import type { CatalogueDeskWords, Language } from '@portero/shared'
import type { CatalogueChange } from '../domain/catalogue-change.ts'
import { weekday, type Hours } from '../domain/homes.ts'
import { hoursOf, stretchesOf, type Stretch } from '../domain/settings.ts'
import { html, type Html } from '../spine/page.ts'

// What the forms of the catalogue are made of. Whatever was typed is kept as it was, so that nobody types it twice.
export type Typed = Readonly<Record<string, string>>
export type Faults = Readonly<Record<string, string>> // beside which field, in words
export type Line = readonly [label: string, text: string]
export type Read = { change: CatalogueChange } | { faults: Faults }
// version: of what initial shows. lines: the same to be read, which tell what a change changes.
export type Form = { do: CatalogueChange['do']; version: string; initial: Typed; read(typed: Typed): Read; lines(typed: Typed): Line[]; fields(typed: Typed, faults: Faults): Html }
export type Told = { words: CatalogueDeskWords; language: Language }

export const differences = (before: readonly Line[], after: readonly Line[]): { label: string; before: string; after: string }[] =>
  after.flatMap(([label, text], at) => {
    const old = before[at]?.[1] ?? ''
    return old === text ? [] : [{ label, before: old, after: text }]
  })

const faultOf = (name: string, faults: Faults): Html | undefined => (faults[name] === undefined ? undefined : html`<p class="fault" id="${name}-fault">${faults[name]}</p>`)
const marks = (name: string, faults: Faults, hint = ''): Html => html` aria-describedby="${name}-hint ${name}-fault"${faults[name] !== undefined && html` aria-invalid="true"`}${hint}`

type Field = { name: string; label: string; hint?: string; type?: 'text' | 'number' | 'date' | 'time'; most?: number }
export const field = ({ name, label, hint, type = 'text', most = 120 }: Field, typed: Typed, faults: Faults): Html =>
  html`<div><label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type === 'number' ? 'text' : type}"${type === 'number' && html` inputmode="numeric"`} maxlength="${most}" autocomplete="off" value="${typed[name] ?? ''}"${marks(name, faults)}>${hint !== undefined && html`<small id="${name}-hint">${hint}</small>`}${faultOf(name, faults)}</div>`
export const tick = (name: string, label: string, typed: Typed): Html => html`<label class="tick"><input type="checkbox" name="${name}" value="yes"${typed[name] === 'yes' && html` checked`}>${label}</label>`
export const choice = ({ name, label }: { name: string; label: string }, options: readonly (readonly [value: string, text: string])[], typed: Typed, faults: Faults): Html =>
  html`<div><label for="${name}">${label}</label><select id="${name}" name="${name}"${marks(name, faults)}>${options.map(([value, text]) => html`<option value="${value}"${typed[name] === value && html` selected`}>${text}</option>`)}</select>${faultOf(name, faults)}</div>`

// A whole number within its bounds; undefined where it is none, and its fault is noted.
export const wholeOf = (name: string, { least, most }: { least: number; most: number }, typed: Typed, { words }: Told, faults: Record<string, string>): number | undefined => {
  const text = (typed[name] ?? '').trim()
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  faults[name] = most > 999_999_999 ? words.fault.least(least) : words.fault.whole(least, most)
  return undefined
}

// The hours of a week: so many stretches a day as there are, and room for one more.
const mostStretches = 24
const names = (day: string, at: number): { from: string; to: string } => ({ from: `${day}-${at}-from`, to: `${day}-${at}-to` })
const pairsOf = (day: string, typed: Typed): { from: string; to: string }[] =>
  Array.from({ length: mostStretches }, (_, at) => names(day, at)).map(({ from, to }) => ({ from: (typed[from] ?? '').trim(), to: (typed[to] ?? '').trim() })).filter(({ from, to }) => from !== '' || to !== '')

export const typedHours = (hours: Hours): Typed =>
  Object.fromEntries([...Map.groupBy(stretchesOf(hours), ({ day }) => day)].flatMap(([day, stretches]) => stretches.flatMap(({ from, to }, at) => [[names(day, at).from, from], [names(day, at).to, to]])))

const time = /^([01]\d|2[0-3]):[0-5]\d$/
export const hoursFrom = (typed: Typed, { words: { fault } }: Told, faults: Record<string, string>): Hours => {
  const stretches = weekday.options.flatMap((day): Stretch[] => {
    const pairs = pairsOf(day, typed).toSorted((one, other) => (one.from < other.from ? -1 : 1))
    for (const [at, { from, to }] of pairs.entries()) {
      const wrong = from === '' || to === '' ? fault.pair : !time.test(from) || !time.test(to) ? fault.time : from >= to ? fault.order : from < (pairs[at - 1]?.to ?? '') ? fault.overlap : undefined
      if (wrong !== undefined) faults[day] ??= wrong
    }
    return pairs.map((pair) => ({ day, ...pair }))
  })
  return hoursOf(stretches)
}
// As they are where nobody touched them, and not only the same in other words.
export const untouched = (hours: Hours, seen: Hours): Hours => (JSON.stringify(stretchesOf(hours)) === JSON.stringify(stretchesOf(seen)) ? seen : hours)

export const hoursLines = (typed: Typed, { words }: Told): Line[] =>
  weekday.options.map((day) => [words.day[day], pairsOf(day, typed).map(({ from, to }) => `${from}–${to}`).join(', ') || words.closedDay])

export const hoursFields = (typed: Typed, faults: Faults, { words }: Told): Html => {
  const stretch = (day: (typeof weekday.options)[number], at: number): Html => {
    const { from, to } = names(day, at)
    const input = (name: string, said: string): Html => html`<input type="time" name="${name}" value="${typed[name] ?? ''}" aria-label="${words.day[day]}: ${said}"${faults[day] !== undefined && html` aria-invalid="true" aria-describedby="${day}-fault"`}>`
    return html`<span class="span">${input(from, words.from)}<span aria-hidden="true">–</span>${input(to, words.to)}</span>`
  }
  const shown = (day: string): number => Math.max(2, Math.min(mostStretches, pairsOf(day, typed).length + 1))
  return html`<div class="week">${weekday.options.map((day) => html`<div class="weekday" role="group" aria-label="${words.day[day]}"><b>${words.day[day]}</b><div class="spans">${Array.from({ length: shown(day) }, (_, at) => stretch(day, at))}</div>${faultOf(day, faults)}</div>`)}</div>`
}
