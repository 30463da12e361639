import { asksForTimes, asksForTours, dayIn, isGone, isGreeting, isNo, isSearch, isThanks, isYes, mayMeanVisit, named, partIn, picked, plain, privacyIn, slotAt, tourIn, troubleIn, wantsDetails, wantsMedia, wantsNoVisit, wantsOtherTime, wantsPerson, wantsToWait, whenIn, wishIn, type Wish } from '../spanish.ts'
import { after } from './after-call.ts'
import { greetingIn, knownAnswer } from './knowledge.ts'
import { factsIn, type Facts } from './lead-words.ts'
import { deedOffer, memoryOf, mostShown, personOffer, type Memory } from './memory.ts'
import { asksAboutHome } from './sentences.ts'
import type { Scene, Step } from './talk.ts'

// The scripted model: given a conversation it decides by rules, and always the same way, what to say or which tool to call next.

export const decide = (scene: Scene): Step => {
  const memory = memoryOf(scene.turns)
  const step = memory.isRepair ? repaired(memory) : (memory.isAnswered ? after(memory) : undefined) ?? next(memory, scene)
  const able = 'say' in step || scene.tools.has(step.call) ? step : { say: `Eso no lo puedo hacer por aquí. ${personOffer}` }
  const greeting = greetingIn(scene.instructions)
  return 'say' in able && memory.isNew && !able.say.startsWith(greeting) ? { say: `${greeting.replace(/\s*¿[^?]*\?/g, '')} ${able.say}` } : able
}

const question = '¿Qué buscas? Dime zona, recámaras y presupuesto.'
const call = (tool: string, args: Record<string, unknown> = {}): Step => ({ call: tool, args })

// Told that it claimed what nothing backs, it says the tool's own sentence.
const repaired = ({ last }: Memory): Step => ({ say: last?.answer?.say ?? question })

const next = (memory: Memory, scene: Scene): Step => {
  const text = memory.heard.join(' ')
  const said = plain(text)
  if (text === '') return { say: '¿Te ayudo con algo más?' }
  return urgent(memory, scene, { text, said }) ?? aboutVisits(memory, { text, said }) ?? aboutHomes(memory, scene, { text, said }) ?? aboutThem(memory, scene, { text, said }) ?? smallTalk(memory, scene, { text, said })
}
type Heard = { text: string; said: string }

// What goes before everything else: their rights, and a person of ours.
const urgent = (memory: Memory, { instructions }: Scene, { text, said }: Heard): Step | undefined => {
  const summary = `El prospecto dijo: ${memory.said.slice(-3).join(' / ')}`.slice(0, 500)
  const kind = privacyIn(said)
  if (kind) return call('privacy_request', { kind, details: text })
  if (wantsPerson(said)) return call('escalate', { reason: 'asked_for_person', summary })
  if (memory.offered === 'person' && isYes(said)) return call('escalate', { reason: 'not_understood', summary })
  const trouble = troubleIn(said)
  const known = trouble === 'contract' || trouble === 'payment' ? knownAnswer(instructions, text) : undefined
  return trouble && known === undefined ? call('escalate', { reason: trouble, summary }) : undefined
}

const ofOthers = /\b(?:visita|cita)s? de (?:(?:mi|mis|un|una|su|otr[oa]s?) )(?:vecin|amig|herman|prim|novi|espos|jef|persona|inquilin)\p{L}*/u
const aboutVisits = (memory: Memory, { text, said }: Heard): Step | undefined => {
  const { nameless, deed, visits, slots, moving } = memory
  const when = whenIn(text) ?? dayIn(said)
  const move = (args: Record<string, unknown>): Step => call('reschedule_tour', args)
  if (deed) {
    const visit = picked(visits, said) ?? named(visits, text) ?? slotAt(visits, said) ?? visits.find(({ label }) => dayIn(said) !== undefined && plain(label).includes(dayIn(said) ?? ''))
    if (visit) return deed === 'cancel' ? call('cancel_tour', { tour_id: visit.tour_id }) : move({ tour_id: visit.tour_id })
  }
  if (memory.offered === 'deeds' && /\bcancel/.test(said)) return call('cancel_tour')
  if (memory.offered === 'deeds' && /\b(?:cambi|mov|muev|otro)/.test(said)) return move({ when })
  if (ofOthers.test(said)) return { say: 'Sólo puedo ver y cambiar tus propias visitas.' }
  if (wantsNoVisit(said)) return call('cancel_tour')
  if (wantsOtherTime(said)) return move({ when })
  if (mayMeanVisit(said)) return { say: deedOffer }
  if (isGone(said)) return call('update_deal', { stage: 'lost' })
  if (asksForTours(said)) return call('my_tours')
  if (nameless && !/\?/.test(text)) return call('book_tour', { ...nameless, name: nameIn(text) })
  const tour = memory.heard.map(tourIn).find((each) => each !== undefined) ?? tourIn(text)
  const wanted = tour?.home ?? memory.home
  if (tour && wanted !== undefined) return call('book_tour', { home: (named(memory.homes, wanted) ?? picked(memory.homes, plain(wanted)))?.home ?? wanted, when: tour.when })
  const chosen = picked(slots.slice(0, mostShown), said) ?? slotAt(slots, said) ?? (slots.length === 1 && isYes(said) ? slots[0] : undefined)
  const whose = moving === undefined || moving === '' ? {} : { tour_id: moving }
  const slot = pressedIn(text) ?? chosen?.slot_id
  if (slot !== undefined) return moving === undefined ? call('book_tour', { slot_id: slot }) : move({ ...whose, slot_id: slot })
  return moving !== undefined && when !== undefined ? move({ ...whose, when }) : undefined
}

// What was chosen by pressing it is told with its handle.
const pressedIn = (text: string): string | undefined => /\[slot_id (s_[\w-]+)\]/.exec(text)?.[1]

const aboutHomes = (memory: Memory, scene: Scene, { text, said }: Heard): Step | undefined => {
  const { homes, slots } = memory
  const meant = named(homes, text) ?? (slots.length > 0 ? undefined : picked(homes, said))
  const home = meant?.home ?? memory.home
  const media = wantsMedia(said)
  if (home !== undefined) {
    if (media) return call('send_home_media', { home, kind: media })
    if (wantsToWait(said) || (memory.offered === 'waitlist' && isYes(said))) return call('join_waitlist', { home, from_day: dayIn(said), part_of_day: partIn(said) })
    if (wantsDetails(said) || (asksAboutHome(said) && (/\?/.test(text) || meant))) return call('get_home', { home, about: text })
    const isWhen = slots.length > 0 && (dayIn(said) !== undefined || partIn(said) !== undefined)
    if (meant || asksForTimes(said) || isWhen || (slots.length === 0 && isYes(said) && memory.asked === undefined)) return timesOf(home, { text, said })
  }
  if (memory.asked === undefined && isSearch(said) && !(/\?/.test(text) && knownAnswer(scene.instructions, text) !== undefined)) return search(memory, scene)
  return undefined
}
// A day and an hour are a wish to be there; a day alone is a question.
const timesOf = (home: string, { text, said }: Heard): Step => {
  const when = whenIn(text)
  return when === undefined ? call('check_availability', { home, from_day: dayIn(said), part_of_day: partIn(said) }) : call('book_tour', { home: /\ben ((?:\p{L}+ ){1,3}\d{2,4})\b/iu.exec(text)?.[1] ?? home, when })
}
const search = ({ said }: Memory, { today }: Scene): Step => {
  const { area, bedrooms, budget_max: budget, pets } = said.reduce<Wish>((known, text) => ({ ...known, ...wishIn(text) }), {})
  const { move_in } = said.reduce<Facts>((known, text) => ({ ...known, ...factsIn(text, { asked: undefined, today }) }), {})
  return call('find_homes', { area, bedrooms: numberIn(bedrooms), budget_max: numberIn(budget), pets: pets === undefined ? undefined : pets === 'true', move_in })
}
const numberIn = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))
const nameIn = (text: string): string => text.replace(/^\W*(?:(?:soy|me llamo|a nombre de|es|con|mi nombre es)\s+)+/iu, '').replace(/[.!]+$/, '').trim().slice(0, 80)

const aboutThem = (memory: Memory, { instructions, today }: Scene, { text, said }: Heard): Step | undefined => {
  const facts = factsIn(text, { asked: memory.asked, today })
  const known = /\?/.test(text) ? knownAnswer(instructions, text) : undefined
  if (known !== undefined) return { say: known }
  if (Object.keys(facts).length > 0) return call('qualify_lead', facts)
  return /\b(?:me interesa|quiero rentar|aplicar|apartar)\b/.test(said) ? call('qualify_lead') : undefined
}

const smallTalk = (memory: Memory, { instructions }: Scene, { text, said }: Heard): Step => {
  if (isThanks(said)) return { say: '¡Con gusto! Aquí estoy para lo que necesites.' }
  if (/^\W*(?:soy|me llamo)\b/.test(said)) return { say: 'Mucho gusto. ¿Te ayudo con algo más?' }
  const greeting = greetingIn(instructions)
  if (memory.isNew || isGreeting(said)) return { say: memory.isNew ? (greeting.includes('?') ? greeting : `${greeting} ${question}`) : question }
  if (isNo(said)) return { say: 'Está bien. ¿Te ayudo con algo más?' }
  return { say: /\?/.test(text) ? `Eso no lo tengo a la mano. ${personOffer}` : `No te entendí bien. ${question}` }
}
