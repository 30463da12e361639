import { personOffer, type Memory } from './memory.ts'
import { homeSaid, homesSaid, slotsSaid, visitsSaid } from './sentences.ts'
import type { Step } from './talk.ts'

// What follows a tool's answer: mostly its own sentence, with what can be chosen below it.
const mostCalls = 5 // in one turn; a model that asks on and on helps nobody

export const after = (memory: Memory): Step | undefined => {
  const { last, done, slots, homes, visits, deed, home } = memory
  if (!last) return undefined
  const { tool, answer } = last
  if (!answer || answer.say === '') return { say: `Ahora no lo pude consultar. ${personOffer}` }
  const { ok, say, data, code, alternatives } = answer
  if (done.length >= mostCalls) return { say }
  if (alternatives.length > 0) return { say: slotsSaid(say, alternatives) }
  if (code === 'slot_unknown' && home !== undefined) return { call: 'check_availability', args: { home } }
  if (code === 'which_tour') return { call: 'my_tours', args: {} }
  if (!ok) return { say }
  switch (tool) {
    case 'find_homes':
      return { say: homesSaid(say, homes) }
    case 'get_home':
      return { say: homeSaid(memory.heard.join(' '), say, data) }
    case 'check_availability':
      return { say: slots.length > 0 ? slotsSaid(say, slots) : `${say} ¿Te anoto en la lista de espera?` }
    case 'my_tours':
      return { say: deed && visits.length > 0 ? visitsSaid(visits) : say }
    default:
      return { say }
  }
}
