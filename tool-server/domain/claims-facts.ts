import { z } from 'zod'
import { lowered, wordsIn } from './claims-text.ts'
import { momentsIn } from './claims-times.ts'
import { dayNamed, isDay, minuteAt, numberAt, numberOf } from './zones.ts'

// What the tools have answered in one conversation, as far as a message can claim it. The latest word on a visit counts.
export type ToolAnswer = { tool: string; output: unknown }
export type Deed = 'booked' | 'held' | 'moved' | 'cancelled' | 'escalated' | 'waiting' | 'sent' | 'noted' | 'requested'
export type KnownHome = { home: string; titles: Set<string>; words: Set<string>; rents: Set<number>; deposits: Set<number>; bedrooms?: number; bathrooms?: number; area?: number; addresses: Set<string>; isOpen: boolean }
// of: a time that can be had, a visit that is on, one that is kept for a while, one that is off or over, and any other day that a tool has named.
export type KnownTime = { day: number; minute?: number; of: 'slot' | 'tour' | 'held' | 'off' | 'other'; home?: string }
export type Facts = {
  homes: ReadonlyMap<string, KnownHome>
  times: readonly KnownTime[]
  deeds: ReadonlySet<Deed>
  seen: { homes: boolean; slots: boolean; refused: boolean } // what was looked for at all; refused: something was said to be gone
  said: readonly string[] // by the prospect
  told: readonly string[] // what else the tools told of homes in words, and what the house lets the agent quote
}

const when = z.looseObject({ start: z.string() })
const aHome = z.looseObject({
  home: z.string(), title: z.string().nullish(), building: z.string().nullish(), unit: z.string().nullish(), area: z.string().nullish(), address: z.string().nullish(), city: z.string().nullish(),
  rent_mxn: z.number().nullish(), deposit: z.string().nullish(), bedrooms: z.number().nullish(), bathrooms: z.number().nullish(), area_m2: z.number().nullish(), available_from: z.string().nullish(),
  features: z.array(z.string()).nullish(), amenities: z.array(z.string()).nullish(), requirements: z.array(z.string()).nullish(), description: z.string().nullish(),
})
const aTour = z.looseObject({ home: z.string(), start: z.string(), title: z.string().nullish(), address: z.string().nullish(), tour_id: z.string().nullish(), status: z.string().nullish() })
const answer = z.looseObject({
  ok: z.boolean(), say: z.string(),
  data: z.looseObject({
    home: z.string().nullish(), homes: z.array(aHome).nullish(), slots: z.array(when).nullish(), nearby: z.array(when).nullish(), tour: aTour.nullish(), tours: z.array(aTour).nullish(),
    sent: z.number().nullish(), saved: z.array(z.string()).nullish(), from_day: z.string().nullish(), to_day: z.string().nullish(), due: z.string().nullish(), answer_by: z.string().nullish(),
  }).nullish(),
  error: z.looseObject({ code: z.string(), alternatives: z.array(when).nullish() }).nullish(),
})

export const factsOf = (answers: readonly ToolAnswer[], { said = [], policies = [], zone, now }: { said?: readonly string[]; policies?: readonly string[]; zone: string; now: number }): Facts => {
  const homes = new Map<string, KnownHome>()
  const tours = new Map<string, KnownTime>()
  const times: KnownTime[] = []
  const deeds = new Set<Deed>()
  const told: string[] = [...policies]
  const seen = { homes: false, slots: false, refused: false }
  const today = numberAt(zone, now)

  const homeOf = (slug: string): KnownHome => {
    const known = homes.get(slug) ?? { home: slug, titles: new Set(), words: new Set(wordsIn(slug)), rents: new Set(), deposits: new Set(), addresses: new Set(), isOpen: false }
    homes.set(slug, known)
    return known
  }
  const describe = (data: z.infer<typeof aHome>): void => {
    const known = homeOf(data.home)
    const { title, building, unit, area, address, city, rent_mxn, deposit, bedrooms, bathrooms, area_m2, available_from, features, amenities, requirements, description } = data
    known.isOpen = true
    if (title) known.titles.add(lowered(title))
    if (building && unit) known.titles.add(lowered(`${building} ${unit}`))
    for (const word of wordsIn([title, building, unit, area, address, city, description, ...(features ?? []), ...(amenities ?? [])].join(' '))) known.words.add(word)
    if (bedrooms === 0) for (const word of ['estudio', 'studio', 'loft']) known.words.add(word)
    if (rent_mxn) known.rents.add(rent_mxn)
    if (deposit) known.deposits.add(Number(deposit.replace(/[^\d.]/g, '')))
    if (typeof bedrooms === 'number') known.bedrooms = bedrooms
    if (typeof bathrooms === 'number') known.bathrooms = bathrooms
    if (area_m2) known.area = area_m2
    if (address) known.addresses.add(`${address}, ${city ?? ''}`)
    if (available_from && isDay(available_from)) times.push({ day: numberOf(available_from), of: 'other', home: data.home })
    told.push(...(requirements ?? []), ...(features ?? []), ...(amenities ?? []), ...(description ? [description] : []))
  }
  const visit = ({ home, start, title, address, tour_id, status }: z.infer<typeof aTour>, of: KnownTime['of']): void => {
    const known = homeOf(home)
    if (title) known.titles.add(lowered(title))
    for (const word of wordsIn(`${title ?? ''} ${address ?? ''}`)) known.words.add(word)
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

  for (const { tool, output } of answers) {
    const read = answer.safeParse(output)
    if (!read.success) continue
    const { ok, say, data, error } = read.data
    if (tool === 'check_availability') seen.slots ||= ok || error?.code === 'not_available'
    if (tool === 'find_homes' || tool === 'get_home') seen.homes ||= ok || error?.code === 'not_available' || error?.code === 'not_found'
    if (error && gone.has(error.code)) seen.refused = true
    for (const each of data?.homes ?? []) describe(each)
    const one = tool === 'get_home' && ok ? aHome.safeParse(data) : undefined
    if (one?.success) describe(one.data)
    if (tool === 'check_availability' && ok && data?.home) {
      const known = homeOf(data.home)
      known.isOpen = true
      for (const word of wordsIn(say)) known.words.add(word)
    }
    slots(data?.slots, data?.home)
    slots(data?.nearby, data?.home)
    slots(error?.alternatives)
    for (const each of data?.tours ?? []) visit(each, 'tour')
    if (data?.tour) visit(data.tour, tool === 'cancel_tour' ? 'off' : 'tour')
    if (error && stated[error.code]) for (const { isDay: holds, minutes = [] } of momentsIn(lowered(say.slice(0, 400)), today)) {
      const day = holds && Array.from({ length: 90 }, (_, ahead) => today - 7 + ahead).find(holds)
      if (day !== undefined) for (const minute of minutes.slice(0, 1)) times.push({ day, minute, of: stated[error.code] ?? 'other' })
      if (error.code === 'name_missing') deeds.add('held')
    }
    for (const day of [data?.from_day, data?.to_day, data?.due]) if (day && isDay(day)) times.push({ day: numberOf(day), of: 'other' })
    const by = data?.answer_by ? wallTime(data.answer_by, zone) : undefined
    if (by) times.push({ ...by, of: 'other' })
    const did = ok ? doers[tool] : undefined
    if (did && (did !== 'sent' || (data?.sent ?? 0) > 0)) deeds.add(did)
  }
  return { homes, times: [...times, ...tours.values()], deeds, seen, said, told }
}
const gone = new Set(['not_available', 'slot_gone', 'not_offered', 'slot_unknown', 'not_found', 'clash'])
const stated: Partial<Record<string, KnownTime['of']>> = { name_missing: 'held', clash: 'tour', which_tour: 'tour', tour_changed: 'tour' }
const doers: Partial<Record<string, Deed>> = {
  book_tour: 'booked', reschedule_tour: 'moved', cancel_tour: 'cancelled', escalate: 'escalated', join_waitlist: 'waiting', send_home_media: 'sent', update_deal: 'noted', qualify_lead: 'noted', privacy_request: 'requested',
}

// By the clock of the property, which is the one that its offset shows.
const wallTime = (start: string, zone: string): { day: number; minute: number } | undefined => {
  const [, day = '', hour, minute, offset] = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)[^Z+-]*(Z|[+-]\d\d:\d\d)$/.exec(start) ?? []
  if (!isDay(day)) return undefined
  if (offset !== 'Z') return { day: numberOf(day), minute: Number(hour) * 60 + Number(minute) }
  const ms = Date.parse(start)
  return { day: numberOf(dayNamed(numberAt(zone, ms))), minute: minuteAt(zone, ms) }
}
