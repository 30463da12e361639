import type { Language } from './words.ts'

// How a conversation is found in the console.
const es = {
  who: 'Teléfono, nombre o correo', hint: 'Con o sin lada, con espacios o guiones: es lo mismo. También sirven los últimos 4 dígitos.',
  state: 'Estado', any: 'Todas', from: 'Desde el día', to: 'Hasta el día', find: 'Buscar', clear: 'Ver todas', narrow: 'Estado y días',
  states: { bot: 'La lleva el asistente', human: 'Con un asesor', paused: 'En pausa', unanswered: 'Esperan respuesta', escalated: 'Pidieron a una persona' },
  found: (count: number) => (count === 1 ? 'Encontré 1 conversación' : `Encontré ${count.toLocaleString('es-MX')} conversaciones`), foundMore: (count: number) => `Las ${count.toLocaleString('es-MX')} más recientes que encontré; hay más`,
  none: 'No encontré a nadie así',
  tryPhone: 'Revisa que sean los 10 dígitos. Si te escribió desde otro número, búscalo por su nombre.',
  tryName: (most: number) => `Prueba con un solo apellido, o con su teléfono. Por nombre, correo o últimos dígitos busco entre las ${most.toLocaleString('es-MX')} personas más recientes; si fue hace tiempo, elige los días.`,
  noFiltered: 'Ninguna conversación cumple con eso', noFilteredText: 'Quita el estado o abre más los días.',
}
export type FindWords = typeof es
const en: FindWords = {
  who: 'Phone number, name or e-mail', hint: 'With or without the country code, spaces or dashes: all the same. The last 4 digits do too.',
  state: 'State', any: 'All', from: 'From this day', to: 'Until this day', find: 'Find', clear: 'Show all', narrow: 'State and days',
  states: { bot: 'The assistant has it', human: 'With an agent', paused: 'Paused', unanswered: 'Waiting for an answer', escalated: 'Asked for a person' },
  found: (count) => (count === 1 ? 'Found 1 conversation' : `Found ${count.toLocaleString('en')} conversations`), foundMore: (count) => `The latest ${count.toLocaleString('en')} that were found; there are more`,
  none: 'Found nobody like that',
  tryPhone: 'Check that it has all 10 digits. If they wrote from another number, look for their name.',
  tryName: (most) => `Try one surname only, or their number. A name, an e-mail or last digits are looked for among the latest ${most.toLocaleString('en')} people; if it is long ago, choose the days.`,
  noFiltered: 'No conversation is like that', noFilteredText: 'Leave out the state, or choose more days.',
}
export const findWords: Record<Language, FindWords> = { 'es-MX': es, en }
