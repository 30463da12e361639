import { readFileSync } from 'node:fs'
import { sayings } from '@portero/shared'
import type { Millis } from '@portero/tool-server/define.ts'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { factsOf, type Facts, type ToolAnswer } from '@portero/tool-server/domain/claims-facts.ts'
import { answersTold, homesTold } from '@portero/tool-server/domain/claims-house.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { mediaOf, type MediaKind } from '@portero/tool-server/domain/home-media.ts'
import { faqOf } from '@portero/tool-server/domain/knowledge.ts'
import { pesos, startOf } from '@portero/tool-server/domain/offers.ts'
import { searchHomes } from '@portero/tool-server/domain/search-homes.ts'
import { dayLabel, hourLabel, label } from '@portero/tool-server/domain/spanish-times.ts'
import { dayNamed, dayOf, dayStart, minuteAt, minuteMs, numberAt } from '@portero/tool-server/domain/zones.ts'
import { otherHouse } from './blind-three-homes.ts'

// Conversations as the tools leave them: the shapes are the tools' own, what they say is sayings'.
const say = sayings['es-MX']

export type Dice = { (): number; of<T>(list: readonly T[]): T; int(from: number, to: number): number; odds(chance: number): boolean; some<T>(list: readonly T[], count: number): T[] }
export const dice = (seed: number): Dice => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const of = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(next() * list.length)]
    if (one === undefined) throw new Error('nothing to choose from')
    return one
  }
  const some = <T>(list: readonly T[], count: number): T[] => list.map((one) => ({ one, by: next() })).toSorted((a, b) => a.by - b.by).slice(0, count).map(({ one }) => one)
  return Object.assign(next, { of, some, int: (from: number, to: number) => from + Math.floor(next() * (to - from + 1)), odds: (chance: number) => next() < chance })
}

const read = (text: string): Catalogue => {
  const file = parseCatalogue(text)
  let no = 0
  return {
    knowledge: file.knowledge, blackouts: [],
    homes: file.buildings.flatMap(({ homes, ...building }) => homes.map(({ open, ...home }) => ({ ...home, id: home.slug, no: ++no, isOpen: open, building: { ...building, id: building.slug } }))),
    agents: file.agents.map(({ active, buildings, ...agent }) => ({ ...agent, id: agent.slug, isActive: active, buildings: new Set(buildings) })),
  }
}
const sample = read(readFileSync(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url), 'utf8'))
const other = read(otherHouse)

export type Scene = {
  catalogue: Catalogue; home: Home; other: Home; zone: string; now: Millis; today: number
  answers: ToolAnswer[]; said: string[]; slots: Millis[]; alternatives: Millis[]; at: Millis; old: Millis; visits: { at: Millis; home: Home; status: string }[]
  agent: string; owner: string; folio: string; due: string; sent: number; kind: MediaKind; found: Home[]; from: string; to: string; held: string; isSample: boolean
}
export type Where = (home: Home) => boolean

const begin = (roll: Dice, where: Where): Scene => {
  const isSample = roll.odds(0.65) || !other.homes.some(where)
  const catalogue = isSample && sample.homes.some(where) ? sample : other
  const home = roll.of(catalogue.homes.filter(where))
  const { zone } = home.building
  const today = numberAt(zone, Date.parse('2026-11-24T18:00:00Z')) + roll.int(0, 20)
  const now = dayStart(zone, dayNamed(today)) + roll.int(8 * 60, 20 * 60) * minuteMs
  const agent = roll.of(catalogue.agents.filter(({ buildings }) => buildings.has(home.building.slug))).name
  return {
    catalogue, home, other: roll.of(catalogue.homes.filter(({ building }) => building.slug !== home.building.slug)), zone, now, today, answers: [], said: [], slots: [], alternatives: [], at: 0, old: 0, visits: [],
    agent, owner: roll.of(['Sofía', 'Mariana', 'Raúl', 'Paty']), folio: `P-${roll.int(0x10000000, 0xfffffff0).toString(16).toUpperCase()}`, due: '', sent: 0, kind: 'photos', found: [], from: '', to: '', held: '', isSample: catalogue === sample,
  }
}

const moment = (s: Scene, day: number, minute: number): Millis => dayStart(s.zone, dayNamed(day)) + minute * minuteMs
export const timesOn = (s: Scene, roll: Dice, count: number): Millis[] => {
  const days = roll.some([1, 2, 3, 4, 5, 6, 8, 9], roll.int(2, 3))
  const all = days.flatMap((day) => roll.some([540, 570, 600, 630, 660, 690, 720, 780, 810, 840, 900, 930, 960, 990, 1020, 1050, 1080], roll.int(1, 3)).map((minute) => moment(s, s.today + day, minute)))
  return all.toSorted((a, b) => a - b).slice(0, count)
}
const offered = (s: Scene, roll: Dice, times: readonly Millis[]) => times.map((at) => ({ slot_id: `s_${roll.int(0x100000, 0xffffff).toString(16)}`, start: startOf(s.zone, at), label: label(s.zone, at), seats_left: s.home.building.visits.seats }))
const tourOf = ({ home, at }: { home: Home; at: Millis }, agent: string) => ({ tour_id: `t_${home.slug}`, home: home.slug, start: startOf(home.building.zone, at), label: label(home.building.zone, at), address: home.building.address, agent })
const put = (s: Scene, tool: string, output: unknown): void => void s.answers.push({ tool, output })
const fail = (s: Scene, tool: string, code: string, said: string, alternatives?: unknown): void => put(s, tool, { ok: false, say: said, error: { code, retryable: false, ...(alternatives !== undefined && { alternatives }) } })

const getHome = (s: Scene, home: Home, about?: string): void => {
  const { slug, title, unit, building, rentMxn, depositMonths, bedrooms, bathrooms, areaM2, pets, furnished, parking, availableFrom, minimumMonths, requirements, features, description } = home
  const faq = faqOf(home, { about, now: s.now, room: 2_500 })
  put(s, 'get_home', { ok: true, say: say.homeShown(title, pesos(rentMxn)), next: 'Si le interesa, ofrece una visita con check_availability.', data: {
    home: slug, title, building: building.name, unit, address: building.address, city: building.city, rent_mxn: rentMxn, rent: pesos(rentMxn), deposit: pesos(rentMxn * depositMonths), bedrooms, bathrooms, area_m2: areaM2, pets, furnished, parking,
    available_from: availableFrom, minimum_months: minimumMonths, requirements, features, amenities: building.amenities, description, ...(faq.length > 0 && { faq }) } })
}
const listed = (s: Scene, homes: readonly Home[], exact: boolean): void => put(s, 'find_homes', { ok: true, say: homes.length === 0 ? say.noHomes : exact ? say.homesFound(homes.length) : say.nearestHomes(homes.length), data: { exact, homes: homes.map(({ slug, title, building, rentMxn, bedrooms, bathrooms, areaM2, pets, availableFrom }) => (
  { home: slug, title, area: `${building.neighbourhood}, ${building.city}`, rent_mxn: rentMxn, rent: pesos(rentMxn), bedrooms, bathrooms, area_m2: areaM2, pets, available_from: availableFrom })) } })
const availability = (s: Scene, roll: Dice, home: Home, slots: readonly Millis[], nearby: readonly Millis[] = []): void => put(s, 'check_availability', { ok: true,
  say: slots[0] ? say.slotsFound(home.title, label(s.zone, slots[0])) : nearby[0] ? say.noneLikeThat(home.title, label(s.zone, nearby[0])) : say.noSlots(home.title),
  data: { home: home.slug, zone: s.zone, as_of: startOf(s.zone, s.now), ...(home.building.visits.seats > 1 && { group_of: home.building.visits.seats }), slots: offered(s, roll, slots), ...(nearby.length > 0 && { nearby: offered(s, roll, nearby) }) } })

const steps: Record<string, (s: Scene, roll: Dice) => void> = {
  found: (s) => {
    const { fitting } = searchHomes(s.catalogue, { area: s.home.building.neighbourhood })
    s.found = fitting.slice(0, 5)
    s.said.push(`Hola, busco depa en ${s.home.building.neighbourhood}`)
    listed(s, s.found, true)
  },
  city: (s, roll) => {
    s.found = roll.some(s.catalogue.homes, roll.int(3, 5)).toSorted((a, b) => a.rentMxn - b.rentMxn)
    if (!s.found.includes(s.home)) s.found = [s.home, ...s.found.slice(1)].toSorted((a, b) => a.rentMxn - b.rentMxn)
    listed(s, s.found, true)
  },
  none: (s) => {
    s.said.push('busco algo en Lomas Verdes de 9 mil con 4 recámaras')
    listed(s, [], true)
  },
  near: (s) => {
    s.found = [s.home, s.other].toSorted((a, b) => a.rentMxn - b.rentMxn)
    listed(s, s.found, false)
  },
  seen: (s) => getHome(s, s.home),
  other: (s) => getHome(s, s.other),
  slots: (s, roll) => {
    s.slots = timesOn(s, roll, 6)
    availability(s, roll, s.home, s.slots)
  },
  noslots: (s, roll) => availability(s, roll, s.home, []),
  nearby: (s, roll) => {
    s.alternatives = timesOn(s, roll, 3)
    availability(s, roll, s.home, [], s.alternatives)
  },
  booked: (s, roll) => {
    s.at = roll.of(s.slots)
    s.visits.push({ at: s.at, home: s.home, status: 'confirmed' })
    put(s, 'book_tour', { ok: true, say: say.booked(label(s.zone, s.at), s.home.title, s.agent, s.home.building.address), data: { tour: tourOf({ home: s.home, at: s.at }, s.agent) } })
  },
  already: (s) => put(s, 'book_tour', { ok: true, say: say.alreadyBooked(label(s.zone, s.at), s.home.title), data: { tour: tourOf({ home: s.home, at: s.at }, s.agent) } }),
  gone: (s, roll) => {
    s.at = roll.of(s.slots)
    s.alternatives = timesOn(s, roll, 3).filter((at) => at !== s.at)
    fail(s, 'book_tour', 'slot_gone', say.slotGone, offered(s, roll, s.alternatives))
  },
  refused: (s, roll) => {
    s.said.push(roll.of(['puedo el domingo a las 8 pm?', 'se puede el domingo a las 8 de la noche?']))
    s.alternatives = timesOn(s, roll, 3)
    fail(s, 'book_tour', 'not_offered', say.timeNotOffered, offered(s, roll, s.alternatives))
  },
  name: (s, roll) => {
    s.at = roll.of(s.slots)
    s.held = hourLabel(s.zone, s.now + 30 * minuteMs)
    s.visits.push({ at: s.at, home: s.home, status: 'held' })
    put(s, 'book_tour', { ok: false, say: say.whoComes(label(s.zone, s.at), s.home.title, s.held), error: { code: 'name_missing', retryable: true }, next: 'Pregunta su nombre y llama otra vez a book_tour con los mismos datos y name.' })
  },
  moved: (s, roll) => {
    s.old = moment(s, s.today + 7, roll.of([610, 645, 735, 885]))
    s.at = roll.of(s.slots)
    s.visits.push({ at: s.at, home: s.home, status: 'confirmed' })
    s.said.push(roll.of(['¿puedo cambiar mi visita?', 'Necesito mover mi cita porfa']))
    put(s, 'reschedule_tour', { ok: true, say: say.moved(label(s.zone, s.at), s.home.title, s.agent, s.home.building.address), data: { tour: tourOf({ home: s.home, at: s.at }, s.agent) } })
  },
  cancelled: (s, roll) => {
    s.at = s.visits[0]?.at ?? moment(s, s.today + roll.int(1, 6), roll.of([600, 660, 720, 930, 990]))
    s.visits = [{ at: s.at, home: s.home, status: 'cancelled' }]
    s.said.push('ya no voy a poder ir, cancélala por favor')
    put(s, 'cancel_tour', { ok: true, say: say.cancelled(label(s.zone, s.at), s.home.title), data: { tour: tourOf({ home: s.home, at: s.at }, s.agent) }, next: 'Si quiere otro día, llama a check_availability con ese home y reserva con book_tour.' })
  },
  mine: (s, roll) => {
    s.at = moment(s, s.today + roll.int(1, 6), roll.of([600, 630, 660, 720, 780, 960, 990, 1020]))
    s.visits.push({ at: s.at, home: s.home, status: 'confirmed' })
    put(s, 'my_tours', { ok: true, say: say.toursAre(`${s.home.title}, ${label(s.zone, s.at)}`), data: { tours: [{ ...tourOf({ home: s.home, at: s.at }, s.agent), title: s.home.title, status: 'confirmed', calendar_url: 'https://portero.example/c/1' }] } })
  },
  nomine: (s) => put(s, 'my_tours', { ok: true, say: say.noTours, data: { tours: [] } }),
  notour: (s) => fail(s, 'cancel_tour', 'no_tour', say.noTourAhead),
  nomove: (s, roll) => {
    s.alternatives = timesOn(s, roll, 3)
    fail(s, 'reschedule_tour', 'not_offered', say.timeNotOffered, offered(s, roll, s.alternatives))
  },
  wait: (s, roll) => {
    s.from = dayNamed(s.today + roll.int(1, 3))
    s.to = dayNamed(s.today + roll.int(6, 14))
    put(s, 'join_waitlist', { ok: true, say: say.waiting(s.home.title, dayLabel(s.from), dayLabel(s.to)), data: { home: s.home.slug, from_day: s.from, to_day: s.to } })
  },
  esc: (s) => put(s, 'escalate', { ok: true, say: say.escalated(s.owner, 15), data: { owner: s.owner, answer_by: new Date(s.now + 15 * minuteMs).toISOString() } }),
  media: (s, roll) => {
    const all = mediaOf(s.home)
    const kinds: MediaKind[] = ['photos', 'video', 'plan', 'location']
    s.kind = roll.of(kinds.filter((kind) => all[kind].length > 0))
    s.sent = all[s.kind].length
    put(s, 'send_home_media', { ok: true, say: say.mediaSent[s.kind](s.sent, s.home.title), data: { home: s.home.slug, kind: s.kind, sent: s.sent, available: kinds.filter((kind) => all[kind].length > 0) } })
  },
  nomedia: (s) => put(s, 'send_home_media', { ok: false, say: say.noMedia(s.home.title), error: { code: 'nothing_there', retryable: false }, data: { home: s.home.slug, sent: 0, available: [] } }),
  privacy: (s, roll) => {
    s.due = dayNamed(s.today + roll.int(27, 30))
    put(s, 'privacy_request', { ok: true, say: say.privacyReceived(roll.of(['access', 'cancel', 'rectify', 'oppose']), s.folio, dayLabel(s.due)), data: { folio: s.folio, due: s.due }, next: 'Una persona del equipo lo revisa y puede pedirle una identificación.' })
  },
  stop: (s) => put(s, 'privacy_request', { ok: true, say: say.stopped, next: 'No escribas nada más: la despedida ya va en camino.' }),
  saved: (s) => put(s, 'update_deal', { ok: true, say: say.leadSaved, data: { stage: 'new', saved: ['budget_max', 'pets', 'move_in'] } }),
  qualified: (s) => put(s, 'qualify_lead', { ok: true, say: say.qualified, data: { qualified: true, stage: 'qualified', saved: ['budget_max'], missing: [] }, next: 'Ofrece una visita con check_availability.' }),
  closed: (s) => {
    s.said.push(`¿sigue disponible ${s.home.title}?`)
    s.catalogue = { ...s.catalogue, homes: s.catalogue.homes.map((home) => (home.slug === s.home.slug ? { ...home, isOpen: false } : home)) }
    fail(s, 'get_home', 'not_available', say.homeClosed)
  },
  unknown: (s) => fail(s, 'get_home', 'not_found', say.noSuchHome),
}

export const sceneOf = (roll: Dice, plan: string, where: Where = () => true): Scene => {
  const s = begin(roll, where)
  if (roll.odds(0.2) && !/none|closed|unknown|city|near\b/.test(plan)) steps['other']?.(s, roll)
  for (const step of plan.split(' ').filter((each) => each !== '')) {
    const run = steps[step]
    if (!run) throw new Error(`no step ${step}`)
    run(s, roll)
  }
  return s
}

export const factsIn = ({ answers, said, visits, catalogue, zone, now }: Scene): Facts => factsOf(answers, {
  said, zone, now, policies: answersTold(catalogue), catalogue: homesTold(catalogue),
  visits: visits.map(({ home, at, status }) => ({ home: home.slug, start: startOf(home.building.zone, at), title: home.title, address: home.building.address, tour_id: `t_${home.slug}`, status })),
})
export const dayIn = (s: Scene, at: Millis): number => numberAt(s.zone, at)
export const minuteIn = (s: Scene, at: Millis): number => minuteAt(s.zone, at)
export const dateIn = (s: Scene, at: Millis): string => dayOf(s.zone, at)
