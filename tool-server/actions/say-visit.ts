import { sayings, visitWords, type Language } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import type { Catalogue, Home } from '../domain/homes.ts'
import type { Content } from '../domain/message-fit.ts'
import { ranked } from '../domain/alternatives.ts'
import { reach, searchFor } from '../domain/offers.ts'
import { freeSlots } from '../domain/slots.ts'
import type { Slot, Tour } from '../domain/tours.ts'
import { minuteMs } from '../domain/zones.ts'
import { busyWithin } from '../store/busy-lists.ts'
import { contactOf } from '../store/people.ts'
import { conversationsOf } from '../store/standing.ts'
import { takenTimes } from '../store/tours.ts'
import { say, type Instead, type Saying, type Told } from './say.ts'

// What is said around a visit, where it was asked for, and what can be pressed under it.
type Whose = Pick<Tour, 'person' | 'conversation'>
type Said = { content: Content; instead?: Instead }
export const sayVisit = async (act: Act, { person, conversation }: Whose, how: Pick<Saying, 'purpose' | 'key' | 'zone'>, compose: (language: Language) => Said): Promise<Told | undefined> => {
  const all = await conversationsOf(act, person)
  const reached = all.find(({ id }) => id === conversation) ?? all.at(-1)
  if (!reached || !(await contactOf(act, person))) return undefined
  return say(act, { conversation: reached.id, ...how, ...compose(reached.language) })
}

export const aboutVisit = (tour: string): string => `tour:${tour}:`

export type Press = 'confirm' | 'move' | 'cancel' | 'here'
export const buttonsOf = (language: Language, handle: string, presses: readonly Press[]): { id: string; title: string }[] => presses.map((press) => ({ id: `tour:${press}:${handle}`, title: visitWords[language].press[press] }))

const mostTimes = 3
// Other times for the same home, nearest first.
export const timesAround = async (act: Act, { catalogue, home, startsAt, agent, party, language }: { catalogue: Catalogue; home: Home; agent?: string } & Pick<Tour, 'startsAt' | 'party' | 'language'>): Promise<Slot[]> => {
  if (!home.isOpen) return []
  const { now, tx, subject: { tenant } } = act
  const taken = await takenTimes(tx, tenant, { ...reach({ catalogue, home }, now), now })
  return ranked(freeSlots(searchFor({ catalogue, home, now, taken, calendars: await busyWithin(act), wants: { party, language, besides: startsAt } })), { zone: home.building.zone, startsAt, agent }).slice(0, mostTimes)
}
export const timesUnder = (text: string, slots: readonly Slot[], { language, zone, handle }: { language: Language; zone: string; handle: string }): Content => {
  const words = visitWords[language]
  if (slots.length === 0) return { type: 'text', text: `${text} ${words.noTimes}` }
  return { type: 'list', text, button: words.press.times, rows: slots.map(({ startsAt }) => ({ id: `tour:to:${handle}:${(startsAt / minuteMs).toString(36)}`, title: shortLabel(timeLabel(zone, startsAt, language)) })) }
}
export const timeIn = (picked: string): Millis => Number.parseInt(picked, 36) * minuteMs
// A row has room for 24 characters: mié 25 nov, 11:00 h.
const shortLabel = (label: string): string => label.replace(/^(\p{L}{3})\p{L}*/u, '$1')

// Why a visit can't be touched any more, as tools say it too.
export const overIn = (language: Language, { status, startsAt, endsAt }: Pick<Tour, 'status' | 'startsAt' | 'endsAt'>, now: Millis): string | undefined => {
  const words = sayings[language]
  if (status === 'cancelled') return words.tourOff
  if (status !== 'confirmed' || endsAt <= now) return words.tourOver
  return startsAt <= now ? words.tourBegun : undefined
}
