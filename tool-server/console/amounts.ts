import type { Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { html, type Html } from '../spine/page.ts'
import type { FigureName, Span } from '../store/figures.ts'
import { paths } from './frame.ts'

// Numbers as operators read them.
export const number = (count: number, language: Language): Html => html`<span class="number">${count.toLocaleString(language)}</span>`
// One that opens what it counts.
export const opens = (name: FigureName, count: number, span: Span, language: Language, which?: string): Html => html`<a href="${paths.figure(name, span, which)}">${number(count, language)}</a>`
export const share = (part: number, whole: number, language: Language): string => (whole === 0 ? '—' : percent(part / whole, language))
export const percent = (part: number, language: Language): string => part.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 })
// In the largest unit of which there is at least one and a half.
export const duration = (ms: Millis, language: Language): string => {
  const [unit, size] = units.find(([, each]) => ms >= 1.5 * each) ?? ['second', 1_000]
  return (ms / size).toLocaleString(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: ms < 10 * size ? 1 : 0 })
}
const units = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1_000]] as const
