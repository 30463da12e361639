import type { Language } from './words.ts'

// What Portero itself says in a conversation, besides what its tools answer: the law's words, goodbye, and a person's arrival.
export type Legal = { company: string; address: string; contact?: string | undefined; url: string } // contact: who is written to about data. url: the whole notice
type Messages = {
  notice(legal: Legal): string
  goodbye: string
  welcomeBack: string
}

// At most 1,024 characters, so that it fits under buttons too. Say who, what for, how to refuse, and where the whole notice is: LFPDPPP, art. 16.
export const messageWords: Record<Language, Messages> = {
  'es-MX': {
    notice: ({ company, address, url }) =>
      `Hola, soy el asistente virtual de ${company}: un programa, no una persona. ${company}${address && `, con domicilio en ${address},`} usará tu nombre, teléfono y mensajes para atenderte, mostrarte departamentos y agendar visitas. Si además quieres promociones, dinos PROMOS; para que dejemos de escribirte, responde BAJA. Puedes pedir hablar con una persona cuando quieras. Tus derechos y el aviso completo: ${url}`,
    goodbye: 'Listo, ya no te vamos a escribir. Si cambias de opinión, responde ALTA.',
    welcomeBack: '¡Qué bueno tenerte de vuelta! ¿En qué te ayudo?',
  },
  en: {
    notice: ({ company, address, url }) =>
      `Hi, I'm ${company}'s virtual assistant: a program, not a person. ${company}${address && `, at ${address},`} will use your name, number and messages to help you, show you homes and book visits. For offers too, reply OFFERS; to stop our messages, reply STOP. You can ask for a person at any time. Your rights and the full notice: ${url}`,
    goodbye: "Done, we won't write to you any more. If you change your mind, reply START.",
    welcomeBack: 'Good to have you back! How can I help?',
  },
}
