import type { Language } from './words.ts'

// Which accounts we work with, whose calendars, and how fresh what we know of them is. To operators.
const es = {
  nav: 'Conexiones', title: 'Conexiones', lead: 'Las cuentas con las que trabaja Portero y los calendarios de tus asesores.',
  calendars: 'Calendarios de asesores', calendarsText: 'Con su calendario conectado, a cada quien solo se le ofrecen horarios que tiene libres, y sus visitas aparecen ahí.',
  noAgents: 'Aún no hay asesores', noAgentsText: 'Agrega a quienes muestran viviendas en el catálogo y aquí podrás conectar sus calendarios.',
  agent: 'Asesor', calendar: 'Calendario', state: 'Estado', fresh: 'Última lectura', action: 'Acción', system: 'Sistema', account: 'Cuenta', heard: 'Último aviso',
  none: 'Sin conectar', noAddress: 'Falta su correo en el catálogo', works: 'Funciona', reading: 'Leyendo por primera vez', behind: 'Atrasado', broken: 'Necesita atención', ended: 'Desconectado',
  never: 'Todavía nada', waits: (count: number) => (count === 1 ? '1 cosa espera a esta cuenta' : `${count.toLocaleString('es-MX')} cosas esperan a esta cuenta`),
  connect: 'Conectar', reconnect: 'Volver a conectar', disconnect: 'Desconectar',
  noApp: 'Para conectar calendarios desde aquí, falta registrar Portero en Google, Microsoft o Calendly. Los pasos están en docs/calendars.md.',
  others: 'Otros sistemas', noOthers: 'Ningún otro sistema conectado', noOthersText: 'Los pasos para conectar Bird y HubSpot están en docs/admin.md.',
  confirmTitle: (vendor: string) => `¿Desconectar ${vendor}?`,
  confirmText: (account: string) => `Portero deja de leer y de escribir en ${account}, y su permiso se retira. Las visitas siguen en pie; las que ya están en ese calendario se quedan ahí. Puedes volver a conectarlo cuando quieras.`,
  sure: 'Sí, desconectar', cancel: 'Cancelar', done: 'Listo: ya no está conectado.', connected: 'Listo: quedó conectado. En unos segundos verás aquí su primera lectura.',
  kept: (vendor: string) => `Ya no está conectado, pero ${vendor} no nos dejó retirar el permiso. La persona dueña de la cuenta lo retira aquí:`,
  unasked: (count: number) => (count === 1 ? 'A una visita se le encimó otro compromiso de quien la muestra, y no hay conversación en la que avisar. Revísala en la agenda.' : `A ${count.toLocaleString('es-MX')} visitas se les encimó otro compromiso de quien las muestra, y no hay conversación en la que avisar. Revísalas en la agenda.`),
  refused: (count: number) => (count === 1 ? 'Una visita no quedó en el calendario de quien la muestra, y no hay conversación en la que avisar. Anótala ahí a mano.' : `${count.toLocaleString('es-MX')} visitas no quedaron en los calendarios de quienes las muestran, y no hay conversación en la que avisar. Anótalas ahí a mano.`),
  onlyAdmins: 'Aquí puedes ver las conexiones. Las cambia quien administra Portero.',
}
type ConnectionsWords = typeof es
const en: ConnectionsWords = {
  nav: 'Connections', title: 'Connections', lead: 'The accounts that Portero works with, and your agents’ calendars.',
  calendars: 'Agents’ calendars', calendarsText: 'With their calendar connected, only times that they have free are offered, and their visits show up there.',
  noAgents: 'No agents yet', noAgentsText: 'Add those who show homes to the catalogue, and you can connect their calendars here.',
  agent: 'Agent', calendar: 'Calendar', state: 'State', fresh: 'Last read', action: 'Action', system: 'System', account: 'Account', heard: 'Last notice',
  none: 'Not connected', noAddress: 'No e-mail in the catalogue', works: 'Works', reading: 'Being read for the first time', behind: 'Behind', broken: 'Needs attention', ended: 'Disconnected',
  never: 'Nothing yet', waits: (count) => (count === 1 ? '1 thing waits for this account' : `${count.toLocaleString('en')} things wait for this account`),
  connect: 'Connect', reconnect: 'Connect again', disconnect: 'Disconnect',
  noApp: 'To connect calendars from here, Portero has to be registered at Google, Microsoft or Calendly. The steps are in docs/calendars.md.',
  others: 'Other systems', noOthers: 'No other system is connected', noOthersText: 'The steps to connect Bird and HubSpot are in docs/admin.md.',
  confirmTitle: (vendor) => `Disconnect ${vendor}?`,
  confirmText: (account) => `Portero stops reading and writing in ${account}, and its permission is withdrawn. Visits stand; those that are in that calendar stay there. You can connect it again whenever you like.`,
  sure: 'Yes, disconnect', cancel: 'Cancel', done: 'Done: it is not connected any more.', connected: 'Done: it is connected. Its first reading shows here within seconds.',
  kept: (vendor) => `It is not connected any more, but ${vendor} did not let us withdraw the permission. The owner of the account withdraws it here:`,
  unasked: (count) => (count === 1 ? 'Something else came over a visit in the calendar of whoever shows it, and there is no conversation to say so in. Please look at it.' : `Something else came over ${count.toLocaleString('en')} visits in the calendars of those who show them, and there are no conversations to say so in. Please look at them.`),
  refused: (count) => (count === 1 ? 'A visit did not get into the calendar of whoever shows it, and there is no conversation to say so in. Please note it there by hand.' : `${count.toLocaleString('en')} visits did not get into the calendars of those who show them, and there are no conversations to say so in. Please note them there by hand.`),
  onlyAdmins: 'You can see the connections here. Whoever looks after Portero changes them.',
}
export const connectionsWords: Record<Language, ConnectionsWords> = { 'es-MX': es, en }
export type { ConnectionsWords }
