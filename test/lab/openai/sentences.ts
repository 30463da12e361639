import { z } from 'zod'
import { plain } from '../spanish.ts'
import { answerIn } from './knowledge.ts'
import { mostShown, type Home, type Visit } from './memory.ts'
import type { Slot } from './talk.ts'

// How the scripted model puts what the tools told it. Every figure and name is theirs.
export const lines = (say: string, listed: readonly string[]): string => [say, ...listed.map((line, at) => `${at + 1}. ${line}`)].join('\n')

export const homesSaid = (say: string, homes: readonly Home[]): string =>
  lines(say, homes.slice(0, mostShown).map(({ title, area, rent }) => `${title}, ${area}: ${rent} al mes`)) + (homes.length > 0 ? '\n¿Cuál te interesa?' : '')
export const slotsSaid = (say: string, slots: readonly Slot[]): string => lines(say, slots.slice(0, mostShown).map(({ label }) => label)) + (slots.length > 0 ? '\n¿Cuál te queda?' : '')
export const visitsSaid = (visits: readonly Visit[]): string => lines('Tienes más de una visita. ¿Cuál?', visits.map(({ title, label }) => `${title}, ${label}`))

// What they asked about a home, of what get_home told; else the whole in one sentence.
const faq = z.array(z.object({ q: z.string(), a: z.string(), stale: z.boolean().optional() })).catch([])
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [])
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const petsSaid: Record<string, string> = { yes: 'Sí se aceptan mascotas.', small: 'Se aceptan mascotas pequeñas.', no: 'No se aceptan mascotas.' }
type Fact = { asks: RegExp; says(data: Record<string, unknown>): string }
const facts: Fact[] = [
  { asks: /\bdeposito\b/, says: ({ deposit }) => `El depósito es de ${text(deposit)}.` },
  { asks: /\brequisitos?|piden|aval|poliza\b/, says: ({ requirements }) => `Requisitos: ${texts(requirements).join(', ')}.` },
  { asks: /\b(?:mascotas?|perr\w+|gat\w+)\b/, says: ({ pets }) => petsSaid[text(pets)] ?? '' },
  { asks: /\b(?:direccion|donde)\b/, says: ({ address }) => `Está en ${text(address)}.` },
  { asks: /\b(?:amenidades|gimnasio|alberca|elevador|roof|seguridad|vigilancia)\b/, says: ({ amenities }) => `Amenidades: ${texts(amenities).join(', ')}.` },
  { asks: /\b(?:estacionamiento|cajon|coche|auto)\b/, says: ({ parking }) => (Number(parking) > 0 ? `Incluye estacionamiento: ${text(parking)}.` : 'No incluye estacionamiento.') },
  { asks: /\bamueblad\w+/, says: ({ furnished }) => (furnished === true ? 'Se renta amueblado.' : 'Se renta sin muebles.') },
  { asks: /\b(?:metros|mide|tamano|grande)\b/, says: ({ area_m2: area }) => `Mide ${text(area)} m².` },
  { asks: /\bcuando se puede|desde cuando|disponible a partir\b/, says: ({ available_from: from }) => `Disponible desde ${text(from)}.` },
]
export const asksAboutHome = (said: string): boolean => facts.some(({ asks }) => asks.test(said)) || /\b(?:precio|renta|cuesta|cuanto)\b/.test(said)
export const homeSaid = (asked: string, say: string, data: Record<string, unknown>): string => {
  const told = answerIn(faq.parse(data['faq']), asked)
  if (told !== undefined) return told
  const answers = facts.filter(({ asks }) => asks.test(plain(asked))).map(({ says }) => says(data)).filter((each) => each !== '')
  return answers.length > 0 ? `${text(data['title'])}: ${answers.join(' ')} ¿Te interesa visitarlo?` : [say, text(data['description']), '¿Te gustaría ver los horarios de visita?'].filter((each) => each !== '').join(' ')
}
