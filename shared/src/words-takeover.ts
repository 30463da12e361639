import type { Language } from './words.ts'

// What the server says when a person of ours takes a conversation in hand, answers, or is called to it. To our own people.
const es = {
  taken: 'La conversación es tuya: el asistente ya no escribe.',
  takenStillLeaving: 'La conversación es tuya. Un mensaje del asistente ya iba en camino y puede llegar antes que el tuyo.',
  alreadyTaken: 'Un asesor ya lleva esta conversación.',
  givenBack: 'Listo: el asistente vuelve a contestar.',
  alreadyBack: 'El asistente ya estaba contestando.',
  said: 'Tu mensaje va en camino.',
  opted_out: 'Esta persona pidió que ya no le escribamos. No se envió nada; si te busca por otro medio, pídele que responda ALTA.',
  window_closed: 'Pasaron más de 24 horas desde su último mensaje y WhatsApp ya no deja escribirle libremente. No se envió nada; llámale o espera a que escriba.',
  template_unapproved: 'WhatsApp todavía no aprueba la plantilla para escribirle. No se envió nada; intenta más tarde o llámale.',
  human_in_charge: 'Otro asesor lleva esta conversación. No se envió nada.',
  noted: 'Tu nota quedó guardada. La persona no la ve.',
  nameless: 'Bird todavía no tiene esta conversación, así que la nota no se guardó. Inténtalo en un momento.',
  escalated: 'Listo: avisamos a quien sigue en la lista.',
  alreadyEscalated: 'Ya hay un aviso abierto en esta conversación.',
  noConversation: 'Esta persona todavía no ha escrito por WhatsApp.',
  empty: 'Escribe algo antes de enviarlo.',
  tooLong: 'Es demasiado largo. Divídelo en dos mensajes.',
  inCharge: (name: string) => `A cargo de ${name}.`,
  ticket: (name?: string) => `${name === undefined ? '' : `A cargo de ${name}. `}La conversación y lo que pide están en la tarjeta de Portero.`,
  backByItself: 'Portero: nadie del equipo ha escrito, así que el asistente vuelve a contestar. Si la necesitas, tómala otra vez.',
  unanswered: (since: string) => `Escribió el ${since} y nadie le ha contestado.`,
  reason: (reason: string) => reasonsEs.get(reason) ?? 'otro motivo',
  page: {
    bot: 'Responde el asistente', me: 'La llevas tú', inbox: 'La lleva alguien en Bird', other: 'La lleva un asesor', since: 'desde el', stray: 'El asistente escribió mientras la llevaba un asesor',
    take: 'Tomar la conversación', giveBack: 'Devolver al asistente', settled: 'Ya quedó atendida', reply: 'Tu respuesta', send: 'Enviar por WhatsApp',
    note: 'Nota privada', noteFor: 'Solo la ve el equipo', saveNote: 'Guardar nota', call: 'Avisar a otra persona', why: 'Motivo', summary: 'Qué pasa', callNow: 'Avisar',
    told: { whatsapp: (name: string) => `Se avisó a ${name} por WhatsApp.`, email: (name: string) => `Se avisó a ${name} por correo.`, none: (name: string) => `No hay cómo avisar a ${name}, ni por WhatsApp ni por correo: no recibió el aviso.` },
  },
  done: { taken: 'tomó la conversación', givenBack: 'devolvió la conversación al asistente', noted: (text: string) => `anotó para el equipo: ${text}` },
}
const reasonsEs = new Map([['asked_for_person', 'quiere hablar con alguien'], ['complaint', 'tiene una queja'], ['payment', 'pregunta por pagos'], ['contract', 'pregunta por el contrato'], ['emergency', 'es una emergencia'], ['not_understood', 'el asistente no le entendió'], ['unanswered', 'nadie le ha contestado'], ['privacy', 'pide algo sobre sus datos personales']])
export type TakeoverWords = typeof es
const en: TakeoverWords = {
  taken: 'The conversation is yours: the assistant has stopped writing.',
  takenStillLeaving: 'The conversation is yours. A message of the assistant was on its way already and may arrive before yours.',
  alreadyTaken: 'An agent has this conversation already.',
  givenBack: 'Done: the assistant answers again.',
  alreadyBack: 'The assistant was answering already.',
  said: 'Your message is on its way.',
  opted_out: 'This person asked us not to write any more. Nothing was sent; if they reach you some other way, ask them to reply START.',
  window_closed: 'Their last message is more than 24 hours old, and WhatsApp takes no free text after that. Nothing was sent; call them or wait until they write.',
  template_unapproved: 'WhatsApp has not approved the template for writing to them yet. Nothing was sent; try later or call them.',
  human_in_charge: 'Another agent has this conversation. Nothing was sent.',
  noted: 'Your note is saved. The person does not see it.',
  nameless: 'Bird does not have this conversation yet, so the note was not saved. Try again in a moment.',
  escalated: 'Done: whoever is next on the list is told.',
  alreadyEscalated: 'Somebody has been called to this conversation already.',
  noConversation: 'This person has not written on WhatsApp yet.',
  empty: 'Write something before you send it.',
  tooLong: 'That is too long. Send it as two messages.',
  inCharge: (name) => `${name} is to look.`,
  ticket: (name) => `${name === undefined ? '' : `${name} is to look. `}The conversation and what they need are in Portero's card.`,
  backByItself: 'Portero: nobody of the team has written, so the assistant answers again. Take it over again if you need to.',
  unanswered: (since) => `They wrote on ${since}, and nobody has answered.`,
  reason: (reason) => reasonsEn.get(reason) ?? 'another reason',
  page: {
    bot: 'The assistant answers', me: 'You have it', inbox: 'Somebody in Bird has it', other: 'An agent has it', since: 'since', stray: 'The assistant wrote while an agent had it',
    take: 'Take over', giveBack: 'Give back to the assistant', settled: 'It is settled', reply: 'Your answer', send: 'Send on WhatsApp',
    note: 'Private note', noteFor: 'Only the team sees it', saveNote: 'Save note', call: 'Call somebody else', why: 'Reason', summary: 'What it is about', callNow: 'Call',
    told: { whatsapp: (name) => `${name} was told on WhatsApp.`, email: (name) => `${name} was told by e-mail.`, none: (name) => `There is no way to reach ${name}, neither on WhatsApp nor by e-mail: they did not get the notice.` },
  },
  done: { taken: 'took the conversation over', givenBack: 'gave the conversation back to the assistant', noted: (text) => `noted for the team: ${text}` },
}
const reasonsEn = new Map([['asked_for_person', 'they want to talk to a person'], ['complaint', 'they have a complaint'], ['payment', 'a question about payments'], ['contract', 'a question about the contract'], ['emergency', 'it is an emergency'], ['not_understood', 'the assistant did not understand them'], ['unanswered', 'nobody has answered them'], ['privacy', 'a request about their personal data']])
export const takeoverWords: Record<Language, TakeoverWords> = { 'es-MX': es, en }
