import { z } from 'zod'
import { lowered, wordsIn } from './claims-text.ts'
import { momentsIn } from './claims-times.ts'
import type { Millis } from '../define.ts'
import { dayNamed, isDay, minuteAt, numberAt, numberOf } from './zones.ts'

// What the tools have answered in one conversation, as far as a message can claim it. The latest word on a visit counts.
export type ToolAnswer = { tool: string; output: unknown }
export type Deed = 'booked' | 'held' | 'moved' | 'cancelled' | 'escalated' | 'waiting' | 'sent' | 'noted' | 'requested' | 'stopped'
// kind, places and trait: by which it is called, «el loft», «el de la Condesa», «el de Casa Tabasco». isAside: of the catalogue only, so that it is meant where it is named and nowhere else. title: as people read it.
export type KnownHome = { home: string; titles: Set<string>; kind?: string; places: Set<string>; trait?: string | undefined; words: Set<string>; rents: Set<number>; deposits: Set<number>; bedrooms?: number; bathrooms?: number; area?: number; addresses: Set<string>; isOpen: boolean; title?: string; isAside?: true } & Traits
// What it is and has, as it was told. texts: in words; months: the shortest that it is let for; group: how many see it at once; from: the day that it can be moved into.
type Traits = { texts: Set<string>; asked: Set<string>; pets?: 'no' | 'small' | 'yes'; furnished?: boolean; parking?: number; months?: number; group?: number; from?: number }
// of: a time that can be had, a visit that is on, one that is kept for a while, one that is off or over, and any other day that a tool has named.
export type KnownTime = { day: number; minute?: number; of: 'slot' | 'tour' | 'held' | 'off' | 'other'; home?: string }
export type Facts = {
  homes: ReadonlyMap<string, KnownHome>
  times: readonly KnownTime[]
  deeds: ReadonlySet<Deed>
  seen: { homes: boolean; slots: boolean; refused: boolean; closed: boolean; tours: boolean } // what was looked for at all; refused: something was said to be gone; closed: a home was
  free: boolean // the last look for times has found some
  codes: ReadonlySet<string> // by which a request is known
  within: number | undefined // minutes in which a person answers
  said: readonly string[] // by the prospect
  at: ReadonlySet<string> | undefined // the homes of the last answer that was about any; none where that one wasn't to be had
  found: number | undefined // how many the last search has found
  ours: readonly string[] // what the house lets the agent quote, and what people of ours said
  told: readonly string[] // what else the tools told of homes in words, and what the house lets the agent quote
}

const when = z.looseObject({ start: z.string() })
const aHome = z.looseObject({
  home: z.string(), title: z.string().nullish(), building: z.string().nullish(), unit: z.string().nullish(), area: z.string().nullish(), address: z.string().nullish(), city: z.string().nullish(),
  rent_mxn: z.number().nullish(), deposit: z.string().nullish(), bedrooms: z.number().nullish(), bathrooms: z.number().nullish(), area_m2: z.number().nullish(), available_from: z.string().nullish(),
  features: z.array(z.string()).nullish(), amenities: z.array(z.string()).nullish(), requirements: z.array(z.string()).nullish(), description: z.string().nullish(), faq: z.array(z.looseObject({ q: z.string(), a: z.string() })).nullish(),
  pets: z.enum(['no', 'small', 'yes']).nullish().catch(undefined), furnished: z.boolean().nullish(), parking: z.number().nullish(), minimum_months: z.number().nullish(), group_of: z.number().nullish(),
})
const aTour = z.looseObject({ home: z.string(), start: z.string(), title: z.string().nullish(), address: z.string().nullish(), tour_id: z.string().nullish(), status: z.string().nullish() })
export type HomeTold = z.input<typeof aHome>
export type VisitTold = z.input<typeof aTour>
const answer = z.looseObject({
  ok: z.boolean(), say: z.string(),
  data: z.looseObject({
    home: z.string().nullish(), homes: z.array(aHome).nullish(), slots: z.array(when).nullish(), nearby: z.array(when).nullish(), tour: aTour.nullish(), tours: z.array(aTour).nullish(),
    sent: z.number().nullish(), saved: z.array(z.string()).nullish(), from_day: z.string().nullish(), to_day: z.string().nullish(), due: z.string().nullish(), folio: z.string().nullish(), answer_by: z.string().nullish(), group_of: z.number().nullish(),
  }).nullish(),
  error: z.looseObject({ code: z.string(), alternatives: z.array(when).nullish() }).nullish(),
})

// catalogue: what may be said of homes without having asked. visits and deeds: what the house knows by itself; of visits it is the truth, whatever was answered before.
export type Around = { said?: readonly string[]; policies?: readonly string[]; catalogue?: readonly HomeTold[]; visits?: readonly VisitTold[]; deeds?: readonly Deed[]; zone: string; now: Millis }
export const factsOf = (answers: readonly ToolAnswer[], { said = [], policies = [], catalogue = [], visits, deeds: done = [], zone, now }: Around): Facts => {
  const homes = new Map<string, KnownHome>()
  const tours = new Map<string, KnownTime>()
  const times: KnownTime[] = []
  const deeds = new Set<Deed>(done)
  const told: string[] = [...policies]
  const ours: string[] = [...policies]
  const seen = { homes: false, slots: false, refused: false, closed: false, tours: visits !== undefined }
  const today = numberAt(zone, now)
  let at: Set<string> | undefined
  let found: number | undefined
  let free = false
  let within: number | undefined
  const codes = new Set<string>()

  const homeOf = (slug: string): KnownHome => {
    const known = homes.get(slug) ?? { home: slug, titles: new Set(), places: new Set(), words: new Set(wordsIn(slug)), rents: new Set(), deposits: new Set(), addresses: new Set(), isOpen: false, texts: new Set<string>(), asked: new Set<string>() }
    homes.set(slug, known)
    return known
  }
  const describe = (data: z.infer<typeof aHome>, isAside = false): void => {
    const isNew = !homes.has(data.home)
    const known = homeOf(data.home)
    if (isAside && isNew) known.isAside = true
    else if (!isAside) delete known.isAside
    const { title, building, unit, area, address, city, rent_mxn, deposit, bedrooms, bathrooms, area_m2, available_from, features, amenities, requirements, description, faq, pets, furnished, parking, minimum_months, group_of } = data
    known.isOpen = true
    if (title) known.titles.add(lowered((known.title = title)))
    const kind = /^(?:loft|estudio|studio|penthouse|ph|duplex|suite|townhouse|casa)\b/.exec(lowered(title ?? ''))?.[0]
    if (kind) known.kind = kind
    for (const place of [data.home.replace(/-[^-]*$/, '').replaceAll('-', ' '), area?.split(',')[0], building, ...placesIn(address)]) if (place?.trim()) known.places.add(lowered(place).trim())
    if (title) known.trait = (/ (?:con|frente|en|cerca|de|sin) .*$/.exec(lowered(title)) ?? / .*$/.exec(lowered(title)))?.[0].trim()
    if (building && unit) known.titles.add(lowered(`${building} ${unit}`))
    for (const word of wordsIn([title, building, unit, area, address, city, description, ...(features ?? []), ...(amenities ?? [])].join(' '))) known.words.add(word)
    if (bedrooms === 0) for (const word of ['estudio', 'studio', 'loft']) known.words.add(word)
    if (rent_mxn) known.rents.add(rent_mxn)
    if (deposit) known.deposits.add(Number(deposit.replace(/[^\d.]/g, '')))
    if (typeof bedrooms === 'number') known.bedrooms = bedrooms
    if (typeof bathrooms === 'number') known.bathrooms = bathrooms
    if (area_m2) known.area = area_m2
    if (address) known.addresses.add(`${address}, ${city ?? ''}`)
    if (available_from && isDay(available_from) && !isAside) times.push({ day: numberOf(available_from), of: 'other', home: data.home })
    for (const text of [title, area, ...(features ?? []), ...(amenities ?? []), description, ...(faq ?? []).map(({ q, a }) => `${q} ${a}`)]) if (text) known.texts.add(text)
    for (const paper of requirements ?? []) known.asked.add(paper)
    if (pets) known.pets = pets
    if (typeof furnished === 'boolean') known.furnished = furnished
    if (typeof parking === 'number') known.parking = parking
    if (minimum_months) known.months = minimum_months
    if (available_from && isDay(available_from)) known.from = numberOf(available_from)
    if (group_of) known.group = group_of
    told.push(...(requirements ?? []), ...(features ?? []), ...(amenities ?? []), ...(description ? [description] : []), ...(faq ?? []).map(({ q, a }) => `${q} ${a}`))
  }
  const visit = ({ home, start, title, address, tour_id, status }: z.infer<typeof aTour>, of: KnownTime['of']): void => {
    const known = homeOf(home)
    delete known.isAside
    if (title) known.titles.add(lowered((known.title = title)))
    for (const word of wordsIn(`${title ?? ''} ${address ?? ''}`)) known.words.add(word)
    for (const place of placesIn(address)) known.places.add(lowered(place))
    if (address) known.addresses.add(address)
    const at = wallTime(start, zone)
    if (!at) return
    const key = tour_id ?? `${home} ${start}`
    const before = tours.get(key)
    if (before && (before.day !== at.day || before.minute !== at.minute)) times.push({ ...before, of: 'off' })
    const now = status === 'held' ? 'held' : status === 'confirmed' ? 'tour' : status ? 'off' : of
    if (now === 'tour' && !tour_id) return
    tours.set(key, { ...at, of: now, home })
    if (status === 'cancelled') deeds.add('cancelled')
  }
  const slots = (found: readonly z.infer<typeof when>[] | null | undefined, home?: string | null): void => {
    for (const { start } of found ?? []) {
      const at = wallTime(start, zone)
      if (at) times.push({ ...at, of: 'slot', ...(home && { home }) })
    }
  }

  for (const each of catalogue) describe(each, true)
  for (const { tool, output } of answers) {
    const read = answer.safeParse(output)
    if (!read.success) continue
    const { ok, say, data, error } = read.data
    if (tool === 'check_availability') seen.slots ||= ok || error?.code === 'not_available'
    if (tool === 'find_homes' || tool === 'get_home') seen.homes ||= ok || error?.code === 'not_available' || error?.code === 'not_found'
    if (tool === 'my_tours') seen.tours ||= ok
    if (error && gone.has(error.code)) seen.refused = true
    if (isClosed(tool, error?.code)) seen.closed = true
    if (tool === 'check_availability') free = (data?.slots?.length ?? 0) > 0
    if (data?.folio) codes.add(lowered(data.folio))
    if (tool === 'escalate' && ok) within = Number(/\b(\d{1,3}) min/.exec(say)?.[1] ?? 0) || within
    const homesOf = ok ? [...(data?.homes ?? []), ...(data?.tours ?? []), data, data?.tour].flatMap((each) => each?.home ?? []) : []
    if (homesOf.length > 0 || isClosed(tool, error?.code) || (tool === 'find_homes' && ok)) at = new Set(homesOf)
    if (tool === 'find_homes' && ok) found = data?.homes?.length ?? 0
    for (const each of data?.homes ?? []) describe(each)
    const one = tool === 'get_home' && ok ? aHome.safeParse(data) : undefined
    if (one?.success) describe(one.data)
    if (tool === 'check_availability' && ok && data?.home) {
      const known = homeOf(data.home)
      delete known.isAside
      known.isOpen = true
      known.group = data.group_of ?? 1
      for (const word of wordsIn(say)) known.words.add(word)
    }
    slots(data?.slots, data?.home)
    slots(data?.nearby, data?.home)
    slots(error?.alternatives)
    for (const each of data?.tours ?? []) visit(each, 'tour')
    if (data?.tour) visit(data.tour, tool === 'cancel_tour' ? 'off' : 'tour')
    if (error && stated[error.code]) for (const [at, { isDay: holds, minutes = [] }] of momentsIn(lowered(say.slice(0, 400)), today).entries()) {
      const day = holds && Array.from({ length: 90 }, (_, ahead) => today - 7 + ahead).find(holds)
      if (day !== undefined) for (const minute of minutes.slice(0, 1)) times.push({ day, minute, of: (at === 0 || error.code !== 'name_missing' ? stated[error.code] : undefined) ?? 'other' }) // what it is kept until is no visit
      if (error.code === 'name_missing') deeds.add('held')
    }
    for (const day of [data?.from_day, data?.to_day, data?.due]) if (day && isDay(day)) times.push({ day: numberOf(day), of: 'other' })
    const by = data?.answer_by ? wallTime(data.answer_by, zone) : undefined
    if (by) times.push({ ...by, of: 'other' })
    if (!structured.has(tool)) for (const words of [told, ours]) words.push(say) // it says all it knows in words
    const did = ok ? doers[tool] : undefined
    if (did && (did !== 'sent' || (data?.sent ?? 0) > 0)) deeds.add(did)
    if (did === 'requested' && !data?.due) deeds.add('stopped')
  }
  if (visits) {
    for (const [key, at] of tours) tours.set(key, at.of === 'tour' ? { ...at, of: 'other' } : at)
    for (const each of visits) visit(each, 'tour')
  }
  return { homes, times: [...times, ...tours.values()], deeds, seen, at, found, free, codes, within, said, ours, told }
}
// «Calle Salvatierra 47, Escandón, 11800» is in Salvatierra and in Escandón.
const placesIn = (address: string | null | undefined): string[] => {
  const [street = '', area = ''] = (address ?? '').split(',')
  return [street.replace(/^(?:calle|avenida|av\.?|c\.)\s+/i, '').replace(/\s*#?\d+\s*$/, ''), area.trim()].filter((each) => /^\D{4,}$/.test(each))
}
const isClosed = (tool: string, code: string | undefined): boolean => (tool === 'get_home' || tool === 'check_availability') && (code === 'not_available' || code === 'not_found')
const gone = new Set(['not_available', 'slot_gone', 'not_offered', 'slot_unknown', 'not_found', 'clash'])
const stated: Partial<Record<string, KnownTime['of']>> = { name_missing: 'held', clash: 'tour', which_tour: 'tour', tour_changed: 'tour' }
const doers: Partial<Record<string, Deed>> = {
  book_tour: 'booked', reschedule_tour: 'moved', cancel_tour: 'cancelled', escalate: 'escalated', join_waitlist: 'waiting', send_home_media: 'sent', update_deal: 'noted', qualify_lead: 'noted', privacy_request: 'requested',
}

const structured = new Set([...Object.keys(doers), 'find_homes', 'get_home', 'check_availability', 'my_tours'])

// By the clock of the property, which is the one that its offset shows.
const wallTime = (start: string, zone: string): { day: number; minute: number } | undefined => {
  const [, day = '', hour, minute, offset] = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)[^Z+-]*(Z|[+-]\d\d:\d\d)$/.exec(start) ?? []
  if (!isDay(day)) return undefined
  if (offset !== 'Z') return { day: numberOf(day), minute: Number(hour) * 60 + Number(minute) }
  const ms = Date.parse(start)
  return { day: numberOf(dayNamed(numberAt(zone, ms))), minute: minuteAt(zone, ms) }
}
