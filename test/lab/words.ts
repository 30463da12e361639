import type { Language } from '@portero/shared'

// What people read on the lab's own pages.
const es = {
  lab: 'Laboratorio', home: 'De un mensaje a un registro', lead: 'Escribe como un prospecto y mira cómo llega a HubSpot en segundos.',
  phone: 'Teléfono', record: 'HubSpot', calls: 'Llamadas a los sistemas', console: 'Abrir la consola', vendors: 'Sistemas simulados', signInWith: 'Usuario y contraseña del laboratorio',
  number: 'Número de WhatsApp', change: 'Usar', write: 'Escribe un mensaje', send: 'Enviar', typing: 'escribiendo', online: 'Chat de prueba con Portero',
  noMessages: 'Di hola', noMessagesText: 'Escribe abajo el primer mensaje; te contesta el asistente.', noPhone: 'El teléfono no está conectado', noPhoneText: 'El laboratorio arrancó sin el simulador de WhatsApp.', notSent: 'No se envió. Inténtalo otra vez.', unreadable: 'El teléfono contestó algo que no se entiende.',
  noRecord: 'Aún no hay contactos', noRecordText: 'En cuanto alguien escriba, aquí verás su contacto, su negocio y su visita.', noHubspot: 'HubSpot no está en este laboratorio', noHubspotText: 'Cuando lo esté, aquí se verá lo que guarda.',
  noCalls: 'Ninguna llamada todavía', noCallsText: 'Cada vez que Portero hable con un sistema, la llamada aparece aquí con su respuesta y su tiempo.', noAnswer: 'sin respuesta', pending: 'en curso', request: 'Cuerpo', noBody: 'Sin cuerpo', fault: 'falla',
  running: 'Funciona', stopped: 'Detenido', stop: 'Detener', resume: 'Reanudar',
  contact: 'Contacto', deal: 'Negocio', meeting: 'Visita', communication: 'Conversación', all: 'Todas las propiedades', updated: 'Actualizado', others: 'Otros contactos', nameless: 'Sin nombre', orphans: 'Sin contacto asociado',
  away: 'Sin conexión con el laboratorio; seguimos intentando.', today: 'Hoy',
  status: { accepted: 'En camino', sent: 'Enviado', delivered: 'Entregado', read: 'Leído', failed: 'No se entregó' },
}
export type LabWords = typeof es
const en: LabWords = {
  lab: 'Lab', home: 'From a message to a record', lead: 'Write like a prospect and see it reach HubSpot within seconds.',
  phone: 'Phone', record: 'HubSpot', calls: 'Calls to systems', console: 'Open the console', vendors: 'Simulated systems', signInWith: "The lab's user name and password",
  number: 'WhatsApp number', change: 'Use', write: 'Write a message', send: 'Send', typing: 'typing', online: 'Test chat with Portero',
  noMessages: 'Say hello', noMessagesText: 'Write the first message below; the assistant answers you.', noPhone: 'The phone is not connected', noPhoneText: 'The lab was started without the WhatsApp simulator.', notSent: 'It was not sent. Try again.', unreadable: 'The phone answered something that makes no sense.',
  noRecord: 'No contacts yet', noRecordText: 'As soon as somebody writes, their contact, deal and visit show here.', noHubspot: 'HubSpot is not in this lab', noHubspotText: 'Once it is, what it holds shows here.',
  noCalls: 'No calls yet', noCallsText: 'Whenever Portero talks to a system, the call shows here with its answer and its time.', noAnswer: 'no answer', pending: 'under way', request: 'Body', noBody: 'No body', fault: 'fault',
  running: 'Running', stopped: 'Stopped', stop: 'Stop', resume: 'Resume',
  contact: 'Contact', deal: 'Deal', meeting: 'Visit', communication: 'Conversation', all: 'All properties', updated: 'Updated', others: 'Other contacts', nameless: 'No name', orphans: 'Without a contact',
  away: 'No connection to the lab; we keep trying.', today: 'Today',
  status: { accepted: 'On its way', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not delivered' },
}
export const labWords: Record<Language, LabWords> = { 'es-MX': es, en }
