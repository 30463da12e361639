import type { Language } from './words.ts'

// What our own agent's loop says by itself: where the model can't answer, or said what nothing backs; and why a person of ours was called.
export type AgentTrouble = 'away' | 'cut' | 'silent' | 'slow' | 'turns' | 'calls' | 'repairs' | 'again' | 'budget'
type AgentWords = {
  called: string
  calledBefore: string
  unsure: string
  times: string
  why: Record<AgentTrouble, string>
}

export const agentWords: Record<Language, AgentWords> = {
  'es-MX': {
    called: 'Perdón, en este momento no puedo darte una buena respuesta. Ya le avisé a una persona del equipo para que te escriba.',
    calledBefore: 'Sigo sin poder darte una buena respuesta. Una persona del equipo ya está avisada y te escribe en cuanto pueda.',
    unsure: 'Prefiero no darte un dato equivocado. ¿Me dices qué vivienda o qué día te interesa, y lo reviso?',
    times: 'Ver horarios',
    why: {
      away: 'El asistente no pudo contestar: el modelo no responde.',
      cut: 'El asistente no pudo contestar: el modelo cortó su respuesta.',
      silent: 'El asistente no pudo contestar: el modelo no dijo nada.',
      slow: 'El asistente no pudo contestar a tiempo.',
      turns: 'El asistente le dio demasiadas vueltas y no llegó a una respuesta.',
      calls: 'El asistente hizo demasiadas consultas y no llegó a una respuesta.',
      repairs: 'El asistente no logró usar bien sus herramientas.',
      again: 'El asistente repetía lo mismo y no llegó a una respuesta.',
      budget: 'El asistente llegó a su límite de gasto del día.',
    },
  },
  en: {
    called: "Sorry, I can't give you a good answer right now. I've asked a person of the team to write to you.",
    calledBefore: "I still can't give you a good answer. A person of the team knows and will write to you as soon as they can.",
    unsure: "I'd rather not tell you something wrong. Which home or which day do you mean? I'll look it up.",
    times: 'See times',
    why: {
      away: "The assistant couldn't answer: the model doesn't respond.",
      cut: "The assistant couldn't answer: the model broke off.",
      silent: "The assistant couldn't answer: the model said nothing.",
      slow: "The assistant couldn't answer in time.",
      turns: 'The assistant went round in circles and found no answer.',
      calls: 'The assistant asked too many things and found no answer.',
      repairs: "The assistant couldn't use its tools well.",
      again: 'The assistant repeated itself and found no answer.',
      budget: 'The assistant has reached what it may spend in a day.',
    },
  },
}
