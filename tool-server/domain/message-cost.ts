import { z } from 'zod'
import type { Millis } from '../define.ts'
import { day } from './homes.ts'
import { dayStart, isZone } from './zones.ts'

// What a message costs, on WhatsApp or by SMS. Prices are the operator's configuration: Meta changes them by quarter, by country and by category (service was free until October 2026).
export const category = z.enum(['service', 'utility', 'marketing', 'authentication', 'sms']) // sms: for each part of it
const price = z.strictObject({
  category,
  country: z.string().regex(/^[A-Z]{2}$/, 'expected a country such as MX').optional(), // without one: wherever no other price is given
  from: day,
  micros: z.int().min(0), // millionths of the currency
})
export const messageRates = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected a currency such as USD'),
  zone: z.string().refine(isZone, 'expected a time zone such as America/Mexico_City'), // in which a price's first day begins
  prices: z.array(price),
})
export type MessageRates = z.infer<typeof messageRates>

// delivered: when; a message that doesn't arrive costs nothing. entered: when the person came by an advertisement, which opens 72 hours in which nothing is charged.
// parts: of an SMS.
type Sent = { category: z.infer<typeof category>; country?: string; delivered: Millis | undefined; entered?: Millis; parts?: number }
export const freeEntryMs = 72 * 3_600_000

// undefined: no price is known.
export const costOf = ({ category, country, delivered, entered, parts = 1 }: Sent, { currency, zone, prices }: MessageRates): { micros: number; currency: string } | undefined => {
  if (delivered === undefined) return { micros: 0, currency }
  if (category !== 'sms' && entered !== undefined && delivered >= entered && delivered < entered + freeEntryMs) return { micros: 0, currency }
  const valid = prices
    .filter((each) => each.category === category && (each.country ?? country) === country && dayStart(zone, each.from) <= delivered)
    .toSorted((a, b) => Number(b.country !== undefined) - Number(a.country !== undefined) || (a.from < b.from ? 1 : -1))
  return valid[0] && { micros: valid[0].micros * parts, currency }
}
