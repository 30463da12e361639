import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { z } from 'zod'
import { consoleWords, takeoverWords, views, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { homeBySlug, mapOf, type Catalogue } from './homes.ts'
import { leadFacts, type LeadFacts } from './leads.ts'
import { pesos } from './offers.ts'
import { label } from './spanish-times.ts'
import type { Tour } from './tours.ts'

// How our own state looks in a card.
export type Visit = z.infer<typeof views.visit>
export type CardLine = z.infer<typeof views.line>
export type Fact = z.infer<typeof views.fact>

export const isoOf = (ms: Millis): string => new Date(ms).toISOString()

// '+525512345678' as '+52 55 •••• 5678'.
export const maskedPhone = (phone: string): string => {
  const { country, national } = partsOf(phone)
  return `${country} ${national.slice(0, 2)} •••• ${national.slice(-4)}`
}
// Wherever the number stands in a view, also as the prospect wrote it themselves. Of a view that goes out as JSON anyway.
export const hiding = (view: object, phone: string | undefined): unknown => {
  if (phone === undefined) return view
  const { country, national } = partsOf(phone)
  if (national === '') return view
  const prefix = `(?:\\+?${country.slice(1)}${gap}(?:1${gap})?)?` // WhatsApp writes 521
  const number = new RegExp(prefix + national.split('').join(gap), 'g')
  return JSON.parse(JSON.stringify(view), (_name, value: unknown) => (typeof value === 'string' ? value.replace(number, maskedPhone(phone)) : value))
}
const gap = '[ ().\\-\\u00a0]{0,2}'
const partsOf = (phone: string): { country: string; national: string } => {
  const parsed = parsePhoneNumberFromString(phone)
  return parsed ? { country: `+${parsed.countryCallingCode}`, national: parsed.nationalNumber } : { country: '', national: phone.replace(/\D/g, '') }
}

// Words are found without accents and capitals.
export const searchable = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()

// What a card can show: no control characters, and no more than WhatsApp carries.
const mostCharacters = 4_096
export const showable = (text: string): string => text.slice(0, mostCharacters).toWellFormed().replace(/[\p{Cc}--[\n\t]]/gv, ' ')

const english = (zone: string): Intl.DateTimeFormat => new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'long', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })
export const timeLabel = (zone: string, ms: Millis, language: Language): string => (language === 'es-MX' ? label(zone, ms) : english(zone).format(ms))

// tour: what the card calls it.
export const visitOf = (tour: Tour, { homes, agents }: Catalogue, names: Pick<Visit, 'tour' | 'calendarUrl'>): Visit | undefined => {
  const home = homes.find(({ id }) => id === tour.home)
  if (!home) return undefined
  const { building } = home
  return {
    ...names, version: tour.version, home: home.slug, title: home.title, startsAt: isoOf(tour.startsAt), endsAt: isoOf(tour.endsAt), zone: building.zone, status: tour.status,
    place: `${building.name}, ${home.unit} · ${building.address}`, agent: agents.find(({ id }) => id === tour.agent)?.name ?? '', mapUrl: mapOf(building),
  }
}
const isComing = ({ status, endsAt }: Tour, now: Millis): boolean => (status === 'held' || status === 'confirmed') && endsAt > now
// Nobody has said yet how it went.
export const isUnmarked = ({ status, endsAt }: Tour, now: Millis): boolean => status === 'confirmed' && endsAt <= now
// The last that began, until it is said how it went, else the next one; then whatever else there is, the latest first.
export const nextFirst = (tours: readonly Tour[], now: Millis): { next: Tour | undefined; others: Tour[] } => {
  const begun = tours.filter(({ status, startsAt }) => status !== 'cancelled' && startsAt <= now).toSorted((a, b) => b.startsAt - a.startsAt)[0]
  const next = begun?.status === 'confirmed' ? begun : tours.filter((tour) => isComing(tour, now)).toSorted((a, b) => a.startsAt - b.startsAt)[0]
  return { next, others: tours.filter((tour) => tour !== next).toSorted((a, b) => b.startsAt - a.startsAt) }
}

export const factsOf = (facts: LeadFacts, catalogue: Catalogue, language: Language): Fact[] => {
  const { guarantee: guarantees, yes, no } = consoleWords[language]
  const { budgetMxn, pets, guarantee, home, ...plain } = facts
  const values: Record<string, string | number | undefined> = {
    budgetMxn: budgetMxn && pesos(budgetMxn), bedrooms: plain.bedrooms, occupants: plain.occupants, pets: pets === undefined ? undefined : pets ? yes : no,
    moveIn: plain.moveIn, months: plain.months, guarantee: guarantee && guarantees[guarantee], home: home === undefined ? undefined : (homeBySlug(catalogue, home)?.title ?? home),
  }
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]))
}

// What an action did, as its row in the audit has it; undefined where it came to nothing. about: the fields of the cards that it may have set.
export type Deed = { what: string; by: string; args: unknown; result: unknown }
export const deeds = ['book-tour', 'reschedule-tour', 'cancel-tour', 'mark-tour', 'update-lead', 'escalate', 'take-over', 'hand-back', 'write-note'] as const
const tourSeen = z.union([z.string().transform((id) => ({ id, home: undefined, startsAt: undefined })), z.object({ id: z.string(), home: z.string(), startsAt: z.int() })])
const visitDeed = z.object({ home: z.string().optional(), startsAt: z.int().optional(), as: z.enum(['completed', 'no_show']).optional() })
const leadDeed = z.object({ facts: leadFacts, stage: z.string().optional() })
const outcome = z.object({ status: z.string().optional(), tour: tourSeen.optional(), owner: z.string().optional(), isNew: z.boolean().optional(), text: z.string().optional() })

type Around = { catalogue: Catalogue; tours: readonly Tour[]; language: Language }
export const deedOf = ({ what, by, args, result }: Deed, around: Around): { text: string; about: string[]; tour?: string } | undefined => {
  const done = outcome.safeParse(result).data
  if (!done) return undefined
  const words = views.cardAnswers[around.language]
  const told = what === 'update-lead' ? noted(args, done, around) : what === 'escalate' ? escalated(done, around) : handed(what, done, around) ?? visited(what, args, done, around)
  return told && { ...told, text: `${by === 'staff' ? words.who.staff : words.who.portero} ${told.text}` }
}

type Told = { text: string; about: string[]; tour?: string } | undefined
type Came = z.infer<typeof outcome>
const escalated = ({ isNew, owner }: Came, { language }: Around): Told => (isNew ? { text: views.cardAnswers[language].done.escalated(owner), about: [] } : undefined)

const handed = (what: string, { isNew, text }: Came, { language }: Around): Told => {
  const { done: words } = takeoverWords[language]
  if (what === 'take-over' && isNew) return { text: words.taken, about: [] }
  if (what === 'hand-back' && isNew) return { text: words.givenBack, about: [] }
  return what === 'write-note' && text !== undefined ? { text: words.noted(text), about: [] } : undefined
}

const noted = (args: unknown, { status }: Came, { catalogue, language }: Around): Told => {
  const lead = leadDeed.safeParse(args).data
  if (!lead || status !== 'changed') return undefined
  const { facts: names, stage: stages } = consoleWords[language]
  const nameOf = (name: string): string => Object.entries(names).find(([each]) => each === name)?.[1] ?? name
  const facts = factsOf(lead.facts, catalogue, language)
  const stage = Object.entries(stages).find(([each]) => each === lead.stage)?.[1]
  const told = [...facts.map(({ name, value }) => `${nameOf(name)} ${value}`), ...(stage === undefined ? [] : [`${views.cardAnswers[language].stage}: ${stage}`])]
  return { text: views.cardAnswers[language].done.noted(told.join(', ')), about: [...facts.map(({ name }) => name), ...(stage === undefined ? [] : ['stage'])] }
}

const visited = (what: string, args: unknown, { status = '', tour: seen }: Came, { catalogue, tours, language }: Around): Told => {
  const asked = visitDeed.safeParse(args).data
  if (!asked || !visitsCome.has(status)) return undefined
  const known = tours.find(({ id }) => id === seen?.id)
  const home = catalogue.homes.find(({ id }) => id === (asked.home ?? seen?.home ?? known?.home))
  const startsAt = asked.startsAt ?? seen?.startsAt ?? known?.startsAt
  if (!home || startsAt === undefined) return undefined
  const { done: words } = views.cardAnswers[language]
  const say = what === 'book-tour' ? words.booked : what === 'reschedule-tour' ? words.moved : asked.as ? words[asked.as] : words.cancelled
  return { text: say(home.title, timeLabel(home.building.zone, startsAt, language)), about: what === 'reschedule-tour' ? ['visit'] : ['visit', 'stage'], ...(seen && { tour: seen.id }) }
}
const visitsCome = new Set(['booked', 'moved', 'cancelled', 'marked'])
