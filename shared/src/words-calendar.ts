import type { Language } from './words.ts'

// What a visit says of itself in a prospect's own calendar.
const es = {
  file: 'visita.ics',
  title: (home: string) => `Visita: ${home}`,
  about: 'Si no puedes llegar, avísanos por WhatsApp y la cambiamos.',
  map: (url: string) => `Cómo llegar: ${url}`,
  reminder: (home: string) => `Tu visita a ${home} es en 2 horas`,
  gone: 'Esta liga ya no sirve. Escríbenos por WhatsApp y te mandamos otra.',
}
type CalendarWords = typeof es
const en: CalendarWords = {
  file: 'visit.ics',
  title: (home) => `Visit: ${home}`,
  about: "If you can't make it, tell us on WhatsApp and we'll find another time.",
  map: (url) => `How to get there: ${url}`,
  reminder: (home) => `Your visit to ${home} is in 2 hours`,
  gone: "This link doesn't work any more. Write to us on WhatsApp and we'll send you another.",
}
export const calendarWords: Record<Language, CalendarWords> = { 'es-MX': es, en }
