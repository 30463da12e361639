import type { Language } from './words.ts'

// Every sentence of the app page and the settings page in HubSpot, beside those that they share with the cards. It imports types only, so that they can take it as one plain file.
const es = {
  toursToday: (count: number) => (count === 1 ? 'Hoy hay 1 visita' : `Hoy hay ${count} visitas`), noTours: 'Hoy no hay visitas', noToursText: 'Cuando se agende una para hoy, aparecerá aquí.',
  time: 'Hora', home: 'Departamento', who: 'Persona', agent: 'Asesor', status: 'Estado', nobody: 'Sin nombre', open: 'Abrir', record: 'Registro', place: 'Lugar',
  escalations: (count: number) => (count === 1 ? '1 persona espera a un asesor' : `${count} personas esperan a un asesor`), noEscalations: 'Nadie espera a un asesor.',
  why: 'Motivo', since: 'Desde', due: 'Atender antes de', owner: 'A cargo de', noOwner: 'Nadie todavía', late: 'Tarde', inTime: 'A tiempo', seen: 'Ya lo vio', unseen: 'Sin ver',
  health: 'Conexiones', noHealth: 'Todavía no hay conexiones', noHealthText: 'Quien administra Portero las agrega con «npx portero connect».',
  condition: { fine: 'Todo en orden', slow: 'Va lento', resting: 'No contesta', stuck: 'Hay que revisarlo' },
  conditionText: { fine: '', slow: 'Algo tiene que esperar; seguimos solos en cuanto se pueda.', resting: 'No contesta; lo pendiente se guarda y sale cuando vuelva.', stuck: 'Algo se detuvo y espera a que alguien decida en la consola de Portero.' },
  heard: (when: string) => `Último aviso: ${when}`, neverHeard: 'Sin avisos en los últimos 7 días', waiting: (count: number) => (count === 1 ? '1 en fila' : `${count} en fila`), dead: (count: number) => (count === 1 ? '1 detenido' : `${count} detenidos`),
  tourChart: 'Visitas por día', messageChart: 'Mensajes por día', day: 'Día', count: 'Cantidad', direction: { in: 'Recibidos', out: 'Enviados' },

  tabs: { hours: 'Horarios', blackouts: 'Bloqueos', owners: 'Avisos', connections: 'Conexiones' }, save: 'Guardar', agentToEdit: 'Asesor', noAgents: 'Todavía no hay asesores', noAgentsText: 'Se agregan en el catálogo; después aquí pones sus horarios.',
  weekday: { mon: 'Lunes', tue: 'Martes', wed: 'Miércoles', thu: 'Jueves', fri: 'Viernes', sat: 'Sábado', sun: 'Domingo' },
  hoursHint: 'Por ejemplo: 10:00-14:00, 16:00-19:00. Déjalo vacío si ese día no muestra.', hoursWrong: 'Escríbelo así: 10:00-14:00, 16:00-19:00.', inactive: 'no muestra por ahora',
  closed: (count: number) => (count === 1 ? '1 bloqueo' : `${count} bloqueos`), noBlackouts: 'No hay bloqueos por venir.', addBlackout: 'Bloquear horas', building: 'Edificio', everyBuilding: 'Todos sus edificios', everyAgent: 'Todos los asesores',
  from: 'Desde el día', to: 'Hasta el día', fromTime: 'Desde la hora', toTime: 'Hasta la hora', allDay: 'Vacío: el día completo.', removeBlackout: 'Quitar', range: (from: string, to: string) => `${from} a ${to}`,
  sureRemove: '¿Quitar este bloqueo?', sureRemoveText: 'Esas horas se ofrecen otra vez a quien pida una visita.', yesRemove: 'Sí, quitarlo', keep: 'No, dejarlo', cancel: 'Cancelar',
  ownersText: 'Cuando alguien pide a una persona, se avisa a quien de esta lista atienda su idioma y su edificio: a quien ya le muestra un departamento o, si no, al primero.', noOwners: 'La lista está vacía: se avisa a quien le muestra el departamento, o al primer asesor.',
  up: 'Subir', remove: 'Quitar', addOwner: 'Agregar a la lista', language: 'Idioma', anyLanguage: 'Cualquier idioma', anyBuilding: 'Cualquier edificio', languageName: { 'es-MX': 'Español', en: 'Inglés' },
  probe: (vendor: string) => `Probar conexión con ${vendor}`, probed: { good: 'Funciona', bad: 'Hay algo que revisar' },
}
export type PageWords = typeof es
const en: PageWords = {
  toursToday: (count) => (count === 1 ? '1 tour today' : `${count} tours today`), noTours: 'No tours today', noToursText: 'When one is booked for today, it appears here.',
  time: 'Time', home: 'Home', who: 'Person', agent: 'Agent', status: 'State', nobody: 'No name', open: 'Open', record: 'Record', place: 'Place',
  escalations: (count) => (count === 1 ? '1 person waits for an agent' : `${count} people wait for an agent`), noEscalations: 'Nobody waits for an agent.',
  why: 'Reason', since: 'Since', due: 'Answer before', owner: 'Owner', noOwner: 'Nobody yet', late: 'Late', inTime: 'In time', seen: 'Seen', unseen: 'Not seen',
  health: 'Connections', noHealth: 'No connections yet', noHealthText: 'Whoever looks after Portero adds them with “npx portero connect”.',
  condition: { fine: 'All well', slow: 'Slow', resting: 'Not answering', stuck: 'Needs a look' },
  conditionText: { fine: '', slow: 'Something has to wait; we go on by ourselves as soon as we can.', resting: 'It does not answer; what is waiting is kept and goes out when it is back.', stuck: 'Something stopped and waits for a decision in Portero’s console.' },
  heard: (when) => `Last word: ${when}`, neverHeard: 'No word in the last 7 days', waiting: (count) => `${count} in line`, dead: (count) => `${count} stopped`,
  tourChart: 'Tours per day', messageChart: 'Messages per day', day: 'Day', count: 'Count', direction: { in: 'Received', out: 'Sent' },

  tabs: { hours: 'Hours', blackouts: 'Closed times', owners: 'Escalations', connections: 'Connections' }, save: 'Save', agentToEdit: 'Agent', noAgents: 'There are no agents yet', noAgentsText: 'They are added in the catalogue; then you set their hours here.',
  weekday: { mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday' },
  hoursHint: 'For example: 10:00-14:00, 16:00-19:00. Leave it empty for a day without tours.', hoursWrong: 'Write it like this: 10:00-14:00, 16:00-19:00.', inactive: 'not showing for now',
  closed: (count) => (count === 1 ? '1 closed time' : `${count} closed times`), noBlackouts: 'No closed times ahead.', addBlackout: 'Close a time', building: 'Building', everyBuilding: 'All of their buildings', everyAgent: 'All agents',
  from: 'From day', to: 'To day', fromTime: 'From time', toTime: 'To time', allDay: 'Empty: the whole day.', removeBlackout: 'Remove', range: (from, to) => `${from} to ${to}`,
  sureRemove: 'Remove this closed time?', sureRemoveText: 'Those hours are offered again to whoever asks for a tour.', yesRemove: 'Yes, remove it', keep: 'No, keep it', cancel: 'Cancel',
  ownersText: 'When somebody asks for a person, somebody of this list who fits their language and building is told: whoever shows them a home already, or else the first.', noOwners: 'The list is empty: whoever shows them the home is told, or else the first agent.',
  up: 'Move up', remove: 'Remove', addOwner: 'Add to the list', language: 'Language', anyLanguage: 'Any language', anyBuilding: 'Any building', languageName: { 'es-MX': 'Spanish', en: 'English' },
  probe: (vendor) => `Test the connection to ${vendor}`, probed: { good: 'It works', bad: 'Something needs a look' },
}
export const pageWords: Record<Language, PageWords> = { 'es-MX': es, en }
