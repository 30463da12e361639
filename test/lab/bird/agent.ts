import { z } from 'zod'
import { makeAsks, slotsIn, type Known, type Outcome, type Slot, type Tool } from './agent-asks.ts'
import { choosing, shortOf, titleOf, withButtons, type Choice } from './agent-says.ts'
import type { Outgoing } from './bodies.ts'
import type { Agent } from './chats.ts'
import { asksForTimes, asksForTours, dayIn, isGone, isGreeting, isSearch, mayMeanVisit, named, partIn, picked, placeIn, plain, slotAt, tourIn, wantsDetails, wantsNoVisit, wantsOtherTime, wantsPerson, whenIn, wishIn } from '../spanish.ts'

// Stands in for Bird's AI agent, with the flow in front of it: decides by rules instead of a model.
const home = z.object({ home: z.string(), title: z.string(), area: z.string(), rent_mxn: z.number() })
const homesIn = z.object({ homes: z.array(home) })
const visitIn = z.object({ tour: z.object({ home: z.string() }) })
const visitsIn = z.object({ tours: z.array(z.object({ tour_id: z.string(), title: z.string(), label: z.string(), status: z.string() })) })

type Home = z.infer<typeof home>
type Deed = 'move' | 'cancel'
type Offer = Slot & { moving?: string } // moving: the visit that would go there; '' the only one
// home: the one they talk about; nameless: a visit that waits for their name; slots: listed last; offered, visits: ever, by what their rows stand for.
type Memory = { greeted: boolean; homes: Home[]; slots: Offer[]; offered: Map<string, Offer>; choices: string[]; visits: Map<string, { deed: Deed; tour: string }>; home?: string; moving?: string; nameless?: Known; said: string[] }

const greeting = 'Hola, soy el asistente virtual de UrbanHub.'
const question = '¿Qué buscas? Dime zona, recámaras y presupuesto.'
const deeds = [{ key: 'do:move', title: 'Cambiarla de horario' }, { key: 'do:cancel', title: 'Cancelarla' }]

export const makeBirdAgent = (where: Parameters<typeof makeAsks>[0]): Agent => {
  const { call, gate } = makeAsks(where)
  const memories = new Map<string, Memory>()

  const decide = async (conversation: string, text: string, pick: string, memory: Memory): Promise<Says> => {
    const said = plain(text)
    const act = (tool: Tool, known: Known = {}): Promise<Outcome> => call(conversation, tool, known)
    const listSlots = ({ data, ...outcome }: Outcome): Says => {
      memory.slots = slotsIn.safeParse(data).data?.slots ?? []
      return worded(memory, { data, ...outcome }, 'Ver horarios', slotChoices(memory.slots))
    }
    const book = async (known: Known): Promise<Says> => {
      const outcome = await act('book_tour', known)
      if (!outcome.failed) memory.slots = []
      if (outcome.code === 'name_missing') {
        memory.nameless = known
        return outcome.say
      }
      return worded(memory, outcome)
    }
    const timesOf = async (about: string, known: Known = {}): Promise<Says> => {
      memory.home = about
      delete memory.moving
      return listSlots(await act('check_availability', { home: about, ...known }))
    }
    // Which visit is left to us; only where there are several must it be said.
    const change = async (deed: Deed, known: Known): Promise<Says> => {
      const outcome = await act(deed === 'move' ? 'reschedule_tour' : 'cancel_tour', known)
      if (outcome.code === 'which_tour') return listVisits(deed, outcome)
      if (deed === 'move') memory.moving = known['tour_id'] ?? ''
      if (outcome.failed) return worded(memory, outcome)
      delete memory.moving
      memory.slots = []
      const gone = deed === 'cancel' ? visitIn.safeParse(outcome.data).data?.tour.home : undefined
      if (gone !== undefined) memory.home = gone
      return gone === undefined ? outcome.say : withButtons(outcome.say, [{ key: `times:${gone}`, title: 'Ver horarios' }])
    }
    const listVisits = async (deed: Deed, { say }: Outcome): Promise<Says> => {
      const visits = visitsIn.safeParse((await act('my_tours')).data).data?.tours.filter(({ status }) => status === 'confirmed' || status === 'held') ?? []
      const choices = visits.map(({ tour_id, title, label }) => ({ key: `${deed}:${shortOf(tour_id)}`, title: titleOf(label), description: title, tour: tour_id }))
      for (const { key, tour } of choices) memory.visits.set(key, { deed, tour })
      memory.choices = choices.map(({ key }) => key)
      return choosing(say, 'Ver visitas', choices)
    }

    const { nameless } = memory
    delete memory.nameless
    const pressed = memory.offered.get(pick)
    if (pressed) return pressed.moving === undefined ? book({ slot_id: pressed.slot_id }) : change('move', { slot_id: pressed.slot_id, ...movingOf(pressed.moving) })
    const visit = memory.visits.get(pick) ?? memory.visits.get(memory.choices[placeIn(said, memory.choices.length) ?? -1] ?? '')
    memory.choices = []
    if (visit) return change(visit.deed, { tour_id: visit.tour })
    if (nameless && pick === '') return book({ ...nameless, name: text })
    const wantedHome = /^times:(.+)$/.exec(pick)?.[1]
    if (wantedHome !== undefined) return timesOf(wantedHome)
    if (wantsPerson(said)) return worded(memory, await act('escalate', { reason: 'asked_for_person', summary: memory.said.slice(-5).join(' / ') }))
    if (pick === 'do:cancel' || wantsNoVisit(said)) return change('cancel', {})
    if (pick === 'do:move' || wantsOtherTime(said)) return change('move', { when: whenIn(text) ?? dayIn(said) })
    if (mayMeanVisit(said)) return withButtons('¿Qué hacemos con tu visita?', deeds)
    if (isGone(said)) return worded(memory, await act('update_deal', { stage: 'lost' }))
    if (asksForTours(said)) return worded(memory, await act('my_tours'))

    const tour = tourIn(text)
    const wanted = tour?.home ?? memory.home
    if (tour && wanted) return book({ home: (named(memory.homes, wanted) ?? picked(memory.homes, plain(wanted)))?.home ?? wanted, when: tour.when })

    const chosen = memory.slots[placeIn(said, memory.slots.length) ?? -1] ?? slotAt(memory.slots, said)
    if (chosen) return chosen.moving === undefined ? book({ slot_id: chosen.slot_id }) : change('move', { slot_id: chosen.slot_id, ...movingOf(chosen.moving) })
    const otherTime = memory.moving === undefined ? undefined : (whenIn(text) ?? dayIn(said))
    if (otherTime !== undefined) return change('move', { when: otherTime, ...movingOf(memory.moving) })

    const chosenHome = memory.slots.length > 0 ? undefined : picked(memory.homes, said)
    const about = chosenHome?.home ?? named(memory.homes, text)?.home ?? (wantsDetails(said) || asksForTimes(said) ? memory.home : undefined)
    if (about !== undefined) {
      if (!wantsDetails(said)) return timesOf(about, { from_day: dayIn(said), part_of_day: partIn(said) })
      memory.home = about
      const outcome = await act('get_home', { home: about })
      const words = worded(memory, outcome)
      return outcome.failed || typeof words !== 'string' ? words : withButtons(words, [{ key: `times:${about}`, title: 'Ver horarios' }])
    }

    if (isSearch(said)) {
      const outcome = await act('find_homes', wishIn(text))
      memory.homes = homesIn.safeParse(outcome.data).data?.homes ?? []
      memory.slots = []
      delete memory.moving
      return worded(memory, outcome, 'Ver opciones', memory.homes.map(({ home, title, area, rent_mxn }) => ({ key: `times:${home}`, title, description: `${area}, $${rent_mxn.toLocaleString('es-MX')} al mes` })))
    }
    return isGreeting(said) || !memory.greeted ? question : `No te entendí bien. ${question}`
  }

  return {
    async answer(conversation, text, pick = '') {
      if (/^(?:tour|wait):/.test(pick)) return [] // what Portero asked is answered by Portero: the kit's flow ends there
      const may = await gate(conversation, text)
      if (may && may.answer !== 'bot') return []
      const memory: Memory = memories.get(conversation) ?? { greeted: false, homes: [], slots: [], offered: new Map(), choices: [], visits: new Map(), said: [] }
      memories.set(conversation, memory)
      memory.said.push(text)
      const answer = await decide(conversation, text, pick, memory)
      // The notice says who speaks. Where nobody told whether it was shown, the agent says it itself.
      const says = !may && !memory.greeted ? greeted(answer) : answer
      memory.greeted = true
      return may?.notice === undefined ? [says] : [may.notice, says]
    },
  }
}

// What was listed can be answered with its number, or by pressing it.
type Says = string | Outgoing
const worded = (memory: Memory, { say, failed, code, alternatives }: Outcome, button = '', choices: readonly Choice[] = []): Says => {
  if (alternatives.length > 0) memory.slots = alternatives.map((slot) => ({ ...slot, ...(memory.moving !== undefined && { moving: memory.moving }) }))
  for (const slot of memory.slots) memory.offered.set(keyOf(slot), slot)
  const text = failed && code !== 'invalid_input' ? `Perdón. ${say}` : say
  return alternatives.length > 0 ? choosing(text, 'Ver horarios', slotChoices(memory.slots)) : choices.length > 0 ? choosing(text, button, choices) : text
}
const movingOf = (moving: string | undefined): Known => (moving ? { tour_id: moving } : {})
const keyOf = ({ slot_id, moving }: Offer): string => `${moving === undefined ? 'slot' : `to:${shortOf(moving)}`}:${shortOf(slot_id)}`
const slotChoices = (slots: readonly Offer[]): Choice[] => slots.map((slot) => ({ key: keyOf(slot), title: titleOf(slot.label) }))
const greeted = (answer: Says): Says => {
  if (typeof answer === 'string') return `${greeting} ${answer}`
  if (answer.type === 'list') return { ...answer, list: { ...answer.list, text: `${greeting} ${answer.list.text}` } }
  return answer.type === 'text' ? { ...answer, text: { ...answer.text, text: `${greeting} ${answer.text.text}` } } : answer
}
