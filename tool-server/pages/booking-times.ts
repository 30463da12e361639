import type { Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { dayLabel } from '../domain/spanish-times.ts'
import { dayOf } from '../domain/zones.ts'
import { html, type Html } from '../spine/page.ts'

// Times by the clock of the property. data-at: booking.js sets the visitor's own beside it, where that is another.
const formats = new Map<string, Intl.DateTimeFormat>()
const format = (name: string, zone: string, language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${name} ${zone} ${language}`
  const made = formats.get(key) ?? new Intl.DateTimeFormat(language, { timeZone: zone, ...options })
  formats.set(key, made)
  return made
}

export const dayText = (zone: string, ms: Millis, language: Language): string =>
  language === 'es-MX' ? dayLabel(dayOf(zone, ms)) : format('day', zone, language, { weekday: 'long', day: 'numeric', month: 'long' }).format(ms)
export const hourText = (zone: string, ms: Millis, language: Language): string => {
  const text = format('hour', zone, language, { hour: 'numeric', minute: '2-digit', ...(language === 'es-MX' && { hour12: false }) }).format(ms)
  return language === 'es-MX' ? `${text} h` : text
}
export const whenText = (zone: string, ms: Millis, language: Language): string => `${dayText(zone, ms, language)}, ${hourText(zone, ms, language)}`

export const dayTime = (zone: string, ms: Millis, language: Language): Html => html`<time datetime="${dayOf(zone, ms)}">${dayText(zone, ms, language)}</time>`
const timed = (ms: Millis, text: string): Html => html`<time datetime="${new Date(ms).toISOString()}" data-at="${ms}">${text}</time>`
export const hourTime = (zone: string, ms: Millis, language: Language): Html => timed(ms, hourText(zone, ms, language))
export const whenTime = (zone: string, ms: Millis, language: Language): Html => timed(ms, whenText(zone, ms, language))
