import type { Language } from './words.ts'

// What the console counts, on Hoy and on Valor. To operators.
const es = {
  today: 'Hoy', value: 'Valor', todayLead: 'Cómo va el día. Toca un número para ver lo que cuenta.', valueLead: 'Qué ha traído Portero. Toca un número para ver lo que cuenta.',
  talk: 'Conversaciones', visits: 'Visitas', health: 'Sistemas',
  name: {
    conversations: 'Conversaciones con mensajes', waiting: 'Esperan a alguien del equipo', late: 'Esperan de más', called: 'Pidieron a alguien del equipo', booked: 'Visitas agendadas', visits: 'Visitas del día', came: 'Vinieron', missed: 'No vinieron',
    replies: 'Mensajes contestados', unreplied: 'Mensajes sin contestar', wrote: 'Escribieron por primera vez', answered: 'Recibieron respuesta', visitBooked: 'Agendaron visita', visited: 'Visitaron', applied: 'Empezaron su solicitud',
  },
  firstReply: 'Tiempo de respuesta', slowReply: 'Respuesta, el 5 % más lento', showRate: 'Vinieron a su visita, 30 días',
  stuck: 'Pendientes detenidos', toReview: 'Por revisar en HubSpot', troubles: 'Conexiones con problemas',
  when: 'Cuándo', who: 'Quién', noRows: 'Nada que contar', noRowsText: 'En este periodo no hay nada de esto.', more: (count: number) => `Se muestran las más recientes; hay ${count.toLocaleString('es-MX')} más.`, page: '(por su enlace)',
  period: { week: '7 días', month: '30 días', quarter: '90 días' }, csv: 'Descargar CSV',
  funnel: 'Del primer mensaje a la visita', funnelText: 'Quienes escribieron por primera vez en el periodo, y hasta dónde han llegado.', step: 'Paso', count: 'Cuántos', share: 'Parte',
  days: 'Por día', day: 'Día', reasons: 'Por qué se llamó al equipo', reason: 'Motivo', noReasons: 'Nadie pidió a alguien del equipo en este periodo.',
  compared: 'Asistente y equipo', comparedText: 'Conversaciones del periodo, según quién contestó.', speaker: { bot: 'Solo el asistente', human: 'Con alguien del equipo', nobody: 'Nadie todavía' }, halfReply: 'Respuesta (mediana)', bookedShare: 'Con visita agendada', calledShare: 'Pidieron a alguien',
  cost: 'Cuánto cuesta', costText: 'Mensajes y asistente, con los precios configurados.', currency: 'Moneda', spent: 'Gasto', perBooking: 'Por visita agendada', noCost: 'En este periodo no hay gastos con precio conocido.',
  shadow: 'Lo que Portero habría hecho', shadowText: 'En modo sombra nada sale. Compara campo por campo con «npx portero shadow».', command: 'Acción',
}
type FigureWords = typeof es
const en: FigureWords = {
  today: 'Today', value: 'Value', todayLead: 'How the day goes. Open a number to see what it counts.', valueLead: 'What Portero has brought. Open a number to see what it counts.',
  talk: 'Conversations', visits: 'Visits', health: 'Systems',
  name: {
    conversations: 'Conversations with messages', waiting: 'Wait for one of the team', late: 'Wait for too long', called: 'Asked for one of the team', booked: 'Visits booked', visits: 'Visits of the day', came: 'Came', missed: 'Did not come',
    replies: 'Messages answered', unreplied: 'Messages without an answer', wrote: 'Wrote for the first time', answered: 'Were answered', visitBooked: 'Booked a visit', visited: 'Visited', applied: 'Began their application',
  },
  firstReply: 'Time to answer', slowReply: 'Answer, the slowest 5 %', showRate: 'Came to their visit, 30 days',
  stuck: 'Work that has stopped', toReview: 'To review in HubSpot', troubles: 'Connections in trouble',
  when: 'When', who: 'Who', noRows: 'Nothing to count', noRowsText: 'There is none of this in the period.', more: (count) => `The latest are shown; there are ${count.toLocaleString('en')} more.`, page: '(by their link)',
  period: { week: '7 days', month: '30 days', quarter: '90 days' }, csv: 'Download CSV',
  funnel: 'From the first message to the visit', funnelText: 'Those who wrote for the first time in the period, and how far they have come.', step: 'Step', count: 'How many', share: 'Share',
  days: 'By day', day: 'Day', reasons: 'Why the team was called', reason: 'Reason', noReasons: 'Nobody asked for one of the team in this period.',
  compared: 'Assistant and team', comparedText: 'Conversations of the period, by who answered.', speaker: { bot: 'The assistant only', human: 'With one of the team', nobody: 'Nobody yet' }, halfReply: 'Answer (median)', bookedShare: 'With a visit booked', calledShare: 'Asked for somebody',
  cost: 'What it costs', costText: 'Messages and assistant, by the prices that are configured.', currency: 'Currency', spent: 'Spent', perBooking: 'Per visit booked', noCost: 'No cost with a known price in this period.',
  shadow: 'What Portero would have done', shadowText: 'In shadow mode nothing leaves the house. Compare field by field with “npx portero shadow”.', command: 'Action',
}
export const figureWords: Record<Language, FigureWords> = { 'es-MX': es, en }
export type { FigureWords }
