import type { Language } from './words.ts'

// What the page of a conversation says around somebody's visits, beside the words of the cards.
const es = { visits: (count: number) => (count === 0 ? 'Agendar una visita' : `Visitas (${count.toLocaleString('es-MX')})`), times: 'Ver horarios', free: 'Horarios libres: elige uno', for: (name: string) => `Para ${name}`, toConversation: 'Volver a la conversación', drafted: 'El asistente propone esta respuesta. Léela y corrígela: le llega por WhatsApp cuando la envíes.' }
export type DeskWords = typeof es
const en: DeskWords = { visits: (count) => (count === 0 ? 'Book a visit' : `Visits (${count.toLocaleString('en')})`), times: 'Show times', free: 'Free times: choose one', for: (name) => `For ${name}`, toConversation: 'Back to the conversation', drafted: 'The assistant suggests this answer. Read and mend it: it reaches them on WhatsApp when you send it.' }
export const deskWords: Record<Language, DeskWords> = { 'es-MX': es, en }
