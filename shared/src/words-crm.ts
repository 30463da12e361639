import type { Language } from './words.ts'

// What our people read when something that was done in the CRM needs them.
const es = {
  putBack: (home: string, wanted: string, stays: string) => `Alguien movió en el CRM la visita a ${home} al ${wanted}, pero a esa hora nadie puede mostrarla. La dejamos el ${stays}; ponla a otra hora o avísale.`,
  keptOn: (home: string, when: string) => `Alguien marcó en el CRM cómo salió la visita a ${home} del ${when}, pero todavía no empieza. La dejamos como estaba.`,
  ownerBusy: (agent: string, home: string, when: string) => `Ahora lleva este contacto ${agent}, pero no puede mostrar ${home} el ${when}. La visita sigue con quien estaba; pónganse de acuerdo.`,
  untold: (home: string, when: string, change: 'moved' | 'cancelled') => (change === 'moved' ? `La visita a ${home} cambió al ${when} y no pudimos avisarle por WhatsApp. Llámale.` : `La visita a ${home} del ${when} se canceló y no pudimos avisarle por WhatsApp. Llámale.`),
}
export type CrmWords = typeof es
const en: CrmWords = {
  putBack: (home, wanted, stays) => `Somebody moved the visit to ${home} to ${wanted} in the CRM, but nobody can show it then. It stays on ${stays}; pick another time or let them know.`,
  keptOn: (home, when) => `Somebody marked in the CRM how the visit to ${home} on ${when} went, but it has not begun. It stays as it was.`,
  ownerBusy: (agent, home, when) => `${agent} looks after this contact now, but cannot show ${home} on ${when}. The visit stays with whoever had it; please agree between you.`,
  untold: (home, when, change) => (change === 'moved' ? `The visit to ${home} moved to ${when} and we could not tell them on WhatsApp. Call them.` : `The visit to ${home} on ${when} was called off and we could not tell them on WhatsApp. Call them.`),
}
export const crmWords: Record<Language, CrmWords> = { 'es-MX': es, en }

// The console's page on what the sync with HubSpot leaves to people. To operators.
const page = {
  title: 'Revisión de HubSpot', nav: (count: number) => (count === 0 ? 'HubSpot' : `HubSpot (${count.toLocaleString('es-MX')})`), lead: 'Lo que Portero no decide solo entre lo que dice HubSpot y lo que sabe él.', onlyAdmins: 'Aquí puedes ver lo que hay por decidir. Lo decide quien administra Portero.',
  contacts: 'Contactos por reconocer', noContacts: 'Ningún contacto por reconocer', noContactsText: 'Si un contacto de HubSpot pudiera ser alguien que ya escribió, lo verás aquí.',
  changes: 'Cambios que se cruzaron', noChanges: 'Ningún cambio por revisar', noChangesText: 'Si HubSpot y Portero dicen cosas distintas y una de las dos se perdió, la verás aquí.',
  more: (count: number) => `y ${count.toLocaleString('es-MX')} más`, since: 'Desde el', open: 'Abrir en HubSpot', conversation: 'Abrir la conversación', theirContact: 'Su contacto en HubSpot',
  reason: {
    several: 'Este contacto coincide con más de una persona.', names: 'El teléfono o el correo coincide, pero el nombre no.', taken: 'Coincide con alguien que ya tiene otro contacto en HubSpot.',
    erased: 'Coincide con alguien que pidió borrar su contacto de HubSpot. Si dices que es esta persona, Portero vuelve a escribir ahí lo suyo.',
  },
  phone: 'Teléfono', known: 'La conocemos desde', is: 'Es esta persona', isNot: 'No es', isNone: 'No es ninguna',
  mergeThere: 'Ya tiene otro contacto. Si es la misma persona, únelos en HubSpot y esto se resuelve solo.',
  record: { contact: 'Contacto', deal: 'Negocio', meeting: 'Visita', communication: 'Conversación', task: 'Tarea', note: 'Nota', ticket: 'Ticket' },
  field: { name: 'Nombre', language: 'Idioma', phone: 'Teléfono', owner: 'Responsable', stage: 'Etapa', startsAt: 'Hora', endsAt: 'Fin', status: 'Cómo salió', contact: 'Su contacto', deal: 'Su negocio', record: 'De quién es' }, other: 'Otro dato',
  why: {
    theirs: 'Cambió en los dos lados; quedó lo de HubSpot, que fue lo último.', ours: 'Cambió en los dos lados; quedó lo de Portero, que fue lo último.',
    record: 'Un registro de HubSpot quedó a nombre de dos. Sigue siendo del que ya lo tenía; al otro Portero le hace uno propio. Si son la misma persona, únelos.',
    phone: 'Alguien lo cambió en HubSpot, pero este dato lo cuida Portero, así que lo volvió a escribir.', time: 'Alguien movió la visita en HubSpot y no pudimos seguirla; se quedó a su hora.',
    status: 'Alguien marcó la visita en HubSpot, pero así no podía quedar; se quedó como estaba.', owner: 'Ahora lo lleva alguien que no puede mostrar esta visita; sigue con quien estaba.', openLead: 'Alguien reabrió este negocio en HubSpot, pero esta persona ya tiene otro abierto.',
    cut: 'Alguien separó estos dos registros en HubSpot. No los volvemos a unir hasta que digas.',
  },
  saysTheirs: 'HubSpot dice', saysOurs: 'Portero dice', holds: 'Quedó', nothing: 'Nada', joined: 'Unidos', erased: 'Datos borrados',
  keepTheirs: 'Queda lo de HubSpot', keepOurs: 'Queda lo de Portero', seen: 'Enterado',
  link: 'Conexión con HubSpot', works: 'Funciona', broken: 'Con problemas', what: { key: 'Rechaza la clave', scopes: 'Falta el permiso', setup: 'Por arreglar', grant: 'Retiró el permiso', agents: 'Contestan dos agentes', silent: 'No manda nada' }, waiting: 'Esperan',
  walk: 'Repaso de contactos', walkText: 'Portero recorre todos los contactos de HubSpot y reconoce a quienes ya escribieron. Va detrás de todo lo demás y no estorba.', never: 'Todavía no se ha hecho.', noHubspot: 'HubSpot no está conectado.',
  begin: 'Repasar los contactos', again: 'Repasar otra vez', sure: 'Empezar', cancel: 'Cancelar', confirm: '¿Empezar el repaso?', confirmText: 'Se leen todos los contactos de HubSpot. A quienes se reconoce se les une lo suyo; a los demás no se les escribe nada.',
  going: (seen: number, all: number) => `${seen.toLocaleString('es-MX')} de ${all.toLocaleString('es-MX')}`, starting: 'Por empezar', ended: 'Terminado el', begun: 'Empezado el',
  counts: { seen: 'Vistos', linked: 'Reconocidos', known: 'Ya conocidos', ambiguous: 'Por decidir', strangers: 'De nadie' },
  came: {
    linked: 'Listo: ese contacto es de esta persona.', apart: 'Listo: no es nadie de aquí, y no se volverá a preguntar.', theirs: 'Listo: quedó lo de HubSpot.', ours: 'Listo: quedó lo de Portero.', seen: 'Listo: queda como está.', begun: 'El repaso está en marcha.',
    outdated: 'Esto ya cambió desde que abriste la página. No se cambió nada; mira cómo quedó.', taken: 'Esa persona ya tiene otro contacto en HubSpot. No se cambió nada; si son la misma, únelos en HubSpot.', openLead: 'Esta persona ya tiene otro negocio abierto. No se cambió nada; cierra primero el otro.', noHubspot: 'HubSpot no está conectado. No se cambió nada.',
  },
}
export type HubspotWords = typeof page
const pageEn: HubspotWords = {
  title: 'HubSpot review', nav: (count) => (count === 0 ? 'HubSpot' : `HubSpot (${count.toLocaleString('en')})`), lead: 'What Portero does not decide by itself between what HubSpot says and what it knows.', onlyAdmins: 'Here you can see what is to be decided. Whoever looks after Portero decides it.',
  contacts: 'Contacts to recognize', noContacts: 'No contact to recognize', noContactsText: 'Where a contact of HubSpot may be somebody who has written, you will see it here.',
  changes: 'Changes that crossed', noChanges: 'No change to look at', noChangesText: 'Where HubSpot and Portero say different things and one of them was lost, you will see it here.',
  more: (count) => `and ${count.toLocaleString('en')} more`, since: 'Since', open: 'Open in HubSpot', conversation: 'Open the conversation', theirContact: 'Their contact in HubSpot',
  reason: { several: 'This contact matches more than one person.', names: 'The number or e-mail matches, but the name does not.', taken: 'It matches somebody who has another contact in HubSpot.', erased: 'It matches somebody who asked to have their contact erased from HubSpot. If you say it is this person, Portero writes what is theirs there again.' },
  phone: 'Phone', known: 'Known since', is: 'It is this person', isNot: 'It is not', isNone: 'It is none of them',
  mergeThere: 'They have another contact. If it is the same person, merge the two in HubSpot and this settles itself.',
  record: { contact: 'Contact', deal: 'Deal', meeting: 'Visit', communication: 'Conversation', task: 'Task', note: 'Note', ticket: 'Ticket' },
  field: { name: 'Name', language: 'Language', phone: 'Phone', owner: 'Owner', stage: 'Stage', startsAt: 'Time', endsAt: 'End', status: 'How it went', contact: 'Its contact', deal: 'Its deal', record: 'Whose it is' }, other: 'Something else',
  why: {
    theirs: 'It changed on both sides; HubSpot’s stayed, which was the latest.', ours: 'It changed on both sides; Portero’s stayed, which was the latest.',
    record: 'One record of HubSpot came to stand for two. It stays with whoever had it, and Portero makes the other one its own. If they are the same person, merge them.',
    phone: 'Somebody changed it in HubSpot, but Portero looks after this one, so it wrote it again.', time: 'Somebody moved the visit in HubSpot and we could not follow; it stayed at its time.',
    status: 'Somebody marked the visit in HubSpot, but it could not be so; it stayed as it was.', owner: 'Whoever looks after them now cannot show this visit; it stays with whoever had it.', openLead: 'Somebody reopened this deal in HubSpot, but this person has another one that is open.',
    cut: 'Somebody took these two records apart in HubSpot. We do not join them again until you say so.',
  },
  saysTheirs: 'HubSpot says', saysOurs: 'Portero says', holds: 'Stayed', nothing: 'Nothing', joined: 'Joined', erased: 'Data erased',
  keepTheirs: 'Keep HubSpot’s', keepOurs: 'Keep Portero’s', seen: 'Noted',
  link: 'Connection to HubSpot', works: 'Works', broken: 'In trouble', what: { key: 'It refuses the key', scopes: 'It lacks the scope', setup: 'To be mended', grant: 'It took the permission back', agents: 'Two agents answer', silent: 'It sends nothing' }, waiting: 'Waiting',
  walk: 'Walk through the contacts', walkText: 'Portero goes through all contacts of HubSpot and recognizes who has written. It goes behind everything else and is in nobody’s way.', never: 'It has not been done yet.', noHubspot: 'HubSpot is not connected.',
  begin: 'Go through the contacts', again: 'Go through them again', sure: 'Begin', cancel: 'Cancel', confirm: 'Begin the walk?', confirmText: 'All contacts of HubSpot are read. Whoever is recognized is joined with what is theirs; to the others nothing is written.',
  going: (seen, all) => `${seen.toLocaleString('en')} of ${all.toLocaleString('en')}`, starting: 'About to begin', ended: 'Ended', begun: 'Begun',
  counts: { seen: 'Seen', linked: 'Recognized', known: 'Known before', ambiguous: 'To decide', strangers: 'Nobody’s' },
  came: {
    linked: 'Done: that contact is this person’s.', apart: 'Done: it is nobody of ours, and will not be asked again.', theirs: 'Done: HubSpot’s stays.', ours: 'Done: Portero’s stays.', seen: 'Done: it stays as it is.', begun: 'The walk is under way.',
    outdated: 'This has changed since you opened the page. Nothing was changed; see how it is now.', taken: 'That person has another contact in HubSpot. Nothing was changed; if they are the same, merge them in HubSpot.', openLead: 'This person has another deal that is open. Nothing was changed; close that one first.', noHubspot: 'HubSpot is not connected. Nothing was changed.',
  },
}
export const hubspotWords: Record<Language, HubspotWords> = { 'es-MX': page, en: pageEn }
