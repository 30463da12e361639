import type { Language } from './words.ts'

// For how long each kind of data is kept. es-MX first.
const es = {
  head: ['Clase', 'Qué es', 'Se guarda', 'Cómo se borra'], forever: 'sin límite', days: (count: number) => `${count.toLocaleString('es-MX')} ${count === 1 ? 'día' : 'días'}`,
  line: (name: string, kept: string, last: string) => `${name}  ${kept}  ${last}`, never: 'todavía no se ha revisado', ran: (at: string, until: string, deleted: number, all: number) => `revisado ${at}, hasta ${until}: ${deleted} borrados (${all} en total)`,
  classes: {
    media: 'Fotos, audios y documentos que envían las personas', 'tool-replies': 'Respuestas del asistente guardadas para no repetir', deliveries: 'Lo que llega de los proveedores, como llegó', 'delivery-hashes': 'Huellas de lo que llegó', jobs: 'Trabajos terminados',
    'tool-facts': 'Lo que el asistente consultó', 'agent-items': 'Lo que el modelo leyó y escribió', guards: 'Respuestas automáticas', 'booking-links': 'Páginas para agendar', calendars: 'Visitas pasadas en calendarios', conflicts: 'Cambios en HubSpot ya resueltos', meetings: 'Citas que los asesores pusieron en su calendario',
    waitlist: 'Lista de espera ya cerrada', 'follow-ups': 'Seguimientos', notes: 'Notas de los asesores', messages: 'Mensajes', people: 'Nombre, teléfono, visitas y lo que busca cada persona', consents: 'Lo que cada persona aceptó o rechazó', cases: 'Solicitudes ARCO', 'unproven-cases': 'Lo que dijo quien pidió algo y nunca probó quién era, desde que se cerró', shadow: 'Lo que se comparó en modo sombra', audit: 'Bitácora', tombstones: 'Huellas de quien canceló sus datos',
  },
  how: { chore: (name: string) => `tarea ${name}`, cancelled: 'cuando la persona cancela sus datos', sealed: 'se vuelve ilegible cuando la persona cancela', case: 'su contenido, cuando la persona cancela; el expediente queda como prueba', never: 'nunca: solo es una huella con clave' },
}
export type RetentionWords = typeof es
const en: RetentionWords = {
  head: ['Class', 'What it is', 'Kept', 'How it goes'], forever: 'without end', days: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'day' : 'days'}`,
  line: (name, kept, last) => `${name}  ${kept}  ${last}`, never: 'not looked at yet', ran: (at, until, deleted, all) => `looked at ${at}, until ${until}: ${deleted} deleted (${all} in all)`,
  classes: {
    media: 'Photos, voice notes and documents that people send', 'tool-replies': 'Answers of the assistant, kept so as not to repeat', deliveries: 'What vendors send, as it came', 'delivery-hashes': 'Hashes of what came', jobs: 'Finished work',
    'tool-facts': 'What the assistant looked up', 'agent-items': 'What the model read and wrote', guards: 'Automatic answers', 'booking-links': 'Booking pages', calendars: 'Past visits in calendars', conflicts: 'Changes in HubSpot that were settled', meetings: 'Meetings that agents put into their calendars',
    waitlist: 'Waiting list, once it is over', 'follow-ups': 'Follow-ups', notes: 'Notes of our people', messages: 'Messages', people: 'Name, number, visits and what each person looks for', consents: 'What each person agreed to or refused', cases: 'Requests about personal data', 'unproven-cases': 'What was said in a request whose maker was never proven, once it is closed', shadow: 'What was compared in shadow mode', audit: 'Audit', tombstones: 'Hashes of whoever cancelled',
  },
  how: { chore: (name) => `chore ${name}`, cancelled: 'when the person cancels', sealed: 'unreadable once the person cancels', case: 'its content, when the person cancels; the case stays as proof', never: 'never: it is a keyed hash' },
}
export const retentionWords: Record<Language, RetentionWords> = { 'es-MX': es, en }
