import { z } from 'zod'
import { slots, type Answered, type Called, type Slot, type Turn } from './talk.ts'

// What is still known of a conversation: read anew from its turns each time, for the model itself keeps nothing.
const home = z.object({ home: z.string(), title: z.string(), area: z.string(), rent: z.string(), bedrooms: z.number() })
const visit = z.object({ tour_id: z.string(), home: z.string(), title: z.string(), label: z.string(), status: z.string() })
export const mostShown = 3 // of homes, or of times, in one message
export type Home = z.infer<typeof home>
export type Visit = z.infer<typeof visit>
// homes, slots, visits: listed last. home: the one they talk about. moving: the visit that would go to one of the slots; '' the only one. deed: what is wanted with one of the visits. nameless: a visit that waits for their name.
// asked: what qualify_lead wants to know. offered: what the agent itself proposed in its last message.
export type Memory = {
  homes: Home[]; slots: Slot[]; visits: Visit[]; home?: string; moving?: string; deed?: 'move' | 'cancel'; nameless?: Record<string, unknown>; asked?: string; link?: string; last?: Called
  offered: 'person' | 'waitlist' | 'deeds' | 'other' | undefined
  heard: string[] // since the agent last said something
  done: Called[] // since then as well
  isNew: boolean // the agent has said nothing yet
  isRepair: boolean // a note follows what it said itself
  said: string[] // by the prospect, ever
  isAnswered: boolean // the last that happened is a tool's answer
}

export const memoryOf = (turns: readonly Turn[]): Memory => {
  const memory: Memory = { homes: [], slots: [], visits: [], offered: undefined, heard: [], done: [], isNew: true, isRepair: false, said: [], isAnswered: false }
  for (const turn of turns) {
    memory.isRepair = turn.by === 'note' && (memory.isRepair || (!memory.isNew && memory.heard.length === 0 && memory.done.length === 0))
    if (turn.by !== 'note') memory.isAnswered = turn.by === 'call'
    if (turn.by === 'prospect') {
      memory.heard.push(turn.text)
      memory.said.push(turn.text)
    }
    if (turn.by === 'agent') Object.assign(memory, { heard: [], done: [], isNew: false, offered: offeredIn(turn.text) })
    if (turn.by === 'call') {
      memory.done.push(turn)
      memory.last = turn
      if (turn.answer) learn(memory, turn, turn.answer)
    }
  }
  return memory
}

export const personOffer = '¿Quieres que te comunique con una persona del equipo?'
export const deedOffer = '¿Qué hacemos con tu visita: la cambiamos de horario o la cancelamos?'
const offeredIn = (said: string): Memory['offered'] =>
  said.includes(personOffer) ? 'person' : said.includes(deedOffer) ? 'deeds' : /lista de espera/.test(said) ? 'waitlist' : 'other'

const learn = (memory: Memory, { tool, args }: Called, answer: Answered): void => {
  const { ok, data, code, alternatives } = answer
  if (alternatives.length > 0) memory.slots = alternatives
  delete memory.nameless
  delete memory.asked
  switch (tool) {
    case 'find_homes':
      Object.assign(memory, { homes: z.array(home).catch([]).parse(data['homes']).slice(0, mostShown), slots: [] })
      forget(memory)
      return
    case 'get_home':
      Object.assign(memory, homeIn(data))
      return
    case 'check_availability': {
      const listed = slots.catch([]).parse(data['slots'])
      Object.assign(memory, homeIn(args), { slots: listed.length > 0 ? listed : slots.catch([]).parse(data['nearby']) }, typeof data['link'] === 'string' && { link: data['link'] })
      forget(memory)
      return
    }
    case 'book_tour':
      Object.assign(memory, homeIn(args))
      if (ok) Object.assign(memory, { slots: [] })
      if (ok) forget(memory)
      if (code === 'name_missing') memory.nameless = args
      return
    case 'my_tours':
      memory.visits = z.array(visit).catch([]).parse(data['tours']).filter(({ status }) => status === 'confirmed' || status === 'held')
      return
    case 'reschedule_tour':
    case 'cancel_tour':
      if (code === 'which_tour') memory.deed = tool === 'cancel_tour' ? 'cancel' : 'move'
      else if (ok) forget(Object.assign(memory, { slots: [] }, tool === 'cancel_tour' && homeIn(z.record(z.string(), z.unknown()).catch({}).parse(data['tour']))))
      else if (tool === 'reschedule_tour') memory.moving = typeof args['tour_id'] === 'string' ? args['tour_id'] : ''
      return
    case 'qualify_lead': {
      const [next] = z.array(z.string()).catch([]).parse(data['missing'])
      if (next !== undefined) memory.asked = next
      return
    }
    default:
  }
}
const forget = (memory: Memory): void => {
  delete memory.moving
  delete memory.deed
}
const homeIn = (from: Record<string, unknown>): { home?: string } => (typeof from['home'] === 'string' ? { home: from['home'] } : {})
