import type { Millis } from '../define.ts'
import type { Catalogue, FaqEntry, Home } from './homes.ts'
import { plainWords } from './search-homes.ts'
import { numberAt, numberOf } from './zones.ts'

// What people ask, and what we may answer: of one home by a tool, of all of them in the instructions. What nobody has looked at for long is told as unsure.
export type Told = { q: string; a: string; checked: string; stale?: true }
const freshDays = 180
const mostTold = 5

// today: as the number of a day. Whoever checks tomorrow has not checked.
export const isStale = ({ checked, freshDays: days = freshDays }: Pick<FaqEntry, 'checked' | 'freshDays'>, today: number): boolean => today - numberOf(checked) > days || numberOf(checked) > today + 1
const told = (entry: FaqEntry, today: number): Told => ({ q: entry.q, a: entry.a, checked: entry.checked, ...(isStale(entry, today) && { stale: true as const }) })

// The few that have most to do with what somebody asked, the home's own before its building's. room: the bytes that there are for them.
export const faqOf = ({ faq, building }: Home, { about, now, room }: { about: string | undefined; now: Millis; room: number }): Told[] => {
  const asked = stemsOf(about ?? '')
  const today = numberAt(building.zone, now)
  const ranked = [...faq, ...building.faq].map((entry) => ({ entry, score: 2 * shared(asked, entry.q) + shared(asked, entry.a) })).toSorted((a, b) => b.score - a.score)
  const few: Told[] = []
  for (const { entry } of ranked) {
    const next = told(entry, today)
    if (few.length < mostTold && Buffer.byteLength(JSON.stringify([...few, next])) <= room) few.push(next)
  }
  return few
}

// What is true of all homes.
export const knowledgeOf = ({ knowledge = [] }: Catalogue, { now, zone }: { now: Millis; zone: string }): Told[] => knowledge.map((entry) => told(entry, numberAt(zone, now)))

// Words by how they begin, so that «mascota» finds «mascotas»; short ones say little.
const stemsOf = (text: string): ReadonlySet<string> => new Set(plainWords(text).split(' ').filter((word) => alike.has(word) || word.length > 3).map((word) => alike.get(word) ?? word.slice(0, 5)))
const shared = (asked: ReadonlySet<string>, text: string): number => (asked.size === 0 ? 0 : [...stemsOf(text)].filter((stem) => asked.has(stem)).length)
const words = {
  masco: 'perro perros perra perrito gato gatos gata gatito pets dogs cats', estac: 'coche carro auto cajon parking', inter: 'wifi', servi: 'agua luz electricidad utilities', depos: 'deposit', requi: 'papeles documentos requirements documents', aval: 'fiador guarantor', mante: 'cuota maintenance',
}
const alike: ReadonlyMap<string, string> = new Map(Object.entries(words).flatMap(([stem, list]) => list.split(' ').map((word) => [word, stem])))
