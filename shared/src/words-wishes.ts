import type { Language } from './words.ts'

// What is answered to whoever agreed to one thing or took it back, and how the console tells of it.
type Purpose = 'messages' | 'visits' | 'marketing' | 'profiling' | 'financial' | 'automated'
type Status = 'granted' | 'revoked' | 'refused'
type Channel = 'whatsapp' | 'sms' | 'mail' | 'phone' | 'person' | 'web' | 'crm' | 'vendor'
export type WishWords = {
  offersOn: string; offersOff: string; offersAgain: string; peopleOnly: string; assistantBack: string
  summary(text: string): string
  page: {
    title: string; none: string; history: string; shown: string; shownNotice(version: string, when: string): string
    purpose: Record<Purpose, string>; status: Record<Status, string>; mode: Record<'tacit' | 'express' | 'written', string>; channel: Record<Channel, string>
    actor: Record<'prospect' | 'staff' | 'workflow' | 'system', string>
    notice(version: string): string; because(reason: string, isYes: boolean): string
    change: string; which: string; through: string; why: string; save: string; form: string
    grant: string; proof: string; agree: string; agreed: string
    came: Record<'noted' | 'known', string>; noReason: string
  }
}
export const wishWords: Record<Language, WishWords> = {
  'es-MX': {
    offersOn: 'Listo, te mandaremos promociones de vez en cuando. Para dejar de recibirlas, responde NO PROMOS.',
    offersOff: 'Listo, ya no te mandaremos promociones. Te seguimos atendiendo por aquí. Si cambias de opinión, responde PROMOS.',
    offersAgain: 'Promociones no te mandaremos, salvo que nos digas PROMOS.',
    peopleOnly: 'Anotado: de ahora en adelante te contesta una persona del equipo y no el asistente. Ya le avisamos. Si quieres volver a usar el asistente, responde BOT.',
    assistantBack: 'Listo, el asistente vuelve a contestarte. Para que te atienda una persona, responde NO BOT.',
    summary: (text) => `No quiere que le conteste el asistente: solo personas.${text ? ` Escribió: «${text}»` : ''}`,
    page: {
      title: 'Consentimientos', none: 'Todavía no ha dicho que sí ni que no a nada.', history: 'Historial', shown: 'Aviso mostrado', shownNotice: (version, when) => `versión ${version}, ${when}`,
      purpose: { messages: 'Mensajes', visits: 'Visitas', marketing: 'Promociones', profiling: 'Perfilamiento', financial: 'Datos patrimoniales', automated: 'Respuestas automáticas' },
      status: { granted: 'Sí', revoked: 'Lo retiró', refused: 'No aceptó' }, mode: { tacit: 'tácito', express: 'expreso', written: 'por escrito' },
      channel: { whatsapp: 'WhatsApp', sms: 'SMS', mail: 'correo', phone: 'teléfono', person: 'en persona', web: 'página', crm: 'HubSpot', vendor: 'Bird o Meta' },
      actor: { prospect: 'la persona', staff: 'el equipo', workflow: 'un flujo', system: 'Portero, por lo que dijo la persona' },
      notice: (version) => `había visto el aviso ${version}`, because: (reason, isYes) => `${isYes ? 'Constancia' : 'Motivo'}: ${reason}`,
      change: 'Retirar un consentimiento', which: 'Cuál', through: 'Cómo lo pidió', why: 'Motivo', save: 'Retirar', form: 'Forma',
      grant: 'Anotar que aceptó', proof: 'Qué dijo y dónde consta', agree: 'Anotar', agreed: 'Cómo lo dijo',
      came: { noted: 'Quedó anotado y ya tiene efecto.', known: 'Ya estaba así: no se anotó nada.' }, noReason: 'Escribe el motivo o la constancia. No se cambió nada.',
    },
  },
  en: {
    offersOn: 'Done, we will send you offers now and then. To stop them, reply NO OFFERS.',
    offersOff: "Done, no more offers. We still help you here. If you change your mind, reply OFFERS.",
    offersAgain: 'We will send no offers unless you reply OFFERS.',
    peopleOnly: 'Noted: from now on a person of our team answers you, not the assistant. We have told them. If you want the assistant back, reply BOT.',
    assistantBack: 'Done, the assistant answers you again. To be helped by a person, reply NO BOT.',
    summary: (text) => `Wants no assistant to answer them: people only.${text ? ` They wrote: “${text}”` : ''}`,
    page: {
      title: 'Consents', none: 'They have said neither yes nor no to anything yet.', history: 'History', shown: 'Notice shown', shownNotice: (version, when) => `version ${version}, ${when}`,
      purpose: { messages: 'Messages', visits: 'Visits', marketing: 'Offers', profiling: 'Profiling', financial: 'Financial data', automated: 'Automated answers' },
      status: { granted: 'Yes', revoked: 'Taken back', refused: 'Refused' }, mode: { tacit: 'tacit', express: 'express', written: 'in writing' },
      channel: { whatsapp: 'WhatsApp', sms: 'SMS', mail: 'e-mail', phone: 'phone', person: 'in person', web: 'web page', crm: 'HubSpot', vendor: 'Bird or Meta' },
      actor: { prospect: 'the person', staff: 'the team', workflow: 'a workflow', system: 'Portero, by what the person said' },
      notice: (version) => `had seen notice ${version}`, because: (reason, isYes) => `${isYes ? 'Evidence' : 'Reason'}: ${reason}`,
      change: 'Take a consent back', which: 'Which', through: 'How they asked', why: 'Reason', save: 'Take back', form: 'Form',
      grant: 'Note that they agreed', proof: 'What they said, and where it is on record', agree: 'Note it', agreed: 'How they said so',
      came: { noted: 'It is noted and in effect.', known: 'It was so already: nothing was noted.' }, noReason: 'Write the reason or the evidence. Nothing was changed.',
    },
  },
}
