import type { Language } from '@portero/shared'
import { html, type Html } from '@portero/tool-server/spine/page.ts'
import type { Person } from './hubspot/people.ts'
import type { LabWords } from './words.ts'

// What the lab's pages share: the reader, the hour, whose phone it is, and who looks at HubSpot.
export type View = { words: LabWords; language: Language; now: number; number: string; person: Person; stageOf(id: string): string; labelOf(type: 'contact' | 'deal', property: string): string }

const zone = 'America/Mexico_City'
export const hour = (ms: number, language: Language, seconds = false): Html =>
  html`<time datetime="${new Date(ms).toISOString()}">${new Intl.DateTimeFormat(language, { timeZone: zone, hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }), hour12: false }).format(ms)}</time>`
export const moment = (ms: number, language: Language): string => new Intl.DateTimeFormat(language, { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false }).format(ms)
export const pesos = (amount: number, language: Language): string => new Intl.NumberFormat(language, { style: 'currency', currency: 'MXN', maximumFractionDigits: 0 }).format(amount)
export const digitsOf = (text: string): string => text.replace(/\D/g, '').slice(-10)
