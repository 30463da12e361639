import type { Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { html, type Html } from '../spine/page.ts'

// Times as operators read them: their own city's, a visit's in the zone of its building.
const city = 'America/Mexico_City'
const dayMs: Millis = 86_400_000
const formats = (language: Language, zone = city) => {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(language, { timeZone: zone, ...options })
  return {
    time: format({ hour: 'numeric', minute: '2-digit', ...(language === 'es-MX' && { hour12: false }) }),
    day: format({ weekday: 'long', day: 'numeric', month: 'long' }),
    date: format({ day: 'numeric', month: 'short' }),
    dated: format({ day: 'numeric', month: 'short', year: 'numeric' }),
    key: new Intl.DateTimeFormat('en-CA', { timeZone: zone }),
  }
}
const usual = { 'es-MX': formats('es-MX'), en: formats('en') }

const tag = (ms: Millis, text: string): Html => html`<time datetime="${new Date(ms).toISOString()}">${text}</time>`
export const dayKey = (ms: Millis): string => usual.en.key.format(ms)
export const dayName = (ms: Millis, now: Millis, language: Language, words: { today: string; yesterday: string }): string =>
  dayKey(ms) === dayKey(now) ? words.today : dayKey(ms) === dayKey(now - dayMs) ? words.yesterday : usual[language].day.format(ms)

export const clockTime = (ms: Millis, language: Language): Html => tag(ms, usual[language].time.format(ms))
// As short as it can be told: the hour today, else the day.
export const shortTime = (ms: Millis, now: Millis, language: Language): Html => {
  const { time, date, dated } = usual[language]
  return tag(ms, dayKey(ms) === dayKey(now) ? time.format(ms) : dayKey(ms).slice(0, 4) === dayKey(now).slice(0, 4) ? date.format(ms) : dated.format(ms))
}
export const fullTime = (ms: Millis, language: Language): Html => tag(ms, fullTimeText(ms, language))
export const fullTimeText = (ms: Millis, language: Language): string => `${usual[language].date.format(ms)}, ${usual[language].time.format(ms)}` // within a sentence
export const dateText = (ms: Millis, language: Language): string => usual[language].dated.format(ms)
export const dateOf = (ms: Millis, language: Language): Html => tag(ms, dateText(ms, language))
export const visitTime = (from: Millis, to: Millis, zone: string, language: Language): Html => {
  const { day, time } = formats(language, zone)
  return tag(from, `${day.format(from)}, ${time.format(from)}–${time.format(to)}`)
}
