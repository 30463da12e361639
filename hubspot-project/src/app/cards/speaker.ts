import type { Language } from '@portero/shared'
import { cardWords, type CardWords } from '@portero/shared/words-cards.ts'

// The reader's words, and times and values as the reader writes them. A zone is the property's, or the portal's where there is none.
export type Speaker = {
  language: Language
  words: CardWords
  clock(at: string, zone?: string): string
  day(at: string, zone: string, today: string): string
  moment(at: string, zone?: string): string
  fact(name: string, value: string): string
}

export const speakerFor = (locale: string | undefined, portalZone: string): Speaker => {
  // es-MX is the house's first language, also for whoever never chose one.
  const language: Language = locale === undefined || /^es\b/i.test(locale) ? 'es-MX' : 'en'
  const words = cardWords[language]
  const said = (at: string, zone: string, options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(new Date(at))
  const date = (at: string, zone: string): string => said(at, zone, { weekday: 'long', day: 'numeric', month: 'long' })
  const clock: Speaker['clock'] = (at, zone = portalZone) => said(at, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return {
    language,
    words,
    clock,
    day: (at, zone, today) => {
      const ago = daysBetween(at, today, zone)
      return ago === 0 ? words.today : ago === 1 ? words.yesterday : date(at, zone)
    },
    moment: (at, zone = portalZone) => `${said(at, zone, { weekday: 'short', day: 'numeric', month: 'short' })}, ${clock(at, zone)}`,
    fact: (name, value) => {
      if (name === 'budgetMxn' && /^\d+$/.test(value)) return new Intl.NumberFormat(language, { style: 'currency', currency: 'MXN', maximumFractionDigits: 0 }).format(Number(value))
      // HubSpot tells a date as the milliseconds of its midnight in UTC, Portero as 2026-12-01.
      if (name === 'moveIn' && /^(\d{12,13}|\d{4}-\d\d-\d\d)$/.test(value)) return said(value.includes('-') ? value : new Date(Number(value)).toISOString(), 'UTC', { day: 'numeric', month: 'long', year: 'numeric' })
      if (value === 'true' || value === 'false') return value === 'true' ? words.yes : words.no
      return name === 'guarantee' ? wordOf(words.guarantee, value) : value
    },
  }
}
// A name that this card is too old to know is shown as it is.
export const wordOf = (known: Readonly<Record<string, string>>, name: string): string => (Object.hasOwn(known, name) ? known[name] : undefined) ?? name
export const dayOf = (at: string, zone: string): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(at))

const daysBetween = (from: string, to: string, zone: string): number => (Date.parse(dayOf(to, zone)) - Date.parse(dayOf(from, zone))) / 86_400_000
