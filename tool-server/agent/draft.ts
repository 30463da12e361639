import type { Drafting } from '../actions/card-draft.ts'
import { unbacked } from '../domain/claims.ts'
import { toolFacts } from '../store/tool-facts.ts'
import { factsNow } from './answer.ts'
import { promptOf, whomOf } from './ask.ts'
import { placed, type Agent } from './at.ts'
import { costOf } from './bounds.ts'
import { masked, readingOf, type Found } from './opening.ts'

// A message that a person of ours reads, mends and sends as their own: what the model is asked for it, and what in it nothing backs.
const mostTokens = 1_500 // its thinking included; somebody waits

export const draftsOf = (agent: Omit<Agent, 'definitions'>): Drafting => {
  const here = (...[act, { conversation, person, known, catalogue }]: Parameters<Drafting['asked']>) => placed(act, { ...agent, definitions: [] }, { conversation, run: { person }, known, catalogue })
  return {
    micros: costOf,
    mostMicros: agent.spends.perDay,
    async asked(act, about) {
      const at = await here(act, about)
      // Whichever agent called them: what they answered stands between the lines as it was told.
      const found = (await toolFacts(act, about.conversation)).map(({ tool, output, at: begunAt }, place): Found => ({ id: String(place), begunAt, items: [{ kind: 'call', id: 'found', tool, args: '{}' }, { kind: 'answer', id: 'found', text: JSON.stringify(output) }] }))
      const items = [...(await readingOf(act, at, found)), masked({ kind: 'note', text: forColleague })]
      return { ...promptOf(at, act.now), items, whom: await whomOf(act, about.person), mostTokens }
    },
    async doubts(act, about, text) {
      const at = await here(act, about)
      const facts = await factsNow(act, at, await toolFacts(act, about.conversation))
      return unbacked(text, facts, { now: act.now, zone: at.zone }).map(({ quote }) => quote)
    },
  }
}

const forColleague = [
  'Nota del sistema. Ahora no contestas tú: propón el mensaje que sigue para una persona del equipo, que lo va a leer, corregir y enviar en su propio nombre.',
  'Escribe sólo el mensaje, sin comillas, título ni comentarios. No te presentes ni ofrezcas a otra persona: quien escribe ya es del equipo.',
  'No tienes herramientas: usa lo que ya contestaron aquí. Lo que no esté en la conversación no lo afirmes ni lo prometas; di que lo confirmas.',
].join('\n')
