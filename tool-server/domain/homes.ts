import { z } from 'zod'
import { catalogueWords } from '@portero/shared'
import type { Millis } from '../define.ts'
import { clearText } from './clear-text.ts'

// The catalogue: what we rent, where it stands, and who shows it. Small enough to be held whole in memory.
const says = catalogueWords['es-MX']
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, says.time)
export const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, says.day)

const https = z.url({ protocol: /^https$/, error: says.https })
export const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
const hours = z.array(z.strictObject({ days: z.array(weekday).min(1), from: time, to: time }).refine(({ from, to }) => from < to, says.hoursOrder))

// What people ask of a place and what is true there. source: who says so. checked: when somebody last made sure; after freshDays, or half a year, it is no longer told as sure.
const clear = (most: number) => z.string().min(1).max(most).regex(clearText, says.line) // a model reads it, so nothing in it may be hidden from whoever checks it
export const faqEntry = z.strictObject({ q: clear(160), a: clear(400), source: clear(120), checked: day, freshDays: z.int().min(1).max(3_650).optional() })
export type FaqEntry = z.infer<typeof faqEntry>
export const mostFaq = 60
const faq = z.array(faqEntry).default([])

export const mostReason = 120 // characters, of why nobody can visit then
export const longestWayMinutes = 240
export const buildingDetails = z.strictObject({
  address: z.string().min(1),
  neighbourhood: z.string().min(1),
  city: z.string().min(1),
  mapUrl: https.optional(),
  position: z.strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  amenities: z.array(z.string()).default([]),
  hours: hours.optional(), // when it may be visited; without, whenever somebody can show it
  visits: z
    .strictObject({
      minutes: z.int().min(10).max(240).default(30),
      gridMinutes: z.int().min(5).max(120).default(30),
      noticeMinutes: z.int().min(0).default(120),
      horizonDays: z.int().min(1).max(60).default(14),
      bufferMinutes: z.int().min(0).max(longestWayMinutes).default(15),
      travelMinutes: z.int().min(0).max(longestWayMinutes).default(20), // from and to another building; between two, the longer of both
      perAgentAndDay: z.int().min(1).max(50).default(8),
      onHolidays: z.boolean().default(false),
      needsName: z.boolean().default(false), // of whoever books in the chat; until they say it their time is only held
      followUps: z.strictObject({ days: z.array(z.int().min(1).max(30)).max(5).default([1, 3, 7]) }).prefault({}), // after how many days of silence whoever asked is written to; none: never
      seats: z.int().min(1).max(50).default(1), // how many people may see a home at once; with more than one, strangers share a visit
    })
    .prefault({}),
  faq,
})
// https://developers.google.com/maps/documentation/urls/get-started#search-action
export const mapOf = ({ mapUrl, position, address, city }: Pick<z.infer<typeof buildingDetails>, 'mapUrl' | 'position' | 'address' | 'city'>): string =>
  mapUrl ?? `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(position ? `${position.latitude},${position.longitude}` : `${address}, ${city}`)}`

export const homeDetails = z.strictObject({
  title: z.string().min(1),
  unit: z.string().min(1),
  bedrooms: z.int().min(0).max(20),
  bathrooms: z.number().min(0).max(20),
  areaM2: z.number().min(5),
  rentMxn: z.int().min(1),
  depositMonths: z.number().min(0).max(12).default(1),
  pets: z.enum(['no', 'small', 'yes']),
  furnished: z.boolean().default(false),
  parking: z.int().min(0).max(10).default(0),
  availableFrom: day,
  minimumMonths: z.int().min(1).max(60).default(12),
  requirements: z.array(z.string()).default([]),
  features: z.array(z.string()).default([]),
  description: z.string().default(''),
  seats: z.int().min(1).max(50).optional(), // where that is another number than its building's
  media: z.array(z.strictObject({ kind: z.enum(['photo', 'video', 'plan']), url: https, caption: z.string().min(1).optional() })).default([]),
  faq,
})
export const agentDetails = z.strictObject({
  name: z.string().min(1),
  email: z.email(says.email).optional(), // by which Bird's inbox and the CRM know them
  calendar: z.email(says.email).optional(), // whose calendar theirs is, where that is under another address
  phone: z.string().regex(/^\+\d{8,15}$/, says.phone).optional(), // where they are told on WhatsApp that somebody needs them
  weight: z.number().min(0).max(100).default(1),
  hours,
  perWeek: z.int().min(1).max(200).optional(), // visits, from Monday to Sunday, in all buildings
  languages: z.array(z.enum(['es-MX', 'en'])).min(1).default(['es-MX']),
  skills: z.array(z.string().min(1)).default([]), // mascotas, corporativo: what the slot engine can be asked for; no tool and no home asks
})
export type Hours = z.infer<typeof hours>

export type Visits = z.infer<typeof buildingDetails>['visits']
export type Building = z.infer<typeof buildingDetails> & { id: string; slug: string; name: string; zone: string }
export type Home = z.infer<typeof homeDetails> & { id: string; slug: string; no: number; building: Building; isOpen: boolean }
export type Agent = z.infer<typeof agentDetails> & { id: string; slug: string; isActive: boolean; buildings: ReadonlySet<string> }
export type Blackout = { building?: string; agent?: string; startsAt: Millis; endsAt: Millis; reason?: string }
export type Catalogue = { homes: readonly Home[]; agents: readonly Agent[]; blackouts: readonly Blackout[]; knowledge?: readonly FaqEntry[] } // knowledge: what is true of all of them

export const seatsOf = ({ seats, building }: Pick<Home, 'seats' | 'building'>): number => seats ?? building.visits.seats
export const homeBySlug = ({ homes }: Catalogue, slug: string): Home | undefined => homes.find((home) => home.slug === slug)
export const agentsFor = ({ agents }: Catalogue, building: string): Agent[] => agents.filter(({ isActive, buildings }) => isActive && buildings.has(building))
