import type { Language } from '@portero/shared'

// What people read on the lab's own pages.
const es = {
  lab: 'Laboratorio', home: 'De un mensaje a un registro', lead: 'Escribe como un prospecto y mira cómo llega a HubSpot en segundos.',
  phone: 'Teléfono', record: 'HubSpot', calls: 'Llamadas a los sistemas', console: 'Abrir la consola', vendors: 'Sistemas simulados', signInWith: 'Usuario y contraseña del laboratorio',
  number: 'Número de WhatsApp', change: 'Usar', write: 'Escribe un mensaje', send: 'Enviar', typing: 'escribiendo',
  noMessages: 'Di hola', noMessagesText: 'Escribe abajo el primer mensaje; te contesta el asistente.', noPhone: 'El teléfono no está conectado', noPhoneText: 'El laboratorio arrancó sin el simulador de WhatsApp.', notSent: 'No se envió. Inténtalo otra vez.', unreadable: 'El teléfono contestó algo que no se entiende.',
  attach: 'Enviar algo más', attachFile: 'Foto, audio o documento', attachPlace: 'Mi ubicación', attachVoice: 'Nota de voz', attachSticker: 'Sticker', tooBig: 'Ese archivo pesa demasiado: hasta 5 MB.',
  loseWhatsapp: 'Sin WhatsApp', regainWhatsapp: 'Con WhatsApp', noWhatsapp: 'Este número no tiene WhatsApp', noWhatsappText: 'Lo que escribas sale como SMS, y lo que te diga Portero llega igual.',
  media: { image: 'Foto', audio: 'Audio', video: 'Video', file: 'Documento' }, edited: 'editado', deleted: 'Se eliminó este mensaje', reaction: 'Reacción',
  noRecord: 'Este teléfono aún no tiene contacto', noRecordText: 'En cuanto escriba, aquí verás su contacto, su negocio y su visita.', noHubspot: 'HubSpot no está en este laboratorio', noHubspotText: 'Cuando lo esté, aquí se verá lo que guarda.',
  noCalls: 'Ninguna llamada todavía', noCallsText: 'Cada vez que Portero hable con un sistema, la llamada aparece aquí con su respuesta y su tiempo.', noAnswer: 'sin respuesta', pending: 'en curso', request: 'Cuerpo', noBody: 'Sin cuerpo', fault: 'falla',
  running: 'Funciona', stopped: 'Detenido', stop: 'Detener', resume: 'Reanudar',
  contact: 'Contacto', deal: 'Negocio', meeting: 'Visita', communication: 'Conversación', task: 'Tarea', note: 'Nota del equipo', ticket: 'Ticket', waits: 'Pendiente', settled: 'Atendido', all: 'Todas las propiedades', nameless: 'Sin nombre',
  mail: 'Correo', mailLead: 'Lo que Portero escribe por correo: a tu equipo, cuando alguien lo necesita y WhatsApp no llega, y a quien va a una visita, la invitación para su calendario.', mailCalendar: 'Para el calendario', mailTo: 'Para', mailFrom: 'De', mailSubject: 'Asunto', mailAt: 'Llegó', noMail: 'Todavía no hay correo', noMailText: 'Pide una persona en el teléfono: quien sigue en la lista recibe aquí el aviso.',
  away: 'Sin conexión con el laboratorio; seguimos intentando.',
  about: { contact: 'Acerca de este contacto', deal: 'Acerca de este negocio' }, tabs: 'Tarjetas del registro', preview: 'Vista previa', logged: 'Lo que se guardó de la conversación', noSuchRecord: 'Este registro ya no existe', noSuchRecordText: 'Quizá se borró, o el laboratorio arrancó de nuevo.',
  asWhom: 'Ver HubSpot como', role: { admin: 'administra', agent: 'agente', viewer: 'solo lectura' }, app: 'HubSpot', appHome: 'Inicio', appSettings: 'Ajustes',
  preparing: 'Preparando las tarjetas (una sola vez, cerca de un minuto)…', notPrepared: 'Las tarjetas no se pudieron preparar', notPreparedText: 'Lo demás sigue funcionando. Mira qué dice la terminal del laboratorio y vuelve a cargar esta página.',
  cardStopped: 'La tarjeta se detuvo', unknownComponent: 'El laboratorio no conoce este componente de HubSpot', failed: 'Algo falló', close: 'Cerrar', clear: 'Borrar la búsqueda', pages: 'Páginas', previous: 'Anterior', next: 'Siguiente', table: 'Tabla', noNumbers: 'Sin datos todavía',
  property: { firstname: 'Nombre', lastname: 'Apellido', phone: 'Teléfono', mobilephone: 'Celular', email: 'Correo', hs_language: 'Idioma', createdate: 'Creado', lastmodifieddate: 'Última actualización', hs_lastmodifieddate: 'Última actualización', hs_object_id: 'Número de registro', hubspot_owner_id: 'Propietario', dealname: 'Nombre del negocio', pipeline: 'Pipeline', dealstage: 'Etapa', amount: 'Monto', deal_currency_code: 'Moneda', closedate: 'Fecha de cierre', description: 'Descripción' },
  status: { accepted: 'En camino', sent: 'Enviado', delivered: 'Entregado', read: 'Leído', failed: 'No se entregó' },
}
export type LabWords = typeof es
const en: LabWords = {
  lab: 'Lab', home: 'From a message to a record', lead: 'Write like a prospect and see it reach HubSpot within seconds.',
  phone: 'Phone', record: 'HubSpot', calls: 'Calls to systems', console: 'Open the console', vendors: 'Simulated systems', signInWith: "The lab's user name and password",
  number: 'WhatsApp number', change: 'Use', write: 'Write a message', send: 'Send', typing: 'typing',
  noMessages: 'Say hello', noMessagesText: 'Write the first message below; the assistant answers you.', noPhone: 'The phone is not connected', noPhoneText: 'The lab was started without the WhatsApp simulator.', notSent: 'It was not sent. Try again.', unreadable: 'The phone answered something that makes no sense.',
  attach: 'Send something else', attachFile: 'Photo, audio or document', attachPlace: 'My location', attachVoice: 'Voice note', attachSticker: 'Sticker', tooBig: 'That file is too big: 5 MB at most.',
  loseWhatsapp: 'Without WhatsApp', regainWhatsapp: 'With WhatsApp', noWhatsapp: 'This number has no WhatsApp', noWhatsappText: 'What you write goes as an SMS, and what Portero says comes as one.',
  media: { image: 'Photo', audio: 'Audio', video: 'Video', file: 'Document' }, edited: 'edited', deleted: 'This message was deleted', reaction: 'Reaction',
  noRecord: 'This phone has no contact yet', noRecordText: 'As soon as it writes, its contact, deal and visit show here.', noHubspot: 'HubSpot is not in this lab', noHubspotText: 'Once it is, what it holds shows here.',
  noCalls: 'No calls yet', noCallsText: 'Whenever Portero talks to a system, the call shows here with its answer and its time.', noAnswer: 'no answer', pending: 'under way', request: 'Body', noBody: 'No body', fault: 'fault',
  running: 'Running', stopped: 'Stopped', stop: 'Stop', resume: 'Resume',
  contact: 'Contact', deal: 'Deal', meeting: 'Visit', communication: 'Conversation', task: 'Task', note: 'Note of the team', ticket: 'Ticket', waits: 'Waiting', settled: 'Settled', all: 'All properties', nameless: 'No name',
  mail: 'Mail', mailLead: 'What Portero writes by e-mail: to your team, when somebody needs them and WhatsApp does not reach them, and to whoever goes to a visit, the invitation for their calendar.', mailCalendar: 'For the calendar', mailTo: 'To', mailFrom: 'From', mailSubject: 'Subject', mailAt: 'Arrived', noMail: 'No mail yet', noMailText: 'Ask for a person on the phone: whoever is next on the list gets the notice here.',
  away: 'No connection to the lab; we keep trying.',
  about: { contact: 'About this contact', deal: 'About this deal' }, tabs: "The record's cards", preview: 'Preview', logged: 'What was kept of the conversation', noSuchRecord: 'This record no longer exists', noSuchRecordText: 'It may have been deleted, or the lab was started anew.',
  asWhom: 'See HubSpot as', role: { admin: 'admin', agent: 'agent', viewer: 'read only' }, app: 'HubSpot', appHome: 'Home', appSettings: 'Settings',
  preparing: 'Preparing the cards (once, about a minute)…', notPrepared: 'The cards could not be prepared', notPreparedText: "Everything else works on. See what the lab's terminal says, and load this page again.",
  cardStopped: 'The card has stopped', unknownComponent: 'The lab does not know this HubSpot component', failed: 'Something failed', close: 'Close', clear: 'Clear the search', pages: 'Pages', previous: 'Previous', next: 'Next', table: 'Table', noNumbers: 'No numbers yet',
  property: { firstname: 'First name', lastname: 'Last name', phone: 'Phone', mobilephone: 'Mobile', email: 'E-mail', hs_language: 'Language', createdate: 'Created', lastmodifieddate: 'Last changed', hs_lastmodifieddate: 'Last changed', hs_object_id: 'Record number', hubspot_owner_id: 'Owner', dealname: 'Deal name', pipeline: 'Pipeline', dealstage: 'Stage', amount: 'Amount', deal_currency_code: 'Currency', closedate: 'Close date', description: 'Description' },
  status: { accepted: 'On its way', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not delivered' },
}
export const labWords: Record<Language, LabWords> = { 'es-MX': es, en }
