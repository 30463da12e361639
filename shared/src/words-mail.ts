import type { Language } from './words.ts'

// What Portero writes by e-mail to our own people. Nothing in it says who the prospect is or what they wrote: mail lies about.
const es = {
  escalation: {
    subject: (reason: string) => `Te necesitan en WhatsApp: ${reason}`,
    greeting: (name: string) => `Hola, ${name}:`,
    text: (reason: string, until: string) => `Una persona te necesita en WhatsApp: ${reason}. Ábrela antes del ${until}; si nadie la abre, avisamos a quien sigue en la lista.`,
    open: 'Abrir conversación',
  },
  signature: 'Te lo avisa Portero. Nadie lee lo que se responda a este correo.',
}
export type MailWords = typeof es
const en: MailWords = {
  escalation: {
    subject: (reason) => `You are needed on WhatsApp: ${reason}`,
    greeting: (name) => `Hi ${name},`,
    text: (reason, until) => `Somebody needs you on WhatsApp: ${reason}. Open it before ${until}; if nobody does, whoever is next on the list is told.`,
    open: 'Open conversation',
  },
  signature: 'Portero sent this. Nobody reads what is answered to it.',
}
export const mailWords: Record<Language, MailWords> = { 'es-MX': es, en }
