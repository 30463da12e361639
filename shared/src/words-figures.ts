import type { Language } from './words.ts'

// What the console counts, on Hoy and on Valor. To operators.
const es = {
  today: 'Hoy', value: 'Valor', todayLead: 'Cómo va el día. Toca un número para ver lo que cuenta.', valueLead: 'Qué ha traído Portero. Toca un número para ver lo que cuenta.',
  talk: 'Conversaciones', visits: 'Visitas', health: 'Sistemas',
  name: {
    conversations: 'Conversaciones con mensajes', waiting: 'Esperan a alguien del equipo', late: 'Esperan de más', called: 'Pidieron a alguien del equipo', conversationsBooked: 'Conversaciones con visita agendada', conversationsCalled: 'Conversaciones que pidieron a alguien', booked: 'Visitas agendadas', visits: 'Visitas del día', came: 'Vinieron', missed: 'No vinieron',
    replies: 'Mensajes contestados', unreplied: 'Mensajes sin contestar', wrote: 'Escribieron por primera vez', answered: 'Recibieron respuesta', visitBooked: 'Agendaron visita', visited: 'Visitaron', applied: 'Empezaron su solicitud', shadow: 'En sombra', shadowReplies: 'Respuestas en sombra', heldBack: 'No salió', consents: 'Consentimientos', withdrawn: 'Lo retiraron', noticeShown: 'Vieron el aviso', noticeUnshown: 'No han visto el aviso vigente',
  },
  firstReply: 'Tiempo de respuesta', slowReply: 'Respuesta, el 5 % más lento', showRate: 'Vinieron a su visita, 30 días',
  stuck: 'Pendientes detenidos', toReview: 'Por revisar en HubSpot', troubles: 'Conexiones con problemas',
  when: 'Cuándo', who: 'Quién', noRows: 'Nada que contar', noRowsText: 'En este periodo no hay nada de esto.', more: (count: number) => `Se muestran las más recientes; hay ${count.toLocaleString('es-MX')} más.`, page: '(por su enlace)',
  period: { week: '7 días', month: '30 días', quarter: '90 días' }, csv: 'Descargar CSV',
  funnel: 'Del primer mensaje a la visita', funnelText: 'Quienes escribieron por primera vez en el periodo, y hasta dónde han llegado.', step: 'Paso', count: 'Cuántos', share: 'Parte',
  days: 'Por día', day: 'Día', reasons: 'Por qué se llamó al equipo', reason: 'Motivo', noReasons: 'Nadie pidió a alguien del equipo en este periodo.',
  compared: 'Asistente y equipo', comparedText: 'Cada conversación cuenta una vez, según quién habló en ella. Las respuestas se miden de quien las dio, en cualquier conversación. Al equipo le llega lo más difícil: no son dos grupos iguales.', answers: 'Respuestas', speaker: { bot: 'Solo el asistente', human: 'Con alguien del equipo', nobody: 'Nadie todavía' }, halfReply: 'Respuesta (mediana)', bookedShare: 'Con visita agendada', calledShare: 'Pidieron a alguien',
  cost: 'Cuánto cuesta', costText: 'Mensajes y asistente, con los precios configurados.', costOf: 'En qué', costKind: { messages: 'Mensajes', agent: 'Asistente', drafts: 'Borradores' }, costTotal: (currency: string) => `Total en ${currency}`, unpriced: (count: number) => (count === 1 ? '1 mensaje enviado no tiene precio conocido y no está en la suma.' : `${count.toLocaleString('es-MX')} mensajes enviados no tienen precio conocido y no están en la suma.`), spent: 'Gasto', perBooking: 'Por visita agendada', noCost: 'En este periodo no hay gastos con precio conocido.',
  shadow: {
    title: 'Lo que Portero habría hecho', text: (from: string, to: string) => `En modo sombra nada sale. Entre el ${from} y el ${to} se anotó lo que Portero habría hecho, y aquí está junto a lo que hizo el equipo.`,
    comparedAt: (at: string) => `Comparado con HubSpot y los calendarios: ${at}. Se repite cada noche; «npx portero shadow» lo hace ahora, campo por campo.`, notCompared: 'Todavía no se ha comparado con HubSpot ni con los calendarios: se hace cada noche, o ahora con «npx portero shadow».',
    what: 'Qué', kind: { visit: 'Visitas', stage: 'Etapa del negocio', name: 'Nombre del contacto', language: 'Idioma del contacto' }, outcome: { equal: 'Igual', else: 'Distinto', ours: 'Solo Portero', theirs: 'Solo el equipo' },
    replies: 'Respuestas', reply: { both: 'Portero y el equipo', ours: 'Solo Portero', theirs: 'Solo el equipo', nobody: 'Nadie' }, median: 'Mediana de Portero', theirMedian: 'Mediana de quien contestó', portero: 'Portero', team: 'El equipo', held: 'Lo que no salió', command: 'Acción',
    commands: { 'messaging.send': 'Mensajes de WhatsApp', 'messaging.subscription': 'Bajas y altas en Bird', 'messaging.assign': 'Conversaciones pasadas al equipo en Bird', 'messaging.note': 'Notas en Bird', 'messaging.silence': 'Bot de Bird en silencio', 'media.fetch': 'Archivos por descargar', 'crm.claim-record': 'Registros de HubSpot con nuestro número', 'calendar.drop-event': 'Visitas fuera de calendarios', 'crm.put-contact': 'Contactos en HubSpot', 'crm.put-deal': 'Negocios en HubSpot', 'crm.put-meeting': 'Visitas en HubSpot', 'crm.put-communication': 'Conversaciones en HubSpot', 'crm.put-task': 'Tareas en HubSpot', 'crm.put-ticket': 'Tickets en HubSpot', 'crm.put-note': 'Notas en HubSpot', 'calendar.put-event': 'Visitas en calendarios', 'mail.send': 'Correos' },
  },
}
type FigureWords = typeof es
const en: FigureWords = {
  today: 'Today', value: 'Value', todayLead: 'How the day goes. Open a number to see what it counts.', valueLead: 'What Portero has brought. Open a number to see what it counts.',
  talk: 'Conversations', visits: 'Visits', health: 'Systems',
  name: {
    conversations: 'Conversations with messages', waiting: 'Wait for one of the team', late: 'Wait for too long', called: 'Asked for one of the team', conversationsBooked: 'Conversations with a visit booked', conversationsCalled: 'Conversations that asked for somebody', booked: 'Visits booked', visits: 'Visits of the day', came: 'Came', missed: 'Did not come',
    replies: 'Messages answered', unreplied: 'Messages without an answer', wrote: 'Wrote for the first time', answered: 'Were answered', visitBooked: 'Booked a visit', visited: 'Visited', applied: 'Began their application', shadow: 'In the shadow', shadowReplies: 'Answers in the shadow', heldBack: 'Did not leave', consents: 'Consents', withdrawn: 'Took it back', noticeShown: 'Were shown the notice', noticeUnshown: 'Were not shown the notice in force',
  },
  firstReply: 'Time to answer', slowReply: 'Answer, the slowest 5 %', showRate: 'Came to their visit, 30 days',
  stuck: 'Work that has stopped', toReview: 'To review in HubSpot', troubles: 'Connections in trouble',
  when: 'When', who: 'Who', noRows: 'Nothing to count', noRowsText: 'There is none of this in the period.', more: (count) => `The latest are shown; there are ${count.toLocaleString('en')} more.`, page: '(by their link)',
  period: { week: '7 days', month: '30 days', quarter: '90 days' }, csv: 'Download CSV',
  funnel: 'From the first message to the visit', funnelText: 'Those who wrote for the first time in the period, and how far they have come.', step: 'Step', count: 'How many', share: 'Share',
  days: 'By day', day: 'Day', reasons: 'Why the team was called', reason: 'Reason', noReasons: 'Nobody asked for one of the team in this period.',
  compared: 'Assistant and team', comparedText: 'Each conversation counts once, by who spoke in it. Answers are counted by who gave them, in whatever conversation. The team gets what is harder: they are not two equal groups.', answers: 'Answers', speaker: { bot: 'The assistant only', human: 'With one of the team', nobody: 'Nobody yet' }, halfReply: 'Answer (median)', bookedShare: 'With a visit booked', calledShare: 'Asked for somebody',
  cost: 'What it costs', costText: 'Messages and assistant, by the prices that are configured.', costOf: 'For what', costKind: { messages: 'Messages', agent: 'Assistant', drafts: 'Drafts' }, costTotal: (currency) => `Total in ${currency}`, unpriced: (count) => (count === 1 ? '1 message sent has no price that is known, and is not in the sum.' : `${count.toLocaleString('en')} messages sent have no price that is known, and are not in the sum.`), spent: 'Spent', perBooking: 'Per visit booked', noCost: 'No cost with a known price in this period.',
  shadow: {
    title: 'What Portero would have done', text: (from, to) => `In shadow mode nothing leaves the house. Between ${from} and ${to} it was noted what Portero would have done, and here it is beside what the team did.`,
    comparedAt: (at) => `Compared with HubSpot and the calendars: ${at}. It is done again each night; “npx portero shadow” does it now, field by field.`, notCompared: 'Not compared with HubSpot and the calendars yet: that is done each night, or now by “npx portero shadow”.',
    what: 'What', kind: { visit: 'Visits', stage: 'Stage of the deal', name: 'Name of the contact', language: 'Language of the contact' }, outcome: { equal: 'Equal', else: 'Different', ours: 'Only Portero', theirs: 'Only the team' },
    replies: 'Answers', reply: { both: 'Portero and the team', ours: 'Only Portero', theirs: 'Only the team', nobody: 'Nobody' }, median: 'Median of Portero', theirMedian: 'Median of who answered', portero: 'Portero', team: 'The team', held: 'What did not leave', command: 'Action',
    commands: { 'messaging.send': 'WhatsApp messages', 'messaging.subscription': 'Subscriptions at Bird', 'messaging.assign': 'Conversations handed to the team at Bird', 'messaging.note': 'Notes at Bird', 'messaging.silence': 'Silencing Bird’s own bot', 'media.fetch': 'Files to fetch', 'crm.claim-record': 'Records of HubSpot marked as ours', 'calendar.drop-event': 'Visits taken out of calendars', 'crm.put-contact': 'Contacts in HubSpot', 'crm.put-deal': 'Deals in HubSpot', 'crm.put-meeting': 'Visits in HubSpot', 'crm.put-communication': 'Conversations in HubSpot', 'crm.put-task': 'Tasks in HubSpot', 'crm.put-ticket': 'Tickets in HubSpot', 'crm.put-note': 'Notes in HubSpot', 'calendar.put-event': 'Visits in calendars', 'mail.send': 'E-mails' },
  },
}
export const figureWords: Record<Language, FigureWords> = { 'es-MX': es, en }
export type { FigureWords }
