import type { Language } from './words.ts'

// Requests about one's data: the page on which anybody makes one, and what we write about it. es-MX first.
type Kind = 'access' | 'rectify' | 'cancel' | 'oppose'
const letterEs = {
  subject: (folio: string) => `Tu solicitud sobre tus datos, folio ${folio}`,
  greeting: (name: string) => (name === '' ? 'Hola:' : `Hola, ${name}:`),
  received: (folio: string, right: string, day: string) => `Recibimos tu solicitud ${right}, con folio ${folio}. Te respondemos a más tardar el ${day}.`,
  missing: (folio: string, what: string, day: string) => `Sobre tu solicitud con folio ${folio}: para atenderla nos falta lo siguiente. ${what} Respóndenos a más tardar el ${day}; si no, la tendremos por no presentada y podrás hacer otra cuando quieras.`,
  code: (folio: string, code: string) => `Tu código para la solicitud con folio ${folio} es ${code}. Dáselo solo a quien atiende tu solicitud. Si no la hiciste tú, no se lo des a nadie.`,
  extended: (folio: string, day: string, why: string) => `Sobre tu solicitud con folio ${folio}: necesitamos más tiempo. ${why} La fecha nueva es el ${day}.`,
  accepted: {
    access: (folio: string, day: string) => `Tu solicitud con folio ${folio} procede: te entregamos tus datos a más tardar el ${day}.`,
    cancel: (folio: string, day: string) => `Tu solicitud con folio ${folio} procede: desde hoy tus datos están bloqueados y ya no los usamos. Se borran el ${day}. Después, con tu folio, puedes pedirnos la constancia.`,
  },
  done: {
    access: (folio: string) => `Tu solicitud con folio ${folio} está atendida: ya tienes tus datos. Si necesitas la constancia, pídela con tu folio.`,
    rectify: (folio: string) => `Tu solicitud con folio ${folio} procede y está atendida: tus datos quedaron corregidos, también en los sistemas que usamos. Si necesitas la constancia, pídela con tu folio.`,
    cancel: (folio: string) => `Tu solicitud con folio ${folio} está atendida: tus datos se borraron. Si necesitas la constancia, pídela con tu folio.`,
    oppose: (folio: string) => `Tu solicitud con folio ${folio} procede y está atendida: ya no usamos tus datos para lo que pediste. Si necesitas la constancia, pídela con tu folio.`,
  },
  refused: (folio: string, ground: string, note: string) => `Tu solicitud con folio ${folio} no procede: ${ground}${note === '' ? '' : ` ${note}`} Si no estás de acuerdo, tienes 15 días hábiles para pedir la protección de tus datos ante la Secretaría Anticorrupción y Buen Gobierno.`,
  withdrawn: (folio: string) => `Tu solicitud con folio ${folio} quedó sin efecto, como lo pediste. Puedes hacer otra cuando quieras.`,
  lapsed: (folio: string) => `No recibimos lo que faltaba para tu solicitud con folio ${folio}, así que la tenemos por no presentada. Puedes hacer otra cuando quieras.`,
}
export type PrivacyLetters = typeof letterEs
const letterEn: PrivacyLetters = {
  subject: (folio) => `Your request about your data, number ${folio}`,
  greeting: (name) => (name === '' ? 'Hi,' : `Hi ${name},`),
  received: (folio, right, day) => `We have your request ${right}, with the number ${folio}. We will answer by ${day}.`,
  missing: (folio, what, day) => `About your request ${folio}: to attend to it, we still need this. ${what} Please answer by ${day}; otherwise we take it as not made, and you can make another one at any time.`,
  code: (folio, code) => `Your code for the request ${folio} is ${code}. Give it only to whoever attends to your request. If you didn’t make it, give it to nobody.`,
  extended: (folio, day, why) => `About your request ${folio}: we need more time. ${why} The new date is ${day}.`,
  accepted: {
    access: (folio, day) => `We grant your request ${folio}: you will have your data by ${day}.`,
    cancel: (folio, day) => `We grant your request ${folio}: from today your data is blocked, and we don’t use it any more. It is erased on ${day}. After that you can ask us for the certificate by your number.`,
  },
  done: {
    access: (folio) => `Your request ${folio} is done: you have your data. If you need the certificate, ask for it by your number.`,
    rectify: (folio) => `We granted your request ${folio}, and it is done: your data is corrected, also in the systems that we use. If you need the certificate, ask for it by your number.`,
    cancel: (folio) => `Your request ${folio} is done: your data was erased. If you need the certificate, ask for it by your number.`,
    oppose: (folio) => `We granted your request ${folio}, and it is done: we no longer use your data for what you asked. If you need the certificate, ask for it by your number.`,
  },
  refused: (folio, ground, note) => `We can’t grant your request ${folio}: ${ground}${note === '' ? '' : ` ${note}`} If you don’t agree, you have 15 business days to ask the Secretaría Anticorrupción y Buen Gobierno to protect your data.`,
  withdrawn: (folio) => `Your request ${folio} was dropped, as you asked. You can make another one at any time.`,
  lapsed: (folio) => `We didn’t get what was missing for your request ${folio}, so we take it as not made. You can make another one at any time.`,
}

type Ground = 'not_them' | 'no_data' | 'others_rights' | 'legal_duty' | 'done_before' | 'contract'
const groundsEs: Record<Ground, string> = {
  not_them: 'no se acreditó que quien la hace es titular de los datos.', no_data: 'no tenemos datos tuyos.', others_rights: 'se afectarían derechos de otra persona.',
  legal_duty: 'una ley o una autoridad nos obliga a conservarlos.', done_before: 'lo que pides ya se había hecho.', contract: 'los necesita un contrato vigente contigo.',
}
const groundsEn: Record<Ground, string> = {
  not_them: 'it was not shown that whoever made it is the person the data is about.', no_data: 'we hold no data of yours.', others_rights: 'it would affect somebody else’s rights.',
  legal_duty: 'a law or an authority obliges us to keep it.', done_before: 'what you ask for had been done already.', contract: 'a contract in force with you needs it.',
}

const pageEs = {
  title: 'Tus datos personales', lead: 'Pídenos ver, corregir o borrar tus datos, o que no los usemos. Es gratis. Te respondemos a más tardar en 20 días hábiles.',
  which: '¿Qué quieres pedir?', kinds: { access: 'Ver los datos que tienen de mí', rectify: 'Corregir mis datos', cancel: 'Borrar mis datos', oppose: 'Que no usen mis datos para algo' } satisfies Record<Kind, string>,
  name: 'Tu nombre', contact: 'Tu teléfono o tu correo', contactHint: 'Con el que nos escribiste, para encontrar tus datos y responderte.', details: '¿Qué pides exactamente?', detailsHint: 'Por ejemplo: mi nombre está mal escrito; o no quiero que una máquina decida sobre mí.',
  send: 'Enviar solicitud', notice: 'Ver el aviso de privacidad', other: 'English',
  done: 'Recibimos tu solicitud', folio: 'Tu folio', due: 'Te respondemos a más tardar el', keep: 'Anota tu folio. Antes de responderte vamos a confirmar que eres tú: con un código a tu WhatsApp o a tu correo, o con una identificación.',
  unfit: 'Falta algo: elige qué pides, y escribe tu nombre, un teléfono o correo válido y qué necesitas.', slow: 'Se hicieron muchas solicitudes desde aquí. Espera un minuto y vuelve a intentar.', slowDay: (contact: string | undefined) => `Hoy ya llegaron muchas solicitudes desde aquí, y la tuya no se guardó. Pídelo por WhatsApp${contact === undefined ? '' : ` o a ${contact}`}, o intenta mañana.`, elsewhere: 'El formulario llegó desde otra página. Llénalo aquí.', failed: 'No pudimos guardar tu solicitud. Intenta de nuevo en un momento.', fromNotice: 'Hacer una solicitud sobre mis datos',
}
type PageWords = typeof pageEs
const pageEn: PageWords = {
  title: 'Your personal data', lead: 'Ask us to show, correct or erase your data, or not to use it. It is free. We answer within 20 business days.',
  which: 'What do you want to ask for?', kinds: { access: 'To see the data you hold about me', rectify: 'To correct my data', cancel: 'To erase my data', oppose: 'Not to use my data for something' },
  name: 'Your name', contact: 'Your phone number or e-mail', contactHint: 'The one you wrote to us from, so that we find your data and can answer you.', details: 'What exactly do you ask for?', detailsHint: 'For example: my name is misspelt; or I don’t want a machine to decide about me.',
  send: 'Send request', notice: 'See the privacy notice', other: 'Español',
  done: 'We have your request', folio: 'Your number', due: 'We will answer by', keep: 'Write your number down. Before we answer we will make sure that it is you: by a code to your WhatsApp or e-mail, or by an ID.',
  unfit: 'Something is missing: choose what you ask for, and write your name, a valid phone number or e-mail, and what you need.', slow: 'Many requests came from here. Wait a minute and try again.', slowDay: (contact) => `Many requests came from here today, and yours was not kept. Ask on WhatsApp${contact === undefined ? '' : ` or write to ${contact}`}, or try tomorrow.`, elsewhere: 'The form came from another page. Fill it in here.', failed: 'We could not keep your request. Please try again in a moment.', fromNotice: 'Make a request about my data',
}

export const privacyWords = {
  'es-MX': { letters: letterEs, grounds: groundsEs, page: pageEs, rights: { access: 'de ver tus datos', rectify: 'de corregir tus datos', cancel: 'de borrar tus datos', oppose: 'de que no usemos tus datos' } satisfies Record<Kind, string> },
  en: { letters: letterEn, grounds: groundsEn, page: pageEn, rights: { access: 'to see your data', rectify: 'to correct your data', cancel: 'to erase your data', oppose: 'that we don’t use your data' } satisfies Record<Kind, string> },
} as const satisfies Record<Language, { letters: PrivacyLetters; grounds: Record<Ground, string>; page: PageWords; rights: Record<Kind, string> }>
