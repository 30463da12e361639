import type { Language } from './words.ts'

// Every sentence of the operators' console.
const es = {
  console: 'Consola', conversations: 'Conversaciones', persons: 'Personas', queue: 'Revisión', kit: 'Kit de Bird', signOut: 'Salir',
  signIn: 'Entrar', welcome: 'Entra a tu consola', name: 'Usuario', password: 'Contraseña',
  wrong: 'Ese usuario y esa contraseña no coinciden.', wrongNext: 'Revísalos y vuelve a intentarlo. Si olvidaste la contraseña, pídele una nueva a quien administra Portero.',
  locked: 'Fueron demasiados intentos.', lockedNext: 'Espera un minuto y vuelve a intentarlo.',
  stale: 'La página ya no estaba vigente.', staleNext: 'No se cambió nada. Vuelve a intentarlo desde aquí.',
  away: 'Sin conexión con Portero. Lo que ves puede no estar al día; seguimos intentando.',

  people: (count: number) => (count === 1 ? '1 conversación' : `${count.toLocaleString('es-MX')} conversaciones`),
  noConversations: 'Todavía no hay conversaciones', noConversationsText: 'Cuando alguien escriba por WhatsApp, aparecerá aquí en segundos.',
  unanswered: 'Espera respuesta', unansweredOnly: (count: number) => `Esperan respuesta (${count.toLocaleString('es-MX')})`, everybody: 'Todas', noUnanswered: 'Nadie espera respuesta', noUnansweredText: 'Quien escriba y no reciba respuesta a tiempo aparecerá aquí.',
  older: 'Anteriores', newest: 'Más recientes', olderMessages: 'Ver mensajes anteriores', newestMessages: 'Volver a lo más reciente',
  today: 'Hoy', yesterday: 'Ayer', you: 'Tú', nobody: 'Sin nombre', ending: (digits: string) => `Termina en ${digits}`, erased: 'Datos borrados', noWords: 'Sin mensajes', attachment: 'Archivo adjunto',
  state: { bot: 'Asistente', human: 'Con asesor', paused: 'En pausa' },
  author: { prospect: 'Prospecto', bot: 'Asistente', human: 'Asesor', portero: 'Portero' },
  delivery: { accepted: 'En camino', sent: 'Enviado', delivered: 'Entregado', read: 'Leído', failed: 'No se entregó' },
  person: 'Persona', phone: 'Teléfono', language: 'Idioma', since: 'Desde', spanish: 'Español', english: 'Inglés',
  lead: 'Interés', noLead: 'Aún no hay un interés registrado.', changed: 'Último cambio',
  stage: { new: 'Nuevo', qualified: 'Calificado', visit_scheduled: 'Visita agendada', visit_done: 'Visita hecha', application: 'Solicitud', won: 'Ganado', lost: 'Perdido' },
  facts: { budgetMxn: 'Presupuesto', bedrooms: 'Recámaras', occupants: 'Ocupantes', pets: 'Mascotas', moveIn: 'Mudanza', months: 'Meses', guarantee: 'Garantía', home: 'Le gusta' },
  guarantee: { guarantor: 'Aval', policy: 'Póliza jurídica', deposit: 'Depósito', none: 'Sin garantía' }, yes: 'Sí', no: 'No',
  tours: 'Visitas', noTours: 'Sin visitas por ahora.', tourWith: (agent: string) => `con ${agent}`,
  tour: { held: 'Apartada', confirmed: 'Confirmada', completed: 'Hecha', no_show: 'No llegó', cancelled: 'Cancelada' },
  escalation: 'Pide a una persona', escalationOpen: 'Abierta', escalationSeen: 'Vista', escalationClosed: 'Cerrada', escalationLate: 'Fuera de tiempo', due: 'Atender antes de', owner: 'A cargo de', nobodyYet: 'Nadie todavía',

  lanes: 'Por carril', lane: { live: 'En vivo', sync: 'Sincronía', bulk: 'Masivo' }, laneHead: 'Carril',
  job: { ready: 'Por hacer', running: 'En curso', scheduled: 'Programado', dead: 'Detenido' }, unread: 'Entregas por leer', unsealed: 'Auditoría por sellar',
  waiting: 'Esperan otro intento', noWaiting: 'Nada espera otro intento', noWaitingText: 'Todo lo que salió llegó a la primera.',
  dead: 'Detenido: necesita que alguien lo vea', noDead: 'Nada está detenido', noDeadText: 'Si algo falla sin remedio, aparece aquí con su causa y se guarda hasta que decidas.',
  what: 'Qué', vendor: 'Sistema', why: 'Por qué', when: 'Cuándo', attempts: 'Intentos', nextTry: 'Siguiente intento', action: 'Acción',
  kind: { delivery: 'Entrega', turn: 'Paso', command: 'Orden', pull: 'Consulta', watch: 'Suscripción', chore: 'Tarea' },
  uncertain: 'Puede haber ocurrido', tryAgain: 'Reintentar', tryAll: 'Reintentar lo seguro',
  back: (count: number) => (count === 0 ? 'No había nada que reintentar.' : count === 1 ? '1 vuelve a la fila.' : `${count.toLocaleString('es-MX')} vuelven a la fila.`),
  confirmTitle: 'Puede haber ocurrido', confirmText: 'Enviamos esta orden y la respuesta nunca llegó, así que nadie sabe si se hizo. Si se repite, puede ocurrir dos veces.',
  confirmAdvice: 'Mira primero en el otro sistema. Si puedes comprobar ahí que no ocurrió, reinténtala.',
  lookFirst: 'Comprobar y luego decidir', lookFirstText: 'Portero lo busca en el otro sistema, si ese sistema lo permite. Si no, se queda detenido y no se repite.',
  sure: 'Sé que no ocurrió: reintentar', cancel: 'Cancelar', more: (count: number) => `y ${count.toLocaleString('es-MX')} más`,

  kept: 'Lo que ya estaba guardado sigue igual; no se cambió nada.', trace: 'Referencia para soporte', goBack: 'Ir al inicio',
  next: {
    invalid_input: 'Regresa y revisa la dirección o lo que escribiste.', unauthorized: 'Vuelve a entrar.', refused: 'Tu cuenta no ve esta parte. Si la necesitas, pídesela a quien administra Portero.',
    not_found: 'Puede que se haya borrado o que el enlace esté incompleto. Búscalo desde el inicio.', later: 'Espera unos segundos y vuelve a cargar. Si sigue igual, comparte la referencia con soporte.',
  },
}
type ConsoleWords = typeof es
const en: ConsoleWords = {
  console: 'Console', conversations: 'Conversations', persons: 'People', queue: 'Review', kit: 'Bird kit', signOut: 'Sign out',
  signIn: 'Sign in', welcome: 'Sign in to your console', name: 'User name', password: 'Password',
  wrong: 'That user name and password do not match.', wrongNext: 'Check them and try again. If you forgot the password, ask whoever looks after Portero for a new one.',
  locked: 'Those were too many tries.', lockedNext: 'Wait a minute and try again.',
  stale: 'That page was out of date.', staleNext: 'Nothing was changed. Try again from here.',
  away: 'No connection to Portero. What you see may be out of date; we keep trying.',

  people: (count) => (count === 1 ? '1 conversation' : `${count.toLocaleString('en')} conversations`),
  noConversations: 'No conversations yet', noConversationsText: 'When somebody writes on WhatsApp, they appear here within seconds.',
  unanswered: 'Waits for an answer', unansweredOnly: (count) => `Waiting for an answer (${count.toLocaleString('en')})`, everybody: 'All', noUnanswered: 'Nobody waits for an answer', noUnansweredText: 'Whoever writes and is not answered in time appears here.',
  older: 'Older', newest: 'Newest', olderMessages: 'Show earlier messages', newestMessages: 'Back to the latest',
  today: 'Today', yesterday: 'Yesterday', you: 'You', nobody: 'No name', ending: (digits) => `Ending in ${digits}`, erased: 'Data erased', noWords: 'No messages', attachment: 'Attachment',
  state: { bot: 'Assistant', human: 'With an agent', paused: 'Paused' },
  author: { prospect: 'Prospect', bot: 'Assistant', human: 'Agent', portero: 'Portero' },
  delivery: { accepted: 'On its way', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not delivered' },
  person: 'Person', phone: 'Phone', language: 'Language', since: 'Since', spanish: 'Spanish', english: 'English',
  lead: 'Lead', noLead: 'No lead has been recorded yet.', changed: 'Last change',
  stage: { new: 'New', qualified: 'Qualified', visit_scheduled: 'Visit booked', visit_done: 'Visit held', application: 'Application', won: 'Won', lost: 'Lost' },
  facts: { budgetMxn: 'Budget', bedrooms: 'Bedrooms', occupants: 'Occupants', pets: 'Pets', moveIn: 'Move-in', months: 'Months', guarantee: 'Guarantee', home: 'Likes' },
  guarantee: { guarantor: 'Guarantor', policy: 'Legal policy', deposit: 'Deposit', none: 'None' }, yes: 'Yes', no: 'No',
  tours: 'Visits', noTours: 'No visits so far.', tourWith: (agent) => `with ${agent}`,
  tour: { held: 'On hold', confirmed: 'Confirmed', completed: 'Held', no_show: 'No-show', cancelled: 'Cancelled' },
  escalation: 'Asks for a person', escalationOpen: 'Open', escalationSeen: 'Seen', escalationClosed: 'Closed', escalationLate: 'Overdue', due: 'Due by', owner: 'Owner', nobodyYet: 'Nobody yet',

  lanes: 'By lane', lane: { live: 'Live', sync: 'Sync', bulk: 'Bulk' }, laneHead: 'Lane',
  job: { ready: 'To do', running: 'Running', scheduled: 'Scheduled', dead: 'Stopped' }, unread: 'Deliveries to read', unsealed: 'Audit to seal',
  waiting: 'Waiting for another try', noWaiting: 'Nothing waits for another try', noWaitingText: 'Whatever went out got there the first time.',
  dead: 'Stopped: somebody has to look', noDead: 'Nothing has stopped', noDeadText: 'What fails for good appears here with its cause, and is kept until you decide.',
  what: 'What', vendor: 'System', why: 'Why', when: 'When', attempts: 'Tries', nextTry: 'Next try', action: 'Action',
  kind: { delivery: 'Delivery', turn: 'Step', command: 'Command', pull: 'Pull', watch: 'Subscription', chore: 'Chore' },
  uncertain: 'May have happened', tryAgain: 'Try again', tryAll: 'Try all safe ones again',
  back: (count) => (count === 0 ? 'There was nothing to try again.' : count === 1 ? '1 is back in line.' : `${count.toLocaleString('en')} are back in line.`),
  confirmTitle: 'It may have happened', confirmText: 'We sent this command and the answer never came, so nobody knows whether it was done. If it is repeated, it may happen twice.',
  confirmAdvice: 'Look in the other system first. If you can see there that it did not happen, try again.',
  lookFirst: 'Check, then decide', lookFirstText: 'Portero looks it up in the other system, where that system allows it. Otherwise it stays stopped and is not repeated.',
  sure: 'I know it did not happen: try again', cancel: 'Cancel', more: (count) => `and ${count.toLocaleString('en')} more`,

  kept: 'What was already stored is as it was; nothing was changed.', trace: 'Reference for support', goBack: 'Go to the start',
  next: {
    invalid_input: 'Go back and check the address, or what you wrote.', unauthorized: 'Sign in again.', refused: 'Your account does not see this part. If you need it, ask whoever looks after Portero.',
    not_found: 'It may have been erased, or the link is incomplete. Look for it from the start.', later: 'Wait a few seconds and load the page again. If it stays like this, give the reference to support.',
  },
}
export const consoleWords: Record<Language, ConsoleWords> = { 'es-MX': es, en }
export type { ConsoleWords }
