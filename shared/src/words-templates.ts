import { cadenceWords, type CadenceName } from './words-cadence.ts'
import type { Language } from './words.ts'

// What Portero may say on WhatsApp when the last message is more than 24 hours old: Meta approves these words, each with an example of what stands where {{…}} does.
// Its rules: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
type Template = { text: string; examples: Record<string, string>; button?: string }
export type TemplateName = 'portero_tour_confirmed' | 'portero_tour_reminder' | 'portero_tour_moved' | 'portero_reschedule' | 'portero_missed' | 'portero_follow_up' | 'portero_slot_free' | 'portero_window_reopen' | 'portero_escalation' | CadenceName

export const templateWords: Record<Language, Record<TemplateName, Template>> = {
  'es-MX': {
    portero_tour_confirmed: {
      text: '¡Listo! Tu visita a {{home}} quedó para el {{when}}. Te recibe {{agent}} en {{place}}. Si algo cambia, responde a este mensaje y lo vemos.',
      examples: { home: 'Loft con terraza', when: 'lunes 23 nov, 11:00 h', agent: 'Lucía', place: 'Jalapa 120, Roma Norte' },
    },
    portero_tour_reminder: {
      text: 'Te esperamos el {{when}} para tu visita a {{home}}, en {{place}}. ¿Sí puedes? Responde a este mensaje para confirmar, cambiarla o cancelarla.',
      examples: { when: 'lunes 23 nov, 11:00 h', home: 'Loft con terraza', place: 'Jalapa 120, Roma Norte' },
    },
    portero_tour_moved: {
      text: 'Tu visita a {{home}} cambió de hora: ahora es el {{when}}, en {{place}}. Si no te queda bien, responde a este mensaje y buscamos otra.',
      examples: { home: 'Loft con terraza', when: 'martes 24 nov, 10:00 h', place: 'Jalapa 120, Roma Norte' },
    },
    portero_reschedule: {
      text: 'Sentimos el cambio: tu visita a {{home}} del {{when}} ya no se puede hacer. Responde a este mensaje y te proponemos otro horario.',
      examples: { home: 'Loft con terraza', when: 'lunes 23 nov, 11:00 h' },
    },
    portero_missed: {
      text: 'No coincidimos en tu visita a {{home}} del {{when}}. ¿Reagendamos? Responde a este mensaje y te proponemos otro horario.',
      examples: { home: 'Loft con terraza', when: 'lunes 23 nov, 11:00 h' },
    },
    portero_follow_up: {
      text: '¿Qué te pareció {{home}}? Si quieres seguir con el trámite o ver otro departamento, responde a este mensaje y te ayudamos.',
      examples: { home: 'Loft con terraza' },
    },
    portero_slot_free: {
      text: 'Se liberó el horario que esperabas para ver {{home}}: {{when}}. Te lo guardamos hasta el {{until}}; si lo quieres, responde a este mensaje.',
      examples: { home: 'Loft con terraza', when: 'lunes 23 nov, 11:00 h', until: 'lunes 23 nov, 9:30 h' },
    },
    portero_window_reopen: {
      text: 'Tenemos respuesta a lo que preguntaste sobre {{about}}. Responde a este mensaje y te la damos.',
      examples: { about: 'el estacionamiento' },
    },
    portero_escalation: {
      text: 'Hola, {{name}}. Una persona te necesita en WhatsApp: {{reason}}. Ábrela antes del {{until}}.',
      examples: { name: 'Lucía', reason: 'quiere hablar con alguien', until: 'lunes 23 nov, 11:15 h' },
      button: 'Abrir conversación',
    },
    ...cadenceWords['es-MX'].templates,
  },
  en: {
    portero_tour_confirmed: {
      text: "You're set! Your visit to {{home}} is on {{when}}. {{agent}} will meet you at {{place}}. If anything changes, reply here and we'll sort it out.",
      examples: { home: 'Loft with a terrace', when: 'Monday, Nov 23, 11:00 AM', agent: 'Lucía', place: 'Jalapa 120, Roma Norte' },
    },
    portero_tour_reminder: {
      text: "See you on {{when}} for your visit to {{home}}, at {{place}}. Can you make it? Reply here to confirm, change or cancel it.",
      examples: { when: 'Monday, Nov 23, 11:00 AM', home: 'Loft with a terrace', place: 'Jalapa 120, Roma Norte' },
    },
    portero_tour_moved: {
      text: "Your visit to {{home}} has moved: it is now on {{when}}, at {{place}}. If that doesn't suit you, reply here and we'll find another time.",
      examples: { home: 'Loft with a terrace', when: 'Tuesday, Nov 24, 10:00 AM', place: 'Jalapa 120, Roma Norte' },
    },
    portero_reschedule: {
      text: "Sorry for the change: your visit to {{home}} on {{when}} can't take place. Reply here and we'll offer you another time.",
      examples: { home: 'Loft with a terrace', when: 'Monday, Nov 23, 11:00 AM' },
    },
    portero_missed: {
      text: "We missed each other at your visit to {{home}} on {{when}}. Shall we find another time? Reply here and we'll offer you some.",
      examples: { home: 'Loft with a terrace', when: 'Monday, Nov 23, 11:00 AM' },
    },
    portero_follow_up: {
      text: "How did you like {{home}}? If you'd like to go ahead or see another home, reply here and we'll help.",
      examples: { home: 'Loft with a terrace' },
    },
    portero_slot_free: {
      text: "A time that you were waiting for to see {{home}} is free: {{when}}. We'll keep it for you until {{until}}; if you'd like it, reply here.",
      examples: { home: 'Loft with a terrace', when: 'Monday, Nov 23, 11:00 AM', until: 'Monday, Nov 23, 9:30 AM' },
    },
    portero_window_reopen: {
      text: 'We have an answer to your question about {{about}}. Reply here and we will send it to you.',
      examples: { about: 'parking' },
    },
    portero_escalation: {
      text: 'Hi {{name}}. Somebody needs you on WhatsApp: {{reason}}. Open it before {{until}}.',
      examples: { name: 'Lucía', reason: 'they want to talk to a person', until: 'Monday, Nov 23, 11:15 AM' },
      button: 'Open conversation',
    },
    ...cadenceWords.en.templates,
  },
}
