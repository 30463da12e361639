import type { Language } from './words.ts'

// How we follow up somebody who asked about a home and then went silent. Meta counts these as marketing, so each says how to refuse.
// home: what they asked about, or anyHome where we don't know or it has gone.
export type CadenceName = 'portero_still_looking' | 'portero_any_doubt' | 'portero_last_word'
type Cadence = { templates: Record<CadenceName, { text: string; examples: Record<string, string> }>; anyHome: string; press: { looking: string; done: string }; thanks: string }

export const cadenceWords: Record<Language, Cadence> = {
  'es-MX': {
    templates: {
      portero_still_looking: {
        text: '¡Hola de nuevo! ¿Sigues buscando departamento? Si quieres, te pasamos horarios para visitar {{home}}: responde a este mensaje y lo vemos. Para no recibir más mensajes, responde BAJA.',
        examples: { home: 'Loft con terraza' },
      },
      portero_any_doubt: {
        text: '¿Te quedó alguna duda sobre {{home}}? Con gusto te la resolvemos o te agendamos una visita corta: responde a este mensaje. Para no recibir más mensajes, responde BAJA.',
        examples: { home: 'Loft con terraza' },
      },
      portero_last_word: {
        text: 'Ya no te insistimos con {{home}}: éste es nuestro último recordatorio. Si más adelante quieres hacer una visita, escríbenos y te ayudamos con gusto. Para no recibir más mensajes, responde BAJA.',
        examples: { home: 'Loft con terraza' },
      },
    },
    anyHome: 'nuestros departamentos',
    press: { looking: 'Sí, sigo buscando', done: 'Ya no busco' },
    thanks: 'Gracias por avisarnos. Si más adelante buscas departamento, escríbenos y te ayudamos con gusto.',
  },
  en: {
    templates: {
      portero_still_looking: {
        text: "Hi again! Are you still looking for a home? If you like, we'll send you times to visit {{home}}: reply here and we'll arrange it. To stop our messages, reply STOP.",
        examples: { home: 'Loft with a terrace' },
      },
      portero_any_doubt: {
        text: "Is there anything else you'd like to know about {{home}}? We're happy to answer or to book you a short visit: reply here. To stop our messages, reply STOP.",
        examples: { home: 'Loft with a terrace' },
      },
      portero_last_word: {
        text: "We won't keep asking about {{home}}: this is our last reminder. If you'd like to visit later on, write to us and we'll gladly help. To stop our messages, reply STOP.",
        examples: { home: 'Loft with a terrace' },
      },
    },
    anyHome: 'our homes',
    press: { looking: "Yes, I'm looking", done: 'No longer looking' },
    thanks: "Thanks for letting us know. If you look for a home later on, write to us and we'll gladly help.",
  },
}
