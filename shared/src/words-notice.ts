import type { Legal } from './words-messages.ts'
import type { Language } from './words.ts'

// The whole privacy notice, where the house has given none of its own, and what stands around it as a page. LFPDPPP, art. 15: who, which data, what for (what is necessary apart from what is not), who else, how to refuse, ARCO, and how a change is told.
// A line that begins with "# " is a heading, one with "- " an entry of a list.
type PageFrame = {
  noticeTitle: string; noNotice: string
  integral(legal: Legal): string
  version(version: string, since: string): string
  former(since: string): string
  current: string; formers: string; proof(hash: string): string
}
export const pageFrame: Record<Language, PageFrame> = {
  'es-MX': {
    noticeTitle: 'Aviso de privacidad',
    integral: ({ company, address, contact, url }) => `# Quién responde por tus datos
${company}${address && `, con domicilio en ${address},`} decide qué se hace con los datos que nos das y responde por ellos. El asistente que te contesta por WhatsApp es un programa, no una persona.

# Qué datos usamos
- Tu nombre, tu teléfono y tu usuario de WhatsApp; tu correo, si nos lo das.
- Lo que nos escribes, dices o mandas en la conversación.
- Lo que buscas: zona, presupuesto, recámaras, fecha de mudanza, quiénes vivirían ahí.
- Tus visitas: cuándo son y si llegaste.
- Datos patrimoniales, como tus ingresos o tu garantía, solo si nos los das para rentar.
No te pedimos datos sensibles, como salud, religión u origen.

# Para qué los necesitamos
- Contestarte y mostrarte departamentos.
- Agendar, recordarte y cambiar tus visitas.
- Preparar tu solicitud de renta, si la haces.
- Cumplir con la ley y con lo que nos pidan las autoridades.

# Para qué los usamos solo si quieres
- Mandarte promociones: solo si nos dices PROMOS.
- Preguntarte unas pocas veces si sigues buscando, cuando dejas de escribirnos.
- Ofrecerte primero los horarios a los que la gente suele llegar.
- Que te conteste el asistente y no una persona.
Puedes negarte a cualquiera de estas cuatro sin que deje de atenderte nadie: responde NO PROMOS para que no te mandemos promociones ni te preguntemos, NO BOT para que te atienda una persona, o dinos en la misma conversación que no usemos tus datos para ordenar horarios. Con BAJA dejamos de escribirte del todo.

# Quién más los trata por nosotros
Solo por encargo nuestro y con contrato: quien lleva los mensajes de WhatsApp (Bird), quien guarda la relación con clientes (HubSpot), quien da los calendarios (Google, Microsoft o Calendly) y quien da el modelo de lenguaje del asistente (OpenAI). No vendemos tus datos ni los transferimos a nadie más, salvo que la ley lo ordene.

# Tus derechos ARCO
Puedes pedirnos ver tus datos (acceso), corregirlos (rectificación), borrarlos (cancelación) u oponerte a que los usemos (oposición), y quitarnos un permiso que nos diste. Dínoslo en la misma conversación de WhatsApp${contact ? `, o escribe a ${contact}` : ''}, con tu nombre, cómo contactarte, de qué datos se trata y qué quieres; te pediremos comprobar que eres tú. Te confirmamos que lo recibimos, te contestamos a más tardar en 20 días hábiles y lo hacemos en los 15 siguientes. Es gratis.

# Cambios a este aviso
Si este aviso cambia, te lo decimos en la conversación antes de seguir. Aquí está siempre el vigente, con las versiones anteriores: ${url}`,
    noNotice: 'Todavía no hay aviso de privacidad.', version: (version, since) => `Versión ${version}, vigente desde el ${since}.`,
    former: (since) => `Esta es una versión anterior, del ${since}.`, current: 'Ver el aviso vigente', formers: 'Versiones anteriores', proof: (hash) => `Huella del texto (SHA-256): ${hash}`,
  },
  en: {
    noticeTitle: 'Privacy notice',
    integral: ({ company, address, contact, url }) => `# Who answers for your data
${company}${address && `, at ${address},`} decides what is done with the data you give us and answers for it. The assistant that answers you on WhatsApp is a program, not a person.

# Which data we use
- Your name, your number and your WhatsApp username; your e-mail, if you give it to us.
- What you write, say or send in the conversation.
- What you look for: area, budget, bedrooms, moving date, who would live there.
- Your visits: when they are and whether you came.
- Financial data, such as your income or guarantee, only if you give it to us to rent.
We ask for no sensitive data, such as health, religion or origin.

# What we need it for
- Answering you and showing you homes.
- Booking, recalling and moving your visits.
- Preparing your rental application, if you make one.
- Complying with the law and with what authorities ask of us.

# What we use it for only if you want
- Sending you offers: only if you reply OFFERS.
- Asking a few times whether you are still looking, when you stop writing to us.
- Offering first the times at which people usually come.
- Having the assistant answer you rather than a person.
You can refuse any of these four and still be helped: reply NO OFFERS so that we send you no offers and don't ask, NO BOT to be answered by a person, or tell us in the same conversation not to use your data to order times. With STOP we stop writing to you altogether.

# Who else handles it for us
Only on our behalf and under contract: who carries WhatsApp messages (Bird), who keeps customer records (HubSpot), who provides calendars (Google, Microsoft or Calendly) and who provides the assistant's language model (OpenAI). We don't sell your data, nor transfer it to anybody else unless the law orders it.

# Your ARCO rights
You can ask us to show your data (access), correct it (rectification), erase it (cancellation) or object to our using it (opposition), and take back a permission that you gave us. Tell us in the same WhatsApp conversation${contact ? `, or write to ${contact}` : ''}, with your name, how to reach you, which data it is about and what you want; we will ask you to show that it is you. We confirm that we have your request, answer within 20 business days and do it within the 15 after that. It is free.

# Changes to this notice
If this notice changes, we tell you in the conversation before going on. The one in force always stands here, with the former ones: ${url}`,
    noNotice: 'There is no privacy notice yet.', version: (version, since) => `Version ${version}, in force since ${since}.`,
    former: (since) => `This is a former version, of ${since}.`, current: 'See the notice in force', formers: 'Former versions', proof: (hash) => `Fingerprint of the text (SHA-256): ${hash}`,
  },
}
