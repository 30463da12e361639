import { z } from 'zod'
import type { Millis } from '../define.ts'
import { asksForPerson, isEmergency, saysNotLooking, wishIn } from './opt-out.ts'
import { meaning, type Meaning, type PlainWish } from './incident.ts'
import { plainWords } from './search-homes.ts'

// What a message meant, so that it can be said in other words: by those that have one meaning only, then by what was done about it, and where nothing was done by how it looks. Nothing of its words goes on.
export type Heard = { text: string; pick: string | undefined; tools: readonly Answer[]; listed: Listed } // tools: that were called after it. listed: what they could choose of
export type Answer = { tool: string; data: unknown; done: Done } // done: by what it decided, where it did
export type Done = { startsAt?: Millis | undefined; reason?: string | undefined; kind?: string | undefined }
export type Listed = { homes: readonly string[]; slots: readonly Millis[] }
type Around = { areas: readonly string[] } // the neighbourhoods, in the order of the catalogue

export const meaningOf = (heard: Heard, around: Around): Meaning => {
  const { text, pick, tools } = heard
  const pressed = /^(tour|wait):([a-z]{1,16})(?::|$)/.exec(pick ?? '')
  const press = pressed && meaning.safeParse({ wish: 'press', about: pressed[1], verb: pressed[2] }).data
  if (press) return press
  const wish = closedIn(text)
  if (wish) return wish
  const answer = tools.find(({ tool }) => tool !== 'qualify_lead') ?? tools[0]
  return (answer && byTool(answer, heard, around)) ?? byLooks(plainWords(text), text, around)
}
// Whether its words alone say it, whatever is called next.
export const isClosed = ({ text, pick }: Pick<Heard, 'text' | 'pick'>): boolean => pick !== undefined || closedIn(text) !== undefined

const ordinals = ['primer[oa]?', 'segund[oa]', 'tercer[oa]?', 'cuart[oa]', 'quint[oa]', 'sext[oa]']
const plainly: readonly [RegExp, PlainWish][] = [
  [/^(?:hola|buenas|buen dia|buenos dias|buenas tardes|buenas noches|hi|hello|hey)$/, 'hello'], [/^(?:muchas )?(?:gracias|thanks|thank you)$/, 'thanks'],
  [/^(?:si|claro|ok|okey|va|dale|sale|perfecto|yes|de acuerdo|si por favor)$/, 'yes'], [/^(?:no|nop|no gracias)$/, 'no'],
]
const closedIn = (text: string): Meaning | undefined => {
  const said = plainWords(text)
  const number = /^(?:(?:la|el|opcion|numero|quiero|the) )*([1-9])$/.exec(said)?.[1]
  const ordinal = ordinals.findIndex((each) => new RegExp(`^(?:(?:la|el|quiero|opcion) )*${each}(?: opcion)?$`).test(said))
  if (number !== undefined || ordinal >= 0) return { wish: 'pick', place: Number(number ?? ordinal + 1) }
  const stop = wishIn(text)
  if (stop) return { wish: stop }
  if (isEmergency(text)) return { wish: 'emergency' }
  if (asksForPerson(text)) return { wish: 'person' }
  const wish = plainly.find(([words]) => words.test(said))?.[1]
  return wish && { wish }
}

const ofTools: Readonly<Record<string, PlainWish>> = { get_home: 'details', my_tours: 'visits', cancel_tour: 'cancel', join_waitlist: 'wait', send_home_media: 'photos', qualify_lead: 'facts', update_deal: 'gone' }
const homeOf = z.looseObject({ home: z.string() })
const reasons = z.enum(['complaint', 'payment', 'contract', 'emergency'])
const byTool = ({ tool, data, done }: Answer, { text, listed }: Heard, around: Around): Meaning | undefined => {
  const slot = done.startsAt === undefined ? -1 : listed.slots.indexOf(done.startsAt)
  if (tool === 'find_homes') return searchIn(text, around)
  if (tool === 'check_availability') {
    const home = listed.homes.indexOf(homeOf.safeParse(data).data?.home ?? '')
    return home >= 0 && home < 9 && !asksTimes.test(plainWords(text)) ? { wish: 'pick', place: home + 1 } : { wish: 'times' }
  }
  if (tool === 'book_tour') return slot >= 0 ? { wish: 'pick', place: slot + 1 } : { wish: 'book' }
  if (tool === 'reschedule_tour') return slot >= 0 ? { wish: 'pick', place: slot + 1 } : { wish: 'change' }
  if (tool === 'privacy_request') return meaning.safeParse({ wish: 'privacy', kind: done.kind }).data ?? { wish: 'privacy', kind: 'access' }
  if (tool === 'escalate') return { wish: reasons.safeParse(done.reason).data ?? 'person' }
  const wish = ofTools[tool]
  return wish && { wish }
}

const asksTimes = /\b(?:horarios?|disponib\w*|cuando|times?)\b/
const looks: readonly [RegExp, PlainWish][] = [
  [/\b(?:cancel|anul)\w*/, 'cancel'], [/\b(?:cambi|mover|muev|reagend|re ?program)\w*/, 'change'], [/\bmis? (?:visitas?|citas?)\b/, 'visits'],
  [asksTimes, 'times'], [/\bfotos?|imagenes|video\b/, 'photos'], [/^(?:soy|me llamo|mi nombre)\b/, 'name'], [/\b(?:informacion|detalles?|info)\b/, 'details'],
  [/\b(?:hola|buenas|buenos)\b/, 'hello'], [/\bgracias\b/, 'thanks'],
]
const byLooks = (said: string, text: string, around: Around): Meaning => {
  if (saysNotLooking(text)) return { wish: 'gone' }
  if (/\b(?:busco|buscando|depas?|departamentos?|recamaras?|rentar?|bedrooms?|apartment)\b/.test(said) && !/[?¿]/.test(text)) return searchIn(text, around)
  return { wish: looks.find(([words]) => words.test(said))?.[1] ?? (/[?¿]/.test(text) ? 'question' : 'other') }
}

const counts = ['una?', 'dos', 'tres', 'cuatro']
const searchIn = (text: string, { areas }: Around): Meaning => {
  const said = plainWords(text)
  const digit = /\b(\d) (?:recamaras?|cuartos?|habitacion(?:es)?|bedrooms?)\b/.exec(said)?.[1]
  const word = counts.findIndex((each) => new RegExp(`\\b${each} (?:recamaras?|cuartos?|habitacion(?:es)?)\\b`).test(said))
  const area = areas.findIndex((each) => said.includes(plainWords(each)))
  return { wish: 'search', ...(digit !== undefined ? { bedrooms: Number(digit) } : word >= 0 ? { bedrooms: word + 1 } : {}), ...(area >= 0 && area < 99 && { area: area + 1 }) }
}
